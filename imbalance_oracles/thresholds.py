"""Answer keys of lesson 09: every threshold tried in turn, roots by search."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix_at_thresholds

from imbalance_lab.checks import Call, Question
from imbalance_lab.exercises import ranges
from imbalance_lab.exercises import thresholds as exercises
from imbalance_oracles import fresh, secret
from imbalance_oracles.key import Key


def _array(values):
    return np.asarray(values, dtype=float)


# The ten samples on which the lesson works by hand.
_TEN = (
    [1, 0, 1, 1, 0, 0, 0, 1, 0, 0],
    [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.3, 0.1, 0.1],
)


def where_the_costs_meet(
    cost_fp: float, cost_fn: float, cost_tn: float = 0.0, cost_tp: float = 0.0
) -> float:
    """Return the probability at which flagging and passing cost the same, by root finding."""
    if cost_fp <= cost_tn or cost_fn <= cost_tp:
        raise ValueError("a wrong decision must cost more than the right one")

    def flag_minus_pass(p: float) -> float:
        return (1 - p) * cost_fp + p * cost_tp - (1 - p) * cost_tn - p * cost_fn

    return float(brentq(flag_minus_pass, 0, 1))


def _cost_matrices(rng: np.random.Generator) -> list[Call]:
    """Return cost matrices: right decisions free, costly and gainful, and ones to refuse."""
    calls = []
    for number in range(9):
        cost_tn, cost_tp = rng.integers(-20, 6, size=2) / 2
        extra_fp, extra_fn = rng.integers(1, 60, size=2) / 2
        costs = [float(c) for c in (cost_tn + extra_fp, cost_tp + extra_fn, cost_tn, cost_tp)]
        if number % 3 == 0:  # the simple form: right decisions are free
            calls.append(Call((float(extra_fp), float(extra_fn))))
        elif number % 3 == 1:
            names = ("cost_fp", "cost_fn", "cost_tn", "cost_tp")
            calls.append(Call((), dict(zip(names, costs, strict=True))))
        else:
            calls.append(Call(tuple(costs)))
    a, b = (float(c) for c in rng.integers(2, 9, size=2))
    refused = [
        (a, b, a, 0.0),
        (a, b, 0.0, b),
        (a, b, a + 1, 0.0),
        (a, b, 0.0, b + 1),
        (-a, b, 1.0, 0.0),
        (0.0, b),
    ]
    return [*calls, *(Call(costs) for costs in refused)]


def _roles_swapped(
    cost_fp: float, cost_fn: float, cost_tn: float = 0.0, cost_tp: float = 0.0
) -> float:
    return 1 - where_the_costs_meet(cost_fp, cost_fn, cost_tn, cost_tp)


def _odds_of_the_costs(
    cost_fp: float, cost_fn: float, cost_tn: float = 0.0, cost_tp: float = 0.0
) -> float:
    return (cost_fp - cost_tn) / (cost_fn - cost_tp)


def _costs_added(
    cost_fp: float, cost_fn: float, cost_tn: float = 0.0, cost_tp: float = 0.0
) -> float:
    return (cost_fp + cost_tn) / (cost_fp + cost_tn + cost_fn + cost_tp)


BAYES_THRESHOLD = Key(
    exercises.BAYES_THRESHOLD,
    right=where_the_costs_meet,
    inputs=_cost_matrices,
    by_hand=[Call((6, 49, 1, 4)), Call((4, 4), {"cost_tp": 4})],
    wrong={
        "right decisions are taken to be free": lambda cost_fp, cost_fn, *_, **__: (
            cost_fp / (cost_fp + cost_fn)
        ),
        "the roles of false alarms and misses are swapped": _roles_swapped,
        "the odds instead of the probability": _odds_of_the_costs,
        "the costs of right decisions are added instead of compared with": _costs_added,
    },
)


def cheapest(y_true: Any, y_score: Any, cost_fp: float, cost_fn: float) -> float:
    """Return the highest threshold of least cost, by the counts of scikit-learn."""
    _, fps, fns, _, cuts = confusion_matrix_at_thresholds(np.asarray(y_true), np.asarray(y_score))
    costs = [cost_fn * float(np.sum(np.asarray(y_true) == 1))]
    costs += (cost_fp * fps + cost_fn * fns).tolist()
    least = min(costs)
    return max(cut for cut, cost in zip([math.inf, *cuts], costs, strict=True) if cost == least)


def _priced_scores(rng: np.random.Generator) -> list[Call]:
    """Return costs whose sums are exact, ties, and prices at which nobody or all are flagged."""
    prices = {"cost_fp": [1, 2.5, 4, 40], "cost_fn": [1, 3, 12.5, 60]}
    y = rng.permutation([0] * 24 + [1] * 8).tolist()
    tied = rng.choice([0.1, 0.2, 0.3, 0.4], size=32).tolist()
    own_index = pd.Series(y, index=rng.permutation(32) + 4), pd.Series(tied, index=range(40, 72))
    level = [0, 1, 0, 1, 0, 1], [0.6, 0.5, 0.4, 0.3, 0.2, 0.1]  # many thresholds cost the same
    # The positives at 0.6 are not worth the negatives there, for whoever does not tear them apart.
    found = int(rng.integers(2, 6))
    negatives = 2 * found + int(rng.integers(1, 6))
    torn = [1] * 5 + [1] * found + [0] * negatives + [0] * 20
    at = [0.8] * 5 + [0.6] * (found + negatives) + [0.2] * 20
    return [
        *fresh.scores(rng, n_cases=12, sizes=(10, 40), **prices),
        Call((y, tied, 1, 4)),
        Call((*own_index, 2, 5)),
        Call((*level, 1, 1)),
        Call(([1, 0, 0], [0.9, 0.5, 0.2], 0.25, 0.5)),
        Call((y, [5 - 10 * score for score in tied], 1, 100)),
        Call((y, tied, 100, 1)),
        Call((torn, at, 1, 2)),
    ]


def _best(y_true, y_score, cost_fp, cost_fn, nobody=True, last=False, strict=False):
    """Try every threshold in turn, with the faults that are asked for."""
    y_true, y_score = np.asarray(y_true), _array(y_score)
    cuts = ([math.inf] if nobody else []) + np.unique(y_score)[::-1].tolist()
    above = np.greater if strict else np.greater_equal
    costs = []
    for cut in cuts:
        flagged = above(y_score, cut)
        false_alarms, misses = np.sum(flagged & (y_true == 0)), np.sum(~flagged & (y_true == 1))
        costs.append(cost_fp * false_alarms + cost_fn * misses)
    place = len(costs) - 1 - int(np.argmin(costs[::-1])) if last else int(np.argmin(costs))
    return cuts[place], float(costs[place])


def _row_by_row(y_true, y_score, cost_fp, cost_fn):
    y_true, y_score = np.asarray(y_true), _array(y_score)
    order = np.argsort(-y_score, kind="stable")
    false_alarms = np.cumsum(np.append(0, y_true[order] == 0))
    misses = np.sum(y_true == 1) - np.cumsum(np.append(0, y_true[order] == 1))
    place = int(np.argmin(cost_fp * false_alarms + cost_fn * misses))
    return math.inf if place == 0 else float(y_score[order][place - 1])


MIN_COST_THRESHOLD = Key(
    exercises.MIN_COST_THRESHOLD,
    right=cheapest,
    inputs=_priced_scores,
    by_hand=[
        Call(_TEN, {"cost_fp": 1, "cost_fn": 5}),
        Call(([0, 0, 1], [0.9, 0.8, 0.1], 5, 1)),
    ],
    wrong={
        "flagging nobody is not among the choices": lambda *a: _best(*a, nobody=False)[0],
        "the prices of false alarms and misses are swapped": lambda y, s, fp, fn: _best(
            y, s, fn, fp
        )[0],
        "mistakes are counted, not priced": lambda y, s, fp, fn: _best(y, s, 1, 1)[0],
        "a score that equals the threshold is not flagged": lambda *a: _best(*a, strict=True)[0],
        "the lowest of several equally cheap thresholds": lambda *a: _best(*a, last=True)[0],
        "the cost instead of the threshold": lambda *a: _best(*a)[1],
        "samples of equal score are separated": _row_by_row,
        "the threshold that the formula gives": lambda y, s, cost_fp, cost_fn: (
            cost_fp / (cost_fp + cost_fn)
        ),
    },
)


def most_alerts(y_score: Any, capacity: int) -> list[int]:
    """Return the decisions of the lowest threshold that raises few enough alerts."""
    scores = np.asarray(y_score)
    for cut in [*np.unique(scores), math.inf]:
        if np.sum(scores >= cut) <= capacity:
            break
    return [int(score >= cut) for score in scores]


def _capacities(rng: np.random.Generator) -> list[Call]:
    """Return scores, half of them with many ties, and capacities from nobody to everybody."""
    calls = []
    for number, call in enumerate(fresh.scores(rng, n_cases=12, sizes=(12, 40))):
        y_score = call.args[1]
        capacity = [len(y_score) // 3, 3, len(y_score), 7, 0, 1][number % 6]
        calls.append(Call((y_score if number % 2 else y_score.tolist(), capacity)))
    tied = rng.choice([0.2, 0.4, 0.6], size=30)
    return [
        *calls,
        Call((tied.tolist(), 12)),
        Call((pd.Series(tied, index=rng.permutation(30) + 7), 20)),
        Call(([0.5, 0.5, 0.5], 2)),
    ]


def _kth(y_score, capacity):
    """Return the lowest score that is still among the first `capacity`."""
    return np.sort(_array(y_score))[::-1][:capacity][-1]


def _positions(y_score, capacity):
    return np.argsort(-_array(y_score), kind="stable")[:capacity]


ALERTS_WITHIN_CAPACITY = Key(
    exercises.ALERTS_WITHIN_CAPACITY,
    right=most_alerts,
    inputs=_capacities,
    by_hand=[Call(([0.9, 0.7, 0.7, 0.2], 2)), Call(([0.1, 0.9, 0.4], 2))],
    wrong={
        "more alerts than the team can read": lambda y_score, capacity: (
            _array(y_score) >= _kth(y_score, capacity)
        ).astype(int),
        "the last place is always left empty": lambda y_score, capacity: (
            _array(y_score) > _kth(y_score, capacity)
        ).astype(int),
        "positions instead of decisions": _positions,
    },
)


# --- choose_threshold -----------------------------------------------------------------------------


#: What the top 5% for every team may be worth: a little more than its rung.
MOST_OF_THE_TOP = ranges.CURVE.rungs["the top 5% for every team"][0] + 0.05
#: What it is worth at least to calibrate the scores first, which is as good an answer.
LEAST_IF_CALIBRATED = ranges.CURVE.rungs["nearly the reference"][0] + 0.01


def hidden_teams() -> dict[int, ranges.Told]:
    """Return what is told of each hidden team, by its seed."""
    return _drawn(secret.current())


@cache
def _drawn(course: str) -> dict[int, ranges.Told]:
    """Draw a team of each kind from a secret, only such on which luck decides little.

    Where one share of rows for all happens to suit them, or who calibrates first would not come
    near the reference, others are drawn. The seeds have 128 bits, so that nobody can try them all,
    and their order tells nothing about the kinds.
    """
    seeds = secret.long_seeds(course, exercises.CHOOSE_THRESHOLD.name)
    while True:
        drawn = {seed: told(seed) for seed in sorted(_of_each_kind(seeds))}
        calibrated = share_of_reference(drawn, calibrated_first)
        if worth_of_the_top(drawn) < MOST_OF_THE_TOP and calibrated > LEAST_IF_CALIBRATED:
            return drawn


def _of_each_kind(seeds: Iterator[int]) -> list[int]:
    """Return teams, two in three that are drawn.

    Where the reference is far from the best that could be done on the later days, whoever chooses
    well loses by chance.
    """
    drawn: list[int] = []
    while len(drawn) < len(ranges.KINDS):
        seed = len(ranges.KINDS) * next(seeds) + len(drawn)
        one = ranges.team(seed)
        reference = one.worth(on_average(one))
        if reference > 0.15 and reference > 0.93 * _best_later(one):
            drawn.append(seed)
    return drawn


def worth_of_the_top(drawn: Mapping[int, ranges.Told]) -> float:
    """Return what it is worth to flag the top 5% for every team, as a share of the reference."""
    return share_of_reference(drawn, lambda one: float(np.quantile(one.y_score, 0.95)))


def share_of_reference(
    drawn: Mapping[int, ranges.Told], threshold: Callable[[ranges.Team], float]
) -> float:
    """Return what thresholds are worth to some teams, as a share of the reference."""
    found = sum(one.worth(threshold(one)) for one in map(ranges.team, drawn))
    return found / sum(of.reference for of in drawn.values())


def calibrated_first(one: ranges.Team) -> float:
    """Return the least score at which Platt's probability is what the mean costs ask for."""
    scores = np.asarray(one.y_score)
    if scores.min() >= 0 and scores.max() <= 1:
        scores = np.log(scores / (1 - scores))
    fitted = LogisticRegression(C=1e6).fit(scores[:, None], one.y_true)
    p = fitted.predict_proba(scores[:, None])[:, 1]
    flagged = one.y_score[p >= sum(one.cost_fp) / (sum(one.cost_fp) + sum(one.cost_fn))]
    return float(flagged.min()) if len(flagged) else np.inf


def on_average(one: ranges.Team) -> float:
    """Return the reference's threshold: the cheapest one on the rows to practise on.

    A bill is a sum of costs times counts, so its expectation holds only the costs' means, and the
    mean of a triangular distribution is that of its three numbers.
    """
    return _cheapest_at(one, sum(one.cost_fp) / 3, sum(one.cost_fn) / 3)


def _cheapest_at(one: ranges.Team, cost_fp: float, cost_fn: float) -> float:
    return cheapest(one.y_true, one.y_score, cost_fp, cost_fn)


def _best_later(one: ranges.Team) -> float:
    cuts = np.quantile(one.later[1], np.linspace(0.3, 1, 100))
    return max(one.worth(float(cut)) for cut in cuts)


def told(seed: int) -> ranges.Told:
    """Return what is told of a team: what the reference is worth, and what mistakes flag."""
    one = ranges.team(seed)
    fp, fn = one.cost_fp, one.cost_fn
    mean_fp, mean_fn = sum(fp) / 3, sum(fn) / 3
    cuts = {
        ranges.LIKELY: [_cheapest_at(one, fp[1], fn[1])],
        ranges.HIGHEST: [_cheapest_at(one, fp[2], fn[2])],
        ranges.FORMULA: [mean_fp / (mean_fp + mean_fn), fp[1] / (fp[1] + fn[1])],
        ranges.BEST_F1: [_best_f1(one)],
        ranges.ALIKE: [_cheapest_at(one, 1, 1)],
        ranges.SWAPPED: [_cheapest_at(one, mean_fn, mean_fp)],
    }
    flagged = tuple(
        tuple(int(np.sum(one.y_score >= cut)) for cut in cuts[name]) for name in ranges.COUNTED
    )
    return ranges.Told(round(one.worth(on_average(one)), 4), flagged)


def _best_f1(one: ranges.Team) -> float:
    _, fp, fn, tp, cuts = confusion_matrix_at_thresholds(one.y_true, one.y_score)
    return float(cuts[np.argmax(2 * tp / (2 * tp + fp + fn))])


LESSON = "09"
QUIZ = {
    1: Question(
        right="c",
        mistakes={
            "a": "0.5 is right only if a miss and a false alarm cost the same.",
            "b": "That is c_FP / c_FN, the odds. As a probability it is a little lower.",
            "d": "The prevalence is already contained in the probabilities.",
        },
        section="The threshold that the costs imply",
    ),
    2: Question(
        right="a",
        mistakes={
            "b": "Compare the heights of the bars: another one is higher.",
            "c": "Compare the heights of the bars: far more samples are flagged here already.",
            "d": "Here hundreds of samples are flagged, so that a rise by chance is rare.",
        },
        section="A threshold makes decisions",
    ),
    3: Question(
        right="d",
        mistakes={
            "a": "That would be so with the weights alone, or with the threshold alone.",
            "b": "The price list of a threshold t is (1 - t)/t. And the weights count too.",
            "c": "The two do not add up. Weights multiply the odds; by what does the threshold"
            " multiply them once more?",
        },
        section="Correct once",
    ),
    4: Question(
        right="a",
        mistakes={
            "b": "You took a false alarm for t times a found positive. It costs t/(1 - t).",
            "c": "That is the share of found positives. The false alarms are not paid yet.",
            "d": "You took a false alarm to cost as much as a found positive brings.",
        },
        section="When nobody names a price",
    ),
    5: Question(
        right="b",
        mistakes={
            "a": "Compute 4 / (a + 15) for both amounts, and compare with the probabilities.",
            "c": "The likelier fraud is the one of less money. Compute 4 / (a + 15) for both.",
            "d": "Compute 4 / (a + 15) for both amounts: one of them is below its probability.",
        },
        section="Every transaction has its own threshold",
    ),
}
