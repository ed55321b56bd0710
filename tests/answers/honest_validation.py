"""Answers to lesson 04."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pandas as pd
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline
from scipy import stats
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import (
    GroupKFold,
    GroupShuffleSplit,
    StratifiedGroupKFold,
    StratifiedKFold,
    cross_val_score,
    train_test_split,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from answers import Answers

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


# honest_auc


def detector():
    return make_pipeline(
        StandardScaler(), RandomOverSampler(random_state=0), KNeighborsClassifier(5)
    )


def by_folds(X, y, folds, groups=None, scoring="roc_auc"):
    scores = cross_val_score(detector(), X, y, groups=groups, cv=folds, scoring=scoring)
    return float(scores.mean())


def as_reported(X, y, patient):
    X, y = RandomOverSampler(random_state=0).fit_resample(StandardScaler().fit_transform(X), y)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    return cross_val_score(KNeighborsClassifier(5), X, y, cv=folds, scoring="roc_auc").mean()


@answers.right("honest_auc")
def ten_folds_of_patients(X, y, patient):
    return by_folds(X, y, StratifiedGroupKFold(10, shuffle=True, random_state=3), patient)


@answers.right("honest_auc")
def plain_group_folds(X, y, patient):
    return by_folds(X, y, GroupKFold(5), patient)


@answers.right("honest_auc")
def split_again_and_again(X, y, patient):
    return by_folds(X, y, GroupShuffleSplit(12, test_size=0.25, random_state=1), patient)


@answers.right("honest_auc")
def patients_by_hand(X, y, patient):
    """Deal the patients of each class to folds; copy and scale by hand."""
    ids, first = np.unique(patient, return_index=True)
    scores = []
    for fold in range(5):
        held = [p for label in (0, 1) for p in ids[y[first] == label][fold::5]]
        test = np.isin(patient, held)
        copied, labels = RandomOverSampler(random_state=0).fit_resample(X[~test], y[~test])
        scaler = StandardScaler().fit(X[~test])
        model = KNeighborsClassifier(5).fit(scaler.transform(copied), labels)
        scores.append(roc_auc_score(y[test], model.predict_proba(scaler.transform(X[test]))[:, 1]))
    return np.mean(scores)


@answers.wrong("honest_auc", "the report, believed")
def the_report(X, y, patient):
    return as_reported(X, y, patient)


@answers.wrong("honest_auc", "patients on both sides")
def only_the_copies(X, y, patient):
    return by_folds(X, y, StratifiedKFold(5, shuffle=True, random_state=1))


@answers.wrong("honest_auc", "the rows of training")
def from_memory(X, y, patient):
    return roc_auc_score(y, detector().fit(X, y).predict_proba(X)[:, 1])


@answers.wrong("honest_auc", "the same number for every hospital")
def seventy(X, y, patient):
    return 0.7


@answers.wrong("honest_auc", "the leak instead of the score")
def how_much_too_high(X, y, patient):
    return as_reported(X, y, patient) - plain_group_folds(X, y, patient)


@answers.wrong("honest_auc")
def a_flat_deduction(X, y, patient):
    return as_reported(X, y, patient) - 0.2


@answers.wrong("honest_auc")
def average_precision_instead(X, y, patient):
    return by_folds(X, y, GroupKFold(5), patient, scoring="average_precision")


@answers.wrong("honest_auc")
def in_percent(X, y, patient):
    return 100 * plain_group_folds(X, y, patient)


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
