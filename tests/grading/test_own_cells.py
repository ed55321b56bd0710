"""A right answer is right wherever the student wrote it, and she is told what was done with it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from engine_course import RIGHT, Course, make_course

from imbalance_grader.engine import Engine
from imbalance_grader.results import CellResult, Graded, Limits, State

LIMITS = Limits(memory_bytes=400 << 20, wall_seconds=40, cpu_seconds=20, call_seconds=3)
Cells = list[dict[str, Any]]

STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
HEAD = "def mean(values):\n    total = sum(values)"
TAIL = "    return total / len(values)"
HELPER = "def average(values):\n    return sum(values) / len(values)"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_course(tmp_path_factory.mktemp("own") / "course")


def name_of(cell: dict[str, Any]) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def at(cells: Cells, name: str) -> int:
    return next(number for number, cell in enumerate(cells) if name_of(cell) == name)


def own(text: str, kind: str = "code") -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": text}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def split(name: str, *texts: str) -> Callable[[Cells], None]:
    """Let an answer stand in several cells of the same name, as JupyterLab's split leaves them."""

    def change(cells: Cells) -> None:
        place = at(cells, name)
        original = cells.pop(place)
        for text in reversed(texts):
            cells.insert(place, copy.deepcopy(original) | {"source": text})

    return change


def insert(before: str, *texts: str, kind: str = "code") -> Callable[[Cells], None]:
    def change(cells: Cells) -> None:
        place = at(cells, before)
        cells[place:place] = [own(text, kind) for text in texts]

    return change


def write(**answers: str) -> Callable[[Cells], None]:
    def change(cells: Cells) -> None:
        for name, text in answers.items():
            cells[at(cells, name.replace("_", "-"))]["source"] = text

    return change


def without(*names: str) -> Callable[[Cells], None]:
    def change(cells: Cells) -> None:
        for name in names:
            del cells[at(cells, name)]

    return change


def nameless(cells: Cells) -> None:
    """Lose nbgrader's metadata and the format's ids, as other programs do."""
    for cell in cells:
        cell["metadata"] = {}
        cell.pop("id", None)


def grade(engine: Engine, course: Course, *changes: Callable[[Cells], None]) -> Graded:
    notebook = course.answered(RIGHT)
    for change in changes:
        change(notebook["cells"])
    path = course.hand_in("ada", notebook)
    return engine.grade(course.source, path, "warm-up", "ada")


def cell_of(graded: Graded, name: str) -> CellResult:
    return next(each for each in graded.result.cells if each.grade_id == name)


def source_of(graded: Graded, name: str) -> str:
    assert graded.notebook is not None
    (cell,) = [c for c in graded.notebook.cells if name_of(c) == name]
    return str(cell.source)


# --- answers in several cells --------------------------------------------------------------------

RUN, JOINED, ONE = "run one after the other", "texts were joined", "one of them counts"
SPLITS: dict[str, tuple[tuple[str, ...], str]] = {
    "blank below": ((RIGHT["mean"], ""), ONE),
    "blank above": ((" \n", RIGHT["mean"]), ONE),
    "comment below": ((RIGHT["mean"], "# done"), ONE),
    "stub below": ((RIGHT["mean"], STUB), ONE),
    "the same twice": ((RIGHT["mean"], RIGHT["mean"]), ONE),
    "a try below": ((RIGHT["mean"], "mean([1, 2, 3])"), RUN),
    "a helper above": ((HELPER, "mean = average"), RUN),
    "in the middle": ((HEAD, TAIL), JOINED),
    "in three": (("def mean(values):", "    total = sum(values)", TAIL), JOINED),
    "in a line": (("def mean(values):\n    return sum(val", "ues) / len(values)"), JOINED),
    "under a decorator": (
        ("import functools\n@functools.cache\n", "def half(n):\n    return n / 2", RIGHT["mean"]),
        JOINED,
    ),
    "a slip, then right": (("def mean(values) return 1", RIGHT["mean"]), RUN),
    "a slip, then in two": (("def mean(values) return 1", HEAD, TAIL), JOINED),
    "wrong, then right": (("def mean(values):\n    return 3", RIGHT["mean"]), RUN),
}


@pytest.mark.parametrize("name", SPLITS)
def test_an_answer_in_several_cells_counts_and_its_author_is_told(
    name: str, engine: Engine, course: Course
) -> None:
    texts, done = SPLITS[name]
    graded = grade(engine, course, split("mean", *texts))
    assert graded.result.state is State.GRADED
    found = cell_of(graded, "mean-check")
    assert found.points == 2
    said = f"mean is there {len(texts)} times: "
    assert graded.result.detail.startswith(said)
    assert done in graded.result.detail
    assert done in found.message
    assert graded.result.points == 6


def test_an_answer_in_several_cells_is_shown_once_and_whole(engine: Engine, course: Course) -> None:
    graded = grade(engine, course, split("mean", HEAD, TAIL))
    assert source_of(graded, "mean") == f"{HEAD}\n{TAIL}"
    graded = grade(engine, course, split("mean", f"print(1)\n{RIGHT['mean']}", "mean([5])"))
    assert source_of(graded, "mean") == f"print(1)\n{RIGHT['mean']}\nmean([5])"
    assert graded.notebook is not None
    (shown,) = [c for c in graded.notebook.cells if name_of(c) == "mean"]
    assert [output.output_type for output in shown.outputs] == ["stream", "execute_result"]


@pytest.mark.parametrize(
    ("texts", "text"),
    [
        (("Because it", "is."), "Because it\n\nis."),
        (("Because it is.", ""), "Because it is."),
        (("", "Because it is."), "Because it is."),
        (("Because it is.", "YOUR ANSWER HERE"), "Because it is."),
    ],
)
def test_a_written_answer_in_several_cells_is_read_as_one(
    texts: tuple[str, ...], text: str, engine: Engine, course: Course
) -> None:
    graded = grade(engine, course, split("essay", *texts))
    assert source_of(graded, "essay") == text
    found = cell_of(graded, "essay")
    assert (found.points, found.answer_missing) == (None, False)
    assert "essay is there 2 times" in graded.result.detail
    assert "2 times" in found.message


# --- cells of the student's own ------------------------------------------------------------------

OWN: dict[str, tuple[Callable[[Cells], None], ...]] = {
    "an import": (
        insert("mean", "from math import fsum"),
        write(mean=RIGHT["mean"].replace("sum", "fsum")),
    ),
    "a helper": (insert("mean", HELPER), write(mean="def mean(v):\n    return average(v)")),
    "a helper below": (
        insert("mean-check", HELPER),
        write(mean="def mean(v):\n    return average(v)"),
    ),
    "a name that a check imports": (write(mean="def mean(v):\n    return statistics.fmean(v)"),),
    "retyped below the stub": (write(mean=STUB), insert("mean-check", RIGHT["mean"])),
    "retyped above the stub": (write(mean=STUB), insert("mean", RIGHT["mean"])),
    "retyped, the cell blanked": (write(mean=""), insert("mean-check", RIGHT["mean"])),
    "retyped, the cell deleted": (insert("mean", RIGHT["mean"]), without("mean")),
    "retyped in two": (write(mean=STUB), insert("mean-check", HELPER, "mean = average")),
    "retyped below the check": (write(mean=STUB), insert("double", RIGHT["mean"])),
    "retyped at the end": (write(mean=STUB), insert("essay", RIGHT["mean"])),
    "defined by an import": (write(mean=STUB), insert("mean-check", "from statistics import mean")),
    "a cell of the text changed": (
        lambda cells: cells[1].update(source="numbers = [1, 2, 4]\nfour = 4"),
        write(double="def double(x):\n    return x * four / 2"),
    ),
    "under a magic": (insert("mean", f"%%time\n{HELPER}"), write(mean="mean = average")),
    "a patched library": (
        insert("mean", "import statistics\nstatistics.own = lambda v: sum(v) / len(v)"),
        write(mean="import statistics\n\n\ndef mean(v):\n    return statistics.own(v)"),
    ),
    "filled step by step": (
        insert("mean", "table = {}", "def fill():\n    table['n'] = 1.0", "fill()"),
        write(mean="def mean(v):\n    return table['n'] * sum(v) / len(v)"),
    ),
    "checks imported above": (
        insert("mean", f"from imbalance_lab.exercises.warm_up import SHARE_OF\n{HELPER}"),
        write(mean="mean = average"),
    ),
    "a part that is hidden": (
        insert(
            "mean",
            "from imbalance_lab.exercises.not_there import MEAN, other\n"
            "from imbalance_lab.checks import check\n"
            f"{HELPER}\ncheck(average, MEAN).on([1, 2, 6]).gives(3)\nother(1).then[2:].that",
        ),
        write(mean="mean = average"),
    ),
}


@pytest.mark.parametrize("name", OWN)
def test_what_stands_in_cells_of_ones_own_counts(name: str, engine: Engine, course: Course) -> None:
    graded = grade(engine, course, *OWN[name])
    assert {c.grade_id: c.points for c in graded.result.cells} == {
        "mean-check": 2,
        "double-check": 1,
        "quiz-check": 3,
        "essay": None,
    }
    assert graded.result.state is State.GRADED
    retyped = name.startswith(("retyped", "defined"))
    assert ("taken from cells of the student's own: mean" in graded.result.detail) == retyped
    found = cell_of(graded, "mean-check")
    assert not found.answer_missing
    assert ("from a cell of your own" in found.message) == retyped
    if retyped:
        assert "NotImplementedError" not in source_of(graded, "mean")


def test_own_cells_stand_in_the_graded_notebook(engine: Engine, course: Course) -> None:
    graded = grade(engine, course, *OWN["a helper"], insert("double", "print('scratch')"))
    assert graded.notebook is not None
    tags = {c.source: c.metadata.tags for c in graded.notebook.cells if "tags" in c.metadata}
    assert tags == {HELPER: ["own"], "print('scratch')": ["unused"]}
    names = [name_of(c) for c in graded.notebook.cells if name_of(c)]
    assert len(names) == len(set(names)) == 7
