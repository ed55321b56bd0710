"""Exercise of lesson 08's second notebook, focal loss in PyTorch."""

from __future__ import annotations

from imbalance_lab.checks import Exercise, Mistake, Raised
from imbalance_lab.exercises.class_weights_pytorch import SINGLE_PRECISION
from imbalance_lab.exercises.inputs import INDEX

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
            section="A module that is copied often",
        ),
        Mistake(
            "α weighs the negatives",
            "α itself belongs to the positive class.",
            section="The module",
        ),
        Mistake(
            "the factor was cut out of the derivation",
            "With `detach` or `no_grad` PyTorch takes the factor for a constant. It depends on the"
            " logits too.",
        ),
        Mistake(
            "divided by the weights instead of by the number of rows",
            "Both are called a mean. The contract asks for that over the rows, in which α counts"
            " once, in the losses.",
        ),
        Mistake(
            "the slopes of the sum instead of the mean",
            "The contract asks for the slope of the same number that comes first, the mean.",
        ),
        Mistake(
            "the sum instead of the mean",
            "The contract asks for a mean over the rows, and for its slopes.",
        ),
        Mistake("only the loss", "One number for each logit has to follow."),
        SINGLE_PRECISION,
        INDEX,
    ),
)
