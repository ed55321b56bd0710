"""A lesson as a page: the released cells, with the outputs that give no answer away.

A student's own cells, and the cells that try or check them, are shown as they are handed out,
without outputs. So is every later cell that uses what an answer defines.
"""

from __future__ import annotations

import base64
import hashlib
import re
import symtable
import urllib.parse
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from imbalance_builder.course import Lesson
from imbalance_builder.preprocessors import TRY_TAG
from imbalance_site import BINDER

DEPENDS = "*What this cell shows depends on your answer: run it.*"
PNG = re.compile(r'src="data:image/png;base64,([A-Za-z0-9+/=\s]+)"')
#: From the page of a lesson to the pictures of all lessons.
PICTURES = "../../_static/pictures"
#: What the front page of the repository is to a lesson, the list of lessons is here.
CONTENTS = ("](../../README.md)", "](../index.md)")


def page_of(lesson: Lesson, pictures: Path) -> NotebookNode:
    """Return the notebook that becomes a lesson's page.

    Parameters
    ----------
    lesson : Lesson
        Built: its release and its executed solution are read.
    pictures : Path
        Folder into which the lesson's pictures are written.
    """
    released: NotebookNode = nbformat.read(lesson.release, as_version=4)
    solved = nbformat.read(lesson.solution, as_version=4)
    shown = outputs_to_show(solved)
    cells: list[NotebookNode] = []
    for cell in released.cells:
        if cell.cell_type != "code":
            cell.source = cell.source.replace(*CONTENTS)
            cells += [] if "nbgrader" in cell.metadata else [cell]  # a page takes no answer
            continue
        cells.append(cell)
        # Check cells are locked and counted for nbgrader; a reader needs none of it.
        cell.metadata = {"tags": [t for t in cell.metadata.get("tags", []) if t == "hide-input"]}
        outputs = shown.get(cell.id, [])
        cell.outputs = [_for_the_web(output, pictures) for output in outputs or []]
        if outputs is None:
            note = nbformat.v4.new_markdown_cell(DEPENDS)
            note.id = f"{cell.id[:50]}-depends"
            cells.append(note)
    released.cells = _with_launch_line(cells, lesson)
    return released


def outputs_to_show(solved: NotebookNode) -> dict[str, list[NotebookNode] | None]:
    """Return the outputs of each code cell that may be shown; None where they hang on an answer.

    Cells are known by their ids, which the release keeps. Cells of exercises are left out.
    """
    answered: set[str] = set()
    shown: dict[str, list[NotebookNode] | None] = {}
    for cell in solved.cells:
        if cell.cell_type != "code":
            continue
        used, made = _names(cell.source)
        if cell.metadata.get("nbgrader", {}).get("solution"):
            answered |= made
        elif "nbgrader" in cell.metadata or TRY_TAG in cell.metadata.get("tags", []):
            continue
        elif (used - made) & answered:
            answered |= made
            shown[cell.id] = None
        else:
            answered -= made
            shown[cell.id] = cell.outputs
    return shown


def _names(source: str) -> tuple[set[str], set[str]]:
    """Return the notebook's names that a cell's code reads, and those that it makes.

    An import makes no name that hangs on an answer, and what is local to a function is none.
    """
    used, made = set(), set()
    scopes = [symtable.symtable(source, "cell", "exec")]
    while scopes:
        scope = scopes.pop()
        scopes += scope.get_children()
        for symbol in scope.get_symbols():
            if scope.get_type() == "module" or symbol.is_global():
                used |= {symbol.get_name()} if symbol.is_referenced() else set()
                made |= {symbol.get_name()} if symbol.is_assigned() else set()
    return used, made


def _for_the_web(output: NotebookNode, pictures: Path) -> NotebookNode:
    """Move pictures out of an output into files."""
    html = output.get("data", {}).get("text/html")
    if html is None:
        return output
    html = PNG.sub(lambda found: _file_of(base64.b64decode(found[1]), pictures), html)
    output.data = {"text/html": html}
    return output


def _file_of(png: bytes, pictures: Path) -> str:
    """Write a picture under a name made of its content; return the attributes that show it."""
    name = f"{hashlib.sha256(png).hexdigest()[:16]}.png"
    (pictures / name).write_bytes(png)
    return f'src="{PICTURES}/{name}" loading="lazy"'


def _with_launch_line(cells: list[NotebookNode], lesson: Lesson) -> list[NotebookNode]:
    """Put below the title where the lesson can be run, and where its notebook is."""
    title, _, rest = cells[0].source.partition("\n")
    path = urllib.parse.quote(f"lab/tree/lessons/{lesson}.ipynb", safe="")
    launch = (
        f"[Open this lesson on Binder]({BINDER}?urlpath={path}) · "
        f"{{download}}`Download the notebook </downloads/{lesson.name}.ipynb>`"
    )
    reading = "You are reading a copy. To solve the exercises and get checks and points, run it."
    # A box of its own, so that a summary of the page can leave it out.
    box = f"```{{container}} launch\n{launch}\n\n{reading}\n```"
    cells[0].source = f"{title}\n\n{box}\n{rest}"
    return cells
