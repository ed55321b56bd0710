"""Answers to lesson 11."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import brentq
from scipy.stats import norm
from sklearn.ensemble import AdaBoostClassifier, IsolationForest, VotingClassifier
from sklearn.utils import resample
from statsmodels.stats.proportion import proportion_confint

from answers import Answers

answers = Answers("11-ensembles-and-extremes/ensembles-and-extremes")

NO_LISTS = "a list is used as if it were an array"
NO_ARRAY_LIKES = "lists and Series are used as if they were arrays"
NO_CHANCE = "some rows never get their chance"
NOT_AGAIN = "a class is drawn without replacement"
SEED_UNUSED = "random_state is not used"


def groups(y):
    labels = list(y)
    return [
        np.array([i for i, label in enumerate(labels) if label == name])
        for name, _ in Counter(labels).most_common()
    ]


# balanced_bootstrap


@answers.right("balanced_bootstrap")
def by_choice(y, random_state=0):
    common, rare = groups(y)
    rng = np.random.default_rng(random_state)
    return np.concatenate([rng.choice(rows, len(rare)) for rows in (common, rare)])


@answers.right("balanced_bootstrap")
def by_resample(y, random_state=0):
    common, rare = groups(y)
    drawn = [
        resample(rows, n_samples=len(rare), random_state=random_state + turn)
        for turn, rows in enumerate((common, rare))
    ]
    return sorted(np.concatenate(drawn).tolist())


@answers.right("balanced_bootstrap")
def by_pandas(y, random_state=0):
    labels = pd.Series(list(y))
    n = labels.value_counts().min()
    return (
        labels.groupby(labels).sample(n, replace=True, random_state=random_state).index.to_numpy()
    )


@answers.wrong("balanced_bootstrap", "a mask instead of positions")
def mask(y, random_state=0):
    drawn = np.zeros(len(y), dtype=bool)
    drawn[by_choice(y, random_state)] = True
    return drawn


@answers.wrong("balanced_bootstrap", "index labels instead of positions")
def index_labels(y, random_state=0):
    rows = by_choice(y, random_state)
    return y.index[rows] if isinstance(y, pd.Series) else rows


@answers.wrong("balanced_bootstrap", "both classes get as many rows as the common class has")
def oversampled(y, random_state=0):
    common, rare = groups(y)
    rng = np.random.default_rng(random_state)
    return np.concatenate([rng.choice(rows, len(common)) for rows in (common, rare)])


@answers.wrong("balanced_bootstrap", "an ordinary bootstrap of all rows")
def ordinary(y, random_state=0):
    return np.random.default_rng(random_state).integers(0, len(y), len(y))


@answers.wrong("balanced_bootstrap", "the rare rows are kept once each, not drawn")
def rare_kept(y, random_state=0):
    common, rare = groups(y)
    drawn = np.random.default_rng(random_state).choice(common, len(rare))
    return np.concatenate([drawn, rare])


@answers.wrong("balanced_bootstrap", "the rare rows are kept once each, not drawn")
def undersampled(y, random_state=0):
    common, rare = groups(y)
    drawn = np.random.default_rng(random_state).choice(common, len(rare), replace=False)
    return np.concatenate([drawn, rare])


@answers.wrong("balanced_bootstrap", NO_CHANCE)
def fixed_seed(y, random_state=0):
    return by_choice(y, 3)


@answers.wrong("balanced_bootstrap", SEED_UNUSED)
def without_a_seed(y, random_state=0):
    return by_choice(y, None)


@answers.wrong("balanced_bootstrap", "the rare rows are kept once each, not drawn")
def first_rows(y, random_state=0):
    return np.concatenate([rows[: len(groups(y)[1])] for rows in groups(y)])


@answers.wrong("balanced_bootstrap", NO_CHANCE)
def never_the_last_row(y, random_state=0):
    common, rare = groups(y)
    rng = np.random.default_rng(random_state)
    return np.concatenate([rng.choice(rows[:-1], len(rare)) for rows in (common, rare)])


@answers.wrong("balanced_bootstrap", NOT_AGAIN)
def common_without_replacement(y, random_state=0):
    common, rare = groups(y)
    rng = np.random.default_rng(random_state)
    return [*rng.choice(common, len(rare), replace=False), *rng.choice(rare, len(rare))]


@answers.wrong("balanced_bootstrap", SEED_UNUSED)
def one_of_two_seeded(y, random_state=0):
    common, rare = groups(y)
    rng = np.random.default_rng(random_state)
    return [*rng.choice(common, len(rare)), *resample(rare)]


@answers.wrong("balanced_bootstrap", "both classes get as many rows as the common class has")
def smaller_label_is_rare(y, random_state=0):
    labels = np.asarray(y)
    rng = np.random.default_rng(random_state)
    of_class = [np.flatnonzero(labels == name) for name in np.unique(labels)]
    return np.concatenate([rng.choice(rows, len(of_class[0])) for rows in of_class])


@answers.wrong("balanced_bootstrap")
def half_as_many(y, random_state=0):
    common, rare = groups(y)
    rng = np.random.default_rng(random_state)
    return np.concatenate([rng.choice(rows, len(rare) // 2 + 1) for rows in (common, rare)])


@answers.wrong("balanced_bootstrap")
def the_labels(y, random_state=0):
    return np.asarray(y)[by_choice(y, random_state)]


# easy_ensemble_scores


def member(X, y, rows):
    X, y = np.asarray(X), np.asarray(y)
    return AdaBoostClassifier(n_estimators=10, random_state=0).fit(X[rows], y[rows])


@answers.right("easy_ensemble_scores")
def in_a_loop(X, y, X_new, subsets):
    total = np.zeros(len(X_new))
    for rows in subsets:
        total += member(X, y, rows).predict_proba(X_new)[:, 1]
    return total / len(subsets)


@answers.right("easy_ensemble_scores")
def by_voting(X, y, X_new, subsets):
    fitted = [member(X, y, rows) for rows in subsets]
    votes = VotingClassifier([(str(i), m) for i, m in enumerate(fitted)], voting="soft")
    votes.estimators_, votes.classes_ = fitted, np.array([0, 1])
    return list(votes.predict_proba(np.asarray(X_new))[:, 1])


@answers.wrong("easy_ensemble_scores", "the members' votes are averaged, not their scores")
def votes(X, y, X_new, subsets):
    return sum(member(X, y, rows).predict(X_new) for rows in subsets) / len(subsets)


@answers.wrong("easy_ensemble_scores", "the sum of the scores instead of their mean")
def summed(X, y, X_new, subsets):
    return in_a_loop(X, y, X_new, subsets) * len(subsets)


@answers.wrong("easy_ensemble_scores", "the probability of class 0")
def first_column(X, y, X_new, subsets):
    return 1 - in_a_loop(X, y, X_new, subsets)


@answers.wrong("easy_ensemble_scores", "only the last member speaks")
def last(X, y, X_new, subsets):
    for rows in subsets:
        score = member(X, y, rows).predict_proba(X_new)[:, 1]
    return score


@answers.wrong("easy_ensemble_scores", "one member is fitted on all subsets together")
def pooled(X, y, X_new, subsets):
    return member(X, y, [row for rows in subsets for row in rows]).predict_proba(X_new)[:, 1]


@answers.wrong("easy_ensemble_scores", "the members are fitted on all rows")
def everything(X, y, X_new, subsets):
    return member(X, y, range(len(y))).predict_proba(X_new)[:, 1]


@answers.wrong("easy_ensemble_scores")
def median(X, y, X_new, subsets):
    scores = [member(X, y, rows).predict_proba(X_new)[:, 1] for rows in subsets]
    return np.median(scores, axis=0)


@answers.wrong("easy_ensemble_scores", NO_LISTS)
def indexes_lists(X, y, X_new, subsets):
    X_new = np.asarray(X_new)
    fitted = [
        AdaBoostClassifier(n_estimators=10, random_state=0).fit(X[rows], np.asarray(y)[rows])
        for rows in subsets
    ]
    return np.mean([m.predict_proba(X_new)[:, 1] for m in fitted], axis=0)


@answers.wrong("easy_ensemble_scores", NO_ARRAY_LIKES)
def indexes_what_comes(X, y, X_new, subsets):
    fitted = [
        AdaBoostClassifier(n_estimators=10, random_state=0).fit(X[rows], y[rows])
        for rows in subsets
    ]
    return np.mean([m.predict_proba(X_new)[:, 1] for m in fitted], axis=0)


@answers.wrong("easy_ensemble_scores")
def fifty_stumps(X, y, X_new, subsets):
    X, y = np.asarray(X), np.asarray(y)
    members = [AdaBoostClassifier(random_state=0).fit(X[rows], y[rows]) for rows in subsets]
    return np.mean([m.predict_proba(X_new)[:, 1] for m in members], axis=0)


@answers.wrong("easy_ensemble_scores")
def one_score_a_member(X, y, X_new, subsets):
    scores = [member(X, y, rows).predict_proba(X_new)[:, 1] for rows in subsets]
    return np.mean(scores, axis=1)


@answers.wrong("easy_ensemble_scores")
def decisions(X, y, X_new, subsets):
    return np.mean([member(X, y, rows).decision_function(X_new) for rows in subsets], axis=0)


@answers.wrong("easy_ensemble_scores")
def both_columns(X, y, X_new, subsets):
    return np.mean([member(X, y, rows).predict_proba(X_new) for rows in subsets], axis=0)


@answers.wrong("easy_ensemble_scores")
def each_subset_once(X, y, X_new, subsets):
    return in_a_loop(X, y, X_new, [list(rows) for rows in {tuple(rows) for rows in subsets}][:2])


# anomaly_scores


def forest(X, random_state):
    return IsolationForest(n_estimators=25, random_state=random_state).fit(np.asarray(X))


@answers.right("anomaly_scores")
def sign_flipped(X, X_new, random_state=0):
    return -forest(X, random_state).score_samples(np.asarray(X_new))


@answers.right("anomaly_scores")
def from_decision(X, X_new, random_state=0):
    return (0.5 - forest(X, random_state).decision_function(np.asarray(X_new))).tolist()


@answers.wrong("anomaly_scores", "high means ordinary")
def not_flipped(X, X_new, random_state=0):
    return forest(X, random_state).score_samples(X_new)


@answers.wrong("anomaly_scores", "high means ordinary, and the zero has moved")
def decision(X, X_new, random_state=0):
    return forest(X, random_state).decision_function(X_new)


@answers.wrong("anomaly_scores", "the offset is still in it")
def flipped_decision(X, X_new, random_state=0):
    return -forest(X, random_state).decision_function(X_new)


@answers.wrong("anomaly_scores", "a decision instead of a score")
def flags(X, X_new, random_state=0):
    return (1 - forest(X, random_state).predict(X_new)) // 2


@answers.wrong("anomaly_scores", "the forest is fitted on the rows that it scores")
def fitted_on_new(X, X_new, random_state=0):
    return -forest(X_new, random_state).score_samples(X_new)


@answers.wrong("anomaly_scores")
def one_minus(X, X_new, random_state=0):
    return 1 + forest(X, random_state).score_samples(X_new)


@answers.wrong("anomaly_scores", SEED_UNUSED)
def seed_ignored(X, X_new, random_state=0):
    return -forest(X, 0).score_samples(X_new)


@answers.wrong("anomaly_scores")
def unseeded(X, X_new, random_state=0):
    return -IsolationForest(n_estimators=25).fit(np.asarray(X)).score_samples(np.asarray(X_new))


@answers.wrong("anomaly_scores")
def a_hundred_trees(X, X_new, random_state=0):
    grown = IsolationForest(random_state=random_state).fit(np.asarray(X))
    return -grown.score_samples(np.asarray(X_new))


@answers.wrong("anomaly_scores")
def fitted_on_both(X, X_new, random_state=0):
    both = np.vstack([X, X_new])
    return -forest(both, random_state).score_samples(np.asarray(X_new))


@answers.wrong("anomaly_scores")
def scores_of_the_ordinary(X, X_new, random_state=0):
    return -forest(X, random_state).score_samples(np.asarray(X))


@answers.wrong("anomaly_scores")
def with_contamination(X, X_new, random_state=0):
    grown = IsolationForest(n_estimators=25, contamination=0.1, random_state=random_state)
    return 0.5 - grown.fit(np.asarray(X)).decision_function(np.asarray(X_new))


# crossover


@answers.right("crossover")
def with_interval(n_positives, supervised, anomaly):
    from imbalance_lab.experiments import interval

    found = None
    for i in reversed(range(len(n_positives))):
        if interval(np.subtract(supervised[i], anomaly[i])).low <= 0:
            return found
        found = n_positives[i]
    return found


@answers.right("crossover")
def with_t_test(n_positives, supervised, anomaly):
    test = stats.ttest_rel(supervised, anomaly, axis=1)
    clear = (test.pvalue < 0.05) & (test.statistic > 0)
    lasting = np.logical_and.accumulate(clear[::-1])[::-1]
    return int(np.asarray(n_positives)[lasting][0]) if lasting.any() else None


@answers.wrong("crossover", "the means decide, without an interval")
def by_means(n_positives, supervised, anomaly):
    ahead = np.mean(np.subtract(supervised, anomaly), axis=1) > 0
    lasting = np.logical_and.accumulate(ahead[::-1])[::-1]
    return int(np.asarray(n_positives)[lasting][0]) if lasting.any() else None


@answers.wrong("crossover", "the first lead, although it is lost again")
def first_lead(n_positives, supervised, anomaly):
    test = stats.ttest_rel(supervised, anomaly, axis=1)
    clear = (test.pvalue < 0.05) & (test.statistic > 0)
    return int(np.asarray(n_positives)[clear][0]) if clear.any() else None


@answers.wrong("crossover", "the runs are compared without their pairs")
def unpaired(n_positives, supervised, anomaly):
    from imbalance_lab.experiments import interval

    found = None
    for i in reversed(range(len(n_positives))):
        if interval(supervised[i]).low <= interval(anomaly[i]).high:
            return found
        found = int(n_positives[i])
    return found


@answers.wrong("crossover", "the position in the table instead of the number of positives")
def position(n_positives, supervised, anomaly):
    return with_t_test(range(len(n_positives)), supervised, anomaly)


@answers.wrong("crossover", "'never' is answered with the largest count")
def at_the_end(n_positives, supervised, anomaly):
    return with_t_test(n_positives, supervised, anomaly) or int(n_positives[-1])


@answers.wrong("crossover")
def roles_swapped(n_positives, supervised, anomaly):
    return with_t_test(n_positives, anomaly, supervised)


@answers.wrong("crossover")
def one_sided(n_positives, supervised, anomaly):
    test = stats.ttest_rel(supervised, anomaly, axis=1, alternative="greater")
    lasting = np.logical_and.accumulate((test.pvalue < 0.05)[::-1])[::-1]
    return int(np.asarray(n_positives)[lasting][0]) if lasting.any() else None


@answers.wrong("crossover", "the largest count decides alone")
def largest_only(n_positives, supervised, anomaly):
    test = stats.ttest_rel(supervised[-1], anomaly[-1])
    return int(n_positives[-1]) if test.statistic > 0 and test.pvalue < 0.05 else None


@answers.wrong("crossover", NO_LISTS)
def subtracts_what_comes(n_positives, supervised, anomaly):
    from imbalance_lab.experiments import interval

    found = None
    for n, difference in reversed(list(zip(n_positives, supervised - anomaly, strict=True))):
        if interval(difference).low <= 0:
            return found
        found = int(n)
    return found


@answers.wrong("crossover")
def normal_quantile(n_positives, supervised, anomaly):
    differences = np.subtract(supervised, anomaly)
    low = differences.mean(axis=1) - 1.96 * stats.sem(differences, axis=1)
    lasting = np.logical_and.accumulate((low > 0)[::-1])[::-1]
    return int(np.asarray(n_positives)[lasting][0]) if lasting.any() else None


@answers.wrong("crossover")
def standard_deviations(n_positives, supervised, anomaly):
    differences = np.subtract(supervised, anomaly)
    lasting = differences.mean(axis=1) > differences.std(axis=1)
    lasting = np.logical_and.accumulate(lasting[::-1])[::-1]
    return int(np.asarray(n_positives)[lasting][0]) if lasting.any() else None


@answers.wrong("crossover")
def no_difference_is_a_lead(n_positives, supervised, anomaly):
    from imbalance_lab.experiments import interval

    found = None
    for i in reversed(range(len(n_positives))):
        if interval(np.subtract(supervised[i], anomaly[i])).low < 0:
            return found
        found = int(n_positives[i])
    return found


@answers.wrong("crossover")
def every_run_must_win(n_positives, supervised, anomaly):
    ahead = (np.subtract(supervised, anomaly) > 0).all(axis=1)
    lasting = np.logical_and.accumulate(ahead[::-1])[::-1]
    return int(np.asarray(n_positives)[lasting][0]) if lasting.any() else None


@answers.wrong("crossover")
def zero_for_never(n_positives, supervised, anomaly):
    return with_t_test(n_positives, supervised, anomaly) or 0


# enough_positives


def wilson_width(recall, n, confidence):
    low, high = proportion_confint(recall * n, n, alpha=1 - confidence, method="wilson")
    return high - low


@answers.right("enough_positives")
def by_trying(recall, width, confidence=0.95):
    n = 1
    while wilson_width(recall, n, confidence) > width:
        n += 1
    return n


@answers.right("enough_positives")
def by_root(recall, width, confidence=0.95):
    z = norm.ppf(0.5 + confidence / 2)

    def excess(n):
        return 2 * z * math.sqrt(recall * (1 - recall) * n + z * z / 4) / (n + z * z) - width

    return 1 if excess(1) <= 0 else math.ceil(brentq(excess, 1, 1e7, xtol=1e-6))


@answers.wrong("enough_positives", "Wald's interval instead of Wilson's")
def wald(recall, width, confidence=0.95):
    z = norm.ppf(0.5 + confidence / 2)
    return math.ceil((2 * z / width) ** 2 * recall * (1 - recall))


@answers.wrong("enough_positives", "`width` is taken for the half width")
def half(recall, width, confidence=0.95):
    return by_trying(recall, 2 * width, confidence)


@answers.wrong("enough_positives", "a one-sided quantile")
def one_tail(recall, width, confidence=0.95):
    return by_trying(recall, width, 2 * confidence - 1)


@answers.wrong("enough_positives", "a recall of one half is assumed")
def worst_case(recall, width, confidence=0.95):
    return by_trying(0.5, width, confidence)


@answers.wrong("enough_positives", "the confidence is always 95%")
def always_95(recall, width, confidence=0.95):
    return by_trying(recall, width)


@answers.wrong("enough_positives", "one positive too few")
def one_less(recall, width, confidence=0.95):
    return by_trying(recall, width, confidence) - 1


@answers.wrong("enough_positives", "the number of caught positives is rounded")
def whole_counts(recall, width, confidence=0.95):
    n = 1
    while wilson_width(round(recall * n) / n, n, confidence) > width:
        n += 1
    return n


@answers.wrong("enough_positives")
def rule_of_thumb(recall, width, confidence=0.95):
    return math.ceil(1 / width**2)


@answers.wrong("enough_positives")
def missed_instead(recall, width, confidence=0.95):
    return math.ceil(by_trying(recall, width, confidence) / recall)


@answers.wrong("enough_positives", "one positive too many")
def strictly_narrower(recall, width, confidence=0.95):
    return by_trying(recall, width, confidence) + 1


@answers.wrong("enough_positives", "the confidence is always 95%")
def rounded_quantile(recall, width, confidence=0.95):
    n = 1
    while 2 * 1.96 * math.sqrt(recall * (1 - recall) * n + 1.96**2 / 4) / (n + 1.96**2) > width:
        n += 1
    return n


@answers.wrong("enough_positives")
def from_two_on(recall, width, confidence=0.95):
    return max(2, by_trying(recall, width, confidence))


@answers.wrong("enough_positives")
def exact_interval(recall, width, confidence=0.95):
    n = 1
    while True:
        low, high = proportion_confint(recall * n, n, alpha=1 - confidence, method="beta")
        if high - low <= width:
            return n
        n += 1


@answers.wrong("enough_positives")
def in_tens(recall, width, confidence=0.95):
    return 10 * math.ceil(by_trying(recall, width, confidence) / 10)


@answers.wrong("enough_positives")
def never_at_the_ends(recall, width, confidence=0.95):
    return 1 if recall in (0, 1) else by_trying(recall, width, confidence)
