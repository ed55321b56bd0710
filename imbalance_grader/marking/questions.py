"""What a class was asked to write about, and how it is marked, from the instructor's notebook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat

from imbalance_grader.course.classroom import Assignment, read_notebook
from imbalance_grader.reporting.pages import title

# nbgrader's own signs, on lines of their own.
_SCHEME = re.compile(
    r"^[^\n]*BEGIN MARK SCHEME[^\n]*\n(.*?)^[^\n]*END MARK SCHEME[^\n]*$", re.DOTALL | re.MULTILINE
)
_HEADING = re.compile(r"^#{1,4} ", re.MULTILINE)
_HALVES = re.compile(r"(?:½|\b\d*[.,]5|\bhalf)\s*(?:(?:of )?a )?(?:point|mark)s?\b", re.IGNORECASE)

Key = tuple[str, str, str]  # assignment, notebook, and the grade id of the written answer
Stamp = tuple[int, int]


@dataclass(frozen=True)
class Question:
    """A question that is answered in words.

    Parameters
    ----------
    key : (str, str, str)
        Assignment, notebook and grade id.
    lesson : str
        The notebook's title.
    points : float
        The most that can be given.
    text : str
        What was asked, in Markdown.
    model : str
        The instructor's own answer.
    scheme : str
        How it is marked; "" where the notebook does not say.
    source : Path
        The instructor's notebook.
    stamp : (int, int)
        When the notebook was written last, and its size.
    """

    key: Key
    lesson: str
    points: float
    text: str
    model: str
    scheme: str
    source: Path
    stamp: Stamp

    @property
    def step(self) -> float:
        """Half a point where the scheme or the points have halves, else one."""
        return 0.5 if self.points % 1 or _HALVES.search(self.scheme) else 1.0

    @property
    def has_changed(self) -> bool:
        """Whether the instructor's notebook is another one by now."""
        return _stamp(self.source) != self.stamp


def questions(assignment: Assignment) -> Iterator[Question]:
    """Yield the questions of an assignment that a person marks, in order.

    Parameters
    ----------
    assignment : Assignment
    """
    for source in assignment.sources:
        stamp = _stamp(source)  # before it is read: what is written meanwhile is a change
        cells = read_notebook(source).cells
        lesson = title(assignment)
        wanted = assignment.graded_cells[source.stem]
        for place, cell in enumerate(cells):
            grade_id = str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
            if grade_id in wanted and wanted[grade_id].kind == "written":
                scheme = "\n\n".join(part.strip() for part in _SCHEME.findall(cell.source))
                yield Question(
                    key=(assignment.name, source.stem, grade_id),
                    lesson=lesson,
                    points=wanted[grade_id].points,
                    text=_asked(cells[:place]),
                    model=_SCHEME.sub("", cell.source).strip(),
                    scheme=scheme,
                    source=source,
                    stamp=stamp,
                )


def _asked(before: list[nbformat.NotebookNode]) -> str:
    """Return the text right before an answer, from its heading on."""
    texts: list[str] = []
    for cell in reversed(before):
        if cell.cell_type != "markdown" or "nbgrader" in cell.metadata:
            break
        texts.insert(0, cell.source)
        if _HEADING.search(cell.source):
            break
    return "\n\n".join(texts)


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)
