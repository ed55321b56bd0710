"""Oracles of lesson 11, for its hidden tests: laws of a balanced bootstrap, and fresh inputs."""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.ensemble import AdaBoostClassifier, IsolationForest
from statsmodels.stats.proportion import proportion_confint

from imbalance_lab.checks import Call, Question

_LABELS = ((0, 1), (1, 0), ("ok", "fraud"), ("fraud", "ok"), (False, True), (2, 7))
N_SEEDS = 80


def bootstrap_cases(seed: int, n_cases: int = 18) -> list[Call]:
    """Return calls with labels of two classes, in any order, some with an index of their own."""
    rng = np.random.default_rng(seed)
    calls = []
    for number in range(n_cases):
        n_rare = int(rng.integers(2, 9))
        common, rare = _LABELS[number % len(_LABELS)]
        n_common = n_rare + int(rng.integers(1, 40))
        y = rng.permutation(np.array([common] * n_common + [rare] * n_rare, dtype=object)).tolist()
        held: Any = y if number % 3 == 0 else np.array(y)
        if number % 3 == 2:
            held = pd.Series(y, index=rng.permutation(len(y)) + 200)
        calls.append(Call((held,), {"random_state": [0, 7, 11][number % 3]}))
    return calls


def balanced(rows: Any, y: Any, random_state: int = 0) -> bool | str:
    """Law: valid positions, and as many draws from each class as the rare class has rows."""
    found = np.asarray(rows)
    if found.ndim != 1 or found.dtype.kind not in "iu" or not found.size:
        return f"the rows must be whole numbers from 0 to {len(y) - 1}"
    if found.min() < 0 or found.max() >= len(y):
        return f"the rows must be whole numbers from 0 to {len(y) - 1}"
    labels = list(y)
    wanted = min(Counter(labels).values())
    drawn = Counter(labels[row] for row in found)
    for label in set(labels):
        if drawn[label] != wanted:
            return f"class {label!r} is drawn {drawn[label]} times, not {wanted}"
    return True


def twice(seed: int) -> list[Call]:
    """Return calls of which each comes twice."""
    return [call for call in bootstrap_cases(seed, 6) for _ in range(2)]


class Reproducible:
    """Law for `twice`: the second answer to the same call is the first one again."""

    def __init__(self) -> None:
        self._first: list[int] | None = None

    def __call__(self, rows: Any, y: Any, random_state: int) -> bool | str:
        """Compare the second answer with the first."""
        first, now = self._first, np.asarray(rows).tolist()
        self._first = now if first is None else None
        if first is None or first == now:
            return True
        return "the same call gave other rows the second time: use random_state"


def seeds() -> list[Call]:
    """Return calls on the same labels, 16 common and 8 rare, with one seed after another."""
    y = ["a", "b", "a"] * 8
    return [Call((y,), {"random_state": seed}) for seed in range(N_SEEDS)]


class DrawnWithReplacement:
    """Law for `seeds`: every row has its chance, and within both classes rows come again.

    A right answer fails it with a probability below 1 in 10 million.
    """

    def __init__(self) -> None:
        self._drawn: Counter[int] = Counter()
        self._repeated: Counter[str] = Counter()

    def __call__(self, rows: Any, y: Any, random_state: int) -> bool | str:
        """Collect the rows of each seed; judge them when the last seed is in."""
        times = Counter(np.asarray(rows).tolist())
        self._drawn.update(times)
        self._repeated.update({y[row] for row, often in times.items() if often > 1})
        if random_state < N_SEEDS - 1:
            return True
        missed = [row for row in range(len(y)) if not self._drawn[row]]
        if missed:
            return f"over {N_SEEDS} seeds, row {missed[0]} was never drawn"
        for label in ("a", "b"):
            if not self._repeated[label]:
                return f"over {N_SEEDS} seeds, no row of class {label!r} ever came twice"
        return True


def ensemble_cases(seed: int, n_cases: int = 4) -> list[Call]:
    """Return calls with training rows, new rows, and balanced subsets of row positions."""
    rng = np.random.default_rng(seed)
    calls = []
    for number in range(n_cases):
        n, n_features = int(rng.integers(30, 60)), 1 + number % 3
        y = (np.arange(n) < 6 + number).astype(int)
        X = rng.normal(size=(n, n_features)) + 1.2 * y[:, None]
        order = rng.permutation(n)
        X, y = X[order], y[order]
        rare, common = np.flatnonzero(y == 1), np.flatnonzero(y == 0)
        subsets = [
            np.concatenate([rare, rng.choice(common, len(rare), replace=False)]).tolist()
            for _ in range(2 + number % 4)
        ]
        calls.append(
            Call((X, y if number % 2 else y.tolist(), rng.normal(size=(9, n_features)), subsets))
        )
    return calls


def ensemble_scores(X: Any, y: Any, X_new: Any, subsets: Any) -> list[float]:
    """Return the mean of the members' probabilities, one new row after another."""
    X, y, total = np.asarray(X), np.asarray(y), 0.0
    for rows in subsets:
        member = AdaBoostClassifier(n_estimators=10, random_state=0).fit(X[rows], y[rows])
        total = total + member.predict_proba(X_new)[:, list(member.classes_).index(1)]
    scores: list[float] = (np.asarray(total) / len(subsets)).tolist()
    return scores


def anomaly_cases(seed: int, n_cases: int = 6) -> list[Call]:
    """Return calls with ordinary rows, new rows of which some are far away, and a seed."""
    rng = np.random.default_rng(seed)
    return [
        Call(
            (rng.normal(size=(40 + 10 * k, 1 + k % 3)), 3 * rng.normal(size=(7, 1 + k % 3))),
            {"random_state": int(rng.integers(100))},
        )
        for k in range(n_cases)
    ]


def right_way_round(X: Any, X_new: Any, random_state: int = 0) -> Any:
    """Return the paper's anomaly score, from the offset decision instead of the score itself."""
    forest = IsolationForest(n_estimators=25, random_state=random_state).fit(X)
    return 0.5 - forest.decision_function(X_new)


def crossover_cases(seed: int, n_cases: int = 40) -> list[Call]:
    """Return tables of runs in which the lead changes, early, late, twice or never."""
    rng = np.random.default_rng(seed)
    calls = []
    for number in range(n_cases):
        n_counts, n_runs = int(rng.integers(3, 7)), int(rng.integers(4, 10))
        counts = np.sort(rng.choice(np.arange(3, 300), n_counts, replace=False))
        lead = np.linspace(-0.1, 0.1 if number % 4 else -0.02, n_counts)
        lead[int(rng.integers(n_counts))] += 0.12
        easy = rng.normal(0, 0.08, n_runs)
        anomaly = 0.4 + easy + rng.normal(0, 0.03, (n_counts, n_runs))
        supervised = 0.4 + easy + lead[:, None] + rng.normal(0, 0.03, (n_counts, n_runs))
        tables = (supervised.round(3), anomaly.round(3))
        if number % 2:
            calls.append(Call((counts.tolist(), *(table.tolist() for table in tables))))
        else:
            calls.append(Call((counts, *tables)))
    return calls


def crossover(n_positives: Any, supervised: Any, anomaly: Any) -> int | None:
    """Return the least count from which on every paired t interval lies above zero."""
    answer = None
    for count_, ours, theirs in list(zip(n_positives, supervised, anomaly, strict=True))[::-1]:
        low = stats.ttest_rel(ours, theirs).confidence_interval(0.95).low
        if not low > 0:
            break
        answer = int(count_)
    return answer


def enough(recall: float, width: float, confidence: float = 0.95) -> int:
    """Return the first number of positives whose Wilson interval is narrow enough, by trying."""
    for n in count(1):
        low, high = proportion_confint(recall * n, n, alpha=1 - confidence, method="wilson")
        if high - low <= width:
            return n
    raise AssertionError("count never ends")


LESSON = "11"
QUIZ = {
    1: Question(
        right="c",
        mistakes={
            "a": "Its average precision is not higher: it says yes more often, and orders the"
            " rows no better.",
            "b": "Balancing in each tree raises every score, so recall at 0.5 had to rise. That"
            " alone says nothing about learning.",
            "d": "It does change something: the scores are much higher, and 0.5 means something"
            " else.",
        },
        section="Eight ensembles, two questions",
    ),
    2: Question(
        right="b",
        mistakes={
            "a": "More positives help, but the default failed for another reason here: the same"
            " data were enough for a tamer model.",
            "c": "Undersampling helped because its trees could not grow so wild. The"
            " regularised"
            " model kept all rows and did at least as well.",
            "d": "Weights of any kind move the scores. What failed was the order of the rows.",
        },
        section="An imbalance problem that was none",
    ),
    3: Question(
        right="d",
        mistakes={
            "a": "Five positives are few for any method, but an anomaly detector does not see"
            " them at all; it can only find what is unusual.",
            "b": "A perfectly rare class can look perfectly ordinary. Rare and unusual are two"
            " properties.",
            "c": "An anomaly detector cannot use the labels, so five or five hundred make no"
            " difference to it.",
        },
        section="Odd, or typical-looking?",
    ),
    4: Question(
        right="a",
        mistakes={
            "b": "The rows without the event say nothing about recall. Count the positives.",
            "c": "Nine in ten is the estimate. The interval around it is what the data allow"
            " to say.",
            "d": "Repeating the split uses the same ten positives again: the interval is about"
            " them.",
        },
        section="How many positives are enough?",
    ),
    5: Question(
        right="b",
        mistakes={
            "a": "The negatives are not in the way: more of them at the same number of"
            " positives"
            " did no harm, and often helped.",
            "c": "Stacked corrections correct the same thing several times, and costs rise.",
            "d": "The ratio alone decides nothing. How many positives are there, and do they"
            " look different?",
        },
        section="More imbalance helps",
    ),
}
