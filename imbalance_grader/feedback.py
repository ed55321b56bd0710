"""Feedback for each student: the answers, what the checks said of them, marks and comments.

A page holds the student's own answers with their outputs and what each check said. It never holds
a graded cell, so no hidden test can be in it. All that a student wrote or printed is escaped; HTML
and Markdown go through a list of allowed tags (nh3), pictures are embedded, and the page's own
security policy forbids scripts and everything remote.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import nh3
from markupsafe import Markup
from nbconvert.filters import markdown2html
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from imbalance_grader.catalogue import exercise_name
from imbalance_grader.classroom import Assignment, Classroom
from imbalance_grader.gradebook import comments
from imbalance_grader.handed_in import SECRET, TIMESTAMP
from imbalance_grader.journal import clear_leftovers, write_whole
from imbalance_grader.names import is_student_id
from imbalance_grader.pages import render, title
from imbalance_grader.results import NotebookResult
from imbalance_grader.standings import Standing, standings

_LONGEST_OUTPUT = 4000
_LARGEST_PICTURE = 600_000
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_SHOWN = {"try-it", "own"}  # tags of cells that the page shows beside the answers
_TEXT_TAGS = {
    "a", "b", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h1", "h2", "h3",
    "h4", "h5", "h6", "hr", "i", "li", "ol", "p", "pre", "s", "span", "strong", "sub", "sup",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
_CELL = {"colspan", "rowspan"}


@dataclass(frozen=True)
class Output:
    """One output of a cell: text, cleaned HTML, or a picture."""

    text: str = ""
    html: Markup = field(default_factory=Markup)
    picture: str = ""
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
    cells: list[Cell] = field(default_factory=list)


def write_feedback(
    classroom: Classroom, assignment: Assignment, students: Sequence[str] | None = None
) -> list[Path]:
    """Write the pages of feedback to nbgrader's folder, and return their paths.

    Parameters
    ----------
    classroom : Classroom
    assignment : Assignment
    students : sequence of str, optional
        By default everybody whose submission this package has graded.
    """
    remarks = comments(classroom, assignment.name)
    written = []
    for row in standings(classroom, assignment):
        wanted = students is None or row.student in students
        if not wanted or not row.record.run or not is_student_id(row.student):
            continue
        folder = classroom.path("feedback", row.student, assignment.name)
        graded = classroom.path("autograded", row.student, assignment.name)
        for result in row.record.notebooks:
            notebook = _graded_notebook(graded / f"{result.notebook}.ipynb")
            page = feedback_page(assignment, row, result, notebook, remarks.get(row.student, {}))
            path = folder / f"{result.notebook}.html"
            write_whole(path, page, lasting=False)
            written.append(path)
        for name in (TIMESTAMP, SECRET):  # nbgrader's exchange needs both beside the pages
            with contextlib.suppress(OSError):
                text = (graded / name).read_text(encoding="utf-8")
                write_whole(folder / name, text, lasting=False)
        clear_leftovers(folder)
    return written


def feedback_page(
    assignment: Assignment,
    row: Standing,
    result: NotebookResult,
    notebook: NotebookNode | None,
    remarks: dict[tuple[str, str], str],
) -> str:
    """Return one student's page for one notebook.

    Parameters
    ----------
    assignment : Assignment
    row : Standing
        The marks, those given by hand included.
    result : NotebookResult
        What the checks said.
    notebook : NotebookNode or None
        The graded notebook; without it the page says what became of the submission.
    remarks : dict of (str, str) to str
        Comments by notebook and grade id.
    """
    items = list(_items(result, notebook, row, remarks))
    marked = [item for item in items if item.points is not None]
    view = {
        "title": title(assignment),
        "student": row.student,
        "notebook": result.notebook,
        "state": result.state,
        "detail": result.detail,
        "items": items,
        "points": sum(item.points or 0.0 for item in marked),
        "max_points": sum(item.max_points for item in items),
        "waiting": len(items) - len(marked),
        "penalty": row.penalty or 0.0,
        "late_seconds": row.late_seconds,
        "read": notebook is not None,
        "code_style": HtmlFormatter(style="friendly").get_style_defs("pre.code"),
        "dark_code_style": HtmlFormatter(style="github-dark").get_style_defs("pre.code"),
    }
    return render("feedback.html.j2", view)


def _graded_notebook(path: Path) -> NotebookNode | None:
    with contextlib.suppress(OSError, ValueError, nbformat.reader.NotJSONError):
        notebook: NotebookNode = nbformat.read(path, as_version=4)
        return notebook
    return None


def _items(
    result: NotebookResult,
    notebook: NotebookNode | None,
    row: Standing,
    remarks: dict[tuple[str, str], str],
) -> Iterator[Item]:
    """Yield what carries points, each with the student's cells since the one before."""
    results = {cell.grade_id: cell for cell in result.cells}
    section, since = "", []
    for cell in notebook.cells if notebook else []:
        heading = re.search(r"^##\s+(.+)$", cell.source, re.MULTILINE)
        if cell.cell_type == "markdown" and heading and not is_solution(cell):
            section = heading[1].strip()
        if is_solution(cell) or not _SHOWN.isdisjoint(cell.metadata.get("tags", [])):
            since.append(_cell(cell, remarks.get((result.notebook, _grade_id(cell)), "")))
        if is_grade(cell) and _grade_id(cell) in results:
            judged = results.pop(_grade_id(cell))
            yield Item(
                name=exercise_name(judged.grade_id),
                section=section,
                points=row.cells.get((result.notebook, judged.grade_id), judged.points),
                max_points=judged.max_points,
                message=judged.message,
                written=judged.kind == "written",
                not_tried=judged.answer_missing,
                cells=since,
            )
            since = []


def _grade_id(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _cell(cell: NotebookNode, comment: str) -> Cell:
    note = clean_markdown(comment) if comment else Markup()
    if cell.cell_type != "code":
        return Cell(text=clean_markdown(cell.source), comment=note)
    code = Markup(highlight(cell.source, PythonLexer(), HtmlFormatter(nowrap=True)))
    return Cell(code=code, outputs=tuple(_outputs(cell)), comment=note)


def _outputs(cell: NotebookNode) -> Iterator[Output]:
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            yield Output(text=_short(output.text))
        elif output.output_type == "error":
            yield Output(text=_short("\n".join(output.traceback)), error=True)
        else:
            yield _display(output.get("data", {}))


def _display(data: dict[str, str]) -> Output:
    """Show the richest form of an output that is safe."""
    picture = _picture(data.get("image/png", ""))
    if picture:
        return Output(picture=picture)
    if "text/html" in data:
        return Output(html=clean_html(str(data["text/html"])))
    return Output(text=_short(str(data.get("text/plain", ""))))


def _picture(text: str) -> str:
    """Return a PNG as text for a data address, "" if it is none or too large."""
    with contextlib.suppress(binascii.Error, ValueError, TypeError):
        raw = base64.b64decode("".join(text.split()), validate=True)
        if raw.startswith(b"\x89PNG\r\n\x1a\n") and len(raw) <= _LARGEST_PICTURE:
            return base64.b64encode(raw).decode()
    return ""


def _short(text: str) -> str:
    text = _ANSI.sub("", text)
    return text if len(text) <= _LONGEST_OUTPUT else text[:_LONGEST_OUTPUT] + "\n… cut off here"


def clean_markdown(source: str) -> Markup:
    """Return Markdown as HTML of allowed tags only."""
    return clean_html(markdown2html(source))


def clean_html(html: str) -> Markup:
    """Return HTML without scripts, handlers, styles, forms, frames, and all that loads something.

    Parameters
    ----------
    html : str

    Returns
    -------
    Markup
        Text tags and tables; links to http, https and mailto only.
    """
    return Markup(
        nh3.clean(
            html,
            tags=_TEXT_TAGS,
            clean_content_tags={"script", "style", "svg", "math", "iframe", "object", "template"},
            attributes={"a": {"href"}, "td": _CELL, "th": {*_CELL, "scope"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer nofollow",
        )
    )
