"""One student's page of feedback, made of plain values. It runs in a process apart.

A page holds the student's own answers with their outputs and what each check said. It never holds
a graded cell, so no hidden test can be in it. All that a student wrote or printed is escaped; HTML
and Markdown go through a list of allowed tags, pictures are in the page, and its own security
policy forbids scripts and everything remote.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from imbalance_grader.notebook.results import CellResult, NotebookResult, exercise_name
from imbalance_grader.reporting.pages import render
from imbalance_grader.texts import harmless, typeset

_LONGEST_OUTPUT = 4000
_SHOWN = {"try-it", "own"}  # tags of cells that the page shows beside the answers


@dataclass(frozen=True)
class Work:
    """What a page is made of.

    Parameters
    ----------
    title : str
        Of the lesson.
    student : str
    result : NotebookResult
        What the checks said.
    notebook : Path
        The graded notebook; without it the page says what became of the submission.
    points : mapping of str to float or None
        For each graded cell, marks given by hand included.
    penalty : float
        For late work.
    late_seconds : float or None
    remarks : mapping of str to str
        Comments by grade id.
    waived : mapping of str to str
        By grade id why the student has full points whatever the answer was.
    """

    title: str
    student: str
    result: NotebookResult
    notebook: Path
    points: Mapping[str, float | None]
    penalty: float = 0.0
    late_seconds: float | None = 0.0
    remarks: Mapping[str, str] = field(default_factory=dict)
    waived: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Output:
    """One output of a cell: text or cleaned HTML."""

    text: str = ""
    html: Markup = field(default_factory=Markup)
    error: bool = False


@dataclass(frozen=True)
class Cell:
    """One cell of the student's: code with its outputs, or text."""

    code: Markup = field(default_factory=Markup)
    text: Markup = field(default_factory=Markup)
    outputs: tuple[Output, ...] = ()
    comment: Markup = field(default_factory=Markup)


@dataclass
class Item:
    """What carries points, with the cells that it judges."""

    name: str
    section: str
    points: float | None
    max_points: float
    message: str
    written: bool
    not_tried: bool
    waived: str = ""
    cells: list[Cell] = field(default_factory=list)


def feedback_page(work: Work) -> str:
    """Return the page."""
    notebook = _graded_notebook(work.notebook)
    return _page(work, list(_items(work, notebook)), read=notebook is not None)


def short_page(work: Work) -> str:
    """Return a page of points and messages alone, for answers that cannot be shown."""
    items = [_item(work, cell, "", []) for cell in work.result.cells]
    return _page(work, items, read=True, short=True)


def _page(work: Work, items: list[Item], read: bool, short: bool = False) -> str:
    marked = [item for item in items if item.points is not None]
    view = {
        "title": work.title,
        "student": work.student,
        "notebook": work.result.notebook,
        "state": work.result.state,
        "detail": work.result.detail,
        "items": items,
        "points": sum(item.points or 0.0 for item in marked),
        "max_points": sum(item.max_points for item in items),
        "waiting": len(items) - len(marked),
        "penalty": work.penalty,
        "late_seconds": work.late_seconds,
        "read": read,
        "short": short,
        "code_style": HtmlFormatter(style="friendly").get_style_defs("pre.code"),
        "dark_code_style": HtmlFormatter(style="github-dark").get_style_defs("pre.code"),
    }
    return render("feedback.html.j2", view)


def _graded_notebook(path: Path) -> dict[str, Any] | None:
    """Read a notebook that this package wrote; nbformat itself would take a second to import."""
    with contextlib.suppress(OSError, ValueError):
        notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return notebook
    return None


def _text(value: str | list[str]) -> str:
    """Return a text of a notebook, which stands in one piece or in lines."""
    return value if isinstance(value, str) else "".join(value)


def _items(work: Work, notebook: dict[str, Any] | None) -> Iterator[Item]:
    """Yield what carries points, each with the student's cells since the one before."""
    results = {cell.grade_id: cell for cell in work.result.cells}
    section, since = "", []
    for cell in notebook["cells"] if notebook else []:
        about = cell["metadata"].get("nbgrader", {})
        grade_id = str(about.get("grade_id", ""))
        if cell["cell_type"] == "markdown" and not about.get("solution"):
            heading = re.search(r"^##\s+(.+)$", _text(cell["source"]), re.MULTILINE)
            section = heading[1].strip() if heading else section
        if about.get("solution") or not _SHOWN.isdisjoint(cell["metadata"].get("tags", [])):
            since.append(_cell(cell, work.remarks.get(grade_id, "")))
        if about.get("grade") and grade_id in results:
            yield _item(work, results.pop(grade_id), section, since)
            since = []


def _item(work: Work, judged: CellResult, section: str, cells: list[Cell]) -> Item:
    return Item(
        name=exercise_name(judged.grade_id),
        section=section,
        points=work.points.get(judged.grade_id, judged.points),
        max_points=judged.max_points,
        message=judged.message,
        written=judged.kind == "written",
        not_tried=judged.answer_missing,
        waived=work.waived.get(judged.grade_id, ""),
        cells=cells,
    )


def _cell(cell: dict[str, Any], comment: str) -> Cell:
    note = _markdown(comment, {}) if comment else Markup()
    source = _text(cell["source"])
    if cell["cell_type"] != "code":
        return Cell(text=_markdown(source, cell.get("attachments", {})), comment=note)
    code = Markup(highlight(source, PythonLexer(), HtmlFormatter(nowrap=True)))
    return Cell(code=code, outputs=tuple(map(_output, cell.get("outputs", []))), comment=note)


def _output(output: dict[str, Any]) -> Output:
    """Show the richest form of an output."""
    if output["output_type"] == "stream":
        return Output(text=_short(_text(output["text"])))
    if output["output_type"] == "error":
        return Output(text=_short("\n".join(output["traceback"])), error=True)
    data = {mime: _text(text) for mime, text in output["data"].items()}
    if data.get("image/png"):
        picture = "".join(data["image/png"].split())
        return Output(html=_html(f'<img src="data:image/png;base64,{picture}">'))
    if "text/html" in data:
        return Output(html=_html(data["text/html"]))
    return Output(text=_short(data.get("text/plain", "")))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_OUTPUT else text[:_LONGEST_OUTPUT] + "\n… cut off here"


def _markdown(source: str, attachments: dict[str, dict[str, str]]) -> Markup:
    """Return Markdown as HTML of allowed tags only, its formulas set."""
    return Markup(typeset.shown(source, attachments))


def _html(page: str) -> Markup:
    return Markup(harmless.cleaned(page))
