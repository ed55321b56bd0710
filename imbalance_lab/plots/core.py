"""Pictures with a house style and with words for those who cannot see them.

Every plot of the course is a :class:`Picture`: an image together with the sentence that says what
it shows. A lesson that needs a plot of its own draws it inside :func:`picture`. Used in every
lesson.
"""

from __future__ import annotations

import base64
import html
import io
import struct
import textwrap
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

import matplotlib.style
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from imbalance_lab.plots.words import ended, sentences
from imbalance_lab.validation import check, real, whole

# Okabe and Ito's eight colours, which stay apart under the common kinds of colour blindness. Yellow
# comes last because it is faint as a line on white.
PALETTE = {
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "orange": "#E69F00",
    "black": "#000000",
    "yellow": "#F0E442",
}
NEGATIVE = PALETTE["blue"]
POSITIVE = PALETTE["vermillion"]
# A line to compare with: the diagonal, a baseline, the prevalence.
REFERENCE: dict[str, Any] = {"color": "#555555", "linestyle": (0, (2, 2)), "linewidth": 1.4}
DPI = 110  # as a picture is shown
SHARPNESS = 2  # dots in an image for each that is shown: a screen of double density shows them all
WIDTH, HEIGHT = 6.4, 4.2
MOST_WIDTH = 7.4  # what a notebook shows in full on a laptop with the file browser open
PANELS = 3  # in a row

_LINES = ["-", "--", "-.", ":", (0, (7, 2)), (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (3, 3))]
_HOUSE: Any = matplotlib.rc_params_from_file(
    Path(__file__).with_name("house.mplstyle"), use_default_template=False
)
_STYLE: dict[str, Any] = {
    **_HOUSE,
    # A line differs from its neighbours by its dashes too, so the picture survives a grey printer.
    "axes.prop_cycle": cycler(color=list(PALETTE.values())) + cycler(linestyle=_LINES),
    "figure.dpi": DPI,
    "savefig.dpi": DPI,
}


def house_style() -> AbstractContextManager[None]:
    """Return a context in which matplotlib draws in the style of the course.

    Settings start from matplotlib's own defaults, so that neither a user's settings nor the
    notebook's backend changes a picture. They are put back when the context ends.
    """
    return matplotlib.style.context([_STYLE], after_reset=True)


def encode_png(figure: Figure) -> bytes:
    """Return `figure` as PNG; the same figure gives the same bytes, today and tomorrow."""
    drawn, stream, dpi = io.BytesIO(), io.BytesIO(), SHARPNESS * DPI
    figure.savefig(drawn, format="rgba", dpi=dpi)
    width, height = (int(side * dpi) for side in figure.get_size_inches())
    image = Image.frombytes("RGBA", (width, height), drawn.getvalue()).convert("RGB")
    # A plot needs no more colours, and without the others it takes no more bytes than a coarse one.
    image.quantize(256, Image.Quantize.MAXCOVERAGE).save(stream, format="png")
    return stream.getvalue()


class Picture:
    """An image and the sentence that says what it shows.

    A notebook displays it as HTML whose image carries the alternative text; a terminal, and a test
    that compares notebooks, sees the text alone.

    Parameters
    ----------
    png : bytes or None
        The encoded image; None if it is to be drawn from `figure` when it is first asked for.
    alt : str
        Alternative text: what a reader who cannot see the image needs to know, with key numbers.
    figure : matplotlib.figure.Figure, optional
        What the image was drawn from, for inspection. No window or notebook manager holds it, so
        it is freed together with the picture.

    Raises
    ------
    ValueError
        If `alt` is blank.
    """

    def __init__(self, png: bytes | None, alt: str, figure: Figure | None = None) -> None:
        if not isinstance(alt, str) or not alt.strip():
            raise ValueError(f"alt must be a sentence that says what is shown; got {alt!r}.")
        self._png = png
        self.alt = sentences(alt)
        self.figure = figure

    def __repr__(self) -> str:
        return self.alt

    @property
    def png(self) -> bytes:
        """The encoded image."""
        if self._png is None:
            assert self.figure is not None
            with house_style():
                self._png = encode_png(self.figure)
        return self._png

    @property
    def html(self) -> str:
        """The image with its alternative text as one HTML ``figure`` element."""
        data = base64.b64encode(self.png).decode("ascii")
        sharpness = SHARPNESS if self.figure else 1
        width, height = (side // sharpness for side in struct.unpack(">II", self.png[16:24]))
        return (
            '<figure class="imbalance-lab-picture" style="margin: 0">'
            # Decoded at once, so that an explorer's picture does not flash while it moves.
            f'<img alt="{html.escape(self.alt)}" decoding="sync"'
            f' width="{width}" height="{height}" style="max-width: 100%; height: auto"'
            f' src="data:image/png;base64,{data}"></figure>'
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        # No image/png on purpose: JupyterLab shows such an output without alternative text.
        return {"text/html": self.html, "text/plain": self.alt}


class picture:
    """Draw a picture of your own in the house style.

    Use it in a ``with`` statement, which hands out one ``Axes``, or an array of `ncols` of them, to
    draw on. When the block ends, the picture is checked, gets a legend where something is labelled,
    and is displayed; its ``picture`` is the finished :class:`Picture`.

    Parameters
    ----------
    title : str
        What the picture shows.
    xlabel, ylabel : str or sequence of str
        Labels of the axes, with units; one for all panels or one for each.
    alt : str
        Alternative text: the finding in a sentence or two, with its key numbers; if it is a list of
        values, the title goes before it.
    panels : sequence of str, optional
        One short title for each panel, required when there are several.
    ncols : int, optional
        How many panels, by default as many as have a title; after three begins the next row.
    width, height : float, optional
        Size in inches, at 110 pixels an inch. By default as wide as a lesson's text, which is the
        most: what is wider would be shrunk, words and all.
    sharex, sharey : bool, default=False
        Whether the panels share an axis.
    show : bool, default=True
        Whether the notebook displays the picture when the block ends.

    Raises
    ------
    ValueError
        At the end of the block, naming each of title, labels and alternative text that is missing.
        Titles and labels may also be set on the axes inside the block.

    Examples
    --------
    >>> with picture(title="A square", xlabel="side (m)", ylabel="area (m²)",
    ...              alt="The area grows from 0 to 9 m² as the side grows from 0 to 3 m.") as ax:
    ...     lines = ax.plot([0, 1, 2, 3], [0, 1, 4, 9])
    The area grows from 0 to 9 m² as the side grows from 0 to 3 m.
    """

    def __init__(
        self,
        *,
        title: str = "",
        xlabel: str | Sequence[str] = "",
        ylabel: str | Sequence[str] = "",
        alt: str = "",
        panels: Sequence[str] = (),
        ncols: int | None = None,
        width: float | None = None,
        height: float = HEIGHT,
        sharex: bool = False,
        sharey: bool = False,
        show: bool = True,
    ) -> None:
        ncols = len(panels) or 1 if ncols is None else ncols
        check("picture", "ncols", ncols, whole(1))
        width = width or (WIDTH if ncols == 1 else 7.2)
        check("picture", "width", width, real(0, MOST_WIDTH, closed="right"))
        self._alt, self._show, self._style = alt, show, house_style()
        self._picture: Picture | None = None
        with house_style():
            self._figure = Figure(figsize=(width, height))
            FigureCanvasAgg(self._figure)
            shape = -(-ncols // PANELS), min(ncols, PANELS)
            grid = self._figure.subplots(*shape, squeeze=False, sharex=sharex, sharey=sharey)
            self._axes: list[Axes] = list(grid.flat[:ncols])
            for spare in grid.flat[ncols:]:
                spare.remove()
            self._set("xlabel", xlabel, Axes.set_xlabel)
            # About as many characters as fit beside a panel, and over it.
            beside = max(int(12.5 * (height / shape[0] - 1.2)), 10)
            over = max(int(12 * (width / shape[1] - 0.6)), 10)
            self._set("ylabel", ylabel, Axes.set_ylabel, beside)
            self._set("panels", panels, Axes.set_title, over)
            if title:
                self._figure.suptitle(title, x=0.012, ha="left", wrap=True)

    def _set(
        self, argument: str, given: str | Sequence[str], put: Callable[..., Any], room: int = 0
    ) -> None:
        """Put one text for all panels, or one for each, on the axes, in lines that have room."""
        texts = [given] * len(self._axes) if isinstance(given, str) else list(given)
        if len(texts) not in {len(self._axes), 0}:
            raise ValueError(
                f"{argument} must have one text for each of {len(self._axes)} panels; "
                f"got {len(texts)}."
            )
        for ax, text in zip(self._axes, texts, strict=False):
            put(ax, fill(text, room) if room else text)

    @property
    def picture(self) -> Picture:
        """The finished picture, once the ``with`` block has ended."""
        if self._picture is None:
            raise RuntimeError(
                "The picture is finished when the with block ends; ask for it after."
            )
        return self._picture

    def __enter__(self) -> Any:
        self._style.__enter__()
        return self._axes[0] if len(self._axes) == 1 else np.array(self._axes)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._finish()
        finally:
            self._style.__exit__(None, None, None)
        if error is None and self._show:
            from IPython.display import display

            display(self._picture)  # type: ignore[no-untyped-call]

    def _finish(self) -> None:
        missing = _missing_texts(self._figure, self._axes, self._alt)
        if missing:
            raise ValueError(f"A picture needs its words; this one has no {', no '.join(missing)}.")
        named = {ax: ax.get_legend_handles_labels() for ax in self._axes if not ax.get_legend()}
        named = {ax: found for ax, found in named.items() if found[1]}
        if len(named) > 1 and len({str(labels) for _, labels in named.values()}) == 1:
            # What all panels would say is said once, below them.
            found = next(iter(named.values()))
            ncols = 4 if len(found[1]) < 5 else 3
            self._figure.legend(*found, loc="outside lower center", ncols=ncols, frameon=False)
        else:
            for ax in named:
                ax.legend()
        title = self._figure.get_suptitle() or self._axes[0].get_title(loc="left")
        sentence = self._alt[:1].isupper() or self._alt.startswith(title)
        told = self._alt if sentence else f"{ended(title)} {self._alt}"  # values: say of what
        self._picture = Picture(None, told, self._figure)


def fill(text: str, room: int) -> str:
    """Return a text in lines that end at commas, or are about as long as each other."""
    if max(map(len, text.split(", "))) < room:
        kept = text.replace(" ", "\xa0").replace(",\xa0", ", ")
        return textwrap.fill(kept, room).replace("\xa0", " ")
    return textwrap.fill(text, min(room, len(text) // (1 + len(text) // room) + 6))


def legend_above(ax: Axes, ncols: int = 1) -> None:
    """Put the legend above the axes, where nothing is drawn."""
    ax.legend(
        loc="lower left", bbox_to_anchor=(0, 1), ncols=ncols, frameon=False, borderaxespad=0.1
    )


def _missing_texts(figure: Figure, axes: Sequence[Axes], alt: str) -> list[str]:
    several = len(axes) > 1
    missing = []
    if not (figure.get_suptitle() or (axes[0].get_title(loc="left") and not several)):
        missing.append("title")
    for number, ax in enumerate(axes, 1):
        where = f" of panel {number}" if several else ""
        if several and not ax.get_title(loc="left"):
            missing.append(f"title{where} (panels)")
        missing += [
            f"{name}{where}"
            for name, text in (("xlabel", ax.get_xlabel()), ("ylabel", ax.get_ylabel()))
            if not text.strip()
        ]
    return missing + ([] if alt.strip() else ["alt"])
