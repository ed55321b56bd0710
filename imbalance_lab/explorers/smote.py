"""SMOTE explorer: move k, the range of λ and wrong labels, see the invented rows. Lesson 06."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from numpy.typing import ArrayLike, NDArray
from sklearn.neighbors import NearestNeighbors

from imbalance_lab.explorers.base import LEGEND, Scene, State, View, one_a_row
from imbalance_lab.explorers.front import Control, Explorer
from imbalance_lab.plots.core import NEGATIVE, PALETTE, POSITIVE
from imbalance_lab.plots.inputs import Label, binary_target, plane
from imbalance_lab.plots.words import count, counted, share
from imbalance_lab.validation import checked, whole

Float = NDArray[np.float64]
Int = NDArray[np.int64]

_LOWEST, _HIGHEST = -0.5, 1.5  # λ beyond [0, 1] can be tried, to see why it is never drawn
_MOST_WRONG = 5
_ABOVE = LEGEND | {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncols": 3}
_ABOVE |= {"columnspacing": 1.0, "fontsize": 7.5}


class _Invented(NamedTuple):
    """What SMOTE makes of the rare rows in one state."""

    rare: Float
    lines: Float
    rows: Float
    from_wrong: NDArray[np.bool_]


class SmoteView(Scene):
    """What SMOTE invents from two classes in the plane, in one state of its settings.

    Takes the data, `n_new` and `random_state` of `smote_explorer`. The draws stay the same while a
    setting moves, so that only its effect shows.
    Called with the number of neighbours `k`, the two ends of λ's range `lam` and the number of
    `wrong` labels; its numbers have the keys ``rare``, ``walks``, ``new``, ``variance``, ``inside``
    and ``touched``.
    """

    size = (5.3, 4.1)
    margins = (0.09, 0.11, 0.985, 0.865)
    shows = (
        "Common rows, rare rows, the walks between neighbours as lines, and the invented rows; an "
        "ellipse of one standard deviation around the rare rows, and one around the invented rows."
    )

    def __init__(
        self,
        X: ArrayLike,
        y: ArrayLike,
        pos_label: Label = None,
        n_new: int = 300,
        random_state: int = 0,
    ) -> None:
        positive = binary_target(y, pos_label).positive
        points = plane(X, positive.size)
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
        super().__init__()

    @property
    def most_neighbours(self) -> int:
        """The largest k for which every rare row has k others."""
        return min(len(self.rare) - 1, 15)

    def __call__(self, k: int, lam: tuple[float, float], wrong: int) -> View:
        """Return what these settings invent."""
        found = self._invent(k, lam, wrong)
        self._walks.set_segments(list(found.lines))
        self._new.set_data(*found.rows.T)
        self._false.set_data(*self.common[self._wrong[:wrong]].T)
        _fit_ellipse(self._around_rare, found.rare)
        _fit_ellipse(self._around_new, found.rows)
        kept = found.rows.var(axis=0).sum() / found.rare.var(axis=0).sum()
        inside = share(float(self._among_common(found.rows).mean()))
        touched = share(float(found.from_wrong.mean()))
        return self.show(
            f"With k = {k}, λ between {lam[0]:g} and {lam[1]:g} and "
            f"{counted(wrong, 'wrong labels')}, {count(len(found.rows))} rows are invented along "
            f"{counted(len(found.lines), 'walks')}. They have {kept:.2f} of the variance; the "
            f"nearest real row of {inside} of them is a common one, and {touched} come from a "
            "wrong label.",
            one_a_row(
                "What is drawn",
                ["", "number"],
                ("rows labelled rare", "rare", count(len(found.rare))),
                ("possible walks", "walks", count(len(found.lines))),
                ("invented rows", "new", count(len(found.rows))),
            ),
            one_a_row(
                "What comes of it",
                ["of the invented rows", "value"],
                ("variance kept", "variance", f"{kept:.2f}"),
                ("nearest real row is common", "inside", inside),
                ("walk starts or ends at a wrong label", "touched", touched),
            ),
        )

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

    def _among_common(self, rows: Float) -> NDArray[np.bool_]:
        """Return which rows have a truly common row as the nearest of all real rows."""
        real = np.vstack([self.common, self.rare])
        nearest = NearestNeighbors(n_neighbors=1).fit(real).kneighbors(rows, return_distance=False)
        common: NDArray[np.bool_] = nearest[:, 0] < len(self.common)
        return common

    def _draw(self, figure: Figure) -> list[Artist]:
        ax = figure.subplots()
        every = np.vstack([self.common, self.rare])
        room = 0.12 * np.ptp(every, axis=0).max() or 1.0
        (left, bottom), (right, top) = every.min(axis=0) - room, every.max(axis=0) + room
        ax.set(xlabel="x₁", ylabel="x₂", xlim=(left, right), ylim=(bottom, top))
        (common,) = ax.plot(*self.common.T, "o", ms=3.5, color=NEGATIVE, alpha=0.45, mew=0)
        self._walks = LineCollection([], colors="#999999", linewidths=0.7, alpha=0.7)
        ax.add_collection(self._walks)
        (self._new,) = ax.plot([], [], "o", ms=3, color=PALETTE["orange"], mew=0, alpha=0.8)
        (rare,) = ax.plot(*self.rare.T, "^", ms=8, color=POSITIVE, mec="white", mew=0.7)
        (self._false,) = ax.plot([], [], "X", ms=10, color="black", mec="white", mew=0.8)
        outline: dict[str, Any] = {"fill": False, "lw": 1.8}
        self._around_rare = Ellipse((0, 0), 1, 1, ec=POSITIVE, ls="-", **outline)
        self._around_new = Ellipse((0, 0), 1, 1, ec="black", ls="--", **outline)
        ax.add_patch(self._around_rare)
        ax.add_patch(self._around_new)
        named = {
            "common rows": common,
            "rare rows": rare,
            "wrongly labelled rare": self._false,
            "invented rows": self._new,
            "spread of the rare rows": self._around_rare,
            "spread of the invented rows": self._around_new,
        }
        ax.legend(named.values(), named.keys(), **_ABOVE)
        return [self._walks, self._new, rare, self._false, self._around_rare, self._around_new]


@checked(n_new=whole(2))
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
        If the data are not as described, there are fewer than 3 positives or 5 negatives, or a
        setting lies outside its slider.

    Examples
    --------
    >>> from imbalance_lab.datasets import make_two_clouds
    >>> explorer = smote_explorer(*make_two_clouds(200, random_state=0))
    >>> explorer.set(k=1)
    >>> explorer.view.numbers["walks"]
    '20'
    """
    view = SmoteView(X, y, pos_label, int(n_new), random_state)
    where = "Towards how many of its nearest rare rows a row may walk"
    how_far = "λ is drawn evenly between these two numbers"
    how_many = "How many common rows carry the label of the rare class"
    most, lam = view.most_neighbours, _low_to_high(lam)
    controls = [
        Control("k", k, 1, most, "Neighbours k", where, steps=most - 1, decimals=0),
        Control("lam", lam, _LOWEST, _HIGHEST, "Range of λ", how_far, steps=40),
        Control("wrong", wrong, 0, _MOST_WRONG, "Wrong labels", how_many, _MOST_WRONG, decimals=0),
    ]
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


def _low_to_high(lam: Any) -> tuple[float, float]:
    if np.shape(lam) != (2,) or not lam[0] <= lam[1]:
        raise ValueError(f"lam must be two numbers, (low, high) with low <= high; got {lam!r}.")
    return tuple(lam)


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
