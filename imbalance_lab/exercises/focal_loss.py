"""Exercises of lesson 08, focal loss."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, log_expit

from imbalance_lab.checks import Exercise, Mistake, Quiz, Returned
from imbalance_lab.checks.trials import Refusal


def _arrays(*values):
    return tuple(np.asarray(value, dtype=float) for value in values)


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


def _entropy(y, z):
    y, z = _arrays(y, z)
    return -log_expit((2 * y - 1) * z)


def _logit_as_probability(y, z):
    y, z = _arrays(y, z)
    return -np.log(np.where(y == 1, z, 1 - z))


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
            wrong=_logit_as_probability,
        ),
        Mistake(
            "the mean instead of one loss a row",
            "The contract asks for the loss of each row. Whoever wants a mean can take it later.",
            wrong=lambda y, z: float(np.mean(_entropy(y, z))),
        ),
        Mistake(
            "the two classes are swapped",
            "A large positive logit says “positive”, so it must cost next to nothing where the"
            " label is 1.",
            wrong=lambda y, z: _entropy(1 - _arrays(y)[0], z),
        ),
        Mistake(
            "the sign is reversed",
            "The logarithm of a probability is negative. A loss is not.",
            wrong=lambda y, z: -_entropy(y, z),
        ),
        _OVERFLOW,
        Mistake(
            "probabilities are capped",
            "That avoids the infinite value, but it changes the loss: past the cap a row that is"
            " wrong by far costs no more and its slope is 0, so it can't be learned from.",
            when=_capped,
        ),
    ),
)


def _weight(y, alpha):
    return 1.0 if alpha is None else np.where(y == 1, alpha, 1 - alpha)


def _terms(y, z):
    """Return y, the sign, p_t, 1 - p_t and the cross-entropy of each row."""
    y, z = _arrays(y, z)
    sign = 2 * y - 1
    return y, sign, expit(sign * z), expit(-sign * z), -log_expit(sign * z)


def _focal(y, z, gamma, alpha, weight=_weight, base=None):
    y, _, _, rest, entropy = _terms(y, z)
    return weight(y, alpha) * (rest if base is None else base) ** gamma * entropy


def _one_alpha(y, alpha):
    return 1.0 if alpha is None else alpha


def _alpha_swapped(y, alpha):
    return 1.0 if alpha is None else np.where(y == 1, 1 - alpha, alpha)


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
            wrong=lambda y, z, gamma, alpha=None: _focal(y, z, gamma, alpha, _one_alpha),
            section="What α weighs",
        ),
        Mistake(
            "α weighs the negatives",
            "α itself belongs to the positive class.",
            wrong=lambda y, z, gamma, alpha=None: _focal(y, z, gamma, alpha, _alpha_swapped),
            section="What α weighs",
        ),
        Mistake(
            "α is forgotten",
            "This is right for `alpha=None` only.",
            wrong=lambda y, z, gamma, alpha=None: _focal(y, z, gamma, None),
            section="What α weighs",
        ),
        Mistake(
            "the factor takes p for p_t",
            "For a negative row the probability of what happened is that of class 0. Your factor"
            " looks at class 1 in both classes.",
            wrong=lambda y, z, gamma, alpha=None: _focal(
                y, z, gamma, alpha, base=expit(-_arrays(z)[0])
            ),
        ),
        Mistake(
            "the easy rows get the attention",
            "The factor should be near 0 where the row is right already, and near 1 where it is"
            " still wrong.",
            wrong=lambda y, z, gamma, alpha=None: _focal(y, z, gamma, alpha, base=_terms(y, z)[2]),
        ),
        _OVERFLOW,
    ),
)


def _slope(y, z, gamma, alpha, weight=_weight):
    y, sign, p_t, rest, entropy = _terms(y, z)
    return -weight(y, alpha) * sign * rest**gamma * (gamma * p_t * entropy + rest)


def _factor_held_fixed(y, z, gamma, alpha=None):
    y, sign, _, rest, _ = _terms(y, z)
    return -_weight(y, alpha) * sign * rest ** (gamma + 1)


def _by_margin(y, z, gamma, alpha=None):
    return _terms(y, z)[1] * _slope(y, z, gamma, alpha)


def _by_probability(y, z, gamma, alpha=None):
    _, _, p_t, rest, _ = _terms(y, z)
    return _slope(y, z, gamma, alpha) / (p_t * rest)


FOCAL_GRADIENT = Exercise(
    "focal_gradient",
    lesson="08",
    section="The slope",
    arguments=("y", "z", "gamma", "alpha"),
    mistakes=(
        Mistake(
            "the factor is treated as a constant",
            "The factor depends on the logit too, so the product rule gives two terms.",
            wrong=_factor_held_fixed,
        ),
        Mistake(
            "the slope along the margin, not along the logit",
            "For a negative row a larger logit is worse, so its slope must be positive. The margin"
            " turns round with the label.",
            wrong=_by_margin,
        ),
        Mistake(
            "the slope along the probability",
            "The contract asks how the loss changes with the logit. That is one factor more in the"
            " chain rule.",
            wrong=_by_probability,
        ),
        Mistake(
            "the sign is reversed",
            "For a positive row a larger logit is better: the loss falls, the slope is negative.",
            wrong=lambda y, z, gamma, alpha=None: -_slope(y, z, gamma, alpha),
        ),
        Mistake(
            "α is forgotten",
            "The loss of a row has a constant in front, and so has its slope.",
            wrong=lambda y, z, gamma, alpha=None: _slope(y, z, gamma, None),
            section="What α weighs",
        ),
        Mistake(
            "α weighs the negatives",
            "α itself belongs to the positive class.",
            wrong=lambda y, z, gamma, alpha=None: _slope(y, z, gamma, alpha, _alpha_swapped),
            section="What α weighs",
        ),
        _OVERFLOW,
    ),
)


def _curve(y, z, gamma, alpha, weight=_weight):
    y, _, p_t, rest, entropy = _terms(y, z)
    inner = rest * (1 + 2 * gamma) + gamma * entropy * (gamma * p_t - rest)
    return weight(y, alpha) * rest**gamma * p_t * inner


def _curve_of_entropy(y, z, gamma, alpha=None):
    y, _, p_t, rest, _ = _terms(y, z)
    return _weight(y, alpha) * p_t * rest


def _curve_factor_fixed(y, z, gamma, alpha=None):
    y, _, p_t, rest, _ = _terms(y, z)
    return _weight(y, alpha) * rest ** (gamma + 1) * p_t


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
            wrong=lambda y, z, gamma, alpha=None: np.maximum(_curve(y, z, gamma, alpha), 0),
        ),
        Mistake(
            "the size of the curvature, without its sign",
            "For rows that are wrong by far the second derivative is negative.",
            wrong=lambda y, z, gamma, alpha=None: np.abs(_curve(y, z, gamma, alpha)),
        ),
        Mistake(
            "the curvature of cross-entropy",
            "That is the case γ = 0. The factor has slopes of its own.",
            wrong=_curve_of_entropy,
        ),
        Mistake(
            "the factor is treated as a constant",
            "The factor changes along the logit, and its change changes too.",
            wrong=_curve_factor_fixed,
        ),
        Mistake(
            "the sign turns with the label",
            "The sign of the margin enters twice, once for each derivative, and minus times minus"
            " is plus.",
            wrong=lambda y, z, gamma, alpha=None: _terms(y, z)[1] * _curve(y, z, gamma, alpha),
        ),
        Mistake(
            "α is forgotten",
            "The loss of a row has a constant in front, and so have its derivatives.",
            wrong=lambda y, z, gamma, alpha=None: _curve(y, z, gamma, None),
            section="What α weighs",
        ),
        _OVERFLOW,
    ),
)


def _pulls(p, gamma):
    """Return how hard a positive and a negative row pull at a model that says p."""
    ones = np.ones_like(p)
    z = np.log(p) - np.log1p(-p)
    return -_slope(ones, z, gamma, None), _slope(0 * ones, z, gamma, None)


def _truth(p, gamma, alpha):
    (p,) = _arrays(p)
    up, down = _pulls(p, gamma)
    return (1 - alpha) * down / (alpha * up + (1 - alpha) * down)


def _odds_returned(p, gamma, alpha=0.5):
    truth = _truth(p, gamma, alpha)
    return truth / (1 - truth)


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
            wrong=lambda p, gamma, alpha=0.5: _truth(p, 0.0, alpha),
        ),
        Mistake(
            "γ is undone, α is not",
            "This is right for α = 0.5 only, where both classes weigh alike.",
            wrong=lambda p, gamma, alpha=0.5: _truth(p, gamma, 0.5),
        ),
        Mistake(
            "α and 1 − α are swapped",
            "A heavy positive class makes the model say too much, so the truth must lie lower.",
            wrong=lambda p, gamma, alpha=0.5: _truth(p, gamma, 1 - alpha),
        ),
        Mistake(
            "the probability of the negative class",
            "What is asked for grows with `p`.",
            wrong=lambda p, gamma, alpha=0.5: 1 - _truth(p, gamma, alpha),
        ),
        Mistake(
            "odds are returned",
            "Odds have to be turned back into a probability.",
            wrong=_odds_returned,
        ),
        Mistake(
            "what the model says is believed",
            "The focal loss does not ask for honest probabilities, so they have to be translated.",
            wrong=lambda p, gamma, alpha=0.5: np.asarray(p, dtype=float),
        ),
    ),
)


def _rate(y):
    return float(np.mean(np.asarray(y)))


PRIOR_BIAS = Exercise(
    "prior_bias",
    lesson="08",
    section="Where to start",
    arguments=("y",),
    mistakes=(
        Mistake(
            "labels of one class are accepted",
            "Without positives, or without negatives, the intercept would be infinite. The contract"
            " asks for a ValueError.",
            when=lambda call, expected, outcome: (
                isinstance(expected, Refusal) and isinstance(outcome, Returned)
            ),
        ),
        Mistake(
            "the sign is reversed",
            "Rare positives need a negative intercept: at the start the model should say “hardly”.",
            wrong=lambda y: float(np.log((1 - _rate(y)) / _rate(y))),
        ),
        Mistake(
            "the prevalence instead of its logit",
            "An intercept is a logit. The logistic function of what you return should be the"
            " prevalence.",
            wrong=_rate,
        ),
        Mistake(
            "the odds instead of their logarithm",
            "One step is missing between odds and logit.",
            wrong=lambda y: _rate(y) / (1 - _rate(y)),
        ),
        Mistake(
            "the logarithm of the prevalence",
            "For rare classes that is close, but it is not the logit.",
            wrong=lambda y: float(np.log(_rate(y))),
        ),
    ),
)

QUIZ = Quiz("08")
