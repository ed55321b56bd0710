"""Whoever chooses a rule by its bill gets all points of lesson 01, whoever does not gets few."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from answers import accuracy_paradox as student
from decisions import courses, points_of

from imbalance_lab.checks import CheckFailed, check
from imbalance_lab.exercises.accuracy_paradox import CHEAPEST_RULE
from imbalance_lab.exercises.rules import (
    CURVE,
    DAYS,
    MOST_ACCURATE,
    PRACTICE,
    RULES,
    SAME_FOR_ALL,
    company,
    judge,
    saved,
)
from imbalance_oracles import secret
from imbalance_oracles.accuracy_paradox import cheapest, hidden_companies


def always(rule: str) -> Any:
    return lambda past: rule


def by_mean_loss(past: pd.DataFrame) -> str:
    """Charge every missed fraud what one costs on average."""
    fraud = past["is_fraud"] == 1
    loss = past.loc[fraud, "amount"].mean() + 15
    missed = {rule: np.sum(fraud & (past[rule] == 0)) for rule in RULES}
    return min(RULES, key=lambda rule: 4 * past[rule].sum() + loss * missed[rule])


#: What choosing in each way is worth at least and at most, in points.
ROUTES: dict[str, tuple[Any, float, float]] = {
    "the bill on all of the past": (student.by_its_own_bill, 4, 4),
    "what it saves": (student.by_what_it_saves, 4, 4),
    "the bill on the newer half": (student.newer_half, 4, 4),
    "every fraud at the mean loss": (by_mean_loss, 3.5, 4),
    "every fraud at the median loss": (student.the_usual_fraud, 0.5, 2.5),
    "accuracy": (student.most_accurate, 0, 0),
    "prices swapped": (student.prices_swapped, 0, 0),
    "most frauds found": (student.finds_most, 0, 0),
    "nobody": (always("nobody"), 0, 0),
    "new device and abroad": (always("new device and abroad"), 0, 0.5),
    "new device": (always("new device"), 1, 1.5),
    "any sign": (always("any sign"), 0, 0.5),
    "everybody": (always("everybody"), 0, 0),
}


def points(choose: Any, references: dict[int, float]) -> float:
    return points_of(choose, CHEAPEST_RULE, judge(references), 4)


@pytest.mark.parametrize(
    "course",
    ["practice", *courses([*"ab", "luck 2"])],
)
def test_each_route_earns_what_it_is_worth(course: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(secret.VARIABLE, course)
    references = PRACTICE if course == "practice" else hidden_companies()
    given = {name: points(choose, references) for name, (choose, _, _) in ROUTES.items()}
    assert {
        name: got for name, got in given.items() if not ROUTES[name][1] <= got <= ROUTES[name][2]
    } == {}


def test_the_rungs_are_where_one_rule_for_all_is() -> None:
    later = [company(seed).later for seed in PRACTICE]
    best = sum(PRACTICE.values())
    worth = {name: share for name, share, _ in CURVE}
    for rule in ("new device and abroad", "new device"):
        share = sum(saved(table, rule) for table in later) / best
        assert share == pytest.approx(worth[f"“{rule}”, everywhere"], abs=0.05)


def test_the_reference_is_the_rule_of_the_smallest_bill_in_the_past() -> None:
    for seed, euros in PRACTICE.items():
        past, later = company(seed)
        assert saved(later, cheapest(past)) == pytest.approx(euros, abs=0.01)


def test_hidden_companies_come_from_the_secret_three_of_each_kind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(secret.VARIABLE, "a")
    ours = hidden_companies()
    monkeypatch.setenv(secret.VARIABLE, "b")
    assert not set(ours) & set(hidden_companies())
    assert min(ours) > 2**64
    assert [seed % 3 for seed in ours] == 3 * [0, 1, 2]
    assert len({cheapest(company(seed).past) for seed in ours}) >= 3  # no rule fits all


def test_a_company_s_rules_flag_what_their_names_say() -> None:
    past, later = company(1)
    assert list(past.columns) == ["amount", "is_fraud", *RULES]
    assert past.dtypes[1:].map(lambda kind: kind.kind).eq("i").all()
    assert not past["nobody"].any()
    assert past["everybody"].all()
    narrow, device, sign = (later[rule] for rule in RULES[1:4])
    assert (narrow <= device).all()
    assert (device <= sign).all()
    assert abs(len(past) / len(later) - 1) < 0.1  # as many days before as after
    assert DAYS == 60


def test_what_a_rule_saves_are_its_frauds_less_its_reviews() -> None:
    table = pd.DataFrame({"amount": [20.0, 185, 30], "is_fraud": [0, 1, 0]})
    table = table.assign(nobody=0, everybody=1)
    assert saved(table, "nobody") == 0
    assert saved(table, "everybody") == 200 - 3 * 4


@pytest.mark.parametrize("broken", [None, 2, "new", ["new device"], np.array(["nobody"] * 2), {}])
def test_what_is_no_rule_earns_nothing_and_is_told_so(broken: Any) -> None:
    euros = judge(PRACTICE)
    with pytest.raises(CheckFailed, match="not right yet") as caught:
        check(lambda past: broken, CHEAPEST_RULE).earns(4, by=euros, on=euros.calls)
    told = " ".join(str(caught.value).split())
    assert "the answer must be one of nobody, new device and abroad" in told


@pytest.mark.parametrize(
    ("rules", "mistake"),
    [
        ([student.most_accurate(company(seed).past) for seed in PRACTICE], MOST_ACCURATE),
        (["any sign"] * 9, SAME_FOR_ALL),
        (["nobody"] * 9, SAME_FOR_ALL),
        (["nobody", "new device", "new device"] * 3, ""),
    ],
)
def test_a_mistake_is_named_only_where_all_choices_show_it(rules: list[str], mistake: str) -> None:
    assert judge(PRACTICE)(rules).mistake == mistake
