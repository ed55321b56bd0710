"""Answer key of lesson 08's second notebook, without PyTorch: the definition in many digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import logsumexp, softmax

from imbalance_lab.checks import Call
from imbalance_lab.exercises import focal_loss_pytorch as exercises
from imbalance_oracles.focal_loss import focal, focal_slope
from imbalance_oracles.key import Key


def mean_and_slopes(logits: Any, y: Any, gamma: float, alpha: Any) -> list[float]:
    """Return the mean focal loss of a batch, then its slope along each logit, row by row."""
    return _list(*_losses_and_slopes(logits, y, gamma, alpha))


def _losses_and_slopes(logits, y, gamma, alpha, rivals=logsumexp, shares=softmax):
    """Return each row's loss and its slopes: those of a row of two, own logit against the others.

    `rivals` is what the others' logits come to, and `shares` its slope along each of them.
    """
    losses, slopes = [], []
    for z, label in zip(np.asarray(logits, dtype=float), np.asarray(y), strict=True):
        others = np.delete(z, label)
        margin, weight = z[label] - rivals(others), alpha[label]
        losses.append(weight * focal([1], [margin], gamma)[0])
        (pull,) = focal_slope([1], [margin], gamma)
        slopes.append(weight * pull * np.insert(-shares(others), label, 1.0))
    return np.array(losses), np.array(slopes)


def _list(losses, slopes, loss_by=None, slopes_by=None):
    n_rows = len(losses)
    return [
        float(losses.sum() / (loss_by or n_rows)),
        *(slopes.ravel() / (slopes_by or n_rows)).tolist(),
    ]


def _batches(rng: np.random.Generator) -> list[Call]:
    """Return two to five classes, every gamma, every container, and rows that are surely right."""
    calls = []
    for number, gamma in enumerate((0.0, 1.0, 2.0, 5.0, 0.5, 2.0, 3.0, 1.5, 0.7)):
        size, n_classes = int(rng.integers(3, 6)), (3, 2, 4, 5)[number % 4]
        z = (2 * rng.normal(size=(size, n_classes))).round(3)
        y = rng.permutation(np.arange(size) % n_classes)
        own_index = pd.Series(y, index=rng.permutation(size) + 7)
        given = [(z.tolist(), y.tolist()), (z, y), (pd.DataFrame(z), own_index)][number % 3]
        # As a weight for each class that differs from all others.
        alpha = (rng.permutation(n_classes) + rng.uniform(0.2, 0.8)).round(2).tolist()
        calls.append(Call((*given, gamma, alpha)))
    far = float(rng.choice([40.0, 45.0, 50.0]))
    sure, wrong = [far, -far, 0.0], [-far, far, 1.0]
    for gamma in (0.0, 0.5, 1.0, 2.0):
        calls.append(Call(([sure, wrong, [0.5, 1.0, -1.0]], [0, 0, 2], gamma, [0.3, 1.0, 2.5])))
    return [*calls, Call(([[2, -1, 0, 1]], [3], 0.25, [1, 1, 1, 0.4]))]


def _sigmoids(logits, y, gamma, alpha):
    # Against a rival whose logit stays 0, the margin is the own logit.
    return _list(
        *_losses_and_slopes(logits, y, gamma, alpha, rivals=lambda _: 0.0, shares=np.zeros_like)
    )


def _strongest(logits, y, gamma, alpha):
    def first_of_the_largest(others):
        return (np.arange(len(others)) == np.argmax(others)).astype(float)

    return _list(
        *_losses_and_slopes(logits, y, gamma, alpha, rivals=np.max, shares=first_of_the_largest)
    )


def _without_alpha(logits, y, gamma, alpha):
    return mean_and_slopes(logits, y, gamma, np.ones(len(alpha)))


def _factor_held_fixed(logits, y, gamma, alpha):
    losses, _ = _losses_and_slopes(logits, y, gamma, alpha)
    shares = softmax(np.asarray(logits, dtype=float), axis=1)
    own = np.arange(shares.shape[1]) == np.asarray(y)[:, None]
    rest = np.where(own, 0.0, shares).sum(axis=1, keepdims=True)
    weights = np.asarray(alpha, dtype=float)[np.asarray(y)][:, None]
    # The slope of the cross-entropy alone: share minus one for the own class.
    return _list(losses, weights * rest**gamma * np.where(own, -rest, shares))


def _by_the_weights(logits, y, gamma, alpha):
    total = float(np.asarray(alpha, dtype=float)[np.asarray(y)].sum())
    return _list(*_losses_and_slopes(logits, y, gamma, alpha), loss_by=total, slopes_by=total)


SOFTMAX_FOCAL = Key(
    exercises.SOFTMAX_FOCAL,
    right=mean_and_slopes,
    inputs=_batches,
    by_hand=[Call(([[0, 0, 0]], [0], 2, [0.5, 1, 1]))],
    rel=1e-9,
    abs_=1e-11,
    wrong={
        "each class is asked alone, by a sigmoid": _sigmoids,
        "only the strongest of the other classes counts": _strongest,
        "α is left out": _without_alpha,
        "the factor was cut out of the derivation": _factor_held_fixed,
        "divided by the weights instead of by the number of rows": _by_the_weights,
        "the slopes of the sum instead of the mean": lambda logits, y, gamma, alpha: _list(
            *_losses_and_slopes(logits, y, gamma, alpha), slopes_by=1
        ),
        "the sum instead of the mean": lambda logits, y, gamma, alpha: _list(
            *_losses_and_slopes(logits, y, gamma, alpha), loss_by=1, slopes_by=1
        ),
    },
)
