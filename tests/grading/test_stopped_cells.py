"""Cells that use up their time cost the other cells nothing, however many they are."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from engine_course import about, solution
from nbformat.v4 import new_code_cell, new_notebook

from imbalance_grader.notebook.engine import Engine
from imbalance_grader.notebook.results import Graded, Limits

# Less in all than three cells that are stopped take, with what it takes to end them.
LIMITS = Limits(wall_seconds=5, cpu_seconds=2, call_seconds=1, judging_seconds=1)
EXERCISES = [f"double_{number:02}" for number in range(13)]
CHECK = """\
from imbalance_lab.checks import Call, Exercise, check

exercise = Exercise("{0}", "00", "Warm-up", ("x",))
law = lambda value, x: value == 8 or sum(range(10**10)) > 0
check({0}, exercise).satisfies(law, [Call((4,))])
"""
RIGHT = "def {0}(x):\n    return 2 * x"
STOPPED = {
    "loop": "def {0}(x):\n    while True: pass",
    "loop below a right answer": RIGHT + "\n\n\nwhile True: pass",
    "loop that cannot be interrupted": "def {0}(x):\n    while True:\n        try:\n"
    "            while True: pass\n        except BaseException: pass",
    "loop that goes on in a thread": "import threading\n\n\ndef {0}(x):\n"
    "    def on():\n        while True: pass\n    threading.Thread(target=on).start()\n    on()",
    "value that keeps the judge": "def {0}(x):\n    return 7",
    "exit": "import os\n\n\ndef {0}(x):\n    os._exit(1)",
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cells = []
    for name in EXERCISES:
        answer = solution(RIGHT.format(name))
        cells.append(new_code_cell(answer, metadata=about(name, solution=True)))
        cells.append(new_code_cell(CHECK.format(name), metadata=about(f"{name}-check", 1)))
    path = tmp_path_factory.mktemp("thirteen") / "lesson.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    return path


def graded(engine: Engine, source: Path, folder: Path, answers: dict[str, str]) -> Graded:
    """Grade a submission that is right but for these answers."""
    notebook = json.loads(source.read_text())
    for cell in notebook["cells"]:
        name = cell["metadata"]["nbgrader"]["grade_id"]
        if name in EXERCISES:
            cell["source"] = answers.get(name, RIGHT).format(name)
    path = folder / "lesson.ipynb"
    path.write_text(json.dumps(notebook))
    return engine.grade(source, path, "warm-up", "ada")


def points(graded: Graded) -> dict[str, float | None]:
    return {cell.grade_id.removesuffix("-check"): cell.points for cell in graded.result.cells}


def expect_the_rest_is_right(found: Graded, answers: dict[str, str]) -> None:
    right = {name: 1.0 for name in EXERCISES if name not in answers}
    assert {name: earned for name, earned in points(found).items() if name in right} == right
    # What stands above a loop counts where the machine is quick enough to interrupt that.
    wrong = [name for name, answer in answers.items() if not answer.startswith(RIGHT)]
    assert not any(points(found)[name] for name in wrong)
    assert all(name in found.result.detail for name in answers)
    assert not any(name in found.result.detail for name in EXERCISES if name not in answers)


MIXED = {
    "the student's process": [kind for kind in STOPPED if "judge" not in kind],
    "the judge": ["loop", "value that keeps the judge", "exit", "value that keeps the judge"],
}


@pytest.mark.parametrize("what", MIXED)
def test_answers_that_are_stopped_leave_those_that_are_right(
    what: str, engine: Engine, source: Path, tmp_path: Path
) -> None:
    """Where a judge has to be ended too, the next one does not wait for the loop again."""
    answers = {name: STOPPED[kind] for name, kind in zip(EXERCISES[::2], MIXED[what], strict=False)}
    expect_the_rest_is_right(graded(engine, source, tmp_path, answers), answers)


@pytest.mark.long
@pytest.mark.parametrize("kind", STOPPED)
def test_three_of_a_kind_leave_ten_that_are_right(
    kind: str, engine: Engine, source: Path, tmp_path: Path
) -> None:
    answers = dict.fromkeys(EXERCISES[:3], STOPPED[kind])
    expect_the_rest_is_right(graded(engine, source, tmp_path, answers), answers)


@pytest.mark.long
def test_a_submission_that_is_stopped_everywhere_is_done_in_bounded_time(
    engine: Engine, source: Path, tmp_path: Path
) -> None:
    answers = dict.fromkeys(EXERCISES, STOPPED["loop that cannot be interrupted"])
    found = graded(engine, source, tmp_path, answers)
    assert points(found) == dict.fromkeys(EXERCISES, 0.0)
    most = LIMITS.wall_seconds + 2 * LIMITS.call_seconds * len(EXERCISES)
    assert found.result.seconds < most + 5
