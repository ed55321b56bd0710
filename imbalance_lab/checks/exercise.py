"""What an exercise knows about itself: its name, where it is taught, and its known mistakes.

The catalogue of a lesson's exercises is a module of `imbalance_lab.exercises`. It holds no answer:
what an answer must give on which input comes as values that were recorded when the course was
built (see `imbalance_lab.checks.recorded`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from imbalance_lab.checks.calls import Call, Outcome, Raised
from imbalance_lab.checks.trials import Refusal, Trial


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
        Computes what a student with this misconception returns, from the same arguments. Without
        it, and without `when`, the values that the trials bring along tell the mistake.
    when : callable, optional
        ``when(call, expected, outcome) -> bool``, for what no wrong value shows: an exception,
        a shape, a type. The mistake is named when it is true of one wrong outcome.
    only_on : callable, optional
        ``only_on(call) -> bool`` is true of the inputs that this mistake cannot take. It is named
        when the answer raised an exception where it should not on most of these and on no others,
        or is wrong on most of these and right on all others.
    section : str, default=""
        The section to read again, where it is another one than the exercise's.

    Raises
    ------
    ValueError
        If more than one of `wrong`, `when` and `only_on` is given.
    """

    name: str
    says: str
    wrong: Callable[..., Any] | None = None
    when: Callable[[Call, Any, Outcome], bool] | None = None
    only_on: Callable[[Call], bool] | None = None
    section: str = ""

    def __post_init__(self) -> None:
        if sum(rule is not None for rule in (self.wrong, self.when, self.only_on)) > 1:
            raise ValueError(f"mistake {self.name!r} takes one of wrong=, when= and only_on=")

    def explains(self, trials: Sequence[Trial], outcomes: Sequence[Outcome]) -> bool:
        """Return whether this mistake accounts for what came."""
        pairs = list(zip(trials, outcomes, strict=True))
        if self.when is not None:
            return any(self._shows(trial, came) for trial, came in pairs if trial.failed(came))
        if self.only_on is not None:
            return self._is_wrong_there_only(pairs)
        if self.wrong is not None:
            pairs = [(trial.with_mistaken(self.name, self.wrong), came) for trial, came in pairs]
        return self._gives_the_same_values(pairs)

    def _shows(self, trial: Trial, came: Outcome) -> bool:
        assert self.when is not None
        try:
            return bool(self.when(trial.call, trial.expected, came))
        except MemoryError:
            raise
        except Exception:  # what came is of another kind than this mistake is of
            return False

    def _is_wrong_there_only(self, pairs: list[tuple[Trial, Outcome]]) -> bool:
        assert self.only_on is not None
        there = [pair for pair in pairs if self.only_on(pair[0].call)]
        elsewhere = [pair for pair in pairs if not self.only_on(pair[0].call)]
        if not elsewhere or any(_raised(*pair) for pair in elsewhere):
            return False
        # A wrong value says as much as an exception where enough others are right.
        right_elsewhere = not any(trial.failed(came) for trial, came in elsewhere)
        fails = Trial.failed if right_elsewhere and len(elsewhere) > 2 else _raised
        return 2 * sum(fails(*pair) for pair in there) > len(there)

    def _gives_the_same_values(self, pairs: list[tuple[Trial, Outcome]]) -> bool:
        telling = 0
        for trial, came in pairs:
            if self.name not in trial.mistaken:  # the mistake says nothing about this input
                continue
            if isinstance(trial.expected, Refusal) and not trial.failed(came):
                continue  # who refuses what has to be refused can still be mistaken elsewhere
            if not trial.looks_like(self.name, came):
                return False
            telling += trial.failed(came)
        return telling > 0


def _raised(trial: Trial, came: Outcome) -> bool:
    return isinstance(came, Raised) and trial.failed(came)


@dataclass(frozen=True)
class Law:
    """A property of every right answer, where there is no one right value.

    Parameters
    ----------
    judge : callable, or class of callables
        ``judge(value, *args, **kwargs)`` returns True where the value is right, False or a
        sentence that says what is wrong with it. Of a class, one is made for each check: it may
        remember the values that came before.
    says : str
        What every right value has, for the message.
    shows : Mistake, optional
        The mistake that a value shows which breaks this law, where the value alone shows no other.
        It takes none of wrong=, when= and only_on=.
    """

    judge: Callable[..., Any]
    says: str
    shows: Mistake | None = None

    def begin(self) -> Callable[..., bool | str]:
        """Return the judge of one check."""
        return self.judge() if isinstance(self.judge, type) else self.judge


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
    laws : mapping of str to Law, default={}
        By name, for answers that have no one right value.
    from_scratch : tuple of str, default=()
        Names of library functions and classes that do the whole exercise, where the contract asks
        to write it oneself: an answer that uses one is refused.
    """

    name: str
    lesson: str
    section: str
    arguments: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    laws: Mapping[str, Law] = field(default_factory=dict)
    from_scratch: tuple[str, ...] = ()

    @property
    def known(self) -> tuple[Mistake, ...]:
        """All mistakes that a check may name, with those that a broken law shows."""
        shown = [law.shows for law in self.laws.values() if law.shows is not None]
        return (*self.mistakes, *dict.fromkeys(shown))


def raises(*names: str) -> Callable[[Call, Any, Outcome], bool]:
    """Return a `Mistake.when` that is true where the answer raised one of these exceptions."""
    return lambda call, expected, outcome: (
        isinstance(outcome, Raised) and bool(set(names) & set(outcome.error))
    )
