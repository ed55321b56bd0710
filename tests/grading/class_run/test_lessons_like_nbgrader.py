"""Every lesson, and every known right and wrong answer: the same gradebook as from nbgrader.

Submission number k holds the k-th known answer to each exercise of a lesson, so the class of a
lesson holds them all; beside it stand a solved and an untouched lesson. Of the cells that carry no
answer and no points only the imports are left: whole lessons go through nbgrader in
`test_autograde`, and this would take an hour of experiments.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import shutil
from pathlib import Path

import answers as collected
import nbformat
import pytest
from class_run_helpers import dump_gradebook
from course import Course
from released import fill_in

from imbalance_lab.grading import cli
from imbalance_lab.grading.sample_class import answer_text

NOTEBOOKS = {
    module.answers.notebook: module
    for module in (
        importlib.import_module(f"answers.{found.name}")
        for found in pkgutil.iter_modules(collected.__path__)
    )
}


def known_answers(module) -> list[dict[str, str]]:
    """Return the text of the answer cells of each submission, by grade id."""
    by_exercise: dict[str, list] = {}
    for answer in module.answers.all:
        by_exercise.setdefault(answer.exercise, []).append(answer)
    most = max(len(known) for known in by_exercise.values())
    return [
        {
            exercise.replace("_", "-"): answer_text(module, exercise, known[k % len(known)])
            for exercise, known in by_exercise.items()
        }
        for k in range(most)
    ]


def reduce(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Leave of every other code cell its imports only."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and "nbgrader" not in cell.metadata:
            kinds = ast.Import | ast.ImportFrom
            kept = [part for part in ast.parse(cell.source).body if isinstance(part, kinds)]
            cell.source = "\n".join(map(ast.unparse, kept))
            cell.outputs = []
    return notebook


@pytest.mark.parametrize("notebook", sorted(NOTEBOOKS))
def test_every_answer_gets_the_same_points(notebook: str, tmp_path: Path) -> None:
    assignment, name = notebook.split("/")
    course = Course.of(assignment, folder=tmp_path)
    for path in (course.root / "solutions" / assignment).glob("*.ipynb"):
        if path.stem == name:
            nbformat.write(reduce(nbformat.read(path, as_version=4)), path)
        else:
            path.unlink()
    course.nbgrader("generate_assignment", assignment)
    submissions = {"solved": fill_in(notebook, None), "untouched": fill_in(notebook)}
    for number, given in enumerate(known_answers(NOTEBOOKS[notebook])):
        submissions[f"answers-{number}"] = fill_in(notebook, answers=given)
    for student, submission in submissions.items():
        folder = course.root / "submitted" / student / assignment
        folder.mkdir(parents=True)
        nbformat.write(reduce(submission), folder / f"{name}.ipynb")
    theirs = Course(Path(shutil.copytree(course.root, tmp_path / "theirs")), course.exchange)
    theirs.nbgrader("autograde", assignment)
    command = ["assignment", assignment, "--course", str(course.root), "--quiet"]
    assert cli.main([*command, "--limit", "call_seconds=120", "--limit", "wall_seconds=600"]) < 2

    ours, stock = (dump_gradebook(c.root / "gradebook.db") for c in (course, theirs))
    assert len(stock["submissions"]) == len(submissions)
    for table in stock:
        assert ours[table] == stock[table], table
