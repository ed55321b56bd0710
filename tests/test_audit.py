"""The audits of lesson 04 are graded fairly: honest routes earn all points, lazy ones do not."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from answers import honest_validation as student
from decisions import courses, points_of, too_many

from imbalance_lab.exercises.honest_validation import HONEST_AUC, PRACTICE
from imbalance_lab.exercises.hospitals import CAME, CURVE, REFERENCE, WORTH, audit, hospital
from imbalance_oracles import secret
from imbalance_oracles.honest_validation import hidden_hospitals, routes

HONEST = [
    student.ten_folds_of_patients,
    student.plain_group_folds,
    student.split_again_and_again,
    student.patients_by_hand,
]
# What each route of the lesson may earn at most, of five points.
LAZY: list[tuple[Callable[..., float], float]] = [
    (student.the_report, 0.5),
    (student.from_memory, 0),
    (student.seventy, 2),
    (student.only_the_copies, 2),
    (student.a_flat_deduction, 3.5),
    (student.how_much_too_high, 0),
]


def points(answer: Any, at: Mapping[int, Mapping[str, float]]) -> float:
    """Return the points of audits at some hospitals."""
    return points_of(answer, HONEST_AUC, audit(at))


@pytest.mark.parametrize(
    "course",
    courses([*"ab", "luck 0"]),
)
def test_honest_routes_earn_all_points_and_lazy_ones_less(
    course: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(secret.VARIABLE, course)
    hidden = hidden_hospitals()
    assert [points(answer, hidden) for answer in HONEST] == [5, 5, 5, 5]
    assert too_many(LAZY, lambda answer: points(answer, hidden)) == {}


def test_hidden_hospitals_are_drawn_from_the_secret_and_nobody_can_try_all_seeds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published = hidden_hospitals()
    monkeypatch.setenv(secret.VARIABLE, "a")
    assert len(hidden_hospitals()) == len(published) == 6
    assert not set(hidden_hospitals()) & set(published)
    assert min(published) > 2**64
    assert not np.array_equal(hospital(min(published)).X, hospital(min(published) + 2**100).X)


def test_the_numbers_that_are_told_of_the_practice_hospitals_are_theirs() -> None:
    for seed, told in PRACTICE.items():
        assert routes(seed) == pytest.approx(told, abs=0.002)
    assert [points(answer, PRACTICE) for answer in HONEST] == [5, 5, 5, 5]


def test_the_rungs_lie_where_repeated_draws_put_them() -> None:
    said = pd.DataFrame([routes(seed) for seed in range(24)])

    def share(value: Any) -> float:
        worth = [(WORTH - (v - said[CAME]).abs()).mean() for v in (value, said[REFERENCE])]
        return float(worth[0] / worth[1])

    found = {name: share(said[name]) for name in CURVE.rungs if name in said}
    found["0.75 for every hospital"] = share(0.75)
    found["the report minus 0.2"] = share(said["the report, believed"] - 0.2)
    told = {name: CURVE.rungs[name][0] for name in found}
    assert len(found) == 4
    assert found == pytest.approx(told, abs=0.12)


def test_a_hospital_has_its_patients_whole_and_later_ones_are_others() -> None:
    one, same, other = hospital(3), hospital(3), hospital(4)
    assert np.array_equal(one.X, same.X)
    assert not np.array_equal(one.X[:50], other.X[:50])
    slides = pd.Series(one.y).groupby(one.patient)
    assert slides.nunique().max() == 1
    assert slides.size().nunique() == 1
    assert slides.first().mean() == pytest.approx(0.2, abs=0.13)
    assert len(one.X_new) == len(one.y_new) > 300


@pytest.mark.parametrize("broken", [math.nan, math.inf, None, "0.7", True, [0.7], {"auc": 0.7}])
def test_what_is_no_number_earns_nothing(broken: Any) -> None:
    assert points(lambda X, y, patient: broken, PRACTICE) == 0
