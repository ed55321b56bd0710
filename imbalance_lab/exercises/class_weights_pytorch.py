"""Exercises of lesson 07's second notebook, class weights in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from imbalance_lab.checks import Call, Exercise, Mistake, Outcome, Raised, Returned
from imbalance_lab.exercises.inputs import INDEX


def told(*words: str) -> Callable[[Call, Any, Outcome], bool]:
    """Return a `Mistake.when` that is true where PyTorch's message has one of these words."""
    return lambda call, expected, outcome: (
        isinstance(outcome, Raised) and any(word in outcome.message for word in words)
    )


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
            when=told("Long"),
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

MATCHING_DECAY = Exercise(
    "matching_decay",
    lesson="07",
    section="Two losses, two means",
    arguments=("y", "w0", "w1", "C", "loss"),
    mistakes=(
        Mistake(
            "the penalty of a sum stands beside a mean",
            "Both losses of PyTorch have been divided by something. The penalty has not.",
        ),
        Mistake(
            "`C` is taken for the strength of the penalty",
            "It stands before the losses. What does a larger `C` do to the penalty beside them?",
        ),
        Mistake(
            "both losses are divided by the number of rows", "That is the mean of one of them."
        ),
        Mistake("both losses are divided by the weights", "That is the mean of one of them."),
        Mistake(
            "the weights are left out",
            "Which of the weights does each of PyTorch's losses know, and by what does it divide?",
        ),
        Mistake(
            "`w0` is lost from the binary loss",
            "`pos_weight` is a ratio: this loss counts a negative once, scikit-learn `w0` times.",
        ),
    ),
)
