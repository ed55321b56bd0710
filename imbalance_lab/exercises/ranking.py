"""Exercises of lesson 03, ranking."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn import metrics

from imbalance_lab.checks import Exercise, Mistake, Quiz


def _two_groups(y_true: Any, y_score: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the scores of the positives as a column and those of the negatives as a row."""
    y_true, y_score = np.asarray(y_true), np.asarray(y_score, dtype=float)
    return y_score[y_true == 1][:, None], y_score[y_true == 0][None, :]


def _won(y_true: Any, y_score: Any) -> float:
    positive, negative = _two_groups(y_true, y_score)
    return float(np.mean(positive > negative))


def _not_lost(y_true: Any, y_score: Any) -> float:
    positive, negative = _two_groups(y_true, y_score)
    return float(np.mean(positive >= negative))


def _upside_down(y_true: Any, y_score: Any) -> float:
    positive, negative = _two_groups(y_true, y_score)
    return float(np.mean(np.sign(negative - positive)) / 2 + 0.5)


def _number_of_pairs(y_true: Any, y_score: Any) -> float:
    positive, negative = _two_groups(y_true, y_score)
    return float(np.sum(positive > negative) + np.sum(positive == negative) / 2)


def _every_pair(y_true: Any, y_score: Any) -> float:
    # Compares all samples with each other, those of the same class too.
    y_true, y_score = np.asarray(y_true), np.asarray(y_score, dtype=float)
    return _number_of_pairs(y_true, y_score) / (len(y_true) * (len(y_true) - 1) / 2)


ROC_AUC_BY_PAIRS = Exercise(
    "roc_auc_by_pairs",
    lesson="03",
    section="The ROC curve, pair by pair",
    arguments=("y_true", "y_score"),
    mistakes=(
        Mistake(
            "ties count for nothing",
            "Where a positive and a negative have the same score, nobody has won. Read in the"
            " contract what such a pair counts.",
            wrong=_won,
        ),
        Mistake(
            "ties count as won",
            "With this a score that is the same for everybody would be perfect. Read in the"
            " contract what a tie counts.",
            wrong=_not_lost,
        ),
        Mistake(
            "the number of pairs instead of their share",
            "An area under a ROC curve lies between 0 and 1.",
            wrong=_number_of_pairs,
        ),
        Mistake(
            "the winners are the negatives",
            "You measured how often a negative outranks a positive. A good score gives the positive"
            " the higher value.",
            wrong=_upside_down,
        ),
        Mistake(
            "pairs within a class were counted too",
            "Only pairs of one positive and one negative say anything about the ranking. Divide by"
            " their number.",
            wrong=_every_pair,
        ),
    ),
)


def _ranked(y_true: Any, y_score: Any) -> np.ndarray:
    """Return the labels from the highest score to the lowest, ties in the order they came."""
    order = np.argsort(-np.asarray(y_score, dtype=float), kind="stable")
    ranked: np.ndarray = np.asarray(y_true)[order]
    return ranked


def _precision_at_ranks(y_true: Any, y_score: Any) -> np.ndarray:
    ranked = _ranked(y_true, y_score)
    precision: np.ndarray = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
    return precision


def _trapezoid(y_true: Any, y_score: Any) -> float:
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    return float(metrics.auc(recall, precision))


def _ties_as_they_come(y_true: Any, y_score: Any) -> float:
    return float(np.mean(_precision_at_ranks(y_true, y_score)[_ranked(y_true, y_score) == 1]))


def _mean_over_all_ranks(y_true: Any, y_score: Any) -> float:
    return float(np.mean(_precision_at_ranks(y_true, y_score)))


def _running_best(y_true: Any, y_score: Any) -> float:
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    best = np.maximum.accumulate(precision[:-1])
    return float(np.sum(best * -np.diff(recall)))


def _lowest_first(y_true: Any, y_score: Any) -> float:
    return float(metrics.average_precision_score(y_true, -np.asarray(y_score, dtype=float)))


AVERAGE_PRECISION = Exercise(
    "average_precision",
    lesson="03",
    section="The precision-recall curve, positive by positive",
    arguments=("y_true", "y_score"),
    mistakes=(
        Mistake(
            "the points were joined by straight lines (the trapezoidal rule)",
            "Average precision is a sum of steps. Between two points of the curve precision does"
            " not move in a straight line, and the line to the end at precision 1 adds an area that"
            " no threshold can reach.",
            wrong=_trapezoid,
            section="Why not a straight line",
        ),
        Mistake(
            "equal scores were taken one after another",
            "No threshold separates samples of the same score, so they enter together. Otherwise"
            " the result depends on the order of the rows.",
            wrong=_ties_as_they_come,
        ),
        Mistake(
            "the mean over all ranks",
            "Only a step that gains recall counts, so negatives add no precision of their own.",
            wrong=_mean_over_all_ranks,
        ),
        Mistake(
            "precision was replaced by the best one at any higher recall",
            "That is interpolated average precision, an older convention of text retrieval. The"
            " contract takes each precision as it is.",
            wrong=_running_best,
        ),
        Mistake(
            "the list begins with the lowest score",
            "A positive should have a high score, so lower the threshold from above.",
            wrong=_lowest_first,
        ),
    ),
)


def _flagged(recall: float, fpr: float, prevalence: float) -> float:
    if recall == fpr == 0:
        raise ValueError("nobody is flagged: another question than the one that is mistaken here")
    return recall * prevalence + fpr * (1 - prevalence)


def _caught(recall: float, fpr: float, prevalence: float) -> float:
    return recall * prevalence if _flagged(recall, fpr, prevalence) else 0.0


def _swapped_prevalence(recall: float, fpr: float, prevalence: float) -> float:
    caught, alarms = recall * (1 - prevalence), fpr * prevalence
    return caught / (caught + alarms)


PRECISION_AT_PREVALENCE = Exercise(
    "precision_at_prevalence",
    lesson="03",
    section="What prevalence does",
    arguments=("recall", "false_positive_rate", "prevalence"),
    mistakes=(
        Mistake(
            "prevalence is left out",
            "Recall is a share of the positives and the false positive rate a share of the"
            " negatives. They can't be added before both are shares of the same group.",
            wrong=lambda recall, fpr, prevalence: recall / (recall + fpr),
        ),
        Mistake(
            "the prevalence of the negatives stands where that of the positives belongs",
            "Prevalence is the share of positives. Imagine 1,000 samples and count who is flagged.",
            wrong=_swapped_prevalence,
        ),
        Mistake(
            "false alarms are not weighted by the share of negatives",
            "The false positive rate is a share of the negatives only, and they are not all of the"
            " samples.",
            wrong=lambda recall, fpr, prevalence: recall * prevalence / (recall * prevalence + fpr),
        ),
        Mistake(
            "the share of all samples that is flagged",
            "You counted everybody who is flagged. Precision is the share of positives among them.",
            wrong=_flagged,
        ),
        Mistake(
            "the share of true positives among all samples",
            "Precision is a share of those who are flagged, not of everybody.",
            wrong=_caught,
        ),
    ),
)


def _reversed_index(y_true: Any, y_score: Any, min_recall: float) -> float:
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    return float(precision[np.searchsorted(recall[::-1], min_recall)])


def _first_to_reach(y_true: Any, y_score: Any, min_recall: float) -> float:
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    return float(precision[np.flatnonzero(recall >= min_recall)[-1]])


def _strictly_more(y_true: Any, y_score: Any, min_recall: float) -> float:
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    return float(precision[recall > min_recall].max())


def _worst(y_true: Any, y_score: Any, min_recall: float) -> float:
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    return float(precision[recall >= min_recall].min())


def _nearest(y_true: Any, y_score: Any, min_recall: float) -> float:
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    return float(precision[np.argmin(np.abs(recall - min_recall))])


def _roles_swapped(y_true: Any, y_score: Any, min_recall: float) -> float:
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    return float(recall[precision >= min_recall].max())


PRECISION_AT_RECALL = Exercise(
    "precision_at_recall",
    lesson="03",
    section="Find the bug",
    arguments=("y_true", "y_score", "min_recall"),
    mistakes=(
        Mistake(
            "more than the required recall, not at least",
            "A threshold that reaches the recall exactly is allowed too.",
            wrong=_strictly_more,
        ),
        Mistake(
            "an index of the reversed recall was used on the precision that is not reversed",
            "This is the bug of the popular snippet: read both arrays in the same order.",
            wrong=_reversed_index,
        ),
        Mistake(
            "the first threshold that reaches the recall, not the best one",
            "A lower threshold can have a higher precision, because precision goes up and down."
            " The contract asks for the highest among all that are allowed.",
            wrong=_first_to_reach,
        ),
        Mistake(
            "the lowest precision instead of the highest",
            "You may choose among the thresholds that reach the recall. Choose the best.",
            wrong=_worst,
        ),
        Mistake(
            "recall and precision changed places",
            "You found the best recall at a given precision.",
            wrong=_roles_swapped,
        ),
        Mistake(
            "the nearest recall, which may be too low",
            "The recall is a requirement. A threshold that misses it by little misses it.",
            wrong=_nearest,
        ),
    ),
)


def _top_by(y_true: Any, k: int, order: np.ndarray) -> float:
    return float(np.mean(np.asarray(y_true)[order[:k]]))


def _later_first(y_true: Any, y_score: Any, k: int) -> float:
    order = np.argsort(np.asarray(y_score, dtype=float), kind="stable")[::-1]
    return _top_by(y_true, k, order)


def _lowest(y_true: Any, y_score: Any, k: int) -> float:
    order = np.argsort(np.asarray(y_score, dtype=float), kind="stable")
    return _top_by(y_true, k, order)


def _recall_at_k(y_true: Any, y_score: Any, k: int) -> float:
    return float(_ranked(y_true, y_score)[:k].sum() / np.sum(y_true))


def _number_at_k(y_true: Any, y_score: Any, k: int) -> float:
    return float(_ranked(y_true, y_score)[:k].sum())


def _by_threshold(y_true: Any, y_score: Any, k: int) -> float:
    y_score = np.asarray(y_score, dtype=float)
    return float(np.mean(np.asarray(y_true)[y_score >= np.sort(y_score)[-k]]))


PRECISION_AT_K = Exercise(
    "precision_at_k",
    lesson="03",
    section="A team with capacity",
    arguments=("y_true", "y_score", "k"),
    mistakes=(
        Mistake(
            "more than k samples were taken where scores are equal",
            "A team that can check k cases checks k. The contract says who comes first among equal"
            " scores.",
            wrong=_by_threshold,
        ),
        Mistake(
            "of equal scores the later one came first",
            "Reversing a sorted list reverses the ties as well. The contract says who comes first.",
            wrong=_later_first,
        ),
        Mistake(
            "the lowest scores were taken",
            "The top of the list is where the scores are highest.",
            wrong=_lowest,
        ),
        Mistake(
            "recall at k",
            "You divided by the number of positives. Precision is a share of those checked.",
            wrong=_recall_at_k,
        ),
        Mistake(
            "a number instead of a share",
            "Precision at k is a share of the k samples.",
            wrong=_number_at_k,
        ),
    ),
)

QUIZ = Quiz("03")
