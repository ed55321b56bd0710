"""Write what came of a submission: graded notebook, marks, and last its record in the journal."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

import nbformat

from imbalance_grader.class_run.workers import Outcome, code_fingerprint
from imbalance_grader.course.classroom import Assignment, Classroom
from imbalance_grader.course.gradebook import Marks, MarksWriter
from imbalance_grader.course.handed_in import SECRET, TIMESTAMP, HandedIn
from imbalance_grader.course.journal import Journal, Record, clear_leftovers, write_whole
from imbalance_grader.course.marks import judged, judged_key
from imbalance_grader.notebook import variant
from imbalance_grader.notebook.engine import MachineError
from imbalance_grader.notebook.results import Graded, State
from imbalance_grader.texts.aside import Aside
from imbalance_grader.texts.clean import Cleaner
from imbalance_oracles import secret


def fingerprint(assignment: Assignment, student: str, handed_in: HandedIn) -> str:
    """Return a digest of all that decides a grade: submission, instructor's notebook, checks."""
    parts = [assignment.fingerprint, handed_in.fingerprint, code_fingerprint(), secret.current()]
    parts += variant.fingerprints(student, assignment.name)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def unread(assignment: Assignment, student: str, state: State, detail: str) -> Record:
    """Return the record of a submission of which nothing could be read."""
    names = assignment.notebooks
    return Record(student, tuple(assignment.unread(name, student, state, detail) for name in names))


class Settler:
    """Settles one submission after another. Use it in a ``with`` statement.

    Parameters
    ----------
    classroom : Classroom
    journal : Journal
    run : str
        Id of the run.
    """

    def __init__(self, classroom: Classroom, journal: Journal, run: str) -> None:
        self._classroom = classroom
        self._journal = journal
        self._run = run
        self._held = contextlib.ExitStack()

    def __enter__(self) -> Settler:
        self._marks = self._held.enter_context(MarksWriter(self._classroom))
        self._cleaner = Cleaner(self._held.enter_context(Aside("imbalance_grader.texts.harmless")))
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def settle(self, outcome: Outcome) -> Record:
        """Write what came of one submission and return its record; a fault stays with it alone."""
        failure = outcome.failure
        if failure is None:
            try:
                return self._write(outcome)
            except Exception as raised:
                failure = raised
        detail = f"The grader itself failed ({type(failure).__name__}: {failure})"
        if isinstance(failure, MachineError):
            detail = str(failure)
        task, detail = outcome.task, f"{detail}; the next run tries again."
        return unread(task.assignment, task.submission.student, State.CRASHED, detail)

    def _write(self, outcome: Outcome) -> Record:
        assignment, student = outcome.task.assignment, outcome.task.submission.student
        record = Record(
            student=student,
            notebooks=tuple(graded.result for graded in outcome.graded),
            fingerprint=fingerprint(assignment, student, outcome.handed_in),
            run=self._run,
            submitted=outcome.handed_in.stamp.iso,
            time_problem=outcome.handed_in.stamp.problem,
            judged=judged(assignment, outcome.graded),
        )
        before = self._journal.read(student)
        same = dict(set(record.judged.items()) & set(before.judged.items() if before else ()))
        self._write_notebooks(outcome)
        marks = {graded.result.notebook: _marks(graded, same) for graded in outcome.graded}
        self._marks.write(assignment.name, student, record.when, marks)
        self._journal.write(record)
        return record

    def _write_notebooks(self, outcome: Outcome) -> None:
        """Write what formgrader opens, clean, and readable only, as nbgrader leaves it."""
        task, handed_in = outcome.task, outcome.handed_in
        folder = self._classroom.path("autograded", task.submission.student, task.assignment.name)
        folder.mkdir(parents=True, exist_ok=True)
        clear_leftovers(folder)
        mode = 0o664 if self._classroom.coursedir.groupshared else 0o444
        for name, text in ((TIMESTAMP, handed_in.stamp.text), (SECRET, handed_in.secret)):
            _write_or_remove(folder / name, text, mode)
        for graded in outcome.graded:
            name = graded.result.notebook
            text = ""
            if graded.notebook is not None:
                own = own_texts(task.assignment.source(name))
                contents = handed_in.papers[name].contents
                text = nbformat.writes(self._cleaner.clean(graded.notebook, own, contents))
            _write_or_remove(folder / f"{name}.ipynb", text, mode)


@lru_cache(maxsize=32)
def own_texts(source: Path) -> frozenset[str]:
    """Return the texts of an instructor's notebook, which every graded notebook holds."""
    return frozenset(cell.source for cell in nbformat.read(source, as_version=4).cells)


def _marks(graded: Graded, same: Collection[str]) -> Marks:
    result = graded.result
    return Marks(
        {cell.grade_id: cell.points for cell in result.cells},
        graded.notebook,
        {cell.grade_id for cell in result.cells if judged_key(result, cell) in same},
    )


def _write_or_remove(path: Path, text: str, mode: int) -> None:
    if text:
        write_whole(path, text, mode, lasting=path.suffix == ".ipynb")
    else:
        path.unlink(missing_ok=True)
