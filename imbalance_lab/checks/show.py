"""Show a value in a message: short, rounded, never more than a few lines."""

from __future__ import annotations

import itertools
import reprlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

_WIDTH = 240
_INDENT = 12  # where a check's message has its values
_MOST_ROWS = 200  # a longer table is named by its size and columns


def show(value: Any) -> str:
    """Return `value` as short text: numbers with 6 significant digits, long data cut."""
    if isinstance(value, pd.DataFrame) and len(value) > _MOST_ROWS:
        return f"DataFrame({len(value)} rows: {_cut(', '.join(map(str, value.columns)))})"
    if isinstance(value, pd.DataFrame):
        looks = {"float_format": "{:.6g}".format, "max_cols": 8, "max_colwidth": 80}
        lines = value.head(8).to_string(**looks).splitlines()
        return "".join(f"\n{' ' * _INDENT}{_cut(line)}" for line in lines)
    if isinstance(value, pd.Series):
        plain_index = list(value.index) == list(range(len(value)))
        index = "" if plain_index else f", index={_items(list(value.index))}"
        return f"Series({_items(value.tolist())}{index})"
    if isinstance(value, np.ndarray):
        return f"array({_items(value.tolist())})"
    if isinstance(value, list | tuple):
        return _items(value)
    if isinstance(value, dict):
        return _braced(f"{show(key)}: {show(item)}" for key, item in value.items())
    if isinstance(value, set | frozenset) and value:
        return _braced(iter(sorted(map(show, itertools.islice(value, 9)))))
    if isinstance(value, float):  # another kind of label than a whole number, so it looks like one
        text = f"{value:.6g}"
        return f"{text}.0" if text.lstrip("-").isdigit() else text
    if isinstance(value, np.generic):
        return show(value.item())
    return str(_REPR.repr(value))


def _braced(items: Iterator[str]) -> str:
    first = list(itertools.islice(items, 9))
    return "{" + _cut(", ".join([*first[:8], *(["..."] if first[8:] else [])])) + "}"


def _cut(text: str) -> str:
    return text if len(text) <= 2 * _WIDTH else text[: 2 * _WIDTH] + " ..."


def kind_of(value: Any) -> str:
    """Return what kind of value this is, and how large, without any of its contents."""
    if isinstance(value, pd.DataFrame):
        return f"DataFrame of {len(value)} rows and {value.shape[1]} columns"
    if isinstance(value, pd.Series):
        counted = value.index.equals(pd.RangeIndex(len(value)))
        return f"Series of {len(value)}" + ("" if counted else " with an index of its own")
    if isinstance(value, np.ndarray) and value.ndim != 1:
        return f"array of {' × '.join(map(str, value.shape))}"
    if isinstance(value, list | tuple | np.ndarray):
        kinds = sorted({type(item).__name__ for item in np.asarray(value, dtype=object).flat})
        name = "array" if isinstance(value, np.ndarray) else type(value).__name__
        return f"{name} of {len(value)} ({' and '.join(kinds[:2])})"
    return type(value).__name__


def _items(values: Any) -> str:
    if not isinstance(values, list | tuple):  # a zero-dimensional array
        return show(values)
    shown = ""
    for count, item in enumerate(values):
        text = show(item)
        if len(shown) + len(text) > _WIDTH or count >= 24:
            shown += f", ... ({len(values)} values)"
            break
        shown += (", " if count else "") + text
    left, right = ("(", ")") if isinstance(values, tuple) else ("[", "]")
    comma = "," if isinstance(values, tuple) and len(values) == 1 else ""
    return left + shown + comma + right


_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = 120
