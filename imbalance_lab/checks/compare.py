"""Compare what an answer returned with what was expected, and say how they differ."""

from __future__ import annotations

import math
from collections.abc import Sized
from typing import Any

import numpy as np
import pandas as pd

from imbalance_lab.checks.show import show

REL = 1e-6
ABS = 1e-8

_SEQUENCES = (list, tuple, np.ndarray, pd.Series)


def difference(expected: Any, got: Any, rel: float = REL, abs_: float = ABS) -> str | None:
    """Say how `got` differs from `expected`.

    Parameters
    ----------
    expected, got : plain values
        Any sequence may stand for any other, a NumPy scalar for a number; numbers are compared
        with a tolerance, labels exactly.
    rel, abs_ : float
        Relative and absolute tolerance, as in `math.isclose`.

    Returns
    -------
    str or None
        A short reason, "" where showing both values says enough, None where they agree.
    """
    if got is None and expected is not None:
        return "nothing was returned: is a `return` missing?"
    if isinstance(expected, pd.DataFrame):
        return _frame_difference(expected, got, rel, abs_)
    if isinstance(expected, pd.Series):
        return _series_difference(expected, got, rel, abs_)
    if isinstance(expected, dict):
        return _dict_difference(expected, got, rel, abs_)
    if isinstance(expected, set | frozenset):
        same = isinstance(got, set | frozenset) and set(expected) == set(got)
        return None if same else _wrong_type("a set", got, (set, frozenset))
    if isinstance(expected, _SEQUENCES):
        return _sequence_difference(expected, got, rel, abs_)
    return _scalar_difference(expected, got, rel, abs_)


def _scalar_difference(expected: Any, got: Any, rel: float, abs_: float) -> str | None:
    expected, got = _item(expected), _item(got)
    if isinstance(expected, bool | str | bytes | type(None)):
        if type(got) is not type(expected):
            wanted = "None" if expected is None else _article(type(expected).__name__)
            return _wrong_type(wanted, got, type(expected))
        return None if got == expected else ""
    if isinstance(got, bool) or not isinstance(got, int | float | complex):
        return _wrong_type("a number", got, (int, float, complex))
    if isinstance(got, int) and abs(got) > 10**308:
        return "the value is too large"
    if math.isnan(abs(expected)) or math.isnan(abs(got)):
        both = math.isnan(abs(expected)) and math.isnan(abs(got))
        return None if both else ("" if math.isnan(abs(expected)) else "nan is not a number")
    if math.isinf(abs(got)) and not math.isinf(abs(expected)):
        return "the value is infinite"
    return None if np.isclose(got, expected, rtol=rel, atol=abs_) else ""


def _sequence_difference(expected: Any, got: Any, rel: float, abs_: float) -> str | None:
    got = _item(got)
    if not isinstance(got, _SEQUENCES):
        return _wrong_type(f"{len(expected)} values", got, _SEQUENCES)
    if len(got) != len(expected):
        return f"expected {len(expected)} values, not {len(got)}"
    left, right = _numeric(expected), _numeric(got)
    if left is not None and right is not None:
        if left.shape != right.shape:
            return f"expected shape {left.shape}, not {right.shape}"
        return _array_difference(left, right, rel, abs_)
    for position, (one, other) in enumerate(zip(expected, got, strict=True)):
        reason = difference(_item(one), _item(other), rel, abs_)
        if reason is not None:
            return f"at position {position}" + (f": {reason}" if reason else "")
    return None


def _array_difference(expected: np.ndarray, got: np.ndarray, rel: float, abs_: float) -> str | None:
    close = np.isclose(got, expected, rtol=rel, atol=abs_, equal_nan=True)
    if close.all():
        return None
    for name, found in (("nan", np.isnan), ("infinite", np.isinf)):
        strange = found(got) & ~found(expected)
        if strange.any():
            return f"{int(strange.sum())} of {got.size} values are {name}"
    if got.size <= 3:
        return ""
    first = tuple(int(i) for i in np.argwhere(~close)[0])
    where = first[0] if len(first) == 1 else first
    return f"{int((~close).sum())} of {got.size} values differ, the first at position {where}"


def _dict_difference(expected: dict[Any, Any], got: Any, rel: float, abs_: float) -> str | None:
    if not isinstance(got, dict):
        return _wrong_type("a dict", got, dict)
    if set(got) != set(expected):
        right, came = (show(sorted(map(repr, keys))) for keys in (expected, got))
        return f"the keys should be {right}, not {came}"
    for key, value in expected.items():
        reason = difference(value, got[key], rel, abs_)
        if reason is not None:
            return f"at key {key!r}" + (f": {reason}" if reason else "")
    return None


def _series_difference(expected: pd.Series, got: Any, rel: float, abs_: float) -> str | None:
    if not isinstance(got, pd.Series):
        return _wrong_type("a Series", got, pd.Series)
    if list(got.index) != list(expected.index):
        return f"the index should be {show(list(expected.index))}, not {show(list(got.index))}"
    return _sequence_difference(expected.to_numpy(), got.to_numpy(), rel, abs_)


def _frame_difference(expected: pd.DataFrame, got: Any, rel: float, abs_: float) -> str | None:
    if not isinstance(got, pd.DataFrame):
        return _wrong_type("a DataFrame", got, pd.DataFrame)
    for what in ("columns", "index"):
        right, came = list(getattr(expected, what)), list(getattr(got, what))
        if right != came:
            return f"the {what} should be {show(right)}, not {show(came)}"
    for column in expected.columns:
        pair = expected[column].to_numpy(), got[column].to_numpy()
        reason = _sequence_difference(*pair, rel, abs_)
        if reason is not None:
            return f"in column {column!r}" + (f": {reason}" if reason else "")
    return None


def _numeric(values: Any) -> np.ndarray | None:
    """Return `values` as an array of floats, None where they are no numbers."""
    if _has_text(values):
        return None
    try:
        array = np.asarray(values)
    except ValueError:  # ragged
        return None
    return array.astype(float) if array.dtype.kind in "iuf" else None


def _has_text(values: Any) -> bool:
    """Return whether text is among the values: each would take as much as the longest of them."""
    if isinstance(values, np.ndarray):
        return values.dtype.kind in "US"
    kinds = set(map(type, values)) if isinstance(values, list | tuple) else set()
    nested = not kinds.isdisjoint({list, tuple, np.ndarray}) and any(map(_has_text, values))
    return nested or not kinds.isdisjoint({str, bytes})


def _item(value: Any) -> Any:
    """Return a NumPy number as Python's; an array without a dimension is one too."""
    scalar = isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0)
    return value.item() if scalar else value


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _wrong_type(wanted: str, got: Any, accepted: Any) -> str:
    got = _item(got)
    if isinstance(got, accepted) and not isinstance(got, bool):
        return ""
    length = f" of {len(got)} values" if isinstance(got, Sized) and not isinstance(got, str) else ""
    return f"expected {wanted}, not {_article(type(got).__name__)}{length}"
