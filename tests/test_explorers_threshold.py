"""The threshold explorer: its numbers are scikit-learn's, and each panel moves when it should."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image
from sklearn import metrics

from imbalance_lab.explorers.threshold import ThresholdView, threshold_explorer


def scored(n=800, rate=0.08, seed=3, decimals=None):
    """Labels and scores of a mediocre model; few decimals make many ties."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < rate).astype(int)
    score = 1 / (1 + np.exp(-(rng.normal(size=n) + 2.0 * y - 2.0)))
    return y, score if decimals is None else np.round(score, decimals)


@pytest.fixture(scope="module")
def view():
    return ThresholdView(*scored())


def number(text):
    return float(text.replace(",", ""))


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


# --- the numbers --------------------------------------------------------------------------------


@pytest.mark.parametrize("decimals", [None, 1])
@pytest.mark.parametrize("threshold", [0.0, 0.05, 0.3, 0.5, 0.9])
def test_numbers_are_those_of_scikit_learn(decimals, threshold):
    y, score = scored(decimals=decimals)
    numbers = ThresholdView(y, score)(threshold, cost_fp=2, cost_fn=7).numbers
    predicted = (score >= threshold).astype(int)
    tn, fp, fn, tp = metrics.confusion_matrix(y, predicted, labels=[0, 1]).ravel()
    assert [number(numbers[key]) for key in ("tn", "fp", "fn", "tp")] == [tn, fp, fn, tp]
    assert number(numbers["flagged"]) == predicted.sum()
    assert number(numbers["cost"]) == 2 * fp + 7 * fn
    for key, score_of in (
        ("precision", metrics.precision_score),
        ("recall", metrics.recall_score),
        ("f1", metrics.f1_score),
    ):
        assert number(numbers[key]) == pytest.approx(score_of(y, predicted), abs=5e-4)
    assert number(numbers["fpr"]) == pytest.approx(fp / (fp + tn), abs=5e-4)


def test_a_score_on_the_threshold_is_flagged():
    numbers = ThresholdView([0, 1], [0.2, 0.5])(0.5, 1, 1).numbers
    assert (numbers["tp"], numbers["fn"]) == ("1", "0")


def test_precision_is_undefined_when_no_row_is_flagged(view):
    shown = view(1.0, 1, 10)
    assert shown.numbers["flagged"] == "0"
    assert shown.numbers["precision"] == "undefined"
    assert shown.numbers["f1"] == "0.000"


@pytest.mark.parametrize("decimals", [3, 1])
@pytest.mark.parametrize(("cost_fp", "cost_fn"), [(1, 10), (10, 1), (1, 1), (0, 1), (1, 0), (0, 0)])
def test_the_least_cost_is_the_least_of_all_thresholds(decimals, cost_fp, cost_fn):
    y, score = scored(decimals=decimals)
    view = ThresholdView(y, score)

    def cost(threshold):
        flagged = score >= threshold
        return cost_fp * (flagged & (y == 0)).sum() + cost_fn * (~flagged & (y == 1)).sum()

    every = [cost(t) for t in [*np.unique(score), np.inf]]
    best = view.min_cost_threshold(cost_fp, cost_fn)
    assert view.low <= best <= view.high
    assert cost(best) == min(every)
    assert number(view(best, cost_fp, cost_fn).numbers["min_cost"]) == min(every)


@pytest.mark.parametrize("decimals", [2, 1])
def test_the_best_f1_is_the_best_of_all_thresholds(decimals):
    y, score = scored(decimals=decimals)
    best = ThresholdView(y, score).best_f1_threshold()
    reached = metrics.f1_score(y, score >= best)
    assert reached == max(metrics.f1_score(y, score >= t) for t in np.unique(score))


def test_a_found_threshold_is_as_round_as_it_can_be():
    # Anything in (0.31, 0.4712] separates these; 0.4 says it shortest.
    y, score = [0, 0, 1, 1], [0.1, 0.31, 0.4712, 0.9]
    assert ThresholdView(y, score).best_f1_threshold() == 0.4


def test_flagging_nobody_can_be_the_cheapest():
    y, score = [0, 0, 0, 1], [0.9, 0.8, 0.7, 0.1]
    view = ThresholdView(y, score)
    best = view.min_cost_threshold(cost_fp=5, cost_fn=1)
    assert best > 0.9
    assert view(best, 5, 1).numbers["cost"] == "1"


@pytest.mark.parametrize(
    "scores",
    [[0.0, 0.5, 1.0, 1.0], [0.3] * 4, [0.0] * 4, [1.0] * 4, [-3, -1, 0, 8], [7, 7, 7, 7]],
    ids=["to one", "constant", "zeros", "ones", "decision values", "constant values"],
)
def test_every_range_of_scores_has_room_for_flagging_all_and_none(scores):
    view = ThresholdView([0, 1, 0, 1], scores)
    assert view(view.low, 1, 1).numbers["flagged"] == "4"
    assert view(view.high, 1, 1).numbers["flagged"] == "0"
    assert view.low <= view.min_cost_threshold(1, 1) <= view.high
    assert view.low <= view.best_f1_threshold() <= view.high


def test_any_labels_will_do_when_the_positive_one_is_named():
    y, score = scored()
    words = np.where(y == 1, "fraud", "fine")
    named = ThresholdView(words, score, pos_label="fraud")(0.4, 1, 10)
    plain = ThresholdView(y, score)(0.4, 1, 10)
    assert named.numbers == plain.numbers
    assert named.picture.png == plain.picture.png


# --- the picture --------------------------------------------------------------------------------


def test_a_pure_view_changes_all_four_panels_when_the_threshold_moves(view):
    before, after = pixels(view(0.3, 1, 10).picture.png), pixels(view(0.6, 1, 10).picture.png)
    height, width = before.shape[0] // 2, before.shape[1] // 2
    changed = (before != after).any(axis=2)
    for rows in (slice(0, height), slice(height, None)):
        for columns in (slice(0, width), slice(width, None)):
            assert changed[rows, columns].sum() > 100


def test_a_cost_changes_the_cost_panel_and_no_other(view):
    before, after = pixels(view(0.3, 1, 10).picture.png), pixels(view(0.3, 1, 40).picture.png)
    changed = (before != after).any(axis=2)
    height, width = before.shape[0] // 2, before.shape[1] // 2
    assert changed[:height, width:].any()
    assert not changed[height:].any()
    assert not changed[:, : width - 40].any()


def test_the_alternative_text_has_the_numbers(view):
    shown = view(0.5, 1, 10)
    for key in ("recall", "precision", "cost", "min_cost"):
        assert shown.numbers[key] in shown.picture.alt
    assert re.search(r"At threshold 0\.500, \d+ of 800 rows are flagged", shown.picture.alt)
    assert "Prevalence, the precision-recall baseline, is" in shown.picture.alt


# --- the widgets --------------------------------------------------------------------------------


def cell(html, key):
    return re.search(f'<td data-metric="{key}">([^<]*)</td>', html).group(1)


def test_moving_the_slider_changes_the_numbers():
    y, score = scored()
    explorer = threshold_explorer(y, score, threshold=0.5)
    assert cell(explorer.view.html, "recall") == f"{metrics.recall_score(y, score >= 0.5):.3f}"
    explorer.set(threshold=0.2)
    assert cell(explorer.view.html, "recall") == f"{metrics.recall_score(y, score >= 0.2):.3f}"
    assert "At threshold 0.200" in explorer.view.sentence


def test_changing_a_cost_changes_the_cost():
    y, score = scored()
    explorer = threshold_explorer(y, score, cost_fp=1, cost_fn=10)
    fn, fp = number(explorer.view.numbers["fn"]), number(explorer.view.numbers["fp"])
    explorer.set(cost_fn=25)
    assert number(explorer.view.numbers["cost"]) == fp + 25 * fn


def test_the_buttons_jump_to_their_thresholds():
    y, score = scored()
    explorer = threshold_explorer(y, score, threshold=0.77)
    explorer.press("Go to 0.5")
    assert explorer.state["threshold"] == 0.5
    explorer.press("Go to the least cost")
    assert explorer.view.numbers["cost"] == explorer.view.numbers["min_cost"]
    explorer.set(cost_fn=300)
    assert explorer.view.numbers["cost"] != explorer.view.numbers["min_cost"]
    explorer.press("Go to the least cost")
    assert explorer.view.numbers["cost"] == explorer.view.numbers["min_cost"]
    explorer.press("Go to the best F1")
    assert explorer.state["threshold"] == ThresholdView(y, score).best_f1_threshold()


def test_decision_values_get_a_button_for_zero():
    explorer = threshold_explorer([0, 0, 1, 1], [-2.0, -0.5, -1.0, 3.0], threshold=1)
    explorer.press("Go to 0")
    assert explorer.state["threshold"] == 0
    assert "Go to 0.5" not in explorer.jumps


def test_probabilities_of_exactly_one_keep_the_button_for_a_half():
    assert "Go to 0.5" in threshold_explorer([0, 1], [0.0, 1.0]).jumps


def test_tables_have_headers_and_a_caption():
    html = threshold_explorer(*scored()).view.html
    assert html.count("<caption>") == 2
    assert html.count('<th scope="col">') == 4
    assert html.count('<th scope="row">') == 9
    assert "<th></th>" not in html  # the corner of a table is no heading


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"y_true": [1, 1, 1]}, "y_true must have both classes, two in all; got 1: 1"),
        ({"y_score": [0.1, np.nan, 0.3]}, "y_score must be finite; got 1 NaN or infinite of 3"),
        ({"y_score": [0.1, 0.2]}, r"y_score must have shape \(3,\)"),
        ({"y_true": ["a", "b", "b"]}, "pos_label must be given"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        threshold_explorer(**({"y_true": [0, 1, 1], "y_score": [0.1, 0.2, 0.3]} | arguments))
