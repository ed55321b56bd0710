"""Plain values: what may pass between a student's answer and the check that judges it.

Numbers, strings, lists, tuples, sets, dicts, NumPy arrays, pandas objects. Everything else is
refused by name, and subclasses are rebuilt as their plain base, so that no method that a student
wrote (an `__eq__` that always agrees, say) runs inside a check.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

_ATOMS = (bool, int, float, complex, str, bytes, type(None))
_LONG: dict[Any, Any] = {np.longdouble: float, np.clongdouble: complex}  # not Python's own
_DEEPEST = 20
_LONGEST = 5_000_000


class NotPlainError(TypeError):
    """A value can't be compared because it is not plain; the message says what it is."""


def plain(value: Any) -> Any:
    """Return `value` rebuilt from plain types only.

    Parameters
    ----------
    value : object

    Returns
    -------
    object
        Numbers become Python's, also an array without a dimension; lists, tuples, dicts and their
        subclasses the plain type with plain elements; arrays, Series and DataFrames are copied.

    Raises
    ------
    NotPlainError
        If it is, or contains, anything else, is nested deeper than 20 levels or has more than
        5 million elements in all.
    """
    return _Rebuilding().plain(value, 0)


class _Rebuilding:
    """Counts elements before they are made: a value may hold more of them than it has bytes."""

    def __init__(self) -> None:
        self._left = _LONGEST

    def _take(self, length: int) -> None:
        self._left -= length
        if self._left < 0:
            raise NotPlainError(f"more than the {_LONGEST:,} elements that are compared")

    def plain(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind in _ATOMS:
            return value
        if depth >= _DEEPEST:
            raise NotPlainError(f"a value nested deeper than {_DEEPEST} levels")
        if kind.__module__ in ("decimal", "fractions"):
            return float(value)
        if kind.__module__ == "numpy" and getattr(value, "ndim", None) == 0:
            return _LONG[kind](value) if kind in _LONG else self.plain(value.item(), depth + 1)
        if kind is np.ndarray or isinstance(value, pd.Index):
            return self._array(value, depth)
        if kind is range:
            self._take(len(value[: _LONGEST + 1]))
            return list(value)
        for base in (list, tuple, set, frozenset):
            if issubclass(kind, base):
                self._take(base.__len__(value))
                items = [self.plain(item, depth + 1) for item in base.__iter__(value)]
                return items if base is list else base(items)
        if issubclass(kind, dict):
            self._take(dict.__len__(value))
            pairs = dict.items(value)
            return {self.plain(k, depth + 1): self.plain(v, depth + 1) for k, v in pairs}
        if kind is pd.Series:
            index = self._index(value.index, depth)
            return pd.Series(self._array(value, depth), index=index, name=_label(value.name))
        if kind is pd.DataFrame:
            columns = [self._array(value.iloc[:, i], depth) for i in range(value.shape[1])]
            index = self._index(value.index, depth)
            frame = pd.DataFrame(dict(enumerate(columns)), index=index)
            frame.columns = self._index(value.columns, depth)
            return frame
        raise NotPlainError(_describe(value))

    def _array(self, values: Any, depth: int) -> np.ndarray:
        self._take(values.size)
        array = np.asarray(values)
        if array.dtype.type in _LONG:
            return array.astype(_LONG[array.dtype.type])
        if array.dtype.kind in "biufcUSMm":
            return np.array(array, copy=True)
        if array.dtype.kind == "O":
            rebuilt = np.empty(array.size, dtype=object)
            rebuilt[:] = [self.plain(item, depth + 1) for item in array.ravel()]
            return rebuilt.reshape(array.shape)
        raise NotPlainError(f"an array of dtype {array.dtype}")

    def _index(self, index: pd.Index, depth: int) -> pd.Index:
        if isinstance(index, pd.MultiIndex):
            return pd.MultiIndex.from_tuples(self.plain(list(index), depth + 1))
        return pd.Index(self._array(index, depth))


def _label(name: Any) -> Any:
    return name if type(name) in (str, int, type(None)) else str(type(name).__name__)


def _describe(value: Any) -> str:
    kind = type(value)
    name = f"an object of type {kind.__name__}"
    if kind.__name__ in ("generator", "map", "filter", "zip", "dict_values", "dict_keys"):
        return f"{name}: turn it into a list first"
    if kind.__name__ in ("function", "builtin_function_or_method", "method"):
        return f"{name}: are the brackets of the call missing?"
    for method in ("toarray", "tolist"):  # a sparse matrix; a tensor, an array with gaps
        if hasattr(kind, method):
            return f"{name}: turn it into plain values first, by its method `{method}`"
    return name
