"""The nights of lesson 05: companies that refit a model in little time, and what a choice is worth.

Nothing here knows a good choice. What the reference and a balanced night are worth at a company
comes in as numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from imblearn.under_sampling import RandomUnderSampler
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score

from imbalance_lab.checks import Call, Case, Curve, Worth
from imbalance_lab.datasets import make_transactions
from imbalance_lab.datasets.encoding import NUMERIC
from imbalance_lab.exercises.choices import one_number
from imbalance_lab.exercises.draws import log_uniform, random_state

#: Transactions to learn from, as many to try on, and those of the days that are judged.
ROWS, LATER = 7000, 10_000
#: Share of fraud, and row-trees for each fraud, lie between these: short, fair and long nights. A
#: short one is enough for one tree at 1:1, which finds much already, and for none at 1:2.
KINDS = (((0.03, 0.05), (2.1, 2.9)), ((0.025, 0.045), (100, 150)), ((0.010, 0.014), (2500, 3500)))
#: The nights that a decision is judged on; each draws its own negatives.
NIGHTS = (101, 102, 103)
MOST_TREES = 20
#: The curve of `negatives_to_keep`: what choices add to the average precision of balancing, as a
#: share of what the reference adds, and their points; tests/test_nights.py measures them again.
CURVE = Curve(
    {
        "1:1 everywhere": (0.0, 0.0),
        "one ratio everywhere, at best": (0.4, 1.0),
        "two thirds of the reference": (0.66, 5.0),
    }
)
BALANCED, REFERENCE = "1:1", "reference"
ALL_BALANCED = "as many negatives as positives, everywhere"
RATIO = "negatives for each positive, not negatives"
TOO_MANY = "more rows than the night has time for"

Array = NDArray[Any]


class Known(NamedTuple):
    """What a company knows on the day of the choice.

    Attributes
    ----------
    X, y : ndarray of shape (7000, 9) and (7000,)
        Transactions to learn from.
    X_try, y_try : ndarray
        As many of the days after them, to try a choice on.
    budget : int
        Row-trees of a night.
    """

    X: Array
    y: Array
    X_try: Array
    y_try: Array
    budget: int


class Company(NamedTuple):
    """What a company knows, and the days that its models will be judged on."""

    known: Known
    X_later: Array
    y_later: Array


@lru_cache(maxsize=32)
def company(seed: int) -> Company:
    """Return a company; its seed decides whether its nights are short, fair or long.

    Parameters
    ----------
    seed : int
        0 or more, of any length.
    """
    rng = random_state(seed)
    rates, times = KINDS[seed % len(KINDS)]
    rate = log_uniform(rng, *rates)
    drawn = make_transactions(2 * ROWS + LATER, fraud_rate=rate, drift=0, random_state=rng)
    X, y = drawn[list(NUMERIC)].to_numpy(), drawn["is_fraud"].to_numpy()
    budget = int(round(rng.uniform(*times) * y[:ROWS].sum(), -1))
    parts = [(X[a:b], y[a:b]) for a, b in ((0, ROWS), (ROWS, 2 * ROWS), (2 * ROWS, None))]
    return Company(Known(*parts[0], *parts[1], budget), *parts[2])


def precision_added(seed: int, n_negatives: int, balanced: float = 0.0) -> float:
    """Return a company's mean average precision of later days over `NIGHTS`, less that of 1:1."""
    return float(np.mean([precision(seed, n_negatives, night) for night in NIGHTS])) - balanced


@lru_cache(maxsize=1024)
def precision(seed: int, n_negatives: int, night: int, tried: bool = False) -> float:
    """Return the average precision of one night's model: on the later days, or on rows to try on.

    A model that is not ready in the morning knows nothing: its average precision is the share of
    fraud. Choices that are equal share one fit.
    """
    known, X, y = company(seed)
    sampler = RandomUnderSampler(sampling_strategy={0: n_negatives}, random_state=night)
    model = _fitted(*sampler.fit_resample(known.X, known.y), known.budget)
    X, y = (known.X_try, known.y_try) if tried else (X, y)
    return float(average_precision_score(y, model.predict_proba(X)[:, 1]))


def _fitted(X: Array, y: Array, budget: int) -> Any:
    n_trees = min(MOST_TREES, budget // len(y))
    if n_trees == 0:
        return DummyClassifier().fit(X, y)
    return HistGradientBoostingClassifier(
        max_iter=n_trees, max_leaf_nodes=8, learning_rate=0.25, early_stopping=False, random_state=0
    ).fit(X, y)


def judge(told: Mapping[int, Mapping[str, float]], where: str = "") -> Worth:
    """Return the judge of choices at some companies.

    Parameters
    ----------
    told : mapping of int to mapping of str to float
        By the seed of each company: the average precision of balanced nights, and what the
        reference adds to it.
    where : str, default=""
        What to call these companies.
    """
    cases = [_case(seed, numbers) for seed, numbers in told.items()]
    companies = [company(seed) for seed in told]
    return Worth(cases, CURVE, where, lambda values: known_mistake(values, companies))


def _case(seed: int, numbers: Mapping[str, float]) -> Case:
    one = company(seed)

    def worth(value: Any) -> float:
        return precision_added(seed, whole(value, one), numbers[BALANCED])

    return Case(Call(tuple(one.known)), worth, numbers[REFERENCE])


def whole(value: Any, one: Company) -> int:
    """Return a choice as a number of negatives, or say what is wrong with it."""
    there = int((one.known.y == 0).sum())
    return int(one_number(value, "the number of negatives", 1, there, whole=True))


def known_mistake(values: list[Any], companies: list[Company]) -> str:
    """Return the name of the mistake that all choices together show, "" if they show none."""
    frauds = [int(one.known.y.sum()) for one in companies]
    if values == frauds:
        return ALL_BALANCED
    if max(values) <= 60:
        return RATIO
    late = [n + v > one.known.budget for n, v, one in zip(frauds, values, companies, strict=True)]
    return TOO_MANY if any(late) else ""
