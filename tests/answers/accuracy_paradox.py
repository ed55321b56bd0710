"""Answers to lesson 01."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
from sklearn.dummy import DummyClassifier
from sklearn.metrics import confusion_matrix

from answers import Answers
from imbalance_lab.datasets import cost_of_decisions

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


def bill(table, rule):
    return cost_of_decisions(table["is_fraud"], table[rule], table["amount"])


@answers.right("cheapest_rule")
def by_its_own_bill(past):
    loss = past["is_fraud"] * (past["amount"] + 15)
    bills = {
        rule: 4 * past[rule].sum() + (loss * (1 - past[rule])).sum() for rule in past.columns[2:]
    }
    return sorted(bills, key=bills.get)[0]


@answers.right("cheapest_rule")
def by_what_it_saves(past):
    saves = [bill(past, "nobody") - bill(past, rule) for rule in past.columns[2:]]
    return past.columns[2:][int(np.argmax(saves))]


@answers.right("cheapest_rule")
def newer_half(past):
    return min(past.columns[2:], key=lambda rule: bill(past.iloc[len(past) // 2 :], rule))


@answers.wrong("cheapest_rule", "the most accurate rule")
def most_accurate(past):
    return max(past.columns[2:], key=lambda rule: np.mean(past[rule] == past["is_fraud"]))


@answers.wrong("cheapest_rule", "the rule that finds most frauds, whatever its reviews cost")
def finds_most(past):
    return max(past.columns[2:], key=lambda rule: past.loc[past["is_fraud"] == 1, rule].sum())


@answers.wrong("cheapest_rule", "the same rule for every company")
def always_new_device(past):
    return "new device"


@answers.wrong("cheapest_rule", "the same rule for every company")
def prices_swapped(past):
    false_alarms = {
        rule: np.sum((past["is_fraud"] == 0) & (past[rule] == 1)) for rule in past.columns[2:]
    }
    misses = {
        rule: np.sum((past["is_fraud"] == 1) & (past[rule] == 0)) for rule in past.columns[2:]
    }
    return min(past.columns[2:], key=lambda rule: 75 * false_alarms[rule] + 4 * misses[rule])


@answers.wrong("cheapest_rule")
def the_usual_fraud(past):
    """Charge every missed fraud alike, and less than most of the money is lost with."""
    loss = past.loc[past["is_fraud"] == 1, "amount"].median() + 15
    missed = {
        rule: np.sum((past["is_fraud"] == 1) & (past[rule] == 0)) for rule in past.columns[2:]
    }
    return min(past.columns[2:], key=lambda rule: 4 * past[rule].sum() + loss * missed[rule])


@answers.wrong("cheapest_rule")
def its_number(past):
    return int(np.argmin([bill(past, rule) for rule in past.columns[2:]]))
