"""What all explorers show: a scene that follows a state, and a view of it.

A :class:`Scene` knows its data, draws its figure once and turns a state into a :class:`View`: a
sentence, tables and a picture. It knows nothing of a browser, so tests call it without one;
:class:`~imbalance_lab.explorers.front.Explorer` puts controls beside it.
"""

from __future__ import annotations

import html
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, ClassVar

import numpy as np
from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from imbalance_lab.plots.core import DPI, PALETTE, REFERENCE, Picture, house_style

State = dict[str, Any]
Cell = tuple[str, str]

BASELINE: dict[str, Any] = REFERENCE | {"linewidth": 1.3}
LEGEND: dict[str, Any] = {"frameon": False, "fontsize": 8, "handlelength": 1.6}
# Pictures that stand beside their numbers are small.
SMALL: Any = {
    "axes.titlesize": 9.5,
    "axes.labelsize": 9,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
}
# Where the state is on a curve.
POINT: dict[str, Any] = {"marker": "o", "markersize": 10, "linestyle": "none", "zorder": 5}
POINT |= {"color": PALETTE["orange"], "markeredgecolor": "black", "markeredgewidth": 1.4}
POINT |= {"clip_on": False}  # at the end of an axis it is whole too


@dataclass(frozen=True)
class Table:
    """A small table of numbers; each cell is ``(key, text)`` and each row ``(label, cells)``.

    The keys become ``data-metric`` attributes, by which a test in a browser finds the numbers.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell]]]

    @property
    def html(self) -> str:
        """The table with its headers marked up as such."""
        # The corner of a table is no heading of anything.
        head = "".join(
            f'<th scope="col">{html.escape(column)}</th>' if column else "<td></td>"
            for column in self.columns
        )
        body = "".join(
            f'<tr><th scope="row">{html.escape(label)}</th>'
            + "".join(
                f'<td data-metric="{html.escape(key)}">{html.escape(text)}</td>'
                for key, text in cells
            )
            + "</tr>"
            for label, cells in self.rows
        )
        return (
            f"<table><caption>{html.escape(self.caption)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def one_a_row(caption: str, columns: Sequence[str], *rows: tuple[str, str, str]) -> Table:
    """Return a table with one number a row, each row given as ``(label, key, text)``."""
    return Table(caption, columns, [(label, [(key, text)]) for label, key, text in rows])


@dataclass(frozen=True)
class View:
    """What an explorer shows in one state: a sentence, tables and a picture."""

    sentence: str
    tables: Sequence[Table]
    picture: Picture

    @property
    def numbers(self) -> dict[str, str]:
        """Every cell of the tables by its key."""
        return {
            key: text for table in self.tables for _, cells in table.rows for key, text in cells
        }

    @property
    def html(self) -> str:
        """The tables."""
        return "".join(table.html for table in self.tables)


class Scene(ABC):
    """The data of one explorer, its figure and its numbers.

    What stands still is drawn once; a frame copies it and draws the moving artists on top, in a few
    milliseconds. The same state gives the same bytes, whatever was shown before it.

    A subclass sets the three attributes and draws the figure in `_draw`. Called with a state, by
    keyword, it moves the artists and returns its `show`. Its ``__init__`` ends with this one's.

    Attributes
    ----------
    size : tuple of two float
        Width and height in inches.
    margins : tuple of float
        Left, bottom, right, top and the gaps between panels, as ``subplots_adjust`` takes them.
        They do not depend on the state: otherwise a frame would depend on the frames before it.
    shows : str
        What the picture shows in any state; it opens the alternative text.
    seldom : sequence of Artist
        What moves with some of the arguments only, below what moves; none by default. A subclass
        that has moved it sets `_background` to None.
    """

    seldom: Sequence[Artist] = ()
    size: ClassVar[tuple[float, float]]
    margins: ClassVar[tuple[float, ...]]
    shows: ClassVar[str]

    def __init__(self) -> None:
        with house_style(), rc_context(SMALL):
            self.figure = Figure(figsize=self.size, layout="none")  # type: ignore[arg-type]
            self.figure.subplots_adjust(*self.margins)
            self._moving = self._draw(self.figure)
        for artist in (*self.seldom, *self._moving):
            artist.set_animated(True)
        # matplotlib's canvas has no types.
        self._canvas: Any = FigureCanvasAgg(self.figure)
        self._still: Any = None
        self._background: Any = None  # with what moves seldom; None after that was moved

    @abstractmethod
    def _draw(self, figure: Figure) -> Sequence[Artist]:
        """Draw the figure and return what moves, in drawing order; an ``Axes`` moves as a whole."""

    def show(self, sentence: str, *tables: Table, also: str = "") -> View:
        """Return the view of the state that the artists are in; `also` ends the picture's text."""
        alt = f"{self.shows} {sentence} {also}"
        return View(sentence, tables, Picture(self._frame(), alt))

    def _frame(self) -> bytes:
        with house_style():
            if self._still is None:
                self.figure.set_dpi(DPI)
                self._canvas.draw()
                self._still = self._copy()
            if self._background is None:
                self._draw_on(self._still, self.seldom)
                self._background = self._copy()
            self._draw_on(self._background, self._moving)
        stream = BytesIO()
        image = Image.fromarray(np.asarray(self._canvas.buffer_rgba())).convert("RGB")
        # A low level takes a fraction of the default's time for a few more bytes.
        image.save(stream, format="png", compress_level=3)
        return stream.getvalue()

    def _copy(self) -> Any:
        return self._canvas.copy_from_bbox(self.figure.bbox)

    def _draw_on(self, background: Any, artists: Sequence[Artist]) -> None:
        self._canvas.restore_region(background)
        for artist in artists:
            artist.draw(self._canvas.get_renderer())
