"""One gradebook over all lessons: each student's percentages by part, and what they come to.

Points of different lessons are never added up, or a lesson would count more for having more
exercises: each lesson becomes a percentage first, as the syllabus has it. What is absent, waits to
be marked, or could not be read is told apart from a zero that somebody earned.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from imbalance_grader.class_run.standings import Standing, cell, standings
from imbalance_grader.course.classroom import Assignment, Classroom, ClassroomError
from imbalance_grader.course.gradebook import people
from imbalance_grader.course.journal import Journal
from imbalance_grader.notebook.results import State
from imbalance_grader.weights import PARTS, WEIGHTS

ABSENT, UNREAD, WAITING = "absent", "unread", "waiting"


@dataclass(frozen=True)
class Share:
    """What a student earned of a part, in per cent.

    Parameters
    ----------
    percent : float or None
        None where it is not known.
    state : str
        "" where it was earned; else ``absent``, which counts as 0; ``unread`` or ``waiting``, which
        do not count yet.
    """

    percent: float | None
    state: str = ""

    @property
    def counts(self) -> float | None:
        """What counts for the grade, None where that is not known yet."""
        return 0.0 if self.state == ABSENT else self.percent

    @property
    def text(self) -> str:
        """What to show: the state, or the percentage."""
        return self.state or ("" if self.percent is None else f"{self.percent:.1f}")


@dataclass
class Row:
    """One student over the course.

    Parameters
    ----------
    student : str
    person : (str, str, str)
        Last name, first name, email.
    lessons : dict of str to dict of str to Share
        By lesson, and by part.
    dropped : tuple of str
        The lessons that do not count.
    shares : dict of str to float or None
        By part, over the lessons that count; None where nothing is known.
    total : float or None
        By the weights, over the parts that there are so far.
    """

    student: str
    person: tuple[str, str, str]
    lessons: dict[str, dict[str, Share]] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    shares: dict[str, float | None] = field(default_factory=dict)
    total: float | None = None

    def count(self, state: str) -> int:
        """Return the number of lessons of which a part is in a state."""
        return sum(any(s.state == state for s in parts.values()) for parts in self.lessons.values())


@dataclass(frozen=True)
class CourseGrades:
    """The gradebook of the course: its lessons, the parts of each, and a row for each student."""

    lessons: Mapping[str, Sequence[str]]
    rows: Sequence[Row]


def course_grades(
    classroom: Classroom,
    drop: int = 0,
    weights: Mapping[str, float] = WEIGHTS,
    capstone: str = "",
) -> CourseGrades:
    """Return the gradebook over all lessons that have been graded.

    Parameters
    ----------
    classroom : Classroom
    drop : int, default=0
        How many of each student's weakest lessons do not count; the capstone is none of them, and
        one lesson stays.
    weights : mapping of str to float
        By part; they need not sum up to 100.
    capstone : str, default=""
        Name of the assignment whose exercises are a part of their own; by default the one whose
        name has that word.

    Raises
    ------
    ClassroomError
        If nothing has been graded, or `capstone` is no assignment.
    """
    names = classroom.assignment_names()
    if capstone and capstone not in names:
        raise ClassroomError(f"no assignment {capstone!r} (there are: {', '.join(names)})")
    last = capstone or next((name for name in names if "capstone" in name), "")
    graded = [name for name in names if Journal(classroom.results(name)).all()]
    if not graded:
        raise ClassroomError("no lesson has been graded yet: imbalance-lab-grade assignment NAME")
    there = {name: _handed_in(classroom, name) for name in graded}
    known = people(classroom)
    everybody = set(known).union(*there.values())
    rows = {who: Row(who, known.get(who, ("", "", ""))) for who in sorted(everybody)}
    lessons: dict[str, list[str]] = {}
    for name in graded:
        assignment = classroom.assignment(name)
        maxima = _maxima(assignment, classroom.counting(assignment), last)
        lessons[name] = list(maxima)
        for who, row in rows.items():
            row.lessons[name] = _shares(there[name].get(who), maxima)
    for row in rows.values():
        _weigh(row, drop, weights, last)
    return CourseGrades(lessons, sorted(rows.values(), key=lambda row: (row.person, row.student)))


def _handed_in(classroom: Classroom, name: str) -> dict[str, Standing]:
    """Return the standings of those whose work was looked at."""
    rows = standings(classroom, classroom.assignment(name))
    return {row.student: row for row in rows if row.record.run}


def part_of(assignment: str, grade_id: str, written: bool, capstone: str) -> str:
    """Return the part to which a graded cell belongs."""
    if written:
        return "written"
    if "quiz" in grade_id.split("-"):
        return "quiz"
    return "capstone" if assignment == capstone else "exercises"


def _maxima(
    assignment: Assignment, counting: Sequence[str], capstone: str
) -> dict[str, dict[tuple[str, str], float]]:
    """Return the points of each cell, by part; the parts in their order."""
    found: dict[str, dict[tuple[str, str], float]] = {part: {} for part in PARTS}
    for notebook in counting:
        for grade_id, graded in assignment.graded_cells[notebook].items():
            part = part_of(assignment.name, grade_id, graded.kind == "written", capstone)
            found[part][notebook, grade_id] = graded.points
    return {part: cells for part, cells in found.items() if sum(cells.values())}


def _shares(
    row: Standing | None, maxima: Mapping[str, Mapping[tuple[str, str], float]]
) -> dict[str, Share]:
    """Return what a student earned of each part, after a penalty for late work.

    A cell that the submission was not graded for, because it was added later, is not asked.
    """
    if row is None or row.status == State.MISSING:
        return dict.fromkeys(maxima, Share(None, ABSENT))
    if not row.cells:
        return dict.fromkeys(maxima, Share(None, UNREAD))
    kept = row.score / row.raw_score if row.score is not None and row.raw_score else 1.0
    shares = {}
    for part, cells in maxima.items():
        points = {key: row.cells[key] for key in cells if key in row.cells}
        possible = sum(cells[key] for key in points)
        if None in points.values():
            shares[part] = Share(None, WAITING)
        else:
            earned = kept * sum(point or 0.0 for point in points.values())
            shares[part] = Share(100 * earned / possible if possible else None)
    return shares


def _weigh(row: Row, drop: int, weights: Mapping[str, float], capstone: str) -> None:
    """Drop the weakest lessons, and put together what counts."""
    ordinary = [name for name in row.lessons if name != capstone]
    weakest = sorted(ordinary, key=lambda name: _strength(row.lessons[name], weights))
    row.dropped = tuple(sorted(weakest[: max(0, min(drop, len(ordinary) - 1))]))
    counting = [parts for name, parts in row.lessons.items() if name not in row.dropped]
    row.shares = {part: _mean(p[part].counts for p in counting if part in p) for part in weights}
    row.total = _weighted(row.shares, weights)


def _strength(parts: Mapping[str, Share], weights: Mapping[str, float]) -> float:
    """Return how a lesson does by the weights; what is not known yet is not dropped."""
    known = _weighted({part: share.counts for part, share in parts.items()}, weights)
    return float("inf") if known is None else known


def _weighted(shares: Mapping[str, float | None], weights: Mapping[str, float]) -> float | None:
    known = {part: s for part, s in shares.items() if s is not None and weights.get(part)}
    if not known:
        return None
    return sum(s * weights[part] for part, s in known.items()) / sum(weights[p] for p in known)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def to_csv(grades: CourseGrades) -> str:
    """Return the gradebook as CSV, in which no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = [(lesson, part) for lesson, parts in grades.lessons.items() for part in parts]
    states = (ABSENT, UNREAD, WAITING)
    writer.writerow(
        ["student_id", "last_name", "first_name", "email"]
        + [f"{lesson} {part}" for lesson, part in columns]
        + [*PARTS, "total", "dropped", *states]
    )
    for row in grades.rows:
        shares = [row.shares.get(part) for part in PARTS]
        values = [row.student, *row.person]
        values += [row.lessons[lesson][part].text for lesson, part in columns]
        values += ["" if share is None else f"{share:.1f}" for share in [*shares, row.total]]
        values += [" ".join(row.dropped), *(str(row.count(state)) for state in states)]
        writer.writerow([cell(value) for value in values])
    return text.getvalue()
