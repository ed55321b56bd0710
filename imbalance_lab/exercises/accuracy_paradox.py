"""Exercises of lesson 01, the accuracy paradox."""

from __future__ import annotations

import numpy as np

from imbalance_lab.checks import Exercise, Mistake, Question, Quiz


def _shares(y):
    return np.unique(np.asarray(y), return_counts=True)[1] / len(y)


MAJORITY_ACCURACY = Exercise(
    "majority_accuracy",
    lesson="01",
    section="Where the 99% come from",
    arguments=("y",),
    mistakes=(
        Mistake(
            "label 1 is taken for the rare class",
            "The common class can have any label, 1 too. Find out which one is most frequent.",
            wrong=lambda y: float(1 - np.mean(np.asarray(y, dtype=float))),
        ),
        Mistake(
            "the share of the rarest class",
            "That is how often the constant answer errs when there are two classes. The question"
            " is how often it is right.",
            wrong=lambda y: float(_shares(y).min()),
        ),
        Mistake(
            "a percentage instead of a share",
            "An accuracy lies between 0 and 1.",
            wrong=lambda y: 100 * float(_shares(y).max()),
        ),
        Mistake(
            "a count instead of a share",
            "You found how many samples the constant answer gets right. Accuracy is a share of all"
            " of them.",
            wrong=lambda y: float(_shares(y).max() * len(y)),
        ),
    ),
)

SKILL = Exercise(
    "skill",
    lesson="01",
    section="What a model adds",
    arguments=("accuracy", "baseline"),
    mistakes=(
        Mistake(
            "the baseline is forgotten",
            "This is the accuracy itself. Ask what the constant answer would have reached without"
            " a model.",
            wrong=lambda accuracy, baseline: accuracy,
        ),
        Mistake(
            "the gain is not measured against what was left to gain",
            "From 0.50 to 0.55 and from 0.90 to 0.95 are the same step, but not the same part of"
            " the way to 1.",
            wrong=lambda accuracy, baseline: accuracy - baseline,
        ),
        Mistake(
            "the gain is measured against the baseline itself",
            "The gap that a model can close is the one between the baseline and a perfect model.",
            wrong=lambda accuracy, baseline: (accuracy - baseline) / baseline,
        ),
        Mistake(
            "the ratio of the two accuracies",
            "A ratio is 1, not 0, for a model that adds nothing.",
            wrong=lambda accuracy, baseline: accuracy / baseline,
        ),
        Mistake(
            "the share of the gap that is left open",
            "You measured how far the model is from perfect, and the question is how far it has"
            " come.",
            wrong=lambda accuracy, baseline: (1 - accuracy) / (1 - baseline),
        ),
    ),
)


def _four_counts(y, label):
    y = np.asarray(y)
    said = np.full(len(y), label)
    return tuple(int(np.sum((y == truth) & (said == flag))) for truth in (0, 1) for flag in (0, 1))


def _swapped(y, label):
    tn, fp, fn, tp = _four_counts(y, label)
    return tn, fn, fp, tp


CONFUSION_OF_CONSTANT = Exercise(
    "confusion_of_constant",
    lesson="01",
    section="Four kinds of outcome, not two",
    arguments=("y", "label"),
    mistakes=(
        Mistake(
            "false positives and false negatives are swapped",
            "The second word is what was predicted: a false negative was called negative, and that"
            " was false.",
            wrong=_swapped,
        ),
        Mistake(
            "the answer is taken to be 0 whatever `label` says",
            "The function must work for the constant answer 1 too: then everybody is flagged.",
            wrong=lambda y, label: _four_counts(y, 0),
        ),
        Mistake(
            "the order is (tp, fp, fn, tn)",
            "All four counts are right, but the contract asks for (tn, fp, fn, tp), the order of"
            " scikit-learn.",
            wrong=lambda y, label: tuple(np.array(_four_counts(y, label))[[3, 1, 2, 0]].tolist()),
        ),
        Mistake(
            "shares instead of counts",
            "The four numbers add up to the number of samples.",
            wrong=lambda y, label: tuple(count / len(y) for count in _four_counts(y, label)),
        ),
    ),
)


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


COST_OF = Exercise(
    "cost_of",
    lesson="01",
    section="Put a price on each mistake",
    arguments=("y_true", "y_pred", "cost_fp", "cost_fn"),
    mistakes=(
        Mistake(
            "the prices of false alarms and misses are swapped",
            "A false positive (FP) is a false alarm: truly 0, predicted 1.",
            wrong=_swapped_cost,
        ),
        Mistake(
            "the mean cost instead of the total",
            "The contract asks for the sum over all samples.",
            wrong=_mean_cost,
        ),
        Mistake(
            "the number of mistakes, unpriced",
            "Counting mistakes is what accuracy does. Each kind has its own price.",
            wrong=lambda y_true, y_pred, cost_fp, cost_fn: sum(_errors(y_true, y_pred)),
        ),
        Mistake(
            "every flag is charged, the right ones too",
            "In this contract right decisions cost nothing, so a true positive is free.",
            wrong=_cost_per_flag,
        ),
    ),
)

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


DIAGNOSE = Exercise(
    "diagnose",
    lesson="01",
    section="Two kinds of rarity",
    arguments=("y",),
    mistakes=(
        Mistake(
            "only the severity, without the number of positives",
            "The ratio alone says little: the count is the part that limits what can be learned.",
            wrong=lambda y: _severity(_shares(y).min()),
        ),
        Mistake(
            "the size of the common class was returned",
            "`n_rare` counts the samples of the rarer class.",
            wrong=_common_counted,
        ),
        Mistake(
            "all samples were counted",
            "`n_rare` counts the samples of the rarer class only.",
            wrong=_all_counted,
        ),
        Mistake(
            "label 1 is taken for the rare class",
            "Either class may be the rarer one, and its label may be anything.",
            wrong=_positives_are_ones,
        ),
        Mistake(
            "the share of the common class was graded",
            "Severity goes by the share of the rarer class.",
            wrong=lambda y: (
                _severity(_shares(y).max()),
                round(_shares(y).min() * len(y)),
            ),
        ),
    ),
)

QUIZ = Quiz(
    "01",
    {
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
                "a": "Counting mistakes prices a miss like a false alarm. Multiply each by its"
                " price.",
                "c": "Multiply and add for each model: the two totals differ.",
                "d": "Accuracy adds nothing here: the counts and the prices decide.",
            },
            section="Put a price on each mistake",
        ),
    },
)
