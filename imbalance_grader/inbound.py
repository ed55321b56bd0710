"""nbgrader's collect, for an exchange into which everybody writes.

nbgrader takes what lies there with the instructor's rights. It follows links, so that a student who
leaves a link to the solution hands that in, and reads the rest of it in her feedback. It takes what
is handed in under another one's name in place of hers, with a warning. And one folder of a strange
name or too large a size stops it for the whole class. Here a submission counts only if its owner is
its student, or who collects and put it there for her; only plain files are taken, and what is left
out is said.

``nbgrader_config.py`` of the course names it, so that ``nbgrader collect`` and formgrader's button
both use it::

    c.ExchangeFactory.collect = "imbalance_grader.inbound.Collect"
"""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeCollect

from imbalance_grader.names import is_student_id, student_id
from imbalance_grader.notebook.intake import Malformed, read_regular_file
from imbalance_lab.printable import one_line
from imbalance_sandbox.held import held_folder

MOST_FILES = 1_000  # of one submission, folders among them
_DEEPEST = 10  # folders, one in the other; tools that copy call themselves for each
NOBODY = ""


class Collect(ExchangeCollect):  # type: ignore[misc]
    """Collects what students themselves handed in, and of that the plain files."""

    src_records: list[dict[str, Any]]

    def _path_to_record(self, path: str) -> dict[str, Any]:
        """Return whose a submission is and of when; one that cannot be taken is nobody's."""
        refused = {"username": NOBODY, "filename": Path(path).name, "timestamp": datetime.min}
        try:
            record: dict[str, Any] = super()._path_to_record(path)
            if not is_student_id(student_id(record["username"])):
                raise ValueError
            why = _refusal(Path(path), record["username"], self.check_owner)
        except (ExchangeError, OSError, OverflowError, TypeError, ValueError):
            why = "its name does not say whose it is and when it was handed in"
        if not why:
            return record
        self.log.error("%s is not collected: %s", one_line(Path(path).name), why)
        return refused

    def init_src(self) -> None:
        """Find the newest submission of each student."""
        super().init_src()
        self.src_records = [each for each in self.src_records if each["username"] != NOBODY]

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Take the plain files of a submission, and copy those as nbgrader does."""
        with held_folder() as folder:
            taken = folder / "taken"
            for left_out in take_plain(Path(src), taken, 1000 * self.coursedir.max_dir_size):
                self.log.error("%s: %s", one_line(Path(src).name), one_line(left_out))
            super().do_copy(str(taken), dest, log)


def _refusal(path: Path, student: str, check_owner: bool) -> str:
    """Return why a folder of the exchange is not this student's submission, or ""."""
    about = path.lstat()
    if not stat.S_ISDIR(about.st_mode):
        return "it is no folder"
    if not check_owner or about.st_uid == os.geteuid():
        return ""
    try:
        owner = pwd.getpwuid(about.st_uid).pw_name
    except KeyError:
        owner = f"user {about.st_uid}"
    return "" if owner == student else f"it is {owner}'s, not {one_line(student)}'s"


def take_plain(source: Path, target: Path, most_bytes: int) -> Iterator[str]:
    """Copy the plain files of a folder that is another's, and yield what is left out, with why.

    No link is followed, not even one that takes a file's place while this runs.

    Parameters
    ----------
    source, target : Path
        The target must not exist.
    most_bytes : int
        What is copied at most, in all.
    """
    target.mkdir(mode=0o700)
    for number, (path, is_entered) in enumerate(_entries(source)):
        inside = path.relative_to(source)
        if number == MOST_FILES:
            yield f"{inside} and more: there are over {MOST_FILES} files and folders"
            return
        if is_entered:
            continue
        try:
            if len(inside.parts) > _DEEPEST:
                raise Malformed(f"it lies more than {_DEEPEST} folders deep")
            content = read_regular_file(path, len(inside.parts))
            if len(content) > most_bytes:
                raise Malformed("the submission is too large")
        except (Malformed, OSError) as error:
            yield f"{inside} is left out: {error}"
            continue
        most_bytes -= len(content)
        (target / inside).parent.mkdir(parents=True, exist_ok=True)
        (target / inside).write_bytes(content)


def _entries(folder: Path) -> Iterator[tuple[Path, bool]]:
    """Yield what is in a folder, each with whether it is a folder that is entered, in one order.

    Folders within folders and files may be without end. No folder is entered that lies too deep,
    or is a link; one that cannot be is yielded once more, as what is left out.
    """
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as found:
                entries = sorted(islice(found, MOST_FILES + 1), key=lambda entry: entry.name)
        except OSError:
            yield here, False
            continue
        for entry in entries:
            path = here / entry.name
            deep = len(path.relative_to(folder).parts) > _DEEPEST
            is_entered = entry.is_dir(follow_symlinks=False) and not deep
            waiting += [path] if is_entered else []
            yield path, is_entered
