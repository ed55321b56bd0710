"""Questions to an answer together with what must come of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from imbalance_lab.checks.calls import Call, Outcome, Raised, Returned, perform, returned
from imbalance_lab.checks.compare import ABS, REL, difference

NO_VALUE = object()  # where no value is the right one; equal to nothing that an answer returns


@dataclass(frozen=True)
class Refusal:
    """In place of a value: the input must be refused.

    Parameters
    ----------
    error : str
        Name of the exception's class or of one of its base classes, such as "ValueError".
    """

    error: str


@dataclass(frozen=True)
class Trial:
    """One question, and what must come of it.

    Parameters
    ----------
    call : Call
    expected : plain value, Refusal or NO_VALUE
        `NO_VALUE` where a law judges.
    mistaken : mapping of str to plain value or Refusal
        What known mistakes give on this input, by their name; those that say nothing about it are
        left out.
    rel, abs_ : float
        Tolerances, as in `math.isclose`.
    """

    call: Call
    expected: Any = NO_VALUE
    mistaken: Mapping[str, Any] = field(default_factory=dict)
    rel: float = REL
    abs_: float = ABS

    def reason(self, outcome: Outcome) -> str | None:
        """Return None where the outcome is right, else what there is to add to both values."""
        return _reason(self.expected, outcome, self.rel, self.abs_)

    def failed(self, outcome: Outcome) -> bool:
        """Return whether an outcome is something else than what must come."""
        return self.reason(outcome) is not None

    def looks_like(self, mistake: str, outcome: Outcome) -> bool:
        """Return whether an outcome is what this known mistake gives."""
        given = self.mistaken[mistake]
        if isinstance(outcome, Raised) and "ArithmeticError" in outcome.error:
            return _has_no_number(given)  # Python raises where NumPy gives inf or nan
        return _reason(given, outcome, self.rel, self.abs_) is None

    def with_mistaken(self, mistake: str, wrong: Callable[..., Any]) -> Trial:
        """Return this trial with what a known mistake gives on it, where it gives anything."""
        outcome = perform(wrong, self.call)
        if not isinstance(outcome, Returned):
            return self
        return replace(self, mistaken={**self.mistaken, mistake: outcome.value})


@dataclass(frozen=True)
class Trials:
    """All that a check tries.

    Parameters
    ----------
    values : tuple of Trial
        Questions that have one right value.
    laws : tuple of (str, tuple of Call)
        Names of the exercise's laws, and the questions on which each is tried.
    secret : bool, default=False
        Whether a message must not show the input and the expected value.
    """

    values: tuple[Trial, ...] = ()
    laws: tuple[tuple[str, tuple[Call, ...]], ...] = ()
    secret: bool = False

    def __len__(self) -> int:
        return len(self.values) + sum(len(calls) for _, calls in self.laws)


def _has_no_number(value: Any) -> bool:
    try:
        return not np.isfinite(np.asarray(value, dtype=float)).all()
    except (TypeError, ValueError):  # words, tables of words
        return False


def _reason(expected: Any, outcome: Outcome, rel: float, abs_: float) -> str | None:
    if expected is NO_VALUE:
        return ""
    if isinstance(expected, Refusal):
        refused = isinstance(outcome, Raised) and expected.error in outcome.error
        return None if refused else ""
    if not isinstance(outcome, Returned):
        return ""
    right = returned(expected)
    assert isinstance(right, Returned), f"the expected value itself is not plain: {right}"
    return difference(right.value, outcome.value, rel, abs_)
