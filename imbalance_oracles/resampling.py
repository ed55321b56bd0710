"""Oracles of lesson 05, for its hidden tests: laws of random sampling, links by definition.

A sample that is drawn at random has no one right value. So the checks ask for its properties: how
many rows of each class, from where they come, that the same seed gives the same rows again, and
that every row has its chance.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import floor
from typing import Any

import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist

from imbalance_lab.checks import Call, Question

_LABELS = ((0, 1), (1, 0), ("ok", "fraud"), ("fraud", "ok"), (False, True), (2, 7), (-1, 1))
_RATIOS = (0.125, 0.25, 0.5, 0.75, 1.0)


def cases(seed: int, n_cases: int = 24, **options: Any) -> list[Call]:
    """Return calls with labels `y` of two classes and a ratio that can be reached.

    The rare class takes any label and any place; a third of the labels come in a Series whose
    index does not count from 0. Of `options`, each list gives one value a call, in turn.
    """
    rng = np.random.default_rng(seed)
    calls = []
    for number in range(n_cases):
        n_rare = int(rng.integers(2, 9))
        n_common = int(n_rare * rng.uniform(1.6, 9)) + 1
        common, rare = _LABELS[number % len(_LABELS)]
        y = rng.permutation(np.array([common] * n_common + [rare] * n_rare, dtype=object)).tolist()
        reachable = [ratio for ratio in _RATIOS if ratio * n_common >= n_rare + 1]
        kept = {name: values[number % len(values)] for name, values in options.items()}
        calls.append(Call((_contained(rng, y, number), rng.choice(reachable).item()), kept))
    return calls


def _contained(rng: np.random.Generator, y: list[Any], number: int) -> Any:
    if number % 3 == 0:
        return y
    if number % 3 == 1:
        return np.array(y)
    return pd.Series(y, index=rng.permutation(len(y)) + 200)


def classes_of(y: Any) -> tuple[set[int], set[int]]:
    """Return the positions of the common and of the rare class."""
    labels = list(y)
    common, rare = (label for label, _ in Counter(labels).most_common())
    return (
        {i for i, label in enumerate(labels) if label == common},
        {i for i, label in enumerate(labels) if label == rare},
    )


def target_counts(y: Any, ratio: float) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the counts after over- and undersampling, by exact fractions."""
    (n_common, n_rare), exact = map(len, classes_of(y)), Fraction(ratio)
    return (n_common, floor(n_common * exact)), (floor(n_rare / exact), n_rare)


def rows_lost(y: Any, ratio: float) -> tuple[float, float]:
    """Return the shares of the common class and of all rows that are dropped."""
    n_common, n_kept = len(classes_of(y)[0]), target_counts(y, ratio)[1][0]
    return 1 - n_kept / n_common, (n_common - n_kept) / len(y)


def information_kept(y: Any, ratio: float) -> float:
    """Return the ratio of the effective sample sizes, a b / (a + b), after and before."""
    (n_common, n_rare), n_kept = map(len, classes_of(y)), target_counts(y, ratio)[1][0]
    after, before = n_rare * n_kept / (n_rare + n_kept), n_rare * n_common / (n_rare + n_common)
    return after / before


def _positions(rows: Any, y: Any) -> list[int] | None:
    """Return rows as whole numbers, None where they are no positions of `y`."""
    found = np.asarray(rows)
    if found.ndim != 1 or found.dtype.kind not in "iu" or not found.size:
        return None
    positions: list[int] = found.tolist()
    return positions if min(positions) >= 0 and max(positions) < len(y) else None


def undersampled(rows: Any, y: Any, ratio: float, random_state: int = 0) -> bool | str:
    """Law: every rare row once, and as many different common rows as the ratio asks for."""
    found = _positions(rows, y)
    if found is None:
        return f"the rows must be whole numbers from 0 to {len(y) - 1}"
    common, rare = classes_of(y)
    times = Counter(found)
    if max(times.values()) > 1:
        return "a row comes more than once"
    if rare - set(found):
        return f"{len(rare - set(found))} of {len(rare)} rows of the rare class are missing"
    kept, wanted = len(common & set(found)), int(len(rare) / ratio)
    return True if kept == wanted else f"{kept} rows of the common class are kept, not {wanted}"


def oversampled(rows: Any, y: Any, ratio: float, random_state: int = 0) -> bool | str:
    """Law: every common row once, every rare row at least once, as many as the ratio asks for."""
    found = _positions(rows, y)
    if found is None:
        return f"the rows must be whole numbers from 0 to {len(y) - 1}"
    common, rare = classes_of(y)
    times = Counter(found)
    if any(times[row] != 1 for row in common):
        return "each row of the common class must come exactly once"
    lost = [row for row in rare if not times[row]]
    if lost:
        return f"{len(lost)} of {len(rare)} rows of the rare class are missing"
    count, wanted = sum(times[row] for row in rare), int(ratio * len(common))
    return True if count == wanted else f"the rare class has {count} rows now, not {wanted}"


def twice(seed: int) -> list[Call]:
    """Return calls of which each comes twice."""
    return [call for call in cases(seed, 6, random_state=[3, 4, 5]) for _ in range(2)]


class Reproducible:
    """Law for `twice`: the second answer to the same call is the first one again."""

    def __init__(self) -> None:
        self._first: Any = None

    def __call__(self, rows: Any, y: Any, ratio: float, random_state: int) -> bool | str:
        """Compare the second answer with the first."""
        if self._first is None:
            self._first = np.asarray(rows).tolist()
            return True
        first, self._first = self._first, None
        if np.asarray(rows).tolist() == first:
            return True
        return "the same call gave other rows the second time: use random_state"


N_SEEDS = 80


def seeds(ratio: float) -> list[Call]:
    """Return calls on the same labels, 12 common and 4 rare, with one seed after another."""
    y = ["a", "b", "a", "a", "a", "b", "a", "a", "a", "a", "b", "a", "a", "a", "a", "b"]
    return [Call((y, ratio), {"random_state": seed}) for seed in range(N_SEEDS)]


class EveryRowHasItsChance:
    """Law for `seeds`: over all seeds, each row that may be drawn is drawn, and others are not.

    A right answer fails it with a probability below 1 in 10 million.
    """

    def __init__(self) -> None:
        self._drawn: Counter[int] = Counter()
        self._patterns: set[tuple[int, ...]] = set()

    def __call__(self, rows: Any, y: Any, ratio: float, random_state: int) -> bool | str:
        """Collect the rows of each seed; judge them when the last seed is in."""
        common, rare = classes_of(y)
        times = Counter(np.asarray(rows).tolist())
        over = sum(times.values()) > len(y)
        drawn = rare if over else common
        self._drawn.update({row: times[row] - over for row in drawn})
        self._patterns.add(tuple(sorted(times[row] for row in drawn)) if over else tuple(times))
        if random_state < N_SEEDS - 1:
            return True
        missed = [row for row in drawn if self._drawn[row] <= 0]
        if missed:
            return f"over {N_SEEDS} seeds, row {missed[0]} was never drawn: draw at random"
        if len(self._patterns) == 1:
            return f"all {N_SEEDS} seeds repeat the rows equally often: draw at random"
        return True


def points(seed: int, n_cases: int = 16) -> list[Call]:
    """Return calls with points `X` in one to three dimensions and labels `y`."""
    rng = np.random.default_rng(seed)
    calls = []
    for number in range(n_cases):
        common, rare = _LABELS[number % len(_LABELS)]
        n = int(rng.integers(8, 40))
        y = rng.permutation([rare] * max(2, n // 4) + [common] * (n - max(2, n // 4)))
        calls.append(Call((rng.normal(size=(n, 1 + number % 3)), y)))
    return calls


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
