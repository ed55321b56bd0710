"""What cross-validation promises when something leaks, and what new rows give."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from imblearn.over_sampling import SMOTE, RandomOverSampler
from numpy.typing import NDArray
from sklearn.feature_selection import SelectKBest
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from imbalance_lab.evidence.arms import MODELS, find
from imbalance_lab.evidence.data import draw, family, seed_of

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Rows = tuple[Float, Int]

MEASURES = ("promised", "came", "optimism")


def _none(X: Float, y: Int, seed: int) -> Rows:
    return X, y


def _copies(X: Float, y: Int, seed: int) -> Rows:
    found: Rows = RandomOverSampler(random_state=seed).fit_resample(X, y)
    return found


def _smote(X: Float, y: Int, seed: int) -> Rows:
    found: Rows = SMOTE(random_state=seed).fit_resample(X, y)
    return found


def _scaling(X: Float, y: Int, seed: int) -> Rows:
    return (X - X.mean(axis=0)) / X.std(axis=0), y


def _selection(X: Float, y: Int, seed: int) -> Rows:
    return np.asarray(SelectKBest(k=max(X.shape[1] // 10, 1)).fit_transform(X, y)), y


#: What is done to all rows before they are split.
LEAKS: dict[str, Callable[[Float, Int, int], Rows]] = {
    "none": _none,
    "copies": _copies,
    "smote": _smote,
    "scaling": _scaling,
    "selection": _selection,
}


def leak(data: str, model: str, before_split: str = "none", *, repeat: int = 0) -> dict[str, float]:
    """Cross-validate after something was done to all rows, and compare with new rows.

    Parameters
    ----------
    data : str
        As in a trial.
    model : str
        As in a trial, such as ``"forest"``.
    before_split : str, default="none"
        One of `LEAKS`.
    repeat : int, default=0

    Returns
    -------
    dict of str to float
        ROC AUC: ``promised`` by five stratified folds, ``came`` on test rows that nothing was done
        to (a selection of features aside), and their difference, ``optimism``.
    """
    if before_split not in LEAKS:
        raise ValueError(f"before_split must be one of {sorted(LEAKS)}, got {before_split!r}")
    sample, seed = draw(data, repeat), seed_of(data, repeat) % 2**31
    arm, settings = find(model, MODELS, "model")
    X, y = LEAKS[before_split](*sample.fit, seed)
    promised = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for fit, test in StratifiedKFold(5, shuffle=True, random_state=seed).split(X, y):
            fitted = arm.build(seed, settings).fit(X[fit], y[fit])
            promised.append(roc_auc_score(y[test], fitted.predict_proba(X[test])[:, 1]))
        whole = arm.build(seed, settings).fit(X, y)
        came = roc_auc_score(
            sample.test[1], whole.predict_proba(_as(sample, X, before_split))[:, 1]
        )
    mean = float(np.mean(promised))
    return {"promised": mean, "came": float(came), "optimism": mean - float(came)}


def _as(sample: Any, X: Float, before_split: str) -> Float:
    """Return the test rows in the form in which the model met its rows."""
    rows = sample.test[0]
    if before_split == "scaling":
        return np.asarray((rows - sample.fit[0].mean(axis=0)) / sample.fit[0].std(axis=0))
    if before_split == "selection":
        kept = SelectKBest(k=X.shape[1]).fit(*sample.fit).get_support()
        return np.asarray(rows[:, kept])
    return np.asarray(rows)


def parts(cell: Mapping[str, Any]) -> list[Any]:
    """Return the code of which a row is made, for its fingerprint."""
    arm, _ = find(cell["model"], MODELS, "model")
    return [leak, LEAKS[cell["before_split"]], repr(arm), family(cell["data"])]
