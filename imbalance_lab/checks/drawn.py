"""Rows that an answer drew at random: what they are, and laws of every right draw."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from imbalance_lab.checks.exercise import Law, Mistake


def positions(rows: Any, y: Any) -> list[int] | None:
    """Return rows as whole numbers, None where they are no positions of `y`."""
    found = np.asarray(rows)
    if found.ndim != 1 or found.dtype.kind not in "iu" or not found.size:
        return None
    numbers: list[int] = found.tolist()
    return numbers if min(numbers) >= 0 and max(numbers) < len(y) else None


def classes_of(y: Any) -> tuple[set[int], set[int]]:
    """Return the positions of the common and of the rare one of two classes."""
    labels = list(y)
    (_, _), (rare, _) = Counter(labels).most_common()
    of_rare = {place for place, label in enumerate(labels) if label == rare}
    return set(range(len(labels))) - of_rare, of_rare


class _Again:
    """Remember the rows of a call, to compare them with those of the same call made again."""

    def __init__(self) -> None:
        self._first: list[int] | None = None

    def __call__(self, rows: Any, *args: Any, **kwargs: Any) -> bool | str:
        """Compare every second answer with the one before."""
        first, now = self._first, np.asarray(rows).tolist()
        self._first = now if first is None else None
        if first is None or first == now:
            return True
        return "the same call gave other rows the second time"


SAME_SEED_SAME_ROWS = Law(
    _Again,
    "the same rows in the same order for the same random_state",
    shows=Mistake(
        "random_state is not used",
        "The contract asks that the same int gives the same rows again. Make your source of random"
        " numbers from it, and draw from no other.",
    ),
)
