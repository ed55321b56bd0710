"""Keep progress while cells run: notice the course's own checks, and remember how they ended."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from imbalance_lab.lessons.copies import course_of
from imbalance_lab.lessons.notice import notice
from imbalance_lab.notebook import (
    START,
    answers_in,
    notebook_file,
    show_quietly,
    students_shell,
    this_shell,
)
from imbalance_lab.progress.course import Notebook, Task, course, find
from imbalance_lab.progress.hint_texts import invitation
from imbalance_lab.progress.record import NAME, Entry, ForeignFile, Record, add, merged, now, read

SWITCH = "IMBALANCE_LAB_PROGRESS"


class Keeper:
    """The progress of the student whose kernel this is.

    Parameters
    ----------
    start : Path
        The folder in which the kernel was started: that of a lesson or of the course.

    Attributes
    ----------
    notebook : Notebook or None
        The one at hand.
    remark : str
        What the student has to know of the file, "" where all is well.
    """

    def __init__(self, start: Path) -> None:
        folder = None if is_off() else course_of(start)
        self.file = folder and folder / NAME
        self.remark = ""
        self.changed: Callable[[], None] = lambda: None
        self._own: Record = {}  # what this kernel has seen, kept even where no file can be
        stem = file.stem if (file := notebook_file()) else ""
        here = [n for n in course() if n.topic == start.name]  # a copy is one of the main notebook
        here.sort(key=lambda n: (n.name != f"{n.topic}/{stem}", n.optional))
        self.notebook: Notebook | None = here[0] if here else None

    @property
    def record(self) -> Record:
        """What is known by now, in the file and in this kernel."""
        try:
            return merged(read(self.file) if self.file else {}, self._own)
        except (OSError, ForeignFile):
            return dict(self._own)

    def keep(self, key: str, entry: Entry) -> Record:
        """Remember something; a folder that cannot be written to is no error."""
        self._own = merged(self._own, {key: entry})
        record, self.remark = self.record, ""
        if self.file is None and not is_off():
            self.remark = "It is not kept: this notebook lies outside the folder of a course."
        if self.file is None:
            return record
        try:
            record, self.remark = add(self.file, self._own)
        except OSError:
            self.remark = f"It is not kept: {NAME} cannot be written here."
        return record

    def after_cell(self, result: Any) -> None:
        """Remember how a cell ended that is a check of the course."""
        shell = students_shell()
        found = find(result.info.raw_cell or "")
        entry = _entry_for(found[1], result, shell.user_ns) if found else None
        if not found or entry is None:
            return
        self.notebook, task = found
        before = self.record.get(task.key, Entry())
        record = self.keep(task.key, entry)
        if is_off():
            return
        news = summary(self.notebook, record) * (record[task.key].points != before.points)
        help_ = invitation(task, record[task.key].hints) if entry.failed else ""
        for line in filter(None, (f"{news} {self.remark}".strip(), help_)):
            show_quietly(shell, line)
        notice(shell)
        self.changed()


@functools.cache
def keeper() -> Keeper:
    """Return the keeper of this kernel, made when it is first needed."""
    return Keeper(START)


def _after_cell(result: Any) -> None:
    if students_shell() is not None:
        keeper().after_cell(result)


def watch() -> None:
    """In a Jupyter kernel, notice each cell that has run; elsewhere do nothing."""
    shell = this_shell()
    if getattr(shell, "kernel", None) is not None:
        shell.events.register("post_run_cell", _after_cell)


def is_off() -> bool:
    """Return whether the environment asks for no progress."""
    return means_no(os.environ.get(SWITCH, ""))


def means_no(said: str) -> bool:
    """Return whether a setting in the environment says no."""
    return said.strip().lower() in ("off", "no", "0", "false")


def summary(notebook: Notebook, record: Record) -> str:
    """Return one sentence on a notebook."""
    entries = [(task, record.get(task.key, Entry())) for task in notebook.tasks]
    solved = sum(entry.points >= task.points for task, entry in entries)
    points = sum(min(entry.points, task.points) for task, entry in entries)
    return (
        f"Lesson {notebook.title.split(' ')[0]}: {solved} of {len(entries)} solved,"
        f" {points:g} of {notebook.points:g} points by your own checks."
    )


def _entry_for(task: Task, result: Any, names: dict[str, Any]) -> Entry | None:
    """Return what a run of a check says, None where there was no answer to judge."""
    error = result.error_before_exec or result.error_in_exec
    if isinstance(error, NameError | KeyboardInterrupt) or type(error).__name__ == "NotWrittenYet":
        return None
    points = 0.0 if error is not None else task.points
    if error is None and isinstance(result.result, int | float):
        points = min(max(float(result.result), 0.0), task.points)
    given = answers_in(result.info.raw_cell)
    answer = _fingerprint(names.get(given[0])) if given and points else ""
    return Entry(points, now() if points else "", answer, failed=points < task.points)


def _fingerprint(answer: Any) -> str:
    """Return a short digest of an answer's source, "" where it has none."""
    with contextlib.suppress(Exception):
        source = repr(answer) if isinstance(answer, dict) else inspect.getsource(answer)
        return hashlib.sha256(source.encode()).hexdigest()[:12]
    return ""
