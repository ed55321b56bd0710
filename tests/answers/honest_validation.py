"""Answers to lesson 04."""

from __future__ import annotations

import itertools
from fractions import Fraction
from math import comb

import numpy as np
import pandas as pd
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import Pipeline, make_pipeline
from scipy import stats
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from answers import Answers
from imbalance_lab.checks.check import LIBRARY_CALL

answers = Answers("04-honest-validation/honest-validation")


# leak_size


def nearest_auc(X_a, y_a, X_b, y_b):
    """Return the AUC of a nearest neighbour by hand: the mean of recall and specificity."""
    X_a, y_a, X_b, y_b = (np.asarray(part) for part in (X_a, y_a, X_b, y_b))
    distance = ((X_b[:, None, :] - X_a[None, :, :]) ** 2).sum(axis=2)
    said = y_a[distance.argmin(axis=1)]
    return (said[y_b == 1].mean() + (1 - said[y_b == 0]).mean()) / 2


@answers.right("leak_size")
def by_hand(X, y, random_state):
    sampler = RandomOverSampler(random_state=random_state)
    options = {"test_size": 0.25, "random_state": random_state}
    X_all, y_all = sampler.fit_resample(X, y)
    a, b, c, d = train_test_split(X_all, y_all, stratify=y_all, **options)
    leaky = nearest_auc(a, c, b, d)
    a, b, c, d = train_test_split(X, y, stratify=y, **options)
    return leaky - nearest_auc(a, c, b, d)  # a nearest neighbour does not notice copies


@answers.right("leak_size")
def by_pipeline(X, y, random_state):
    sampler = RandomOverSampler(random_state=random_state)

    def score(X, y, model):
        a, b, c, d = train_test_split(X, y, test_size=0.25, stratify=y, random_state=random_state)
        return roc_auc_score(d, model.fit(a, c).predict_proba(b)[:, 1])

    leaky = score(*sampler.fit_resample(X, y), KNeighborsClassifier(n_neighbors=1))
    return leaky - score(X, y, make_pipeline(sampler, KNeighborsClassifier(n_neighbors=1)))


def two_runs(X, y, random_state, stratify=True, copy_test=False, metric=roc_auc_score, n=1):
    sampler = RandomOverSampler(random_state=random_state)

    def split(X, y):
        by = y if stratify else None
        return train_test_split(X, y, test_size=0.25, stratify=by, random_state=random_state)

    def score(a, b, c, d):
        return metric(d, KNeighborsClassifier(n).fit(a, c).predict(b))

    leaky = score(*split(*sampler.fit_resample(X, y)))
    a, b, c, d = split(X, y)
    a, c = sampler.fit_resample(a, c)
    if copy_test:
        b, d = sampler.fit_resample(b, d)
    return leaky, score(a, b, c, d)


@answers.wrong("leak_size", "the difference has the wrong sign")
def other_sign(X, y, random_state):
    return -by_hand(X, y, random_state)


@answers.wrong("leak_size", "the leaky score itself")
def only_leaky(X, y, random_state):
    return two_runs(X, y, random_state)[0]


@answers.wrong("leak_size", "the honest score itself")
def only_honest(X, y, random_state):
    # The worked example has a leak of the same size.
    return two_runs(X, y, random_state)[1]


@answers.wrong("leak_size", "the test part of the honest run is resampled too")
def copies_the_test_part(X, y, random_state):
    leaky, honest = two_runs(X, y, random_state, copy_test=True)
    return leaky - honest


@answers.wrong("leak_size", "the splits are not stratified")
def plain_splits(X, y, random_state):
    leaky, honest = two_runs(X, y, random_state, stratify=False)
    return leaky - honest


@answers.wrong("leak_size")
def by_accuracy(X, y, random_state):
    leaky, honest = two_runs(X, y, random_state, metric=accuracy_score)
    return leaky - honest


@answers.wrong("leak_size")
def both_scores(X, y, random_state):
    return two_runs(X, y, random_state)


@answers.wrong("leak_size")
def five_neighbours(X, y, random_state):
    leaky, honest = two_runs(X, y, random_state, n=5)
    return leaky - honest


@answers.wrong("leak_size")
def always_seed_zero(X, y, random_state):
    return by_hand(X, y, 0)


# honest_pipeline


@answers.right("honest_pipeline")
def in_one_line(X, y, train, random_state):
    return make_pipeline(
        StandardScaler(),
        RandomOverSampler(random_state=random_state),
        LogisticRegression(max_iter=1000),
    ).fit(np.asarray(X)[train], np.asarray(y)[train])


@answers.right("honest_pipeline")
def with_names(X, y, train, random_state):
    steps = [
        ("scale", StandardScaler()),
        ("copy", RandomOverSampler(sampling_strategy="auto", random_state=random_state)),
        ("model", LogisticRegression(max_iter=1000)),
    ]
    pipeline = Pipeline(steps)
    X_train = np.array([X[i] for i in train])
    y_train = np.array([y[i] for i in train])
    pipeline.fit(X_train, y_train)
    return pipeline


class ByHand:
    """A pipeline without a library's pipeline."""

    def __init__(self, random_state):
        self.random_state = random_state

    def fit(self, X, y):
        self.scaler = StandardScaler().fit(X)
        sampler = RandomOverSampler(random_state=self.random_state)
        X_more, y_more = sampler.fit_resample(self.scaler.transform(X), y)
        self.model = LogisticRegression(max_iter=1000).fit(X_more, y_more)
        return self

    def predict_proba(self, X):
        return self.model.predict_proba(self.scaler.transform(X))


@answers.right("honest_pipeline")
def own_class(X, y, train, random_state):
    return ByHand(random_state).fit(np.asarray(X)[train], np.asarray(y)[train])


@answers.wrong("honest_pipeline", "the sampler ran before the split")
def copies_of_everything(X, y, train, random_state):
    X, y = RandomOverSampler(random_state=random_state).fit_resample(X, y)
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(X, y)


@answers.wrong("honest_pipeline", "the pipeline has seen all rows")
def ignores_train(X, y, train, random_state):
    return in_one_line(X, y, list(range(len(y))), random_state)


@answers.wrong("honest_pipeline", "the scaler has seen all rows")
def scaler_on_all(X, y, train, random_state):
    return make_pipeline(
        FrozenEstimator(StandardScaler().fit(X)),
        RandomOverSampler(random_state=random_state),
        LogisticRegression(max_iter=1000),
    ).fit(X[train], y[train])


@answers.wrong("honest_pipeline", "the sampler is not in the pipeline")
def sampler_outside(X, y, train, random_state):
    # Right on the training rows; fitted again, it makes no copies.
    scaler = StandardScaler().fit(X[train])
    sampler = RandomOverSampler(random_state=random_state)
    X_more, y_more = sampler.fit_resample(scaler.transform(X[train]), y[train])
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    pipeline.steps[0] = ("standardscaler", scaler)
    pipeline.steps[1][1].fit(X_more, y_more)
    return pipeline


@answers.wrong("honest_pipeline", "the copies are made before the scaler learns")
def sampler_first(X, y, train, random_state):
    return make_pipeline(
        RandomOverSampler(random_state=random_state),
        StandardScaler(),
        LogisticRegression(max_iter=1000),
    ).fit(X[train], y[train])


@answers.wrong("honest_pipeline", "nothing is scaled")
def no_scaler(X, y, train, random_state):
    return make_pipeline(
        RandomOverSampler(random_state=random_state), LogisticRegression(max_iter=1000)
    ).fit(X[train], y[train])


@answers.wrong("honest_pipeline")
def no_copies(X, y, train, random_state):
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(
        X[train], y[train]
    )


@answers.wrong("honest_pipeline")
def not_fitted(X, y, train, random_state):
    return make_pipeline(
        StandardScaler(),
        RandomOverSampler(random_state=random_state),
        LogisticRegression(max_iter=1000),
    )


@answers.wrong("honest_pipeline")
def first_rows(X, y, train, random_state):
    return in_one_line(X, y, list(range(len(train))), random_state)


@answers.wrong("honest_pipeline")
def no_seed(X, y, train, random_state):
    return in_one_line(X, y, train, random_state + 1)


@answers.wrong("honest_pipeline")
def weights_instead(X, y, train, random_state):
    return make_pipeline(
        StandardScaler(), LogisticRegression(max_iter=1000, C=0.1, class_weight="balanced")
    ).fit(X[train], y[train])


# probability_of_empty_fold


@answers.right("probability_of_empty_fold")
def inclusion_exclusion(n_samples, n_positives, n_folds):
    size = n_samples // n_folds
    total = Fraction(0)
    for j in range(1, n_folds + 1):
        ways = comb(n_folds, j) * comb(n_samples - j * size, n_positives)
        total += (-1) ** (j + 1) * Fraction(ways, comb(n_samples, n_positives))
    return float(total)


@answers.right("probability_of_empty_fold")
def fold_by_fold(n_samples, n_positives, n_folds):
    """Count the ways to give every fold a positive, one fold after another."""
    size = n_samples // n_folds
    ways = {0: 1}
    for _ in range(n_folds):
        after: dict[int, int] = {}
        for used, count in ways.items():
            for more in range(1, min(size, n_positives - used) + 1):
                after[used + more] = after.get(used + more, 0) + count * comb(size, more)
        ways = after
    return 1 - Fraction(ways.get(n_positives, 0), comb(n_samples, n_positives)).__float__()


def one_fold(n_samples, n_positives, n_folds):
    return float(stats.hypergeom(n_samples, n_positives, n_samples // n_folds).pmf(0))


@answers.wrong("probability_of_empty_fold", "the chance that one given fold is empty")
def one_given_fold(n_samples, n_positives, n_folds):
    return one_fold(n_samples, n_positives, n_folds)


@answers.wrong("probability_of_empty_fold", "the chances of the folds are added up")
def added_up(n_samples, n_positives, n_folds):
    return n_folds * one_fold(n_samples, n_positives, n_folds)


@answers.wrong("probability_of_empty_fold", "the folds are treated as independent")
def independent(n_samples, n_positives, n_folds):
    return 1 - (1 - one_fold(n_samples, n_positives, n_folds)) ** n_folds


@answers.wrong("probability_of_empty_fold", "the chance that no fold is empty")
def none_empty(n_samples, n_positives, n_folds):
    return 1 - inclusion_exclusion(n_samples, n_positives, n_folds)


@answers.wrong("probability_of_empty_fold", "every positive picks its fold on its own")
def no_limit_to_a_fold(n_samples, n_positives, n_folds):
    return sum(
        (-1) ** (j + 1) * comb(n_folds, j) * (1 - j / n_folds) ** n_positives
        for j in range(1, n_folds + 1)
    )


@answers.wrong("probability_of_empty_fold", "a simulation instead of the exact value")
def by_simulation(n_samples, n_positives, n_folds):
    rng = np.random.default_rng(0)
    fold = np.arange(n_samples) % n_folds
    runs = [len(set(rng.permutation(fold)[:n_positives])) < n_folds for _ in range(1000)]
    return float(np.mean(runs))


@answers.wrong("probability_of_empty_fold")
def rounded(n_samples, n_positives, n_folds):
    return round(inclusion_exclusion(n_samples, n_positives, n_folds), 3)


@answers.wrong("probability_of_empty_fold")
def positives_and_negatives_swapped(n_samples, n_positives, n_folds):
    return inclusion_exclusion(n_samples, n_samples - n_positives, n_folds)


@answers.wrong("probability_of_empty_fold", "the correction ends with pairs of folds")
def stops_at_pairs(n_samples, n_positives, n_folds):
    size = n_samples // n_folds
    pairs = comb(n_folds, 2) * comb(n_samples - 2 * size, n_positives)
    singles = n_folds * comb(n_samples - size, n_positives)
    return (singles - pairs) / comb(n_samples, n_positives)


# stratified_folds


@answers.right("stratified_folds")
def shuffled_round_robin(y, n_folds, random_state):
    rng = np.random.default_rng(random_state)
    y = np.asarray(y)
    fold = np.empty(len(y), dtype=int)
    for label in np.unique(y):
        rows = rng.permutation(np.flatnonzero(y == label))
        fold[rows] = np.arange(len(rows)) % n_folds
    return fold


@answers.right("stratified_folds")
def shuffled_cards(y, n_folds, random_state):
    """Deal from a shuffled pack of fold numbers for each class, in plain Python."""
    rng = np.random.default_rng(random_state)
    y = list(y)
    packs = {}
    for label in dict.fromkeys(y):
        pack = list(itertools.islice(itertools.cycle(range(n_folds)), y.count(label)))
        rng.shuffle(pack)
        packs[label] = pack
    return [int(packs[label].pop()) for label in y]


@answers.right("stratified_folds")
def by_sorting_random_keys(y, n_folds, random_state):
    """Rank the rows of each class by a random key, in pandas."""
    y = np.asarray(y)
    keys = pd.Series(np.random.default_rng(random_state).random(len(y)))
    return (keys.groupby(y).rank(method="first").astype(int) - 1).to_numpy() % n_folds


@answers.right("stratified_folds")
def with_a_shuffled_start(y, n_folds, random_state):
    """Cut each class's shuffled rows into blocks; chance says which fold gets one more."""
    rng = np.random.RandomState(random_state)
    y = np.asarray(y)
    fold = np.empty(len(y), dtype=np.int64)
    for label in set(y.tolist()):
        rows = rng.permutation(np.flatnonzero(y == label))
        numbers = rng.permutation(n_folds)
        for number, part in zip(numbers, np.array_split(rows, n_folds), strict=True):
            fold[part] = number
    return fold


@answers.wrong("stratified_folds", LIBRARY_CALL)
def by_library(y, n_folds, random_state):
    y = np.asarray(y)
    fold = np.zeros(len(y), dtype=int)
    splitter = StratifiedKFold(n_folds, shuffle=True, random_state=random_state)
    for number, (_, judge) in enumerate(splitter.split(np.zeros((len(y), 1)), y)):
        fold[judge] = number
    return fold


@answers.wrong("stratified_folds", "lists of rows instead of one fold number a row")
def lists_of_rows(y, n_folds, random_state):
    fold = shuffled_round_robin(y, n_folds, random_state)
    return [np.flatnonzero(fold == number) for number in range(n_folds)]


@answers.wrong("stratified_folds", "the folds are counted from 1")
def from_one(y, n_folds, random_state):
    return shuffled_round_robin(y, n_folds, random_state) + 1


@answers.wrong("stratified_folds", "the classes are not told apart")
def not_stratified(y, n_folds, random_state):
    fold = np.zeros(len(y), dtype=int)
    splitter = KFold(n_folds, shuffle=True, random_state=random_state)
    for number, (_, judge) in enumerate(splitter.split(fold)):
        fold[judge] = number
    return fold


@answers.wrong("stratified_folds", "the rows are dealt in the order in which they came")
def not_shuffled(y, n_folds, random_state):
    return pd.Series(list(y)).groupby(list(y)).cumcount().to_numpy() % n_folds


@answers.wrong("stratified_folds", "the rows are dealt in the order in which they came")
def in_blocks(y, n_folds, random_state):
    y = np.asarray(y)
    fold = np.empty(len(y), dtype=int)
    for label in np.unique(y):
        for number, part in enumerate(np.array_split(np.flatnonzero(y == label), n_folds)):
            fold[part] = number
    return fold


@answers.wrong("stratified_folds")
def only_the_first_class_is_shuffled(y, n_folds, random_state):
    rng = np.random.default_rng(random_state)
    y = np.asarray(y)
    fold = np.empty(len(y), dtype=int)
    for number, label in enumerate(np.unique(y)):
        rows = np.flatnonzero(y == label)
        rows = rng.permutation(rows) if number == 0 else rows[::-1][np.argsort(rows % 5)]
        fold[rows] = np.arange(len(rows)) % n_folds
    return fold


@answers.wrong("stratified_folds")
def every_class_starts_in_its_own_place(y, n_folds, random_state):
    # Shuffles the folds' numbers, not the rows.
    numbers = np.random.default_rng(random_state).permutation(n_folds)
    y = np.asarray(y)
    fold = np.empty(len(y), dtype=int)
    for label in np.unique(y):
        rows = np.flatnonzero(y == label)
        half = len(rows) // 2
        rows = np.concatenate([rows[half:], rows[:half][::-1]])
        fold[rows] = numbers[np.arange(len(rows)) % n_folds]
    fold[0], fold[1] = (fold[1], fold[0]) if y[0] == y[1] else (fold[0], fold[1])
    return fold


@answers.wrong("stratified_folds", "the classes are not told apart")
def for_two_classes(y, n_folds, random_state):
    y = np.asarray(y)
    fold = shuffled_round_robin(y == y[0], n_folds, random_state)
    return fold


@answers.wrong("stratified_folds", "random_state does not decide")
def seed_ignored(y, n_folds, random_state):
    return shuffled_round_robin(y, n_folds, 0)


@answers.wrong("stratified_folds", "random_state does not decide")
def no_seed_at_all(y, n_folds, random_state):
    return shuffled_round_robin(y, n_folds, None)


@answers.wrong("stratified_folds")
def drawn_at_random(y, n_folds, random_state):
    return np.random.default_rng(random_state).integers(n_folds, size=len(y))


@answers.wrong("stratified_folds")
def rest_in_the_last_fold(y, n_folds, random_state):
    rng = np.random.default_rng(random_state)
    y = np.asarray(y)
    fold = np.empty(len(y), dtype=int)
    for label in np.unique(y):
        rows = rng.permutation(np.flatnonzero(y == label))
        size = max(len(rows) // n_folds, 1)
        fold[rows] = np.minimum(np.arange(len(rows)) // size, n_folds - 1)
    return fold


# time_split


@answers.right("time_split")
def with_masks(time, today, label_delay, horizon):
    time = np.asarray(time, dtype=float)
    train = np.flatnonzero(time + label_delay <= today)
    test = np.flatnonzero((today < time) & (time <= today + horizon))
    return train, test


@answers.right("time_split")
def in_a_loop(time, today, label_delay, horizon):
    train, test = [], []
    for position, moment in enumerate(time):
        if today - moment >= label_delay:
            train.append(position)
        elif 0 < moment - today <= horizon:
            test.append(position)
    return train, test


@answers.wrong("time_split", "the two parts are swapped")
def swapped(time, today, label_delay, horizon):
    return with_masks(time, today, label_delay, horizon)[::-1]


@answers.wrong("time_split", "labels are used before they are known")
def delay_forgotten(time, today, label_delay, horizon):
    return with_masks(time, today, 0, horizon)


@answers.wrong("time_split", "the test part has no end")
def to_the_end(time, today, label_delay, horizon):
    return with_masks(time, today, label_delay, 1e9)


@answers.wrong("time_split", "the rows are taken to be in order of time")
def sorted_rows(time, today, label_delay, horizon):
    return with_masks(sorted(time), today, label_delay, horizon)


@answers.wrong("time_split", "the future is shuffled into the past")
def shuffled(time, today, label_delay, horizon):
    return train_test_split(np.arange(len(time)), test_size=0.3, random_state=2)


@answers.wrong("time_split", "the days themselves instead of positions")
def days(time, today, label_delay, horizon):
    time = np.asarray(time, dtype=float)
    return tuple(time[part] for part in with_masks(time, today, label_delay, horizon))


@answers.wrong("time_split", "a label that becomes final today is not used")
def final_before_today(time, today, label_delay, horizon):
    time = np.asarray(time, dtype=float)
    return np.flatnonzero(time + label_delay < today), with_masks(time, today, 0, horizon)[1]


@answers.wrong("time_split", "the last day of the horizon is left out")
def before_the_end(time, today, label_delay, horizon):
    time = np.asarray(time, dtype=float)
    test = np.flatnonzero((today < time) & (time < today + horizon))
    return np.flatnonzero(time + label_delay <= today), test


@answers.wrong("time_split", "the index of a Series decides, not the order of the rows")
def index_labels(time, today, label_delay, horizon):
    time = pd.Series(time, dtype=float)
    test = time.index[(time > today) & (time <= today + horizon)]
    return time.index[time + label_delay <= today].to_numpy(), test.to_numpy()


@answers.wrong("time_split", "a list is used as if it were an array")
def without_asarray(time, today, label_delay, horizon):
    train = np.flatnonzero(time + label_delay <= today)
    return train, np.flatnonzero((time > today) & (time <= today + horizon))


@answers.wrong("time_split")
def delay_in_the_test_part_too(time, today, label_delay, horizon):
    return with_masks(time, today, label_delay, horizon - label_delay)


@answers.wrong("time_split")
def whole_days(time, today, label_delay, horizon):
    return with_masks(np.floor(np.asarray(time, dtype=float)), today, label_delay, horizon)


@answers.wrong("time_split")
def in_order_of_time(time, today, label_delay, horizon):
    time = np.asarray(time, dtype=float)
    order = np.argsort(time, kind="stable")
    return tuple(
        order[np.isin(order, part)] for part in with_masks(time, today, label_delay, horizon)
    )


@answers.wrong("time_split", "masks instead of positions")
def masks_not_positions(time, today, label_delay, horizon):
    time = np.asarray(time, dtype=float)
    return time + label_delay <= today, (time > today) & (time <= today + horizon)


@answers.wrong("time_split")
def open_ends(time, today, label_delay, horizon):
    time = np.asarray(time, dtype=float)
    train = np.flatnonzero(time + label_delay < today)
    return train, np.flatnonzero((today < time) & (time < today + horizon))


@answers.wrong("time_split", "rows of today are tested")
def today_in_both(time, today, label_delay, horizon):
    time = np.asarray(time, dtype=float)
    test = np.flatnonzero((today <= time) & (time <= today + horizon))
    return np.flatnonzero(time + label_delay <= today), test


# compare_models


@answers.right("compare_models")
def by_scipy(scores_a, scores_b, n_train, n_test):
    gains = np.subtract(list(scores_b), list(scores_a))
    scale = np.sqrt(gains.var(ddof=1) * (1 / len(gains) + n_test / n_train))
    return stats.t.interval(0.95, len(gains) - 1, loc=gains.mean(), scale=scale)


@answers.right("compare_models")
def step_by_step(scores_a, scores_b, n_train, n_test):
    gains = [b - a for a, b in zip(scores_a, scores_b, strict=True)]
    count = len(gains)
    mean = sum(gains) / count
    squares = sum((gain - mean) ** 2 for gain in gains) / (count - 1)
    half = stats.t(df=count - 1).isf(0.025) * (squares / count + squares * n_test / n_train) ** 0.5
    return [mean - half, mean + half]


def around(scores_a, scores_b, variance, quantile=None):
    gains = np.subtract(list(scores_b), list(scores_a))
    t = stats.t.ppf(0.975, len(gains) - 1) if quantile is None else quantile
    half = t * np.sqrt(variance)
    return gains.mean() - half, gains.mean() + half


def spread(scores_a, scores_b, ddof=1):
    return np.var(np.subtract(list(scores_b), list(scores_a)), ddof=ddof)


@answers.wrong("compare_models", "A minus B instead of B minus A")
def a_minus_b(scores_a, scores_b, n_train, n_test):
    return by_scipy(scores_b, scores_a, n_train, n_test)


@answers.wrong("compare_models", "the scores are treated as independent")
def naive(scores_a, scores_b, n_train, n_test):
    return around(scores_a, scores_b, spread(scores_a, scores_b) / len(scores_a))


@answers.wrong("compare_models", "the ratio of the two sizes is inverted")
def inverted(scores_a, scores_b, n_train, n_test):
    factor = 1 / len(scores_a) + n_train / n_test
    return around(scores_a, scores_b, spread(scores_a, scores_b) * factor)


@answers.wrong("compare_models", "the correction replaces the usual term")
def replaced(scores_a, scores_b, n_train, n_test):
    return around(scores_a, scores_b, spread(scores_a, scores_b) * n_test / n_train)


@answers.wrong("compare_models", "the pairs are torn apart")
def not_paired(scores_a, scores_b, n_train, n_test):
    variance = np.var(list(scores_a), ddof=1) + np.var(list(scores_b), ddof=1)
    return around(scores_a, scores_b, variance * (1 / len(scores_a) + n_test / n_train))


@answers.wrong("compare_models", "the index of a Series decides, not the order of the rows")
def subtracted_by_pandas(scores_a, scores_b, n_train, n_test):
    gains = pd.Series(scores_b) - pd.Series(scores_a)
    return by_scipy(np.zeros(len(gains)), gains, n_train, n_test)


@answers.wrong("compare_models", "lists and Series are used as if they were arrays")
def without_asarray_b(scores_a, scores_b, n_train, n_test):
    gains = scores_b - scores_a
    return by_scipy(0 * gains, gains, n_train, n_test)


@answers.wrong("compare_models")
def one_sided_quantile(scores_a, scores_b, n_train, n_test):
    t = stats.t.ppf(0.95, len(scores_a) - 1)
    factor = 1 / len(scores_a) + n_test / n_train
    return around(scores_a, scores_b, spread(scores_a, scores_b) * factor, quantile=t)


@answers.wrong("compare_models")
def one_degree_too_many(scores_a, scores_b, n_train, n_test):
    t = stats.t.ppf(0.975, len(scores_a))
    factor = 1 / len(scores_a) + n_test / n_train
    return around(scores_a, scores_b, spread(scores_a, scores_b) * factor, quantile=t)


@answers.wrong("compare_models", "the quantile of the normal distribution")
def normal_quantile(scores_a, scores_b, n_train, n_test):
    factor = 1 / len(scores_a) + n_test / n_train
    return around(scores_a, scores_b, spread(scores_a, scores_b) * factor, quantile=1.96)


@answers.wrong("compare_models", "the sum of squares is divided by the number of splits")
def population_variance(scores_a, scores_b, n_train, n_test):
    factor = 1 / len(scores_a) + n_test / n_train
    return around(scores_a, scores_b, spread(scores_a, scores_b, ddof=0) * factor)


@answers.wrong("compare_models")
def half_width(scores_a, scores_b, n_train, n_test):
    low, high = by_scipy(scores_a, scores_b, n_train, n_test)
    return (low + high) / 2, (high - low) / 2


@answers.wrong("compare_models", "the test part as a share of all rows")
def share_of_all(scores_a, scores_b, n_train, n_test):
    factor = 1 / len(scores_a) + n_test / (n_train + n_test)
    return around(scores_a, scores_b, spread(scores_a, scores_b) * factor)
