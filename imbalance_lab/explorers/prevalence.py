"""Prevalence explorer: add positives or negatives and watch which curve notices. Lesson 03."""

from __future__ import annotations

import math

import ipywidgets as widgets
import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from scipy.stats import norm

from imbalance_lab.explorers.base import Explorer, MovingFigure, State, Table, View
from imbalance_lab.plots.core import PALETTE, Picture, house_style
from imbalance_lab.plots.words import share

__all__ = ["PrevalenceView", "prevalence_explorer"]

# Scores of easy negatives are normal around this value; ordinary ones are around 0.
EASY = -6.0
_BASELINE = {"color": "#555555", "linestyle": (0, (2, 2)), "linewidth": 1.3}
_POINT = {
    "marker": "o",
    "markersize": 10,
    "color": PALETTE["orange"],
    "markeredgecolor": "black",
    "markeredgewidth": 1.4,
    "linestyle": "none",
    "zorder": 5,
}


class PrevalenceView:
    """ROC and precision-recall of a score with known distributions, without any sampling.

    Scores are normal with standard deviation 1: around `separation` for positives, around 0 for
    ordinary negatives, around -6 for easy ones. Everything shown is exact for an endless sample.
    """

    def __init__(self) -> None:
        with house_style():
            # Margins of its own instead of the style's layout engine, as MovingFigure asks.
            with rc_context({"figure.constrained_layout.use": False}):
                figure = Figure(figsize=(6.7, 3.5))
            figure.subplots_adjust(0.085, 0.145, 0.985, 0.91, wspace=0.24)
            roc, pr = figure.subplots(1, 2)
            for ax, xlabel, ylabel in (
                (roc, "false positive rate", "recall"),
                (pr, "recall", "precision"),
            ):
                ax.set(xlabel=xlabel, ylabel=ylabel, xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
            roc.plot([0, 1], [0, 1], **_BASELINE)
            self._baseline = pr.axhline(0.5, **_BASELINE)
            self._lines = [ax.plot([], [])[0] for ax in (roc, pr)]
            self._points = [ax.plot([], [], **_POINT)[0] for ax in (roc, pr)]
            self._titles = [ax.set_title(" ") for ax in (roc, pr)]
            moving = [self._baseline, *self._lines, *self._points, *self._titles]
            self._scene = MovingFigure(figure, moving)

    def __call__(self, prevalence: float, separation: float, easy: float, recall: float) -> View:
        """Return the numbers and the picture of one population.

        Parameters
        ----------
        prevalence : float
            Share of positives among positives and ordinary negatives, above 0 and below 1.
        separation : float
            Distance between the mean scores of positives and ordinary negatives, 0 or more.
        easy : float
            Easy negatives for each ordinary one, 0 or more.
        recall : float
            Where to cut the list: at this share of the positives, above 0 and below 1.

        Returns
        -------
        View
            Its ``numbers`` have the keys ``roc_auc``, ``ap``, ``baseline``, ``recall``, ``fpr``,
            ``precision``, ``lift`` and ``alarms``.

        Raises
        ------
        ValueError
            If an argument is out of its range.
        """
        _check(prevalence, separation, easy, recall)
        # From above every score to below every score, fine enough for six digits.
        threshold = np.linspace(separation + 8, EASY - 8, 6001)
        tpr = norm.sf(threshold - separation)
        ordinary, far = norm.sf(threshold), norm.sf(threshold - EASY)
        fpr = (ordinary + easy * far) / (1 + easy)
        overall = prevalence / (prevalence + (1 - prevalence) * (1 + easy))
        precision = overall * tpr / (overall * tpr + (1 - overall) * fpr)
        root = math.sqrt(2)
        area = norm.cdf(separation / root) + easy * norm.cdf((separation - EASY) / root)
        roc_auc = float(area / (1 + easy))
        # Steps and trapezoids agree in the limit, where the curve has a point at every recall.
        ap = float(np.trapezoid(precision, tpr))
        at_fpr = float(np.interp(recall, tpr, fpr))
        at_precision = overall * recall / (overall * recall + (1 - overall) * at_fpr)

        self._lines[0].set_data(fpr, tpr)
        self._lines[1].set_data(tpr, precision)
        self._points[0].set_data([at_fpr], [recall])
        self._points[1].set_data([recall], [at_precision])
        self._baseline.set_ydata([overall, overall])
        self._titles[0].set_text(f"ROC (AUC {roc_auc:.3f})")
        self._titles[1].set_text(f"Precision-recall (AP {ap:.3f})")

        alarms = (1 - at_precision) / at_precision
        sentence = (
            f"With {share(overall)} positives overall, ROC AUC is {roc_auc:.3f} and average "
            f"precision is {ap:.3f}, {ap / overall:.3g} times its baseline. Who wants "
            f"{share(recall)} of the positives flags {share(at_fpr)} of the negatives and has "
            f"{alarms:.3g} false alarms for each catch."
        )
        tables = [
            Table(
                "The whole list",
                ["measure", "value"],
                [
                    ("ROC AUC", [("roc_auc", f"{roc_auc:.3f}")]),
                    ("average precision", [("ap", f"{ap:.3f}")]),
                    ("its baseline: positives overall", [("baseline", share(overall))]),
                ],
            ),
            Table(
                "At the cut",
                ["measure", "value"],
                [
                    ("recall", [("recall", f"{recall:.2f}")]),
                    ("false positive rate", [("fpr", f"{at_fpr:.4f}")]),
                    ("precision", [("precision", f"{at_precision:.3f}")]),
                    ("lift", [("lift", f"{at_precision / overall:.3g}")]),
                    ("false alarms for each catch", [("alarms", f"{alarms:.3g}")]),
                ],
            ),
        ]
        alt = f"ROC curve and precision-recall curve of one score, with the cut on both. {sentence}"
        return View(sentence, tables, Picture(self._scene.frame(), alt))


def prevalence_explorer(
    *, prevalence: float = 0.1, separation: float = 1.8, easy: int = 0, recall: float = 0.6
) -> Explorer:
    """Explore what prevalence and easy negatives do to ROC and precision-recall.

    The score never changes, only the population that it is used on. Buttons make positives ten
    times rarer, add easy negatives, and start again.

    Parameters
    ----------
    prevalence : float, default=0.1
        Share of positives among positives and ordinary negatives, 0.001 to 0.5.
    separation : float, default=1.8
        Distance between the mean scores of positives and ordinary negatives, 0 to 4 standard
        deviations.
    easy : int, default=0
        Easy negatives for each ordinary one, 0 to 100.
    recall : float, default=0.6
        Where to cut the list, 0.05 to 0.95.

    Returns
    -------
    Explorer
        Display it as the last line of a cell.

    Raises
    ------
    ValueError
        If an argument is out of its range.
    """
    _check(prevalence, separation, easy, recall)
    start: State = {
        "prevalence": prevalence,
        "separation": separation,
        "easy": easy,
        "recall": recall,
    }
    look = {
        "style": {"description_width": "130px"},
        "layout": widgets.Layout(width="420px", max_width="100%"),
    }
    controls = {
        "prevalence": widgets.FloatLogSlider(
            value=prevalence,
            min=-3,
            max=math.log10(0.5),
            step=0.01,
            readout_format=".4f",
            description="Prevalence",
            tooltip="Share of positives among positives and ordinary negatives",
            **look,
        ),
        "separation": widgets.FloatSlider(
            value=separation, min=0, max=4, step=0.1, description="Separation", **look
        ),
        "easy": widgets.IntSlider(
            value=easy,
            min=0,
            max=100,
            description="Easy negatives",
            tooltip="Easy negatives for each ordinary one",
            **look,
        ),
        "recall": widgets.FloatSlider(
            value=recall, min=0.05, max=0.95, step=0.05, description="Cut at recall", **look
        ),
    }
    jumps = {
        "Ten times rarer": lambda state: {"prevalence": max(state["prevalence"] / 10, 0.001)},
        "100 easy negatives for each": lambda state: {"easy": 100},
        "Start again": lambda state: start,
    }
    return Explorer("Prevalence explorer", controls, PrevalenceView(), jumps)


def _check(prevalence: float, separation: float, easy: float, recall: float) -> None:
    for name, value in (("prevalence", prevalence), ("recall", recall)):
        if not 0 < value < 1:
            raise ValueError(f"{name} must be above 0 and below 1; got {value!r}.")
    for name, value in (("separation", separation), ("easy", easy)):
        if not 0 <= value < math.inf:
            raise ValueError(f"{name} must be a finite number, 0 or more; got {value!r}.")
