"""The teams of lesson 09 are graded fairly: honest thresholds earn all points, lazy ones do not."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from answers import thresholds as student
from decisions import courses, points_of, too_many

from imbalance_lab.exercises.ranges import CURVE, KINDS, Told, judge, team
from imbalance_lab.exercises.thresholds import CHOOSE_THRESHOLD, PRACTICE
from imbalance_oracles import secret
from imbalance_oracles.thresholds import hidden_teams, told

HONEST = [student.at_the_mean_costs, student.by_simulation, student.calibrated_first]
# What each route may earn at most, of five points.
LAZY: list[tuple[Callable[..., float], float]] = [
    (student.what_predict_does, 1),
    (student.at_the_best_f1, 2),
    (student.likely_costs, 1),
    (student.formula_of_means, 1),
    (student.formula_of_likely_costs, 1),
    (student.fewest_mistakes, 1),
    (student.costs_swapped, 0.5),
    (student.nine_of_ten_found, 1),
    (student.worst_case, 2),
    (student.the_top_twentieth, 3),
    (lambda *asked: math.inf, 0),
    (lambda *asked: -math.inf, 0),
    (lambda *asked: 0.1, 1),
    (lambda *asked: 0.02, 1),
]


def points(answer: Any, at: Mapping[int, Told]) -> float:
    """Return the points of thresholds for some teams."""
    return points_of(answer, CHOOSE_THRESHOLD, judge(at))


@pytest.mark.parametrize(
    "course",
    [
        *courses("abcde"),
        # In its first draw calibrating was too little.
        pytest.param("class 22", marks=pytest.mark.long),
    ],
)
def test_honest_thresholds_earn_all_points_and_lazy_ones_less(
    course: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(secret.VARIABLE, course)
    hidden = hidden_teams()
    assert [points(answer, hidden) for answer in HONEST] == [5, 5, 5]
    assert too_many(LAZY, lambda answer: points(answer, hidden)) == {}


def test_hidden_teams_are_drawn_from_the_secret_one_of_each_kind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published = hidden_teams()
    monkeypatch.setenv(secret.VARIABLE, "a")
    assert sorted(seed % len(KINDS) for seed in hidden_teams()) == list(range(len(KINDS)))
    assert not set(hidden_teams()) & set(published)
    assert min(published) > 2**64


def test_what_is_told_of_the_teams_to_practise_on_is_true() -> None:
    for seed, said in PRACTICE.items():
        assert told(seed).reference == pytest.approx(said.reference, abs=0.002)
        assert told(seed).flagged == said.flagged
    assert [points(answer, PRACTICE) for answer in HONEST] == [5, 5, 5]


def test_the_rungs_lie_where_repeated_draws_put_them(monkeypatch: pytest.MonkeyPatch) -> None:
    routes = {
        "the best F1 for every team": student.at_the_best_f1,
        "the top 5% for every team": student.the_top_twentieth,
    }
    shares: dict[str, list[float]] = {name: [] for name in routes}
    for course in "fghi":
        monkeypatch.setenv(secret.VARIABLE, course)
        best = sum(of.reference for of in hidden_teams().values())
        for name, route in routes.items():
            teams = map(team, hidden_teams())
            worth = sum(one.worth(route(*one[:4])) for one in teams)
            shares[name].append(worth / best)
    for name, found in shares.items():
        assert np.mean(found) == pytest.approx(CURVE.rungs[name][0], abs=0.15)


def test_a_team_has_costs_in_its_range_and_later_days_like_those_to_practise_on() -> None:
    for seed in PRACTICE:
        one = team(seed)
        y, score, *costs = one.later
        for told_range, paid in zip((one.cost_fp, one.cost_fn), costs, strict=True):
            assert told_range[0] < told_range[1] < told_range[2]
            assert told_range[0] <= paid.min() <= paid.max() <= told_range[2]
            assert np.mean(paid) == pytest.approx(np.mean(told_range), rel=0.3)
        assert np.mean(y) == pytest.approx(one.y_true.mean(), abs=0.01)
        assert np.median(score) == pytest.approx(np.median(one.y_score), abs=0.2)


@pytest.mark.parametrize("broken", [math.nan, None, "0.7", True, [0.7], {"threshold": 0.7}])
def test_what_is_no_number_earns_nothing(broken: Any) -> None:
    assert points(lambda *asked: broken, PRACTICE) == 0
