"""Teams of lesson 09 that set a threshold before they know what a mistake will cost.

Nothing here knows a good threshold. What the reference is worth to a team, and how many rows the
known mistakes flag, come in as numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from imbalance_lab.checks import Call, Case, Curve, Worth
from imbalance_lab.datasets import make_transactions, transaction_encoder
from imbalance_lab.exercises.choices import one_number
from imbalance_lab.exercises.draws import log_uniform, random_state

#: Transactions of a team: its detector has learned from the first ones, then come those to practise
#: on, and the others come on the later days.
LEARNED, PRACTISED, LATER, DAYS = 7000, 5000, 10_000, 60
#: What the scores of a detector are, and what all frauds cost as a multiple of what an alarm for
#: every legitimate row would cost: one pair for each team of six.
SCORES = ("probability", "weighted probability", "log odds")
STAKES = ((0.08, 0.15), (1.5, 3.0))
KINDS = tuple(product(SCORES, STAKES))
#: The curve of `choose_threshold`: what a threshold saves as a share of what the reference saves,
#: and its points. The rungs in the middle are means over 16 draws, rounded (tests/test_ranges.py).
CURVE = Curve(
    {
        "nobody or everybody, if cheaper": (0.0, 0.0),
        "the best F1 for every team": (0.35, 0.5),
        "the top 5% for every team": (0.6, 1.0),
        "nearly the reference": (0.93, 5.0),
    }
)

SAME = "the same threshold for every team"
LIKELY = "the most likely costs, as if they were certain"
HIGHEST = "the highest costs, as if they were certain"
FORMULA = "the formula, though not all scores are probabilities"
BEST_F1 = "the threshold of the best F1, whatever the costs"
ALIKE = "misses and false alarms are counted alike"
SWAPPED = "the costs of misses and of false alarms have changed places"
#: Mistakes that are known by how many of the rows to practise on they flag.
COUNTED = (LIKELY, HIGHEST, FORMULA, BEST_F1, ALIKE, SWAPPED)


class Told(NamedTuple):
    """What the judge is told of a team.

    Attributes
    ----------
    reference : float
        What the reference is worth to it.
    flagged : tuple of tuple of int
        For each mistake of `COUNTED`, and each way to make it: how many of the rows to practise on
        it flags.
    """

    reference: float
    flagged: tuple[tuple[int, ...], ...]


class Team(NamedTuple):
    """What a team knows when it sets its threshold, and the days that come after.

    Attributes
    ----------
    y_true, y_score : ndarray of shape (5000,)
        Labels and scores of transactions that the detector has not learned from.
    cost_fp, cost_fn : tuple of float
        Lowest, most likely and highest cost of a false alarm, and of a miss, in euros.
    later : tuple of ndarray
        Labels and scores of 10,000 later transactions, and what a false alarm and a miss cost on
        the day of each.
    """

    y_true: NDArray[np.int64]
    y_score: NDArray[np.float64]
    cost_fp: tuple[float, float, float]
    cost_fn: tuple[float, float, float]
    later: tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]

    def bill(self, threshold: float) -> float:
        """Return what the mistakes of a threshold cost on the later days, in euros."""
        y, score, cost_fp, cost_fn = self.later
        flagged = score >= threshold
        return float(np.where(y == 1, cost_fn * ~flagged, cost_fp * flagged).sum())

    def worth(self, threshold: float) -> float:
        """Return the share of the bill that a threshold saves, not below −1.

        The bill is that of flagging nobody or everybody, whichever is cheaper.
        """
        constant = min(self.bill(math.inf), self.bill(-math.inf))
        return max(1 - self.bill(threshold) / constant, -1.0)


@lru_cache(maxsize=32)
def team(seed: int) -> Team:
    """Draw a team; the rest of the seed by six decides of which kind it is.

    Parameters
    ----------
    seed : int
        0 or more, of any length.
    """
    rng = np.random.default_rng(seed)
    scores, (low, high) = KINDS[seed % len(KINDS)]
    rate = log_uniform(rng, 0.015, 0.05)
    y, score = _scored(rng, rate, scores)
    price = float(rng.choice([3, 5, 8, 12]))  # of a false alarm, on average
    stakes = log_uniform(rng, low, high)
    wide = bool(rng.random() < 0.5)
    cost_fp = _spread(rng, price, wide)
    cost_fn = _spread(rng, stakes * price * (1 - rate) / rate, not wide)
    day = np.sort(rng.integers(0, DAYS, LATER), kind="stable")
    costs = [rng.triangular(*cost, DAYS)[day] for cost in (cost_fp, cost_fn)]
    later = y[PRACTISED:], score[PRACTISED:], costs[0], costs[1]
    return Team(y[:PRACTISED], score[:PRACTISED], cost_fp, cost_fn, later)


def _scored(rng: np.random.Generator, rate: float, scores: str) -> tuple[Any, Any]:
    """Return labels and scores of transactions that a detector has not learned from."""
    state = random_state(rng)
    rows = LEARNED + PRACTISED + LATER
    table = make_transactions(rows, fraud_rate=rate, drift=0, n_days=120, random_state=state)
    weight = "balanced" if scores == "weighted probability" else None
    linear = LogisticRegression(class_weight=weight, solver="newton-cholesky")
    model = make_pipeline(transaction_encoder(), linear)
    model.fit(table[:LEARNED], table["is_fraud"][:LEARNED])
    new = table[LEARNED:]
    if scores == "log odds":
        said = model.decision_function(new)
    else:
        said = np.clip(model.predict_proba(new)[:, 1], 1e-6, 1 - 1e-6)  # so that it has log odds
    return new["is_fraud"].to_numpy(), said.round(6)


def _spread(rng: np.random.Generator, mean: float, wide: bool) -> tuple[float, float, float]:
    """Return lowest, most likely and highest cost of a triangular distribution with this mean."""
    if wide:
        low = mean * rng.uniform(0.03, 0.08)
        likely = low * rng.uniform(1.1, 1.6)
        costs = low, likely, 3 * mean - low - likely
    else:
        low, high = mean * rng.uniform(0.7, 0.85), mean * rng.uniform(1.15, 1.3)
        costs = low, 3 * mean - low - high, high
    low, likely, high = (round(float(cost), 1) for cost in costs)
    return low, likely, high


def judge(told: Mapping[int, Told], where: str = "") -> Worth:
    """Return the judge of thresholds for some teams.

    Parameters
    ----------
    told : mapping of int to Told
        By the seed of each team: what is told of it.
    where : str, default=""
        What to call these teams.
    """
    teams = [team(seed) for seed in told]
    cases = [
        Case(
            Call((one.y_true, one.y_score, one.cost_fp, one.cost_fn)),
            lambda value, one=one: one.worth(one_number(value, "a threshold")),
            of.reference,
            {"0.5 for every team": one.worth(0.5)},
        )
        for one, of in zip(teams, told.values(), strict=True)
    ]
    return Worth(cases, CURVE, where, lambda values: _mistake(values, teams, list(told.values())))


def _mistake(values: list[Any], teams: Sequence[Team], told: Sequence[Told]) -> str:
    """Return the name of the mistake that all thresholds together show, "" if they show none."""
    if len(set(values)) == 1:
        return SAME
    pairs = zip(teams, values, strict=True)
    flagged = [int(np.sum(one.y_score >= value)) for one, value in pairs]
    for number, name in enumerate(COUNTED):
        ways = zip(*(of.flagged[number] for of in told), strict=True)
        if flagged in [list(way) for way in ways]:
            return name
    return ""
