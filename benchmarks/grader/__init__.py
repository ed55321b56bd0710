"""Parts of the grader's benchmark, and the table that they fill."""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))  # its helpers fill in lessons
sys.path.insert(0, str(ROOT / "tests" / "grading" / "class_run"))

# nbgrader starts programs by name, so the environment's own must be found first.
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def core(lesson: str) -> Path:
    """Return the notebook that all take of a lesson, such as "05-resampling"."""
    return ROOT / "solutions" / lesson / f"{lesson.partition('-')[2]}.ipynb"


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, several times, and what was promised.

    Parameters
    ----------
    what : str
    values : sequence of float
    unit : str
    most, least : float, optional
        What the median may be at most, or must be at least.
    """

    what: str
    values: Sequence[float]
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def median(self) -> float:
        """The value that is shown and held against the promise."""
        return statistics.median(self.values)

    @property
    def promise(self) -> str:
        """The promise in words, "" where there is none."""
        if self.most is not None:
            return f"at most {self.most:g}"
        return "" if self.least is None else f"at least {self.least:g}"

    @property
    def kept(self) -> bool:
        """Whether the median keeps the promise."""
        too_much = self.most is not None and self.median > self.most
        return not too_much and not (self.least is not None and self.median < self.least)


def table(rows: Sequence[Row], title: str) -> Table:
    """Return all rows as a table."""
    shown = Table("measured", title=title, box=None)
    for column in ("median", "least", "greatest"):
        shown.add_column(column, justify="right")
    shown.add_column("unit")
    shown.add_column("promised")
    for row in rows:
        numbers = [row.median, min(row.values), max(row.values)]
        verdict = f"{row.promise}: {'kept' if row.kept else 'BROKEN'}" if row.promise else ""
        shown.add_row(row.what, *(f"{number:.3g}" for number in numbers), row.unit, verdict)
    return shown
