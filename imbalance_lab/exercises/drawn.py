"""Rows that an answer drew at random: laws and mistakes that lessons 05, 06 and 11 share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from imbalance_lab.checks import Call, Law, Mistake, Outcome, Returned


def positions(rows: Any, y: Any) -> list[int] | None:
    """Return rows as whole numbers, None where they are no positions of `y`."""
    found = np.asarray(np.asarray(rows).tolist())  # an array of objects may hold whole numbers
    if found.ndim != 1 or found.dtype.kind not in "iu" or not found.size:
        return None
    numbers: list[int] = found.tolist()
    return numbers if min(numbers) >= 0 and max(numbers) < len(y) else None


def no_positions(y: Any) -> str:
    """Return what to say of rows that are no positions of `y`."""
    return f"the rows must be whole numbers from 0 to {len(y) - 1}"


def classes_of(y: Any) -> tuple[set[int], set[int]]:
    """Return the positions of the common and of the rare one of two classes."""
    labels = list(y)
    (_, _), (rare, _) = Counter(labels).most_common()
    of_rare = {place for place, label in enumerate(labels) if label == rare}
    return set(range(len(labels))) - of_rare, of_rare


def _are_index_labels(call: Call, expected: Any, outcome: Outcome) -> bool:
    y = call.args[0]
    if not isinstance(outcome, Returned) or not isinstance(y, pd.Series):
        return False
    rows = np.asarray(outcome.value)
    return bool(rows.ndim == 1 and rows.size) and set(rows.tolist()) <= set(y.index.tolist())


INDEX_LABELS = Mistake(
    "index labels instead of positions",
    "After a split, a Series keeps the index labels of the table that it came from. The contract"
    " asks for positions, which count from 0.",
    when=_are_index_labels,
)


def _is_mask(call: Call, expected: Any, outcome: Outcome) -> bool:
    value = np.asarray(outcome.value) if isinstance(outcome, Returned) else np.zeros(0)
    return bool(value.dtype == bool and value.size > 0)


MASK = Mistake(
    "a mask instead of positions",
    "Return the positions of the rows as whole numbers. A mask says of each row whether it comes,"
    " but not how often, nor in which order.",
    when=_is_mask,
)


class _Again:
    """Remember the rows of a call, to compare them with those of the same call made again."""

    def __init__(self) -> None:
        self._first: list[Any] | None = None

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


def rows_with(**wanted: int) -> Callable[..., bool]:
    """Return the law of a worked example: how many of the drawn rows have each label."""

    def law(rows: Any, y: Any, *args: Any, **kwargs: Any) -> bool:
        return Counter(y[row] for row in rows) == wanted

    return law


def rows_that(holds: Callable[..., Any]) -> Callable[[Call, Any, Outcome], bool]:
    """Return a `Mistake.when` of holds(times, common, rare, and arguments after the labels)."""

    def when(call: Call, expected: Any, outcome: Outcome) -> bool:
        y, *rest = call.args
        found = positions(outcome.value, y) if isinstance(outcome, Returned) else None
        return found is not None and bool(holds(Counter(found), *classes_of(y), *rest))

    return when


def n_drawn(times: Counter[int], rows: Iterable[int]) -> int:
    """Return how often any of some rows was drawn."""
    return sum(times[row] for row in rows)
