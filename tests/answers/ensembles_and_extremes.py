"""Answers to lesson 11."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import brentq
from scipy.stats import norm
from sklearn.utils import resample
from statsmodels.stats.proportion import proportion_confint

from answers import Answers

answers = Answers("11-ensembles-and-extremes/ensembles-and-extremes")

NO_LISTS = "a list is used as if it were an array"
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


# switch_or_wait


def worth_most(leads, gain, switch, wait):
    switched = gain * np.asarray(leads) - switch
    worth = {"A": 0.0, "B": switched.mean(), "wait": np.maximum(switched, 0).mean() - wait}
    return max(worth, key=worth.get)


def beside(caught_a, caught_b):
    """Return how often B alone, A alone, and both or neither caught a fraud."""
    difference = caught_b - caught_a
    return [int((difference == sign).sum()) for sign in (1, -1, 0)]


@answers.right("switch_or_wait")
def by_bootstrap(caught_a, caught_b, gain, switch, wait):
    rng, n = np.random.default_rng(1), len(caught_a)
    rows = rng.integers(0, n, size=(1000, n))
    return worth_most((caught_b - caught_a)[rows].mean(axis=1), gain, switch, wait)


@answers.right("switch_or_wait")
def by_dirichlet(caught_a, caught_b, gain, switch, wait):
    counts = np.add(beside(caught_a, caught_b), [0.5, 0.5, 1])
    shares = np.random.default_rng(2).dirichlet(counts, 3000)
    return worth_most(shares[:, 0] - shares[:, 1], gain, switch, wait)


@answers.right("switch_or_wait")
def by_smoothed_bootstrap(caught_a, caught_b, gain, switch, wait):
    counts = np.add(beside(caught_a, caught_b), [1, 1, 0])
    n = counts.sum()
    drawn = np.random.default_rng(3).multinomial(n, counts / n, 2000)
    return worth_most((drawn[:, 0] - drawn[:, 1]) / n, gain, switch, wait)


@answers.right("switch_or_wait")
def by_normal_formula(caught_a, caught_b, gain, switch, wait):
    won = np.append(caught_b - caught_a, [1, -1])
    mean = gain * won.mean() - switch
    spread = gain * stats.sem(won)
    known = spread * norm.pdf(mean / spread) + mean * norm.cdf(mean / spread)
    worth = {"A": 0, "B": mean, "wait": known - wait}
    return max(worth, key=worth.get)


@answers.wrong("switch_or_wait", "the same answer for every pair of detectors")
def never_switches(caught_a, caught_b, gain, switch, wait):
    return "A"


@answers.wrong("switch_or_wait", "the same answer for every pair of detectors")
def always_switches(caught_a, caught_b, gain, switch, wait):
    return "B"


@answers.wrong("switch_or_wait", "the same answer for every pair of detectors")
def always_waits(caught_a, caught_b, gain, switch, wait):
    return "wait"


@answers.wrong("switch_or_wait", "the higher number wins, however few the frauds")
def the_higher(caught_a, caught_b, gain, switch, wait):
    return "B" if caught_b.sum() > caught_a.sum() else "A"


@answers.wrong("switch_or_wait", "the higher number wins, however few the frauds")
def the_higher_after_the_switch(caught_a, caught_b, gain, switch, wait):
    return "B" if gain * (caught_b.mean() - caught_a.mean()) > switch else "A"


@answers.wrong("switch_or_wait", "an interval decides, whatever a mistake and the waiting cost")
def a_clear_lead(caught_a, caught_b, gain, switch, wait):
    won = caught_b - caught_a - switch / gain
    mean, half = won.mean(), 1.96 * stats.sem(won)
    return "B" if mean > half else "A" if mean < -half else "wait"


@answers.wrong("switch_or_wait", "the number of frauds alone decides who has to wait")
def forty_frauds(caught_a, caught_b, gain, switch, wait):
    if len(caught_a) < 40:
        return "wait"
    return the_higher(caught_a, caught_b, gain, switch, wait)


@answers.wrong("switch_or_wait", "A and B have changed places")
def exchanged(caught_a, caught_b, gain, switch, wait):
    return by_dirichlet(caught_b, caught_a, gain, switch, wait)


@answers.wrong("switch_or_wait", "the same answer for every pair of detectors")
def waiting_is_free(caught_a, caught_b, gain, switch, wait):
    return "wait" if gain > 0 else "A"


@answers.wrong("switch_or_wait")
def a_number(caught_a, caught_b, gain, switch, wait):
    return float(caught_b.mean() - caught_a.mean())
