"""Notebooks as files: look at one, mend it, bring one of its exercises back."""

from __future__ import annotations

import copy
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imbalance_lab.files import in_plain_words, sides, write_whole
from imbalance_lab.lessons.copies import keep_copy
from imbalance_lab.lessons.damage import Mended
from imbalance_lab.lessons.match import lesson_in
from imbalance_lab.lessons.released import Cell, Notebook, answers, grade_id, names, text_of
from imbalance_lab.notebook import START, notebook_file
from imbalance_lab.printable import one_line

LARGEST = 100_000_000  # bytes; no honest notebook comes near
_MOST_CELLS = 5_000  # nor here
RELOAD = (
    "If it is open in JupyterLab: menu File, Reload Notebook from Disk. Where you are asked whether"
    " to overwrite the file or to revert, choose Revert."
)


@dataclass(frozen=True)
class Opened:
    """A file with a lesson in it.

    Parameters
    ----------
    path : Path
    content : bytes
    notebook : dict
    lesson : str
        Which one it is.
    damage : tuple of str
        What is wrong with the file itself.
    """

    path: Path
    content: bytes
    notebook: Notebook
    lesson: str
    damage: tuple[str, ...] = ()


def look(path: Path | str) -> list[str]:
    """Return what is wrong with a notebook of the course, one sentence each.

    Parameters
    ----------
    path : path
        As it was last saved.

    Raises
    ------
    ValueError
        If it is no notebook of this course.
    OSError
        If it cannot be read.
    """
    opened = _open(Path(path))
    return [*opened.damage, *Mended(opened.notebook, opened.lesson).damage]


@in_plain_words
def mend(path: Path | str | None = None) -> None:
    """Bring a damaged notebook into order, and say what was done.

    Answers, your own cells and texts that you changed are kept. What the file was before is in a
    dated copy.

    Parameters
    ----------
    path : path, optional
        By default the notebook in which this runs, as you last saved it.

    Raises
    ------
    ValueError
        If it is no notebook of this course.
    OSError
        If the file cannot be read, or the copy or the file cannot be written.
    """
    opened = _open(_this_or(path))
    mended = Mended(opened.notebook, opened.lesson)
    damage = [*opened.damage, *mended.damage]
    if mended.missing:
        damage.append(f"{mended.missing} other cells of the lesson were missing")
    if not damage:
        print(f"{one_line(opened.path.name)} is in order: nothing was changed.")
        return
    said = [f"{one_line(opened.path.name)} is mended:", *(f"- {line}" for line in damage)]
    _replace(opened, mended.notebook, said)


def reset_in_file(exercise: str, path: Path | str | None = None) -> None:
    """Bring one exercise of a notebook back to how it was handed out.

    Parameters
    ----------
    exercise : str
        Such as "cost_of", "quiz" or "reflection".
    path : path, optional
        By default the notebook in which this runs, as you last saved it.

    Raises
    ------
    ValueError
        If it is no notebook of this course, or has no such exercise, or is damaged there.
    OSError
    """
    opened = _open(_this_or(path))
    known = answers([opened.lesson])
    name = exercise.replace("_", "-")
    if name not in known:
        have = ", ".join(n.replace("-", "_") for n in known)
        raise _refusal(opened.path, f"has no exercise {exercise!r} (it has: {have})")
    cells = opened.notebook["cells"]
    places = [
        n for n, cell in enumerate(cells) if isinstance(cell, dict) and grade_id(cell) == name
    ]
    if len(places) != 1 or opened.damage:
        raise _refusal(opened.path, "is damaged: mend it first")
    given = {key: known[name][key] for key in known[name] if key not in ("metadata", "id")}
    cells[places[0]] = cells[places[0]] | given
    _replace(opened, opened.notebook, [f"{exercise} is as it was handed out."])


def cell_of(path: Path | None, name: str) -> str:
    """Return what stands in the cells of a name in a saved notebook, "" where there are none.

    Raises
    ------
    ValueError
        If it is no notebook of this course.
    OSError
    """
    cells = _open(path).notebook["cells"] if path else []
    return "\n".join(text_of(c) for c in cells if isinstance(c, dict) and grade_id(c) == name)


def _this_or(path: Path | str | None) -> Path:
    this = notebook_file() if path is None else Path(path)
    if this is None:
        last = max(START.glob("*.ipynb"), key=os.path.getmtime, default=Path("smote.ipynb"))
        raise ValueError(
            f"which notebook this is cannot be found out here; try mend({last.name!r})"
        )
    return this


def _refusal(path: Path, why: str) -> ValueError:
    return ValueError(f"{one_line(path.name)} {why}")


def _replace(opened: Opened, notebook: Notebook, said: list[str]) -> None:
    """Keep a copy of a notebook, put another in its place, and say so."""
    kept = keep_copy(opened.path.parent, opened.path.stem, opened.path.suffix, opened.content)
    text = json.dumps(notebook, indent=1, sort_keys=True)
    write_whole(opened.path, f"{text}\n".encode())
    shown = one_line(os.path.relpath(kept, opened.path.parent))
    print("\n".join([*said, f"What it was before is kept in {shown}.", RELOAD]))


def _open(path: Path) -> Opened:
    """Read a file, also one that was damaged, and find out which lesson it is.

    Raises
    ------
    OSError, ValueError
    """
    path = Path(os.path.realpath(path))  # of a link that leads to itself, the next line tells
    content = _read(path)
    whole = _parsed(content)
    notebook, damage = _saved(path, content) if whole is None else (whole, ())
    if len(notebook["cells"]) > _MOST_CELLS:
        raise _refusal(path, "has more cells than any lesson")
    called = f"{path.parent.name}/{path.stem}"
    lesson = lesson_in([cell for cell in notebook["cells"] if isinstance(cell, dict)])
    if called in names() and lesson not in ("", called):
        raise _refusal(path, f"holds another lesson, {lesson}: give it that name first")
    if not lesson and called not in names():
        raise _refusal(path, "is no notebook of this course")
    return Opened(path, content, notebook, lesson or called, damage)


def _read(path: Path) -> bytes:
    """Read a file, nothing else: a pipe or a device may have no end."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise _refusal(path, "is no file")
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise _refusal(path, "is larger than any lesson")
    return content


def _parsed(content: bytes) -> Notebook | None:
    """Return the notebook that a file holds, None where it holds none."""
    try:
        found = json.loads(content.decode("utf-8"))
        if not isinstance(found, dict) or not isinstance(found.get("cells"), list):
            return None
        if len(found["cells"]) <= _MOST_CELLS:
            copy.deepcopy(found)  # RecursionError where it is nested deeper than any notebook
    except (ValueError, RecursionError):
        return None
    return found


def _saved(path: Path, content: bytes) -> tuple[Notebook, tuple[str, ...]]:
    """Return what is left of a file that is no notebook: its first cells, or JupyterLab's copy."""
    text = content.decode(json.detect_encoding(content), "replace")
    if (whole := _parsed(text.encode())) is not None:
        return whole, ("the file was not in UTF-8, in which JupyterLab reads notebooks",)
    found = (_parsed(version.encode()) for version in sides(text))
    if len(versions := [version for version in found if version]) == 2:
        said = "the file is two versions that git had half merged: your answers of both are here"
        return {"cells": _of_both(*versions)}, (said,)
    if cells := _first_cells(text):
        said = f"the file is no notebook any more; {len(cells)} cells could be read from it"
        return {"cells": cells}, (said,)
    checkpoint = path.parent / ".ipynb_checkpoints" / f"{path.stem}-checkpoint.ipynb"
    older = _parsed(_read(checkpoint)) if checkpoint.is_file() else None
    if older is not None:
        said = "the file is no notebook any more; this is the state that was saved before"
        return older, (said,)
    return {"cells": []}, ("the file is no notebook any more, and no cell could be read from it",)


def _of_both(mine: Notebook, theirs: Notebook) -> list[Cell]:
    """Return my cells, and above each of an exercise theirs, if it differs."""
    others = [cell for cell in theirs["cells"] if isinstance(cell, dict)]
    named = {grade_id(cell): cell for cell in others if grade_id(cell)}
    both: list[Cell] = []
    for cell in mine["cells"]:
        if isinstance(cell, dict):
            other = named.get(grade_id(cell), cell)
            both += [cell] if text_of(other) == text_of(cell) else [other, cell]
    return both


def _first_cells(text: str) -> list[Cell]:
    """Return the cells of a notebook's text up to where it is broken."""
    start, decoder = text.find('"cells"'), json.JSONDecoder()
    place = text.find("[", start) + 1 if start >= 0 else 0
    cells: list[Any] = []
    while place and len(cells) < _MOST_CELLS:
        while text[place : place + 1] in (" ", "\n", "\r", "\t", ","):
            place += 1
        try:
            cell, place = decoder.raw_decode(text, place)
            copy.deepcopy(cell)
        except (ValueError, RecursionError):
            break
        cells.append(cell)
    return [cell for cell in cells if isinstance(cell, dict)]
