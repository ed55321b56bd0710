"""The forecasts of lesson 06 are graded fairly: honest routes earn all points, lazy ones do not."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from answers import smote as student
from decisions import courses, points_of, too_many
from sklearn.metrics import average_precision_score, f1_score
from sklearn.neighbors import KNeighborsClassifier

from imbalance_lab.exercises.months import CAME, forecasts, months, source
from imbalance_lab.exercises.smote import PRACTICE, SMOTE_HELPS
from imbalance_oracles import secret
from imbalance_oracles.smote import CLIENTS, _judged, _votes, hidden_clients, routes

HONEST = [
    student.of_the_next_month,
    student.by_the_rule_of_succession,
    student.by_a_normal_distribution,
    student.counted_and_computed,
]
# What each route of the lesson may earn at most, of five points.
LAZY: list[tuple[Callable[..., float], float]] = [
    (student.always, 0),
    (student.never, 0),
    (student.one_half, 0),
    (student.by_f1, 0),
    (student.the_other_way_round, 0),
    (student.certain, 3),
    (student.how_sure_the_mean_is, 3),
    (student.the_last_month, 4),
]


def points(answer: Any, at: Mapping[int, Mapping[str, float]]) -> float:
    """Return the points of forecasts for some clients."""
    return points_of(answer, SMOTE_HELPS, forecasts(at))


@pytest.mark.parametrize(
    "course",
    courses(["abcd", "class 7", "class 9"]),  # the last two paid both slips of the mean all points
)
def test_honest_routes_earn_all_points_and_lazy_ones_less(
    course: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(secret.VARIABLE, course)
    hidden = hidden_clients()
    assert [points(answer, hidden) for answer in HONEST] == [5, 5, 5, 5]
    assert too_many(LAZY, lambda answer: points(answer, hidden)) == {}


def test_hidden_clients_are_drawn_from_the_secret_and_nobody_can_try_all_seeds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published = hidden_clients()
    kinds = [source(seed) for seed in published]
    assert {kind: kinds.count(kind) for kind in CLIENTS} == CLIENTS
    assert min(published) > 2**64
    monkeypatch.setenv(secret.VARIABLE, "a")
    assert not set(hidden_clients()) & set(published)


def test_the_numbers_that_are_told_of_the_practice_clients_are_theirs() -> None:
    seed, told = next(iter(PRACTICE.items()))
    assert routes(seed, later=24) == pytest.approx(told, abs=0.002)
    assert sorted(source(seed) for seed in PRACTICE) == sorted(CLIENTS)
    assert [points(answer, PRACTICE) for answer in HONEST[:2]] == [5, 5]
    assert 0.3 < np.mean([told[CAME] for told in PRACTICE.values()]) < 0.7


def test_months_are_whole_and_more_of_them_leave_the_first_as_they_are() -> None:
    for seed in range(5):
        some, more = months(seed), months(seed, 10)
        assert all(np.array_equal(a.X_new, b.X_new) for a, b in zip(some, more, strict=False))
        assert not np.array_equal(more[8].X_new, more[9].X_new)
        for month in some:
            assert month.X_train.shape == (240, month.X_new.shape[1])
            assert len(month.y_train) == 240
            assert len(month.y_new) == len(month.X_new) == 360
            assert 0.04 < month.y_train.mean() < 0.1
            assert month.y_new.mean() == pytest.approx(month.y_train.mean(), abs=0.003)


def test_the_number_of_features_does_not_tell_where_a_client_comes_from() -> None:
    kinds: dict[int, set[str]] = {}
    for seed in range(60):
        kinds.setdefault(months(seed, 1)[0].X_new.shape[1], set()).add(source(seed))
    assert min(len(kinds[features]) for features in (6, 7)) >= 4


def test_the_votes_and_their_scores_are_those_of_scikit_learn() -> None:
    for seed in range(5):
        X, y, X_new, y_new = months(seed, 1)[0]
        expected = KNeighborsClassifier(25).fit(X, y).predict_proba(X_new)[:, 1]
        votes = _votes(X, y, X_new)
        assert votes / 25 == pytest.approx(expected)
        scores = average_precision_score(y_new, expected), f1_score(y_new, expected >= 0.5)
        assert _judged(y_new, votes) == pytest.approx(scores)


@pytest.mark.parametrize("broken", [math.nan, 1.01, -0.01, None, "0.7", True, [0.7]])
def test_what_is_no_probability_earns_nothing(broken: Any) -> None:
    assert points(lambda months: broken, PRACTICE) == 0
