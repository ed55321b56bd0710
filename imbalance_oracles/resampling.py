"""Answer keys of lesson 05: counts by fractions, links by definition, what to draw from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor, sqrt
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from imbalance_lab.checks import Call, Question
from imbalance_lab.exercises import resampling as exercises
from imbalance_lab.exercises.drawn import classes_of
from imbalance_oracles import fresh
from imbalance_oracles.key import Key

_FOURTEEN = [Call((["ok"] * 12 + ["fraud"] * 2, 0.25))]


def _sizes(rng: np.random.Generator) -> list[tuple[int, int, float]]:
    """Return sizes of common and rare class with ratios that can be reached.

    All ratios are sums of powers of 1/2, so that rounding down means the same to all arithmetic.
    """
    sizes = []
    for ratio in (0.25, 1.0, 0.5, 0.75, 0.375, 0.625, 0.125):
        n_rare = int(rng.integers(2, 4 if ratio < 0.3 else 9))
        sizes.append((ceil((n_rare + 1) / ratio) + int(rng.integers(0, 10)), n_rare, ratio))
    k = int(rng.integers(1, 4))
    rounded = (4 * k + 9, 3 * k + 2, 0.75)  # 0.75 and 2/3 above a whole number
    one_row_to_add = (4 * k + 11, 2 * k + 4, 0.5)
    one_rare_row = (int(rng.integers(9, 14)), 1, 0.25)
    return [*sizes, rounded, one_row_to_add, one_rare_row]


def _with_ratios(rng: np.random.Generator) -> list[Call]:
    """Return labels of all kinds with ratios, some of which leave numbers that are not whole."""
    return [
        Call((fresh.two_classes(rng, n_common, n_rare, number), ratio))
        for number, (n_common, n_rare, ratio) in enumerate(_sizes(rng))
    ]


def target_counts(y: Any, ratio: float) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the counts after over- and undersampling, by exact fractions."""
    (n_common, n_rare), exact = map(len, classes_of(y)), Fraction(ratio)
    return (n_common, floor(n_common * exact)), (floor(n_rare / exact), n_rare)


def _counts(y):
    """Return how many rows the common and the rare class have."""
    (_, n_common), (_, n_rare) = Counter(list(y)).most_common()
    return n_common, n_rare


def _upside_down(y, ratio):
    n_common, n_rare = _counts(y)
    return (n_common, int(n_common / ratio)), (int(n_rare * ratio), n_rare)


def _share_of_all(y, ratio):
    n_common, n_rare = _counts(y)
    other = 1 - ratio
    return (n_common, int(n_common * ratio / other)), (int(n_rare * other / ratio), n_rare)


def _added(y, ratio):
    n_common, n_rare = _counts(y)
    return (n_common, int(n_common * ratio) - n_rare), (n_common - int(n_rare / ratio), n_rare)


def _rare_first(y, ratio):
    n_common, n_rare = _counts(y)
    return (int(n_common * ratio), n_common), (n_rare, int(n_rare / ratio))


def _one_to_one(y, ratio):
    n_common, n_rare = _counts(y)
    return (n_common, n_common), (n_rare, n_rare)


def _under_first(y, ratio):
    n_common, n_rare = _counts(y)
    return (int(n_rare / ratio), n_rare), (n_common, int(n_common * ratio))


def _rounded(y, ratio):
    n_common, n_rare = _counts(y)
    return (n_common, round(n_common * ratio)), (round(n_rare / ratio), n_rare)


def _fraud_is_rare(y, ratio):
    n_rare = list(y).count("fraud")
    n_common = len(y) - n_rare
    return (n_common, int(n_common * ratio)), (int(n_rare / ratio), n_rare)


TARGET_COUNTS = Key(
    exercises.TARGET_COUNTS,
    right=target_counts,
    inputs=_with_ratios,
    by_hand=_FOURTEEN,
    wrong={
        "the two ways are in the wrong order": _under_first,
        "within a pair the rare class comes first": _rare_first,
        "the ratio is turned upside down": _upside_down,
        "the ratio is taken for the share of all rows": _share_of_all,
        "the number of rows to add or to drop, not the number afterwards": _added,
        exercises.EQUAL: _one_to_one,
        "numbers are rounded to the nearest whole number": _rounded,
        'the label "fraud" is taken for the rare class': _fraud_is_rare,
    },
)


def rows_lost(y: Any, ratio: float) -> tuple[float, float]:
    """Return the shares of the common class and of all rows that are dropped."""
    n_common, n_kept = len(classes_of(y)[0]), target_counts(y, ratio)[1][0]
    return 1 - n_kept / n_common, (n_common - n_kept) / len(y)


def _lost(y, ratio):
    n_common, n_rare = _counts(y)
    return n_common, n_rare, n_common - int(n_rare / ratio)


def _lost_swapped(y, ratio):
    n_common, n_rare, lost = _lost(y, ratio)
    return lost / (n_common + n_rare), lost / n_common


def _lost_counts(y, ratio):
    lost = _lost(y, ratio)[2]
    return lost, lost


def _lost_kept(y, ratio):
    n_common, n_rare, lost = _lost(y, ratio)
    return (n_common - lost) / n_common, (n_common - lost + n_rare) / (n_common + n_rare)


def _lost_at_one_to_one(y, ratio):
    n_common, n_rare = _counts(y)
    return (n_common - n_rare) / n_common, (n_common - n_rare) / (n_common + n_rare)


def _lost_rare_forgotten(y, ratio):
    n_common, n_rare, lost = _lost(y, ratio)
    return lost / n_common, (lost + n_rare) / (n_common + n_rare)


ROWS_LOST = Key(
    exercises.ROWS_LOST,
    right=rows_lost,
    inputs=_with_ratios,
    by_hand=_FOURTEEN,
    wrong={
        "the two shares are in the wrong order": _lost_swapped,
        "counts instead of shares": _lost_counts,
        "the rows that are kept, not those that are lost": _lost_kept,
        exercises.EQUAL: _lost_at_one_to_one,
        "the rare rows that stay are counted as lost": _lost_rare_forgotten,
    },
)


def information_kept(y: Any, ratio: float) -> float:
    """Return the ratio of the effective sample sizes, a b / (a + b), after and before."""
    (n_common, n_rare), n_kept = map(len, classes_of(y)), target_counts(y, ratio)[1][0]
    after, before = n_rare * n_kept / (n_rare + n_kept), n_rare * n_common / (n_rare + n_common)
    return after / before


def _kept(y, ratio):
    n_common, n_rare = _counts(y)
    return (1 / n_rare + 1 / n_common) / (1 / n_rare + 1 / int(n_rare / ratio))


INFORMATION_KEPT = Key(
    exercises.INFORMATION_KEPT,
    right=information_kept,
    inputs=_with_ratios,
    by_hand=_FOURTEEN,
    wrong={
        "the share of the rows that is kept": lambda y, ratio: 1 - rows_lost(y, ratio)[1],
        "only the variance of the common class was compared": lambda y, ratio: (
            1 - rows_lost(y, ratio)[0]
        ),
        "the ratio of the variances is turned upside down": lambda y, ratio: 1 / _kept(y, ratio),
        "standard errors were compared instead of variances": lambda y, ratio: sqrt(
            _kept(y, ratio)
        ),
        "the share that is lost": lambda y, ratio: 1 - _kept(y, ratio),
        exercises.EQUAL: lambda y, ratio: _kept(y, 1.0),
        "compared with endlessly many common rows": lambda y, ratio: 1 / (1 + ratio),
    },
)


def _with_seeds(rng: np.random.Generator) -> list[Call]:
    """Return labels with ratios; some calls leave `random_state` at its default."""
    calls = _with_ratios(rng)
    seeds = rng.integers(1, 1000, size=len(calls)).tolist()
    return [
        Call(call.args, {"random_state": seed} if number % 3 else {})
        for number, (call, seed) in enumerate(zip(calls, seeds, strict=True))
    ]


def _twice(rng: np.random.Generator) -> list[Call]:
    """Return calls of which each comes twice; the default of `random_state` is 0."""
    sizes = [(40, 9, 0.5), (33, 6, 0.375), (50, 12, 0.75)]
    seeds = rng.integers(1, 1000, size=len(sizes)).tolist()
    calls = [
        Call((fresh.two_classes(rng, n_common, n_rare, k), ratio), {"random_state": seed})
        for k, ((n_common, n_rare, ratio), seed) in enumerate(zip(sizes, seeds, strict=True))
    ]
    default = [Call(calls[0].args), Call(calls[0].args, {"random_state": 0})]
    return [*default, *(call for call in calls for _ in range(2))]


def _one_seed_after_another(rng: np.random.Generator) -> list[Call]:
    """Return calls on the same labels, 12 common and 4 rare."""
    y = rng.permutation(["a"] * 12 + ["b"] * 4).tolist()
    first = int(rng.integers(1000))
    return [Call((y, 1.0), {"random_state": first + turn}) for turn in range(exercises.N_SEEDS)]


_DRAWS = {"rows": _with_seeds, "same seed": _twice, "chance": _one_seed_after_another}
RANDOM_UNDERSAMPLE = Key(exercises.RANDOM_UNDERSAMPLE, laws=_DRAWS)
RANDOM_OVERSAMPLE = Key(exercises.RANDOM_OVERSAMPLE, laws=_DRAWS)


def links(X: Any, y: Any) -> list[tuple[int, int]]:
    """Return the Tomek links by their definition: no third point is nearer to either end."""
    distance, labels = cdist(X, X), list(y)
    n = len(labels)
    return [
        (i, j)
        for i in range(n)
        for j in range(i + 1, n)
        if labels[i] != labels[j]
        and all(
            min(distance[i, k], distance[j, k]) >= distance[i, j]
            for k in range(n)
            if k not in (i, j)
        )
    ]


def _points(rng: np.random.Generator, n: int, spread: list[float]) -> np.ndarray:
    return fresh.without_ties(lambda: (rng.normal(size=(n, len(spread))) * spread).round(4))


def _clouds(rng: np.random.Generator) -> list[Call]:
    """Return points on a line, in a plane and in space; few and many, some without any link."""
    spreads = [[1.0], [1.0, 1.0], [1.0, 1.0, 1.0], [1.0, 9.0], [8.0, 1.0, 1.0], [1.0, 1.0]]
    calls = []
    for number, spread in enumerate(spreads):
        n_rare, n_common = int(rng.integers(2, 8)), int(rng.integers(9, 20))
        y = np.array(list(fresh.two_classes(rng, n_common, n_rare, number)))
        calls.append(Call((_points(rng, len(y), spread), y)))
    X, y = calls[1].args
    far_apart = X + 100.0 * (y == y[0])[:, None]
    mixed = np.array([0, 1] * 13)
    return [
        *calls,
        Call((far_apart, y)),
        Call((_points(rng, 3, [1.0]), np.array([3, 3, 1]))),
        Call((_points(rng, len(mixed), [2.0, 1.0]), mixed)),
    ]


_LINE = [0.0, 1.0, 2.3, 3.0, 3.5, 3.8, 5.0, 5.4, 7.4, 8.0, 8.3]
_ELEVEN = np.array([0, 0, 0, 0, 1, 1, 1, 0, 1, 0, 0])
_BY_HAND = [Call((np.array(_LINE)[:, None], _ELEVEN))]


def _neighbours(X):
    distance = cdist(X, X)
    np.fill_diagonal(distance, np.inf)
    return distance.argmin(axis=1).tolist()


def _ordered(pairs):
    return sorted({(min(pair), max(pair)) for pair in pairs})


def _pairs(keep: Callable[..., bool]) -> Callable[..., Any]:
    """Return a wrong answer: the pairs of a point and its neighbour that `keep` lets through."""

    def wrong(X, y):
        nearest, y = _neighbours(X), list(y)
        rare = classes_of(y)[1]
        return _ordered((i, j) for i, j in enumerate(nearest) if keep(i, j, nearest, y, rare))

    return wrong


def _in_the_other_class(X, y):
    distance = cdist(X, X)
    distance[np.asarray(y)[:, None] == np.asarray(y)] = np.inf
    nearest = distance.argmin(axis=1).tolist()
    return _ordered((i, j) for i, j in enumerate(nearest) if nearest[j] == i)


def _both_directions(X, y):
    return sorted([*links(X, y), *((j, i) for i, j in links(X, y))])


def _only_common_ends(X, y):
    rare = classes_of(y)[1]
    return sorted(j if i in rare else i for i, j in links(X, y))


TOMEK_LINKS = Key(
    exercises.TOMEK_LINKS,
    right=links,
    inputs=_clouds,
    by_hand=_BY_HAND,
    wrong={
        "the nearest point is sought in the other class only": _in_the_other_class,
        "one-sided neighbours": _pairs(lambda i, j, near, y, rare: y[i] != y[j]),
        "one-sided neighbours, seen from the common class": _pairs(
            lambda i, j, near, y, rare: i not in rare and j in rare
        ),
        "one-sided neighbours, seen from the rare class": _pairs(
            lambda i, j, near, y, rare: i in rare and j not in rare
        ),
        "same-class pairs": _pairs(lambda i, j, near, y, rare: near[j] == i),
        "each pair comes twice": _both_directions,
        "the rows to drop instead of the pairs": _only_common_ends,
        "each point is its own neighbour": lambda X, y: [],
        "only the first feature counts": lambda X, y: links(X[:, :1], y),
        "the features are brought to one scale first": lambda X, y: links(X / X.std(axis=0), y),
    },
)

LESSON = "05"
QUIZ = {
    1: Question(
        right="b",
        mistakes={
            "a": "The order of the scores hardly changed. A ranking measure would have shown it.",
            "c": "The test set was not touched, and no row was added that was not there.",
            "d": "Balancing tells the model that half of the world is positive. Its"
            " probabilities say so too.",
        },
        section="What balancing does to probabilities",
    ),
    2: Question(
        right="c",
        mistakes={
            "a": "That is the threshold of a model that was not resampled.",
            "b": "That threshold is for costs of 1 and 99. Nothing of the kind was said.",
            "d": "It follows from the shares alone: the odds of every row are multiplied by the"
            " same number.",
        },
        section="What balancing does to probabilities",
    ),
    3: Question(
        right="d",
        mistakes={
            "a": "Rows are not information: the positives are all still there, and they limit"
            " what can be learned.",
            "b": "At four common rows for each rare one, something is lost, but less than a"
            " quarter.",
            "c": "That is what 1:1 would cost.",
        },
        section="What undersampling throws away",
    ),
    4: Question(
        right="a",
        mistakes={
            "b": "Each of the three moves the decision in the same direction. They add up.",
            "c": "Three corrections of the same thing do not share the work: each is applied in"
            " full.",
            "d": "A linear model, too, is moved by the rows, the weights and the threshold.",
        },
        section="Over-correction, and how to see it",
    ),
}
