"""Grading that a class can trust: contained, apart from the student's code, and fast.

nbgrader's format, gradebook and formgrader stay; this package replaces how a submission is taken
in, run and scored. `docs/threat-model.md` says what is protected from whom.
"""

from imbalance_grader.results import (
    CellResult,
    CellTime,
    Graded,
    Limits,
    NotebookResult,
    Protection,
    State,
)

__all__ = [
    "CellResult",
    "CellTime",
    "Graded",
    "Limits",
    "NotebookResult",
    "Protection",
    "State",
]
