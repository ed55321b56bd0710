"""Prevalence explorer: add positives or negatives and watch which curve notices. Lesson 03."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from scipy.stats import norm

from imbalance_lab.explorers.base import BASELINE, POINT, Scene, State, View, one_a_row
from imbalance_lab.explorers.front import Control, Explorer
from imbalance_lab.plots.words import share

# Scores of easy negatives are normal around this value; ordinary ones are around 0.
EASY = -6.0


class PrevalenceView(Scene):
    """ROC and precision-recall of a score with known distributions, without any sampling.

    Scores are normal with standard deviation 1: around `separation` for positives, around 0 for
    ordinary negatives, around -6 for easy ones. Everything shown is exact for an endless sample.
    Called with `prevalence`, `separation`, `easy` and `recall`; its numbers have the keys
    ``roc_auc``, ``ap``, ``baseline``, ``recall``, ``fpr``, ``precision``, ``lift`` and ``alarms``.
    """

    size = (5.3, 3.0)
    margins = (0.1, 0.155, 0.98, 0.92, 0.26)
    shows = "ROC curve and precision-recall curve of one score, with the cut on both."

    def _draw(self, figure: Figure) -> list[Artist]:
        self._panels = roc, pr = figure.subplots(1, 2)
        roc.set(xlabel="false positive rate", ylabel="recall")
        pr.set(xlabel="recall", ylabel="precision")
        roc.plot([0, 1], [0, 1], **BASELINE)
        self._baseline = pr.axhline(0.5, **BASELINE)
        for ax in self._panels:
            ax.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
        self._lines = [ax.plot([], [])[0] for ax in self._panels]
        self._points = [ax.plot([], [], **POINT)[0] for ax in self._panels]
        self._titles = [ax.set_title(" ") for ax in self._panels]
        return [self._baseline, *self._lines, *self._points, *self._titles]

    def __call__(self, prevalence: float, separation: float, easy: float, recall: float) -> View:
        """Return what a population comes to."""
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
        alarms = (1 - at_precision) / at_precision

        self._lines[0].set_data(fpr, tpr)
        self._lines[1].set_data(tpr, precision)
        self._points[0].set_data([at_fpr], [recall])
        self._points[1].set_data([recall], [at_precision])
        self._baseline.set_ydata([overall, overall])
        self._titles[0].set_text(f"ROC (AUC {roc_auc:.3f})")
        self._titles[1].set_text(f"Precision-recall (AP {ap:.3f})")
        return self.show(
            f"With {share(overall)} positives overall, ROC AUC is {roc_auc:.3f} and average "
            f"precision is {ap:.3f}, {ap / overall:.3g} times its baseline. Who wants "
            f"{share(recall)} of the positives flags {share(at_fpr)} of the negatives and has "
            f"{alarms:.3g} false alarms for each catch.",
            one_a_row(
                "The whole list",
                ["measure", "value"],
                ("ROC AUC", "roc_auc", f"{roc_auc:.3f}"),
                ("average precision", "ap", f"{ap:.3f}"),
                ("its baseline: positives overall", "baseline", share(overall)),
            ),
            one_a_row(
                "At the cut",
                ["measure", "value"],
                ("recall", "recall", f"{recall:.2f}"),
                ("false positive rate", "fpr", f"{at_fpr:.4f}"),
                ("precision", "precision", f"{at_precision:.3f}"),
                ("lift", "lift", f"{at_precision / overall:.3g}"),
                ("false alarms for each catch", "alarms", f"{alarms:.3g}"),
            ),
        )


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
    rare = "Share of positives among positives and ordinary negatives"
    apart = "Distance between the mean scores of positives and ordinary negatives"
    far = "Easy negatives for each ordinary one"
    cut = "Share of the positives above the cut"
    controls = [
        Control("prevalence", prevalence, 0.001, 0.5, "Prevalence", rare, 270, "log"),
        Control("separation", separation, 0, 4, "Separation", apart, steps=40, decimals=1),
        Control("easy", easy, 0, 100, "Easy negatives", far, steps=100, decimals=0),
        Control("recall", recall, 0.05, 0.95, "Cut at recall", cut, steps=18),
    ]
    jumps: dict[str, Callable[[State], State]] = {
        "Ten times rarer": lambda state: {"prevalence": max(state["prevalence"] / 10, 0.001)},
        "100 easy negatives for each": lambda state: {"easy": 100},
        "Start again": lambda state: {
            "prevalence": prevalence,
            "separation": separation,
            "easy": easy,
            "recall": recall,
        },
    }
    return Explorer("Prevalence explorer", controls, PrevalenceView(), jumps)
