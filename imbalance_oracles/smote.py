"""Oracles of lesson 06, for its hidden tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.spatial.distance import cdist

from imbalance_lab.checks import Call, Question

Law = Callable[..., bool | str]

# The rare label first.
_LABELS: tuple[tuple[Any, Any], ...] = ((1, 0), ("fraud", "ok"), (-1, 1), ("ill", "healthy"))


def steps(seed: int) -> list[Call]:
    """Return calls of `interpolate`, some with as many rows as features."""
    calls: list[Call] = []
    for rng in map(np.random.default_rng, np.random.SeedSequence(seed).spawn(12)):
        rows, columns = rng.integers(1, 7, size=2)
        X, X_neighbour = rng.normal(size=(2, rows, columns)).round(2)
        lam = rng.random(rows).round(2)
        arrays = (X, X_neighbour, lam)
        as_lists = rng.random() < 0.3
        calls.append(Call(tuple(a.tolist() for a in arrays) if as_lists else arrays))
    return calls


def weighted_mean(X: Any, X_neighbour: Any, lam: Any) -> list[list[float]]:
    """Return the new rows as means of the two ends, weighted by 1 - λ and λ, number by number."""
    return [
        [(1 - t) * a + t * b for a, b in zip(start, end, strict=True)]
        for start, end, t in zip(X, X_neighbour, lam, strict=True)
    ]


def classes(seed: int, n_cases: int = 12, **options: tuple[int, ...]) -> list[Call]:
    """Return calls with ``X, y, minority`` and one of each of the options."""
    calls: list[Call] = []
    for rng in map(np.random.default_rng, np.random.SeedSequence(seed).spawn(n_cases)):
        names = _LABELS[rng.integers(4)]
        n_rare, n_common = rng.integers(6, 12), rng.integers(12, 30)
        y = rng.permutation(np.repeat(names, [n_rare, n_common]))
        X = rng.normal(size=(len(y), rng.integers(1, 4)))
        X[y == names[0]] += 0.8
        chosen = {name: int(rng.choice(values)) for name, values in options.items()}
        calls.append(Call((X, y if rng.random() < 0.5 else list(y), names[0]), chosen))
    return calls


def nearest(X: Any, y: Any, minority: Any, k: int) -> list[list[int]]:
    """Return the row numbers of each minority row's k nearest others, one row at a time."""
    rows = [i for i, label in enumerate(y) if label == minority]
    apart = cdist(X, X)
    return [
        [rows[j] for j in apart[np.ix_([i], rows)][0].argsort(kind="stable") if rows[j] != i][:k]
        for i in rows
    ]


def in_danger(X: Any, y: Any, minority: Any, m: int) -> list[bool]:
    """Return for each minority row whether it is in danger, one row at a time."""
    apart, labels = cdist(X, X), list(y)
    found = []
    for i in (i for i, label in enumerate(labels) if label == minority):
        others = [int(j) for j in apart[i].argsort(kind="stable") if j != i]
        strangers = sum(labels[j] != minority for j in others[:m])
        found.append(2 * strangers >= m and strangers != m)
    return found


def votes(seed: int) -> list[Call]:
    """Return calls of `smote_nc_categories` with three to nine neighbours, ties among them."""
    words = np.array(["web", "store", "phone", "travel", "fuel", "gaming"])
    calls: list[Call] = []
    for rng in map(np.random.default_rng, np.random.SeedSequence(seed).spawn(25)):
        shape = (rng.integers(3, 10), rng.integers(1, 5))
        table = rng.permutation(words)[rng.integers(0, rng.integers(2, 5), size=shape)]
        calls.append(Call((table if rng.random() < 0.4 else table.tolist(),)))
    return calls


def draws(seed: int) -> list[Call]:
    """Return calls of `smote`; the first is repeated, then drawn with another random_state."""
    calls: list[Call] = []
    for rng in map(np.random.default_rng, np.random.SeedSequence(seed).spawn(3)):
        names = _LABELS[rng.integers(4)]
        y = rng.permutation(np.repeat(names, [9, 20]))
        X = rng.normal(size=(len(y), 2 + len(calls) % 2))
        options = {"n_new": 600, "k": int(rng.integers(2, 4)), "random_state": 5}
        calls.append(Call((X, y, names[0]), options))
    first = calls[0]
    again = [Call(first.args, dict(first.kwargs) | {"random_state": s}) for s in (5, 6)]
    return [*calls, *again]


def smote_law() -> Law:
    """Return the law of SMOTE's new rows, which remembers the rows of earlier calls."""
    seen: dict[tuple[bytes, int], NDArray[np.float64]] = {}

    def law(
        value: Any, X: Any, y: Any, minority: Any, n_new: int, k: int, random_state: int
    ) -> bool | str:
        new = np.asarray(value, dtype=float)
        X = np.asarray(X, dtype=float)
        if new.shape != (n_new, X.shape[1]):
            return f"the shape should be {(n_new, X.shape[1])}, not {new.shape}"
        said = _is_smote(new, X, np.asarray(y), minority, k)
        if said is not True:
            return said
        for (data, seed), before in seen.items():
            same = np.array_equal(before, new)
            if data == X.tobytes() and seed == random_state and not same:
                return "the same random_state should give the same rows again"
            if data == X.tobytes() and seed != random_state and same:
                return "another random_state should give other rows"
        seen[X.tobytes(), random_state] = new
        return True

    return law


def _is_smote(
    new: NDArray[np.float64], X: NDArray[np.float64], y: NDArray[Any], minority: Any, k: int
) -> bool | str:
    rows = np.flatnonzero(y == minority)
    near = nearest(X, y, minority, k)
    pairs: list[tuple[int, int]] = [
        (int(i), int(j)) for i, found in zip(rows, near, strict=True) for j in found
    ]
    start, end = (X[list(side)] for side in zip(*pairs, strict=True))
    step = end - start
    lam = ((new[:, None] - start) * step).sum(axis=2) / (step**2).sum(axis=1)
    off = np.abs(new[:, None] - start - lam[..., None] * step).max(axis=2)
    fits = (off < 1e-8) & (lam >= 0) & (lam <= 1)
    if not fits.any(axis=1).all():
        lost = int((~fits.any(axis=1)).sum())
        return f"{lost} of {len(new)} rows lie between no minority row and one of its k nearest"
    best = fits.argmax(axis=1)
    drawn = lam[np.arange(len(new)), best]
    # A walk from i to j is one from j to i where both are neighbours: the distance from the
    # middle is the same either way.
    if stats.kstest(2 * np.abs(drawn - 0.5), "uniform").pvalue < 1e-6:
        return "λ is not spread evenly between 0 and 1, or is the same for many rows"
    one_way = np.array([(j, i) not in pairs for i, j in pairs])[best]
    if one_way.sum() > 30 and stats.kstest(drawn[one_way], "uniform").pvalue < 1e-6:
        return "λ is not spread evenly between 0 and 1"
    unused = {frozenset(pair) for pair in pairs} - {frozenset(pairs[place]) for place in best}
    if unused:
        return "some pairs of neighbours are never used although many rows are asked for"
    return True


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
