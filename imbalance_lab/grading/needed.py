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
from dataclasses import dataclass
from functools import lru_cache

from imbalance_lab.grading.source import SourceCell, SourceError, names_of

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
    """One cell of the text: the names it makes and takes, and its imports."""

    makes: frozenset[str]
    takes: frozenset[str]
    imports: str
    sets: bool


def needed_code(cells: Sequence[SourceCell], answers: Mapping[str, str]) -> dict[int, str]:
    """Return what to run of the cells of the text.

    Parameters
    ----------
    cells : sequence of SourceCell
        The notebook.
    answers : mapping of str to str
        Grade id and text of each answer, as the student has it.

    Returns
    -------
    dict of int to str
        For each place of a code cell that is no answer and no test: its text, only its imports, or
        "" for nothing.
    """
    text = {place: cell for place, cell in enumerate(cells) if cell.role == "code" and cell.runs}
    whole = {place: str(cell.cell["source"]) for place, cell in text.items()}
    code = [
        answers.get(cell.grade_id, cell.released)
        for cell in cells
        if cell.role in ("answer", "written") and cell.runs
    ]
    try:
        names = [_names(answer) for answer in code]
        parts = {place: _part(source) for place, source in whole.items()}
    except _Untold:
        return whole
    made = set[str]().union(*(makes for makes, _ in names))
    taken = set[str]().union(*(takes for _, takes in names))
    running = _running(parts, made, taken)
    return {p: whole[p] if p in running else part.imports for p, part in parts.items()}


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


@lru_cache(maxsize=1024)  # the text is the same for everybody
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
        makes=frozenset(makes - imported),
        takes=frozenset(takes),
        imports="\n".join(map(ast.unparse, imports)),
        sets=bool(_SETTINGS.search(source)),
    )


def _running(parts: Mapping[int, _Part], made: set[str], taken: set[str]) -> set[int]:
    """Return the places of the cells that run as a whole, by what the answers make and take."""
    in_text = frozenset().union(*(part.makes for part in parts.values()))
    running = {place for place, part in parts.items() if part.sets or part.makes & made}
    while True:
        wanted = in_text & taken.union(*(parts[place].takes for place in running))
        more = {p for p, part in parts.items() if wanted & (part.makes | part.takes)} - running
        if not more:
            return running
        running |= more
