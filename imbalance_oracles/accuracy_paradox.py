"""Answer keys of lesson 01, the accuracy paradox."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix

from imbalance_lab.checks import Call, Question
from imbalance_lab.exercises import accuracy_paradox as exercises
from imbalance_oracles import fresh
from imbalance_oracles.key import Key


def most_frequent(y: Any) -> float:
    """Return the share of the commonest label, counting each label in turn."""
    labels = list(y)
    return max(labels.count(label) for label in labels) / len(labels)


def _several_classes(rng: np.random.Generator) -> list[Call]:
    """Return labels of two to four classes; of some, label 1 is the common one."""
    tied = rng.permutation(["a", "b"] * int(rng.integers(3, 6))).tolist()
    return [
        *fresh.labels(rng, n_cases=6, n_classes=[2, 3, 4], sizes=(5, 40)),
        *fresh.labels(rng, n_cases=2, values=(1, 0), sizes=(9, 30)),
        Call((tied,)),
        Call((pd.Series([1, 1, 0, 1], index=[8, 3, 5, 0]),)),
    ]


def _shares(y):
    return np.unique(np.asarray(y), return_counts=True)[1] / len(y)


MAJORITY_ACCURACY = Key(
    exercises.MAJORITY_ACCURACY,
    right=most_frequent,
    inputs=_several_classes,
    by_hand=[Call((["ok", "ok", "fraud", "ok"],)), Call(([1, 1, 1, 0, 1],))],
    wrong={
        "label 1 is taken for the rare class": lambda y: float(
            1 - np.mean(np.asarray(y, dtype=float))
        ),
        "the share of the rarest class": lambda y: float(_shares(y).min()),
        "a percentage instead of a share": lambda y: 100 * float(_shares(y).max()),
        "a count instead of a share": lambda y: float(_shares(y).max() * len(y)),
    },
)


def closed_gap(accuracy: float, baseline: float) -> float:
    """Return what is left open, taken from the whole; refuse a baseline without a gap."""
    if baseline >= 1:
        raise ValueError(f"no gap above a baseline of {baseline}")
    return float(1 - (1 - Fraction(accuracy)) / (1 - Fraction(baseline)))


def _accuracies(rng: np.random.Generator) -> list[Call]:
    """Return models better and worse than the baseline, perfect ones, and no gap at all."""
    pairs = rng.uniform([0.2, 0.5], [1.0, 0.99], size=(7, 2)).round(3).tolist()
    same = round(float(rng.uniform(0.5, 0.9)), 2)
    edges = [(1.0, same), (same, same), (0.0, same), (same, 0.0), (same, 1.0), (1, 1)]
    return [Call(tuple(pair)) for pair in (*pairs, *edges)]


SKILL = Key(
    exercises.SKILL,
    right=closed_gap,
    inputs=_accuracies,
    by_hand=[Call((0.95, 0.90)), Call((0.9, 1.0))],
    wrong={
        "the baseline is forgotten": lambda accuracy, baseline: accuracy,
        "the gain is not measured against what was left to gain": lambda accuracy, baseline: (
            accuracy - baseline
        ),
        "the gain is measured against the baseline itself": lambda accuracy, baseline: (
            (accuracy - baseline) / baseline
        ),
        "the ratio of the two accuracies": lambda accuracy, baseline: accuracy / baseline,
        "the share of the gap that is left open": lambda accuracy, baseline: (
            (1 - accuracy) / (1 - baseline)
        ),
    },
)


def by_scikit_learn(y: Any, label: int) -> tuple[int, ...]:
    """Return the four counts of scikit-learn's confusion matrix."""
    return tuple(confusion_matrix(list(y), [label] * len(y), labels=[0, 1]).ravel().tolist())


def _constant_answers(rng: np.random.Generator) -> list[Call]:
    """Return labels 0 and 1, both answers, and labels of which a class is absent."""
    n = int(rng.integers(5, 12))
    drawn = fresh.labels(rng, n_cases=8, values=(0, 1), sizes=(5, 30), label=[0, 1])
    alone = [Call(([value] * n, label)) for value in (0, 1) for label in (0, 1)]
    return [*drawn, *alone, Call((pd.Series([0, 1, 0], index=[4, 2, 9]), 1))]


def _four_counts(y, label):
    y = np.asarray(y)
    said = np.full(len(y), label)
    return tuple(int(np.sum((y == truth) & (said == flag))) for truth in (0, 1) for flag in (0, 1))


def _swapped(y, label):
    tn, fp, fn, tp = _four_counts(y, label)
    return tn, fn, fp, tp


CONFUSION_OF_CONSTANT = Key(
    exercises.CONFUSION_OF_CONSTANT,
    right=by_scikit_learn,
    inputs=_constant_answers,
    by_hand=[Call(([0, 0, 0, 1], 0)), Call(([0, 0, 0, 1], 1))],
    wrong={
        "false positives and false negatives are swapped": _swapped,
        "the answer is taken to be 0 whatever `label` says": lambda y, label: _four_counts(y, 0),
        "the order is (tp, fp, fn, tn)": lambda y, label: tuple(
            np.array(_four_counts(y, label))[[3, 1, 2, 0]].tolist()
        ),
        "shares instead of counts": lambda y, label: tuple(
            count / len(y) for count in _four_counts(y, label)
        ),
    },
)


def by_difference(y_true: Any, y_pred: Any, cost_fp: float, cost_fn: float) -> float:
    """Return the total cost: a difference of -1 is a false alarm, one of 1 a miss."""
    price = {-1: cost_fp, 0: 0, 1: cost_fn}
    return sum(price[int(t) - int(p)] for t, p in zip(y_true, y_pred, strict=True))


def _priced(rng: np.random.Generator) -> list[Call]:
    """Return decisions with whole and broken prices, all right ones, and a Series' own index."""
    prices = {"cost_fp": [1, 4.5, 7], "cost_fn": [2, 12.5, 40]}
    drawn = fresh.predictions(rng, n_cases=9, values=(0, 1), sizes=(8, 40), **prices)
    y = rng.permutation([0, 0, 0, 1, 1]).tolist()
    shuffled = pd.Series(y, index=[5, 1, 4, 2, 3]), pd.Series(y[::-1], index=[2, 3, 1, 5, 4])
    return [*drawn, Call((y, y, 3, 8)), Call((*shuffled, 2.5, 30))]


def _errors(y_true, y_pred):
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    return int(np.sum((y_true == 0) & (y_pred == 1))), int(np.sum((y_true == 1) & (y_pred == 0)))


def _swapped_cost(y_true, y_pred, cost_fp, cost_fn):
    n_fp, n_fn = _errors(y_true, y_pred)
    return cost_fn * n_fp + cost_fp * n_fn


def _mean_cost(y_true, y_pred, cost_fp, cost_fn):
    n_fp, n_fn = _errors(y_true, y_pred)
    return (cost_fp * n_fp + cost_fn * n_fn) / len(y_true)


def _cost_per_flag(y_true, y_pred, cost_fp, cost_fn):
    n_fn = _errors(y_true, y_pred)[1]
    return cost_fp * int(np.sum(np.asarray(y_pred) == 1)) + cost_fn * n_fn


COST_OF = Key(
    exercises.COST_OF,
    right=by_difference,
    inputs=_priced,
    by_hand=[Call(([0, 0, 1, 1, 1], [1, 0, 1, 0, 0]), {"cost_fp": 1, "cost_fn": 10})],
    wrong={
        "the prices of false alarms and misses are swapped": _swapped_cost,
        "the mean cost instead of the total": _mean_cost,
        "the number of mistakes, unpriced": lambda y_true, y_pred, cost_fp, cost_fn: sum(
            _errors(y_true, y_pred)
        ),
        "every flag is charged, the right ones too": _cost_per_flag,
    },
)


def by_whole_numbers(y: Any) -> tuple[str, int]:
    """Return severity and count of the rarer class, comparing whole numbers."""
    labels = list(y)
    rare = min(labels.count(label) for label in set(labels))
    steps = ((30, "balanced"), (10, "mild"), (1, "moderate"))
    word = next((word for percent, word in steps if 100 * rare > percent * len(labels)), "severe")
    return word, rare


def _rare_and_common(rng: np.random.Generator) -> list[Call]:
    """Return shares inside each grade, and on both sides of each boundary."""
    k = int(rng.integers(2, 5))
    edges = [(3 * k, 7 * k), (3 * k + 1, 7 * k - 1), (k, 9 * k), (k + 1, 9 * k - 1)]
    edges += [(k, 99 * k), (k + 1, 99 * k - 1)]
    inside = [(5 * k, 6 * k), (2 * k, 9 * k), (k, 20 * k), (1, 130 * k)]
    names = [("ok", "fraud"), ("fraud", "ok"), (0, 1), (1, 0), (True, False)]
    calls = []
    for number, (n_rare, n_common) in enumerate(edges + inside):
        rare, common = names[(number + k) % len(names)]
        y = [rare] * n_rare + [common] * n_common
        order = rng.permutation(len(y)).tolist()
        labels = [y[place] for place in order]
        calls.append(Call((pd.Series(labels, index=order) if number % 3 == 1 else labels,)))
    return calls


_STEPS = ((0.30, "balanced"), (0.10, "mild"), (0.01, "moderate"), (-1.0, "severe"))


def _severity(share):
    return next(word for least, word in _STEPS if share > least)


def _positives_are_ones(y):
    ones = int(np.sum(np.asarray(y) == 1))
    return _severity(ones / len(y)), ones


def _common_counted(y):
    shares = _shares(y)
    return _severity(shares.min()), round(shares.max() * len(y))


def _all_counted(y):
    return _severity(_shares(y).min()), len(y)


DIAGNOSE = Key(
    exercises.DIAGNOSE,
    right=by_whole_numbers,
    inputs=_rare_and_common,
    by_hand=[Call(([0] * 95 + [1] * 5,))],
    wrong={
        "only the severity, without the number of positives": lambda y: _severity(_shares(y).min()),
        "the size of the common class was returned": _common_counted,
        "all samples were counted": _all_counted,
        "label 1 is taken for the rare class": _positives_are_ones,
        "the share of the common class was graded": lambda y: (
            _severity(_shares(y).max()),
            round(_shares(y).min() * len(y)),
        ),
    },
)

LESSON = "01"
QUIZ = {
    1: Question(
        right="b",
        mistakes={
            "a": "Three errors in 100 sounds few, but two in 100 come without any model.",
            "c": "Accuracy mixes both classes. The share of the ill that is found can be"
            " anything from 0 up.",
            "d": "It may have been trained for another aim and be worth more than a more"
            " accurate one. Low accuracy alone proves no error.",
        },
        section="Where the 99% come from",
    ),
    2: Question(
        right="c",
        mistakes={
            "a": "Passing every sample with a probability below one half is the best decision"
            " for accuracy, not a bug.",
            "b": "More negatives make the event rarer still; what is learned about it is"
            " limited by the positives.",
            "d": "The order of its probabilities can be informative although none crosses 0.5.",
        },
        section="It is not a bug",
    ),
    3: Question(
        right="b",
        mistakes={
            "a": "In the experiment a ratio ten times worse did no harm, while ten times the"
            " positives helped.",
            "c": "They do not cancel: at the same number of positives, more negatives did not"
            " hurt.",
            "d": "Balancing adds no positive that was not there before. Lessons 05 to 07 test"
            " what it does.",
        },
        section="Two kinds of rarity",
    ),
    4: Question(
        right="b",
        mistakes={
            "a": "Counting mistakes prices a miss like a false alarm. Multiply each by its price.",
            "c": "Multiply and add for each model: the two totals differ.",
            "d": "Accuracy adds nothing here: the counts and the prices decide.",
        },
        section="Put a price on each mistake",
    ),
}
