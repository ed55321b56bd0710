"""The choices of lesson 11 are graded fairly: honest routes earn all points, lazy ones do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from answers import ensembles_and_extremes as student
from decisions import courses, points_of, too_many

from imbalance_lab.checks import Worth
from imbalance_lab.exercises.contests import CURVE, Contest, contests
from imbalance_lab.exercises.ensembles_and_extremes import (
    PRACTICE,
    PRACTICE_REFERENCE,
    SWITCH_OR_WAIT,
    practice,
)
from imbalance_oracles import ensembles_and_extremes as oracle
from imbalance_oracles import secret

HONEST = [
    student.by_bootstrap,
    student.by_dirichlet,
    student.by_smoothed_bootstrap,
    student.by_normal_formula,
]
# What each lazy route may earn at most, of five points.
LAZY: list[tuple[Callable[..., Any], float]] = [
    (student.never_switches, 0),
    (student.always_switches, 0),
    (student.always_waits, 1),
    (student.a_clear_lead, 2),
    (student.the_higher, 3),
    (student.the_higher_after_the_switch, 3.5),
    (student.forty_frauds, 3),
    (student.exchanged, 0),
]
COURSES = courses("abc")


def points(answer: Any, judge: Worth) -> float:
    """Return the points of choices."""
    return points_of(answer, SWITCH_OR_WAIT, judge)


@pytest.mark.parametrize("course", COURSES)
def test_honest_routes_earn_all_points_and_lazy_ones_less(
    course: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(secret.VARIABLE, course)
    hidden = oracle.hidden_contests()
    assert [points(answer, hidden) for answer in HONEST] == [5, 5, 5, 5]
    assert too_many(LAZY, lambda answer: points(answer, hidden)) == {}


def test_hidden_contests_are_drawn_from_the_secret_and_nobody_can_try_all_seeds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published = oracle.hidden_contests().calls
    monkeypatch.setenv(secret.VARIABLE, "a")
    other = oracle.hidden_contests().calls
    assert len(published) == len(other) == 64
    assert [c.args[2:] for c in published] != [c.args[2:] for c in other]
    far = contests(2**100 + 5, 2**100 + 7, 8)
    assert [one.wait for one in far] != [one.wait for one in contests(5, 7, 8)]


def test_practice_is_of_the_same_kind_and_its_reference_is_what_is_told() -> None:
    drawn = contests(*PRACTICE)
    assert oracle.reference(drawn) == pytest.approx(PRACTICE_REFERENCE, abs=0.01)
    assert oracle.luck_decides_little(drawn)
    assert [points(answer, practice()) for answer in HONEST] == [5, 5, 5, 5]


PRINTED = {
    "wait": "always wait",
    "clear": "a clear lead, or wait",
    "higher": "the higher number wins",
}


def above_the_rungs(drawn: Sequence[Contest]) -> list[float]:
    """Return by how much each lazy route of the curve is worth more than its rung."""
    _, lazy = oracle.shares_of_routes(drawn)
    return [lazy[route] - CURVE.rungs[name][0] for route, name in PRINTED.items()]


def test_what_the_curve_prints_is_so_on_every_draw() -> None:
    for drawn in (contests(*PRACTICE), oracle._drawn(secret.PUBLISHED)[0]):
        assert min(above_the_rungs(drawn)) > -0.15
        assert max(above_the_rungs(drawn)) < 0.08


@pytest.mark.long
def test_the_rungs_lie_in_the_middle_of_many_draws() -> None:
    found = [above_the_rungs(oracle._drawn(f"class {number}")[0]) for number in range(12)]
    assert np.abs(np.mean(found, axis=0)).max() < 0.06


def _contest(lead: Sequence[int], gain: int = 1000, switch: int = 0, wait: int = 100) -> Contest:
    b = np.array(lead)
    return Contest(np.zeros(len(b), int), b, gain, switch, wait, 0.3)


def test_a_choice_is_worth_what_it_brings_against_keeping_a() -> None:
    one = _contest([1, 0, 0], switch=50, wait=100)
    assert [one.worth(choice) for choice in ("A", "B", "wait")] == [0, 250, 150]
    dear = _contest([1, 0, 0], switch=400, wait=100)
    assert [dear.worth(choice) for choice in ("A", "B", "wait")] == [0, -100, -100]


def test_a_contest_has_both_detectors_on_the_same_frauds_and_its_lead_is_that_of_thousands() -> (
    None
):
    drawn, again = contests(3, 1), contests(3, 1)
    assert [one.ahead for one in drawn] == [one.ahead for one in again]
    assert {len(one.caught_a) == len(one.caught_b) for one in drawn} == {True}
    sizes = np.array([len(one.caught_a) for one in drawn])
    assert sizes.min() >= 8
    assert sizes.max() <= 400
    assert np.mean(sizes < 25) == 0.75
    many = [one for one in drawn if len(one.caught_a) > 100]
    counted = [one.caught_b.mean() - one.caught_a.mean() for one in many]
    assert counted == pytest.approx([one.ahead for one in many], abs=0.15)


@pytest.mark.parametrize("broken", [None, 1, True, "a", "C", ["A"], {"choice": "A"}, 0.5])
def test_what_is_no_choice_earns_nothing(broken: Any) -> None:
    assert points(lambda *asked: broken, practice()) == 0
