"""Answer keys of lesson 09: every threshold tried in turn, roots by search."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix_at_thresholds, make_scorer
from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV

from imbalance_lab.checks import Call, Question, Step
from imbalance_lab.exercises import thresholds as exercises
from imbalance_oracles import fresh
from imbalance_oracles.key import Key


def _array(values):
    return np.asarray(values, dtype=float)


# The ten samples on which the lesson works by hand.
_TEN = (
    [1, 0, 1, 1, 0, 0, 0, 1, 0, 0],
    [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.3, 0.1, 0.1],
)


def one_by_one(y_score: Any, threshold: float) -> list[int]:
    """Return the decisions, score by score."""
    return [0 if score < threshold else 1 for score in y_score]


def _scores_and_cuts(rng: np.random.Generator) -> list[Call]:
    """Return scores with a threshold that equals one of them, and above and below all of them."""
    calls = []
    for number, call in enumerate(fresh.scores(rng, n_cases=8, sizes=(8, 30), probabilities=False)):
        y_score = call.args[1].round(3)
        threshold = float(np.sort(y_score, kind="stable")[len(y_score) // 2])
        calls.append(Call((y_score.tolist() if number % 2 else y_score, threshold)))
    few = rng.random(4).round(2)
    return [
        *calls,
        Call((few.tolist(), math.inf)),
        Call((few, -1.0)),
        Call((pd.Series(few, index=[8, 3, 5, 1]), float(few[2]))),
        Call(([3, 1, 2], 2)),
        Call(([0.431, 0.43, 0.429], 0.43)),
    ]


APPLY_THRESHOLD = Key(
    exercises.APPLY_THRESHOLD,
    right=one_by_one,
    inputs=_scores_and_cuts,
    by_hand=[Call(([0.2, 0.5, 0.7], 0.5)), Call(([-1.5, 3.0, 0.6], 2))],
    wrong={
        "a score that equals the threshold is not flagged": lambda y_score, threshold: (
            _array(y_score) > threshold
        ).astype(int),
        "low scores are flagged instead of high ones": lambda y_score, threshold: (
            _array(y_score) < threshold
        ).astype(int),
        "truth values instead of the labels 0 and 1": lambda y_score, threshold: (
            _array(y_score) >= threshold
        ),
        "0.5 is used whatever `threshold` says": lambda y_score, threshold: (
            _array(y_score) >= 0.5
        ).astype(int),
    },
)


def where_the_costs_meet(
    cost_fp: float, cost_fn: float, cost_tn: float = 0.0, cost_tp: float = 0.0
) -> float:
    """Return the probability at which flagging and passing cost the same, by root finding."""
    if cost_fp <= cost_tn or cost_fn <= cost_tp:
        raise ValueError("a wrong decision must cost more than the right one")

    def flag_minus_pass(p: float) -> float:
        return (1 - p) * cost_fp + p * cost_tp - (1 - p) * cost_tn - p * cost_fn

    return float(brentq(flag_minus_pass, 0, 1))


def _cost_matrices(rng: np.random.Generator) -> list[Call]:
    """Return cost matrices: right decisions free, costly and gainful, and ones to refuse."""
    calls = []
    for number in range(9):
        cost_tn, cost_tp = rng.integers(-20, 6, size=2) / 2
        extra_fp, extra_fn = rng.integers(1, 60, size=2) / 2
        costs = [float(c) for c in (cost_tn + extra_fp, cost_tp + extra_fn, cost_tn, cost_tp)]
        if number % 3 == 0:  # the simple form: right decisions are free
            calls.append(Call((float(extra_fp), float(extra_fn))))
        elif number % 3 == 1:
            names = ("cost_fp", "cost_fn", "cost_tn", "cost_tp")
            calls.append(Call((), dict(zip(names, costs, strict=True))))
        else:
            calls.append(Call(tuple(costs)))
    a, b = (float(c) for c in rng.integers(2, 9, size=2))
    refused = [
        (a, b, a, 0.0),
        (a, b, 0.0, b),
        (a, b, a + 1, 0.0),
        (a, b, 0.0, b + 1),
        (-a, b, 1.0, 0.0),
        (0.0, b),
    ]
    return [*calls, *(Call(costs) for costs in refused)]


def _roles_swapped(
    cost_fp: float, cost_fn: float, cost_tn: float = 0.0, cost_tp: float = 0.0
) -> float:
    return 1 - where_the_costs_meet(cost_fp, cost_fn, cost_tn, cost_tp)


def _odds_of_the_costs(
    cost_fp: float, cost_fn: float, cost_tn: float = 0.0, cost_tp: float = 0.0
) -> float:
    return (cost_fp - cost_tn) / (cost_fn - cost_tp)


def _costs_added(
    cost_fp: float, cost_fn: float, cost_tn: float = 0.0, cost_tp: float = 0.0
) -> float:
    return (cost_fp + cost_tn) / (cost_fp + cost_tn + cost_fn + cost_tp)


BAYES_THRESHOLD = Key(
    exercises.BAYES_THRESHOLD,
    right=where_the_costs_meet,
    inputs=_cost_matrices,
    by_hand=[Call((6, 49, 1, 4)), Call((4, 4), {"cost_tp": 4})],
    wrong={
        "right decisions are taken to be free": lambda cost_fp, cost_fn, *_, **__: (
            cost_fp / (cost_fp + cost_fn)
        ),
        "the roles of false alarms and misses are swapped": _roles_swapped,
        "the odds instead of the probability": _odds_of_the_costs,
        "the costs of right decisions are added instead of compared with": _costs_added,
    },
)


def cheapest(y_true: Any, y_score: Any, cost_fp: float, cost_fn: float) -> float:
    """Return the highest threshold of least cost, by the counts of scikit-learn."""
    _, fps, fns, _, cuts = confusion_matrix_at_thresholds(np.asarray(y_true), np.asarray(y_score))
    costs = [cost_fn * float(np.sum(np.asarray(y_true) == 1))]
    costs += (cost_fp * fps + cost_fn * fns).tolist()
    least = min(costs)
    return max(cut for cut, cost in zip([math.inf, *cuts], costs, strict=True) if cost == least)


def _priced_scores(rng: np.random.Generator) -> list[Call]:
    """Return costs whose sums are exact, ties, and prices at which nobody or all are flagged."""
    prices = {"cost_fp": [1, 2.5, 4, 40], "cost_fn": [1, 3, 12.5, 60]}
    y = rng.permutation([0] * 24 + [1] * 8).tolist()
    tied = rng.choice([0.1, 0.2, 0.3, 0.4], size=32).tolist()
    own_index = pd.Series(y, index=rng.permutation(32) + 4), pd.Series(tied, index=range(40, 72))
    level = [0, 1, 0, 1, 0, 1], [0.6, 0.5, 0.4, 0.3, 0.2, 0.1]  # many thresholds cost the same
    return [
        *fresh.scores(rng, n_cases=12, sizes=(10, 40), **prices),
        Call((y, tied, 1, 4)),
        Call((*own_index, 2, 5)),
        Call((*level, 1, 1)),
        Call(([1, 0, 0], [0.9, 0.5, 0.2], 0.25, 0.5)),
        Call((y, [5 - 10 * score for score in tied], 1, 100)),
        Call((y, tied, 100, 1)),
    ]


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


def _row_by_row(y_true, y_score, cost_fp, cost_fn):
    y_true, y_score = np.asarray(y_true), _array(y_score)
    order = np.argsort(-y_score, kind="stable")
    false_alarms = np.cumsum(np.append(0, y_true[order] == 0))
    misses = np.sum(y_true == 1) - np.cumsum(np.append(0, y_true[order] == 1))
    place = int(np.argmin(cost_fp * false_alarms + cost_fn * misses))
    return math.inf if place == 0 else float(y_score[order][place - 1])


MIN_COST_THRESHOLD = Key(
    exercises.MIN_COST_THRESHOLD,
    right=cheapest,
    inputs=_priced_scores,
    by_hand=[
        Call(_TEN, {"cost_fp": 1, "cost_fn": 5}),
        Call(([0, 0, 1], [0.9, 0.8, 0.1], 5, 1)),
    ],
    wrong={
        "flagging nobody is not among the choices": lambda *a: _best(*a, nobody=False)[0],
        "the prices of false alarms and misses are swapped": lambda y, s, fp, fn: _best(
            y, s, fn, fp
        )[0],
        "mistakes are counted, not priced": lambda y, s, fp, fn: _best(y, s, 1, 1)[0],
        "a score that equals the threshold is not flagged": lambda *a: _best(*a, strict=True)[0],
        "the lowest of several equally cheap thresholds": lambda *a: _best(*a, last=True)[0],
        "the cost instead of the threshold": lambda *a: _best(*a)[1],
        "samples of equal score are separated": _row_by_row,
        "the threshold that the formula gives": lambda y, s, cost_fp, cost_fn: (
            cost_fp / (cost_fp + cost_fn)
        ),
    },
)


def highest_with_recall(y_true: Any, y_score: Any, min_recall: float) -> float:
    """Return the highest threshold whose recall is high enough, trying every score."""
    positives = np.asarray(y_score)[np.asarray(y_true) == 1]
    enough = [
        cut for cut in y_score if np.sum(positives >= cut) >= min_recall * len(positives) - 1e-9
    ]
    return float(max(enough))


def _promises(rng: np.random.Generator) -> list[Call]:
    """Return recalls that some number of positives reaches exactly, and others, with ties."""
    asked = [0.25, 0.5, 0.625, 0.75, 1.0]
    y = rng.permutation([0] * 22 + [1] * 8).tolist()
    scores = rng.choice([0.1, 0.3, 0.5, 0.7, 0.9], size=30).tolist()
    own_index = pd.Series(y, index=rng.permutation(30) + 4), pd.Series(scores, index=range(30))
    return [
        *fresh.scores(rng, n_cases=10, sizes=(10, 40), min_recall=asked),
        *(Call((y, scores, recall)) for recall in (0.125, 0.5, 0.76, 1)),
        Call((*own_index, 0.875)),
    ]


def _recall_at(y_true, y_score, cut):
    y_true, y_score = np.asarray(y_true), _array(y_score)
    return np.mean(y_score[y_true == 1] >= cut)


def _cuts_with(y_true, y_score, enough):
    return [cut for cut in np.unique(_array(y_score)) if enough(_recall_at(y_true, y_score, cut))]


def _rounded_down(y_true: Any, y_score: Any, min_recall: float) -> float:
    found = np.sort(_array(y_score)[np.asarray(y_true) == 1], kind="stable")[::-1]
    return float(found[max(int(min_recall * len(found)) - 1, 0)])


THRESHOLD_FOR_RECALL = Key(
    exercises.THRESHOLD_FOR_RECALL,
    right=highest_with_recall,
    inputs=_promises,
    by_hand=[
        Call(_TEN, {"min_recall": 0.5}),
        Call(_TEN, {"min_recall": 0.8}),
    ],
    wrong={
        "the lowest threshold instead of the highest": lambda y_true, y_score, min_recall: min(
            _cuts_with(y_true, y_score, lambda recall: recall >= min_recall)
        ),
        "an interpolated quantile": lambda y_true, y_score, min_recall: np.quantile(
            _array(y_score)[np.asarray(y_true) == 1], 1 - min_recall
        ),
        "a share of all samples instead of the positives": lambda y_true, y_score, min_recall: (
            np.sort(_array(y_score))[::-1][math.ceil(min_recall * len(y_score)) - 1]
        ),
        "a recall that equals `min_recall` is not accepted": lambda y_true, y_score, min_recall: (
            max(_cuts_with(y_true, y_score, lambda recall: recall > min_recall))
        ),
        "one positive too few: the number was rounded down": _rounded_down,
    },
)


def most_alerts(y_score: Any, capacity: int) -> list[int]:
    """Return the decisions of the lowest threshold that raises few enough alerts."""
    scores = np.asarray(y_score)
    for cut in [*np.unique(scores), math.inf]:
        if np.sum(scores >= cut) <= capacity:
            break
    return [int(score >= cut) for score in scores]


def _capacities(rng: np.random.Generator) -> list[Call]:
    """Return scores, half of them with many ties, and capacities from nobody to everybody."""
    calls = []
    for number, call in enumerate(fresh.scores(rng, n_cases=12, sizes=(12, 40))):
        y_score = call.args[1]
        capacity = [len(y_score) // 3, 3, len(y_score), 7, 0, 1][number % 6]
        calls.append(Call((y_score if number % 2 else y_score.tolist(), capacity)))
    tied = rng.choice([0.2, 0.4, 0.6], size=30)
    return [
        *calls,
        Call((tied.tolist(), 12)),
        Call((pd.Series(tied, index=rng.permutation(30) + 7), 20)),
        Call(([0.5, 0.5, 0.5], 2)),
    ]


def _kth(y_score, capacity):
    """Return the lowest score that is still among the first `capacity`."""
    return np.sort(_array(y_score))[::-1][:capacity][-1]


def _positions(y_score, capacity):
    return np.argsort(-_array(y_score), kind="stable")[:capacity]


ALERTS_WITHIN_CAPACITY = Key(
    exercises.ALERTS_WITHIN_CAPACITY,
    right=most_alerts,
    inputs=_capacities,
    by_hand=[Call(([0.9, 0.7, 0.7, 0.2], 2)), Call(([0.1, 0.9, 0.4], 2))],
    wrong={
        "more alerts than the team can read": lambda y_score, capacity: (
            _array(y_score) >= _kth(y_score, capacity)
        ).astype(int),
        "the last place is always left empty": lambda y_score, capacity: (
            _array(y_score) > _kth(y_score, capacity)
        ).astype(int),
        "positions instead of decisions": _positions,
    },
)


class Groups:
    """A classifier for rows that come in groups of equal rows: it decides group by group.

    Parameters
    ----------
    cost_fp, cost_fn : float
    class_weight : str or None
        Of the logistic regression whose probabilities it gives.
    """

    def __init__(
        self, cost_fp: float, cost_fn: float, class_weight: str | None = "balanced"
    ) -> None:
        self.costs = cost_fp, cost_fn
        self.model = LogisticRegression(class_weight=class_weight)

    def fit(self, X: Any, y: Any) -> Groups:
        """Flag the groups in which alarms for all cost less than misses."""
        cost_fp, cost_fn = self.costs
        groups = pd.Series(y).groupby(np.asarray(X)[:, 0])
        self.flagged = {
            group: int(cost_fp * (len(labels) - labels.sum()) < cost_fn * labels.sum())
            for group, labels in groups
        }
        self.model.fit(X, y)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Return the decision of each row's group."""
        return np.array([self.flagged[group] for group in np.asarray(X)[:, 0]])

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return what the model says, whatever the threshold."""
        return np.asarray(self.model.predict_proba(X))


# Sizes of groups of rows and positives among them; costs between two of their shares each.
_GROUPS = ((100, 2), (50, 4), (40, 7), (30, 12), (20, 16))
_PRICES = ((1, 25), (1, 8), (2, 5.5), (3.0, 1.8))
_LEVELS = np.arange(len(_GROUPS), dtype=float)[:, None]


def _grouped(rng: np.random.Generator, groups: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return rows of one feature, the number of their group, in random order."""
    X = np.repeat(np.arange(len(groups), dtype=float), [n for n, _ in groups])[:, None]
    y = np.concatenate([np.arange(n) < k for n, k in groups]).astype(int)
    order = rng.permutation(len(y))
    return X[order], y[order]


def _in_groups(rng: np.random.Generator) -> list[Call]:
    """Return what to ask a tuned model: to decide for each group, and how sure its model is."""
    calls = []
    for prices in _PRICES:
        for method in ("predict", "predict_proba"):
            rows = _grouped(rng, _GROUPS)
            calls.append(Call(prices, then=(Step("fit", rows), Step(method, (_LEVELS,)))))
    return calls


def _of_the_lesson() -> Call:
    """Return the worked example: 775 samples of five kinds."""
    kinds = [(400, 4), (200, 12), (100, 15), (50, 20), (25, 20)]
    rows = [(kind, i < k) for kind, (n, k) in enumerate(kinds) for i in range(n)]
    drawn = np.random.default_rng(0).permutation(rows)
    fit = Step("fit", (drawn[:, :1], drawn[:, 1]))
    return Call((1, 3), then=(fit, Step("predict", (np.arange(5).reshape(-1, 1),))))


def _balanced():
    return LogisticRegression(class_weight="balanced")


def _cost(y_true, y_pred, cost_fp, cost_fn):
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    return cost_fp * np.sum(y_pred > y_true) + cost_fn * np.sum(y_pred < y_true)


def _by_formula(cost_fp: float, cost_fn: float) -> FixedThresholdClassifier:
    return FixedThresholdClassifier(_balanced(), threshold=cost_fp / (cost_fp + cost_fn))


def _tuned(scoring):
    # A few thresholds tell the kinds of the graded rows apart; a hundred take a student's time.
    return TunedThresholdClassifierCV(_balanced(), scoring=scoring, thresholds=25)


def _by_price(cost_fp, cost_fn, sign=1):
    def score(y_true, y_pred):
        return sign * _cost(y_true, y_pred, cost_fp, cost_fn)

    return _tuned(make_scorer(score))


TUNED_CLASSIFIER = Key(
    exercises.TUNED_CLASSIFIER,
    right=Groups,
    inputs=_in_groups,
    by_hand=[_of_the_lesson()],
    abs_=1e-3,
    wrong={
        "the costs play no part in the threshold": lambda cost_fp, cost_fn: _balanced(),
        "the formula is applied to probabilities that weights have moved": _by_formula,
        "the cost is maximised": lambda cost_fp, cost_fn: _by_price(cost_fp, cost_fn),
        "the prices of false alarms and misses are swapped": lambda cost_fp, cost_fn: _by_price(
            cost_fn, cost_fp, sign=-1
        ),
        "F1 was maximised instead of the cost minimised": lambda cost_fp, cost_fn: _tuned("f1"),
        "the class weights of the model are not balanced": lambda cost_fp, cost_fn: Groups(
            cost_fp, cost_fn, class_weight=None
        ),
    },
)

LESSON = "09"
QUIZ = {
    1: Question(
        right="c",
        mistakes={
            "a": "0.5 is right only if a miss and a false alarm cost the same.",
            "b": "That is c_FP / c_FN, the odds. As a probability it is a little lower.",
            "d": "The prevalence is already contained in the probabilities.",
        },
        section="The threshold that the costs imply",
    ),
    2: Question(
        right="b",
        mistakes={
            "a": "Precision can rise as well: when the samples that are flagged in addition are"
            " mostly positives.",
            "c": "Recall can't fall: whoever was flagged stays flagged.",
            "d": "False alarms can't become fewer: whoever was flagged stays flagged.",
        },
        section="A threshold makes decisions",
    ),
    3: Question(
        right="d",
        mistakes={
            "a": "The corrections do not complement each other, they multiply.",
            "b": "Weights move the probabilities, and with them what a threshold means. The"
            " order in which you apply the two changes nothing.",
            "c": "Both work on severe imbalance. The trouble is that they do the same work.",
        },
        section="Correct once",
    ),
    4: Question(
        right="a",
        mistakes={
            "b": "The test rows then take part in the choice, and the reported cost is too low:"
            " the leak of lesson 04.",
            "c": "A model knows its training rows too well, a flexible one most of all. Their"
            " scores are not those of new rows.",
            "d": "With 0.5 no choice is made at all, and here the costs differ.",
        },
        section="Never on the test rows",
    ),
    5: Question(
        right="b",
        mistakes={
            "a": "The threshold was chosen so that the recall is just reached on these rows. On"
            " new rows it falls short about as often as not.",
            "c": "Twenty positives say little about the score that the twentieth of a hundred"
            " more will have.",
            "d": "The recall on new rows can be estimated; it is only lower than hoped, and"
            " uncertain.",
        },
        section="When a promise replaces the price",
    ),
}
