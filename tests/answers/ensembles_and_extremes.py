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


@answers.wrong("balanced_bootstrap")
def fixed_seed(y, random_state=0):
    return by_choice(y, 3)


@answers.wrong("balanced_bootstrap")
def without_a_seed(y, random_state=0):
    return by_choice(y, None)


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


@answers.wrong("anomaly_scores")
def seed_ignored(X, X_new, random_state=0):
    return -forest(X, 0).score_samples(X_new)


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
