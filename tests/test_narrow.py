"""What a lesson shows can be read in a window of 1280 pixels at a zoom of 200%, too."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from markdown_it import MarkdownIt
from released import ROOT

NOTEBOOKS = sorted(ROOT.glob("solutions/*/*.ipynb"))
# At 200% JupyterLab has room for so many characters; it breaks a longer line inside a word.
LINE = 65
FOLDED = 47  # beside the fold's own indent and its three dots
every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def said(cell: nbformat.NotebookNode) -> str:
    """Return what a cell shows as plain text; what has HTML beside it breaks between words."""
    texts = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        texts.append(output.get("text") or ("" if "text/html" in data else data.get("text/plain")))
        texts += output.get("traceback", [])
    return "\n".join(text for text in texts if text)


def begun_by_accident(markdown: str) -> list[str]:
    """Return lines in the middle of a paragraph that a reader gets as the begin of a list."""
    markdown = re.sub(r"\$\$.*?\$\$", "(a formula)", markdown, flags=re.DOTALL)
    lines = [*markdown.splitlines(), ""]
    begins = (t.map[0] for t in MarkdownIt().parse(markdown) if t.type.endswith("_list_open"))
    marks = re.compile(r"\s*([-*+]|\d+[.)]) ")
    return [
        lines[at]
        for at in begins
        if at and lines[at - 1].strip() and not marks.match(lines[at - 1])
    ]


@every_notebook
def test_no_line_of_an_output_is_longer_than_a_narrow_window(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    long = [line for cell in cells for line in said(cell).splitlines() if len(line) > LINE]
    assert long == []


@every_notebook
def test_the_first_line_of_a_folded_cell_is_short(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    folded = [c for c in cells if "hide-input" in c.metadata.get("tags", [])]
    assert [c.source for c in folded if len(c.source.splitlines()[0]) > FOLDED] == []


@every_notebook
def test_no_number_at_the_begin_of_a_line_makes_a_list(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    assert [line for text in texts for line in begun_by_accident(text)] == []


def test_a_list_that_begins_in_the_middle_of_a_sentence_is_found() -> None:
    assert begun_by_accident("ROC AUC rises to nearly\n1. On the way down") == [
        "1. On the way down"
    ]
    assert begun_by_accident("a value of\n+ 0.5, and") == ["+ 0.5, and"]
    assert begun_by_accident("$$a\n- b$$") == []
    assert begun_by_accident("A lift of\n100. Beyond 300") == []  # only a 1 begins a list there
    assert begun_by_accident("First:\n\n1. one\n   - its part\n2. two") == []
    assert begun_by_accident("# Title\n\n- one\n- two\n  - three") == []
