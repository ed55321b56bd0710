"""Exercises of lesson 06, SMOTE from first principles."""

from __future__ import annotations

from collections import Counter

import numpy as np
from sklearn.neighbors import NearestNeighbors

from imbalance_lab.checks import Exercise, Mistake, Quiz, Returned
from imbalance_lab.checks.trials import Refusal


def _per_feature(X, X_neighbour, lam):
    X, X_neighbour = np.asarray(X, dtype=float), np.asarray(X_neighbour, dtype=float)
    return X + np.asarray(lam) * (X_neighbour - X)


def _from_the_other_end(X, X_neighbour, lam):
    X, X_neighbour = np.asarray(X, dtype=float), np.asarray(X_neighbour, dtype=float)
    return X_neighbour + np.asarray(lam)[:, None] * (X - X_neighbour)


def _step_alone(X, X_neighbour, lam):
    X, X_neighbour = np.asarray(X, dtype=float), np.asarray(X_neighbour, dtype=float)
    return np.asarray(lam)[:, None] * (X_neighbour - X)


def _away(X, X_neighbour, lam):
    X, X_neighbour = np.asarray(X, dtype=float), np.asarray(X_neighbour, dtype=float)
    return X + np.asarray(lam)[:, None] * (X - X_neighbour)


INTERPOLATE = Exercise(
    "interpolate",
    lesson="06",
    section="The idea: a step towards a neighbour",
    arguments=("X", "X_neighbour", "lam"),
    mistakes=(
        Mistake(
            "a λ outside [0, 1] is accepted",
            "Such a point lies beyond the neighbour, or behind the row itself: it is no longer"
            " between two rows that were seen. The contract asks for a ValueError.",
            when=lambda call, expected, outcome: (
                isinstance(expected, Refusal) and isinstance(outcome, Returned)
            ),
        ),
        Mistake(
            "one λ for each feature",
            "NumPy matched the λs with the columns. Each row has one λ, the same for all of its"
            " features; otherwise the point leaves the straight line.",
            wrong=_per_feature,
        ),
        Mistake(
            "the walk starts at the neighbour",
            "At λ = 0 the new point is the row itself, and at λ = 1 its neighbour.",
            wrong=_from_the_other_end,
        ),
        Mistake(
            "the step alone, without the place where it starts",
            "You computed how far to walk. Where from?",
            wrong=_step_alone,
        ),
        Mistake(
            "the step goes away from the neighbour",
            "The difference has the wrong sign: at λ = 1 you should arrive at the neighbour.",
            wrong=_away,
        ),
    ),
)


def _distances(X):
    X = np.asarray(X, dtype=float)
    return np.sqrt(((X[:, None] - X[None]) ** 2).sum(axis=2))


def _nearest_rows(X, y, minority, k, skip=1, among="minority", positions=False, farthest=False):
    """Return neighbours of the minority's rows, with one thing done wrongly."""
    rows = np.flatnonzero(np.asarray(y) == minority)
    candidates = rows if among == "minority" else np.arange(len(np.asarray(y)))
    apart = _distances(X)[np.ix_(rows, candidates)]
    order = np.argsort(apart, axis=1, kind="stable")
    chosen = order[:, ::-1][:, :k] if farthest else order[:, skip : skip + k]
    return chosen if positions else candidates[chosen]


def _of_every_row(X, y, minority, k):
    rows = np.flatnonzero(np.asarray(y) == minority)
    apart = _distances(X)
    np.fill_diagonal(apart, np.inf)
    return rows[np.argsort(apart[:, rows], axis=1, kind="stable")[:, :k]]


MINORITY_NEIGHBOURS = Exercise(
    "minority_neighbours",
    lesson="06",
    section="Neighbours among the minority only",
    arguments=("X", "y", "minority", "k"),
    mistakes=(
        Mistake(
            "too few minority rows are accepted",
            "A row has only as many neighbours as there are other rows of its class. The contract"
            " asks for a ValueError where there are fewer than k.",
            when=lambda call, expected, outcome: (
                isinstance(expected, Refusal) and isinstance(outcome, Returned)
            ),
        ),
        Mistake(
            "a row is counted among its own neighbours",
            "The nearest row to any row is itself, at distance 0. Walking towards it gives a copy.",
            wrong=lambda X, y, minority, k: _nearest_rows(X, y, minority, k, skip=0),
        ),
        Mistake(
            "neighbours are taken from the majority too",
            "A step towards a majority row leads out of the class that you want more of.",
            wrong=lambda X, y, minority, k: _nearest_rows(X, y, minority, k, among="all"),
        ),
        Mistake(
            "places within the minority instead of rows of X",
            "You numbered the minority's rows from 0. The contract asks for row numbers of X, so"
            " that X[neighbours] are the neighbours.",
            wrong=lambda X, y, minority, k: _nearest_rows(X, y, minority, k, positions=True),
        ),
        Mistake(
            "the farthest rows instead of the nearest",
            "Sort the distances the other way round.",
            wrong=lambda X, y, minority, k: _nearest_rows(X, y, minority, k, farthest=True),
        ),
        Mistake(
            "neighbours of every row",
            "Only the rows of the minority class need neighbours: one line for each of them.",
            wrong=_of_every_row,
        ),
    ),
)


def _walks(new, X, y, minority, partners, k=None):
    """Return, for each new row, the λ of the best-fitting line and how far the row is from it."""
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    rows = np.flatnonzero(y == minority)
    if partners == "nearest":
        near = NearestNeighbors(n_neighbors=k).fit(X[rows]).kneighbors(return_distance=False)
        start, end = np.repeat(rows, k), rows[near].ravel()
    else:
        others = rows if partners == "minority" else np.arange(len(X))
        start, end = (found.ravel() for found in np.meshgrid(rows, others, indexing="ij"))
        start, end = start[start != end], end[start != end]
    step = X[end] - X[start]
    lam = ((new[:, None] - X[start]) * step).sum(axis=2) / (step**2).sum(axis=1)
    off = np.abs(new[:, None] - X[start] - lam[..., None] * step).max(axis=2)
    inside = (lam > -1e-9) & (lam < 1 + 1e-9)
    return lam, off, inside, (start, end)


def _looks(test):
    """Return a `when` that judges the new rows of a call to `smote`."""

    def when(call, expected, outcome):
        new = getattr(outcome, "value", None)
        names = ("X", "y", "minority", "n_new", "k", "random_state")
        given = dict(zip(names, call.args, strict=False)) | dict(call.kwargs)
        try:
            return bool(test(np.asarray(new, dtype=float), **given))
        except (TypeError, ValueError, IndexError):  # no table of numbers of this width
            return False

    return when


def _whole_table(new, X, n_new, **rest):
    return len(new) == len(X) + n_new


def _has_copies(new, X, n_new, **rest):
    same = (new[:, None] == np.asarray(X, dtype=float)).all(axis=2).any(axis=1)
    return len(new) == n_new and same.any()


def _beyond(new, X, y, minority, k, **rest):
    _, off, inside, _ = _walks(new, X, y, minority, "nearest", k)
    on_line = off < 1e-6
    return on_line.any(axis=1).all() and not (on_line & inside).any(axis=1).all()


def _bent(new, X, y, minority, k, **rest):
    X = np.asarray(X, dtype=float)
    _, off, _, (start, end) = _walks(new, X, y, minority, "nearest", k)
    low, high = np.minimum(X[start], X[end]) - 1e-9, np.maximum(X[start], X[end]) + 1e-9
    boxed = ((new[:, None] >= low) & (new[:, None] <= high)).all(axis=2).any(axis=1)
    return boxed.all() and (off < 1e-6).any(axis=1).mean() < 0.5


def _between(new, X, y, minority, partners):
    _, off, inside, _ = _walks(new, X, y, minority, partners)
    return ((off < 1e-6) & inside).any(axis=1)


def _to_the_majority(new, X, y, minority, **rest):
    return (
        _between(new, X, y, minority, "all").all()
        and not _between(new, X, y, minority, "minority").all()
    )


def _to_anyone(new, X, y, minority, k, **rest):
    _, off, inside, _ = _walks(new, X, y, minority, "nearest", k)
    near = ((off < 1e-6) & inside).any(axis=1)
    return _between(new, X, y, minority, "minority").all() and not near.all()


SMOTE = Exercise(
    "smote",
    lesson="06",
    section="The whole algorithm",
    arguments=("X", "y", "minority", "n_new", "k", "random_state"),
    mistakes=(
        Mistake(
            "the whole resampled table instead of the new rows",
            "The contract asks for the synthetic rows only. Whoever calls the function can put"
            " them under the others.",
            when=_looks(_whole_table),
        ),
        Mistake(
            "some new rows are copies of old ones",
            "A λ between 0 and 1 never ends exactly on a row. Is a row among its own neighbours,"
            " or is nothing interpolated?",
            when=_looks(_has_copies),
        ),
        Mistake(
            "some new rows lie beyond the neighbour, or behind the row",
            "They are on the right line, but outside the piece between the two rows. Which values"
            " may λ have?",
            when=_looks(_beyond),
        ),
        Mistake(
            "steps towards the majority",
            "Some new rows lie between a minority row and a majority row. Search the neighbours"
            " among the minority only.",
            when=_looks(_to_the_majority),
        ),
        Mistake(
            "partners that are not among the k nearest",
            "Some new rows lie between two minority rows that are not neighbours.",
            when=_looks(_to_anyone),
        ),
        Mistake(
            "one λ for each feature",
            "The new rows lie in the box around a row and its neighbour, but not on the line"
            " between them. Draw one λ a row.",
            when=_looks(_bent),
        ),
    ),
)


def on_the_line(new, X, y, minority, n_new, k, random_state):
    """Say whether new rows lie between the two minority rows of the worked example."""
    a, b = np.asarray(new, dtype=float).T
    if len(a) != n_new:
        return f"expected {n_new} rows, not {len(a)}"
    return bool(np.all(np.abs(b - a / 2) < 1e-9) and a.min() >= 0 and a.max() <= 4)


def _ratio_at(lam, correlation):
    return (1 - lam) ** 2 + lam**2 + 2 * lam * (1 - lam) * correlation


_GRID = (np.arange(20_000) + 0.5) / 20_000


def _mean_ratio(correlation, low, high):
    return float(np.mean(_ratio_at(low + (high - low) * _GRID, correlation)))


VARIANCE_RATIO = Exercise(
    "variance_ratio",
    lesson="06",
    section="What the new rows keep, and what they lose",
    arguments=("correlation", "low", "high"),
    mistakes=(
        Mistake(
            "the average λ is put in for λ",
            "The mean of a square is not the square of the mean: average the variance over all λ,"
            " not the λ before.",
            wrong=lambda correlation, low=0.0, high=1.0: _ratio_at((low + high) / 2, correlation),
        ),
        Mistake(
            "the correlation is left out",
            "The variance of a sum of two correlated numbers has a third term.",
            wrong=lambda correlation, low=0.0, high=1.0: _mean_ratio(0, low, high),
        ),
        Mistake(
            "the covariance is counted once",
            "In (a + b)² the product of a and b comes twice; so does the covariance.",
            wrong=lambda correlation, low=0.0, high=1.0: _mean_ratio(correlation / 2, low, high),
        ),
        Mistake(
            "the weights are not squared",
            "1 − λ and λ add up to 1, but a variance is multiplied by the square of a weight.",
            wrong=lambda correlation, low=0.0, high=1.0: 1.0,
        ),
        Mistake(
            "a ratio of standard deviations",
            "You took the root. The contract asks for the ratio of the variances.",
            wrong=lambda correlation, low=0.0, high=1.0: np.sqrt(
                _mean_ratio(correlation, low, high)
            ),
        ),
        Mistake(
            "λ is taken to lie anywhere in [0, 1]",
            "`low` and `high` say between which values λ is drawn.",
            wrong=lambda correlation, low=0.0, high=1.0: _mean_ratio(correlation, 0, 1),
        ),
    ),
)


def _majority_counts(X, y, minority, m, skip=1):
    y = np.asarray(y)
    near = _nearest_rows(X, y, minority, m, skip=skip, among="all")
    return (y[near] != minority).sum(axis=1)


def _among_all(X, y, minority, m):
    y, n = np.asarray(y), len(np.asarray(y))
    apart = _distances(X)
    np.fill_diagonal(apart, np.inf)
    count = (y[np.argsort(apart, axis=1, kind="stable")[:, :m]] != minority).sum(axis=1)
    return [bool(y[i] == minority and m / 2 <= count[i] < m) for i in range(n)]


DANGER_MASK = Exercise(
    "danger_mask",
    lesson="06",
    section="Borderline-SMOTE: start where it is contested",
    arguments=("X", "y", "minority", "m"),
    mistakes=(
        Mistake(
            "rows surrounded by the majority count as in danger",
            "A row whose m neighbours are all of the majority is taken for noise, and left alone.",
            wrong=lambda X, y, minority, m: _majority_counts(X, y, minority, m) >= m / 2,
        ),
        Mistake(
            "exactly half is not enough",
            "At m/2 the row is already in danger: look at the two signs in the definition.",
            wrong=lambda X, y, minority, m: [
                bool(m / 2 < c < m) for c in _majority_counts(X, y, minority, m)
            ],
        ),
        Mistake(
            "a row is counted among its own neighbours",
            "The nearest row to any row is itself. The m neighbours are other rows.",
            wrong=lambda X, y, minority, m: [
                bool(m / 2 <= c < m) for c in _majority_counts(X, y, minority, m, skip=0)
            ],
        ),
        Mistake(
            "the safe rows are marked",
            "You marked the rows with few majority neighbours. In danger are those with many.",
            wrong=lambda X, y, minority, m: _majority_counts(X, y, minority, m) < m / 2,
        ),
        Mistake(
            "one value for every row of X",
            "The contract asks for one value for each row of the minority, in their order.",
            wrong=_among_all,
        ),
        Mistake(
            "neighbours among the minority only",
            "Then no neighbour is ever of the majority, and no row in danger. Here the neighbours"
            " come from all rows.",
            wrong=lambda X, y, minority, m: [False] * int(np.sum(np.asarray(y) == minority)),
        ),
    ),
)


def _columns(neighbours):
    return list(zip(*[list(row) for row in neighbours], strict=True))


def _mean_code(column):
    names = sorted(set(column))
    return names[round(float(np.mean([names.index(value) for value in column])))]


def _first_by_alphabet(column):
    counts = Counter(column)
    return min(counts, key=lambda value: (-counts[value], value))


SMOTE_NC_CATEGORIES = Exercise(
    "smote_nc_categories",
    lesson="06",
    section="SMOTE-NC: numbers walk, categories vote",
    arguments=("neighbours",),
    mistakes=(
        Mistake(
            "category codes are interpolated",
            "The average of codes 0 and 2 is 1, which is a third category that no neighbour need"
            " have. The order of the codes means nothing.",
            wrong=lambda neighbours: [_mean_code(c) for c in _columns(neighbours)],
        ),
        Mistake(
            "the nearest neighbour is copied",
            "All k neighbours have a vote, not only the first.",
            wrong=lambda neighbours: list(neighbours[0]),
        ),
        Mistake(
            "ties go by the alphabet",
            "In a tie the contract prefers the category that comes first, that is of the nearest"
            " neighbour.",
            wrong=lambda neighbours: [_first_by_alphabet(c) for c in _columns(neighbours)],
        ),
        Mistake(
            "whole rows vote",
            "You looked for the most frequent combination. Each column has its own vote.",
            wrong=lambda neighbours: list(
                Counter(tuple(row) for row in neighbours).most_common(1)[0][0]
            ),
        ),
        Mistake(
            "rows and columns are swapped",
            "One value for each column is asked for, not one for each neighbour.",
            wrong=lambda neighbours: [Counter(row).most_common(1)[0][0] for row in neighbours],
        ),
    ),
)

QUIZ = Quiz("06")
