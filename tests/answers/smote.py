"""Answers to lesson 06."""

from __future__ import annotations

import math
import random
import statistics
from collections import Counter, defaultdict
from itertools import pairwise

import imblearn
import numpy as np
import pandas as pd
from scipy.integrate import quad
from scipy.spatial.distance import cdist
from scipy.stats import uniform
from sklearn.neighbors import KDTree, NearestNeighbors
from sklearn.preprocessing import LabelEncoder, StandardScaler

from answers import Answers

answers = Answers("06-smote/smote")

LIBRARY_CALL = "a library call does the whole exercise"
NO_LISTS = "a list is used as if it were an array"
NOT_REFUSED = "a λ outside [0, 1] is not refused with a ValueError"
UNEVEN = "λ is not drawn evenly between 0 and 1"
NO_CHANCE = "some rows or neighbours never get their chance"


# --- interpolate --------------------------------------------------------------------------------


@answers.right("interpolate")
def row_by_row(X, X_neighbour, lam):
    new = []
    for start, end, part in zip(X, X_neighbour, lam, strict=True):
        if not 0 <= part <= 1:
            raise ValueError(part)
        new.append([a + part * (b - a) for a, b in zip(start, end, strict=True)])
    return new


@answers.right("interpolate")
def weighted_mean(X, X_neighbour, lam):
    X, X_neighbour, lam = np.array(X, float), np.array(X_neighbour, float), np.array(lam)
    if np.any((lam < 0) | (lam > 1)):
        raise ValueError("outside")
    return np.diag(1 - lam) @ X + np.diag(lam) @ X_neighbour


@answers.right("interpolate")
def transposed(X, X_neighbour, lam):
    X, X_neighbour, lam = map(np.asarray, (X, X_neighbour, lam))
    if ((lam - 0.5) ** 2 > 0.25).any():
        raise ValueError("outside")
    return (X.T + lam * (X_neighbour - X).T).T


@answers.wrong("interpolate", "one λ for each feature")
def broadcast_to_columns(X, X_neighbour, lam):
    X, X_neighbour = np.asarray(X), np.asarray(X_neighbour)
    return X + np.asarray(lam) * (X_neighbour - X)


@answers.wrong("interpolate", "a λ outside [0, 1] is not refused with a ValueError")
def unchecked(X, X_neighbour, lam):
    X, X_neighbour = np.asarray(X, float), np.asarray(X_neighbour, float)
    return X + np.asarray(lam)[:, None] * (X_neighbour - X)


@answers.wrong("interpolate", "a λ outside [0, 1] is not refused with a ValueError")
def clipped(X, X_neighbour, lam):
    return unchecked(X, X_neighbour, np.clip(lam, 0, 1))


@answers.wrong("interpolate", "the walk starts at the neighbour")
def backwards(X, X_neighbour, lam):
    return transposed(X_neighbour, X, lam)


@answers.wrong("interpolate", "the step alone, without the place where it starts")
def only_the_step(X, X_neighbour, lam):
    return transposed(np.zeros_like(np.asarray(X, float)), np.subtract(X_neighbour, X), lam)


@answers.wrong("interpolate", "the step goes away from the neighbour")
def away(X, X_neighbour, lam):
    return transposed(X, 2 * np.asarray(X) - np.asarray(X_neighbour), lam)


@answers.wrong("interpolate")
def one_lambda_for_all(X, X_neighbour, lam):
    return transposed(X, X_neighbour, np.full(len(lam), np.mean(lam)))


@answers.wrong("interpolate", "the first λ is used for all rows")
def first_lambda(X, X_neighbour, lam):
    if min(lam) < 0 or max(lam) > 1:
        raise ValueError("outside")
    return transposed(X, X_neighbour, [lam[0]] * len(lam))


@answers.wrong("interpolate", "a λ of 0 or 1 is refused")
def strictly_between(X, X_neighbour, lam):
    if min(lam) <= 0 or max(lam) >= 1:
        raise ValueError("outside")
    return transposed(X, X_neighbour, lam)


@answers.wrong("interpolate", NO_LISTS)
def arrays_only(X, X_neighbour, lam):
    if (np.array(lam) < 0).any() or (np.array(lam) > 1).any():
        raise ValueError("outside")
    return X + lam[:, None] * (X_neighbour - X)


@answers.wrong("interpolate")
def refuses_above_only(X, X_neighbour, lam):
    if max(lam) > 1:
        raise ValueError("outside")
    return unchecked(X, X_neighbour, lam)


@answers.wrong("interpolate", NOT_REFUSED)
def refuses_with_none(X, X_neighbour, lam):
    return unchecked(X, X_neighbour, lam) if min(lam) >= 0 and max(lam) <= 1 else None


@answers.wrong("interpolate", NOT_REFUSED)
def asserts_instead(X, X_neighbour, lam):
    assert min(lam) >= 0
    assert max(lam) <= 1
    return unchecked(X, X_neighbour, lam)


@answers.wrong("interpolate")
def refuses_the_ends(X, X_neighbour, lam):
    if min(lam) <= 0 or max(lam) > 0.9:
        raise ValueError("outside")
    return transposed(X, X_neighbour, lam)


# --- minority_neighbours ------------------------------------------------------------------------


@answers.right("minority_neighbours")
def by_kd_tree(X, y, minority, k):
    X = np.asarray(X, dtype=float)
    rows = [i for i, label in enumerate(y) if label == minority]
    if k > len(rows) - 1:
        raise ValueError("too few")
    found = KDTree(X[rows]).query(X[rows], k=k + 1, return_distance=False)
    return [[rows[j] for j in line if rows[j] != i] for i, line in zip(rows, found, strict=True)]


@answers.right("minority_neighbours")
def by_sorting(X, y, minority, k):
    rows = np.flatnonzero(np.asarray(y) == minority)
    if len(rows) <= k:
        raise ValueError("too few")
    apart = cdist(np.asarray(X)[rows], np.asarray(X)[rows]) + np.diag([math.inf] * len(rows))
    return rows[apart.argsort(axis=1)[:, :k]]


@answers.wrong("minority_neighbours", "too few minority rows are not refused with a ValueError")
def never_refuses(X, y, minority, k):
    rows = np.flatnonzero(np.asarray(y) == minority)
    return by_sorting(X, y, minority, min(k, len(rows) - 1))


@answers.wrong("minority_neighbours", "a row is counted among its own neighbours")
def with_itself(X, y, minority, k):
    rows = np.flatnonzero(np.asarray(y) == minority)
    minor = np.asarray(X)[rows]
    return rows[NearestNeighbors(n_neighbors=k).fit(minor).kneighbors(minor)[1]]


@answers.wrong("minority_neighbours", "neighbours are taken from the majority too")
def among_everybody(X, y, minority, k):
    X, y = np.asarray(X), np.asarray(y)
    return NearestNeighbors(n_neighbors=k + 1).fit(X).kneighbors(X[y == minority])[1][:, 1:]


@answers.wrong("minority_neighbours", "places within the minority instead of rows of X")
def renumbered(X, y, minority, k):
    minor = np.asarray(X)[np.asarray(y) == minority]
    return NearestNeighbors(n_neighbors=k).fit(minor).kneighbors()[1]


@answers.wrong("minority_neighbours", "the farthest rows instead of the nearest")
def farthest(X, y, minority, k):
    rows = np.flatnonzero(np.asarray(y) == minority)
    minor = np.asarray(X)[rows]
    return rows[(-cdist(minor, minor)).argsort(axis=1)[:, :k]]


@answers.wrong("minority_neighbours", "neighbours of every row")
def for_all_rows(X, y, minority, k):
    rows = [i for i, label in enumerate(y) if label == minority]
    apart = cdist(X, X)
    return [
        sorted((j for j in rows if j != i), key=lambda j, i=i: apart[i, j])[:k]
        for i in range(len(apart))
    ]


@answers.wrong("minority_neighbours")
def first_column_decides(X, y, minority, k):
    return by_sorting(np.asarray(X)[:, :1] + 1e-9 * np.arange(len(y))[:, None], y, minority, k)


@answers.wrong(
    "minority_neighbours", "the neighbours are in the order of the rows, not the nearest first"
)
def in_order_of_rows(X, y, minority, k):
    return np.sort(by_sorting(X, y, minority, k), axis=1)


@answers.wrong("minority_neighbours", "the features are brought to one scale first")
def scaled_first(X, y, minority, k):
    return by_sorting(StandardScaler().fit_transform(X), y, minority, k)


@answers.wrong("minority_neighbours", NO_LISTS)
def indexes_a_list(X, y, minority, k):
    rows = np.flatnonzero(y == minority)
    if len(rows) <= k:
        raise ValueError("too few")
    found = NearestNeighbors(n_neighbors=k).fit(X[rows]).kneighbors(return_distance=False)
    return rows[found]


@answers.wrong("minority_neighbours")
def refuses_one_too_early(X, y, minority, k):
    rows = np.flatnonzero(np.asarray(y) == minority)
    if len(rows) <= k + 1:
        raise ValueError("too few")
    return by_sorting(X, y, minority, k)


@answers.wrong("minority_neighbours")
def all_but_one(X, y, minority, k):
    rows = np.flatnonzero(np.asarray(y) == minority)
    if len(rows) <= k:
        raise ValueError("too few")
    return by_sorting(X, y, minority, len(rows) - 1)


@answers.wrong("minority_neighbours")
def city_blocks(X, y, minority, k):
    rows = np.flatnonzero(np.asarray(y) == minority)
    if len(rows) <= k:
        raise ValueError("too few")
    minor = np.asarray(X)[rows]
    search = NearestNeighbors(n_neighbors=k, metric="manhattan").fit(minor)
    return rows[search.kneighbors(return_distance=False)]


@answers.wrong("minority_neighbours")
def the_rarest_label(X, y, minority, k):
    """Read the minority off the first label instead of the argument."""
    return by_sorting(X, y, next(iter(y)), k)


# --- smote --------------------------------------------------------------------------------------


def _choose(X, y, minority, n_new, k, rng):
    X = np.asarray(X, dtype=float)
    rows = np.flatnonzero(np.asarray(y) == minority)
    near = by_sorting(X, y, minority, k)
    i = rng.integers(len(rows), size=n_new)
    return X, X[rows[i]], X[near[i, rng.integers(k, size=n_new)]]


@answers.right("smote")
def vectorised(X, y, minority, n_new, k=5, random_state=0):
    rng = np.random.default_rng(random_state)
    _, start, end = _choose(X, y, minority, n_new, k, rng)
    lam = rng.uniform(size=(n_new, 1))
    return (1 - lam) * start + lam * end


@answers.right("smote")
def with_the_standard_library(X, y, minority, n_new, k=5, random_state=0):
    rng = random.Random(random_state)
    X = np.asarray(X, dtype=float)
    rows = [i for i, label in enumerate(y) if label == minority]
    near = dict(zip(rows, by_kd_tree(X, y, minority, k), strict=True))
    new = []
    for _ in range(n_new):
        i = rng.choice(rows)
        new.append(X[i] + rng.random() * (X[rng.choice(near[i])] - X[i]))
    return np.array(new)


@answers.right("smote")
def each_row_in_turn(X, y, minority, n_new, k=5, random_state=0):
    X = np.asarray(X, dtype=float)
    rows = np.flatnonzero(np.asarray(y) == minority)
    near = np.asarray(by_kd_tree(X, y, minority, k))
    rng = np.random.RandomState(random_state)
    i = rng.permutation(np.resize(np.arange(len(rows)), n_new))
    partner = near[i, rng.randint(k, size=n_new)]
    lam = uniform.rvs(size=n_new, random_state=rng)
    return X[rows[i]] + (X[partner] - X[rows[i]]) * lam[:, None]


@answers.wrong("smote", "the whole resampled table instead of the new rows")
def stacked(X, y, minority, n_new, k=5, random_state=0):
    return np.vstack([X, vectorised(X, y, minority, n_new, k, random_state)])


@answers.wrong("smote", "some new rows are copies of old ones")
def oversampled(X, y, minority, n_new, k=5, random_state=0):
    rows = np.flatnonzero(np.asarray(y) == minority)
    return np.asarray(X)[np.random.default_rng(random_state).choice(rows, n_new)]


@answers.wrong("smote", "some new rows are copies of old ones")
def its_own_neighbour(X, y, minority, n_new, k=5, random_state=0):
    rng = np.random.default_rng(random_state)
    minor = np.asarray(X, dtype=float)[np.asarray(y) == minority]
    near = NearestNeighbors(n_neighbors=k).fit(minor).kneighbors(minor)[1]
    i = rng.integers(len(minor), size=n_new)
    partner = near[i, rng.integers(k, size=n_new)]
    return minor[i] + rng.random((n_new, 1)) * (minor[partner] - minor[i])


@answers.wrong("smote", "some new rows lie beyond the neighbour, or behind the row")
def extrapolates(X, y, minority, n_new, k=5, random_state=0):
    rng = np.random.default_rng(random_state)
    _, start, end = _choose(X, y, minority, n_new, k, rng)
    return start + rng.uniform(-0.3, 1.3, size=(n_new, 1)) * (end - start)


@answers.wrong("smote", "some new rows lie beyond the neighbour, or behind the row")
def normal_lambda(X, y, minority, n_new, k=5, random_state=0):
    rng = np.random.default_rng(random_state)
    _, start, end = _choose(X, y, minority, n_new, k, rng)
    return start + rng.normal(size=(n_new, 1)) * (end - start)


@answers.wrong("smote", "one λ for each feature")
def boxes(X, y, minority, n_new, k=5, random_state=0):
    rng = np.random.default_rng(random_state)
    _, start, end = _choose(X, y, minority, n_new, k, rng)
    return start + rng.random(start.shape) * (end - start)


@answers.wrong("smote", "steps towards the majority")
def towards_anybody(X, y, minority, n_new, k=5, random_state=0):
    rng = np.random.default_rng(random_state)
    X = np.asarray(X, dtype=float)
    rows = np.flatnonzero(np.asarray(y) == minority)
    near = among_everybody(X, y, minority, k)
    i = rng.integers(len(rows), size=n_new)
    partner = near[i, rng.integers(k, size=n_new)]
    return X[rows[i]] + rng.random((n_new, 1)) * (X[partner] - X[rows[i]])


@answers.wrong("smote", "partners that are not among the k nearest")
def any_pair(X, y, minority, n_new, k=5, random_state=0):
    rng = np.random.default_rng(random_state)
    minor = np.asarray(X, dtype=float)[np.asarray(y) == minority]
    i = rng.integers(len(minor), size=n_new)
    j = (i + rng.integers(1, len(minor), size=n_new)) % len(minor)
    return minor[i] + rng.random((n_new, 1)) * (minor[j] - minor[i])


@answers.wrong("smote", LIBRARY_CALL)
def by_imbalanced_learn(X, y, minority, n_new, k=5, random_state=0):
    y = np.asarray(y) == minority
    sampler = imblearn.over_sampling.SMOTE(
        sampling_strategy={True: int(y.sum()) + n_new}, k_neighbors=k, random_state=random_state
    )
    return sampler.fit_resample(np.asarray(X, dtype=float), y)[0][len(y) :]


@answers.wrong("smote", "the same λ for every new row")
def always_the_middle(X, y, minority, n_new, k=5, random_state=0):
    rng = np.random.default_rng(random_state)
    _, start, end = _choose(X, y, minority, n_new, k, rng)
    return (start + end) / 2


@answers.wrong("smote", "the same λ for every new row")
def one_draw_for_all_rows(X, y, minority, n_new, k=5, random_state=0):
    rng = np.random.default_rng(random_state)
    _, start, end = _choose(X, y, minority, n_new, k, rng)
    return start + rng.random() * (end - start)


@answers.wrong("smote", "always the nearest neighbour")
def always_the_nearest(X, y, minority, n_new, k=5, random_state=0):
    return vectorised(X, y, minority, n_new, 1, random_state)


@answers.wrong("smote", NO_CHANCE)
def one_start_for_all(X, y, minority, n_new, k=5, random_state=0):
    rng = np.random.default_rng(random_state)
    _, start, _ = _choose(X, y, minority, n_new, k, rng)
    end = np.asarray(X, dtype=float)[by_sorting(X, y, minority, k)[0]]
    first = np.asarray(X, dtype=float)[np.asarray(y) == minority][0]
    lam = rng.random((n_new, 1))
    return first + lam * (end[rng.integers(k, size=n_new)] - first) + 0 * start


@answers.wrong("smote", "random_state is not used")
def ignores_random_state(X, y, minority, n_new, k=5, random_state=0):
    return vectorised(X, y, minority, n_new, k, random_state=None)


@answers.wrong("smote", "the same rows whatever random_state says")
def always_the_same_seed(X, y, minority, n_new, k=5, random_state=0):
    return vectorised(X, y, minority, n_new, k, random_state=0)


@answers.wrong("smote", UNEVEN)
def squared_lambda(X, y, minority, n_new, k=5, random_state=0):
    rng = np.random.default_rng(random_state)
    _, start, end = _choose(X, y, minority, n_new, k, rng)
    return start + rng.random((n_new, 1)) ** 2 * (end - start)


@answers.wrong("smote", NO_CHANCE)
def never_the_last_row(X, y, minority, n_new, k=5, random_state=0):
    rng = np.random.default_rng(random_state)
    X = np.asarray(X, dtype=float)
    rows = np.flatnonzero(np.asarray(y) == minority)
    near = by_sorting(X, y, minority, k)
    i = rng.integers(len(rows) - 1, size=n_new)
    start, end = X[rows[i]], X[near[i, rng.integers(k, size=n_new)]]
    return start + rng.random((n_new, 1)) * (end - start)


@answers.wrong("smote", NO_CHANCE)
def never_the_farthest(X, y, minority, n_new, k=5, random_state=0):
    return vectorised(X, y, minority, n_new, max(1, k - 1), random_state)


@answers.wrong("smote")
def one_row_too_many(X, y, minority, n_new, k=5, random_state=0):
    return vectorised(X, y, minority, n_new + 1, k, random_state)


@answers.wrong("smote", "partners that are not among the k nearest")
def always_five(X, y, minority, n_new, k=5, random_state=0):
    n_rare = sum(label == minority for label in y)
    return vectorised(X, y, minority, n_new, min(5, n_rare - 1), random_state)


@answers.wrong("smote", "some new rows are copies of old ones")
def rounds_the_rows(X, y, minority, n_new, k=5, random_state=0):
    return vectorised(X, y, minority, n_new, k, random_state).round(1)


@answers.wrong("smote", UNEVEN)
def half_steps(X, y, minority, n_new, k=5, random_state=0):
    rng = np.random.default_rng(random_state)
    _, start, end = _choose(X, y, minority, n_new, k, rng)
    return start + rng.uniform(0, 0.3, size=(n_new, 1)) * (end - start)


# --- variance_ratio -----------------------------------------------------------------------------


@answers.right("variance_ratio")
def by_integration(correlation, low=0.0, high=1.0):
    def at(lam):
        return (1 - lam) ** 2 + lam**2 + 2 * lam * (1 - lam) * correlation

    return at(low) if low == high else quad(at, low, high)[0] / (high - low)


@answers.right("variance_ratio")
def by_moments_of_uniform(correlation, low=0.0, high=1.0):
    mean, variance = (low + high) / 2, (high - low) ** 2 / 12
    spread = mean * (1 - mean) - variance  # E[λ (1 - λ)]
    return 1 - 2 * (1 - correlation) * spread


@answers.wrong("variance_ratio", "the average λ is put in for λ")
def at_the_mean(correlation, low=0.0, high=1.0):
    lam = (low + high) / 2
    return (1 - lam) ** 2 + lam**2 + 2 * lam * (1 - lam) * correlation


@answers.wrong("variance_ratio", "the correlation is left out")
def as_if_independent(correlation, low=0.0, high=1.0):
    return by_moments_of_uniform(0, low, high)


@answers.wrong("variance_ratio", "the covariance is counted once")
def one_cross_term(correlation, low=0.0, high=1.0):
    return by_moments_of_uniform(correlation / 2, low, high)


@answers.wrong("variance_ratio", "the weights are not squared")
def unsquared(correlation, low=0.0, high=1.0):
    return 1


@answers.wrong("variance_ratio", "a ratio of standard deviations")
def root(correlation, low=0.0, high=1.0):
    return math.sqrt(by_moments_of_uniform(correlation, low, high))


@answers.wrong("variance_ratio", "λ is taken to lie anywhere in [0, 1]")
def whole_range(correlation, low=0.0, high=1.0):
    return (2 + correlation) / 3


@answers.wrong("variance_ratio", "it fails where λ is one number only")
def divides_by_the_length(correlation, low=0.0, high=1.0):
    def whole(t):
        return t - (1 - correlation) * (t**2 - 2 * t**3 / 3)

    return (whole(high) - whole(low)) / (high - low)


@answers.wrong("variance_ratio")
def not_from_low(correlation, low=0.0, high=1.0):
    return by_moments_of_uniform(correlation, 0.0, high)


@answers.wrong("variance_ratio")
def sign_of_the_correlation(correlation, low=0.0, high=1.0):
    return by_moments_of_uniform(-correlation, low, high)


@answers.wrong("variance_ratio")
def absolute_correlation(correlation, low=0.0, high=1.0):
    return by_moments_of_uniform(abs(correlation), low, high)


@answers.wrong("variance_ratio")
def difference_of_variances(correlation, low=0.0, high=1.0):
    mean, variance = (low + high) / 2, (high - low) ** 2 / 12
    square = mean**2 + variance
    return 1 - 2 * mean + 2 * square + 2 * (square - mean) * correlation


@answers.wrong("variance_ratio")
def loss_instead_of_ratio(correlation, low=0.0, high=1.0):
    return 1 - by_moments_of_uniform(correlation, low, high)


@answers.wrong("variance_ratio")
def twice_the_variance_of_lambda(correlation, low=0.0, high=1.0):
    mean, variance = (low + high) / 2, (high - low) ** 2 / 6
    return 1 - 2 * (1 - correlation) * (mean * (1 - mean) - variance)


# --- danger_mask --------------------------------------------------------------------------------


@answers.right("danger_mask")
def by_ranks(X, y, minority, m):
    y = np.asarray(y)
    apart = cdist(X, X)
    ranks = apart.argsort(axis=1).argsort(axis=1)  # a row has rank 0 in its own line
    near = (ranks >= 1) & (ranks <= m)
    strangers = (near & (y != minority)).sum(axis=1)[y == minority]
    return [bool(2 * s >= m) and s < m for s in strangers]


@answers.right("danger_mask")
def by_tree(X, y, minority, m):
    X, y = np.asarray(X, dtype=float), pd.Series(list(y))
    found = KDTree(X).query(X[(y == minority).to_numpy()], k=m + 1)[1][:, 1:]
    strangers = [int((y.iloc[line] != minority).sum()) for line in found]
    return np.array([m / 2 <= s <= m - 1 for s in strangers])


def _strangers(X, y, minority, m):
    near = among_everybody(X, y, minority, m)
    return (np.asarray(y)[near] != minority).sum(axis=1)


@answers.wrong("danger_mask", "rows surrounded by the majority count as in danger")
def with_noise(X, y, minority, m):
    return _strangers(X, y, minority, m) >= m / 2


@answers.wrong("danger_mask", "exactly half is not enough")
def more_than_half(X, y, minority, m):
    s = _strangers(X, y, minority, m)
    return (s > m / 2) & (s < m)


@answers.wrong("danger_mask", "a row is counted among its own neighbours")
def counts_itself(X, y, minority, m):
    X, y = np.asarray(X), np.asarray(y)
    near = NearestNeighbors(n_neighbors=m).fit(X).kneighbors(X[y == minority])[1]
    s = (y[near] != minority).sum(axis=1)
    return (s >= m / 2) & (s < m)


@answers.wrong("danger_mask", "the safe rows are marked")
def safe(X, y, minority, m):
    return _strangers(X, y, minority, m) < m / 2


@answers.wrong("danger_mask", "one value for every row of X")
def full_length(X, y, minority, m):
    mask = np.zeros(len(y), dtype=bool)
    mask[np.asarray(y) == minority] = by_ranks(X, y, minority, m)
    return mask


@answers.wrong("danger_mask", "neighbours among the minority only")
def nobody(X, y, minority, m):
    return np.zeros(sum(label == minority for label in y), dtype=bool)


@answers.wrong("danger_mask")
def the_noise(X, y, minority, m):
    return _strangers(X, y, minority, m) == m


@answers.wrong("danger_mask", "lists and Series are used as if they were arrays")
def compares_a_list(X, y, minority, m):
    near = NearestNeighbors(n_neighbors=m).fit(X).kneighbors(return_distance=False)
    strangers = (y[near[y == minority]] != minority).sum(axis=1)
    return (strangers >= m / 2) & (strangers < m)


@answers.wrong("danger_mask")
def shares_of_the_majority(X, y, minority, m):
    return _strangers(X, y, minority, m) / m


@answers.wrong("danger_mask")
def any_stranger(X, y, minority, m):
    s = _strangers(X, y, minority, m)
    return (s > 0) & (s < m)


@answers.wrong("danger_mask")
def one_neighbour_too_many(X, y, minority, m):
    s = _strangers(X, y, minority, min(m + 1, len(y) - 1))
    return (s >= m / 2) & (s < m)


@answers.wrong("danger_mask")
def as_numbers(X, y, minority, m):
    return [int(value) for value in by_ranks(X, y, minority, m)]


@answers.wrong("danger_mask", "half of m is rounded down")
def whole_number_half(X, y, minority, m):
    s = _strangers(X, y, minority, m)
    return (s >= m // 2) & (s < m)


# --- smote_nc_categories ------------------------------------------------------------------------


@answers.right("smote_nc_categories")
def by_mode(neighbours):
    return [statistics.mode(column) for column in zip(*neighbours, strict=True)]


@answers.right("smote_nc_categories")
def by_counting(neighbours):
    chosen = []
    for place in range(len(neighbours[0])):
        votes = defaultdict(int)
        for row in neighbours:
            votes[str(row[place])] += 1
        chosen.append(max(votes, key=votes.get))
    return chosen


@answers.right("smote_nc_categories")
def by_counter(neighbours):
    return [Counter(column).most_common(1)[0][0] for column in zip(*neighbours, strict=True)]


@answers.wrong("smote_nc_categories", "category codes are interpolated")
def averaged_codes(neighbours):
    chosen = []
    for column in np.array(neighbours).T:
        encoder = LabelEncoder().fit(column)
        code = round(float(encoder.transform(column).mean()))
        chosen.append(str(encoder.inverse_transform([code])[0]))
    return chosen


@answers.wrong("smote_nc_categories", "the nearest neighbour is copied")
def nearest(neighbours):
    return [str(value) for value in neighbours[0]]


@answers.wrong("smote_nc_categories", "ties go by the alphabet")
def by_pandas_mode(neighbours):
    return pd.DataFrame([list(row) for row in neighbours]).mode().iloc[0].tolist()


@answers.wrong("smote_nc_categories", "whole rows vote")
def best_combination(neighbours):
    return list(Counter(map(tuple, neighbours)).most_common(1)[0][0])


@answers.wrong("smote_nc_categories", "rows and columns are swapped")
def by_row(neighbours):
    return [statistics.mode(row) for row in neighbours]


@answers.wrong("smote_nc_categories", "ties go to the farther neighbour")
def last_of_the_tied(neighbours):
    return by_mode(neighbours[::-1])


@answers.wrong("smote_nc_categories")
def longest_run(neighbours):
    chosen = []
    for column in zip(*neighbours, strict=True):
        runs, best = Counter({column[0]: 1}), 1
        for before, now in pairwise(column):
            best = best + 1 if now == before else 1
            runs[now] = max(runs[now], best)
        chosen.append(str(runs.most_common(1)[0][0]))
    return chosen


@answers.wrong("smote_nc_categories")
def rarest(neighbours):
    return [str(min(column, key=list(column).count)) for column in zip(*neighbours, strict=True)]


@answers.wrong("smote_nc_categories")
def first_column_only(neighbours):
    return by_mode(neighbours)[:1]


@answers.wrong("smote_nc_categories")
def counts_of_the_votes(neighbours):
    return [Counter(column).most_common(1)[0][1] for column in zip(*neighbours, strict=True)]


@answers.wrong("smote_nc_categories")
def by_unique(neighbours):
    """Sort by counts: of equal ones the last by the alphabet comes out."""
    chosen = []
    for column in np.asarray(neighbours).T:
        names, counts = np.unique(column, return_counts=True)
        chosen.append(str(names[np.argsort(counts, kind="stable")[-1]]))
    return chosen
