"""Probabilities before and after a correction that is fitted on validation rows."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from imbalance_lab.evidence import trial as trials
from imbalance_lab.evidence.data import Sample, draw, parse, seed_of
from imbalance_lab.evidence.scores import SMALLEST, calibration
from imbalance_lab.evidence.trial import best_arm, score

Float = NDArray[np.float64]
Int = NDArray[np.int64]

MEASURES = (
    "expected_observed",
    "slope",
    "ici",
    "average_precision",
    "log_loss",
    "brier",
    "top_told",
    "top_came",
    "cost_at_price",
)


class Firth(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Logistic regression whose likelihood is penalised by Jeffreys' prior (Firth, 1993).

    Its bias is smaller where events are few, and it exists where the classes are separated. The
    intercept is refitted without the penalty, so that the probabilities add up to the events (FLIC,
    Puhr et al., 2017).
    """

    def fit(self, X: Float, y: Int) -> Firth:
        """Fit by Newton steps, halved while a step is longer than five."""
        self.classes_ = np.array([0, 1])
        design = np.column_stack([np.ones(len(X)), X])
        beta = np.zeros(design.shape[1])
        for _ in range(100):
            p = expit(design @ beta)
            weighted = design * (p * (1 - p))[:, None]
            information = design.T @ weighted + 1e-9 * np.eye(len(beta))
            solved = np.linalg.solve(information, design.T)
            leverage = (weighted * solved.T).sum(axis=1)
            step = solved @ (y - p + leverage * (0.5 - p))
            step *= min(1.0, 5.0 / max(np.abs(step).max(), 1e-12))
            beta += step
            if np.abs(step).max() < 1e-6:
                break
        self.coef_ = beta[1:]
        self.intercept_ = _intercept_for(X @ self.coef_, y)
        return self

    def predict_proba(self, X: Float) -> Float:
        """Return the probabilities of both classes."""
        p = expit(X @ self.coef_ + self.intercept_)
        return np.column_stack([1 - p, p])


def _intercept_for(offset: Float, y: Int) -> float:
    """Return the intercept at which the probabilities add up to the positives."""
    low, high = -60.0, 60.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if expit(offset + middle).sum() < y.sum() else (low, middle)
    return (low + high) / 2


def _undo_balance(proba: Float, sample: Sample) -> Callable[[Float], Float]:
    """Return the correction for a model that met the classes balanced."""
    y = sample.fit[1]
    shift = np.log((y == 1).sum() / (y == 0).sum())
    return lambda p: np.asarray(expit(_log_odds(p) + shift))


def _platt(proba: Float, sample: Sample) -> Callable[[Float], Float]:
    found = LogisticRegression(C=np.inf, max_iter=1000).fit(
        _log_odds(proba)[:, None], sample.valid[1]
    )
    return lambda p: np.asarray(found.predict_proba(_log_odds(p)[:, None])[:, 1])


def _temperature(proba: Float, sample: Sample) -> Callable[[Float], Float]:
    scaled = LogisticRegression(C=np.inf, fit_intercept=False, max_iter=1000)
    found = scaled.fit(_log_odds(proba)[:, None], sample.valid[1])
    return lambda p: np.asarray(found.predict_proba(_log_odds(p)[:, None])[:, 1])


def _isotonic(proba: Float, sample: Sample) -> Callable[[Float], Float]:
    found = IsotonicRegression(out_of_bounds="clip").fit(proba, sample.valid[1])
    return lambda p: np.asarray(found.predict(p))


def _nothing(proba: Float, sample: Sample) -> Callable[[Float], Float]:
    return lambda p: p


CORRECTIONS = {
    "none": _nothing,
    "undo_balance": _undo_balance,
    "platt": _platt,
    "temperature": _temperature,
    "isotonic": _isotonic,
}


def _log_odds(p: Float) -> Float:
    return np.asarray(logit(np.clip(p, SMALLEST, 1 - SMALLEST)))


def calibrated(
    data: str,
    model: str,
    treatment: str = "nothing",
    tuned: bool = False,
    correction: str = "none",
    *,
    repeat: int = 0,
) -> dict[str, float]:
    """Fit an arm as in a trial, correct its probabilities on the validation rows, and judge them.

    Parameters
    ----------
    data, model, treatment, tuned, repeat
        As in a trial; the model may also be "firth".
    correction : str, default="none"
        One of `CORRECTIONS`.

    Returns
    -------
    dict of str to float
        E/O, slope and ICI; the mean told and the share that came among the 1% with the highest
        probabilities; average precision, log loss, Brier score, and the cost at 1/(1 + price).

    Raises
    ------
    ValueError
        If a name is unknown or the arm has no probabilities.
    """
    if correction not in CORRECTIONS:
        raise ValueError(f"correction must be one of {sorted(CORRECTIONS)}, got {correction!r}")
    sample, seed = draw(data, repeat), seed_of(data, repeat)
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        if model == "firth":
            arm = make_pipeline(StandardScaler(), Firth()).fit(*sample.fit)
        else:
            arm, _ = best_arm(sample, model, treatment, tuned, seed)
        valid, test = score(arm, sample.valid[0])[1], score(arm, sample.test[0])[1]
        if valid is None or test is None:
            raise ValueError(f"the model {model!r} has no probabilities")
        proba = CORRECTIONS[correction](valid, sample)(test)
        return _measures(sample.test[1], proba, sample.price)


def _measures(y: Int, proba: Float, price: float) -> dict[str, float]:
    top = np.argsort(-proba, kind="stable")[: max(len(y) // 100, 1)]
    flagged = proba >= 1 / (1 + price)
    return calibration(y, proba) | {
        "average_precision": float(average_precision_score(y, proba)),
        "log_loss": float(log_loss(y, np.clip(proba, SMALLEST, 1 - SMALLEST))),
        "brier": float(brier_score_loss(y, proba)),
        "top_told": float(proba[top].mean()),
        "top_came": float(y[top].mean()),
        "cost_at_price": float((price * y[~flagged].sum() + (1 - y[flagged]).sum()) / len(y)),
    }


def parts(cell: Mapping[str, Any]) -> list[Any]:
    """Return the code of which a row is made, for its fingerprint."""
    own = [calibrated, CORRECTIONS[cell["correction"]]]
    name, _ = parse(cell["model"])
    if name == "firth":
        return [*own, Firth, *trials.parts({**cell, "model": "logistic"})]
    return [*own, *trials.parts(cell)]
