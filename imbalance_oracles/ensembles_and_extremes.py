"""Answer keys of lesson 11: members one by one, leads by t tests, Wilson's interval by trying."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from math import ceil, sqrt
from typing import Any

import numpy as np
from scipy import stats
from sklearn.ensemble import AdaBoostClassifier, IsolationForest
from statsmodels.stats.proportion import proportion_confint

from imbalance_lab.checks import Call, Question
from imbalance_lab.exercises import ensembles_and_extremes as exercises
from imbalance_oracles import fresh
from imbalance_oracles.key import Key


def _labels(rng: np.random.Generator) -> list[Call]:
    """Return labels of two classes; some calls leave `random_state` at its default."""
    calls = []
    for number in range(9):
        n_rare = (2, 7, 9, 3, 12, 5, 8, 4, 10)[number] + int(rng.integers(0, 3))
        n_common = n_rare + (int(rng.integers(1, 30)) if number else 1)
        seed = {"random_state": int(rng.integers(1, 1000))} if number % 3 else {}
        calls.append(Call((fresh.two_classes(rng, n_common, n_rare, number),), seed))
    return calls


def _twice(rng: np.random.Generator) -> list[Call]:
    """Return calls of which each comes twice; the default of `random_state` is 0."""
    y = fresh.two_classes(rng, 30, 12, 0)
    calls = [Call((y,), {"random_state": int(seed)}) for seed in (0, *rng.integers(1, 999, size=2))]
    return [Call((y,)), calls[0], *(call for call in calls[1:] for _ in range(2))]


def _one_seed_after_another(rng: np.random.Generator) -> list[Call]:
    """Return calls on the same labels, 16 common and 8 rare."""
    y, first = rng.permutation(["a", "b", "a"] * 8).tolist(), int(rng.integers(1000))
    return [Call((y,), {"random_state": first + turn}) for turn in range(exercises.N_SEEDS)]


BALANCED_BOOTSTRAP = Key(
    exercises.BALANCED_BOOTSTRAP,
    laws={
        "rows": _labels,
        "same seed": _twice,
        "chance": _one_seed_after_another,
        "again": _one_seed_after_another,
    },
)


def _member(X: Any, y: Any, rows: Any, weights: Any = None) -> AdaBoostClassifier:
    X, y = np.asarray(X), np.asarray(y)
    model = AdaBoostClassifier(n_estimators=10, random_state=0)
    return model.fit(X[rows], y[rows], sample_weight=weights)


def ensemble_scores(X: Any, y: Any, X_new: Any, subsets: Any) -> list[float]:
    """Return the mean of the members' probabilities, one member after another."""
    total = np.zeros(len(X_new))
    for rows in subsets:
        member = _member(X, y, rows)
        total = total + member.predict_proba(X_new)[:, list(member.classes_).index(1)]
    scores: list[float] = (total / len(subsets)).tolist()
    return scores


def _no_tie_decides(X: Any, y: Any, X_new: Any, rows: Any) -> bool:
    """Return whether a member stays the same where its rows' weights change in the last digits.

    A tree that has two equally good cuts takes either, as the machine rounds.
    """
    as_it_is = _member(X, y, rows).predict_proba(X_new)
    for turn in range(4):
        weights = 1 + 1e-9 * np.random.default_rng(turn).normal(size=len(rows))
        moved = _member(X, y, rows, weights / len(rows)).predict_proba(X_new)
        if not np.allclose(moved, as_it_is, atol=1e-7):
            return False
    return True


def _ensemble(
    rng: np.random.Generator, n_features: int, sizes: tuple[int, int], n_members: int
) -> tuple[Any, Any, Any, list[list[int]]]:
    """Return training rows, labels, new rows and balanced subsets, of which no tie decides.

    A subset with a tie is drawn again by itself: to throw all of them away takes seconds.
    """
    y = rng.permutation([0] * sizes[0] + [1] * sizes[1])
    X = (rng.normal(size=(len(y), n_features)) + 0.8 * y[:, None]).round(3)
    X_new = rng.normal(0.4, 1, size=(6, n_features)).round(3)
    rare, common = np.flatnonzero(y == 1), np.flatnonzero(y == 0)
    subsets: list[list[int]] = []
    for _ in range(100):
        rows = np.concatenate([rare, rng.choice(common, len(rare), replace=False)]).tolist()
        if _no_tie_decides(X, y, X_new, rows):
            subsets.append(rows)
        if len(subsets) == n_members:
            return X, y, X_new, subsets
    return _ensemble(rng, n_features, sizes, n_members)  # hardly ever: all subsets of it are tied


def _ensembles(rng: np.random.Generator) -> list[Call]:
    """Return ensembles of one to five members, as lists, arrays and a Series, in one call each."""
    shapes = [(1, (16, 7), 3), (2, (20, 8), 2), (3, (18, 7), 4), (2, (15, 6), 5), (1, (14, 6), 1)]
    calls = []
    for number, shape in enumerate([*shapes, *shapes[:3]]):
        X, y, X_new, subsets = _ensemble(rng, *shape)
        if number % 3 == 0:
            X, y, X_new = X.tolist(), y.tolist(), X_new.tolist()
        if number % 3 == 2:
            y = fresh.with_index(rng, y)
        calls.append(Call((X, y, X_new, subsets)))
    X, y, X_new, subsets = calls[1].args
    return [*calls, Call((X, y, X_new[:1], subsets)), Call((X, y, X_new, subsets[:1] * 3))]


def _scores(X, y, X_new, subsets, column=1):
    return [_member(X, y, rows).predict_proba(X_new)[:, column] for rows in subsets]


_ROWS, _OF_ROWS = [[0], [2], [4], [6], [8], [10], [7.4]], [0, 0, 0, 0, 1, 1, 0]
EASY_ENSEMBLE_SCORES = Key(
    exercises.EASY_ENSEMBLE_SCORES,
    right=ensemble_scores,
    inputs=_ensembles,
    by_hand=[Call((_ROWS, _OF_ROWS, [[1], [6], [7.5], [9]], [[2, 3, 4, 5], [0, 1, 4, 5]]))],
    wrong={
        "the members' votes are averaged, not their scores": lambda X, y, X_new, subsets: np.mean(
            [_member(X, y, rows).predict(X_new) for rows in subsets], axis=0
        ),
        "the sum of the scores instead of their mean": lambda *args: np.sum(_scores(*args), axis=0),
        "the probability of class 0": lambda *args: np.mean(_scores(*args, column=0), axis=0),
        "only the last member speaks": lambda *args: _scores(*args)[-1],
        "one member is fitted on all subsets together": lambda X, y, X_new, subsets: _scores(
            X, y, X_new, [np.concatenate(subsets)]
        )[0],
        "the members are fitted on all rows": lambda X, y, X_new, subsets: _scores(
            X, y, X_new, [np.arange(len(y))]
        )[0],
    },
)


def _isolation(X: Any, random_state: int) -> IsolationForest:
    return IsolationForest(n_estimators=25, random_state=random_state).fit(np.asarray(X))


def right_way_round(X: Any, X_new: Any, random_state: int = 0) -> Any:
    """Return the paper's anomaly score, from the offset decision instead of the score itself."""
    return 0.5 - _isolation(X, random_state).decision_function(np.asarray(X_new))


def _ordinary_and_new(rng: np.random.Generator) -> list[Call]:
    """Return ordinary rows and new ones, some far away, as lists and arrays; the seed varies."""
    calls = []
    for number in range(8):
        n_features = 1 + number % 3
        X = rng.normal(size=((9, 24, 30, 40)[number % 4], n_features)).round(2)
        X_new = (4 * rng.normal(size=(6, n_features))).round(2)
        seed = {"random_state": int(rng.integers(1, 1000))} if number % 4 < 3 else {}
        rows = (X.tolist(), X_new.tolist()) if number % 2 else (X, X_new)
        calls.append(Call(rows, seed))
    many = rng.normal(size=(300, 1)).round(2)
    return [*calls, Call((many, many[:5] * 3)), Call((calls[0].args[0], [[0.1]]))]


ANOMALY_SCORES = Key(
    exercises.ANOMALY_SCORES,
    right=right_way_round,
    inputs=_ordinary_and_new,
    by_hand=[Call(([[k] for k in range(9)], [[4], [20]]))],
    wrong={
        "high means ordinary": lambda X, X_new, random_state=0: _isolation(
            X, random_state
        ).score_samples(X_new),
        "high means ordinary, and the zero has moved": lambda X, X_new, random_state=0: _isolation(
            X, random_state
        ).decision_function(X_new),
        "the offset is still in it": lambda X, X_new, random_state=0: (
            -_isolation(X, random_state).decision_function(X_new)
        ),
        "a decision instead of a score": lambda X, X_new, random_state=0: (
            _isolation(X, random_state).predict(X_new) == -1
        ).astype(int),
        "the forest is fitted on the rows that it scores": lambda X, X_new, random_state=0: (
            -_isolation(X_new, random_state).score_samples(X_new)
        ),
    },
)


def _low(ours: Any, theirs: Any) -> float:
    """Return the lower end of the 95% interval of the paired differences."""
    differences = np.asarray(ours) - np.asarray(theirs)
    error = differences.std(ddof=1) / sqrt(len(differences))
    return float(differences.mean() - stats.t.ppf(0.975, len(differences) - 1) * error)


def _from_where_on(n_positives: Any, leads: Any) -> int | None:
    """Return the least count from which on `leads` is true."""
    answer = None
    for least, leading in list(zip(n_positives, leads, strict=True))[::-1]:
        if not leading:
            break
        answer = int(least)
    return answer


def crossover(n_positives: Any, supervised: Any, anomaly: Any) -> int | None:
    """Return the least count from which on every paired interval lies above zero."""
    return _from_where_on(n_positives, _clear(supervised, anomaly))


def _clear(supervised: Any, anomaly: Any) -> list[bool]:
    return [_low(*pair) > 0 for pair in zip(supervised, anomaly, strict=True)]


def _tables(
    rng: np.random.Generator, leads: list[float], n_runs: int, noise: float = 2.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return counts and two tables of runs; no interval ends so near zero that rounding decides.

    `leads` are the mean differences in units of the noise of a difference.
    """
    while True:
        counts = np.sort(rng.choice(np.arange(3, 300), len(leads), replace=False))
        easy = rng.normal(0, 8, n_runs)
        anomaly = 40 + easy + rng.normal(0, noise, (len(leads), n_runs))
        ahead = np.array(leads)[:, None] * noise + rng.normal(0, noise, (len(leads), n_runs))
        tables = anomaly.round(1), (anomaly + ahead).round(1)
        if min(abs(_low(ours, theirs)) for theirs, ours in zip(*tables, strict=True)) > 1e-3:
            return counts, tables[1], tables[0]


# Leads from small to large counts; a clear one is 5, none is -3, and 0.4 is one of the mean only.
_LEADS = (
    [-3.0, -3.0, 5.0, 5.0],
    [5.0, 0.4, 5.0, 5.0, 5.0],
    [5.0, 5.0, 5.0],
    [-3.0, 0.4, 5.0, 0.4],
    [0.4, -3.0, 5.0],
    [-3.0, -3.0],
    [5.0],
    [-3.0],
    [5.0, 5.0, -3.0, 1.2, 1.2, 5.0],
    [1.0, 1.2, 1.4, 1.6],
    [0.4, 0.6, 0.9, 1.2],
)


def _races(rng: np.random.Generator) -> list[Call]:
    """Return tables in which the lead is early, late, lost again or never clear; few runs, many."""
    calls = []
    for number, leads in enumerate([*_LEADS, *_LEADS[8:]]):
        counts, ours, theirs = _tables(rng, list(leads), (5, 9, 3, 7)[number % 4])
        if number % 2:
            calls.append(Call((counts.tolist(), ours.tolist(), theirs.tolist())))
        else:
            calls.append(Call((counts, ours, theirs)))
    runs = rng.integers(20, 60, size=(3, 4))
    ahead = np.add(runs, [[0], [3], [5]])  # by the same number in every run of a count
    return [
        *calls,
        Call(([4, 9, 30], ahead.tolist(), runs.tolist())),
        Call(([4, 9, 30], runs.tolist(), runs.tolist())),
    ]


def _unpaired(n_positives, supervised, anomaly):
    def ends(runs):
        half = stats.t.ppf(0.975, len(runs) - 1) * np.std(runs, ddof=1) / sqrt(len(runs))
        return np.mean(runs) - half, np.mean(runs) + half

    pairs = zip(supervised, anomaly, strict=True)
    return _from_where_on(n_positives, [ends(ours)[0] > ends(theirs)[1] for ours, theirs in pairs])


def _first_clear(n_positives, supervised, anomaly):
    clear = _clear(supervised, anomaly)
    return int(n_positives[clear.index(True)]) if any(clear) else None


def _position(n_positives, supervised, anomaly):
    right = crossover(n_positives, supervised, anomaly)
    return None if right is None else list(n_positives).index(right)


def _never_is_last(n_positives, supervised, anomaly):
    right = crossover(n_positives, supervised, anomaly)
    return int(n_positives[-1]) if right is None else right


def _last_alone(n_positives, supervised, anomaly):
    return int(n_positives[-1]) if _clear(supervised, anomaly)[-1] else None


_OURS = [[30, 32, 31], [30, 35, 31], [40, 45, 50], [50, 60, 70], [80, 82, 81]]
_THEIRS = [[20, 21, 22], [33, 40, 30], [41, 35, 40], [40, 51, 59], [50, 51, 50]]
_COUNTS = [5, 10, 20, 40, 80]
CROSSOVER = Key(
    exercises.CROSSOVER,
    right=crossover,
    inputs=_races,
    by_hand=[Call((_COUNTS, _OURS, _THEIRS)), Call((_COUNTS, _THEIRS, _OURS))],
    wrong={
        "the means decide, without an interval": lambda n_positives, supervised, anomaly: (
            _from_where_on(n_positives, np.mean(np.subtract(supervised, anomaly), axis=1) > 0)
        ),
        "the first lead, although it is lost again": _first_clear,
        "the runs are compared without their pairs": _unpaired,
        "the position in the table instead of the number of positives": _position,
        "'never' is answered with the largest count": _never_is_last,
        "the largest count decides alone": _last_alone,
    },
)


def _first_that(narrow: Callable[[int], bool]) -> int:
    return next(n for n in count(1) if narrow(n))


def enough(recall: float, width: float, confidence: float = 0.95) -> int:
    """Return the first number of positives whose Wilson interval is narrow enough, by trying."""

    def narrow(n: int) -> bool:
        low, high = proportion_confint(recall * n, n, alpha=1 - confidence, method="wilson")
        return bool(high - low <= width)

    return _first_that(narrow)


def _plans(rng: np.random.Generator) -> list[Call]:
    """Return shares from 0 to 1, narrow and wide intervals, one positive that is enough."""
    recalls = rng.uniform(0.05, 0.95, size=6).round(2).tolist()
    widths = rng.uniform(0.12, 0.45, size=6).round(3).tolist()
    confidences = [0.8, 0.99, 0.9, 0.68, 0.98, 0.5]
    drawn = [Call(plan) for plan in zip(recalls, widths, confidences, strict=True)]
    width = round(float(rng.uniform(0.15, 0.3)), 3)
    return [
        *drawn,
        Call((recalls[0], width)),
        Call((0.5, width), {"confidence": 0.9}),
        Call((1.0, width, 0.95)),
        Call((0.0, width, 0.9)),
        Call((0.97, width / 2, 0.99)),
        Call((recalls[1], 0.9, 0.5)),
    ]


def _z(confidence):
    return stats.norm.ppf((1 + confidence) / 2)


def _rounded(recall, width, confidence=0.95):
    def narrow(n):
        caught = round(recall * n)
        low, high = proportion_confint(caught, n, alpha=1 - confidence, method="wilson")
        return high - low <= width

    return _first_that(narrow)


ENOUGH_POSITIVES = Key(
    exercises.ENOUGH_POSITIVES,
    right=enough,
    inputs=_plans,
    by_hand=[Call((0.8, 0.2))],
    wrong={
        "Wald's interval instead of Wilson's": lambda recall, width, confidence=0.95: ceil(
            4 * _z(confidence) ** 2 * recall * (1 - recall) / width**2
        ),
        "`width` is taken for the half width": lambda recall, width, confidence=0.95: enough(
            recall, 2 * width, confidence
        ),
        "a one-sided quantile": lambda recall, width, confidence=0.95: enough(
            recall, width, 2 * confidence - 1
        ),
        "a recall of one half is assumed": lambda recall, width, confidence=0.95: enough(
            0.5, width, confidence
        ),
        "the confidence is always 95%": lambda recall, width, confidence=0.95: enough(
            recall, width
        ),
        "one positive too few": lambda recall, width, confidence=0.95: (
            enough(recall, width, confidence) - 1
        ),
        "one positive too many": lambda recall, width, confidence=0.95: (
            enough(recall, width, confidence) + 1
        ),
        "the number of caught positives is rounded": _rounded,
    },
)

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
        section="Thirteen models, two questions",
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
