"""Explorers: move one thing and watch its consequences.

Each module has one explorer. All return an :class:`Explorer`, to be displayed as the last line of a
cell; a reader without a kernel sees the state that it was saved in.
"""

from imbalance_lab.explorers.base import Scene, Table, View
from imbalance_lab.explorers.focal import FocalView, focal_explorer
from imbalance_lab.explorers.front import Control, Explorer
from imbalance_lab.explorers.prevalence import PrevalenceView, prevalence_explorer
from imbalance_lab.explorers.smote import SmoteView, smote_explorer
from imbalance_lab.explorers.threshold import ThresholdView, threshold_explorer

__all__ = [
    "Control",
    "Explorer",
    "FocalView",
    "PrevalenceView",
    "Scene",
    "SmoteView",
    "Table",
    "ThresholdView",
    "View",
    "focal_explorer",
    "prevalence_explorer",
    "smote_explorer",
    "threshold_explorer",
]
