"""The key of an exercise: from it come the visible and the hidden trials, of the same kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from imbalance_lab.checks import Call, Exercise, Outcome, Raised, Refusal, Returned, Trial, Trials
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
    _made: dict[str, Trials] = field(default_factory=dict, init=False, repr=False, compare=False)

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

    def visible(self, of: str = "") -> Trials:
        """Return what is recorded for the visible check; `of` is the secret of a variant."""
        return self._trials(f"visible/{of}" if of else "visible")

    def hidden(self, of: str | None = None) -> Trials:
        """Return what the hidden test tries; `of` is another secret than the course's."""
        return replace(self._trials(of or secret.current()), secret=True)

    def _trials(self, purpose: str) -> Trials:
        if purpose not in self._made:
            rng = secret.generator(purpose, self.exercise.name)
            calls = [*self.by_hand, *(self.inputs(rng) if self.inputs else ())]
            laws = tuple((name, tuple(inputs(rng))) for name, inputs in self.laws.items())
            self._made[purpose] = Trials(tuple(map(self._trial, calls)), laws)
        return self._made[purpose]

    def _trial(self, call: Call) -> Trial:
        assert self.right is not None
        outcome = perform(self.right, call)
        if isinstance(outcome, Returned):
            expected = outcome.value
        elif isinstance(outcome, Raised) and outcome.error[0] in ("ValueError", "TypeError"):
            expected = Refusal(outcome.error[0])
        else:
            raise WrongKey(f"{self.exercise.name}: the key itself fails on {call}: {outcome}")
        return Trial(call, expected, _Mistaken(call, self.wrong), self.rel, self.abs_)


class _Mistaken(Mapping[str, Any]):
    """What known mistakes give on one input, computed when it is asked for: mostly it never is."""

    def __init__(self, call: Call, wrong: Mapping[str, Callable[..., Any]]) -> None:
        self._call = call
        self._wrong = wrong
        self._known: dict[str, Outcome] = {}

    def _outcome(self, name: str) -> Outcome:
        if name not in self._known:
            self._known[name] = perform(self._wrong[name], self._call)
        return self._known[name]

    def __getitem__(self, name: str) -> Any:
        outcome = self._outcome(name)
        if isinstance(outcome, Returned):
            return outcome.value
        raise KeyError(name)  # the mistake says nothing about this input

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._wrong if isinstance(self._outcome(name), Returned))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return repr(dict(self))
