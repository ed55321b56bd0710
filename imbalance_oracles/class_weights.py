"""Oracles of lesson 07, for its hidden tests: slopes by finite differences, copies by counting."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from imbalance_lab.checks import Call, Question, fresh

_LABELS = ((0, 1), ("ok", "fraud"), (False, True), (2, 7), ("healthy", "ill"), (-1, 1))


def gradient_cases(seed: int, n_cases: int = 12) -> list[Call]:
    """Return calls with coefficients, rows (the first column is 1), labels and weights."""
    rng = np.random.default_rng(seed)
    calls = []
    for number in range(n_cases):
        n_rows, n_columns = int(rng.integers(4, 30)), int(rng.integers(2, 6))
        X = np.column_stack([np.ones(n_rows), rng.normal(size=(n_rows, n_columns - 1))])
        y = rng.permutation(np.arange(n_rows) % 4 == 0).astype(int)
        weights = rng.choice([0.5, 1.0, 2.5, 8.0], n_rows)
        theta = rng.normal(size=n_columns)
        values = [theta, X, y, weights]
        # Every third call has plain lists, as a student might type them.
        calls.append(Call(tuple(v.tolist() for v in values) if number % 3 == 0 else tuple(values)))
    return calls


def slope_of_loss(theta: Any, X: Any, y: Any, sample_weight: Any) -> np.ndarray:
    """Return the gradient of the weighted mean log loss by central differences."""
    theta, X = np.asarray(theta, dtype=float), np.asarray(X, dtype=float)

    def loss(at: np.ndarray) -> float:
        return float(log_loss(y, expit(X @ at), sample_weight=sample_weight, labels=[0, 1]))

    step = 1e-5
    return np.array(
        [(loss(theta + step * e) - loss(theta - step * e)) / (2 * step) for e in np.eye(len(theta))]
    )


def repeat_cases(seed: int, n_cases: int = 18) -> list[Call]:
    """Return calls with labels and a dict of whole weights; in some a class has none, or 0."""
    rng = np.random.default_rng(seed)
    calls = []
    for number in range(n_cases):
        common, rare = _LABELS[number % len(_LABELS)]
        n_rows = int(rng.integers(4, 14))
        mask = rng.permutation(np.arange(n_rows) < max(1, n_rows // 4))
        y = [rare if positive else common for positive in mask.tolist()]
        weights: dict[Any, Any] = {
            common: int(rng.integers(0, 3)),
            rare: float(rng.integers(1, 6)),
        }
        if number % 5 == 4:
            del weights[common]
        calls.append(Call((np.array(y) if number % 2 else y, weights)))
    return calls


def counted_copies(y: Any, class_weight: dict[Any, Any]) -> list[int]:
    """Return each position as often as its label's weight says, by counting."""
    return [
        position
        for position, label in enumerate(np.asarray(y).tolist())
        for _ in range(int(class_weight.get(label, 1)))
    ]


def logit_cases(seed: int) -> list[Call]:
    """Return calls with logits, integer labels and the weights of both classes."""
    drawn = fresh.scores(seed, ties=False, probabilities=False, w0=[0.3, 1, 2.5], w1=[0.7, 4, 40])
    return [Call((c.args[1], c.args[0], c.kwargs["w0"], c.kwargs["w1"])) for c in drawn]


def mean_loss_of_logits(logits: Any, y: Any, w0: float, w1: float) -> float:
    """Return the weighted mean of the log loss, from logits, without overflow."""
    y, z = np.asarray(y), np.asarray(logits, dtype=float)
    return float(np.average(np.logaddexp(0, z) - y * z, weights=np.where(y == 1, w1, w0)))


def weighted_fit(X: Any, y: Any, pos_weight: float) -> list[float]:
    """Return intercept and slopes of scikit-learn's logistic regression without penalty."""
    model = LogisticRegression(C=np.inf, tol=1e-9, max_iter=1000, class_weight={1: pos_weight})
    model.fit(X, y)
    return [float(model.intercept_[0]), *model.coef_[0].tolist()]


LESSON = "07"
QUIZ = {
    1: Question(
        right="c",
        mistakes={
            "a": "A larger recall at 0.5 is no better order of the rows. Compare the plain"
            " model at a lower threshold.",
            "b": "The rows are the same as before; a weight brings no new information about the"
            " rare class.",
            "d": "Its decisions changed a great deal: recall rose and false alarms rose more.",
        },
        section="The same decisions without any weights",
    ),
    2: Question(
        right="b",
        mistakes={
            "a": "0.8 is what the model says of a world in which frauds count 99 times as much.",
            "c": "Dividing the probability is not what weights did: they multiplied the odds.",
            "d": "For a model that fits, the shift is known, so it can be undone without the"
            " training rows.",
        },
        section="What weights do to the odds",
    ),
    3: Question(
        right="d",
        mistakes={
            "a": "Costs and frequencies are not two errors to be mended one after the other:"
            " a model with honest probabilities needs the costs only.",
            "b": "More correction is not better: each step asks for more flags than the costs"
            " justify.",
            "c": "Balanced weights assume that a miss is as much dearer as the class is rarer,"
            " which only a coincidence makes true.",
        },
        section="Weights from costs",
    ),
    4: Question(
        right="a",
        mistakes={
            "b": "A tree has no such loss to descend; its weights act on impurities, on the"
            " votes of leaves, or on the draw of the bootstrap.",
            "c": "Weights do act on forests, and how they do so changed from one release to"
            " another.",
            "d": "Recall rises or falls depending on the leaves and on where the weights go;"
            " for linear models alone it is certain to rise.",
        },
        section="Forests: where does a weight go?",
    ),
    5: Question(
        right="b",
        mistakes={
            "a": "It has the right ratio, and the loss the right minimum without a penalty;"
            " with one, the total weight decides how much the penalty counts.",
            "c": "The nearest neighbours of a row do change when copies fill the places of"
            " other rows.",
            "d": "A bootstrap that draws from 1,800 rows is another experiment than one that"
            " draws from 1,000.",
        },
        section="A weight is a number of copies",
    ),
}
