"""Choices of lesson 05 are graded fairly: careful ones earn all points, folklore does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from answers import resampling as student
from decisions import courses, points_of

from imbalance_lab.checks import CheckFailed, check
from imbalance_lab.exercises.nights import (
    ALL_BALANCED,
    BALANCED,
    CURVE,
    KINDS,
    NIGHTS,
    RATIO,
    REFERENCE,
    TOO_MANY,
    company,
    judge,
    precision_added,
)
from imbalance_lab.exercises.resampling import NEGATIVES_TO_KEEP, PRACTICE
from imbalance_oracles import secret
from imbalance_oracles.resampling import hidden_nights, of_nights

Choice = Callable[..., Any]


def five_for_each(X: Any, y: Any, X_try: Any, y_try: Any, budget: int) -> int:
    return 5 * int(y.sum())


#: What each way of choosing earns at least, of five points, and at most.
ROUTES: list[tuple[Choice, float, float]] = [
    (student.ratios_in_three_draws, 5, 5),
    (student.nine_numbers_in_three_draws, 5, 5),
    (student.one_to_one_everywhere, 0, 0),
    (student.two_for_each, 0, 3),
    (five_for_each, 0, 4),
    (student.ten_for_each, 0, 4),
    (student.three_hundred, 0, 3),
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


@pytest.mark.long
def test_the_rung_in_the_middle_is_where_five_for_each_fraud_is() -> None:
    told = {seed: told for seed in range(24) if (told := of_nights(seed))}
    found = [
        precision_added(company(seed), 5 * int(company(seed).known.y.sum()), one[BALANCED])
        for seed, one in told.items()
    ]
    share = sum(found) / sum(one[REFERENCE] for one in told.values())
    assert share == pytest.approx(CURVE.rungs["1:5 everywhere"][0], abs=0.25)


def test_the_numbers_that_are_told_of_the_practice_companies_are_theirs() -> None:
    for seed, told in PRACTICE.items():
        assert of_nights(seed) == pytest.approx(told, abs=0.0005)


def test_hidden_companies_come_from_the_secret_two_of_each_kind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(secret.VARIABLE, "practice")
    hidden = hidden_nights()
    assert not set(hidden) & set(PRACTICE)
    assert min(hidden) > 2**64
    assert sorted(seed % len(KINDS) for seed in hidden) == [0, 0, 1, 1, 2, 2]


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
        assert precision_added(one, n_negatives) == pytest.approx(np.mean(scores))
    # Nothing is ready in the morning: the model knows the share of fraud at most.
    assert precision_added(one, 5000) == pytest.approx(one.y_later.mean())


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
        (0, "can't be kept"),
        (100_000, "can't be kept"),
    ],
)
def test_what_is_no_number_of_negatives_earns_nothing_and_is_told_so(
    broken: Any, says: str
) -> None:
    nights = judge(PRACTICE)
    with pytest.raises(CheckFailed, match="not right yet") as caught:
        check(lambda *known: broken, NEGATIVES_TO_KEEP).earns(5, by=nights, on=nights.calls)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("choose", "mistake"),
    [
        (student.one_to_one_everywhere, ALL_BALANCED),
        (student.ten, RATIO),
        (student.ten_for_each, TOO_MANY),
        (student.two_for_each, ""),
    ],
)
def test_a_mistake_is_named_where_all_choices_show_it(choose: Choice, mistake: str) -> None:
    values = [choose(*company(seed).known) for seed in PRACTICE]
    assert judge(PRACTICE)(values).mistake == mistake
