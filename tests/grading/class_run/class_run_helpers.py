"""What the tests of the class run share: a toy course, its submissions, a pretended engine."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.utils import compute_checksum, is_grade, is_solution

from imbalance_grader.class_run.workers import LocalWorkers
from imbalance_grader.notebook.results import CellResult, CellTime, Graded, NotebookResult, State

ASSIGNMENT = "01-toy"
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "toy"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "lessons"
c.CourseDirectory.solution_directory = "build/solution"
c.NbGraderAPI.Autograde.exporter_class = "imbalance_grader.formgrader.Autograde"
c.NbGraderAPI.GenerateFeedback.exporter_class = "imbalance_grader.formgrader.Feedback"
"""
RIGHT = "def double(x):\n    return 2 * x"
HALF = "def half(x):\n    return x / 2"
WORDS = "Because the common class alone decides."


def _meta(grade_id: str, points: float = 0, grade: bool = False, solution: bool = False) -> dict:
    return {
        "nbgrader": {
            "grade_id": grade_id,
            "points": points,
            "grade": grade,
            "solution": solution,
            "locked": grade and not solution,
            "schema_version": 3,
            "task": False,
        }
    }


def toy_notebook() -> nbformat.NotebookNode:
    """Return an instructor's notebook: two exercises, a quiz, one written answer."""
    answer = "### BEGIN SOLUTION\n{}\n### END SOLUTION"
    test = (
        "from imbalance_lab.checks import Exercise, check\n\n"
        '{0} = Exercise("{1}", "01", "Warm-up", ("x",))\n'
        "check({1}, {0}).on(2).gives({2})\n"
        "### BEGIN HIDDEN TESTS\ncheck({1}, {0}).on(7).gives({3})\n### END HIDDEN TESTS"
    )
    quiz = (
        "from imbalance_lab.checks import Question, score_quiz\n"
        "from imbalance_lab.checks.quiz import seal\n\n"
        'wrong = {letter: "No." for letter in "ad"}\n'
        'questions = {1: Question("b", wrong, "Warm-up"), 2: Question("c", wrong, "Warm-up")}\n'
        'score_quiz(answers, seal("01", questions))'
    )
    nb = new_notebook(
        cells=[
            new_markdown_cell("# How can a toy be graded?", id="title"),
            new_code_cell("import math", id="imports"),
            new_code_cell(answer.format(RIGHT), metadata=_meta("double", solution=True), id="a1"),
            new_code_cell(
                test.format("DOUBLE", "double", 4, 14),
                metadata=_meta("test-double", 2, grade=True),
                id="t1",
            ),
            new_code_cell(answer.format(HALF), metadata=_meta("half", solution=True), id="a2"),
            new_code_cell(
                test.format("HALF", "half", 1, 3.5),
                metadata=_meta("test-half", 3, grade=True),
                id="t2",
            ),
            new_code_cell(
                "### BEGIN SOLUTION\nanswers = {1: 'b', 2: 'c'}\n### END SOLUTION",
                metadata=_meta("quiz", solution=True),
                id="a3",
            ),
            new_code_cell(quiz, metadata=_meta("test-quiz", 2, grade=True), id="t3"),
            new_markdown_cell(
                WORDS, metadata=_meta("reflection", 3, grade=True, solution=True), id="w1"
            ),
        ]
    )
    nb.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    return nb


@dataclass
class Course:
    """The toy course of a test."""

    root: Path

    def submit(
        self,
        student: str,
        double: str = RIGHT,
        half: str = HALF,
        quiz: str = "answers = {1: 'b', 2: 'c'}",
        reflection: str = WORDS + " And so on.",
        timestamp: str | None = "2026-03-01 12:00:00 UTC",
    ) -> Path:
        """Hand in a notebook with these answers."""
        from nbgrader.preprocessors import ClearHiddenTests

        nb = toy_notebook()
        answers = {"double": double, "half": half, "quiz": quiz, "reflection": reflection}
        for cell in nb.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            if grade_id in answers:
                cell.source = answers[grade_id]
            ClearHiddenTests()._remove_hidden_test_region(cell)
            if "nbgrader" in cell.metadata:
                cell.metadata.nbgrader["cell_type"] = cell.cell_type
                cell.metadata.nbgrader["checksum"] = compute_checksum(cell)
        folder = self.root / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(nb, folder / "toy.ipynb")
        if timestamp is not None:
            (folder / "timestamp.txt").write_text(timestamp)
        (folder / "submission_secret.txt").write_text(f"secret-of-{student}")
        return folder / "toy.ipynb"

    def gradebook(self) -> dict[str, list[tuple]]:
        """Return all that the gradebook says about submissions, without its random ids."""
        return dump_gradebook(self.root / "gradebook.db")


def another_notebook(path: Path, name: str) -> Path:
    """Write a second notebook beside one, the same but for the names of its graded cells."""
    other = path.with_name(name)
    text = path.read_text().replace('"test-', '"other-')
    other.write_text(text.replace('"reflection"', '"other-reflection"'))
    return other


def dump_gradebook(path: Path) -> dict[str, list[tuple]]:
    queries = {
        "submissions": """
            select s.student_id, a.name, s.timestamp from submitted_assignment s
            join assignment a on a.id = s.assignment_id""",
        "notebooks": """
            select s.student_id, n.name, sn.flagged, sn.late_submission_penalty
            from submitted_notebook sn join notebook n on n.id = sn.notebook_id
            join submitted_assignment s on s.id = sn.assignment_id""",
        "grades": """
            select s.student_id, n.name, c.name, g.auto_score, g.manual_score, g.extra_credit,
                g.needs_manual_grade
            from grade g join base_cell c on c.id = g.cell_id
            join submitted_notebook sn on sn.id = g.notebook_id
            join notebook n on n.id = sn.notebook_id
            join submitted_assignment s on s.id = sn.assignment_id""",
        "comments": """
            select s.student_id, n.name, c.name, k.auto_comment, k.manual_comment
            from comment k join base_cell c on c.id = k.cell_id
            join submitted_notebook sn on sn.id = k.notebook_id
            join notebook n on n.id = sn.notebook_id
            join submitted_assignment s on s.id = sn.assignment_id""",
    }
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return {
            name: sorted(connection.execute(query).fetchall(), key=repr)
            for name, query in queries.items()
        }


class PretendedEngine:
    """Judges an answer by its text alone, quickly and always the same."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.graded: list[str] = []

    def grade(
        self,
        source: Path,
        submission: Path | None,
        assignment: str,
        student: str,
        beside: Mapping[str, str] | None = None,
    ) -> Graded:
        time.sleep(self.seconds)
        self.graded.append(student)
        nb = nbformat.read(source, as_version=4)
        submission = submission if submission and submission.exists() else None
        text = submission.read_text() if submission else ""
        state, answers = State.GRADED, {}
        if submission is None:
            state = State.MISSING
        else:
            try:
                handed_in = nbformat.reads(text, as_version=4)
                answers = {
                    cell.metadata.nbgrader["grade_id"]: cell.source
                    for cell in handed_in.cells
                    if is_solution(cell)
                }
            except nbformat.reader.NotJSONError:
                state = State.MALFORMED
        if "GRADER FAILS" in text:
            raise RuntimeError("the pretended engine has a fault")
        if "while True" in text:
            state = State.TIMED_OUT
        cells = []
        for position, cell in enumerate(nb.cells):
            if is_solution(cell):
                cell.source = answers.get(cell.metadata.nbgrader["grade_id"], cell.source)
            if is_grade(cell):
                cells.append(self._judge(cell, nb.cells[position - 1], state))
        result = NotebookResult(
            assignment,
            source.stem,
            student,
            state,
            tuple(cells),
            detail="" if state == State.GRADED else f"It ended {state.value}.",
            seconds=0.1,
            cpu_seconds=0.1,
            slowest=(CellTime("import math", 0.05),),
        )
        readable = state.read
        return Graded(result, nb if readable else None)

    def _judge(self, cell, answer, state: State) -> CellResult:
        meta = cell.metadata.nbgrader
        name, points = meta["grade_id"], float(meta["points"])
        if is_solution(cell):
            return CellResult(name, None, points, "written")
        if state != State.GRADED:
            return CellResult(name, 0.0, points, "graded", "Not scored.", answer_missing=True)
        if "WRONG" not in answer.source:
            return CellResult(name, points, points, "graded", seconds=0.01)
        message = f"{name}: not right yet.\n\n  came      <b>5</b>\n"
        if "SAYS" in answer.source:
            message += answer.source.split("SAYS")[1].encode().decode("unicode_escape")
        cell.outputs = [new_output("stream", text=message)]
        mistake = "the baseline is forgotten" if "MISTAKE" in answer.source else ""
        return CellResult(name, 0.0, points, "graded", message, mistake, 0.01)


def crew_of(engine: PretendedEngine, jobs: int = 2):
    """Return a crew for `grade_class` around a pretended engine."""

    @contextlib.contextmanager
    def crew() -> Iterator[LocalWorkers]:
        workers = LocalWorkers(engine, jobs)
        try:
            yield workers
        finally:
            workers.close()

    return crew
