"""Write grades into nbgrader's gradebook: one transaction a submission, the same however often.

nbgrader's own `Gradebook` reads and writes; only its commits are joined into one, so that a
gradebook never holds half a submission.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import compute_checksum
from sqlalchemy.orm import joinedload, scoped_session, sessionmaker

from imbalance_grader.course.classroom import Classroom, ClassroomError
from imbalance_grader.course.waivers import Key, Waivers
from imbalance_grader.names import name_of_a_person

NO_RESPONSE = "No response."  # nbgrader's own words, which formgrader and feedback show
_WAIT_SECONDS = 60
Given = tuple[float | None, float | None]


@dataclass(frozen=True)
class Marks:
    """What the gradebook needs of one notebook.

    Parameters
    ----------
    points : mapping of str to float or None
        For each graded cell its points, None where a person has to mark it.
    notebook : NotebookNode or None
        The graded notebook, None where nothing was handed in or nothing could be read.
    same : set of str
        The graded cells of which nothing has changed since they were marked last.
    """

    points: Mapping[str, float | None]
    notebook: NotebookNode | None = None
    same: Set[str] = frozenset()


class MarksWriter:
    """Writes marks; one gradebook stays open, so that its statements are compiled once.

    Use it in a ``with`` statement.

    Parameters
    ----------
    classroom : Classroom
    """

    def __init__(self, classroom: Classroom) -> None:
        self._gradebook = classroom.gradebook()
        self._policy = AssignLatePenalties(parent=classroom.app)
        try:
            self._policy.init_plugin()
        except Exception as error:
            raise ClassroomError(f"the course's plugin for late work: {error}") from error

    def __enter__(self) -> MarksWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._gradebook.close()

    def write(
        self,
        assignment: str,
        student: str,
        timestamp: dt.datetime | None,
        notebooks: Mapping[str, Marks],
    ) -> None:
        """Write one student's marks in one transaction.

        A score or comment that a person gave is kept. The score is put up for review where what
        it was given for has changed.

        Parameters
        ----------
        assignment, student : str
        timestamp : datetime or None
            When it was handed in, in UTC, None where that is not known.
        notebooks : mapping of str to Marks
            Those that are not named are left as they are.
        """
        gradebook = self._gradebook
        with one_transaction(gradebook):
            gradebook.update_or_create_student(student)
            with gradebook.db.no_autoflush:  # nbgrader fills a new submission before it stores it
                submission = gradebook.update_or_create_submission(
                    assignment, student, timestamp=timestamp
                )
            for notebook in submission.notebooks:
                if notebook.name in notebooks:
                    _write_notebook(gradebook, notebook, notebooks[notebook.name])
            gradebook.db.flush()
            self._write_penalties(submission)

    def settle(
        self,
        assignment: str,
        submitted: Mapping[str, dt.datetime | None],
        waivers: Waivers,
        read: Set[tuple[str, str]],
    ) -> None:
        """Apply waivers, due date, extensions and policy as they are now.

        The penalty is reckoned from the whole score, with the marks that a person has given by
        now. (nbgrader reckons it once, when the checks have run, and keeps it.)

        Parameters
        ----------
        assignment : str
        submitted : mapping of str to datetime or None
            When each student's submission was handed in, in UTC; the gradebook's own times stay
            for those who are not named.
        waivers : Waivers
        read : set of (str, str)
            Students and notebooks of theirs that could be read: only these get full points.
        """
        gradebook = self._gradebook
        with one_transaction(gradebook):
            for submission in gradebook.assignment_submissions(assignment):
                student = submission.student_id
                _make_harmless(submission.student)  # nbgrader itself may have entered it
                if student in submitted:
                    submission.timestamp = submitted[student]
                for notebook in submission.notebooks if waivers.all() else ():
                    if (student, notebook.name) in read:
                        _waive(notebook, student, waivers)
                gradebook.db.flush()
                self._write_penalties(submission)
            waivers.save()  # before the marks change: one that is set aside is never nowhere

    def take_back(self, assignment: str, key: Key, given: Mapping[str, Given]) -> None:
        """Give back what the checks and a person had given for an exercise that was waived.

        Parameters
        ----------
        assignment : str
        key : (str, str)
            Notebook and grade id.
        given : mapping of str to (float or None, float or None)
            By student the points of the checks, and the mark of a person; a mark is put up for
            review. None where there is none.
        """
        gradebook = self._gradebook
        with one_transaction(gradebook):
            for submission in gradebook.assignment_submissions(assignment):
                for notebook in submission.notebooks:
                    for grade in notebook.grades:
                        if (notebook.name, grade.name) == key and submission.student_id in given:
                            points, mark = given[submission.student_id]
                            grade.auto_score = points
                            if mark is not None:
                                grade.manual_score = mark
                            waits = points is None and grade.manual_score is None
                            grade.needs_manual_grade = waits or mark is not None

    def _write_penalties(self, submission: SubmittedAssignment) -> None:
        """Apply the course's own policy for late work, which nbgrader's configuration names."""
        late = _seconds_late(submission)
        for notebook in submission.notebooks:
            penalty = None
            if late > 0:
                self._gradebook.db.refresh(notebook)
                penalty = self._penalty(submission.student_id, notebook.score, late)
            if penalty is not None:
                penalty = min(max(penalty, 0), notebook.score)
            notebook.late_submission_penalty = penalty

    def _penalty(self, student: str, score: float, late: float) -> float | None:
        try:
            penalty = self._policy.plugin_inst.late_submission_penalty(student, score, late)
            return None if penalty is None else float(penalty)
        except Exception as error:
            kind = type(self._policy.plugin_inst).__name__
            raise ClassroomError(f"the course's plugin for late work, {kind}: {error}") from error


def _make_harmless(student: Student) -> None:
    """Let formgrader show a student's name as text: its page would take tags for what they are."""
    for column in ("first_name", "last_name"):
        if name := getattr(student, column):
            setattr(student, column, name_of_a_person(name))


def _seconds_late(submission: SubmittedAssignment) -> float:
    """Return how late it was; nbgrader's own fails where an extension outlives the due date."""
    due = submission.assignment.duedate
    return float(submission.total_seconds_late) if due is not None else 0.0


def has_marks(classroom: Classroom, assignment: str, students: list[str]) -> set[str]:
    """Return those of the students who have a submission in the gradebook."""
    with classroom.gradebook() as gradebook, contextlib.suppress(MissingEntry):
        entry = gradebook.find_assignment(assignment)
        return {s.student_id for s in entry.submissions} & set(students)
    return set()


def _write_notebook(gradebook: Gradebook, notebook: SubmittedNotebook, marks: Marks) -> None:
    def of_notebook(kind: type[Grade] | type[Comment]) -> list[Any]:
        query = gradebook.db.query(kind).options(joinedload(kind.cell))
        return list(query.filter(kind.notebook_id == notebook.id))

    for grade in of_notebook(Grade):
        grade.auto_score = marks.points.get(grade.name)
        if grade.manual_score is None:
            grade.needs_manual_grade = grade.auto_score is None
        elif grade.name not in marks.same:
            grade.needs_manual_grade = True
    answers = _answers(marks.notebook)
    originals = {cell.name: cell.checksum for cell in notebook.notebook.source_cells}
    for comment in of_notebook(Comment):
        untouched = comment.name in answers and answers[comment.name] == originals[comment.name]
        comment.auto_comment = NO_RESPONSE if untouched else None


def _waive(notebook: SubmittedNotebook, student: str, waivers: Waivers) -> None:
    """Give full points for what is waived; a mark below them is set aside, not lost."""
    for grade in notebook.grades:
        key = (notebook.name, grade.name)
        if not waivers.reason(key, student):
            continue
        full = grade.cell.max_score
        if grade.manual_score is not None and grade.manual_score < full:
            waivers.set_aside(key, student, grade.manual_score)
            grade.manual_score = None
        grade.auto_score = full
        grade.needs_manual_grade = False


def _answers(notebook: NotebookNode | None) -> dict[str, str]:
    """Return the checksum of each answer cell, as nbgrader computes it."""
    return {
        cell.metadata.nbgrader["grade_id"]: compute_checksum(cell)
        for cell in (notebook.cells if notebook else [])
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


@contextlib.contextmanager
def one_transaction(
    gradebook: Gradebook, seconds: float = _WAIT_SECONDS, at_once: bool = False
) -> Iterator[None]:
    """Join everything that the gradebook commits into one commit at the end.

    Parameters
    ----------
    gradebook : Gradebook
    seconds : float, default=60
        How long to wait for another program that writes.
    at_once : bool, default=False
        Keep others from writing from the start on, not from the first change on: so what is read
        here is still so when it is changed. (In a file of SQLite; a database server keeps others
        from a row once it is changed.)
    """
    with gradebook.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {round(seconds * 1000)}")
            connection.commit()
        with connection.begin():
            if sqlite and at_once:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            gradebook.db.remove()
            gradebook.db = scoped_session(
                sessionmaker(
                    bind=connection,
                    autoflush=True,
                    future=True,
                    expire_on_commit=False,
                    join_transaction_mode="rollback_only",
                )
            )
            yield
            gradebook.db.commit()
        gradebook.db.remove()


@dataclass(frozen=True)
class Entry:
    """What the gradebook holds of one student for one assignment.

    Parameters
    ----------
    scores : mapping of str to float
        By notebook, with marks given by hand and extra credit, before a late penalty.
    penalties : mapping of str to float
        By notebook.
    submitted : datetime or None
        In UTC.
    late_seconds : float
    cells : mapping of (str, str) to float or None
        The score of each cell by notebook and grade id, None where it waits for a person.
    by_hand : bool
        Whether a person has given any mark.
    """

    scores: Mapping[str, float]
    penalties: Mapping[str, float]
    submitted: dt.datetime | None
    late_seconds: float
    cells: Mapping[tuple[str, str], float | None]
    by_hand: bool


def entries(classroom: Classroom, assignment: str) -> dict[str, Entry]:
    """Return what the gradebook holds of each student who has a submission."""
    with classroom.gradebook() as gradebook:
        rows = _of_each_cell(gradebook, assignment, Grade)
        by_student: dict[str, list[tuple[SubmittedAssignment, SubmittedNotebook, Grade]]] = {}
        for row in rows:
            by_student.setdefault(row[0].student_id, []).append(row)
        return {student: _entry(parts) for student, parts in by_student.items()}


def _entry(parts: list[tuple[SubmittedAssignment, SubmittedNotebook, Grade]]) -> Entry:
    submission = parts[0][0]
    scores: dict[str, float] = {}
    for _, notebook, grade in parts:
        scores[notebook.name] = scores.get(notebook.name, 0.0) + grade.score
    return Entry(
        scores=scores,
        penalties={n.name: n.late_submission_penalty or 0.0 for _, n, _ in parts},
        submitted=submission.timestamp,
        late_seconds=_seconds_late(submission),
        cells={
            (notebook.name, grade.name): None if grade.needs_manual_grade else grade.score
            for _, notebook, grade in parts
        },
        by_hand=any(grade.manual_score is not None for *_, grade in parts),
    )


def people(classroom: Classroom) -> dict[str, tuple[str, str, str]]:
    """Return last name, first name and email of every student in the gradebook, by id."""
    with classroom.gradebook() as gradebook:
        return {
            student.id: (student.last_name or "", student.first_name or "", student.email or "")
            for student in gradebook.students
        }


def enter_students(classroom: Classroom, students: Mapping[str, Mapping[str, str]]) -> None:
    """Enter students, or bring what is known of them up to date, all in one transaction.

    Parameters
    ----------
    classroom : Classroom
    students : mapping of str to mapping of str to str
        By id what there is to enter: ``first_name``, ``last_name``, ``email``.
    """
    with classroom.gradebook() as gradebook, one_transaction(gradebook):
        for student, about in students.items():
            gradebook.update_or_create_student(student, **about)


def _of_each_cell(gradebook: Gradebook, assignment: str, what: Any) -> list[Any]:
    """Return all grades or comments of an assignment, each with its submission and notebook."""
    found = (
        gradebook.db.query(SubmittedAssignment, SubmittedNotebook, what)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(what, what.notebook_id == SubmittedNotebook.id)
        .filter(Assignment.name == assignment)
    )
    return list(found)


def comments(classroom: Classroom, assignment: str) -> dict[str, dict[tuple[str, str], str]]:
    """Return each student's comments by notebook and grade id, those given by hand first."""
    found: dict[str, dict[tuple[str, str], str]] = {}
    with classroom.gradebook() as gradebook:
        rows = _of_each_cell(gradebook, assignment, Comment)
        for submission, notebook, comment in rows:
            if comment.comment:
                by_cell = found.setdefault(submission.student_id, {})
                by_cell[notebook.name, comment.name] = comment.comment
    return found
