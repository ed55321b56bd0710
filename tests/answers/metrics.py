"""Answers to lesson 02."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import beta, binomtest, norm, t
from sklearn import metrics
from statsmodels.stats.proportion import proportion_confint

from answers import Answers
from imbalance_lab.checks.check import LIBRARY_CALL
from imbalance_lab.exercises.clients import (
    NO_PRICES,
    ONE_MEASURE,
    PRICES_SWAPPED,
    RATES_ADDED,
    TEST_PREVALENCE,
)

answers = Answers("02-metrics/metrics")


@answers.right("confusion_counts")
def in_a_loop(y_true, y_pred, pos_label):
    pairs = Counter((a == pos_label, b == pos_label) for a, b in zip(y_true, y_pred, strict=True))
    return [pairs[truth, flag] for truth in (False, True) for flag in (False, True)]


@answers.right("confusion_counts")
def by_confusion_matrix(y_true, y_pred, pos_label):
    truth, flag = np.asarray(y_true) == pos_label, np.asarray(y_pred) == pos_label
    return metrics.confusion_matrix(truth, flag, labels=[False, True]).ravel()


@answers.right("confusion_counts")
def by_subtraction(y_true, y_pred, pos_label):
    truth = pd.Series(list(y_true)).eq(pos_label)
    flag = pd.Series(list(y_pred)).eq(pos_label)
    tp = int((truth & flag).sum())
    fp, fn = int(flag.sum()) - tp, int(truth.sum()) - tp
    return len(truth) - tp - fp - fn, fp, fn, tp


@answers.wrong("confusion_counts", "false positives and false negatives are swapped")
def counts_swapped(y_true, y_pred, pos_label):
    return in_a_loop(y_pred, y_true, pos_label)


@answers.wrong("confusion_counts", "the order is (tp, fp, fn, tn)")
def positives_first(y_true, y_pred, pos_label):
    tn, fp, fn, tp = in_a_loop(y_true, y_pred, pos_label)
    return tp, fp, fn, tn


@answers.wrong("confusion_counts", "the label that sorts last is taken for the positive class")
def trusts_the_sorting(y_true, y_pred, pos_label):
    labels = np.unique(np.concatenate([np.asarray(y_true), np.asarray(y_pred)]))
    return in_a_loop(y_true, y_pred, labels[-1])


@answers.wrong("confusion_counts", "only the label 1 counts as positive")
def only_ones(y_true, y_pred, pos_label):
    return in_a_loop(y_true, y_pred, 1)


@answers.wrong("confusion_counts", "a negative that was taken for another negative is not counted")
def exact_negatives(y_true, y_pred, pos_label):
    _, fp, fn, tp = in_a_loop(y_true, y_pred, pos_label)
    right = int(np.sum(np.asarray(y_true) == np.asarray(y_pred)))
    return right - tp, fp, fn, tp


@answers.wrong("confusion_counts", "shares instead of counts")
def shares(y_true, y_pred, pos_label):
    return np.array(in_a_loop(y_true, y_pred, pos_label)) / len(y_true)


@answers.wrong("confusion_counts", "the index of a Series decides, not the order of the rows")
def lined_up_by_pandas(y_true, y_pred, pos_label):
    frame = pd.DataFrame({"truth": pd.Series(y_true), "flag": pd.Series(y_pred)})
    return in_a_loop(frame["truth"], frame["flag"], pos_label)


@answers.wrong("confusion_counts", "lists and Series are used as if they were arrays")
def compares_what_comes(y_true, y_pred, pos_label):
    truth, flag = y_true == pos_label, y_pred == pos_label
    tn, fp = np.sum(~truth & ~flag), np.sum(~truth & flag)
    fn, tp = np.sum(truth & ~flag), np.sum(truth & flag)
    return tn, fp, fn, tp


@answers.wrong("confusion_counts")
def two_by_two(y_true, y_pred, pos_label):
    return by_confusion_matrix(y_true, y_pred, pos_label).reshape(2, 2)


@answers.wrong("confusion_counts")
def crashes_without_a_positive(y_true, y_pred, pos_label):
    # Without labels=, the matrix shrinks where nothing is positive.
    truth, flag = np.asarray(y_true) == pos_label, np.asarray(y_pred) == pos_label
    tn, fp, fn, tp = metrics.confusion_matrix(truth, flag).ravel()
    return tn, fp, fn, tp


@answers.right("precision_recall")
def from_two_masks(y_true, y_pred, pos_label=1):
    truth, flags = pd.Series(list(y_true)) == pos_label, pd.Series(list(y_pred)) == pos_label
    both = int((truth & flags).sum())
    return (
        both / int(flags.sum()) if flags.any() else 0,
        both / int(truth.sum()) if truth.any() else 0,
    )


@answers.wrong("precision_recall", LIBRARY_CALL)
def by_sklearn(y_true, y_pred, pos_label=1):
    options = {"labels": [pos_label], "average": "macro", "zero_division": 0.0}
    y_true, y_pred = list(y_true), list(y_pred)
    return (
        metrics.precision_score(y_true, y_pred, **options),
        metrics.recall_score(y_true, y_pred, **options),
    )


@answers.right("precision_recall")
def with_sets(y_true, y_pred, pos_label=1):
    there = {i for i, label in enumerate(y_true) if label == pos_label}
    flagged = {i for i, label in enumerate(y_pred) if label == pos_label}
    hits = len(there & flagged)
    return hits / max(len(flagged), 1), hits / max(len(there), 1)


@answers.wrong("precision_recall", "precision and recall are swapped")
def ratios_swapped(y_true, y_pred, pos_label=1):
    return with_sets(y_pred, y_true, pos_label)


@answers.wrong("precision_recall", "the label that sorts last is taken for the positive class")
def last_is_positive(y_true, y_pred, pos_label=1):
    return with_sets(y_true, y_pred, sorted({*list(y_true), *list(y_pred)})[-1])


@answers.wrong("precision_recall", "specificity instead of recall")
def specific(y_true, y_pred, pos_label=1):
    tn, fp, *_ = in_a_loop(y_true, y_pred, pos_label)
    return with_sets(y_true, y_pred, pos_label)[0], tn / (tn + fp) if tn + fp else 0.0


@answers.wrong("precision_recall", "both are divided by the number of samples")
def of_everything(y_true, y_pred, pos_label=1):
    tp = in_a_loop(y_true, y_pred, pos_label)[3]
    return [tp / len(y_true)] * 2


@answers.wrong("precision_recall", "a division by zero")
def unguarded(y_true, y_pred, pos_label=1):
    _, fp, fn, tp = in_a_loop(y_true, y_pred, pos_label)
    return tp / (tp + fp), tp / (tp + fn)


@answers.wrong("precision_recall", "a division by zero")
def nan_where_undefined(y_true, y_pred, pos_label=1):
    _, fp, fn, tp = np.array(in_a_loop(y_true, y_pred, pos_label))
    return tp / (tp + fp), tp / (tp + fn)


@answers.wrong("precision_recall", "the index of a Series decides, not the order of the rows")
def joined_by_index(y_true, y_pred, pos_label=1):
    truth, flag = pd.Series(y_true) == pos_label, pd.Series(y_pred) == pos_label
    both = truth.reindex(flag.index) & flag
    return (
        both.sum() / flag.sum() if flag.any() else 0.0,
        both.sum() / truth.sum() if truth.any() else 0.0,
    )


@answers.wrong("precision_recall", "lists and Series are used as if they were arrays")
def without_asarray(y_true, y_pred, pos_label=1):
    hits = ((y_true == pos_label) & (y_pred == pos_label)).sum()
    flagged, there = (y_pred == pos_label).sum(), (y_true == pos_label).sum()
    return hits / flagged if flagged else 0.0, hits / there if there else 0.0


@answers.wrong("precision_recall")
def over_zero_division_one(y_true, y_pred, pos_label=1):
    there = [t == pos_label for t in y_true]
    if not any(there):
        return with_sets(y_true, y_pred, pos_label)[0], 1.0
    return with_sets(y_true, y_pred, pos_label)


@answers.wrong("precision_recall")
def ones_and_zeros_only(y_true, y_pred, pos_label=1):
    # Forgets pos_label where the labels are 0 and 1.
    return with_sets(y_true, y_pred, 1 if set(y_true) <= {0, 1} else pos_label)


@answers.wrong("precision_recall")
def one_where_undefined(y_true, y_pred, pos_label=1):
    _, fp, fn, tp = in_a_loop(y_true, y_pred, pos_label)
    return tp / (tp + fp) if tp + fp else 1.0, tp / (tp + fn) if tp + fn else 0.0


@answers.wrong("precision_recall")
def rounded(y_true, y_pred, pos_label=1):
    return tuple(round(value, 2) for value in with_sets(y_true, y_pred, pos_label))


def _z(confidence):
    return norm.ppf(1 - (1 - confidence) / 2)


@answers.right("wilson_interval")
def by_the_formula(n_successes, n, confidence=0.95):
    p, z2 = n_successes / n, _z(confidence) ** 2
    half = math.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n**2)))
    return (p + z2 / (2 * n) - half) / (1 + z2 / n), (p + z2 / (2 * n) + half) / (1 + z2 / n)


@answers.right("wilson_interval")
def roots_of_the_quadratic(n_successes, n, confidence=0.95):
    p, z2 = n_successes / n, _z(confidence) ** 2
    return sorted(np.roots([1 + z2 / n, -(2 * p + z2 / n), p**2]).real)


@answers.right("wilson_interval")
def by_search(n_successes, n, confidence=0.95):
    p, z = n_successes / n, _z(confidence)

    def too_far(q):
        return (p - q) ** 2 - z**2 * q * (1 - q) / n

    inside = min(max(p, 1e-9), 1 - 1e-9)  # at 0 and 1 the observed share is a root too
    low = brentq(too_far, 0, inside, xtol=1e-13) if n_successes else 0.0
    return low, brentq(too_far, inside, 1, xtol=1e-13) if n_successes < n else 1.0


@answers.wrong("wilson_interval", "the interval that trusts the observed share")
def wald(n_successes, n, confidence=0.95):
    p = n_successes / n
    half = _z(confidence) * math.sqrt(p * (1 - p) / n)
    return p - half, p + half


@answers.wrong("wilson_interval", "the Wald interval, cut off at 0 and 1")
def wald_cut_off(n_successes, n, confidence=0.95):
    return tuple(np.clip(wald(n_successes, n, confidence), 0, 1))


@answers.wrong("wilson_interval", "the quantile of a one-sided interval")
def one_sided(n_successes, n, confidence=0.95):
    return by_the_formula(n_successes, n, 2 * confidence - 1)


@answers.wrong("wilson_interval", "the centre is the observed share")
def shifted(n_successes, n, confidence=0.95):
    low, high = by_the_formula(n_successes, n, confidence)
    return n_successes / n - (high - low) / 2, n_successes / n + (high - low) / 2


@answers.wrong("wilson_interval", "the confidence is always 95%")
def always_95(n_successes, n, confidence=0.95):
    return by_the_formula(n_successes, n)


@answers.wrong("wilson_interval", "the confidence is always 95%")
def from_the_table(n_successes, n, confidence=0.95):
    p, z2 = n_successes / n, 1.96**2
    half = math.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n**2)))
    return (p + z2 / (2 * n) - half) / (1 + z2 / n), (p + z2 / (2 * n) + half) / (1 + z2 / n)


@answers.wrong("wilson_interval", "what stands in the brackets is not divided any more")
def unshrunk(n_successes, n, confidence=0.95):
    shrink = 1 + _z(confidence) ** 2 / n
    return tuple(shrink * end for end in by_the_formula(n_successes, n, confidence))


@answers.wrong("wilson_interval", LIBRARY_CALL)
def by_statsmodels(n_successes, n, confidence=0.95):
    return proportion_confint(n_successes, n, alpha=1 - confidence, method="wilson")


@answers.wrong("wilson_interval", LIBRARY_CALL)
def by_scipy(n_successes, n, confidence=0.95):
    found = binomtest(n_successes, n).proportion_ci(confidence, method="wilson")
    return found.low, found.high


@answers.wrong("wilson_interval")
def clopper_pearson(n_successes, n, confidence=0.95):
    k, tail = n_successes, (1 - confidence) / 2
    low = beta.ppf(tail, k, n - k + 1) if k else 0.0
    return low, beta.ppf(1 - tail, k + 1, n - k) if k < n else 1.0


@answers.wrong("wilson_interval")
def agresti_coull(n_successes, n, confidence=0.95):
    z = _z(confidence)
    return wald((n_successes + z**2 / 2), n + z**2, confidence)


@answers.wrong("wilson_interval")
def by_student(n_successes, n, confidence=0.95):
    z = t.ppf((1 + confidence) / 2, max(n - 1, 1))
    return by_the_formula(n_successes, n, 2 * norm.cdf(z) - 1)


def _chosen(test, worth, best=max):
    return best(test.columns.drop("is_fraud"), key=lambda name: worth(test["is_fraud"], test[name]))


@answers.right("choose_detector")
def by_counts_of_the_client(test, prevalence, cost_fp, cost_fn):
    n = 1_000_000

    def bill(y, flags):
        missed = n * prevalence * (1 - metrics.recall_score(y, flags))
        rung = n * (1 - prevalence) * (1 - metrics.recall_score(y, flags, pos_label=0))
        return missed * cost_fn + rung * cost_fp

    return _chosen(test, bill, min)


@answers.right("choose_detector")
def rows_weighted_to_the_prevalence(test, prevalence, cost_fp, cost_fn):
    y = test["is_fraud"].to_numpy()
    weight = np.where(y == 1, prevalence / y.mean() * cost_fn, (1 - prevalence) / (1 - y.mean()))
    weight[y == 0] *= cost_fp
    wrong = {name: weight[test[name] != y].sum() for name in test if name != "is_fraud"}
    return sorted(wrong, key=wrong.get)[0]


@answers.right("choose_detector")
def by_net_benefit(test, prevalence, cost_fp, cost_fn):
    odds = (1 - prevalence) / prevalence * cost_fp / cost_fn
    rates = test.groupby("is_fraud").mean()
    return (rates.loc[1] - odds * rates.loc[0]).idxmax()


@answers.right("choose_detector")
def with_half_a_case_more(test, prevalence, cost_fp, cost_fn):
    def bill(y, flags):
        tn, fp, fn, tp = metrics.confusion_matrix(y, flags).ravel()
        missed, rung = (fn + 0.5) / (fn + tp + 1), (fp + 0.5) / (fp + tn + 1)
        return prevalence * missed * cost_fn + (1 - prevalence) * rung * cost_fp

    return _chosen(test, bill, min)


@answers.wrong("choose_detector", TEST_PREVALENCE)
def cost_on_the_test_set(test, prevalence, cost_fp, cost_fn):
    def bill(y, flags):
        return cost_fp * ((y == 0) & (flags == 1)).sum() + cost_fn * ((y == 1) & (flags == 0)).sum()

    return _chosen(test, bill, min)


@answers.wrong("choose_detector", PRICES_SWAPPED)
def swapped_prices(test, prevalence, cost_fp, cost_fn):
    return by_net_benefit(test, prevalence, cost_fn, cost_fp)


@answers.wrong("choose_detector", NO_PRICES)
def accuracy_at_the_client(test, prevalence, cost_fp, cost_fn):
    return by_net_benefit(test, prevalence, 1, 1)


@answers.wrong("choose_detector", RATES_ADDED)
def rates_with_prices(test, prevalence, cost_fp, cost_fn):
    return by_net_benefit(test, 0.5, cost_fp, cost_fn)


@answers.wrong("choose_detector", ONE_MEASURE)
def highest_f1(test, prevalence, cost_fp, cost_fn):
    return _chosen(test, metrics.f1_score)


@answers.wrong("choose_detector", ONE_MEASURE)
def highest_f2(test, prevalence, cost_fp, cost_fn):
    return _chosen(test, lambda y, flags: metrics.fbeta_score(y, flags, beta=2))


@answers.wrong("choose_detector", ONE_MEASURE)
def highest_accuracy(test, prevalence, cost_fp, cost_fn):
    return _chosen(test, metrics.accuracy_score)


@answers.wrong("choose_detector", ONE_MEASURE)
def highest_balanced_accuracy(test, prevalence, cost_fp, cost_fn):
    return _chosen(test, metrics.balanced_accuracy_score)


@answers.wrong("choose_detector", ONE_MEASURE)
def highest_mcc(test, prevalence, cost_fp, cost_fn):
    return _chosen(test, metrics.matthews_corrcoef)


@answers.wrong("choose_detector", ONE_MEASURE)
def highest_precision(test, prevalence, cost_fp, cost_fn):
    return _chosen(test, metrics.precision_score)


@answers.wrong("choose_detector", ONE_MEASURE)
def highest_recall(test, prevalence, cost_fp, cost_fn):
    return _chosen(test, metrics.recall_score)


@answers.wrong("choose_detector")
def f_beta_of_the_prices(test, prevalence, cost_fp, cost_fn):
    beta_of_prices = math.sqrt(cost_fn / cost_fp)
    return _chosen(test, lambda y, flags: metrics.fbeta_score(y, flags, beta=beta_of_prices))


@answers.wrong("choose_detector")
def a_place_instead_of_a_name(test, prevalence, cost_fp, cost_fn):
    best = by_net_benefit(test, prevalence, cost_fp, cost_fn)
    return list(test.columns).index(best)


@answers.wrong("choose_detector")
def always_the_first(test, prevalence, cost_fp, cost_fn):
    return "A"
