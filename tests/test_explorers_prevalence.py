"""The prevalence explorer: exact numbers, and each curve moves only when it should."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from imbalance_lab.explorers import Explorer
from imbalance_lab.explorers.prevalence import EASY, PrevalenceView, prevalence_explorer


@pytest.fixture(scope="module")
def view():
    return PrevalenceView()


def numbers(view, **state):
    state = {"prevalence": 0.1, "separation": 1.8, "easy": 0, "recall": 0.6} | state
    return view(**state).numbers


def value(text):
    return float(text.rstrip("%")) / (100 if text.endswith("%") else 1)


@pytest.mark.parametrize(
    ("prevalence", "separation", "easy"), [(0.5, 0.0, 0), (0.1, 1.8, 0), (0.05, 1.0, 4)]
)
def test_the_areas_are_those_of_a_large_sample(view, prevalence, separation, easy):
    rng = np.random.default_rng(0)
    n_positive = 40_000
    n_ordinary = round(n_positive * (1 - prevalence) / prevalence)
    means = np.repeat([separation, 0.0, EASY], [n_positive, n_ordinary, n_ordinary * easy])
    y = np.arange(len(means)) < n_positive
    score = rng.normal(means)
    found = numbers(view, prevalence=prevalence, separation=separation, easy=easy)
    assert value(found["roc_auc"]) == pytest.approx(metrics.roc_auc_score(y, score), abs=0.005)
    ap = metrics.average_precision_score(y, score)
    assert value(found["ap"]) == pytest.approx(ap, abs=0.008)
    flagged = score >= np.quantile(score[y], 0.4)
    assert value(found["precision"]) == pytest.approx(y[flagged].mean(), abs=0.008)
    assert value(found["fpr"]) == pytest.approx(flagged[~y].mean(), abs=0.005)


def test_prevalence_moves_precision_recall_and_leaves_roc_alone(view):
    common, rare = numbers(view, prevalence=0.5), numbers(view, prevalence=0.001)
    assert common["roc_auc"] == rare["roc_auc"]
    assert common["fpr"] == rare["fpr"]
    assert value(rare["ap"]) < 0.1 < 0.8 < value(common["ap"])
    assert value(rare["baseline"]) == pytest.approx(0.001)


def test_easy_negatives_lift_roc_and_leave_precision_recall_alone(view):
    few, many = numbers(view, easy=0), numbers(view, easy=100)
    assert value(many["roc_auc"]) > 0.99 > 0.92 > value(few["roc_auc"])
    assert value(many["ap"]) == pytest.approx(value(few["ap"]), abs=0.001)
    assert many["precision"] == few["precision"]


def test_a_score_that_knows_nothing_has_the_baseline_of_either_curve(view):
    found = numbers(view, separation=0.0, prevalence=0.02)
    assert found["roc_auc"] == "0.500"
    assert found["ap"] == "0.020"
    assert found["lift"] == "1"
    assert found["alarms"] == "49"


def test_false_alarms_for_each_catch_follow_from_the_precision(view):
    found = numbers(view, prevalence=0.01)
    precision = value(found["precision"])
    assert value(found["alarms"]) == pytest.approx((1 - precision) / precision, rel=0.01)
    assert value(found["lift"]) == pytest.approx(precision / 0.01, rel=0.01)


def test_controls_and_buttons_drive_it():
    explorer = prevalence_explorer()
    assert isinstance(explorer, Explorer)
    before = explorer.view.numbers
    explorer.press("Ten times rarer")
    assert explorer.state["prevalence"] == pytest.approx(0.01)
    assert explorer.view.numbers["roc_auc"] == before["roc_auc"]
    assert explorer.view.numbers["ap"] != before["ap"]
    explorer.press("100 easy negatives for each")
    assert explorer.state["easy"] == 100
    explorer.press("Start again")
    assert explorer.view.numbers == before
    for _ in range(5):
        explorer.press("Ten times rarer")
    assert explorer.state["prevalence"] == pytest.approx(0.001)
