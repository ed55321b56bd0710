"""Ask a student's answer for values: many calls at once, plain values in, plain values out.

A check never touches the student's function object. It states its questions as `Call` objects
and gets one outcome for each, so the same check works on a function in this kernel and on a
`StandIn` for a function that lives in another, sandboxed process.
"""

from __future__ import annotations

import contextlib
import copy
import io
import linecache
import traceback
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from imbalance_lab.checks.plain import NotPlainError, plain

_LIBRARIES = (str(Path(__file__).parents[1]), "site-packages", "/lib/python", "<frozen")


@dataclass(frozen=True)
class Step:
    """A method to call on what the previous step returned, such as ``fit`` or ``predict``."""

    method: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One question to an answer: its arguments, and methods to call on what it returns.

    Parameters
    ----------
    args, kwargs : tuple, mapping
        Plain values (see `imbalance_lab.checks.plain`).
    then : tuple of Step, default=()
        For answers that return an estimator, which is no plain value: the methods to call on
        it, each on the result of the one before. Only the last result comes back.
    """

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    then: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Returned:
    """The answer returned a plain value."""

    value: Any


@dataclass(frozen=True)
class Raised:
    """The answer raised an exception, described in plain text.

    Parameters
    ----------
    error : str
        Name of the exception's class and of its base classes, the most specific first.
    message : str
    line : str
        The student's own line at which it happened, "" where it is not known.
    line_number : int
        Its number in the student's cell, 0 where it is not known.
    """

    error: tuple[str, ...]
    message: str
    line: str = ""
    line_number: int = 0


@dataclass(frozen=True)
class Unusable:
    """The answer returned something that is not a plain value; `reason` says what."""

    reason: str


Outcome = Returned | Raised | Unusable


class StandIn(ABC):
    """Stands for a name that the student defined in another process.

    Attributes
    ----------
    names : frozenset of str
        The names that the student's code uses to make it, as far as they are known.
    """

    names: frozenset[str] = frozenset()

    @abstractmethod
    def outcomes(self, calls: Sequence[Call]) -> list[Outcome]:
        """Return one outcome a call, all asked in one message."""

    @abstractmethod
    def value(self) -> Outcome:
        """Return the plain value of the name itself, for answers that are not functions."""


def outcomes_of(answer: Any, calls: Sequence[Call]) -> list[Outcome]:
    """Return the outcome of each call, wherever the answer lives."""
    if isinstance(answer, StandIn):
        return answer.outcomes(calls)
    return [perform(answer, call) for call in calls]


def value_of(answer: Any) -> Outcome:
    """Return the plain value of an answer that is not a function."""
    return answer.value() if isinstance(answer, StandIn) else returned(answer)


def perform(answer: Callable[..., Any], call: Call) -> Outcome:
    """Carry out one call in this process: quiet, on copies, with every exception described."""
    args, kwargs, then = copy.deepcopy((call.args, dict(call.kwargs), call.then))
    with quiet():
        try:
            value = answer(*args, **kwargs)
            for step in then:
                value = getattr(value, step.method)(*step.args, **step.kwargs)
        except (Exception, SystemExit) as error:
            return describe_error(error)
    return returned(value)


def returned(value: Any) -> Outcome:
    """Return the outcome of a call that came back with `value`."""
    try:
        return Returned(plain(value))
    except (NotPlainError, ArithmeticError, ValueError) as error:  # a fraction beyond all floats
        return Unusable(str(error))


def describe_error(error: BaseException) -> Raised:
    """Describe an exception in plain text, with the student's own line where it is known."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__, limit=500)
        if not any(part in frame.filename for part in _LIBRARIES)
    ]
    line, number = "", 0
    if frames:
        number = frames[-1].lineno or 0
        line = (frames[-1].line or linecache.getline(frames[-1].filename, number)).strip()
    names = tuple(cls.__name__ for cls in type(error).__mro__ if cls is not object)
    with contextlib.suppress(Exception):
        return Raised(names, str(error)[:500], line, number)
    return Raised(names, "", line, number)  # str() of the student's exception failed itself


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what the student's code prints and warns out of the graded cell.

    nbgrader gives no point to a cell that wrote to stderr, and a warning is no mistake.
    """
    with (
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        contextlib.redirect_stdout(_Nowhere()),
        contextlib.redirect_stderr(_Nowhere()),
    ):
        warnings.simplefilter("ignore")
        yield


class _Nowhere(io.TextIOBase):
    """A text stream that keeps nothing, so that a flood of output costs no memory."""

    def write(self, text: str) -> int:
        return len(text)

    def writable(self) -> bool:
        return True
