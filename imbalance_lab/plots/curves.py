"""Plots of scores: ROC and precision-recall curves, distributions, and reliability."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binomtest
from sklearn import metrics
from sklearn.calibration import calibration_curve

from imbalance_lab.plots.core import NEGATIVE, PALETTE, POSITIVE, Picture, picture
from imbalance_lab.plots.inputs import (
    BinaryTarget,
    Label,
    binary_target,
    class_name,
    named,
    probabilities_1d,
    scores_1d,
)
from imbalance_lab.plots.words import count, listing, sentence_name, share

__all__ = ["precision_recall_curve", "reliability_diagram", "roc_curve", "score_distributions"]

_BASELINE = {"color": "#555555", "linestyle": (0, (2, 2)), "linewidth": 1.4}
_MARKERS = ["o", "s", "^", "D", "v", "P", "X", "*"]


def roc_curve(
    y_true: ArrayLike,
    y_score: Any,
    *,
    pos_label: Label = None,
    title: str = "ROC curve",
) -> Picture:
    """Draw ROC curves and the diagonal of a model that ranks by chance.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels of two classes.
    y_score : array-like of shape (n_samples,), or mapping of name to such
        Scores, higher for the positive class. A mapping draws one curve for each name.
    pos_label : label, optional
        Positive class; may be left out for 0/1, −1/1 and booleans.
    title : str, optional
        Title of the picture.

    Returns
    -------
    Picture
        With the area under each curve in the legend.

    Raises
    ------
    ValueError
        If `y_true` does not have two classes, or scores are not finite or of another length.
    """
    target, scores = _checked(y_true, y_score, pos_label)
    areas = {name: metrics.roc_auc_score(target.positive, s) for name, s in scores.items()}
    found = listing([f"{sentence_name(n)} has ROC AUC {area:.3f}" for n, area in areas.items()])
    drawing = picture(
        title=title,
        xlabel="false positive rate",
        ylabel="true positive rate (recall)",
        alt=f"ROC curve. {found}; ranking by chance, the diagonal, has 0.5. {_rows(target)}",
        width=4.8,
        height=4.8,
        show=False,
    )
    with drawing as ax:
        ax.plot([0, 1], [0, 1], label="by chance (AUC 0.5)", **_BASELINE)
        for (name, s), style in zip(scores.items(), _line_styles(len(scores)), strict=True):
            fpr, tpr, _ = metrics.roc_curve(target.positive, s)
            label = f"{name or 'model'} (AUC {areas[name]:.3f})"
            metrics.RocCurveDisplay(fpr=fpr, tpr=tpr).plot(
                ax=ax, curve_kwargs={"label": label, **style}
            )
        _unit_square(ax, "false positive rate", "true positive rate (recall)")
        ax.legend(loc="lower right")
    return drawing.picture


def precision_recall_curve(
    y_true: ArrayLike,
    y_score: Any,
    *,
    pos_label: Label = None,
    title: str = "Precision-recall curve",
) -> Picture:
    """Draw precision-recall curves as steps, and the prevalence as the baseline.

    Between two thresholds precision does not move in a straight line (Davis & Goadrich, 2006), so
    the points are joined by steps; average precision is the area under them.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels of two classes.
    y_score : array-like of shape (n_samples,), or mapping of name to such
        Scores, higher for the positive class. A mapping draws one curve for each name.
    pos_label : label, optional
        Positive class; may be left out for 0/1, −1/1 and booleans.
    title : str, optional
        Title of the picture.

    Returns
    -------
    Picture
        With the average precision (AP) of each curve in the legend.

    Raises
    ------
    ValueError
        If `y_true` does not have two classes, or scores are not finite or of another length.
    """
    target, scores = _checked(y_true, y_score, pos_label)
    areas = {n: metrics.average_precision_score(target.positive, s) for n, s in scores.items()}
    found = listing([f"{sentence_name(n)} has average precision {a:.3f}" for n, a in areas.items()])
    prevalence = share(target.prevalence)
    drawing = picture(
        title=title,
        xlabel="recall",
        ylabel="precision",
        alt=f"Precision-recall curve. {found}; the baseline is the prevalence, {prevalence}. "
        f"{_rows(target)}",
        width=4.8,
        height=4.8,
        show=False,
    )
    with drawing as ax:
        ax.axhline(target.prevalence, label=f"baseline: prevalence {prevalence}", **_BASELINE)
        for (name, s), style in zip(scores.items(), _line_styles(len(scores)), strict=True):
            precision, recall, _ = metrics.precision_recall_curve(target.positive, s)
            label = f"{name or 'model'} (AP {areas[name]:.3f})"
            metrics.PrecisionRecallDisplay(precision=precision, recall=recall).plot(
                ax=ax, curve_kwargs={"label": label, "drawstyle": "steps-post", **style}
            )
        _unit_square(ax, "recall", "precision")
        # The curve of a good model fills the upper right, that of a poor one the lower left.
        ax.legend(loc="best" if len(scores) < 4 else "upper right")
    return drawing.picture


def score_distributions(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    threshold: float | None = None,
    pos_label: Label = None,
    class_names: Mapping[Label, str] | None = None,
    bins: int = 40,
    title: str = "Scores of the two classes",
) -> Picture:
    """Draw how the scores of each class are distributed, as shares of the class.

    Shares make a class of 50 rows as visible as one of 50,000.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels of two classes.
    y_score : array-like of shape (n_samples,)
        Scores, higher for the positive class.
    threshold : float, optional
        Marked by a line; rows with a score at or above it are predicted positive.
    pos_label : label, optional
        Positive class; may be left out for 0/1, −1/1 and booleans.
    class_names : mapping, optional
        What to call each label.
    bins : int, default=40
        Number of bins, common to both classes.
    title : str, optional
        Title of the picture.

    Returns
    -------
    Picture
        Its alternative text has the medians and, with a threshold, the share of each class above.

    Raises
    ------
    ValueError
        If labels or scores do not fit, or `threshold` is not finite.
    """
    target, scores = _checked(y_true, y_score, pos_label)
    values = scores.popitem()[1]
    if threshold is not None and not np.isfinite(threshold):
        raise ValueError(f"threshold must be a finite number; got {threshold!r}.")
    negative = class_name(target.neg_label, class_names)
    positive = class_name(target.pos_label, class_names)
    drawing = picture(
        title=title,
        xlabel="score",
        ylabel="share of the class",
        alt=_scores_in_words(target, values, threshold, negative, positive),
        width=6.8,
        height=3.7,
        show=False,
    )
    with drawing as ax:
        draw_score_distributions(ax, target.positive, values, bins, negative, positive)
        if threshold is not None:
            ax.axvline(threshold, color="black", linewidth=1.5, label=f"threshold {threshold:.3g}")
        # Above the axes: histograms of scores fill both ends and sometimes the middle.
        ax.legend(
            loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, borderaxespad=0.1
        )
    return drawing.picture


def reliability_diagram(
    y_true: ArrayLike,
    y_prob: Any,
    *,
    n_bins: int = 10,
    pos_label: Label = None,
    title: str = "Reliability diagram",
) -> Picture:
    """Draw observed frequencies against predicted probabilities, in bins of equal counts.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels of two classes.
    y_prob : array-like of shape (n_samples,), or mapping of name to such
        Predicted probabilities of the positive class. A mapping draws one line for each name.
    n_bins : int, default=10
        Number of bins, cut at quantiles of the predictions. Tied predictions share a bin, so there
        can be fewer.
    pos_label : label, optional
        Positive class; may be left out for 0/1, −1/1 and booleans.
    title : str, optional
        Title of the picture.

    Returns
    -------
    Picture
        Each point is a bin with its Wilson 95% interval and its count of rows; the diagonal is
        perfect calibration. Axes end where the data do, since a rare event's live near zero.

    Raises
    ------
    ValueError
        If labels do not fit, or `y_prob` is not between 0 and 1.
    """
    if not isinstance(n_bins, int | np.integer) or n_bins < 2:
        raise ValueError(f"n_bins must be a whole number, 2 or more; got {n_bins!r}.")
    target = binary_target(y_true, pos_label)
    models = {
        name: probabilities_1d(p, target.positive.size, "y_prob")
        for name, p in named(y_prob, "y_prob").items()
    }
    tables = {name: _reliability(target.positive, p, int(n_bins)) for name, p in models.items()}
    top = min(1.0, 1.08 * max(float(table[:, [0, 3]].max()) for table in tables.values()))
    drawing = picture(
        title=title,
        xlabel="mean predicted probability",
        ylabel="observed frequency of positives",
        alt=f"Reliability diagram in bins of equal counts. "
        f"{' '.join(_reliability_in_words(n, t) for n, t in tables.items())}",
        width=5.0,
        height=5.0,
        show=False,
    )
    with drawing as ax:
        ax.plot([0, top], [0, top], label="perfectly calibrated", **_BASELINE)
        styles = _line_styles(len(tables))
        for (name, table), style, marker in zip(tables.items(), styles, _MARKERS * 2, strict=False):
            predicted, observed, low, high, rows = table.T
            ax.errorbar(
                predicted,
                observed,
                np.clip([observed - low, high - observed], 0, None),
                marker=marker,
                markersize=5.5,
                capsize=2.5,
                elinewidth=1,
                label=f"{name or 'model'} ({_bin_sizes(rows)} rows a bin)",
                **style,
            )
        margin = 0.02 * top
        ax.set(xlim=(-margin, top + margin), ylim=(-margin, top + margin), aspect="equal")
        ax.legend(loc="best")
    return drawing.picture


def draw_score_distributions(
    ax: Any,
    positive: NDArray[np.bool_],
    scores: NDArray[np.float64],
    bins: int,
    negative_name: str,
    positive_name: str,
) -> None:
    """Draw both classes' histograms on `ax`, each as shares of its class."""
    low, high = float(scores.min()), float(scores.max())
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    elif low == high:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, bins + 1)
    for rows, name, colour, hatch in (
        (~positive, negative_name, NEGATIVE, ""),
        (positive, positive_name, POSITIVE, "////"),
    ):
        ax.hist(
            scores[rows],
            edges,
            weights=np.full(rows.sum(), 1 / rows.sum()),
            histtype="stepfilled",
            facecolor=(*_rgb(colour), 0.28),
            edgecolor=colour,
            linewidth=1.4,
            linestyle="-",
            hatch=hatch,
            label=f"{name} ({count(rows.sum())} rows)",
        )
    ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.3g}%")
    ax.set_xlim(low - 0.02 * (high - low), high + 0.02 * (high - low))


def _rgb(colour: str) -> tuple[float, float, float]:
    from matplotlib.colors import to_rgb

    return to_rgb(colour)


def _checked(
    y_true: ArrayLike, y_score: Any, pos_label: Label
) -> tuple[BinaryTarget, dict[str, NDArray[np.float64]]]:
    target = binary_target(y_true, pos_label)
    scores = {
        name: scores_1d(values, target.positive.size)
        for name, values in named(y_score, "y_score").items()
    }
    return target, scores


def _line_styles(number: int) -> list[dict[str, Any]]:
    colours = [c for c in PALETTE.values() if c != PALETTE["yellow"]]
    lines: list[Any] = ["-", "--", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (7, 2)), ":", (0, (1, 1))]
    pairs = [{"color": c, "linestyle": s} for c, s in zip(colours, lines, strict=True)]
    return [pairs[i % len(pairs)] for i in range(number)]


def _unit_square(ax: Any, xlabel: str, ylabel: str) -> None:
    # The displays put their own labels and the positive class there.
    ax.set(xlabel=xlabel, ylabel=ylabel, xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    ax.set_xticks(np.linspace(0, 1, 6))
    ax.set_yticks(np.linspace(0, 1, 6))


def _rows(target: BinaryTarget) -> str:
    n = target.positive.size
    return f"{count(n)} rows, {count(target.positive.sum())} of them positive."


def _scores_in_words(
    target: BinaryTarget,
    scores: NDArray[np.float64],
    threshold: float | None,
    negative: str,
    positive: str,
) -> str:
    groups = ((negative, scores[~target.positive]), (positive, scores[target.positive]))
    medians = listing([f"{np.median(s):.3g} for {n} ({count(s.size)} rows)" for n, s in groups])
    text = f"Histogram of scores, as shares of each class. The median score is {medians}."
    if threshold is not None:
        above = listing([f"{share(float((s >= threshold).mean()))} of {n}" for n, s in groups])
        text += f" At or above the threshold {threshold:.3g} lie {above}."
    return text


def _reliability(
    positive: NDArray[np.bool_], prob: NDArray[np.float64], n_bins: int
) -> NDArray[np.float64]:
    """Return one row a bin: mean prediction, frequency, its interval's ends, and count."""
    observed, predicted = calibration_curve(positive, prob, n_bins=n_bins, strategy="quantile")
    # calibration_curve keeps its counts to itself; these are its own bins.
    edges = np.percentile(prob, np.linspace(0, 100, n_bins + 1))
    rows = np.bincount(np.searchsorted(edges[1:-1], prob))
    rows = rows[rows > 0]
    hits = np.rint(observed * rows).astype(int)
    ends = [
        binomtest(int(k), int(n)).proportion_ci(0.95, method="wilson")
        for k, n in zip(hits, rows, strict=True)
    ]
    low, high = np.array([(end.low, end.high) for end in ends]).T
    return np.column_stack([predicted, observed, low, high, rows])


def _bin_sizes(rows: NDArray[np.float64]) -> str:
    return (
        count(rows.min())
        if rows.min() == rows.max()
        else f"{count(rows.min())} to {count(rows.max())}"
    )


def _reliability_in_words(name: str, table: NDArray[np.float64]) -> str:
    predicted, observed, low, high, rows = table.T
    inside = int(((low <= predicted) & (predicted <= high)).sum())
    mean_predicted = float(np.average(predicted, weights=rows))
    mean_observed = float(np.average(observed, weights=rows))
    return (
        f"{sentence_name(name)} predicts {share(mean_predicted)} positives on average and "
        f"{share(mean_observed)} are; in the highest bin {share(predicted[-1])} predicted, "
        f"{share(observed[-1])} observed. {inside} of {len(table)} bins have the prediction inside "
        f"their 95% interval ({_bin_sizes(rows)} rows a bin)."
    )
