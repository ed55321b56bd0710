"""Nothing in the package that students install answers an exercise, by whatever name it is called.

What a student can read at home all the same is on the page of the threat model: the names of the
known mistakes, what they say, and what they give on the recorded inputs.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

import imbalance_lab
from imbalance_lab.checks import Call, Returned, Trials
from imbalance_lab.checks.calls import perform
from imbalance_lab.checks.quiz import Quiz
from imbalance_oracles.registry import keys, quizzes


@cache
def installed() -> tuple[tuple[str, Any], ...]:
    """Return everything callable that a module of the package defines, private names too."""
    found: dict[int, tuple[str, Any]] = {}
    for module in _modules():
        for name, value in vars(module).items():
            own = str(getattr(value, "__module__", "")).startswith("imbalance_lab")
            if own and callable(value):
                found[id(value)] = (f"{module.__name__}.{name}", value)
    return tuple(found.values())


def _modules() -> Iterator[Any]:
    yield imbalance_lab
    for found in pkgutil.walk_packages(imbalance_lab.__path__, "imbalance_lab."):
        yield importlib.import_module(found.name)


def answers(candidate: Callable[..., Any], trials: Trials, laws: dict[str, Any]) -> bool:
    """Return whether a function passes all trials; most fail on the first."""
    for trial in trials.values:
        if trial.failed(perform(candidate, trial.call)):
            return False
    for name, calls in trials.laws:
        judge = laws[name].begin()
        if not all(keeps(judge, candidate, call) for call in calls):
            return False
    return True


def keeps(judge: Callable[..., Any], candidate: Callable[..., Any], call: Call) -> bool:
    outcome = perform(candidate, call)
    with contextlib.suppress(Exception):  # a value of another kind than the law expects
        return isinstance(outcome, Returned) and judge(outcome.value, *call.args) is True
    return False


@pytest.mark.parametrize("exercise", sorted(keys()))
def test_no_function_of_the_package_answers_an_exercise(exercise: str) -> None:
    key = keys()[exercise]
    trials, laws = key.hidden(), dict(key.exercise.laws)
    found = [name for name, candidate in installed() if answers(candidate, trials, laws)]
    assert not found


def test_the_search_would_find_an_answer() -> None:
    key = keys()["imbalance_ratio"]
    assert key.right is not None
    assert answers(key.right, key.hidden(), {})
    assert not answers(len, key.hidden(), {})
    assert len(installed()) > 150


@pytest.mark.parametrize("lesson", sorted(quizzes()))
def test_a_quiz_is_sealed(lesson: str) -> None:
    text = json.dumps(Quiz(lesson).sealed)
    for number, question in quizzes()[lesson].items():
        opened = {letter: Quiz(lesson).opened(number, letter) for letter in question.letters}
        assert {letter for letter, says in opened.items() if not says["says"]} == {question.right}
        for says in question.mistakes.values():
            assert says not in text
