"""Exercises of lesson 07, class weights."""

from __future__ import annotations

from collections import Counter

import numpy as np
from scipy.special import expit

from imbalance_lab.checks import Exercise, Mistake, Quiz, Returned, raises
from imbalance_lab.checks.trials import Refusal


def _each_class(y, rule):
    """Return ``rule(n, n_classes, n_in_class)`` for each class."""
    counts = Counter(np.asarray(y).tolist())
    return {label: rule(len(y), len(counts), count) for label, count in counts.items()}


def _relative_to_the_commonest(y):
    most = max(Counter(np.asarray(y).tolist()).values())
    return _each_class(y, lambda n, k, count: most / count)


BALANCED_WEIGHTS = Exercise(
    "balanced_weights",
    lesson="07",
    section="Where the balanced weights come from",
    arguments=("y",),
    mistakes=(
        Mistake(
            "the number of classes is forgotten",
            "The ratios are right, but the weights of all rows together should add up to the"
            " number of rows. Check it on the example.",
            wrong=lambda y: _each_class(y, lambda n, k, count: n / count),
        ),
        Mistake(
            "the number of classes is taken to be two",
            "The function is asked about any number of classes, and they share the total weight.",
            wrong=lambda y: _each_class(y, lambda n, k, count: n / (2 * count)),
        ),
        Mistake(
            "upside down: the common class gets the larger weight",
            "A class with few rows needs a large weight for each of them, to count as much as the"
            " others do together.",
            wrong=lambda y: _each_class(y, lambda n, k, count: k * count / n),
        ),
        Mistake(
            "the share of each class instead of a weight",
            "A share is small for the rare class. The weight has to make up for that.",
            wrong=lambda y: _each_class(y, lambda n, k, count: count / n),
        ),
        Mistake(
            "the ratios are right, the total is not",
            "Here the commonest class has weight 1, so the weights of all rows add up to more than"
            " the number of rows. Balanced weights leave the total as it was.",
            wrong=_relative_to_the_commonest,
        ),
    ),
)


def _losses(y_true, p):
    y, p = np.asarray(y_true), np.asarray(p, dtype=float)
    return y, -np.log(np.where(y == 1, p, 1 - p))


def _loss_sum(y_true, p, w0, w1):
    y, losses = _losses(y_true, p)
    return float(np.sum(np.where(y == 1, w1, w0) * losses))


def _loss_mean(y_true, p, w0, w1):
    total = np.where(np.asarray(y_true) == 1, w1, w0).sum()
    return _loss_sum(y_true, p, w0, w1) / float(total)


WEIGHTED_LOG_LOSS = Exercise(
    "weighted_log_loss",
    lesson="07",
    section="A loss with weights",
    arguments=("y_true", "p", "w0", "w1"),
    mistakes=(
        Mistake(
            "divided by the number of rows instead of by the weights",
            "Both are in use, so the contract says which one it wants: a weighted mean.",
            wrong=lambda y_true, p, w0, w1: _loss_sum(y_true, p, w0, w1) / len(y_true),
        ),
        Mistake(
            "the weights are left out",
            "This is the plain log loss, in which each row counts alike.",
            wrong=lambda y_true, p, w0, w1: _loss_mean(y_true, p, 1, 1),
        ),
        Mistake(
            "the weights of the two classes are swapped",
            "`w1` belongs to the rows whose true label is 1.",
            wrong=lambda y_true, p, w0, w1: _loss_mean(y_true, p, w1, w0),
        ),
        Mistake(
            "the sum instead of the mean",
            "A sum grows with the number of rows. The contract asks for a mean.",
            wrong=_loss_sum,
        ),
        Mistake(
            "the sign is reversed",
            "The logarithm of a probability is negative. A loss is not.",
            wrong=lambda y_true, p, w0, w1: -_loss_mean(y_true, p, w0, w1),
        ),
        Mistake(
            "the probability of the other class went into the logarithm",
            "`p` is the probability of class 1. What probability did the model give to what"
            " happened?",
            wrong=lambda y_true, p, w0, w1: _loss_mean(y_true, 1 - np.asarray(p), w0, w1),
        ),
    ),
)


def _slope(theta, X, y, weights, link=expit):
    """Return the weighted sum of (prediction minus label) times the row."""
    X, theta = np.asarray(X, dtype=float), np.asarray(theta, dtype=float)
    return X.T @ (np.asarray(weights) * (link(X @ theta) - np.asarray(y)))


def _over_rows(theta, X, y, sample_weight):
    return _slope(theta, X, y, sample_weight) / len(y)


def _unweighted(theta, X, y, sample_weight):
    return _slope(theta, X, y, np.ones(len(y))) / len(y)


def _uphill(theta, X, y, sample_weight):
    return -_slope(theta, X, y, sample_weight) / np.sum(sample_weight)


def _no_link(theta, X, y, sample_weight):
    return _slope(theta, X, y, sample_weight, link=lambda z: z) / np.sum(sample_weight)


WEIGHTED_GRADIENT = Exercise(
    "weighted_gradient",
    lesson="07",
    section="The gradient, and what it says at the minimum",
    arguments=("theta", "X", "y", "sample_weight"),
    mistakes=(
        Mistake(
            "divided by the number of rows instead of by the weights",
            "The gradient belongs to the loss of the exercise before, which is a weighted mean.",
            wrong=_over_rows,
        ),
        Mistake(
            "the weights are left out",
            "This is the gradient of the plain log loss.",
            wrong=_unweighted,
        ),
        Mistake(
            "the sign is reversed",
            "A gradient points to where the loss grows: a probability that is too high must come"
            " out positive.",
            wrong=_uphill,
        ),
        Mistake(
            "the score is taken for the probability",
            "The score of a row is any real number. It has to become a probability before it is"
            " compared with a label.",
            wrong=_no_link,
        ),
        Mistake(
            "the sum instead of the mean",
            "The loss is a mean, so its slope is one too.",
            wrong=lambda theta, X, y, sample_weight: _slope(theta, X, y, sample_weight),
        ),
    ),
)


def _copies(y, class_weight, rule=lambda weight: weight):
    weights = [class_weight.get(label, 1) for label in np.asarray(y).tolist()]
    if any(weight != int(weight) or weight < 0 for weight in weights):
        raise ValueError("no number of copies")
    return np.repeat(np.arange(len(y)), [rule(int(weight)) for weight in weights])


def _labels_repeated(y, class_weight):
    return np.asarray(y)[_copies(y, class_weight)]


def _copies_at_the_end(y, class_weight):
    rows = _copies(y, class_weight)
    first = np.unique(rows)
    extra = _copies(y, class_weight, lambda weight: max(weight - 1, 0))
    return np.concatenate([first, extra])


WEIGHTS_AS_REPEATS = Exercise(
    "weights_as_repeats",
    lesson="07",
    section="A weight is a number of copies",
    arguments=("y", "class_weight"),
    mistakes=(
        Mistake(
            "a weight that is no number of copies is accepted",
            "Nobody can repeat a row two and a half times, or minus once. The contract asks for an"
            " error instead of a silent rounding.",
            when=lambda call, expected, outcome: (
                isinstance(expected, Refusal) and isinstance(outcome, Returned)
            ),
        ),
        Mistake(
            "a class that is not in the dict",
            "In scikit-learn a class without an entry has weight 1, and here too.",
            when=raises("KeyError"),
        ),
        Mistake(
            "the weight counts the extra copies only",
            "A row of weight 3 stands there three times in all: once as it was, and twice more.",
            wrong=lambda y, class_weight: _copies(y, class_weight, lambda weight: weight + 1),
        ),
        Mistake(
            "a row of weight 0 is kept",
            "What has no weight does not count, so it has no place among the copies.",
            wrong=lambda y, class_weight: _copies(y, class_weight, lambda weight: max(weight, 1)),
        ),
        Mistake(
            "labels are repeated instead of row positions",
            "The contract asks which rows, so that X and y can both be repeated with the same"
            " positions.",
            wrong=_labels_repeated,
        ),
        Mistake(
            "the right rows in another order",
            "The contract wants the positions in increasing order, copies side by side.",
            wrong=_copies_at_the_end,
        ),
    ),
)


def _odds_times(p, factor):
    p = np.asarray(p, dtype=float)
    return p * factor / (p * factor + 1 - p)


UNWEIGHT = Exercise(
    "unweight",
    lesson="07",
    section="What weights do to the odds",
    arguments=("p", "w0", "w1"),
    mistakes=(
        Mistake(
            "the weights are applied once more",
            "The model's odds are already too high by the ratio of the weights. Undoing goes the"
            " other way.",
            wrong=lambda p, w0, w1: _odds_times(p, w1 / w0),
        ),
        Mistake(
            "the probability is scaled instead of the odds",
            "Weights multiply odds. A certainty would stay a certainty, and here it does not.",
            wrong=lambda p, w0, w1: np.asarray(p) * w0 / w1,
        ),
        Mistake(
            "only w1 is used",
            "What counts is the ratio of the two weights, and `w0` need not be 1.",
            wrong=lambda p, w0, w1: _odds_times(p, 1 / w1),
        ),
        Mistake(
            "odds are returned",
            "Odds have to be turned back into a probability.",
            wrong=lambda p, w0, w1: np.asarray(p) / (1 - np.asarray(p)) * w0 / w1,
        ),
        Mistake(
            "the logarithm is subtracted from the probability",
            "The shift by the logarithm of the ratio is one of log odds, not of probabilities.",
            wrong=lambda p, w0, w1: np.asarray(p) - np.log(w1 / w0),
        ),
    ),
)


def _raw_costs(y, cost_fp, cost_fn):
    return np.where(np.asarray(y) == 1, cost_fn, cost_fp).astype(float)


def _mean_one(weights):
    return weights / weights.mean()


def _twice(y, cost_fp, cost_fn):
    y = np.asarray(y)
    counts = np.where(y == 1, np.sum(y == 1), np.sum(y == 0))
    return _mean_one(_raw_costs(y, cost_fp, cost_fn) / counts)


def _balanced_only(y, cost_fp, cost_fn):
    return _twice(y, 1, 1)


COST_WEIGHTS = Exercise(
    "cost_weights",
    lesson="07",
    section="Weights from costs",
    arguments=("y", "cost_fp", "cost_fn"),
    mistakes=(
        Mistake(
            "the costs are swapped",
            "Ask what goes wrong when this very row is judged wrongly: a positive is then missed, a"
            " negative is falsely flagged.",
            wrong=lambda y, cost_fp, cost_fn: _mean_one(_raw_costs(y, cost_fn, cost_fp)),
        ),
        Mistake(
            "corrected for the class frequencies on top of the costs",
            "The costs alone say what a mistake is worth. Balancing as well corrects twice, and the"
            " model then acts on a price that nobody pays.",
            wrong=_twice,
        ),
        Mistake(
            "balanced weights, without the costs",
            "These follow from the class counts. The contract asks for weights that follow from"
            " costs.",
            wrong=_balanced_only,
        ),
        Mistake(
            "the weights are not scaled",
            "The ratio is right, but the mean of the weights should be 1, so that a penalty keeps"
            " its strength.",
            wrong=_raw_costs,
        ),
        Mistake(
            "the weights add up to 1",
            "Their mean should be 1, so they add up to the number of rows.",
            wrong=lambda y, cost_fp, cost_fn: _mean_one(_raw_costs(y, cost_fp, cost_fn)) / len(y),
        ),
    ),
)

QUIZ = Quiz("07")
