"""The worked example of lesson 00: an exercise that is solved together, worth no points."""

from __future__ import annotations

import numpy as np

from imbalance_lab.checks import Exercise, Mistake, raises

SHARE_OF = Exercise(
    "share_of",
    lesson="00",
    section="One exercise from beginning to end",
    arguments=("y", "label"),
    mistakes=(
        Mistake(
            "a count instead of a share",
            "You found how many samples have this label. A share is a part of all of them, so it"
            " lies between 0 and 1.",
            wrong=lambda y, label: int(np.sum(np.asarray(y) == label)),
        ),
        Mistake(
            "it works for a pandas Series only",
            "The contract says array-like, so a plain list may come too. A list that is compared"
            " with a string gives a single True or False, not one for each element.",
            when=raises("AttributeError", "TypeError"),
        ),
    ),
)
