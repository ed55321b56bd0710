"""Which names an answer uses: to refuse the library call that does the whole exercise."""

from __future__ import annotations

import contextlib
import types
from collections.abc import Iterator
from typing import Any


def names_in(code: str) -> frozenset[str]:
    """Return the names that some Python code takes from elsewhere, none where it is no Python."""
    try:
        compiled = compile(code, "<answer>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    return frozenset(_names(compiled))


def names_used_by(answer: Any) -> frozenset[str]:
    """Return the names that a function of this process uses, its own helpers' among them.

    A name that the notebook gave to something is followed to it: ``from sklearn.metrics import
    f1_score as f`` is the name ``f1_score``.
    """
    found: set[str] = set()
    waiting, seen = [answer], set()
    while waiting:
        function = waiting.pop()
        if not isinstance(function, types.FunctionType) or function in seen:
            continue
        seen.add(function)
        used = set(_names(function.__code__))
        found |= used
        for name, value in _values(function, used):
            found.add(str(getattr(value, "__name__", name)).rpartition(".")[2])
            if getattr(value, "__module__", None) == function.__module__:
                waiting.append(value)
    found.add(str(getattr(answer, "__name__", "")))
    return frozenset(found)


def _values(function: types.FunctionType, used: set[str]) -> Iterator[tuple[str, Any]]:
    """Name what a function reaches: globals by name, and what encloses it."""
    scope = function.__globals__
    yield from ((name, scope[name]) for name in used if name in scope)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with contextlib.suppress(ValueError):  # not bound yet
            yield name, cell.cell_contents


def _names(code: types.CodeType) -> Iterator[str]:
    yield from (*code.co_names, *code.co_freevars)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)
