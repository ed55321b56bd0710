"""What all explorers share: controls, a scene that follows them, and a view of it.

A :class:`Scene` knows its data, draws its figure once and turns a state into a :class:`View`: a
sentence, tables and a picture. It knows nothing of widgets, so tests call it without a browser;
:class:`Explorer` puts controls beside it and calls it whenever one moves.
"""

from __future__ import annotations

import html
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, ClassVar

import ipywidgets as widgets
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from imbalance_lab.plots.core import DPI, PALETTE, REFERENCE, Picture, house_style
from imbalance_lab.validation import check, real, whole

__all__ = ["Explorer", "Scene", "Table", "View"]

State = dict[str, Any]
Cell = tuple[str, str]

BASELINE: dict[str, Any] = REFERENCE | {"linewidth": 1.3}
LEGEND: dict[str, Any] = {"frameon": False, "fontsize": 8, "handlelength": 1.6}
# Where the state is on a curve.
POINT: dict[str, Any] = {
    "marker": "o",
    "markersize": 10,
    "color": PALETTE["orange"],
    "markeredgecolor": "black",
    "markeredgewidth": 1.4,
    "linestyle": "none",
    "zorder": 5,
}

_STYLE = """<style>
.imbalance-lab-explorer table { border-collapse: collapse; margin: 0 0 12px; width: 100%;
  font-size: 13px; line-height: 1.3; font-variant-numeric: tabular-nums; }
.imbalance-lab-explorer caption { caption-side: top; text-align: left; font-weight: 600;
  padding: 0 0 4px; color: inherit; }
.imbalance-lab-explorer th, .imbalance-lab-explorer td { padding: 4px 8px; text-align: right;
  border-bottom: 1px solid rgba(128, 128, 128, 0.35); }
.imbalance-lab-explorer th { text-align: left; font-weight: 500; }
.imbalance-lab-explorer tbody th { white-space: nowrap; }
.imbalance-lab-explorer thead th { text-align: right; }
.imbalance-lab-explorer thead th:first-child { text-align: left; }
.imbalance-lab-explorer td { font-weight: 600; }
.imbalance-lab-explorer p { margin: 0; font-size: 13px; line-height: 1.4; }
</style>"""


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
        head = "".join(f'<th scope="col">{html.escape(column)}</th>' for column in self.columns)
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
        """The tables and the sentence, which a screen reader announces when it changes."""
        return (
            f'{_STYLE}<div class="imbalance-lab-explorer">'
            f"{''.join(table.html for table in self.tables)}"
            f'<p role="status" aria-live="polite" data-metric="sentence">'
            f"{html.escape(self.sentence)}</p></div>"
        )


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
    """

    size: ClassVar[tuple[float, float]]
    margins: ClassVar[tuple[float, ...]]
    shows: ClassVar[str]

    def __init__(self) -> None:
        with house_style():
            self.figure = Figure(figsize=self.size, layout="none")  # type: ignore[arg-type]
            self.figure.subplots_adjust(*self.margins)
            self._moving = self._draw(self.figure)
        for artist in self._moving:
            artist.set_animated(True)
        # matplotlib's canvas has no types.
        self._canvas: Any = FigureCanvasAgg(self.figure)
        self._background: Any = None

    @abstractmethod
    def _draw(self, figure: Figure) -> Sequence[Artist]:
        """Draw the figure and return what moves, in drawing order; an ``Axes`` moves as a whole."""

    def show(self, sentence: str, *tables: Table, also: str = "") -> View:
        """Return the view of the state that the artists are in; `also` ends the picture's text."""
        alt = f"{self.shows} {sentence} {also}"
        return View(sentence, tables, Picture(self._frame(), alt))

    def _frame(self) -> bytes:
        with house_style():
            if self._background is None:
                self.figure.set_dpi(DPI)
                self._canvas.draw()
                self._background = self._canvas.copy_from_bbox(self.figure.bbox)
            self._canvas.restore_region(self._background)
            for artist in self._moving:
                artist.draw(self._canvas.get_renderer())
        stream = BytesIO()
        image = Image.fromarray(np.asarray(self._canvas.buffer_rgba())).convert("RGB")
        # A low level takes a fraction of the default's time for a few more bytes.
        image.save(stream, format="png", compress_level=3)
        return stream.getvalue()


def control(
    name: str,
    start: Any,
    ends: tuple[float, float],
    label: str,
    tip: str,
    kind: type[widgets.ValueWidget] = widgets.FloatSlider,
    *,
    step: float = 1,
    decimals: int = 2,
    label_width: str = "120px",
    width: str = "420px",
) -> tuple[str, widgets.ValueWidget]:
    """Return a control for one number, or for a range of two, under its name.

    Parameters
    ----------
    name : str
        Argument of the scene that it sets.
    start : float or (float, float)
        What it is set to first.
    ends : (float, float)
        Least and greatest value, a ``FloatLogSlider``'s too.
    label, tip : str
        What the reader sees beside it, and while the mouse is on it.
    kind : type of widget, default=FloatSlider
    step : float, default=1
    decimals : int, default=2
        How a slider shows its number.
    label_width, width : str, optional
        Of the label and of the whole, in CSS's units.

    Raises
    ------
    ValueError
        If `start` is no number between the ends.
    """
    low, high = ends
    counts = kind is widgets.IntSlider
    accepted = whole(int(low), int(high)) if counts else real(low, high, closed="both")
    for number in start if isinstance(start, tuple) else (start,):
        check("the explorer", name, number, accepted)
    if kind is widgets.FloatLogSlider:
        low, high = math.log10(low), math.log10(high)
    # A field that can be typed in shows what was typed.
    shown = (
        {} if counts or not hasattr(kind, "readout_format") else {"readout_format": f".{decimals}f"}
    )
    widget = kind(
        value=start,
        min=low,
        max=high,
        step=step,
        description=label,
        tooltip=tip,
        style={"description_width": label_width},
        layout=widgets.Layout(width=width, max_width="100%"),
        **shown,
    )
    return name, widget


class Explorer:
    """Controls beside numbers and a picture that follow them.

    Parameters
    ----------
    name : str
        What it explores; opens the sentence that stands for it where no widget can be shown.
    controls : mapping of str to widget, or pairs of them
        Value widgets, by the name under which `view` takes their value; see :func:`control`.
    view : callable
        Takes the controls' values as keyword arguments and returns a :class:`View` that depends on
        nothing else; a :class:`Scene`.
    jumps : mapping of str to callable, optional
        Buttons. Each takes the state as a dict and returns the values to set, as a dict.

    Notes
    -----
    Displayed, it sends the widget and, for a reader without a kernel, the state it was in as HTML
    and as one sentence of text. Neither changes from run to run.
    """

    def __init__(
        self,
        name: str,
        controls: Mapping[str, widgets.ValueWidget] | Iterable[tuple[str, widgets.ValueWidget]],
        view: Callable[..., View],
        jumps: Mapping[str, Callable[[State], State]] | None = None,
    ) -> None:
        self.name = name
        self.controls = dict(controls)
        self.buttons: dict[str, widgets.Button] = {}
        self._view_of = view
        self._paused = False
        self._numbers = widgets.HTML()
        # Not an Image widget: that one has no alternative text, and fails when given a tooltip.
        self._image = widgets.HTML()
        for control in self.controls.values():
            control.observe(lambda change: self._refresh(), names="value")
        for label, jump in (jumps or {}).items():
            self.buttons[label] = self._button(label, jump)
        self.widget = self._arrange()
        self._refresh()

    @property
    def state(self) -> State:
        """The controls' values by name."""
        return {name: control.value for name, control in self.controls.items()}

    @property
    def view(self) -> View:
        """What is shown now."""
        return self._view

    def set(self, **values: Any) -> None:
        """Set several controls at once and redraw once.

        Raises
        ------
        ValueError
            If there is no control of that name, or it does not reach that value; then nothing has
            changed.
        """
        unknown = sorted(set(values) - set(self.controls))
        if unknown:
            raise ValueError(f"no control is called {unknown}; there are {sorted(self.controls)}.")
        before, self._paused = self.state, True
        try:
            for name, value in values.items():
                self.controls[name].value = value
                # A widget takes the nearest value that it can show, and says nothing.
                if not np.allclose(self.controls[name].value, value):
                    raise ValueError(f"the control {name} does not reach {value!r}.")
        except ValueError:
            for name, value in before.items():
                self.controls[name].value = value
            raise
        finally:
            self._paused = False
        self._refresh()

    def _refresh(self) -> None:
        if self._paused:
            return
        self._view = self._view_of(**self.state)
        self._numbers.value = self._view.html
        self._image.value = self._view.picture.html

    def _button(self, label: str, jump: Callable[[State], State]) -> widgets.Button:
        button = widgets.Button(description=label, layout=widgets.Layout(width="auto"))
        button.on_click(lambda _: self.set(**jump(self.state)))
        return button

    def _arrange(self) -> widgets.Widget:
        row = widgets.Layout(display="flex", flex_flow="row wrap", align_items="center")
        self._numbers.layout = widgets.Layout(flex="1 1 230px", max_width="360px", margin="4px")
        self._image.layout = widgets.Layout(flex="0 1 auto", max_width="100%")
        stage = widgets.Layout(
            display="flex", flex_flow="row wrap", align_items="flex-start", width="100%"
        )
        return widgets.VBox(
            [
                widgets.Box(list(self.controls.values()), layout=row),
                widgets.Box(list(self.buttons.values()), layout=row),
                widgets.Box([self._image, self._numbers], layout=stage),
            ],
            layout=widgets.Layout(width="100%"),
        )

    def __repr__(self) -> str:
        return f"{self.name}. {self._view.sentence}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        bundle = dict(self.widget._repr_mimebundle_())
        bundle["text/plain"] = repr(self)
        bundle["text/html"] = self._view.html + self._view.picture.html
        return bundle
