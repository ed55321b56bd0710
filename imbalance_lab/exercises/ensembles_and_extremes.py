"""Exercises of lesson 11, ensembles and very few positives."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pandas as pd
from scipy.stats import norm
from sklearn.ensemble import AdaBoostClassifier, IsolationForest
from statsmodels.stats.proportion import proportion_confint

from imbalance_lab.checks import Exercise, Mistake, Quiz, Returned
from imbalance_lab.experiments import interval


def drawn_as(**wanted):
    """Return the law of a worked example: how many of the drawn rows have each label."""

    def law(rows, y, *args, **kwargs):
        return Counter(y[row] for row in rows) == wanted

    return law


def _mask(call, expected, outcome):
    value = np.asarray(outcome.value) if isinstance(outcome, Returned) else np.zeros(0)
    return value.dtype == bool and value.size > 0


def _index_labels(call, expected, outcome):
    y = call.args[0]
    if not isinstance(outcome, Returned) or not isinstance(y, pd.Series):
        return False
    rows = np.asarray(outcome.value)
    return bool(rows.ndim == 1 and rows.size) and set(rows.tolist()) <= set(y.index.tolist())


def _rows_that(holds):
    """Return a `Mistake.when` from a question about the draw: holds(times, common, rare)."""

    def when(call, expected, outcome):
        labels = list(call.args[0])
        rows = np.asarray(outcome.value) if isinstance(outcome, Returned) else np.zeros(0)
        if rows.ndim != 1 or rows.dtype.kind not in "iu" or not rows.size:
            return False
        if rows.min() < 0 or rows.max() >= len(labels):
            return False
        (_, _), (rare_label, _) = Counter(labels).most_common()
        rare = {row for row, label in enumerate(labels) if label == rare_label}
        common = set(range(len(labels))) - rare
        return bool(holds(Counter(rows.tolist()), common, rare))

    return when


def _count(times, rows):
    return sum(times[row] for row in rows)


def _plain_bootstrap(times, common, rare):
    return sum(times.values()) == len(common) + len(rare)


def _as_many_as_common(times, common, rare):
    return _count(times, common) == _count(times, rare) == len(common)


def _rare_kept_once(times, common, rare):
    # With seven rows or more, a draw with replacement hardly ever has each row exactly once.
    once = len(rare) >= 7 and all(times[row] == 1 for row in rare)
    return once and _count(times, common) == len(rare)


BALANCED_BOOTSTRAP = Exercise(
    "balanced_bootstrap",
    lesson="11",
    section="A bootstrap for each tree",
    arguments=("y", "random_state"),
    mistakes=(
        Mistake(
            "a mask instead of positions",
            "Return the positions of the rows as whole numbers. A mask cannot say that a row comes"
            " twice.",
            when=_mask,
        ),
        Mistake(
            "index labels instead of positions",
            "After a split, a Series keeps the index labels of the table that it came from. The"
            " contract asks for positions, which count from 0.",
            when=_index_labels,
        ),
        Mistake(
            "both classes get as many rows as the common class has",
            "That is oversampling: each tree would be as large as before. Draw as many rows as the"
            " rare class has.",
            when=_rows_that(_as_many_as_common),
        ),
        Mistake(
            "an ordinary bootstrap of all rows",
            "Here both classes must come equally often. Draw within each class.",
            when=_rows_that(_plain_bootstrap),
        ),
        Mistake(
            "the rare rows are kept once each, not drawn",
            "In a bootstrap the rare class is drawn with replacement too, as is the common one. The"
            " trees shall differ in what they know about it.",
            when=_rows_that(_rare_kept_once),
        ),
    ),
)


def _members(X, y, X_new, subsets):
    X, y = np.asarray(X), np.asarray(y)
    for rows in subsets:
        yield AdaBoostClassifier(n_estimators=10, random_state=0).fit(X[rows], y[rows])


def _all_rows(X, y, X_new, subsets):
    return next(_members(X, y, X_new, [np.arange(len(y))])).predict_proba(X_new)[:, 1]


def _pooled(X, y, X_new, subsets):
    return next(_members(X, y, X_new, [np.concatenate(subsets)])).predict_proba(X_new)[:, 1]


def _votes(X, y, X_new, subsets):
    return np.mean([m.predict(X_new) for m in _members(X, y, X_new, subsets)], axis=0)


def _scores(X, y, X_new, subsets, column=1):
    return [m.predict_proba(X_new)[:, column] for m in _members(X, y, X_new, subsets)]


EASY_ENSEMBLE_SCORES = Exercise(
    "easy_ensemble_scores",
    lesson="11",
    section="EasyEnsemble and RUSBoost",
    arguments=("X", "y", "X_new", "subsets"),
    mistakes=(
        Mistake(
            "the members' votes are averaged, not their scores",
            "A vote is a score cut at 0.5: with three members only four values remain, and the"
            " order within each is lost.",
            wrong=_votes,
        ),
        Mistake(
            "the sum of the scores instead of their mean",
            "The result must not grow with the number of members.",
            wrong=lambda *args: np.sum(_scores(*args), axis=0),
        ),
        Mistake(
            "the probability of class 0",
            "Higher must mean more likely to be positive. Look up which column of predict_proba"
            " belongs to class 1.",
            wrong=lambda *args: np.mean(_scores(*args, column=0), axis=0),
        ),
        Mistake(
            "only the last member speaks",
            "Every subset has its own member, and all of them count alike. Does your loop keep what"
            " the earlier ones said?",
            wrong=lambda *args: _scores(*args)[-1],
        ),
        Mistake(
            "one member is fitted on all subsets together",
            "Pooling the subsets gives one model of one data set. The ensemble has one model for"
            " each subset.",
            wrong=_pooled,
        ),
        Mistake(
            "the members are fitted on all rows",
            "A member sees the rows of its own subset only.",
            wrong=_all_rows,
        ),
    ),
)


def _isolation(X, random_state):
    return IsolationForest(n_estimators=25, random_state=random_state).fit(np.asarray(X))


ANOMALY_SCORES = Exercise(
    "anomaly_scores",
    lesson="11",
    section="Isolation: how many cuts until a point is alone?",
    arguments=("X", "X_new", "random_state"),
    mistakes=(
        Mistake(
            "high means ordinary",
            "In scikit-learn the larger value belongs to the more ordinary row, for all of its"
            " outlier detectors. Average precision and ROC AUC expect it the other way round.",
            wrong=lambda X, X_new, random_state=0: _isolation(X, random_state).score_samples(X_new),
        ),
        Mistake(
            "high means ordinary, and the zero has moved",
            "decision_function adds an offset to the score and keeps scikit-learn's direction.",
            wrong=lambda X, X_new, random_state=0: _isolation(X, random_state).decision_function(
                X_new
            ),
        ),
        Mistake(
            "the offset is still in it",
            "The direction is right, but these values are shifted: the score of the paper lies"
            " between 0 and 1.",
            wrong=lambda X, X_new, random_state=0: (
                -_isolation(X, random_state).decision_function(X_new)
            ),
        ),
        Mistake(
            "a decision instead of a score",
            "predict answers with two values only. A ranking needs the score behind it.",
            wrong=lambda X, X_new, random_state=0: (
                _isolation(X, random_state).predict(X_new) == -1
            ).astype(int),
        ),
        Mistake(
            "the forest is fitted on the rows that it scores",
            "What is ordinary must be learned from `X`; `X_new` is only scored.",
            wrong=lambda X, X_new, random_state=0: (
                -_isolation(X_new, random_state).score_samples(X_new)
            ),
        ),
    ),
)


def _from_where_on(n_positives, leads):
    """Return the least count from which on `leads` is true."""
    answer = None
    for count, leading in list(zip(n_positives, leads, strict=True))[::-1]:
        if not leading:
            break
        answer = int(count)
    return answer


def _clear(supervised, anomaly):
    pairs = zip(np.asarray(supervised), np.asarray(anomaly), strict=True)
    return [interval(ours - theirs).low > 0 for ours, theirs in pairs]


def _by_means(n_positives, supervised, anomaly):
    leads = np.mean(supervised, axis=1) > np.mean(anomaly, axis=1)
    return _from_where_on(n_positives, leads)


def _first_clear(n_positives, supervised, anomaly):
    clear = _clear(supervised, anomaly)
    return int(n_positives[clear.index(True)]) if any(clear) else None


def _unpaired(n_positives, supervised, anomaly):
    pairs = zip(supervised, anomaly, strict=True)
    return _from_where_on(n_positives, [interval(a).low > interval(b).high for a, b in pairs])


def _position(n_positives, supervised, anomaly):
    right = _from_where_on(n_positives, _clear(supervised, anomaly))
    return None if right is None else list(n_positives).index(right)


def _never_is_last(n_positives, supervised, anomaly):
    right = _from_where_on(n_positives, _clear(supervised, anomaly))
    return int(n_positives[-1]) if right is None else right


CROSSOVER = Exercise(
    "crossover",
    lesson="11",
    section="Odd, or typical-looking?",
    arguments=("n_positives", "supervised", "anomaly"),
    mistakes=(
        Mistake(
            "the means decide, without an interval",
            "A lead of the mean can be luck. Ask that the interval of the paired differences lies"
            " above zero.",
            wrong=_by_means,
        ),
        Mistake(
            "the first lead, although it is lost again",
            "The supervised model must lead at this count and at every larger one in the table.",
            wrong=_first_clear,
        ),
        Mistake(
            "the runs are compared without their pairs",
            "Runs in the same column share their data. Two separate intervals may overlap although"
            " one method wins in every single column.",
            wrong=_unpaired,
        ),
        Mistake(
            "the position in the table instead of the number of positives",
            "Return the entry of `n_positives`, not where it stands.",
            wrong=_position,
        ),
        Mistake(
            "'never' is answered with the largest count",
            "Where the lead is not clear even at the largest count, the answer is None.",
            wrong=_never_is_last,
        ),
    ),
)


def _least(recall, width, z):
    n = 1
    while True:
        spread = z * math.sqrt(recall * (1 - recall) / n + z * z / (4 * n * n))
        if 2 * spread / (1 + z * z / n) <= width:
            return n
        n += 1


def _z(confidence):
    return norm.ppf((1 + confidence) / 2)


def _wald(recall, width, confidence=0.95):
    return math.ceil(4 * _z(confidence) ** 2 * recall * (1 - recall) / width**2)


def _one_too_few(recall, width, confidence=0.95):
    return _least(recall, width, _z(confidence)) - 1


def _rounded_counts(recall, width, confidence=0.95):
    n = 1
    while True:
        low, high = proportion_confint(round(recall * n), n, alpha=1 - confidence, method="wilson")
        if high - low <= width:
            return n
        n += 1


ENOUGH_POSITIVES = Exercise(
    "enough_positives",
    lesson="11",
    section="How many positives are enough?",
    arguments=("recall", "width", "confidence"),
    mistakes=(
        Mistake(
            "Wald's interval instead of Wilson's",
            "The simple formula puts the spread at the measured share. Near a recall of 1 it asks"
            " for far too few positives (lesson 02).",
            wrong=_wald,
        ),
        Mistake(
            "`width` is taken for the half width",
            "The width is the whole distance from the lower to the upper end.",
            wrong=lambda recall, width, confidence=0.95: _least(recall, 2 * width, _z(confidence)),
        ),
        Mistake(
            "a one-sided quantile",
            "A two-sided interval leaves half of the remaining probability on each side.",
            wrong=lambda recall, width, confidence=0.95: _least(
                recall, width, norm.ppf(confidence)
            ),
        ),
        Mistake(
            "a recall of one half is assumed",
            "That is the worst case. The contract gives the recall to plan with.",
            wrong=lambda recall, width, confidence=0.95: _least(0.5, width, _z(confidence)),
        ),
        Mistake(
            "the confidence is always 95%",
            "Use the `confidence` that was asked for.",
            wrong=lambda recall, width, confidence=0.95: _least(recall, width, _z(0.95)),
        ),
        Mistake(
            "one positive too few",
            "With this number the interval is still wider than asked for.",
            wrong=_one_too_few,
        ),
        Mistake(
            "the number of caught positives is rounded",
            "The contract plans with the share itself, recall · n, whole or not.",
            wrong=_rounded_counts,
        ),
    ),
)

QUIZ = Quiz("11")
