"""A course of one tiny notebook, and everything around it that a submission must not reach."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.utils import determine_grade, is_grade

from imbalance_builder.execute import kernel_sockets
from imbalance_grader.notebook.engine import Engine
from imbalance_grader.notebook.results import CellResult, Graded
from imbalance_grader.notebook.source import read_source

# Words that stand only where a submission must not look.
HIDDEN_WORD = "HIDDEN-TEST-7f3a"
OTHERS_WORD = "OTHERS-ANSWER-91c4"
GRADES_WORD = "GRADEBOOK-55de"
SECRET_WORDS = (HIDDEN_WORD, OTHERS_WORD, GRADES_WORD)

CHECK_MEAN = f"""\
import statistics

from imbalance_lab.checks import Call, Exercise, Mistake, Trial, Trials, check

takes_the_median = Mistake("takes the median", "It is the middle.", wrong=statistics.median)
MEAN = Exercise("mean", "00", "Warm-up", ("values",), (takes_the_median,))
check(mean, MEAN).on([1, 2, 6]).gives(3)
### BEGIN HIDDEN TESTS
word = "{HIDDEN_WORD}"
trials = tuple(Trial(Call(([1, 5, 9, n],)), (15 + n) / 4) for n in range(3))
check(mean, MEAN).keeps_its_contract(Trials(trials))
### END HIDDEN TESTS
"""
CHECK_DOUBLE = """\
from imbalance_lab.checks import Exercise, check

check(double, Exercise("double", "00", "Warm-up", ("x",))).on(4).gives(8)
"""
CHECK_QUIZ = """\
from imbalance_lab.checks import Question, score_quiz
from imbalance_lab.checks.quiz import seal

score_quiz(quiz, seal("00", {n: Question("b", {"a": "No."}, "Warm-up") for n in (1, 2, 3)}))
"""

RIGHT = {
    "mean": "def mean(values):\n    return sum(values) / len(values)",
    "double": "def double(x):\n    return 2 * x",
    "quiz": 'quiz = {1: "b", 2: "b", 3: "b"}',
    "essay": "Because it is.",
}
POINTS = {"mean-check": 2.0, "double-check": 1.0, "quiz-check": 3.0, "essay": 4.0}


def solution(text: str) -> str:
    """Return the text of an answer cell in the instructor's notebook."""
    return f"### BEGIN SOLUTION\n{text}\n### END SOLUTION"


def about(grade_id: str, points: float | None = None, solution: bool = False) -> dict[str, Any]:
    """Return nbgrader's metadata of a cell."""
    grade = points is not None
    data = {
        "grade": grade,
        "grade_id": grade_id,
        "locked": grade and not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return {"nbgrader": data | ({"points": points} if grade else {})}


def source_notebook() -> nbformat.NotebookNode:
    """Return the instructor's notebook."""
    code, text = new_code_cell, new_markdown_cell
    cells = [
        text("# Warm-up"),
        code("print('hello')\nnumbers = [1, 2, 3]"),
        code(solution(RIGHT["mean"]), metadata=about("mean", solution=True)),
        code("mean([1, 2, 6])"),
        code(CHECK_MEAN, metadata=about("mean-check", 2)),
        code(solution(RIGHT["double"]), metadata=about("double", solution=True)),
        code(CHECK_DOUBLE, metadata=about("double-check", 1)),
        code(solution(RIGHT["quiz"]), metadata=about("quiz", solution=True)),
        code(CHECK_QUIZ, metadata=about("quiz-check", 3)),
        text("It is what it is.", metadata=about("essay", 4, solution=True)),
        code("print(numbers)"),
    ]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


@dataclass
class Course:
    """The folders of the course on disk."""

    root: Path

    @property
    def source(self) -> Path:
        """The instructor's notebook."""
        return self.root / "solutions" / "warm-up" / "lesson.ipynb"

    @property
    def gradebook(self) -> Path:
        """A database with grades."""
        return self.root / "gradebook.db"

    def submission(self, student: str) -> Path:
        """Return where a student's notebook lies."""
        return self.root / "submitted" / student / "warm-up" / "lesson.ipynb"

    def released(self) -> dict[str, Any]:
        """Return the student's version of the notebook, as JSON."""
        notebook = json.loads(self.source.read_text())
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"])
        released = read_source(self.source).released
        for cell in notebook["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id")
            if name in released:
                cell["source"] = released[name]
            if name == "mean-check":
                cell["source"] = cell["source"][: cell["source"].index("### BEGIN HIDDEN")]
        return notebook

    def answered(self, answers: dict[str, str]) -> dict[str, Any]:
        """Return the student's version with these answers, as JSON."""
        notebook = self.released()
        for cell in notebook["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id")
            if name in answers:
                cell["source"] = answers[name]
        return notebook

    def hand_in(self, student: str, notebook: Any) -> Path:
        """Write a submission: bytes as they are, text in UTF-8, anything else as JSON."""
        path = self.submission(student)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not isinstance(notebook, bytes | str):
            notebook = json.dumps(notebook)
        path.write_bytes(notebook if isinstance(notebook, bytes) else notebook.encode())
        return path

    def remove(self, student: str) -> None:
        """Delete a student's folder."""
        shutil.rmtree(self.root / "submitted" / student, ignore_errors=True)

    def contents(self) -> dict[str, tuple[str, bytes]]:
        """Return every file and link below the course, to see whether anything changed."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            if path.is_symlink():
                found[str(path)] = ("link", str(path.readlink()).encode())
            elif path.is_file():
                found[str(path)] = ("file", path.read_bytes())
        return found


def make_course(root: Path) -> Course:
    """Write the course into a folder that everyone on this machine may read and write.

    So only the sandbox keeps a submission out, and no file permission does its work for it.
    """
    course = Course(root)
    course.source.parent.mkdir(parents=True)
    nbformat.write(source_notebook(), course.source)
    database = sqlite3.connect(course.gradebook)
    database.execute("CREATE TABLE grade (student TEXT, auto_score REAL)")
    database.execute("INSERT INTO grade VALUES (?, 3)", (GRADES_WORD,))
    database.commit()
    database.close()
    course.hand_in("other", course.answered(RIGHT | {"double": f"# {OTHERS_WORD}"}))
    for path in (root, *root.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    return course


def grade(engine: Engine, course: Course, source: Path | None = None, **answers: str) -> Graded:
    """Grade a submission that is right but for these answers."""
    path = course.hand_in("ada", course.answered(RIGHT | answers))
    return engine.grade(source or course.source, path, "warm-up", "ada")


def cell(graded: Graded, grade_id: str) -> CellResult:
    """Return what came of a graded cell."""
    return next(each for each in graded.result.cells if each.grade_id == grade_id)


def changed_source(course: Course, folder: Path, change: Callable[[Any], Any]) -> Path:
    """Write the instructor's notebook with changed cells into another folder."""
    notebook = nbformat.read(course.source, as_version=4)
    change(notebook.cells)
    path = folder / "lesson.ipynb"
    nbformat.write(notebook, path)
    return path


def ordinary_user_command(program: list[str]) -> list[str]:
    """Return the command that runs a program as an ordinary user: nobody, where this is root.

    Python may lie in a folder that only root may enter; then nobody gets a view of the file
    system, its own and gone at the end, in which that folder is empty but for Python.
    """
    if os.geteuid() != 0:
        return program
    base = Path(sys.base_prefix).resolve()
    closed = [parent for parent in base.parents if not parent.stat().st_mode & 0o001]
    view = []
    if closed:
        top = closed[-1]
        view = [
            "mkdir -p /run/python && mount --bind " + shlex.quote(str(base)) + " /run/python",
            "mount -t tmpfs -o mode=755 none " + shlex.quote(str(top)),
            "mkdir -p " + shlex.quote(str(base)),
            "mount --bind /run/python " + shlex.quote(str(base)),
        ]
    drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *program]
    script = " && ".join([*view, "exec " + shlex.join(drop)])
    return ["unshare", "--mount", "sh", "-c", script]


def stock_points(course: Course, answers: dict[str, str]) -> dict[str, float | None]:
    """Run the notebook with its tests in one stock kernel, and let nbgrader read its outputs."""
    notebook = nbformat.read(course.source, as_version=4)
    texts = read_source(course.source).released | answers
    for each in notebook.cells:
        name = each.metadata.get("nbgrader", {}).get("grade_id")
        each.source = texts.get(name, each.source)
    return _run_in_stock(course, notebook)


def stock_points_of(course: Course, submission: dict[str, Any]) -> dict[str, float | None]:
    """Do the same to a whole submission, in which the checks are the instructor's again."""
    notebook = nbformat.from_dict(submission)
    sources = {each.grade_id: str(each.cell["source"]) for each in read_source(course.source).cells}
    for each in notebook.cells:
        if is_grade(each) and each.cell_type == "code":
            each.source = sources[each.metadata.nbgrader.grade_id]
    return _run_in_stock(course, notebook)


def _run_in_stock(course: Course, notebook: nbformat.NotebookNode) -> dict[str, float | None]:
    with tempfile.TemporaryDirectory() as folder, kernel_sockets() as sockets:
        settings = {"allow_errors": True, "timeout": 60, "config": sockets}
        resources = {"metadata": {"path": folder}}  # submissions may write files
        NotebookClient(notebook, resources=resources, **settings).execute()
    released = {each.grade_id: each for each in read_source(course.source).cells}
    points = {}
    for each in notebook.cells:
        if is_grade(each):
            name = each.metadata.nbgrader.grade_id
            known = released[name].cell["metadata"]["nbgrader"]
            each.metadata.nbgrader.checksum = known["checksum"]
            points[name] = determine_grade(each)[0]
    return points
