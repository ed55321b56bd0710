"""Answers to lesson 09."""

from __future__ import annotations

import bisect
import heapq
import math
from fractions import Fraction

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    confusion_matrix,
    confusion_matrix_at_thresholds,
    precision_recall_curve,
)

from answers import Answers

answers = Answers("09-thresholds/thresholds")


@answers.right("bayes_threshold")
def by_extra_costs(cost_fp, cost_fn, cost_tn=0.0, cost_tp=0.0):
    extra_fp, extra_fn = cost_fp - cost_tn, cost_fn - cost_tp
    if extra_fp <= 0 or extra_fn <= 0:
        raise ValueError("a wrong decision must cost more than the right one")
    return extra_fp / (extra_fp + extra_fn)


@answers.right("bayes_threshold")
def by_odds(cost_fp, cost_fn, cost_tn=0.0, cost_tp=0.0):
    if not (cost_fp > cost_tn and cost_fn > cost_tp):
        raise ValueError
    odds = Fraction(cost_fp - cost_tn) / Fraction(cost_fn - cost_tp)
    return float(odds / (1 + odds))


@answers.wrong("bayes_threshold", "right decisions are taken to be free")
def free_when_right(cost_fp, cost_fn, cost_tn=0.0, cost_tp=0.0):
    return cost_fp / (cost_fp + cost_fn)


@answers.wrong("bayes_threshold", "the roles of false alarms and misses are swapped")
def swapped_roles(cost_fp, cost_fn, cost_tn=0.0, cost_tp=0.0):
    return 1 - by_extra_costs(cost_fp, cost_fn, cost_tn, cost_tp)


@answers.wrong("bayes_threshold", "the odds instead of the probability")
def as_odds(cost_fp, cost_fn, cost_tn=0.0, cost_tp=0.0):
    return (cost_fp - cost_tn) / (cost_fn - cost_tp)


@answers.wrong("bayes_threshold", "the costs of right decisions are added instead of compared with")
def added(cost_fp, cost_fn, cost_tn=0.0, cost_tp=0.0):
    return (cost_fp + cost_tn) / (cost_fp + cost_tn + cost_fn + cost_tp)


@answers.wrong("bayes_threshold")
def forgets_true_positives(cost_fp, cost_fn, cost_tn=0.0, cost_tp=0.0):
    return by_extra_costs(cost_fp, cost_fn, cost_tn, 0.0)


@answers.wrong("bayes_threshold")
def never_refuses(cost_fp, cost_fn, cost_tn=0.0, cost_tp=0.0):
    return (cost_fp - cost_tn) / (cost_fp - cost_tn + cost_fn - cost_tp)


@answers.wrong("bayes_threshold")
def refuses_gains(cost_fp, cost_fn, cost_tn=0.0, cost_tp=0.0):
    if min(cost_fp, cost_fn, cost_tn, cost_tp) < 0:
        raise ValueError
    return by_extra_costs(cost_fp, cost_fn, cost_tn, cost_tp)


@answers.right("min_cost_threshold")
def by_sorting(y_true, y_score, cost_fp, cost_fn):
    pairs = sorted(zip(y_score, y_true, strict=True), key=lambda pair: -pair[0])
    cost = least = cost_fn * sum(truth for _, truth in pairs)
    best = math.inf
    for place, (score, truth) in enumerate(pairs):
        cost += -cost_fn if truth == 1 else cost_fp
        last_of_its_score = place + 1 == len(pairs) or pairs[place + 1][0] != score
        if last_of_its_score and cost < least:
            least, best = cost, score
    return best


@answers.right("min_cost_threshold")
def by_groups(y_true, y_score, cost_fp, cost_fn):
    y_true = np.asarray(y_true)
    change = pd.Series(np.where(y_true == 1, -cost_fn, cost_fp)).groupby(np.asarray(y_score)).sum()
    costs = change.sort_index(ascending=False).cumsum()
    return float(costs.idxmin()) if costs.min() < 0 else np.inf


@answers.right("min_cost_threshold")
def by_bisection(y_true, y_score, cost_fp, cost_fn):
    ones = sorted(s for s, y in zip(y_score, y_true, strict=True) if y == 1)
    zeros = sorted(s for s, y in zip(y_score, y_true, strict=True) if y == 0)

    def cost(cut):
        misses = bisect.bisect_left(ones, cut)
        return cost_fn * misses + cost_fp * (len(zeros) - bisect.bisect_left(zeros, cut))

    return min([*set(map(float, y_score)), math.inf], key=lambda cut: (cost(cut), -cut))


@answers.wrong("min_cost_threshold", "flagging nobody is not among the choices")
def somebody(y_true, y_score, cost_fp, cost_fn):
    _, fp, fn, _, cuts = confusion_matrix_at_thresholds(np.asarray(y_true), np.asarray(y_score))
    return cuts[np.argmin(cost_fp * fp + cost_fn * fn)]


@answers.wrong("min_cost_threshold", "the prices of false alarms and misses are swapped")
def prices_swapped(y_true, y_score, cost_fp, cost_fn):
    return by_sorting(y_true, y_score, cost_fn, cost_fp)


@answers.wrong("min_cost_threshold", "mistakes are counted, not priced")
def most_accurate(y_true, y_score, cost_fp, cost_fn):
    return by_sorting(y_true, y_score, 1, 1)


@answers.wrong("min_cost_threshold", "a score that equals the threshold is not flagged")
def just_below(y_true, y_score, cost_fp, cost_fn):
    best = by_sorting(y_true, y_score, cost_fp, cost_fn)
    below = [score for score in y_score if score < best]
    # Flagging whatever lies above the highest score, which is nobody.
    highest = max(y_score)
    everyone = sum(y == 0 for y in y_true) * cost_fp
    least = min(everyone, _cost_at(y_true, y_score, best, cost_fp, cost_fn))
    if best == math.inf or _cost_at(y_true, y_score, math.inf, cost_fp, cost_fn) == least:
        return math.inf
    return max(below) if below else _strict(y_true, y_score, cost_fp, cost_fn, highest)


def _cost_at(y_true, y_score, cut, cost_fp, cost_fn):
    flagged = np.asarray(y_score) >= cut
    _, fp, fn, _ = confusion_matrix(list(y_true), flagged.astype(int), labels=[0, 1]).ravel()
    return cost_fp * fp + cost_fn * fn


def _strict(y_true, y_score, cost_fp, cost_fn, highest):
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    return min(
        sorted({math.inf, *y_score.tolist()}, reverse=True),
        key=lambda cut: (
            cost_fp * np.sum((y_score > cut) & (y_true == 0))
            + cost_fn * np.sum((y_score <= cut) & (y_true == 1))
        ),
    )


@answers.wrong("min_cost_threshold", "the lowest of several equally cheap thresholds")
def most_alarms(y_true, y_score, cost_fp, cost_fn):
    _, fp, fn, _, cuts = confusion_matrix_at_thresholds(np.asarray(y_true), np.asarray(y_score))
    costs = np.append(cost_fn * np.sum(np.asarray(y_true) == 1), cost_fp * fp + cost_fn * fn)
    return np.append(np.inf, cuts)[np.flatnonzero(costs == costs.min())[-1]]


@answers.wrong("min_cost_threshold", "the cost instead of the threshold")
def least_cost(y_true, y_score, cost_fp, cost_fn):
    best = by_sorting(y_true, y_score, cost_fp, cost_fn)
    return float(_cost_at(y_true, y_score, best, cost_fp, cost_fn))


@answers.wrong("min_cost_threshold", "samples of equal score are separated")
def separates_ties(y_true, y_score, cost_fp, cost_fn):
    order = np.argsort(-np.asarray(y_score), kind="stable")
    truth = np.asarray(y_true)[order]
    costs = np.cumsum(np.append(cost_fn * truth.sum(), np.where(truth == 1, -cost_fn, cost_fp)))
    return float(np.append(np.inf, np.asarray(y_score)[order])[np.argmin(costs)])


@answers.wrong("min_cost_threshold", "the threshold that the formula gives")
def formula(y_true, y_score, cost_fp, cost_fn):
    return cost_fp / (cost_fp + cost_fn)


@answers.wrong("min_cost_threshold")
def on_a_grid(y_true, y_score, cost_fp, cost_fn):
    grid = [math.inf, *np.linspace(1, 0, 11)]
    return min(grid, key=lambda cut: _cost_at(y_true, y_score, cut, cost_fp, cost_fn))


@answers.right("alerts_within_capacity")
def group_by_group(y_score, capacity):
    scores = np.asarray(y_score)
    flagged = np.zeros(len(scores), dtype=int)
    for score in np.unique(scores)[::-1]:
        if flagged.sum() + np.sum(scores == score) > capacity:
            break
        flagged[scores == score] = 1
    return flagged


@answers.right("alerts_within_capacity")
def by_rank(y_score, capacity):
    ranks = pd.Series(y_score).rank(method="max", ascending=False)
    return (ranks <= capacity).astype(int).tolist()


@answers.wrong("alerts_within_capacity", "more alerts than the team can read")
def kth_highest(y_score, capacity):
    cut = sorted(y_score, reverse=True)[capacity - 1] if capacity else math.inf
    return [int(score >= cut) for score in y_score]


@answers.wrong("alerts_within_capacity", "the last place is always left empty")
def above_the_kth(y_score, capacity):
    if capacity == 0:
        return [0] * len(y_score)
    cut = sorted(y_score, reverse=True)[capacity - 1]
    return [int(score > cut) for score in y_score]


@answers.wrong("alerts_within_capacity", "positions instead of decisions")
def list_of_positions(y_score, capacity):
    scores = list(y_score)
    return sorted(range(len(scores)), key=lambda place: -scores[place])[:capacity]


@answers.wrong("alerts_within_capacity", "samples of equal score are treated differently")
def first_come(y_score, capacity):
    chosen = heapq.nlargest(capacity, range(len(y_score)), key=lambda place: y_score[place])
    return [int(place in chosen) for place in range(len(y_score))]


@answers.wrong("alerts_within_capacity", "samples of equal score are treated differently")
def last_come(y_score, capacity):
    flagged = np.zeros(len(y_score), dtype=int)
    flagged[np.argsort(y_score, kind="stable")[::-1][:capacity]] = 1
    return flagged


@answers.wrong("alerts_within_capacity", "it fails where everybody fits in")
def a_quantile(y_score, capacity):
    cut = np.quantile(y_score, 1 - capacity / len(y_score))
    return (np.asarray(y_score) > cut).astype(int)


@answers.wrong("alerts_within_capacity", "it fails where everybody fits in")
def needs_full_list(y_score, capacity):
    ordered = sorted(y_score, reverse=True)
    cut = ordered[capacity]  # there is no next score where everybody fits
    return [int(score > cut) for score in y_score]


@answers.wrong("alerts_within_capacity")
def counts_scores_not_samples(y_score, capacity):
    highest = sorted(set(y_score), reverse=True)[:capacity]
    return [int(score in highest) for score in y_score]


# choose_threshold


@answers.right("choose_threshold")
def at_the_mean_costs(y_true, y_score, cost_fp, cost_fn):
    return by_sorting(y_true, y_score, np.mean(cost_fp), np.mean(cost_fn))


@answers.right("choose_threshold")
def by_simulation(y_true, y_score, cost_fp, cost_fn):
    """Draw costs for many days, and take the threshold whose bill over all of them is least."""
    rng = np.random.default_rng(0)
    fp, fn = (rng.triangular(*cost, size=2000) for cost in (cost_fp, cost_fn))

    def bill(cut):
        flagged = y_score >= cut
        alarms, misses = np.sum(flagged & (y_true == 0)), np.sum(~flagged & (y_true == 1))
        return np.mean(alarms * fp + misses * fn)

    return min(np.quantile(y_score, np.linspace(0.2, 0.999, 300)), key=bill)


@answers.right("choose_threshold")
def calibrated_first(y_true, y_score, cost_fp, cost_fn):
    """Make probabilities of the scores, and look where they cross the formula's threshold."""
    known = y_score if y_score.min() < 0 or y_score.max() > 1 else np.log(y_score / (1 - y_score))
    platt = LogisticRegression(C=1e6).fit(known[:, None], y_true)
    p = platt.predict_proba(known[:, None])[:, 1]
    flagged = y_score[p >= np.mean(cost_fp) / (np.mean(cost_fp) + np.mean(cost_fn))]
    return flagged.min() if len(flagged) else math.inf


@answers.wrong("choose_threshold", "the same threshold for every team")
def what_predict_does(y_true, y_score, cost_fp, cost_fn):
    return 0.5


@answers.wrong("choose_threshold", "the most likely costs, as if they were certain")
def likely_costs(y_true, y_score, cost_fp, cost_fn):
    return by_sorting(y_true, y_score, cost_fp[1], cost_fn[1])


@answers.wrong("choose_threshold", "the highest costs, as if they were certain")
def highest_costs(y_true, y_score, cost_fp, cost_fn):
    return by_sorting(y_true, y_score, cost_fp[2], cost_fn[2])


@answers.wrong("choose_threshold", "the formula, though not all scores are probabilities")
def formula_of_means(y_true, y_score, cost_fp, cost_fn):
    return float(np.mean(cost_fp) / (np.mean(cost_fp) + np.mean(cost_fn)))


@answers.wrong("choose_threshold", "the formula, though not all scores are probabilities")
def formula_of_likely_costs(y_true, y_score, cost_fp, cost_fn):
    return cost_fp[1] / (cost_fp[1] + cost_fn[1])


@answers.wrong("choose_threshold", "the threshold of the best F1, whatever the costs")
def at_the_best_f1(y_true, y_score, cost_fp, cost_fn):
    precision, recall, cuts = precision_recall_curve(y_true, y_score)
    return float(cuts[np.argmax(precision * recall / np.maximum(precision + recall, 1e-9))])


@answers.wrong("choose_threshold", "misses and false alarms are counted alike")
def fewest_mistakes(y_true, y_score, cost_fp, cost_fn):
    return by_sorting(y_true, y_score, 1, 1)


@answers.wrong("choose_threshold", "the costs of misses and of false alarms have changed places")
def costs_swapped(y_true, y_score, cost_fp, cost_fn):
    return by_sorting(y_true, y_score, np.mean(cost_fn), np.mean(cost_fp))


@answers.wrong("choose_threshold")
def the_top_twentieth(y_true, y_score, cost_fp, cost_fn):
    return float(np.quantile(y_score, 0.95))


@answers.wrong("choose_threshold")
def nine_of_ten_found(y_true, y_score, cost_fp, cost_fn):
    return float(np.quantile(y_score[y_true == 1], 0.1))


@answers.wrong("choose_threshold")
def worst_case(y_true, y_score, cost_fp, cost_fn):
    return by_sorting(y_true, y_score, cost_fp[0], cost_fn[2])


@answers.wrong("choose_threshold")
def no_threshold(y_true, y_score, cost_fp, cost_fn):
    return math.nan
