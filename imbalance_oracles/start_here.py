"""Answer keys of lesson 00: counts by label, ratios by a table of all classes."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from imbalance_lab.checks import Call, Question
from imbalance_lab.exercises import start_here as exercises
from imbalance_oracles import fresh
from imbalance_oracles.key import Key


def counted(y: Any) -> pd.DataFrame:
    """Return the class table, by counting one label after another."""
    pairs = sorted(Counter(list(y)).items(), key=lambda pair: (pair[1], pair[0]))
    rows = {label: {"count": n, "share": n / len(y)} for label, n in pairs}
    return pd.DataFrame(
        {name: [row[name] for row in rows.values()] for name in ("count", "share")}, list(rows)
    )


def _labels(rng: np.random.Generator) -> list[Call]:
    """Return labels of few classes, of one class, and of many classes of equal count."""
    many = [f"class {number:02d}" for number in rng.permutation(40)[:30]]
    twice = rng.choice(many, size=12, replace=False).tolist()
    ties = rng.permutation(many + twice).tolist()
    # Shares are elevenths, which no two decimal places hold.
    numbers = rng.permutation([7, 7, 3, 3, 11, 5, 5, 2, 2, 2, 2]).tolist()
    index = rng.permutation(len(numbers)) + 50
    return [
        *fresh.labels(rng, n_cases=6, n_classes=[2, 3, 4, 5], sizes=(5, 40)),
        Call((ties,)),
        Call((np.array(ties[::-1]),)),
        Call((pd.Series(numbers, index=index),)),
        Call(([True] * int(rng.integers(2, 9)),)),
    ]


CLASS_TABLE = Key(
    exercises.CLASS_TABLE,
    right=counted,
    inputs=_labels,
    by_hand=[Call((["ok", "spam", "ok", "fraud", "ok"],))],
)


def ratio(y: Any, classes: Any = None) -> float:
    """Return the imbalance ratio from a table of all classes that could occur."""
    counts = pd.Series(list(y)).value_counts()
    if classes is not None:
        counts = counts.reindex(classes, fill_value=0)
    return float(counts.max() / counts.min()) if counts.min() else math.inf


def _with_classes(rng: np.random.Generator) -> list[Call]:
    """Return labels with and without a list of classes, of which some do not occur."""
    named = [[5, 6, 2], [2, 5, 6, 1], [6, 2, 5], None]
    one = ["ok"] * int(rng.integers(2, 6))
    return [
        *fresh.labels(rng, n_cases=5, n_classes=[2, 3, 4], sizes=(5, 40)),
        *fresh.labels(rng, n_cases=6, values=(5, 6, 2), sizes=(5, 30), classes=named),
        Call((pd.Series(["a", "b", "b"], index=[9, 4, 7]),), {"classes": ["c", "b", "a"]}),
        Call((one,)),
        Call((one,), {"classes": ["ok", "fraud"]}),
    ]


def _counts(y: Any) -> np.ndarray:
    return np.unique(np.asarray(y), return_counts=True)[1]


IMBALANCE_RATIO = Key(
    exercises.IMBALANCE_RATIO,
    right=ratio,
    inputs=_with_classes,
    by_hand=[
        Call((["ok", "ok", "fraud", "ok"],)),
        Call((["ok", "ok", "fraud", "ok"],), {"classes": ["ok", "fraud", "spam"]}),
    ],
    wrong={
        "the ratio is inverted": lambda y, classes=None: _counts(y).min() / _counts(y).max(),
        "the share of the rarest class": lambda y, classes=None: _counts(y).min() / len(y),
        "all samples are compared with the rarest class": lambda y, classes=None: (
            len(y) / _counts(y).min()
        ),
    },
)

LESSON = "00"
QUIZ = {
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
            "c": "The ratio says how many common samples there are for each rare one.",
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
}
