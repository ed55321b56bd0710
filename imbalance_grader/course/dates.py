"""Due dates and extensions, in nbgrader's gradebook."""

from __future__ import annotations

import datetime as dt

from imbalance_grader.course.classroom import Assignment, Classroom, ClassroomError
from imbalance_grader.course.stamps import read_stamp

EXAMPLE = "'2026-03-02 12:00 +0100'"


def moment(text: str, option: str, zone: str) -> dt.datetime:
    """Return the one moment that a text means, in UTC and without a zone, as nbgrader keeps times.

    Parameters
    ----------
    text : str
        With an offset or the name of a zone; without one it is UTC, as it is for nbgrader.
    option : str
        What to call it in the message.
    zone : str
        The course's own, which settles what a short name such as ``IST`` means.

    Raises
    ------
    ClassroomError
        If it can be read in two ways, or in none.
    """
    stamp = read_stamp(text.encode(), zone)
    if stamp.when is None:
        why = stamp.problem.partition(": ")[2] or "there is no time in it"
        raise ClassroomError(f"{option}: {text!r}: {why}; one is {EXAMPLE}")
    return stamp.when


def set_due(classroom: Classroom, assignment: Assignment, when: dt.datetime | None) -> None:
    """Let an assignment be due at a time in UTC, or at none; enter it where it is not entered.

    Raises
    ------
    ClassroomError
        If there is to be no due date while somebody has an extension: nbgrader cannot add it to
        none, and formgrader would fail.
    """
    classroom.register(assignment)
    with classroom.gradebook() as gradebook:
        submissions = gradebook.assignment_submissions(assignment.name)
        extended = sorted(s.student_id for s in submissions if s.extension is not None)
        if when is None and extended:
            raise ClassroomError(
                f"{', '.join(extended)} would have an extension of no date: first take it back, "
                f"imbalance-lab-grade extend {extended[0]} {assignment.name} --undo"
            )
        gradebook.update_or_create_assignment(assignment.name, duedate=when)


def extend(
    classroom: Classroom,
    assignment: Assignment,
    student: str,
    more: dt.timedelta | dt.datetime | None,
) -> dt.datetime:
    """Give a student more time, before or after something was handed in.

    Parameters
    ----------
    classroom : Classroom
    assignment : Assignment
    student : str
    more : timedelta, datetime or None
        How much longer than the class, or until when, in UTC; None takes an extension back. It is
        kept as a length of time, so it moves with the due date.

    Returns
    -------
    datetime
        When it is due for this student now, in UTC.

    Raises
    ------
    ClassroomError
        If there is no such student, no due date, or what is given would be no extension.
    """
    due = classroom.due(assignment.name)
    if due is None:
        raise ClassroomError(
            f"{assignment.name} has no due date that could be extended: "
            f"imbalance-lab-grade due {assignment.name} {EXAMPLE}"
        )
    extension = more - due if isinstance(more, dt.datetime) else more
    if extension is not None and extension <= dt.timedelta():
        raise ClassroomError(
            f"no extension: {assignment.name} is due {shown(due)} for everybody; to take an "
            "extension back give --undo"
        )
    there = {submission.student for submission in classroom.submissions(assignment.name)}
    if student not in there | set(classroom.enrolled()):
        raise ClassroomError(
            f"no such student: {student!r} (neither in "
            f"{classroom.coursedir.submitted_directory}/ nor in the gradebook)"
        )
    _grant(classroom, assignment, student, extension)
    return due + (extension or dt.timedelta())


def _grant(
    classroom: Classroom, assignment: Assignment, student: str, extension: dt.timedelta | None
) -> None:
    """Note it where nbgrader looks: at the submission, which is made where there is none yet."""
    classroom.register(assignment)
    with classroom.gradebook() as gradebook:
        gradebook.update_or_create_student(student)
        with gradebook.db.no_autoflush:  # nbgrader fills a new submission before it stores it
            submission = gradebook.update_or_create_submission(assignment.name, student)
        submission.extension = extension
        gradebook.db.commit()


def shown(when: dt.datetime) -> str:
    """Return a time in UTC as it is told to people."""
    return f"{when:%Y-%m-%d %H:%M} UTC"
