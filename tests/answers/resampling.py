"""Answers to lesson 05."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pandas as pd
from imblearn.under_sampling import RandomUnderSampler
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score, recall_score
from sklearn.utils import resample

from answers import Answers

answers = Answers("05-resampling/resampling")

LIBRARY_CALL = "a library call does the whole exercise"
NOT_AT_RANDOM = "the rows are not drawn at random"
SEED_UNUSED = "random_state is not used"


def counted(y):
    (_, n_common), (_, n_rare) = Counter(list(y)).most_common()
    return n_common, n_rare


def split(y):
    labels = np.array(list(y), dtype=object)
    (common, _), (rare, _) = Counter(labels.tolist()).most_common()
    return np.flatnonzero(labels == common), np.flatnonzero(labels == rare)


# random_undersample


@answers.right("random_undersample")
def by_choice(y, ratio, random_state=0):
    common, rare = split(y)
    rng = np.random.default_rng(random_state)
    kept = rng.choice(common, int(len(rare) / ratio), replace=False)
    return np.concatenate([kept, rare])


@answers.right("random_undersample")
def by_resample(y, ratio, random_state=0):
    common, rare = split(y)
    n_kept = math.floor(len(rare) / ratio)
    kept = resample(common, replace=False, n_samples=n_kept, random_state=random_state)
    return sorted([*kept, *rare])


@answers.wrong("random_undersample", LIBRARY_CALL)
def by_sampler(y, ratio, random_state=0):
    y = np.array(list(y))
    sampler = RandomUnderSampler(sampling_strategy=ratio, random_state=random_state)
    sampler.fit_resample(np.zeros((len(y), 1)), y)
    return sampler.sample_indices_


@answers.right("random_undersample")
def by_pandas(y, ratio, random_state=0):
    y = pd.Series(list(y))
    counts = y.value_counts()
    rare = y[y == counts.index[-1]]
    common = y[y == counts.index[0]].sample(int(len(rare) / ratio), random_state=random_state)
    return pd.concat([rare, common]).index


@answers.wrong("random_undersample", "a mask instead of positions")
def mask(y, ratio, random_state=0):
    kept = np.zeros(len(y), dtype=bool)
    kept[by_choice(y, ratio, random_state)] = True
    return kept


@answers.wrong("random_undersample", "index labels instead of positions")
def labels_of_the_index(y, ratio, random_state=0):
    rows = by_choice(y, ratio, random_state)
    return y.index[rows] if isinstance(y, pd.Series) else rows


@answers.wrong("random_undersample", "rows are drawn with replacement")
def with_replacement(y, ratio, random_state=0):
    common, rare = split(y)
    rng = np.random.default_rng(random_state)
    return np.concatenate([rng.choice(common, int(len(rare) / ratio)), rare])


@answers.wrong("random_undersample", "the rare class is left out")
def common_only(y, ratio, random_state=0):
    _, rare = split(y)
    return by_choice(y, ratio, random_state)[: int(len(rare) / ratio)]


@answers.wrong("random_undersample", "rows of the rare class are dropped too")
def thinned_all(y, ratio, random_state=0):
    common, rare = split(y)
    rng = np.random.default_rng(random_state)
    kept = rng.choice(common, int(len(rare) / ratio), replace=False)
    return np.concatenate([kept, rare[1:]])


@answers.wrong("random_undersample", "the classes are made equal whatever `ratio` says")
def one_to_one(y, ratio, random_state=0):
    return by_choice(y, 1.0, random_state)


@answers.wrong("random_undersample", "the ratio is turned upside down")
def upside_down(y, ratio, random_state=0):
    common, rare = split(y)
    rng = np.random.default_rng(random_state)
    return np.concatenate([rng.choice(common, int(len(rare) * ratio), replace=False), rare])


@answers.wrong("random_undersample", NOT_AT_RANDOM)
def first_rows(y, ratio, random_state=0):
    common, rare = split(y)
    return np.concatenate([common[: int(len(rare) / ratio)], rare])


@answers.wrong("random_undersample", NOT_AT_RANDOM)
def fixed_seed(y, ratio, random_state=0):
    return by_choice(y, ratio, 0)


@answers.wrong("random_undersample", SEED_UNUSED)
def without_a_seed(y, ratio, random_state=0):
    return by_choice(y, ratio, None)


@answers.wrong("random_undersample")
def the_label_fraud_is_rare(y, ratio, random_state=0):
    labels = np.array(list(y), dtype=object)
    rare = np.flatnonzero([label in (1, "fraud", True) for label in labels])
    common = np.setdiff1d(np.arange(len(labels)), rare)
    kept = resample(
        common, replace=False, n_samples=int(len(rare) / ratio), random_state=random_state
    )
    return np.concatenate([kept, rare])


@answers.wrong("random_undersample")
def kept_rounded(y, ratio, random_state=0):
    common, rare = split(y)
    rng = np.random.default_rng(random_state)
    return [*rng.choice(common, round(len(rare) / ratio), replace=False), *rare]


@answers.wrong("random_undersample")
def compares_the_list(y, ratio, random_state=0):
    labels = sorted(set(y), key=list(y).count)
    common, rare = np.flatnonzero(y == labels[1]), np.flatnonzero(y == labels[0])
    rng = np.random.default_rng(random_state)
    return [*rng.choice(common, int(len(rare) / ratio), replace=False), *rare]


@answers.wrong("random_undersample", NOT_AT_RANDOM)
def never_the_last_row(y, ratio, random_state=0):
    common, rare = split(y)
    rng = np.random.default_rng(random_state)
    return [*rng.choice(common[:-1], int(len(rare) / ratio), replace=False), *rare]


@answers.wrong("random_undersample")
def as_a_dict(y, ratio, random_state=0):
    common, rare = split(y)
    rng = np.random.default_rng(random_state)
    return {"kept": rng.choice(common, int(len(rare) / ratio), replace=False), "rare": rare}


@answers.wrong("random_undersample", SEED_UNUSED)
def another_order_each_time(y, ratio, random_state=0):
    return np.random.default_rng().permutation(by_choice(y, ratio, random_state))


# matching_threshold


def odds(p):
    return p / (1 - p)


@answers.right("matching_threshold")
def by_the_sampling_rate(prevalence, ratio, threshold=0.5):
    beta = odds(prevalence) / ratio
    before = beta * odds(threshold)
    return before / (1 + before)


@answers.right("matching_threshold")
def by_solving_for_p(prevalence, ratio, threshold=0.5):
    beta = prevalence / ((1 - prevalence) * ratio)
    return beta * threshold / (1 - threshold + beta * threshold)


@answers.right("matching_threshold")
def by_log_odds(prevalence, ratio, threshold=0.5):
    z = math.log(odds(threshold)) + math.log(odds(prevalence)) - math.log(ratio)
    return 1 / (1 + math.exp(-z))


@answers.wrong(
    "matching_threshold", "the other way round: from the untouched model to the resampled one"
)
def odds_made_larger(prevalence, ratio, threshold=0.5):
    after = odds(threshold) * ratio / odds(prevalence)
    return after / (1 + after)


@answers.wrong("matching_threshold", "the probability is divided, not the odds")
def probability_times_beta(prevalence, ratio, threshold=0.5):
    return odds(prevalence) / ratio * threshold


@answers.wrong("matching_threshold", "odds instead of a probability")
def still_odds(prevalence, ratio, threshold=0.5):
    return odds(prevalence) / ratio * odds(threshold)


@answers.wrong("matching_threshold", "the prevalence is taken for the ratio before")
def prevalence_over_ratio(prevalence, ratio, threshold=0.5):
    before = prevalence / ratio * odds(threshold)
    return before / (1 + before)


@answers.wrong("matching_threshold", "the ratio is taken for the share of all rows")
def a_half_means_even(prevalence, ratio, threshold=0.5):
    before = odds(prevalence) * (1 - ratio) / ratio * odds(threshold)
    return before / (1 + before)


@answers.wrong("matching_threshold", "the classes are made equal whatever `ratio` says")
def as_for_one_to_one(prevalence, ratio, threshold=0.5):
    before = odds(prevalence) * odds(threshold)
    return before / (1 + before)


@answers.wrong("matching_threshold", "0.5 whatever `threshold` says")
def only_for_a_half(prevalence, ratio, threshold=0.5):
    beta = odds(prevalence) / ratio
    return beta / (1 + beta)


@answers.wrong("matching_threshold")
def the_prevalence(prevalence, ratio, threshold=0.5):
    return prevalence


@answers.wrong("matching_threshold")
def rounded(prevalence, ratio, threshold=0.5):
    return round(by_log_odds(prevalence, ratio, threshold), 2)


# information_kept


@answers.right("information_kept")
def variances(y, ratio):
    n_common, n_rare = counted(y)
    kept = n_rare // ratio
    return (1 / n_rare + 1 / n_common) / (1 / n_rare + 1 / kept)


@answers.right("information_kept")
def by_effective_sizes(y, ratio):
    n_common, n_rare = counted(y)
    kept = int(n_rare / ratio)

    def size(a, b):
        return a * b / (a + b)

    return size(n_rare, kept) / size(n_rare, n_common)


@answers.wrong("information_kept", "the share of the rows that is kept")
def share_of_rows(y, ratio):
    n_common, n_rare = counted(y)
    return (n_rare // ratio + n_rare) / (n_common + n_rare)


@answers.wrong("information_kept", "only the variance of the common class was compared")
def common_variance(y, ratio):
    n_common, n_rare = counted(y)
    return (n_rare // ratio) / n_common


@answers.wrong("information_kept", "the ratio of the variances is turned upside down")
def inverse(y, ratio):
    return 1 / variances(y, ratio)


@answers.wrong("information_kept", "standard errors were compared instead of variances")
def standard_errors(y, ratio):
    return variances(y, ratio) ** 0.5


@answers.wrong("information_kept", "the share that is lost")
def information_lost(y, ratio):
    return 1 - variances(y, ratio)


@answers.wrong("information_kept", "the classes are made equal whatever `ratio` says")
def information_at_one_to_one(y, ratio):
    return variances(y, 1.0)


@answers.wrong("information_kept", "compared with endlessly many common rows")
def against_endless_data(y, ratio):
    return 1 / (1 + ratio)


@answers.wrong("information_kept")
def information_without_rounding(y, ratio):
    n_common, n_rare = counted(y)
    return (1 / n_rare + 1 / n_common) / (1 / n_rare + ratio / n_rare)


@answers.wrong("information_kept")
def product_of_the_shares(y, ratio):
    return common_variance(y, ratio) * share_of_rows(y, ratio)


@answers.wrong("information_kept")
def against_endless_data_in_rows(y, ratio):
    n_rare = counted(y)[1]
    kept = int(n_rare / ratio)
    return kept / (kept + n_rare)


# negatives_to_keep

RATIOS = (1, 2, 5, 10, 20, 40)


def ready(X, y, n_negatives, budget, seed):
    """Fit as the lesson's nights do."""
    sampler = RandomUnderSampler(sampling_strategy={0: n_negatives}, random_state=seed)
    X, y = sampler.fit_resample(X, y)
    n_trees = min(20, budget // len(y))
    if not n_trees:
        return DummyClassifier().fit(X, y)
    return HistGradientBoostingClassifier(
        max_iter=n_trees, max_leaf_nodes=8, learning_rate=0.25, early_stopping=False, random_state=0
    ).fit(X, y)


def best_tried(known, candidates, seeds, quality=average_precision_score):
    X, y, X_try, y_try, budget = known
    there = int((y == 0).sum())

    def tried(n):
        models = [ready(X, y, n, budget, seed) for seed in seeds]
        return np.mean([quality(y_try, m.predict_proba(X_try)[:, 1]) for m in models])

    return max(sorted({min(there, int(n)) for n in candidates}), key=tried)


@answers.right("negatives_to_keep")
def ratios_in_three_draws(X, y, X_try, y_try, budget):
    candidates = [*(y.sum() * np.array(RATIOS)), len(y)]
    return best_tried((X, y, X_try, y_try, budget), candidates, seeds=(11, 12, 13))


@answers.right("negatives_to_keep")
def nine_numbers_in_three_draws(X, y, X_try, y_try, budget):
    candidates = np.geomspace(y.sum(), 6000, 9)
    return best_tried((X, y, X_try, y_try, budget), candidates, seeds=(3, 4, 5))


@answers.wrong("negatives_to_keep", "as many negatives as positives, everywhere")
def one_to_one_everywhere(X, y, X_try, y_try, budget):
    return int(y.sum())


@answers.wrong("negatives_to_keep", "negatives for each positive, not negatives")
def ten(X, y, X_try, y_try, budget):
    return 10


@answers.wrong("negatives_to_keep", "more rows than the night has time for")
def all_of_them(X, y, X_try, y_try, budget):
    return int((y == 0).sum())


@answers.wrong("negatives_to_keep", "more rows than the night has time for")
def ten_for_each(X, y, X_try, y_try, budget):
    return min(10 * int(y.sum()), int((y == 0).sum()))


@answers.wrong("negatives_to_keep", "more rows than the night has time for")
def two_for_each(X, y, X_try, y_try, budget):
    """Keep the same ratio everywhere."""
    return 2 * int(y.sum())


@answers.wrong("negatives_to_keep", "more rows than the night has time for")
def five_for_each(X, y, X_try, y_try, budget):
    return 5 * int(y.sum())


@answers.wrong("negatives_to_keep")
def three_hundred(X, y, X_try, y_try, budget):
    return 300


@answers.wrong("negatives_to_keep", "as many negatives as positives, everywhere")
def best_recall_at_a_half(X, y, X_try, y_try, budget):
    """Prefer what flags most, among what leaves time."""
    most = budget - int(y.sum())
    candidates = [n for n in y.sum() * np.array(RATIOS) if n <= most]
    return best_tried(
        (X, y, X_try, y_try, budget), candidates, (1,), lambda y, p: recall_score(y, p >= 0.5)
    )


@answers.wrong("negatives_to_keep")
def a_share(X, y, X_try, y_try, budget):
    return 0.1


@answers.wrong("negatives_to_keep")
def more_than_there_are(X, y, X_try, y_try, budget):
    return 100_000
