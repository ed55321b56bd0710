"""Exercise of lesson 08's second notebook, focal loss in PyTorch."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, log_expit

from imbalance_lab.checks import Exercise, Mistake, Raised


def _mean_and_slopes(logits, y, gamma, alpha, moving_factor=True, positive=None):
    z, y = np.asarray(logits, dtype=float), np.asarray(y)
    sign = 2 * y - 1
    p_t, rest, entropy = expit(sign * z), expit(-sign * z), -log_expit(sign * z)
    weight = np.where(y == 1, alpha if positive is None else positive, 1 - alpha)
    slope = gamma * p_t * entropy * moving_factor + rest
    return weight * rest**gamma * entropy, -sign * weight * rest**gamma * slope


def _list(losses, slopes, loss_by=None, slopes_by=None):
    n_rows = len(losses)
    return [
        float(losses.sum() / (loss_by or n_rows)),
        *(slopes / (slopes_by or n_rows)).tolist(),
    ]


def _one_alpha(logits, y, gamma, alpha):
    losses, slopes = _mean_and_slopes(logits, y, gamma, 0.5)
    return _list(2 * alpha * losses, 2 * alpha * slopes)


def _by_the_weights(logits, y, gamma, alpha):
    total = float(np.where(np.asarray(y) == 1, alpha, 1 - alpha).sum())
    return _list(*_mean_and_slopes(logits, y, gamma, alpha), loss_by=total, slopes_by=total)


FOCAL_BY_AUTOGRAD = Exercise(
    "focal_by_autograd",
    lesson="08",
    section="Number by number",
    arguments=("logits", "y", "gamma", "alpha"),
    mistakes=(
        Mistake(
            "integers where the loss wants floats",
            "Labels and logits must be of one floating type. Convert them where they come in.",
            when=lambda call, expected, outcome: (
                isinstance(outcome, Raised)
                and any(word in outcome.message for word in ("Long", "floating point", "dtype"))
            ),
        ),
        Mistake(
            "one α for both classes",
            "α is the weight of a positive row. What is that of a negative one?",
            wrong=_one_alpha,
            section="A module that is copied often",
        ),
        Mistake(
            "α weighs the negatives",
            "α itself belongs to the positive class.",
            wrong=lambda logits, y, gamma, alpha: _list(
                *_mean_and_slopes(logits, y, gamma, 1 - alpha)
            ),
            section="The module",
        ),
        Mistake(
            "the factor was cut out of the derivation",
            "With `detach` or `no_grad` PyTorch takes the factor for a constant. It depends on the"
            " logits too.",
            wrong=lambda logits, y, gamma, alpha: _list(
                *_mean_and_slopes(logits, y, gamma, alpha, moving_factor=False)
            ),
        ),
        Mistake(
            "divided by the weights instead of by the number of rows",
            "Both are called a mean. The contract asks for that over the rows, in which α counts"
            " once, in the losses.",
            wrong=_by_the_weights,
        ),
        Mistake(
            "the slopes of the sum instead of the mean",
            "The contract asks for the slope of the same number that comes first, the mean.",
            wrong=lambda logits, y, gamma, alpha: _list(
                *_mean_and_slopes(logits, y, gamma, alpha), slopes_by=1
            ),
        ),
        Mistake(
            "the sum instead of the mean",
            "The contract asks for a mean over the rows, and for its slopes.",
            wrong=lambda logits, y, gamma, alpha: _list(
                *_mean_and_slopes(logits, y, gamma, alpha), loss_by=1, slopes_by=1
            ),
        ),
        Mistake(
            "only the loss",
            "One number for each logit has to follow.",
            wrong=lambda logits, y, gamma, alpha: _list(*_mean_and_slopes(logits, y, gamma, alpha))[
                :1
            ],
        ),
    ),
)
