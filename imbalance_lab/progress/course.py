"""The course as progress sees it: its notebooks, their exercises, and how each check is known.

It is read from ``exercises/course.json``, which the build program writes.
"""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class Task:
    """An exercise or quiz.

    Parameters
    ----------
    key : str
        Its place in the course, such as "01-accuracy-paradox/accuracy-paradox/cost-of".
    title : str
        The heading above it, such as "Exercise 2: the cost of decisions".
    points : float
    check : str
        The digest of its graded cell, see `digest`.
    """

    key: str
    title: str
    points: float
    check: str


@dataclass(frozen=True)
class Notebook:
    """A notebook of the course; ``name`` is its folder and name."""

    name: str
    title: str
    optional: bool
    tasks: tuple[Task, ...]

    @property
    def topic(self) -> str:
        """The folder of the notebook, such as "01-accuracy-paradox"."""
        return self.name.split("/")[0]

    @property
    def points(self) -> float:
        """The points of all its exercises and its quiz."""
        return sum(task.points for task in self.tasks)


def digest(source: str) -> str:
    """Return what a graded cell is known by: its lines, comments and layout left out."""
    lines = [line.split(" #")[0].strip() for line in source.splitlines()]
    code = "\n".join(line for line in lines if line and not line.startswith("#"))
    return hashlib.sha256(code.encode()).hexdigest()[:16]


@functools.cache
def course() -> tuple[Notebook, ...]:
    """Return the notebooks of the course in order, none where their list is out of sight."""
    file = files("imbalance_lab") / "exercises" / "course.json"
    if not file.is_file():
        return ()
    return tuple(
        Notebook(**each | {"tasks": tuple(Task(**task) for task in each["tasks"])})
        for each in json.loads(file.read_text(encoding="utf-8"))
    )


def find(source: str) -> tuple[Notebook, Task] | None:
    """Return the exercise whose check a cell is, None where it is none of the course's."""
    known = digest(source)
    places = ((notebook, task) for notebook in course() for task in notebook.tasks)
    return next(((n, task) for n, task in places if task.check == known), None)
