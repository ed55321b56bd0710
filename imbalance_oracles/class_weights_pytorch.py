"""Answer keys of lesson 07's second notebook, without PyTorch."""

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


def decay(y: Any, w0: float, w1: float, C: float, loss: str) -> float:
    """Return the weight decay: scikit-learn's sum is that many times PyTorch's mean."""
    counts = np.bincount(np.asarray(y))
    times = w0 * counts.sum() if loss == "binary" else counts @ [w0, w1]
    return float(1 / (C * times))


def _fits(rng: np.random.Generator) -> list[Call]:
    """Return either loss with either class as the heavier one, and every container."""
    calls = []
    pairs = [(0.3, 4), (2.5, 0.7), (1, 7), (0.5, 9.5), (3, 1.5), (2, 9)]
    for number, (w0, w1) in enumerate(pairs):
        size = int(rng.integers(5, 30))
        y = rng.permutation(np.arange(size) % 4 == 0).astype(int)
        given = [y.tolist(), y, pd.Series(y, index=rng.permutation(size) + 7)][number % 3]
        C = float(rng.choice([0.02, 0.3, 5, 40]))
        calls += [Call((given, w0, w1, C, loss)) for loss in ("binary", "by class")]
    return calls


def _size(y):
    return len(np.asarray(y))


MATCHING_DECAY = Key(
    exercises.MATCHING_DECAY,
    right=decay,
    inputs=_fits,
    by_hand=[Call(([0, 0, 0, 1], 2, 4, 0.5, loss)) for loss in ("binary", "by class")],
    wrong={
        "the penalty of a sum stands beside a mean": lambda y, w0, w1, C, loss: 1 / C,
        "`C` is taken for the strength of the penalty": lambda y, w0, w1, C, loss: decay(
            y, w0, w1, 1 / C, loss
        ),
        "both losses are divided by the number of rows": lambda y, w0, w1, C, loss: decay(
            y, w0, w1, C, "binary"
        ),
        "both losses are divided by the weights": lambda y, w0, w1, C, loss: decay(
            y, w0, w1, C, "by class"
        ),
        "the weights are left out": lambda y, w0, w1, C, loss: 1 / (C * _size(y)),
        "`w0` is lost from the binary loss": lambda y, w0, w1, C, loss: decay(
            y, 1 if loss == "binary" else w0, w1, C, loss
        ),
    },
)
