"""Answer keys of lesson 08: the definition in many digits, and differences.

No derivative is written down for a right answer. With enough digits a difference quotient is as
good as a formula, and a logit of 1000 is no trouble.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, log_expit

from imbalance_lab.checks import Call, Question
from imbalance_lab.exercises import banks
from imbalance_lab.exercises import focal_loss as exercises
from imbalance_oracles import secret
from imbalance_oracles.key import Key

_STEP = Decimal("1e-25")
_LOG_9 = 2.1972246


def focal(y: Any, z: Any, gamma: float, alpha: float | None = None) -> list[float]:
    """Return the focal loss of each row."""
    return _rows(y, z, gamma, alpha, [(0, 1)], order=0)


def focal_slope(y: Any, z: Any, gamma: float, alpha: float | None = None) -> list[float]:
    """Return the slope of each row's focal loss along its logit, by central differences."""
    return _rows(y, z, gamma, alpha, [(1, 1), (-1, -1)], order=1)


def _rows(
    y: Any, z: Any, gamma: float, alpha: float | None, stencil: list[tuple[int, int]], order: int
) -> list[float]:
    values = []
    for label, logit in zip(y, z, strict=True):
        with localcontext() as context:
            context.prec = 120 + int(abs(float(logit)))
            at = Decimal(float(logit))
            total = sum(
                weight * _loss(int(label), at + place * _STEP, gamma, alpha)
                for place, weight in stencil
            )
            values.append(float(total / (2 * _STEP) ** order))
    return values


def _loss(y: int, z: Decimal, gamma: float, alpha: float | None) -> Decimal:
    """Return the definition: - α_t (1 - p_t)^γ log p_t."""
    p_t = 1 / (1 + (-z if y == 1 else z).exp())
    weight = 1.0 if alpha is None else alpha if y == 1 else 1 - alpha
    # 1 - p_t would lose digits that the other class's probability has.
    factor = (1 / (1 + (z if y == 1 else -z).exp())) ** Decimal(gamma)
    return -Decimal(weight) * factor * p_t.ln()


def rows(rng: np.random.Generator, number: int, size: int) -> tuple[Any, Any]:
    """Return labels and logits around 0, in a container that changes with the number."""
    z = (3 * rng.normal(size=size)).round(3)
    y = rng.permutation(np.arange(size) % 2)
    if number % 3 == 2:
        index = rng.permutation(size) + 40
        return pd.Series(y, index=index[_partners(y)]), pd.Series(z, index=index)
    return (y, z) if number % 3 else (y.tolist(), z.tolist())


def _partners(y: np.ndarray) -> np.ndarray:
    """Pair positives with negatives: whoever goes by the index then takes the other label."""
    partners = np.arange(len(y))
    pairs = list(zip(np.flatnonzero(y == 0), np.flatnonzero(y == 1), strict=False))
    for negative, positive in pairs:
        partners[negative], partners[positive] = positive, negative
    return partners


def _arrays(*values):
    return tuple(np.asarray(value, dtype=float) for value in values)


_GAMMAS = (0.0, 0.5, 1.0, 2.0, 5.0)
_ALPHAS = (None, 0.25, 0.9, 0.02)


def _focused(rng: np.random.Generator) -> list[Call]:
    """Return every gamma with and without alpha, alpha at its edges, and logits far from 0."""
    calls = []
    for number in range(10):
        y, z = rows(rng, number, int(rng.integers(3, 7)))
        gamma, alpha = _GAMMAS[number % 5], _ALPHAS[(number + number // 5) % 4]
        calls.append(Call((y, z, gamma) if alpha is None else (y, z, gamma, alpha)))
    calls += [Call((*rows(rng, n, 4), 2.0, alpha)) for n, alpha in enumerate((0.0, 1.0, None))]
    sides = np.array([1, 0, 1, 0]), np.array([1000.0, 1000.0, -1000.0, -1000.0])
    far = float(rng.choice([45.0, 60.0, 300.0]))
    calls += [Call((*sides, gamma, 0.25)) for gamma in _GAMMAS]
    return [*calls, Call(([1, 0, 1, 0], [far, -far, -far, far], 2.0)), Call(([0], [0], 0.7))]


def _weight(y, alpha):
    return 1.0 if alpha is None else np.where(y == 1, alpha, 1 - alpha)


def _one_alpha(y, alpha):
    return 1.0 if alpha is None else alpha


def _alpha_swapped(y, alpha):
    return 1.0 if alpha is None else np.where(y == 1, 1 - alpha, alpha)


def _half_without(y, alpha):
    return _weight(y, 0.5 if alpha is None else alpha)


def _terms(y, z):
    """Return y, the sign, p_t, 1 - p_t and the cross-entropy of each row."""
    y, z = _arrays(y, z)
    sign = 2 * y - 1
    return y, sign, expit(sign * z), expit(-sign * z), -log_expit(sign * z)


def _focal(y, z, gamma, alpha, weight=_weight, base=None):
    y, _, _, rest, entropy = _terms(y, z)
    return weight(y, alpha) * (rest if base is None else base) ** gamma * entropy


FOCAL_LOSS = Key(
    exercises.FOCAL_LOSS,
    right=focal,
    inputs=_focused,
    by_hand=[
        Call(([1, 0, 1], [_LOG_9, _LOG_9, 0], 2, 0.25)),
        Call(([1, 0], [0, 1000], 0)),
    ],
    wrong={
        "one α for both classes": lambda y, z, gamma, alpha=None: _focal(
            y, z, gamma, alpha, _one_alpha
        ),
        "α weighs the negatives": lambda y, z, gamma, alpha=None: _focal(
            y, z, gamma, alpha, _alpha_swapped
        ),
        "α is forgotten": lambda y, z, gamma, alpha=None: _focal(y, z, gamma, None),
        "without α both classes weigh one half": lambda y, z, gamma, alpha=None: _focal(
            y, z, gamma, alpha, _half_without
        ),
        "the factor takes p for p_t": lambda y, z, gamma, alpha=None: _focal(
            y, z, gamma, alpha, base=expit(-_arrays(z)[0])
        ),
        "the easy rows get the attention": lambda y, z, gamma, alpha=None: _focal(
            y, z, gamma, alpha, base=_terms(y, z)[2]
        ),
        "the sign is reversed": lambda y, z, gamma, alpha=None: -_focal(y, z, gamma, alpha),
        "the mean instead of one value a row": lambda y, z, gamma, alpha=None: float(
            np.mean(_focal(y, z, gamma, alpha))
        ),
    },
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
    if np.abs(_arrays(z)[0]).max() > 30:
        raise ValueError("what comes of a division by next to nothing cannot be told")
    _, _, p_t, rest, _ = _terms(y, z)
    return _slope(y, z, gamma, alpha) / (p_t * rest)


FOCAL_GRADIENT = Key(
    exercises.FOCAL_GRADIENT,
    right=focal_slope,
    inputs=_focused,
    by_hand=[Call(([1, 0, 0], [0, 0, _LOG_9], 2, 0.25))],
    wrong={
        "the factor is treated as a constant": _factor_held_fixed,
        "the slope along the margin, not along the logit": _by_margin,
        "the slope along the probability": _by_probability,
        "the sign is reversed": lambda y, z, gamma, alpha=None: -_slope(y, z, gamma, alpha),
        "α is forgotten": lambda y, z, gamma, alpha=None: _slope(y, z, gamma, None),
        "α weighs the negatives": lambda y, z, gamma, alpha=None: _slope(
            y, z, gamma, alpha, _alpha_swapped
        ),
        "without α both classes weigh one half": lambda y, z, gamma, alpha=None: _slope(
            y, z, gamma, alpha, _half_without
        ),
        "divided by the number of rows": lambda y, z, gamma, alpha=None: (
            _slope(y, z, gamma, alpha) / len(y)
        ),
    },
)


def truth_behind(p: Any, gamma: float, alpha: float = 0.5) -> list[float]:
    """Return the true probability at which each p is where the expected loss stands still."""
    found = []
    for said in p:
        # The expected slope is linear in the true probability t: t a + (1 - t) b = 0.
        with localcontext() as context:
            context.prec = 60
            logit = (Decimal(float(said)) / (1 - Decimal(float(said)))).ln()
            slopes = [
                (_loss(y, logit + _STEP, gamma, alpha) - _loss(y, logit - _STEP, gamma, alpha))
                for y in (1, 0)
            ]
            found.append(float(slopes[1] / (slopes[1] - slopes[0])))
    return found


def _said(rng: np.random.Generator) -> list[Call]:
    """Return every gamma and alpha, every container, and probabilities that are nearly sure."""
    calls = []
    for number in range(10):
        size, gamma = int(rng.integers(2, 8)), _GAMMAS[number % 5]
        p = rng.beta(0.6, 1.5, size).clip(0.002, 0.998).round(4)
        own_index = pd.Series(p, index=rng.permutation(size) + 9)
        given = [p.tolist(), p, own_index][number % 3]
        alpha = (0.25, 0.9, 0.02)[number % 3]
        calls.append(Call((given, gamma, alpha) if number % 4 else (given, gamma)))
    return [*calls, Call(([1e-6, 0.999999], 2.0, 0.25)), Call(([0.5], 0.7, 0.4))]


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


TRUE_PROBABILITY = Key(
    exercises.TRUE_PROBABILITY,
    right=truth_behind,
    inputs=_said,
    by_hand=[Call(([0.5, 0.1], 2, 0.25)), Call(([0.3, 0.01], 0, 0.5))],
    wrong={
        "α is undone, γ is not": lambda p, gamma, alpha=0.5: _truth(p, 0.0, alpha),
        "γ is undone, α is not": lambda p, gamma, alpha=0.5: _truth(p, gamma, 0.5),
        "α and 1 − α are swapped": lambda p, gamma, alpha=0.5: _truth(p, gamma, 1 - alpha),
        "the probability of the negative class": lambda p, gamma, alpha=0.5: (
            1 - _truth(p, gamma, alpha)
        ),
        "odds are returned": _odds_returned,
        "what the model says is believed": lambda p, gamma, alpha=0.5: np.asarray(p, dtype=float),
    },
)


# --- choose_focal ---------------------------------------------------------------------------------

#: Hidden banks: one of each stake at one half, and as many by the loss.
BANKS = 6


#: The best setting for all banks (a rung of the curve), and the most that it may be worth.
ONE_FOR_ALL, MOST_BY_ONE = (0.0, 0.7), 0.875


def hidden_banks() -> dict[int, float]:
    """Return what the reference saves at each hidden bank on later days, by its seed."""
    return _drawn(secret.current())


@cache
def _drawn(course: str) -> dict[int, float]:
    """Draw one bank of each kind from a secret, by seeds of 128 bits: nobody can try them all.

    Where one setting happens to suit all of them, one bank after the other gives way.
    """

    def look(seed: int, missing: list[int]) -> tuple[int, float] | None:
        kind = seed % BANKS
        return (kind, banks.saved(seed, *by_law(seed))) if kind in missing else None

    def suits(drawn: dict[int, float]) -> bool:
        same = sum(banks.saved(seed, *ONE_FOR_ALL) for seed in drawn)
        return same < MOST_BY_ONE * sum(drawn.values())

    seeds = secret.long_seeds(course, exercises.CHOOSE_FOCAL.name)
    return secret.of_each_kind(seeds, dict.fromkeys(range(BANKS), 1), look, suits)


def by_law(seed: int) -> tuple[float, float]:
    """Return the reference's setting: true probabilities, or one half where a check pays off."""
    at = banks.bank(seed)
    return 0.0, 0.5 if at.rule == "loss" else float(1 - at.price / at.valid["loss"].iloc[0])


LESSON = "08"
QUIZ = {
    1: Question(
        right="c",
        mistakes={
            "a": "α belongs to the positive class. A small one makes rare rows lighter still.",
            "b": "Only where both classes share one factor is nothing balanced. In the paper's loss"
            " the negatives have another one.",
            "d": "γ looks at how wrong a row is. The ratio of the class weights is what α says.",
        },
        section="What α weighs",
    ),
    2: Question(
        right="b",
        mistakes={
            "a": "γ leaves it where it is: at one half the focusing factor is the same for"
            " both classes.",
            "c": "The model says 0.5 there. What is true at that point is another number.",
            "d": "A heavy positive class makes the model say too much, so it flags earlier than at"
            " one half.",
        },
        section="What training settles on",
    ),
    3: Question(
        right="b",
        mistakes={
            "a": "Follow the line for γ = 2 to the height of 0.3, and read the truth below it.",
            "c": "The loss is not proper: what it says and what is true agree at one half only.",
            "d": "γ pushes probabilities towards one half, so what is rare comes out too high.",
        },
        section="What training settles on",
    ),
    4: Question(
        right="c",
        mistakes={
            "a": "That is the ratio of the two p_t. The factor looks at what is missing to 1.",
            "b": "That is the ratio of what is missing to 1, with γ = 1.",
            "d": "That is by how much the easy row's own loss is lowered. The hard row's is lowered"
            " too.",
        },
        section="Attention by a factor",
    ),
    5: Question(
        right="c",
        mistakes={
            "a": "Move the prevalence to 0.01 and γ to 5, and read the row “times the truth”.",
            "b": "That is what γ = 2 does.",
            "d": "Then it would say one half. Read the row “times the truth” once more.",
        },
        section="Move γ and α",
    ),
}
