"""Checks of what plots and explorers are given, with errors that name the argument."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from imbalance_lab.validation import finite

Label = Any


class BinaryTarget(NamedTuple):
    """Checked binary labels: which rows are positive, and what the two classes are called."""

    positive: NDArray[np.bool_]
    pos_label: Label
    neg_label: Label

    @property
    def prevalence(self) -> float:
        """Share of positive rows."""
        return float(self.positive.mean())


def labels_1d(y: ArrayLike, name: str) -> NDArray[Any]:
    """Return labels as a 1-D array without missing values."""
    array = np.asarray(y)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array.ravel()
    if array.ndim != 1 or array.size == 0:
        raise ValueError(
            f"{name} must be a non-empty 1-D array of labels; got shape {array.shape}."
        )
    missing = int(pd.isna(array).sum())
    if missing:
        raise ValueError(f"{name} must not have missing values; got {missing} of {array.size}.")
    return array


def binary_target(y_true: ArrayLike, pos_label: Label = None) -> BinaryTarget:
    """Return checked binary labels; `pos_label` may be left out for 0/1, −1/1 and booleans."""
    labels = labels_1d(y_true, "y_true")
    classes = sorted(set(labels.tolist()), key=lambda label: (str(type(label)), label))
    if len(classes) != 2:
        raise ValueError(
            f"y_true must have both classes, two in all; got {len(classes)}: {_named(classes)}."
        )
    if pos_label is None:
        if set(classes) not in ({0, 1}, {-1, 1}):
            raise ValueError(
                f"pos_label must be given for the labels {_named(classes)}: which one is the class "
                "that you look for?"
            )
        pos_label = 1
    if pos_label not in classes:
        raise ValueError(f"pos_label must be one of {_named(classes)}; got {pos_label!r}.")
    negative = classes[0] if classes[1] == pos_label else classes[1]
    shown = classes[1] if classes[1] == pos_label else classes[0]
    return BinaryTarget(labels == pos_label, shown, negative)


def scores_1d(y_score: ArrayLike, n_samples: int, name: str = "y_score") -> NDArray[np.float64]:
    """Return finite scores, one for each of `n_samples` rows."""
    scores = finite(y_score, name)
    if scores.ndim == 2 and scores.shape[1] == 2:
        raise ValueError(
            f"{name} must be 1-D; got shape {scores.shape}. Of predict_proba's columns take the "
            "positive class's: model.predict_proba(X)[:, 1]."
        )
    if scores.shape != (n_samples,):
        raise ValueError(f"{name} must have shape ({n_samples},) like y_true; got {scores.shape}.")
    return scores


def probabilities_1d(y_prob: ArrayLike, n_samples: int, name: str) -> NDArray[np.float64]:
    """Return scores that are all probabilities."""
    scores = scores_1d(y_prob, n_samples, name)
    if scores.min() < 0 or scores.max() > 1:
        raise ValueError(
            f"{name} must be probabilities from 0 to 1; got {scores.min():.3g} to "
            f"{scores.max():.3g}. Decision values are no probabilities."
        )
    return scores


def plane(X: ArrayLike, n_samples: int) -> NDArray[np.float64]:
    """Return `n_samples` finite points in the plane."""
    points = finite(X, "X")
    if points.shape != (n_samples, 2):
        raise ValueError(f"X must have shape ({n_samples}, 2) like y; got {points.shape}.")
    return points


def named(given: Any, argument: str) -> dict[str, Any]:
    """Return ``{name: values}``: a mapping as it is, anything else under an empty name."""
    if not isinstance(given, Mapping):
        return {"": given}
    if not given:
        raise ValueError(f"{argument} must not be an empty mapping.")
    return {str(name): values for name, values in given.items()}


def class_name(label: Label, class_names: Mapping[Label, str] | None) -> str:
    """Return how a class is called in a picture."""
    if class_names and label in class_names:
        return str(class_names[label])
    return label if isinstance(label, str) else f"class {label}"


def _named(classes: list[Label]) -> str:
    shown = ", ".join(repr(label) for label in classes[:6])
    return shown + (", …" if len(classes) > 6 else "")
