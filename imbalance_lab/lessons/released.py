"""The lessons as students were given them, and small questions to a cell.

A copy of each lies beside this module, in ``kept/``. It is written together with the lesson,
and holds nothing that the lesson does not show. Notebooks are read as what they are, JSON: one
that is damaged is not always what a library takes for a notebook.
"""

from __future__ import annotations

import ast
import functools
import json
import re
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

Cell = dict[str, Any]
Notebook = dict[str, Any]


@functools.cache
def _texts() -> dict[str, str]:
    folder = files("imbalance_lab") / "lessons" / "kept"
    found = {}
    for topic in sorted(folder.iterdir(), key=str) if folder.is_dir() else []:
        for file in sorted(topic.iterdir(), key=str) if topic.is_dir() else []:
            name = f"{topic.name}/{file.name.removesuffix('.json')}"
            found[name] = file.read_text(encoding="utf-8")
    return found


def names() -> tuple[str, ...]:
    """Return the notebooks that were handed out, such as "06-smote/smote"."""
    return tuple(_texts())


def topics() -> set[str]:
    """Return the folders of the lessons."""
    return {name.split("/")[0] for name in _texts()}


def released(name: str) -> Notebook:
    """Return a notebook as it was handed out; it may be changed, the next one is a new copy."""
    notebook: Notebook = json.loads(_texts()[name])
    return notebook


def text_of(cell: Cell) -> str:
    """Return the text of a cell, which a file may hold as lines or as a whole."""
    source = cell.get("source", cell.get("input", ""))  # as it was called before 2015
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def plain(text: str) -> str:
    """Return a text without the blanks that editors leave at ends."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def about(cell: Cell) -> dict[str, Any]:
    """Return what nbgrader knows of a cell, nothing for a cell that it does not know."""
    metadata = cell.get("metadata")
    known = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return known if isinstance(known, dict) else {}


def grade_id(cell: Cell) -> str:
    """Return by which name nbgrader knows a cell, "" for a cell that it does not know."""
    return str(about(cell).get("grade_id", ""))


def takes_answer(cell: Cell) -> bool:
    """Return whether a cell of a released lesson is there for an answer."""
    return bool(about(cell).get("solution"))


def answers(notebooks: Iterable[str]) -> dict[str, Cell]:
    """Return the released cells for answers, by their names in the gradebook."""
    cells = (cell for name in notebooks for cell in released(name)["cells"])
    return {grade_id(cell): cell for cell in cells if takes_answer(cell)}


def name_of(cell: Cell) -> str:
    """Return the name that an answer's cell is to make, such as "cost_of" or "quiz"."""
    return grade_id(cell).replace("-", "_")


def makes(name: str, text: str) -> bool:
    """Return whether a text makes a function, class or variable; it may be broken code."""
    made = rf"^(?:(?:async\s+)?def|class)\s+{re.escape(name)}\b|^{re.escape(name)}\s*="
    return re.search(made, text, re.MULTILINE) is not None


def is_python(text: str) -> bool:
    """Return whether a text can be read as Python by itself."""
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
