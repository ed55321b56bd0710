"""Clients of lesson 06 who ask whether SMOTE helps them: their months, and a forecast's worth.

A client's rows come from real pictures of digits, from transactions or from another simulator, so
that what SMOTE does for nearest neighbours differs from client to client. The judge knows no good
forecast: how often SMOTE was ahead, and what known routes say, come in as numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from imbalance_lab.checks import Call, Case, Curve, Worth
from imbalance_lab.datasets import (
    NUMERIC,
    load_rare_digits,
    make_bent,
    make_dense,
    make_transactions,
    make_two_clouds,
)
from imbalance_lab.exercises.choices import one_number
from imbalance_lab.exercises.draws import random_state

Rows = NDArray[np.float64]
Labels = NDArray[np.int64]

#: Months that a client sends, and rows of a month to train on and to judge by.
MONTHS, TRAIN, NEW = 8, 240, 360
#: What "one half" is worth: a forecast p of a client for whom SMOTE was ahead in a share q of the
#: later months is worth 0.25 minus the mean of (p − 1)² over these months and p² over the others.
HALF = 0.25
#: The curve of `smote_helps`. tests/test_forecasts.py has the table of routes.
CURVE = Curve(
    {
        "one half for every client": (0.0, 0.0),
        "half of the reference": (0.5, 2.0),
        "nearly the reference": (0.72, 5.0),
    }
)

#: By name, what known routes say of a client, and in which share of later months SMOTE was ahead.
Routes = Mapping[str, float]
REFERENCE, CAME = "reference", "share of later months"
SIGN, MEAN = "certain of what the mean says", "how sure the mean is"
F1, WORSE = "F1 at 0.5 instead of average precision", "the probability that SMOTE ranks worse"
SAME = "the same forecast for every client"


class Month(NamedTuple):
    """Rows to train on and later ones to judge by; every feature has about unit variance.

    Attributes
    ----------
    X_train, X_new : ndarray of shape (240, n_features) and (360, n_features)
    y_train, y_new : ndarray of int
        1 for the rare class: 5 to 9 in 100 rows.
    """

    X_train: Rows
    y_train: Labels
    X_new: Rows
    y_new: Labels


def months(seed: int, n_months: int = MONTHS) -> list[Month]:
    """Draw the first months of a client.

    Parameters
    ----------
    seed : int
        0 or more, of any length.
    n_months : int, default=8
        More than eight add later ones: the first eight stay as they are.
    """
    rng = np.random.default_rng(seed)
    X, y = _SOURCES[source(seed)](rng)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    share = rng.uniform(0.05, 0.09)
    return [_month(rng, X, y, share) for _ in range(n_months)]


def source(seed: int) -> str:
    """Return from where a client's rows come."""
    return list(_SOURCES)[seed % len(_SOURCES)]


def _month(rng: np.random.Generator, X: Rows, y: Labels, share: float) -> Month:
    order = rng.permutation(len(y))
    rare, common = (order[y[order] == label] for label in (1, 0))
    taken = []
    for size in (TRAIN, NEW):
        positives = round(share * size)
        rows = np.concatenate([rare[:positives], common[: size - positives]])
        taken.append(rng.permutation(rows))
        rare, common = rare[positives:], common[size - positives :]
    train, new = taken
    return Month(X[train], y[train], X[new], y[new])


def _digits(rng: np.random.Generator) -> tuple[Rows, Labels]:
    """Return one digit against the others, by some of the pixels that vary.

    A little noise sees to it that no two distances are equal.
    """
    X, y = load_rare_digits(int(rng.integers(10)))
    pixels = rng.choice(
        np.flatnonzero(X.std(axis=0) > 1.5), int(rng.integers(6, 20)), replace=False
    )
    return X[:, pixels] + rng.normal(scale=0.3, size=(len(X), len(pixels))), y


def _transactions(rng: np.random.Generator) -> tuple[Rows, Labels]:
    table = make_transactions(8000, fraud_rate=0.08, random_state=random_state(rng))
    # The amount is always among them, so that no two distances are equal.
    columns = ["amount", *rng.choice(NUMERIC[1:], int(rng.integers(3, 8)), replace=False)]
    return table[columns].to_numpy(dtype=float), table["is_fraud"].to_numpy()


def _groups(rng: np.random.Generator) -> tuple[Rows, Labels]:
    """Return small dense groups inside a broad common class."""
    n_features, n_groups = int(rng.integers(4, 8)), int(rng.integers(2, 7))
    shape = {"n_features": n_features, "n_groups": n_groups, "spread": rng.uniform(0.25, 0.45)}
    return make_dense(6000, prevalence=0.1, random_state=random_state(rng), **shape)


def _clouds(rng: np.random.Generator) -> tuple[Rows, Labels]:
    """Return two round clouds that overlap, turned into a space of more features."""
    apart, n_features = rng.uniform(1.5, 3.5), int(rng.integers(4, 20))
    X, y = make_two_clouds(6000, prevalence=0.1, separation=apart, random_state=random_state(rng))
    turned = X @ rng.normal(size=(2, n_features))
    return turned + rng.normal(scale=0.2, size=turned.shape), y


def _bent(rng: np.random.Generator) -> tuple[Rows, Labels]:
    """Return a border with two bends, and two to five features of noise."""
    n_features = int(rng.integers(4, 8))
    X, y = make_bent(6000, prevalence=0.1, n_features=n_features, random_state=random_state(rng))
    return X, y


_SOURCES: dict[str, Callable[[np.random.Generator], tuple[Rows, Labels]]] = {
    "digits": _digits,
    "transactions": _transactions,
    "groups": _groups,
    "clouds": _clouds,
    "bent": _bent,
}


def forecasts(routes: Mapping[int, Routes], where: str = "") -> Worth:
    """Return the judge of forecasts for some clients.

    Parameters
    ----------
    routes : mapping of int to mapping of str to float
        By the seed of each client: what each known route says, and what came.
    where : str, default=""
        What to call these clients.
    """
    told = list(routes.values())
    cases = [_case(seed, said) for seed, said in routes.items()]
    return Worth(cases, CURVE, where, lambda values: known_mistake(values, told))


def _case(seed: int, said: Routes) -> Case:
    def worth(value: Any) -> float:
        p = one_number(value, "a forecast, a probability,", 0, 1)
        return HALF - said[CAME] * (1 - p) ** 2 - (1 - said[CAME]) * p**2

    beside = {"SMOTE always": worth(1), "SMOTE never": worth(0), SIGN: worth(said[SIGN])}
    given = [tuple(month) for month in months(seed)]
    return Case(Call((given,)), worth, worth(said[REFERENCE]), beside)


def known_mistake(values: list[Any], routes: list[Routes]) -> str:
    """Return the name of the mistake that all forecasts together show, "" if they show none."""
    found = np.array(values, dtype=float)
    said = {name: np.array([one[name] for one in routes]) for name in routes[0]}
    if len(found) > 1 and np.ptp(found) < 1e-3:
        return SAME
    said[WORSE] = 1 - said[REFERENCE]
    away = {name: np.abs(found - said[name]).mean() for name in (SIGN, MEAN, F1, WORSE, REFERENCE)}
    nearest = min(away, key=lambda name: float(away[name]))
    return nearest if nearest != REFERENCE and away[nearest] < 0.1 else ""
