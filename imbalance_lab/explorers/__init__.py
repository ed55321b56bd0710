"""Explorers: move one thing and watch its consequences.

Each module has one explorer. All return an :class:`Explorer`, to be displayed as the last line of a
cell; a reader without a kernel sees the state that it was saved in.
"""

from imbalance_lab.explorers.focal import focal_explorer
from imbalance_lab.explorers.front import Explorer
from imbalance_lab.explorers.prevalence import prevalence_explorer
from imbalance_lab.explorers.smote import smote_explorer
from imbalance_lab.explorers.threshold import threshold_explorer

__all__ = [
    "Explorer",
    "focal_explorer",
    "prevalence_explorer",
    "smote_explorer",
    "threshold_explorer",
]
