"""The forest plot of a comparison: conditions, intervals, the margin, the single data sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from imbalance_lab.plots import PALETTE, Picture, picture

_COLOURS = {"yes": PALETTE["green"], "no": PALETTE["vermillion"], "open": PALETTE["blue"]}
_MARKS = {"yes": "o", "no": "X", "open": "D"}
#: How an answer reads in the margin of the picture.
_SAYS = {"yes": "as advised", "no": "not so", "open": "open"}


def label_of(where: Mapping[str, Any]) -> str:
    """Return a condition as it stands beside its interval."""
    words = []
    for name, value in where.items():
        if name == "tuned":
            words.append("tuned" if value else "default")
        else:
            words.append(str(value).replace("_", " "))
    return ", ".join(words)


def xlabel_of(found: Mapping[str, Any]) -> str:
    """Return what the horizontal axis shows: the difference, its two sides, its unit."""
    measure = str(found["measure"]).replace("_", " ")
    if not isinstance(found["against"], Mapping):
        return f"{measure} − {found['against']:g}"
    arm, rival = _side(found["arm"]), _side(found["against"])
    unit = f", as a share of {rival}'s" if found["relative"] else ""
    return f"{measure}: {arm} − {rival}{unit}"


def _side(columns: Mapping[str, Any]) -> str:
    words = [
        ("tuned" if value else "default") if name == "tuned" else str(value)
        for name, value in columns.items()
    ]
    return " ".join(words).replace("_", " ")


def _lines(found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the conditions that have an interval, and their mean if there are several."""
    conditions = [condition for condition in found["conditions"] if "mean" in condition]
    if len(conditions) > 1 and "mean" in found["overall"]:
        conditions.append(found["overall"] | {"where": {"all": "all together"}, "cells": []})
    return conditions


def forest_plot(found: Mapping[str, Any]) -> Picture:
    """Draw a comparison's intervals.

    Parameters
    ----------
    found : mapping
        A comparison of a study's result.

    Returns
    -------
    Picture
        Its alternative text has every interval.
    """
    conditions = _lines(found)
    title = f"{found['advice']} {found['verdict'].capitalize()}."
    drawing = picture(
        title=title,
        xlabel=xlabel_of(found),
        ylabel="condition",
        alt=_words(found, conditions),
        width=7.4,
        height=1.9 + 0.42 * max(len(conditions), 1),
        show=False,
    )
    with drawing as ax:
        margin = found["margin"]
        ax.axvspan(-margin, margin, color="#eeeeee", label=f"does not matter (±{margin:g})")
        ax.axvline(0, color="#555555", linewidth=1, linestyle="-")
        for place, condition in enumerate(conditions):
            _draw(ax, place, condition)
        ax.set_yticks(range(len(conditions)), [label_of(c["where"]) for c in conditions])
        ax.set_ylim(max(len(conditions), 1) - 0.4, -0.6)
        ax.spines["left"].set_visible(False)
        ax.tick_params(axis="y", length=0)
        ax.locator_params(axis="x", nbins=6)
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), frameon=False, borderaxespad=0.1)
    return drawing.picture


def _draw(ax: Any, place: int, condition: Mapping[str, Any]) -> None:
    """Draw one interval, and above it the means of its single data sets."""
    means = np.array([cell["mean"] for cell in condition["cells"]])
    if len(means) > 1:
        ax.plot(means, np.full(len(means), place - 0.2), "|", color="#888888", markersize=7)
    colour = _COLOURS[condition["answer"]]
    mean, low, high = (condition[name] for name in ("mean", "low", "high"))
    ax.errorbar(
        mean,
        place,
        xerr=[[mean - low], [high - mean]],
        color=colour,
        marker=_MARKS[condition["answer"]],
        markersize=6.5,
        linewidth=2,
        linestyle="none",
        capsize=4,
    )
    ax.annotate(
        f"{mean:+.3f} [{low:+.3f}, {high:+.3f}] {_SAYS[condition['answer']]}",
        (1.02, place),
        xycoords=ax.get_yaxis_transform(),
        va="center",
        fontsize=9,
        annotation_clip=False,
    )


def _words(found: Mapping[str, Any], conditions: list[Mapping[str, Any]]) -> str:
    texts = [
        f"{label_of(c['where'])}: {c['mean']:+.3f} [{c['low']:+.3f}, {c['high']:+.3f}], "
        f"{_SAYS[c['answer']]}"
        for c in conditions
    ]
    shown = "; ".join(texts) or "no runs yet"
    return (
        f"{found['advice']} Verdict: {found['verdict']}. {xlabel_of(found)}; differences within "
        f"±{found['margin']:g} do not matter. {shown}."
    )
