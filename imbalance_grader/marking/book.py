"""What the gradebook and the graded notebooks hold of written answers, and marks into it.

A mark is of what the person saw: answer, points, scheme, and the mark that was there. Whoever
writes one says what that was, and it is compared once the gradebook lets nobody else write. (A run
that grades writes the notebook first and the gradebook after it: so what changed is either seen
here, or put up for review by that run.)
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy.exc import OperationalError

from imbalance_grader.course.backup import back_up
from imbalance_grader.course.classroom import Classroom
from imbalance_grader.course.gradebook import one_transaction
from imbalance_grader.course.waivers import Waivers
from imbalance_grader.marking.questions import Key, Question

BUSY_SECONDS = 5.0
_LARGEST = 64 << 20  # bytes of a graded notebook that is read
_LONGEST_COMMENT = 10_000
_RELOAD = "Press r to see it as it is now."


class Refused(Exception):
    """A mark was not saved; the message says why, and what to do."""


class Busy(Exception):
    """The gradebook can be neither read nor written just now; the message says why."""


@dataclass(frozen=True)
class Answer:
    """One student's answer to a question."""

    question: Question
    student: str


@dataclass(frozen=True)
class Mark:
    """Where an answer stands.

    Parameters
    ----------
    points : float or None
        Given by a person; None where nobody has.
    waits : bool
        Whether a person is to look at it, for the first time or again.
    """

    points: float | None
    waits: bool


@dataclass(frozen=True)
class Seen:
    """Digests of what a person has in view: the answer, and the mark that it has."""

    answer: str
    mark: str


@dataclass(frozen=True)
class Sheet:
    """An answer with its mark.

    Parameters
    ----------
    text : str
        As it stands in the graded notebook.
    attachments : mapping
        Its pictures, as the notebook format has them.
    points : float
        The most that can be given now.
    mark : Mark
    comment : str
        A person's.
    remark : str
        nbgrader's, such as "No response."
    problem : str
        Why it cannot be marked, "" where it can.
    """

    text: str
    attachments: Mapping[str, Any]
    points: float
    mark: Mark
    comment: str = ""
    remark: str = ""
    problem: str = ""

    @property
    def seen(self) -> Seen:
        """What whoever looks at this sheet has in view."""
        return Seen(
            _digest(self.text, json.dumps(self.attachments, sort_keys=True), self.points),
            _digest(self.mark, self.comment),
        )


@dataclass(frozen=True)
class Change:
    """What a person wants to change.

    Parameters
    ----------
    gives : bool
        Whether `points` is to be written.
    points : float or None
        None takes the mark back.
    comment : str or None
        None leaves the comment as it is, "" takes it back.
    """

    gives: bool = False
    points: float | None = None
    comment: str | None = None


@dataclass
class Standings:
    """Where all answers stand, and how many need no person.

    Parameters
    ----------
    marks : dict
        By question and student.
    empty, waived : dict of key to int
        By question, how many wrote nothing, and for how many it is waived.
    """

    marks: dict[tuple[Key, str], Mark] = field(default_factory=dict)
    empty: dict[Key, int] = field(default_factory=dict)
    waived: dict[Key, int] = field(default_factory=dict)


class Book:
    """Reads answers and marks, and writes marks.

    Parameters
    ----------
    classroom : Classroom
    """

    def __init__(self, classroom: Classroom) -> None:
        self._classroom = classroom
        self._backed_up = False

    def standings(self, asked: Collection[Question]) -> Standings:
        """Return where every answer to these questions stands.

        Raises
        ------
        Busy
        """
        keys = {question.key: None for question in asked}
        with _told_if_busy(), self._classroom.gradebook() as gradebook:
            rows = (
                gradebook.db.query(
                    Assignment.name,
                    Notebook.name,
                    BaseCell.name,
                    SubmittedAssignment.student_id,
                    Grade.manual_score,
                    Grade.needs_manual_grade,
                )
                .select_from(Grade)
                .join(BaseCell, BaseCell.id == Grade.cell_id)
                .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
                .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
                .join(
                    SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id
                )
                .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
                .filter(Assignment.name.in_({key[0] for key in keys}))
                .filter(BaseCell.name.in_({key[2] for key in keys}))
                .all()
            )
        return self._sorted(keys, rows)

    def _sorted(self, keys: Mapping[Key, None], rows: list[Any]) -> Standings:
        waivers = {name: Waivers(self._classroom.root, name) for name, *_ in keys}
        found = Standings(empty=dict.fromkeys(keys, 0), waived=dict.fromkeys(keys, 0))
        for *key, student, points, waits in rows:
            question: Key = tuple(key)
            if question not in keys or not self._path(question, student).is_file():
                continue
            if waivers[question[0]].reason(question[1:], student):
                found.waived[question] += 1
            elif not waits and points is None:
                found.empty[question] += 1
            else:
                found.marks[question, student] = Mark(points, bool(waits))
        return found

    def sheet(self, answer: Answer) -> Sheet:
        """Return an answer as it is now.

        Raises
        ------
        Busy
        """
        with _told_if_busy(), self._classroom.gradebook() as gradebook:
            return self._read(gradebook, answer)[0]

    def save(self, answer: Answer, seen: Seen, change: Change) -> Sheet:
        """Write a mark or a comment, and return the answer as it is then.

        Parameters
        ----------
        answer : Answer
        seen : Seen
            What the person had in view.
        change : Change

        Raises
        ------
        Refused
            If something else is there by now, or the change is no mark for this answer.
        Busy
        """
        with _told_if_busy():
            if not self._backed_up:
                back_up(self._classroom)
                self._backed_up = True
            with (
                self._classroom.gradebook() as gradebook,
                one_transaction(gradebook, BUSY_SECONDS, at_once=True),
            ):
                sheet, grade, comment = self._read(gradebook, answer)
                _check(answer, sheet, seen, change)
                if change.gives:
                    grade.manual_score = change.points
                    grade.needs_manual_grade = change.points is None and grade.auto_score is None
                if change.comment is not None:
                    comment.manual_comment = change.comment or None
                gradebook.db.flush()
                return self._read(gradebook, answer)[0]

    def _read(self, gradebook: Gradebook, answer: Answer) -> tuple[Sheet, Any, Any]:
        """Return the sheet, and the entries of the gradebook that it is made of."""
        assignment, notebook, name = answer.question.key
        where = (name, notebook, assignment, answer.student)
        try:
            grade: Grade = gradebook.find_grade(*where)
            comment: Comment = gradebook.find_comment(*where)
        except MissingEntry:
            gone = "The gradebook has no entry for this answer any more."
            return Sheet("", {}, 0.0, Mark(None, False), problem=gone), None, None
        text, attachments = self._answer(answer)
        sheet = Sheet(
            text=text or "",
            attachments=attachments,
            points=float(grade.cell.max_score),
            mark=Mark(grade.manual_score, bool(grade.needs_manual_grade)),
            comment=comment.manual_comment or "",
            remark=comment.auto_comment or "",
            problem=self._problem(answer, text, float(grade.cell.max_score)),
        )
        return sheet, grade, comment

    def _problem(self, answer: Answer, text: str | None, points: float) -> str:
        """Say why an answer cannot be marked, "" where it can."""
        question = answer.question
        waivers = Waivers(self._classroom.root, question.key[0])
        if reason := waivers.reason(question.key[1:], answer.student):
            return f"Full points are given here whatever the answer is: {reason}"
        if text is None:
            return (
                "The graded notebook with this answer is not there: give "
                f"imbalance-lab-grade assignment {question.key[0]}"
            )
        if question.has_changed or points != question.points:
            return (
                "The instructor's notebook has changed since this command was started, or was not "
                "graded with yet: end it with Ctrl-C, grade, and start it again."
            )
        return ""

    def _path(self, key: Key, student: str) -> Path:
        folder = self._classroom.path("autograded", student, key[0])
        return folder / f"{key[1]}.ipynb"

    def _answer(self, answer: Answer) -> tuple[str | None, Mapping[str, Any]]:
        """Return the text of an answer and its pictures; None where it cannot be read."""
        path = self._path(answer.question.key, answer.student)
        odd = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)
        # Whatever nbgrader alone may have left there: it is no answer then.
        with contextlib.suppress(*odd):
            if path.stat().st_size > _LARGEST:
                return None, {}
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                about = cell["metadata"].get("nbgrader") or {}
                if about.get("grade_id") == answer.question.key[2]:
                    source, pictures = cell["source"], cell.get("attachments") or {}
                    text = source if isinstance(source, str) else "".join(source)
                    return text, pictures if isinstance(pictures, dict) else {}
        return None, {}


def _check(answer: Answer, sheet: Sheet, seen: Seen, change: Change) -> None:
    """Refuse a change that is of something else than what is there, or no change at all."""
    if sheet.problem:
        raise Refused(sheet.problem)
    now = sheet.seen
    if seen.answer != now.answer:
        raise Refused(f"This answer was graded anew since you opened it. {_RELOAD}")
    if seen.mark != now.mark:
        has = "no mark" if sheet.mark.points is None else f"{sheet.mark.points:g} points"
        raise Refused(
            "Another window, or formgrader, has changed the mark or the comment of this answer "
            f"since you opened it ({has} now). {_RELOAD}"
        )
    if change.gives and change.points is not None:
        step = answer.question.step
        if not 0 <= change.points <= sheet.points or change.points % step:
            steps = "halves" if step < 1 else "whole points"
            raise Refused(f"A mark here is from 0 to {sheet.points:g}, in {steps}.")
    if change.comment is not None and len(change.comment) > _LONGEST_COMMENT:
        raise Refused(f"A comment has at most {_LONGEST_COMMENT:,} characters.")


@contextlib.contextmanager
def _told_if_busy() -> Iterator[None]:
    """Say in plain words what hinders a database."""
    try:
        yield
    except (OperationalError, sqlite3.OperationalError, OSError) as error:
        why = getattr(error, "orig", None) or error
        if "locked" in str(why):
            raise Busy(
                "Another program is writing into the gradebook (formgrader, or a run that "
                "grades). Nothing was changed; try again in a moment."
            ) from None
        raise Busy(f"The gradebook cannot be used: {why}. Nothing was changed.") from None


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()
