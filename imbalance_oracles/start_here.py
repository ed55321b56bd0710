"""Oracles of lesson 00, for its hidden tests."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import pandas as pd


def counted(y: Any) -> pd.DataFrame:
    """Return the class table, by counting one label after another."""
    pairs = sorted(Counter(list(y)).items(), key=lambda pair: (pair[1], pair[0]))
    rows = {label: {"count": n, "share": n / len(y)} for label, n in pairs}
    return pd.DataFrame(
        {name: [row[name] for row in rows.values()] for name in ("count", "share")}, list(rows)
    )


def ratio(y: Any, classes: Any = None) -> float:
    """Return the imbalance ratio from a table of all classes that could occur."""
    counts = pd.Series(list(y)).value_counts()
    if classes is not None:
        counts = counts.reindex(classes, fill_value=0)
    return float(counts.max() / counts.min()) if counts.min() else math.inf
