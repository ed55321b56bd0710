"""Plots of scores: ROC and precision-recall curves, distributions, and reliability."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import cycle
from typing import Any

import numpy as np
from cycler import cycler
from matplotlib.colors import to_rgba
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binomtest
from sklearn import metrics

from imbalance_lab.plots.core import (
    NEGATIVE,
    PALETTE,
    POSITIVE,
    REFERENCE,
    Picture,
    legend_above,
    picture,
)
from imbalance_lab.plots.inputs import (
    BinaryTarget,
    Label,
    binary_target,
    class_name,
    named,
    probabilities_1d,
    scores_1d,
)
from imbalance_lab.plots.words import count, counted, listing, share
from imbalance_lab.validation import checked, real, whole

Float = NDArray[np.float64]

# Models differ by colour and by dashes, points by their markers too; yellow is faint as a line.
_DASHES: Any = ["-", "--", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (7, 2)), ":", (0, (1, 1))]
_LOOKS = cycler(color=[colour for colour in PALETTE.values() if colour != PALETTE["yellow"]])
_LOOKS += cycler(linestyle=_DASHES)
_MARKERS = "os^DvPX*"


def roc_curve(
    y_true: ArrayLike, y_score: Any, *, pos_label: Label = None, title: str = "ROC curve"
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
    target, scores = _models(y_true, y_score, pos_label, "y_score", scores_1d)
    return _curves(
        target,
        scores,
        title,
        words=("ROC curve", "ROC AUC", "AUC"),
        axes=("false positive rate", "true positive rate (recall)"),
        area=metrics.roc_auc_score,
        display=metrics.RocCurveDisplay,
        versus="ranking by chance, the diagonal, has 0.5",
        baseline=lambda ax: ax.plot([0, 1], [0, 1], label="by chance (AUC 0.5)", **REFERENCE),
        legend="lower right",
    )


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
    target, scores = _models(y_true, y_score, pos_label, "y_score", scores_1d)
    prevalence = share(target.prevalence)
    label = f"baseline: prevalence {prevalence}"
    return _curves(
        target,
        scores,
        title,
        words=("Precision-recall curve", "average precision", "AP"),
        axes=("recall", "precision"),
        area=metrics.average_precision_score,
        display=metrics.PrecisionRecallDisplay,
        versus=f"the baseline is the prevalence, {prevalence}",
        baseline=lambda ax: ax.axhline(target.prevalence, label=label, **REFERENCE),
        # The curve of a good model fills the upper right, that of a poor one the lower left.
        legend="best" if len(scores) < 4 else "upper right",
    )


@checked(threshold=[*real(None, closed="neither"), None], bins=whole(1))
def score_distributions(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    threshold: float | None = None,
    pos_label: Label = None,
    class_names: Mapping[Label, str] | None = None,
    bins: int = 40,
    title: str = "Scores of the two classes",
    xlabel: str = "score",
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
    title, xlabel : str, optional
        Title of the picture, and what the scores are.

    Returns
    -------
    Picture
        Its alternative text has the medians and, with a threshold, the share of each class above.

    Raises
    ------
    ValueError
        If labels or scores do not fit, or `threshold` is not finite.
    """
    target = binary_target(y_true, pos_label)
    values = scores_1d(y_score, target.positive.size)
    labels = (target.neg_label, target.pos_label)
    negative, positive = (class_name(label, class_names) for label in labels)
    drawing = picture(
        title=title,
        xlabel=xlabel,
        ylabel="share of the class",
        alt=_scores_in_words(target, values, threshold, negative, positive),
        width=6.8,
        height=3.7,
        show=False,
    )
    with drawing as ax:
        draw_score_distributions(
            ax, target.positive, values, even_edges(values, bins), negative, positive
        )
        if threshold is not None:
            ax.axvline(threshold, color="black", linewidth=1.5, label=f"threshold {threshold:.3g}")
        # Above the axes: histograms of scores fill both ends and sometimes the middle.
        legend_above(ax, ncols=3)
    return drawing.picture


@checked(n_bins=whole(2))
def reliability_diagram(
    y_true: ArrayLike,
    y_prob: Any,
    *,
    n_bins: int = 10,
    rare: bool = False,
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
    rare : bool, default=False
        Whether to look closely at high probabilities: bins that are expected to hold equal numbers
        of positives instead of rows, and logarithmic axes, on which 0 lies at the lower edge.
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
    target, models = _models(y_true, y_prob, pos_label, "y_prob", probabilities_1d)
    cut = _equal_positives if rare else _equal_rows
    tables = {n: _reliability(target.positive, p, cut(p, int(n_bins))) for n, p in models.items()}
    top = min(1.0, 1.08 * max(float(table[:, [0, 3]].max()) for table in tables.values()))
    drawing = picture(
        title=title,
        xlabel="mean predicted probability",
        ylabel="observed frequency of positives",
        alt=f"Reliability diagram in bins of equal {'expected positives' if rare else 'counts'}. "
        f"{' '.join(_reliability_in_words(n, t) for n, t in tables.items())}",
        width=5.0,
        height=5.2 + 0.2 * len(models),
        show=False,
    )
    bottom = _smallest(tables) if rare else 0.0
    with drawing as ax:
        ax.plot([bottom, top], [bottom, top], label="perfectly calibrated", **REFERENCE)
        for (name, table), look, marker in zip(tables.items(), _LOOKS(), cycle(_MARKERS)):
            predicted, observed, low, high = np.maximum(table[:, :4], bottom).T
            rows = table[:, 4]
            ax.errorbar(
                predicted,
                observed,
                np.clip([observed - low, high - observed], 0, None),
                marker=marker,
                markersize=5.5,
                capsize=2.5,
                elinewidth=1,
                label=f"{name or 'model'} ({_bin_sizes(rows)} rows a bin)",
                **look,
            )
        if rare:
            ax.set(xscale="log", yscale="log")
        ends = (0.6 * bottom, 1.2 * top) if rare else (-0.02 * top, 1.02 * top)
        ax.set(xlim=ends, ylim=ends, aspect="equal")
        legend_above(ax)
        ax.figure.draw_without_rendering()  # only a second layout knows how high the labels are
    return drawing.picture


def _curves(
    target: BinaryTarget,
    scores: dict[str, Float],
    title: str,
    *,
    words: tuple[str, str, str],
    axes: tuple[str, str],
    area: Callable[..., float],
    display: Any,
    versus: str,
    baseline: Callable[[Any], Any],
    legend: str,
) -> Picture:
    """Draw one curve for each model, by a display of scikit-learn's, beside its baseline.

    `words` are the name of the curve, and of the area under it in a sentence and in the legend;
    `versus` says what it is compared with, and `baseline` draws that.
    """
    areas = {name: area(target.positive, s) for name, s in scores.items()}
    found = listing([f"{n or 'The model'} has {words[1]} {a:.3f}" for n, a in areas.items()])
    rows = f"{count(target.positive.size)} rows, {count(target.positive.sum())} of them positive."
    alt = f"{words[0]}. {found}; {versus}. {rows}"
    drawing = picture(title=title, alt=alt, width=4.8, height=4.8, show=False)
    with drawing as ax:
        baseline(ax)
        for (name, s), look in zip(scores.items(), _LOOKS(), strict=False):
            look["label"] = f"{name or 'model'} ({words[2]} {areas[name]:.3f})"
            display.from_predictions(target.positive, s, ax=ax, curve_kwargs=look)
        # The displays put labels of their own there.
        ax.set(xlabel=axes[0], ylabel=axes[1], xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
        ax.set(xticks=np.linspace(0, 1, 6), yticks=np.linspace(0, 1, 6))
        ax.legend(loc=legend)
    return drawing.picture


def even_edges(scores: Float, bins: int) -> Float:
    """Return the edges of `bins` equal bins: over all scores, from 0 to 1 if they lie between."""
    low, high = float(scores.min()), float(scores.max())
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    elif low == high:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, bins + 1)


def draw_score_distributions(
    ax: Any,
    positive: NDArray[np.bool_],
    scores: Float,
    edges: Float,
    negative_name: str,
    positive_name: str,
) -> None:
    """Draw both classes' histograms on `ax`, each as shares of its class."""
    for rows, name, colour, hatch in (
        (~positive, negative_name, NEGATIVE, ""),
        (positive, positive_name, POSITIVE, "////"),
    ):
        ax.hist(
            scores[rows],
            edges,
            weights=np.full(rows.sum(), 1 / rows.sum()),
            histtype="stepfilled",
            facecolor=to_rgba(colour, 0.28),
            edgecolor=colour,
            linewidth=1.4,
            linestyle="-",
            hatch=hatch,
            label=f"{name} ({counted(rows.sum(), 'rows')})",
        )
    ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.3g}%")
    margin = 0.02 * (edges[-1] - edges[0])
    ax.set_xlim(edges[0] - margin, edges[-1] + margin)


def _models(
    y_true: ArrayLike, given: Any, pos_label: Label, argument: str, check: Callable[..., Float]
) -> tuple[BinaryTarget, dict[str, Float]]:
    """Return checked labels, and by name what each model says of their rows."""
    target = binary_target(y_true, pos_label)
    rows = target.positive.size
    return target, {name: check(s, rows, argument) for name, s in named(given, argument).items()}


def _scores_in_words(
    target: BinaryTarget, scores: Float, threshold: float | None, negative: str, positive: str
) -> str:
    groups = ((negative, scores[~target.positive]), (positive, scores[target.positive]))
    sized = [(n, np.median(s), counted(s.size, "rows")) for n, s in groups]
    medians = listing([f"{median:.3g} for {n} ({size})" for n, median, size in sized])
    text = f"Histogram of scores, as shares of each class. The median score is {medians}."
    if threshold is not None:
        above = listing([f"{share(float((s >= threshold).mean()))} of {n}" for n, s in groups])
        text += f" At or above the threshold {threshold:.3g} lie {above}."
    return text


def _equal_rows(prob: Float, n_bins: int) -> NDArray[np.int64]:
    """Return the bin of each row, of those cut at quantiles."""
    edges = np.percentile(prob, np.linspace(0, 100, n_bins + 1))
    return np.asarray(np.searchsorted(edges[1:-1], prob))


def _equal_positives(prob: Float, n_bins: int) -> NDArray[np.int64]:
    """Return the bin of each row, of those expected to hold equal numbers of positives."""
    ordered = np.sort(prob)
    expected_before = np.append(0.0, np.cumsum(ordered))[np.searchsorted(ordered, prob)]
    # Half a row's share is added, so that no sum lies on an edge but for its rounding.
    place = (expected_before + prob / 2) * n_bins / max(prob.sum(), 1e-300)
    return np.asarray(np.minimum(place.astype(int), n_bins - 1))


def _reliability(
    positive: NDArray[np.bool_], prob: Float, bins: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return one row a bin: mean prediction, frequency, its interval's ends, and count."""
    sums = np.array([np.bincount(bins, weights=w) for w in (np.ones(bins.size), prob, positive)])
    rows, predicted, hits = sums[:, sums[0] > 0]
    ends = [
        binomtest(int(k), int(n)).proportion_ci(0.95, method="wilson")
        for k, n in zip(hits, rows, strict=True)
    ]
    low, high = np.array([(end.low, end.high) for end in ends]).T
    return np.column_stack([predicted / rows, hits / rows, low, high, rows])


def _smallest(tables: Mapping[str, Float]) -> float:
    """Return a number just below what is drawn, but for zeros."""
    drawn = np.concatenate([table[:, :2].ravel() for table in tables.values()])
    return float(0.7 * np.min(drawn[drawn > 0], initial=1.0))


def _bin_sizes(rows: Float) -> str:
    least, most = count(rows.min()), count(rows.max())
    return least if least == most else f"{least} to {most}"


def _reliability_in_words(name: str, table: Float) -> str:
    predicted, observed, low, high, rows = table.T
    inside = int(((low <= predicted) & (predicted <= high)).sum())
    mean_predicted = float(np.average(predicted, weights=rows))
    mean_observed = float(np.average(observed, weights=rows))
    return (
        f"{name or 'The model'} predicts {share(mean_predicted)} positives on average and "
        f"{share(mean_observed)} are; in the highest bin {share(predicted[-1])} predicted, "
        f"{share(observed[-1])} observed. {inside} of {len(table)} bins have the prediction inside "
        f"their 95% interval ({_bin_sizes(rows)} rows a bin)."
    )
