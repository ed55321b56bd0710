"""Oracles of lesson 03, for its hidden tests."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.metrics import precision_score

from imbalance_lab.checks import Question


def by_weighted_samples(recall: float, false_positive_rate: float, prevalence: float) -> float:
    """Return the precision of four samples that stand for the four outcomes, by their weights."""
    weights = [
        prevalence * recall,
        prevalence * (1 - recall),
        (1 - prevalence) * false_positive_rate,
        (1 - prevalence) * (1 - false_positive_rate),
    ]
    y_true, y_pred = [1, 1, 0, 0], [1, 0, 1, 0]
    return float(precision_score(y_true, y_pred, sample_weight=weights, zero_division=np.nan))


def best_allowed(y_true: Any, y_score: Any, min_recall: float) -> float:
    """Return the highest precision at a recall that is high enough, trying every threshold."""
    flagged = [y_true[y_score >= threshold] for threshold in y_score]
    return float(max(y.mean() for y in flagged if y.sum() >= min_recall * y_true.sum()))


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
