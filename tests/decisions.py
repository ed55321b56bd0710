"""What the tests of decisions share: points of an answer, and the classes that it is tried on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from imbalance_lab.checks import CheckFailed, Exercise, Worth, check
from imbalance_oracles import secret

Answer = Callable[..., Any]


def courses(others: Iterable[str]) -> list[Any]:
    """Return the published secret, and those of some classes, which `make long` tries.

    Those that are called "luck" once drew what paid a lazy answer well, or a right one badly. As
    many more as `SECRETS` says in the environment are tried as well.
    """
    others = list(others)
    classes = (f"class {number}" for number in range(int(os.environ.get("SECRETS", "0"))))
    more = [one for one in classes if one not in others]
    return [secret.PUBLISHED, *(pytest.param(one, marks=pytest.mark.long) for one in others), *more]


def points_of(answer: Answer, exercise: Exercise, by: Worth, most: float = 5) -> float:
    """Return the points of an answer by its judge; what the check refuses has none."""
    try:
        return check(answer, exercise).earns(most, by=by, on=by.calls)
    except CheckFailed:
        return 0


def too_many(
    lazy: Iterable[tuple[Answer, float]], points: Callable[[Answer], float]
) -> dict[str, float]:
    """Return the routes that earn more than they may, by name, with their points."""
    earned = [(answer.__name__, points(answer), most) for answer, most in lazy]
    return {name: found for name, found, most in earned if found > most}
