"""Exercises for which students get full points whatever they answered, and why.

The instructor's decisions of a course stand in one file beside ``nbgrader_config.py``. They are
applied whenever marks are settled, so that no later run of the checks takes them back.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock

from imbalance_grader.course.classroom import ClassroomError
from imbalance_grader.course.journal import write_whole

FILE = "waivers.json"


@dataclass(frozen=True)
class Waiver:
    """One exercise that is waived.

    Parameters
    ----------
    reason : str
        What students and the report are told.
    since : str
        UTC, ISO 8601.
    students : tuple of str or None
        The ids of those for whom it is waived; None for everybody.
    set_aside : dict of str to float
        Marks below full points that a person had given, by student: kept for taking it back.
    """

    reason: str
    since: str
    students: tuple[str, ...] | None = None
    set_aside: dict[str, float] = field(default_factory=dict)

    def covers(self, student: str) -> bool:
        """Return whether it is waived for this student."""
        return self.students is None or student in self.students


Key = tuple[str, str]  # the name of a notebook, and the grade id of one of its cells


@contextlib.contextmanager
def held(root: Path, assignment: str) -> Iterator[Waivers]:
    """Read what is waived, and let nobody else change or apply it until the block ends.

    Otherwise a mark could be put aside for a waiver that another command is just taking back.
    """
    lock = root / "grading" / ".waivers.lock"
    lock.parent.mkdir(exist_ok=True)
    with FileLock(lock):
        yield Waivers(root, assignment)


class Waivers:
    """What is waived of one assignment, as it stands now; to change or apply it, `held` it.

    Parameters
    ----------
    root : Path
        The course's folder.
    assignment : str

    Raises
    ------
    ClassroomError
        If the course's file of waivers cannot be read.
    """

    def __init__(self, root: Path, assignment: str) -> None:
        self._path = root / FILE
        self._assignment = assignment
        self._all: dict[Key, Waiver] = {}
        for key, entry in self._read().get(assignment, {}).items():
            notebook, _, grade_id = key.partition("/")
            try:
                named = entry.get("students")
                chosen = None if named is None else tuple(named)
                self._all[notebook, grade_id] = Waiver(**(entry | {"students": chosen}))
            except (TypeError, AttributeError):
                raise self._unreadable(f"what it says of {key!r} is no waiver") from None

    def all(self) -> Mapping[Key, Waiver]:
        """Return every waiver by notebook and grade id."""
        return dict(self._all)

    def reason(self, key: Key, student: str) -> str:
        """Return why the exercise is waived for the student, "" where it is not."""
        waiver = self._all.get(key)
        return waiver.reason if waiver and waiver.covers(student) else ""

    def add(self, key: Key, reason: str, students: Iterable[str] | None = None) -> None:
        """Waive an exercise, for everybody or for these students, and keep that."""
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None).isoformat(timespec="seconds")
        chosen = None if students is None else tuple(sorted(set(students)))
        self._all[key] = Waiver(reason, now, chosen)
        self.save()

    def remove(self, key: Key) -> None:
        """Take a waiver back, and keep that."""
        del self._all[key]
        self.save()

    def set_aside(self, key: Key, student: str, mark: float) -> None:
        """Note a mark that a person had given, which full points replace; `save` keeps it."""
        self._all[key].set_aside[student] = mark

    def save(self) -> None:
        """Write the file, whole or not at all, and only where something has changed."""
        course = self._read()
        mine = {"/".join(key): dataclasses.asdict(waiver) for key, waiver in self._all.items()}
        # Through JSON and back, so that a tuple is the list as which it was read.
        if json.loads(json.dumps(mine)) != course.get(self._assignment, {}):
            course[self._assignment] = mine
            text = json.dumps({k: v for k, v in course.items() if v}, indent=1) + "\n"
            write_whole(self._path, text, mode=0o600)

    def _read(self) -> dict[str, Any]:
        try:
            course = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise self._unreadable(error) from None
        if not isinstance(course, dict):
            raise self._unreadable("it holds no JSON object")
        return course

    def _unreadable(self, why: object) -> ClassroomError:
        return ClassroomError(
            f"{self._path}, which says who has full points for which exercise, cannot be read: "
            f"{why}. Mend it; nothing was graded, since marks would be lost without it"
        )
