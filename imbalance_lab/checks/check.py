"""The sentences of a graded cell: check(answer, EXERCISE).on(...).gives(...)."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, NoReturn

import numpy as np

from imbalance_lab.checks.calls import (
    Call,
    Outcome,
    Raised,
    Returned,
    StandIn,
    Step,
    Unusable,
    outcomes_of,
    perform,
)
from imbalance_lab.checks.compare import ABS, REL, difference
from imbalance_lab.checks.credit import Credit, Earned
from imbalance_lab.checks.exercise import Exercise, Law, Mistake
from imbalance_lab.checks.library import names_used_by
from imbalance_lab.checks.recorded import recorded
from imbalance_lab.checks.show import kind_of, show
from imbalance_lab.checks.trials import NO_VALUE, Refusal, Trial, Trials
from imbalance_lab.failure import CheckFailed, NotWrittenYet
from imbalance_lab.notebook import show_pass

LIBRARY_CALL = "a library call does the whole exercise"
# Says how something was called, and nothing about what a student thinks.
_SLIP = re.compile(
    r"unexpected keyword|missing \d+ required|'NoneType' object|not (callable|defined)|^module '"
)


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


class _Finding(NamedTuple):
    """What came on one input, what was to come, and which known mistake that looks like."""

    call: Call
    expected: str
    outcome: Outcome
    reason: str
    mistake: Mistake | None
    secret: bool = False


class Check:
    """What may be said of one answer. Made by `check`."""

    def __init__(self, answer: Any, exercise: Exercise) -> None:
        self._answer = answer
        self._exercise = exercise

    def on(self, *args: Any, **kwargs: Any) -> Given:
        """Name one input; say with `gives` or `refuses` what must come of it."""
        return Given(self, Call(args, kwargs))

    def keeps_its_contract(self, trials: Trials | None = None) -> None:
        """Check that the answer does what its contract says, on inputs of every kind it names.

        Parameters
        ----------
        trials : Trials, optional
            By default those that were recorded for the exercise; a hidden test brings others of
            the same kinds.

        Raises
        ------
        CheckFailed
            On the first kind of difference, shown on the shortest input that has it.
        LookupError
            If nothing is recorded for the exercise.
        """
        self._refuse_library_calls()
        trials = recorded(self._exercise.name) if trials is None else trials
        if not len(trials):
            raise ValueError(f"no trial for {self._exercise.name}, so the check could not fail")
        if trials.values:
            self._judge(trials.values, trials.secret)
        for name, calls in trials.laws:
            self._hold(self._exercise.laws[name], calls, trials.secret)
        self._pass(len(trials))

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
        self._hold(Law(law, says), calls)
        self._pass(len(calls))

    def _hold(self, law: Law, calls: Sequence[Call], secret: bool = False) -> None:
        judge = law.begin()
        outcomes = outcomes_of(self._answer, calls)
        self._refuse_untouched(outcomes)
        for call, outcome in zip(calls, outcomes, strict=True):
            verdict: bool | str = ""
            shown = None
            if isinstance(outcome, Returned):
                try:
                    verdict = judge(outcome.value, *call.args, **call.kwargs)
                    shown = law.shows
                except MemoryError:
                    raise
                except Exception:  # the law expects another kind of value than what came
                    verdict = "the value is of another kind, or has another shape, than asked for"
            if verdict is not True:
                reason = verdict if isinstance(verdict, str) else ""
                mistake = self._named([Trial(call)], [outcome]) or shown
                self._fail(_Finding(call, law.says, outcome, reason, mistake, secret))

    def earns(
        self, up_to: float, by: Callable[[list[Any]], Credit], on: Iterable[Call], says: str = ""
    ) -> Earned:
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
        Earned
            From above 0 to `up_to`, rounded down to half points; it carries the known mistake.

        Raises
        ------
        CheckFailed
            If the answer earns nothing, or does not return a plain value on every input.
        """
        calls = _inputs(on)
        outcomes = outcomes_of(self._answer, calls)
        self._refuse_untouched(outcomes)
        values = []
        for call, outcome in zip(calls, outcomes, strict=True):
            if not isinstance(outcome, Returned):
                mistake = self._named([Trial(call)], [outcome])
                self._fail(_Finding(call, says, outcome, "", mistake))
            else:
                values.append(outcome.value)
        try:
            credit = by(values)
        except MemoryError:
            raise
        except Exception:  # the judge expects another kind of value than what came
            credit = Credit(0, "the values are of another kind, or have another shape, than asked")
        points = credit.points(up_to)
        if points >= up_to:
            show_pass(self._exercise.name, credit.says or "full marks")
            return Earned(up_to)
        expected = credit.expected or [NO_VALUE] * len(calls)
        trials = [Trial(call, value) for call, value in zip(calls, expected, strict=True)]
        shown = (one for one in self._exercise.mistakes if one.name == credit.mistake)
        mistake = next(shown, None) or self._named(trials, outcomes)
        finding = _Finding(calls[0], says, outcomes[0], credit.says, mistake)
        if points <= 0:
            self._fail(finding)
        print(self._explain(f"{points:g} of {up_to:g} points", finding))
        return Earned(points, mistake.name if mistake else "")

    def _judge(
        self, trials: Sequence[Trial], secret: bool = False, besides: Sequence[Trial] = ()
    ) -> None:
        """Fail on the simplest trial that went wrong; `besides` only help to name the mistake."""
        outcomes = self._outcomes(trials)
        self._refuse_untouched(outcomes)
        wrong = [
            (_rank(outcome, trial.call), position, reason)
            for position, (trial, outcome) in enumerate(zip(trials, outcomes, strict=True))
            if (reason := trial.reason(outcome)) is not None
        ]
        if not wrong:
            return
        _, worst, reason = min(wrong)
        if len(trials) > 1:
            reason = f"wrong on {len(wrong)} of {len(trials)} inputs" + (reason and f"; {reason}")
        mistake = self._named([*trials, *besides], [*outcomes, *self._outcomes(besides)])
        trial, outcome = trials[worst], outcomes[worst]
        expected = _expected(trial.expected)
        self._fail(_Finding(trial.call, expected, outcome, reason, mistake, secret))

    def _outcomes(self, trials: Sequence[Trial]) -> list[Outcome]:
        return outcomes_of(self._answer, [trial.call for trial in trials]) if trials else []

    def _named(self, trials: Sequence[Trial], outcomes: Sequence[Outcome]) -> Mistake | None:
        for trial, came in zip(trials, outcomes, strict=True):
            if isinstance(came, Raised) and _SLIP.search(came.message) and trial.failed(came):
                return None
        mistakes = (one for one in self._exercise.mistakes if one.explains(trials, outcomes))
        return next(mistakes, None)

    def _refuse_library_calls(self) -> None:
        """Refuse an answer that leaves to a library what the contract asks to write."""
        answer = self._answer
        used = answer.names if isinstance(answer, StandIn) else names_used_by(answer)
        for name in (one for one in self._exercise.from_scratch if one in used):
            text = (
                f"{self._exercise.name}: not right yet.\n\n  came      an answer that uses `{name}`"
                f"\n\n`{name}` does the whole exercise, and the contract asks you to write it"
                " yourself, from simpler steps. Use the library to compare with, in another cell."
                f"\n\nRead again: lesson {self._exercise.lesson}, “{self._exercise.section}”."
            )
            raise CheckFailed(_wrapped(text), self._exercise.name, LIBRARY_CALL) from None

    def _refuse_untouched(self, outcomes: Sequence[Outcome]) -> None:
        """Tell an answer that nobody has begun; where work is graded, every failure is explained.

        One that uses another answer which is not begun is written all the same.
        """
        untouched = bool(outcomes) and all(map(_is_unwritten, outcomes))
        if untouched and not isinstance(self._answer, StandIn) and not self._slips():
            raise NotWrittenYet(self._exercise.name) from None

    def _pass(self, count: int) -> None:
        if count == 1:  # one worked example: the contract below it has the last word
            print(f"{self._exercise.name}: right on this input.")
        else:
            show_pass(self._exercise.name, f"right on all {count} inputs.")

    def _fail(self, finding: _Finding) -> NoReturn:
        named = finding.mistake.name if finding.mistake else ""
        text = self._explain("not right yet", finding)
        raise CheckFailed(text, self._exercise.name, named) from None

    def _explain(self, verdict: str, finding: _Finding) -> str:
        """Say what came, what was expected, on what, and which known mistake it looks like.

        Of a secret trial only the kind of input is told: who may choose on which input to fail
        would otherwise be told the right value of each.
        """
        call, expected, outcome, reason, mistake, secret = finding
        if secret:
            rows = [("on", "an input that is kept back: " + self._kind(call))]
        else:
            rows = [("on", _arguments(call, self._exercise.arguments)), ("expected", expected)]
        said = textwrap.wrap(reason[:2000], 52)  # it may quote what came, however long that is
        rows += [("came", _came(outcome)), *(("", line) for line in said)]
        text = [f"{self._exercise.name}: {verdict}.", ""]
        text += [f"  {label:<9} {value}".rstrip() for label, value in rows if value]
        section = self._exercise.section
        if mistake is not None:
            text += ["", f"This looks like a known mistake: {mistake.name}.", mistake.says]
            section = mistake.section or section
        text += [line for slip in self._slips() for line in ["", slip]]
        text += ["", f"Read again: lesson {self._exercise.lesson}, “{section}”."]
        return _wrapped("\n".join(text))

    def _slips(self) -> list[str]:
        """Say which other exercises the answer uses that are not right; the grader lends those."""
        if isinstance(self._answer, StandIn):
            return []
        scope = getattr(self._answer, "__globals__", {})
        return [
            f"Your answer uses `{name}`, which is not right yet: mend that exercise first."
            for name in sorted(names_used_by(self._answer) - {self._exercise.name})
            if name in scope and any(t.failed(perform(scope[name], t.call)) for t in _known(name))
        ]

    def _kind(self, call: Call) -> str:
        given = [*zip(self._exercise.arguments, call.args, strict=False), *call.kwargs.items()]
        return ", ".join(f"{name}: {kind_of(value)}" for name, value in given)


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
        self._judge(Trial(self._call, expected, rel=rel, abs_=abs_))

    def refuses(self, *errors: type[Exception]) -> None:
        """Check that the input is refused with one of these exceptions.

        Raises
        ------
        CheckFailed
        """
        self._judge(Trial(self._call, Refusal((errors or (Exception,))[0].__name__)))

    def _judge(self, trial: Trial) -> None:
        check = self._check
        check._refuse_library_calls()
        known = _known(check._exercise.name)
        same = (dict(one.mistaken) for one in known if _same_call(one.call, trial.call))
        check._judge([replace(trial, mistaken=next(same, {}))], besides=known)
        check._pass(1)


def _known(exercise: str) -> tuple[Trial, ...]:
    try:
        return recorded(exercise).values
    except LookupError:  # an exercise of the text, or of a test
        return ()


def _same_call(one: Call, other: Call) -> bool:
    given, asked = ([list(c.args), dict(c.kwargs), _steps(c)] for c in (one, other))
    return difference(given, asked) is None


def _steps(call: Call) -> list[Any]:
    return [[step.method, list(step.args), dict(step.kwargs)] for step in call.then]


def _expected(value: Any) -> str:
    return f"a {value.error}" if isinstance(value, Refusal) else show(value)


def _inputs(on: Iterable[Call]) -> list[Call]:
    calls = list(on)
    if not calls:
        raise ValueError("on= names no input, so the check could not fail")
    return calls


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
    apart = "\n" + " " * 12
    tables = any("\n" in text for text in shown)  # a comma would look like one of its cells
    between = apart if tables else ", " if len(", ".join(shown)) < 53 else f",{apart}"
    return between.join(shown) + (f", then {''.join(steps)}" if steps else "")


def _came(outcome: Outcome) -> str:
    if isinstance(outcome, Returned):
        return show(outcome.value)
    if isinstance(outcome, Unusable):
        return outcome.reason
    if _is_unwritten(outcome):
        return "NotImplementedError: nothing is written yet"
    where = f"\n            in your line {outcome.line_number}: {outcome.line}"
    message = f": {outcome.message}" if outcome.message else ""
    return f"{outcome.error[0]}{message}" + (where if outcome.line else "")


def _is_unwritten(outcome: Outcome) -> bool:
    return (
        isinstance(outcome, Raised)
        and "NotImplementedError" in outcome.error
        and not outcome.message
    )


def _wrapped(text: str) -> str:
    # A browser at 200% breaks longer lines inside a word; what was given and came keeps its form.
    return re.sub(r"(?m)^(?!  ).+", lambda line: textwrap.fill(line[0], 64), text)
