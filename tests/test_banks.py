"""The settings of lesson 08 are graded fairly: by what each saves, on banks nobody has seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from answers import focal_loss as student
from decisions import courses, points_of
from sklearn.linear_model import LogisticRegression

from imbalance_lab.datasets import make_gauss
from imbalance_lab.exercises.banks import (
    CURVE,
    FEATURES,
    PAPER,
    PLAIN,
    PRACTICE,
    bank,
    judge,
    saved,
)
from imbalance_lab.exercises.focal_loss import CHOOSE_FOCAL
from imbalance_lab.focal import fit_focal
from imbalance_oracles import secret
from imbalance_oracles.focal_loss import by_law, hidden_banks

#: What choosing in each way earns at least and at most, of five points.
ROUTES: dict[str, tuple[Any, float, float]] = {
    "the law": (student.by_the_law, 5, 5),
    "the law, with γ = 2 at one half": (student.by_the_law_with_gamma, 5, 5),
    "cheapest of four on validation rows": (student.cheapest_of_four, 5, 5),
    "cheapest of eight, γ among them": (student.cheapest_of_eight, 4.5, 5),
    "the paper's": (student.as_in_the_paper, 0, 0.4),
    "untouched": (student.untouched, 1, 2.2),
    "the best constant": (student.best_constant, 1, 2.8),
    "share of fraud": (student.share_of_fraud, 0, 1.2),
    "balanced": (student.balanced, 0, 1),
    "α lowered": (student.lowered, 0, 1.5),
    "γ = 2 everywhere": (student.always_focused, 0, 1.5),
    "prices twice": (student.priced_twice, 0, 1.8),
    "by log loss": (student.by_log_loss_alone, 1, 2.2),
    "(2, balanced)": (
        lambda train, valid, price, rule: (2, float(1 - train["is_fraud"].mean())),
        0,
        0.5,
    ),
}


def points(choose: Any, references: dict[int, float]) -> float:
    return points_of(choose, CHOOSE_FOCAL, judge(references))


@pytest.mark.parametrize(
    "course",
    courses(("practice", *"abc", "luck 16")),
)
def test_each_route_earns_what_it_is_worth(course: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(secret.VARIABLE, course)
    references = PRACTICE if course == "practice" else hidden_banks()
    given = {name: points(choose, references) for name, (choose, _, _) in ROUTES.items()}
    assert {
        name: got for name, got in given.items() if not ROUTES[name][1] <= got <= ROUTES[name][2]
    } == {}


def test_the_rungs_lie_where_repeated_draws_put_them() -> None:
    seeds = range(6, 18)
    best = sum(saved(seed, *by_law(seed)) for seed in seeds)
    for setting, told in zip((PAPER, PLAIN, (0.0, 0.7)), CURVE, strict=False):
        worth = sum(saved(seed, *setting) for seed in seeds) / best
        assert worth == pytest.approx(told[1], abs=0.05), told[0]


def test_the_numbers_that_are_told_of_the_practice_banks_are_theirs() -> None:
    for seed, told in PRACTICE.items():
        assert saved(seed, *by_law(seed)) == pytest.approx(told, abs=0.002)


def test_hidden_banks_are_drawn_from_the_secret_one_of_each_kind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(secret.VARIABLE, "a")
    ours = hidden_banks()
    monkeypatch.setenv(secret.VARIABLE, "b")
    assert not set(ours) & set(hidden_banks())
    assert min(ours) > 2**64
    assert sorted(seed % 6 for seed in ours) == list(range(6))


def test_a_bank_says_what_a_miss_costs_and_keeps_its_later_days() -> None:
    one, other = bank(1), bank(4)
    assert (one.rule, other.rule) == ("half", "loss")
    assert list(one.train.columns) == [*FEATURES, "loss", "is_fraud"]
    assert one.valid["loss"].nunique() == 1
    assert other.valid["loss"].nunique() > 1000
    assert one.train[list(FEATURES)].mean().to_numpy() == pytest.approx(0, abs=1e-9)
    assert not np.array_equal(one.later["log_amount"][:50], one.valid["log_amount"][:50])


@pytest.mark.parametrize(
    "broken",
    [None, 2, "ab", (2,), (2, 0.5, 1), (2, 1), (-1, 0.5), (2, "x"), (True, 0.5), (2, np.nan)],
)
def test_what_is_no_setting_earns_nothing(broken: Any) -> None:
    assert points(lambda train, valid, price, rule: broken, PRACTICE) == 0


class TestFitFocal:
    X, y = make_gauss(1500, prevalence=0.1, random_state=0)

    def test_without_gamma_it_is_logistic_regression(self) -> None:
        theirs = LogisticRegression(C=np.inf, tol=1e-8).fit(self.X, self.y)
        ours = fit_focal(self.X, self.y)(self.X)
        assert ours == pytest.approx(theirs.predict_proba(self.X)[:, 1], abs=2e-3)

    def test_alpha_weighs_the_positives(self) -> None:
        weights = np.where(self.y == 1, 0.9, 0.1)
        theirs = LogisticRegression(C=np.inf, tol=1e-8).fit(self.X, self.y, weights)
        ours = fit_focal(self.X, self.y, alpha=0.9)(self.X)
        assert ours == pytest.approx(theirs.predict_proba(self.X)[:, 1], abs=3e-3)

    @pytest.mark.parametrize(
        ("settings", "says"),
        [({"gamma": -1}, "gamma"), ({"alpha": 1.0}, "alpha"), ({"alpha": 0.0}, "alpha")],
    )
    def test_what_it_cannot_take_is_named(self, settings: dict[str, float], says: str) -> None:
        with pytest.raises(ValueError, match=says):
            fit_focal(self.X, self.y, **settings)

    def test_one_class_is_refused(self) -> None:
        with pytest.raises(ValueError, match="both classes"):
            fit_focal(self.X, 0 * self.y)
