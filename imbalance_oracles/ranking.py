"""Answer keys of lesson 03, ranking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn import metrics

from imbalance_lab.checks import Call, Question
from imbalance_lab.exercises import ranking as exercises
from imbalance_oracles import fresh
from imbalance_oracles.key import Key

Scored = Callable[..., float]


def _columns(rng: np.random.Generator, y: Any, scores: Any, kind: str) -> tuple[Any, Any]:
    """Return both columns as lists, as arrays, or as Series of which each has its own index."""
    y, scores = np.asarray(y), np.asarray(scores)
    if kind == "lists":
        return y.tolist(), scores.tolist()
    if kind == "Series":
        return tuple(pd.Series(c, index=rng.permutation(len(c)) + 5) for c in (y, scores))
    return y, scores


def _both_classes(rng: np.random.Generator) -> list[Call]:
    """Return scores with and without ties, probabilities and others, good, bad and all equal."""
    n = int(rng.integers(5, 10))
    drawn = [
        *fresh.scores(rng, n_cases=6, sizes=(8, 30)),
        *fresh.scores(rng, n_cases=4, sizes=(8, 30), probabilities=False),
    ]
    kinds = ["lists", "arrays", "Series", "arrays", "lists"] * 2
    calls = [
        Call(_columns(rng, call.args[0], call.args[1].round(4), kind))
        for call, kind in zip(drawn, kinds, strict=True)
    ]
    y, counts = rng.permutation([0, 0, 1] * n), rng.integers(-3, 4, size=3 * n)
    edges = [(y, counts), (1 - y, counts), (y, 100 * y), (y, -y), (y, np.full(3 * n, 0.5))]
    return [*calls, *map(Call, edges), Call(_columns(rng, y, counts / 2, "Series"))]


def _two_groups(y_true: Any, y_score: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the scores of the positives as a column and those of the negatives as a row."""
    y_true, y_score = np.asarray(y_true), np.asarray(y_score, dtype=float)
    return y_score[y_true == 1][:, None], y_score[y_true == 0][None, :]


def _share_of_pairs(win: float, tie: float) -> Scored:
    """Return what comes where a pair that is won, and a tie, count so much."""

    def wrong(y_true: Any, y_score: Any) -> float:
        positive, negative = _two_groups(y_true, y_score)
        lose = 1.0 - win
        return float(
            win * np.mean(positive > negative)
            + tie * np.mean(positive == negative)
            + lose * np.mean(positive < negative)
        )

    return wrong


def _number_of_pairs(y_true: Any, y_score: Any) -> float:
    positive, negative = _two_groups(y_true, y_score)
    return float(np.sum(positive > negative) + np.sum(positive == negative) / 2)


def _every_pair(y_true: Any, y_score: Any) -> float:
    return _number_of_pairs(y_true, y_score) / (len(y_true) * (len(y_true) - 1) / 2)


ROC_AUC_BY_PAIRS = Key(
    exercises.ROC_AUC_BY_PAIRS,
    right=lambda y_true, y_score: float(metrics.roc_auc_score(list(y_true), list(y_score))),
    inputs=_both_classes,
    by_hand=[Call(([0, 0, 1, 1], [0.1, 0.4, 0.4, 0.8])), Call(([1, 0, 0], [3, 5, -2]))],
    wrong={
        "ties count for nothing": _share_of_pairs(win=1, tie=0),
        "ties count as won": _share_of_pairs(win=1, tie=1),
        "the number of pairs instead of their share": _number_of_pairs,
        "the winners are the negatives": _share_of_pairs(win=0, tie=0.5),
        "pairs within a class were counted too": _every_pair,
    },
)


# --- average_precision ----------------------------------------------------------------------------


def _curve(y_true: Any, y_score: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return precision and recall from the lowest threshold up, with the point (1, 0)."""
    precision, recall, _ = metrics.precision_recall_curve(list(y_true), list(y_score))
    return precision, recall


def _precision_at_ranks(y_true: Any, y_score: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the labels by falling score, ties as they came, and the precision down to each."""
    order = np.argsort(-np.asarray(y_score, dtype=float), kind="stable")
    ranked = np.asarray(y_true)[order]
    return ranked, np.cumsum(ranked) / np.arange(1, len(ranked) + 1)


def _trapezoid(y_true: Any, y_score: Any) -> float:
    precision, recall = _curve(y_true, y_score)
    return float(metrics.auc(recall, precision))


def _ties_as_they_come(y_true: Any, y_score: Any) -> float:
    ranked, precision = _precision_at_ranks(y_true, y_score)
    return float(np.mean(precision[ranked == 1]))


def _steps(y_true: Any, y_score: Any, precision_of: Callable[[np.ndarray], np.ndarray]) -> float:
    precision, recall = _curve(y_true, y_score)
    return float(np.sum(precision_of(precision) * -np.diff(recall)))


AVERAGE_PRECISION = Key(
    exercises.AVERAGE_PRECISION,
    right=lambda y_true, y_score: float(
        metrics.average_precision_score(list(y_true), list(y_score))
    ),
    inputs=_both_classes,
    by_hand=[
        Call(([0, 1, 1, 0, 1], [0.8, 0.6, 0.4, 0.4, 0.1])),
        Call(([0, 0, 1, 0], [0.3, 0.3, 0.3, 0.3])),
    ],
    wrong={
        "the points were joined by straight lines (the trapezoidal rule)": _trapezoid,
        "equal scores were taken one after another": _ties_as_they_come,
        "the mean over all ranks": lambda y_true, y_score: float(
            np.mean(_precision_at_ranks(y_true, y_score)[1])
        ),
        "precision was replaced by the best one at any higher recall": lambda y_true, y_score: (
            _steps(y_true, y_score, lambda precision: np.maximum.accumulate(precision[:-1]))
        ),
        "the list begins with the lowest score": lambda y_true, y_score: float(
            metrics.average_precision_score(list(y_true), [-score for score in y_score])
        ),
        "each gain of recall goes with the precision of the threshold before": (
            lambda y_true, y_score: _steps(y_true, y_score, lambda precision: precision[1:])
        ),
    },
)


# --- precision_at_prevalence ----------------------------------------------------------------------


def by_weighted_samples(recall: float, false_positive_rate: float, prevalence: float) -> float:
    """Return the precision of four samples that stand for the four outcomes, by their weights."""
    weights = [
        prevalence * recall,
        prevalence * (1 - recall),
        (1 - prevalence) * false_positive_rate,
        (1 - prevalence) * (1 - false_positive_rate),
    ]
    y_true, y_pred = [1, 1, 0, 0], [1, 0, 1, 0]
    return float(
        metrics.precision_score(y_true, y_pred, sample_weight=weights, zero_division=np.nan)
    )


def _rates(rng: np.random.Generator) -> list[Call]:
    """Return rates within both classes, none and all flagged, at prevalences rare and common."""
    drawn = rng.uniform([0.1, 0.01, 0.01], [1, 0.6, 0.9], size=(7, 3)).round(3).tolist()
    rare = round(float(rng.uniform(0.0005, 0.005)), 5)
    edges = [(0, 0, rare), (0.0, 0.0, 0.5), (0.0, 0.2, rare), (0.7, 0.0, rare), (1, 1, rare)]
    return [Call(tuple(rates)) for rates in (*drawn, *edges, (0.9, 0.05, rare), (1.0, 0.0, 0.5))]


def _flagged(recall: float, false_positive_rate: float, prevalence: float) -> float:
    if recall == false_positive_rate == 0:
        raise ValueError("nobody is flagged: another question than the one that is mistaken here")
    return recall * prevalence + false_positive_rate * (1 - prevalence)


def _caught(recall: float, false_positive_rate: float, prevalence: float) -> float:
    return recall * prevalence if _flagged(recall, false_positive_rate, prevalence) else 0.0


def _ratio(part: float, rest: float) -> float:
    return part / (part + rest)


def _never_undefined(recall: float, false_positive_rate: float, prevalence: float) -> float:
    value = by_weighted_samples(recall, false_positive_rate, prevalence)
    return 0.0 if np.isnan(value) else value


PRECISION_AT_PREVALENCE = Key(
    exercises.PRECISION_AT_PREVALENCE,
    right=by_weighted_samples,
    inputs=_rates,
    by_hand=[Call((0.8, 0.1, 0.2)), Call((0.0, 0.0, 0.2))],
    wrong={
        "prevalence is left out": lambda recall, false_positive_rate, prevalence: _ratio(
            recall, false_positive_rate
        ),
        "the prevalence of the negatives stands where that of the positives belongs": (
            lambda recall, false_positive_rate, prevalence: _ratio(
                recall * (1 - prevalence), false_positive_rate * prevalence
            )
        ),
        "false alarms are not weighted by the share of negatives": (
            lambda recall, false_positive_rate, prevalence: _ratio(
                recall * prevalence, false_positive_rate
            )
        ),
        "the share of all samples that is flagged": _flagged,
        "the share of true positives among all samples": _caught,
        "a precision where nobody is flagged": _never_undefined,
    },
)


# --- precision_at_recall --------------------------------------------------------------------------


def best_allowed(y_true: Any, y_score: Any, min_recall: float) -> float:
    """Return the highest precision at a recall that is high enough, trying every threshold."""
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    flagged = [y_true[y_score >= threshold] for threshold in y_score]
    return float(max(y.mean() for y in flagged if y.sum() >= min_recall * y_true.sum()))


def _with_min_recall(rng: np.random.Generator) -> list[Call]:
    """Return recalls that a threshold reaches exactly, that lie between two, and the whole."""
    between = {"min_recall": [0.33, 0.61, 0.87, 0.94]}
    drawn = fresh.scores(rng, n_cases=9, sizes=(15, 30), **between)
    calls = [
        Call(_columns(rng, call.args[0], call.args[1].round(4), kind), call.kwargs)
        for call, kind in zip(drawn, ["arrays", "lists", "Series"] * 3, strict=True)
    ]
    # Four and eight positives: these recalls are reached exactly, and are exact in the computer.
    for positives, exact in ((4, 0.5), (4, 0.25), (8, 0.75), (8, 0.125), (4, 1.0), (8, 1.0)):
        y = rng.permutation([1] * positives + [0] * 12)
        scores = (y + rng.normal(scale=1.2, size=len(y))).round(int(rng.integers(0, 3)))
        calls.append(Call((y, scores, exact)))
    return calls


def _reached(y_true: Any, y_score: Any, min_recall: float) -> np.ndarray:
    """Return the precisions, from the lowest threshold up, whose recall is high enough."""
    precision, recall = _curve(y_true, y_score)
    return precision[recall >= min_recall]


def _strictly_more(y_true: Any, y_score: Any, min_recall: float) -> float:
    precision, recall = _curve(y_true, y_score)
    return float(precision[recall > min_recall].max())


def _reversed_index(y_true: Any, y_score: Any, min_recall: float) -> float:
    precision, recall = _curve(y_true, y_score)
    return float(precision[np.searchsorted(recall[::-1], min_recall)])


def _roles_swapped(y_true: Any, y_score: Any, min_recall: float) -> float:
    precision, recall = _curve(y_true, y_score)
    return float(recall[precision >= min_recall].max())


def _nearest(y_true: Any, y_score: Any, min_recall: float) -> float:
    precision, recall = _curve(y_true, y_score)
    return float(precision[np.argmin(np.abs(recall - min_recall))])


def _interpolated(y_true: Any, y_score: Any, min_recall: float) -> float:
    precision, recall = _curve(y_true, y_score)
    return float(np.interp(min_recall, recall[::-1], precision[::-1]))


PRECISION_AT_RECALL = Key(
    exercises.PRECISION_AT_RECALL,
    right=best_allowed,
    inputs=_with_min_recall,
    by_hand=[
        Call(([0, 0, 1, 1, 1, 1, 0], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3], 0.6)),
        Call(([1, 0, 1, 0], [4, 3, 2, 1], 0.5)),
    ],
    wrong={
        "more than the required recall, not at least": _strictly_more,
        "an index of the reversed recall was used on the precision that is not reversed": (
            _reversed_index
        ),
        "the first threshold that reaches the recall, not the best one": (
            lambda y_true, y_score, min_recall: float(_reached(y_true, y_score, min_recall)[-1])
        ),
        "the lowest precision instead of the highest": lambda y_true, y_score, min_recall: float(
            _reached(y_true, y_score, min_recall).min()
        ),
        "recall and precision changed places": _roles_swapped,
        "the nearest recall, which may be too low": _nearest,
        "the precision was read between two points of the curve": _interpolated,
    },
)


# --- precision_at_k -------------------------------------------------------------------------------


def from_the_top(y_true: Any, y_score: Any, k: int) -> float:
    """Return the share of positives among the first k, by Python's own sort, which is stable."""
    rows = sorted(zip(y_score, y_true, strict=True), key=lambda row: -row[0])
    return float(sum(label for _, label in rows[:k]) / k)


def _capacities(rng: np.random.Generator) -> list[Call]:
    """Return short lists, and long ones of which k cuts a tie: one class comes first in it."""
    drawn = fresh.scores(rng, n_cases=6, sizes=(9, 16), ties=False, k=[2, 3, 5, 8])
    calls = [
        Call(_columns(rng, call.args[0], call.args[1].round(4), kind), call.kwargs)
        for call, kind in zip(drawn, ["arrays", "lists"] * 3, strict=True)
    ]
    for number, kind in enumerate(["arrays", "lists", "Series", "Series"] * 2):
        n = int(rng.integers(40, 55))
        scores = rng.permutation([0.5] * (n - 20) + [0.9] * 4 + [0.7] * 4 + [0.2] * 12)
        tied = np.flatnonzero(scores == 0.5)
        taken = int(rng.integers(6, len(tied) - 6))
        y = rng.integers(0, 2, size=n)
        y[tied] = (np.arange(len(tied)) < taken) == (number < 4)
        calls.append(Call((*_columns(rng, y, scores, kind), 8 + taken)))
    y, scores = rng.permutation([1] * 3 + [0] * 6), rng.permutation(9) - 4
    return [*calls, Call((y, scores, 9)), Call((y, scores, 1)), Call((1 - y, scores, 4))]


def _ranked(y_true: Any, y_score: Any, k: int) -> np.ndarray:
    return _precision_at_ranks(y_true, y_score)[0][:k]


def _by_order(y_true: Any, k: int, order: np.ndarray) -> float:
    return float(np.mean(np.asarray(y_true)[order[:k]]))


def _rising(y_score: Any) -> np.ndarray:
    return np.argsort(np.asarray(y_score, dtype=float), kind="stable")


def _by_threshold(y_true: Any, y_score: Any, k: int) -> float:
    y_score = np.asarray(y_score, dtype=float)
    return float(np.mean(np.asarray(y_true)[y_score >= np.sort(y_score)[-k]]))


PRECISION_AT_K = Key(
    exercises.PRECISION_AT_K,
    right=from_the_top,
    inputs=_capacities,
    by_hand=[Call(([1, 1, 0, 0, 0, 1], [0.3, 0.8, 0.3, 0.6, 0.1, 0.9]), {"k": 4})],
    wrong={
        "more than k samples were taken where scores are equal": _by_threshold,
        "of equal scores the later one came first": lambda y_true, y_score, k: _by_order(
            y_true, k, _rising(y_score)[::-1]
        ),
        "the lowest scores were taken": lambda y_true, y_score, k: _by_order(
            y_true, k, _rising(y_score)
        ),
        "recall at k": lambda y_true, y_score, k: float(
            _ranked(y_true, y_score, k).sum() / np.sum(y_true)
        ),
        "a number instead of a share": lambda y_true, y_score, k: float(
            _ranked(y_true, y_score, k).sum()
        ),
    },
)


LESSON = "03"
QUIZ = {
    1: Question(
        right="b",
        mistakes={
            "a": "That would be accuracy, which needs a threshold. No threshold went into it.",
            "c": "Recall needs a threshold, and this number has none.",
            "d": "Precision depends on the prevalence, and the area under the ROC curve doesn't"
            " know it.",
        },
        section="The ROC curve, pair by pair",
    ),
    2: Question(
        right="c",
        mistakes={
            "a": "Both rates are shares within one class, so the ROC curve stays as it is.",
            "b": "With fewer positives among as many negatives, the same false positive rate"
            " gives more false alarms for each catch.",
            "d": "The area under the ROC curve is made of rates within the classes, and"
            " thinning out one class leaves those as they are on average.",
        },
        section="What prevalence does",
    ),
    3: Question(
        right="d",
        mistakes={
            "a": "A score that knows nothing reaches the prevalence, so 0.5 would be useless on"
            " balanced data and excellent at 1%.",
            "b": "One half is what chance gives for the area under the ROC curve.",
            "c": "Without the prevalence there is nothing to compare it with.",
        },
        section="The precision-recall curve, positive by positive",
    ),
    4: Question(
        right="a",
        mistakes={
            "b": "The team never gets to see how the rest of the list is ordered.",
            "c": "Nobody acts at 0.5 here: the capacity decides how many are flagged.",
            "d": "Recall at 90% is far down the list, where this team never arrives.",
        },
        section="A team with capacity",
    ),
    5: Question(
        right="b",
        mistakes={
            "a": "They are, and each of them adds pairs that are won.",
            "c": "Average precision barely notices them: they are far below every positive.",
            "d": "They are ranked correctly, so they add won pairs and no lost ones.",
        },
        section="Easy negatives",
    ),
}
