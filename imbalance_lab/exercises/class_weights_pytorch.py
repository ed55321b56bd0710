"""Exercises of lesson 07's second notebook, class weights in PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np

from imbalance_lab.checks import Call, Exercise, Mistake, Outcome, Raised, Returned, raises
from imbalance_lab.exercises.inputs import INDEX


def seven_digits(call: Call, expected: Any, outcome: Outcome) -> bool:
    """Return whether what came is right in about the seven digits that float32 has."""
    if not isinstance(outcome, Returned) or not isinstance(outcome.value, float | list):
        return False
    try:
        came = np.asarray(outcome.value, dtype=float)
    except (TypeError, ValueError):
        return False
    same = came.shape == np.shape(expected)
    return bool(same and np.allclose(came, expected, rtol=3e-6, atol=3e-7))


SINGLE_PRECISION = Mistake(
    "computed in single precision",
    "The result is right in about seven digits, which is what float32 has. Without a word about the"
    " type PyTorch makes float32 of Python's numbers, and the contract asks for float64.",
    when=seven_digits,
)

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
        ),
        Mistake(
            "the weight of the negatives is taken to be 1",
            "`pos_weight` knows positives only, and it needs a ratio. What becomes of `w0`?",
        ),
        Mistake(
            "the weights of the two classes are swapped",
            "`w1` belongs to the rows whose label is 1.",
        ),
        Mistake(
            "the weights are left out", "This is the plain loss, in which each row counts alike."
        ),
        Mistake("the sum instead of the mean", "The contract asks for a weighted mean."),
        Mistake(
            "probabilities are passed where logits are wanted",
            "The loss turns logits into probabilities itself. Turned twice, they all come close to"
            " each other.",
        ),
        SINGLE_PRECISION,
        INDEX,
    ),
)


FIT_WEIGHTED = Exercise(
    "fit_weighted",
    lesson="07",
    section="Number by number",
    arguments=("X", "y", "pos_weight"),
    from_scratch=("LogisticRegression", "LogisticRegressionCV", "SGDClassifier", "Logit", "GLM"),
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
        ),
        Mistake("the weight is on the negatives", "`pos_weight` is for the rows whose label is 1."),
        Mistake(
            "the intercept is missing",
            "A model without an intercept says 0.5 where all features are 0.",
        ),
        Mistake(
            "the intercept stands last", "The contract wants the intercept first, then the slopes."
        ),
        INDEX,
    ),
)
