"""What a student could answer with calls alone: all that is installed, turned to fit a contract.

A candidate is one expression, such as ``f(*a[:2], **k)[0]`` for a function ``f`` of a package: its
text goes into a notebook, and it can be tried here, as a student at home would try it.
"""

from __future__ import annotations

import contextlib
import copy
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any
from unittest import mock

import mutants
import numpy as np
from mutants import NeverEnds

import imbalance_lab
from imbalance_lab.checks import Call, Outcome, Refusal, Returned
from imbalance_lab.checks.calls import perform, quiet, returned
from imbalance_oracles.key import Key
from imbalance_oracles.registry import keys

COURSE = "imbalance_lab"
#: Libraries whose names a student meets, and in which an exercise's answer may well stand.
LIBRARIES = (
    "imblearn.metrics",
    "imblearn.over_sampling",
    "imblearn.under_sampling",
    "scipy.special",
    "sklearn.calibration",
    "sklearn.metrics",
    "sklearn.model_selection",
    "sklearn.utils",
    "sklearn.utils.class_weight",
    "statsmodels.stats.proportion",
)
#: How the arguments are handed over: as they come, fewer of them, in another order.
ARGUMENTS = (
    *("*a, **k", "*a", "*a[:1]", "*a[:2]", "*a[1:]", "*a[::-1]", "*a[1::-1], *a[2:], **k"),
    *("[a[0]], [a[1]]", "a[0] == a[-1], a[1] == a[-1]"),
)
#: What is taken of the value, and what is made of it.
VALUES = (
    *("{}", "{}[0]", "{}[1]", "{}[-1]", "{}[:2]", "{}[1:]", "{}[::-1]", "{}.ravel()"),
    *("1 - {}", "-{}", "1 / {}", "float({})", "int({})", "list({})", "tuple({})", "dict({})"),
    *("sum({})", "len({})", "max({})", "min({})", "{}.mean()", "{}.sum()", "{}.to_dict()"),
)
#: What a sampler, an estimator or a picture of a curve is told to do with the arguments.
VERBS = (
    "f.from_predictions(*a[:2]).roc_auc",
    "f.from_predictions(*a[:2]).average_precision",
    "f().fit_resample(*a[:2])",
    "f().fit_resample(*a[:2])[0]",
    "f(random_state=a[-1]).fit_resample(*a[:2])",
    "f(random_state=a[-1]).fit_resample(*a[:2])[0]",
    "f().fit(*a[:2])",
    "f().fit(a[0], a[0]['is_fraud'])",
)
#: What needs a word of its own.
WORDS = {
    "get_scorer": ("f('roc_auc')._score_func(*a)", "f('average_precision')._score_func(*a)"),
    "compute_class_weight": ("f('balanced', classes=sorted(set(a[0])), y=a[0])",),
    "proportion_confint": ("f(*a[:2], alpha=0.05, method='wilson')",),
}
_SECONDS = 2  # of one candidate
_LARGE = 500  # what has so many elements is data and no answer
_MACHINERY = {"test", "all_estimators"}  # of the libraries themselves


@contextlib.contextmanager
def limited(seconds: float = _SECONDS) -> Iterator[None]:
    """Raise `NeverEnds` in a candidate that takes longer."""
    with mock.patch.object(mutants, "SECONDS", seconds), mutants.time_limit():
        yield


@dataclass(frozen=True)
class Candidate:
    """A call of something installed, as Python text.

    Parameters
    ----------
    module, name : str
        Where it is, such as "sklearn.metrics" and "f1_score".
    use : str
        What is done with the arguments ``a`` and ``k``; ``f`` is what is called.
    """

    module: str
    name: str
    use: str

    def code(self, exercise: str) -> str:
        """Return the text of an answer cell."""
        return (
            f"from {self.module} import {self.name}\n\n\n"
            f"def {exercise}(*a, **k):\n    f = {self.name}\n    return {self.use}\n"
        )

    @property
    def called(self) -> Any:
        """What is called."""
        return getattr(importlib.import_module(self.module), self.name)

    @property
    def function(self) -> Callable[..., Any]:
        """What the text makes."""
        scope = {self.name: self.called}
        exec(self.code("answer").partition("\n\n\n")[2], scope)
        made: Callable[..., Any] = scope["answer"]
        return made


@cache
def names() -> tuple[Candidate, ...]:
    """Return all that can be called, each thing once, of the course private things too."""
    found: dict[int, Candidate] = {}
    for module in _modules():
        package = module.__name__.partition(".")[0]
        for name, value in vars(module).items():
            own = str(getattr(value, "__module__", "")).partition(".")[0] == package
            own = own or (package == "scipy" and isinstance(value, np.ufunc))
            public = package == COURSE or not name.startswith("_")
            if own and public and callable(value) and name not in _MACHINERY:
                found.setdefault(id(value), Candidate(module.__name__, name, "f(*a, **k)"))
    return tuple(found.values())


def _modules() -> Iterator[ModuleType]:
    yield imbalance_lab
    for found in pkgutil.walk_packages(imbalance_lab.__path__, f"{COURSE}."):
        yield importlib.import_module(found.name)
    yield from map(importlib.import_module, LIBRARIES)


def on(call: Call, course_only: bool = False) -> Iterator[tuple[Candidate, Any]]:
    """Yield each candidate that takes what a call hands over, with what it returns."""
    for one in names():
        if course_only and not one.module.startswith(COURSE):
            continue
        verbs = VERBS if isinstance(one.called, type) else ()
        words = WORDS.get(one.name, ())
        for use in (*(f"f({arguments})" for arguments in ARGUMENTS), *verbs, *words):
            yield from _values(Candidate(one.module, one.name, use), call)


def _values(candidate: Candidate, call: Call) -> list[tuple[Candidate, Any]]:
    """Return what can be made of what a candidate returns on a call, with the text that does it."""
    args, kwargs = copy.deepcopy((call.args, dict(call.kwargs)))
    found: list[tuple[Candidate, Any]] = []
    with contextlib.suppress(Exception, SystemExit, NeverEnds), limited(), quiet():
        value = candidate.function(*args, **kwargs)
        if np.size(value) > _LARGE:
            return []
        for text, make in _makers():
            with contextlib.suppress(Exception):
                use = text.format(candidate.use)
                made = make(copy.copy(value))
                found.append((Candidate(candidate.module, candidate.name, use), made))
    return found


@cache
def _makers() -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    return tuple((text, eval(f"lambda v: {text.format('v')}")) for text in VALUES)


@cache
def found(exercise: str) -> list[tuple[int, Candidate]]:
    """Return what is right on one visible input, with how many it passes, the furthest first."""
    key = keys()[exercise]
    right = (candidate for candidate, value in on(first_call(key)) if _is_right(key, value))
    return sorted(((passed(one, key), one) for one in right), key=lambda pair: -pair[0])


def first_call(key: Key) -> Call:
    """Return the first input on which a value is asked for."""
    trials = key.visible()
    asked = (t.call for t in trials.values if not isinstance(t.expected, Refusal))
    return next(asked, None) or trials.laws[0][1][0]


def _is_right(key: Key, value: Any) -> bool:
    call, trials = first_call(key), key.visible()
    expected = [t for t in trials.values if t.call is call]
    if expected and not _of_the_size(value, expected[0].expected):
        return False
    outcome = returned(value)
    if expected:
        return not expected[0].failed(outcome)
    return _keeps(dict(key.exercise.laws)[trials.laws[0][0]].begin(), outcome, call)


def _of_the_size(value: Any, expected: Any) -> bool:
    """Return whether a look from outside rules nothing out: looking inside takes most time."""
    with contextlib.suppress(Exception):
        return len(value) == len(expected)
    return not hasattr(value, "__len__") and not hasattr(expected, "__len__")


def _keeps(judge: Callable[..., Any], outcome: Outcome, call: Call) -> bool:
    with contextlib.suppress(Exception):  # a value of another kind than the law expects
        return isinstance(outcome, Returned) and judge(outcome.value, *call.args) is True
    return False


def passed(candidate: Candidate, key: Key) -> int:
    """Return how many visible trials a candidate passes before the first that it fails."""
    trials, function, count = key.visible(), candidate.function, 0
    with contextlib.suppress(NeverEnds), limited():
        for trial in trials.values:
            if trial.failed(perform(function, trial.call)):
                return count
            count += 1
        for name, calls in trials.laws:
            judge = dict(key.exercise.laws)[name].begin()
            for call in calls:
                if not _keeps(judge, perform(function, call), call):
                    return count
                count += 1
    return count
