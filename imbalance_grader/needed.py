"""Which of the instructor's own cells a submission needs to be scored.

The text of a lesson runs experiments that no answer uses, and they are the same for everybody. So a
cell of the text runs for a submission only if it makes, or may change, a name that an answer takes
from the notebook or makes itself, or that a cell takes which runs for this reason. Of the other
cells the imports run, since an answer may use those as well.

Names are those of Python's own symbol table. Where an answer can reach them in other ways
(``eval``, ``globals``, a magic), or is no Python at all, everything runs; and so it does where a
cell of the text is like that.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from imbalance_grader.source import SourceCell, SourceError, names_of

# Ways to a name that the symbol table does not see: by text, and the shell's memory by name.
_ROUNDABOUT = re.compile(
    r"\b(eval|exec|globals|locals|vars|f_globals|__globals__|__builtins__|__main__|modules"
    r"|get_ipython)\b|import\s*\*|^\s*[%!]",
    re.MULTILINE,
)
_MEMORY = re.compile(r"In|Out|_+\d*|_i+\d*")
# What a cell may set for all code after it without making a name.
_SETTINGS = re.compile(
    r"\.(seed|set_option|set_config|set_printoptions|set_theme|set_state|filterwarnings"
    r"|simplefilter|setrecursionlimit|chdir|use)\(|\b(rcParams|environ)\b"
)


@dataclass(frozen=True)
class _Part:
    """One cell of the text: the names it makes and takes, its imports, whether it sets things."""

    makes: list[str]
    takes: list[str]
    imports: str
    sets: bool


def text_parts(cells: Sequence[SourceCell]) -> list[dict[str, Any] | None] | None:
    """Describe the cells of the text, once for all submissions.

    Parameters
    ----------
    cells : sequence of SourceCell
        The notebook.

    Returns
    -------
    list of dict or None, or None
        For each cell, as plain values, what `needed_code` asks of it; None for a cell that is no
        code of the text. None instead of the list if it cannot be told what one of them does.
    """
    try:
        return [asdict(_part(_text(cell))) if _is_text(cell) else None for cell in cells]
    except _Untold:
        return None


def needed_code(
    cells: Sequence[SourceCell],
    answers: Mapping[str, str],
    described: Sequence[Mapping[str, Any] | None] | None,
) -> dict[int, str]:
    """Return what to run of the cells of the text.

    Parameters
    ----------
    cells : sequence of SourceCell
        The notebook.
    answers : mapping of str to str
        Grade id and text of each answer, as the student has it.
    described : sequence of mapping or None, or None
        What `text_parts` returned for these cells.

    Returns
    -------
    dict of int to str
        For each place of a code cell that is no answer and no test: its text, only its imports, or
        "" for nothing.
    """
    whole = {place: _text(cell) for place, cell in enumerate(cells) if _is_text(cell)}
    if described is None:
        return whole
    code = [
        answers.get(cell.grade_id, cell.released)
        for cell in cells
        if cell.role in ("answer", "written") and cell.runs
    ]
    try:
        names = [_names(answer) for answer in code]
    except _Untold:
        return whole
    parts = {place: _Part(**part) for place, part in enumerate(described) if part is not None}
    made = set[str]().union(*(makes for makes, _ in names))
    taken = set[str]().union(*(takes for _, takes in names))
    running = _running(parts, made, taken)
    return {p: whole[p] if p in running else part.imports for p, part in parts.items()}


def _is_text(cell: SourceCell) -> bool:
    return cell.role == "code" and cell.runs


def _text(cell: SourceCell) -> str:
    return str(cell.cell["source"])


class _Untold(ValueError):
    """Which names some code makes and takes cannot be told."""


def _names(code: str) -> tuple[set[str], set[str]]:
    """Return the names that some code makes and takes."""
    if _ROUNDABOUT.search(code):
        raise _Untold
    try:
        ast.parse(code)  # first, since what follows takes long on text that is no Python
        makes, takes = names_of(code, "code")
    except (SourceError, SyntaxError, ValueError, RecursionError, MemoryError):
        raise _Untold from None
    if any(map(_MEMORY.fullmatch, takes - makes)):
        raise _Untold
    return makes, takes


def _part(source: str) -> _Part:
    """Describe a cell of the text."""
    makes, takes = _names(source)
    imports = [
        part for part in ast.parse(source).body if isinstance(part, ast.Import | ast.ImportFrom)
    ]
    imported = {
        (alias.asname or alias.name).partition(".")[0] for part in imports for alias in part.names
    }
    return _Part(
        makes=sorted(makes - imported),
        takes=sorted(takes),
        imports="\n".join(map(ast.unparse, imports)),
        sets=bool(_SETTINGS.search(source)),
    )


def _running(parts: Mapping[int, _Part], made: set[str], taken: set[str]) -> set[int]:
    """Return the places of the cells that run as a whole, by what the answers make and take."""
    in_text = set[str]().union(*(part.makes for part in parts.values()))
    running = {p for p, part in parts.items() if part.sets or not made.isdisjoint(part.makes)}
    while True:
        wanted = in_text & taken.union(*(parts[place].takes for place in running))
        more = {
            place
            for place, part in parts.items()
            if not (wanted.isdisjoint(part.makes) and wanted.isdisjoint(part.takes))
        } - running
        if not more:
            return running
        running |= more
