"""Plots of the course, each with alternative text and drawn in one style.

Every function returns a :class:`Picture`, which a notebook displays. Where a function takes one
model's output it also takes a mapping of names to outputs: curves share one panel, everything else
gets a panel each. For a plot of your own, see :func:`picture`.
"""

from imbalance_lab.plots.core import PALETTE, Picture, house_style, picture
from imbalance_lab.plots.curves import (
    precision_recall_curve,
    reliability_diagram,
    roc_curve,
    score_distributions,
)
from imbalance_lab.plots.intervals import intervals
from imbalance_lab.plots.labels import class_counts, confusion_matrix
from imbalance_lab.plots.points import points_curve

__all__ = [
    "PALETTE",
    "Picture",
    "class_counts",
    "confusion_matrix",
    "house_style",
    "intervals",
    "picture",
    "points_curve",
    "precision_recall_curve",
    "reliability_diagram",
    "roc_curve",
    "score_distributions",
]
