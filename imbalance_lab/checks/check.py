"""The sentences of a graded cell: check(answer, EXERCISE).on(...).gives(...)."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

import numpy as np

from imbalance_lab.checks.calls import (
    Call,
    Outcome,
    Raised,
    Returned,
    Step,
    Unusable,
    outcomes_of,
    returned,
    value_of,
)
from imbalance_lab.checks.compare import ABS, REL, difference
from imbalance_lab.checks.credit import Credit
from imbalance_lab.checks.exercise import NO_VALUE, Exercise, Mistake, Quiz
from imbalance_lab.checks.show import show


class CheckFailed(AssertionError):
    """An answer is not right yet; the text says what came, what was expected, and on what.

    Attributes
    ----------
    exercise : str
        Name of the exercise.
    mistake : str
        Name of the known mistake, "" where none explains what came.
    """

    def __init__(self, text: str, exercise: str = "", mistake: str = "") -> None:
        super().__init__(text)
        self.exercise = exercise
        self.mistake = mistake

    def _render_traceback_(self) -> list[str]:
        """Show the message alone: IPython calls this instead of printing the check's own code."""
        return str(self).splitlines()


def check(answer: Any, exercise: Exercise) -> Check:
    """Start a sentence about a student's answer.

    Parameters
    ----------
    answer : callable or StandIn
    exercise : Exercise
        From the lesson's catalogue in `imbalance_lab.exercises`.

    Returns
    -------
    Check

    Examples
    --------
    >>> from imbalance_lab.checks import Exercise, check
    >>> double = Exercise("double", lesson="00", section="Warm-up", arguments=("x",))
    >>> check(lambda x: 2 * x, double).on(3).gives(6)
    double: right on this input.
    """
    return Check(answer, exercise)


class Check:
    """What may be said of one answer. Made by `check`."""

    def __init__(self, answer: Any, exercise: Exercise) -> None:
        self._answer = answer
        self._exercise = exercise

    def on(self, *args: Any, **kwargs: Any) -> Given:
        """Name one input; say with `gives` or `refuses` what must come of it."""
        return Given(self, Call(args, kwargs))

    def agrees_with(
        self,
        oracle: Callable[..., Any],
        on: Iterable[Call],
        rel: float = REL,
        abs_: float = ABS,
    ) -> None:
        """Check that the answer gives what an independent oracle gives, on every input.

        Parameters
        ----------
        oracle : callable
            Takes the arguments of the answer and returns the right value.
        on : iterable of Call
            Fresh inputs, see `imbalance_lab.checks.fresh`.
        rel, abs_ : float
            Tolerances, as in `math.isclose`.

        Raises
        ------
        CheckFailed
            On the first kind of difference, shown on the shortest input that has it.
        """
        calls = _inputs(on)
        self._judge(calls, [oracle(*call.args, **call.kwargs) for call in calls], rel, abs_)

    def satisfies(self, law: Callable[..., bool | str], on: Iterable[Call], says: str = "") -> None:
        """Check a property of what the answer returns, where there is no one right value.

        Parameters
        ----------
        law : callable
            ``law(value, *args, **kwargs)`` returns True where the value is right, False or a
            sentence that says what is wrong with it.
        on : iterable of Call
        says : str
            What every right value has, for the message.

        Raises
        ------
        CheckFailed
        """
        calls = _inputs(on)
        outcomes = outcomes_of(self._answer, calls)
        for call, outcome in zip(calls, outcomes, strict=True):
            verdict: bool | str = ""
            if isinstance(outcome, Returned):
                try:
                    verdict = law(outcome.value, *call.args, **call.kwargs)
                except Exception:  # the law expects another kind of value than what came
                    verdict = "the value is of another kind, or has another shape, than asked for"
            if verdict is not True:
                reason = verdict if isinstance(verdict, str) else ""
                self._fail(call, says, outcome, reason, self._named([call], [NO_VALUE], [outcome]))
        self._pass(len(calls))

    def earns(
        self,
        up_to: float,
        by: Callable[[list[Any]], Credit],
        on: Iterable[Call],
        says: str = "",
    ) -> float:
        """Give partial credit for what the answer returns, where one can be better than another.

        As the last value of a graded cell the result is the points given, in nbgrader too.

        Parameters
        ----------
        up_to : float
            The points of the graded cell.
        by : callable
            ``by(values)`` judges the values that came, one a call, and returns a `Credit`. Where
            it raises, the values are not what was asked for, and earn nothing.
        on : iterable of Call
        says : str
            What was asked for, for the message.

        Returns
        -------
        float
            From above 0 to `up_to`, rounded down to half points.

        Raises
        ------
        CheckFailed
            If the answer earns nothing, or does not return a plain value on every input.
        """
        calls = _inputs(on)
        outcomes = outcomes_of(self._answer, calls)
        values = []
        for call, outcome in zip(calls, outcomes, strict=True):
            if not isinstance(outcome, Returned):
                mistake = self._named([call], [NO_VALUE], [outcome])
                self._fail(call, says, outcome, "", mistake)
            else:
                values.append(outcome.value)
        try:
            credit = by(values)
        except Exception:  # the judge expects another kind of value than what came
            credit = Credit(0, "the values are of another kind, or have another shape, than asked")
        points = credit.points(up_to)
        if points >= up_to:
            print(f"{self._exercise.name}: {credit.says or 'full marks'}")
            return up_to
        expected = credit.expected or [NO_VALUE] * len(calls)
        mistake = self._named(calls, expected, outcomes)
        if points <= 0:
            self._fail(calls[0], says, outcomes[0], credit.says, mistake)
        heading = f"{self._exercise.name}: {points:g} of {up_to:g} points."
        print(self._explain(heading, calls[0], says, outcomes[0], credit.says, mistake))
        return points

    def _judge(self, calls: list[Call], expected: list[Any], rel: float, abs_: float) -> None:
        outcomes = outcomes_of(self._answer, calls)
        wrong = [
            (_rank(outcome, call), position, reason)
            for position, (call, right, outcome) in enumerate(
                zip(calls, expected, outcomes, strict=True)
            )
            if (reason := _reason(right, outcome, rel, abs_)) is not None
        ]
        if not wrong:
            self._pass(len(calls))
            return
        _, worst, reason = min(wrong)
        if len(calls) > 1:
            reason = f"wrong on {len(wrong)} of {len(calls)} inputs" + (reason and f"; {reason}")
        mistake = self._named(calls, expected, outcomes)
        self._fail(calls[worst], show(expected[worst]), outcomes[worst], reason, mistake)

    def _named(
        self, calls: Sequence[Call], expected: Sequence[Any], outcomes: Sequence[Outcome]
    ) -> Mistake | None:
        for mistake in self._exercise.mistakes:
            if mistake.explains(calls, expected, outcomes):
                return mistake
        return None

    def _pass(self, count: int) -> None:
        inputs = "this input" if count == 1 else f"all {count} inputs"
        print(f"{self._exercise.name}: right on {inputs}.")

    def _fail(
        self, call: Call, expected: str, outcome: Outcome, reason: str, mistake: Mistake | None
    ) -> NoReturn:
        name = self._exercise.name
        text = self._explain(f"{name}: not right yet.", call, expected, outcome, reason, mistake)
        raise CheckFailed(text, name, mistake.name if mistake else "") from None

    def _explain(
        self,
        heading: str,
        call: Call,
        expected: str,
        outcome: Outcome,
        reason: str,
        mistake: Mistake | None,
    ) -> str:
        """Say what came, what was expected, on what, and which known mistake it looks like."""
        rows = [("on", _arguments(call, self._exercise.arguments)), ("expected", expected)]
        rows += [("came", _came(outcome)), ("", reason)]
        text = [heading, ""]
        text += [f"  {label:<9} {value}".rstrip() for label, value in rows if value]
        section = self._exercise.section
        if mistake is not None:
            text += ["", *_wrap(f"This looks like a known mistake: {mistake.name}.")]
            text += _wrap(mistake.says)
            section = mistake.section or section
        text += ["", f"Read again: lesson {self._exercise.lesson}, “{section}”."]
        return "\n".join(text)


class Given:
    """One input, waiting for what must come of it. Made by `Check.on`."""

    def __init__(self, check: Check, call: Call) -> None:
        self._check = check
        self._call = call

    def then(self, method: str, *args: Any, **kwargs: Any) -> Given:
        """Call a method on what the answer returns, such as ``.then("fit", X, y)``."""
        step = Step(method, args, kwargs)
        call = Call(self._call.args, self._call.kwargs, (*self._call.then, step))
        return Given(self._check, call)

    def gives(self, expected: Any, rel: float = REL, abs_: float = ABS) -> None:
        """Check that the input gives this value; tolerances as in `math.isclose`.

        Raises
        ------
        CheckFailed
        """
        self._check._judge([self._call], [expected], rel, abs_)

    def refuses(self, *errors: type[Exception]) -> None:
        """Check that the input is refused with one of these exceptions.

        Raises
        ------
        CheckFailed
        """
        names = [error.__name__ for error in errors or (Exception,)]
        (outcome,) = outcomes_of(self._check._answer, [self._call])
        if isinstance(outcome, Raised) and set(names) & set(outcome.error):
            self._check._pass(1)
            return
        mistake = self._check._named([self._call], [NO_VALUE], [outcome])
        self._check._fail(self._call, f"a {' or '.join(names)}", outcome, "", mistake)


def score_quiz(answers: Any, quiz: Quiz) -> int:
    """Print what each chosen letter says about the student's thinking; return the right ones.

    Parameters
    ----------
    answers : dict of int to str, or StandIn for one
        The number of each question and the chosen letter.
    quiz : Quiz

    Returns
    -------
    int
        Number of right choices. As the last value of a graded cell it is the points given:
        partial credit, on purpose.

    Raises
    ------
    CheckFailed
        If `answers` is no dict.
    """
    outcome = value_of(answers)
    chosen = outcome.value if isinstance(outcome, Returned) else None
    if not isinstance(chosen, dict):
        form = "{" + ", ".join(f'{number}: "a"' for number in quiz.questions) + "}"
        raise CheckFailed(f"quiz: expected a dict of one letter a question, such as {form}.")
    points = 0
    for number, question in quiz.questions.items():
        letter = chosen.get(number)
        letter = letter.strip().lower() if isinstance(letter, str) else letter
        if letter == question.right:
            points += 1
            print(f"Question {number}: right.")
        elif isinstance(letter, str) and letter in question.mistakes:
            says = f"Question {number}: {letter} is not right. {question.mistakes[letter]}"
            print("\n".join(_wrap(f"{says} Read again: “{question.section}”.")))
        else:
            print(f"Question {number}: choose one of {', '.join(question.letters)}.")
    return points


def _inputs(on: Iterable[Call]) -> list[Call]:
    calls = list(on)
    if not calls:
        raise ValueError("on= names no input, so the check could not fail")
    return calls


def _reason(right: Any, outcome: Outcome, rel: float, abs_: float) -> str | None:
    """Return None where the outcome is right, else what there is to add to both values."""
    if not isinstance(outcome, Returned):
        return ""
    expected = returned(right)
    assert isinstance(expected, Returned), f"the oracle's own value is not plain: {expected}"
    return difference(expected.value, outcome.value, rel, abs_)


def _rank(outcome: Outcome, call: Call) -> tuple[bool, int]:
    """Order failures for the one to show: values before exceptions, short inputs first."""
    size = sum(np.size(value) for value in (*call.args, *call.kwargs.values()))
    return not isinstance(outcome, Returned), size


def _arguments(call: Call, names: Sequence[str]) -> str:
    shown = [
        f"{names[position]}={show(value)}" if position < len(names) else show(value)
        for position, value in enumerate(call.args)
    ]
    shown += [f"{name}={show(value)}" for name, value in call.kwargs.items()]
    steps = [f".{step.method}({', '.join('...' for _ in step.args)})" for step in call.then]
    between = ", " if len(", ".join(shown)) < 88 else ",\n" + " " * 12
    return between.join(shown) + (f", then {''.join(steps)}" if steps else "")


def _came(outcome: Outcome) -> str:
    if isinstance(outcome, Returned):
        return show(outcome.value)
    if isinstance(outcome, Unusable):
        return outcome.reason
    if "NotImplementedError" in outcome.error and not outcome.message:
        return "NotImplementedError: nothing is written yet"
    where = f"\n            in your line {outcome.line_number}: {outcome.line}"
    message = f": {outcome.message}" if outcome.message else ""
    return f"{outcome.error[0]}{message}" + (where if outcome.line else "")


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, width=88)
