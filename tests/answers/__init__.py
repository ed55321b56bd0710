"""Right and wrong answers to every exercise, one module a lesson.

Each is what some student might write, on their own and without looking at the solution. A module
`tests/answers/TOPIC.py` belongs to the lesson notebook of the same name, with "_" for "-".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """One answer to one exercise.

    `right` answers pass. A wrong one fails, and names `mistake` where it holds one; "" means that
    it is wrong in a way that no check knows.
    """

    exercise: str
    name: str
    value: Any
    right: bool
    mistake: str = ""


@dataclass
class Answers:
    """The answers to one lesson's exercises, collected by decorators.

    Parameters
    ----------
    notebook : str
        Folder and name of the lesson, such as "01-accuracy-paradox/accuracy-paradox".
    """

    notebook: str
    all: list[Answer] = field(default_factory=list)

    def right(self, exercise: str) -> Callable[[Any], Any]:
        """Register a function that solves the exercise of this name."""

        def register(function: Any) -> Any:
            self.all.append(Answer(exercise, function.__name__, function, right=True))
            return function

        return register

    def wrong(self, exercise: str, mistake: str = "") -> Callable[[Any], Any]:
        """Register a function that does not solve it, and the mistake that the check must name."""

        def register(function: Any) -> Any:
            self.all.append(Answer(exercise, function.__name__, function, False, mistake))
            return function

        return register
