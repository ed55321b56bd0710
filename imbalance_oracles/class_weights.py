"""Answer keys of lesson 07: counts, rows one by one, slopes by finite differences."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from sklearn.metrics import log_loss

from imbalance_lab.checks import Call, Question
from imbalance_lab.exercises import class_weights as exercises
from imbalance_oracles import fresh
from imbalance_oracles.key import Key


def alike_in_total(y: Any) -> dict[Any, float]:
    """Return the weight of each class at which every class has the same total."""
    counts = Counter(np.asarray(y).tolist())
    return {label: len(y) / len(counts) / count for label, count in counts.items()}


def _classes(rng: np.random.Generator) -> list[Call]:
    """Return labels of two to four classes in every container, also classes of one size."""
    whole = rng.permutation([3] * 7 + [-1] * 3 + [40] * int(rng.integers(1, 3)))
    return [
        *fresh.labels(rng, n_cases=6, n_classes=[2, 3, 4], sizes=(6, 40)),
        *(Call((fresh.two_classes(rng, 8 + n, 1 + n % 4, n),)) for n in range(7)),
        Call((whole,)),
        Call((rng.permutation(["a", "b", "c"] * 2).tolist(),)),
    ]


def _each_class(y, rule):
    """Return ``rule(n, n_classes, n_in_class)`` for each class."""
    counts = Counter(np.asarray(y).tolist())
    return {label: rule(len(y), len(counts), count) for label, count in counts.items()}


def _relative_to_the_commonest(y):
    most = max(Counter(np.asarray(y).tolist()).values())
    return _each_class(y, lambda n, k, count: most / count)


def _mean_one_over_classes(y):
    weights = _each_class(y, lambda n, k, count: 1 / count)
    mean = sum(weights.values()) / len(weights)
    return {label: weight / mean for label, weight in weights.items()}


BALANCED_WEIGHTS = Key(
    exercises.BALANCED_WEIGHTS,
    right=alike_in_total,
    inputs=_classes,
    by_hand=[Call((["ok"] * 8 + ["fraud"] * 2,)), Call((["a", "a", "a", "b", "b", "c"],))],
    wrong={
        "the number of classes is forgotten": lambda y: _each_class(y, lambda n, k, c: n / c),
        "the number of classes is taken to be two": lambda y: _each_class(
            y, lambda n, k, c: n / (2 * c)
        ),
        "upside down: the common class gets the larger weight": lambda y: _each_class(
            y, lambda n, k, c: k * c / n
        ),
        "the share of each class instead of a weight": lambda y: _each_class(
            y, lambda n, k, c: c / n
        ),
        "the ratios are right, the total is not": _relative_to_the_commonest,
        "the mean over the classes is 1, not the mean over the rows": _mean_one_over_classes,
    },
)


def row_by_row(y_true: Any, p: Any, w0: float, w1: float) -> float:
    """Return the weighted mean of the log loss, one row after the other."""
    rows = list(zip(np.asarray(y_true).tolist(), np.asarray(p).tolist(), strict=True))
    weights = [w1 if label == 1 else w0 for label, _ in rows]
    losses = [-math.log(said) if label == 1 else -math.log1p(-said) for label, said in rows]
    weighted = [weight * loss for weight, loss in zip(weights, losses, strict=True)]
    return math.fsum(weighted) / math.fsum(weights)


def _told(rng: np.random.Generator) -> list[Call]:
    """Return probabilities in every container, far from sure to nearly sure, of one class too."""
    weights: dict[str, Any] = {"w0": [0.3, 1, 2.5], "w1": [0.7, 4, 40]}
    p = rng.uniform(0.05, 0.95, 6).round(3).tolist()
    y = rng.permutation([0, 1, 0, 1, 1, 0]).tolist()
    own_index = pd.Series(y, index=[7, 3, 5, 1, 9, 2]), pd.Series(p, index=[2, 9, 1, 5, 3, 7])
    return [
        *fresh.scores(rng, n_cases=6, sizes=(8, 40), ties=False, **weights),
        Call((y, p, 0.5, 8)),
        Call((y[::-1], p, 3, 0.25)),
        Call((*own_index, 1, 5)),
        Call((y, [1e-12, 0.999999, 1e-9, 1e-6, *p[:2]], 1, 2)),
        Call(([0, 0, 0], p[:3], 2, 7)),
        Call(([1], p[:1], 2, 7)),
    ]


def _losses(y_true, p):
    y, p = np.asarray(y_true), np.asarray(p, dtype=float)
    return y, -np.log(np.where(y == 1, p, 1 - p))


def _loss_sum(y_true, p, w0, w1):
    y, losses = _losses(y_true, p)
    return float(np.sum(np.where(y == 1, w1, w0) * losses))


def _loss_mean(y_true, p, w0, w1):
    total = np.where(np.asarray(y_true) == 1, w1, w0).sum()
    return _loss_sum(y_true, p, w0, w1) / float(total)


WEIGHTED_LOG_LOSS = Key(
    exercises.WEIGHTED_LOG_LOSS,
    right=row_by_row,
    inputs=_told,
    by_hand=[Call(([0, 0, 0, 1], [0.5, 0.5, 0.5, 0.25], 1, 2))],
    wrong={
        "divided by the number of rows instead of by the weights": lambda y_true, p, w0, w1: (
            _loss_sum(y_true, p, w0, w1) / len(y_true)
        ),
        "the weights are left out": lambda y_true, p, w0, w1: _loss_mean(y_true, p, 1, 1),
        "the weights of the two classes are swapped": lambda y_true, p, w0, w1: _loss_mean(
            y_true, p, w1, w0
        ),
        "the sum instead of the mean": _loss_sum,
        "the sign is reversed": lambda y_true, p, w0, w1: -_loss_mean(y_true, p, w0, w1),
        "the probability of the other class went into the logarithm": lambda y_true, p, w0, w1: (
            _loss_mean(y_true, 1 - np.asarray(p), w0, w1)
        ),
    },
)


def slope_of_loss(theta: Any, X: Any, y: Any, sample_weight: Any) -> np.ndarray:
    """Return the gradient of the weighted mean log loss by central differences."""
    theta, X, y = np.asarray(theta, dtype=float), np.asarray(X, dtype=float), np.asarray(y)

    def loss(at: np.ndarray) -> float:
        return float(log_loss(y, expit(X @ at), sample_weight=sample_weight, labels=[0, 1]))

    step = 1e-5
    return np.array(
        [(loss(theta + step * e) - loss(theta - step * e)) / (2 * step) for e in np.eye(len(theta))]
    )


def _models(rng: np.random.Generator) -> list[Call]:
    """Return coefficients, also of 0, one to five columns, and every container."""
    calls = []
    for number in range(9):
        n_rows, n_columns = int(rng.integers(6, 16)), 1 + number % 5
        X = np.column_stack([np.ones(n_rows), rng.normal(size=(n_rows, n_columns - 1)).round(2)])
        y = rng.permutation(np.arange(n_rows) % 3 == 0).astype(int)
        weights = rng.permutation(np.resize([0.5, 1.0, 2.5, 8.0], n_rows))
        theta = rng.normal(size=n_columns).round(2) * (number != 4)
        values: tuple[Any, ...] = (theta, X, y, weights)
        if number % 3 == 0:
            values = tuple(value.tolist() for value in values)
        if number % 3 == 1:
            own = [rng.permutation(n_rows) + 50 for _ in range(3)]
            values = (
                theta,
                pd.DataFrame(X, index=own[0]),
                pd.Series(y, index=own[1]),
                pd.Series(weights, index=own[2]),
            )
        calls.append(Call(values))
    return calls


def _slope(theta, X, y, weights, link=expit):
    """Return the weighted sum of (prediction minus label) times the row."""
    X, theta = np.asarray(X, dtype=float), np.asarray(theta, dtype=float)
    return X.T @ (np.asarray(weights) * (link(X @ theta) - np.asarray(y)))


def _mean_slope(theta, X, y, weights, **options):
    return _slope(theta, X, y, weights, **options) / np.sum(weights)


WEIGHTED_GRADIENT = Key(
    exercises.WEIGHTED_GRADIENT,
    right=slope_of_loss,
    inputs=_models,
    by_hand=[Call(([0, 0], [[1, 2], [1, -1], [1, 3]], [0, 0, 1], [1, 1, 4]))],
    rel=1e-5,
    abs_=1e-6,
    wrong={
        "divided by the number of rows instead of by the weights": (
            lambda theta, X, y, sample_weight: _slope(theta, X, y, sample_weight) / len(y)
        ),
        "the weights are left out": lambda theta, X, y, sample_weight: _mean_slope(
            theta, X, y, np.ones(len(y))
        ),
        "the weights are only divided by": lambda theta, X, y, sample_weight: (
            _slope(theta, X, y, np.ones(len(y))) / np.sum(sample_weight)
        ),
        "the sign is reversed": lambda theta, X, y, sample_weight: (
            -_mean_slope(theta, X, y, sample_weight)
        ),
        "the score is taken for the probability": lambda theta, X, y, sample_weight: _mean_slope(
            theta, X, y, sample_weight, link=lambda z: z
        ),
        "every row gets the probability 0.5": lambda theta, X, y, sample_weight: _mean_slope(
            theta, X, y, sample_weight, link=lambda z: 0.5
        ),
        "the sum instead of the mean": _slope,
    },
)


def counted_copies(y: Any, class_weight: dict[Any, Any]) -> list[int]:
    """Return each position as often as its label's weight says, by counting."""
    if any(weight < 0 or weight % 1 for weight in class_weight.values()):
        raise ValueError("no number of copies")
    return [
        position
        for position, label in enumerate(np.asarray(y).tolist())
        for _ in range(int(class_weight.get(label, 1)))
    ]


def _to_repeat(rng: np.random.Generator) -> list[Call]:
    """Return whole weights, as floats too, of 0, of absent classes, and weights that are none."""
    calls = []
    for number in range(7):
        y = fresh.two_classes(rng, 4 + number, 2, number)
        common, rare = (label for label, _ in Counter(np.asarray(y).tolist()).most_common())
        few, many = int(rng.integers(2, 4)), int(rng.integers(4, 7))
        weights = [{common: 1, rare: many}, {common: few, rare: float(many)}][number % 2]
        calls.append(Call((y, weights)))
    y = ["a", "b", "c", "a", "b", "a"]
    k = int(rng.integers(2, 6))
    sets: list[dict[Any, Any]] = [
        {"a": 0, "b": k, "c": 1},
        {"a": 2.0, "b": 0.0, "c": 3.0},
        {"a": 1.0, "b": float(k)},
        {"b": k},
        {},
        {"a": 2, "b": 3, "c": k, "d": 5},
        {"a": 0, "b": 0, "c": 0},
    ]
    none = [{"a": -1}, {"a": 2, "b": -2.0}, {"b": k + 0.5}, {"c": 0.5}, {"c": -0.5}, {"b": 0.999}]
    none += [{"a": 1, "b": 1, "c": 1, "d": -1}, {"a": 1, "b": 1, "c": 1, "d": 1.5}]
    return [*calls, *(Call((y, weights)) for weights in (*sets, *none))]


def _copies(
    y: Any, class_weight: dict[Any, Any], rule: Callable[[int], int] = int, absent: int = 1
) -> np.ndarray:
    counted_copies(y, class_weight)
    weights = [class_weight.get(label, absent) for label in np.asarray(y).tolist()]
    return np.repeat(np.arange(len(weights)), [rule(int(weight)) for weight in weights])


def _labels_repeated(y, class_weight):
    return np.asarray(y)[_copies(y, class_weight)]


def _copies_at_the_end(y, class_weight):
    extra = _copies(y, class_weight, lambda weight: max(weight - 1, 0))
    return np.concatenate([np.unique(_copies(y, class_weight)), extra])


WEIGHTS_AS_REPEATS = Key(
    exercises.WEIGHTS_AS_REPEATS,
    right=counted_copies,
    inputs=_to_repeat,
    by_hand=[
        Call((["ok", "fraud", "ok", "fraud"], {"ok": 1, "fraud": 3})),
        Call((["ok", "fraud", "ok", "fraud"], {"fraud": 2.5})),
    ],
    wrong={
        "the weight counts the extra copies only": lambda y, class_weight: _copies(
            y, class_weight, lambda weight: weight + 1
        ),
        "a row of weight 0 is kept": lambda y, class_weight: _copies(
            y, class_weight, lambda weight: max(weight, 1)
        ),
        "a class that is not in the dict is left out": lambda y, class_weight: _copies(
            y, class_weight, absent=0
        ),
        "labels are repeated instead of row positions": _labels_repeated,
        "the right rows in another order": _copies_at_the_end,
    },
)


def by_log_odds(p: Any, w0: float, w1: float) -> np.ndarray:
    """Return the probabilities whose log odds are lower by the logarithm of the ratio."""
    return np.asarray(expit(logit(np.asarray(p, dtype=float)) - math.log(w1 / w0)))


def _weighted(rng: np.random.Generator) -> list[Call]:
    """Return every container, certain rows, and weights on either side and alike."""
    calls = []
    pairs = [(1, 99), (1, 7), (0.5, 0.5), (3, 1.5), (0.52, 13), (2, 50), (4, 1), (1, 1000), (1, 2)]
    for number, (w0, w1) in enumerate(pairs):
        p = np.append(rng.random(int(rng.integers(3, 8))).round(3), [0.0, 1.0])
        given = [p.tolist(), p, pd.Series(p, index=rng.permutation(len(p)) + 3)][number % 3]
        calls.append(Call((given, w0, w1)))
    return [*calls, Call((rng.random(4).round(3).tolist(), 0.5, 3)), Call(([0, 1], 1, 5))]


def _odds_times(p, factor):
    p = np.asarray(p, dtype=float)
    return p * factor / (p * factor + 1 - p)


UNWEIGHT = Key(
    exercises.UNWEIGHT,
    right=by_log_odds,
    inputs=_weighted,
    by_hand=[Call(([0.5, 0.8],), {"w0": 0.5, "w1": 2})],
    wrong={
        "the weights are applied once more": lambda p, w0, w1: _odds_times(p, w1 / w0),
        "the probability is scaled instead of the odds": lambda p, w0, w1: np.asarray(p) * w0 / w1,
        "only w1 is used": lambda p, w0, w1: _odds_times(p, 1 / w1),
        "odds are returned": lambda p, w0, w1: np.asarray(p) / (1 - np.asarray(p)) * w0 / w1,
        "the logarithm is subtracted from the probability": lambda p, w0, w1: (
            np.asarray(p) - np.log(w1 / w0)
        ),
    },
)


def in_proportion(y: Any, cost_fp: float, cost_fn: float) -> list[float]:
    """Return the cost of each row in units of the mean cost, by counting."""
    costs = [cost_fn if label == 1 else cost_fp for label in np.asarray(y).tolist()]
    return [cost * len(costs) / math.fsum(costs) for cost in costs]


def _priced(rng: np.random.Generator) -> list[Call]:
    """Return either mistake as the dearer one, every container, and rows of one class."""
    costs: dict[str, Any] = {"cost_fp": [1, 2.5, 4], "cost_fn": [3, 60.0, 0.5]}
    y = pd.Series(rng.permutation([0] * 6 + [1] * 3), index=rng.permutation(9) + 30)
    return [
        *fresh.labels(rng, n_cases=7, values=(0, 1), sizes=(5, 30), **costs),
        Call(([0, 1, 0, 0, 1, 0, 0], 2, 9)),
        Call((np.array([1, 0, 0, 1, 0]), 1.5, 0.5)),
        Call((y, 1, 12)),
        Call(([0, 0, 1, 0], 3, 3)),
        Call(([0, 0, 0], 2, 5)),
        Call(([1, 1], 2, 5)),
    ]


def _raw_costs(y, cost_fp, cost_fn):
    return np.where(np.asarray(y) == 1, cost_fn, cost_fp).astype(float)


def _mean_one(weights):
    return weights / weights.mean()


def _twice(y, cost_fp, cost_fn):
    y = np.asarray(y)
    counts = np.where(y == 1, np.sum(y == 1), np.sum(y == 0))
    return _mean_one(_raw_costs(y, cost_fp, cost_fn) / counts)


COST_WEIGHTS = Key(
    exercises.COST_WEIGHTS,
    right=in_proportion,
    inputs=_priced,
    by_hand=[Call(([0, 0, 0, 1],), {"cost_fp": 1, "cost_fn": 5})],
    wrong={
        "the costs are swapped": lambda y, cost_fp, cost_fn: _mean_one(
            _raw_costs(y, cost_fn, cost_fp)
        ),
        "corrected for the class frequencies on top of the costs": _twice,
        "balanced weights, without the costs": lambda y, cost_fp, cost_fn: _twice(y, 1, 1),
        "the weights are not scaled": _raw_costs,
        "every negative has weight 1": lambda y, cost_fp, cost_fn: (
            _raw_costs(y, cost_fp, cost_fn) / cost_fp
        ),
        "the weights add up to 1": lambda y, cost_fp, cost_fn: (
            _mean_one(_raw_costs(y, cost_fp, cost_fn)) / len(y)
        ),
    },
)

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
