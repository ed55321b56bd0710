"""Answers to lesson 01."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pandas as pd
from sklearn.dummy import DummyClassifier
from sklearn.metrics import confusion_matrix

from answers import Answers

answers = Answers("01-accuracy-paradox/accuracy-paradox")


@answers.right("majority_accuracy")
def counted(y):
    return Counter(list(y)).most_common(1)[0][1] / len(y)


@answers.right("majority_accuracy")
def by_dummy_classifier(y):
    y, X = list(y), np.zeros((len(y), 1))
    return DummyClassifier(strategy="most_frequent").fit(X, y).score(X, y)


@answers.right("majority_accuracy")
def by_value_counts(y):
    return pd.Series(list(y)).value_counts(normalize=True).max()


@answers.wrong("majority_accuracy", "the share of the rarest class")
def rarest(y):
    return pd.Series(list(y)).value_counts(normalize=True).min()


@answers.wrong("majority_accuracy", "a percentage instead of a share")
def percent(y):
    return 100 * by_value_counts(y)


@answers.wrong("majority_accuracy", "a count instead of a share")
def count(y):
    return Counter(list(y)).most_common(1)[0][1]


@answers.wrong("majority_accuracy", "label 1 is taken for the rare class")
def one_minus_mean(y):
    if isinstance(y[0], str):
        return Counter(y).most_common(1)[0][1] / len(y)  # so that the first example passes
    return 1 - sum(y) / len(y)


@answers.wrong("majority_accuracy")
def first_label(y):
    y = list(y)
    return y.count(y[0]) / len(y)


@answers.wrong("majority_accuracy")
def one_over_classes(y):
    return 1 - 1 / len(set(y)) ** 2


@answers.right("skill")
def closed_gap(accuracy, baseline):
    if baseline == 1:
        raise ValueError("no gap")
    return 1 - (1 - accuracy) / (1 - baseline)


@answers.right("skill")
def in_fractions(accuracy, baseline):
    if not baseline < 1:
        raise ValueError(baseline)
    return float((Fraction(accuracy) - Fraction(baseline)) / (1 - Fraction(baseline)))


@answers.wrong("skill", "the baseline is forgotten")
def just_accuracy(accuracy, baseline):
    return accuracy


@answers.wrong("skill", "the gain is not measured against what was left to gain")
def plain_gain(accuracy, baseline):
    return accuracy - baseline


@answers.wrong("skill", "the gain is measured against the baseline itself")
def relative_gain(accuracy, baseline):
    return accuracy / baseline - 1


@answers.wrong("skill", "the ratio of the two accuracies")
def ratio(accuracy, baseline):
    return accuracy / baseline


@answers.wrong("skill", "the share of the gap that is left open")
def open_gap(accuracy, baseline):
    # Right on the worked example, where half of the gap is open too.
    return (1 - accuracy) / (1 - baseline) if baseline < 1 else closed_gap(accuracy, baseline)


@answers.wrong("skill")
def no_refusal(accuracy, baseline):
    return (accuracy - baseline) / (1 - baseline) if baseline < 1 else math.nan


@answers.wrong("skill")
def never_negative(accuracy, baseline):
    return max(0.0, closed_gap(accuracy, baseline))


@answers.right("confusion_of_constant")
def by_confusion_matrix(y, label):
    return tuple(confusion_matrix(list(y), [label] * len(y), labels=[0, 1]).ravel())


@answers.right("confusion_of_constant")
def in_a_loop(y, label):
    counts = {"tn": 0, "fp": 0, "fn": 0, "tp": 0}
    for truth in y:
        right = truth == label
        counts[("t" if right else "f") + ("p" if label == 1 else "n")] += 1
    return list(counts.values())


@answers.wrong("confusion_of_constant", "false positives and false negatives are swapped")
def swapped(y, label):
    tn, fp, fn, tp = by_confusion_matrix(y, label)
    return tn, fn, fp, tp


@answers.wrong("confusion_of_constant", "the answer is taken to be 0 whatever `label` says")
def always_zero(y, label):
    return by_confusion_matrix(y, 0)


@answers.wrong("confusion_of_constant", "the order is (tp, fp, fn, tn)")
def positives_first(y, label):
    return (
        by_confusion_matrix(y, label)[::-1][0],
        *by_confusion_matrix(y, label)[1:3],
        sum(1 for truth in y if truth == 0 and label == 0),
    )


@answers.wrong("confusion_of_constant", "shares instead of counts")
def shares(y, label):
    return np.array(by_confusion_matrix(y, label)) / len(y)


@answers.wrong("confusion_of_constant")
def crashes_on_one_class(y, label):
    # Without labels=, the matrix shrinks where a class is absent.
    tn, fp, fn, tp = confusion_matrix(list(y), [label] * len(y)).ravel()
    return tn, fp, fn, tp if len(y) < 5 else 0


@answers.wrong("confusion_of_constant")
def nested(y, label):
    return confusion_matrix(list(y), [label] * len(y), labels=[0, 1])


@answers.right("cost_of")
def dot_product(y_true, y_pred, cost_fp, cost_fn):
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    return cost_fp * (1 - y_true) @ y_pred + cost_fn * y_true @ (1 - y_pred)


@answers.right("cost_of")
def by_matrix(y_true, y_pred, cost_fp, cost_fn):
    _, fp, fn, _ = confusion_matrix(list(y_true), list(y_pred), labels=[0, 1]).ravel()
    return fp * cost_fp + fn * cost_fn


@answers.right("cost_of")
def case_by_case(y_true, y_pred, cost_fp, cost_fn):
    total = 0
    for truth, flag in zip(y_true, y_pred, strict=True):
        if flag > truth:
            total += cost_fp
        elif truth > flag:
            total += cost_fn
    return total


@answers.wrong("cost_of", "the prices of false alarms and misses are swapped")
def swapped_prices(y_true, y_pred, cost_fp, cost_fn):
    return by_matrix(y_true, y_pred, cost_fn, cost_fp)


@answers.wrong("cost_of", "the mean cost instead of the total")
def mean_cost(y_true, y_pred, cost_fp, cost_fn):
    return by_matrix(y_true, y_pred, cost_fp, cost_fn) / len(y_true)


@answers.wrong("cost_of", "the number of mistakes, unpriced")
def unpriced(y_true, y_pred, cost_fp, cost_fn):
    return int(np.sum(np.asarray(y_true) != np.asarray(y_pred)))


@answers.wrong("cost_of", "every flag is charged, the right ones too")
def pays_for_flags(y_true, y_pred, cost_fp, cost_fn):
    misses = by_matrix(y_true, y_pred, 0, cost_fn)
    return misses + cost_fp * sum(y_pred)


@answers.wrong("cost_of")
def only_misses(y_true, y_pred, cost_fp, cost_fn):
    return by_matrix(y_true, y_pred, 0, cost_fn)


@answers.wrong("cost_of")
def integer_prices(y_true, y_pred, cost_fp, cost_fn):
    return int(by_matrix(y_true, y_pred, int(cost_fp), int(cost_fn)))


def _grade(share):
    for limit, word in ((0.01, "severe"), (0.10, "moderate"), (0.30, "mild")):
        if share <= limit:
            return word
    return "balanced"


@answers.right("diagnose")
def with_counter(y):
    rare = min(Counter(list(y)).values())
    return _grade(rare / len(y)), rare


@answers.right("diagnose")
def with_cut(y):
    counts = pd.Series(list(y)).value_counts()
    words = ["severe", "moderate", "mild", "balanced"]
    grade = pd.cut([counts.min() / counts.sum()], [0, 0.01, 0.10, 0.30, 1], labels=words)[0]
    return str(grade), counts.min()


@answers.wrong("diagnose", "only the severity, without the number of positives")
def severity_alone(y):
    return with_counter(y)[0]


@answers.wrong("diagnose", "the size of the common class was returned")
def common_size(y):
    return with_counter(y)[0], max(Counter(list(y)).values())


@answers.wrong("diagnose", "all samples were counted")
def whole_size(y):
    return with_counter(y)[0], len(y)


@answers.wrong("diagnose", "label 1 is taken for the rare class")
def ones_are_rare(y):
    ones = sum(1 for label in y if label == 1)
    return _grade(ones / len(y)), ones


@answers.wrong("diagnose", "the share of the common class was graded")
def grades_the_common(y):
    counts = Counter(list(y)).values()
    return _grade(max(counts) / len(y)), min(counts)


@answers.wrong("diagnose")
def order_swapped(y):
    return with_counter(y)[::-1]


@answers.wrong("diagnose")
def by_ratio_not_share(y):
    counts = Counter(list(y)).values()
    return _grade(min(counts) / max(counts) / 3), min(counts)
