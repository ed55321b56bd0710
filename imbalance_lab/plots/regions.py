"""Decision regions of fitted classifiers in two dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import ListedColormap, to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import ArrayLike
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.utils.validation import check_is_fitted

from imbalance_lab.plots.core import NEGATIVE, POSITIVE, Picture, picture
from imbalance_lab.plots.inputs import Label, binary_target, class_name, named
from imbalance_lab.plots.words import count, listing, sentence_name, share

__all__ = ["decision_regions"]


def decision_regions(
    classifier: Any,
    X: ArrayLike,
    y: ArrayLike,
    *,
    pos_label: Label = None,
    class_names: Mapping[Label, str] | None = None,
    feature_names: tuple[str, str] | None = None,
    title: str = "Decision regions",
) -> Picture:
    """Draw where a fitted classifier predicts each class, with the data on top.

    Parameters
    ----------
    classifier : fitted classifier, or mapping of name to such
        Anything with ``predict`` and ``classes_``. A mapping draws one panel for each name. For
        another threshold than the classifier's own, pass a ``FixedThresholdClassifier``.
    X : array-like of shape (n_samples, 2)
        Data of two features.
    y : array-like of shape (n_samples,)
        True labels of two classes.
    pos_label : label, optional
        Positive class; may be left out for 0/1, −1/1 and booleans.
    class_names : mapping, optional
        What to call each label.
    feature_names : tuple of two str, optional
        Labels of the axes; by default the columns of a data frame, or ``x₁`` and ``x₂``.
    title : str, optional
        Title of the picture.

    Returns
    -------
    Picture
        Its alternative text says how many rows of each class fall in the positive region.

    Raises
    ------
    ValueError
        If `X` does not have two columns of finite numbers, or labels do not fit.
    sklearn.exceptions.NotFittedError
        If a classifier is not fitted.
    """
    values = _two_columns(X)
    target = binary_target(y, pos_label)
    if len(values) != target.positive.size:
        raise ValueError(f"y must have {len(values)} labels like X; got {target.positive.size}.")
    models = named(classifier, "classifier")
    for model in models.values():
        check_is_fitted(model)
    if feature_names is None:
        columns = X.columns if isinstance(X, pd.DataFrame) else ("x₁", "x₂")
        feature_names = (str(columns[0]), str(columns[1]))
    names = [class_name(target.neg_label, class_names), class_name(target.pos_label, class_names)]
    flagged = {name: np.asarray(m.predict(X)) == target.pos_label for name, m in models.items()}
    several = len(models) > 1
    drawing = picture(
        title=title,
        xlabel=feature_names[0],
        ylabel=feature_names[1],
        alt="Decision regions. "
        + " ".join(_regions_in_words(n, f, target.positive, names) for n, f in flagged.items()),
        panels=[name or "model" for name in models] if several else [],
        ncols=len(models),
        width=min(3.4 * len(models), 10.2) if several else 6.0,
        height=4.1 if several else 4.6,
        sharex=True,
        sharey=True,
        show=False,
    )
    with drawing as axes:
        panels = np.atleast_1d(axes)
        for ax, model in zip(panels, models.values(), strict=True):
            _draw_regions(ax, model, X, target.pos_label)
            _draw_points(ax, values, target.positive)
            ax.set(xlabel=feature_names[0], ylabel=feature_names[1])
        for ax in panels[1:]:
            ax.set_ylabel(feature_names[1]).set_visible(False)
        panels[0].figure.legend(
            handles=_legend(names), loc="outside lower center", ncols=2 if not several else 4
        )
    return drawing.picture


def _two_columns(X: ArrayLike) -> np.ndarray[Any, Any]:
    try:
        values = np.asarray(X, dtype=float)
    except (TypeError, ValueError):
        raise ValueError("X must be numbers, in two columns.") from None
    if values.ndim != 2 or values.shape[1] != 2:
        raise ValueError(
            f"X must have two columns to be drawn in a plane; got shape {values.shape}."
        )
    if not np.isfinite(values).all():
        raise ValueError("X must be finite; got NaN or infinite values.")
    return values


def _tint(colour: str, strength: float) -> tuple[float, float, float]:
    red, green, blue = (1 - strength * (1 - part) for part in to_rgb(colour))
    return red, green, blue


def _draw_regions(ax: Any, model: Any, X: Any, pos_label: Label) -> None:
    display = DecisionBoundaryDisplay.from_estimator(
        model,
        X,
        response_method="predict",
        plot_method="pcolormesh",
        grid_resolution=240,
        eps=0.06 * float(np.ptp(np.asarray(X, dtype=float), axis=0).max()),
        cmap=ListedColormap([_tint(NEGATIVE, 0.12), _tint(POSITIVE, 0.2)]),
        ax=ax,
    )
    # The display codes a predicted label by its place in classes_.
    region = (display.response == list(model.classes_).index(pos_label)).astype(float)
    display.surface_.set_array(region)
    display.surface_.set_clim(0, 1)
    display.surface_.set_rasterized(True)
    if region.min() != region.max():
        ax.contour(display.xx0, display.xx1, region, [0.5], colors="#333333", linewidths=1.2)
        ax.contourf(
            display.xx0, display.xx1, region, [0.5, 1.5], colors="none", hatches=["////"]
        ).set_edgecolor(_tint(POSITIVE, 0.45))


def _draw_points(ax: Any, values: Any, positive: Any) -> None:
    # Many rows need small, pale marks, or they hide the region under them.
    crowd = float(np.clip(400 / max((~positive).sum(), 1), 0.12, 1))
    ax.scatter(
        *values[~positive].T, s=6 + 14 * crowd, c=NEGATIVE, alpha=0.22 + 0.45 * crowd, linewidths=0
    )
    rare = float(np.clip(60 / max(positive.sum(), 1), 0.3, 1))
    ax.scatter(
        *values[positive].T,
        s=18 + 34 * rare,
        c=POSITIVE,
        marker="^",
        edgecolors="white",
        linewidths=0.7,
    )
    ax.grid(visible=False)


def _legend(names: list[str]) -> list[Any]:
    blank: dict[str, Any] = {"linestyle": "none"}
    return [
        Line2D([], [], marker="o", color=NEGATIVE, markersize=5, label=names[0], **blank),
        Line2D([], [], marker="^", color=POSITIVE, markersize=7, label=names[1], **blank),
        Patch(facecolor=_tint(NEGATIVE, 0.12), edgecolor="#333333", label=f"predicted {names[0]}"),
        Patch(
            facecolor=_tint(POSITIVE, 0.2),
            edgecolor=_tint(POSITIVE, 0.6),
            hatch="////",
            label=f"predicted {names[1]}",
        ),
    ]


def _regions_in_words(name: str, flagged: Any, positive: Any, names: list[str]) -> str:
    parts = [
        f"{count(flagged[rows].sum())} of {count(rows.sum())} rows of {of_class} "
        f"({share(float(flagged[rows].mean()))})"
        for rows, of_class in ((positive, names[1]), (~positive, names[0]))
    ]
    return f"{sentence_name(name)} predicts {names[1]} for {listing(parts)}."
