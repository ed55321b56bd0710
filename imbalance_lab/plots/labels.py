"""Plots of labels: how many of each class, and which were confused with which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.metrics import confusion_matrix as count_confusions

from imbalance_lab.plots.core import PALETTE, PANELS, Picture, picture
from imbalance_lab.plots.inputs import Label, class_name, labels_1d, named
from imbalance_lab.plots.words import count, counted, ended, listing, share

_HATCHES = ["", "//", "..", "xx", "\\\\", "oo", "++", "--"]
_OUTCOMES = [["true negatives", "false positives"], ["false negatives", "true positives"]]


def class_counts(
    y: ArrayLike,
    *,
    class_names: Mapping[Label, str] | None = None,
    title: str = "How many rows each class has",
) -> Picture:
    """Draw one bar for each class, the largest first, with its count and its share.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels, of any number of classes.
    class_names : mapping, optional
        What to call each label; labels that it leaves out keep their own name.
    title : str, optional
        Title of the picture.

    Returns
    -------
    Picture
        Bars start at zero, so their lengths compare as the counts do.

    Raises
    ------
    ValueError
        If `y` is empty, not 1-D, or has missing values.
    """
    labels, counts = np.unique(labels_1d(y, "y"), return_counts=True)
    order = np.argsort(-counts, kind="stable")
    names = [class_name(label, class_names) for label in labels[order].tolist()]
    counts = counts[order]
    texts = [f"{count(n)} ({share(n / counts.sum())})" for n in counts]
    said = [f"{name}: {text}" for name, text in zip(names, texts, strict=True)]
    drawing = picture(
        title=title,
        xlabel="rows (count)",
        ylabel="class",
        alt=f"{ended(title)} {listing(said)}.",
        height=1.5 + 0.5 * len(names),
        show=False,
    )
    with drawing as ax:
        colours = list(PALETTE.values())
        for place, n in enumerate(counts):
            ax.barh(
                place,
                n,
                height=0.62,
                color=colours[place % len(colours)],
                hatch=_HATCHES[place % len(_HATCHES)],
                edgecolor="white",
            )
            ax.annotate(texts[place], (n, place), (5, 0), textcoords="offset points", va="center")
        ax.set_yticks(range(len(names)), names)
        ax.invert_yaxis()
        ax.set_xlim(0, counts.max() * 1.28)
        ax.xaxis.set_major_formatter(lambda value, _: count(value))
        ax.locator_params(axis="x", nbins=6)
        ax.grid(visible=False, axis="y")
    return drawing.picture


def confusion_matrix(
    y_true: ArrayLike,
    y_pred: Any,
    *,
    labels: ArrayLike | None = None,
    pos_label: Label = None,
    class_names: Mapping[Label, str] | None = None,
    title: str = "Confusion matrix",
) -> Picture:
    """Draw a confusion matrix: each cell has its count and its share of the true class (the row).

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels.
    y_pred : array-like of shape (n_samples,), or mapping of name to such
        Predicted labels. A mapping draws one matrix for each name, side by side.
    labels : array-like of shape (n_classes,), optional
        Order of rows and columns. By default sorted, except that `pos_label` comes last.
    pos_label : label, optional
        Positive class. Of two classes, 1 is it by default. With it the four cells are named.
    class_names : mapping, optional
        What to call each label.
    title : str, optional
        Title of the picture.

    Returns
    -------
    Picture
        Darker cells hold a larger share of their row; a class of any size shows as strongly.

    Raises
    ------
    ValueError
        If lengths differ, labels are missing, or `pos_label` or `labels` do not fit.
    """
    true = labels_1d(y_true, "y_true")
    predictions = {name: labels_1d(y, "y_pred") for name, y in named(y_pred, "y_pred").items()}
    for predicted in predictions.values():
        if predicted.shape != true.shape:
            raise ValueError(
                f"y_pred must have {true.size} labels like y_true; got {predicted.size}."
            )
    order = _label_order([true, *predictions.values()], labels, pos_label)
    binary = len(order) == 2 and (pos_label is not None or order[1] == 1)
    names = [str((class_names or {}).get(label, label)) for label in order]
    matrices = {name: count_confusions(true, y, labels=order) for name, y in predictions.items()}
    several = len(matrices) > 1
    panels = [name or "model" for name in matrices] if several else []
    side = 3.5 if several else 4.4 if len(order) < 4 else 5.4
    drawing = picture(
        title=title if several or "" in matrices else f"{title}: {next(iter(matrices))}",
        xlabel="predicted class",
        ylabel="true class",
        alt=" ".join(_confusion_in_words(n, m, names, binary) for n, m in matrices.items()),
        panels=panels,
        width=min(3.6 * len(matrices), 7.2) if several else side + 0.4,
        height=side * -(-len(matrices) // PANELS),
        show=False,
    )
    with drawing as axes:
        for ax, matrix in zip(np.atleast_1d(axes), matrices.values(), strict=True):
            _draw_confusions(ax, matrix, names, binary, fontsize=8.5 if several else 10.5)
    return drawing.picture


def _label_order(arrays: list[Any], labels: ArrayLike | None, pos_label: Label) -> list[Label]:
    seen: list[Label] = np.unique(np.concatenate(arrays)).tolist()
    order: list[Label] = seen if labels is None else np.asarray(labels).tolist()
    unknown = [label for label in seen if label not in order]
    if unknown:
        raise ValueError(f"labels must name every label that occurs; it leaves out {unknown}.")
    if pos_label is not None:
        if pos_label not in order:
            raise ValueError(f"pos_label must be one of {order}; got {pos_label!r}.")
        if labels is None:
            order = sorted(order, key=lambda label: label == pos_label)
        elif len(order) == 2 and order[1] != pos_label:
            raise ValueError(f"labels must end with pos_label, {pos_label!r}; got {order}.")
    return order


def _draw_confusions(ax: Any, matrix: Any, names: list[str], binary: bool, fontsize: float) -> None:
    rows = matrix.sum(axis=1, keepdims=True)
    shares = matrix / np.where(rows == 0, 1, rows)
    crowded = len(names) > 4
    if crowded:
        fontsize -= 2
    display = ConfusionMatrixDisplay(shares, display_labels=names).plot(
        ax=ax,
        cmap="Blues",
        colorbar=False,
        # The lighter half of the map only, so that dark text stays readable on every cell.
        im_kw={"vmin": 0, "vmax": 1.9},
        text_kw={"fontsize": fontsize, "linespacing": 1.35},
    )
    for place, text in np.ndenumerate(display.text_):
        # A class without rows has no shares.
        of_row = share(shares[place]) if rows[place[0], 0] else "–"
        if crowded:
            lines = [count(matrix[place]), of_row] if matrix[place] else ["0"]
        else:
            lines = [count(matrix[place]), f"{of_row} of row"]
        text.set_text("\n".join([_OUTCOMES[place[0]][place[1]], *lines] if binary else lines))
        text.set_color("#111111")
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    ax.set_xticks(np.arange(len(names) + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(len(names) + 1) - 0.5, minor=True)
    ax.grid(which="minor", color="white", linewidth=3)
    ax.tick_params(which="both", length=0)
    ax.set(xlabel="predicted class", ylabel="true class")
    if len(names) > 2 and max(map(len, names)) > 6:
        ax.tick_params(axis="x", rotation=30)


def _confusion_in_words(name: str, matrix: Any, names: list[str], binary: bool) -> str:
    opening = f"Confusion matrix of {name}" if name else "Confusion matrix"
    if binary:
        cells = zip(_OUTCOMES[0] + _OUTCOMES[1], matrix.ravel(), strict=True)
        counts = listing([counted(n, outcome) for outcome, n in cells])
        tn, fp, fn, tp = matrix.ravel()
        rates = [f"recall {share(tp / (tp + fn))}"] if tp + fn else []
        rates += [f"false positive rate {share(fp / (tn + fp))}"] if tn + fp else []
        return f"{opening} ({names[1]} is positive): {counts}; {listing(rates)}."
    rows = matrix.sum(axis=1)
    found = zip(matrix.diagonal(), rows, names, strict=True)
    right = [f"{count(hits)} of {counted(n, 'rows')} of {name}" for hits, n, name in found]
    return f"{opening}: predicted correctly are {listing(right)}."
