"""Answers to lesson 02."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import beta, binomtest, norm, t
from sklearn import metrics
from statsmodels.stats.proportion import proportion_confint

from answers import Answers
from imbalance_lab.checks.check import LIBRARY_CALL

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


@answers.right("f_beta")
def guarded_formula(precision, recall, beta=1.0):
    if precision == 0 and recall == 0:
        return 0.0
    return (1 + beta**2) * precision * recall / (beta**2 * precision + recall)


@answers.right("f_beta")
def weighted_harmonic_mean(precision, recall, beta=1.0):
    if min(precision, recall) == 0:
        return 0
    precision, recall, b2 = Fraction(precision), Fraction(recall), Fraction(beta) ** 2
    return float((1 + b2) / (1 / precision + b2 / recall))


@answers.wrong("f_beta", "beta is on the wrong side")
def wrong_side(precision, recall, beta=1.0):
    return guarded_formula(recall, precision, beta)


@answers.wrong("f_beta", "beta is not squared")
def not_squared(precision, recall, beta=1.0):
    return guarded_formula(precision, recall, math.sqrt(beta))


@answers.wrong("f_beta", "beta is ignored")
def always_f1(precision, recall, beta=1.0):
    return guarded_formula(precision, recall)


@answers.wrong("f_beta", "the arithmetic mean")
def plain_mean(precision, recall, beta=1.0):
    return np.mean([precision, recall])


@answers.wrong("f_beta", "a division by zero")
def unguarded_f(precision, recall, beta=1.0):
    return (1 + beta**2) * precision * recall / (beta**2 * precision + recall)


@answers.wrong("f_beta", "beta is squared in one place and not in the other")
def half_squared(precision, recall, beta=1.0):
    below = beta**2 * precision + recall
    return (1 + beta) * precision * recall / below if below else 0.0


@answers.wrong("f_beta")
def one_where_undefined_f(precision, recall, beta=1.0):
    return guarded_formula(precision, recall, beta) if precision + recall else 1.0


@answers.wrong("f_beta")
def zero_unless_both_are_good(precision, recall, beta=1.0):
    below = beta**2 * precision + recall
    return (1 + beta**2) * precision * recall / below if below > 1 else 0.0


@answers.wrong("f_beta")
def geometric(precision, recall, beta=1.0):
    return math.sqrt(precision * recall)


@answers.right("balanced_accuracy_and_mcc")
def from_recalls_and_precisions(tn, fp, fn, tp):
    recall, specificity = tp / (tp + fn), tn / (tn + fp)
    if tp + fp == 0 or tn + fn == 0:
        return (recall + specificity) / 2, 0
    precision, negative = tp / (tp + fp), tn / (tn + fn)
    right = math.sqrt(recall * specificity * precision * negative)
    wrong = math.sqrt((1 - recall) * (1 - specificity) * (1 - precision) * (1 - negative))
    return (recall + specificity) / 2, right - wrong


@answers.wrong("balanced_accuracy_and_mcc", LIBRARY_CALL)
def by_weights(tn, fp, fn, tp):
    four = {"y_true": [0, 0, 1, 1], "y_pred": [0, 1, 0, 1], "sample_weight": [tn, fp, fn, tp]}
    return (
        metrics.recall_score(**four) / 2 + metrics.recall_score(**four, pos_label=0) / 2,
        metrics.matthews_corrcoef(**four),
    )


@answers.right("balanced_accuracy_and_mcc")
def as_a_correlation(tn, fp, fn, tp):
    n, positives, flagged = tn + fp + fn + tp, fn + tp, fp + tp
    recall, specificity = tp / positives, tn / (tn + fp)
    prevalence, share = positives / n, flagged / n
    spread = math.sqrt(prevalence * (1 - prevalence) * share * (1 - share))
    return (recall + specificity) / 2, (tp / n - prevalence * share) / spread if spread else 0.0


def _first(tn, fp, fn, tp):
    return (tp / (tp + fn) + tn / (tn + fp)) / 2


def _second(tn, fp, fn, tp):
    return as_a_correlation(tn, fp, fn, tp)[1]


@answers.wrong("balanced_accuracy_and_mcc", "the first number is plain accuracy")
def with_accuracy(tn, fp, fn, tp):
    return (tp + tn) / (tn + fp + fn + tp), _second(tn, fp, fn, tp)


@answers.wrong("balanced_accuracy_and_mcc", "the first number is the G-mean")
def with_g_mean(tn, fp, fn, tp):
    return math.sqrt(tp / (tp + fn) * tn / (tn + fp)), _second(tn, fp, fn, tp)


@answers.wrong("balanced_accuracy_and_mcc", "the first number averages precision and recall")
def with_precision(tn, fp, fn, tp):
    precision = tp / (tp + fp) if tp + fp else 0.0
    return (precision + tp / (tp + fn)) / 2, _second(tn, fp, fn, tp)


@answers.wrong(
    "balanced_accuracy_and_mcc", "the square root of the Matthews correlation is missing"
)
def rootless(tn, fp, fn, tp):
    below = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return _first(tn, fp, fn, tp), (tp * tn - fp * fn) / below if below else 0.0


@answers.wrong("balanced_accuracy_and_mcc", "the sign of the Matthews correlation is lost")
def unsigned(tn, fp, fn, tp):
    return _first(tn, fp, fn, tp), abs(_second(tn, fp, fn, tp))


@answers.wrong("balanced_accuracy_and_mcc", "a division by zero")
def unguarded_mcc(tn, fp, fn, tp):
    below = math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return _first(tn, fp, fn, tp), (tp * tn - fp * fn) / below


@answers.wrong("balanced_accuracy_and_mcc", "the two numbers have changed places")
def in_reverse_order(tn, fp, fn, tp):
    return as_a_correlation(tn, fp, fn, tp)[::-1]


@answers.wrong("balanced_accuracy_and_mcc")
def one_where_it_never_flags(tn, fp, fn, tp):
    return _first(tn, fp, fn, tp), _second(tn, fp, fn, tp) if tp + fp else 1.0


@answers.wrong("balanced_accuracy_and_mcc")
def scaled_to_one(tn, fp, fn, tp):
    return _first(tn, fp, fn, tp), (_second(tn, fp, fn, tp) + 1) / 2


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


@answers.right("macro_f1")
def from_counts(y_true, y_pred):
    y_true, y_pred = list(y_true), list(y_pred)
    scores = []
    for label in {*y_true, *y_pred}:
        _, fp, fn, tp = in_a_loop(y_true, y_pred, label)
        scores.append(2 * tp / (2 * tp + fp + fn))
    return sum(scores) / len(scores)


@answers.right("macro_f1")
def from_the_matrix(y_true, y_pred):
    matrix = metrics.confusion_matrix(list(y_true), list(y_pred))
    return np.mean(2 * np.diag(matrix) / (matrix.sum(axis=0) + matrix.sum(axis=1)))


def each_f1(y_true, y_pred, labels):
    y_true, y_pred = list(y_true), list(y_pred)
    counts = [in_a_loop(y_true, y_pred, label) for label in sorted(labels)]
    return np.array([2 * tp / max(2 * tp + fp + fn, 1) for _, fp, fn, tp in counts])


def all_labels(y_true, y_pred):
    return {*list(y_true), *list(y_pred)}


@answers.wrong("macro_f1", LIBRARY_CALL)
def by_sklearn_f1(y_true, y_pred):
    return metrics.f1_score(list(y_true), list(y_pred), average="macro", zero_division=0)


@answers.wrong("macro_f1", LIBRARY_CALL)
def by_report(y_true, y_pred):
    report = metrics.classification_report(list(y_true), list(y_pred), output_dict=True)
    return report["macro avg"]["f1-score"]


@answers.wrong("macro_f1", "the micro average")
def micro(y_true, y_pred):
    return metrics.accuracy_score(list(y_true), list(y_pred))


@answers.wrong("macro_f1", "the average is weighted by how common each class is")
def weighted(y_true, y_pred):
    labels = all_labels(y_true, y_pred)
    weights = [list(y_true).count(label) for label in sorted(labels)]
    return np.average(each_f1(y_true, y_pred, labels), weights=weights)


@answers.wrong("macro_f1", "the F1 of the averaged precision and recall")
def f1_of_averages(y_true, y_pred):
    both = [with_sets(y_true, y_pred, label) for label in all_labels(y_true, y_pred)]
    precision, recall = np.mean(both, axis=0)
    return guarded_formula(precision, recall)


@answers.wrong("macro_f1", "classes that were never predicted are left out")
def predicted_classes(y_true, y_pred):
    return each_f1(y_true, y_pred, set(y_pred)).mean()


@answers.wrong("macro_f1", "classes that occur only among the predictions are left out")
def true_classes(y_true, y_pred):
    return each_f1(y_true, y_pred, set(y_true)).mean()


@answers.wrong("macro_f1", "a division by zero")
def from_precision_and_recall(y_true, y_pred):
    scores = []
    for label in all_labels(y_true, y_pred):
        precision, recall = with_sets(y_true, y_pred, label)
        scores.append(2 * precision * recall / (precision + recall))
    return np.mean(scores)


@answers.wrong("macro_f1", "the index of a Series decides, not the order of the rows")
def in_one_frame(y_true, y_pred):
    frame = pd.DataFrame({"truth": pd.Series(y_true), "guess": pd.Series(y_pred)})
    return from_counts(frame["truth"], frame["guess"])


@answers.wrong("macro_f1", "lists and Series are used as if they were arrays")
def asks_what_comes(y_true, y_pred):
    values = []
    for label in np.union1d(y_true, y_pred):
        truth, guess = y_true == label, y_pred == label
        values.append(2 * (truth & guess).sum() / (truth.sum() + guess.sum()))
    return np.mean(values)


@answers.wrong("macro_f1")
def median(y_true, y_pred):
    return float(np.median(each_f1(y_true, y_pred, all_labels(y_true, y_pred))))


@answers.wrong("macro_f1")
def mean_recall(y_true, y_pred):
    return np.mean([with_sets(y_true, y_pred, label)[1] for label in set(y_true)])


@answers.wrong("macro_f1")
def rarest_class_only(y_true, y_pred):
    rarest = min(set(y_true), key=list(y_true).count)
    return each_f1(y_true, y_pred, {rarest})[0]


@answers.wrong("macro_f1")
def rounded_f1(y_true, y_pred):
    return round(from_counts(y_true, y_pred), 3)
