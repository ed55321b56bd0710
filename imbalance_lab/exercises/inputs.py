"""Mistakes about the kind of input and its edges, which an exercise of any lesson may share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from imbalance_lab.checks import Call, Mistake, Outcome, Returned


def _given(call: Call) -> list[Any]:
    return [*call.args, *call.kwargs.values()]


def has_list(call: Call) -> bool:
    """Return whether some argument is a plain list."""
    return any(isinstance(value, list) for value in _given(call))


def has_index(call: Call) -> bool:
    """Return whether some argument is a Series whose index does not count its rows."""
    series = [value for value in _given(call) if isinstance(value, pd.Series)]
    return any(list(value.index) != list(range(len(value))) for value in series)


def has_text(call: Call) -> bool:
    """Return whether some argument holds strings."""
    columns = [v for v in _given(call) if isinstance(v, list | np.ndarray | pd.Series)]
    return any(isinstance(item, str) for column in columns for item in column)


def _nan_at_one(call: Call, expected: object, outcome: Outcome) -> bool:
    """Return whether all that is missing in a right answer are the numbers for a certain row."""
    if not isinstance(outcome, Returned) or not isinstance(expected, np.ndarray):
        return False
    came = np.asarray(outcome.value)
    if came.dtype.kind != "f" or came.shape != expected.shape or not np.isnan(came).any():
        return False
    return bool(np.allclose(np.where(np.isnan(came), 1.0, came), expected))


LISTS = Mistake(
    "a list is used as if it were an array",
    "The contract says array-like, so a plain list may come too. Arithmetic and comparisons with a"
    " list do not go element by element: turn what comes into an array first.",
    only_on=has_list,
)
INDEX = Mistake(
    "the index of a Series decides, not the order of the rows",
    "A Series may come with an index of its own, which pandas goes by when it picks rows or puts"
    " two Series together. In this contract only positions count: turn what comes into an array"
    " first.",
    only_on=has_index,
)
ARRAYS = Mistake(
    "lists and Series are used as if they were arrays",
    "The contract says array-like: a list, an array or a Series may come, and a Series may have an"
    " index of its own. Turn what comes into an array first, then everything goes row by row.",
    only_on=lambda call: has_list(call) or has_index(call),
)
TEXT = Mistake(
    "it fails for labels that are strings",
    "Labels may be of any kind. Compare and count them; don't do arithmetic with them.",
    only_on=has_text,
)
CERTAIN = Mistake(
    "a probability of 1 gives no number",
    "The odds of a certain positive are infinite. The contract says what stays 1.",
    when=_nan_at_one,
)
