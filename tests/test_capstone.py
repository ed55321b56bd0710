"""The capstone is graded fairly: whoever does well gets the points, whoever does little does not.

The curve is tried on companies other than the ones in the graded cell, so that it is not luck.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from answers import capstone as student
from decisions import courses
from released import ROOT

from imbalance_grader.notebook.results import Limits
from imbalance_lab import datasets
from imbalance_lab.checks import CheckFailed, Credit, Worth, check
from imbalance_lab.datasets import CAPACITY, LAST_DAY, TODAY, Company, make_company, read_in_time
from imbalance_lab.exercises.capstone import FIT_DETECTOR, PRACTICE, PROMISE
from imbalance_lab.exercises.companies import (
    CURVE,
    FLATTERED,
    MODEST,
    MODESTY,
    SAME_FOR_ALL,
    SURPRISE,
    UNIT,
    Honesty,
    company,
    money_saved,
    restless_companies,
    saved_by,
    small_companies,
)
from imbalance_oracles import secret
from imbalance_oracles.capstone import flattered, hidden_companies, rehearsed, rungs

DRAWS = [(11, 12, 13, 14), (21, 22, 23, 24), (31, 32, 33, 34)]
WELL_MADE = [
    student.plain_logistic,
    student.regularised_boosting,
    student.regularised_lightgbm,
    student.open_rows_are_legitimate_day_by_day,
]
LAZY = [
    student.flagged_from_half,
    student.balanced_from_half,
    student.smote_from_half,
    student.no_queue,
    student.largest_amounts,
]


def money(seeds: Iterable[int]) -> Worth:
    """Return the judge of decisions on companies."""
    return money_saved({seed: rungs(seed) for seed in seeds})


def points(fit_detector: Any, seeds: Iterable[int]) -> float:
    """Return the points of a detector on companies."""
    judge = money(seeds)
    try:
        return check(fit_detector, FIT_DETECTOR).earns(8, by=judge, on=judge.calls)
    except CheckFailed:
        return 0


class TestTheCurve:
    def test_it_rises_from_nothing_to_all_points(self) -> None:
        given = [CURVE.points(share) for share in np.linspace(-0.5, 1.5, 300)]
        assert given == sorted(given)
        assert (given[0], given[-1]) == (0, 8)
        shares, marks = zip(*CURVE.rungs.values(), strict=True)
        assert list(shares) == sorted(shares)
        assert [CURVE.points(share) for share in shares] == list(marks)

    def test_its_rungs_lie_where_repeated_runs_put_them(self) -> None:
        runs = pd.DataFrame([rungs(seed) for draw in DRAWS for seed in draw]).mean()
        for name, (share, _) in CURVE.rungs.items():
            if name in runs:
                assert runs[name] / runs["reference"] == pytest.approx(share, abs=0.12), name

    @pytest.mark.parametrize("fit_detector", WELL_MADE)
    def test_a_well_made_detector_gets_nearly_all_points_anywhere(self, fit_detector: Any) -> None:
        given = [points(fit_detector, seeds) for seeds in DRAWS]
        assert np.mean(given) >= 7, given
        assert min(given) >= 5, given

    @pytest.mark.parametrize("fit_detector", LAZY)
    def test_a_copy_of_an_earlier_cell_gets_little_anywhere(self, fit_detector: Any) -> None:
        given = [points(fit_detector, seeds) for seeds in DRAWS]
        assert np.mean(given) <= 2.5, given
        assert max(given) <= 4, given


def waits_thirty_days(train: pd.DataFrame) -> student.Detector:
    model = student.fitted(train, student.LogisticRegression(max_iter=1000), newest=30)
    return student.Detector(model, student.gain, allowed=student.pays)


def drops(train: pd.DataFrame, learner: Any) -> student.Detector:
    known = train.dropna(subset="is_fraud")
    model = student.make_pipeline(datasets.transaction_encoder(), learner)
    return student.Detector(model.fit(known, known["is_fraud"]), student.gain, allowed=student.pays)


def drops_and_regularises(train: pd.DataFrame) -> student.Detector:
    return drops(train, student.LogisticRegression(C=0.1, max_iter=1000))


def drops_and_boosts(train: pd.DataFrame) -> student.Detector:
    return drops(train, student.LGBMClassifier(n_jobs=1, random_state=0, verbosity=-1))


def test_the_instructors_page_says_what_each_way_to_make_a_detector_earns() -> None:
    ways = {
        "the reference": student.plain_logistic,
        "open rows count as legitimate, day by day": student.open_rows_are_legitimate_day_by_day,
        "the last 30 days are left out": waits_thirty_days,
        "boosting, regularised": student.regularised_boosting,
        "LightGBM, regularised": student.regularised_lightgbm,
        "a forest, calibrated": student.calibrated_forest,
        "open rows dropped": student.drops_open_labels,
        "open rows dropped, ten times the penalty": drops_and_regularises,
        "open rows dropped, LightGBM at its defaults": drops_and_boosts,
        "the likeliest frauds first": student.likeliest_first,
        "the largest amounts first": student.largest_amounts,
        "flagged at 0.5": student.flagged_from_half,
        "flagged where a review pays, no queue": student.no_queue,
        "balanced weights, flagged at 0.5": student.balanced_from_half,
        "SMOTE, flagged at 0.5": student.smote_from_half,
    }
    page = (ROOT / "docs" / "teaching" / "12-capstone.md").read_text(encoding="utf-8")
    for way, fit in ways.items():
        assert f"| {way} | {points(fit, hidden_companies()):g} |" in page


class TestHiddenCompanies:
    def test_they_are_drawn_from_the_course_s_secret(self, monkeypatch: pytest.MonkeyPatch) -> None:
        published = hidden_companies()
        monkeypatch.setenv(secret.VARIABLE, "ours")
        assert len(hidden_companies()) == len(published) == 4
        assert not set(hidden_companies()) & set(published)

    def test_nobody_can_try_all_seeds(self) -> None:
        seed, other = min(hidden_companies()), max(hidden_companies())
        assert seed > 2**64
        one, two = company(seed).train, company(seed + 2**100).train
        assert not one["amount"].equals(two["amount"])
        assert not one["amount"].equals(company(other).train["amount"])

    @pytest.mark.parametrize("course", courses("ab"))
    def test_luck_decides_little_on_them(
        self, course: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(secret.VARIABLE, course)
        drawn = hidden_companies()
        reference = np.mean([ladder["reference"] for ladder in drawn.values()])
        assert abs(np.mean([rehearsed(seed) for seed in drawn]) - reference) < UNIT
        assert min(flattered(seed) - drawn[seed]["reference"] for seed in drawn) > UNIT
        assert [points(fit, drawn) for fit in WELL_MADE] == [8, 8, 8, 8]
        assert max(points(fit, drawn) for fit in LAZY) <= 4
        assert points(waits_thirty_days, drawn) == 8
        dropped = [student.drops_open_labels, drops_and_regularises, drops_and_boosts]
        assert max(points(fit, drawn) for fit in dropped) <= 7

    def test_the_companies_for_practice_have_the_rungs_that_are_told(self) -> None:
        for seed, told in PRACTICE.items():
            assert rungs(seed) == pytest.approx(told, abs=0.01)
        told = pd.DataFrame(list(PRACTICE.values())).mean()
        for name, (share, _) in CURVE.rungs.items():
            if name in told:
                assert told[name] / told["reference"] == pytest.approx(share, abs=0.05), name

    def test_who_drops_the_open_rows_sees_what_it_costs(self) -> None:
        judge = money_saved(PRACTICE)
        earned = check(student.drops_open_labels, FIT_DETECTOR).earns(8, judge, judge.calls)
        assert earned <= 7
        assert earned.mistake == "what is new is taken for fraud"


class TestDecisions:
    seeds = (11, 12)

    def judged(self, *values: Any) -> Credit:
        return money(self.seeds)(list(values))

    @pytest.mark.parametrize(
        "broken",
        [
            math.nan,
            1,
            "all",
            None,
            [],
            [1, 0],
            np.ones((3, 3)),
            {"flag": 1},
            [[1], [0, 1]],
        ],
    )
    def test_what_is_no_decision_earns_nothing(self, broken: Any) -> None:
        judge = money(self.seeds)
        with pytest.raises(CheckFailed, match="not right yet"):
            check(lambda train: Fixed(broken), FIT_DETECTOR).earns(8, by=judge, on=judge.calls)

    @pytest.mark.parametrize("value", [math.nan, math.inf, 2, -1, 0.5])
    def test_every_decision_must_be_0_or_1(self, value: float) -> None:
        flags = [np.full(len(make_company(seed).later), value) for seed in self.seeds]
        credit = self.judged(*flags)
        assert credit.points(8) == 0
        assert "0 or 1" in credit.says

    def test_flagging_everything_is_read_from_the_top_and_earns_next_to_nothing(self) -> None:
        flags = [np.ones(len(make_company(seed).later), dtype=bool) for seed in self.seeds]
        assert self.judged(*flags).points(8) <= 0.5

    def test_perfect_knowledge_earns_no_more_than_all(self) -> None:
        flags = [make_company(seed).is_fraud for seed in self.seeds]
        assert self.judged(*flags).points(8) == 8

    def test_an_exception_in_fit_or_decide_is_shown(self) -> None:
        def fails(train: pd.DataFrame) -> Any:
            return {}["model"]

        judge = money(self.seeds)
        with pytest.raises(CheckFailed, match="KeyError"):
            check(fails, FIT_DETECTOR).earns(8, by=judge, on=judge.calls)


class Fixed:
    """A detector that always gives the same value."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def decide(self, transactions: pd.DataFrame) -> Any:
        return self.value


def told_apart(seed: int) -> list[tuple[Company, bool]]:
    """Return the small companies, each with whether fraud stays there as it was."""
    restless = restless_companies(seed)
    return [(one, not any(one is each for each in restless)) for one in small_companies(seed)]


class TestPromises:
    seeds = (11, 12, 13)

    def kept(self) -> list[float]:
        companies = [company(seed) for seed in self.seeds]
        detectors = [student.plain_logistic(c.train) for c in companies]
        pairs = zip(companies, detectors, strict=True)
        return [saved_by(c, detector.decide(c.later)) for c, detector in pairs]

    def points(self, promises: list[Any]) -> float:
        return Honesty(student.plain_logistic, self.seeds)([*promises, *self.small()]).points(3)

    def small(self, *promises: float) -> list[float]:
        """Return what a rehearsal promises at the small companies, or other promises in turn.

        These are for those at which fraud moves on, and for the others.
        """
        moves, stays = promises or (0.0, 0.73)
        return [stays if settled else moves for settled in self.settled()]

    def settled(self) -> list[bool]:
        """Return of which small companies fraud stays as it was."""
        return [stays for _, stays in told_apart(min(self.seeds))]

    def test_who_promises_much_where_fraud_moves_on_knew_more_than_a_rehearsal(self) -> None:
        honesty, kept = Honesty(student.plain_logistic, self.seeds), self.kept()
        for place, settled in enumerate(self.settled()):
            little, much = (self.small() for _ in range(2))
            little[place], much[place] = SURPRISE, SURPRISE + 0.02
            if settled:
                continue
            assert honesty([*kept, *little]).points(3) == 3  # a part of it comes by chance
            credit = honesty([*kept, *much])
            assert (credit.points(3), credit.mistake) == (0, FLATTERED)
            assert "where fraud had moved on, you promised 19%, and" in credit.says

    def test_who_promises_nothing_at_all_small_companies_has_not_rehearsed(self) -> None:
        honesty, kept = Honesty(student.plain_logistic, self.seeds), self.kept()
        assert sum(self.settled()) == 2
        for moves, stays in ((0.0, 0.0), (0.1, 0.1)):
            credit = honesty([*kept, *self.small(moves, stays)])
            assert (credit.points(3), credit.mistake) == (0, MODEST)
            assert f"where fraud stayed as it was, you promised {stays:.0%}, and 7" in credit.says
        assert honesty([*kept, *self.small(0.0, 0.45)]).points(3) == 3

    @pytest.mark.parametrize("course", courses("ab"))
    def test_where_fraud_stays_a_rehearsal_promises_what_comes_on_whatever_day_it_begins(
        self, course: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(secret.VARIABLE, course)
        for one in [one for one, stays in told_apart(min(hidden_companies())) if stays]:
            for fit in [*WELL_MADE, student.calibrated_forest]:
                came = saved_by(one, fit(one.train).decide(one.later))
                assert came > 0.65
                for start in (90, 100, 75):
                    promised = student.rehearsed(one.train, fit=fit, start=start)
                    assert came - promised < MODESTY / 2
            assert one.train["amount"].between(100, 200).all()

    @pytest.mark.parametrize("course", courses("ab"))
    def test_where_fraud_moves_on_a_rehearsal_promises_next_to_nothing_and_later_labels_much(
        self, course: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(secret.VARIABLE, course)
        tables = restless_companies(min(hidden_companies()))
        for fit in [*WELL_MADE, student.calibrated_forest]:
            came = [max(saved_by(one, fit(one.train).decide(one.later)), 0) for one in tables]
            assert max(came) < 0.3

            def most(promise: Any, fit: Any = fit, came: Any = came, **days: int) -> float:
                made = [promise(one.train, fit=fit, **days) for one in tables]
                return float(np.max(np.subtract(made, came)))

            for start in (90, 100, 75) if fit is student.plain_logistic else (90,):
                assert most(student.rehearsed, start=start) < SURPRISE
                if fit in WELL_MADE:  # a small forest learns too little from a few new frauds
                    assert most(student.with_later_labels, start=start) > SURPRISE

    def test_what_is_known_of_a_way_of_fraud_comes_when_it_is_all_but_over(self) -> None:
        for one in restless_companies(1):
            known = one.train.dropna(subset="is_fraud")
            delay = known["label_day"] - known["time"]
            assert set(delay[known["is_fraud"] == 1].round(9)) == {28}
            assert set(delay[known["is_fraud"] == 0].round(9)) == {30}
            frauds = known[known["is_fraud"] == 1].groupby("merchant", observed=True)["time"]
            assert (frauds.max() - frauds.min()).max() < 32
            assert frauds.ngroups >= 4
            for merchant, last in frauds.max()[frauds.max() < 110].items():
                afterwards = known[(known["merchant"] == merchant) & (known["time"] > last)]
                assert afterwards.empty, merchant
            assert one.later["amount"].between(100, 200).all()

    def test_a_promise_that_is_kept_gets_all_points_and_less_the_further_it_is_off(self) -> None:
        kept = self.kept()
        given = [
            self.points([share + away * UNIT for share in kept])
            for away in (0, 0.99, 1.5, 2.01, 40)
        ]
        assert given == [3, 3, 1.5, 0, 0]
        assert self.points([share - 1.5 * UNIT for share in kept]) == 1.5

    @pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf, "much", None, True, 10**400])
    def test_what_is_no_number_earns_nothing(self, broken: Any) -> None:
        def promise(train: pd.DataFrame) -> Any:
            return broken

        honesty = Honesty(student.plain_logistic, self.seeds)
        with pytest.raises(CheckFailed, match="not right yet"):
            check(promise, PROMISE).earns(3, by=honesty, on=honesty.calls)

    def test_the_same_promise_for_every_company_does_not_come_from_its_data(self) -> None:
        mean = float(np.mean(self.kept()))
        honesty = Honesty(student.plain_logistic, self.seeds)
        with pytest.raises(CheckFailed, match=r"not made from\s+`train`") as caught:
            check(lambda train: mean, PROMISE).earns(3, by=honesty, on=honesty.calls)
        assert caught.value.mistake == SAME_FOR_ALL

    def test_to_do_nothing_and_to_promise_nothing_is_no_answer(self) -> None:
        def idle(train: pd.DataFrame) -> Any:
            return student.Detector(
                student.fitted(train, student.LogisticRegression(max_iter=1000)),
                student.gain,
                capacity=0,
            )

        credit = Honesty(idle, self.seeds)([0.001, 0.002, 0.003, *self.small()])
        assert credit.points(3) == 0
        assert "nothing to promise" in credit.says

    def test_the_instructors_page_says_what_each_way_to_make_a_promise_earns(self) -> None:
        judge = Honesty(student.plain_logistic, hidden_companies())
        ways = {
            "a rehearsal": student.one_month,
            "a rehearsal of 20 days": student.twenty_days,
            "a rehearsal of 60 days": student.two_months,
            "a rehearsal with only the labels that were final": student.only_final_labels,
            "the newest days, open labels dropped": student.newest_days_without_open_labels,
            "one number for every company": student.the_same_for_all,
            "memory: days that the detector has learned from": student.memory,
            "a random split": student.random_split,
            "a rehearsal with labels that came later": student.a_month_with_later_labels,
            "20 days with labels that came later": student.twenty_days_with_later_labels,
            "45 days with labels that came later": student.half_a_season_with_later_labels,
        }
        page = (ROOT / "docs" / "teaching" / "12-capstone.md").read_text(encoding="utf-8")
        for way, promise in ways.items():
            points = judge([promise(call.args[0]) for call in judge.calls]).points(3)
            assert f"| {way} | {points:g} |" in page
        assert f"promises there {SURPRISE} more than comes" in page

    def test_the_instructors_page_says_what_the_points_do_not_see_of_lightgbm(self) -> None:
        def at_its_defaults(train: pd.DataFrame) -> student.Detector:
            model = student.LGBMClassifier(n_jobs=1, random_state=0, verbosity=-1)
            return student.Detector(
                student.fitted(train, model), student.gain, allowed=student.pays
            )

        judge = Honesty(at_its_defaults, hidden_companies())
        tables = restless_companies(min(hidden_companies()))
        came = [saved_by(one, at_its_defaults(one.train).decide(one.later)) for one in tables]
        told = []
        for days in (45, 30, 20):
            made = [
                student.with_later_labels(call.args[0], 120 - days, fit=at_its_defaults)
                for call in judge.calls
            ]
            there = [
                student.with_later_labels(one.train, 120 - days, fit=at_its_defaults)
                for one in tables
            ]
            too_much = np.max(np.subtract(there, np.maximum(came, 0)))
            told.append(f"{too_much:.2f} over {days} days ({judge(made).points(3):g} points)")
        page = (ROOT / "docs" / "teaching" / "12-capstone.md").read_text(encoding="utf-8")
        assert f"{told[0]}, {told[1]} and {told[2]}" in " ".join(page.split())

    def test_who_fits_as_long_as_the_lesson_allows_is_not_stopped(self) -> None:
        lesson = (ROOT / "solutions" / "12-capstone" / "capstone.py").read_text(encoding="utf-8")
        told = " ".join(lesson.replace("\n#", "").split())
        said = r"may take (\d+) seconds of processor time a company: the grader waits (\d+) for all"
        most, all_of_them = map(int, re.search(said, told).groups())
        assert all_of_them == Limits().call_seconds
        calls = Honesty(student.plain_logistic, hidden_companies()).calls
        rows = [len(call.args[0]) for call in calls]
        assert 1.5 * most * sum(rows) / max(rows) < all_of_them  # on a machine that is busy, too

    @pytest.mark.parametrize("broken", [None, lambda train: Fixed([1]), lambda train: 1 / 0])
    def test_a_detector_that_does_not_work_yet_is_named(self, broken: Any) -> None:
        credit = Honesty(broken, self.seeds)([0.5, 0.6, 0.7, *self.small()])
        assert credit.points(3) == 0
        assert "does not decide yet" in credit.says


class TestCompanies:
    def test_the_same_seed_gives_the_same_company_and_another_one_another(self) -> None:
        one, same, other = (make_company(seed, n_samples=2000) for seed in (1, 1, 2))
        pd.testing.assert_frame_equal(one.train, same.train)
        pd.testing.assert_series_equal(one.is_fraud, same.is_fraud)
        assert not one.train["amount"].equals(other.train["amount"])

    def test_a_label_is_known_exactly_if_its_day_has_come(self) -> None:
        train, later, is_fraud = make_company(3, n_samples=9000)
        assert train["time"].max() < TODAY <= later["time"].min() <= later["time"].max() < LAST_DAY
        assert (train["is_fraud"].notna() == train["label_day"].notna()).all()
        known = train.dropna()
        assert (known["label_day"] <= TODAY).all()
        assert (known["label_day"] > known["time"]).all()
        assert train.loc[train["time"] < TODAY - 30, "is_fraud"].notna().all()
        newest = train.loc[train["time"] >= TODAY - 29, "is_fraud"].dropna()
        assert set(newest) == {1.0}
        assert len(is_fraud) == len(later)

    def test_what_is_to_come_has_no_label_and_no_truth(self) -> None:
        train, later, _ = make_company(3, n_samples=2000)
        hidden = {"is_fraud", "label_day", *datasets.TRUTH_COLUMNS}
        assert not hidden & set(later)
        assert not set(datasets.TRUTH_COLUMNS) & set(train)
        assert list(later.index) == list(range(len(later)))

    def test_companies_differ_in_their_share_of_fraud(self) -> None:
        rates = [make_company(seed).is_fraud.mean() for seed in range(12)]
        assert 0.008 < min(rates) < max(rates) < 0.024
        assert max(rates) - min(rates) > 0.003

    def test_something_new_comes_on_day_120_and_all_else_stays(self) -> None:
        plain, new = make_company(3), make_company(3, new_kind=True)
        assert new.is_fraud.equals(plain.is_fraud)
        for before, after in zip(plain[:2], new[:2], strict=True):
            others = before.columns.difference(["merchant", "channel"])
            assert after[others].equals(before[others])
        rows = pd.concat(new[:2])
        moved = rows["merchant"] == "utilities"
        assert (moved == (rows["channel"] == "phone")).all()
        assert moved[rows["time"] < 120].mean() == pytest.approx(0.001, abs=0.0006)
        assert moved[rows["time"] >= 120].mean() == pytest.approx(0.6, abs=0.02)
        frauds = new.later[new.is_fraud == 1]
        assert (frauds["channel"] == "phone").mean() == pytest.approx(0.6, abs=0.15)

    @pytest.mark.parametrize("wrong", [{"random_state": -1}, {"n_samples": 10}, {"new_kind": 3}])
    def test_wrong_arguments_are_named(self, wrong: dict[str, int]) -> None:
        with pytest.raises(ValueError, match=next(iter(wrong))):
            make_company(**wrong)

    def test_a_team_reads_the_earliest_flags_of_each_day(self) -> None:
        time = [0.9, 0.1, 0.5, 0.2, 1.7, 1.1, 2.0]
        flagged = [1, 1, 1, 1, 1, 0, 1]
        assert list(read_in_time(time, flagged, capacity=2)) == [0, 1, 0, 1, 1, 0, 1]
        assert read_in_time(time, flagged).sum() == CAPACITY + 2

    def test_the_share_saved_follows_the_prices(self) -> None:
        # Without reviews 100 + 15 + 10 + 15 = 140; with two reviews 8 and a miss of 25.
        share = datasets.share_saved([1, 0, 1], [1, 1, 0], [100, 7, 10])
        assert share == pytest.approx(1 - 33 / 140)
        assert datasets.share_saved([1], [0], [5]) == 0
        assert datasets.share_saved([1, 0], [0, 1], [5, 5]) < 0
        with pytest.raises(ValueError, match="at least one fraud"):
            datasets.share_saved([0, 0], [0, 0], [5, 5])
