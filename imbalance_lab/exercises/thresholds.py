"""Exercises of lesson 09, threshold tuning."""

from __future__ import annotations

import math

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import make_scorer
from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV

from imbalance_lab.checks import Exercise, Mistake, Quiz
from imbalance_lab.checks.calls import Returned


def _array(values):
    return np.asarray(values, dtype=float)


APPLY_THRESHOLD = Exercise(
    "apply_threshold",
    lesson="09",
    section="A threshold makes decisions",
    arguments=("y_score", "threshold"),
    mistakes=(
        Mistake(
            "a score that equals the threshold is not flagged",
            "The threshold is the score *from which on* a sample is flagged: at or above it.",
            wrong=lambda y_score, threshold: (_array(y_score) > threshold).astype(int),
        ),
        Mistake(
            "low scores are flagged instead of high ones",
            "A high score speaks for the positive class.",
            wrong=lambda y_score, threshold: (_array(y_score) < threshold).astype(int),
        ),
        Mistake(
            "truth values instead of the labels 0 and 1",
            "The comparison is right. The contract asks for the integers 0 and 1.",
            wrong=lambda y_score, threshold: _array(y_score) >= threshold,
        ),
        Mistake(
            "0.5 is used whatever `threshold` says",
            "This is what `predict` does. Here the threshold is an argument.",
            wrong=lambda y_score, threshold: (_array(y_score) >= 0.5).astype(int),
        ),
    ),
)


BAYES_THRESHOLD = Exercise(
    "bayes_threshold",
    lesson="09",
    section="The threshold that the costs imply",
    arguments=("cost_fp", "cost_fn", "cost_tn", "cost_tp"),
    mistakes=(
        Mistake(
            "right decisions are taken to be free",
            "The function is also told what a true negative and a true positive cost. Write down"
            " the expected cost of flagging and of passing, with all four costs.",
            wrong=lambda cost_fp, cost_fn, cost_tn=0.0, cost_tp=0.0: cost_fp / (cost_fp + cost_fn),
        ),
        Mistake(
            "the roles of false alarms and misses are swapped",
            "The dearer a miss, the sooner you flag: the threshold must fall as `cost_fn` grows.",
            wrong=lambda cost_fp, cost_fn, cost_tn=0.0, cost_tp=0.0: (
                (cost_fn - cost_tp) / (cost_fp - cost_tn + cost_fn - cost_tp)
            ),
        ),
        Mistake(
            "the odds instead of the probability",
            "This is the ratio at which the *odds* of being positive tip the balance. The threshold"
            " is a probability.",
            wrong=lambda cost_fp, cost_fn, cost_tn=0.0, cost_tp=0.0: (
                (cost_fp - cost_tn) / (cost_fn - cost_tp)
            ),
        ),
        Mistake(
            "the costs of right decisions are added instead of compared with",
            "What counts for a class is how much *more* the wrong decision costs than the right"
            " one.",
            wrong=lambda cost_fp, cost_fn, cost_tn=0.0, cost_tp=0.0: (
                (cost_fp + cost_tn) / (cost_fp + cost_tn + cost_fn + cost_tp)
            ),
        ),
    ),
)


def _best(y_true, y_score, cost_fp, cost_fn, nobody=True, last=False, strict=False):
    """Try every threshold in turn, with the faults that are asked for."""
    y_true, y_score = np.asarray(y_true), _array(y_score)
    cuts = ([math.inf] if nobody else []) + np.unique(y_score)[::-1].tolist()
    above = np.greater if strict else np.greater_equal
    costs = []
    for cut in cuts:
        flagged = above(y_score, cut)
        false_alarms, misses = np.sum(flagged & (y_true == 0)), np.sum(~flagged & (y_true == 1))
        costs.append(cost_fp * false_alarms + cost_fn * misses)
    place = len(costs) - 1 - int(np.argmin(costs[::-1])) if last else int(np.argmin(costs))
    return cuts[place], float(costs[place])


def _few(function):
    """Answer for small inputs only, since every threshold is tried in turn."""

    def limited(y_true, y_score, cost_fp, cost_fn):
        return function(y_true, y_score, cost_fp, cost_fn) if len(y_true) <= 1000 else _unknown()

    return limited


def _unknown():
    raise NotImplementedError("this mistake says nothing about so long an input")


def _row_by_row(y_true, y_score, cost_fp, cost_fn):
    y_true, y_score = np.asarray(y_true), _array(y_score)
    order = np.argsort(-y_score, kind="stable")
    false_alarms = np.cumsum(np.append(0, y_true[order] == 0))
    misses = np.sum(y_true == 1) - np.cumsum(np.append(0, y_true[order] == 1))
    place = int(np.argmin(cost_fp * false_alarms + cost_fn * misses))
    return math.inf if place == 0 else float(y_score[order][place - 1])


MIN_COST_THRESHOLD = Exercise(
    "min_cost_threshold",
    lesson="09",
    section="The threshold that was cheapest",
    arguments=("y_true", "y_score", "cost_fp", "cost_fn"),
    mistakes=(
        Mistake(
            "flagging nobody is not among the choices",
            "Sometimes no alarm is worth its cost. Then the contract asks for `math.inf`.",
            wrong=_few(lambda *a: _best(*a, nobody=False)[0]),
        ),
        Mistake(
            "the prices of false alarms and misses are swapped",
            "A sample that is flagged and truly 0 is a false alarm and costs `cost_fp`.",
            wrong=_few(lambda y, s, fp, fn: _best(y, s, fn, fp)[0]),
        ),
        Mistake(
            "mistakes are counted, not priced",
            "That threshold makes the fewest mistakes. Multiply each kind by its cost.",
            wrong=_few(lambda y, s, fp, fn: _best(y, s, 1, 1)[0]),
        ),
        Mistake(
            "a score that equals the threshold is not flagged",
            "The threshold must be the lowest score that is flagged, since samples *at* the"
            " threshold are flagged too.",
            wrong=_few(lambda *a: _best(*a, strict=True)[0]),
        ),
        Mistake(
            "the lowest of several equally cheap thresholds",
            "At equal cost the contract asks for the highest threshold: the fewest alarms.",
            wrong=_few(lambda *a: _best(*a, last=True)[0]),
        ),
        Mistake(
            "the cost instead of the threshold",
            "You found what the cheapest decisions cost. The question is from which score on to"
            " flag.",
            wrong=_few(lambda *a: _best(*a)[1]),
        ),
        Mistake(
            "samples of equal score are separated",
            "A threshold flags all samples of the same score or none. Count only where the score"
            " changes.",
            wrong=_row_by_row,
        ),
    ),
)


def _recall_at(y_true, y_score, cut):
    y_true, y_score = np.asarray(y_true), _array(y_score)
    return np.mean(y_score[y_true == 1] >= cut)


def _cuts_with(y_true, y_score, enough):
    return [cut for cut in np.unique(_array(y_score)) if enough(_recall_at(y_true, y_score, cut))]


THRESHOLD_FOR_RECALL = Exercise(
    "threshold_for_recall",
    lesson="09",
    section="When a promise replaces the price",
    arguments=("y_true", "y_score", "min_recall"),
    mistakes=(
        Mistake(
            "the lowest threshold instead of the highest",
            "Flagging everybody always reaches the recall. Of all thresholds that do, the highest"
            " one raises the fewest alarms.",
            wrong=lambda y_true, y_score, min_recall: min(
                _cuts_with(y_true, y_score, lambda recall: recall >= min_recall)
            ),
        ),
        Mistake(
            "an interpolated quantile",
            "A quantile between two scores may miss one positive more than allowed, or lie lower"
            " than it must. The threshold is the score of a positive sample.",
            wrong=lambda y_true, y_score, min_recall: np.quantile(
                _array(y_score)[np.asarray(y_true) == 1], 1 - min_recall
            ),
        ),
        Mistake(
            "a share of all samples instead of the positives",
            "Recall looks at the positives only: which share of *them* is flagged?",
            wrong=lambda y_true, y_score, min_recall: np.sort(_array(y_score))[::-1][
                math.ceil(min_recall * len(y_score)) - 1
            ],
        ),
        Mistake(
            "a recall that equals `min_recall` is not accepted",
            "The contract says at least: exactly `min_recall` is enough.",
            wrong=lambda y_true, y_score, min_recall: max(
                _cuts_with(y_true, y_score, lambda recall: recall > min_recall)
            ),
        ),
    ),
)


def _kth(y_score, capacity):
    """Return the lowest score that is still among the first `capacity`."""
    return np.sort(_array(y_score))[::-1][:capacity][-1]


def _positions(y_score, capacity):
    return np.argsort(-_array(y_score), kind="stable")[:capacity]


def _fills_up(call, expected, outcome):
    capacity = call.args[1] if len(call.args) > 1 else call.kwargs["capacity"]
    if not isinstance(outcome, Returned) or np.size(outcome.value) != np.size(expected):
        return False
    return bool(np.sum(outcome.value) == capacity > np.sum(expected))


ALERTS_WITHIN_CAPACITY = Exercise(
    "alerts_within_capacity",
    lesson="09",
    section="When a team sets the limit",
    arguments=("y_score", "capacity"),
    mistakes=(
        Mistake(
            "more alerts than the team can read",
            "Where several samples share the last score, flagging them all exceeds the capacity.",
            wrong=lambda y_score, capacity: (_array(y_score) >= _kth(y_score, capacity)).astype(
                int
            ),
        ),
        Mistake(
            "the last place is always left empty",
            "A sample that just fits in must be flagged: leave out the last score only where more"
            " samples have it than fit.",
            wrong=lambda y_score, capacity: (_array(y_score) > _kth(y_score, capacity)).astype(int),
        ),
        Mistake(
            "positions instead of decisions",
            "You found which samples come first. The contract asks for one 0 or 1 for each sample,"
            " in the order of the input.",
            wrong=_positions,
        ),
        Mistake(
            "samples of equal score are treated differently",
            "You filled the capacity by picking some of several equal samples. A threshold flags"
            " all of them or none.",
            when=_fills_up,
        ),
    ),
)


def _balanced():
    return LogisticRegression(class_weight="balanced")


def _cost(y_true, y_pred, cost_fp, cost_fn):
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    return cost_fp * np.sum(y_pred > y_true) + cost_fn * np.sum(y_pred < y_true)


def _tuned(scoring):
    # A few thresholds tell the kinds of the graded rows apart; a hundred take a student's time.
    return TunedThresholdClassifierCV(_balanced(), scoring=scoring, thresholds=25)


def _by_price(cost_fp, cost_fn, sign=1):
    def score(y_true, y_pred):
        return sign * _cost(y_true, y_pred, cost_fp, cost_fn)

    return _tuned(make_scorer(score))


TUNED_CLASSIFIER = Exercise(
    "tuned_classifier",
    lesson="09",
    section="scikit-learn tunes it for you",
    arguments=("cost_fp", "cost_fn"),
    mistakes=(
        Mistake(
            "the costs play no part in the threshold",
            "The balanced model decides at 0.5 whatever the costs are, and the wrapper, when it is"
            " given no `scoring`, maximises balanced accuracy, which comes to much the same.",
            wrong=lambda cost_fp, cost_fn: _balanced(),
        ),
        Mistake(
            "the formula is applied to probabilities that weights have moved",
            "The formula needs probabilities that are right, and balanced weights make them far"
            " too high. So the threshold has to be found on data.",
            wrong=lambda cost_fp, cost_fn: FixedThresholdClassifier(
                _balanced(), threshold=cost_fp / (cost_fp + cost_fn)
            ),
        ),
        Mistake(
            "the cost is maximised",
            "A scorer is something to be made large. A cost has to be declared as the opposite.",
            wrong=lambda cost_fp, cost_fn: _by_price(cost_fp, cost_fn),
        ),
        Mistake(
            "the prices of false alarms and misses are swapped",
            "A sample that is predicted 1 and truly 0 is a false alarm.",
            wrong=lambda cost_fp, cost_fn: _by_price(cost_fn, cost_fp, sign=-1),
        ),
        Mistake(
            "F1 was maximised instead of the cost minimised",
            "F1 has a price list of its own (lesson 02). Here the prices are given.",
            wrong=lambda cost_fp, cost_fn: _tuned("f1"),
        ),
    ),
)

QUIZ = Quiz("09")
