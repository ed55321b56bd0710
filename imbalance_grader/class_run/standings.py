"""Where each student stands: the journal's states joined with the gradebook's marks.

``grades.csv``, the table at the end of a run and the class report all read this, so they agree.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from imbalance_grader.class_run.run import not_handed_in
from imbalance_grader.course.classroom import Assignment, Classroom
from imbalance_grader.course.collected import Kept
from imbalance_grader.course.gradebook import Entry, MarksWriter, entries, people
from imbalance_grader.course.journal import Journal, Record, write_whole
from imbalance_grader.course.waivers import held
from imbalance_grader.notebook.results import State
from imbalance_lab.printable import one_line

# What a spreadsheet calculates: a formula sign at the beginning of a cell, or after the semicolon
# that separates cells where the comma is the decimal sign, or a tab; spaces and quotes before it
# don't help, and the wide signs of Chinese and Japanese keyboards count as well.
_FORMULA = re.compile(r"((?:^|[;\t])[\s\"]*)([=+\-@\uff1d\uff0b\uff0d\uff20])")
COLUMNS = (
    "assignment",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "status",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
    "waiting",
    "submitted",
    "late_seconds",
    "detail",
)


@dataclass(frozen=True)
class Standing:
    """One student and one assignment.

    Parameters
    ----------
    student : str
    record : Record
    status : str
        One of `State`.
    score : float or None
        After a late penalty; None where there is nothing that could have been scored.
    raw_score, penalty : float or None
    max_score : float
    cells : dict of (str, str) to float or None
        Points of each cell by notebook and grade id; None where it waits for a person.
    submitted : str
        UTC, ISO 8601, or "".
    late_seconds : float or None
        None where a due date is set and it is not known when the work was handed in.
    time_remark : str
        What there is to say about the time, "" where it is known.
    person : (str, str, str)
        Last name, first name, email, as the gradebook has them.
    counting : sequence of str
        The notebooks that the scores are of: all but optional ones.
    """

    student: str
    record: Record
    status: str
    score: float | None
    raw_score: float | None
    penalty: float | None
    max_score: float
    cells: dict[tuple[str, str], float | None] = field(default_factory=dict)
    submitted: str = ""
    late_seconds: float | None = 0.0
    time_remark: str = ""
    person: tuple[str, str, str] = ("", "", "")
    counting: Sequence[str] = ()

    @property
    def waiting(self) -> int:
        """Number of cells that wait for a person."""
        return sum(points is None for points in self.cells.values())

    @property
    def for_review(self) -> int:
        """Number of those that the checks score: a person's mark there is to be looked at again."""
        written = {
            (notebook.notebook, cell.grade_id)
            for notebook in self.record.notebooks
            for cell in notebook.cells
            if cell.kind == "written"
        }
        return sum(points is None for key, points in self.cells.items() if key not in written)

    @property
    def read(self) -> bool:
        """Whether there was a submission that could be read."""
        return State(self.status).read

    @property
    def made_from(self) -> str:
        """Whose copy a notebook was made from, "" where it is the student's own."""
        return next((n.made_from for n in self.record.notebooks if n.made_from), "")

    @property
    def late(self) -> bool:
        """Whether it is known to be late."""
        return bool(self.late_seconds)

    @property
    def detail(self) -> str:
        """What there is to say about the submission, for the instructor."""
        return " ".join(filter(None, (self.record.detail, self.time_remark)))


def standings(
    classroom: Classroom, assignment: Assignment, records: Iterable[Record] | None = None
) -> list[Standing]:
    """Return where every student stands, ordered by id.

    Waivers, due date, extensions and the policy for late work are applied first, as they are now,
    so the gradebook says the same.

    Parameters
    ----------
    classroom : Classroom
    assignment : Assignment
    records : iterable of Record, optional
        Those of the run that has just ended; by default, and for everybody else, the journal's.
    """
    by_student = {record.student: record for record in not_handed_in(classroom, assignment, None)}
    journal = Journal(classroom.results(assignment.name))
    by_student |= {record.student: record for record in journal.all()}
    by_student |= {record.student: record for record in records or ()}
    with MarksWriter(classroom) as writer, held(classroom.root, assignment.name) as waivers:
        dates = {student: record.when for student, record in by_student.items() if record.run}
        writer.settle(assignment.name, dates, waivers, _read_notebooks(by_student.values()))
    known, names = entries(classroom, assignment.name), people(classroom)
    due = classroom.due(assignment.name) is not None
    late = Kept(classroom.results(assignment.name)).late()
    counting = classroom.counting(assignment)
    return [
        replace(
            _standing(by_student[student], known.get(student), counting, due, student in late),
            person=names.get(student, ("", "", "")),
        )
        for student in sorted(by_student)
    ]


def waiting_in_words(rows: Iterable[Standing]) -> str:
    """Say what waits for a person, and where a mark is that the marking page does not show."""
    counts = [(row.waiting - row.for_review, row.for_review) for row in rows]
    written, review = (sum(each) for each in zip(*counts, strict=True)) if counts else (0, 0)
    said = []
    if written or not review:
        said.append(f"{written} written {'answer waits' if written == 1 else 'answers wait'}")
    if review:
        marks = "mark of an exercise waits" if review == 1 else "marks of exercises wait"
        said.append(f"{review} {marks} for review in formgrader")
    return ". ".join(said)


def _read_notebooks(records: Iterable[Record]) -> set[tuple[str, str]]:
    """Return students and notebooks of theirs that were graded and could be read."""
    return {
        (record.student, notebook.notebook)
        for record in records
        for notebook in record.notebooks
        if record.run and notebook.state.read
    }


def _time_remark(record: Record, due: bool, late: bool) -> str:
    if not record.run or record.submitted or record.state == State.MISSING:
        return ""
    if record.time_problem:
        return f"{record.time_problem}. Whether it is late is not known."
    if not due:
        return ""
    if late:
        return "The platform calls it late, and does not say since when."
    return "No timestamp.txt came with it, so whether it is late is not known."


def _standing(
    record: Record, entry: Entry | None, counting: Sequence[str], due: bool, late: bool
) -> Standing:
    remark = _time_remark(record, due, late)
    if entry is None or (not record.state.read and not entry.by_hand):
        # No score is known, and a zero would say that one is.
        score = raw_score = penalty = None
    else:
        raw_score = sum(entry.scores.get(name, 0.0) for name in counting)
        penalty = sum(entry.penalties.get(name, 0.0) for name in counting)
        score = max(0.0, raw_score - penalty)
    cells = {
        (notebook.notebook, cell.grade_id): cell.points
        for notebook in record.notebooks
        for cell in notebook.cells
    }
    if entry is not None:
        cells = {key: entry.cells.get(key, points) for key, points in cells.items()}
    return Standing(
        student=record.student,
        record=record,
        status=record.state.value,
        score=score,
        raw_score=raw_score,
        penalty=penalty,
        max_score=sum(n.max_points for n in record.notebooks if n.notebook in counting),
        cells=cells if record.state.read else {},
        submitted=record.submitted,
        late_seconds=None if remark and due else entry.late_seconds if entry else 0.0,
        time_remark=remark,
        counting=counting,
    )


def write_csv(path: Path, assignment: str, rows: Iterable[Standing]) -> None:
    """Write ``grades.csv``: nbgrader's columns, and each student's status beside the score."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        values = (
            assignment,
            row.student,
            *row.person,
            row.status,
            row.raw_score,
            row.penalty,
            row.score,
            row.max_score,
            row.waiting,
            row.submitted,
            row.late_seconds if row.late_seconds is None else round(row.late_seconds),
            row.detail,
        )
        writer.writerow([cell(value) for value in values])
    write_whole(path, text.getvalue())


def cell(value: object) -> str:
    """Return a value as text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return f"{value:.10g}"
    return no_formula(one_line(str(value)))


def no_formula(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: with an apostrophe where one begins."""
    return _FORMULA.sub(r"\1'\2", text)
