"""The repairs of lesson 10: clients with probabilities that do not come true, and their judge.

A client's probabilities come from a model of simulated transactions. The judge knows no good
repair: what known routes are worth at a client comes in as numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from numpy.typing import NDArray
from scipy.special import logit
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from imbalance_lab.checks import Call, Case, Curve, Worth
from imbalance_lab.datasets import make_transactions, transaction_encoder
from imbalance_lab.exercises.draws import random_state

#: New rows of a client, and the probability of a fraud, but in another country.
NEW, FRAUD = 10_000, 0.05
#: A probability that is nearer to 0 or to 1 than this is taken to be as near as this.
NEAREST = 1e-4
#: With fewer positives than that, a client has few; with more than `MANY`, it has many.
FEW, MANY = 30, 300
#: By name, what known routes are worth at a client.
Routes = Mapping[str, float]
NOTHING, PLATT = "nothing repaired", "Platt's curve for every client"
LEVEL, ISOTONIC = "the level, for every client", "isotonic regression for every client"
REFERENCE = "reference"
#: Mistakes that the repairs of all clients together show.
CONSTANT = "one number for all rows of a client"
OLD_PREVALENCE = "the prevalence of the practice part was kept"
STEPS = "isotonic regression on a handful of positives"
BENT = "a slope was learned from a handful of positives"
LEVEL_ONLY = "only the level was moved, for every client"
STRAIGHT = "Platt's curve where many positives show another shape"
#: The curve of `repair`: for each rung its worth as a share of what the reference is worth, and its
#: points; straight lines lie between. The first three shares are means over 40 clients, rounded;
#: tests/test_repairs.py computes them again.
CURVE = Curve(
    {
        NOTHING: (0.5, 0.0),
        PLATT: (0.65, 1.0),
        LEVEL: (0.86, 2.0),
        "nearly the reference": (0.96, 5.0),
    }
)


class Kind(NamedTuple):
    """What a client's model is, how many rows it has for it, and what its new rows are like."""

    model: Any
    train: int
    practice: int
    undersampled: bool = False
    new: float = FRAUD


#: What a client is like, in turns of its seed.
KINDS = (
    Kind(LogisticRegression(max_iter=1000), 6000, 160, undersampled=True),
    Kind(LogisticRegression(max_iter=1000), 6000, 160),
    Kind(LGBMClassifier(n_estimators=80, n_jobs=1, random_state=0, verbosity=-1), 4000, 1600),
    Kind(RandomForestClassifier(20, random_state=0), 3000, 10_000),
    Kind(LogisticRegression(max_iter=1000), 6000, 2000, new=0.01),
)


class Client(NamedTuple):
    """What a client's model says of rows that it has not learned from, and what came.

    Attributes
    ----------
    p, y : ndarray of shape (n_practice,)
        Probabilities and labels of the practice part.
    p_new, y_new : ndarray of shape (10000,)
        Probabilities and labels of the new rows.
    prevalence : float
        Share of frauds among the new rows.
    """

    p: NDArray[np.float64]
    y: NDArray[np.int64]
    p_new: NDArray[np.float64]
    y_new: NDArray[np.int64]
    prevalence: float


def client(seed: int) -> Client:
    """Draw a client.

    Parameters
    ----------
    seed : int
        0 or more, of any length.

    Returns
    -------
    Client
        With arrays of its own, which one may change.
    """
    return Client(*map(copy, _drawn(seed)))


@lru_cache(maxsize=32)
def _drawn(seed: int) -> Client:
    kind = KINDS[seed % len(KINDS)]
    sizes = (kind.train, FRAUD), (kind.practice, FRAUD), (NEW, kind.new)
    seeds = np.random.SeedSequence(seed).spawn(3)
    tables = [_transactions(one, *size) for one, size in zip(seeds, sizes, strict=True)]
    labels = [table.pop("is_fraud").to_numpy() for table in tables]
    encoder = transaction_encoder().fit(tables[0])
    X, practice, new = (encoder.transform(table) for table in tables)
    rows = _kept(labels[0]) if kind.undersampled else slice(None)
    model = clone(kind.model).fit(X[rows], labels[0][rows])
    p, p_new = (model.predict_proba(part)[:, 1] for part in (practice, new))
    return Client(p, labels[1], p_new, labels[2], round(float(labels[2].mean()), 4))


def _transactions(seed: np.random.SeedSequence, n_samples: int, fraud: float) -> pd.DataFrame:
    state = random_state(seed)
    table = make_transactions(n_samples, fraud_rate=fraud, drift=0, random_state=state)
    return table.sample(frac=1, random_state=state)


def _kept(y: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return all frauds and as many of the others."""
    frauds = np.flatnonzero(y == 1)
    return np.append(frauds, np.flatnonzero(y == 0)[: len(frauds)])


def skill(y: NDArray[np.int64], p: Any) -> float:
    """Return which share of the constant forecast's log loss is gone, 0 if none is."""
    p = np.clip(p, NEAREST, 1 - NEAREST)
    loss = -np.log(np.where(y == 1, p, 1 - p)).mean()
    pi = y.mean()
    free = -pi * np.log(pi) - (1 - pi) * np.log(1 - pi)
    return max(0.0, float(1 - loss / free))


def repairs(routes: Mapping[int, Routes], where: str = "") -> Worth:
    """Return the judge of repairs for some clients.

    Parameters
    ----------
    routes : mapping of int to mapping of str to float
        By the seed of each client: what each known route is worth there.
    where : str, default=""
        What to call these clients.
    """
    clients = [client(seed) for seed in routes]
    cases = [_case(one, worth) for one, worth in zip(clients, routes.values(), strict=True)]
    return Worth(cases, CURVE, where, lambda values: known_mistake(values, clients))


def _case(one: Client, worth: Routes) -> Case:
    beside = {name: worth[name] for name in (NOTHING, PLATT)}
    call = Call((one.p, one.y, one.p_new, one.prevalence))
    return Case(
        call, lambda value: skill(one.y_new, _probabilities(value)), worth[REFERENCE], beside
    )


def _probabilities(value: Any) -> NDArray[np.float64]:
    p = np.asarray(value, dtype=float)
    if p.shape != (NEW,):
        raise ValueError(f"a repair gives one probability for each of {NEW} rows, not {p.shape}")
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("a repaired probability lies between 0 and 1")
    return p


def known_mistake(values: list[Any], clients: list[Client]) -> str:
    """Return the name of the mistake that all repairs together show, "" if they show none."""
    pairs = [(_probabilities(value), one) for value, one in zip(values, clients, strict=True)]
    few = [pair for pair in pairs if pair[1].y.sum() < FEW]
    many = [pair for pair in pairs if pair[1].y.sum() > MANY]
    shows: dict[str, Callable[[], bool]] = {
        NOTHING: lambda: all(np.allclose(p, one.p_new, atol=1e-6) for p, one in pairs),
        CONSTANT: lambda: all(np.ptp(p) < 1e-6 for p, _ in pairs),
        STEPS: lambda: all(_distinct(p) < 0.8 * _distinct(one.p_new) for p, one in few),
        OLD_PREVALENCE: lambda: any(
            one.y.mean() > 2 * one.prevalence and p.mean() > 2 * one.prevalence for p, one in pairs
        ),
        LEVEL_ONLY: lambda: all(abs(_slope(p, one) - 1) < 0.01 for p, one in pairs),
        BENT: lambda: any(abs(_slope(p, one) - 1) > 0.1 for p, one in few),
        STRAIGHT: lambda: all(_slope(p, one) > 0 for p, one in many),
    }
    return next((name for name, shown in shows.items() if shown()), "")


def _distinct(p: NDArray[np.float64]) -> int:
    return len(np.unique(p.round(9)))


def _slope(p: NDArray[np.float64], one: Client) -> float:
    """Return by how much the log odds were stretched, NaN if not all by the same."""
    inside = (one.p_new > 0.001) & (one.p_new < 0.999) & (p > 1e-9) & (p < 1 - 1e-9)
    if len(np.unique(one.p_new[inside])) < 3:
        return float("nan")
    before, after = logit(one.p_new[inside]), logit(p[inside])
    slope, level = np.polyfit(before, after, 1)
    return float(slope) if np.allclose(after, slope * before + level, atol=0.01) else float("nan")
