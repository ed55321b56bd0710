"""A dated copy of the gradebook before anything is written into it."""

from __future__ import annotations

import contextlib
import datetime as dt
import filecmp
import os
import sqlite3
from pathlib import Path

from filelock import FileLock
from sqlalchemy.engine import make_url

from imbalance_grader.course.classroom import Classroom
from imbalance_grader.course.journal import clear_leftovers

KEPT = 50  # copies; the oldest make room


def back_up(classroom: Classroom) -> Path | None:
    """Copy the gradebook to ``grading/backups/``, unless the newest copy is the same already.

    SQLite itself copies it, so that the copy is whole even while formgrader writes a mark.

    Parameters
    ----------
    classroom : Classroom

    Returns
    -------
    Path or None
        The newest copy; None where there is no gradebook yet, or where it is kept by a database
        server, which has backups of its own.
    """
    url = make_url(classroom.coursedir.db_url)
    gradebook = Path(url.database or "")
    if not url.drivername.startswith("sqlite") or not gradebook.is_file():
        return None
    folder = classroom.root / "grading" / "backups"
    folder.mkdir(parents=True, exist_ok=True)
    # The marking page copies too: only who holds this lock may take a half written copy away.
    with FileLock(folder / ".lock"):
        clear_leftovers(folder)
        return _newest_copy(gradebook, folder)


def _newest_copy(gradebook: Path, folder: Path) -> Path:
    now = dt.datetime.now(dt.UTC)
    copy = folder / f"gradebook-{now:%Y-%m-%dT%H-%M-%S.%fZ}.db"
    _copy(gradebook, copy)
    older = sorted(path for path in folder.glob("gradebook-*.db") if path < copy)
    if older and filecmp.cmp(older[-1], copy, shallow=False):
        copy.unlink()
        return older[-1]
    for path in older[: -(KEPT - 1)]:
        path.unlink(missing_ok=True)
    return copy


def _copy(source: Path, target: Path) -> None:
    """Let SQLite copy a database; a copy that is not whole never has the name of one.

    It may write: what a run that was killed left half done, SQLite takes back before it reads.
    """
    unfinished = target.with_name(f".writing-{target.name}")
    try:
        unfinished.touch(mode=0o600)  # it holds the names and marks of a class
        with (
            contextlib.closing(sqlite3.connect(f"{source.as_uri()}?mode=rw", uri=True)) as there,
            contextlib.closing(sqlite3.connect(unfinished)) as here,
        ):
            there.backup(here)
        os.replace(unfinished, target)  # noqa: PTH105
    finally:
        unfinished.unlink(missing_ok=True)
