"""Oracles of lesson 09, for its hidden tests: every threshold tried in turn, roots by search."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.optimize import brentq
from sklearn.metrics import confusion_matrix_at_thresholds

from imbalance_lab.checks import Call, Question, Step, fresh

# Sizes of groups of rows and positives among them.
_GROUPS = ((400, 4), (200, 12), (100, 15), (50, 20), (25, 20))
_PRICES = ((1, 10), (1, 1), (2, 60), (3.0, 7.5))


def threshold_cases(seed: int) -> list[Call]:
    """Return scores with a threshold that equals one of them, and one above all of them."""
    calls = []
    for number, call in enumerate(fresh.scores(seed, probabilities=False)):
        y_score = call.args[1]
        threshold = float(np.sort(y_score)[len(y_score) // 2])
        calls.append(Call((y_score.tolist() if number % 2 else y_score, threshold)))
    return [*calls, Call(([0.2, 0.9], math.inf))]


def where_the_costs_meet(
    cost_fp: float, cost_fn: float, cost_tn: float = 0.0, cost_tp: float = 0.0
) -> float:
    """Return the probability at which flagging and passing cost the same, by root finding."""

    def flag_minus_pass(p: float) -> float:
        return (1 - p) * cost_fp + p * cost_tp - (1 - p) * cost_tn - p * cost_fn

    return float(brentq(flag_minus_pass, 0, 1))


def cost_matrix_cases(seed: int, n_cases: int = 20) -> list[Call]:
    """Return cost matrices; in some a right decision costs, in some it earns."""
    rng = np.random.default_rng(seed)
    calls = []
    for number in range(n_cases):
        cost_tn, cost_tp = rng.integers(-20, 6, size=2) / 2
        extra_fp, extra_fn = rng.integers(1, 60, size=2) / 2
        costs = [float(c) for c in (cost_tn + extra_fp, cost_tp + extra_fn, cost_tn, cost_tp)]
        if number % 4 == 0:  # the simple form: right decisions are free
            calls.append(Call((float(extra_fp), float(extra_fn))))
        elif number % 4 == 1:
            names = ("cost_fp", "cost_fn", "cost_tn", "cost_tp")
            calls.append(Call((), dict(zip(names, costs, strict=True))))
        else:
            calls.append(Call(tuple(costs)))
    return calls


def cheapest(y_true: Any, y_score: Any, cost_fp: float, cost_fn: float) -> float:
    """Return the highest threshold of least cost, by the counts of scikit-learn."""
    _, fps, fns, _, cuts = confusion_matrix_at_thresholds(np.asarray(y_true), np.asarray(y_score))
    costs = [cost_fn * float(np.sum(np.asarray(y_true) == 1))]
    costs += (cost_fp * fps + cost_fn * fns).tolist()
    least = min(costs)
    return max(cut for cut, cost in zip([math.inf, *cuts], costs, strict=True) if cost == least)


def cost_cases(seed: int) -> list[Call]:
    """Return labels, scores and costs whose sums are exact, and one long input."""
    calls = fresh.scores(seed, n_cases=30, cost_fp=[1, 2.5, 4, 40], cost_fn=[1, 3, 12.5, 60])
    rng = np.random.default_rng(seed)
    y_true = (rng.random(40_000) < 0.02).astype(int)
    y_score = rng.random(40_000) ** 2 * 0.5 + 0.4 * y_true * rng.random(40_000)
    return [*calls, Call((y_true, y_score), {"cost_fp": 1, "cost_fn": 8})]


def highest_with_recall(y_true: Any, y_score: Any, min_recall: float) -> float:
    """Return the highest threshold whose recall is high enough, trying every score."""
    positives = np.asarray(y_score)[np.asarray(y_true) == 1]
    return float(max(cut for cut in y_score if np.mean(positives >= cut) >= min_recall))


def capacity_cases(seed: int) -> list[Call]:
    """Return scores, half of them with many ties, and capacities from nobody to everybody."""
    calls = []
    for number, call in enumerate(fresh.scores(seed, n_cases=24)):
        y_score = call.args[1]
        capacity = [len(y_score) // 3, 3, len(y_score), 7, 0, 1][number % 6]
        calls.append(Call((y_score if number % 2 else y_score.tolist(), capacity)))
    return calls


def most_alerts(y_score: Any, capacity: int) -> list[int]:
    """Return the decisions of the lowest threshold that raises few enough alerts."""
    scores = np.asarray(y_score)
    for cut in [*np.unique(scores), math.inf]:
        if np.sum(scores >= cut) <= capacity:
            break
    return [int(score >= cut) for score in scores]


def tuned_cases(seed: int) -> list[Call]:
    """Return questions to a tuned model: fit on groups of rows, decide for each group."""
    rng = np.random.default_rng(seed)
    levels = np.arange(len(_GROUPS), dtype=float)[:, None]
    return [
        Call(prices, then=(Step("fit", grouped(rng)), Step("predict", (levels,))))
        for prices in _PRICES
    ]


def decided(cost_fp: float, cost_fn: float) -> list[int]:
    """Return the right decision for each group: whether alarms for all cost less than misses.

    All rows of a group are alike, so that it is flagged as a whole or not at all.
    """
    return [int(cost_fp * (n - k) < cost_fn * k) for n, k in _GROUPS]


def grouped(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return rows of one feature, the number of their group, in random order."""
    X = np.repeat(np.arange(len(_GROUPS), dtype=float), [n for n, _ in _GROUPS])[:, None]
    y = np.concatenate([np.arange(n) < k for n, k in _GROUPS]).astype(int)
    order = rng.permutation(len(y))
    return X[order], y[order]


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
        right="b",
        mistakes={
            "a": "Precision can rise as well: when the samples that are flagged in addition are"
            " mostly positives.",
            "c": "Recall can't fall: whoever was flagged stays flagged.",
            "d": "False alarms can't become fewer: whoever was flagged stays flagged.",
        },
        section="A threshold makes decisions",
    ),
    3: Question(
        right="d",
        mistakes={
            "a": "The corrections do not complement each other, they multiply.",
            "b": "Weights move the probabilities, and with them what a threshold means. The"
            " order in which you apply the two changes nothing.",
            "c": "Both work on severe imbalance. The trouble is that they do the same work.",
        },
        section="Correct once",
    ),
    4: Question(
        right="a",
        mistakes={
            "b": "The test rows then take part in the choice, and the reported cost is too low:"
            " the leak of lesson 04.",
            "c": "A model knows its training rows too well, a flexible one most of all. Their"
            " scores are not those of new rows.",
            "d": "With 0.5 no choice is made at all, and here the costs differ.",
        },
        section="Never on the test rows",
    ),
    5: Question(
        right="b",
        mistakes={
            "a": "The threshold was chosen so that the recall is just reached on these rows. On"
            " new rows it falls short about as often as not.",
            "c": "Twenty positives say little about the score that the twentieth of a hundred"
            " more will have.",
            "d": "The recall on new rows can be estimated; it is only lower than hoped, and"
            " uncertain.",
        },
        section="When a promise replaces the price",
    ),
}
