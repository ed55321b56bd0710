"""Files below ``submitted/`` that nobody looks at, because of where they lie.

A learning platform packs its archives as it likes, and an instructor copies by hand. A notebook
that ends up one folder too high or too deep, or below a name that no assignment has, would be
missing without a word. It is listed, with the place to which it belongs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from imbalance_grader.course.classroom import Assignment, Classroom
from imbalance_grader.names import is_student_id, student_id
from imbalance_grader.notebook.choice import files_below, is_archive, is_leftover, is_notebook

MOST = 200
_DEEPEST = 4


@dataclass(frozen=True)
class Stray:
    """A file that is in the wrong place.

    Parameters
    ----------
    path : str
        Relative to ``submitted/``.
    reason : str
        What is wrong with its place, and where it belongs.
    """

    path: str
    reason: str

    @property
    def student(self) -> str:
        """Name of the folder in which it lies, "" where it lies in none."""
        first, slash, _ = self.path.partition("/")
        return student_id(first) if slash else ""


def strays(classroom: Classroom, assignment: Assignment) -> list[Stray]:
    """Return the files that may be submissions of this assignment and lie in the wrong place.

    Parameters
    ----------
    classroom : Classroom
    assignment : Assignment
        A file whose name or folders speak for another one is left to that.

    Returns
    -------
    list of Stray
        Notebooks and archives, by path; the first 200 of them.
    """
    names = classroom.notebook_names()
    top = classroom.root / classroom.coursedir.submitted_directory
    found = []
    for path in _unmatched(top, classroom.submission_folders()):
        meant = _meant(path, names)
        if meant in ("", assignment.name):
            found.append(Stray(path, _reason(path, meant, names, top.name)))
    return sorted(found, key=lambda stray: stray.path)[:MOST]


def _unmatched(top: Path, matched: set[Path]) -> Iterator[str]:
    """Yield notebooks and archives that lie in none of the folders of submissions."""
    for entry in _entries(top):
        if not entry.is_dir(follow_symlinks=False):
            yield from _telling(entry.name)
            continue
        for inner in _entries(Path(entry.path)):
            name = f"{entry.name}/{inner.name}"
            if Path(inner.path) in matched:
                continue
            if not inner.is_dir(follow_symlinks=False):
                yield from _telling(name)
                continue
            for file in files_below(Path(inner.path), _DEEPEST):
                yield from _telling(f"{name}/{file}")


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        return [entry for entry in os.scandir(folder) if not is_leftover(entry.name)]
    except OSError:
        return []


def _telling(path: str) -> list[str]:
    return [path] if is_notebook(path) or is_archive(path) else []


def _meant(path: str, names: dict[str, list[str]]) -> str:
    """Return the assignment for which a file speaks by its folders or its name, "" for none."""
    *folders, name = PurePosixPath(path).parts
    for folder in reversed(folders):
        for assignment in names:
            if _even(folder) == _even(assignment):
                return assignment
    pairs = [(stem, assignment) for assignment, stems in names.items() for stem in stems]
    for stem, assignment in sorted(pairs, key=lambda pair: len(pair[0]), reverse=True):
        if _even(stem) in _even(name):
            return assignment
    return ""


def _even(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-")


def _reason(path: str, meant: str, names: dict[str, list[str]], top: str) -> str:
    first, slash, _ = path.partition("/")
    student = first if slash and is_student_id(student_id(first)) else "STUDENT"
    stems = names.get(meant, [])
    name = f"{stems[0]}.ipynb" if len(stems) == 1 else "NAME.ipynb"
    belongs = f"{top}/{student}/{meant or 'ASSIGNMENT'}/{name}"
    if is_archive(path):
        return f"An archive, which is not looked into: unpack it, its notebook to {belongs}."
    return f"It lies where nothing is looked for: move it to {belongs}."
