"""Every lesson: the same gradebook as from nbgrader, whatever is handed in.

Two halves of a solved lesson are compared, so that each exercise is solved in one and untouched in
the other; each commit draws one lesson for it, and a few whose whole solution gets full marks, the
long tests take all. Solved, untouched, and submission number k with the k-th known answer to each
exercise make a class that holds all known right and wrong ones; it takes minutes a lesson, so it
belongs to the long tests, and each commit draws a few submissions of the shortest lesson.
Of the cells that carry no answer and no points only imports and functions are left, for both
graders, which would otherwise take an hour for experiments that nbval has run already;
`test_autograde`, one of the long tests, sends whole lessons through nbgrader.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import pkgutil
import shutil
from pathlib import Path

import answers as collected
import nbformat
import pytest
from class_run_helpers import dump_gradebook
from course import Course
from drawn import drawn
from released import ROOT, exercises_only, fill_in, points, solution_cells

from imbalance_grader import cli
from imbalance_grader.notebook.engine import Engine
from imbalance_grader.notebook.results import State
from imbalance_grader.sample_class import answer_text

ANSWERS = {
    module.answers.notebook: module
    for module in (
        importlib.import_module(f"answers.{found.name}")
        for found in pkgutil.iter_modules(collected.__path__)
    )
}


NOTEBOOKS = sorted(ANSWERS)  # of which every one that is graded has some
QUICK = "00-start-here/start-here"
# Exercises that use the answer of the one before: in a half they are solved in vain.
BUILT_ON_ANOTHER = {"smote-check", "promise-check"}


HALVES_OF = drawn(NOTEBOOKS, 1, "halves")
WHOLE = drawn(NOTEBOOKS, 5, "whole")


def case(notebook: str, *more: pytest.MarkDecorator):
    marks = (pytest.mark.torch, *more) if notebook.endswith("-pytorch") else more
    return pytest.param(notebook, marks=marks)


def unless_in(this_commits: list[str], notebook: str) -> list[pytest.MarkDecorator]:
    return [] if notebook in this_commits else [pytest.mark.long]


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


def halves(notebook: str) -> dict[str, list[str]]:
    """Return which answers each of two submissions holds: every other one."""
    names = list(solution_cells(notebook))
    return {f"half-{k}": names[k::2] for k in range(2)}


def all_known(notebook: str) -> dict[str, nbformat.NotebookNode]:
    """Return submissions that hold every known answer, a solved and an untouched one."""
    answers = {
        f"answers-{number}": fill_in(notebook, answers=given)
        for number, given in enumerate(known_answers(ANSWERS[notebook]))
    }
    return answers | {"solved": fill_in(notebook, None), "untouched": fill_in(notebook)}


def assert_same_gradebook(
    notebook: str, submissions: dict[str, nbformat.NotebookNode], folder: Path, *limits: str
) -> dict[str, float]:
    """Grade with both; return the points that nbgrader's own run gave each student."""
    assignment, name = notebook.split("/")
    course = Course.of(assignment, folder=folder)
    for path in (course.root / "solutions" / assignment).glob("*.ipynb"):
        if path.stem == name:
            nbformat.write(exercises_only(nbformat.read(path, as_version=4)), path)
        else:
            path.unlink()
    course.nbgrader("generate_assignment", assignment)
    for student, submission in submissions.items():
        submitted = course.root / "submitted" / student / assignment
        submitted.mkdir(parents=True)
        nbformat.write(exercises_only(submission), submitted / f"{name}.ipynb")
    theirs = Course(Path(shutil.copytree(course.root, folder / "theirs")), course.exchange)
    theirs.nbgrader("autograde", assignment, "--Execute.shutdown_kernel=immediate")
    command = ["assignment", assignment, "--course", str(course.root), "--quiet", "--json"]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        code = cli.main([*command, *limits])
    told = json.loads(printed.getvalue())["submissions"]
    # Before the points, so that a failure says which answer was stopped, and why.
    assert {t["student"]: (t["status"], t["detail"]) for t in told} == dict.fromkeys(
        submissions, ("graded", "")
    )
    assert code == 0

    ours, stock = (dump_gradebook(c.root / "gradebook.db") for c in (course, theirs))
    assert len(stock["submissions"]) == len(submissions)
    for table in stock:
        assert ours[table] == stock[table], table
    given = dict.fromkeys(submissions, 0.0)
    for student, _, _, automatic, *_ in stock["grades"]:
        given[student] += automatic or 0.0
    return given


@pytest.mark.usefixtures("engine_of_the_command")
@pytest.mark.parametrize(
    "notebook",
    [case(name, *unless_in(HALVES_OF, name)) for name in NOTEBOOKS],
)
def test_solved_or_not_gets_the_same_points(notebook: str, tmp_path: Path) -> None:
    solved = halves(notebook)
    submissions = {student: fill_in(notebook, names) for student, names in solved.items()}
    given = assert_same_gradebook(notebook, submissions, tmp_path)
    worth = {k: v for k, v in points(notebook).items() if k not in BUILT_ON_ANOTHER}
    assert sum(given.values()) == sum(worth.values()) > 0
    assert given == {
        student: sum(worth.get(f"{name}-check", 0) for name in names)
        for student, names in solved.items()
    }


OPTIONS = ("--limit", "call_seconds=120", "--limit", "wall_seconds=600")


@pytest.mark.long
@pytest.mark.usefixtures("engine_of_the_command")
@pytest.mark.parametrize("notebook", [case(name) for name in NOTEBOOKS])
def test_every_known_answer_gets_the_same_points(notebook: str, tmp_path: Path) -> None:
    given = assert_same_gradebook(notebook, all_known(notebook), tmp_path, *OPTIONS)
    assert given["solved"] == sum(points(notebook).values())
    assert given["untouched"] == 0


@pytest.mark.usefixtures("engine_of_the_command")
def test_known_answers_get_the_same_points(tmp_path: Path) -> None:
    known = all_known(QUICK)
    some = [*drawn(sorted(known.keys() - {"solved", "untouched"}), 2, "known"), "untouched"]
    given = assert_same_gradebook(QUICK, {name: known[name] for name in some}, tmp_path, *OPTIONS)
    assert given["untouched"] == 0


@pytest.mark.parametrize("notebook", [case(name, *unless_in(WHOLE, name)) for name in NOTEBOOKS])
def test_a_whole_solved_lesson_gets_full_marks(
    notebook: str, engine: Engine, tmp_path: Path
) -> None:
    """With all of its text and within the usual limits: PyTorch alone maps more than all else."""
    assignment, name = notebook.split("/")
    source = ROOT / "solutions" / f"{notebook}.ipynb"
    path = tmp_path / f"{name}.ipynb"
    nbformat.write(fill_in(notebook, None), path)
    result = engine.grade(source, path, assignment, "ada").result
    assert (result.state, result.detail) == (State.GRADED, "")
    graded = [cell for cell in result.cells if cell.kind == "graded"]
    assert [cell.points for cell in graded] == [cell.max_points for cell in graded]
