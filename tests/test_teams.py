"""Choices of a model are paid fairly: by the frauds that teams find whom nobody has seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from answers import ranking as student
from decisions import courses, points_of

from imbalance_lab.checks import CheckFailed, check
from imbalance_lab.exercises.ranking import (
    CHOOSE_MODEL,
    PRACTICE,
    PRACTICE_SEED,
    practice_teams,
)
from imbalance_lab.exercises.teams import CURVE, MODELS, WHOLE_LIST, teams, two_days
from imbalance_oracles import secret
from imbalance_oracles.ranking import hidden_teams, tells_apart, told_of

SEEDS = [11, 12]
OF_IT = [answer for answer in student.answers.all if answer.exercise == "choose_model"]
HONEST = [answer.value for answer in OF_IT if answer.right]
MISTAKEN = [answer.value for answer in OF_IT if answer.mistake]


def by_the_top_of_all_days(days: Any, capacity: int) -> str:
    """Choose by as many cases as the team reads in all 30 days, wherever they come."""

    def frauds(name: str) -> float:
        return float(days.nlargest(30 * capacity, name)["is_fraud"].sum())

    return max(MODELS, key=frauds)


def share(answer: Any, seed: int) -> float:
    """Return what an answer's choices are worth, as a share of the reference."""
    told = told_of(seed)
    chosen = [answer(*team.call.args) for team in teams(seed)]
    total = sum(worth[name] for worth, name in zip(told.worth, chosen, strict=True))
    return total / sum(told.reference)


def points(answer: Any, by: Any) -> float:
    return points_of(answer, CHOOSE_MODEL, by)


class TestTheCurve:
    @pytest.mark.parametrize(
        "answer", [*HONEST, by_the_top_of_all_days], ids=lambda answer: answer.__name__
    )
    def test_whoever_counts_what_the_team_would_have_found_gets_all_points_on_any_draw(
        self, answer: Any
    ) -> None:
        assert [CURVE.points(share(answer, seed)) for seed in SEEDS] == [5] * len(SEEDS)

    @pytest.mark.parametrize("answer", MISTAKEN, ids=lambda answer: answer.__name__)
    def test_a_measure_without_the_capacity_gets_visibly_less_on_any_draw(
        self, answer: Any
    ) -> None:
        assert max(CURVE.points(share(answer, seed)) for seed in SEEDS) <= 1.5

    @pytest.mark.parametrize("letter", MODELS)
    def test_the_same_letter_for_everybody_is_worth_little(self, letter: str) -> None:
        given = [CURVE.points(share(lambda *_: letter, seed)) for seed in SEEDS]
        assert max(given) <= 1.5

    def test_the_rungs_are_worth_what_they_say_and_no_choice_much_more_than_all(self) -> None:
        for seed in SEEDS:
            told = told_of(seed)
            worst = sum(min(worth.values()) for worth in told.worth)
            assert 0.3 < worst / sum(told.reference) < 0.4
            assert 0.7 < sum(told.one_measure) / sum(told.reference) < 0.88
            best = sum(max(worth.values()) for worth in told.worth)
            assert best < 1.08 * sum(told.reference)


class TestHiddenTeams:
    def test_they_are_drawn_from_the_course_s_secret(self, monkeypatch: pytest.MonkeyPatch) -> None:
        published = hidden_teams().calls[0].args[0]
        monkeypatch.setenv(secret.VARIABLE, "ours")
        assert not hidden_teams().calls[0].args[0].equals(published)

    @pytest.mark.parametrize("course", courses("ai"))
    def test_the_right_and_the_wrong_are_told_apart_for_any_class(
        self, course: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(secret.VARIABLE, course)
        by = hidden_teams()
        assert [points(answer, by) for answer in HONEST] == [5] * len(HONEST)
        assert max(points(answer, by) for answer in MISTAKEN) <= 1.5


class TestPractice:
    def test_what_is_told_about_the_teams_for_practice_is_so(self) -> None:
        told = told_of(PRACTICE_SEED)
        assert tells_apart(told)
        assert told.reference == pytest.approx(PRACTICE.reference, abs=1e-4)
        assert told.one_measure == pytest.approx(PRACTICE.one_measure, abs=1e-4)
        assert told.mistaken == PRACTICE.mistaken
        for now, then in zip(told.worth, PRACTICE.worth, strict=True):
            assert now == pytest.approx(then, abs=1e-4)

    def test_every_way_that_never_heard_of_the_capacity_is_named_by_its_choices(self) -> None:
        ways = [answer.value for answer in OF_IT if answer.mistake == WHOLE_LIST]
        chosen = {"".join(way(*team.call.args) for team in teams(PRACTICE_SEED)) for way in ways}
        assert len(chosen) > 2
        assert chosen <= set(PRACTICE.mistaken[WHOLE_LIST])

    def test_the_example_by_hand_is_the_one_of_the_text(self) -> None:
        for capacity, name in ((1, "A"), (2, "B")):
            assert [way(two_days(), capacity) for way in HONEST] == [name] * len(HONEST)

    @pytest.mark.parametrize("broken", [None, 1, "F", "a", ["A"], "is_fraud", np.array(["A"])])
    def test_what_is_no_name_of_a_model_earns_nothing(self, broken: Any) -> None:
        by = practice_teams()
        with pytest.raises(CheckFailed, match="not right yet"):
            check(lambda *_: broken, CHOOSE_MODEL).earns(5, by=by, on=by.calls)

    def test_the_days_say_nothing_about_later_ones_and_no_two_scores_are_equal(self) -> None:
        for team in teams(PRACTICE_SEED):
            assert list(team.days) == list(team.later) == ["day", "is_fraud", *MODELS]
            assert sorted(team.days["day"].unique()) == list(range(30))
            assert team.days.groupby("day").size().min() > 100 > team.capacity
            assert not team.days[: len(team.later)].equals(team.later[: len(team.days)])
            assert all(team.days[name].is_unique for name in MODELS)
