"""What an exercise knows about itself: its name, where it is taught, and its known mistakes.

The catalogue of a lesson's exercises is a module of `imbalance_lab.exercises`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from imbalance_lab.checks.calls import Call, Outcome, Raised, Returned, perform
from imbalance_lab.checks.compare import difference

NO_VALUE = object()  # where no value is the right one; equal to nothing that an answer returns


@dataclass(frozen=True)
class Mistake:
    """A misconception that a check recognises and names.

    Parameters
    ----------
    name : str
        What went wrong, as the end of "This looks like a known mistake: ...".
    says : str
        One or two sentences that teach. Never the right formula.
    wrong : callable, optional
        Computes what a student with this misconception returns, from the same arguments. The
        mistake is named when it explains every value that came.
    when : callable, optional
        ``when(call, expected, outcome) -> bool``, for what no wrong value shows: an exception,
        a shape, a type. The mistake is named when it is true of one wrong outcome.
    section : str, default=""
        The section to read again, where it is another one than the exercise's.

    Raises
    ------
    ValueError
        If not exactly one of `wrong` and `when` is given.
    """

    name: str
    says: str
    wrong: Callable[..., Any] | None = None
    when: Callable[[Call, Any, Outcome], bool] | None = None
    section: str = ""

    def __post_init__(self) -> None:
        if (self.wrong is None) == (self.when is None):
            raise ValueError(f"mistake {self.name!r} needs either wrong= or when=, not both")

    def explains(
        self, calls: Sequence[Call], expected: Sequence[Any], outcomes: Sequence[Outcome]
    ) -> bool:
        """Return whether this mistake accounts for what came."""
        trials = list(zip(calls, expected, outcomes, strict=True))
        if self.when is not None:
            return any(self.when(*trial) for trial in trials if is_wrong(trial[1], trial[2]))
        return self._gives_the_same_values(trials)

    def _gives_the_same_values(self, trials: list[tuple[Call, Any, Outcome]]) -> bool:
        assert self.wrong is not None
        telling = 0
        for call, right, outcome in trials:
            mistaken = _value(self.wrong, call)
            if mistaken is None:  # the mistake says nothing about this input
                continue
            if not isinstance(outcome, Returned) or is_wrong(mistaken.value, outcome):
                return False
            telling += is_wrong(right, outcome)
        return telling > 0


def is_wrong(expected: Any, outcome: Outcome) -> bool:
    """Return whether an outcome is something else than the expected value."""
    if expected is NO_VALUE or not isinstance(outcome, Returned):
        return True
    return difference(expected, outcome.value) is not None


def _value(wrong: Callable[..., Any], call: Call) -> Returned | None:
    outcome = perform(wrong, call)
    return outcome if isinstance(outcome, Returned) else None


@dataclass(frozen=True)
class Exercise:
    """An exercise as its checks see it.

    Parameters
    ----------
    name : str
        Name of the function that the student writes.
    lesson : str
        Number of the lesson, such as "02".
    section : str
        Heading of the section that teaches it, for "Read again".
    arguments : tuple of str
        Names of its arguments in order, for messages.
    mistakes : tuple of Mistake, default=()
        In the order in which they are tried: the most specific first.
    """

    name: str
    lesson: str
    section: str
    arguments: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True)
class Question:
    """A quiz question: the right letter, and the misconception behind each wrong one.

    Parameters
    ----------
    right : str
        The letter of the right option.
    mistakes : mapping of str to str
        For each wrong letter, the misconception in one or two sentences that teach.
    section : str
        Heading of the section to read again.
    """

    right: str
    mistakes: Mapping[str, str]
    section: str

    @property
    def letters(self) -> list[str]:
        """All the letters that may be chosen, in order."""
        return sorted([self.right, *self.mistakes])


@dataclass(frozen=True)
class Quiz:
    """The quiz of one lesson: its number and its questions by their number."""

    lesson: str
    questions: Mapping[int, Question] = field(default_factory=dict)


def raises(*names: str) -> Callable[[Call, Any, Outcome], bool]:
    """Return a `Mistake.when` that is true where the answer raised one of these exceptions."""
    return lambda call, expected, outcome: (
        isinstance(outcome, Raised) and bool(set(names) & set(outcome.error))
    )
