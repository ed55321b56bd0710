"""Methods compared over repeated runs: means with their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from imbalance_lab.experiments import Interval
from imbalance_lab.plots.core import PALETTE, REFERENCE, Picture, legend_above, picture
from imbalance_lab.plots.words import ended


def intervals(
    rows: Mapping[str, tuple[float, float, float]] | pd.DataFrame,
    *,
    xlabel: str,
    title: str = "Mean and 95% interval over repeated runs",
    ylabel: str = "method",
    baseline: float | None = None,
    baseline_label: str = "baseline",
    decimals: int = 3,
) -> Picture:
    """Draw one row for each method: a point at the mean, a line over the interval, and the numbers.

    Parameters
    ----------
    rows : mapping of name to (mean, low, high), or DataFrame
        What :func:`imbalance_lab.experiments.interval` returns, for each method, top to bottom.
        A data frame has the columns ``mean``, ``low`` and ``high``, and the names in its index.
    xlabel : str
        What is measured, with its unit.
    title, ylabel : str, optional
        Title of the picture, and what the rows are.
    baseline : float, optional
        Marked by a line that all rows are compared with.
    baseline_label : str, default="baseline"
        What that line is.
    decimals : int, default=3
        Decimals of the numbers.

    Returns
    -------
    Picture
        Its alternative text has every row's numbers.

    Raises
    ------
    ValueError
        If there is no row, or one is not three finite numbers with low ≤ mean ≤ high.
    """
    table = _checked_rows(rows)

    def number(value: float) -> str:
        return f"{value:z,.{decimals}f}"  # what rounds to zero has no minus

    texts = {name: f"{row:z,.{decimals}f}" for name, row in table.items()}
    alt = f"{ended(title)} {xlabel}: " + "; ".join(f"{n} {text}" for n, text in texts.items()) + "."
    alt += "" if baseline is None else f" {baseline_label}: {number(baseline)}."
    row = 0.38 if len(table) <= 12 else 0.27  # many stand closer, so that they fit on a screen
    drawing = picture(
        title=title,
        xlabel=xlabel,
        ylabel=ylabel,
        alt=alt,
        width=7.0,
        height=1.6 + row * len(table) + (0.25 if baseline is not None else 0),
        show=False,
    )
    with drawing as ax:
        if baseline is not None:
            ax.axvline(baseline, label=f"{baseline_label} ({number(baseline)})", **REFERENCE)
            legend_above(ax)
        for place, (name, (mean, low, high)) in enumerate(table.items()):
            ax.errorbar(
                mean,
                place,
                xerr=[[mean - low], [high - mean]],
                color=PALETTE["blue"],
                marker="o",
                markersize=6.5,
                linewidth=2,
                capsize=4,
            )
            ax.annotate(
                texts[name],
                (1.02, place),
                xycoords=ax.get_yaxis_transform(),
                va="center",
                fontsize=9,
                annotation_clip=False,
            )
        ax.set_yticks(range(len(table)), list(table))
        ax.set_ylim(len(table) - 0.4, -0.6)
        ax.margins(x=0.08)
        ax.locator_params(axis="x", nbins=6)
        ax.spines["left"].set_visible(False)
        ax.tick_params(axis="y", length=0)
    return drawing.picture


def _checked_rows(rows: Any) -> dict[str, Interval]:
    if isinstance(rows, pd.DataFrame):
        absent = [column for column in Interval._fields if column not in rows.columns]
        if absent:
            raise ValueError(f"rows must have the columns mean, low and high; it has no {absent}.")
        rows = dict(zip(rows.index, rows[list(Interval._fields)].to_numpy(), strict=True))
    if not isinstance(rows, Mapping) or not rows:
        raise ValueError("rows must be a data frame or a mapping with at least one named row.")
    table = {}
    for name, values in rows.items():
        triple = np.asarray(values, dtype=float)
        if triple.shape != (3,) or not np.isfinite(triple).all():
            raise ValueError(f"rows[{name!r}] must be (mean, low, high), finite; got {values!r}.")
        mean, low, high = triple.tolist()
        if not low <= mean <= high:
            raise ValueError(f"rows[{name!r}] must have low ≤ mean ≤ high; got {values!r}.")
        table[str(name)] = Interval(mean, low, high)
    return table
