"""Exercises that were added to an assignment after submissions of it were graded.

nbgrader refuses to change the cells of a notebook that has submissions. Adding takes nothing away,
so room is made for the new cells first; then nbgrader has nothing to refuse.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Comment, Grade, GradeCell, Notebook, SolutionCell, SourceCell, TaskCell
from nbgrader.utils import is_grade, is_locked, is_solution, is_task


def only_added(entry: Notebook, source: NotebookNode) -> list[str]:
    """Return the new graded cells of a notebook that has submissions, in order.

    Parameters
    ----------
    entry : Notebook
        As the gradebook has it.
    source : NotebookNode
        As the instructor has it now.

    Returns
    -------
    list of str
        Empty where nothing was added, where something was removed as well, or where there is no
        submission yet.
    """
    have, wanted = _entered(entry), _wanted(source)
    removed = any(have[kind] - set(wanted[kind]) for kind in have)
    if removed or not entry.submissions:
        return []
    known = have[GradeCell] | have[TaskCell]
    return [n for kind in (GradeCell, TaskCell) for n in wanted[kind] if n not in known]


def make_room(entry: Notebook, source: NotebookNode) -> list[Any]:
    """Return the new rows of the gradebook for what was added; whoever asks stores them."""
    have, wanted = _entered(entry), _wanted(source)
    rows: list[Any] = []
    for kind, cells in wanted.items():
        for name, about in cells.items():
            if name not in have[kind]:
                cell = kind(name=name, notebook=entry, **about)
                rows += [cell, *_for_submissions(entry, cell)]
    return rows


def _for_submissions(entry: Notebook, cell: Any) -> Iterator[Any]:
    """Yield what nbgrader gives a new submission for such a cell."""
    for submitted in entry.submissions:
        if isinstance(cell, GradeCell | TaskCell):
            yield Grade(cell=cell, notebook=submitted)
        if isinstance(cell, SolutionCell | TaskCell):
            yield Comment(cell=cell, notebook=submitted)


def _entered(entry: Notebook) -> dict[type, set[str]]:
    return {
        GradeCell: {cell.name for cell in entry.grade_cells},
        SolutionCell: {cell.name for cell in entry.solution_cells},
        TaskCell: {cell.name for cell in entry.task_cells},
        SourceCell: {cell.name for cell in entry.source_cells},
    }


def _wanted(source: NotebookNode) -> dict[type, dict[str, dict[str, Any]]]:
    """Return the cells that nbgrader keeps of a notebook, by kind and grade id, in order."""
    found: dict[type, dict[str, dict[str, Any]]] = {
        kind: {} for kind in (GradeCell, SolutionCell, TaskCell, SourceCell)
    }
    for cell in source.cells:
        about = cell.metadata.get("nbgrader", {})
        name = about.get("grade_id")
        kept = {"cell_type": cell.cell_type}
        if is_grade(cell):
            found[GradeCell][name] = kept | {"max_score": float(about["points"])}
        if is_task(cell):
            found[TaskCell][name] = kept | {"max_score": float(about["points"])}
        if is_solution(cell):
            found[SolutionCell][name] = {}
        if is_grade(cell) or is_solution(cell) or is_locked(cell) or is_task(cell):
            found[SourceCell][name] = kept | {"locked": is_locked(cell), "source": cell.source}
    return found
