"""What grading one notebook gives: plain records that go into JSON and come back the same.

These records are what the engine returns and what the rest of the grader (gradebook, table,
``grades.csv``, class report) reads. They hold text and numbers only, never an object that a
student made, and their text is printable (see `imbalance_lab.printable`), whoever makes them.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from imbalance_lab.printable import one_line, printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbformat import NotebookNode

Kind = Literal["graded", "written"]


class State(StrEnum):
    """How a submission ended. It never takes points away: what was scored, counts."""

    GRADED = "graded"
    TIMED_OUT = "timed out"
    OUT_OF_MEMORY = "out of memory"
    CRASHED = "crashed"
    MALFORMED = "malformed"
    MISSING = "missing"
    MISPLACED = "misplaced"  # a file that lies in no student's folder for an assignment

    @property
    def read(self) -> bool:
        """Whether there was a submission that could be read."""
        return self not in (State.MALFORMED, State.MISSING, State.MISPLACED)


@dataclass(frozen=True)
class CellResult:
    """One graded cell or one written answer.

    Parameters
    ----------
    grade_id : str
        nbgrader's name of the cell that carries the points.
    points : float or None
        From 0 to `max_points`; None for a written answer that waits to be marked by hand.
    max_points : float
    kind : {"graded", "written"}
        Scored by a check, or marked by hand.
    message : str
        What the check said, or why the cell could not be scored; "" where all was right.
    mistake : str
        Name of the known mistake, "" where none was recognised.
    seconds : float
        Wall time that the cell took.
    answer_missing : bool
        Whether the answer that it judges is absent, or is still as it was released.
    """

    grade_id: str
    points: float | None
    max_points: float
    kind: Kind
    message: str = ""
    mistake: str = ""
    seconds: float = 0.0
    answer_missing: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", printable(self.message))
        object.__setattr__(self, "mistake", one_line(self.mistake))


def exercise_name(grade_id: str) -> str:
    """Return the exercise that a graded cell judges: ``"cost-of-check"`` judges ``cost_of``."""
    return grade_id.removesuffix("-check").replace("-", "_")


@dataclass(frozen=True)
class CellTime:
    """How long one cell of the notebook took.

    Parameters
    ----------
    cell : str
        Its grade id or, for a cell without one, its first line.
    seconds : float
    """

    cell: str
    seconds: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "cell", one_line(self.cell))


@dataclass(frozen=True)
class NotebookResult:
    """One student's notebook, graded or not.

    Parameters
    ----------
    assignment, notebook, student : str
        Name of the assignment's folder, of the notebook without its ending, and the id.
    state : State
    cells : tuple of CellResult
        In the order of the notebook; every cell that carries points is there in every state.
    detail : str
        One sentence on the state for the instructor, "" where there is nothing to say.
    seconds : float
        Wall time in all.
    cpu_seconds : float
        Processor time of the student's processes and of the scoring.
    peak_memory : int
        Largest memory of the student's processes together, bytes.
    protections_off : tuple of str
        Names of the protections that were not on, see `imbalance_grader.protections`.
    slowest : tuple of CellTime
        The cells that took longest, the slowest first.
    variant : str
        Name of the variant by which it was judged, "" where the class has none.
    made_from : str
        Whose copy the notebook was made from where that is not what its student was handed: a
        student's id, "(the class)" or "(nobody of this class)"; "" where all is well.
    """

    assignment: str
    notebook: str
    student: str
    state: State
    cells: tuple[CellResult, ...] = ()
    detail: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory: int = 0
    protections_off: tuple[str, ...] = ()
    slowest: tuple[CellTime, ...] = ()
    variant: str = ""
    made_from: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "detail", one_line(self.detail))

    @property
    def points(self) -> float:
        """Sum of the points given so far."""
        return sum(cell.points for cell in self.cells if cell.points is not None)

    @property
    def max_points(self) -> float:
        """Sum of the points that could be had."""
        return sum(cell.max_points for cell in self.cells)

    @property
    def waiting(self) -> int:
        """Number of written answers that wait to be marked by hand."""
        return sum(cell.points is None for cell in self.cells)

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary that `json` can write."""
        return asdict(self) | {"state": self.state.value}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> NotebookResult:
        """Return the result that `to_json` made this dictionary from.

        Raises
        ------
        ValueError, TypeError, KeyError
            If the dictionary is not one of those.
        """
        known = {name.name for name in fields(cls)}
        if set(record) - known:
            raise ValueError(f"unknown fields: {', '.join(sorted(set(record) - known))}")
        return cls(
            **dict(record)
            | {
                "state": State(record["state"]),
                "cells": tuple(CellResult(**cell) for cell in record["cells"]),
                "protections_off": tuple(record["protections_off"]),
                "slowest": tuple(CellTime(**cell) for cell in record["slowest"]),
            }
        )


@dataclass(frozen=True)
class Graded:
    """What the engine returns for one submission.

    Parameters
    ----------
    result : NotebookResult
    notebook : NotebookNode or None
        The instructor's notebook with the student's answers and the outputs of this run, for
        nbgrader's formgrader and feedback; None where there was no readable submission.
    """

    result: NotebookResult
    notebook: NotebookNode | None = None


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Parameters
    ----------
    memory_bytes : int, default=2 GiB
        Of all its processes together.
    processes : int, default=64
        Processes and threads together.
    file_bytes : int, default=64 MiB
        Size of a file, and of the scratch folder in all.
    cpu_seconds : float, default=120
        Processor time of all its processes together; they are begun anew after a cell that was
        stopped.
    wall_seconds : float, default=180
        For the whole notebook, without what the grader's own process takes. What cells of the
        lesson take that are stopped does not count, up to twice `call_seconds` for each graded
        cell.
    output_bytes : int, default=2 MiB
        Of what it prints and displays; the rest is cut off.
    value_bytes : int, default=32 MiB
        Of the values that it returns to one graded cell.
    call_seconds : float, default=30
        Wall time of one cell, and of all calls that one check makes in one message.
    judging_seconds : float, default=20
        Processor time that the grader's own process takes over one graded cell, to read, compare
        and show what came.
    judging_bytes : int, default=1 GiB
        Memory that this process takes beyond what it begins with.
    """

    memory_bytes: int = 2 << 30
    processes: int = 64
    file_bytes: int = 64 << 20
    cpu_seconds: float = 120.0
    wall_seconds: float = 180.0
    output_bytes: int = 2 << 20
    value_bytes: int = 32 << 20
    call_seconds: float = 30.0
    judging_seconds: float = 20.0
    judging_bytes: int = 1 << 30

    def __post_init__(self) -> None:
        for limit in fields(self):
            value = getattr(self, limit.name)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not 0 < value < math.inf:
                raise ValueError(f"{limit.name} must be a positive number, got {value!r}")


@dataclass(frozen=True)
class Protection:
    """One protection, and whether this machine offers it.

    Parameters
    ----------
    name : str
    on : bool
    why : str
        What it keeps a submission from; where it is off, what the machine refused.
    """

    name: str
    on: bool
    why: str = field(default="")
