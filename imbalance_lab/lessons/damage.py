"""What is wrong with a student's notebook, and the notebook without it.

The lesson as it was handed out is the measure: each of its exercises has its cell once, of the
right kind. All that is the student's stays: answers, own cells, texts that she changed, outputs.
"""

from __future__ import annotations

import copy
import re
import uuid
from collections.abc import Sequence

from imbalance_lab.lessons.match import Matching
from imbalance_lab.lessons.released import (
    Cell,
    Notebook,
    about,
    grade_id,
    is_python,
    makes,
    name_of,
    plain,
    released,
    takes_answer,
    text_of,
)

_GRADING = ("grade", "grade_id", "locked", "points", "solution", "task")
_LOCKS = ("nbgrader", "deletable", "editable")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_KINDS = ("code", "markdown", "raw")


class Mended:
    """A student's notebook, mended.

    Parameters
    ----------
    notebook : Notebook
        Of which only the cells need to be there; it is not changed.
    name : str
        The lesson that it is.

    Attributes
    ----------
    notebook : Notebook
    damage : list of str
        What was wrong with its exercises, one sentence each; empty where nothing was.
    missing : int
        How many other cells of the lesson were gone. To delete them is the student's right; where
        the notebook is mended they come back.
    """

    def __init__(self, notebook: Notebook, name: str) -> None:
        self.damage: list[str] = []
        self.missing = 0
        whole = released(name)
        own = [_sound(cell) for cell in notebook["cells"] if _is_cell(cell)]
        matching = Matching(own, whole["cells"])
        self._put = {place: [cell] for place, cell in enumerate(own)}
        self._back: dict[int, list[Cell]] = {}  # what is brought back, by the place before it
        self._free(matching.strangers, {cell["id"] for cell in whole["cells"]})
        after = -1
        for number, cell in enumerate(whole["cells"]):
            places = matching.places.get(number, [])
            if not places:
                self._bring_back(cell, after)
            elif grade_id(cell):
                self._exercise(cell, places)
            else:
                self._text(cell, places[0])
            after = places[-1] if places else after
        self.notebook = self._whole(notebook, whole)

    def _free(self, places: Sequence[int], ids: set[str]) -> None:
        """Take from the student's own cells what belongs to a cell of a lesson."""
        named = [place for place in places if about(self._put[place][0])]
        for place in places:
            cell = self._put[place][0]
            if place in named or cell.get("id") in ids:
                self._put[place] = [_own(cell)]
        if named:
            self.damage.append(f"{len(named)} cells had names that this lesson does not have")

    def _bring_back(self, cell: Cell, after: int) -> None:
        self._back.setdefault(after, []).append(copy.deepcopy(cell))
        if grade_id(cell):
            self.damage.append(f"the cell {grade_id(cell)} was missing")
        else:
            self.missing += 1

    def _text(self, cell: Cell, place: int) -> None:
        mine = self._put[place][0]
        same = plain(text_of(mine)) == plain(text_of(cell))
        self._put[place] = [_of_kind(mine, cell["cell_type"] if same else mine["cell_type"])]
        self._put[place][0]["id"] = cell["id"]

    def _exercise(self, cell: Cell, places: list[int]) -> None:
        """Leave one cell of an exercise, as the lesson has it, and what else was there as own."""
        texts = {place: text_of(self._put[place][0]) for place in places}
        first = {plain(texts[p]): p for p in reversed(places)}  # of copies that are the same
        touched = sorted(p for t, p in first.items() if t not in ("", plain(text_of(cell))))
        self._tell(cell, [self._put[place][0] for place in places], touched)
        if not takes_answer(cell):  # a check is the lesson's; what somebody wrote into it stays
            main, text, own = ([p for p in places if p not in touched] or places)[0], "", touched
        elif about(cell).get("grade"):  # the parts of a written answer are one
            kept = touched or places[:1]
            main, text, own = kept[0], "\n\n".join(texts[p] for p in kept), []
        else:
            main, text, own = self._answer(cell, {p: texts[p] for p in touched or places[:1]})
        for place in places:
            old = self._put[place][0]
            self._put[place] = [_own(old)] if place in own else []
            if place == main:
                self._put[place].append(_as_released(cell, old, text))

    def _answer(self, cell: Cell, texts: dict[int, str]) -> tuple[int, str, list[int]]:
        """Return where an answer stays, its text, and which of its copies stay as own cells.

        As in grading, copies and pieces run in their order, and are joined where a piece is no
        Python by itself.
        """
        places = list(texts)
        if len(places) > 1 and not all(map(is_python, texts.values())):
            return places[0], "\n".join(texts.values()), []
        main = [p for p in places if makes(name_of(cell), texts[p])][-1:] or places[-1:]
        return main[0], texts[main[0]], [place for place in places if place != main[0]]

    def _tell(self, cell: Cell, pieces: Sequence[Cell], touched: Sequence[int]) -> None:
        name = grade_id(cell)
        wanted = about(cell)
        if len(pieces) > 1:
            self.damage.append(f"{len(pieces)} cells had the name {name}")
        if any(piece["cell_type"] != cell["cell_type"] for piece in pieces):
            self.damage.append(f"the cell {name} was no {cell['cell_type']} cell any more")
        if any(about(p).get(key) != wanted.get(key) for p in pieces for key in _GRADING):
            self.damage.append(f"the cell {name} had lost what nbgrader knows it by")
        if touched and not takes_answer(cell):
            self.damage.append(f"the cell {name}, which is a check, had been changed")

    def _whole(self, notebook: Notebook, whole: Notebook) -> Notebook:
        cells = list(self._back.get(-1, []))
        for place, put in self._put.items():
            cells += [*put, *self._back.get(place, [])]
        seen: set[str] = set()
        for cell in cells:
            own = cell.get("id")
            if not isinstance(own, str) or not _ID.fullmatch(own) or own in seen:
                cell["id"] = uuid.uuid4().hex[:12]
            seen.add(cell["id"])
        metadata = notebook.get("metadata")
        return {
            **whole,
            "metadata": metadata if isinstance(metadata, dict) and metadata else whole["metadata"],
            "cells": cells,
        }


def _is_cell(cell: object) -> bool:
    """Return whether an entry of a notebook is a cell, or has at least a text."""
    return isinstance(cell, dict) and (cell.get("cell_type") in _KINDS or bool(text_of(cell)))


def _sound(cell: Cell) -> Cell:
    """Return a copy of a cell that has what every cell has."""
    sound = copy.deepcopy(cell)
    sound["metadata"] = sound["metadata"] if isinstance(cell.get("metadata"), dict) else {}
    sound["source"] = text_of(cell).splitlines(keepends=True)
    return _of_kind(sound, cell["cell_type"] if cell.get("cell_type") in _KINDS else "raw")


def _of_kind(cell: Cell, kind: str) -> Cell:
    """Return a cell as one of another kind; only code has outputs."""
    made = {key: cell[key] for key in cell if key not in ("outputs", "execution_count")}
    if kind == "code":
        outputs = cell.get("outputs")
        made["outputs"] = outputs if isinstance(outputs, list) else []
        made["execution_count"] = cell.get("execution_count")
        made.pop("attachments", None)
    return {**made, "cell_type": kind}


def _own(cell: Cell) -> Cell:
    """Return a cell as one of the student's own."""
    kept = {key: cell["metadata"][key] for key in cell["metadata"] if key not in _LOCKS}
    return {**{key: cell[key] for key in cell if key != "id"}, "metadata": kept}


def _as_released(cell: Cell, old: Cell, text: str) -> Cell:
    """Return a cell of the lesson with a student's answer, and what else she left there."""
    text = text if takes_answer(cell) else text_of(cell)
    kept = {key: old["metadata"][key] for key in old["metadata"] if key not in (*_LOCKS, "tags")}
    made = {**cell, "metadata": {**kept, **cell["metadata"]}}
    made["source"] = text.splitlines(keepends=True)
    if made["cell_type"] == old["cell_type"] == "code" and text == text_of(old):
        made |= {key: old[key] for key in ("outputs", "execution_count")}
    return made
