"""Answer key of lesson 08's second notebook, without PyTorch: the definition in many digits."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit, log_expit

from imbalance_lab.checks import Call
from imbalance_lab.exercises import focal_loss_pytorch as exercises
from imbalance_oracles.focal_loss import focal, focal_slope, rows
from imbalance_oracles.key import Key


def mean_and_slopes(logits: Any, y: Any, gamma: float, alpha: float) -> list[float]:
    """Return the mean focal loss of a batch, then its slope along each logit."""
    losses, slopes = focal(y, logits, gamma, alpha), focal_slope(y, logits, gamma, alpha)
    return [float(np.mean(losses)), *(np.array(slopes) / len(losses)).tolist()]


def _batches(rng: np.random.Generator) -> list[Call]:
    """Return every gamma and alpha, every container, and logits far from 0 on either side."""
    calls = []
    for number in range(10):
        y, z = rows(rng, number, int(rng.integers(2, 7)))
        gamma, alpha = (0.0, 1.0, 2.0, 5.0)[number % 4], (0.02, 0.25, 0.9)[number % 3]
        calls.append(Call((z, y, gamma, alpha)))
    far = float(rng.choice([45.0, 60.0]))
    sides = [100.0, 100.0, -100.0, -100.0, far], [1, 0, 1, 0, 0]
    calls += [Call((*sides, gamma, 0.3)) for gamma in (0.0, 1.0, 2.0)]
    return [*calls, Call(([2], [1], 1.5, 0.4)), Call(([1, -3], [0, 0], 2.0, 0.1))]


def _losses_and_slopes(logits, y, gamma, alpha, moving_factor=True):
    z, y = np.asarray(logits, dtype=float), np.asarray(y)
    sign = 2 * y - 1
    p_t, rest, entropy = expit(sign * z), expit(-sign * z), -log_expit(sign * z)
    weight = np.where(y == 1, alpha, 1 - alpha)
    slope = gamma * p_t * entropy * moving_factor + rest
    return weight * rest**gamma * entropy, -sign * weight * rest**gamma * slope


def _list(losses, slopes, loss_by=None, slopes_by=None):
    n_rows = len(losses)
    return [
        float(losses.sum() / (loss_by or n_rows)),
        *(slopes / (slopes_by or n_rows)).tolist(),
    ]


def _one_alpha(logits, y, gamma, alpha):
    losses, slopes = _losses_and_slopes(logits, y, gamma, 0.5)
    return _list(2 * alpha * losses, 2 * alpha * slopes)


def _by_the_weights(logits, y, gamma, alpha):
    total = float(np.where(np.asarray(y) == 1, alpha, 1 - alpha).sum())
    return _list(*_losses_and_slopes(logits, y, gamma, alpha), loss_by=total, slopes_by=total)


FOCAL_BY_AUTOGRAD = Key(
    exercises.FOCAL_BY_AUTOGRAD,
    right=mean_and_slopes,
    inputs=_batches,
    by_hand=[Call(([0, 0, 0], [1, 0, 0], 2, 0.25))],
    rel=1e-9,
    abs_=1e-11,
    wrong={
        "one α for both classes": _one_alpha,
        "α weighs the negatives": lambda logits, y, gamma, alpha: _list(
            *_losses_and_slopes(logits, y, gamma, 1 - alpha)
        ),
        "the factor was cut out of the derivation": lambda logits, y, gamma, alpha: _list(
            *_losses_and_slopes(logits, y, gamma, alpha, moving_factor=False)
        ),
        "divided by the weights instead of by the number of rows": _by_the_weights,
        "the slopes of the sum instead of the mean": lambda logits, y, gamma, alpha: _list(
            *_losses_and_slopes(logits, y, gamma, alpha), slopes_by=1
        ),
        "the sum instead of the mean": lambda logits, y, gamma, alpha: _list(
            *_losses_and_slopes(logits, y, gamma, alpha), loss_by=1, slopes_by=1
        ),
        "only the loss": lambda logits, y, gamma, alpha: _list(
            *_losses_and_slopes(logits, y, gamma, alpha)
        )[:1],
    },
)
