"""The curve by which a decision earns points."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from imbalance_lab.plots.core import Picture, picture

Rungs = Iterable[tuple[str, float, float]]


def points_curve(
    rungs: Rungs,
    *,
    title: str = "Points for what it is worth",
    xlabel: str = "worth on hidden data, as a share of the reference",
) -> Picture:
    """Draw the points of a decision against what it is worth, with the name of each rung.

    Parameters
    ----------
    rungs : iterable of (str, float, float)
        Name, share of the reference and points, rising, such as an `imbalance_lab.checks.Curve`.
    title, xlabel : str
        Texts of the picture.

    Returns
    -------
    Picture
    """
    names, shares, points = zip(*rungs, strict=True)
    most = max(1, *shares)
    room = 0.15 * (most - min(shares) or 1)
    ends = [min(shares) - room, *shares, most + room / 3]
    listed = [f"{p:g} at {s:g} ({n})" for n, s, p in zip(names, shares, points, strict=True)]
    drawn = picture(
        title=title,
        xlabel=xlabel,
        ylabel="points",
        alt=f"Points against the share of the reference, rising: {', '.join(listed)}.",
        show=False,
    )
    with drawn as ax:
        ax.plot(ends, np.interp(ends, shares, points))
        for name, share, given in zip(names, shares, points, strict=True):
            ax.plot(share, given, "o", color="black")
            # A rising curve leaves room above each point to the left, and below it to the right.
            left = share - ends[0] > ends[-1] - share
            where = {"xytext": (-8, 4), "ha": "right"} if left else {"xytext": (9, -11)}
            label = f"{name} ({share:g}: {given:g})"
            ax.annotate(label, (share, given), textcoords="offset points", fontsize=9, **where)
        ax.set(xlim=(ends[0], ends[-1]), ylim=(-0.1 * max(points), 1.08 * max(points)))
    return drawn.picture
