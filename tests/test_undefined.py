"""A graded cell whose answer does not exist says what to do, in a kernel as students have it."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

from imbalance_builder.execute import kernel_sockets

IMPORTS = "from imbalance_lab.checks import check, score_quiz\n"


def said(*sources: str) -> str:
    """Return what the last of some cells shows as its error, after all were run."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    with kernel_sockets() as sockets:
        NotebookClient(notebook, allow_errors=True, kernel_name="python3", config=sockets).execute()
    (error,) = [o for o in notebook.cells[-1].outputs if o.output_type == "error"]
    assert error.ename == "NameError"
    return "\n".join(error.traceback)


@pytest.mark.parametrize(
    "call",
    [
        "check(counted, 1).on([1]).gives(2)",
        "asked = check(counted, 1)",
        "score_quiz(counted, 3)",
    ],
)
def test_an_answer_with_a_syntax_error_is_pointed_to(call: str) -> None:
    text = said("def counted(:\n    pass", IMPORTS + call)
    assert text.startswith("counted is not defined yet.")
    assert "SyntaxError" in text
    assert "Traceback" not in text


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
