"""Oracles of lesson 10, for its hidden tests: bins by counting, odds by logarithms, one split."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from imbalance_lab.checks import Call, Question, Step

__all__ = ["calibration_cases", "counted_bins", "one_split", "shift_cases", "shifted_log_odds"]

EVERY = 17  # calibrated models are asked about every 17th row


def counted_bins(y_true: Any, p: Any, n_bins: int) -> pd.DataFrame:
    """Return the reliability table in quantile bins, by counting."""
    y, p = np.asarray(y_true).tolist(), np.asarray(p, dtype=float).tolist()
    bins: dict[int, list[int]] = {}
    for row, value in enumerate(p):
        smaller = sum(other < value for other in p)
        bins.setdefault(smaller * n_bins // len(p), []).append(row)
    table = [
        (len(rows), sum(p[i] for i in rows) / len(rows), sum(y[i] for i in rows) / len(rows))
        for _, rows in sorted(bins.items())
    ]
    return pd.DataFrame(table, columns=["n", "predicted", "observed"])


def shift_cases(seed: int, n_cases: int = 10) -> list[Call]:
    """Return calls with probabilities, 0 and 1 among them, and two prevalences."""
    rng = np.random.default_rng(seed)
    calls = []
    for number in range(n_cases):
        p = np.append(rng.random(int(rng.integers(3, 12))).round(3), [0.0, 1.0])
        old, new = rng.choice([0.003, 0.02, 0.15, 0.5, 0.7], 2, replace=False).tolist()
        calls.append(Call((p.tolist() if number % 3 == 0 else p, old, new)))
    return calls


def shifted_log_odds(p: Any, old: float, new: float) -> np.ndarray:
    """Return the probabilities after a shift of the log odds."""
    shifted = logit(np.asarray(p, dtype=float)) + logit(new) - logit(old)
    return np.asarray(expit(shifted), dtype=float)


def calibration_cases(seed: int) -> list[Call]:
    """Return questions to a calibrated model: its probabilities for every 17th row."""
    calls = []
    for number, (n_rows, n_features, method) in enumerate(
        [(150, 2, "sigmoid"), (180, 4, "isotonic"), (210, 3, "sigmoid")]
    ):
        rng = np.random.default_rng([seed, number])
        X = rng.normal(size=(n_rows, n_features)) * [1, *range(3, 2 + n_features)] + number
        y = (X[:, 0] + rng.normal(size=n_rows) > number + 0.7).astype(int)
        order = rng.permutation(n_rows).tolist()
        train, calibration = order[: n_rows // 3], order[n_rows // 3 : 2 * n_rows // 3]
        # The rest behaves in another way, so whoever learns from it gives itself away.
        y[order[2 * n_rows // 3 :]] = np.arange(n_rows - 2 * n_rows // 3) % 2
        predict = Step("predict_proba", (X[::EVERY],))
        calls.append(Call((X, y, train, calibration, method), then=(predict,)))
    return calls


def one_split(X: Any, y: Any, train: Any, calibration: Any, method: str) -> np.ndarray:
    """Return the probabilities of every 17th row, of a model fitted and calibrated on one split."""
    model = make_pipeline(
        StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=1000)
    )
    split = [(np.asarray(train), np.asarray(calibration))]
    calibrated = CalibratedClassifierCV(model, method=method, cv=split, ensemble=True).fit(X, y)
    return np.asarray(calibrated.predict_proba(X[::EVERY]))


LESSON = "10"
QUIZ = {
    1: Question(
        right="c",
        mistakes={
            "a": "Doubling every log odds keeps the order, and the AUC depends on the order only.",
            "b": "The AUC does not change when probabilities are stretched, so it can't measure"
            " their quality.",
            "d": "A wrong scale of the log odds is not repaired by more rows of the same kind."
            " A calibrator repairs it.",
        },
        section="What a probability promises",
    ),
    2: Question(
        right="c",
        mistakes={
            "a": "That would be right if as few negatives came in practice as in training.",
            "b": "Multiplying the probability by the share that was kept forgets that the"
            " correction is one of the odds.",
            "d": "Odds of 1 shrink by the share of the negatives that was kept. Use the"
            " formula with β = 0.01.",
        },
        section="Undo undersampling",
    ),
    3: Question(
        right="b",
        mistakes={
            "a": "Flexibility costs variance: with some dozens of positives isotonic"
            " regression lost in the experiment, heavily by the log loss.",
            "c": "On training rows a boosted model is nearly always right, and the calibrator"
            " learns to believe it.",
            "d": "Then no rows are left to judge the result honestly.",
        },
        section="Calibrate with data: Platt and isotonic",
    ),
    4: Question(
        right="a",
        mistakes={
            "b": "Weights multiply the odds, so 0.5 stands for another probability of the"
            " plain model.",
            "c": "Balanced weights raise probabilities, so the matching threshold of the plain"
            " model is lower than 0.5.",
            "d": "Where the model fits, weights shift all odds by one factor and keep the order.",
        },
        section="One comparison instead of all that",
    ),
    5: Question(
        right="c",
        mistakes={
            "a": "A small Brier score is free when positives are rare, as accuracy is.",
            "b": "It may be calibrated or not: broken promises and telling apart can cancel in"
            " one number.",
            "d": "The Brier score is not one minus the accuracy.",
        },
        section="Brier score and log loss: scores that reward honesty",
    ),
}
