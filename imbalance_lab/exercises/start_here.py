"""Exercises of lesson 00, start here."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from imbalance_lab.checks import Call, Exercise, Mistake, Outcome, Quiz, Raised, Returned
from imbalance_lab.exercises.inputs import TEXT


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


def _no_counting_numbers(call: Call) -> bool:
    """Return whether some label is none of 0, 1, 2, ..., as np.bincount asks for."""
    return any(isinstance(label, str) or label < 0 for label in call.args[0])


def _no_numbers(call: Call) -> bool:
    return any(isinstance(label, str | bool | np.bool_) for label in call.args[0])


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
            "percentages instead of shares", "The shares of all classes add up to 1.", when=_percent
        ),
        Mistake(
            "classes of equal count are not in the order of their labels",
            "Where two classes have the same count the contract says which comes first. If you"
            " ordered the labels first and sorted by count afterwards: a sort may shuffle rows of"
            " equal count, unless you ask pandas or NumPy for a stable one.",
            when=_ties_unsorted,
        ),
        replace(TEXT, only_on=_no_counting_numbers),
        Mistake(
            "it works for a pandas Series only",
            "The contract says array-like: a list, an array or a Series. Turn what comes into one"
            " kind first.",
            only_on=lambda call: not isinstance(call.args[0], pd.Series),
        ),
    ),
)


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
        ),
        Mistake(
            "the share of the rarest class",
            "A share compares the class with all samples, a ratio compares two classes.",
        ),
        Mistake(
            "all samples are compared with the rarest class",
            "What is divided is the size of the largest class, not that of the whole data set.",
        ),
        replace(TEXT, only_on=_no_numbers),
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
    ),
)

QUIZ = Quiz("00")
