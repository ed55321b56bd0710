"""A value that costs the judge too much costs its own cell, which says so, and no other."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from engine_course import POINTS, Course, cell, changed_source, grade, make_course

from imbalance_grader.notebook.engine import Engine
from imbalance_grader.notebook.results import Graded, Limits, State

LIMITS = Limits(memory_bytes=400 << 20, wall_seconds=40, cpu_seconds=20, call_seconds=4)

# Each judges by a property that is dear for values that are larger than anybody thought of.
LAW = """\
import os

import numpy as np

from imbalance_lab.checks import Call, Exercise, check


def law(value, values):
    return {body}


check(mean, Exercise("mean", "00", "Warm-up", ("values",))).satisfies(law, [Call(([1, 2],))])
"""
EARNS = """\
import numpy as np

from imbalance_lab.checks import Call, Credit, Exercise, check

by = lambda values: Credit(1, str(np.subtract.outer(values[0], values[0]).shape))
check(mean, Exercise("mean", "00", "Warm-up", ("values",))).earns(2, by, [Call(([1, 2],))])
"""
MANY = "import numpy as np\n\n\ndef mean(values):\n    return np.zeros({})"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_course(tmp_path_factory.mktemp("engine") / "course")


def judged(
    engine: Engine, course: Course, folder: Path, check: str, answer: str, **limits: float
) -> Graded:
    """Grade an answer by a check of this text."""
    engine.limits = replace(LIMITS, **limits)
    source = changed_source(course, folder, lambda cells: cells[4].update(source=check))
    return grade(engine, course, source, mean=answer)


def expect_only_this_cell_lost(graded: Graded, state: State, words: str) -> None:
    points = {each.grade_id: each.points for each in graded.result.cells}
    assert points == POINTS | {"mean-check": 0.0, "essay": None}
    assert words in cell(graded, "mean-check").message
    assert graded.result.state is state
    assert f"mean-check: {words}" in graded.result.detail
    assert graded.notebook is not None
    (shown,) = graded.notebook.cells[4].outputs  # from which nbgrader would take the points
    assert shown.output_type == "error"
    assert words in shown.evalue


def test_judge_that_is_deep_in_a_library_is_ended(
    engine: Engine, course: Course, tmp_path: Path
) -> None:
    check = LAW.format(body="np.correlate(value, value, 'full').size > 0")  # squared time, in C
    started = time.monotonic()
    graded = judged(engine, course, tmp_path, check, MANY.format(600_000), judging_seconds=1)
    words = "judging what your answer returned took more than 1 s of processor time"
    expect_only_this_cell_lost(graded, State.TIMED_OUT, words)
    assert time.monotonic() - started < LIMITS.wall_seconds


def test_notebook_that_takes_the_judge_too_long_to_read_is_said_to(
    engine: Engine, course: Course
) -> None:
    """It is no fault of the grader's, and does not cost twenty seconds in each of its answers."""
    engine.limits = replace(LIMITS, judging_seconds=0.3)
    answers = {name: f"# {name}\n{'a,' * 90_000}\nb c" for name in ("mean", "double", "quiz")}
    graded = grade(engine, course, **answers)
    assert graded.result.state is State.MALFORMED
    assert graded.result.detail.startswith("reading it took more than 0.3 s of processor time")
    assert (graded.result.points, graded.notebook) == (0, None)
    engine.limits = LIMITS
    assert grade(engine, course).result.points == 6


@pytest.mark.parametrize(
    "check",
    [LAW.format(body="bool(np.subtract.outer(value, value).all()) or True"), EARNS],
    ids=["law", "credit"],
)
def test_judge_that_takes_too_much_memory_is_stopped(
    check: str, engine: Engine, course: Course, tmp_path: Path
) -> None:
    graded = judged(engine, course, tmp_path, check, MANY.format(6_000), judging_bytes=100 << 20)
    words = "judging what your answer returned took more than 100 MB of memory"
    expect_only_this_cell_lost(graded, State.OUT_OF_MEMORY, words)


def test_judge_short_of_memory_is_no_sign_of_too_small_a_share(
    engine: Engine, course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The student's process had enough, so there is nothing to try again with more."""
    monkeypatch.setattr(engine, "_most_memory", lambda jobs: 300 << 20)  # of 400 MB
    check = LAW.format(body="bool(np.subtract.outer(value, value).all()) or True")
    graded = judged(engine, course, tmp_path, check, MANY.format(6_000), judging_bytes=100 << 20)
    assert graded.result.state is State.OUT_OF_MEMORY
    assert cell(graded, "double-check").points == 1


def test_value_that_ends_the_judge_costs_its_own_cell(
    engine: Engine, course: Course, tmp_path: Path
) -> None:
    """As a library may that is refused memory; three times in one cell is no machine's doing."""
    check = LAW.format(body="value.size < 10 or os.abort()")
    graded = judged(engine, course, tmp_path, check, MANY.format(10))
    words = "what your answer returned ended the process that judges it, three times"
    expect_only_this_cell_lost(graded, State.CRASHED, words)


def test_message_that_quotes_a_long_value_is_cut(
    engine: Engine, course: Course, tmp_path: Path
) -> None:
    """Its hundreds of millions of letters would otherwise not even reach the engine."""
    check = LAW.format(body="f'not {value!r}'")
    answer = "def mean(values):\n    return '\\0' * 25_000_000"
    graded = judged(engine, course, tmp_path, check, answer)
    assert graded.result.state is State.GRADED
    assert graded.result.points == 4
    assert len(str(graded.notebook)) < 100_000


@pytest.mark.parametrize(
    "value",
    [
        "{'\\0' * 500 + str(n): n for n in range(40_000)}",
        "pd.DataFrame({'c' * 3000 + str(n): [0.0] * 300 for n in range(3000)})",
        "pd.DataFrame({'c': ['x' * 5_000_000]})",
        "pd.Series(0.0, range(400_000))",
        "10**3999",
        "np.full(1000, np.nan, np.longdouble)",
    ],
    ids=["keys", "columns", "cell", "index", "integer", "long double"],
)
def test_what_is_strange_is_shown_in_a_few_lines(
    value: str, engine: Engine, course: Course
) -> None:
    answer = f"import numpy as np\nimport pandas as pd\n\n\ndef mean(values):\n    return {value}"
    engine.limits = LIMITS
    graded = grade(engine, course, mean=answer)
    message = cell(graded, "mean-check").message
    assert message.startswith("mean: not right yet.")
    assert "came" in message
    assert len(message) < 2500
    assert (graded.result.state, graded.result.points) == (State.GRADED, 4)
