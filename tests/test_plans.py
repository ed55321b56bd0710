"""Plans of lesson 07: who asks the rows earns all points, folklore and formulas alone do not."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from answers import class_weights as student
from decisions import courses, points_of, too_many

from imbalance_lab.exercises import plans
from imbalance_lab.exercises.class_weights import PRACTICE, WEIGHTS_OR_THRESHOLD
from imbalance_lab.exercises.plans import CURVE, KINDS, client, judge, saved
from imbalance_oracles import secret
from imbalance_oracles.class_weights import (
    hidden_clients,
    saved_by_formulas,
    validated,
    worth_of_formulas,
)

HONEST = [
    student.none_or_all_of_the_costs,
    student.on_the_folds_of_the_lesson,
    student.thresholds_are_searched_too,
    student.on_one_half_after_the_other,
]
#: What each route of the lesson may earn at most, of five points.
LAZY: list[tuple[Callable[..., Any], float]] = [
    (student.nothing_and_a_half, 0.5),
    (student.always_balanced, 0.5),
    (student.everything_together, 1),
    (student.always_costs, 2),
    (student.never_weights, 2),
    (student.threshold_where_it_is_free, 3.7),
    (student.weights_where_it_is_free, 3.7),
]


def points(answer: Any, at: Mapping[int, float]) -> float:
    """Return the points of plans for some clients."""
    return points_of(answer, WEIGHTS_OR_THRESHOLD, judge(at))


def test_what_formulas_save_a_client_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a class's clients suit is asked again with each that is drawn in another's place."""
    tried: list[Any] = []
    monkeypatch.setattr(plans, "saved", lambda one, plan: tried.append(plan) or 0.3 * plan[1])
    saved_by_formulas.cache_clear()
    seeds = range(3)
    for _ in range(2):
        worth = worth_of_formulas(dict.fromkeys(seeds, 0.6))
    saved_by_formulas.cache_clear()
    ways = [plans.known_plans(client(seed)) for seed in seeds]
    names = (plans.FORMULA, plans.FORMULA_TOO)
    assert worth == pytest.approx([np.mean([way[name][1] / 2 for way in ways]) for name in names])
    assert len(tried) == 6


@pytest.mark.parametrize(
    "course",
    courses([*"abcd", "luck 3", "class 8"]),
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


def test_hidden_clients_are_drawn_from_the_secret_one_of_each_kind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published = hidden_clients()
    monkeypatch.setenv(secret.VARIABLE, "a")
    drawn = hidden_clients()
    assert not set(drawn) & set(published)
    for seeds in (published, drawn, PRACTICE):
        assert sorted(seed % len(KINDS) for seed in seeds) == list(range(len(KINDS)))
    assert min(published) > 2**64
    seed = min(published)
    assert not np.array_equal(client(seed).X, client(seed + len(KINDS) * 2**100).X)


def test_what_is_told_of_the_practice_clients_is_what_the_reference_saves() -> None:
    for seed, told in PRACTICE.items():
        one = client(seed)
        assert saved(one, validated(*one.call.args)) == pytest.approx(told, abs=0.002)


@pytest.mark.long
def test_the_rungs_lie_where_repeated_draws_put_them(monkeypatch: pytest.MonkeyPatch) -> None:
    routes = [
        student.always_balanced,
        student.always_costs,
        student.never_weights,
        student.threshold_where_it_is_free,
    ]
    shares = []
    for course in "abcdefgh":
        monkeypatch.setenv(secret.VARIABLE, course)
        clients = [(client(seed), best) for seed, best in hidden_clients().items()]
        plans = [[saved(one, f(*one.call.args)) / best for one, best in clients] for f in routes]
        shares.append(np.mean(plans, axis=1))
    told = [share for _, share, _ in CURVE][:-1]
    assert np.mean(shares, axis=0) == pytest.approx(told, abs=0.05)


def test_a_plan_that_costs_more_than_doing_nothing_is_worth_nothing() -> None:
    assert saved(client(4), (1, 0.5)) == 0
    assert saved(client(2), (1000, client(2).threshold)) == 0


@pytest.mark.parametrize(
    "broken",
    [
        None,
        1.0,
        "no",
        (1,),
        (1, 0.5, 0),
        (0, 0.5),
        (math.nan, 0.5),
        (1, 1.5),
        (True, 0.5),
        ("1", 0),
    ],
)
def test_what_is_no_plan_earns_nothing(broken: Any) -> None:
    assert points(lambda X, y, cost_fp, cost_fn, threshold: broken, {4: 0.2}) == 0


def test_the_threshold_of_a_client_is_the_clients_and_the_message_says_so() -> None:
    with pytest.raises(ValueError, match=r"applies 0\.5, the plan says 0\.1"):
        saved(client(0), (1, 0.1))
