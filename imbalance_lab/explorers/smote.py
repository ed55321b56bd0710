"""SMOTE explorer: move k, the range of λ and wrong labels, see the invented rows. Lesson 06."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import ipywidgets as widgets
import numpy as np
from matplotlib import rc_context
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from numpy.typing import ArrayLike, NDArray
from sklearn.neighbors import NearestNeighbors

from imbalance_lab.explorers.base import Explorer, MovingFigure, State, Table, View
from imbalance_lab.plots.core import NEGATIVE, PALETTE, POSITIVE, Picture, house_style
from imbalance_lab.plots.inputs import Label, binary_target
from imbalance_lab.plots.words import count, share

__all__ = ["SmoteView", "smote_explorer"]

Float = NDArray[np.float64]
Int = NDArray[np.int64]

_LOWEST, _HIGHEST = -0.5, 1.5  # λ beyond [0, 1] can be tried, to see why it is never drawn
_MOST_WRONG = 5
_CORNER: dict[str, Any] = {
    "loc": "lower center",
    "bbox_to_anchor": (0.5, 1.0),
    "ncols": 3,
    "frameon": False,
    "fontsize": 8,
    "handlelength": 1.6,
    "columnspacing": 1.2,
}


class _Invented(NamedTuple):
    """What SMOTE makes of the rare rows in one state."""

    rare: Float
    lines: Float
    rows: Float
    from_wrong: NDArray[np.bool_]


class SmoteView:
    """What SMOTE invents from two classes in the plane, in one state of its settings.

    Parameters
    ----------
    X : array-like of shape (n_samples, 2)
        Finite numbers.
    y : array-like of shape (n_samples,)
        Labels of two classes; the positive one is filled up.
    pos_label : label, optional
        Positive class; may be left out for 0/1, −1/1 and booleans.
    n_new : int, default=300
        Number of rows to invent.
    random_state : int, default=0
        Decides the draws. They stay the same while a setting moves, so that only its effect shows.

    Raises
    ------
    ValueError
        If `X` is not a table of two columns of finite numbers with as many rows as `y`, `y` does
        not have two classes, or there are fewer than 3 positives or 5 negatives.
    """

    def __init__(
        self,
        X: ArrayLike,
        y: ArrayLike,
        pos_label: Label = None,
        n_new: int = 300,
        random_state: int = 0,
    ) -> None:
        positive = binary_target(y, pos_label).positive
        points = _plane(X, positive.size)
        self.rare, self.common = points[positive], points[~positive]
        if len(self.rare) < 3 or len(self.common) < _MOST_WRONG:
            raise ValueError(
                f"y must have at least 3 positives and {_MOST_WRONG} negatives; "
                f"got {len(self.rare)} and {len(self.common)}."
            )
        rng = np.random.default_rng(random_state)
        # Uniform numbers, to be scaled to the number of rows and of neighbours, and to λ's range.
        self._draws = rng.random((3, n_new))
        self._wrong = self._mislabelled(rng)
        self._stage()

    @property
    def most_neighbours(self) -> int:
        """The largest k for which every rare row has k others."""
        return min(len(self.rare) - 1, 15)

    def __call__(self, k: int, lam: tuple[float, float], wrong: int) -> View:
        """Return the numbers and the picture for one state.

        Parameters
        ----------
        k : int
            Number of neighbours that a row may walk towards.
        lam : (float, float)
            λ is drawn evenly between these two numbers.
        wrong : int
            How many common rows carry the label of the rare class.

        Returns
        -------
        View
            Its ``numbers`` have the keys ``rare``, ``walks``, ``new``, ``variance``, ``inside``
            and ``touched``.
        """
        found = self._invent(k, lam, wrong)
        kept = found.rows.var(axis=0).sum() / found.rare.var(axis=0).sum()
        among_common = float(self._among_common(found.rows, wrong).mean())
        touched = float(found.from_wrong.mean())
        tables = [
            Table(
                "What is drawn",
                ["", "number"],
                [
                    ("rows labelled rare", [("rare", count(len(found.rare)))]),
                    ("possible walks", [("walks", count(len(found.lines)))]),
                    ("invented rows", [("new", count(len(found.rows)))]),
                ],
            ),
            Table(
                "What comes of it",
                ["of the invented rows", "value"],
                [
                    ("variance kept", [("variance", f"{kept:.2f}")]),
                    ("nearest real row is common", [("inside", share(among_common))]),
                    ("walk starts or ends at a wrong label", [("touched", share(touched))]),
                ],
            ),
        ]
        wrong_labels = f"{wrong} wrong label" + ("" if wrong == 1 else "s")
        sentence = (
            f"With k = {k}, λ between {lam[0]:g} and {lam[1]:g} and {wrong_labels}, "
            f"{count(len(found.rows))} rows are invented along {count(len(found.lines))} walks. "
            f"They have {kept:.2f} of the variance; the nearest real row of {share(among_common)} "
            f"of them is a common one, and {share(touched)} come from a wrong label."
        )
        self._move(found, wrong)
        alt = (
            "Common rows, rare rows, the walks between neighbours as lines, and the invented rows; "
            "an ellipse of one standard deviation around the rare rows, and one around the "
            f"invented rows. {sentence}"
        )
        return View(sentence, tables, Picture(self._scene.frame(), alt))

    def _mislabelled(self, rng: np.random.Generator) -> Int:
        """Choose common rows from the half that lies farther from the rare ones."""
        away = np.linalg.norm(self.common - self.rare.mean(axis=0), axis=1)
        far = np.argsort(away, kind="stable")[len(away) // 2 :]
        chosen: Int = rng.permutation(far)[:_MOST_WRONG]
        if len(chosen) < _MOST_WRONG:
            chosen = np.argsort(-away, kind="stable")[:_MOST_WRONG]
        return chosen

    def _invent(self, k: int, lam: tuple[float, float], wrong: int) -> _Invented:
        rare = np.vstack([self.rare, self.common[self._wrong[:wrong]]])
        near = NearestNeighbors(n_neighbors=k).fit(rare).kneighbors(return_distance=False)
        first, which, part = self._draws
        start = (first * len(rare)).astype(int)
        end = near[start, (which * k).astype(int)]
        steps = (lam[0] + (lam[1] - lam[0]) * part)[:, np.newaxis]
        rows = rare[start] + steps * (rare[end] - rare[start])
        lines = np.stack([np.repeat(rare, k, axis=0), rare[near.ravel()]], axis=1)
        from_wrong = (start >= len(self.rare)) | (end >= len(self.rare))
        return _Invented(rare, lines, rows, from_wrong)

    def _among_common(self, rows: Float, wrong: int) -> NDArray[np.bool_]:
        """Return which rows have a truly common row as the nearest of all real rows."""
        real = np.vstack([self.common, self.rare])
        nearest = NearestNeighbors(n_neighbors=1).fit(real).kneighbors(rows, return_distance=False)
        common: NDArray[np.bool_] = nearest[:, 0] < len(self.common)
        return common

    def _stage(self) -> None:
        """Draw all that does not move."""
        with house_style():
            # Margins of its own instead of the style's layout engine, as MovingFigure asks.
            with rc_context({"figure.constrained_layout.use": False}):
                figure = Figure(figsize=(5.8, 4.6))
            figure.subplots_adjust(0.095, 0.11, 0.985, 0.86)
            ax = figure.subplots()
            every = np.vstack([self.common, self.rare])
            room = 0.12 * np.ptp(every, axis=0).max() or 1.0
            ax.set(
                xlabel="x₁",
                ylabel="x₂",
                xlim=(every[:, 0].min() - room, every[:, 0].max() + room),
                ylim=(every[:, 1].min() - room, every[:, 1].max() + room),
            )
            (common,) = ax.plot(*self.common.T, "o", ms=3.5, color=NEGATIVE, alpha=0.45, mew=0)
            self._lines = LineCollection([], colors="#999999", linewidths=0.7, alpha=0.7)
            ax.add_collection(self._lines)
            (self._new,) = ax.plot([], [], "o", ms=3, color=PALETTE["orange"], mew=0, alpha=0.8)
            style: dict[str, Any] = {"marker": "^", "ls": "none", "mec": "white", "mew": 0.7}
            (rare,) = ax.plot(*self.rare.T, ms=8, color=POSITIVE, **style)
            (self._false,) = ax.plot([], [], "X", ms=10, color="black", mec="white", mew=0.8)
            colours = ((POSITIVE, "-"), ("black", "--"))
            self._ellipses = [
                Ellipse((0, 0), 1, 1, fill=False, ec=c, ls=s, lw=1.8) for c, s in colours
            ]
            for ellipse in self._ellipses:
                ax.add_patch(ellipse)
            ax.legend(
                [common, rare, self._false, self._new, *self._ellipses],
                [
                    "common rows",
                    "rare rows",
                    "wrongly labelled rare",
                    "invented rows",
                    "spread of the rare rows",
                    "spread of the invented rows",
                ],
                **_CORNER,
            )
            moving = [self._lines, self._new, rare, self._false, *self._ellipses]
            self._scene = MovingFigure(figure, moving)

    def _move(self, found: _Invented, wrong: int) -> None:
        self._lines.set_segments(list(found.lines))
        self._new.set_data(*found.rows.T)
        self._false.set_data(*self.common[self._wrong[:wrong]].T)
        for ellipse, rows in zip(self._ellipses, (found.rare, found.rows), strict=True):
            _fit_ellipse(ellipse, rows)


def smote_explorer(
    X: ArrayLike,
    y: ArrayLike,
    *,
    k: int = 5,
    lam: tuple[float, float] = (0.0, 1.0),
    wrong: int = 0,
    n_new: int = 300,
    pos_label: Label = None,
    random_state: int = 0,
) -> Explorer:
    """Explore the geometry of SMOTE: neighbours, λ, and what a wrong label does.

    Sliders set the number of neighbours k, the range from which λ is drawn (it can be stretched
    beyond [0, 1], to see what happens then) and the number of common rows that carry the label of
    the rare class. The picture shows the possible walks, the invented rows, and an ellipse of one
    standard deviation around the real and around the invented ones.

    Parameters
    ----------
    X : array-like of shape (n_samples, 2)
        Finite numbers.
    y : array-like of shape (n_samples,)
        Labels of two classes; the positive one is filled up.
    k : int, default=5
        Number of neighbours to start with, at most 15 and less than the number of positives.
    lam : (float, float), default=(0.0, 1.0)
        Range of λ to start with, within [-0.5, 1.5].
    wrong : int, default=0
        Number of wrong labels to start with, 0 to 5.
    n_new : int, default=300
        Number of rows to invent.
    pos_label : label, optional
        Positive class; may be left out for 0/1, −1/1 and booleans.
    random_state : int, default=0
        Decides the draws, which stay the same while a slider moves.

    Returns
    -------
    Explorer
        Display it as the last line of a cell.

    Raises
    ------
    ValueError
        If the data are not as described, or a setting lies outside its slider.

    Examples
    --------
    >>> from imbalance_lab.datasets import make_two_clouds
    >>> explorer = smote_explorer(*make_two_clouds(200, random_state=0))
    >>> explorer.set(k=1)
    >>> explorer.view.numbers["walks"]
    '20'
    """
    if isinstance(n_new, bool) or not isinstance(n_new, int | np.integer) or n_new < 2:
        raise ValueError(f"n_new must be a whole number, 2 or more; got {n_new!r}.")
    view = SmoteView(X, y, pos_label, int(n_new), random_state)
    _check_whole("k", k, 1, view.most_neighbours)
    _check_whole("wrong", wrong, 0, _MOST_WRONG)
    low, high = _range(lam)
    layout = widgets.Layout(width="330px", max_width="100%")
    style = {"description_width": "initial"}
    controls: dict[str, Any] = {
        "k": widgets.IntSlider(
            value=k,
            min=1,
            max=view.most_neighbours,
            description="Neighbours k",
            tooltip="Towards how many of its nearest rare rows a row may walk",
            layout=layout,
            style=style,
        ),
        "lam": widgets.FloatRangeSlider(
            value=(low, high),
            min=_LOWEST,
            max=_HIGHEST,
            step=0.05,
            readout_format=".2f",
            description="Range of λ",
            tooltip="λ is drawn evenly between these two numbers",
            layout=layout,
            style=style,
        ),
        "wrong": widgets.IntSlider(
            value=wrong,
            min=0,
            max=_MOST_WRONG,
            description="Wrong labels",
            tooltip="How many common rows carry the label of the rare class",
            layout=layout,
            style=style,
        ),
    }
    return Explorer("SMOTE explorer", controls, view, _jumps(view))


def _jumps(view: SmoteView) -> dict[str, Any]:
    def as_published(state: State) -> State:
        return {"k": min(5, view.most_neighbours), "lam": (0.0, 1.0), "wrong": 0}

    return {
        "SMOTE as published": as_published,
        "Copies (λ = 0)": lambda state: {"lam": (0.0, 0.0)},
        "Halfway (λ = 0.5)": lambda state: {"lam": (0.5, 0.5)},
        "One more wrong label": lambda state: {"wrong": min(state["wrong"] + 1, _MOST_WRONG)},
    }


def _plane(X: ArrayLike, n_samples: int) -> Float:
    try:
        points = np.asarray(X, dtype=float)
    except (TypeError, ValueError):
        raise ValueError("X must be numbers, in two columns.") from None
    if points.shape != (n_samples, 2):
        raise ValueError(f"X must have shape ({n_samples}, 2); got {points.shape}.")
    if not np.isfinite(points).all():
        raise ValueError("X must be finite; got NaN or infinite values.")
    return points


def _check_whole(name: str, value: Any, low: int, high: int) -> None:
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not (whole and low <= value <= high):
        raise ValueError(f"{name} must be a whole number from {low} to {high}; got {value!r}.")


def _range(lam: Any) -> tuple[float, float]:
    try:
        low, high = (float(end) for end in lam)
    except (TypeError, ValueError):
        raise ValueError(f"lam must be two numbers, (low, high); got {lam!r}.") from None
    if not _LOWEST <= low <= high <= _HIGHEST:
        raise ValueError(
            f"lam must be (low, high) with {_LOWEST} <= low <= high <= {_HIGHEST}; got {lam!r}."
        )
    return low, high


def _fit_ellipse(ellipse: Ellipse, rows: Float) -> None:
    """Make an ellipse of one standard deviation around the mean of the rows."""
    values, vectors = np.linalg.eigh(np.cov(rows.T, bias=True))
    short, long = 2 * np.sqrt(np.clip(values, 0, None))
    ellipse.set(
        center=tuple(rows.mean(axis=0)),
        width=long,
        height=short,
        angle=math.degrees(math.atan2(vectors[1, 1], vectors[0, 1])),
    )
