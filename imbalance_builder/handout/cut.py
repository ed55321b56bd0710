"""Take exercises out of an instructor's notebook: what is left can be released and graded."""

from __future__ import annotations

import ast
import copy
import symtable
from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from imbalance_builder.course import BuildError
from imbalance_builder.preprocessors import TRY_TAG
from imbalance_builder.source import POINTS

LEFT_OUT = "*This exercise is not part of this hand-out.*"
CELL_LEFT_OUT = "*The cell that was here needs an exercise that is not part of this hand-out.*"


@dataclass(frozen=True)
class Exercise:
    """One exercise of a notebook, a quiz or a written answer.

    Parameters
    ----------
    name : str
        The grade id of its answer.
    begin, answer, end : int
        Its heading, its answer, and the first cell after it.
    """

    name: str
    begin: int
    answer: int
    end: int


def exercises_of(notebook: NotebookNode) -> list[Exercise]:
    """Return the exercises of an instructor's notebook, in order.

    Raises
    ------
    BuildError
        If an answer has no heading in the cell before it, or no check after it.
    """
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id", "") for cell in notebook.cells]
    found = []
    for index, cell in enumerate(notebook.cells):
        about = cell.metadata.get("nbgrader", {})
        if not about.get("solution"):
            continue
        name, last = about["grade_id"], index
        if not about["grade"]:
            if f"{name}-check" not in ids[index:]:
                raise BuildError(f"exercise {name} has no cell {name}-check after it")
            last = ids.index(f"{name}-check", index)
        before = notebook.cells[index - 1] if index else None
        if before is None or before.cell_type != "markdown" or before.source[:1] != "#":
            raise BuildError(f"exercise {name} has no heading in the cell before it")
        found.append(Exercise(name, index - 1, index, last + 1))
    return found


def cut(notebook: NotebookNode, chosen: frozenset[str]) -> NotebookNode:
    """Return a copy of an instructor's notebook in which only some exercises are left.

    In place of each of the others its heading says that it is not part of the hand-out. Cells
    elsewhere that try an answer which is gone are replaced by a sentence.

    Parameters
    ----------
    notebook : NotebookNode
    chosen : frozenset of str
        Names of exercises; those of other notebooks may be among them.

    Raises
    ------
    BuildError
        If an exercise that stays needs the answer of one that goes.
    """
    every = exercises_of(notebook)
    gone = [exercise for exercise in every if exercise.name not in chosen]
    makers = {name: e.name for e in gone for name in _made(notebook.cells[e.answer])}
    inside = {index: e for e in every for index in range(e.begin, e.end)}
    result = copy.deepcopy(notebook)
    cells = []
    for index, cell in enumerate(result.cells):
        own = inside.get(index)
        needs = sorted(set(makers) & _used(cell))
        if own in gone:
            if index == own.begin:
                heading = POINTS.sub("", cell.source.splitlines()[0])
                cells.append(_said(f"{heading}\n\n{LEFT_OUT}", cell))
        elif needs and own:
            raise BuildError(
                f"exercise {own.name} uses {needs[0]}, the answer of exercise {makers[needs[0]]}: "
                "choose both or neither"
            )
        elif needs and TRY_TAG in cell.metadata.get("tags", []):
            cells.append(_said(CELL_LEFT_OUT, cell))
        else:
            cells.append(cell)
    result.cells = cells
    return result


def _said(text: str, cell: NotebookNode) -> NotebookNode:
    """Return a cell of text in place of another, with its id, so that nothing else changes."""
    said: NotebookNode = new_markdown_cell(text, id=cell.id)
    return said


def _made(cell: NotebookNode) -> set[str]:
    """Return the names that an answer makes at its top level; what it only imports is no answer."""
    if cell.cell_type != "code":
        return set()
    symbols = symtable.symtable(cell.source, "<answer>", "exec").get_symbols()
    return {s.get_name() for s in symbols if s.is_assigned() and not s.is_imported()}


def _used(cell: NotebookNode) -> set[str]:
    """Return every name that a cell of code mentions."""
    if cell.cell_type != "code":
        return set()
    try:
        tree = ast.parse(cell.source)
    except SyntaxError:  # a magic: a cell of the text, which uses no answer
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
