"""Answers to lesson 07, class weights."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, StratifiedShuffleSplit, cross_val_predict
from sklearn.utils.class_weight import compute_class_weight

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


# weights_or_threshold


def held_out(X, y, weight):
    model = LogisticRegression(class_weight={0: 1, 1: weight})
    folds = StratifiedKFold(5, shuffle=True, random_state=1)
    return cross_val_predict(model, X, y, cv=folds, method="predict_proba")[:, 1]


def cheapest(y, p, cuts, cost_fp, cost_fn):
    """Return the lowest bill on these rows, and its threshold."""
    bills = [np.where(y == 1, cost_fn * (p < cut), cost_fp * (p >= cut)).sum() for cut in cuts]
    return min(zip(bills, cuts, strict=True))


@answers.right("weights_or_threshold")
def none_or_all_of_the_costs(X, y, cost_fp, cost_fn, threshold):
    ratio, plans = cost_fn / cost_fp, []
    for weight in (1, ratio):
        cut = weight / (weight + ratio) if threshold is None else threshold
        bill, _ = cheapest(y, held_out(X, y, weight), [cut], cost_fp, cost_fn)
        plans.append((bill, weight, cut))
    return min(plans)[1:]


@answers.right("weights_or_threshold")
def on_the_folds_of_the_lesson(X, y, cost_fp, cost_fn, threshold):
    ratio, bills = cost_fn / cost_fp, {}
    for weight in (1, ratio):
        cut = weight / (weight + ratio) if threshold is None else threshold
        model = LogisticRegression(class_weight={0: 1, 1: weight})
        p = cross_val_predict(model, X, y, cv=5, method="predict_proba")[:, 1]  # rows in order
        bills[weight, cut], _ = cheapest(y, p, [cut], cost_fp, cost_fn)
    return min(bills, key=bills.get)


@answers.right("weights_or_threshold")
def thresholds_are_searched_too(X, y, cost_fp, cost_fn, threshold):
    ratio, plans = cost_fn / cost_fp, []
    for weight in (1, ratio**0.5, ratio):
        p = held_out(X, y, weight)
        near = np.linspace(0.7, 1.3, 13) * weight / (weight + ratio)
        bill, cut = cheapest(y, p, near if threshold is None else [threshold], cost_fp, cost_fn)
        plans.append((bill, weight, cut))
    return list(min(plans)[1:])


@answers.right("weights_or_threshold")
def on_one_half_after_the_other(X, y, cost_fp, cost_fn, threshold):
    ratio, bills = cost_fn / cost_fp, {}
    for weight in (1, ratio):
        cut = weight / (weight + ratio) if threshold is None else threshold
        for learn, judge in StratifiedShuffleSplit(8, test_size=0.4, random_state=0).split(X, y):
            model = LogisticRegression(class_weight={0: 1, 1: weight}).fit(X[learn], y[learn])
            p = model.predict_proba(X[judge])[:, 1]
            bill, _ = cheapest(y[judge], p, [cut], cost_fp, cost_fn)
            bills[weight, cut] = bills.get((weight, cut), 0) + bill
    return min(bills, key=bills.get)


@answers.wrong("weights_or_threshold", "balanced weights for every client")
def always_balanced(X, y, cost_fp, cost_fn, threshold):
    return np.sum(y == 0) / np.sum(y == 1), 0.5 if threshold is None else threshold


@answers.wrong("weights_or_threshold", "no weights for any client")
def never_weights(X, y, cost_fp, cost_fn, threshold):
    return 1, cost_fp / (cost_fp + cost_fn) if threshold is None else threshold


@answers.wrong("weights_or_threshold", "the costs as weights for every client")
def always_costs(X, y, cost_fp, cost_fn, threshold):
    return cost_fn / cost_fp, 0.5 if threshold is None else threshold


@answers.wrong("weights_or_threshold", "the costs are corrected for twice")
def everything_together(X, y, cost_fp, cost_fn, threshold):
    return cost_fn / cost_fp, cost_fp / (cost_fp + cost_fn) if threshold is None else threshold


@answers.wrong("weights_or_threshold", "the client's software decides, whatever the data say")
def threshold_where_it_is_free(X, y, cost_fp, cost_fn, threshold):
    if threshold == 0.5:
        return cost_fn / cost_fp, 0.5
    return never_weights(X, y, cost_fp, cost_fn, threshold)


@answers.wrong("weights_or_threshold", "the client's software decides, whatever the data say")
def weights_where_it_is_free(X, y, cost_fp, cost_fn, threshold):
    if threshold in (None, 0.5):
        return cost_fn / cost_fp, 0.5
    return 1, threshold


@answers.wrong("weights_or_threshold")
def nothing_and_a_half(X, y, cost_fp, cost_fn, threshold):
    return 1, 0.5 if threshold is None else threshold


@answers.wrong("weights_or_threshold")
def threshold_of_its_own(X, y, cost_fp, cost_fn, threshold):
    return 1, cost_fp / (cost_fp + cost_fn)


@answers.wrong("weights_or_threshold")
def costs_swapped(X, y, cost_fp, cost_fn, threshold):
    return none_or_all_of_the_costs(X, y, cost_fn, cost_fp, threshold)


@answers.wrong("weights_or_threshold")
def rows_of_training(X, y, cost_fp, cost_fn, threshold):
    """Take the weight with which most rows that it has learned from are right."""
    weights = (1, cost_fn / cost_fp)
    fits = [LogisticRegression(class_weight={0: 1, 1: w}).fit(X, y).score(X, y) for w in weights]
    return weights[int(np.argmax(fits))], 0.5 if threshold is None else threshold


@answers.wrong("weights_or_threshold")
def a_dict(X, y, cost_fp, cost_fn, threshold):
    return {"weight": 1, "threshold": 0.5}
