"""Answers to lesson 06."""

from __future__ import annotations

import math
import random

import imblearn
import numpy as np
from scipy.integrate import quad
from scipy.spatial.distance import cdist
from scipy.stats import norm, t, uniform
from sklearn.metrics import average_precision_score, f1_score
from sklearn.neighbors import KDTree, KNeighborsClassifier, NearestNeighbors
from sklearn.preprocessing import StandardScaler

from answers import Answers

answers = Answers("06-smote/smote")

LIBRARY_CALL = "a library call does the whole exercise"
NO_LISTS = "a list is used as if it were an array"
UNEVEN = "λ is not drawn evenly between 0 and 1"
NO_CHANCE = "some rows or neighbours never get their chance"


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
    def whole(lam):
        return lam - (1 - correlation) * (lam**2 - 2 * lam**3 / 3)

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


# --- smote_helps --------------------------------------------------------------------------------


KNOWN: dict[bytes, list[np.ndarray]] = {}  # many answers look at the same months


def two_scores(month):
    """Return what 25 neighbours say of the new rows, with SMOTE and without."""
    X, y, X_new, _ = month
    key = X_new.tobytes()
    if key not in KNOWN:
        more = imblearn.over_sampling.SMOTE(random_state=0).fit_resample(X, y)
        KNOWN[key] = [
            KNeighborsClassifier(25).fit(*rows).predict_proba(X_new)[:, 1]
            for rows in (more, (X, y))
        ]
    return KNOWN[key]


def of_a_month(month, by=average_precision_score, cut=0.0):
    """Return by how much SMOTE is ahead in one month."""
    found = [by(month[3], score if not cut else score >= cut) for score in two_scores(month)]
    return found[0] - found[1]


def all_gains(months, **how):
    return np.array([of_a_month(month, **how) for month in months])


def tail(gains, scatter):
    return float(t.cdf(gains.mean() / (gains.std(ddof=1) * np.sqrt(scatter)), len(gains) - 1))


@answers.right("smote_helps")
def of_the_next_month(months):
    return tail(all_gains(months), 1 + 1 / len(months))


@answers.right("smote_helps")
def by_the_rule_of_succession(months):
    return float(((all_gains(months) > 0).sum() + 1) / (len(months) + 2))


@answers.right("smote_helps")
def by_a_normal_distribution(months):
    gains = all_gains(months)
    return float(norm.cdf(gains.mean() / gains.std(ddof=1)))


@answers.right("smote_helps")
def counted_and_computed(months):
    """Return the mean of two honest forecasts, as a NumPy number."""
    return np.mean([of_the_next_month(months), by_the_rule_of_succession(months)])


@answers.wrong("smote_helps", "the same forecast for every client")
def always(months):
    return 1.0


@answers.wrong("smote_helps", "the same forecast for every client")
def never(months):
    return 0.0


@answers.wrong("smote_helps", "the same forecast for every client")
def one_half(months):
    return 0.5


@answers.wrong("smote_helps", "certain of what the mean says")
def certain(months):
    return float(all_gains(months).mean() > 0)


@answers.wrong("smote_helps", "how sure the mean is")
def how_sure_the_mean_is(months):
    return tail(all_gains(months), 1 / len(months))


@answers.wrong("smote_helps", "F1 at 0.5 instead of average precision")
def by_f1(months):
    return tail(all_gains(months, by=f1_score, cut=0.5), 1 + 1 / len(months))


@answers.wrong("smote_helps", "the probability that SMOTE ranks worse")
def the_other_way_round(months):
    return 1 - of_the_next_month(months)


@answers.wrong("smote_helps")
def the_last_month(months):
    return float(of_a_month(months[-1]) > 0)


@answers.wrong("smote_helps")
def in_percent(months):
    return 100 * of_the_next_month(months)


@answers.wrong("smote_helps")
def a_verdict_in_words(months):
    return "yes" if all_gains(months).mean() > 0 else "no"
