"""Feedback for each student, written to where nbgrader hands it out from.

Each page is made in a process apart; one that cannot be made says so, and the others are made all
the same.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from imbalance_grader.class_run.standings import Standing
from imbalance_grader.course.classroom import Assignment, Classroom, ClassroomError
from imbalance_grader.course.gradebook import comments
from imbalance_grader.course.handed_in import SECRET, TIMESTAMP
from imbalance_grader.course.journal import clear_leftovers, write_whole
from imbalance_grader.course.waivers import Waivers
from imbalance_grader.names import is_student_id
from imbalance_grader.reporting.feedback_page import Work, feedback_page, short_page
from imbalance_grader.reporting.pages import title
from imbalance_grader.texts.aside import Aside, TooMuch

_PAGE_SECONDS = 20.0


@dataclass
class Feedback:
    """What was made.

    Parameters
    ----------
    paths : list of Path
        Of all pages.
    problems : dict of str to str
        By student, why a page holds no answers, or is not there.
    """

    paths: list[Path] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)


def write_feedback(
    classroom: Classroom,
    assignment: Assignment,
    rows: Sequence[Standing],
    students: Sequence[str] | None = None,
) -> Feedback:
    """Write the pages of feedback to nbgrader's folder.

    Parameters
    ----------
    classroom : Classroom
    assignment : Assignment
    rows : sequence of Standing
        Where everybody stands.
    students : sequence of str, optional
        By default everybody whose submission this package has graded.

    Raises
    ------
    ClassroomError
        If there is no such student.
    """
    unknown = [s for s in students or () if s not in {row.student for row in rows}]
    if unknown:
        raise ClassroomError(f"no such student: {', '.join(map(repr, unknown))}")
    remarks = comments(classroom, assignment.name)
    waivers = Waivers(classroom.root, assignment.name)
    made = Feedback()
    with Aside("imbalance_grader.reporting.feedback_page", _PAGE_SECONDS) as aside:
        for row in rows:
            wanted = students is None or row.student in students
            if not wanted or not row.record.run or not is_student_id(row.student):
                continue
            try:
                for work in _works(
                    classroom, assignment, row, remarks.get(row.student, {}), waivers
                ):
                    _write_page(classroom, assignment, work, aside, made)
                _pass_on_notes(classroom, assignment, row.student)
            except Exception as error:  # of one student's pages; the others get theirs
                made.problems[row.student] = f"{type(error).__name__}: {error}"
    return made


def _works(
    classroom: Classroom,
    assignment: Assignment,
    row: Standing,
    remarks: dict[tuple[str, str], str],
    waivers: Waivers,
) -> Iterator[Work]:
    """Yield what each of a student's pages is made of."""
    folder = classroom.path("autograded", row.student, assignment.name)
    for result in row.record.notebooks:
        name = result.notebook
        yield Work(
            title=title(assignment),
            student=row.student,
            result=result,
            notebook=folder / f"{name}.ipynb",
            points={cell: points for (where, cell), points in row.cells.items() if where == name},
            penalty=row.penalty or 0.0,
            late_seconds=row.late_seconds,
            remarks={cell: text for (where, cell), text in remarks.items() if where == name},
            waived={
                c.grade_id: waivers.reason((name, c.grade_id), row.student) for c in result.cells
            },
        )


def _write_page(
    classroom: Classroom, assignment: Assignment, work: Work, aside: Aside, made: Feedback
) -> None:
    try:
        page = aside(feedback_page, work)
    except TooMuch as much:
        made.problems[work.student] = str(much)
        page = short_page(work)
    folder = classroom.path("feedback", work.student, assignment.name)
    path = folder / f"{work.result.notebook}.html"
    write_whole(path, page, lasting=False)
    made.paths.append(path)


def _pass_on_notes(classroom: Classroom, assignment: Assignment, student: str) -> None:
    """Copy what nbgrader's exchange needs beside the pages."""
    folder = classroom.path("feedback", student, assignment.name)
    for name in (TIMESTAMP, SECRET):
        with contextlib.suppress(OSError):
            path = classroom.path("autograded", student, assignment.name) / name
            write_whole(folder / name, path.read_text(encoding="utf-8"), lasting=False)
    clear_leftovers(folder)
