"""Answers to lesson 03."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pandas as pd
from scipy.stats import mannwhitneyu, rankdata
from sklearn import metrics

from answers import Answers
from imbalance_lab.checks.check import LIBRARY_CALL
from imbalance_lab.exercises.teams import LOWEST, POOLED, WHOLE_LIST

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


@answers.right("choose_model")
def largest_of_each_day(days, capacity):
    def frauds(name):
        return sum(day.nlargest(capacity, name)["is_fraud"].sum() for _, day in days.groupby("day"))

    return max(days.columns[2:], key=frauds)


@answers.right("choose_model")
def by_rank_within_the_day(days, capacity):
    ranks = days.groupby("day")[list(days.columns[2:])].rank(ascending=False)
    return ((ranks <= capacity).mul(days["is_fraud"], axis=0)).sum().idxmax()


@answers.right("choose_model")
def recall_of_the_days(days, capacity):
    def recall(name):
        order = days.sort_values(name, ascending=False).groupby("day").head(capacity)
        return order["is_fraud"].sum() / days["is_fraud"].sum()

    return sorted(days.drop(columns=["day", "is_fraud"]), key=recall)[-1]


def _best(days, measure):
    names = days.columns.drop(["day", "is_fraud"])
    return max(names, key=lambda name: measure(days["is_fraud"], days[name]))


@answers.wrong("choose_model", WHOLE_LIST)
def highest_roc_auc(days, capacity):
    return _best(days, metrics.roc_auc_score)


@answers.wrong("choose_model", WHOLE_LIST)
def highest_average_precision(days, capacity):
    return _best(days, metrics.average_precision_score)


@answers.wrong("choose_model", WHOLE_LIST)
def highest_accuracy(days, capacity):
    return _best(days, lambda y, p: metrics.accuracy_score(y, p >= 0.5))


@answers.wrong("choose_model", WHOLE_LIST)
def lowest_log_loss(days, capacity):
    return _best(days, lambda y, p: -metrics.log_loss(y, p))


@answers.wrong("choose_model", POOLED)
def top_of_the_whole_table(days, capacity):
    return _best(days, lambda y, p: y[p.nlargest(capacity).index].mean())


@answers.wrong("choose_model", LOWEST)
def sorted_upwards(days, capacity):
    def frauds(name):
        return days.sort_values(name).groupby("day").head(capacity)["is_fraud"].sum()

    return max(days.columns[2:], key=frauds)


@answers.wrong("choose_model")
def a_place_instead_of_a_name(days, capacity):
    return list(days.columns).index(largest_of_each_day(days, capacity))


@answers.wrong("choose_model")
def always_the_first(days, capacity):
    return "A"
