"""Exercises of lesson 08, focal loss."""

from __future__ import annotations

import numpy as np

from imbalance_lab.checks import Call, Exercise, Mistake, Quiz, Refusal, Returned, raises
from imbalance_lab.exercises.inputs import INDEX, LISTS


def _numbers(outcome):
    """Return what came as an array of floats, empty where it is none."""
    if not isinstance(outcome, Returned):
        return np.array([])
    try:
        return np.asarray(outcome.value, dtype=float)
    except (TypeError, ValueError):
        return np.array([])


def _overflowed(call, expected, outcome):
    values = _numbers(outcome)
    return values.size > 0 and not np.isfinite(values).all()


def _capped(call, expected, outcome):
    """Whether a loss that should be large came out as minus the logarithm of some small bound."""
    if isinstance(expected, Refusal):
        return False
    right, values = np.asarray(expected, dtype=float), _numbers(outcome)
    if right.shape != values.shape or not np.isfinite(values).all():
        return False
    large = right > 100
    return bool(large.any() and (values[large] < 50).all() and (values[large] > 5).all())


_OVERFLOW = Mistake(
    "it overflows for large logits",
    "An exponential, or the logarithm of a probability that was rounded to 0 or 1, came out as"
    " infinite or as nan. Rearrange the formula so that no large number is put into an exponential"
    " and no 0 into a logarithm.",
    when=_overflowed,
    section="Why the loss wants logits",
)


def _surely_right(call: Call) -> bool:
    """Return whether the base of the focusing factor is 0 in some row, and its power below 1."""
    y, z, gamma = np.asarray(call.args[0]), np.asarray(call.args[1]), call.args[2]
    return bool(gamma < 1 and (np.where(y == 1, z, -z) > 745).any())


def _alpha_is_0(call: Call) -> bool:
    return len(call.args) > 3 and call.args[3] == 0


_POWER = Mistake(
    "0 to a negative power, where a row is surely right",
    "With γ below 1 the power in one of your terms is negative, and its base is 0 where the logit"
    " is large and right. Multiplied by 0 that is nan. Put the powers of the same base together"
    " before you compute.",
    only_on=_surely_right,
)
_ALPHA_0 = Mistake(
    "α = 0 is taken for no α",
    "0 is a weight as good as another, but Python takes it for false. Only None stands for no α.",
    only_on=_alpha_is_0,
    section="What α weighs",
)
_HALF = Mistake(
    "without α both classes weigh one half",
    "With `alpha=None` no row has a weight in front: both classes weigh 1.",
    section="What α weighs",
)
_PER_ROW = Mistake(
    "divided by the number of rows",
    "The contract asks for each row's own value. Whoever wants that of a mean can divide later.",
)

BCE_WITH_LOGITS = Exercise(
    "bce_with_logits",
    lesson="08",
    section="Why the loss wants logits",
    arguments=("y", "z"),
    mistakes=(
        Mistake(
            "the logit is taken for a probability",
            "A logit is any real number. The logarithm of it means nothing; it has to pass through"
            " the logistic function first, at least on paper.",
        ),
        Mistake(
            "the mean instead of one loss a row",
            "The contract asks for the loss of each row. Whoever wants a mean can take it later.",
        ),
        Mistake(
            "the two classes are swapped",
            "A large positive logit says “positive”, so it must cost next to nothing where the"
            " label is 1.",
        ),
        Mistake(
            "the sign is reversed",
            "The logarithm of a probability is negative. A loss is not.",
        ),
        _OVERFLOW,
        Mistake(
            "probabilities are capped",
            "That avoids the infinite value, but it changes the loss: past the cap a row that is"
            " wrong by far costs no more and its slope is 0, so it can't be learned from.",
            when=_capped,
        ),
        INDEX,
        LISTS,
    ),
)


FOCAL_LOSS = Exercise(
    "focal_loss",
    lesson="08",
    section="Attention by a factor",
    arguments=("y", "z", "gamma", "alpha"),
    mistakes=(
        Mistake(
            "one α for both classes",
            "A factor that all rows share changes no minimum and balances nothing. The two classes"
            " have different weights.",
            section="What α weighs",
        ),
        Mistake(
            "α weighs the negatives",
            "α itself belongs to the positive class.",
            section="What α weighs",
        ),
        Mistake(
            "α is forgotten",
            "This is right for `alpha=None` only.",
            section="What α weighs",
        ),
        Mistake(
            "the factor takes p for p_t",
            "For a negative row the probability of what happened is that of class 0. Your factor"
            " looks at class 1 in both classes.",
        ),
        Mistake(
            "the easy rows get the attention",
            "The factor should be near 0 where the row is right already, and near 1 where it is"
            " still wrong.",
        ),
        _HALF,
        Mistake(
            "the mean instead of one value a row",
            "The contract asks for the loss of each row. Whoever wants a mean can take it later.",
        ),
        _ALPHA_0,
        _OVERFLOW,
        INDEX,
        LISTS,
    ),
)


FOCAL_GRADIENT = Exercise(
    "focal_gradient",
    lesson="08",
    section="The slope",
    arguments=("y", "z", "gamma", "alpha"),
    mistakes=(
        Mistake(
            "the factor is treated as a constant",
            "The factor depends on the logit too, so the product rule gives two terms.",
        ),
        Mistake(
            "the slope along the margin, not along the logit",
            "For a negative row a larger logit is worse, so its slope must be positive. The margin"
            " turns round with the label.",
        ),
        Mistake(
            "the slope along the probability",
            "The contract asks how the loss changes with the logit. That is one factor more in the"
            " chain rule.",
        ),
        Mistake(
            "the sign is reversed",
            "For a positive row a larger logit is better: the loss falls, the slope is negative.",
        ),
        Mistake(
            "α is forgotten",
            "The loss of a row has a constant in front, and so has its slope.",
            section="What α weighs",
        ),
        Mistake(
            "α weighs the negatives",
            "α itself belongs to the positive class.",
            section="What α weighs",
        ),
        _HALF,
        _PER_ROW,
        _ALPHA_0,
        _POWER,
        _OVERFLOW,
        INDEX,
        LISTS,
    ),
)


FOCAL_HESSIAN = Exercise(
    "focal_hessian",
    lesson="08",
    section="The curvature, and where it turns",
    arguments=("y", "z", "gamma", "alpha"),
    mistakes=(
        Mistake(
            "negative curvature is cut off at 0",
            "For rows that are wrong by far the loss does curve downwards. What a trainer should do"
            " about it is another question.",
        ),
        Mistake(
            "the size of the curvature, without its sign",
            "For rows that are wrong by far the second derivative is negative.",
        ),
        Mistake(
            "the curvature of cross-entropy",
            "That is the case γ = 0. The factor has slopes of its own.",
        ),
        Mistake(
            "the factor is treated as a constant",
            "The factor changes along the logit, and its change changes too.",
        ),
        Mistake(
            "the sign turns with the label",
            "The sign of the margin enters twice, once for each derivative, and minus times minus"
            " is plus.",
        ),
        Mistake(
            "α is forgotten",
            "The loss of a row has a constant in front, and so have its derivatives.",
            section="What α weighs",
        ),
        Mistake(
            "α weighs the negatives",
            "α itself belongs to the positive class.",
            section="What α weighs",
        ),
        _HALF,
        _PER_ROW,
        _ALPHA_0,
        _POWER,
        _OVERFLOW,
        INDEX,
        LISTS,
    ),
)


TRUE_PROBABILITY = Exercise(
    "true_probability",
    lesson="08",
    section="What training settles on",
    arguments=("p", "gamma", "alpha"),
    mistakes=(
        Mistake(
            "α is undone, γ is not",
            "The class weights move the odds by a constant factor, as in lesson 07. The focusing"
            " factor bends them as well.",
        ),
        Mistake(
            "γ is undone, α is not",
            "This is right for α = 0.5 only, where both classes weigh alike.",
        ),
        Mistake(
            "α and 1 − α are swapped",
            "A heavy positive class makes the model say too much, so the truth must lie lower.",
        ),
        Mistake(
            "the probability of the negative class",
            "What is asked for grows with `p`.",
        ),
        Mistake(
            "odds are returned",
            "Odds have to be turned back into a probability.",
        ),
        Mistake(
            "what the model says is believed",
            "The focal loss does not ask for honest probabilities, so they have to be translated.",
        ),
        LISTS,
    ),
)


PRIOR_BIAS = Exercise(
    "prior_bias",
    lesson="08",
    section="Where to start",
    arguments=("y",),
    mistakes=(
        Mistake(
            "a division by zero instead of a clear error",
            "With one class only, some share is 0 and can't be divided by. The contract asks for a"
            " ValueError: look at the labels before you divide.",
            when=raises("ZeroDivisionError"),
        ),
        Mistake(
            "the sign is reversed",
            "Rare positives need a negative intercept: at the start the model should say “hardly”.",
        ),
        Mistake(
            "the prevalence instead of its logit",
            "An intercept is a logit. The logistic function of what you return should be the"
            " prevalence.",
        ),
        Mistake(
            "the odds instead of their logarithm",
            "One step is missing between odds and logit.",
        ),
        Mistake(
            "the logarithm of the prevalence",
            "For rare classes that is close, but it is not the logit.",
        ),
        Mistake(
            "labels of one class are accepted",
            "Without positives, or without negatives, the intercept would be infinite. The contract"
            " asks for a ValueError.",
            when=lambda call, expected, outcome: (
                isinstance(expected, Refusal) and isinstance(outcome, Returned)
            ),
        ),
        LISTS,
    ),
)

QUIZ = Quiz("08")
