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
_DEEPEST = 20
_LONGEST = 5_000_000


class NotPlainError(TypeError):
    """A value can't be compared because it is not plain; the message says what it is."""


def plain(value: Any, _depth: int = 0) -> Any:
    """Return `value` rebuilt from plain types only.

    Parameters
    ----------
    value : object

    Returns
    -------
    object
        NumPy scalars become Python scalars; lists, tuples, dicts and their subclasses become
        the plain type with plain elements; arrays, Series and DataFrames are copied.

    Raises
    ------
    NotPlainError
        If it is, or contains, anything else, is nested deeper than 20 levels or has more than
        5 million elements.
    """
    kind = type(value)
    if kind in _ATOMS:
        return value
    if _depth >= _DEEPEST:
        raise NotPlainError(f"a value nested deeper than {_DEEPEST} levels")
    if issubclass(kind, np.generic) and kind.__module__ == "numpy":
        return plain(value.item(), _depth + 1)
    if kind is np.ndarray:
        return _plain_array(value, _depth)
    if kind is range:
        return list(value)
    for base in (list, tuple, set, frozenset):
        if issubclass(kind, base):
            _check_length(base.__len__(value))
            items = [plain(item, _depth + 1) for item in base.__iter__(value)]
            return items if base is list else base(items)
    if issubclass(kind, dict):
        _check_length(dict.__len__(value))
        return {plain(k, _depth + 1): plain(v, _depth + 1) for k, v in dict.items(value)}
    if kind in (pd.Series, pd.DataFrame) or isinstance(value, pd.Index):
        return _plain_pandas(value, _depth)
    raise NotPlainError(_describe(value))


def _plain_array(array: np.ndarray, depth: int) -> np.ndarray:
    _check_length(array.size)
    if array.dtype.kind in "biufcUSMm":
        return np.array(array, copy=True)
    if array.dtype.kind == "O":
        rebuilt = np.empty(array.size, dtype=object)
        rebuilt[:] = [plain(item, depth + 1) for item in array.ravel()]
        return rebuilt.reshape(array.shape)
    raise NotPlainError(f"an array of dtype {array.dtype}")


def _plain_pandas(value: Any, depth: int) -> Any:
    _check_length(value.size)
    if isinstance(value, pd.Index):
        return _plain_array(np.asarray(value), depth)
    if isinstance(value, pd.Series):
        data = _plain_array(np.asarray(value), depth)
        return pd.Series(data, index=_plain_index(value.index, depth), name=_label(value.name))
    columns = [_plain_array(np.asarray(value.iloc[:, i]), depth) for i in range(value.shape[1])]
    frame = pd.DataFrame(dict(enumerate(columns)), index=_plain_index(value.index, depth))
    frame.columns = _plain_index(value.columns, depth)
    return frame


def _plain_index(index: pd.Index, depth: int) -> pd.Index:
    if isinstance(index, pd.MultiIndex):
        return pd.MultiIndex.from_tuples(plain(list(index), depth + 1))
    return pd.Index(_plain_array(np.asarray(index), depth))


def _label(name: Any) -> Any:
    return name if type(name) in (str, int, type(None)) else str(type(name).__name__)


def _check_length(length: int) -> None:
    if length > _LONGEST:
        raise NotPlainError(f"{length:,} elements, more than the {_LONGEST:,} that are compared")


def _describe(value: Any) -> str:
    kind = type(value)
    name = f"an object of type {kind.__name__}"
    if kind.__name__ in ("generator", "map", "filter", "zip", "dict_values", "dict_keys"):
        return f"{name}: turn it into a list first"
    if kind.__name__ in ("function", "builtin_function_or_method", "method"):
        return f"{name}: are the brackets of the call missing?"
    if hasattr(kind, "toarray"):
        return f"{name}, a sparse matrix: turn it into an array first"
    return name
