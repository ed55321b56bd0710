"""Choices of lesson 05 are graded fairly: careful ones earn all points, folklore does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from answers import resampling as student
from decisions import courses, points_of

from imbalance_lab.checks import CheckFailed, check
from imbalance_lab.exercises import nights
from imbalance_lab.exercises.nights import (
    ALL_BALANCED,
    BALANCED,
    CURVE,
    KINDS,
    NIGHTS,
    RATIO,
    REFERENCE,
    ROWS,
    TOO_MANY,
    company,
    judge,
    precision_added,
)
from imbalance_lab.exercises.resampling import NEGATIVES_TO_KEEP, PRACTICE
from imbalance_oracles import secret
from imbalance_oracles.resampling import COMPANIES, hidden_nights, of_nights

Choice = Callable[..., Any]


#: What each way of choosing earns at least, of five points, and at most.
ROUTES: list[tuple[Choice, float, float]] = [
    (student.ratios_in_three_draws, 5, 5),
    (student.nine_numbers_in_three_draws, 5, 5),
    (student.one_to_one_everywhere, 0, 0),
    (student.two_for_each, 0, 1),
    (student.five_for_each, 0, 1),
    (student.ten_for_each, 0, 1),
    (student.three_hundred, 0, 1),
    (student.all_of_them, 0, 0),
]


def points(choose: Choice, told: dict[int, dict[str, float]]) -> float:
    return points_of(choose, NEGATIVES_TO_KEEP, judge(told))


@pytest.mark.parametrize(
    "course",
    courses(("practice", "a", "b", "c")),
)
def test_each_route_earns_what_it_is_worth(course: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(secret.VARIABLE, course)
    told = PRACTICE if course == "practice" else hidden_nights()
    given = {choose.__name__: points(choose, told) for choose, _, _ in ROUTES}
    bounds = {choose.__name__: (least, most) for choose, least, most in ROUTES}
    assert {
        name: got for name, got in given.items() if not bounds[name][0] <= got <= bounds[name][1]
    } == {}


def test_no_ratio_for_all_is_worth_more_than_its_rung() -> None:
    told = PRACTICE | hidden_nights()
    best = sum(of[REFERENCE] for of in told.values())
    for each in (2, 3, 5, 10, 20):
        frauds = {seed: int(company(seed).known.y.sum()) for seed in told}
        kept = {seed: min(each * n, ROWS - n) for seed, n in frauds.items()}
        added = [precision_added(s, kept[s], of[BALANCED]) for s, of in told.items()]
        assert sum(added) / best < CURVE.rungs["one ratio everywhere, at best"][0]


def test_the_numbers_that_are_told_of_the_practice_companies_are_theirs() -> None:
    for seed, told in PRACTICE.items():
        assert of_nights(seed) == pytest.approx(told, abs=0.0005)


def test_hidden_companies_come_from_the_secret_so_many_of_each_kind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published = hidden_nights()
    monkeypatch.setenv(secret.VARIABLE, "practice")
    assert not set(published) & set(hidden_nights())
    assert min(published) > 2**64
    kinds = [seed % len(KINDS) for seed in published]
    assert tuple(map(kinds.count, range(len(KINDS)))) == COMPANIES


def test_a_night_fits_what_the_lesson_s_function_fits() -> None:
    one = company(6)
    X, y, *_, budget = one.known
    for n_negatives in (200, 5000):
        scores = [
            student.average_precision_score(
                one.y_later,
                student.ready(X, y, n_negatives, budget, night).predict_proba(one.X_later)[:, 1],
            )
            for night in NIGHTS
        ]
        assert precision_added(6, n_negatives) == pytest.approx(np.mean(scores))
    # Nothing is ready in the morning: the model knows the share of fraud at most.
    assert precision_added(6, 5000) == pytest.approx(one.y_later.mean())


def test_equal_choices_share_one_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted: list[int] = []
    fit = nights._fitted
    monkeypatch.setattr(nights, "_fitted", lambda X, y, b: fitted.append(len(y)) or fit(X, y, b))
    nights.precision.cache_clear()
    assert precision_added(6, 150) == precision_added(6, 150)
    assert len(fitted) == len(NIGHTS)


def test_a_company_s_budget_belongs_to_its_kind() -> None:
    for seed in range(3):
        known = company(seed).known
        least, most = KINDS[seed][1]
        assert least - 1 <= known.budget / known.y.sum() <= most + 1
        assert known.X.shape == known.X_try.shape == (7000, 9)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (None, "one whole number"),
        (12.0, "one whole number"),
        (True, "one whole number"),
        ([100], "one whole number"),
        (0, "the number of negatives lies between 1 and"),
        (100_000, "the number of negatives lies between 1 and"),
    ],
)
def test_what_is_no_number_of_negatives_earns_nothing_and_is_told_so(
    broken: Any, says: str
) -> None:
    by = judge(PRACTICE)
    with pytest.raises(CheckFailed, match="not right yet") as caught:
        check(lambda *known: broken, NEGATIVES_TO_KEEP).earns(5, by=by, on=by.calls)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("choose", "mistake"),
    [
        (student.one_to_one_everywhere, ALL_BALANCED),
        (student.ten, RATIO),
        (student.ten_for_each, TOO_MANY),
        (student.two_for_each, TOO_MANY),
        (student.three_hundred, ""),
    ],
)
def test_a_mistake_is_named_where_all_choices_show_it(choose: Choice, mistake: str) -> None:
    values = [choose(*company(seed).known) for seed in PRACTICE]
    assert judge(PRACTICE)(values).mistake == mistake
