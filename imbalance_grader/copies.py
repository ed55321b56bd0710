"""Make a copy of the hand-out for each student: other inputs in its checks, its quizzes changed.

Everything follows from the class's secret and the student's id, so that a copy can be made again,
or later for who joins late. It is made of what the class was handed out: the archive beside the
course folder gives the files, the class's variant the quizzes. What a copy has of its own is kept
in the course folder, where grading finds it (see `notebook.variant`), and stays as it is
when the archive is written again.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
from nbgrader.utils import compute_checksum

from imbalance_grader.course.classroom import Classroom, ClassroomError
from imbalance_grader.course.disk import named
from imbalance_grader.names import is_student_id, shown, student_id
from imbalance_grader.notebook.own_modules import own_modules
from imbalance_grader.notebook.variant import CHANGES, NAME, STUDENTS, name, read_changes
from imbalance_lab.checks.quiz import Question
from imbalance_lab.checks.recorded import PRACTICE, write_trials
from imbalance_oracles import secret, shuffled
from imbalance_oracles.key import Key
from imbalance_oracles.registry import keys
from imbalance_sandbox.held import held_folder

ARCHIVE, VARIANT, COPIES = "imbalance-lab.zip", "variant", "copies"
_HALF_MADE = ".half-made-"
_LENGTH = 12  # of a copy's name, so that no two of a class are the same
_FROM = "of"  # in a copy's file of its name: a digest of the class's lesson that it was made from
_RECORDED = "imbalance_lab/exercises/recorded"
_KEPT = "imbalance_lab/lessons/kept"
_README = "README.md"
_WORDS = """
## A copy of your own

This copy was made for `{student}`. Its checks try other inputs than anybody else's, and its quizzes
have other numbers, and their options in another order. Work in this one, with the package that lies
in it.
"""


@dataclass(frozen=True)
class HandedOut:
    """A hand-out of which copies are made.

    Parameters
    ----------
    course : Path
        Its course folder.
    """

    course: Path

    @property
    def archive(self) -> Path:
        """What every student of the class could be given."""
        return self.course.parent / ARCHIVE

    @property
    def variant(self) -> Path:
        """What was recorded for the class, and below it for its students."""
        return self.course / VARIANT

    @property
    def copies(self) -> Path:
        """Where the copies are."""
        return self.course.parent / COPIES

    def refuse_unless_it_can_be_copied(self) -> None:
        """Make sure that there is a variant, the secret that it came from, and the archive.

        Raises
        ------
        ClassroomError
        """
        of = name(self.variant) if self.variant.is_dir() else ""
        if not of:
            raise ClassroomError(
                f"{self.course} is no course folder of a variant, of which students could have "
                "copies of their own: make one with make handout VARIANT=yes, and give this "
                "command in its instructor/"
            )
        if shuffled.name_of(secret.read(self.course)) != of:
            raise ClassroomError(
                f"{self.course / secret.FILE} is not the secret that the class's variant {of} was "
                "made from, so nobody's copy would be what it was: put that one back"
            )
        if not self.archive.is_file():
            raise ClassroomError(
                f"{self.archive} is not there, and copies are made of it: put back what make "
                "handout wrote beside the course folder"
            )


def make_copies(
    classroom: Classroom,
    students: Sequence[str],
    jobs: int,
    started: Callable[[int], None] = lambda total: None,
    made: Callable[[], None] = lambda: None,
) -> list[Path]:
    """Make the copies of some students; one that is there is written again, the same.

    Parameters
    ----------
    classroom : Classroom
        Its folder is the ``instructor/`` of a hand-out.
    students : sequence of str
        Ids; by default all students of the gradebook.
    jobs : int
        How many are made at a time.
    started, made : callable, optional
        The first is told how many will be made, the second called after each.

    Returns
    -------
    list of Path
        The archives, in the order of the students.

    Raises
    ------
    ClassroomError
    """
    hand_out = HandedOut(classroom.root)
    hand_out.refuse_unless_it_can_be_copied()
    wanted = list(dict.fromkeys(map(student_id, students))) or sorted(classroom.enrolled())
    if not wanted:
        raise ClassroomError(
            "nobody is in the gradebook: enter the class with imbalance-lab-grade students, or "
            "name who gets a copy"
        )
    if odd := [student for student in wanted if not is_student_id(student)]:
        raise ClassroomError(
            f"no student id: {', '.join(map(shown, odd))} (letters and digits of any script, "
            "spaces and . _ @ + ' -, beginning with a letter or digit)"
        )
    hand_out.copies.mkdir(exist_ok=True)
    started(len(wanted))
    if min(jobs, len(wanted)) == 1:
        for student in wanted:
            make_copy(hand_out, student)
            made()
    else:
        # Not forked from a process that may have threads; each imports the oracles once.
        context = multiprocessing.get_context("spawn")
        with own_modules(), ProcessPoolExecutor(min(jobs, len(wanted)), context) as pool:
            for future in as_completed([pool.submit(make_copy, hand_out, s) for s in wanted]):
                future.result()
                made()
    return [_archive(hand_out, student) for student in wanted]


def make_copy(hand_out: HandedOut, student: str) -> Path:
    """Make one student's copy, and keep what is her own; return the archive."""
    archive = _archive(hand_out, student)
    with named(archive):
        of = f"{secret.read(hand_out.course)}/{student}"
        for lesson in lessons(hand_out.variant):
            own = hand_out.variant / STUDENTS / student / lesson
            origin = _digest(hand_out.variant, lesson)
            if not own.is_dir() or json.loads((own / NAME).read_bytes())[_FROM] != origin:
                _record(hand_out.variant, own, of, origin)
        with held_folder(_HALF_MADE, hand_out.copies) as folder:
            draft = folder / archive.name
            _write(hand_out, student, draft)
            draft.chmod(0o644)
            draft.replace(archive)
    return archive


def lessons(variant: Path) -> list[str]:
    """Return the numbers of the lessons that a class was handed out as a variant."""
    return sorted({key.exercise.lesson for key in keys().values() if _file(variant, key).exists()})


def _archive(hand_out: HandedOut, student: str) -> Path:
    return hand_out.copies / f"{student}.zip"


def _file(variant: Path, key: Key) -> Path:
    return variant / f"{key.exercise.name}.json"


def _keys(variant: Path, lesson: str) -> list[Key]:
    """Return the keys of the exercises of a lesson that a class has."""
    every = [key for key in keys().values() if key.exercise.lesson == lesson]
    return [key for key in every if _file(variant, key).exists()]


def _quiz(variant: Path, lesson: str) -> Path:
    return variant / shuffled.file_of(lesson, name(variant))


def _changes(variant: Path, lesson: str) -> Path:
    return variant / shuffled.changes_of(lesson)


def _digest(variant: Path, lesson: str) -> str:
    """Return a digest of what a class has of a lesson."""
    digest = hashlib.sha256()
    recorded = [_file(variant, key) for key in _keys(variant, lesson)]
    others = [_quiz(variant, lesson), _changes(variant, lesson), variant / PRACTICE.format(lesson)]
    for path in [*recorded, *others]:
        digest.update(path.name.encode() + (path.read_bytes() if path.exists() else b""))
    return digest.hexdigest()


@cache
def _questions(quiz: Path, lesson: str, of: str) -> dict[int, Question]:
    """Return the class's quiz of a lesson; it takes a while to open."""
    return shuffled.opened(quiz.read_text(encoding="utf-8"), lesson, of)


def _record(variant: Path, own: Path, of: str, origin: str) -> None:
    """Write what a student's copy has of its own in a lesson, all of it or nothing."""
    lesson, called = own.name, shuffled.name_of(of, _LENGTH)
    texts = {
        f"{key.exercise.name}.json": write_trials(key.visible(of)) for key in _keys(variant, lesson)
    }
    texts[NAME] = json.dumps({"name": called, _FROM: origin}) + "\n"
    practice = variant / PRACTICE.format(lesson)
    if practice.exists():  # the class's, since it takes seconds to draw
        texts[practice.name] = practice.read_text(encoding="utf-8")
    if _quiz(variant, lesson).exists():
        questions = _questions(_quiz(variant, lesson), lesson, name(variant))
        before = read_changes(_changes(variant, lesson))
        changes = shuffled.draw_changes(questions, lesson, of, before)
        texts[CHANGES] = shuffled.to_json(changes)
        texts[shuffled.file_of(lesson, called)] = shuffled.sealed(
            questions, changes, lesson, called
        )
    own.parent.mkdir(parents=True, exist_ok=True)
    with held_folder(_HALF_MADE, own.parent) as folder:
        draft = folder / lesson
        draft.mkdir()
        for file, text in texts.items():
            (draft / file).write_text(text, encoding="utf-8")
        if own.exists():
            shutil.rmtree(own)
        draft.rename(own)


def _write(hand_out: HandedOut, student: str, path: Path) -> None:
    """Write the class's archive anew, with what is the student's own in its place."""
    own = hand_out.variant / STUDENTS / student
    with zipfile.ZipFile(hand_out.archive) as given, zipfile.ZipFile(path, "w") as copy:
        instead = dict(_own_files(given, own, name(hand_out.variant)))
        top = given.namelist()[0].partition("/")[0]
        there = {entry.filename: entry for entry in given.infolist()}
        for file in sorted({*there, *(f"{top}/{each}" for each in instead)}):
            content = instead.get(file.removeprefix(f"{top}/"))
            entry = there.get(file) or _like(given.infolist()[0], file)
            if content != b"":  # the class's quizzes are not in it
                copy.writestr(entry, given.read(file) if content is None else content)


def _like(entry: zipfile.ZipInfo, file: str) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(file, entry.date_time)
    made.create_system, made.compress_type = entry.create_system, entry.compress_type
    made.external_attr = (0o100644) << 16
    return made


def _own_files(given: zipfile.ZipFile, own: Path, of: str) -> Iterator[tuple[str, bytes]]:
    """Yield what a copy has in place of the class's files; nothing in place of its quizzes."""
    for lesson in sorted(own.glob("[0-9][0-9]")):
        yield f"{_RECORDED}/{shuffled.file_of(lesson.name, of)}", b""
        for path in sorted(lesson.glob("*.json")):
            if path.name == NAME:
                yield f"{_RECORDED}/{NAME}", (json.dumps({"name": name(lesson)}) + "\n").encode()
            elif path.name != CHANGES:
                yield f"{_RECORDED}/{path.name}", path.read_bytes()
        yield from _own_notebooks(given, lesson)
    (readme,) = (file for file in given.namelist() if file.partition("/")[2] == _README)
    yield _README, given.read(readme) + _WORDS.format(student=own.name).encode()


def _own_notebooks(given: zipfile.ZipFile, own: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the notebooks of a lesson with the quiz as it is in a copy, and the kept ones."""
    for file in given.namelist():
        _, _, inside = file.partition("/")
        parts = Path(inside).parts
        if parts[:1] != ("lessons",) or not inside.endswith(".ipynb") or parts[1][:2] != own.name:
            continue
        notebook = nbformat.reads(given.read(file).decode(), as_version=4)
        texts = [cell.source for cell in notebook.cells]
        changed = shuffled.rewritten(texts, read_changes(own / CHANGES), own.name, name(own))
        for place, text in changed.items():
            cell = notebook.cells[place]
            cell.source = text
            if "checksum" in cell.metadata.get("nbgrader", {}):
                cell.metadata.nbgrader["checksum"] = compute_checksum(cell)
        if changed:
            content = (nbformat.writes(notebook) + "\n").encode()
            yield inside, content
            yield f"{_KEPT}/{parts[1]}/{Path(inside).stem}.json", content
