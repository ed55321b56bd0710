"""Exercises of lesson 00, start here."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from imbalance_lab.checks import Call, Exercise, Mistake, Outcome, Question, Quiz, Raised, Returned


def _frame(outcome: Outcome) -> pd.DataFrame | None:
    """Return what came as a data frame with a count for each class, None for anything else."""
    value = outcome.value if isinstance(outcome, Returned) else None
    fits = isinstance(value, pd.DataFrame) and "count" in value and len(value) > 1
    return value if fits else None


def _common_first(call: Call, expected: Any, outcome: Outcome) -> bool:
    frame = _frame(outcome)
    if frame is None:
        return False
    steps = np.diff(frame["count"].to_numpy(dtype=float))
    return bool((steps <= 0).all() and (steps < 0).any())


def _labels_beside(call: Call, expected: Any, outcome: Outcome) -> bool:
    frame = _frame(outcome)
    return (
        frame is not None and frame.shape[1] == 3 and list(frame.index) == list(range(len(frame)))
    )


def _percent(call: Call, expected: Any, outcome: Outcome) -> bool:
    frame = _frame(outcome)
    return frame is not None and "share" in frame and bool(frame["share"].sum() > 1.5)


def _ties_unsorted(call: Call, expected: Any, outcome: Outcome) -> bool:
    frame = _frame(outcome)
    if frame is None or not isinstance(expected, pd.DataFrame):
        return False
    same_counts = list(frame["count"]) == list(expected["count"])
    same_labels = set(frame.index) == set(expected.index)
    return same_counts and same_labels and list(frame.index) != list(expected.index)


def _numbers_only(call: Call, expected: Any, outcome: Outcome) -> bool:
    # Whole numbers are what np.bincount, and arithmetic on labels, can do.
    failed = isinstance(outcome, Raised) and {"TypeError", "ValueError"} & set(outcome.error)
    return bool(failed) and any(isinstance(label, str) for label in call.args[0])


def _series_only(call: Call, expected: Any, outcome: Outcome) -> bool:
    failed = isinstance(outcome, Raised) and "AttributeError" in outcome.error
    return failed and not isinstance(call.args[0], pd.Series)


CLASS_TABLE = Exercise(
    "class_table",
    lesson="00",
    section="Count before anything else",
    arguments=("y",),
    mistakes=(
        Mistake(
            "the counts are in the wrong order",
            "The common class comes first here. The contract wants the rarest class in the first"
            " row, because it is the one that you will look for.",
            when=_common_first,
        ),
        Mistake(
            "the labels are a column, not the index",
            "The contract asks for two columns, and for the labels in the index.",
            when=_labels_beside,
        ),
        Mistake(
            "percentages instead of shares",
            "The shares of all classes add up to 1.",
            when=_percent,
        ),
        Mistake(
            "classes of equal count are not in the order of their labels",
            "Where two classes have the same count the contract says which comes first. Without"
            " such a rule the same data could give two tables.",
            when=_ties_unsorted,
        ),
        Mistake(
            "it fails for labels that are strings",
            "Labels may be of any kind. Count them; don't do arithmetic with them.",
            when=_numbers_only,
        ),
        Mistake(
            "it works for a pandas Series only",
            "The contract says array-like: a list, an array or a Series. Turn what comes into one"
            " kind first.",
            when=_series_only,
        ),
    ),
)


def _counts(y: Any) -> np.ndarray:
    return np.unique(np.asarray(y), return_counts=True)[1]


def _absent_ignored(call: Call, expected: Any, outcome: Outcome) -> bool:
    return (
        isinstance(outcome, Returned)
        and expected == math.inf
        and isinstance(outcome.value, int | float)
        and math.isfinite(outcome.value)
        and outcome.value >= 1
    )


def _divided_by_zero(call: Call, expected: Any, outcome: Outcome) -> bool:
    failed = isinstance(outcome, Raised) and "ZeroDivisionError" in outcome.error
    return failed and expected == math.inf


IMBALANCE_RATIO = Exercise(
    "imbalance_ratio",
    lesson="00",
    section="One number for the imbalance",
    arguments=("y", "classes"),
    mistakes=(
        Mistake(
            "the ratio is inverted",
            "The contract says how many samples of the largest class there are for each one of the"
            " smallest, which is never below 1.",
            wrong=lambda y, classes=None: _counts(y).min() / _counts(y).max(),
        ),
        Mistake(
            "the share of the rarest class",
            "A share compares the class with all samples, a ratio compares two classes.",
            wrong=lambda y, classes=None: _counts(y).min() / len(y),
        ),
        Mistake(
            "all samples are compared with the rarest class",
            "The ratio has the largest class above the line, not the whole data set.",
            wrong=lambda y, classes=None: len(y) / _counts(y).min(),
        ),
        Mistake(
            "a class that is absent was divided by",
            "A class named in `classes` may have no sample at all. The contract says what to"
            " return then.",
            when=_divided_by_zero,
        ),
        Mistake(
            "a class that is absent was overlooked",
            "A class named in `classes` may have no sample at all: counting what is there never"
            " finds it. The contract says what to return then.",
            when=_absent_ignored,
        ),
        Mistake(
            "it fails for labels that are strings",
            "Labels may be of any kind. Count them; don't do arithmetic with them.",
            when=_numbers_only,
        ),
    ),
)

QUIZ = Quiz(
    "00",
    {
        1: Question(
            right="c",
            mistakes={
                "a": "The cells below your answers show a part of the tests. Others run when the"
                " notebook is graded.",
                "b": "Validate looks at nothing but your own copy and sends nothing. Handing in is"
                " a step of its own.",
                "d": "The two agree mostly, but Validate starts afresh and runs from the top: it"
                " finds names that exist only because you ran a cell that is gone.",
            },
            section="Validate, then hand in",
        ),
        2: Question(
            right="b",
            mistakes={
                "a": "That divides 1 by the ratio. A share is measured against all samples, the"
                " rare ones included.",
                "c": "A ratio of 19 means 19 common samples for each rare one.",
                "d": "With two classes the ratio fixes the share. What it does not fix is how many"
                " samples there are.",
            },
            section="One number for the imbalance",
        ),
        3: Question(
            right="a",
            mistakes={
                "b": "Nobody sees the guess, and nothing checks it.",
                "c": "A guess that turns out wrong is the useful one: it marks what to look at.",
                "d": "The cell runs with any number in it.",
            },
            section="Predict before you run",
        ),
        4: Question(
            right="d",
            mistakes={
                "a": "That passes the cell that you see. The hidden inputs are different ones.",
                "b": "The grader calls your function with inputs of its own, which no variable of"
                " the notebook knows.",
                "c": "Warnings cost nothing; a wrong value does.",
            },
            section="One exercise from beginning to end",
        ),
    },
)
