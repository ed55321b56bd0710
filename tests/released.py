"""Fill in released lessons as students would."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]


def solution_cells(notebook: str) -> dict[str, str]:
    """Return the solved text of each answer cell of a lesson, by its grade id."""
    solved = nbformat.read(ROOT / "solutions" / f"{notebook}.ipynb", as_version=4)
    return {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in solved.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


def points(notebook: str, kind: str = "auto") -> dict[str, float]:
    """Return the points of each cell marked by machine ("auto") or by hand ("hand")."""
    solved = nbformat.read(ROOT / "solutions" / f"{notebook}.ipynb", as_version=4)
    graded = [
        c.metadata.nbgrader for c in solved.cells if c.metadata.get("nbgrader", {}).get("grade")
    ]
    return {g.grade_id: g.points for g in graded if g.solution == (kind == "hand")}


def fill_in(
    notebook: str, solve: Iterable[str] | None = (), answers: dict[str, str] | None = None
) -> nbformat.NotebookNode:
    """Return the released lesson with some answers filled in.

    Parameters
    ----------
    notebook : str
        Folder and name, such as "01-accuracy-paradox/accuracy-paradox".
    solve : iterable of str, or None
        Grade ids to fill in with the solution; None for all.
    answers : dict of str to str, optional
        Other answers by grade id.
    """
    solved = solution_cells(notebook)
    given = {name: solved[name] for name in (solved if solve is None else solve)} | (answers or {})
    lesson = nbformat.read(ROOT / "lessons" / f"{notebook}.ipynb", as_version=4)
    left = set(given)
    for cell in lesson.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in left:
            cell.source = given[grade_id]
            left.remove(grade_id)
    assert not left, f"{notebook} has no cell {left}"
    return lesson


def exercises_only(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Leave of every code cell that is no answer and no test its imports and functions only."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and "nbgrader" not in cell.metadata:
            parts = ast.parse(cell.source).body
            kept = [part for part in parts if _imports(part) or _stands_alone(part)]
            cell.source = "\n".join(map(ast.unparse, kept))
            cell.outputs = []
    return notebook


def _stands_alone(part: ast.stmt) -> bool:
    """Return whether a statement is a function that needs nothing but constants to be defined."""
    if not isinstance(part, ast.FunctionDef) or part.decorator_list:
        return False
    defaults = [*part.args.defaults, *filter(None, part.args.kw_defaults)]
    return all(isinstance(each, ast.Constant) for each in defaults)


def _imports(part: ast.stmt) -> bool:
    """Return whether a statement is an import, or one that may fail, as that of PyTorch."""
    kinds = ast.Import | ast.ImportFrom
    inside = part.body if isinstance(part, ast.Try) else [part]
    return any(isinstance(each, kinds) for each in inside)
