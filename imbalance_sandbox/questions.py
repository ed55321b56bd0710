"""How the questions and outcomes of `imbalance_lab.checks.calls` are written on the wire.

Everything that comes from a student's process is checked here field by field.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from imbalance_lab.checks.calls import Call, Outcome, Raised, Returned, Step, Unusable
from imbalance_lab.checks.plain import NotPlainError, plain
from imbalance_sandbox.wire import WireError

_LONGEST_TEXT = 2000
_MOST_NAMES = 50


def write_calls(calls: Sequence[Call]) -> list[Any]:
    """Return calls as lists."""
    return [
        [
            list(call.args),
            dict(call.kwargs),
            [[step.method, list(step.args), dict(step.kwargs)] for step in call.then],
        ]
        for call in calls
    ]


def read_calls(written: Any) -> list[Call]:
    """Return the calls that `write_calls` wrote."""
    return [
        Call(tuple(args), kwargs, tuple(Step(m, tuple(a), k) for m, a, k in then))
        for args, kwargs, then in written
    ]


def write_outcome(outcome: Outcome) -> list[Any]:
    """Return an outcome as a list."""
    if isinstance(outcome, Returned):
        return ["returned", outcome.value]
    if isinstance(outcome, Unusable):
        return ["unusable", outcome.reason]
    return ["raised", list(outcome.error), outcome.message, outcome.line, outcome.line_number]


def read_outcome(written: Any) -> Outcome:
    """Return the outcome that a student's process claims.

    Raises
    ------
    WireError
        If it is not exactly what `write_outcome` writes.
    """
    if type(written) is not list or not written:
        raise WireError("an outcome is a list")
    kind, *parts = written
    if kind == "returned" and len(parts) == 1:
        try:
            return Returned(plain(parts[0]))
        except NotPlainError as error:
            return Unusable(str(error))
        except MemoryError:  # for who reads it to tell, and no fault of the form
            raise
        except Exception as error:
            raise WireError(f"a value that cannot be read: {type(error).__name__}") from None
    if kind == "unusable" and [type(part) for part in parts] == [str]:
        return Unusable(parts[0][:_LONGEST_TEXT])
    if kind == "raised" and [type(part) for part in parts] == [list, str, str, int]:
        names, message, line, number = parts
        if names and len(names) <= _MOST_NAMES and all(type(name) is str for name in names):
            names = tuple(name[:_LONGEST_TEXT] for name in names)
            return Raised(names, message[:_LONGEST_TEXT], line[:_LONGEST_TEXT], number)
    raise WireError("not an outcome")
