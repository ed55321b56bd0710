"""Threshold explorer: move the threshold and watch every number follow. Lessons 01 to 03 and 09."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit
from sklearn import metrics

from imbalance_lab.explorers.base import (
    BASELINE,
    LEGEND,
    POINT,
    Scene,
    State,
    Table,
    View,
    one_a_row,
)
from imbalance_lab.explorers.front import Control, Explorer
from imbalance_lab.plots.curves import draw_score_distributions, even_edges
from imbalance_lab.plots.inputs import Label, binary_target, scores_1d
from imbalance_lab.plots.words import count, counted, share

# Probabilities of something rarer than this lie in the last per cents, on a logit scale then.
RARE = 0.05
_EDGE = 0.0005  # where that scale ends; what lies beyond is drawn there
_TICKS = {0.001: "", 0.01: "0.01", 0.1: "0.1", 0.5: "0.5", 0.9: "0.9", 0.99: "0.99", 0.999: ""}
# Beside the panel's title, where no line passes.
_BESIDE = LEGEND | {"loc": "lower right", "bbox_to_anchor": (1.02, 0.98), "ncols": 2}
_BESIDE |= {"columnspacing": 0.8, "markerscale": 0.7, "fontsize": 7.5, "handlelength": 1.2}
_BESIDE |= {"handletextpad": 0.4}


class ThresholdView(Scene):
    """Everything that a threshold decides, for fixed labels and scores.

    Takes the labels and scores of `threshold_explorer`; a row is predicted positive when its score
    is at or above the threshold. Called with `threshold`, `cost_fp` and `cost_fn`; its numbers have
    the keys ``tn``, ``fp``, ``fn``, ``tp``, ``precision``, ``recall``, ``f1``, ``fpr``,
    ``flagged``, ``cost`` and ``min_cost``.
    """

    size = (5.3, 4.4)
    margins = (0.115, 0.105, 0.975, 0.95, 0.3, 0.48)
    shows = (
        "Four panels: the scores of both classes cut by the threshold, the cost at every "
        "threshold, the ROC curve and the precision-recall curve, each with the current point."
    )

    def __init__(self, y_true: ArrayLike, y_score: ArrayLike, pos_label: Label = None) -> None:
        target = binary_target(y_true, pos_label)
        self.positive = target.positive
        self.prevalence = target.prevalence
        self.scores = scores_1d(y_score, self.positive.size)
        self.low, self.high = _range(self.scores)
        probabilities = self.low == 0 and self.scores.max() <= 1
        self.scale = "logit" if probabilities and self.prevalence < RARE else "linear"
        _, fps, fns, tps, cuts = metrics.confusion_matrix_at_thresholds(self.positive, self.scores)
        # scikit-learn starts where the highest score is flagged; flagging no row is a choice too.
        self._fps = np.append(0, fps)
        self._fns = np.append(self.positive.sum(), fns)
        self._tps = np.append(0, tps)
        self._cuts = np.append(self.high, cuts)
        self._costs: tuple[float, float] | None = None
        super().__init__()

    def min_cost_threshold(self, cost_fp: float, cost_fn: float) -> float:
        """Return a threshold of least cost; of several, the one that flags the fewest rows."""
        return self._threshold_at(int(np.argmin(self._cost(cost_fp, cost_fn))))

    def best_f1_threshold(self) -> float:
        """Return a threshold of highest F1; of several, the one that flags the fewest rows."""
        f1 = 2 * self._tps / (2 * self._tps + self._fps + self._fns)
        return self._threshold_at(int(np.argmax(f1)))

    def __call__(self, threshold: float, cost_fp: float, cost_fn: float) -> View:
        """Return what follows from a threshold at these costs."""
        flagged = self.scores >= threshold
        matrix = metrics.confusion_matrix(self.positive, flagged, labels=[False, True])
        tn, fp, fn, tp = (int(n) for n in matrix.ravel())
        # Precision is undefined where no row is flagged, and NaN is not drawn.
        precision = tp / (tp + fp) if tp + fp else math.nan
        recall, fpr = tp / (tp + fn), fp / (fp + tn)
        f1 = 2 * tp / (2 * tp + fp + fn)
        cost = cost_fp * fp + cost_fn * fn
        best = self.min_cost_threshold(cost_fp, cost_fn)
        least = _money(float(self._cost(cost_fp, cost_fn).min()))
        if self._costs != (cost_fp, cost_fn):
            self._costs = (cost_fp, cost_fn)
            self._move_costs(cost_fp, cost_fn)
        place = self._place(threshold)
        for line in self._cut_lines:
            line.set_xdata([place, place])
        self._on_cost.set_data([place], [cost])
        self._on_roc.set_data([fpr], [recall])
        self._on_pr.set_data([recall], [precision])
        return self.show(
            f"At threshold {_cut(threshold)}, {count(tp + fp)} of {count(flagged.size)} rows are "
            f"flagged: {count(tp)} of {counted(tp + fn, 'positives')} are found "
            f"(recall {_ratio(recall)}), precision is {_ratio(precision)}, "
            f"and the cost is {_money(cost)}; the least is {least} at {best:.3g}.",
            Table(
                f"Confusion at threshold {_cut(threshold)}",
                ["", "predicted negative", "predicted positive"],
                [
                    ("actual negative", [("tn", count(tn)), ("fp", count(fp))]),
                    ("actual positive", [("fn", count(fn)), ("tp", count(tp))]),
                ],
            ),
            one_a_row(
                "What follows from it",
                ["measure", "value"],
                ("precision", "precision", _ratio(precision)),
                ("recall", "recall", _ratio(recall)),
                ("F1", "f1", _ratio(f1)),
                ("false positive rate", "fpr", _ratio(fpr)),
                ("rows flagged", "flagged", count(tp + fp)),
                ("cost", "cost", _money(cost)),
                (f"least cost (at {best:.3g})", "min_cost", least),
            ),
            also=f"Prevalence, the precision-recall baseline, is {share(self.prevalence)}.",
        )

    def _cost(self, cost_fp: float, cost_fn: float) -> NDArray[np.float64]:
        cost: NDArray[np.float64] = cost_fp * self._fps + cost_fn * self._fns
        return cost

    def _threshold_at(self, place: int) -> float:
        """Return the roundest threshold that flags the same rows as the score at `place`."""
        highest = float(self._cuts[place])
        below = float(self._cuts[place + 1]) if place + 1 < self._cuts.size else self.low
        return _roundest(below, highest)

    def _place(self, thresholds: Any) -> Any:
        """Return where thresholds are drawn."""
        return np.clip(thresholds, _EDGE, 1 - _EDGE) if self.scale == "logit" else thresholds

    def _draw(self, figure: Figure) -> list[Artist]:
        (scores, costs), (roc, pr) = figure.subplots(2, 2)
        edges = even_edges(self.scores, 40)
        if self.scale == "logit":
            edges = expit(np.linspace(logit(_EDGE), logit(1 - _EDGE), 41))
        placed = self._place(self.scores)
        draw_score_distributions(scores, self.positive, placed, edges, "negative", "positive")
        scores.set(title="Scores", xlabel=self._label("score"), ylabel="share of the class")
        scores.legend(["negative", "positive"], **_BESIDE)
        self._draw_costs(costs)
        self._draw_curves(roc, pr)
        for ax in (scores, costs):
            self._stretch(ax)
        self._cut_lines = [
            ax.axvline(self._place(self.low), color="black", linewidth=1.5)
            for ax in (scores, costs)
        ]
        self._on_cost, self._on_roc, self._on_pr = (
            ax.plot([], [], **POINT)[0] for ax in (costs, roc, pr)
        )
        costs.legend([self._on_cost, self._cheapest], ["here", "least cost"], **_BESIDE)
        # The costs move too, when a price is changed.
        self.seldom = [costs]
        return [*self._cut_lines, self._on_cost, self._on_roc, self._on_pr]

    def _label(self, name: str) -> str:
        return f"{name} (logit scale)" if self.scale == "logit" else name

    def _stretch(self, ax: Axes) -> None:
        """Give an axis of scores its scale and its ends."""
        if self.scale == "logit":
            ax.set_xlim(_EDGE, 1 - _EDGE)
            ax.set_xscale("logit")
            ax.set_xticks(list(_TICKS), _TICKS.values())
            ax.minorticks_off()
        else:
            margin = 0.02 * (self.high - self.low)
            ax.set_xlim(self.low - margin, self.high + margin)

    def _draw_costs(self, ax: Axes) -> None:
        ax.set(title="Cost", xlabel=self._label("threshold"), ylabel="cost (your unit)")
        self._cost_axes, self._order = ax, np.argsort(self._cuts, kind="stable")
        nothing = np.zeros(self._order.size)
        (self._cost_line,) = ax.step(self._place(self._cuts[self._order]), nothing, where="pre")
        (self._cheapest,) = ax.plot([], [], marker="D", markersize=6, color="black", ls="")
        # Costs of any size fit the margin as 500, 2k or 1.5M.
        ax.yaxis.set_major_formatter(EngFormatter(sep=""))

    def _draw_curves(self, roc: Axes, pr: Axes) -> None:
        roc.plot([0, 1], [0, 1], **BASELINE)
        fpr, tpr, _ = metrics.roc_curve(self.positive, self.scores)
        roc.plot(fpr, tpr)
        area = metrics.roc_auc_score(self.positive, self.scores)
        roc.set(title=f"ROC (AUC {area:.3f})", xlabel="false positive rate", ylabel="recall")
        pr.axhline(self.prevalence, **BASELINE)
        precision, recall, _ = metrics.precision_recall_curve(self.positive, self.scores)
        pr.plot(recall, precision, drawstyle="steps-post")
        area = metrics.average_precision_score(self.positive, self.scores)
        pr.set(title=f"Precision-recall (AP {area:.3f})", xlabel="recall", ylabel="precision")
        for ax in (roc, pr):
            ax.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.05))

    def _move_costs(self, cost_fp: float, cost_fn: float) -> None:
        costs = self._cost(cost_fp, cost_fn)
        self._cost_line.set_ydata(costs[self._order])
        best = self._place(self.min_cost_threshold(cost_fp, cost_fn))
        self._cheapest.set_data([best], [costs.min()])
        top = float(costs.max())
        self._cost_axes.set_ylim(-0.04 * top, 1.06 * top if top else 1)
        self._background = None


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
    distributions of the scores, the bill, the ROC curve and the precision-recall curve show
    where you stand. Probabilities of rare positives are on a logit scale, on which 0.001 and 0.01
    lie about as far apart as 0.01 and 0.1. Buttons jump to 0.5 (or 0, for decision values), to the
    threshold of least cost and to that of the best F1. The slider answers to the arrow keys and its
    number can be typed.

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
    flagged = "Rows with a score at or above the threshold are predicted positive"
    unit, ends = "In any unit, the same for both", (view.low, view.high)
    controls = [
        Control("threshold", threshold, *ends, "Threshold", flagged, 200, view.scale, decimals=3),
        Control("cost_fp", cost_fp, 0, 1e9, "Cost of a false positive", unit),
        Control("cost_fn", cost_fn, 0, 1e9, "Cost of a false negative", unit),
    ]
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


def _cut(threshold: float) -> str:
    """Return a threshold with three decimals, or two digits where these say too little."""
    return f"{threshold:.3f}" if threshold >= 0.01 or threshold <= 0 else f"{threshold:.2g}"


def _ratio(value: float) -> str:
    return "undefined" if math.isnan(value) else f"{value:.3f}"


def _money(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
