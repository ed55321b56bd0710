"""Exercises of lesson 04, honest validation."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from imbalance_lab.checks import Call, Exercise, Law, Mistake, Outcome, Quiz, Returned
from imbalance_lab.exercises.inputs import ARRAYS, INDEX, LISTS

LEAK_SIZE = Exercise(
    "leak_size",
    lesson="04",
    section="What leaked: twins",
    arguments=("X", "y", "random_state"),
    mistakes=(
        Mistake(
            "the difference has the wrong sign",
            "A leak that flatters is positive: it is what the leaky score has too much.",
        ),
        Mistake(
            "the leaky score itself",
            "A score is no leak yet. Take from it what the same model reaches when no copy can"
            " cross the split.",
        ),
        Mistake(
            "the honest score itself",
            "That is what the model is worth. The question is by how much the other order of steps"
            " overstates it.",
        ),
        Mistake(
            "the test part of the honest run is resampled too",
            "After the split only the training part gets copies. The test part stays as it came.",
        ),
        Mistake(
            "the splits are not stratified",
            "The contract asks for stratified splits, so that both runs are judged on the share of"
            " positives that they should have.",
        ),
    ),
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
        ),
        Mistake(
            "the sampler ran before the split",
            "Copies of all rows, the later test rows too, went into what was learned. Copies may"
            " be made of training rows only.",
        ),
        Mistake(
            "the pipeline has seen all rows",
            "`train` names the rows that may be learned from. The others are for judging.",
        ),
        Mistake(
            "the scaler has seen all rows",
            "Mean and standard deviation are learned too, so they may come from the training rows"
            " only.",
        ),
        Mistake(
            "the copies are made before the scaler learns",
            "Then rare rows count several times in the mean and the standard deviation. The"
            " contract asks for scaling first.",
        ),
        Mistake(
            "nothing is scaled",
            "The contract asks for a scaler as the first step. Without it the penalty of the"
            " regression weighs on each feature by its unit.",
        ),
    ),
)


def _number(outcome: Outcome) -> float | None:
    value = outcome.value if isinstance(outcome, Returned) else None
    return float(value) if isinstance(value, int | float) else None


def _simulated(call: Call, expected: Any, outcome: Outcome) -> bool:
    """Return whether a value is near, and a number of hits in some thousand runs."""
    value = _number(outcome)
    if value is None or not 0 < abs(value - expected) < 0.05:
        return False
    if any(value == round(expected, digits) for digits in range(2, 7)):
        return False  # it was rounded
    many, few = (
        any(abs(value * runs - round(value * runs)) < 1e-9 * runs for runs in numbers)
        for numbers in ((3000, 10_000, 100_000), (400,))
    )
    return many and not few


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
        ),
        Mistake(
            "the chances of the folds are added up",
            "Where two folds are empty at once, the sum counts that case twice. It can even exceed"
            " 1.",
        ),
        Mistake(
            "the folds are treated as independent",
            "They share the same positives: a positive that is in one fold is missing in the"
            " others.",
        ),
        Mistake(
            "the correction ends with pairs of folds",
            "Three folds can be empty at once too, and then the pairs among them were taken away"
            " too often.",
        ),
        Mistake(
            "every positive picks its fold on its own",
            "Folds have equal size, so a fold that holds many positives has room for fewer more.",
        ),
        Mistake(
            "the chance that no fold is empty",
            "You have answered the opposite question: how likely is it that every fold has a"
            " positive?",
        ),
        Mistake(
            "a simulation instead of the exact value",
            "A simulation gives the value with an error that shrinks only slowly with the number of"
            " runs. It is a good way to check an exact answer, which the contract asks for.",
            when=_simulated,
        ),
    ),
)


def _by_class(value: Any, y: Any) -> dict[Any, np.ndarray] | None:
    """Return the fold numbers of each class's rows in order, None where there are none."""
    labels = np.asarray(y)
    try:
        folds = np.asarray(value)
    except ValueError:  # lists of different lengths
        return None
    if folds.shape != labels.shape or folds.dtype.kind not in "iu":
        return None
    return {label: folds[labels == label] for label in np.unique(labels)}


def _uneven(folds: np.ndarray, n_folds: int) -> bool:
    return bool(np.ptp(np.bincount(folds, minlength=n_folds)) > 1)


def _lists_of_rows(call: Call, expected: Any, outcome: Outcome) -> bool:
    value = outcome.value if isinstance(outcome, Returned) else None
    return (
        isinstance(value, list | tuple)
        and 1 < len(value) != len(call.args[0])
        and all(isinstance(part, list | tuple | np.ndarray) for part in value)
    )


def _numbers(call: Call, outcome: Outcome) -> set[int]:
    """Return the fold numbers that came, none where they are no fold numbers."""
    classes = _by_class(outcome.value, call.args[0]) if isinstance(outcome, Returned) else None
    return set() if classes is None else {int(n) for part in classes.values() for n in part}


def _counts_from_one(call: Call, expected: Any, outcome: Outcome) -> bool:
    return _numbers(call, outcome) == set(range(1, call.args[1] + 1))


def _classes_ignored(call: Call, expected: Any, outcome: Outcome) -> bool:
    """Return whether all rows together are dealt evenly, but not those of each class."""
    classes = _by_class(outcome.value, call.args[0]) if isinstance(outcome, Returned) else None
    n_folds = call.args[1]
    if classes is None or n_folds < 3 or not _numbers(call, outcome) <= set(range(n_folds)):
        return False
    together = np.concatenate([*classes.values()])
    each = any(_uneven(folds, n_folds) for folds in classes.values())
    return each and not _uneven(together, n_folds)


def _evenly(value: Any, y: Any, n_folds: int, random_state: int) -> bool | str:
    classes = _by_class(value, y)
    if classes is None:
        return f"expected one whole number a row, {len(y)} in all"
    numbers = np.concatenate([*classes.values()])
    if numbers.min() < 0 or numbers.max() >= n_folds:
        return f"fold numbers run from {numbers.min()} to {numbers.max()}"
    for label, folds in classes.items():
        if _uneven(folds, n_folds):
            counts = np.bincount(folds, minlength=n_folds).tolist()
            return f"rows of class {str(label)!r} in each fold: {counts}"
    return True


def _not_in_order(value: Any, y: Any, n_folds: int, random_state: int) -> bool | str:
    for label, folds in (_by_class(value, y) or {}).items():
        round_robin = np.array_equal(folds[:-n_folds], folds[n_folds:])
        if round_robin or not (np.diff(folds) < 0).any() or not (np.diff(folds) > 0).any():
            return f"the rows of class {str(label)!r} were dealt in the order in which they came"
    return True


class _SeedDecides:
    """Law for calls that come in pairs, of which each has a random_state of its own."""

    def __init__(self) -> None:
        self._seen: dict[int, list[int]] = {}

    def __call__(self, value: Any, y: Any, n_folds: int, random_state: int) -> bool | str:
        """Compare the folds with those of the calls before."""
        folds = np.asarray(value).tolist()
        if self._seen.setdefault(random_state, folds) != folds:
            return f"two calls with random_state={random_state} gave different folds"
        others = [seen for seed, seen in self._seen.items() if seed != random_state]
        return folds not in others or "another random_state gave the same folds"


class _AnyRowAnywhere:
    """Law for many calls that differ in their random_state alone."""

    CALLS = 60

    def __init__(self) -> None:
        self._folds: list[np.ndarray] = []

    def __call__(self, value: Any, y: Any, n_folds: int, random_state: int) -> bool | str:
        """Look at where each row and each pair of rows has been, once all calls are made."""
        self._folds.append(np.asarray(value))
        if len(self._folds) < self.CALLS:
            return True
        folds, labels = np.array(self._folds), np.asarray(y)
        if any(len(set(column)) < n_folds for column in folds.T.tolist()):
            return f"over {self.CALLS} seeds, some row never came to some fold"
        for a, b in combinations(range(len(labels)), 2):
            together = folds[:, a] == folds[:, b]
            if labels[a] == labels[b] and (together.all() or not together.any()):
                often = "always" if together.all() else "never"
                return f"over {self.CALLS} seeds, rows {a} and {b} were {often} in the same fold"
        return True


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
    ),
    laws={
        "evenly": Law(_evenly, "every class spread evenly over the folds"),
        "not in order": Law(
            _not_in_order,
            "folds in which the order of the table does not show",
            shows=Mistake(
                "the rows are dealt in the order in which they came",
                "If the table is sorted by anything, the folds inherit it. Let chance decide which"
                " rows of a class go where.",
            ),
        ),
        "seeds": Law(
            _SeedDecides,
            "the same folds for the same random_state, other ones for another",
            shows=Mistake(
                "random_state does not decide",
                "Make your source of random numbers from the `random_state` that came, inside the"
                " function, and draw from no other.",
            ),
        ),
        "chance": Law(
            _AnyRowAnywhere,
            "over many seeds, each row in each fold, any two rows of a class together and apart",
        ),
    },
    from_scratch=(
        "StratifiedKFold",
        "RepeatedStratifiedKFold",
        "StratifiedGroupKFold",
        "StratifiedShuffleSplit",
        "check_cv",
    ),
)


def _parts(outcome: Outcome) -> list[np.ndarray]:
    """Return both parts as arrays, none where they are no two columns."""
    value = outcome.value if isinstance(outcome, Returned) else None
    if not isinstance(value, list | tuple) or len(value) != 2:
        return []
    columns = [part for part in value if isinstance(part, list | tuple | np.ndarray)]
    return [np.asarray(part) for part in columns] if len(columns) == 2 else []


def _masks(call: Call, expected: Any, outcome: Outcome) -> bool:
    parts = _parts(outcome)
    return bool(parts) and all(part.dtype == bool for part in parts)


def _future_in_train(call: Call, expected: Any, outcome: Outcome) -> bool:
    """Return whether positions came that mix before and after `today` in both parts."""
    parts, time = _parts(outcome), np.asarray(call.args[0], dtype=float)
    if not parts or any(part.dtype.kind not in "iu" or part.ndim != 1 for part in parts):
        return False
    if any(len(part) and not 0 <= part.min() <= part.max() < len(time) for part in parts):
        return False
    late = [time[part] > call.args[1] for part in parts]
    return bool(late[0].any() and not late[0].all() and late[1].any() and not late[1].all())


TIME_SPLIT = Exercise(
    "time_split",
    lesson="04",
    section="Time: the future may not help",
    arguments=("time", "today", "label_delay", "horizon"),
    mistakes=(
        Mistake(
            "the two parts are swapped",
            "The first part is for training and holds the past, the second is the future.",
        ),
        Mistake(
            "labels are used before they are known",
            "On the day `today` the label of a row is known only if `label_delay` days have passed"
            " since.",
        ),
        Mistake(
            "the test part has no end",
            "It ends `horizon` days after `today`.",
        ),
        Mistake(
            "the rows are taken to be in order of time",
            "Positions are those of the rows as they came, and they may come in any order.",
        ),
        Mistake(
            "the days themselves instead of positions",
            "The contract asks where the rows stand in `time`, so that rows of X and y can be"
            " picked.",
        ),
        Mistake(
            "a label that becomes final today is not used",
            "Read again in the contract whether the last day belongs to it.",
        ),
        Mistake(
            "rows of today are tested",
            "The model is trained today, so the first row that it can be tested on is later.",
        ),
        Mistake(
            "the last day of the horizon is left out",
            "Read again in the contract whether the last day belongs to it.",
        ),
        INDEX,
        LISTS,
        Mistake(
            "masks instead of positions",
            "A mask says of each row whether it belongs. The contract asks for the positions of"
            " those that do.",
            when=_masks,
        ),
        Mistake(
            "the future is shuffled into the past",
            "Some training rows are later than `today`, and some test rows earlier. No model had"
            " such a training set on that day.",
            when=_future_in_train,
        ),
    ),
)


COMPARE_MODELS = Exercise(
    "compare_models",
    lesson="04",
    section="How sure is a cross-validated score?",
    arguments=("scores_a", "scores_b", "n_train", "n_test"),
    mistakes=(
        Mistake(
            "A minus B instead of B minus A",
            "The interval should be positive where B is better.",
        ),
        Mistake(
            "the scores are treated as independent",
            "They share most of their training rows, so each new one tells less than a fresh"
            " experiment would. The correction for that is missing.",
        ),
        Mistake(
            "the ratio of the two sizes is inverted",
            "A larger test part, and so a smaller training part, makes the correction larger.",
        ),
        Mistake(
            "the correction replaces the usual term",
            "The correction is added to what independent scores would have: both count.",
        ),
        Mistake(
            "the pairs are torn apart",
            "The two variances are added as if the models had been judged on different splits. What"
            " counts is how much the difference varies from split to split.",
        ),
        Mistake(
            "the test part as a share of all rows",
            "The correction compares the test part with the training part.",
        ),
        Mistake(
            "the sum of squares is divided by the number of splits",
            "The contract names another denominator. NumPy and pandas have different defaults for"
            " it.",
        ),
        Mistake(
            "the quantile of the normal distribution",
            "The variance itself is only estimated, from few splits, so the contract asks for a"
            " wider distribution.",
        ),
        INDEX,
        ARRAYS,
    ),
)

QUIZ = Quiz("04")
