"""Answer keys of lesson 04, honest validation; its hidden hospitals, and the routes on them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from math import comb
from typing import Any

import numpy as np
import pandas as pd
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline
from scipy import stats
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.model_selection import (
    StratifiedGroupKFold,
    StratifiedKFold,
    cross_val_score,
    train_test_split,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from imbalance_lab.checks import Call, Question
from imbalance_lab.exercises import honest_validation as exercises
from imbalance_lab.exercises import hospitals
from imbalance_oracles import secret
from imbalance_oracles.key import Key

# --- leak_size ------------------------------------------------------------------------------------


def _split(X: Any, y: Any, random_state: int, stratified: bool = True) -> Any:
    by = y if stratified else None
    return train_test_split(X, y, test_size=0.25, stratify=by, random_state=random_state)


def _copies(X: Any, y: Any, random_state: int) -> Any:
    return RandomOverSampler(random_state=random_state).fit_resample(X, y)


def _score(X_train: Any, X_test: Any, y_train: Any, y_test: Any) -> float:
    """Return the AUC of a nearest neighbour: of answers 0 or 1 it is the balanced accuracy.

    A nearest neighbour does not notice copies in its training part, so the honest run needs none.
    """
    if len(set(y_test)) < 2:
        raise ValueError("there is no AUC of one class")
    nearest = KNeighborsClassifier(n_neighbors=1).fit(X_train, y_train)
    return float(balanced_accuracy_score(y_test, nearest.predict(X_test)))


def _leaky(X: Any, y: Any, random_state: int, stratified: bool = True) -> float:
    return _score(*_split(*_copies(X, y, random_state), random_state, stratified))


def _honest(X: Any, y: Any, random_state: int, stratified: bool = True) -> float:
    return _score(*_split(X, y, random_state, stratified))


def _copied_test_part(X: Any, y: Any, random_state: int) -> float:
    X_train, X_test, y_train, y_test = _split(X, y, random_state)
    X_test, y_test = _copies(X_test, y_test, random_state)
    return _score(X_train, X_test, y_train, y_test)


def _overlapping(rng: np.random.Generator) -> list[Call]:
    """Return small tables in which the classes overlap, rare classes of several sizes."""
    calls = []
    for n_common, n_rare, n_features in [(36, 8, 2), (30, 12, 3), (45, 6, 2), (28, 9, 4)] * 2:
        y = rng.permutation([0] * n_common + [1] * n_rare)
        X = (rng.normal(size=(len(y), n_features)) + 0.8 * y[:, None]).round(4)
        calls.append(Call((X, y, int(rng.integers(1, 1000)))))
    return calls


_NEAR = np.array([0, -2, -1.9, -1.8, 1.8, 1.9, 2])
_LONELY = np.concatenate([_NEAR + centre for centre in (10, 20, 30, 40)]).reshape(-1, 1)

LEAK_SIZE = Key(
    exercises.LEAK_SIZE,
    right=lambda X, y, random_state: _leaky(X, y, random_state) - _honest(X, y, random_state),
    inputs=_overlapping,
    by_hand=[Call((_LONELY, np.tile([1, 0, 0, 0, 0, 0, 0], 4), 0))],
    wrong={
        "the difference has the wrong sign": lambda X, y, random_state: (
            _honest(X, y, random_state) - _leaky(X, y, random_state)
        ),
        "the leaky score itself": _leaky,
        "the honest score itself": _honest,
        "the test part of the honest run is resampled too": lambda X, y, random_state: (
            _leaky(X, y, random_state) - _copied_test_part(X, y, random_state)
        ),
        "the splits are not stratified": lambda X, y, random_state: (
            _leaky(X, y, random_state, False) - _honest(X, y, random_state, False)
        ),
    },
)


# --- probability_of_empty_fold --------------------------------------------------------------------


def by_ways_to_fill(n_samples: int, n_positives: int, n_folds: int) -> float:
    """Return 1 minus the share of ways in which every fold gets a positive, fold after fold."""
    size = n_samples // n_folds
    ways = {0: 1}
    for _ in range(n_folds):
        after: dict[int, int] = {}
        for used, count in ways.items():
            for more in range(1, min(size, n_positives - used) + 1):
                after[used + more] = after.get(used + more, 0) + count * comb(size, more)
        ways = after
    return float(1 - Fraction(ways.get(n_positives, 0), comb(n_samples, n_positives)))


def _dealt(rng: np.random.Generator) -> list[Call]:
    """Return few and many folds, small and large; too few positives, just enough, and all."""
    k = int(rng.integers(2, 6))
    small = [(4 * k, k + 2, 2), (6 * k, 5, 3), (5 * k, 7, 5), (10 * k, 12, 10)]
    edges = [(6 * k, 2, 3), (4 * k, 4, 4), (3 * k, 1, 3), (5 * k, 5 * k, 5), (2 * k, k + 1, 2)]
    positives = int(rng.integers(8, 16))
    large = [(200 * k, positives, 5), (100 * k, 2 * positives, 10), (400, 45, 20)]
    return [Call(counts) for counts in (*small, *edges, *large)]


def _empty(n_samples: int, n_positives: int, n_folds: int, given: int) -> Fraction:
    """Return the chance that so many given folds are empty."""
    left = n_samples - given * (n_samples // n_folds)
    return Fraction(comb(left, n_positives), comb(n_samples, n_positives))


def _independent(n_samples: int, n_positives: int, n_folds: int) -> float:
    return float(1 - (1 - _empty(n_samples, n_positives, n_folds, 1)) ** n_folds)


def _first_terms(n_samples: int, n_positives: int, n_folds: int, terms: int) -> float:
    args = n_samples, n_positives, n_folds
    return float(
        sum((-1) ** (j + 1) * comb(n_folds, j) * _empty(*args, j) for j in range(1, terms + 1))
    )


def _each_on_its_own(n_samples: int, n_positives: int, n_folds: int) -> float:
    """Return what comes if each positive picked its fold without regard to the room in it."""
    return float(
        sum(
            (-1) ** (j + 1) * comb(n_folds, j) * Fraction(n_folds - j, n_folds) ** n_positives
            for j in range(1, n_folds + 1)
        )
    )


PROBABILITY_OF_EMPTY_FOLD = Key(
    exercises.PROBABILITY_OF_EMPTY_FOLD,
    right=by_ways_to_fill,
    inputs=_dealt,
    by_hand=[Call((9, 3, 3)), Call((20, 3, 5))],
    wrong={
        "the chance that one given fold is empty": lambda n_samples, n_positives, n_folds: float(
            _empty(n_samples, n_positives, n_folds, 1)
        ),
        "the chances of the folds are added up": lambda n_samples, n_positives, n_folds: (
            _first_terms(n_samples, n_positives, n_folds, terms=1)
        ),
        "the folds are treated as independent": _independent,
        "the correction ends with pairs of folds": lambda n_samples, n_positives, n_folds: (
            _first_terms(n_samples, n_positives, n_folds, terms=2)
        ),
        "every positive picks its fold on its own": _each_on_its_own,
        "the chance that no fold is empty": lambda n_samples, n_positives, n_folds: (
            1 - by_ways_to_fill(n_samples, n_positives, n_folds)
        ),
    },
)


# --- honest_auc -----------------------------------------------------------------------------------

#: Hidden hospitals with something to learn, and without.
HOSPITALS_OF_EACH_KIND = 3
#: What it may be worth to have patients on both sides, as a share of what the reference is worth.
MOST_BY_ROWS = 0.6


def hidden_hospitals() -> dict[int, dict[str, float]]:
    """Return what known routes say of the hidden hospitals, and what came, by the seed of each."""
    return _drawn(secret.current())


@cache
def _drawn(course: str) -> dict[int, dict[str, float]]:
    """Draw hospitals from a secret, only such on which luck decides little.

    With 40 ill patients an honest audit can miss by far, and a report can come true; such hospitals
    are passed over. Where patients on both sides hardly matter at all of them together, one
    after the other gives way. The seeds have 128 bits, so that nobody can try them all.
    """

    def look(seed: int, missing: list[bool]) -> tuple[bool, dict[str, float]] | None:
        honest, came = audited(seed), on_new_patients(seed)
        kind = bool(came > 0.62)
        clear = abs(honest - came) < 0.04
        return (kind, routes(seed)) if clear and kind in missing else None

    def suits(drawn: dict[int, dict[str, float]]) -> bool:
        rows, best = (
            sum(
                hospitals.WORTH - abs(said[route] - said[hospitals.CAME]) for said in drawn.values()
            )
            for route in (hospitals.ROWS, hospitals.REFERENCE)
        )
        return rows < MOST_BY_ROWS * best

    wanted = dict.fromkeys((True, False), HOSPITALS_OF_EACH_KIND)
    return secret.of_each_kind(secret.long_seeds(course, "hospitals"), wanted, look, suits)


def routes(seed: int) -> dict[str, float]:
    """Return what known routes say of one hospital, and what came."""
    X, y, *_ = hospitals.hospital(seed)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    fitted = _detector().fit(X, y)
    copied = _copies(StandardScaler().fit_transform(X), y, 0)
    return {
        hospitals.REPORT: _cross_validated(KNeighborsClassifier(5), *copied, folds),
        hospitals.ROWS: _cross_validated(_detector(), X, y, folds),
        hospitals.MEMORY: float(roc_auc_score(y, fitted.predict_proba(X)[:, 1])),
        hospitals.REFERENCE: audited(seed),
        hospitals.CAME: on_new_patients(seed),
    }


def audited(seed: int) -> float:
    """Return the reference's audit: five folds of patients, the sampler inside."""
    X, y, patient, *_ = hospitals.hospital(seed)
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=0)
    return _cross_validated(_detector(), X, y, folds, patient)


def on_new_patients(seed: int) -> float:
    """Return the ROC AUC on the patients that came later."""
    one = hospitals.hospital(seed)
    scores = _detector().fit(one.X, one.y).predict_proba(one.X_new)[:, 1]
    return float(roc_auc_score(one.y_new, scores))


def _detector() -> Any:
    sampler = RandomOverSampler(random_state=0)
    return make_pipeline(StandardScaler(), sampler, KNeighborsClassifier(5))


def _cross_validated(model: Any, X: Any, y: Any, folds: Any, groups: Any = None) -> float:
    scores = cross_val_score(model, X, y, groups=groups, cv=folds, scoring="roc_auc")
    return float(scores.mean())


# --- compare_models -------------------------------------------------------------------------------


def widened_t_interval(
    scores_a: Any, scores_b: Any, n_train: int, n_test: int
) -> tuple[float, float]:
    """Return the paired t-interval, widened by the factor of Nadeau and Bengio."""
    gains = np.array(list(scores_b), dtype=float) - np.array(list(scores_a), dtype=float)
    plain = stats.ttest_1samp(gains, 0).confidence_interval(0.95)
    half = (plain.high - plain.low) / 2 * np.sqrt(1 + len(gains) * n_test / n_train)
    return float(gains.mean() - half), float(gains.mean() + half)


def _scores_by_split(rng: np.random.Generator) -> list[Call]:
    """Return scores on few and many splits, B ahead or behind, with parts of many sizes."""

    def on_splits(count: int, ahead: float) -> tuple[Any, Any]:
        a = rng.beta(8, 3, size=count).round(3)
        b = (a + rng.normal(ahead, 0.02, size=count)).round(3)
        # As the contract says, not all differences are equal; not nearly either.
        return (a, b) if np.ptp(b - a) > 0.002 else on_splits(count, ahead)

    calls = []
    sizes = [(5, 80, 20), (20, 240, 60), (10, 900, 100), (3, 70, 30), (2, 50, 50), (8, 30, 60)]
    for number, (count, n_train, n_test) in enumerate([*sizes, (5, 160, 40), (12, 500, 50)]):
        a, b = on_splits(count, (-1) ** number * 0.03)
        if number % 4 == 1:
            a, b = a.tolist(), b.tolist()
        if number % 4 == 2:
            a, b = (pd.Series(s, index=rng.permutation(count)) for s in (a, b))
        calls.append(Call((a, b, n_train, n_test)))
    return [*calls, Call(([0, 1, 1], [1, 1, 0], 20, 10))]


def _around(
    gains: Any, variance_of_mean: float, quantile: float | None = None
) -> tuple[float, float]:
    t = stats.t.ppf(0.975, len(gains) - 1) if quantile is None else quantile
    half = float(t * np.sqrt(variance_of_mean))
    return float(np.mean(gains)) - half, float(np.mean(gains)) + half


def _interval(
    correction: Callable[[float, int, int], float], ddof: int = 1, quantile: float | None = None
) -> Callable[..., tuple[float, float]]:
    """Return an interval with this factor, from the number of splits and both sizes."""

    def compare(scores_a: Any, scores_b: Any, n_train: int, n_test: int) -> tuple[float, float]:
        gains = np.array(list(scores_b), dtype=float) - np.array(list(scores_a), dtype=float)
        factor = correction(len(gains), n_train, n_test)
        return _around(gains, np.var(gains, ddof=ddof) * factor, quantile)

    return compare


def _corrected(splits: float, n_train: int, n_test: int) -> float:
    return 1 / splits + n_test / n_train


def _not_paired(scores_a: Any, scores_b: Any, n_train: int, n_test: int) -> tuple[float, float]:
    a, b = (np.array(list(scores), dtype=float) for scores in (scores_a, scores_b))
    both = np.var(a, ddof=1) + np.var(b, ddof=1)
    return _around(b - a, both * _corrected(len(a), n_train, n_test))


COMPARE_MODELS = Key(
    exercises.COMPARE_MODELS,
    right=widened_t_interval,
    inputs=_scores_by_split,
    by_hand=[Call(([0.5, 0.7], [0.6, 1.0], 100, 25))],
    wrong={
        "A minus B instead of B minus A": lambda scores_a, scores_b, n_train, n_test: (
            widened_t_interval(scores_b, scores_a, n_train, n_test)
        ),
        "the scores are treated as independent": _interval(lambda J, n_train, n_test: 1 / J),
        "the ratio of the two sizes is inverted": _interval(
            lambda J, n_train, n_test: 1 / J + n_train / n_test
        ),
        "the correction replaces the usual term": _interval(
            lambda J, n_train, n_test: n_test / n_train
        ),
        "the pairs are torn apart": _not_paired,
        "the test part as a share of all rows": _interval(
            lambda J, n_train, n_test: 1 / J + n_test / (n_train + n_test)
        ),
        "the sum of squares is divided by the number of splits": _interval(_corrected, ddof=0),
        "the quantile of the normal distribution": _interval(_corrected, quantile=1.96),
    },
    rel=1e-4,
)


LESSON = "04"
QUIZ = {
    1: Question(
        right="c",
        mistakes={
            "a": "It leaks unless *both* of its twins are held out with it.",
            "b": "That is the share of rows that train. One of the twins among them is enough.",
            "d": "You have counted three twins; there are two, and 13 other rows.",
        },
        section="What leaked: twins",
    ),
    2: Question(
        right="c",
        mistakes={
            "a": "Compare the rows of the picture whose data have no `n_informative=0`.",
            "b": "These are the rows for noise, on which the logistic regression leaks more.",
            "d": "Read the two means beside the picture once more, and divide.",
        },
        section="Which models leak, and how much?",
    ),
    3: Question(
        right="b",
        mistakes={
            "a": "That is the chance for one fold that you pick beforehand; either can be empty.",
            "c": "Each positive falls into either fold with a chance of one half. All of them have"
            " to fall into the same one.",
            "d": "That would be the chance for two positives. With more it is much smaller.",
        },
        section="How likely is a fold without a positive?",
    ),
    4: Question(
        right="b",
        mistakes={
            "a": "Compare 1/10 with 1/10 plus the test rows by the training rows. The width grows"
            " with the root of these.",
            "c": "That is the root of 10. What is added to 1/10, and how much larger is the sum?",
            "d": "That is the factor of the variance. A width grows with its root.",
        },
        section="How sure is a difference?",
    ),
    5: Question(
        right="b",
        mistakes={
            "a": "With folds of readings the model can recognise the machine instead of the fault.",
            "c": "The order of days is kept, but readings of the same machine are on both sides.",
            "d": "Repeating a split that leaks repeats the leak, only with a narrower interval.",
        },
        section="Groups: rows that know each other",
    ),
}
