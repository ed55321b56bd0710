"""What ``imbalance-lab-grade course`` does, and how it tells it."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.table import Table
from rich.text import Text

from imbalance_grader.course.classroom import Classroom
from imbalance_grader.course.journal import write_whole
from imbalance_grader.reporting.course_grades import (
    ABSENT,
    UNREAD,
    WAITING,
    CourseGrades,
    Row,
    course_grades,
    to_csv,
)
from imbalance_grader.terminal import Terminal
from imbalance_grader.weights import PARTS
from imbalance_lab.printable import one_line


def write_course(classroom: Classroom, chosen: argparse.Namespace) -> tuple[CourseGrades, Path]:
    """Write the gradebook of the course as the command line says.

    Raises
    ------
    ClassroomError
    """
    grades = course_grades(classroom, chosen.drop, chosen.weights, chosen.capstone)
    path = chosen.output or classroom.root / "grading" / "course.csv"
    write_whole(path, to_csv(grades))
    return grades, path


def to_json(grades: CourseGrades, path: Path) -> dict[str, object]:
    """Return the gradebook as plain values; what is not known is null, with its state."""
    return {
        "lessons": {name: list(parts) for name, parts in grades.lessons.items()},
        "students": [
            {
                "student": row.student,
                "lessons": {
                    lesson: {part: vars(share) for part, share in parts.items()}
                    for lesson, parts in row.lessons.items()
                },
                "dropped": list(row.dropped),
                "shares": row.shares,
                "total": row.total,
            }
            for row in grades.rows
        ],
        "grades": str(path),
    }


def print_course(grades: CourseGrades, path: Path, console: Terminal) -> None:
    """Show a row for each student: the parts in per cent, the total, and what is open."""
    table = Table(box=None, pad_edge=False)
    table.add_column("Student", overflow="fold")
    for name in (*map(str.capitalize, PARTS), "Total"):
        table.add_column(name, justify="right")
    table.add_column("Dropped", overflow="fold")
    table.add_column("Open", overflow="fold")
    for row in grades.rows:
        shares = [row.shares.get(part) for part in PARTS]
        shown = ["–" if share is None else f"{share:.1f}" for share in [*shares, row.total]]
        dropped = ", ".join(name.partition("-")[0] for name in row.dropped)
        table.add_row(Text(_called(row)), *shown, Text(dropped), Text(_open(row)))
    console.print(table)
    lessons = len(grades.lessons)
    console.print(f"\n{len(grades.rows)} students, {lessons} lessons graded; per cent.")
    console.print(Text(f"grades  {path}"), soft_wrap=True)


def _called(row: Row) -> str:
    last, first, _ = row.person
    name = " ".join(filter(None, (first, last)))
    return one_line(f"{row.student} ({name})" if name else row.student)


def _open(row: Row) -> str:
    counts = {state: row.count(state) for state in (ABSENT, UNREAD, WAITING)}
    return ", ".join(f"{count} {state}" for state, count in counts.items() if count)
