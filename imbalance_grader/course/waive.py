"""Waive an exercise, and take that back."""

from __future__ import annotations

from collections.abc import Sequence

from imbalance_grader.course.classroom import Assignment, Classroom, ClassroomError
from imbalance_grader.course.gradebook import Given, MarksWriter
from imbalance_grader.course.journal import Journal
from imbalance_grader.course.waivers import Key, Waiver, held
from imbalance_grader.notebook.results import exercise_name


def waive(
    classroom: Classroom,
    assignment: Assignment,
    exercise: str,
    reason: str | None,
    students: Sequence[str] | None = None,
) -> None:
    """Note that an exercise gives full points; they are given when marks are settled.

    What is noted already, with the same words and for the same students, is left as it is: so a
    command that a full disk stopped before it settled the marks can be given again.

    Parameters
    ----------
    classroom : Classroom
    assignment : Assignment
    exercise : str
        As the report or the syllabus names it, or its grade id; ``NOTEBOOK/NAME`` where two have
        one name.
    reason : str
    students : sequence of str, optional
        By default everybody.

    Raises
    ------
    ClassroomError
        If there is no such exercise or student, no reason is given, or it is waived otherwise.
    """
    key = find_exercise(assignment, exercise)
    if not (reason or "").strip():
        raise ClassroomError("--reason is missing: one sentence for students and for the report")
    here = {submission.student for submission in classroom.submissions(assignment.name)}
    unknown = sorted(set(students or ()) - here - set(classroom.enrolled()))
    if unknown:
        raise ClassroomError(f"no such student: {', '.join(map(repr, unknown))}")
    with held(classroom.root, assignment.name) as waivers:
        before = waivers.all().get(key)
        asked = (str(reason).strip(), None if students is None else tuple(sorted(set(students))))
        if before is None:
            waivers.add(key, *asked)
        elif (before.reason, before.students) != asked:
            raise ClassroomError(
                f"{exercise} is waived already ({before.reason}); first take that "
                f"back: imbalance-lab-grade waive {assignment.name} {exercise} --undo"
            )


def take_back(classroom: Classroom, assignment: Assignment, exercise: str) -> None:
    """Take a waiver back: the points of the checks and marks given by hand count again.

    Raises
    ------
    ClassroomError
        If there is no such exercise, or it is not waived.
    """
    key = find_exercise(assignment, exercise)
    with held(classroom.root, assignment.name) as waivers, MarksWriter(classroom) as writer:
        waiver = waivers.all().get(key)
        if waiver is None:
            raise ClassroomError(f"{exercise} is not waived in {assignment.name}")
        writer.take_back(assignment.name, key, _given(classroom, assignment, key, waiver))
        waivers.remove(key)  # last: a run killed before it does both again


def _given(
    classroom: Classroom, assignment: Assignment, key: Key, waiver: Waiver
) -> dict[str, Given]:
    """Return by student what the checks and a person had given before it was waived."""
    return {
        record.student: (cell.points, waiver.set_aside.get(record.student))
        for record in Journal(classroom.results(assignment.name)).all()
        if waiver.covers(record.student)
        for notebook in record.notebooks
        for cell in notebook.cells
        if (notebook.notebook, cell.grade_id) == key
    }


def find_exercise(assignment: Assignment, exercise: str) -> Key:
    """Return notebook and grade id of the exercise that is meant."""
    keys = [(book, name) for book, cells in assignment.graded_cells.items() for name in cells]
    found = [
        (book, name)
        for book, name in keys
        if exercise_name(exercise.removeprefix(f"{book}/")) == exercise_name(name)
    ]
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join("/".join(key) for key in found)
        raise ClassroomError(f"{exercise!r} can mean several exercises; name one of: {several}")
    listed = ", ".join(name.removesuffix("-check") for _, name in keys)
    raise ClassroomError(f"{assignment.name} has no exercise {exercise!r} (it has: {listed})")
