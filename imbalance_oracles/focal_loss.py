"""Oracles of lesson 08, for its hidden tests: the definition in many digits, and differences.

No derivative is written down here. With enough digits a difference quotient is as good as a
formula, and a logit of 1000 is no trouble.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

import numpy as np

from imbalance_lab.checks import Call, Question

_CONTAINERS = (np.array, list, tuple)
_STEP = Decimal("1e-25")


def row_cases(seed: int, n_cases: int = 12, gammas: tuple[float, ...] | None = None) -> list[Call]:
    """Return calls with labels and logits, and with gamma and alpha where `gammas` are given."""
    rng = np.random.default_rng(seed)
    calls = []
    for number in range(n_cases):
        n_rows = int(rng.integers(2, 9))
        z = np.round(rng.normal(scale=3, size=n_rows), 3)
        if number % 3 == 2:
            z[rng.integers(n_rows)] = rng.choice([-1000.0, -60.0, 45.0, 1000.0])
        y = rng.integers(0, 2, n_rows)
        contain = _CONTAINERS[number % 3]
        args: tuple[Any, ...] = (contain(y.tolist()), contain(z.tolist()))
        if gammas is not None:
            alpha = [None, 0.25, 0.9, 0.02][int(rng.integers(4))]
            args = (*args, float(gammas[number % len(gammas)]), alpha)
        calls.append(Call(args))
    return calls


def probability_cases(seed: int, n_cases: int = 12) -> list[Call]:
    """Return calls with probabilities, gamma and alpha."""
    rng = np.random.default_rng(seed)
    calls = []
    for number in range(n_cases):
        p = np.round(rng.beta(0.6, 1.5, int(rng.integers(1, 9))).clip(0.002, 0.998), 4)
        gamma, alpha = rng.choice([0.0, 0.5, 1.0, 2.0, 5.0]), rng.choice([0.02, 0.25, 0.5, 0.9])
        contain = _CONTAINERS[number % 3]
        calls.append(Call((contain(p.tolist()), float(gamma), float(alpha))))
    return calls


def batch_cases(seed: int, n_cases: int = 12) -> list[Call]:
    """Return calls with logits, integer labels, gamma and alpha, for the mean of a batch."""
    rng = np.random.default_rng(seed)
    calls = []
    for number in range(n_cases):
        n_rows = int(rng.integers(2, 9))
        z = np.round(rng.normal(scale=3, size=n_rows), 3)
        if number % 3 == 2:
            z[rng.integers(n_rows)] = rng.choice([-100.0, -60.0, 45.0, 100.0])
        y, contain = rng.integers(0, 2, n_rows), _CONTAINERS[number % 3]
        # Slopes of γ between 0 and 1 are infinite for automatic differentiation where 1 - p_t is 0.
        gamma, alpha = rng.choice([0.0, 1.0, 2.0, 5.0]), rng.choice([0.02, 0.25, 0.9])
        rows = (contain(z.tolist()), contain(y.tolist()))
        calls.append(Call((*rows, float(gamma), float(alpha))))
    return calls


def mean_and_slopes(logits: Any, y: Any, gamma: float, alpha: float) -> list[float]:
    """Return the mean focal loss of a batch, then its slope along each logit."""
    losses, slopes = focal(y, logits, gamma, alpha), focal_slope(y, logits, gamma, alpha)
    return [float(np.mean(losses)), *(np.array(slopes) / len(losses)).tolist()]


def cross_entropy(y: Any, z: Any) -> list[float]:
    """Return the loss of each row, in as many digits as its logit needs."""
    return focal(y, z, 0.0)


def focal(y: Any, z: Any, gamma: float, alpha: float | None = None) -> list[float]:
    """Return the focal loss of each row."""
    return _rows(y, z, gamma, alpha, [(0, 1)], order=0)


def focal_slope(y: Any, z: Any, gamma: float, alpha: float | None = None) -> list[float]:
    """Return the slope of each row's focal loss along its logit, by central differences."""
    return _rows(y, z, gamma, alpha, [(1, 1), (-1, -1)], order=1)


def focal_curvature(y: Any, z: Any, gamma: float, alpha: float | None = None) -> list[float]:
    """Return the second derivative of each row's focal loss along its logit, by differences."""
    return _rows(y, z, gamma, alpha, [(1, 1), (0, -2), (-1, 1)], order=2)


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
            values.append(float(total / ((2 * _STEP) if order == 1 else _STEP**order)))
    return values


def _loss(y: int, z: Decimal, gamma: float, alpha: float | None) -> Decimal:
    """Return the definition: - α_t (1 - p_t)^γ log p_t."""
    p_t = 1 / (1 + (-z if y == 1 else z).exp())
    weight = 1.0 if alpha is None else alpha if y == 1 else 1 - alpha
    # 1 - p_t would lose digits that the other class's probability has.
    factor = (1 / (1 + (z if y == 1 else -z).exp())) ** Decimal(gamma)
    return -Decimal(weight) * factor * p_t.ln()


LESSON = "08"
QUIZ = {
    1: Question(
        right="c",
        mistakes={
            "a": "α belongs to the positive class. A small one makes rare rows lighter still.",
            "b": "Only where both classes share one factor is nothing balanced. Here a negative"
            " weighs 99 times a positive.",
            "d": "γ decides which rows get attention, by how wrong they are. The ratio of the"
            " class weights stays what α says.",
        },
        section="What α weighs",
    ),
    2: Question(
        right="b",
        mistakes={
            "a": "γ leaves it where it is: at one half the focusing factor is the same for"
            " both classes.",
            "c": "That would be α = 1 − π, the balanced weights.",
            "d": "It depends on α alone, not on the data.",
        },
        section="What training settles on",
    ),
    3: Question(
        right="d",
        mistakes={
            "a": "The loss is not proper: its minimum lies elsewhere than at the truth, also"
            " with endless data.",
            "b": "γ pushes probabilities towards one half, so rare events come out too high.",
            "c": "The order of the rows is another question. A monotone translation leaves it"
            " as it is.",
        },
        section="What training settles on",
    ),
    4: Question(
        right="a",
        mistakes={
            "b": "Cross-entropy of a linear score is convex whatever the prevalence. It is the"
            " factor that bends.",
            "c": "The curvature is exact; finite differences agree with it.",
            "d": "α is positive for both classes and can't turn a sign.",
        },
        section="The curvature, and where it turns",
    ),
}
