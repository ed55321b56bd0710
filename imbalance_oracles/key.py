"""The key of an exercise: from it come the visible and the hidden trials, of the same kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from imbalance_lab.checks import Call, Exercise, Raised, Refusal, Returned, Trial, Trials
from imbalance_lab.checks.calls import perform
from imbalance_lab.checks.compare import ABS, REL
from imbalance_oracles import secret

Inputs = Callable[[np.random.Generator], Iterable[Call]]


class WrongKey(ValueError):
    """A key contradicts itself; the message says where."""


@dataclass(frozen=True)
class Key:
    """What is right, and what is a known mistake, on inputs of every kind that a contract names.

    Parameters
    ----------
    exercise : Exercise
        From `imbalance_lab.exercises`.
    right : callable, optional
        An independent right answer. Where the contract asks for an exception it raises one of
        that very class.
    inputs : callable, optional
        ``inputs(rng)`` returns calls of all kinds: sizes, containers, index, ties, edges and
        refusals that the contract names. Visible and hidden trials differ in `rng` alone.
    by_hand : sequence of Call, default=()
        The worked examples of the graded cell, so that a mistake is recognised on them too.
    wrong : mapping of str to callable, default={}
        By the name of a mistake of the exercise: what a student with it returns.
    laws : mapping of str to callable, default={}
        By the name of a law of the exercise: ``inputs(rng)`` as above.
    rel, abs_ : float
        Tolerances, as in `math.isclose`.
    """

    exercise: Exercise
    right: Callable[..., Any] | None = None
    inputs: Inputs | None = None
    by_hand: Sequence[Call] = ()
    wrong: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    laws: Mapping[str, Inputs] = field(default_factory=dict)
    rel: float = REL
    abs_: float = ABS

    def __post_init__(self) -> None:
        name = self.exercise.name
        by_value = {m.name for m in self.exercise.mistakes if not (m.when or m.only_on or m.wrong)}
        if set(self.wrong) != by_value:
            odd = sorted(set(self.wrong) ^ by_value)
            raise WrongKey(f"{name}: mistakes told by values and wrong= differ in {odd}")
        if set(self.laws) != set(self.exercise.laws):
            raise WrongKey(f"{name}: laws of key and exercise differ")
        if (self.right is None) != (self.inputs is None):
            raise WrongKey(f"{name}: right= and inputs= belong together")

    def visible(self) -> Trials:
        """Return what is recorded for the visible check."""
        return self._trials(secret.generator("visible", self.exercise.name))

    def hidden(self, of: str | None = None) -> Trials:
        """Return what the hidden test tries; `of` is another secret than the course's."""
        drawn = secret.generator(of or secret.current(), self.exercise.name)
        return self._trials(drawn, hidden=True)

    def _trials(self, rng: np.random.Generator, hidden: bool = False) -> Trials:
        calls = [*self.by_hand, *(self.inputs(rng) if self.inputs else ())]
        laws = tuple((name, tuple(inputs(rng))) for name, inputs in self.laws.items())
        return Trials(tuple(map(self._trial, calls)), laws, secret=hidden)

    def _trial(self, call: Call) -> Trial:
        assert self.right is not None
        outcome = perform(self.right, call)
        if isinstance(outcome, Returned):
            expected = outcome.value
        elif isinstance(outcome, Raised) and outcome.error[0] in ("ValueError", "TypeError"):
            expected = Refusal(outcome.error[0])
        else:
            raise WrongKey(f"{self.exercise.name}: the key itself fails on {call}: {outcome}")
        trial = Trial(call, expected, rel=self.rel, abs_=self.abs_)
        for name, wrong in self.wrong.items():
            trial = trial.with_mistaken(name, wrong)
        return trial
