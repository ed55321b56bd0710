"""Grades in the form in which Canvas and Moodle import them.

Both take back a table that they have exported. So that table is read, the grades are written into
it, and everything by which the platform knows its rows again stays. A student who is not graded, or
whose written answers wait, gets no grade there; nobody gets a zero that he has not earned.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imbalance_grader.class_run.standings import Standing, no_formula, waiting_in_words
from imbalance_grader.course.classroom import ClassroomError
from imbalance_grader.names import shown, student_id
from imbalance_grader.notebook.results import exercise_name
from imbalance_grader.platforms.mapping import Mapping, even, read_table

_NUMBER = re.compile(r"-|[+-]?\d+([.,]\d+)*%?")
_WITH_ID = re.compile(r"(.*) \((\d+)\)", re.DOTALL)
_OURS = "Points: "  # how a comment begins that this module wrote
# What Canvas puts before the assignments, in its order.
_CANVAS_ROW = (
    "student", "lastname", "firstname", "id", "sis user id", "sis login id", "integration id",
    "root account", "section",
)  # fmt: skip
_CANVAS_IDS = ("id", "sis login id", "sis user id")
_MOODLE_IDS = ("username", "id number", "email address", "full name")


@dataclass(frozen=True)
class Choices:
    """How to export.

    Parameters
    ----------
    mapping : Mapping or None
    column : str
        Canvas's assignment, by title or number; "" where it is found by the lesson's name.
    scale : bool
        Whether to convert points where the platform gives another number of them.
    unmarked : bool
        Whether to export the points so far of those whose written answers wait.
    """

    mapping: Mapping | None = None
    column: str = ""
    scale: bool = False
    unmarked: bool = False


@dataclass
class Exported:
    """A table for a platform, and what is not in it.

    Parameters
    ----------
    text : str
        The CSV.
    grades : dict of str to float
        By student.
    left : dict of str to str
        Students, or rows of the platform, that got no grade, and why.
    """

    text: str = ""
    grades: dict[str, float] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)


class _Sheet:
    """A table that a platform exported."""

    def __init__(self, path: Path, platform: str) -> None:
        self.path, self.platform = path, platform
        self.header, numbered = read_table(path)
        width = len(self.header)
        self.rows = [(row + [""] * width)[:width] for _, row in numbered]
        self.columns = [name.strip().casefold() for name in self.header]

    def place(self, name: str) -> int:
        """Return the place of a column that has to be there."""
        if name.casefold() not in self.columns:
            listed = ", ".join(shown(n) for n in self.header[:12])
            raise ClassroomError(
                f"{self.path} has no column {name!r}, so it is not what {self.platform} exports in "
                f"English (it has {listed}); set the platform's language to English for export and "
                "import"
            )
        return self.columns.index(name.casefold())

    def ids(self, row: Sequence[str], names: Sequence[str]) -> list[str]:
        """Return what a row says in some columns, as far as they are there."""
        places = [self.columns.index(name) for name in names if name in self.columns]
        return [student_id(row[place].strip()) for place in places if row[place].strip()]


def canvas(
    path: Path,
    names: Sequence[str],
    rows: Sequence[Standing],
    kept: Dictionary[str, Dictionary[str, Any]],
    choices: Choices,
) -> Exported:
    """Return the gradebook that Canvas exported, with one assignment's grades.

    Parameters
    ----------
    path : Path
        What Canvas's gradebook exports as CSV.
    names : sequence of str
        By which the assignment may be known there.
    rows : sequence of Standing
    kept : mapping
        The students of `imbalance_grader.course.collected.Kept`.
    choices : Choices

    Raises
    ------
    ClassroomError
        If it is no such table, the column is not known, or the points are others.
    """
    sheet = _Sheet(path, "Canvas")
    key = sheet.place("ID")
    column = _canvas_column(sheet, names, choices.column)
    own = [row for row in sheet.rows if not row[key].strip()]  # points possible, manual posting
    possible = next((r[column] for r in own if "points possible" in r[0].casefold()), "")
    if "read only" in possible:
        raise ClassroomError(f"{shown(sheet.header[column])!r} is read only in Canvas")
    factor = _factor(possible, rows, "Canvas", choices.scale)
    done = Exported()
    students = _students(sheet, key, _CANVAS_IDS, kept, choices.mapping, rows, done)
    for row in sheet.rows:
        student = students.get(id(row))
        if student is not None and row[column].strip().upper() == "EX":
            done.left[student.student] = "is excused in Canvas"
        elif student is not None and (score := _score(student, choices, done)) is not None:
            done.grades[student.student] = score * factor
            row[column] = _plain(score * factor)
    wanted = [i for i, name in enumerate(sheet.columns) if name in _CANVAS_ROW and i < column]
    done.text = _written(sheet.header, sheet.rows, [*wanted, column])
    return done


def moodle(
    path: Path,
    rows: Sequence[Standing],
    kept: Dictionary[str, Dictionary[str, Any]],
    choices: Choices,
) -> Exported:
    """Return Moodle's grading worksheet with grades, and points by exercise as comments.

    Rows without a new grade are left out, so that Moodle leaves them alone. A comment that
    somebody else wrote stays.

    Parameters
    ----------
    path : Path
        The worksheet, as Moodle exports it in English.
    rows, kept, choices
        As for `canvas`.

    Raises
    ------
    ClassroomError
    """
    sheet = _Sheet(path, "Moodle")
    key, grade = sheet.place("Identifier"), sheet.place("Grade")
    sheet.place("Last modified (grade)")  # without which Moodle does not import
    comment, maximum, open_ = (
        sheet.columns.index(name) if name in sheet.columns else None
        for name in ("feedback comments", "maximum grade", "grade can be changed")
    )
    possible = next((row[maximum] for row in sheet.rows if maximum is not None), "")
    factor = _factor(possible, rows, "Moodle", choices.scale)
    done = Exported()
    students = _students(sheet, key, _MOODLE_IDS, kept, choices.mapping, rows, done)
    changed = []
    for row in sheet.rows:
        student = students.get(id(row))
        if student is None or (score := _score(student, choices, done)) is None:
            continue
        if open_ is not None and row[open_].strip().casefold() == "no":
            done.left[student.student] = "cannot be changed in Moodle"
            continue
        done.grades[student.student] = score * factor
        row[grade] = _plain(score * factor)
        if comment is not None and (not row[comment].strip() or row[comment].startswith(_OURS)):
            row[comment] = _comment(student)
        changed.append(row)
    done.text = _written(sheet.header, changed, range(len(sheet.header)))
    return done


# --- which column, which student, which grade ----------------------------------------------------


def _canvas_column(sheet: _Sheet, names: Sequence[str], asked: str) -> int:
    """Return the place of the assignment, which Canvas calls by its title and number."""
    titles = {
        place: found.groups()
        for place, name in enumerate(sheet.header)
        if (found := _WITH_ID.fullmatch(name.strip())) and name.casefold() not in _CANVAS_ROW
    }
    wanted = {even(name) for name in ([asked] if asked else names)}
    fitting = [
        place
        for place, (title, number) in titles.items()
        if number == asked or {even(title), even(sheet.header[place])} & wanted
    ]
    if len(fitting) == 1:
        return fitting[0]
    listed = "; ".join(shown(sheet.header[place]) for place in titles) or "none"
    called = repr(asked) if asked else " or ".join(repr(name) for name in names)
    raise ClassroomError(
        f"{sheet.path}: {len(fitting)} assignments are called {called} (there are: {listed}); "
        "name the right one with --column, by its title or its number"
    )


def _students(
    sheet: _Sheet,
    key: int,
    names: Sequence[str],
    kept: Dictionary[str, Dictionary[str, Any]],
    mapping: Mapping | None,
    rows: Sequence[Standing],
    done: Exported,
) -> dict[int, Standing]:
    """Return for each row of a table, by its `id`, the student; note who has none."""
    known = {row.student: row for row in rows}
    platform = sheet.platform.casefold()
    keys = {e["key"]: student for student, e in kept.items() if e["platform"] == platform}
    keys |= mapping.by_key if mapping else {}
    found: dict[int, str] = {}
    for row in sheet.rows:
        number = re.sub(r"^\D+ ?(?=\d+$)", "", row[key].strip())  # of Moodle's "Participant 12"
        ids = sheet.ids(row, names)
        same = {name for name in ids if name in known}
        student = keys.get(number) or (same.pop() if len(same) == 1 else "")
        if student in known:
            found[id(row)] = student
        elif number:
            called = row[0].strip() if platform == "canvas" else next(iter(ids), "")
            done.left[f"{called or number} ({number})"] = "is nobody in the course's gradebook"
    times = Counter(found.values())
    for one in rows:
        if times[one.student] > 1:
            done.left[one.student] = "would be several rows: a mapping with platform ids tells"
        elif not times[one.student] and one.score is not None:
            done.left[one.student] = f"has no row in {sheet.path.name}"
    return {row: known[student] for row, student in found.items() if times[student] == 1}


def _score(row: Standing, choices: Choices, done: Exported) -> float | None:
    """Return a student's grade, None where there is none to export."""
    if row.score is None:
        done.left[row.student] = f"has no score: {row.status}"
        return None
    if row.waiting and not choices.unmarked:
        done.left[row.student] = waiting_in_words([row])
        return None
    return row.score


def _factor(possible: str, rows: Sequence[Standing], platform: str, scale: bool) -> float:
    """Return by what to multiply points for the platform."""
    maximum = next((row.max_score for row in rows), 0.0)
    try:
        there = float(possible.replace(",", "."))
    except ValueError:
        return 1.0
    if there == maximum or maximum == 0:
        return 1.0
    if scale:
        return there / maximum
    raise ClassroomError(
        f"{platform} gives {there:g} points for this, the lesson {maximum:g}: set them alike in "
        f"{platform}, or convert the grades with --scale"
    )


def _comment(row: Standing) -> str:
    points = [
        f"{exercise_name(cell.grade_id)} {_plain(points)} of {_plain(cell.max_points)}"
        for notebook in row.record.notebooks
        for cell in notebook.cells
        if (points := row.cells.get((notebook.notebook, cell.grade_id))) is not None
    ]
    late = f"; late, minus {_plain(row.penalty)}" if row.penalty else ""
    return f"{_OURS}{', '.join(points)}{late}"


def _plain(points: float) -> str:
    return f"{round(points, 6):.10g}"


def _written(header: Sequence[str], rows: Sequence[Sequence[str]], places: Sequence[int]) -> str:
    """Return a table of some columns, in which no cell is a formula.

    It is separated by commas, which both platforms read, whatever separated the table that came:
    `no_formula` counts on that.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in [header, *rows]:
        cells = [row[place] for place in places]
        writer.writerow([c if _NUMBER.fullmatch(c.strip()) else no_formula(c) for c in cells])
    return text.getvalue()
