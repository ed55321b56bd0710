"""Exercise of lesson 08's second notebook, focal loss in PyTorch."""

from __future__ import annotations

from imbalance_lab.checks import Exercise, Mistake
from imbalance_lab.exercises.class_weights_pytorch import SINGLE_PRECISION, told
from imbalance_lab.exercises.inputs import INDEX

SOFTMAX_FOCAL = Exercise(
    "softmax_focal",
    lesson="08",
    section="Number by number",
    arguments=("logits", "y", "gamma", "alpha"),
    mistakes=(
        Mistake(
            "integers where floats are wanted, or floats where integers are",
            "Logits are floating numbers, or PyTorch cannot derive along them. Labels are positions"
            " here, so they stay integers.",
            when=told("Long", "floating point", "dtype", "long, int", "int64"),
        ),
        Mistake(
            "a row that is surely right makes a slope nan",
            "Its p_t is rounded to 1, and the power of 0 has no slope at γ below 1. What the other"
            " classes get has digits of its own, if it is not computed as a rest.",
            when=lambda call, expected, outcome: "nan" in str(getattr(outcome, "value", "")),
            section="The module",
        ),
        Mistake(
            "each class is asked alone, by a sigmoid",
            "A softmax lets the classes compete: p_t depends on the other logits of the row too.",
        ),
        Mistake(
            "only the strongest of the other classes counts",
            "With two classes there is one other. With more, each of them has a share.",
        ),
        Mistake("α is left out", "A row's loss is weighed by what `alpha` says of its class."),
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
        SINGLE_PRECISION,
        INDEX,
    ),
)
