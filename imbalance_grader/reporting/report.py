"""The class report: one HTML file about what a class understood, for its instructor.

Everything is in the file; it asks nothing of the network and runs no script. What students wrote
reaches it through the template's escaping only, and the file forbids scripts and remote content
by its own security policy, should an escape ever be missed.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from imbalance_grader.class_run.standings import Standing, waiting_in_words
from imbalance_grader.course.classroom import Assignment, Classroom
from imbalance_grader.course.waivers import Waivers
from imbalance_grader.notebook import variant
from imbalance_grader.notebook.catalogue import (
    Misconception,
    named_mistake,
    quiz_choices,
)
from imbalance_grader.notebook.results import CellResult, State, exercise_name
from imbalance_grader.notebook.variant import NOBODY, THE_CLASS
from imbalance_grader.reporting.items import difficulty, discrimination
from imbalance_grader.reporting.pages import render, title
from imbalance_grader.version import course_version
from imbalance_lab.printable import one_line

BINS = 10
_SHOWN = 12  # how many of the slowest things are listed
STATES = {
    State.GRADED: "ran and was scored",
    State.TIMED_OUT: "took longer than it may; what was scored before counts",
    State.OUT_OF_MEMORY: "needed more memory than it may; what was scored before counts",
    State.CRASHED: "ended its own process, or the grader failed on it",
    State.MALFORMED: "could not be read",
    State.MISSING: "nothing was handed in",
    State.MISPLACED: "a file that lies in no student's folder",
}


@dataclass(frozen=True)
class ExerciseRow:
    """One graded cell over the class."""

    key: tuple[str, str]
    name: str
    max_points: float
    written: bool
    share: float | None
    discrimination: float | None
    full: int
    part: int
    not_tried: int
    mistake: str = ""
    mistake_count: int = 0

    @property
    def verdict(self) -> str:
        """What the discrimination means, in a word or two."""
        if self.discrimination is None:
            return ""
        for least, word in ((0.4, "clear"), (0.2, "fair"), (0.0, "weak")):
            if self.discrimination >= least:
                return word
        return "reversed"


@dataclass(frozen=True)
class HeldBy:
    """A misconception and who holds it."""

    what: Misconception
    students: tuple[str, ...]
    of: int

    @property
    def count(self) -> int:
        """How many students hold it."""
        return len(self.students)

    @property
    def share(self) -> float:
        """Their share of those whose submission was read."""
        return self.count / self.of


@dataclass(frozen=True)
class SlowCell:
    """A cell, and how long it took over the class."""

    cell: str
    middle: float
    worst: float
    who: str
    count: int


@dataclass(frozen=True)
class Insight:
    """One sentence that says what to look at first."""

    text: str
    link: str


def write_report(
    classroom: Classroom,
    assignment: Assignment,
    rows: Sequence[Standing],
    anonymous: bool = False,
    now: dt.datetime | None = None,
) -> str:
    """Return the class report as one HTML document.

    Parameters
    ----------
    classroom : Classroom
    assignment : Assignment
    rows : sequence of Standing
    anonymous : bool, default=False
        Whether students appear by a number instead of their id, for showing it to the class.
    now : datetime, optional
        For tests.

    Returns
    -------
    str
    """
    now = now or dt.datetime.now(dt.UTC).replace(tzinfo=None)
    names = {row.student: _named(row) for row in rows}
    if anonymous:
        rows, names = _numbered(rows)
    read = [row for row in rows if row.read]
    keys = _keys(assignment)
    exercises = _exercises(keys, read)
    misconceptions = _misconceptions(assignment, read, names)
    trouble = [row for row in rows if row.status not in (State.GRADED, State.MISSING)]
    shares = {row.student: _share(row) for row in read}
    view: dict[str, Any] = {
        "title": title(assignment),
        "assignment": assignment.name,
        "course": classroom.coursedir.course_id,
        "made": now,
        "due": classroom.due(assignment.name),
        "rows": rows,
        "read": read,
        "names": names,
        "anonymous": anonymous,
        "states": [
            (state, sum(row.status == state for row in rows), words)
            for state, words in STATES.items()
        ],
        "late": [row for row in rows if row.late],
        "shares": shares,
        "quartiles": np.percentile(list(shares.values()), [25, 50, 75]) if shares else None,
        "bins": _bins(shares.values()),
        "exercises": exercises,
        "misconceptions": [m for m in misconceptions if not m.what.exercise.startswith("Question")],
        "questions": _by_question(misconceptions),
        "trouble": trouble,
        "undated": [row for row in rows if row.time_remark],
        "foreign": _foreign(rows, names),
        "absent": [row for row in rows if row.status == State.MISSING],
        "waiting": _waiting(read),
        "waiting_written": any(row.waiting > row.for_review for row in read),
        "waiting_review": any(row.for_review for row in read),
        "waived": _waived(classroom, assignment),
        "version": ", variant ".join(filter(None, (course_version(), variant.name()))),
        "slow_cells": _slow_cells(read, names),
        "slow": sorted(read, key=lambda row: -row.record.seconds)[:_SHOWN],
        "protections_off": sorted(
            {name for row in rows for n in row.record.notebooks for name in n.protections_off}
        ),
        "everyone": _everyone(rows, shares),
        "insights": _insights(rows, read, exercises, misconceptions, trouble),
    }
    return render("report.html.j2", view)


def _numbered(rows: Sequence[Standing]) -> tuple[list[Standing], dict[str, str]]:
    """Return rows in an order that says nothing of who they are, and a number for each."""
    drawn = list(rows)
    random.SystemRandom().shuffle(drawn)
    return drawn, {row.student: f"Student {n}" for n, row in enumerate(drawn, start=1)}


def _named(row: Standing) -> str:
    """Return the name that the gradebook has, with the id, or the id alone."""
    last, first, _ = row.person
    name = " ".join(filter(None, (first, last)))
    return one_line(f"{name} ({row.student})" if name else row.student)


def _foreign(rows: Sequence[Standing], names: dict[str, str]) -> list[tuple[str, str]]:
    """Return who did not work with what she was handed, and with whose."""
    words = {THE_CLASS: "the class’s notebook", NOBODY: "one that nobody of this class was handed"}
    others = names | words
    return [
        (row.student, others.get(row.made_from, "the copy of somebody who handed in nothing"))
        for row in rows
        if row.made_from
    ]


def _waived(classroom: Classroom, assignment: Assignment) -> dict[tuple[str, str], str]:
    """Say of each exercise that is waived for whom, and why; nobody is named."""
    return {
        key: f"full points for {who}: {waiver.reason}"
        for key, waiver in Waivers(classroom.root, assignment.name).all().items()
        for who in ["everybody" if waiver.students is None else _counted(len(waiver.students))]
    }


def _counted(students: int) -> str:
    """Return a number of students in words."""
    return f"{students} student{'' if students == 1 else 's'}"


def _everyone(rows: Sequence[Standing], shares: dict[str, float]) -> list[Standing]:
    """Return a row for each student, the best first; files in the wrong place are none."""
    students = [row for row in rows if row.status != State.MISPLACED]
    return sorted(students, key=lambda row: -shares.get(row.student, -1.0))


def _keys(assignment: Assignment) -> list[tuple[tuple[str, str], float, bool]]:
    """Return each graded cell with its points and whether a person marks it, in order."""
    return [
        ((notebook, name), cell.points, cell.kind == "written")
        for notebook, cells in assignment.graded_cells.items()
        for name, cell in cells.items()
    ]


def _share(row: Standing) -> float:
    """Return the share of points earned in the cells that are marked already."""
    most = {(n.notebook, c.grade_id): c.max_points for n in row.record.notebooks for c in n.cells}
    marked = {
        key: points
        for key, points in row.cells.items()
        if points is not None and key[0] in row.counting
    }
    possible = sum(most[key] for key in marked)
    return sum(marked.values()) / possible if possible else 0.0


def _bins(shares: Iterable[float]) -> list[int]:
    """Count shares in tenths; everything solved goes into the last."""
    counts = Counter(min(int(share * BINS + 1e-9), BINS - 1) for share in shares)
    return [counts[i] for i in range(BINS)]


def _results(row: Standing) -> dict[tuple[str, str], CellResult]:
    return {(n.notebook, cell.grade_id): cell for n in row.record.notebooks for cell in n.cells}


def _exercises(
    keys: list[tuple[tuple[str, str], float, bool]], read: Sequence[Standing]
) -> list[ExerciseRow]:
    if not read:
        return []
    points = np.array(
        [[_number(row.cells.get(key)) for key, _, _ in keys] for row in read], dtype=float
    ).reshape(len(read), len(keys))
    most = np.array([max_points for _, max_points, _ in keys])
    shares = points / np.where(most > 0, most, np.nan)
    hard = difficulty(shares)
    # Written answers wait for some students and not for others: they stay out of the totals.
    scored = ~np.isnan(points).any(axis=0)
    apart = np.full(len(keys), np.nan)
    apart[scored] = discrimination(points[:, scored])
    results = [_results(row) for row in read]
    return [
        ExerciseRow(
            key=key,
            name=exercise_name(key[1]),
            max_points=max_points,
            written=written,
            # Marks for some say nothing of the class while others wait.
            share=None if np.isnan(points[:, i]).any() else float(hard[i]),
            discrimination=None if np.isnan(apart[i]) else float(apart[i]),
            full=int(np.sum(shares[:, i] >= 1)),
            part=int(np.sum((shares[:, i] > 0) & (shares[:, i] < 1))),
            not_tried=sum(key in r and r[key].answer_missing for r in results),
            **_commonest(r[key].mistake for r in results if key in r),
        )
        for i, (key, max_points, written) in enumerate(keys)
    ]


def _number(points: float | None) -> float:
    return float("nan") if points is None else points


def _commonest(mistakes: Iterable[str]) -> dict[str, Any]:
    found = Counter(mistake for mistake in mistakes if mistake).most_common(1)
    return {"mistake": found[0][0], "mistake_count": found[0][1]} if found else {}


def _misconceptions(
    assignment: Assignment, read: Sequence[Standing], names: dict[str, str]
) -> list[HeldBy]:
    """Return every misconception that the checks named, the most widespread first."""
    held: dict[Misconception, list[str]] = defaultdict(list)
    lesson = assignment.name[:2]
    for row in read:
        for (_, grade_id), cell in _results(row).items():
            found = quiz_choices(lesson, cell.message) if "quiz" in grade_id else []
            if cell.mistake:
                found = [named_mistake(grade_id, cell.mistake, cell.message), *found]
            for misconception in found:
                held[misconception].append(names[row.student])
    all_held = [HeldBy(what, tuple(students), len(read)) for what, students in held.items()]
    return sorted(all_held, key=lambda h: (-h.count, h.what.exercise, h.what.name))


def _by_question(misconceptions: Sequence[HeldBy]) -> dict[str, list[HeldBy]]:
    """Return the quiz's misconceptions by question, in the quiz's order."""
    found: dict[str, list[HeldBy]] = defaultdict(list)
    for held in misconceptions:
        if held.what.exercise.startswith("Question"):
            found[held.what.exercise].append(held)
    return dict(sorted(found.items(), key=lambda item: int(item[0].split()[1])))


def _waiting(read: Sequence[Standing]) -> list[tuple[str, str, int]]:
    counts = Counter(key for row in read for key, points in row.cells.items() if points is None)
    return [(notebook, name, count) for (notebook, name), count in sorted(counts.items())]


def _slow_cells(read: Sequence[Standing], names: dict[str, str]) -> list[SlowCell]:
    """Return the cells that take long, by the median over those who are slow in them."""
    times: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for row in read:
        for notebook in row.record.notebooks:
            for cell in notebook.slowest:
                times[cell.cell].append((cell.seconds, names[row.student]))
    slow = [
        SlowCell(cell, median(s for s, _ in found), *max(found), len(found))
        for cell, found in times.items()
    ]
    return sorted(slow, key=lambda cell: (-cell.worst, cell.cell))[:_SHOWN]


def _insights(
    rows: Sequence[Standing],
    read: Sequence[Standing],
    exercises: Sequence[ExerciseRow],
    misconceptions: Sequence[HeldBy],
    trouble: Sequence[Standing],
) -> list[Insight]:
    """Say in a few sentences what deserves attention, the most urgent first."""
    found = []
    if trouble:
        did = "submission did" if len(trouble) == 1 else "submissions did"
        found.append(Insight(f"{len(trouble)} {did} not run to the end.", "trouble"))
    undated = sum(bool(row.time_remark) for row in rows)
    if undated:
        came = "submission came" if undated == 1 else "submissions came"
        text = f"{undated} {came} without a time that can be read: nobody knows whether it is late."
        found.append(Insight(text, "undated"))
    foreign = sum(bool(row.made_from) for row in read)
    if foreign:
        was = "submission was" if foreign == 1 else "submissions were"
        text = f"{foreign} {was} not made from what that student was handed."
        found.append(Insight(text, "foreign"))
    if any(row.waiting for row in read):
        found.append(Insight(f"{waiting_in_words(read)}.", "waiting"))
    for held in misconceptions[:2]:
        if held.count >= 2 and held.share >= 0.1:
            found.append(_about_misconception(held))
    scored = [e for e in exercises if not e.written]
    share, hardest = min(
        ((e.share, e.name) for e in scored if e.share is not None), default=(1, "")
    )
    if share < 0.6:
        text = f"{hardest} was the hardest: the class earned {100 * share:.0f}% of its points."
        found.append(Insight(text, "exercises"))
    odd = [e.name for e in scored if e.discrimination is not None and e.discrimination < 0]
    if odd:
        text = f"{', '.join(odd)}: solved more often by those who solve less else. Is it clear?"
        found.append(Insight(text, "exercises"))
    absent = sum(row.status == State.MISSING for row in rows)
    if absent:
        found.append(Insight(f"{absent} of {len(rows)} students handed in nothing.", "absent"))
    return found


def _about_misconception(held: HeldBy) -> Insight:
    what = held.what
    where = f" Revisit lesson {what.lesson}, “{what.section}”." if what.section else ""
    if what.exercise.startswith("Question"):
        who = f"{held.count} of {held.of} chose {what.name} in quiz {what.exercise.lower()}."
        return Insight(who + where, "quiz")
    text = f"{held.count} of {held.of} hold one misconception in {what.exercise}: {what.name}."
    return Insight(text + where, "misconceptions")
