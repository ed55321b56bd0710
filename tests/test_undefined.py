"""What a notebook shows for a pass and for a missing answer, in a kernel as students have it."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbclient import NotebookClient
from nbgrader.preprocessors import Execute
from released import ROOT
from test_progress import run as run_in
from traitlets.config import Config
from warm_kernels import forked_kernels

from imbalance_builder.execute import kernel_sockets
from imbalance_lab import undefined

IMPORTS = "from imbalance_lab.checks import Exercise, check, score_quiz\n"
STUB = 'def counted(x):\n    """Count."""\n    # YOUR CODE HERE\n    raise NotImplementedError()'
QUIZ_STUB = '# In this form: quiz = {1: "a"}\n# YOUR CODE HERE\nraise NotImplementedError()'
CHECK = (
    IMPORTS + 'EX = Exercise("counted", lesson="00", section="<b>", arguments=("x",))\n'
    "check(counted, EX).on(3).gives(6)\n"
    "check(counted, EX).keeps_its_contract(Trials((Trial(Call((1,)), 2), Trial(Call((2,)), 4))))"
).replace("Exercise, check,", "Call, Exercise, Trial, Trials, check,", 1)
# JupyterLab, Notebook and VS Code say with every request which cell they run.
FRONT_END = Config(Session={"metadata": {"cellId": "some-cell"}})


def run(*sources: str, student: bool = True) -> list[nbformat.NotebookNode]:
    """Return the outputs of the last of some cells, after all were run."""
    outputs: list[nbformat.NotebookNode] = ran(*sources, student=student)[-1].outputs
    return outputs


def ran(*sources: str, student: bool = True) -> list[nbformat.NotebookNode]:
    """Return some cells, after all were run."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    with kernel_sockets() as config, forked_kernels():
        if student:
            config.merge(FRONT_END)
        NotebookClient(notebook, allow_errors=True, kernel_name="python3", config=config).execute()
    cells: list[nbformat.NotebookNode] = notebook.cells
    return cells


def said(*sources: str) -> str:
    """Return what the last of some cells shows as its error."""
    (error,) = [o for o in run(*sources) if o.output_type == "error"]
    assert error.ename == "NameError"
    return "\n".join(error.traceback)


def test_an_answer_with_a_syntax_error_is_pointed_to() -> None:
    calls = (
        "check(counted, 1).on([1]).gives(2)",
        "asked = check(counted, 1)",
        "score_quiz(counted, 3)",
    )
    cells = ran(STUB.replace("counted", "other"), "def counted(:\n    pass", IMPORTS, *calls)
    for cell in cells[-len(calls) :]:
        text = "\n".join(cell.outputs[0].traceback)
        assert text.startswith("counted is not defined yet.")
        assert "SyntaxError" in text
        assert "Traceback" not in text
        assert max(map(len, text.splitlines())) <= 65  # what fits at a zoom of 200%


OLD = "def bayes_threshold(c, d):\n    pass"
NEW = OLD.replace("pass", "return c / (c + d)")
BROKEN = NEW.replace(":", "")
ASKED = (
    IMPORTS + "from imbalance_lab.exercises.thresholds import BAYES_THRESHOLD\n"
    "check(bayes_threshold, BAYES_THRESHOLD).on(1, 9).gives(0.1)"
)
RIGHT = "bayes_threshold: right on this input.\n"
DID_NOT_RUN = "bayes_threshold: your last attempt did not run. Its error: "


@pytest.mark.parametrize("student", [True, False], ids=["by a person", "by nbclient"])
def test_a_last_attempt_that_did_not_run_is_named_and_no_older_one_judged(student: bool) -> None:
    told = {
        # The first cell that needs the checks is often the graded one itself.
        (OLD, BROKEN): DID_NOT_RUN + "SyntaxError in line 1.",
        (OLD, BROKEN, NEW): RIGHT,
        ("# again\n" + BROKEN,): DID_NOT_RUN + "SyntaxError in line 2.",
        (NEW + "\n1 / 0",): RIGHT,
        ("import os\n1 / 0\n" + OLD,): DID_NOT_RUN + "ZeroDivisionError in line 2.",
        (NEW, "print(bayes_threshold(1, 9)"): RIGHT,
    }
    cells = [cell for attempts in told for cell in (*attempts, ASKED)]
    outputs = [cell.outputs[0] for cell in ran(*cells, student=student) if cell.source == ASKED]
    said = [
        out.text if out.output_type == "stream" else " ".join(out.traceback[:2]).strip()
        for out in outputs
    ]
    assert said == list(told.values())


def test_what_was_mended_before_the_package_was_there_is_no_failed_attempt() -> None:
    names = {"In": ["", OLD, BROKEN, NEW, ASKED], "bayes_threshold": len}
    undefined._look_back(SimpleNamespace(user_ns=names))
    assert names["bayes_threshold"] is len


def test_nbgrader_takes_a_right_answer_wherever_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")  # as autograde does
    (passed,) = run(IMPORTS, NEW, BROKEN, ASKED, student=False)
    assert passed.text == RIGHT


@pytest.mark.parametrize(
    "code",
    [
        "1 + other",
        "check(len, other)",
        "def inside():\n    return check(other, 1)\ninside()",
    ],
)
def test_any_other_name_error_is_shown_as_ever(code: str) -> None:
    text = said(IMPORTS + code)
    assert "Traceback" in text
    assert "name 'other' is not defined" in text
    assert "Run the cell of your answer" not in text


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        ((IMPORTS, STUB, "counted(3)"), "counted: not written yet."),
        ((STUB, CHECK), "counted: not written yet."),
        ((IMPORTS, QUIZ_STUB), "Not written yet."),
        ((QUIZ_STUB, IMPORTS + "score_quiz(quiz, 1)"), "quiz: not written yet."),
        (("from imbalance_lab import plots", STUB, "counted(3)"), "counted: not written yet."),
    ],
)
def test_what_is_not_written_yet_is_one_grey_line(cells: tuple[str, ...], line: str) -> None:
    (output,) = run(*cells)
    assert output.output_type == "display_data"
    assert output.data["text/plain"] == line
    assert output.data["text/html"].count(line) == 1


@pytest.mark.parametrize(
    "cells",
    [
        (IMPORTS, "raise NotImplementedError('later')"),
        (IMPORTS, "def mine():\n    raise NotImplementedError  # for good\nmine()"),
        (IMPORTS, "class Own(NotImplementedError):\n    pass\nraise Own()"),
        (IMPORTS, "from numbers import Real\nReal.conjugate(Real.__add__(1, 2))"),
    ],
)
def test_an_error_that_is_not_the_released_stub_is_shown_as_ever(cells: tuple[str, ...]) -> None:
    assert "error" in {output.output_type for output in run(*cells)}


def test_where_no_person_runs_the_cells_nothing_is_changed() -> None:
    (tried,) = run(IMPORTS, STUB, "counted(3)", student=False)
    assert (tried.output_type, tried.ename) == ("error", "NotImplementedError")
    (checked,) = run(STUB, CHECK, student=False)
    assert checked.traceback == ["counted: not written yet."]
    (passed,) = run("def counted(x):\n    return 2 * x", CHECK, student=False)
    assert passed.output_type == "stream"
    assert passed.text == "counted: right on this input.\ncounted: right on all 2 inputs.\n"


def test_nbgrader_sees_that_a_cell_failed_that_shows_a_grey_line() -> None:
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(s) for s in ("1 / 0", STUB, CHECK)]
    )
    with kernel_sockets() as config:
        config.merge(FRONT_END)
        Execute(kernel_name="python3", config=config).preprocess(notebook, {})
    grey, error = notebook.cells[-1].outputs
    assert grey.data["text/plain"] == "counted: not written yet."
    assert (error.output_type, error.ename) == ("error", "NotWrittenYet")
    assert error.traceback == ["counted: not written yet."]


def test_a_pass_is_one_green_line_with_the_name() -> None:
    example, passed = run("def counted(x):\n    return 2 * x", CHECK)
    assert example.text == "counted: right on this input.\n"
    assert passed.data["text/plain"] == "counted: right on all 2 inputs."
    assert "✓ <b>counted</b>: right on all 2 inputs." in passed.data["text/html"]
    assert "color-mix" in passed.data["text/html"]


def test_a_name_is_no_markup() -> None:
    code = CHECK.replace('Exercise("counted"', 'Exercise("<script>alert(1)</script>"')
    _, passed = run("def counted(x):\n    return 2 * x", code)
    assert "<script>" not in passed.data["text/html"]


LESSONS = sorted(ROOT.glob("lessons/*/*.ipynb"))
MAIN = [path for path in LESSONS if not path.stem.endswith(("-deeper", "-pytorch"))]
ON_PURPOSE = {"start-here": 2}  # how a check reads that is not content


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("path", MAIN, ids=lambda path: path.stem)
def test_a_lesson_that_nobody_has_begun_runs_without_a_red_box(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    codes = [cell.source for cell in cells if cell.cell_type == "code"]
    shown = run_in(path.parent, *codes, IMBALANCE_LAB_PROGRESS="off")
    texts = [text for outputs in shown for text in outputs]
    red = [text for text in texts if text == "CheckFailed" or text.endswith("Error")]
    assert red == ["CheckFailed"] * ON_PURPOSE.get(path.stem, 0)
    graded = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("locked")]
    unwritten = [text for text in texts if re.fullmatch(r"\w+: not written yet\.", text)]
    assert len(unwritten) >= len(graded) > 2
