"""Cross-validation of one set: how its folds scatter, and how often one has no positive."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score
from sklearn.model_selection import KFold, StratifiedKFold

from imbalance_lab.evidence.data import draw, family, seed_of

MEASURES = ("spread_ap", "spread_f1", "mean_ap", "bias_ap", "empty")


def folds(
    data: str, splitter: str = "plain", n_splits: int = 5, *, repeat: int = 0
) -> dict[str, float]:
    """Cross-validate a logistic regression on one draw.

    Parameters
    ----------
    data : str
        As in a trial; the rows to fit on are cross-validated, the test rows tell the truth.
    splitter : {"plain", "stratified"}
    n_splits : int, default=5
    repeat : int, default=0

    Returns
    -------
    dict of str to float
        ``spread_ap`` and ``spread_f1``: standard deviation of the folds that have a positive;
        ``mean_ap`` over them, ``bias_ap`` against a model of all rows on the test rows, and
        ``empty``: 1 if a fold has no positive.
    """
    kinds = {"plain": KFold, "stratified": StratifiedKFold}
    if splitter not in kinds:
        raise ValueError(f"splitter must be one of {sorted(kinds)}, got {splitter!r}")
    sample = draw(data, repeat)
    X, y = sample.fit
    split = kinds[splitter](n_splits, shuffle=True, random_state=seed_of(data, repeat))
    found, empty = [], 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for fit, test in split.split(X, y):
            if not y[test].any() or not y[fit].any():
                empty = 1.0
                continue
            proba = LogisticRegression().fit(X[fit], y[fit]).predict_proba(X[test])[:, 1]
            flagged = proba >= y[fit].mean()
            found.append((average_precision_score(y[test], proba), f1_score(y[test], flagged)))
        whole = LogisticRegression().fit(X, y).predict_proba(sample.test[0])[:, 1]
    spread = np.std(found, axis=0, ddof=1) if len(found) > 1 else [np.nan, np.nan]
    mean = float(np.mean([ap for ap, _ in found])) if found else np.nan
    return {
        "spread_ap": float(spread[0]),
        "spread_f1": float(spread[1]),
        "mean_ap": mean,
        "bias_ap": mean - float(average_precision_score(sample.test[1], whole)),
        "empty": empty,
    }


def parts(cell: Mapping[str, Any]) -> list[Any]:
    """Return the code of which a row is made, for its fingerprint."""
    return [folds, family(cell["data"])]
