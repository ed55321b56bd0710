"""Choices of a detector are paid fairly: by what they save clients whom nobody has seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from answers import metrics as student
from decisions import courses, points_of

from imbalance_lab.checks import CheckFailed, check
from imbalance_lab.exercises.clients import CURVE, DETECTORS, clients
from imbalance_lab.exercises.metrics import (
    CHOOSE_DETECTOR,
    PRACTICE,
    PRACTICE_SEED,
    practice_clients,
    two_detectors,
)
from imbalance_oracles import secret
from imbalance_oracles.metrics import hidden_clients, told_of

SEEDS = [11, 12]
HONEST = [a.value for a in student.answers.all if a.exercise == "choose_detector" and a.right]
MISTAKEN = [a.value for a in student.answers.all if a.exercise == "choose_detector" and a.mistake]


def share(answer: Any, seed: int) -> float:
    """Return what an answer's choices are worth, as a share of the reference."""
    told, drawn = told_of(seed), clients(seed)
    chosen = [answer(*client.call.args) for client in drawn]
    total = sum(worth[name] for worth, name in zip(told.worth, chosen, strict=True))
    return total / sum(told.reference)


def points(answer: Any, by: Any) -> float:
    return points_of(answer, CHOOSE_DETECTOR, by)


class TestTheCurve:
    @pytest.mark.parametrize("answer", HONEST, ids=lambda answer: answer.__name__)
    def test_whoever_counts_for_the_client_gets_all_points_on_any_draw(self, answer: Any) -> None:
        assert [CURVE.points(share(answer, seed)) for seed in SEEDS] == [5] * len(SEEDS)

    @pytest.mark.parametrize("answer", MISTAKEN, ids=lambda answer: answer.__name__)
    def test_a_mistake_gets_visibly_less_on_any_draw(self, answer: Any) -> None:
        given = [CURVE.points(share(answer, seed)) for seed in SEEDS]
        assert max(given) <= 2.5, given
        assert np.mean(given) <= 1, given

    def test_no_choice_is_worth_much_more_than_the_reference(self) -> None:
        for seed in SEEDS:
            told = told_of(seed)
            best = sum(max(worth.values()) for worth in told.worth)
            assert best < 1.06 * sum(told.reference)

    @pytest.mark.parametrize("letter", DETECTORS)
    def test_the_same_letter_for_everybody_is_worth_little(self, letter: str) -> None:
        given = [CURVE.points(share(lambda *_: letter, seed)) for seed in range(11, 15)]
        assert max(given) <= 1


class TestHiddenClients:
    def test_they_are_drawn_from_the_course_s_secret(self, monkeypatch: pytest.MonkeyPatch) -> None:
        published = hidden_clients().calls[0].args[0]
        monkeypatch.setenv(secret.VARIABLE, "ours")
        assert not hidden_clients().calls[0].args[0].equals(published)

    @pytest.mark.parametrize("course", courses([*"ai", "luck 8"]))
    def test_the_right_and_the_wrong_are_told_apart_for_any_class(
        self, course: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(secret.VARIABLE, course)
        by = hidden_clients()
        assert [points(answer, by) for answer in HONEST] == [5] * len(HONEST)
        assert max(points(answer, by) for answer in MISTAKEN) <= 1.5


class TestPractice:
    def test_what_is_told_about_the_clients_for_practice_is_so(self) -> None:
        told = told_of(PRACTICE_SEED)
        assert told.reference == pytest.approx(PRACTICE.reference, abs=1e-4)
        assert told.one_measure == pytest.approx(PRACTICE.one_measure, abs=1e-4)
        assert told.mistaken == PRACTICE.mistaken
        for now, then in zip(told.worth, PRACTICE.worth, strict=True):
            assert now == pytest.approx(then, abs=1e-4)

    def test_the_example_by_hand_is_the_one_of_the_text(self) -> None:
        test = two_detectors()
        counts = {n: tuple(test.groupby("is_fraud")[n].sum())[::-1] for n in ("A", "B")}
        assert counts == {"A": (60, 9), "B": (80, 63)}
        for price, name in ((200, "A"), (1000, "B")):
            assert [answer(test, 0.01, 10, price) for answer in HONEST] == [name] * len(HONEST)

    @pytest.mark.parametrize("broken", [None, 1, "G", "a", ["A"], "is_fraud", np.array(["A"])])
    def test_what_is_no_name_of_a_detector_earns_nothing(self, broken: Any) -> None:
        by = practice_clients()
        with pytest.raises(CheckFailed, match="not right yet"):
            check(lambda *_: broken, CHOOSE_DETECTOR).earns(5, by=by, on=by.calls)

    def test_the_test_says_nothing_about_the_later_transactions(self) -> None:
        for client in clients(PRACTICE_SEED):
            assert list(client.test) == ["is_fraud", *DETECTORS]
            assert 0.08 < client.test["is_fraud"].mean() < 0.12
            assert not client.test.equals(client.later)
            assert (client.test[list(DETECTORS)].sum() > 0).all()
