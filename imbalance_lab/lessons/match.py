"""Find in a student's notebook the cells of the lesson, whatever happened to them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence

from imbalance_lab.lessons.released import (
    Cell,
    about,
    grade_id,
    makes,
    name_of,
    names,
    plain,
    released,
    takes_answer,
    text_of,
)

ALIKE = 0.6  # of two texts, for one to be the other with changes
_FEWEST = 3  # cells of a lesson by which a notebook is known for it


def lesson_in(cells: Sequence[Cell]) -> str:
    """Return the notebook of the course that some cells are of, "" where it is none."""
    ids = {str(cell.get("id")) for cell in cells}
    texts = {plain(text_of(cell)) for cell in cells}
    known = {
        name: sum(c["id"] in ids or plain(text_of(c)) in texts for c in released(name)["cells"])
        for name in names()
    }
    best = max(known, key=lambda name: known[name], default="")
    return best if known.get(best, 0) >= _FEWEST else ""


class Matching:
    """Which cells of a student's notebook are which of the released ones.

    Parameters
    ----------
    own : sequence of Cell
        The student's.
    given : sequence of Cell
        Those of the lesson as it was handed out.

    Attributes
    ----------
    places : dict of int to list of int
        For each released cell where in the student's notebook it is found: nowhere, once, or more
        often where it was copied or split.
    """

    def __init__(self, own: Sequence[Cell], given: Sequence[Cell]) -> None:
        self.own, self.given = own, given
        self.places: dict[int, list[int]] = {}
        self._free = dict.fromkeys(range(len(own)))
        self._by_grade_id()
        self._by(lambda cell: str(cell.get("id", "")))
        self._by(lambda cell: plain(text_of(cell)))
        self._by_what_they_make()
        self._by_place()

    @property
    def strangers(self) -> list[int]:
        """The places of the student's own cells."""
        return list(self._free)

    def _take(self, number: int, places: list[int]) -> None:
        if places:
            self.places[number] = places
            for place in places:
                del self._free[place]

    def _missing(self) -> list[int]:
        return [number for number in range(len(self.given)) if number not in self.places]

    def _by_grade_id(self) -> None:
        for number, cell in enumerate(self.given):
            name = grade_id(cell)
            if name:
                self._take(number, [p for p in self._free if grade_id(self.own[p]) == name])

    def _by(self, key: Callable[[Cell], str]) -> None:
        for number in self._missing():
            wanted = key(self.given[number])
            found = next((p for p in self._free if wanted and key(self.own[p]) == wanted), None)
            self._take(number, [] if found is None else [found])

    def _by_what_they_make(self) -> None:
        """Find answers that lost their names by their functions."""
        for number in self._missing():
            cell = self.given[number]
            if takes_answer(cell) and cell["cell_type"] == "code":
                name = name_of(cell)
                self._take(number, [p for p in self._free if makes(name, text_of(self.own[p]))])

    def _by_place(self) -> None:
        """Find what else was changed where it stood: a written answer, an edited text."""
        for number in self._missing():
            cell, gap = self.given[number], list(self._gap(number))
            if takes_answer(cell) and about(cell).get("grade"):
                self._take(number, [p for p in gap if self.own[p].get("cell_type") != "code"])
            elif not grade_id(cell):
                alike = (p for p in gap if self._is_alike(p, cell))
                self._take(number, list(alike)[:1])

    def _gap(self, number: int) -> Iterator[int]:
        """Yield the student's own cells that follow where the cell before this one is."""
        before = [place for n in range(number) for place in self.places.get(n, [])[-1:]]
        place = before[-1] + 1 if before else 0
        while place in self._free:
            yield place
            place += 1

    def _is_alike(self, place: int, cell: Cell) -> bool:
        own = self.own[place]
        if own.get("cell_type") != cell["cell_type"]:
            return False
        return difflib.SequenceMatcher(None, text_of(own), text_of(cell)).ratio() > ALIKE
