"""What a mark is of: so that only what has changed is put up for review.

A person marks an answer against a scheme, for a number of points. As long as none of these has
changed, and the checks say the same of it, the mark stands, whatever else was graded again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from nbgrader.utils import is_grade, is_solution

from imbalance_grader.course.classroom import Assignment
from imbalance_grader.notebook.results import CellResult, Graded, NotebookResult


def judged_key(result: NotebookResult, cell: CellResult) -> str:
    """Return the name under which a graded cell stands in `judged`."""
    return f"{result.notebook}/{cell.grade_id}"


def judged(assignment: Assignment, graded: Iterable[Graded]) -> dict[str, str]:
    """Return for each graded cell a digest of its answers, tests or scheme, and points.

    Parameters
    ----------
    assignment : Assignment
    graded : iterable of Graded
        One student's notebooks. Of one that could not be read nothing is returned.
    """
    digests = {}
    for one in graded:
        answers = _answers(one)
        for cell in one.result.cells if one.notebook else ():
            asked = assignment.graded_cells[one.result.notebook].get(cell.grade_id)
            parts = (answers.get(cell.grade_id), asked, cell.points, cell.max_points)
            digest = hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()
            digests[judged_key(one.result, cell)] = digest
    return digests


def _answers(graded: Graded) -> dict[str, tuple[str, ...]]:
    """Return for each graded cell the answers since the one before, its own text included."""
    found, since = {}, []
    for cell in graded.notebook.cells if graded.notebook else ():
        if is_solution(cell):
            since.append(cell.source)
        if is_grade(cell):
            found[cell.metadata.nbgrader["grade_id"]] = tuple(since)
            since = []
    return found
