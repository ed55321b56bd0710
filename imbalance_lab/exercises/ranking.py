"""Exercises of lesson 03, ranking."""

from __future__ import annotations

import numpy as np

from imbalance_lab.checks import Call, Exercise, Mistake, Quiz, raises
from imbalance_lab.exercises.inputs import ARRAYS, INDEX

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
        ),
        Mistake(
            "ties count as won",
            "With this a score that is the same for everybody would be perfect. Read in the"
            " contract what a tie counts.",
        ),
        Mistake(
            "the number of pairs instead of their share",
            "An area under a ROC curve lies between 0 and 1.",
        ),
        Mistake(
            "the winners are the negatives",
            "You measured how often a negative outranks a positive. A good score gives the positive"
            " the higher value.",
        ),
        Mistake(
            "pairs within a class were counted too",
            "Only pairs of one positive and one negative say anything about the ranking. Divide by"
            " their number.",
        ),
        INDEX,
        ARRAYS,
    ),
    from_scratch=("roc_auc_score",),
)


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
            section="Why not a straight line",
        ),
        Mistake(
            "equal scores were taken one after another",
            "No threshold separates samples of the same score, so they enter together. Otherwise"
            " the result depends on the order of the rows.",
        ),
        Mistake(
            "the mean over all ranks",
            "Only a step that gains recall counts, so negatives add no precision of their own.",
        ),
        Mistake(
            "precision was replaced by the best one at any higher recall",
            "That is interpolated average precision, an older convention of text retrieval. The"
            " contract takes each precision as it is.",
        ),
        Mistake(
            "the list begins with the lowest score",
            "A positive should have a high score, so lower the threshold from above.",
        ),
        Mistake(
            "each gain of recall goes with the precision of the threshold before",
            "The samples that bring the recall are flagged at the new threshold, so its precision"
            " belongs to the step.",
        ),
        INDEX,
        ARRAYS,
    ),
    from_scratch=("average_precision_score",),
)


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
        ),
        Mistake(
            "the prevalence of the negatives stands where that of the positives belongs",
            "Prevalence is the share of positives. Imagine 1,000 samples and count who is flagged.",
        ),
        Mistake(
            "false alarms are not weighted by the share of negatives",
            "The false positive rate is a share of the negatives only, and they are not all of the"
            " samples.",
        ),
        Mistake(
            "the share of all samples that is flagged",
            "You counted everybody who is flagged. Precision is the share of positives among them.",
        ),
        Mistake(
            "the share of true positives among all samples",
            "Precision is a share of those who are flagged, not of everybody.",
        ),
        Mistake(
            "a precision where nobody is flagged",
            "Without an alarm there is no share of right alarms, neither 0 nor 1. The contract says"
            " what to return then.",
        ),
        Mistake(
            "a division by zero",
            "Where nobody is flagged there is nothing to divide by. The contract says what to"
            " return then.",
            when=raises("ZeroDivisionError"),
        ),
    ),
)


PRECISION_AT_RECALL = Exercise(
    "precision_at_recall",
    lesson="03",
    section="Find the bug",
    arguments=("y_true", "y_score", "min_recall"),
    mistakes=(
        Mistake(
            "more than the required recall, not at least",
            "A threshold that reaches the recall exactly is allowed too.",
        ),
        Mistake(
            "an index of the reversed recall was used on the precision that is not reversed",
            "This is the bug of the popular snippet: read both arrays in the same order.",
        ),
        Mistake(
            "the first threshold that reaches the recall, not the best one",
            "A lower threshold can have a higher precision, because precision goes up and down."
            " The contract asks for the highest among all that are allowed.",
        ),
        Mistake(
            "the lowest precision instead of the highest",
            "You may choose among the thresholds that reach the recall. Choose the best.",
        ),
        Mistake(
            "recall and precision changed places",
            "You found the best recall at a given precision.",
        ),
        Mistake(
            "the nearest recall, which may be too low",
            "The recall is a requirement. A threshold that misses it by little misses it.",
        ),
        Mistake(
            "the precision was read between two points of the curve",
            "No threshold lies there. Choose among the thresholds that there are.",
        ),
    ),
)


def _cuts_a_tie(call: Call) -> bool:
    """Return whether only some of the samples with the k-th score are taken."""
    scores = np.sort(np.asarray(call.args[1], dtype=float))[::-1]
    k = int(call.args[2] if len(call.args) > 2 else call.kwargs["k"])
    return k < len(scores) and bool(scores[k - 1] == scores[k])


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
        ),
        Mistake(
            "of equal scores the later one came first",
            "Reversing a sorted list reverses the ties as well. The contract says who comes first.",
        ),
        Mistake(
            "the lowest scores were taken",
            "The top of the list is where the scores are highest.",
        ),
        Mistake(
            "recall at k",
            "You divided by the number of positives. Precision is a share of those checked.",
        ),
        Mistake(
            "a number instead of a share",
            "Precision at k is a share of the k samples.",
        ),
        Mistake(
            "equal scores are shuffled by the sort",
            "The contract says which of two equal scores comes first. A sort keeps the order of the"
            " data among them only if it is stable. Most sorts of NumPy and pandas are not unless"
            " they are asked, which shows in long data, and on one processor sooner than on"
            " another.",
            only_on=_cuts_a_tie,
        ),
        INDEX,
        ARRAYS,
    ),
)

QUIZ = Quiz("03")
