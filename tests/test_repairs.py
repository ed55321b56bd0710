"""The repairs of lesson 10 are graded fairly: honest routes earn all points, lazy ones do not."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from answers import calibration as student
from decisions import courses, points_of, too_many

from imbalance_lab.exercises.calibration import PRACTICE, REPAIR
from imbalance_lab.exercises.repairs import (
    CURVE,
    KINDS,
    LEVEL,
    NEW,
    NOTHING,
    PLATT,
    REFERENCE,
    client,
    repairs,
    skill,
)
from imbalance_oracles import secret
from imbalance_oracles.calibration import hidden_clients, routes

HONEST = [
    student.by_count,
    student.by_cross_validation,
    student.mean_of_both,
    student.by_prior_shift_again_and_again,
]
# What each route may earn at most, of five points.
LAZY: list[tuple[Callable[..., Any], float]] = [
    (student.as_they_came, 0.5),
    (student.always_the_prevalence, 0),
    (student.steps_for_all, 1.2),
    (student.line_for_all, 2),
    (student.steps_and_level_for_all, 3),
    (student.level_for_all, 3.7),
    (student.line_and_level_for_all, 4),
]


def points(answer: Any, at: Mapping[int, Mapping[str, float]]) -> float:
    """Return the points of the repairs at some clients."""
    return points_of(answer, REPAIR, repairs(at))


@pytest.mark.parametrize(
    "course",
    courses([*"abcd", "luck 10"]),
)
def test_honest_routes_earn_all_points_and_lazy_ones_less(
    course: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(secret.VARIABLE, course)
    hidden = hidden_clients()
    assert {answer.__name__: points(answer, hidden) for answer in HONEST} == {
        answer.__name__: 5 for answer in HONEST
    }
    assert too_many(LAZY, lambda answer: points(answer, hidden)) == {}


def test_hidden_clients_are_one_of_each_kind_drawn_from_the_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published = hidden_clients()
    monkeypatch.setenv(secret.VARIABLE, "a")
    assert [seed % len(KINDS) for seed in hidden_clients()] == [*range(len(KINDS))]
    assert not set(hidden_clients()) & set(published)
    assert min(published) > 2**64
    assert not np.array_equal(client(min(published)).p, client(min(published) + 5 * 2**100).p)


def test_the_numbers_that_are_told_of_the_practice_clients_are_theirs() -> None:
    assert [seed % len(KINDS) for seed in PRACTICE] == [*range(len(KINDS))]
    for seed, told in PRACTICE.items():
        worth = routes(client(seed))
        assert {name: worth[name] for name in told} == pytest.approx(told, abs=0.002)
    assert points(student.by_count, PRACTICE) == 5


@pytest.mark.long
def test_the_rungs_lie_where_repeated_draws_put_them() -> None:
    worth = pd.DataFrame([routes(client(seed)) for seed in range(40)]).sum()
    found = {name: worth[name] / worth[REFERENCE] for name in (NOTHING, PLATT, LEVEL)}
    assert found == pytest.approx({name: CURVE.rungs[name][0] for name in found}, abs=0.05)


def test_a_client_is_the_same_each_time_and_no_two_parts_share_a_row() -> None:
    one, same, other = client(11), client(11), client(16)
    assert np.array_equal(one.p_new, same.p_new)
    one.p_new[:] = 0
    assert np.array_equal(client(11).p_new, same.p_new)
    one = client(11)
    assert not np.array_equal(one.p, other.p)
    assert len(one.p_new) == len(one.y_new) == NEW
    assert one.prevalence == pytest.approx(one.y_new.mean(), abs=5e-5)
    assert not set(one.p.tolist()) & set(one.p_new.tolist())
    assert client(14).y.mean() > 3 * client(14).prevalence


def test_skill_is_that_of_the_lesson_and_never_below_zero() -> None:
    y = np.array([0, 0, 0, 1])
    assert skill(y, [0.25] * 4) == pytest.approx(0)
    assert skill(y, [0, 0, 0, 1]) == pytest.approx(1, abs=0.001)
    assert skill(y, [0.9, 0.9, 0.9, 0.1]) == 0
    by_hand = -(3 * math.log(0.9) + math.log(0.5)) / 4
    free = -(3 * math.log(0.75) + math.log(0.25)) / 4
    assert skill(y, [0.1, 0.1, 0.1, 0.5]) == pytest.approx(1 - by_hand / free)


@pytest.mark.parametrize(
    "broken",
    [
        None,
        0.05,
        "0.05",
        [0.05],
        [math.nan] * NEW,
        [1.2] * NEW,
        [-0.1] * NEW,
        [[0.5, 0.5]] * NEW,
        ["a"] * NEW,
    ],
    ids=lambda broken: str(broken)[:16],
)
def test_what_is_no_list_of_probabilities_earns_nothing(broken: Any) -> None:
    few = {10: PRACTICE[10]}
    assert points(lambda p, y, p_new, prevalence: broken, few) == 0
