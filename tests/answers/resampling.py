"""Answers to lesson 05."""

from __future__ import annotations

import math
import random
from collections import Counter

import numpy as np
import pandas as pd
from imblearn.over_sampling import RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler, TomekLinks
from scipy.spatial import cKDTree
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler
from sklearn.utils import resample

from answers import Answers

answers = Answers("05-resampling/resampling")

LIBRARY_CALL = "a library call does the whole exercise"
NO_LISTS = "a list is used as if it were an array"
NOT_AT_RANDOM = "the rows are not drawn at random"
SEED_UNUSED = "random_state is not used"


def counted(y):
    (_, n_common), (_, n_rare) = Counter(list(y)).most_common()
    return n_common, n_rare


def split(y):
    labels = np.array(list(y), dtype=object)
    (common, _), (rare, _) = Counter(labels.tolist()).most_common()
    return np.flatnonzero(labels == common), np.flatnonzero(labels == rare)


# target_counts


@answers.right("target_counts")
def floor_of_both(y, ratio):
    n_common, n_rare = counted(y)
    return (n_common, math.floor(n_common * ratio)), (math.floor(n_rare / ratio), n_rare)


@answers.right("target_counts")
def by_the_samplers(y, ratio):
    y = np.array(list(y))
    X = np.zeros((len(y), 1))
    over = RandomOverSampler(sampling_strategy=ratio).fit_resample(X, y)[1]
    under = RandomUnderSampler(sampling_strategy=ratio).fit_resample(X, y)[1]
    return [sorted(np.unique(made, return_counts=True)[1])[::-1] for made in (over, under)]


@answers.right("target_counts")
def with_integers(y, ratio):
    counts = pd.Series(list(y)).value_counts()
    n_common, n_rare = counts.iloc[0], counts.iloc[-1]
    return np.array([[n_common, n_common * ratio // 1], [n_rare // ratio, n_rare]])


@answers.wrong("target_counts", "the two ways are in the wrong order")
def under_then_over(y, ratio):
    over, under = floor_of_both(y, ratio)
    return under, over


@answers.wrong("target_counts", "within a pair the rare class comes first")
def rare_first(y, ratio):
    return tuple(pair[::-1] for pair in floor_of_both(y, ratio))


@answers.wrong("target_counts", "the ratio is turned upside down")
def common_per_rare(y, ratio):
    n_common, n_rare = counted(y)
    return (n_common, int(n_common / ratio)), (int(n_rare * ratio), n_rare)


@answers.wrong("target_counts", "the ratio is taken for the share of all rows")
def share_of_all_rows(y, ratio):
    n_common, n_rare = counted(y)
    odds = ratio / (1 - ratio)
    return (n_common, int(n_common * ratio / (1 - ratio))), (int(n_rare / odds), n_rare)


@answers.wrong("target_counts", "the number of rows to add or to drop, not the number afterwards")
def changes(y, ratio):
    n_common, n_rare = counted(y)
    (_, after), (left, _) = floor_of_both(y, ratio)
    return (n_common, after - n_rare), (n_common - left, n_rare)


@answers.wrong("target_counts", "the classes are made equal whatever `ratio` says")
def equal(y, ratio):
    n_common, n_rare = counted(y)
    return (n_common, n_common), (n_rare, n_rare)


@answers.wrong("target_counts", "numbers are rounded to the nearest whole number")
def rounded_to_nearest(y, ratio):
    n_common, n_rare = counted(y)
    return (n_common, round(n_common * ratio)), (round(n_rare / ratio), n_rare)


@answers.wrong("target_counts")
def label_1_is_rare(y, ratio):
    y = list(y)
    n_rare = sum(label in (1, "fraud") for label in y)
    n_common = len(y) - n_rare
    return (n_common, int(n_common * ratio)), (int(n_rare / ratio), n_rare)


@answers.wrong("target_counts", 'the label "fraud" is taken for the rare class')
def fraud_is_rare(y, ratio):
    n_rare = int((np.asarray(y) == "fraud").sum())
    n_common = len(y) - n_rare
    return (n_common, int(n_common * ratio)), (int(n_rare / ratio), n_rare)


@answers.wrong("target_counts", NO_LISTS)
def compares_a_list(y, ratio):
    rare = min(set(y), key=list(y).count)
    n_rare, n_common = (y == rare).sum(), (y != rare).sum()
    return (n_common, int(n_common * ratio)), (int(n_rare / ratio), n_rare)


@answers.wrong("target_counts", "the index of a Series decides, not the order of the rows")
def compares_with_the_first(y, ratio):
    first = sum(label == y[0] for label in y)
    n_common, n_rare = max(first, len(y) - first), min(first, len(y) - first)
    return (n_common, int(n_common * ratio)), (int(n_rare / ratio), n_rare)


@answers.wrong("target_counts")
def value_counts_of_a_series(y, ratio):
    n_common, n_rare = y.value_counts()
    return (n_common, int(n_common * ratio)), (int(n_rare / ratio), n_rare)


@answers.wrong("target_counts")
def rounded_up(y, ratio):
    n_common, n_rare = counted(y)
    return (n_common, math.ceil(n_common * ratio)), (math.ceil(n_rare / ratio), n_rare)


@answers.wrong("target_counts")
def rounded_only_once(y, ratio):
    n_common, n_rare = counted(y)
    return (n_common, n_common * ratio), (n_rare // ratio, n_rare)


@answers.wrong("target_counts")
def first_label_is_common(y, ratio):
    n_common = list(y).count(min(y))
    n_rare = len(y) - n_common
    return (n_common, int(n_common * ratio)), (int(n_rare / ratio), n_rare)


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


# random_oversample


@answers.right("random_oversample")
def copies_by_choice(y, ratio, random_state=0):
    common, rare = split(y)
    rng = np.random.default_rng(random_state)
    extra = rng.choice(rare, int(len(common) * ratio) - len(rare))
    return np.concatenate([np.arange(len(y)), extra])


@answers.right("random_oversample")
def copies_by_resample(y, ratio, random_state=0):
    common, rare = split(y)
    n_extra = math.floor(ratio * len(common)) - len(rare)
    extra = resample(rare, replace=True, n_samples=n_extra, random_state=random_state)
    return [*common, *rare, *extra]


@answers.wrong("random_oversample", LIBRARY_CALL)
def copies_by_sampler(y, ratio, random_state=0):
    y = np.array(list(y))
    sampler = RandomOverSampler(sampling_strategy=ratio, random_state=random_state)
    sampler.fit_resample(np.zeros((len(y), 1)), y)
    return sampler.sample_indices_


@answers.right("random_oversample")
def copies_from_the_standard_library(y, ratio, random_state=0):
    common, rare = split(y)
    draw = random.Random(random_state)
    n_extra = int(len(common) * ratio) - len(rare)
    return list(range(len(y))) + draw.choices(rare.tolist(), k=n_extra)


@answers.wrong("random_oversample", "a mask instead of positions")
def a_mask(y, ratio, random_state=0):
    return np.ones(len(y), dtype=bool)


@answers.wrong("random_oversample", "index labels instead of positions")
def copies_of_index_labels(y, ratio, random_state=0):
    rows = copies_by_choice(y, ratio, random_state)
    return y.index[rows] if isinstance(y, pd.Series) else rows


@answers.wrong("random_oversample", "samples without replacement")
def copies_without_replacement(y, ratio, random_state=0):
    common, rare = split(y)
    rng = np.random.default_rng(random_state)
    extra = rng.choice(rare, int(len(common) * ratio) - len(rare), replace=False)
    return np.concatenate([np.arange(len(y)), extra])


@answers.wrong("random_oversample", "touches the majority")
def all_drawn_anew(y, ratio, random_state=0):
    common, rare = split(y)
    rng = np.random.default_rng(random_state)
    extra = rng.choice(rare, int(len(common) * ratio) - len(rare))
    return np.concatenate([rng.choice(common, len(common)), rare, extra])


@answers.wrong("random_oversample", "no rare row is repeated")
def nothing_added(y, ratio, random_state=0):
    return np.arange(len(y))


@answers.wrong("random_oversample", "original rows of the rare class are lost")
def the_whole_class_drawn(y, ratio, random_state=0):
    common, rare = split(y)
    rng = np.random.default_rng(random_state)
    return np.concatenate([common, rng.choice(rare, int(len(common) * ratio))])


@answers.wrong("random_oversample", "the rows that are already there are forgotten")
def added_on_top(y, ratio, random_state=0):
    common, rare = split(y)
    rng = np.random.default_rng(random_state)
    return np.concatenate([np.arange(len(y)), rng.choice(rare, int(len(common) * ratio))])


@answers.wrong("random_oversample", "the classes are made equal whatever `ratio` says")
def always_equal(y, ratio, random_state=0):
    return copies_by_choice(y, 1.0, random_state)


@answers.wrong("random_oversample", NOT_AT_RANDOM)
def copies_dealt_out(y, ratio, random_state=0):
    common, rare = split(y)
    return np.concatenate([common, np.resize(rare, int(len(common) * ratio))])


@answers.wrong("random_oversample", NOT_AT_RANDOM)
def one_row_again_and_again(y, ratio, random_state=0):
    common, rare = split(y)
    n_extra = int(len(common) * ratio) - len(rare)
    return np.concatenate([np.arange(len(y)), np.repeat(rare[:1], n_extra)])


@answers.wrong("random_oversample", SEED_UNUSED)
def copies_without_a_seed(y, ratio, random_state=0):
    return copies_by_choice(y, ratio, None)


@answers.wrong("random_oversample", NOT_AT_RANDOM)
def copies_with_a_fixed_seed(y, ratio, random_state=0):
    return copies_by_choice(y, ratio, 42)


@answers.wrong("random_oversample", NOT_AT_RANDOM)
def copies_of_all_but_the_first(y, ratio, random_state=0):
    common, rare = split(y)
    rng = np.random.default_rng(random_state)
    copied = rare[1:] if len(rare) > 1 else rare
    return np.concatenate(
        [np.arange(len(y)), rng.choice(copied, int(len(common) * ratio) - len(rare))]
    )


@answers.wrong("random_oversample")
def copies_rounded(y, ratio, random_state=0):
    common, rare = split(y)
    rng = np.random.default_rng(random_state)
    extra = rng.choice(rare, round(len(common) * ratio) - len(rare))
    return np.concatenate([np.arange(len(y)), extra])


@answers.wrong("random_oversample", "no rare row is repeated")
def copies_of_the_label_1(y, ratio, random_state=0):
    labels = np.array(list(y), dtype=object)
    rare = np.flatnonzero([label in (1, "fraud", True) for label in labels])
    rng = np.random.default_rng(random_state)
    extra = rng.choice(rare, max(0, int((len(y) - len(rare)) * ratio) - len(rare)))
    return np.concatenate([np.arange(len(y)), extra])


# rows_lost


@answers.right("rows_lost")
def two_shares(y, ratio):
    n_common, n_rare = counted(y)
    lost = n_common - math.floor(n_rare / ratio)
    return lost / n_common, lost / len(y)


@answers.right("rows_lost")
def by_counting_what_is_left(y, ratio):
    kept = len(by_choice(y, ratio))
    common, _ = split(y)
    return [(len(y) - kept) / len(common), 1 - kept / len(y)]


@answers.wrong("rows_lost", "the two shares are in the wrong order")
def shares_swapped(y, ratio):
    return two_shares(y, ratio)[::-1]


@answers.wrong("rows_lost", "counts instead of shares")
def lost_counts(y, ratio):
    n_common, n_rare = counted(y)
    return n_common - int(n_rare / ratio), n_common - int(n_rare / ratio)


@answers.wrong("rows_lost", "the rows that are kept, not those that are lost")
def kept_shares(y, ratio):
    return tuple(1 - share for share in two_shares(y, ratio))


@answers.wrong("rows_lost", "the classes are made equal whatever `ratio` says")
def lost_at_one_to_one(y, ratio):
    return two_shares(y, 1.0)


@answers.wrong("rows_lost", "the rare rows that stay are counted as lost")
def rare_forgotten(y, ratio):
    n_common, n_rare = counted(y)
    kept = int(n_rare / ratio)
    return (n_common - kept) / n_common, (n_common + n_rare - kept) / (n_common + n_rare)


@answers.wrong("rows_lost")
def lost_percent(y, ratio):
    return tuple(100 * share for share in two_shares(y, ratio))


@answers.wrong("rows_lost", NO_LISTS)
def lost_from_a_list(y, ratio):
    n_rare = min((y == label).sum() for label in set(y))
    n_common = len(y) - n_rare
    return (n_common - int(n_rare / ratio)) / n_common, (n_common - int(n_rare / ratio)) / len(y)


@answers.wrong("rows_lost")
def lost_without_rounding(y, ratio):
    n_common, n_rare = counted(y)
    return (n_common - n_rare / ratio) / n_common, (n_common - n_rare / ratio) / len(y)


@answers.wrong("rows_lost")
def lost_where_1_is_rare(y, ratio):
    n_rare = max(1, sum(label in (1, "fraud") for label in y))
    n_common = len(y) - n_rare
    lost = n_common - int(n_rare / ratio)
    return lost / n_common, lost / len(y)


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
    return 1 - two_shares(y, ratio)[1]


@answers.wrong("information_kept", "only the variance of the common class was compared")
def common_variance(y, ratio):
    return 1 - two_shares(y, ratio)[0]


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
    of_common, of_all = two_shares(y, ratio)
    return (1 - of_common) * (1 - of_all)


@answers.wrong("information_kept")
def against_endless_data_in_rows(y, ratio):
    n_rare = counted(y)[1]
    kept = int(n_rare / ratio)
    return kept / (kept + n_rare)


# tomek_links


@answers.right("tomek_links")
def by_neighbours(X, y):
    nearest = NearestNeighbors(n_neighbors=2).fit(X).kneighbors(return_distance=True)[1][:, 0]
    return [
        (i, int(j)) for i, j in enumerate(nearest) if nearest[j] == i and i < j and y[i] != y[j]
    ]


@answers.right("tomek_links")
def by_tree(X, y):
    _, found = cKDTree(X).query(X, k=2)
    nearest = dict(found)
    pairs = {(min(i, j), max(i, j)) for i, j in nearest.items() if nearest[j] == i}
    return sorted(pair for pair in pairs if y[pair[0]] != y[pair[1]])


@answers.right("tomek_links")
def in_loops(X, y):
    X = [list(row) for row in X]
    nearest = []
    for i, point in enumerate(X):
        others = [j for j in range(len(X)) if j != i]
        nearest.append(min(others, key=lambda j: math.dist(point, X[j])))
    return [
        [i, j]
        for i in range(len(X))
        for j in range(i + 1, len(X))
        if nearest[i] == j and nearest[j] == i and list(y)[i] != list(y)[j]
    ]


def nearest_of(X):
    return cKDTree(X).query(X, k=2)[1][:, 1].tolist()


def ordered(pairs):
    return sorted({(min(pair), max(pair)) for pair in pairs})


@answers.wrong("tomek_links", "one-sided neighbours")
def one_sided(X, y):
    return ordered((i, j) for i, j in enumerate(nearest_of(X)) if y[i] != y[j])


@answers.wrong("tomek_links", "one-sided neighbours, seen from the common class")
def whose_neighbour_is_rare(X, y):
    common, _ = split(y)
    return ordered((i, j) for i, j in enumerate(nearest_of(X)) if i in common and y[i] != y[j])


@answers.wrong("tomek_links", "one-sided neighbours, seen from the rare class")
def neighbours_of_the_rare(X, y):
    _, rare = split(y)
    return ordered((i, j) for i, j in enumerate(nearest_of(X)) if i in rare and y[i] != y[j])


@answers.wrong("tomek_links", "same-class pairs")
def mutual(X, y):
    nearest = nearest_of(X)
    return ordered((i, j) for i, j in enumerate(nearest) if nearest[j] == i)


@answers.wrong("tomek_links", "each pair comes twice")
def both_ways(X, y):
    return sorted([*by_tree(X, y), *(pair[::-1] for pair in by_tree(X, y))])


@answers.wrong("tomek_links", "the rows to drop instead of the pairs")
def rows_to_drop(X, y):
    common, _ = split(y)
    return np.intersect1d(common, [place for pair in by_tree(X, y) for place in pair])


@answers.wrong("tomek_links", LIBRARY_CALL)
def by_cleaning(X, y):
    cleaner = TomekLinks(sampling_strategy="all")
    cleaner.fit_resample(X, np.array([str(label) for label in y]))
    linked = np.setdiff1d(np.arange(len(y)), cleaner.sample_indices_)
    return [pair for pair in by_tree(X, y) if set(pair) <= set(linked)]


@answers.wrong("tomek_links", "each point is its own neighbour")
def itself(X, y):
    nearest = NearestNeighbors(n_neighbors=1).fit(X).kneighbors(X)[1][:, 0]
    return [(i, j) for i, j in enumerate(nearest) if nearest[j] == i and y[i] != y[j]]


@answers.wrong("tomek_links", "only the first feature counts")
def nearest_in_the_first_feature(X, y):
    return by_tree(np.asarray(X)[:, :1], y)


@answers.wrong("tomek_links", "the nearest point is sought in the other class only")
def nearest_stranger(X, y):
    common, rare = split(y)
    from_common = NearestNeighbors(n_neighbors=1).fit(X[rare]).kneighbors(X[common])[1][:, 0]
    from_rare = NearestNeighbors(n_neighbors=1).fit(X[common]).kneighbors(X[rare])[1][:, 0]
    pairs = [(common[i], rare[j]) for i, j in enumerate(from_common) if from_rare[j] == i]
    return ordered((int(i), int(j)) for i, j in pairs)


@answers.wrong("tomek_links", "the features are brought to one scale first")
def scaled_first(X, y):
    return by_tree(StandardScaler().fit_transform(X), y)


@answers.wrong("tomek_links")
def city_blocks(X, y):
    nearest = cKDTree(X).query(X, k=2, p=1)[1][:, 1].tolist()
    return ordered((i, j) for i, j in enumerate(nearest) if nearest[j] == i and y[i] != y[j])


@answers.wrong("tomek_links")
def sorted_by_the_larger(X, y):
    return [pair[::-1] for pair in by_tree(X, y)]


@answers.wrong("tomek_links")
def as_they_are_found(X, y):
    return by_tree(X, y)[::-1]


@answers.wrong("tomek_links")
def on_a_sorted_line(X, y):
    """Compare each point with its neighbours in the order of the first feature, as in the text."""
    order = np.argsort(X[:, 0], kind="stable")
    gaps = np.linalg.norm(np.diff(X[order], axis=0), axis=1)
    padded = np.r_[np.inf, gaps, np.inf]
    links = [
        (int(order[k]), int(order[k + 1]))
        for k, gap in enumerate(gaps)
        if gap < padded[k] and gap < padded[k + 2] and y[order[k]] != y[order[k + 1]]
    ]
    return ordered(links)
