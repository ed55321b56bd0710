"""Enter a class into the gradebook, from a list."""

from __future__ import annotations

from pathlib import Path

from imbalance_grader.course.classroom import Classroom, ClassroomError
from imbalance_grader.course.gradebook import enter_students
from imbalance_grader.names import is_student_id, name_of_a_person, shown, student_id
from imbalance_grader.platforms.mapping import read_table, refuse_shortened
from imbalance_lab.printable import one_line

COLUMNS = ("id", "first_name", "last_name", "email")
_ALSO = {"student_id": "id"}


def read_students(path: Path) -> dict[str, dict[str, str]]:
    """Read a list of students.

    Parameters
    ----------
    path : Path
        CSV with the column ``id`` (or ``student_id``) and any of ``first_name``, ``last_name`` and
        ``email``, as nbgrader has them.

    Returns
    -------
    dict of str to dict of str to str
        By id what stands in the other columns; what is empty is left out.

    Raises
    ------
    ClassroomError
        Naming the line and what is wrong there.
    """
    header, rows = read_table(path)
    names = [name.strip().casefold() for name in header]
    columns = [_ALSO.get(name, name) for name in names]
    if "id" not in columns or len(set(columns)) < len(columns) or set(columns) - set(COLUMNS):
        raise ClassroomError(
            f"{path}: a list of students has the columns {', '.join(COLUMNS)}, of which id has to "
            f"be there; this file has {', '.join(map(shown, header))}"
        )
    found: dict[str, dict[str, str]] = {}
    for line, row in rows:
        values = {column: one_line(c.strip()) for column, c in zip(columns, row, strict=False)}
        student = student_id(values.pop("id", ""))
        refuse_shortened(student, f"{path}, line {line}")
        if not is_student_id(student):
            raise ClassroomError(
                f"{path}, line {line}: {shown(student)!r} is no student id (letters and digits of "
                "any script, spaces and . _ @ + ' -, beginning with a letter or digit)"
            )
        if student in found or len(row) > len(columns):
            what = f"{student!r} stands there twice" if student in found else "too many columns"
            raise ClassroomError(f"{path}, line {line}: {what}")
        found[student] = {c: name_of_a_person(value) for c, value in values.items() if value}
    if not found:
        raise ClassroomError(f"{path}: there is no student in it")
    return found


def enrol(classroom: Classroom, path: Path) -> tuple[int, int]:
    """Enter the students of a list, or bring their names and addresses up to date.

    Returns
    -------
    (int, int)
        How many were new, and how many the gradebook has now. Nobody is taken out of it.

    Raises
    ------
    ClassroomError
    """
    students = read_students(path)
    before = set(classroom.enrolled())
    enter_students(classroom, students)
    return len(set(students) - before), len(before | set(students))
