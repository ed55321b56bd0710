"""Answer keys of lesson 06: neighbours one row at a time, moments of λ by integration.

Its hidden clients, and the routes on them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import sqrt
from typing import Any

import numpy as np
from imblearn.over_sampling import SMOTE as Sampler
from numpy.polynomial import Polynomial
from scipy import stats
from scipy.spatial.distance import cdist

from imbalance_lab.checks import Call, Question
from imbalance_lab.exercises import months
from imbalance_lab.exercises import smote as exercises
from imbalance_lab.exercises.drawn import classes_of
from imbalance_oracles import fresh, secret
from imbalance_oracles.key import Key


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
    """Return data sets with so many rows to invent that every pair must occur.

    Where two rows are neighbours of each other, nobody can tell at which of them a line began. So
    in one set the first row of the minority begins a line that no other does, and in one the last:
    who never starts there is noticed.
    """
    told = [False, False]
    while not all(told):
        clouds = [_two_clouds(rng, number, (16, 8), [1.0, 1.0]) for number in (1, 2, 3)]
        ends = [_begin_a_line(*cloud, k) for cloud, k in zip(clouds, (3, 4, 5), strict=True)]
        told = [any(end) for end in zip(*ends, strict=True)]
    seeds = rng.integers(1, 1000, size=3).tolist()
    numbers: list[dict[str, int]] = [{"k": 3}, {"k": 4}, {}]
    return [
        Call((*cloud, 1200), {**k, "random_state": seed})
        for cloud, k, seed in zip(clouds, numbers, seeds, strict=True)
    ]


def _begin_a_line(X: Any, y: Any, minority: Any, k: int) -> list[bool]:
    """Return whether the minority's first and last row begin a line that no other row does."""
    rows = np.flatnonzero(np.asarray(y) == minority).tolist()
    near = dict(zip(rows, nearest(X, y, minority, k), strict=True))
    return [any(row not in near[other] for other in near[row]) for row in (rows[0], rows[-1])]


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


# --- smote_helps ----------------------------------------------------------------------------------

#: Hidden clients of each source, and later months that judge a forecast.
CLIENTS = {"groups": 3, "clouds": 3, "digits": 2, "transactions": 1, "bent": 1}
LATER = 8
_PAID = 0.61  # of what the reference is worth: three of five points on the curve


def hidden_clients() -> dict[int, dict[str, float]]:
    """Return what known routes say of the hidden clients, and what came, by the seed of each."""
    return _drawn(secret.current())


@cache
def _drawn(course: str) -> dict[int, dict[str, float]]:
    """Draw clients from a secret, only such on which luck decides little.

    Eight months can mislead an honest forecast by far; such clients are passed over. Where all of
    them together pay a known mistake well, the one that pays it best makes room for another. The
    seeds have 128 bits, so that nobody can try them all.
    """
    seeds = secret.long_seeds(course, "months")
    wanted, drawn = dict(CLIENTS), {}
    while any(wanted.values()):
        seed = next(seeds)
        kind = months.source(seed)
        if not wanted[kind]:
            continue
        said = routes(seed)
        if abs(said[months.REFERENCE] - said[months.CAME]) < 0.25:
            wanted[kind] -= 1
            drawn[seed] = said
        if not any(wanted.values()) and (lucky := _luckiest(drawn)) is not None:
            del drawn[lucky]
            wanted[months.source(lucky)] += 1
    order = secret.generator(course, "order of clients").permutation(len(drawn))
    return {seed: drawn[seed] for seed in (list(drawn)[place] for place in order)}


def _luckiest(drawn: dict[int, dict[str, float]]) -> int | None:
    """Return who pays a known mistake best, where all together pay it well; None where not."""
    for route in (months.MEAN, months.SIGN):
        ahead = {seed: _worth(said, route) for seed, said in drawn.items()}
        best = {seed: _worth(said, months.REFERENCE) for seed, said in drawn.items()}
        if sum(ahead.values()) > _PAID * sum(best.values()):
            return max(drawn, key=lambda seed: ahead[seed] - _PAID * best[seed])
    return None


def _worth(said: dict[str, float], route: str) -> float:
    """Return what the forecast of a route is worth to a client, as the lesson reckons it."""
    p, came = said[route], said[months.CAME]
    return months.HALF - came * (1 - p) ** 2 - (1 - came) * p**2


def routes(seed: int, later: int = LATER) -> dict[str, float]:
    """Return what known routes say of one client, and in which share of later months SMOTE led."""
    gains = np.array([_gains(month) for month in months.months(seed, months.MONTHS + later)])
    ranking, by_f1 = gains[: months.MONTHS].T
    return {
        months.REFERENCE: next_month(ranking),
        months.SIGN: float(ranking.mean() > 0),
        months.MEAN: next_month(ranking, of_the_mean=True),
        months.F1: next_month(by_f1),
        months.CAME: float((gains[months.MONTHS :, 0] > 0).mean()),
    }


def next_month(gains: Any, of_the_mean: bool = False) -> float:
    """Return the probability that the next gain is above 0, or that the mean of all is."""
    scatter = 1 / len(gains) + (0 if of_the_mean else 1)
    z = np.mean(gains) / np.sqrt(np.var(gains, ddof=1) * scatter)
    return float(stats.t.cdf(z, len(gains) - 1))


def _gains(month: months.Month) -> tuple[float, float]:
    """Return by how much SMOTE is ahead, in average precision and in F1 at 0.5."""
    X, y, X_new, y_new = month
    more = Sampler(random_state=0).fit_resample(X, y)
    ranked, by_f1 = zip(
        *(_judged(y_new, _votes(*rows, X_new)) for rows in (more, (X, y))), strict=True
    )
    return ranked[0] - ranked[1], by_f1[0] - by_f1[1]


def _votes(X: Any, y: Any, X_new: Any) -> Any:
    """Return how many of the 25 nearest neighbours are positive; no two distances are equal."""
    near = np.argpartition(cdist(X_new, X, "sqeuclidean"), 24, axis=1)[:, :25]
    return y[near].sum(axis=1)


def _judged(y: Any, votes: Any) -> tuple[float, float]:
    """Return average precision and F1 at 0.5, by counting rows for each number of votes."""
    flagged, found = (np.bincount(v, minlength=26)[::-1].cumsum() for v in (votes, votes[y == 1]))
    ranked = (np.diff(found, prepend=0) / found[-1] * found / np.maximum(flagged, 1)).sum()
    half = 12  # where all with 13 votes or more are flagged
    return float(ranked), float(2 * found[half] / (flagged[half] + found[-1]))


LESSON = "06"
QUIZ = {
    1: Question(
        right="b",
        mistakes={
            "a": "That is a quarter of the way from the neighbour. The walk starts at the row.",
            "c": "Each row has one λ for all features: here a quarter of the way in both of them.",
            "d": "The step goes away from the neighbour, and should go towards it.",
        },
        section="The idea: a step towards a neighbour",
    ),
    2: Question(
        right="c",
        mistakes={
            "a": "D is nobody's neighbour here, but it has two neighbours itself, and walks.",
            "b": "Each fraud is the start with the same chance. How many frauds are there?",
            "d": "Follow the lines from A, B and C: does any of them end at D?",
        },
        section="Neighbours among the minority only",
    ),
    3: Question(
        right="d",
        mistakes={
            "a": "That is the share without any correlation. What does your function of exercise 3"
            " say?",
            "b": "That is the correlation. What does your function of exercise 3 say?",
            "c": "That is the share at λ = ½ alone. Average over all λ.",
        },
        section="What the new rows keep, and what they lose",
    ),
    4: Question(
        right="c",
        mistakes={
            "a": "There the two samplers differ by about 0.02: the border itself has strangers.",
            "b": "Read the mean of this row once more. It is above the grey band, but not by much.",
            "d": "It does so there too. Look at the row above it.",
        },
        section="The relatives, and a wrong label",
    ),
    5: Question(
        right="a",
        mistakes={
            "b": "The standard error of the mean is the standard deviation over the root of the"
            " number of months.",
            "c": "A gain of 0 is only two thirds of a standard deviation below the mean, and single"
            " months scatter by whole ones.",
            "d": "Both questions have an answer. Which number belongs to which of them?",
        },
        section="How sure are you?",
    ),
}
