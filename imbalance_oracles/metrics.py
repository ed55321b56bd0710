"""Answer keys of lesson 02, metrics at a threshold."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm
from sklearn import metrics
from statsmodels.stats.proportion import proportion_confint

from imbalance_lab.checks import Call, Question
from imbalance_lab.exercises import metrics as exercises
from imbalance_oracles import fresh
from imbalance_oracles.key import Key

Counts = tuple[int, int, int, int]
TEN = ["ok"] * 7 + ["fraud"] * 3, ["ok"] * 4 + ["fraud"] * 3 + ["ok"] + ["fraud"] * 2


def _shuffled(rng: np.random.Generator, *columns: list[Any]) -> tuple[pd.Series, ...]:
    """Return Series of which each has an index of its own."""
    return tuple(pd.Series(c, index=rng.permutation(len(c)) + 3) for c in columns)


# --- confusion_counts, precision_recall -----------------------------------------------------------


def by_pairs(y_true: Any, y_pred: Any, pos_label: Any) -> Counts:
    """Return the four counts, by counting pairs of answers."""
    pairs = Counter((t == pos_label, p == pos_label) for t, p in zip(y_true, y_pred, strict=True))
    return pairs[False, False], pairs[False, True], pairs[True, False], pairs[True, True]


def _decisions(rng: np.random.Generator) -> list[Call]:
    """Return decisions of which either class, or both, may be absent from either column."""
    n = int(rng.integers(5, 12))
    ok, mixed = ["ok"] * n, rng.permutation(["fraud"] * 2 + ["ok"] * (n - 2)).tolist()
    drawn = fresh.predictions(rng, n_cases=2, n_classes=3, sizes=(12, 30))
    series = [_shuffled(rng, *map(list, call.args)) for call in drawn]
    return [
        *fresh.predictions(rng, n_cases=9, n_classes=[2, 2, 3], sizes=(8, 30), pos_label=True),
        *(Call((*pair, pair[0].iloc[0])) for pair in series),
        Call((ok, mixed), {"pos_label": "fraud"}),
        Call((mixed, ok), {"pos_label": "fraud"}),
        Call((np.array(ok), np.array(mixed)), {"pos_label": "spam"}),
        Call((np.array(mixed), np.array(mixed)), {"pos_label": "ok"}),
    ]


def _reordered(*places: int) -> Callable[..., tuple[int, ...]]:
    return lambda y_true, y_pred, pos_label: tuple(
        by_pairs(y_true, y_pred, pos_label)[place] for place in places
    )


def _last_label(y_true: Any, y_pred: Any) -> Any:
    return max({*list(y_true), *list(y_pred)})


def _exact_negatives_only(y_true: Any, y_pred: Any, pos_label: Any) -> Counts:
    _, fp, fn, tp = by_pairs(y_true, y_pred, pos_label)
    pairs = zip(y_true, y_pred, strict=True)
    return sum(a == b and a != pos_label for a, b in pairs), fp, fn, tp


CONFUSION_COUNTS = Key(
    exercises.CONFUSION_COUNTS,
    right=by_pairs,
    inputs=_decisions,
    by_hand=[Call(TEN, {"pos_label": "fraud"}), Call(([0, 0], [0, 0]), {"pos_label": 1})],
    wrong={
        "false positives and false negatives are swapped": _reordered(0, 2, 1, 3),
        "the order is (tp, fp, fn, tn)": _reordered(3, 1, 2, 0),
        "the label that sorts last is taken for the positive class": (
            lambda y_true, y_pred, pos_label: by_pairs(y_true, y_pred, _last_label(y_true, y_pred))
        ),
        "only the label 1 counts as positive": lambda y_true, y_pred, pos_label: by_pairs(
            y_true, y_pred, 1
        ),
        "a negative that was taken for another negative is not counted": _exact_negatives_only,
        "shares instead of counts": lambda y_true, y_pred, pos_label: tuple(
            count / len(y_true) for count in by_pairs(y_true, y_pred, pos_label)
        ),
    },
)


def by_positions(y_true: Any, y_pred: Any, pos_label: Any = 1) -> tuple[float, float]:
    """Return precision and recall from the positions of what was flagged and what was there."""
    there = {place for place, label in enumerate(y_true) if label == pos_label}
    flagged = {place for place, label in enumerate(y_pred) if label == pos_label}
    return _share(len(there & flagged), len(flagged)), _share(len(there & flagged), len(there))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _ones_by_default(rng: np.random.Generator) -> list[Call]:
    drawn = fresh.predictions(rng, n_cases=3, values=(0, 1), sizes=(8, 25))
    zeros = [Call(call.args, {"pos_label": 0}) for call in drawn[:2]]
    return [*_decisions(rng), *drawn, *zeros, Call(([0, 0, 0], [1, 0, 1])), Call(([1, 1], [0, 0]))]


def _with_specificity(y_true: Any, y_pred: Any, pos_label: Any = 1) -> tuple[float, float]:
    tn, fp, _, tp = by_pairs(y_true, y_pred, pos_label)
    return _share(tp, tp + fp), _share(tn, tn + fp)


def _of_all_samples(y_true: Any, y_pred: Any, pos_label: Any = 1) -> tuple[float, float]:
    share = by_pairs(y_true, y_pred, pos_label)[3] / len(y_true)
    return share, share


PRECISION_RECALL = Key(
    exercises.PRECISION_RECALL,
    right=by_positions,
    inputs=_ones_by_default,
    by_hand=[Call(TEN, {"pos_label": "fraud"}), Call(([0, 0, 1], [0, 0, 0]))],
    wrong={
        "precision and recall are swapped": lambda y_true, y_pred, pos_label=1: by_positions(
            y_true, y_pred, pos_label
        )[::-1],
        "the label that sorts last is taken for the positive class": (
            lambda y_true, y_pred, pos_label=1: by_positions(
                y_true, y_pred, _last_label(y_true, y_pred)
            )
        ),
        "specificity instead of recall": _with_specificity,
        "both are divided by the number of samples": _of_all_samples,
    },
)


# --- f_beta ---------------------------------------------------------------------------------------


def by_reciprocals(precision: float, recall: float, beta: float = 1.0) -> float:
    """Return the weighted harmonic mean of precision and recall, in exact fractions."""
    if precision == 0 or recall == 0:
        return 0.0
    weight = Fraction(beta) ** 2
    return float((1 + weight) / (1 / Fraction(precision) + weight / Fraction(recall)))


def _two_shares(rng: np.random.Generator) -> list[Call]:
    """Return shares high and low, equal, zero and one, for beta below, at and above 1."""
    drawn = rng.uniform(0.02, 1, size=(8, 2)).round(3).tolist()
    betas = [0.5, 2, 1, 3, 0.25, 1.5, 1.0, 10]
    value = round(float(rng.uniform(0.1, 0.9)), 2)
    edges = [(0.0, value, 2), (value, 0.0, 0.5), (0, 0, 3), (1.0, 1.0, 2), (value, value, 0.5)]
    return [
        *(Call((*pair, beta)) for pair, beta in zip(drawn, betas, strict=True)),
        *map(Call, edges),
        Call((value, 1.0)),
        Call((1.0, value)),
        Call((0.01, round(0.02 + value / 50, 4)), {"beta": 0.5}),
    ]


def _f(precision: float, recall: float, above: float, below: float) -> float:
    """Return the formula with one weight above and another below the fraction line."""
    return _share((1 + above) * precision * recall, below * precision + recall)


F_BETA = Key(
    exercises.F_BETA,
    right=by_reciprocals,
    inputs=_two_shares,
    by_hand=[Call((0.3, 0.8), {"beta": 2}), Call((0.0, 0.0))],
    wrong={
        "beta is on the wrong side": lambda precision, recall, beta=1.0: _f(
            recall, precision, beta**2, beta**2
        ),
        "beta is not squared": lambda precision, recall, beta=1.0: _f(
            precision, recall, beta, beta
        ),
        "beta is squared in one place and not in the other": lambda precision, recall, beta=1.0: _f(
            precision, recall, beta, beta**2
        ),
        "beta is ignored": lambda precision, recall, beta=1.0: _f(precision, recall, 1, 1),
        "the arithmetic mean": lambda precision, recall, beta=1.0: (precision + recall) / 2,
    },
)


# --- balanced_accuracy_and_mcc --------------------------------------------------------------------


def by_weighted_samples(tn: int, fp: int, fn: int, tp: int) -> tuple[float, float]:
    """Return both measures of four samples that stand for the four outcomes, by their weights."""
    four = {"y_true": [0, 0, 1, 1], "y_pred": [0, 1, 0, 1], "sample_weight": [tn, fp, fn, tp]}
    return (
        float(metrics.balanced_accuracy_score(**four)),
        float(metrics.matthews_corrcoef(**four)),
    )


def _four_counts(rng: np.random.Generator) -> list[Call]:
    """Return detectors better and worse than guessing, perfect ones, and such as never choose."""
    drawn = rng.integers(1, [200, 60, 40, 40], size=(6, 4)).tolist()
    a, b = rng.integers(3, 30, size=2).tolist()
    edges = [(a, 0, 0, b), (0, a, b, 0), (a, 0, b, 0), (0, a, 0, b), (2 * a, a, b, 0), (a, 0, b, b)]
    large = rng.integers([90_000, 40, 90, 60], [99_000, 90, 200, 99]).tolist()
    return [*map(Call, map(tuple, drawn)), *map(Call, edges), Call(tuple(large))]


def _balanced(tn: int, fp: int, fn: int, tp: int) -> float:
    return (_share(tn, tn + fp) + _share(tp, tp + fn)) / 2


def _mcc(tn: int, fp: int, fn: int, tp: int, root: Callable[[float], float] = math.sqrt) -> float:
    below = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return _share(tp * tn - fp * fn, root(below))


BALANCED_ACCURACY_AND_MCC = Key(
    exercises.BALANCED_ACCURACY_AND_MCC,
    right=by_weighted_samples,
    inputs=_four_counts,
    by_hand=[Call((4, 3, 1, 2)), Call((8, 0, 2, 0))],
    wrong={
        "the first number is plain accuracy": lambda tn, fp, fn, tp: (
            (tn + tp) / (tn + fp + fn + tp),
            _mcc(tn, fp, fn, tp),
        ),
        "the first number is the G-mean": lambda tn, fp, fn, tp: (
            math.sqrt(_share(tn, tn + fp) * _share(tp, tp + fn)),
            _mcc(tn, fp, fn, tp),
        ),
        "the first number averages precision and recall": lambda tn, fp, fn, tp: (
            (_share(tp, tp + fp) + _share(tp, tp + fn)) / 2,
            _mcc(tn, fp, fn, tp),
        ),
        "the square root of the Matthews correlation is missing": lambda tn, fp, fn, tp: (
            _balanced(tn, fp, fn, tp),
            _mcc(tn, fp, fn, tp, root=float),
        ),
        "the sign of the Matthews correlation is lost": lambda tn, fp, fn, tp: (
            _balanced(tn, fp, fn, tp),
            abs(_mcc(tn, fp, fn, tp)),
        ),
        "the two numbers have changed places": lambda tn, fp, fn, tp: (
            _mcc(tn, fp, fn, tp),
            _balanced(tn, fp, fn, tp),
        ),
    },
)


# --- wilson_interval ------------------------------------------------------------------------------


def by_statsmodels(n_successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval of statsmodels."""
    low, high = proportion_confint(n_successes, n, alpha=1 - confidence, method="wilson")
    return float(low), float(high)


def _trials(rng: np.random.Generator) -> list[Call]:
    """Return few and many trials, of which none, some or all succeeded, at many confidences."""
    n = int(rng.integers(6, 15))
    some = int(rng.integers(2, n - 1))
    many = int(rng.integers(300, 900))
    drawn = [(some, n, 0.8), (some, n, 0.99), (n - 1, n, 0.9), (many // 9, many, 0.95)]
    edges = [(0, n), (n, n), (0, n, 0.5), (n, n, 0.999), (0, 1), (1, 1, 0.9), (many, many)]
    return [*map(Call, (*drawn, *edges)), Call((some, 2 * n), {"confidence": 0.68})]


def _two_sided(confidence: float) -> float:
    return float(norm.ppf((1 + confidence) / 2))


def _wilson(
    k: int, n: int, z: float, centred: bool = True, shrunk: bool = True
) -> tuple[float, float]:
    share, shrink = k / n, 1 + z * z / n if shrunk else 1.0
    centre = (share + z * z / (2 * n)) / shrink if centred else share
    half = z / shrink * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return centre - half, centre + half


def _wald(k: int, n: int, confidence: float) -> tuple[float, float]:
    half = _two_sided(confidence) * math.sqrt(k / n * (1 - k / n) / n)
    return k / n - half, k / n + half


def _wald_cut_off(n_successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    low, high = _wald(n_successes, n, confidence)
    return max(0.0, low), min(1.0, high)


WILSON_INTERVAL = Key(
    exercises.WILSON_INTERVAL,
    right=by_statsmodels,
    inputs=_trials,
    by_hand=[Call((0, 20)), Call((18, 20))],
    wrong={
        "the interval that trusts the observed share": lambda n_successes, n, confidence=0.95: (
            _wald(n_successes, n, confidence)
        ),
        "the Wald interval, cut off at 0 and 1": _wald_cut_off,
        "the quantile of a one-sided interval": lambda n_successes, n, confidence=0.95: _wilson(
            n_successes, n, float(norm.ppf(confidence))
        ),
        "the centre is the observed share": lambda n_successes, n, confidence=0.95: _wilson(
            n_successes, n, _two_sided(confidence), centred=False
        ),
        "the confidence is always 95%": lambda n_successes, n, confidence=0.95: _wilson(
            n_successes, n, _two_sided(0.95)
        ),
        "what stands in the brackets is not divided any more": (
            lambda n_successes, n, confidence=0.95: _wilson(
                n_successes, n, _two_sided(confidence), shrunk=False
            )
        ),
    },
    # A quantile from a table, such as 1.96, is near enough.
    rel=1e-4,
    abs_=1e-6,
)


# --- macro_f1 -------------------------------------------------------------------------------------


def by_scikit_learn(y_true: Any, y_pred: Any) -> float:
    """Return scikit-learn's macro average."""
    y_true, y_pred = list(y_true), list(y_pred)
    return float(metrics.f1_score(y_true, y_pred, average="macro", zero_division=0))


def _many_classes(rng: np.random.Generator) -> list[Call]:
    """Return classes that were given up, that occur among the predictions only, and all wrong."""
    n = int(rng.integers(8, 15))
    y = rng.permutation(["a"] * n + ["b"] * (n // 2) + ["c", "c"]).tolist()
    given_up = ["a" if label == "c" else label for label in y]
    new = ["d" if label == "b" and place % 2 else label for place, label in enumerate(y)]
    return [
        *fresh.predictions(rng, n_cases=7, n_classes=[2, 3, 4, 5], sizes=(10, 30)),
        Call((y, given_up)),
        Call((np.array(given_up), np.array(y))),
        Call((np.array(y), np.array(new))),
        Call((y, new)),
        Call(([1] * n, [0] * n)),
        Call((np.array(y), np.array(y))),
        Call(_shuffled(rng, y, given_up)),
        Call(_shuffled(rng, new, y)),
    ]


def _class_scores(y_true: Any, y_pred: Any, labels: list[Any]) -> np.ndarray:
    """Return precision, recall, F1 and support of each class, one row a class."""
    rows = []
    for label in labels:
        _, fp, fn, tp = by_pairs(y_true, y_pred, label)
        f1 = _share(2 * tp, 2 * tp + fp + fn)
        rows.append((_share(tp, tp + fp), _share(tp, tp + fn), f1, tp + fn))
    return np.array(rows)


def _all_labels(y_true: Any, y_pred: Any) -> list[Any]:
    return sorted({*list(y_true), *list(y_pred)})


def _weighted(y_true: Any, y_pred: Any) -> float:
    scores = _class_scores(y_true, y_pred, _all_labels(y_true, y_pred))
    return float(np.average(scores[:, 2], weights=scores[:, 3]))


def _f1_of_means(y_true: Any, y_pred: Any) -> float:
    precision, recall, *_ = _class_scores(y_true, y_pred, _all_labels(y_true, y_pred)).mean(axis=0)
    return float(_share(2 * precision * recall, precision + recall))


MACRO_F1 = Key(
    exercises.MACRO_F1,
    right=by_scikit_learn,
    inputs=_many_classes,
    by_hand=[Call((list("aaaaaabbbc"), list("aaaaababba")))],
    wrong={
        "the micro average": lambda y_true, y_pred: float(
            np.mean([a == b for a, b in zip(y_true, y_pred, strict=True)])
        ),
        "the average is weighted by how common each class is": _weighted,
        "the F1 of the averaged precision and recall": _f1_of_means,
        "classes that were never predicted are left out": lambda y_true, y_pred: float(
            _class_scores(y_true, y_pred, sorted(set(y_pred)))[:, 2].mean()
        ),
        "classes that occur only among the predictions are left out": lambda y_true, y_pred: float(
            _class_scores(y_true, y_pred, sorted(set(y_true)))[:, 2].mean()
        ),
    },
)


LESSON = "02"
QUIZ = {
    1: Question(
        right="c",
        mistakes={
            "a": "That would be so if ill and healthy were equally common. Count among 10,000"
            " people: how many of each kind get a positive result?",
            "b": "95% is about the healthy. The question starts from a positive result.",
            "d": "Recall, specificity and prevalence are all that is needed.",
        },
        section="A detector with two good numbers",
    ),
    2: Question(
        right="a",
        mistakes={
            "b": "Balanced accuracy can't tell: it has no precision in it, and would call the"
            " same detector equally good in a clinic and in a screening.",
            "c": "It is unaffected by prevalence, so it can't show what prevalence does to alarms.",
            "d": "Both rates are measured within one class each, so their mean is the same at"
            " every prevalence.",
        },
        section="Both classes in one number",
    ),
    3: Question(
        right="d",
        mistakes={
            "a": "F1 ignores the price list altogether. Which price it acts as if it had"
            " depends on the model.",
            "b": "Accuracy prices both mistakes alike.",
            "c": "Balanced accuracy acts as if a miss cost (1 − π)/π false alarms: 99 here, not"
            " 20.",
        },
        section="Every measure has a price list",
    ),
    4: Question(
        right="b",
        mistakes={
            "a": "Ten of ten is compatible with a recall well below 1: think of the rule of three.",
            "c": "The negatives say nothing about recall. Only the ten positives count.",
            "d": "An interval can be given. It is wide, and that is the message.",
        },
        section="How sure is a recall from twenty positives?",
    ),
    5: Question(
        right="b",
        mistakes={
            "a": "F1 is no average over samples, so a mean of ten small F1 values is not the F1"
            " of the whole.",
            "c": "Leaving folds out makes the bias depend on which folds failed.",
            "d": "Then every value depends on the luck of one fold, and the choice is biased"
            " upwards.",
        },
        section="Ten folds, one F1",
    ),
}
