"""Exercises of lesson 08, focal loss."""

from __future__ import annotations

import numpy as np

from imbalance_lab.checks import Call, Exercise, Mistake, Quiz, Returned
from imbalance_lab.exercises import banks
from imbalance_lab.exercises.inputs import INDEX, LISTS


def _numbers(outcome):
    """Return what came as an array of floats, empty where it is none."""
    if not isinstance(outcome, Returned):
        return np.array([])
    return np.asarray(outcome.value, dtype=float)


def _overflowed(call, expected, outcome):
    values = _numbers(outcome)
    return values.size > 0 and not np.isfinite(values).all()


def _capped(call, expected, outcome):
    """Whether a loss that should be large came out as minus the logarithm of some small bound."""
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
    only_on=lambda call: len(call.args) > 3 and call.args[3] == 0,
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
        Mistake("α is forgotten", "This is right for `alpha=None` only.", section="What α weighs"),
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
        Mistake(
            "the sign is reversed", "The logarithm of a probability is negative. A loss is not."
        ),
        _HALF,
        Mistake(
            "the mean instead of one value a row",
            "The contract asks for the loss of each row. Whoever wants a mean can take it later.",
        ),
        _ALPHA_0,
        _OVERFLOW,
        Mistake(
            "probabilities are capped",
            "That avoids the infinite value, but it changes the loss: past the cap a row that is"
            " wrong by far costs no more and its slope is 0, so it can't be learned from.",
            when=_capped,
            section="Why the loss wants logits",
        ),
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
        Mistake("the probability of the negative class", "What is asked for grows with `p`."),
        Mistake("odds are returned", "Odds have to be turned back into a probability."),
        Mistake(
            "what the model says is believed",
            "The focal loss does not ask for honest probabilities, so they have to be translated.",
        ),
        LISTS,
    ),
)


CHOOSE_FOCAL = Exercise(
    "choose_focal",
    lesson="08",
    section="What the score is for",
    arguments=("train", "valid", "price", "rule"),
    mistakes=(
        Mistake(
            banks.SAME,
            "The banks differ in what a miss costs, in the price of a check and in the rule of"
            " their alarms. What is best at one of them loses at another.",
        ),
        Mistake(
            banks.MINORITY,
            "α is the weight of a positive row. With the share of fraud as α a fraud weighs far"
            " less than any other row.",
            section="What α weighs",
        ),
        Mistake(
            banks.BALANCED,
            "Then the alarm at one half goes off at the prevalence. What a miss and a check cost"
            " does not enter.",
            section="What training settles on",
        ),
        Mistake(
            banks.LOWERED,
            "A missed fraud costs more than a check at every one of these banks, so the alarm"
            " should go off at less than an even chance. Your α makes it go off later.",
            section="What training settles on",
        ),
        Mistake(
            banks.FOCUSED,
            "Where the alarm multiplies what the model says by euros, it has to be a probability."
            " Is the loss with your γ a proper one?",
            section="What training settles on",
        ),
        Mistake(
            banks.TWICE,
            "An alarm by the loss weighs the euros of each row already. If α weighs them as well,"
            " a miss counts twice.",
        ),
    ),
)

QUIZ = Quiz("08")
