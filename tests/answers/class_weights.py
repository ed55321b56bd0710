"""Answers to lesson 07, class weights."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pandas as pd
from scipy.special import expit, logit, xlogy
from sklearn.metrics import log_loss
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight

from answers import Answers

answers = Answers("07-class-weights/class-weights")


@answers.wrong("balanced_weights", "a library call does the whole exercise")
def by_scikit_learn(y):
    y = np.asarray(y)
    classes = np.unique(y)
    weights = compute_class_weight("balanced", classes=classes, y=y)
    return dict(zip(classes, weights, strict=True))


@answers.right("balanced_weights")
def by_fractions(y):
    counts = Counter(list(y))
    return {label: float(Fraction(len(y), len(counts) * n)) for label, n in counts.items()}


@answers.right("balanced_weights")
def by_value_counts(y):
    counts = pd.Series(list(y)).value_counts()
    return (counts.mean() / counts).to_dict()


@answers.wrong("balanced_weights", "the number of classes is forgotten")
def forgets_k(y):
    return {label: len(y) / n for label, n in Counter(list(y)).items()}


@answers.wrong("balanced_weights", "the number of classes is taken to be two")
def two_classes(y):
    return {label: len(y) / (2 * n) for label, n in Counter(list(y)).items()}


@answers.wrong("balanced_weights", "upside down: the common class gets the larger weight")
def inverted(y):
    return {label: 1 / weight for label, weight in by_fractions(y).items()}


@answers.wrong("balanced_weights", "the share of each class instead of a weight")
def class_shares(y):
    return pd.Series(list(y)).value_counts(normalize=True).to_dict()


@answers.wrong("balanced_weights", "the ratios are right, the total is not")
def common_is_one(y):
    counts = Counter(list(y))
    return {label: max(counts.values()) / n for label, n in counts.items()}


@answers.wrong("balanced_weights", "the mean over the classes is 1, not the mean over the rows")
def mean_one_over_classes(y):
    inverse = {label: 1 / n for label, n in Counter(list(y)).items()}
    mean = sum(inverse.values()) / len(inverse)
    return {label: value / mean for label, value in inverse.items()}


@answers.wrong("balanced_weights", "a list is used as if it were an array")
def compares_a_list(y):
    classes = np.unique(y)
    return {label: len(y) / len(classes) / (y == label).sum() for label in classes.tolist()}


@answers.wrong("balanced_weights", "a list is used as if it were an array")
def list_equals_a_label(y):
    classes = set(np.asarray(y).tolist())
    return {label: len(y) / len(classes) / np.sum(y == label) for label in classes}


@answers.wrong("balanced_weights")
def labels_from_zero(y):
    counts = np.unique(np.asarray(y), return_counts=True)[1]
    return dict(enumerate(len(y) / len(counts) / counts))


@answers.wrong("balanced_weights")
def in_order_of_appearance(y):
    classes = dict.fromkeys(np.asarray(y).tolist())
    counts = np.unique(np.asarray(y), return_counts=True)[1]
    return dict(zip(classes, len(y) / len(counts) / counts, strict=True))


@answers.wrong("balanced_weights")
def weights_without_labels(y):
    return list(by_fractions(y).values())


@answers.wrong("balanced_weights")
def add_up_to_one(y):
    inverse = {label: 1 / n for label, n in Counter(list(y)).items()}
    return {label: value / sum(inverse.values()) for label, value in inverse.items()}


@answers.wrong("weighted_log_loss", "a library call does the whole exercise")
def by_sklearn(y_true, p, w0, w1):
    weight = compute_sample_weight({0: w0, 1: w1}, np.asarray(y_true))
    return log_loss(y_true, p, sample_weight=weight)


@answers.right("weighted_log_loss")
def loop_of_logs(y_true, p, w0, w1):
    total = weights = 0.0
    for label, probability in zip(y_true, p, strict=True):
        weight = w1 if label else w0
        total -= weight * math.log(probability if label else 1 - probability)
        weights += weight
    return total / weights


@answers.right("weighted_log_loss")
def by_average(y_true, p, w0, w1):
    y, p = np.asarray(y_true), np.asarray(p)
    return np.average(-xlogy(y, p) - xlogy(1 - y, 1 - p), weights=w0 + (w1 - w0) * y)


@answers.wrong("weighted_log_loss", "divided by the number of rows instead of by the weights")
def over_rows(y_true, p, w0, w1):
    y, p = np.asarray(y_true), np.asarray(p)
    return -np.mean(w1 * y * np.log(p) + w0 * (1 - y) * np.log(1 - p))


@answers.wrong("weighted_log_loss", "the weights are left out")
def plain_loss(y_true, p, w0, w1):
    return by_average(y_true, p, 1, 1)


@answers.wrong("weighted_log_loss", "the weights of the two classes are swapped")
def swapped_weights(y_true, p, w0, w1):
    return by_average(y_true, p, w1, w0)


@answers.wrong("weighted_log_loss", "the sum instead of the mean")
def summed(y_true, p, w0, w1):
    return over_rows(y_true, p, w0, w1) * len(y_true)


@answers.wrong("weighted_log_loss", "the sign is reversed")
def negative(y_true, p, w0, w1):
    return -by_average(y_true, p, w0, w1)


@answers.wrong("weighted_log_loss", "the probability of the other class went into the logarithm")
def other_class(y_true, p, w0, w1):
    return by_average(y_true, 1 - np.asarray(p), w0, w1)


@answers.wrong("weighted_log_loss", "a list is used as if it were an array")
def arithmetic_on_lists(y_true, p, w0, w1):
    weights = np.where(y_true == 1, w1, w0)
    return np.average(-np.log(np.where(y_true == 1, p, 1 - p)), weights=weights)


@answers.wrong("weighted_log_loss", "the index of a Series decides, not the order of the rows")
def aligned(y_true, p, w0, w1):
    y = y_true if isinstance(y_true, pd.Series) else np.asarray(y_true)
    p = p if isinstance(p, pd.Series) else np.asarray(p)
    losses = -(w1 * y * np.log(p) + w0 * (1 - y) * np.log(1 - p))
    return losses.sum() / (w1 * y + w0 * (1 - y)).sum()


@answers.wrong("weighted_log_loss")
def capped(y_true, p, w0, w1):
    return by_average(y_true, np.clip(p, 1e-7, 1 - 1e-7), w0, w1)


@answers.wrong("weighted_log_loss")
def with_epsilon(y_true, p, w0, w1):
    y, p = np.asarray(y_true), np.asarray(p)
    losses = -y * np.log(p + 1e-10) - (1 - y) * np.log(1 - p + 1e-10)
    return np.average(losses, weights=w0 + (w1 - w0) * y)


@answers.wrong("weighted_log_loss")
def positives_only(y_true, p, w0, w1):
    y, p = np.asarray(y_true), np.asarray(p)
    return -np.sum(w1 * y * np.log(p)) / np.sum(w0 + (w1 - w0) * y)


@answers.wrong("weighted_log_loss")
def base_two(y_true, p, w0, w1):
    return by_average(y_true, p, w0, w1) / np.log(2)


@answers.wrong("weighted_log_loss")
def mean_of_class_means(y_true, p, w0, w1):
    y, p = np.asarray(y_true), np.asarray(p)
    return (w1 * -np.log(p[y == 1]).mean() + w0 * -np.log(1 - p[y == 0]).mean()) / (w0 + w1)


@answers.right("weighted_gradient")
def row_by_row(theta, X, y, sample_weight):
    gradient = np.zeros(len(theta))
    for row, label, weight in zip(np.asarray(X, float), y, sample_weight, strict=True):
        gradient += weight * (expit(row @ np.asarray(theta)) - label) * row
    return gradient / sum(sample_weight)


@answers.right("weighted_gradient")
def averaged(theta, X, y, sample_weight):
    X = np.asarray(X, dtype=float)
    pulls = (1 - 1 / (1 + np.exp(X @ np.asarray(theta))) - np.asarray(y))[:, None] * X
    return np.average(pulls, axis=0, weights=sample_weight)


@answers.wrong("weighted_gradient", "divided by the number of rows instead of by the weights")
def gradient_over_rows(theta, X, y, sample_weight):
    return row_by_row(theta, X, y, sample_weight) * sum(sample_weight) / len(y)


@answers.wrong("weighted_gradient", "the weights are left out")
def plain_gradient(theta, X, y, sample_weight):
    return row_by_row(theta, X, y, [1] * len(y))


@answers.wrong("weighted_gradient", "the sign is reversed")
def downhill(theta, X, y, sample_weight):
    return -row_by_row(theta, X, y, sample_weight)


@answers.wrong("weighted_gradient", "the score is taken for the probability")
def linear_error(theta, X, y, sample_weight):
    X, weight = np.asarray(X, float), np.asarray(sample_weight, float)
    return X.T @ (weight * (X @ np.asarray(theta) - np.asarray(y))) / weight.sum()


@answers.wrong("weighted_gradient", "the sum instead of the mean")
def summed_gradient(theta, X, y, sample_weight):
    return row_by_row(theta, X, y, sample_weight) * sum(sample_weight)


@answers.wrong("weighted_gradient", "the weights are only divided by")
def weights_below_only(theta, X, y, sample_weight):
    return row_by_row(theta, X, y, [1] * len(y)) * len(y) / sum(sample_weight)


@answers.wrong("weighted_gradient", "every row gets the probability 0.5")
def of_the_text(theta, X, y, sample_weight):
    return row_by_row([0] * len(theta), X, y, sample_weight)


@answers.wrong("weighted_gradient", "a list is used as if it were an array")
def no_arrays(theta, X, y, sample_weight):
    p = expit(X @ theta)
    weight = np.asarray(sample_weight)
    return (weight * (p - np.asarray(y))) @ np.asarray(X) / weight.sum()


@answers.wrong("weighted_gradient", "the index of a Series decides, not the order of the rows")
def aligned_rows(theta, X, y, sample_weight):
    y = y if isinstance(y, pd.Series) else pd.Series(y)
    weight = sample_weight if isinstance(sample_weight, pd.Series) else pd.Series(sample_weight)
    p = pd.Series(expit(np.asarray(X) @ np.asarray(theta)), index=y.index)
    pulls = (weight * (p - y)).reindex(y.index)
    return pulls.to_numpy() @ np.asarray(X) / weight.sum()


@answers.wrong("weighted_gradient")
def last_row_only(theta, X, y, sample_weight):
    return row_by_row(theta, X[-1:], y[-1:], sample_weight[-1:])


@answers.wrong("weighted_gradient")
def squared_error_gradient(theta, X, y, sample_weight):
    X, weight = np.asarray(X, float), np.asarray(sample_weight, float)
    p = expit(X @ np.asarray(theta))
    return X.T @ (weight * (p - np.asarray(y)) * p * (1 - p)) / weight.sum()


@answers.wrong("weighted_gradient")
def intercept_forgotten(theta, X, y, sample_weight):
    return row_by_row(theta, X, y, sample_weight)[1:]


@answers.right("weights_as_repeats")
def nested_loops(y, class_weight):
    rows = []
    for label, weight in class_weight.items():
        if weight < 0 or weight % 1:
            raise ValueError(label)
    for position, label in enumerate(list(y)):
        for _ in range(int(class_weight.get(label, 1))):
            rows.append(position)
    return rows


@answers.right("weights_as_repeats")
def by_sample_weight(y, class_weight):
    if any(float(weight) not in range(100) for weight in class_weight.values()):
        raise ValueError("no copies")
    known = {label: weight for label, weight in class_weight.items() if label in list(y)}
    weights = compute_sample_weight(known, np.asarray(y))
    return pd.RangeIndex(len(y)).repeat(weights.astype(int))


@answers.wrong("weights_as_repeats", "a weight that is no number of copies is accepted")
def rounds_silently(y, class_weight):
    return nested_loops(y, {label: round(weight) for label, weight in class_weight.items()})


@answers.wrong("weights_as_repeats", "a class that is not in the dict")
def asks_the_dict(y, class_weight):
    nested_loops(y, class_weight)
    return [i for i, label in enumerate(list(y)) for _ in range(int(class_weight[label]))]


@answers.wrong("weights_as_repeats", "a class that is not in the dict is left out")
def leaves_out_unknown(y, class_weight):
    return nested_loops(y, dict.fromkeys(list(y), 0) | class_weight)


@answers.wrong("weights_as_repeats", "a weight such as 3.0 is not taken")
def wants_an_int(y, class_weight):
    for weight in class_weight.values():
        if not isinstance(weight, int) or weight < 0:
            raise ValueError(weight)
    return nested_loops(y, class_weight)


@answers.wrong("weights_as_repeats", "a weight such as 3.0 is not taken")
def repeats_floats(y, class_weight):
    nested_loops(y, class_weight)
    weights = np.array([class_weight.get(label, 1) for label in list(y)])
    return np.repeat(np.arange(len(y)), weights)


@answers.wrong("weights_as_repeats", "a weight that is no number of copies is accepted")
def takes_minus_for_none(y, class_weight):
    if any(weight % 1 for weight in class_weight.values()):
        raise ValueError("not whole")
    return nested_loops(y, {label: max(weight, 0) for label, weight in class_weight.items()})


@answers.wrong("weights_as_repeats", "the weight counts the extra copies only")
def extra_copies(y, class_weight):
    nested_loops(y, class_weight)
    return nested_loops(
        y, {label: class_weight.get(label, 1) + 1 for label in [*class_weight, *list(y)]}
    )


@answers.wrong("weights_as_repeats", "a row of weight 0 is kept")
def at_least_once(y, class_weight):
    nested_loops(y, class_weight)
    return nested_loops(y, {label: max(weight, 1) for label, weight in class_weight.items()})


@answers.wrong("weights_as_repeats", "labels are repeated instead of row positions")
def repeats_labels(y, class_weight):
    return [list(y)[row] for row in nested_loops(y, class_weight)]


@answers.wrong("weights_as_repeats", "the right rows in another order")
def originals_first(y, class_weight):
    rows = nested_loops(y, class_weight)
    first = sorted(set(rows))
    rest = Counter(rows) - Counter(first)
    return first + sorted(rest.elements())


@answers.wrong("weights_as_repeats")
def one_list_a_row(y, class_weight):
    nested_loops(y, class_weight)
    rows = [[i] * int(class_weight.get(label, 1)) for i, label in enumerate(list(y))]
    return rows


@answers.wrong("weights_as_repeats")
def counts_from_one(y, class_weight):
    return [row + 1 for row in nested_loops(y, class_weight)]


@answers.right("unweight")
def by_odds(p, w0, w1):
    result = []
    for probability in p:
        if probability == 1:
            result.append(1.0)
            continue
        odds = probability / (1 - probability) * w0 / w1
        result.append(odds / (1 + odds))
    return result


@answers.right("unweight")
def by_shift(p, w0, w1):
    return expit(logit(np.asarray(p)) + np.log(w0) - np.log(w1))


@answers.wrong("unweight", "the weights are applied once more")
def again(p, w0, w1):
    return by_shift(p, w1, w0)


@answers.wrong("unweight", "the probability is scaled instead of the odds")
def scaled(p, w0, w1):
    return np.asarray(p) * w0 / w1


@answers.wrong("unweight", "only w1 is used")
def ignores_w0(p, w0, w1):
    return by_shift(p, 1, w1)


@answers.wrong("unweight", "odds are returned")
def odds_only(p, w0, w1):
    p = np.asarray(p)
    return p / (1 - p) * (w0 / w1)


@answers.wrong("unweight", "the logarithm is subtracted from the probability")
def shifted_probability(p, w0, w1):
    return np.asarray(p) - np.log(w1 / w0)


@answers.wrong("unweight")
def shifted_to_prevalence(p, w0, w1):
    return np.asarray(p) ** (w1 / w0)


@answers.wrong("unweight", "a list is used as if it were an array")
def odds_of_a_list(p, w0, w1):
    odds = p / (1 - p) * w0 / w1
    return np.where(p == 1, 1, odds / (1 + odds))


@answers.wrong("unweight")
def capped_probabilities(p, w0, w1):
    return by_shift(np.clip(p, 1e-6, 1 - 1e-6), w0, w1)


@answers.wrong("unweight")
def only_downwards(p, w0, w1):
    return np.minimum(by_shift(p, w0, w1), p)


@answers.wrong("unweight", "a probability of 1 gives no number")
def breaks_at_one(p, w0, w1):
    odds = np.asarray(p) / (1 - np.asarray(p)) * w0 / w1
    return odds / (1 + odds)  # inf / inf where p is 1


@answers.right("cost_weights")
def by_sample_weights(y, cost_fp, cost_fn):
    weights = compute_sample_weight({0: cost_fp, 1: cost_fn}, np.asarray(y))
    return weights * len(weights) / weights.sum()


@answers.right("cost_weights")
def with_a_series(y, cost_fp, cost_fn):
    costs = pd.Series(list(y)).map({0: cost_fp, 1: cost_fn})
    return (costs / costs.mean()).tolist()


@answers.wrong("cost_weights", "the costs are swapped")
def swapped_costs(y, cost_fp, cost_fn):
    return by_sample_weights(y, cost_fn, cost_fp)


@answers.wrong("cost_weights", "corrected for the class frequencies on top of the costs")
def balanced_too(y, cost_fp, cost_fn):
    weights = by_sample_weights(y, cost_fp, cost_fn) * compute_sample_weight("balanced", list(y))
    return weights / weights.mean()


@answers.wrong("cost_weights", "balanced weights, without the costs")
def just_balanced(y, cost_fp, cost_fn):
    return compute_sample_weight("balanced", list(y))


@answers.wrong("cost_weights", "the weights are not scaled")
def unscaled(y, cost_fp, cost_fn):
    return compute_sample_weight({0: cost_fp, 1: cost_fn}, np.asarray(y))


@answers.wrong("cost_weights", "the weights add up to 1")
def sums_to_one(y, cost_fp, cost_fn):
    weights = np.array(unscaled(y, cost_fp, cost_fn))
    return weights / weights.sum()


@answers.wrong("cost_weights", "a list is used as if it were an array")
def asks_a_list(y, cost_fp, cost_fn):
    costs = np.where(y == 1, cost_fn, cost_fp) * np.ones(len(y))
    return costs / costs.mean()


@answers.wrong("cost_weights")
def mean_of_the_two_costs(y, cost_fp, cost_fn):
    return unscaled(y, cost_fp, cost_fn) / ((cost_fp + cost_fn) / 2)


@answers.wrong("cost_weights")
def class_dict(y, cost_fp, cost_fn):
    return {0: cost_fp, 1: cost_fn}


@answers.wrong("cost_weights", "every negative has weight 1")
def negatives_have_weight_one(y, cost_fp, cost_fn):
    return np.where(np.asarray(y) == 1, cost_fn / cost_fp, 1)
