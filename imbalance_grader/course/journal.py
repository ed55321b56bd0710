"""The journal of a run: one file a submission, so that a run killed anywhere can go on.

A record is written after everything else that its submission needs (gradebook, graded notebook):
it is the mark that the submission is done. Files appear whole or not at all.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import tempfile
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from imbalance_grader.notebook.results import NotebookResult, State

VERSION = 2
# The worst first: a submission of several notebooks is called after the worst of them.
_WORST = (
    State.CRASHED,
    State.OUT_OF_MEMORY,
    State.TIMED_OUT,
    State.MALFORMED,
    State.MISPLACED,
    State.MISSING,
    State.GRADED,
)


@dataclass(frozen=True)
class Record:
    """One student's submission, graded.

    Parameters
    ----------
    student : str
    notebooks : tuple of NotebookResult
    fingerprint : str
        Digest of what was graded with what: see `Classroom`. Another one means: grade again.
    run : str
        Id of the run that graded it.
    submitted : str
        When it was handed in, UTC, ISO 8601; "" where that is not known.
    time_problem : str
        Why the time that came with it could not be read, "" where it could, or none came.
    judged : mapping of str to str
        For each graded cell a digest of all that its marks are of, see `course.marks`.
    """

    student: str
    notebooks: tuple[NotebookResult, ...]
    fingerprint: str = ""
    run: str = ""
    submitted: str = ""
    time_problem: str = ""
    judged: Mapping[str, str] = field(default_factory=dict)

    @property
    def when(self) -> dt.datetime | None:
        """The time at which it was handed in, in UTC, None where that is not known."""
        return dt.datetime.fromisoformat(self.submitted) if self.submitted else None

    @property
    def state(self) -> State:
        """The state of its worst notebook; one that was left out counts only if all were."""
        states = {notebook.state for notebook in self.notebooks}
        if len(states) > 1:
            states.discard(State.MISSING)
        return next((state for state in _WORST if state in states), State.MISSING)

    @property
    def detail(self) -> str:
        """What there is to say about the state, for the instructor."""
        several = len(self.notebooks) > 1
        return " ".join(
            f"{n.notebook}: {n.detail}" if several else n.detail for n in self.notebooks if n.detail
        )

    @property
    def points(self) -> float:
        """Points given so far, by the checks."""
        return sum(notebook.points for notebook in self.notebooks)

    @property
    def waiting(self) -> int:
        """Number of written answers that wait for a person."""
        return sum(notebook.waiting for notebook in self.notebooks)

    @property
    def seconds(self) -> float:
        """Wall time of all its notebooks."""
        return sum(notebook.seconds for notebook in self.notebooks)

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary that `json` can write."""
        return {
            "version": VERSION,
            "student": self.student,
            "state": self.state.value,
            "fingerprint": self.fingerprint,
            "run": self.run,
            "submitted": self.submitted,
            "time_problem": self.time_problem,
            "judged": dict(self.judged),
            "notebooks": [notebook.to_json() for notebook in self.notebooks],
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Record:
        """Return the record that `to_json` made this dictionary from; ValueError for another."""
        if record.get("version") != VERSION:
            raise ValueError(f"a record of version {record.get('version')!r}, not {VERSION}")
        fields = {k: v for k, v in record.items() if k not in ("version", "state")}
        notebooks = tuple(NotebookResult.from_json(n) for n in fields.pop("notebooks"))
        return cls(notebooks=notebooks, **fields)


@dataclass(frozen=True)
class RunNote:
    """What a run was asked to do, kept while it is not finished.

    Parameters
    ----------
    run : str
    students : tuple of str or None
        The named ones; None for the whole class.
    force : bool
        Whether everything is graded anew, also what is unchanged.
    begun : str
        When, UTC, ISO 8601.
    finished : bool
    """

    run: str
    students: tuple[str, ...] | None = None
    force: bool = False
    begun: str = ""
    finished: bool = False


class Journal:
    """The records of one assignment in their folder.

    Parameters
    ----------
    folder : Path
        Made when the first record is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._records = folder / "journal"
        self._note = folder / "run.json"

    def write(self, record: Record) -> None:
        """Write or replace one student's record, whole or not at all."""
        write_whole(self._path(record.student), _text(record.to_json()))

    def read(self, student: str) -> Record | None:
        """Return one student's record; None where there is none that can be read."""
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
            record = Record.from_json(json.loads(self._path(student).read_text(encoding="utf-8")))
            return record if record.student == student else None
        return None

    def remove(self, student: str) -> None:
        """Forget one student's record."""
        self._path(student).unlink(missing_ok=True)

    def all(self) -> list[Record]:
        """Return every readable record, ordered by student."""
        found = (self.read(path.stem) for path in sorted(self._records.glob("*.json")))
        return [record for record in found if record is not None]

    def begin(self, students: Iterable[str] | None, force: bool) -> RunNote:
        """Note that a run begins."""
        note = RunNote(
            run=uuid.uuid4().hex,
            students=None if students is None else tuple(sorted(students)),
            force=force,
            begun=dt.datetime.now(dt.UTC).replace(tzinfo=None).isoformat(timespec="seconds"),
        )
        self._write_note(note)
        return note

    def unfinished(self) -> RunNote | None:
        """Return the note of a run that was begun and not finished, if there is one."""
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
            record = json.loads(self._note.read_text(encoding="utf-8"))
            if isinstance(record.get("students"), list):
                record["students"] = tuple(record["students"])
            note = RunNote(**record)
            return None if note.finished else note
        return None

    def finish(self, note: RunNote) -> None:
        """Note that the run is finished."""
        self._write_note(replace(note, finished=True))

    def _write_note(self, note: RunNote) -> None:
        write_whole(self._note, _text(vars(note)))

    def _path(self, student: str) -> Path:
        return self._records / f"{student}.json"


def write_whole(path: Path, text: str | bytes, mode: int = 0o644, lasting: bool = True) -> None:
    """Write a file so that, whatever happens, either the old or the new one is there.

    Parameters
    ----------
    path : Path
    text : str or bytes
    mode : int
        Permissions.
    lasting : bool, default=True
        Whether to wait until it would outlive a power cut, which takes some milliseconds.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            # Half characters were written out long before; none may stop a class here.
            file.write(
                text if isinstance(text, bytes) else text.encode("utf-8", "backslashreplace")
            )
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        os.chmod(name, mode)  # noqa: PTH101 (a str, as mkstemp gives it)
        os.replace(name, path)  # noqa: PTH105
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(name)  # noqa: PTH108
        if isinstance(error, OSError):  # a full disk does not say for which file
            error.filename = str(path)
        raise
    if lasting:
        _sync_folder(path.parent)


def clear_leftovers(folder: Path) -> None:
    """Remove what a killed run had half written in a folder and below."""
    for path in folder.rglob(".writing-*"):
        path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(
        OSError
    ):  # some file systems cannot; the rename is atomic all the same
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _text(record: dict[str, Any]) -> str:
    return json.dumps(record, indent=1, ensure_ascii=True) + "\n"
