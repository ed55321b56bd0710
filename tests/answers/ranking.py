"""Answers to lesson 03."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
from scipy.stats import mannwhitneyu, rankdata
from sklearn import metrics

from answers import Answers
from imbalance_lab.checks.check import LIBRARY_CALL

answers = Answers("03-ranking/ranking")


def split(y_true, y_score):
    positive = [s for y, s in zip(y_true, y_score, strict=True) if y == 1]
    negative = [s for y, s in zip(y_true, y_score, strict=True) if y == 0]
    return positive, negative


@answers.right("roc_auc_by_pairs")
def in_a_double_loop(y_true, y_score):
    pairs = list(product(*split(y_true, y_score)))
    return sum(1.0 if p > n else 0.5 if p == n else 0.0 for p, n in pairs) / len(pairs)


@answers.right("roc_auc_by_pairs")
def by_rank_sum(y_true, y_score):
    y_true = np.asarray(y_true)
    ranks, n = rankdata(y_score), int(y_true.sum())
    return (ranks[y_true == 1].sum() - n * (n + 1) / 2) / (n * (len(y_true) - n))


@answers.right("roc_auc_by_pairs")
def by_mann_whitney(y_true, y_score):
    positive, negative = split(y_true, y_score)
    return mannwhitneyu(positive, negative).statistic / (len(positive) * len(negative))


@answers.right("roc_auc_by_pairs")
def by_area(y_true, y_score):
    fpr, tpr, _ = metrics.roc_curve(y_true, y_score)
    return np.trapezoid(tpr, fpr)


@answers.wrong("roc_auc_by_pairs", "ties count for nothing")
def strict(y_true, y_score):
    positive, negative = split(y_true, y_score)
    return np.mean(np.subtract.outer(positive, negative) > 0)


@answers.wrong("roc_auc_by_pairs", "ties count as won")
def generous(y_true, y_score):
    positive, negative = split(y_true, y_score)
    return np.mean([p >= n for p in positive for n in negative])


@answers.wrong("roc_auc_by_pairs", "the number of pairs instead of their share")
def mann_whitney_statistic(y_true, y_score):
    return mannwhitneyu(*split(y_true, y_score)).statistic


@answers.wrong("roc_auc_by_pairs", "the winners are the negatives")
def flipped(y_true, y_score):
    return in_a_double_loop(y_true, [-score for score in y_score])


@answers.wrong("roc_auc_by_pairs", LIBRARY_CALL)
def by_sklearn(y_true, y_score):
    return metrics.roc_auc_score(y_true, y_score)


@answers.wrong("roc_auc_by_pairs", "the index of a Series decides, not the order of the rows")
def grouped_by_pandas(y_true, y_score):
    frame = pd.DataFrame({"y": pd.Series(y_true), "s": pd.Series(y_score)})
    return in_a_double_loop(frame["y"], frame["s"])


@answers.wrong("roc_auc_by_pairs", "lists and Series are used as if they were arrays")
def as_it_comes(y_true, y_score):
    positive, negative = y_score[y_true == 1], y_score[y_true == 0]
    pairs = positive[:, None] - negative[None, :]
    return np.mean((pairs > 0) + 0.5 * (pairs == 0))


@answers.wrong("roc_auc_by_pairs")
def ties_left_out(y_true, y_score):
    positive, negative = split(y_true, y_score)
    won = sum(p > n for p in positive for n in negative)
    lost = sum(p < n for p in positive for n in negative)
    return won / (won + lost) if won + lost else 0.5


@answers.wrong("roc_auc_by_pairs", "pairs within a class were counted too")
def divided_by_all_pairs(y_true, y_score):
    return mann_whitney_statistic(y_true, y_score) / math.comb(len(y_true), 2)


@answers.wrong("roc_auc_by_pairs")
def distance_of_means(y_true, y_score):
    positive, negative = split(y_true, y_score)
    return 0.5 + (np.mean(positive) - np.mean(negative)) / 2


@answers.wrong("roc_auc_by_pairs")
def never_below_half(y_true, y_score):
    area = in_a_double_loop(y_true, y_score)
    return max(area, 1 - area)


@answers.right("average_precision")
def threshold_by_threshold(y_true, y_score):
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    total, before = 0.0, 0.0
    for threshold in sorted(set(y_score.tolist()), reverse=True):
        flagged = y_score >= threshold
        recall = y_true[flagged].sum() / y_true.sum()
        total += (recall - before) * y_true[flagged].mean()
        before = recall
    return total


@answers.right("average_precision")
def positive_by_positive(y_true, y_score):
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    return np.mean([y_true[y_score >= s].mean() for s in y_score[y_true == 1]])


@answers.right("average_precision")
def by_sklearn_curve(y_true, y_score):
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    return -np.sum(np.diff(recall) * precision[:-1])


@answers.wrong(
    "average_precision", "the points were joined by straight lines (the trapezoidal rule)"
)
def trapezoid(y_true, y_score):
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    return np.trapezoid(precision[::-1], recall[::-1])


@answers.wrong("average_precision", "equal scores were taken one after another")
def one_row_at_a_time(y_true, y_score):
    frame = pd.DataFrame({"y": list(y_true), "s": list(y_score)})
    frame = frame.sort_values("s", ascending=False, kind="stable")
    precision = frame["y"].expanding().mean()
    return precision[frame["y"] == 1].mean()


@answers.wrong("average_precision", "the mean over all ranks")
def mean_of_every_precision(y_true, y_score):
    frame = pd.DataFrame({"y": list(y_true), "s": list(y_score)})
    return frame.sort_values("s", ascending=False, kind="stable")["y"].expanding().mean().mean()


@answers.wrong("average_precision", "precision was replaced by the best one at any higher recall")
def interpolated(y_true, y_score):
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    at = [y_true[y_score >= s].mean() for s in np.sort(y_score)]
    best = pd.Series(at).cummax().to_numpy()
    recall = [y_true[y_score >= s].sum() / y_true.sum() for s in np.sort(y_score)]
    return sum(best * -np.diff([*recall, 0]))


@answers.wrong("average_precision", "the list begins with the lowest score")
def ascending(y_true, y_score):
    return threshold_by_threshold(y_true, [-s for s in y_score])


@answers.wrong("average_precision", LIBRARY_CALL)
def by_sklearn_score(y_true, y_score):
    return metrics.average_precision_score(y_true, y_score)


@answers.wrong("average_precision", "the index of a Series decides, not the order of the rows")
def in_one_frame(y_true, y_score):
    frame = pd.DataFrame({"y": pd.Series(y_true), "s": pd.Series(y_score)})
    return positive_by_positive(frame["y"], frame["s"])


@answers.wrong("average_precision", "lists and Series are used as if they were arrays")
def without_asarray(y_true, y_score):
    return np.mean([y_true[y_score >= s].mean() for s in y_score[y_true == 1]])


@answers.wrong("average_precision")
def area_of_roc(y_true, y_score):
    return metrics.roc_auc_score(y_true, y_score)


@answers.wrong(
    "average_precision", "each gain of recall goes with the precision of the threshold before"
)
def step_to_the_other_side(y_true, y_score):
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    return -np.sum(np.diff(recall) * precision[1:])


@answers.right("precision_at_prevalence")
def in_odds(recall, false_positive_rate, prevalence):
    if recall == 0 and false_positive_rate == 0:
        return math.nan
    if recall == 0 or prevalence == 0:
        return 0.0
    odds_against = false_positive_rate / recall * (1 - prevalence) / prevalence
    return 1 / (1 + odds_against)


@answers.right("precision_at_prevalence")
def in_fractions(recall, false_positive_rate, prevalence):
    r, f, p = map(Fraction, (recall, false_positive_rate, prevalence))
    flagged = r * p + f * (1 - p)
    return float(r * p / flagged) if flagged else math.nan


@answers.right("precision_at_prevalence")
def in_numpy(recall, false_positive_rate, prevalence):
    caught = np.float64(recall) * prevalence
    return caught / (caught + false_positive_rate * (1 - prevalence))


@answers.wrong("precision_at_prevalence", "prevalence is left out")
def balanced(recall, false_positive_rate, prevalence):
    if recall + false_positive_rate == 0:
        return math.nan
    return 1 - false_positive_rate / (recall + false_positive_rate)


@answers.wrong(
    "precision_at_prevalence",
    "the prevalence of the negatives stands where that of the positives belongs",
)
def other_prevalence(recall, false_positive_rate, prevalence):
    return in_numpy(recall, false_positive_rate, 1 - prevalence)


@answers.wrong("precision_at_prevalence", "false alarms are not weighted by the share of negatives")
def unweighted_alarms(recall, false_positive_rate, prevalence):
    caught = np.float64(recall * prevalence)
    return caught / (caught + false_positive_rate)


@answers.wrong("precision_at_prevalence", "the share of all samples that is flagged")
def flagged(recall, false_positive_rate, prevalence):
    share = recall * prevalence + false_positive_rate * (1 - prevalence)
    return share or math.nan


@answers.wrong("precision_at_prevalence", "the share of true positives among all samples")
def true_positives(recall, false_positive_rate, prevalence):
    return recall * prevalence


@answers.wrong("precision_at_prevalence", "a precision where nobody is flagged")
def zero_when_nobody_is_flagged(recall, false_positive_rate, prevalence):
    precision = in_odds(recall, false_positive_rate, prevalence)
    return 0.0 if math.isnan(precision) else precision


@answers.wrong("precision_at_prevalence", "a division by zero")
def divides_by_zero(recall, false_positive_rate, prevalence):
    return recall * prevalence / (recall * prevalence + false_positive_rate * (1 - prevalence))


@answers.wrong("precision_at_prevalence")
def nan_where_one_rate_is_zero(recall, false_positive_rate, prevalence):
    if recall == 0 or false_positive_rate == 0:
        return math.nan
    return in_odds(recall, false_positive_rate, prevalence)


@answers.wrong("precision_at_prevalence")
def rounded(recall, false_positive_rate, prevalence):
    return round(in_odds(recall, false_positive_rate, prevalence), 2)


@answers.right("precision_at_recall")
def by_mask(y_true, y_score, min_recall):
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    return precision[recall >= min_recall].max()


@answers.right("precision_at_recall")
def by_counting(y_true, y_score, min_recall):
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    best = 0.0
    for threshold in y_score:
        flagged = y_true[y_score >= threshold]
        if flagged.sum() / y_true.sum() >= min_recall:
            best = max(best, flagged.mean())
    return best


@answers.right("precision_at_recall")
def both_reversed(y_true, y_score, min_recall):
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    return max(precision[::-1][np.searchsorted(recall[::-1], min_recall) :])


@answers.wrong(
    "precision_at_recall",
    "an index of the reversed recall was used on the precision that is not reversed",
)
def the_snippet(y_true, y_score, min_recall):
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    return precision[np.argmax(recall[::-1] >= min_recall)]


@answers.wrong(
    "precision_at_recall", "the first threshold that reaches the recall, not the best one"
)
def first_that_will_do(y_true, y_score, min_recall):
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    for threshold in sorted(y_score, reverse=True):
        flagged = y_true[y_score >= threshold]
        if flagged.sum() / y_true.sum() >= min_recall:
            return flagged.mean()
    return math.nan


@answers.wrong("precision_at_recall", "the lowest precision instead of the highest")
def everybody_flagged(y_true, y_score, min_recall):
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    return min(precision[recall >= min_recall])


@answers.wrong("precision_at_recall", "more than the required recall, not at least")
def more_than(y_true, y_score, min_recall):
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    allowed = precision[recall > min_recall]
    return allowed.max() if len(allowed) else by_mask(y_true, y_score, min_recall)


@answers.wrong("precision_at_recall", "recall and precision changed places")
def recall_at_precision(y_true, y_score, min_recall):
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    return recall[precision >= min_recall].max()


@answers.wrong("precision_at_recall", "the nearest recall, which may be too low")
def nearest(y_true, y_score, min_recall):
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    return precision[abs(recall - min_recall).argmin()]


@answers.wrong("precision_at_recall", "the precision was read between two points of the curve")
def interpolates(y_true, y_score, min_recall):
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    return np.interp(min_recall, recall[::-1], precision[::-1])


@answers.wrong("precision_at_recall")
def with_the_threshold(y_true, y_score, min_recall):
    return by_mask(y_true, y_score, min_recall), 0.5


@answers.right("precision_at_k")
def sorted_pairs(y_true, y_score, k):
    y_true, y_score = list(y_true), list(y_score)
    order = sorted(range(len(y_score)), key=lambda i: -y_score[i])
    return sum(y_true[i] for i in order[:k]) / k


@answers.right("precision_at_k")
def with_pandas(y_true, y_score, k):
    frame = pd.DataFrame({"y": list(y_true), "s": list(y_score)})
    return frame.nlargest(k, "s")["y"].mean()


@answers.right("precision_at_k")
def by_lexsort(y_true, y_score, k):
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    order = np.lexsort((np.arange(len(y_score)), -y_score))
    return y_true[order[:k]].sum() / k


@answers.wrong("precision_at_k", "more than k samples were taken where scores are equal")
def from_the_kth_score_on(y_true, y_score, k):
    threshold = sorted(y_score, reverse=True)[k - 1]
    flagged = [y for y, s in zip(y_true, y_score, strict=True) if s >= threshold]
    return sum(flagged) / len(flagged)


@answers.wrong("precision_at_k", "of equal scores the later one came first")
def reversed_argsort(y_true, y_score, k):
    order = np.argsort(y_score, kind="stable")[::-1]
    return np.mean(np.asarray(y_true)[order[:k]])


@answers.wrong("precision_at_k", "the lowest scores were taken")
def bottom(y_true, y_score, k):
    return sorted_pairs(y_true, [-s for s in y_score], k)


@answers.wrong("precision_at_k", "recall at k")
def recall_at_k(y_true, y_score, k):
    return sorted_pairs(y_true, y_score, k) * k / sum(y_true)


@answers.wrong("precision_at_k", "a number instead of a share")
def hits(y_true, y_score, k):
    return sorted_pairs(y_true, y_score, k) * k


@answers.wrong("precision_at_k", "equal scores are shuffled by the sort")
def plain_argsort(y_true, y_score, k):
    return np.asarray(y_true)[np.argsort(-np.asarray(y_score))[:k]].mean()


@answers.wrong("precision_at_k", "equal scores are shuffled by the sort")
def plain_sort_values(y_true, y_score, k):
    frame = pd.DataFrame({"y": list(y_true), "s": list(y_score)})
    return frame.sort_values("s", ascending=False)["y"].head(k).mean()


@answers.wrong("precision_at_k", "the index of a Series decides, not the order of the rows")
def largest_of_a_frame(y_true, y_score, k):
    frame = pd.DataFrame({"y": pd.Series(y_true), "s": pd.Series(y_score)})
    return frame.nlargest(k, "s")["y"].mean()


@answers.wrong("precision_at_k", "lists and Series are used as if they were arrays")
def takes_an_array(y_true, y_score, k):
    order = sorted(range(len(y_score)), key=lambda i: -y_score[i])
    return y_true[np.array(order[:k])].mean()


@answers.wrong("precision_at_k")
def positives_first_in_a_tie(y_true, y_score, k):
    rows = sorted(zip(y_score, y_true, strict=True), reverse=True)
    return sum(label for _, label in rows[:k]) / k


@answers.wrong("precision_at_k")
def one_too_few(y_true, y_score, k):
    return sorted_pairs(y_true, y_score, k - 1)


@answers.wrong("precision_at_k")
def from_one_half_on(y_true, y_score, k):
    flagged = [y for y, s in zip(y_true, y_score, strict=True) if s >= 0.5]
    return sum(flagged) / max(len(flagged), 1)
