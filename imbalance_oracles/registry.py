"""All keys and quizzes of the course, found in the modules of this package."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import ModuleType

import imbalance_oracles
from imbalance_lab.checks import Question
from imbalance_oracles.key import Key


@cache
def keys() -> Mapping[str, Key]:
    """Return every key by the name of its exercise."""
    found = [v for module in _modules() for v in vars(module).values() if isinstance(v, Key)]
    return {key.exercise.name: key for key in found}


@cache
def quizzes() -> Mapping[str, Mapping[int, Question]]:
    """Return the questions of every quiz by the number of its lesson."""
    found = {}
    for module in _modules():
        if hasattr(module, "QUIZ"):
            found[module.LESSON] = module.QUIZ
    return found


def _modules() -> list[ModuleType]:
    return [
        importlib.import_module(f"{imbalance_oracles.__name__}.{found.name}")
        for found in pkgutil.iter_modules(imbalance_oracles.__path__)
        if found.name != "registry"
    ]
