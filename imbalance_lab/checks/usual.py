"""Mistakes that come in many exercises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from imbalance_lab.checks.calls import Call, Outcome, Returned
from imbalance_lab.checks.exercise import Mistake


def _any_argument(kind: type) -> Callable[[Call], bool]:
    return lambda call: any(
        isinstance(value, kind) for value in (*call.args, *call.kwargs.values())
    )


LISTS = Mistake(
    "it fails for lists",
    "The contract says array-like: a list, an array or a Series. Comparing a list with a number, or"
    " choosing some of its items, does something else than with an array: turn what comes into one"
    " kind first.",
    only_on=_any_argument(list),
)
SERIES = Mistake(
    "it fails for a Series with an index of its own",
    "The index of a Series keeps the labels of the table that it was taken from, so that y[0] need"
    " not be its first value. Turn what comes into an array first.",
    only_on=_any_argument(pd.Series),
)


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
