"""Answer keys of lesson 06: neighbours one row at a time, moments of λ by integration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np
from numpy.polynomial import Polynomial
from scipy.spatial.distance import cdist

from imbalance_lab.checks import Call, Question
from imbalance_lab.exercises import smote as exercises
from imbalance_lab.exercises.drawn import classes_of
from imbalance_oracles import fresh
from imbalance_oracles.key import Key


def weighted_mean(X: Any, X_neighbour: Any, lam: Any) -> list[list[float]]:
    """Return the new rows as means of the two ends, weighted by 1 - λ and λ, number by number."""
    if any(not 0 <= t <= 1 for t in lam):
        raise ValueError("some λ lies outside [0, 1]")
    return [
        [(1 - t) * a + t * b for a, b in zip(start, end, strict=True)]
        for start, end, t in zip(X, X_neighbour, lam, strict=True)
    ]


def _steps(rng: np.random.Generator) -> list[Call]:
    """Return rows as lists and arrays, as many as features and not; λ at its ends and outside."""
    calls = []
    for number, (rows, columns) in enumerate([(3, 3), (5, 2), (2, 4), (4, 4), (1, 3), (6, 1)]):
        X, X_neighbour = rng.normal(scale=3, size=(2, rows, columns)).round(2)
        arrays = (X, X_neighbour, rng.uniform(0.05, 0.95, size=rows).round(2))
        calls.append(Call(tuple(a.tolist() for a in arrays) if number % 2 else arrays))
    X, X_neighbour = rng.integers(-9, 9, size=(2, 4, 2))
    part = round(float(rng.uniform(0.2, 0.8)), 2)
    beyond = round(float(rng.uniform(0.01, 0.3)), 2)
    ends = [
        [0.0, 1.0, part, 1 - part],
        [0, 1, 1, 0],
        [part, 0.0, 0.5, part],
        [1.0, 0.5, part, part],
    ]
    outside = [[part, 1 + beyond, 0.0, 1.0], [part, part, 0.5, -beyond]]
    asked = [Call((X, X_neighbour, np.array(lam))) for lam in (*ends, *outside)]
    return [*calls, *asked, Call((X.tolist(), X_neighbour.tolist(), outside[0]))]


def _inside(wrong: Callable[..., Any]) -> Callable[..., Any]:
    """Return a mistake that says nothing about what happens to a λ outside [0, 1]."""

    def limited(X, X_neighbour, lam):
        weighted_mean(X, X_neighbour, lam)
        return wrong(X, X_neighbour, lam)

    return limited


def _walk(X, X_neighbour, lam):
    X, X_neighbour = np.asarray(X, dtype=float), np.asarray(X_neighbour, dtype=float)
    return X + lam * (X_neighbour - X)


def _column(lam):
    return np.asarray(lam, dtype=float)[:, None]


_START, _END = [[0, 0], [1, 1]], [[2, 4], [5, 1]]
INTERPOLATE = Key(
    exercises.INTERPOLATE,
    right=weighted_mean,
    inputs=_steps,
    by_hand=[Call((_START, _END, [0.5, 0.25])), Call((_START, _END, [0.5, 1.5]))],
    wrong={
        "one λ for each feature": _inside(
            lambda X, X_neighbour, lam: _walk(X, X_neighbour, np.asarray(lam))
        ),
        "the first λ is used for all rows": _inside(
            lambda X, X_neighbour, lam: _walk(X, X_neighbour, lam[0])
        ),
        "the walk starts at the neighbour": _inside(
            lambda X, X_neighbour, lam: _walk(X_neighbour, X, _column(lam))
        ),
        "the step alone, without the place where it starts": _inside(
            lambda X, X_neighbour, lam: _walk(X, X_neighbour, _column(lam)) - np.asarray(X)
        ),
        "the step goes away from the neighbour": _inside(
            lambda X, X_neighbour, lam: _walk(X, X_neighbour, -_column(lam))
        ),
    },
)


def _two_clouds(
    rng: np.random.Generator, number: int, sizes: tuple[int, int], spread: list[float]
) -> tuple[Any, Any, Any]:
    """Return rows of two classes that overlap, their labels, and the rare label.

    No row has two others at the same distance, so that no tie decides who is a neighbour.
    """
    y = fresh.two_classes(rng, *sizes, number)
    labels, rare = list(y), classes_of(y)[1]
    shift = np.array([[0.9 * (place in rare)] for place in range(len(labels))])
    X = fresh.without_ties(
        lambda: ((rng.normal(size=(len(labels), len(spread))) + shift) * spread).round(3)
    )
    return (X.tolist() if number % 4 == 2 else X), y, labels[min(rare)]


_SPREADS = [[1.0, 1.0], [1.0, 1.0, 1.0], [4.0], [1.0, 12.0], [15.0, 1.0, 1.0]]


def _clouds(rng: np.random.Generator, n_calls: int) -> list[tuple[Any, Any, Any]]:
    """Return rows of one to three features, some of very different scale, with their labels."""
    return [
        _two_clouds(
            rng,
            number,
            (int(rng.integers(14, 22)), int(rng.integers(8, 12))),
            _SPREADS[number % len(_SPREADS)],
        )
        for number in range(n_calls)
    ]


def nearest(X: Any, y: Any, minority: Any, k: int) -> list[list[int]]:
    """Return the row numbers of each minority row's k nearest others, one row at a time."""
    rows = [i for i, label in enumerate(y) if label == minority]
    if len(rows) < k + 1:
        raise ValueError(f"{len(rows)} rows have no {k} neighbours each")
    apart = cdist(X, X)
    return [sorted((j for j in rows if j != i), key=lambda j, i=i: apart[i, j])[:k] for i in rows]


def _with_k(rng: np.random.Generator) -> list[Call]:
    """Return rows with a number of neighbours: few, as many as there are, and one too many."""
    calls = [
        Call((*cloud, (1, 3, 2, 5)[number % 4])) for number, cloud in enumerate(_clouds(rng, 7))
    ]
    edges = [(0, 5), (1, 6), (4, 9)]
    few = [_two_clouds(rng, number, (9, n_rare), [1.0, 1.0]) for number, n_rare in edges]
    return [
        *calls,
        *(Call((*cloud, n_rare - 1)) for cloud, (_, n_rare) in zip(few, edges, strict=True)),
        Call((*few[0], 5)),
        Call((*few[1], 8)),
        Call((*_two_clouds(rng, 1, (6, 1), [1.0, 1.0]), 1)),
    ]


def _of_enough(wrong: Callable[..., Any]) -> Callable[..., Any]:
    """Return a mistake that says nothing about what happens to too few minority rows."""

    def limited(X, y, minority, k):
        nearest(X, y, minority, k)
        return wrong(X, y, minority, k)

    return limited


def _order(X, y, minority, scaled=False):
    """Return the minority's rows, and all rows from the nearest to the farthest of each."""
    X, rows = np.asarray(X, dtype=float), np.flatnonzero(np.asarray(y) == minority)
    X = X / X.std(axis=0) if scaled else X
    return rows, np.argsort(cdist(X[rows], X), axis=1, kind="stable")


def _among_rows(X, y, minority, **options):
    """Return the minority's rows from the nearest to the farthest of each, itself the first."""
    rows, order = _order(X, y, minority, **options)
    return np.array([line[np.isin(line, rows)] for line in order])


def _of_every_row(X, y, minority, k):
    rows = np.flatnonzero(np.asarray(y) == minority).tolist()
    apart = cdist(X, X)
    return [
        sorted((j for j in rows if j != i), key=lambda j, i=i: apart[i, j])[:k]
        for i in range(len(apart))
    ]


_TEN = [[3, 3], [1, 1], [6, 1], [2, 3], [2, 6], [5, 2], [6, 7], [7, 6], [7, 8], [8, 6]]
_CLASSES = [0, 1, 0, 1, 0, 1, 0, 1, 0, 0]
MINORITY_NEIGHBOURS = Key(
    exercises.MINORITY_NEIGHBOURS,
    right=nearest,
    inputs=_with_k,
    by_hand=[Call((_TEN, _CLASSES, 1, 2)), Call((_TEN, _CLASSES, 1, 4))],
    wrong={
        "a row is counted among its own neighbours": _of_enough(
            lambda X, y, minority, k: _among_rows(X, y, minority)[:, :k]
        ),
        "neighbours are taken from the majority too": _of_enough(
            lambda X, y, minority, k: _order(X, y, minority)[1][:, 1 : k + 1]
        ),
        "places within the minority instead of rows of X": lambda X, y, minority, k: (
            np.searchsorted(np.flatnonzero(np.asarray(y) == minority), nearest(X, y, minority, k))
        ),
        "the farthest rows instead of the nearest": _of_enough(
            lambda X, y, minority, k: _among_rows(X, y, minority)[:, ::-1][:, :k]
        ),
        "neighbours of every row": _of_enough(_of_every_row),
        "the neighbours are in the order of the rows, not the nearest first": lambda *args: np.sort(
            nearest(*args), axis=1
        ),
        "the features are brought to one scale first": _of_enough(
            lambda X, y, minority, k: _among_rows(X, y, minority, scaled=True)[:, 1 : k + 1]
        ),
    },
)


def _few_new_rows(rng: np.random.Generator) -> list[Call]:
    """Return rows and how many to invent: one and some, with k and seed given and left out."""
    wanted: list[dict[str, int]] = [
        {"k": 2, "random_state": 3},
        {},
        {"k": 3},
        {"random_state": 8},
        {"k": 1, "random_state": 1},
        {"k": 4},
    ]
    calls = []
    for number, options in enumerate(wanted):
        n_rare, spread = int(rng.integers(7, 11)), _SPREADS[(0, 1, 3)[number % 3]]
        cloud = _two_clouds(rng, number, (int(rng.integers(12, 18)), n_rare), spread)
        calls.append(Call((*cloud, int(rng.integers(22, 40))), options))
    all_others = _two_clouds(rng, 6, (9, 5), [1.0, 1.0])
    return [
        *calls,
        Call((*_two_clouds(rng, 1, (15, 14), [1.0, 1.0, 1.0]), 60)),
        Call((*all_others, 30), {"k": 4, "random_state": 2}),
        Call((*all_others, 1), {"k": 2, "random_state": 9}),
    ]


def _many_new_rows(rng: np.random.Generator) -> list[Call]:
    """Return data sets with so many rows to invent that every pair must occur."""
    clouds = [_two_clouds(rng, number, (16, 8), [1.0, 1.0]) for number in (1, 2, 3)]
    seeds = rng.integers(1, 1000, size=3).tolist()
    numbers: list[dict[str, int]] = [{"k": 3}, {"k": 4}, {}]
    return [
        Call((*cloud, 1200), {**k, "random_state": seed})
        for cloud, k, seed in zip(clouds, numbers, seeds, strict=True)
    ]


def _seeds(rng: np.random.Generator) -> list[int]:
    return (int(rng.integers(1, 1000)) + np.arange(3)).tolist()


def _same_seed(rng: np.random.Generator) -> list[Call]:
    """Return calls of which each comes twice; the default of `random_state` is 0."""
    cloud = _two_clouds(rng, 0, (12, 7), [1.0, 1.0])
    calls = [Call((*cloud, 20), {"k": 3, "random_state": seed}) for seed in (0, *_seeds(rng))]
    return [Call((*cloud, 20), {"k": 3}), calls[0], *(c for c in calls[1:] for _ in range(2))]


def _other_seeds(rng: np.random.Generator) -> list[Call]:
    cloud = _two_clouds(rng, 4, (12, 7), [1.0, 1.0])
    return [Call((*cloud, 20), {"k": 3, "random_state": seed}) for seed in (0, *_seeds(rng))]


SMOTE = Key(
    exercises.SMOTE,
    laws={
        "between": _few_new_rows,
        "lambda": _many_new_rows,
        "pairs": _many_new_rows,
        "same seed": _same_seed,
        "other seed": _other_seeds,
    },
)


def mean_ratio(correlation: float, low: float = 0.0, high: float = 1.0) -> float:
    """Return the mean over λ of (1 - λ)² + λ² + 2 λ (1 - λ) ρ, by an exact integral."""
    lam = Polynomial([0, 1])
    ratio = (1 - lam) ** 2 + lam**2 + 2 * lam * (1 - lam) * correlation
    if low == high:
        return float(ratio(low))
    whole = ratio.integ()
    return float((whole(high) - whole(low)) / (high - low))


def _correlations(rng: np.random.Generator) -> list[Call]:
    """Return correlations of both signs, pieces of [0, 1], and single values of λ."""
    calls = [Call((round(float(r), 2),)) for r in rng.uniform(-0.9, 0.9, size=2)]
    for r in rng.uniform(-0.9, 0.9, size=4).round(2).tolist():
        low, high = rng.uniform([0, 0.5], [0.45, 1]).round(2).tolist()
        calls.append(Call((r, low, high)))
    r, t = (round(float(v), 2) for v in rng.uniform(0.1, 0.9, size=2))
    edges: list[dict[str, float]] = [
        {"low": t, "high": t},
        {"low": 0.0, "high": 0.0},
        {"low": 1.0, "high": 1.0},
        {"low": t},
        {"high": t},
    ]
    return [*calls, *(Call((r,), edge) for edge in edges), Call((-1.0,)), Call((1.0, 0.2, 0.7))]


def _at(correlation, lam):
    return (1 - lam) ** 2 + lam**2 + 2 * lam * (1 - lam) * correlation


VARIANCE_RATIO = Key(
    exercises.VARIANCE_RATIO,
    right=mean_ratio,
    inputs=_correlations,
    by_hand=[Call((0.4,)), Call((0,), {"low": 0, "high": 0.2})],
    wrong={
        "the average λ is put in for λ": lambda correlation, low=0.0, high=1.0: _at(
            correlation, (low + high) / 2
        ),
        "the correlation is left out": lambda correlation, low=0.0, high=1.0: mean_ratio(
            0, low, high
        ),
        "the covariance is counted once": lambda correlation, low=0.0, high=1.0: mean_ratio(
            correlation / 2, low, high
        ),
        "the weights are not squared": lambda correlation, low=0.0, high=1.0: 1.0,
        "a ratio of standard deviations": lambda correlation, low=0.0, high=1.0: sqrt(
            mean_ratio(correlation, low, high)
        ),
        "λ is taken to lie anywhere in [0, 1]": lambda correlation, low=0.0, high=1.0: mean_ratio(
            correlation
        ),
    },
)


def in_danger(X: Any, y: Any, minority: Any, m: int) -> list[bool]:
    """Return for each minority row whether it is in danger, one row at a time."""
    apart, labels = cdist(X, X), list(y)
    found = []
    for i in (i for i, label in enumerate(labels) if label == minority):
        others = [int(j) for j in apart[i].argsort(kind="stable") if j != i]
        strangers = sum(labels[j] != minority for j in others[:m])
        found.append(2 * strangers >= m and strangers != m)
    return found


def _with_m(rng: np.random.Generator) -> list[Call]:
    """Return rows with a number of neighbours, odd and even, one, and all other rows."""
    calls = [
        Call((*cloud, (2, 3, 4, 5, 6)[number % 5])) for number, cloud in enumerate(_clouds(rng, 12))
    ]
    last = _two_clouds(rng, 1, (9, 4), [1.0, 1.0])
    return [*calls, Call((*last, 1)), Call((*last, 12))]


def _strangers(X, y, minority, m, skip=1):
    near = _order(X, y, minority)[1][:, skip : skip + m]
    return (np.asarray(y)[near] != minority).sum(axis=1)


def _in_every_row(X, y, minority, m):
    found = iter(in_danger(X, y, minority, m))
    return [label == minority and next(found) for label in y]


def _from(half, X, y, minority, m, skip=1):
    strangers = _strangers(X, y, minority, m, skip)
    return (strangers >= half) & (strangers < m)


DANGER_MASK = Key(
    exercises.DANGER_MASK,
    right=in_danger,
    inputs=_with_m,
    by_hand=[Call((_TEN, _CLASSES, 1, 3)), Call((_TEN, _CLASSES, 1, 2))],
    wrong={
        "rows surrounded by the majority count as in danger": lambda X, y, minority, m: (
            _strangers(X, y, minority, m) >= m / 2
        ),
        "exactly half is not enough": lambda X, y, minority, m: _from(
            m // 2 + 1, X, y, minority, m
        ),
        "half of m is rounded down": lambda X, y, minority, m: _from(m // 2, X, y, minority, m),
        "a row is counted among its own neighbours": lambda X, y, minority, m: _from(
            m / 2, X, y, minority, m, skip=0
        ),
        "the safe rows are marked": lambda X, y, minority, m: _strangers(X, y, minority, m) < m / 2,
        "one value for every row of X": _in_every_row,
        "neighbours among the minority only": lambda X, y, minority, m: [
            False for label in y if label == minority
        ],
    },
)

_WORDS = ("web", "store", "phone", "travel", "fuel", "gaming")


def by_votes(neighbours: Any) -> list[str]:
    """Return for each column the first of the categories that no other one outnumbers."""
    columns = [[str(row[place]) for row in neighbours] for place in range(len(neighbours[0]))]
    return [max(column, key=column.count) for column in columns]


def _votes(rng: np.random.Generator) -> list[Call]:
    """Return tables of categories as lists and arrays, with ties of the first and of later ones."""
    words = np.array(_WORDS)
    calls = []
    for number in range(8):
        shape = (int(rng.integers(3, 10)), 1 + number % 4)
        table = rng.permutation(words)[rng.integers(0, 2 + number % 3, size=shape)]
        calls.append(Call((table if number % 3 == 0 else table.tolist(),)))
    one, two, three, *_ = rng.permutation(words).tolist()
    later = [one, two, three, two, three]
    backwards = sorted((one, two, three), reverse=True)
    many = [f"shop {number:02d}" for number in rng.permutation(40)[:18]]
    tied = rng.permutation(many + many[3:15]).tolist()
    return [
        *calls,
        Call(([list(pair) for pair in zip(later, backwards * 2, strict=False)],)),
        Call(([[shop, words[number % 2].item()] for number, shop in enumerate(tied)],)),
        Call(([[one, two, three]],)),
    ]


def _columns(neighbours):
    return [[str(row[place]) for row in neighbours] for place in range(len(neighbours[0]))]


def _mean_code(column):
    names = sorted(set(column))
    return names[round(float(np.mean([names.index(value) for value in column])))]


def _most(column, then):
    counts = Counter(column)
    return min(counts, key=lambda value: (-counts[value], then(value)))


_VOTES = [["web", "fuel"], *[["store", "gaming"]] * 2, *[["web", "travel"]] * 2]
_TIED = np.repeat([["store", "travel"], ["phone", "fuel"], ["web", "gaming"]], 2, axis=0)
SMOTE_NC_CATEGORIES = Key(
    exercises.SMOTE_NC_CATEGORIES,
    right=by_votes,
    inputs=_votes,
    by_hand=[Call((_VOTES,)), Call((_TIED,))],
    wrong={
        "category codes are interpolated": lambda neighbours: [
            _mean_code(c) for c in _columns(neighbours)
        ],
        "the nearest neighbour is copied": lambda neighbours: list(neighbours[0]),
        "ties go by the alphabet": lambda neighbours: [
            _most(column, str) for column in _columns(neighbours)
        ],
        "ties go to the farther neighbour": lambda neighbours: [
            max(column[::-1], key=column.count) for column in _columns(neighbours)
        ],
        "whole rows vote": lambda neighbours: list(
            Counter(tuple(row) for row in neighbours).most_common(1)[0][0]
        ),
        "rows and columns are swapped": lambda neighbours: by_votes(
            np.asarray(neighbours).T.tolist()
        ),
    },
)

LESSON = "06"
QUIZ = {
    1: Question(
        right="c",
        mistakes={
            "a": "Interpolation is between rows that were seen. The new rows lie inside the"
            " region that the minority already covers.",
            "b": "It knows no more about the class than the rows that it started from.",
            "d": "Copies of rows are what λ = 0 would give; SMOTE draws λ between 0 and 1.",
        },
        section="The idea: a step towards a neighbour",
    ),
    2: Question(
        right="b",
        mistakes={
            "a": "The mean is kept, the spread is not: a point between two others is nearer"
            " to the middle than they are.",
            "c": "A half is the variance at λ = ½ alone. Average over all λ.",
            "d": "Interpolation never goes beyond the two rows, so it can't spread them.",
        },
        section="What the new rows keep, and what they lose",
    ),
    3: Question(
        right="a",
        mistakes={
            "b": "The interpolation itself is the same in any unit. What changes is who is a"
            " neighbour of whom.",
            "c": "It has no model. It measures distances between rows.",
            "d": "Without scaling the neighbours are those that are close in the column with"
            " the largest numbers.",
        },
        section="Neighbours among the minority only",
    ),
    4: Question(
        right="d",
        mistakes={
            "a": "Both models were used at 0.5, which suits the untouched one badly. The"
            " comparison says little about SMOTE.",
            "b": "A gain is a gain; the question is whether a cheaper step gives it too.",
            "c": "The test set keeps its natural prevalence whatever is done to the training"
            " rows (lesson 04).",
        },
        section="Better than copies, weights, or another threshold?",
    ),
    5: Question(
        right="b",
        mistakes={
            "a": "The mislabelled row gets no fewer new rows: it gets the most, since all its"
            " neighbours are of the majority.",
            "c": "ADASYN trains no model. It counts neighbours.",
            "d": "Borderline-SMOTE does that: it leaves rows alone whose neighbours are all of"
            " the majority.",
        },
        section="ADASYN: more where the majority is near",
    ),
}
