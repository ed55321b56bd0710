"""Answer keys of lesson 07's second notebook, without PyTorch: NumPy, and Newton's method."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from imbalance_lab.checks import Call
from imbalance_lab.exercises import class_weights_pytorch as exercises
from imbalance_oracles.key import Key


def mean_loss_of_logits(logits: Any, y: Any, w0: float, w1: float) -> float:
    """Return the weighted mean of the log loss, from logits, without overflow."""
    return float(np.average(_losses(logits, y), weights=_weights(y, w0, w1)))


def _logits(rng: np.random.Generator) -> list[Call]:
    """Return either class as the heavier one, every container, and logits far from 0."""
    calls = []
    pairs = [(0.3, 4), (1, 40), (2.5, 0.7), (1, 7), (0.5, 0.5), (3, 1), (1, 2), (2, 9)]
    for number, (w0, w1) in enumerate(pairs):
        size = int(rng.integers(3, 12))
        z = (2 * rng.normal(size=size)).round(3)
        y = rng.permutation(np.arange(size) % 3 == 0).astype(int)
        own_index = pd.Series(z, index=rng.permutation(size) + 7), pd.Series(y)
        rows = [(z.tolist(), y.tolist()), (z, y), own_index][number % 3]
        calls.append(Call((*rows, w0, w1)))
    z = rng.normal(size=3).round(3).tolist()
    far = [([1000.0, -1000.0], [0, 0]), ([1000.0, -1000.0, 30.0, 0.5], [0, 1, 1, 0])]
    far += [([-40, 2, 40, -3], [1, 0, 0, 1]), (z, [0, 0, 0]), (z[:1], [1])]
    return [*calls, *(Call((*rows, 1, 5)) for rows in far)]


def _losses(logits, y):
    z = np.asarray(logits, dtype=float)
    return np.logaddexp(0, z) - np.asarray(y) * z


def _weights(y, w0, w1):
    return np.where(np.asarray(y) == 1, w1, w0)


def _weighted_sum(logits, y, w0, w1):
    return float(np.sum(_weights(y, w0, w1) * _losses(logits, y)))


WEIGHTED_BCE = Key(
    exercises.WEIGHTED_BCE,
    right=mean_loss_of_logits,
    inputs=_logits,
    by_hand=[Call(([0, 0, 0, -1.0986122887], [0, 0, 0, 1], 1, 2))],
    rel=1e-9,
    abs_=1e-11,
    wrong={
        "divided by the number of rows instead of by the weights": lambda logits, y, w0, w1: (
            _weighted_sum(logits, y, w0, w1) / len(y)
        ),
        "the weight of the negatives is taken to be 1": lambda logits, y, w0, w1: (
            mean_loss_of_logits(logits, y, 1, w1)
        ),
        "the weights of the two classes are swapped": lambda logits, y, w0, w1: mean_loss_of_logits(
            logits, y, w1, w0
        ),
        "the weights are left out": lambda logits, y, w0, w1: float(np.mean(_losses(logits, y))),
        "the sum instead of the mean": _weighted_sum,
        "probabilities are passed where logits are wanted": lambda logits, y, w0, w1: (
            mean_loss_of_logits(expit(np.asarray(logits, dtype=float)), y, w0, w1)
        ),
    },
)


def by_newton(X: Any, y: Any, pos_weight: float, intercept: bool = True) -> list[float]:
    """Return intercept and slopes at which the weighted loss stands still, by Newton's method."""
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    rows = np.column_stack([np.full(len(X), float(intercept)), X])
    weights, theta = np.where(y == 1, pos_weight, 1.0), np.zeros(rows.shape[1])
    for _ in range(60):
        p = expit(rows @ theta)
        slope = rows.T @ (weights * (p - y))
        curvature = (rows * (weights * p * (1 - p))[:, None]).T @ rows
        step = np.linalg.lstsq(curvature, slope, rcond=None)[0]
        theta = theta - step / max(1.0, float(np.abs(step).max()))  # no step beyond 1
    return [float(value) for value in theta]


def _overlapping(rng: np.random.Generator) -> list[Call]:
    """Return one to three features, weights above and below 1, and every container."""

    def rows(n_features: int) -> tuple[Any, Any]:
        X = rng.normal(size=(60, n_features)).round(2)
        y = (X[:, 0] + 2 * rng.normal(size=60) > 0.8).astype(int)
        # Two rows of either class at opposite corners: no line parts the classes.
        X[:4] = np.array([[2.0], [2.0], [-2.0], [-2.0]])
        y[:4] = [0, 1, 0, 1]
        return X, y

    calls = []
    for number, weight in enumerate([4, 1, 12.5, 0.4, 2, 7, 3, 0.5, 25]):
        X, y = rows(1 + number % 3)
        own_index = pd.DataFrame(X), pd.Series(y, index=rng.permutation(60) + 90)
        values = [(X.tolist(), y.tolist()), (X, y), own_index][number % 3]
        calls.append(Call((*values, weight)))
    return calls


def _intercept_last(X, y, pos_weight):
    intercept, *slopes = by_newton(X, y, pos_weight)
    return [*slopes, intercept]


FIT_WEIGHTED = Key(
    exercises.FIT_WEIGHTED,
    right=by_newton,
    inputs=_overlapping,
    by_hand=[Call(([[-1], [-1], [-1], [1], [1]], [0, 0, 1, 0, 1], 2))],
    abs_=0.02,  # with a constant step, Adam swings by up to 0.019 for as long as it goes on
    wrong={
        "the weight is left out": lambda X, y, pos_weight: by_newton(X, y, 1),
        "the weight is on the negatives": lambda X, y, pos_weight: by_newton(X, y, 1 / pos_weight),
        "the intercept is missing": lambda X, y, pos_weight: by_newton(
            X, y, pos_weight, intercept=False
        ),
        "the intercept stands last": _intercept_last,
    },
)
