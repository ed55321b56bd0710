"""Independent right values for lesson 04. Imported in hidden tests only."""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import Any

import numpy as np
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline
from numpy.polynomial import polynomial
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from imbalance_lab.checks import Call, Question, Step

__all__ = [
    "count_empty",
    "empty_fold",
    "interval_cases",
    "leak",
    "past_and_future",
    "pipeline_cases",
    "time_cases",
    "widened_t_interval",
]


def leak(X: Any, y: Any, random_state: int) -> float:
    """Return the leak of copies made before the split.

    The ROC AUC of answers that are 0 or 1 is their balanced accuracy, and a nearest neighbour
    does not notice copies in its training part.
    """
    sampler = RandomOverSampler(random_state=random_state)

    def score(X: Any, y: Any) -> float:
        X_train, X_test, y_train, y_test = train_test_split(
            X, y, test_size=0.25, stratify=y, random_state=random_state
        )
        nearest = KNeighborsClassifier(n_neighbors=1).fit(X_train, y_train)
        return float(balanced_accuracy_score(y_test, nearest.predict(X_test)))

    return score(*sampler.fit_resample(X, y)) - score(X, y)


def pipeline_cases() -> list[tuple[Call, Any]]:
    """Return questions to a fitted pipeline and the right probabilities.

    First about new rows, then about the same rows after it was fitted again on other ones.
    """
    cases = []
    for seed, (n_rows, n_features) in enumerate([(60, 3), (90, 5)]):
        rng = np.random.default_rng(400 + seed)
        X = rng.normal(size=(n_rows, n_features)) * [1, *range(3, 2 + n_features)] + seed
        y = (X[:, 0] + rng.normal(size=n_rows) > seed + 1.0).astype(int)
        X[y == 1, 1] += 4
        X_new = rng.normal(size=(7, n_features)) * 2
        train = sorted(rng.choice(n_rows, size=2 * n_rows // 3, replace=False).tolist())
        rest = np.setdiff1d(np.arange(n_rows), train)
        args = (X, y, train, seed + 5)
        predict = Step("predict_proba", (X_new,))
        again = Step("fit", (X[rest], y[rest]))
        cases.append((Call(args, then=(predict,)), _probabilities(X[train], y[train], X_new, seed)))
        cases.append(
            (Call(args, then=(again, predict)), _probabilities(X[rest], y[rest], X_new, seed))
        )
    return cases


def _probabilities(X: Any, y: Any, X_new: Any, seed: int) -> Any:
    pipeline = make_pipeline(
        StandardScaler(),
        RandomOverSampler(random_state=seed + 5),
        LogisticRegression(max_iter=1000),
    )
    return pipeline.fit(X, y).predict_proba(X_new)


def count_empty(n_samples: int, n_positives: int, n_folds: int) -> float:
    """Return the probability of an empty fold by going through every choice of positives."""
    choices = combinations(range(n_samples), n_positives)
    return float(np.mean([len({row % n_folds for row in rows}) < n_folds for rows in choices]))


def empty_fold(n_samples: int, n_positives: int, n_folds: int) -> float:
    """Return the probability of an empty fold by a generating function.

    The ways to give every fold at least one positive are a coefficient of a power of a
    polynomial, whose own coefficients count the ways within one fold.
    """
    size = n_samples // n_folds
    within = [0.0] + [float(comb(size, more)) for more in range(1, min(size, n_positives) + 1)]
    ways = polynomial.polypow(within, n_folds)
    return float(1 - ways[n_positives] / comb(n_samples, n_positives))


def past_and_future(
    time: Any, today: float, label_delay: float, horizon: float
) -> tuple[list[int], list[int]]:
    """Return positions of rows whose label is final, and of rows in the days ahead."""
    rows = list(enumerate(float(moment) for moment in time))
    train = [position for position, moment in rows if today - moment >= label_delay]
    return train, [position for position, moment in rows if 0 < moment - today <= horizon]


def time_cases(seed: int) -> list[Call]:
    """Return tables of days in any order, in half days so that ends are hit exactly."""
    rng = np.random.default_rng(seed)
    cases = []
    for make in (list, np.array, list, np.array):
        time = make((rng.integers(0, 80, size=rng.integers(25, 60)) / 2).tolist())
        label_delay, horizon = float(rng.integers(1, 12)) / 2, float(rng.integers(8, 20)) / 2
        cases.append(Call((time, float(rng.integers(24, 50)) / 2, label_delay, horizon)))
    return [*cases, Call(([4.0, 9.0, 2.0, 4.5, 12.0], 4, 0, 5))]


def widened_t_interval(
    scores_a: Any, scores_b: Any, n_train: int, n_test: int
) -> tuple[float, float]:
    """Return the paired t-interval, widened by the factor of Nadeau and Bengio."""
    plain = stats.ttest_rel(scores_b, scores_a).confidence_interval(0.95)
    middle, half = (plain.high + plain.low) / 2, (plain.high - plain.low) / 2
    half *= np.sqrt(1 + len(scores_a) * n_test / n_train)
    return middle - half, middle + half


def interval_cases(seed: int) -> list[Call]:
    """Return scores of two models on different numbers of splits, with parts of many sizes."""
    rng = np.random.default_rng(seed)
    cases = []
    for count, n_train, n_test in [(5, 80, 20), (20, 240, 60), (10, 900, 100), (3, 70, 30)]:
        scores_a = rng.beta(8, 3, size=count)
        scores_b = scores_a + rng.normal(0.03, 0.02, size=count)
        cases.append(Call((scores_a.tolist(), scores_b, n_train, n_test)))
    return cases


LESSON = "04"
QUIZ = {
    1: Question(
        right="c",
        mistakes={
            "a": "Forests do learn rare classes, but nobody can learn labels that were drawn"
            " without looking at the features.",
            "b": "The model was never told which rows are test rows; it had seen them under"
            " another row number.",
            "d": "Balance moves precision and F1. ROC AUC does not change with the share of"
            " positives (lesson 03), and it rose too.",
        },
        section="What leaked: twins",
    ),
    2: Question(
        right="b",
        mistakes={
            "a": "During `predict` the sampler is skipped. If it ran there, the number of"
            " predictions would not match the number of rows.",
            "c": "It runs in every `fit`, so once for each fold, each time on other training rows.",
            "d": "The test part is left alone: it keeps the prevalence of the world in which"
            " the model will work.",
        },
        section="A pipeline keeps the order",
    ),
    3: Question(
        right="a",
        mistakes={
            "b": "Stratified folds are even in their positives, yet the positives in each"
            " differ, and few positives mean a noisy score.",
            "c": "It changed the spread of average precision by little or nothing in the"
            " experiment. What it rules out is folds without positives.",
            "d": "With 8 positives in 5 folds an empty fold is likely without it: compute the"
            " probability.",
        },
        section="Stratified folds",
    ),
    4: Question(
        right="d",
        mistakes={
            "a": "Equal shares of the classes are not enough: the model can recognise the"
            " machine instead of the fault.",
            "b": "The order of days is kept, but rows of the same machine are still on both sides.",
            "c": "Repeating a split that leaks repeats the leak, only with a narrower interval.",
        },
        section="Groups: rows that know each other",
    ),
    5: Question(
        right="b",
        mistakes={
            "a": "The test part took part in the choice, so its score is no longer one on"
            " unseen rows.",
            "c": "0.5 is a choice as well and often a poor one. Tuning is right, on rows that"
            " do not judge.",
            "d": "Precision and F1 on a balanced test part describe a world in which every"
            " second case is positive.",
        },
        section="Choosing is learning too",
    ),
}
