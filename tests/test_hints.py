"""Help in steps: two hints for every exercise, opened one by one, that give no answer away."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from released import ROOT, solution_cells
from test_progress import KEY, STUB, WRONG, graded_cell, kept, lesson, run  # noqa: F401

from imbalance_lab.progress.course import course
from imbalance_lab.progress.hint_texts import hints_for, invitation, name_of

TASKS = [
    (notebook.name, task)
    for notebook in course()
    for task in notebook.tasks
    if not task.key.endswith("/quiz")
]
# Names of functions that are words of the language too, and tell nothing.
WORDS = {"fit", "loss", "mean", "split", "step", "sum", "where"}
CALL = "from imbalance_lab.progress import hint; hint('majority_accuracy')"


def solution(notebook: str, key: str) -> tuple[str, str]:
    """Return what students see of an answer's cell, and the code that solves it."""
    text = solution_cells(notebook)[key.rpartition("/")[2]]
    shown, _, rest = text.partition("### BEGIN SOLUTION")
    return shown, rest.partition("### END SOLUTION")[0]


def called_in(code: str) -> set[str]:
    """Return the functions and methods that some code calls."""
    calls = [n.func for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Call)]
    names = [f.attr for f in calls if isinstance(f, ast.Attribute)]
    return {*names, *(f.id for f in calls if isinstance(f, ast.Name))}


@pytest.mark.parametrize(("notebook", "task"), TASKS, ids=[task.key for _, task in TASKS])
def test_two_hints_that_differ_and_hold_nothing_of_the_solution(notebook: str, task) -> None:
    first, second = hints_for(name_of(task))
    assert first != second
    shown, code = solution(notebook, task.key)
    indented = "\n".join(line for line in code.splitlines() if line.strip())
    told = called_in("if True:\n" + indented) - set(re.findall(r"\w+", shown)) - WORDS
    for text in (first, second):
        assert 60 <= len(text) <= 420
        assert text[0].isupper()
        assert text[-1] in ".?"
        assert not re.search(r"[=*/^<>\[\]{}\\]|\w\(|\bnp\b", text), "code or a formula"
        assert not told & set(re.findall(r"\w+", text)), "a function of the solution"


def test_hints_open_one_by_one_and_never_before_a_try(lesson: Path) -> None:  # noqa: F811
    first, second = hints_for("majority_accuracy")
    check = graded_cell("majority-accuracy")
    shown = run(lesson, STUB, check, CALL, WRONG, check, CALL, CALL, CALL)
    assert shown[2] == [
        "Hints for majority_accuracy open once its check has failed."
        " Write an answer and run the check."
    ]
    task = next(task for _, task in TASKS if task.key == KEY)
    assert shown[4][-1] == invitation(task, 0)
    assert shown[5] == [f"Hint 1 of 2 for majority_accuracy: {first}"]
    assert shown[6] == shown[7] == [*shown[5], f"Hint 2 of 2 for majority_accuracy: {second}"]
    assert kept(lesson)[KEY].hints == 2
    again = run(lesson, "from imbalance_lab.checks import check\n" + CALL)  # the next day
    assert again == [shown[7]]


def test_the_exercise_its_function_and_its_name_open_the_same(lesson: Path) -> None:  # noqa: F811
    imports = "from imbalance_lab.exercises.accuracy_paradox import MAJORITY_ACCURACY\n"
    names = ("majority_accuracy", "MAJORITY_ACCURACY", "'majority_accuracy '", "1", "'no'")
    calls = [CALL.replace("'majority_accuracy'", what) for what in names]
    shown = run(lesson, imports + WRONG, graded_cell("majority-accuracy"), *calls)
    assert [len(each) for each in shown[2:5]] == [1, 2, 2]
    assert shown[5:] == [["ValueError"], ["ValueError"]]


def test_where_no_person_runs_the_cell_no_hint_is_shown(lesson: Path) -> None:  # noqa: F811
    shown = run(lesson, WRONG, graded_cell("majority-accuracy"), CALL, student=False)
    assert shown[2] == []
    assert not list(lesson.parents[1].rglob("*my-progress*"))


def test_hints_work_where_no_file_is_kept(lesson: Path) -> None:  # noqa: F811
    shown = run(lesson, WRONG, graded_cell("majority-accuracy"), CALL, IMBALANCE_LAB_PROGRESS="off")
    assert shown[2][0].startswith("Hint 1 of 2")


def test_every_hint_belongs_to_an_exercise() -> None:
    text = (ROOT / "imbalance_lab" / "exercises" / "hints.toml").read_text(encoding="utf-8")
    named = re.findall(r"^\[(\w+)\]$", text, re.MULTILINE)
    assert sorted(named) == sorted(name_of(task) for _, task in TASKS)
