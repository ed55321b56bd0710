"""Answer keys of lesson 04, honest validation."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
import pandas as pd
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline
from scipy import stats
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from imbalance_lab.checks import Call, Question, Step
from imbalance_lab.exercises import honest_validation as exercises
from imbalance_oracles import fresh
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


# --- honest_pipeline ------------------------------------------------------------------------------


def _model() -> LogisticRegression:
    return LogisticRegression(max_iter=1000)


def _steps(random_state: int, scaler: Any = None) -> Any:
    sampler = RandomOverSampler(random_state=random_state)
    return make_pipeline(scaler or StandardScaler(), sampler, _model())


def _rows_to_learn_from(rng: np.random.Generator) -> list[Call]:
    """Return tables of unlike scales; ask a fitted pipeline, and one that is fitted again."""
    calls = []
    for n_rows, n_features in [(30, 2), (40, 3), (36, 2), (45, 2)]:
        y = rng.permutation([0] * (n_rows - 10) + [1] * 10)
        scale = rng.uniform(1, 6, size=n_features).round(1)
        X = ((rng.normal(size=(n_rows, n_features)) + 0.9 * y[:, None]) * scale + 2).round(2)
        # The other rows lie elsewhere, so whoever learns from them gives itself away.
        order = np.concatenate([rng.permutation(np.flatnonzero(y == label)) for label in (1, 0)])
        rest = np.concatenate([order[:4], order[10 : 10 + n_rows // 4]])
        train = np.setdiff1d(np.arange(n_rows), rest)
        X[rest] += (2.5 * scale).round(2)
        args = (X, y, rng.permutation(train).tolist(), int(rng.integers(1, 1000)))
        ask = Step("predict_proba", ((rng.normal(size=(5, n_features)) * scale + 2).round(2),))
        calls += [Call(args, then=(ask,)), Call(args, then=(Step("fit", (X[rest], y[rest])), ask))]
    return calls


def _with_scaler_of_all(X: Any, y: Any, train: list[int], random_state: int) -> Any:
    scaler = FrozenEstimator(StandardScaler().fit(X))
    return _steps(random_state, scaler).fit(X[train], y[train])


def _sampler_left_outside(X: Any, y: Any, train: list[int], random_state: int) -> Any:
    fitted = _steps(random_state).fit(X[train], y[train])
    return make_pipeline(fitted[0], fitted[-1])


def _copies_first(X: Any, y: Any, train: list[int], random_state: int) -> Any:
    sampler = RandomOverSampler(random_state=random_state)
    return make_pipeline(sampler, StandardScaler(), _model()).fit(X[train], y[train])


def _nothing_scaled(X: Any, y: Any, train: list[int], random_state: int) -> Any:
    sampler = RandomOverSampler(random_state=random_state)
    return make_pipeline(sampler, _model()).fit(X[train], y[train])


_FIVE = np.array([[0], [0], [0], [2], [9]]), np.array([0, 0, 0, 1, 1]), [0, 1, 2, 3], 0

HONEST_PIPELINE = Key(
    exercises.HONEST_PIPELINE,
    right=lambda X, y, train, random_state: _steps(random_state).fit(X[train], y[train]),
    inputs=_rows_to_learn_from,
    by_hand=[Call(_FIVE, then=(Step("predict_proba", (np.array([[1.0]]),)),))],
    wrong={
        "the sampler is not in the pipeline": _sampler_left_outside,
        "the sampler ran before the split": lambda X, y, train, random_state: make_pipeline(
            StandardScaler(), _model()
        ).fit(*_copies(X, y, random_state)),
        "the pipeline has seen all rows": lambda X, y, train, random_state: _steps(
            random_state
        ).fit(X, y),
        "the scaler has seen all rows": _with_scaler_of_all,
        "the copies are made before the scaler learns": _copies_first,
        "nothing is scaled": _nothing_scaled,
    },
    # The optimiser stops where the slope is small, in another place on another processor.
    rel=1e-3,
    abs_=1e-3,
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


# --- stratified_folds -----------------------------------------------------------------------------


def _labels(rng: np.random.Generator) -> list[Call]:
    """Return labels of every kind; classes of fewer rows than folds; two folds and many."""
    drawn = fresh.labels(rng, n_cases=9, n_classes=[2, 3, 4], sizes=(20, 45))
    folds = [5, 3, 4, 10, 2] * 2
    calls = [
        Call((*call.args, n, int(rng.integers(1000))))
        for call, n in zip(drawn, folds, strict=False)
    ]
    y = rng.permutation(["ok"] * 17 + ["fraud"] * 8).tolist()
    series = pd.Series(y, index=rng.permutation(25) + 40)
    alike = rng.permutation(["a"] * 7 + ["b"] * 7 + ["c"] * 7).tolist()
    return [*calls, Call((series, 5, 1)), Call((alike, 4, 0)), Call((alike, 7, 3))]


def _long_classes(rng: np.random.Generator) -> list[Call]:
    """Return classes long enough that dealing in order is no accident."""
    y = rng.permutation(["ok"] * 36 + ["fraud"] * 27).tolist()
    return [Call((y, n, int(rng.integers(1000)))) for n in (3, 4)]


def _same_and_other_seeds(rng: np.random.Generator) -> list[Call]:
    """Return each call twice in a row, with another seed each time."""
    y = rng.permutation([0] * 20 + [1] * 12).tolist()
    seeds = (0, 7, 21, int(rng.integers(30, 1000)))
    return [Call((y, 5, seed)) for seed in seeds for _ in range(2)]


def _many_seeds(rng: np.random.Generator) -> list[Call]:
    y = rng.permutation([0] * 6 + [1] * 4).tolist()
    start = int(rng.integers(1000))
    return [Call((y, 2, start + seed)) for seed in range(60)]


STRATIFIED_FOLDS = Key(
    exercises.STRATIFIED_FOLDS,
    laws={
        "evenly": _labels,
        "not in order": _long_classes,
        "seeds": _same_and_other_seeds,
        "chance": _many_seeds,
    },
)


# --- time_split -----------------------------------------------------------------------------------


def past_and_future(
    time: Any, today: float, label_delay: float, horizon: float
) -> tuple[list[int], list[int]]:
    """Return positions of rows whose label is final, and of rows in the days ahead."""
    rows = list(enumerate(float(moment) for moment in time))
    train = [position for position, moment in rows if today - moment >= label_delay]
    return train, [position for position, moment in rows if 0 < moment - today <= horizon]


def _days(rng: np.random.Generator) -> list[Call]:
    """Return days in any order, halves too; every end is hit exactly; no delay; empty parts."""
    calls = []
    for kind in ("list", "array", "Series") * 3:
        today, label_delay, horizon = (rng.integers([18, 2, 5], [26, 9, 14]) / 2).tolist()
        ends = [today - label_delay, today, today + horizon, today + 0.5, today - label_delay + 0.5]
        time = rng.permutation([*ends, *(rng.integers(0, 40, size=14) / 2).tolist()])
        index = rng.permutation(len(time)) + 3
        made = {"list": time.tolist(), "array": time, "Series": pd.Series(time, index=index)}
        calls.append(Call((made[kind], today, label_delay, horizon)))
    early = rng.permutation(9).tolist()
    return [
        *calls,
        Call((early, 4, 0, 3)),
        Call((early, 20, 2, 5)),
        Call((np.array(early), -1, 1, 4)),
        Call((early, 2, 6, 100)),
    ]


def _split_by(
    known: Callable[..., Any] | None = None, ahead: Callable[..., Any] | None = None
) -> Callable[..., tuple[list[int], list[int]]]:
    """Return a split of which one rule, or both, are not the contract's."""
    known = known or (lambda moments, today, delay: moments + delay <= today)
    ahead = ahead or (
        lambda moments, today, horizon: (moments > today) & (moments <= today + horizon)
    )

    def split(
        time: Any, today: float, label_delay: float, horizon: float
    ) -> tuple[list[int], list[int]]:
        moments = np.asarray(time, dtype=float)
        parts = known(moments, today, label_delay), ahead(moments, today, horizon)
        return np.flatnonzero(parts[0]).tolist(), np.flatnonzero(parts[1]).tolist()

    return split


def _days_themselves(time: Any, *args: float) -> tuple[list[float], list[float]]:
    moments = np.asarray(time, dtype=float)
    train, test = past_and_future(time, *args)
    return moments[train].tolist(), moments[test].tolist()


TIME_SPLIT = Key(
    exercises.TIME_SPLIT,
    right=past_and_future,
    inputs=_days,
    by_hand=[Call(([3, 10, 1, 5, 7, 11, 4], 6, 2, 4))],
    wrong={
        "the two parts are swapped": lambda time, today, label_delay, horizon: past_and_future(
            time, today, label_delay, horizon
        )[::-1],
        "labels are used before they are known": _split_by(
            known=lambda moments, today, delay: moments <= today
        ),
        "the test part has no end": _split_by(
            ahead=lambda moments, today, horizon: moments > today
        ),
        "the rows are taken to be in order of time": (
            lambda time, today, label_delay, horizon: past_and_future(
                sorted(time), today, label_delay, horizon
            )
        ),
        "the days themselves instead of positions": _days_themselves,
        "a label that becomes final today is not used": _split_by(
            known=lambda moments, today, delay: moments + delay < today
        ),
        "rows of today are tested": _split_by(
            ahead=lambda moments, today, horizon: (moments >= today) & (moments <= today + horizon)
        ),
        "the last day of the horizon is left out": _split_by(
            ahead=lambda moments, today, horizon: (moments > today) & (moments < today + horizon)
        ),
    },
)


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
    calls = []
    sizes = [(5, 80, 20), (20, 240, 60), (10, 900, 100), (3, 70, 30), (2, 50, 50), (8, 30, 60)]
    for number, (count, n_train, n_test) in enumerate([*sizes, (5, 160, 40), (12, 500, 50)]):
        a = rng.beta(8, 3, size=count).round(3)
        b = (a + rng.normal((-1) ** number * 0.03, 0.02, size=count)).round(3)
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
