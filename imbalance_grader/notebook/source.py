"""The instructor's notebook, made ready once for all submissions.

Every cell gets a role, and the text that students were given is worked out with nbgrader's own
preprocessors, so that an untouched answer is known for what it is.

Only who reads a notebook imports nbgrader, which takes more than a second: a judge is told of it.
"""

from __future__ import annotations

import ast
import builtins
import copy
import logging
import symtable
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from imbalance_grader.notebook.results import Kind

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from traitlets.config import Config

Role = Literal["text", "code", "answer", "graded", "written"]


class SourceError(ValueError):
    """The instructor's notebook cannot be graded with; the message says what to mend."""


@dataclass(frozen=True)
class SourceCell:
    """One cell of the instructor's notebook.

    Parameters
    ----------
    cell : dict
        The cell in notebook format without outputs, with the checksum of the release.
    role : {"text", "code", "answer", "graded", "written"}
        ``answer`` and ``written`` take the student's text; the others are the instructor's.
    runs : bool
        Whether it is a code cell that runs in the student's process.
    grade_id : str
        "" where nbgrader does not know the cell.
    released : str
        What students were given in its place; of a graded cell what they see of it.
    points : float
    answers : dict of str to str
        Of a graded cell: each name that it takes from the student, and the grade id of the
        answer that makes it.
    """

    cell: dict[str, Any]
    role: Role
    runs: bool
    grade_id: str = ""
    released: str = ""
    points: float = 0.0
    answers: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> Kind | None:
        """How its points are given, None where it has none."""
        if self.role == "graded":
            return "graded"
        return "written" if self.role == "written" else None

    @property
    def takes_text(self) -> bool:
        """Whether it takes an answer of the student's."""
        return self.role in ("answer", "written")

    @property
    def name(self) -> str:
        """What to call it in a message: its grade id, or its first line."""
        lines = (line.strip() for line in self.cell["source"].splitlines())
        return self.grade_id or next((line[:60] for line in lines if line), "an empty cell")


@dataclass(frozen=True)
class Source:
    """The instructor's notebook: its name, its cells, and its metadata."""

    notebook: str
    metadata: dict[str, Any]
    cells: tuple[SourceCell, ...]

    @property
    def released(self) -> dict[str, str]:
        """Grade id and released text of every cell that takes the student's text."""
        return {cell.grade_id: cell.released for cell in self.cells if cell.takes_text}

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary of plain values."""
        return {
            "notebook": self.notebook,
            "metadata": self.metadata,
            "cells": [asdict(cell) for cell in self.cells],
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Source:
        """Return the source that `to_json` made this dictionary from."""
        cells = tuple(SourceCell(**cell) for cell in record["cells"])
        return cls(record["notebook"], record["metadata"], cells)


def read_source(path: Path, config: Config | None = None) -> Source:
    """Read an instructor's notebook, with solutions and hidden tests.

    Parameters
    ----------
    path : Path
    config : Config, optional
        nbgrader's, where it changes the stubs that stand in place of a solution.

    Raises
    ------
    SourceError
    """
    import nbformat

    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:
        raise SourceError(f"{path} cannot be read as a notebook: {error}") from error
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    released, visible = _release(notebook, config, path)
    defined: dict[str, str] = {}
    cells = []
    for original, given, seen in zip(notebook.cells, released.cells, visible.cells, strict=True):
        cells.append(_describe(original, given, seen.source, defined))
    _check_ids(cells)
    metadata = {
        key: notebook.metadata[key]
        for key in ("kernelspec", "language_info")
        if key in notebook.metadata
    }
    return Source(path.stem, _as_plain(metadata), tuple(cells))


def _release(
    notebook: NotebookNode, config: Config | None, path: Path
) -> tuple[NotebookNode, NotebookNode]:
    """Return the notebook with the checksums of the release, and what students see of it."""
    from nbgrader.preprocessors import (
        ClearHiddenTests,
        ClearMarkScheme,
        ClearSolutions,
        ComputeChecksums,
    )

    released: NotebookNode = copy.deepcopy(notebook)
    resources: dict[str, Any] = {}
    quiet = logging.getLogger("imbalance_grader.notebook.source")
    quiet.setLevel(logging.CRITICAL)
    try:
        for step in (ClearSolutions, ClearMarkScheme, ComputeChecksums):
            released, resources = step(config=config, log=quiet).preprocess(released, resources)
        hiding = ClearHiddenTests(config=config, log=quiet)
        visible, _ = hiding.preprocess(copy.deepcopy(released), resources)
    except Exception as error:
        raise SourceError(f"{path}: {error}") from error
    return released, visible


def _describe(
    cell: NotebookNode, released: NotebookNode, visible: str, defined: dict[str, str]
) -> SourceCell:
    """Return one cell with its role; `defined` collects the names that answers make."""
    from nbgrader.utils import is_task

    about = cell.metadata.get("nbgrader", {})
    grade_id = str(about.get("grade_id", ""))
    if is_task(cell):
        raise SourceError(f"cell {grade_id}: nbgrader's task cells are not supported")
    role = _role(cell)
    kept = dict(cell)
    kept["metadata"] = dict(cell.metadata)
    if "nbgrader" in released.metadata:
        kept["metadata"]["nbgrader"] = dict(released.metadata.nbgrader)
    answers: dict[str, str] = {}
    if role in ("answer", "written") and cell.cell_type == "code":
        made, _ = names_of(cell.source, grade_id)
        defined |= dict.fromkeys(made, grade_id)
    elif role == "graded":
        answers = _taken_from_student(cell.source, grade_id, defined)
    return SourceCell(
        cell=_as_plain(kept),
        role=role,
        runs=cell.cell_type == "code" and role != "graded",
        grade_id=grade_id,
        released=visible,
        points=float(about.get("points", 0) or 0),
        answers=answers,
    )


def _role(cell: NotebookNode) -> Role:
    from nbgrader.utils import is_grade, is_solution

    if is_grade(cell):
        if is_solution(cell):
            return "written"
        if cell.cell_type != "code":
            raise SourceError(f"cell {cell.metadata.nbgrader.grade_id}: a test must be code")
        return "graded"
    if is_solution(cell):
        return "answer"
    return "code" if cell.cell_type == "code" else "text"


def _taken_from_student(code: str, grade_id: str, defined: dict[str, str]) -> dict[str, str]:
    """Return the names that a graded cell uses and an answer makes.

    Raises
    ------
    SourceError
        If it uses a name that neither it nor an answer makes: the graded cell runs apart from
        the notebook, so it imports and makes everything itself.
    """
    made, used = names_of(code, grade_id)
    free = used - made - set(dir(builtins))
    unknown = sorted(free - set(defined))
    if unknown:
        raise SourceError(
            f"graded cell {grade_id} uses {', '.join(unknown)}, which neither it nor an answer "
            "before it makes: import or define it in the graded cell"
        )
    return {name: defined[name] for name in sorted(free)}


def names_of(code: str, grade_id: str) -> tuple[set[str], set[str]]:
    """Return the names that some code makes at its top level, and all that it takes from there.

    Raises
    ------
    SourceError
        If it is not Python.
    """
    from IPython.core.inputtransformer2 import TransformerManager

    plain = TransformerManager().transform_cell(code)  # type: ignore[no-untyped-call]
    try:
        ast.parse(plain)
        return symbols(plain)
    except SyntaxError as error:
        raise SourceError(f"cell {grade_id}: {error}") from error


def symbols(plain: str) -> tuple[set[str], set[str]]:
    """Return the names that Python makes at its top level, and all that it takes from there.

    Raises
    ------
    SyntaxError
    """
    top = symtable.symtable(plain, "<cell>", "exec")
    made = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    used = {s.get_name() for s in top.get_symbols() if s.is_referenced()}
    tables = list(top.get_children())
    while tables:
        table = tables.pop()
        tables += table.get_children()
        outer = [s for s in table.get_symbols() if s.is_global()]
        used |= {s.get_name() for s in outer}
        made |= {s.get_name() for s in outer if s.is_declared_global() and s.is_assigned()}
    return made, used


def _check_ids(cells: list[SourceCell]) -> None:
    ids = Counter(cell.grade_id for cell in cells if cell.grade_id)
    doubled = sorted(name for name, count in ids.items() if count > 1)
    if doubled:
        raise SourceError(f"grade ids that are used more than once: {', '.join(doubled)}")


def _as_plain(value: Any) -> Any:
    """Return a notebook node as ordinary dictionaries and lists."""
    if isinstance(value, dict):
        return {key: _as_plain(item) for key, item in value.items()}
    return [_as_plain(item) for item in value] if isinstance(value, list) else value
