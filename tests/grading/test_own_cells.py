"""A right answer is right wherever the student wrote it, and she is told what was done with it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from engine_course import RIGHT, Course, make_course, stock_points_of

from imbalance_grader.notebook import arrange
from imbalance_grader.notebook.engine import Engine
from imbalance_grader.notebook.intake import FOLDERS_ABOVE, read_cells
from imbalance_grader.notebook.results import CellResult, Graded, Limits, State
from imbalance_grader.notebook.source import read_source

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


def test_pieces_that_fit_nowhere_are_tried_with_others_for_so_long_only(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    monkeypatch.setattr(arrange, "stands_alone", lambda text: bool(read.append(len(text))))
    pieces = [f"# {n}\n{'a,' * 1_950}\nb c" for n in range(arrange.MOST_PIECES)]
    notebook = course.answered(RIGHT)
    split("mean", *pieces)(notebook["cells"])
    cells = read_cells(course.hand_in("ada", notebook), FOLDERS_ABOVE)
    script = arrange.arrange(cells, read_source(course.source).cells)
    assert script.texts["mean"] == "\n".join(pieces)
    assert len(script.makers["mean"]) == arrange.MOST_PIECES
    length = sum(map(len, pieces))
    assert sum(read) < 4 * length  # and not sixteen times it, for each answer


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
    "registered step by step": (
        insert(
            "mean",
            "from functools import singledispatch\n\n@singledispatch\ndef average(v):\n    ...",
            "@average.register(list)\ndef _(v):\n    return sum(v) / len(v)",
        ),
        write(mean="def mean(v):\n    return average(v)"),
    ),
    "made by a function for all": (
        insert("mean", "def begin():\n    global share\n    share = 1.0", "begin()"),
        write(mean="def mean(v):\n    return share * sum(v) / len(v)"),
    ),
    "set in a library": (
        insert("mean", "import decimal\ndecimal.setcontext(decimal.Context(prec=7))"),
        write(
            mean="import decimal\n\n\ndef mean(v):\n"
            "    return sum(v) / len(v) * (decimal.getcontext().prec == 7)"
        ),
    ),
    "named in a query": (
        insert("mean", "least = 0"),
        write(
            mean="import pandas as pd\n\n\ndef mean(v):\n"
            "    return pd.DataFrame({'v': v}).query('v >= @least')['v'].mean()"
        ),
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


# --- own cells that fail, take long, or end the process ------------------------------------------

BAD: dict[str, tuple[str, State]] = {
    "fails": ("1 / 0", State.GRADED),
    "is no Python": ("def broken(:", State.GRADED),
    "never ends, unused": ("while True: pass", State.GRADED),
    "ends the process, unused": ("import os\nos._exit(1)", State.GRADED),
    "takes all memory, unused": ("hoard = [b'x' * 10**9 for _ in range(99)]", State.GRADED),
    "never ends, looks used": ("mean = None\nwhile True: pass", State.TIMED_OUT),
    "ends the process, looks used": ("mean = None\nimport os\nos._exit(1)", State.CRASHED),
    "reads outside": ("print(open('/etc/shadow').read())", State.GRADED),
    "imports the instructor's": ("import imbalance_oracles, imbalance_grader\nx = 1", State.GRADED),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_cell_of_ones_own_costs_no_answer_anything(
    name: str, engine: Engine, course: Course
) -> None:
    code, state = BAD[name]
    graded = grade(engine, course, insert("mean", code))
    assert graded.result.points == 6
    assert graded.result.state is state
    assert ("own cell “" in graded.result.detail) == (state is not State.GRADED)


def test_cells_that_end_the_process_are_left_out_together(engine: Engine, course: Course) -> None:
    """Else each of them would cost a run, and there are only so many."""
    killers = [f"mean = {n}\nimport os\nos._exit(1)" for n in range(9)]
    graded = grade(engine, course, insert("mean", *killers))
    assert (graded.result.state, graded.result.points) == (State.CRASHED, 6)


def test_cells_of_ones_own_have_a_share_of_the_time(engine: Engine, course: Course) -> None:
    engine.limits = Limits(wall_seconds=24, call_seconds=3)
    slow = [f"mean = {n}\nwhile True: pass" for n in range(6)]
    graded = grade(engine, course, insert("mean", *slow))
    assert (graded.result.state, graded.result.points) == (State.TIMED_OUT, 6)
    assert "own cells had taken too long" in graded.result.detail


def test_more_cells_of_ones_own_than_are_read_are_named(engine: Engine, course: Course) -> None:
    many = [f"x{n} = {n}" for n in range(arrange.MOST_OWN + 7)]
    graded = grade(engine, course, insert("mean", *many))
    assert graded.result.points == 6
    assert "7 cells of the student's own were left out" in graded.result.detail
    long = "#" * 250_000
    picture = insert("mean", f"![]({long})", kind="markdown")
    graded = grade(engine, course, insert("mean", f"x = 1\n{long}"), picture)
    assert graded.result.points == 6
    assert "1 cells of the student's own were left out" in graded.result.detail


def test_nothing_of_the_instructors_reaches_the_students_process(
    engine: Engine, course: Course
) -> None:
    """Of a check its visible imports run there, and nothing else."""
    look = (
        "import sys\n\n\ndef double(x):\n"
        "    names = [n for n in sys.modules if n.startswith('imbalance_oracles')]\n"
        "    assert not names, names\n"
        "    assert 'word' not in globals() and 'inputs' not in globals()\n"
        "    return 2 * x"
    )
    graded = grade(engine, course, write(double=look))
    assert cell_of(graded, "double-check").points == 1


# --- lost names ----------------------------------------------------------------------------------


def test_a_notebook_that_lost_its_names_is_recognised(engine: Engine, course: Course) -> None:
    graded = grade(engine, course, nameless)
    assert graded.result.state is State.GRADED
    assert graded.result.points == 6
    assert graded.result.waiting == 1
    assert graded.result.detail.startswith("the names of its cells (nbgrader's metadata) were lost")
    for name, text in RIGHT.items():
        assert source_of(graded, name) == text
    untouched = grade(engine, course, write(mean=STUB), nameless)
    assert cell_of(untouched, "mean-check").answer_missing
    assert untouched.result.points == 4


def test_written_answers_are_found_below_their_heading(engine: Engine, course: Course) -> None:
    lost = grade(engine, course, insert("essay", "A second part.", kind="markdown"), nameless)
    assert source_of(lost, "essay") == "A second part.\n\nBecause it is."
    assert cell_of(lost, "essay").points is None
    below = grade(
        engine,
        course,
        write(essay="YOUR ANSWER HERE"),
        insert("essay", "Because I say so.", kind="markdown"),
    )
    assert source_of(below, "essay") == "Because I say so."
    assert cell_of(below, "essay").points is None
    assert "taken from cells of the student's own: essay" in below.result.detail
    nothing = grade(engine, course, write(essay="YOUR ANSWER HERE"))
    assert (cell_of(nothing, "essay").points, nothing.result.detail) == (0, "")
    gone = grade(engine, course, without("essay"))
    assert (cell_of(gone, "essay").points, gone.result.detail) == (
        0,
        "essay is not in the notebook",
    )


def test_a_notebook_of_only_answers_is_graded(engine: Engine, course: Course) -> None:
    def only(cells: Cells) -> None:
        cells[:] = [cell for cell in cells if name_of(cell) in RIGHT]

    assert grade(engine, course, only).result.points == 6
    graded = grade(engine, course, only, nameless)
    assert graded.result.points == 6
    assert "is not in the notebook" in graded.result.detail  # the written answer


def other_lesson(cells: Cells) -> None:
    cells[:] = [own("# 07 · Another lesson", "markdown")] + [
        own(f"def f{n}():\n    return {n}") | {"metadata": {"nbgrader": {"grade_id": f"f{n}"}}}
        for n in range(9)
    ]
    cells.append(own('quiz = {1: "b"}') | {"metadata": {"nbgrader": {"grade_id": "quiz"}}})


def test_another_lesson_is_no_zero(engine: Engine, course: Course) -> None:
    for changes in [(other_lesson,), (other_lesson, nameless)]:
        graded = grade(engine, course, *changes)
        assert graded.result.state is State.MALFORMED
        assert graded.notebook is None
        assert "its title is “07 · Another lesson”" in graded.result.detail
    empty = grade(engine, course, lambda cells: cells.clear())
    assert empty.result.state is State.MALFORMED
    assert "no notebook of this lesson" in empty.result.detail


# --- what the check says -------------------------------------------------------------------------

SAID: dict[str, tuple[dict[str, str], str, tuple[str, ...]]] = {
    "a syntax error": (
        {"mean": "# mine\ndef mean(values) return 1"},
        "mean-check",
        ("stopped with SyntaxError", "in line 2: def mean(values) return 1"),
    ),
    "an error": (
        {"mean": "limit = 1\nlimit / 0\n\n\ndef mean(values):\n    return 1"},
        "mean-check",
        ("stopped with ZeroDivisionError: division by zero, in line 2: limit / 0",),
    ),
    "a quiz that is not filled in": (
        {"quiz": STUB},
        "quiz-check",
        ("Nothing is filled in yet for quiz",),
    ),
    "an answer that is not written": (
        {"mean": STUB},
        "mean-check",
        ("Nothing is filled in yet for mean",),
    ),
    "another name": (
        {"mean": RIGHT["mean"].replace("mean", "main")},
        "mean-check",
        ("No cell of your answer makes mean, the name that is asked for.",),
    ),
    "a syntax error in the quiz": (
        {"quiz": 'quiz = {1: "b", 2: "b" 3: "b"}'},
        "quiz-check",
        ("SyntaxError", 'in line 1: quiz = {1: "b", 2: "b" 3: "b"}'),
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_the_check_says_what_stopped_the_answer(name: str, engine: Engine, course: Course) -> None:
    answers, check, words = SAID[name]
    found = cell_of(grade(engine, course, write(**answers)), check)
    assert found.points == 0
    assert all(word in found.message for word in words), found.message


def test_a_syntax_error_in_a_cell_of_ones_own_is_said_too(engine: Engine, course: Course) -> None:
    graded = grade(
        engine, course, write(mean=STUB), insert("mean-check", "def mean(values) return 1")
    )
    found = cell_of(graded, "mean-check")
    assert (found.points, found.answer_missing) == (0, False)
    assert "in line 1: def mean(values) return 1" in found.message


@pytest.mark.parametrize("stop", ["breakpoint()", "import pdb; pdb.set_trace()"])
def test_a_breakpoint_that_was_left_in_stops_nothing(
    stop: str, engine: Engine, course: Course
) -> None:
    code = f"def mean(values):\n    {stop}\n    return sum(values) / len(values)\n\n\n{stop}"
    assert grade(engine, course, write(mean=code)).result.points == 6


# --- what other programs make of a file ----------------------------------------------------------


def colab(cells: Cells) -> None:
    for number, cell in enumerate(cells):
        cell["metadata"] |= {"id": f"xY{number}", "colab": {"base_uri": "https://localhost/"}}
        cell.pop("id", None)


def vscode(cells: Cells) -> None:
    for cell in cells:
        cell.pop("id", None)
        cell["metadata"] = {"vscode": {"languageId": "python"}} | cell["metadata"]


def crlf(cells: Cells) -> None:
    for cell in cells:
        cell["source"] = cell["source"].replace("\n", "\r\n")


def as_lines(cells: Cells) -> None:
    for cell in cells:
        cell["source"] = cell["source"].splitlines(keepends=True)


def kind(name: str, cell_type: str) -> Callable[[Cells], None]:
    return lambda cells: cells[at(cells, name)].update(cell_type=cell_type)


def meta_nulls(cells: Cells) -> None:
    for cell in cells:
        if name_of(cell):
            cell["metadata"]["nbgrader"] |= {"points": None, "checksum": None}
        else:
            cell["metadata"] = {"nbgrader": None}


def same_ids(cells: Cells) -> None:
    for cell in cells:
        cell["id"] = "twice"


SHAPES: dict[str, tuple[Callable[[Cells], None], ...]] = {
    "Colab": (colab,),
    "VS Code": (vscode,),
    "other line ends": (crlf,),
    "lists of lines": (as_lines,),
    "other line ends in lists": (crlf, as_lines),
    "an answer as text": (kind("mean", "markdown"),),
    "an answer as raw": (kind("mean", "raw"),),
    "a written answer as code": (kind("essay", "code"),),
    "a check deleted": (without("mean-check"),),
    "a check copied": (lambda cells: cells.append(dict(cells[at(cells, "mean-check")])),),
    "null metadata": (meta_nulls,),
    "the same ids": (same_ids,),
    "input": (write(mean=f"{RIGHT['mean']}\n\n\nn = input()"), insert("mean", "input('go on?')")),
    "the raise kept": (write(mean=f"{RIGHT['mean']}\nraise NotImplementedError()"),),
    "a main guard": (write(mean=f"if __name__ == '__main__':\n    print(1)\n{RIGHT['mean']}"),),
}


@pytest.mark.parametrize("name", SHAPES)
def test_what_other_programs_and_hands_do_to_a_file_costs_nothing(
    name: str, engine: Engine, course: Course
) -> None:
    graded = grade(engine, course, *SHAPES[name])
    assert (graded.result.points, graded.result.waiting) == (6, 1)
    assert (graded.result.state, graded.result.detail) == (State.GRADED, "")


@pytest.mark.parametrize("minor", [0, 2, 4, 5, 9])
def test_every_minor_version_of_the_format_is_read(
    minor: int, engine: Engine, course: Course
) -> None:
    notebook = course.answered(RIGHT) | {"nbformat_minor": minor}
    graded = engine.grade(course.source, course.hand_in("ada", notebook), "warm-up", "ada")
    assert (graded.result.points, graded.result.detail) == (6, "")


def test_an_untouched_notebook_with_other_line_ends_is_untouched(
    engine: Engine, course: Course
) -> None:
    notebook = course.released()
    crlf(notebook["cells"])
    graded = engine.grade(course.source, course.hand_in("ada", notebook), "warm-up", "ada")
    assert (graded.result.points, graded.result.waiting) == (0, 0)
    assert all(cell.answer_missing for cell in graded.result.cells)


# --- as in the student's own notebook, and in stock nbgrader -------------------------------------

AS_IN_STOCK = ("an import", "a helper", "a name that a check imports", "under a magic")


@pytest.mark.parametrize("name", AS_IN_STOCK)
def test_stock_nbgrader_gives_the_same(name: str, engine: Engine, course: Course) -> None:
    notebook = course.answered(RIGHT)
    for change in OWN[name]:
        change(notebook["cells"])
    graded = engine.grade(course.source, course.hand_in("ada", notebook), "warm-up", "ada")
    ours = {cell.grade_id: cell.points for cell in graded.result.cells}
    assert ours == stock_points_of(course, notebook)
