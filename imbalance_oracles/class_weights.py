"""Answer keys of lesson 07: counts, slopes by finite differences, odds; its hidden clients."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from imbalance_lab.checks import Call, Question
from imbalance_lab.exercises import class_weights as exercises
from imbalance_lab.exercises import plans
from imbalance_oracles import fresh, secret
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


# --- weights_or_threshold -------------------------------------------------------------------------


#: What a formula may be worth, as a share of the reference's plans: a little more than its rung.
MOST_BY_FORMULA = plans.CURVE.rungs["by a formula, without the rows"][0] + 0.01

#: What plans are worth at least, on average, where thresholds are searched too, and few rows are
#: shuffled badly: a little more than the last rung.
LEAST_BY_SEARCH = plans.CURVE.rungs["nearly the reference"][0] + 0.02


def hidden_clients() -> dict[int, float]:
    """Return what the reference saves the hidden clients, by the seed of each, one of each kind."""
    return _drawn(secret.current())


@cache
def _drawn(course: str) -> dict[int, float]:
    """Draw clients from a secret, only such on which luck decides little.

    A formula that never looks at the rows can happen to suit all of them, and few rows to mislead
    whoever asks them for more than a choice of two; then others are drawn.
    The seeds have 128 bits, so that nobody can try them all.
    """

    def look(seed: int, missing: list[int]) -> tuple[int, float] | None:
        kind = seed % len(plans.KINDS)
        saved = saved_if_clear(seed) if kind in missing else 0.0
        return (kind, saved) if saved else None

    def by_formula(drawn: dict[int, float]) -> bool:
        return max(worth_of_formulas(drawn)) >= MOST_BY_FORMULA

    def searched(drawn: dict[int, float]) -> dict[int, float]:
        return {seed: worth_of_search(seed) / best for seed, best in drawn.items()}

    def suits(drawn: dict[int, float]) -> bool:
        by_search = list(searched(drawn).values())
        return not by_formula(drawn) and bool(np.mean(by_search) >= LEAST_BY_SEARCH)

    def gives_way(drawn: dict[int, float]) -> list[int]:
        worth = searched(drawn)
        return list(drawn) if by_formula(drawn) else [min(worth, key=worth.__getitem__)]

    wanted = dict.fromkeys(range(len(plans.KINDS)), 1)
    seeds = secret.long_seeds(course, "clients of plans")
    return secret.of_each_kind(seeds, wanted, look, suits, gives_way)


def worth_of_formulas(drawn: Mapping[int, float]) -> list[float]:
    """Return what plans by a formula are worth to clients, as a share of the reference's.

    There is one for those who take the threshold where it is free, one for those who take weights.
    """
    worth = [np.divide(saved_by_formulas(seed), best) for seed, best in drawn.items()]
    return [float(mean) for mean in np.mean(worth, axis=0)]


@cache
def saved_by_formulas(seed: int) -> tuple[float, float]:
    """Return what those two plans save a client."""
    one = plans.client(seed)
    known = plans.known_plans(one)
    return plans.saved(one, known[plans.FORMULA]), plans.saved(one, known[plans.FORMULA_TOO])


@cache
def worth_of_search(seed: int) -> float:
    """Return what a plan whose threshold is searched too saves a client.

    Of few rows the worst of four shuffles counts.
    """
    one = plans.client(seed)
    shuffles = range(4 if len(one.y) < 2000 else 1)
    return min(plans.saved(one, validated(*one.call.args, n, search=True)) for n in shuffles)


def saved_if_clear(seed: int) -> float:
    """Return what the reference saves a client, 0 if luck decides there.

    That is where both plans of a client who has no threshold of its own save about the same, or
    where validation, with one shuffle of the rows or another, picks a plan that turns out badly.
    """
    one = plans.client(seed)
    known = plans.known_plans(one)
    by_threshold, by_weights = (plans.saved(one, known[n]) for n in (plans.NEVER, plans.COSTS))
    low, best = sorted([by_threshold, by_weights])
    if best < 0.05 or (one.threshold is None and low > 0.9 * best):
        return 0.0
    shuffles = range(3 if len(one.y) < 1000 else 1)
    found = [plans.saved(one, validated(*one.call.args, shuffle=n)) for n in shuffles]
    return found[0] if min(found) > 0.93 * best else 0.0


def validated(
    X: Any,
    y: Any,
    cost_fp: float,
    cost_fn: float,
    threshold: float | None,
    shuffle: int = 0,
    search: bool = False,
) -> tuple[float, float]:
    """Return the plan with the lowest bill in five folds: no weights, or the costs as weights.

    With `search` half of the way is tried too, and thresholds near the one that goes with a weight.
    """
    ratio = cost_fn / cost_fp
    near = np.linspace(0.7, 1.3, 13) if search and threshold is None else [1.0]
    folds = StratifiedKFold(5, shuffle=True, random_state=shuffle)
    tried = []
    for w1 in (1.0, ratio**0.5, ratio) if search else (1.0, ratio):
        model = LogisticRegression(class_weight={0: 1, 1: w1})
        p = cross_val_predict(model, X, y, cv=folds, method="predict_proba")[:, 1]
        for cut in near * np.array(w1 / (w1 + ratio) if threshold is None else threshold):
            bill = np.where(y == 1, cost_fn * (p < cut), cost_fp * (p >= cut)).sum()
            tried.append((float(bill), w1, float(cut)))
    return min(tried)[1:]


LESSON = "07"
QUIZ = {
    1: Question(
        right="d",
        mistakes={
            "a": "The plain model makes the balanced one's decisions there. Here it is the other"
            " way round.",
            "b": "Its odds are far higher than the plain model's, so 0.5 flags far more.",
            "c": "Odds of 1 to 1 are multiplied by the ratio of the weights, which is about 87.",
        },
        section="What weights do to the odds",
    ),
    2: Question(
        right="b",
        mistakes={
            "a": "That is what the model says of a world in which each fraud stands for as many as"
            " it weighs.",
            "c": "Dividing the probability is not what weights did: they multiplied the odds.",
            "d": "For a model that fits, the shift is known, so it can be undone without the"
            " training rows.",
        },
        section="What weights do to the odds",
    ),
    3: Question(
        right="c",
        mistakes={
            "a": "It goes the other way: balanced weights add up to less, so the losses have to be"
            " made to count for more.",
            "b": "The ratio is the same, but what the weights add up to is not, and the penalty"
            " notices.",
            "d": "The ratio of the weights is the same in both. Compare what they add up to.",
        },
        section="A weight is a number of copies",
    ),
    4: Question(
        right="a",
        mistakes={
            "b": "That is where it should flag, and where either correction alone puts it.",
            "c": "At 0.5 it flags with neither correction.",
            "d": "Both corrections go the same way, towards more flags.",
        },
        section="Correct once",
    ),
    5: Question(
        right="c",
        mistakes={
            "a": "That is its share of positives without weights.",
            "b": "Weights make the classes of the *whole training set* weigh the same, not this"
            " leaf's.",
            "d": "How many times as much as a negative does a positive weigh? What do the leaf's"
            " positives weigh beside its negatives?",
        },
        section="Forests: where does a weight go?",
    ),
}
