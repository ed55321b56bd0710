"""Threshold explorer: move the threshold and watch every number follow. Lessons 01 to 03 and 09."""

from __future__ import annotations

import math
from typing import Any

import ipywidgets as widgets
import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter
from numpy.typing import ArrayLike, NDArray
from sklearn import metrics

from imbalance_lab.explorers.base import Explorer, MovingFigure, State, Table, View
from imbalance_lab.plots.core import PALETTE, Picture, house_style
from imbalance_lab.plots.curves import draw_score_distributions
from imbalance_lab.plots.inputs import Label, binary_target, scores_1d
from imbalance_lab.plots.words import count, share

__all__ = ["ThresholdView", "threshold_explorer"]

_BASELINE: dict[str, Any] = {"color": "#555555", "linestyle": (0, (2, 2)), "linewidth": 1.3}
# Beside the panel's title, where no line passes.
_LEGEND: dict[str, Any] = {
    "loc": "lower right",
    "bbox_to_anchor": (1.02, 0.98),
    "ncols": 2,
    "frameon": False,
    "fontsize": 8,
    "handlelength": 1.6,
    "columnspacing": 1.0,
    "markerscale": 0.8,
}
_POINT: dict[str, Any] = {
    "marker": "o",
    "markersize": 10,
    "color": PALETTE["orange"],
    "markeredgecolor": "black",
    "markeredgewidth": 1.4,
    "linestyle": "none",
    "zorder": 5,
}


class ThresholdView:
    """Everything that a threshold decides, for fixed labels and scores.

    A row is predicted positive when its score is at or above the threshold.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels of two classes.
    y_score : array-like of shape (n_samples,)
        Scores, higher for the positive class; probabilities or decision values.
    pos_label : label, optional
        Positive class; may be left out for 0/1, −1/1 and booleans.

    Raises
    ------
    ValueError
        If `y_true` does not have two classes, or scores are not finite or of another length.
    """

    def __init__(self, y_true: ArrayLike, y_score: ArrayLike, pos_label: Label = None) -> None:
        target = binary_target(y_true, pos_label)
        self.positive = target.positive
        self.prevalence = target.prevalence
        self.scores = scores_1d(y_score, self.positive.size)
        self.low, self.high = _range(self.scores)
        _, fps, fns, tps, cuts = metrics.confusion_matrix_at_thresholds(self.positive, self.scores)
        # scikit-learn starts where the highest score is flagged; flagging no row is a choice too.
        self._fps = np.append(0, fps)
        self._fns = np.append(self.positive.sum(), fns)
        self._tps = np.append(0, tps)
        self._cuts = np.append(self.high, cuts)
        self._costs: tuple[float, float] | None = None
        self._stage()

    def min_cost_threshold(self, cost_fp: float, cost_fn: float) -> float:
        """Return a threshold of least cost; of several, the one that flags the fewest rows."""
        return self._threshold_at(int(np.argmin(self._cost(cost_fp, cost_fn))))

    def best_f1_threshold(self) -> float:
        """Return a threshold of highest F1; of several, the one that flags the fewest rows."""
        f1 = 2 * self._tps / (2 * self._tps + self._fps + self._fns)
        return self._threshold_at(int(np.argmax(f1)))

    def __call__(self, threshold: float, cost_fp: float, cost_fn: float) -> View:
        """Return the numbers and the picture at a threshold.

        Parameters
        ----------
        threshold : float
            Rows with a score at or above it are predicted positive.
        cost_fp, cost_fn : float
            Cost of one false positive and of one false negative, in the same unit.

        Returns
        -------
        View
            Its ``numbers`` have the keys ``tn``, ``fp``, ``fn``, ``tp``, ``precision``, ``recall``,
            ``f1``, ``fpr``, ``flagged``, ``cost`` and ``min_cost``.
        """
        flagged = self.scores >= threshold
        matrix = metrics.confusion_matrix(self.positive, flagged, labels=[False, True])
        tn, fp, fn, tp = (int(n) for n in matrix.ravel())
        precision = tp / (tp + fp) if tp + fp else math.nan
        recall = tp / (tp + fn)
        fpr = fp / (fp + tn)
        f1 = 2 * tp / (2 * tp + fp + fn)
        cost = cost_fp * fp + cost_fn * fn
        best = self.min_cost_threshold(cost_fp, cost_fn)
        least = float(self._cost(cost_fp, cost_fn).min())
        tables = [
            Table(
                f"Confusion at threshold {threshold:.3f}",
                ["", "predicted negative", "predicted positive"],
                [
                    ("actual negative", [("tn", count(tn)), ("fp", count(fp))]),
                    ("actual positive", [("fn", count(fn)), ("tp", count(tp))]),
                ],
            ),
            Table(
                "What follows from it",
                ["measure", "value"],
                [
                    ("precision", [("precision", _ratio(precision))]),
                    ("recall", [("recall", _ratio(recall))]),
                    ("F1", [("f1", _ratio(f1))]),
                    ("false positive rate", [("fpr", _ratio(fpr))]),
                    ("rows flagged", [("flagged", count(tp + fp))]),
                    ("cost", [("cost", _money(cost))]),
                    (f"least cost (at {best:.3g})", [("min_cost", _money(least))]),
                ],
            ),
        ]
        sentence = (
            f"At threshold {threshold:.3f}, {count(tp + fp)} of {count(flagged.size)} rows are "
            f"flagged: {count(tp)} of {count(tp + fn)} positives are found "
            f"(recall {_ratio(recall)}), precision is {_ratio(precision)}, "
            f"and the cost is {_money(cost)}; the least is {_money(least)} at {best:.3g}."
        )
        self._move(threshold, fpr, recall, precision, cost, cost_fp, cost_fn)
        alt = (
            "Four panels: the scores of both classes cut by the threshold, the cost at every "
            "threshold, the ROC curve and the precision-recall curve, each with the current point. "
            f"{sentence} Prevalence, the precision-recall baseline, is {share(self.prevalence)}."
        )
        return View(sentence, tables, Picture(self._scene.frame(), alt))

    def _cost(self, cost_fp: float, cost_fn: float) -> NDArray[np.float64]:
        cost: NDArray[np.float64] = cost_fp * self._fps + cost_fn * self._fns
        return cost

    def _threshold_at(self, place: int) -> float:
        """Return the roundest threshold that flags the same rows as the score at `place`."""
        highest = float(self._cuts[place])
        below = float(self._cuts[place + 1]) if place + 1 < self._cuts.size else self.low
        return _roundest(below, highest)

    def _stage(self) -> None:
        """Draw all that does not move with the threshold."""
        with house_style():
            # Margins of its own instead of the style's layout engine, as MovingFigure asks.
            with rc_context({"figure.constrained_layout.use": False}):
                figure = Figure(figsize=(6.7, 4.7))
            figure.subplots_adjust(0.095, 0.105, 0.985, 0.945, wspace=0.27, hspace=0.47)
            (scores, costs), (roc, pr) = figure.subplots(2, 2)
            draw_score_distributions(scores, self.positive, self.scores, 40, "negative", "positive")
            scores.set(title="Scores", xlabel="score", ylabel="share of the class")
            scores.legend(["negative", "positive"], **_LEGEND)
            costs.set(title="Cost", xlabel="threshold", ylabel="cost (your unit)")
            for ax in (scores, costs):
                margin = 0.02 * (self.high - self.low)
                ax.set_xlim(self.low - margin, self.high + margin)
            fpr, tpr, _ = metrics.roc_curve(self.positive, self.scores)
            area = metrics.roc_auc_score(self.positive, self.scores)
            roc.plot([0, 1], [0, 1], **_BASELINE)
            metrics.RocCurveDisplay(fpr=fpr, tpr=tpr).plot(ax=roc)
            _square(roc, f"ROC (AUC {area:.3f})", "false positive rate", "recall")
            precision, recall, _ = metrics.precision_recall_curve(self.positive, self.scores)
            area = metrics.average_precision_score(self.positive, self.scores)
            pr.axhline(self.prevalence, **_BASELINE)
            metrics.PrecisionRecallDisplay(precision=precision, recall=recall).plot(ax=pr)
            _square(pr, f"Precision-recall (AP {area:.3f})", "recall", "precision")
            order = np.argsort(self._cuts, kind="stable")
            self._cost_axes, self._cost_order = costs, order
            (self._cost_line,) = costs.step(self._cuts[order], np.zeros(order.size), where="pre")
            (self._cheapest,) = costs.plot([], [], marker="D", markersize=6, color="black", ls="")
            # Costs of any size fit the margin as 500, 2k or 1.5M.
            costs.yaxis.set_major_formatter(EngFormatter(sep=""))
            lines = [ax.axvline(self.low, color="black", linewidth=1.5) for ax in (scores, costs)]
            self._cuts_shown = lines
            self._points = {
                name: ax.plot([], [], **_POINT)[0]
                for name, ax in (("cost", costs), ("roc", roc), ("pr", pr))
            }
            costs.legend([self._points["cost"], self._cheapest], ["here", "least cost"], **_LEGEND)
            # The cost curve moves too, when a cost is changed.
            self._scene = MovingFigure(
                figure, [costs, lines[0], self._points["roc"], self._points["pr"]]
            )

    def _move(
        self,
        threshold: float,
        fpr: float,
        recall: float,
        precision: float,
        cost: float,
        cost_fp: float,
        cost_fn: float,
    ) -> None:
        if self._costs != (cost_fp, cost_fn):
            self._costs = (cost_fp, cost_fn)
            self._draw_costs(cost_fp, cost_fn)
        for line in self._cuts_shown:
            line.set_xdata([threshold, threshold])
        self._points["cost"].set_data([threshold], [cost])
        self._points["roc"].set_data([fpr], [recall])
        # Precision is undefined where no row is flagged, and NaN is not drawn.
        self._points["pr"].set_data([recall], [precision])

    def _draw_costs(self, cost_fp: float, cost_fn: float) -> None:
        costs = self._cost(cost_fp, cost_fn)
        self._cost_line.set_ydata(costs[self._cost_order])
        self._cheapest.set_data([self.min_cost_threshold(cost_fp, cost_fn)], [costs.min()])
        top = float(costs.max())
        self._cost_axes.set_ylim(-0.04 * top, 1.06 * top if top else 1)


def threshold_explorer(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    cost_fp: float = 1.0,
    cost_fn: float = 10.0,
    threshold: float = 0.5,
    pos_label: Label = None,
) -> Explorer:
    """Explore what a threshold decides: a slider, and all that follows it.

    Confusion matrix, precision, recall, F1 and cost are recomputed while the slider moves; the
    distributions of the scores, the cost curve, the ROC curve and the precision-recall curve show
    where you stand. Buttons jump to 0.5 (or 0, for decision values), to the threshold of least cost
    and to that of the best F1. The slider answers to the arrow keys and its number can be typed.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels of two classes.
    y_score : array-like of shape (n_samples,)
        Scores, higher for the positive class; probabilities or decision values.
    cost_fp, cost_fn : float, default=1.0 and 10.0
        Cost of one false positive and of one false negative, in the same unit.
    threshold : float, default=0.5
        Where to start. Rows with a score at or above it are predicted positive.
    pos_label : label, optional
        Positive class; may be left out for 0/1, −1/1 and booleans.

    Returns
    -------
    Explorer
        Display it as the last line of a cell.

    Raises
    ------
    ValueError
        If `y_true` does not have two classes, scores are not finite, a cost is negative, or
        `threshold` lies outside the slider.
    """
    view = ThresholdView(y_true, y_score, pos_label)
    for name, cost in (("cost_fp", cost_fp), ("cost_fn", cost_fn)):
        if not (isinstance(cost, int | float | np.number) and 0 <= cost < math.inf):
            raise ValueError(f"{name} must be a finite number, 0 or more; got {cost!r}.")
    if not view.low <= threshold <= view.high:
        raise ValueError(
            f"threshold must lie between {view.low:.3g} and {view.high:.3g}, the range of "
            f"y_score; got {threshold!r}."
        )
    controls = {
        "threshold": widgets.FloatSlider(
            value=threshold,
            min=view.low,
            max=view.high,
            step=(view.high - view.low) / 200,
            readout_format=".3f",
            description="Threshold",
            tooltip="Rows with a score at or above the threshold are predicted positive",
            layout=widgets.Layout(width="420px", max_width="100%"),
        ),
        "cost_fp": _cost_field("Cost of a false positive", cost_fp),
        "cost_fn": _cost_field("Cost of a false negative", cost_fn),
    }
    return Explorer("Threshold explorer", controls, view, _jumps(view))


def _jumps(view: ThresholdView) -> dict[str, Any]:
    def to_least_cost(state: State) -> State:
        return {"threshold": view.min_cost_threshold(state["cost_fp"], state["cost_fn"])}

    jumps: dict[str, Any] = {}
    # What predict() uses: 0.5 for probabilities, 0 for decision values.
    default = 0.5 if view.scores.min() >= 0 and view.scores.max() <= 1 else 0.0
    if view.low <= default <= view.high:
        jumps[f"Go to {default:g}"] = lambda state: {"threshold": default}
    jumps["Go to the least cost"] = to_least_cost
    jumps["Go to the best F1"] = lambda state: {"threshold": view.best_f1_threshold()}
    return jumps


def _cost_field(description: str, value: float) -> widgets.BoundedFloatText:
    return widgets.BoundedFloatText(
        value=value,
        min=0,
        max=1e9,
        step=1,
        description=description,
        style={"description_width": "initial"},
        layout=widgets.Layout(width="235px"),
    )


def _range(scores: NDArray[np.float64]) -> tuple[float, float]:
    """Return the slider's ends: every score is reached, and above the upper end lies none."""
    low, high = float(scores.min()), float(scores.max())
    if low >= 0 and high < 1:
        return 0.0, 1.0
    room = 0.01 * (high - low) or 0.5
    return (0.0 if low >= 0 and high == 1 else low - room), high + room


def _roundest(below: float, highest: float) -> float:
    """Return the number with the fewest decimals in (below, highest]."""
    for decimals in range(16):
        rounded: float = math.floor(highest * 10**decimals) / 10**decimals
        if below < rounded <= highest:
            return rounded
    return highest


def _square(ax: Axes, title: str, xlabel: str, ylabel: str) -> None:
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel, xlim=(-0.03, 1.03), ylim=(-0.03, 1.05))
    # The displays ask for a square, which two rows of panels have no room for.
    ax.set_aspect("auto")
    legend = ax.get_legend()
    if legend is not None:
        legend.remove()


def _ratio(value: float) -> str:
    return "undefined" if math.isnan(value) else f"{value:.3f}"


def _money(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
