"""The hints of every exercise, from ``exercises/hints.toml``."""

from __future__ import annotations

import functools
import tomllib
from importlib.resources import files

from imbalance_lab.progress.course import Task

STEPS = ("first", "second")


@functools.cache
def _all_hints() -> dict[str, dict[str, str]]:
    file = files("imbalance_lab") / "exercises" / "hints.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def hints_for(name: str) -> tuple[str, ...]:
    """Return the hints of an exercise in order, none where there are none."""
    found = _all_hints().get(name, {})
    return tuple(found[step] for step in STEPS if step in found)


def name_of(task: Task) -> str:
    """Return the name of the function that a student writes for a task."""
    return task.key.rpartition("/")[2].replace("-", "_")


def invitation(task: Task, opened: int) -> str:
    """Return how to ask for the next hint, "" where there is none left."""
    name = name_of(task)
    if opened >= len(hints_for(name)):
        return ""
    call = f'from imbalance_lab.progress import hint; hint("{name}")'
    return f"For a {STEPS[opened]} hint, run in a new cell: {call}"
