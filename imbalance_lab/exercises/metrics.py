"""Exercises of lesson 02, metrics at a threshold."""

from __future__ import annotations

from typing import Any

import numpy as np

from imbalance_lab.checks import Call, Exercise, Mistake, Outcome, Quiz, Raised, Returned
from imbalance_lab.exercises.inputs import ARRAYS, INDEX


def _undefined(call: Call, expected: Any, outcome: Outcome) -> bool:
    """Return whether a division by zero was left to Python or NumPy."""
    if isinstance(outcome, Raised):
        return "ZeroDivisionError" in outcome.error
    if not isinstance(outcome, Returned):
        return False
    try:
        return bool(np.isnan(np.asarray(outcome.value, dtype=float)).any())
    except (TypeError, ValueError):
        return False


CONFUSION_COUNTS = Exercise(
    "confusion_counts",
    lesson="02",
    section="Four counts, and which class is which",
    arguments=("y_true", "y_pred", "pos_label"),
    mistakes=(
        Mistake(
            "false positives and false negatives are swapped",
            "The second word is what was predicted: a false positive was called positive, and that"
            " was false.",
        ),
        Mistake(
            "the order is (tp, fp, fn, tn)",
            "All four counts are right, but the contract asks for (tn, fp, fn, tp), the order in"
            " which scikit-learn's matrix is read.",
        ),
        Mistake(
            "the label that sorts last is taken for the positive class",
            "Sorting knows nothing about meaning: “fraud” sorts before “ok”. The positive class is"
            " the one that `pos_label` names.",
        ),
        Mistake(
            "only the label 1 counts as positive",
            "The positive class can have any label. `pos_label` says which.",
        ),
        Mistake(
            "a negative that was taken for another negative is not counted",
            "All labels but `pos_label` are negative. Whether one negative class was taken for"
            " another does not matter here.",
        ),
        Mistake(
            "shares instead of counts",
            "The four numbers add up to the number of samples.",
        ),
        INDEX,
        ARRAYS,
    ),
)


PRECISION_RECALL = Exercise(
    "precision_recall",
    lesson="02",
    section="Two questions, two denominators",
    arguments=("y_true", "y_pred", "pos_label"),
    mistakes=(
        Mistake(
            "precision and recall are swapped",
            "Precision looks at what was flagged, recall at what was there to be found.",
        ),
        Mistake(
            "the label that sorts last is taken for the positive class",
            "Both numbers change completely when the other class is called positive. Use"
            " `pos_label`.",
            section="Four counts, and which class is which",
        ),
        Mistake(
            "specificity instead of recall",
            "The second number is the share of the negatives that were left in peace. Recall is"
            " about the positives.",
        ),
        Mistake(
            "both are divided by the number of samples",
            "Each of the two has a denominator of its own: all that was flagged, and all that was"
            " there to be found.",
        ),
        Mistake(
            "a division by zero",
            "Where nothing was flagged, precision has no denominator; where there is no positive,"
            " recall has none. The contract says what to return then.",
            when=_undefined,
        ),
        INDEX,
        ARRAYS,
    ),
    from_scratch=(
        "precision_score",
        "recall_score",
        "precision_recall_fscore_support",
        "classification_report",
    ),
)


F_BETA = Exercise(
    "f_beta",
    lesson="02",
    section="One number out of two",
    arguments=("precision", "recall", "beta"),
    mistakes=(
        Mistake(
            "beta is on the wrong side",
            "A large beta must pull the value towards recall. Try beta = 100: the value should be"
            " close to recall.",
        ),
        Mistake(
            "beta is not squared",
            "In the formula beta always comes squared.",
        ),
        Mistake(
            "beta is squared in one place and not in the other",
            "A harmonic mean of two equal values is that value. Try precision = recall = 1.",
        ),
        Mistake(
            "beta is ignored",
            "This is F1. It prices a miss like a false alarm; beta changes that.",
        ),
        Mistake(
            "the arithmetic mean",
            "The plain mean of precision and recall is above one half for a model that flags"
            " everything. Look again at which mean is used.",
        ),
        Mistake(
            "a division by zero",
            "Where precision and recall are both zero the formula has no value. The contract says"
            " what to return then.",
            when=_undefined,
        ),
    ),
)


BALANCED_ACCURACY_AND_MCC = Exercise(
    "balanced_accuracy_and_mcc",
    lesson="02",
    section="Both classes in one number",
    arguments=("tn", "fp", "fn", "tp"),
    mistakes=(
        Mistake(
            "the first number is plain accuracy",
            "Accuracy counts every sample alike, so the common class decides it. Take the share of"
            " right answers inside each class first.",
        ),
        Mistake(
            "the first number is the G-mean",
            "The square root of a product is the geometric mean. Balanced accuracy is the"
            " arithmetic one.",
        ),
        Mistake(
            "the first number averages precision and recall",
            "Balanced accuracy averages the recall of both classes: recall and specificity.",
        ),
        Mistake(
            "the square root of the Matthews correlation is missing",
            "A correlation can reach 1. Try a perfect detector, and look at what is under the"
            " fraction line.",
        ),
        Mistake(
            "the sign of the Matthews correlation is lost",
            "A detector that is worse than guessing has a negative correlation.",
        ),
        Mistake(
            "a division by zero",
            "A detector that never flags makes the denominator of the Matthews correlation zero."
            " The contract says what to return then.",
            when=_undefined,
        ),
        Mistake(
            "the two numbers have changed places",
            "The contract asks for the balanced accuracy first.",
        ),
    ),
    from_scratch=("balanced_accuracy_score", "matthews_corrcoef"),
)


WILSON_INTERVAL = Exercise(
    "wilson_interval",
    lesson="02",
    section="How sure is a recall from twenty positives?",
    arguments=("n_successes", "n", "confidence"),
    mistakes=(
        Mistake(
            "the interval that trusts the observed share",
            "This is the Wald interval: it takes the spread from the observed share, so 0 of 20"
            " gets an interval without any width. Wilson asks which true shares are compatible"
            " with what was seen.",
        ),
        Mistake(
            "the Wald interval, cut off at 0 and 1",
            "Cutting it off hides that the interval left the possible values, and does not mend"
            " its width.",
        ),
        Mistake(
            "the quantile of a one-sided interval",
            "A 95% interval leaves 2.5% on each side, not 5%.",
        ),
        Mistake(
            "the centre is the observed share",
            "Wilson's interval is not centred on the observed share: its centre is drawn towards"
            " one half.",
        ),
        Mistake(
            "the confidence is always 95%",
            "Another confidence needs another quantile z.",
        ),
        Mistake(
            "what stands in the brackets is not divided any more",
            "For a few trials that all succeeded, your interval ends far above 1. The last step,"
            " which brings it back, is missing.",
        ),
    ),
    from_scratch=("proportion_confint", "proportion_ci", "binomtest"),
)


MACRO_F1 = Exercise(
    "macro_f1",
    lesson="02",
    section="More than two classes",
    arguments=("y_true", "y_pred"),
    mistakes=(
        Mistake(
            "the micro average",
            "Adding up the counts of all classes before dividing gives plain accuracy, which the"
            " common classes decide.",
        ),
        Mistake(
            "the average is weighted by how common each class is",
            "With these weights the rare classes hardly count. In the macro average every class"
            " has one vote.",
        ),
        Mistake(
            "the F1 of the averaged precision and recall",
            "Another quantity has the same name, and it is never smaller. Take the F1 of each"
            " class first, then average.",
        ),
        Mistake(
            "classes that were never predicted are left out",
            "A class that the model has given up has an F1 of 0, and that belongs in the average.",
        ),
        Mistake(
            "classes that occur only among the predictions are left out",
            "The contract asks for every class that occurs in `y_true` or in `y_pred`.",
        ),
        Mistake(
            "a division by zero",
            "A class without a true positive has an F1 of 0. The contract says so.",
            when=_undefined,
        ),
        INDEX,
        ARRAYS,
    ),
    from_scratch=(
        "f1_score",
        "fbeta_score",
        "precision_recall_fscore_support",
        "classification_report",
    ),
)

QUIZ = Quiz("02")
