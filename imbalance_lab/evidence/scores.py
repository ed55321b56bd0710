"""What a trial measures on its test rows: ranking, decisions, probabilities.

Thresholds are chosen on other rows. Calibration is more than the sum of the probabilities, so it is
measured three times: E/O (expected over observed positives), the slope of a logistic recalibration,
and ICI, the mean distance from a smooth calibration curve (Austin and Steyerberg, 2019; here a
spline of the logit instead of loess, so that 20,000 rows take no time).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer

Float = NDArray[np.float64]
Int = NDArray[np.int64]

#: Probabilities are clipped to this and its complement before a logarithm.
SMALLEST = 1e-5


#: Names of what `all_scores` returns.
MEASURES = (
    "average_precision",
    "roc_auc",
    "cost",
    "cost_at_price",
    "cost_at_half",
    "f1",
    "f1_at_half",
    "recall",
    "recall_at_half",
    "log_loss",
    "brier",
    "expected_observed",
    "slope",
    "ici",
)


def best_thresholds(y: Int, score: Float, price: float) -> tuple[float, float]:
    """Return the thresholds with the lowest cost and the highest F1 on these rows.

    Parameters
    ----------
    y, score : ndarray of shape (n,)
        Labels 0 or 1, and scores of which higher is more likely positive.
    price : float
        What a miss costs, in false alarms.

    Returns
    -------
    for_cost, for_f1 : float
        A row is flagged if its score is at least that; infinity flags none.
    """
    order = np.argsort(-score, kind="stable")
    ranked, hits = score[order], np.cumsum(y[order])
    alarms = np.arange(1, len(y) + 1) - hits
    last_of_ties = np.append(ranked[:-1] > ranked[1:], True)
    ranked, hits, alarms = ranked[last_of_ties], hits[last_of_ties], alarms[last_of_ties]
    # Half way to the next lower score, so that new rows near the border fall either way.
    cuts = np.append(np.inf, np.append((ranked[:-1] + ranked[1:]) / 2, ranked[-1]))
    hits, alarms = np.append(0, hits), np.append(0, alarms)
    cost = price * (hits[-1] - hits) + alarms
    f1 = 2 * hits / (hits + alarms + hits[-1])
    return float(cuts[np.argmin(cost)]), float(cuts[np.argmax(f1)])


def cost_per_case(y: Int, flagged: NDArray[np.bool_], price: float) -> float:
    """Return misses times their price plus false alarms, for each row."""
    return float((price * (y[~flagged] == 1).sum() + (y[flagged] == 0).sum()) / len(y))


def f1(y: Int, flagged: NDArray[np.bool_]) -> float:
    """Return F1, which is 0 where nothing is found."""
    return float(2 * (y[flagged] == 1).sum() / max(flagged.sum() + y.sum(), 1))


def calibration(y: Int, proba: Float) -> dict[str, float]:
    """Return E/O, the calibration slope and ICI.

    Parameters
    ----------
    y, proba : ndarray of shape (n,)
        Labels 0 or 1, both present, and probabilities of 1.

    Returns
    -------
    dict
        ``expected_observed`` (1 is right), ``slope`` (1 is right, below 1 is overconfident) and
        ``ici`` (0 is right, in units of probability).
    """
    log_odds = logit(np.clip(proba, SMALLEST, 1 - SMALLEST))[:, None]
    result = {"expected_observed": float(proba.sum() / y.sum()), "slope": np.nan, "ici": np.nan}
    if np.ptp(log_odds) == 0:
        return result | {"ici": float(abs(proba.mean() - y.mean()))}
    plain = LogisticRegression(C=np.inf, max_iter=1000).fit(log_odds, y)
    knots = np.unique(np.quantile(log_odds, [0, 0.5, 0.9, 0.99, 1]))[:, None]
    smooth = make_pipeline(
        SplineTransformer(degree=1, knots=knots, extrapolation="linear"),
        LogisticRegression(C=100.0, max_iter=1000),
    ).fit(log_odds, y)
    curve = smooth.predict_proba(log_odds)[:, 1]
    return result | {
        "slope": float(plain.coef_[0, 0]),
        "ici": float(np.abs(curve - expit(log_odds[:, 0])).mean()),
    }


def all_scores(
    y: Int,
    score: Float,
    proba: Float | None,
    thresholds: tuple[float, float],
    price: float,
) -> dict[str, float]:
    """Return every measure of one fitted arm.

    Parameters
    ----------
    y, score : ndarray of shape (n,)
        Test labels, both classes present, and scores.
    proba : ndarray of shape (n,) or None
        Probabilities; None for a model that has only scores, whose measures of probability are
        then NaN.
    thresholds : (for_cost, for_f1)
        Chosen on other rows.
    price : float
        What a miss costs, in false alarms.

    Returns
    -------
    dict of str to float
        With the keys of `MEASURES`.
    """
    found = {
        "average_precision": float(average_precision_score(y, score)),
        "roc_auc": float(roc_auc_score(y, score)),
        "cost": cost_per_case(y, score >= thresholds[0], price),
        "f1": f1(y, score >= thresholds[1]),
        "recall": float((score >= thresholds[1])[y == 1].mean()),
    }
    if proba is None:
        return dict.fromkeys(MEASURES, np.nan) | found
    half = proba >= 0.5
    return (
        found
        | {
            "cost_at_half": cost_per_case(y, half, price),
            "cost_at_price": cost_per_case(y, proba >= 1 / (1 + price), price),
            "f1_at_half": f1(y, half),
            "recall_at_half": float(half[y == 1].mean()),
            "log_loss": float(log_loss(y, np.clip(proba, SMALLEST, 1 - SMALLEST))),
            "brier": float(brier_score_loss(y, proba)),
        }
        | calibration(y, proba)
    )
