"""What a class was handed out: its variant, where it was one, and students' copies of their own.

`imbalance_builder.handout.variant` makes the one, `imbalance_grader.copies` the others, and
``nbgrader_config.py`` names the folder of both in the environment, from which the judges take what
the visible checks try, and the letters of quizzes. A copy's files are in ``students/ID/NN/`` there,
``NN`` being the number of the lesson.

The graded cell of a quiz names the variant that it is of. So it is known whose copy a notebook was
made from: its quiz is judged by the letters that its student saw, and where that is not the copy
of her own, it is said.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from imbalance_grader.names import is_student_id
from imbalance_grader.notebook.intake import StudentCell
from imbalance_grader.notebook.source import Source, SourceCell
from imbalance_lab.checks import Question
from imbalance_lab.checks.recorded import VARIABLE
from imbalance_oracles import shuffled

NAME, CHANGES, STUDENTS = "variant.json", "changes.json", "students"
THE_CLASS, NOBODY = "(the class)", "(nobody of this class)"  # no id has such signs


def folder() -> Path | None:
    """Return the folder of the class's variant, None where it has none."""
    place = Path(os.environ.get(VARIABLE, os.devnull))
    return place if place.is_dir() else None


def name(of: Path | None = None) -> str:
    """Return what the variant is called, "" where there is none; `of` is a copy's folder."""
    path = (of or folder() or Path(os.devnull)) / NAME
    return str(json.loads(path.read_text(encoding="utf-8"))["name"]) if path.is_file() else ""


def copy_folder(student: str, assignment: str) -> Path | None:
    """Return the folder of a student's own copy of a lesson, None where she has none."""
    place = folder()
    if place is None or not is_student_id(student):
        return None
    own = place / STUDENTS / student / assignment[:2]
    return own if own.is_dir() else None


def recorded_files(assignment: str) -> dict[str, bytes]:
    """Return what was recorded for this class, by the file's path; nothing without a variant."""
    place = folder()
    if place is None:
        return {}
    paths = [*place.glob("*.json"), *place.glob(f"{STUDENTS}/*/{assignment[:2]}/*.json")]
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in sorted(paths)}


def fingerprints(student: str, assignment: str) -> list[str]:
    """Return digests of what was handed out to a student: the class's, and her copy's."""
    places = [folder() if name() else None, copy_folder(student, assignment)]
    return [_digest(place) for place in places if place]


def _digest(place: Path) -> str:
    found = ((path, path.stat()) for path in sorted(place.glob("*.json")))
    return _digest_of(tuple((path, about.st_mtime_ns, about.st_size) for path, about in found))


@cache  # the class's files are read once, not for each student
def _digest_of(files: tuple[tuple[Path, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, *_ in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _quizzes(copy: Path, lesson: str) -> list[str]:
    """Return the variants of which a copy's folder holds the quiz: one, where it has a quiz."""
    before = len(shuffled.file_of(lesson, "").removesuffix(".json"))
    return [path.stem[before:] for path in copy.glob(shuffled.file_of(lesson, "*"))]


def questions(lesson: str) -> dict[int, Question]:
    """Return the class's quiz of a lesson, nothing where it has no variant of it."""
    place = folder()
    path = place / shuffled.file_of(lesson, name()) if place else Path(os.devnull)
    return _opened(path, lesson, name()) if path.is_file() else {}


@cache
def _opened(path: Path, lesson: str, of: str) -> dict[int, Question]:
    return shuffled.opened(path.read_text(encoding="utf-8"), lesson, of)


def put_down(files: dict[str, bytes], place: Path) -> None:
    """Let this process, and those that it starts, grade by a variant from elsewhere."""
    if files:
        for file, content in files.items():
            path = place / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        os.environ[VARIABLE] = str(place)
    else:
        os.environ.pop(VARIABLE, None)


@dataclass(frozen=True)
class Copies:
    """Which variants of a lesson a class has, and which of them a student was handed.

    Parameters
    ----------
    student : str, default=""
        Whose work is graded; "" where she has no copy of her own.
    lesson : str, default=""
        Its number.
    folder : str, default=""
        Of the class's variant.
    own : str, default=""
        Name of the variant that its student was handed, "" where the class has none.
    """

    student: str = ""
    lesson: str = ""
    folder: str = ""
    own: str = ""

    @classmethod
    def of(cls, student: str, assignment: str) -> Copies:
        """Return those of this class."""
        place, lesson = folder(), assignment[:2]
        if place is None or not (the_class := name()):
            return cls()
        copy = copy_folder(student, assignment)
        if copy is None:
            return cls("", lesson, str(place), the_class)
        return cls(student, lesson, str(place), next(iter(_quizzes(copy, lesson)), ""))

    @property
    def names(self) -> dict[str, str]:
        """For each variant the student whose copy it is, "" for the class's own; of them all.

        That looks into every student's folder, so it is not asked for where nothing is amiss.
        """
        place = Path(self.folder)
        copies = (place / STUDENTS).glob(f"*/{self.lesson}")
        theirs = {one: copy.parent.name for copy in copies for one in _quizzes(copy, self.lesson)}
        return {name(place): "", **theirs}

    def made_from(self, cells: Sequence[StudentCell]) -> Origin:
        """Return whose copy a notebook was made from, by the variant that its quiz names."""
        named = dict.fromkeys(shuffled.named_in(cell.text) for cell in cells if cell.is_code)
        if not self.folder or not any(named) or self.own in named:
            return Origin(self.student)
        names = self.names
        known = [names[one] for one in named if one in names]
        if not known:
            return Origin(self.student, NOBODY)
        return Origin(known[0], known[0] or THE_CLASS)

    def recorded(self, whose: str) -> Path:
        """Return the folder with what was recorded for a student, "" for the class."""
        place = Path(self.folder)
        return place / STUDENTS / whose / self.lesson if whose else place

    def source(self, source: Source, whose: str) -> Source:
        """Return the instructor's notebook as it is in a student's copy."""
        changes = read_changes(self.recorded(whose) / CHANGES) if whose else {}
        if not changes:
            return source
        texts = [cell.cell["source"] for cell in source.cells]
        changed = shuffled.rewritten(texts, changes, self.lesson, name(self.recorded(whose)))
        return replace(
            source,
            cells=tuple(
                _with_text(cell, changed[place]) if place in changed else cell
                for place, cell in enumerate(source.cells)
            ),
        )


@dataclass(frozen=True)
class Origin:
    """Which copy a notebook was made from.

    Parameters
    ----------
    whose : str
        The student by whose copy it is judged, "" for the class's notebook.
    stranger : str, default=""
        Where that is not what its student was handed: whose it is.
    """

    whose: str
    stranger: str = ""

    @property
    def remark(self) -> str:
        """What there is to say of it; it names no student, since its author reads it."""
        if not self.stranger:
            return ""
        if self.stranger == NOBODY:
            return (
                "its quiz is of a variant that nobody of this class was handed: it was judged by "
                "the letters of what this student was handed"
            )
        made = "the class's notebook" if self.stranger == THE_CLASS else "another student's copy"
        return (
            f"made from {made}, not from what this student was handed: its quiz was judged by the "
            "letters of that one"
        )


def read_changes(path: Path) -> shuffled.Changes:
    """Return what was changed in a quiz; nothing without a quiz."""
    return shuffled.from_json(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _with_text(cell: SourceCell, text: str) -> SourceCell:
    return replace(cell, cell={**cell.cell, "source": text}, released=text)
