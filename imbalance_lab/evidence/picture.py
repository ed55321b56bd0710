"""The forest plot of a comparison: conditions, intervals, the margin, the single data sets."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

import numpy as np

from imbalance_lab.experiments import Interval
from imbalance_lab.plots import PALETTE, Picture, picture
from imbalance_lab.plots.core import fill

_COLOURS = {"yes": PALETTE["green"], "no": PALETTE["vermillion"], "open": PALETTE["blue"]}
_MARKS = {"yes": "o", "no": "X", "open": "D"}
#: How an answer reads in the margin of the picture.
ANSWERS = {"yes": "holds", "no": "does not hold", "open": "not shown"}
_WIDEST, _WIDEST_BELOW = 28, 80  # characters in a line of a label, and below the axis
#: What the laboratory calls by a name or a setting, as a pattern, and how a reader says it.
_WORDS = json.loads(resources.files(__package__).joinpath("words.json").read_text("utf-8"))


def interval_of(condition: Mapping[str, Any]) -> Interval:
    """Return what was measured in a condition, or over all of them."""
    return Interval(*(condition[end] for end in Interval._fields))


def said(text: str) -> str:
    """Return names and settings of the laboratory in a reader's words."""
    for pattern, words in _WORDS:
        text = re.sub(pattern, words, text)
    return text


def name_of(where: Mapping[str, Any], between: str = ", ") -> str:
    """Return a condition in full, as the laboratory calls it."""
    return between.join(_raw(name, value) for name, value in where.items())


def _raw(name: str, value: Any) -> str:
    """Return one of the things that make a condition; a number is told with its name."""
    if name == "tuned":
        return "tuned" if value else "default"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{name}={value:g}"
    return str(value)


def short_labels(wheres: Sequence[Mapping[str, Any]]) -> tuple[list[str], str]:
    """Return labels with what tells the conditions apart, and what they all have in common.

    Of a name with settings, such as ``gauss n=1000 prevalence=0.02``, those are left out that
    are the same wherever this name stands.
    """
    columns = [_shortened([_raw(name, where[name]) for where in wheres]) for name in wheres[0]]
    common = [labels[0] for labels in columns if len(set(labels)) == 1]
    telling = [labels for labels in columns if len(set(labels)) > 1] or columns
    shared = said(", ".join(common)) if telling is not columns else ""
    return [said(", ".join(row)) for row in zip(*telling, strict=True)], shared


def _shortened(values: list[str]) -> list[str]:
    parts = [value.split(" ") for value in values]
    names = [" ".join(part for part in own if "=" not in part) for own in parts]
    labels = []
    for name, own in zip(names, parts, strict=True):
        others = [other for given, other in zip(names, parts, strict=True) if given == name]
        told = [part for part in own if "=" in part and not all(part in o for o in others)]
        only = len(set(names)) == 1 and bool(told)
        labels.append(" ".join(told if only else [name, *told]).strip() or values[0])
    return labels


def xlabel_of(found: Mapping[str, Any]) -> str:
    """Return what the horizontal axis shows: the difference, its two sides, its unit."""
    measure, against = found["measure"], found["against"]
    if not isinstance(against, Mapping):
        return said(f"{measure} − {against:g}" if against else measure)
    arm, rival = (name_of(side, between=" ") for side in (found["arm"], against))
    unit = f", as a share of {rival}'s" if found["relative"] else ""
    return said(f"{measure}: {arm} − {rival}{unit}")


def in_order(conditions: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return conditions by their names, and by the size of the numbers in them."""
    number = re.compile(r"(?<==)(-?[\d.]+)")
    parts = [number.split(name_of(c["where"]).replace(",", " ")) for c in conditions]
    keys = [[float(part) if odd % 2 else part for odd, part in enumerate(own)] for own in parts]
    return [conditions[place] for place in sorted(range(len(keys)), key=keys.__getitem__)]


def _lines(found: Mapping[str, Any], only: str) -> list[Mapping[str, Any]]:
    """Return the conditions that have an interval, and the mean over all if there are several."""
    conditions = [condition for condition in in_order(found["conditions"]) if "mean" in condition]
    kept = [c for c in conditions if only in name_of(c["where"]).replace("_", " ")]
    if len(conditions) > 1 and "mean" in found["overall"]:
        where = {"all": f"all {len(conditions)} together"}
        kept.append(found["overall"] | {"where": where, "cells": []})
    return kept


def forest_plot(found: Mapping[str, Any], only: str = "") -> Picture:
    """Draw a comparison's intervals.

    Parameters
    ----------
    found : mapping
        A comparison of a study's result.
    only : str, optional
        What the names of the conditions to draw contain. The mean stays that over all.

    Returns
    -------
    Picture
        Its alternative text has every interval.
    """
    conditions = _lines(found, only)
    labels, common = _labels(conditions)
    lines = sum(label.count("\n") + 1 for label in labels) + len(labels)
    verdict = found["verdict"].replace("only if", "only in some conditions")
    below = xlabel_of(found)
    below += f", on {common}" if common and common not in below else ""
    drawing = picture(
        title=f"{found['advice']} {verdict.capitalize()}.",
        xlabel=fill(below, _WIDEST_BELOW),
        ylabel="condition",
        alt=_words(found, conditions),
        width=7.4,
        height=2.1 + 0.21 * max(lines, 2),
        show=False,
    )
    with drawing as ax:
        margin = found["margin"]
        band = {"facecolor": "#eeeeee", "edgecolor": "#949494", "linewidth": 0.8}
        ax.axvspan(-margin, margin, label=f"does not matter (±{margin:g})", **band)
        ax.axvline(0, color="#555555", linewidth=1, linestyle="-")
        if any(len(condition["cells"]) > 1 for condition in conditions):
            ax.plot([], [], "|", color="#888888", markersize=7, label="one of its data sets")
        for place, condition in enumerate(conditions):
            _draw(ax, place, condition)
        if not conditions:
            ax.text(0, 0, "too few runs yet", ha="center", va="center")
        ax.set_yticks(range(len(conditions)), labels)
        ax.set_ylim(max(len(conditions), 1) - 0.4, -0.6)
        ax.spines["left"].set_visible(False)
        ax.tick_params(axis="y", length=0)
        ax.locator_params(axis="x", nbins=6)
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), frameon=False, borderaxespad=0.1, ncol=2)
    return drawing.picture


def _labels(conditions: Sequence[Mapping[str, Any]]) -> tuple[list[str], str]:
    """Return labels that leave room for the intervals, and what is the same in all conditions."""
    own = [c["where"] for c in conditions if "all" not in c["where"]]
    labels, common = short_labels(own) if own else ([], "")
    labels += [c["where"]["all"] for c in conditions[len(own) :]]
    return [fill(label, _WIDEST) for label in labels], common


def _draw(ax: Any, place: int, condition: Mapping[str, Any]) -> None:
    """Draw one interval, and above it the means of its single data sets."""
    means = np.array([cell["mean"] for cell in condition["cells"]])
    if len(means) > 1:
        ax.plot(means, np.full(len(means), place - 0.2), "|", color="#888888", markersize=7)
    look: dict[str, Any] = {"markersize": 6.5, "linewidth": 2, "linestyle": "none", "capsize": 4}
    look |= {"color": _COLOURS[condition["answer"]], "marker": _MARKS[condition["answer"]]}
    mean, low, high = interval = interval_of(condition)
    ax.errorbar(mean, place, xerr=[[mean - low], [high - mean]], **look)
    ax.annotate(
        f"{interval:+.3f} {ANSWERS[condition['answer']]}",
        (1.02, place),
        xycoords=ax.get_yaxis_transform(),
        va="center",
        fontsize=9,
        annotation_clip=False,
    )


def _words(found: Mapping[str, Any], conditions: list[Mapping[str, Any]]) -> str:
    named = ((said(name_of(c["where"])), interval_of(c), ANSWERS[c["answer"]]) for c in conditions)
    shown = "; ".join(f"{label}: {interval:+.3f}, {says}" for label, interval, says in named)
    return (
        f"{found['advice']} Verdict: {found['verdict']}. {xlabel_of(found)}; differences within "
        f"±{found['margin']:g} do not matter. {shown or 'no runs yet'}."
    )
