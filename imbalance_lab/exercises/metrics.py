"""Exercises of lesson 02, metrics at a threshold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from imbalance_lab.checks import Call, Exercise, Mistake, Outcome, Quiz, Raised, Returned, Worth
from imbalance_lab.checks.recorded import practice
from imbalance_lab.exercises.choices import Told
from imbalance_lab.exercises.clients import (
    NO_PRICES,
    ONE_MEASURE,
    PRICES_SWAPPED,
    RATES_ADDED,
    TEST_PREVALENCE,
    judge,
)
from imbalance_lab.exercises.inputs import ARRAYS, INDEX

#: Clients to practise on: what each detector saves them later, and what is told to the judge.
PRACTICE_SEED, PRACTICE_PRICES, *_told = practice("02")
PRACTICE = Told(*_told)


def practice_clients() -> Worth:
    """Return the judge of choices for the clients to practise on."""
    return judge(PRACTICE_SEED, PRACTICE, "on the clients for practice", PRACTICE_PRICES)


def two_detectors() -> pd.DataFrame:
    """Return the test of the example by hand: two detectors, 100 frauds and 900 others."""
    caught = {"A": (60, 9), "B": (80, 63)}
    y = np.repeat([1, 0], [100, 900])
    rank = np.concatenate([np.arange(100), np.arange(900)])
    flags = {name: (rank < np.where(y, tp, fp)).astype(int) for name, (tp, fp) in caught.items()}
    return pd.DataFrame({"is_fraud": y, **flags})


def _undefined(call: Call, expected: Any, outcome: Outcome) -> bool:
    """Return whether a division by zero was left to Python or NumPy."""
    if isinstance(outcome, Raised):
        return "ZeroDivisionError" in outcome.error
    if not isinstance(outcome, Returned):
        return False
    return bool(np.isnan(np.asarray(outcome.value, dtype=float)).any())


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
        Mistake("shares instead of counts", "The four numbers add up to the number of samples."),
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


CHOOSE_DETECTOR = Exercise(
    "choose_detector",
    lesson="02",
    section="A detector for each client",
    arguments=("test", "prevalence", "cost_fp", "cost_fn"),
    mistakes=(
        Mistake(
            TEST_PREVALENCE,
            "One row in ten of the test set is a fraud. Among the client's own transactions it is"
            " another share, and so misses and false alarms come in other numbers.",
        ),
        Mistake(
            PRICES_SWAPPED,
            "`cost_fp` is paid for a false alarm, `cost_fn` for a miss. Which of the two is rare?",
        ),
        Mistake(
            NO_PRICES,
            "The client's prevalence is used and the client's prices are not: a false alarm is"
            " taken to cost as much as a miss.",
            section="Every measure has a price list",
        ),
        Mistake(
            RATES_ADDED,
            "Two rates that are shares of groups of different size were added. How many frauds,"
            " and how many other transactions, does the client have?",
        ),
        Mistake(
            ONE_MEASURE,
            "This is what a measure such as F1 or accuracy chooses on the test set. It has never"
            " heard of this client's prices, nor of how rare fraud is there.",
            section="Every measure has a price list",
        ),
    ),
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
        Mistake("the confidence is always 95%", "Another confidence needs another quantile z."),
        Mistake(
            "what stands in the brackets is not divided any more",
            "For a few trials that all succeeded, your interval ends far above 1. The last step,"
            " which brings it back, is missing.",
        ),
    ),
    from_scratch=("proportion_confint", "proportion_ci", "binomtest"),
)

QUIZ = Quiz("02")
