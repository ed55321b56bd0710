"""Exercises of lesson 04, honest validation."""

from __future__ import annotations

from collections.abc import Callable
from math import comb
from typing import Any

import numpy as np
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline
from scipy import stats
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from imbalance_lab.checks import Call, Exercise, Mistake, Quiz, Returned


def _split(X, y, random_state):
    """Return train and test parts, in the order of `train_test_split`."""
    return train_test_split(X, y, test_size=0.25, stratify=y, random_state=random_state)


def _copies(X, y, random_state):
    return RandomOverSampler(random_state=random_state).fit_resample(X, y)


def _auc(X_a, X_b, y_a, y_b):
    nearest = KNeighborsClassifier(n_neighbors=1).fit(X_a, y_a)
    return roc_auc_score(y_b, nearest.predict_proba(X_b)[:, 1])


def _leaky_auc(X, y, random_state):
    return _auc(*_split(*_copies(X, y, random_state), random_state))


def _clean_auc(X, y, random_state):
    X_a, X_b, y_a, y_b = _split(X, y, random_state)
    X_a, y_a = _copies(X_a, y_a, random_state)
    return _auc(X_a, X_b, y_a, y_b)


def _both_parts_copied(X, y, random_state):
    X_a, X_b, y_a, y_b = _split(X, y, random_state)
    (X_a, y_a), (X_b, y_b) = _copies(X_a, y_a, random_state), _copies(X_b, y_b, random_state)
    return _leaky_auc(X, y, random_state) - _auc(X_a, X_b, y_a, y_b)


def _not_stratified(X, y, random_state):
    def split(X, y):
        return train_test_split(X, y, test_size=0.25, random_state=random_state)

    X_a, X_b, y_a, y_b = split(X, y)
    X_a, y_a = _copies(X_a, y_a, random_state)
    return _auc(*split(*_copies(X, y, random_state))) - _auc(X_a, X_b, y_a, y_b)


LEAK_SIZE = Exercise(
    "leak_size",
    lesson="04",
    section="What leaked: twins",
    arguments=("X", "y", "random_state"),
    mistakes=(
        Mistake(
            "the difference has the wrong sign",
            "A leak that flatters is positive: it is what the leaky score has too much.",
            wrong=lambda X, y, random_state: (
                _clean_auc(X, y, random_state) - _leaky_auc(X, y, random_state)
            ),
        ),
        Mistake(
            "the leaky score itself",
            "A score is no leak yet. Take from it what the same model reaches when no copy can"
            " cross the split.",
            wrong=_leaky_auc,
        ),
        Mistake(
            "the honest score itself",
            "That is what the model is worth. The question is by how much the other order of steps"
            " overstates it.",
            wrong=_clean_auc,
        ),
        Mistake(
            "the test part of the honest run is resampled too",
            "After the split only the training part gets copies. The test part stays as it came.",
            wrong=_both_parts_copied,
        ),
        Mistake(
            "the splits are not stratified",
            "The contract asks for stratified splits, so that both runs are judged on the share of"
            " positives that they should have.",
            wrong=_not_stratified,
        ),
    ),
)


def _honest_steps(random_state, scaler=None):
    """Return an unfitted pipeline; shown in the section before the exercise."""
    return make_pipeline(
        StandardScaler() if scaler is None else scaler,
        RandomOverSampler(random_state=random_state),
        LogisticRegression(max_iter=1000),
    )


def _without_sampler():
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))


def _sampler_before_split(X, y, train, random_state):
    return _without_sampler().fit(*_copies(np.asarray(X), y, random_state))


def _scaler_saw_all(X, y, train, random_state):
    X, y = np.asarray(X), np.asarray(y)
    scaler = FrozenEstimator(StandardScaler().fit(X))
    return _honest_steps(random_state, scaler).fit(X[train], y[train])


def _copies_first(X, y, train, random_state):
    return make_pipeline(RandomOverSampler(random_state=random_state), _without_sampler()).fit(
        np.asarray(X)[train], np.asarray(y)[train]
    )


HONEST_PIPELINE = Exercise(
    "honest_pipeline",
    lesson="04",
    section="A pipeline keeps the order",
    arguments=("X", "y", "train", "random_state"),
    mistakes=(
        Mistake(
            "the sampler is not in the pipeline",
            "Fitted on other rows, what you return makes no copies of them. Cross-validation fits"
            " it anew on every fold, so the sampler has to be one of its steps.",
            wrong=lambda X, y, train, random_state: _without_sampler().fit(
                np.asarray(X)[train], np.asarray(y)[train]
            ),
        ),
        Mistake(
            "the sampler ran before the split",
            "Copies of all rows, the later test rows too, went into what was learned. Copies may"
            " be made of training rows only.",
            wrong=_sampler_before_split,
        ),
        Mistake(
            "the pipeline has seen all rows",
            "`train` names the rows that may be learned from. The others are for judging.",
            wrong=lambda X, y, train, random_state: _honest_steps(random_state).fit(X, y),
        ),
        Mistake(
            "the scaler has seen all rows",
            "Mean and standard deviation are learned too, so they may come from the training rows"
            " only.",
            wrong=_scaler_saw_all,
        ),
        Mistake(
            "the copies are made before the scaler learns",
            "Then rare rows count several times in the mean and the standard deviation. The"
            " contract asks for scaling first.",
            wrong=_copies_first,
        ),
    ),
)


def _one_given(n_samples, n_positives, n_folds):
    return comb(n_samples - n_positives, n_samples // n_folds) / comb(
        n_samples, n_samples // n_folds
    )


def _complement(call: Call, expected: Any, outcome: Any) -> bool:
    value = outcome.value if isinstance(outcome, Returned) else None
    return isinstance(value, int | float) and bool(np.isclose(value + expected, 1))


PROBABILITY_OF_EMPTY_FOLD = Exercise(
    "probability_of_empty_fold",
    lesson="04",
    section="How likely is a fold without a positive?",
    arguments=("n_samples", "n_positives", "n_folds"),
    mistakes=(
        Mistake(
            "the chance that one given fold is empty",
            "That is the chance for one fold that you pick beforehand. Any of the folds can be the"
            " empty one.",
            wrong=_one_given,
        ),
        Mistake(
            "the chances of the folds are added up",
            "Where two folds are empty at once, the sum counts that case twice. It can even exceed"
            " 1.",
            wrong=lambda n_samples, n_positives, n_folds: (
                n_folds * _one_given(n_samples, n_positives, n_folds)
            ),
        ),
        Mistake(
            "the folds are treated as independent",
            "They share the same positives: a positive that is in one fold is missing in the"
            " others.",
            wrong=lambda n_samples, n_positives, n_folds: (
                1 - (1 - _one_given(n_samples, n_positives, n_folds)) ** n_folds
            ),
        ),
        Mistake(
            "the chance that no fold is empty",
            "You have answered the opposite question: how likely is it that every fold has a"
            " positive?",
            when=_complement,
        ),
    ),
)


def _by_class(value: Any, call: Call) -> dict[Any, np.ndarray] | None:
    """Return the fold numbers of each class's rows in order, None where there are none."""
    y = np.asarray(call.args[0])
    try:
        folds = np.asarray(value)
    except ValueError:  # lists of different lengths
        return None
    if folds.shape != y.shape or folds.dtype.kind not in "iu":
        return None
    return {label: folds[y == label] for label in np.unique(y)}


def _uneven(folds: np.ndarray, n_folds: int) -> bool:
    return bool(np.ptp(np.bincount(folds, minlength=n_folds)) > 1)


def _in_order(folds: np.ndarray, n_folds: int) -> bool:
    """Return whether rows were dealt round robin or in blocks, so that no chance is in it."""
    round_robin = np.array_equal(folds[:-n_folds], folds[n_folds:])
    return len(folds) >= 25 and bool(round_robin or (np.diff(folds) >= 0).all())


def _lists_of_rows(call: Call, expected: Any, outcome: Any) -> bool:
    value = outcome.value if isinstance(outcome, Returned) else None
    return (
        isinstance(value, list | tuple)
        and 1 < len(value) != len(call.args[0])
        and all(isinstance(part, list | tuple | np.ndarray) for part in value)
    )


def _counts_from_one(call: Call, expected: Any, outcome: Any) -> bool:
    classes = _by_class(outcome.value, call) if isinstance(outcome, Returned) else None
    return classes is not None and set(np.concatenate(list(classes.values()))) == set(
        range(1, call.args[1] + 1)
    )


def _classes_ignored(call: Call, expected: Any, outcome: Any) -> bool:
    classes = _by_class(outcome.value, call) if isinstance(outcome, Returned) else None
    if classes is None:
        return False
    together = np.concatenate(list(classes.values()))
    if together.min() < 0 or together.max() >= call.args[1] or _uneven(together, call.args[1]):
        return False
    return all(_uneven(folds, call.args[1]) for folds in classes.values())


def _dealt_in_order(call: Call, expected: Any, outcome: Any) -> bool:
    classes = _by_class(outcome.value, call) if isinstance(outcome, Returned) else None
    return classes is not None and any(_in_order(f, call.args[1]) for f in classes.values())


# What every right answer has, for the message.
EVENLY = "every class spread evenly over the folds, by chance, the same for the same seed"


def stratified_law() -> Callable[..., bool | str]:
    """Return the law that stratified folds obey; it remembers earlier answers to compare with."""
    seen: dict[Any, bytes] = {}

    def law(value: Any, y: Any, n_folds: int, random_state: int) -> bool | str:
        classes = _by_class(value, Call((y, n_folds)))
        if classes is None:
            return f"expected one whole number a row, {len(y)} in all"
        numbers = np.concatenate(list(classes.values()))
        if numbers.min() < 0 or numbers.max() >= n_folds:
            return f"fold numbers run from {numbers.min()} to {numbers.max()}"
        for label, folds in classes.items():
            if _uneven(folds, n_folds):
                counts = np.bincount(folds, minlength=n_folds).tolist()
                return f"rows of class {label!r} in each fold: {counts}"
            if _in_order(folds, n_folds):
                return f"the rows of class {label!r} were dealt in the order in which they came"
        data, answer = (tuple(np.asarray(y).tolist()), n_folds), np.asarray(value).tobytes()
        if seen.setdefault((*data, random_state), answer) != answer:
            return f"two calls with random_state={random_state} gave different folds"
        others = [
            folds for key, folds in seen.items() if key[:2] == data and key[2] != random_state
        ]
        if len(y) >= 25 and answer in others:
            return "another random_state gave the same folds"
        return True

    return law


STRATIFIED_FOLDS = Exercise(
    "stratified_folds",
    lesson="04",
    section="Stratified folds",
    arguments=("y", "n_folds", "random_state"),
    mistakes=(
        Mistake(
            "lists of rows instead of one fold number a row",
            "The contract asks for an array as long as `y` that says for each row in which fold it"
            " is judged.",
            when=_lists_of_rows,
        ),
        Mistake(
            "the folds are counted from 1",
            "The first fold has the number 0.",
            when=_counts_from_one,
        ),
        Mistake(
            "the classes are not told apart",
            "The folds are of equal size, but a rare class falls into them as it happens. Deal"
            " each class on its own.",
            when=_classes_ignored,
        ),
        Mistake(
            "the rows are dealt in the order in which they came",
            "If the table is sorted by anything, the folds inherit it. Let chance decide which"
            " rows of a class go where.",
            when=_dealt_in_order,
        ),
    ),
)


def _known(time, today, label_delay):
    return np.asarray(time, dtype=float) + label_delay <= today


def _ahead(time, today, horizon):
    time = np.asarray(time, dtype=float)
    return (time > today) & (time <= today + horizon)


def _rows(*masks):
    return tuple(np.flatnonzero(mask) for mask in masks)


def _assumes_order(time, today, label_delay, horizon):
    time = np.sort(np.asarray(time, dtype=float))
    return _rows(_known(time, today, label_delay), _ahead(time, today, horizon))


def _future_in_train(call: Call, expected: Any, outcome: Any) -> bool:
    try:
        train, test = (np.asarray(part) for part in outcome.value)
        time, today = np.asarray(call.args[0], dtype=float), call.args[1]
        if train.dtype.kind not in "iu" or test.dtype.kind not in "iu":
            return False
        return bool(np.any(time[train] > today) and np.any(time[test] <= today))
    except (AttributeError, TypeError, ValueError, IndexError):
        return False


TIME_SPLIT = Exercise(
    "time_split",
    lesson="04",
    section="Time: the future may not help",
    arguments=("time", "today", "label_delay", "horizon"),
    mistakes=(
        Mistake(
            "the two parts are swapped",
            "The first part is for training and holds the past, the second is the future.",
            wrong=lambda time, today, label_delay, horizon: _rows(
                _ahead(time, today, horizon), _known(time, today, label_delay)
            ),
        ),
        Mistake(
            "labels are used before they are known",
            "On the day `today` the label of a row is known only if `label_delay` days have passed"
            " since.",
            wrong=lambda time, today, label_delay, horizon: _rows(
                _known(time, today, 0), _ahead(time, today, horizon)
            ),
        ),
        Mistake(
            "the test part has no end",
            "It ends `horizon` days after `today`.",
            wrong=lambda time, today, label_delay, horizon: _rows(
                _known(time, today, label_delay), _ahead(time, today, np.inf)
            ),
        ),
        Mistake(
            "the rows are taken to be in order of time",
            "Positions are those of the rows as they came, and they may come in any order.",
            wrong=_assumes_order,
        ),
        Mistake(
            "the future is shuffled into the past",
            "Some training rows are later than `today`, and some test rows earlier. No model had"
            " such a training set on that day.",
            when=_future_in_train,
        ),
    ),
)


def _t_interval(values, variance_of_mean):
    mean = float(np.mean(values))
    half = float(stats.t.ppf(0.975, len(values) - 1) * np.sqrt(variance_of_mean))
    return mean - half, mean + half


def _gains(scores_a, scores_b):
    return np.asarray(scores_b, dtype=float) - np.asarray(scores_a, dtype=float)


def _uncorrected(scores_a, scores_b, n_train, n_test):
    gains = _gains(scores_a, scores_b)
    return _t_interval(gains, np.var(gains, ddof=1) / len(gains))


def _inverted_ratio(scores_a, scores_b, n_train, n_test):
    gains = _gains(scores_a, scores_b)
    return _t_interval(gains, np.var(gains, ddof=1) * (1 / len(gains) + n_train / n_test))


def _correction_alone(scores_a, scores_b, n_train, n_test):
    gains = _gains(scores_a, scores_b)
    return _t_interval(gains, np.var(gains, ddof=1) * n_test / n_train)


def _not_paired(scores_a, scores_b, n_train, n_test):
    both = np.var(scores_a, ddof=1) + np.var(scores_b, ddof=1)
    return _t_interval(_gains(scores_a, scores_b), both * (1 / len(scores_a) + n_test / n_train))


def _other_way_round(call: Call, expected: Any, outcome: Any) -> bool:
    try:
        low, high = outcome.value
        return bool(np.allclose([-high, -low], expected, atol=1e-3))
    except (AttributeError, TypeError, ValueError):
        return False


COMPARE_MODELS = Exercise(
    "compare_models",
    lesson="04",
    section="How sure is a cross-validated score?",
    arguments=("scores_a", "scores_b", "n_train", "n_test"),
    mistakes=(
        Mistake(
            "A minus B instead of B minus A",
            "The interval should be positive where B is better.",
            when=_other_way_round,
        ),
        Mistake(
            "the scores are treated as independent",
            "They share most of their training rows, so each new one tells less than a fresh"
            " experiment would. The correction for that is missing.",
            wrong=_uncorrected,
        ),
        Mistake(
            "the ratio of the two sizes is inverted",
            "A larger test part, and so a smaller training part, makes the correction larger.",
            wrong=_inverted_ratio,
        ),
        Mistake(
            "the correction replaces the usual term",
            "The correction is added to what independent scores would have: both count.",
            wrong=_correction_alone,
        ),
        Mistake(
            "the pairs are torn apart",
            "The two variances are added as if the models had been judged on different splits. What"
            " counts is how much the difference varies from split to split.",
            wrong=_not_paired,
        ),
    ),
)

QUIZ = Quiz("04")
