"""Exercises of lesson 07's second notebook, class weights in PyTorch.

The mistakes are computed with NumPy and scikit-learn, so this module needs no PyTorch.
"""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression

from imbalance_lab.checks import Exercise, Mistake, Raised, Returned, raises


def _weighted_sum(logits, y, w0, w1):
    z, y = np.asarray(logits, dtype=float), np.asarray(y)
    return float(np.sum(np.where(y == 1, w1, w0) * (np.logaddexp(0, z) - y * z)))


def _weights(y, w0, w1):
    return np.where(np.asarray(y) == 1, w1, w0)


def _probabilities_as_logits(logits, y, w0, w1):
    p = 1 / (1 + np.exp(-np.asarray(logits, dtype=float)))
    return _weighted_sum(p, y, w0, w1) / _weights(y, w0, w1).sum()


WEIGHTED_BCE = Exercise(
    "weighted_bce",
    lesson="07",
    section="Two losses, two means",
    arguments=("logits", "y", "w0", "w1"),
    mistakes=(
        Mistake(
            "integers where the binary loss wants floats",
            "Labels of the binary loss are compared with probabilities. Give them the type of the"
            " logits.",
            when=lambda call, expected, outcome: (
                isinstance(outcome, Raised) and "Long" in outcome.message
            ),
            section="Four traps",
        ),
        Mistake(
            "divided by the number of rows instead of by the weights",
            "That is the mean that the binary loss takes by itself. The contract asks for the other"
            " one.",
            wrong=lambda logits, y, w0, w1: _weighted_sum(logits, y, w0, w1) / len(y),
        ),
        Mistake(
            "the weight of the negatives is taken to be 1",
            "`pos_weight` knows positives only, and it needs a ratio. What becomes of `w0`?",
            wrong=lambda logits, y, w0, w1: (
                _weighted_sum(logits, y, 1, w1) / _weights(y, 1, w1).sum()
            ),
        ),
        Mistake(
            "the weights of the two classes are swapped",
            "`w1` belongs to the rows whose label is 1.",
            wrong=lambda logits, y, w0, w1: (
                _weighted_sum(logits, y, w1, w0) / _weights(y, w1, w0).sum()
            ),
        ),
        Mistake(
            "the sum instead of the mean",
            "The contract asks for a weighted mean.",
            wrong=_weighted_sum,
        ),
        Mistake(
            "probabilities are passed where logits are wanted",
            "The loss turns logits into probabilities itself. Turned twice, they all come close to"
            " each other.",
            wrong=_probabilities_as_logits,
        ),
    ),
)


def _fit(X, y, pos_weight=1.0, fit_intercept=True):
    """Return intercept and slopes of a fit without penalty."""
    model = LogisticRegression(
        C=np.inf, fit_intercept=fit_intercept, tol=1e-9, class_weight={1: pos_weight}
    )
    model.fit(X, y)
    return [float(np.ravel(model.intercept_)[0]), *model.coef_[0].tolist()]


def _intercept_last(X, y, pos_weight):
    intercept, *slopes = _fit(X, y, pos_weight)
    return [*slopes, intercept]


def _near(rule):
    """Recognise what a rule gives although a fit is right to a few decimals only."""

    def when(call, expected, outcome):
        if not isinstance(outcome, Returned):
            return False
        mistaken = np.array(rule(*call.args))
        if np.shape(outcome.value) != mistaken.shape:
            return False
        tells = not np.allclose(mistaken, expected, atol=5e-3)
        return tells and np.allclose(np.asarray(outcome.value, dtype=float), mistaken, atol=1e-3)

    return when


FIT_WEIGHTED = Exercise(
    "fit_weighted",
    lesson="07",
    section="Number by number",
    arguments=("X", "y", "pos_weight"),
    mistakes=(
        Mistake(
            "a type that PyTorch refuses",
            "Labels, weights and rows must be of one floating type. Convert them where they come"
            " in.",
            when=raises("RuntimeError"),
            section="Four traps",
        ),
        Mistake(
            "the weight is left out",
            "This is the fit without weights. Where does the loss learn of `pos_weight`?",
            when=_near(lambda X, y, pos_weight: _fit(X, y)),
        ),
        Mistake(
            "the weight is on the negatives",
            "`pos_weight` is for the rows whose label is 1.",
            when=_near(lambda X, y, pos_weight: _fit(X, y, 1 / pos_weight)),
        ),
        Mistake(
            "the intercept is missing",
            "A model without an intercept says 0.5 where all features are 0.",
            when=_near(lambda X, y, pos_weight: _fit(X, y, pos_weight, fit_intercept=False)),
        ),
        Mistake(
            "the intercept stands last",
            "The contract wants the intercept first, then the slopes.",
            when=_near(_intercept_last),
        ),
    ),
)
