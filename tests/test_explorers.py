"""Explorers: numbers agree with scikit-learn, and everything moves when a control does."""

from __future__ import annotations

import io
import json
import re
import time

import ipywidgets as widgets
import matplotlib
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from PIL import Image
from sklearn import metrics

from imbalance_builder.execute import kernel_sockets
from imbalance_lab.explorers import Explorer, Table, ThresholdView, View, threshold_explorer
from imbalance_lab.plots import Picture


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


def test_a_state_looks_the_same_whatever_came_before_it():
    y, score = scored()
    fresh = ThresholdView(y, score)(0.37, 1, 20)
    moved = ThresholdView(y, score)
    for threshold, cost_fn in ((0.9, 5000), (0.1, 20), (1.0, 0)):
        moved(threshold, 1, cost_fn)
    with matplotlib.rc_context({"font.size": 22, "xtick.color": "red"}):
        again = moved(0.37, 1, 20)
    assert again == View(fresh.sentence, fresh.tables, again.picture)
    assert again.picture.png == fresh.picture.png


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


def test_a_frame_is_quick_enough_to_follow_a_slider(view):
    view(0.5, 1, 10)
    times = []
    for threshold in np.linspace(0.1, 0.9, 7):
        start = time.process_time()
        view(float(threshold), 1, 10)
        times.append(time.process_time() - start)
    assert np.median(times) < 0.15


def test_exploring_opens_no_figure_and_changes_no_setting():
    settings = dict(matplotlib.rcParams)
    threshold_explorer(*scored()).set(threshold=0.2)
    assert plt.get_fignums() == []
    assert dict(matplotlib.rcParams) == settings


# --- the widgets --------------------------------------------------------------------------------


def shown_by(explorer):
    """Return the values of all HTML widgets inside, which is what a browser draws."""

    def walk(widget):
        if isinstance(widget, widgets.HTML):
            yield widget.value
        for child in getattr(widget, "children", ()):
            yield from walk(child)

    return list(walk(explorer.widget))


def cell(html, key):
    return re.search(f'<td data-metric="{key}">([^<]*)</td>', html).group(1)


def test_moving_the_slider_changes_table_sentence_and_picture():
    y, score = scored()
    explorer = threshold_explorer(y, score, threshold=0.5)
    before = "".join(shown_by(explorer))
    explorer.controls["threshold"].value = 0.2
    after = "".join(shown_by(explorer))
    assert cell(after, "recall") == f"{metrics.recall_score(y, score >= 0.2):.3f}"
    assert cell(before, "recall") == f"{metrics.recall_score(y, score >= 0.5):.3f}"
    assert "At threshold 0.200" in after
    picture = re.compile('src="data:image/png;base64,([^"]+)"')
    assert picture.search(before).group(1) != picture.search(after).group(1)
    assert explorer.view.picture.html in after


def test_changing_a_cost_changes_the_cost():
    y, score = scored()
    explorer = threshold_explorer(y, score, cost_fp=1, cost_fn=10)
    fn, fp = number(explorer.view.numbers["fn"]), number(explorer.view.numbers["fp"])
    explorer.controls["cost_fn"].value = 25
    assert number(explorer.view.numbers["cost"]) == fp + 25 * fn


def test_the_buttons_jump_to_their_thresholds():
    y, score = scored()
    explorer = threshold_explorer(y, score, threshold=0.77)
    explorer.buttons["Go to 0.5"].click()
    assert explorer.state["threshold"] == 0.5
    explorer.buttons["Go to the least cost"].click()
    assert explorer.view.numbers["cost"] == explorer.view.numbers["min_cost"]
    explorer.controls["cost_fn"].value = 300
    assert explorer.view.numbers["cost"] != explorer.view.numbers["min_cost"]
    explorer.buttons["Go to the least cost"].click()
    assert explorer.view.numbers["cost"] == explorer.view.numbers["min_cost"]
    explorer.buttons["Go to the best F1"].click()
    assert explorer.state["threshold"] == ThresholdView(y, score).best_f1_threshold()


def test_decision_values_get_a_button_for_zero():
    explorer = threshold_explorer([0, 0, 1, 1], [-2.0, -0.5, -1.0, 3.0], threshold=1)
    explorer.buttons["Go to 0"].click()
    assert explorer.state["threshold"] == 0
    assert "Go to 0.5" not in explorer.buttons


def test_probabilities_of_exactly_one_keep_the_button_for_a_half():
    assert "Go to 0.5" in threshold_explorer([0, 1], [0.0, 1.0]).buttons


def test_tables_have_headers_and_a_caption_and_the_sentence_is_announced():
    html = threshold_explorer(*scored()).view.html
    assert html.count("<caption>") == 2
    assert html.count('<th scope="col">') == 5
    assert html.count('<th scope="row">') == 9
    assert 'role="status" aria-live="polite"' in html


def test_the_picture_in_the_widget_has_alternative_text():
    explorer = threshold_explorer(*scored())
    image = next(html for html in shown_by(explorer) if "<img" in html)
    assert f'alt="{explorer.view.picture.alt}"' in image


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"cost_fp": -1}, "cost_fp must be a finite number, 0 or more; got -1"),
        ({"cost_fn": float("nan")}, "cost_fn must be a finite number"),
        ({"cost_fn": "10"}, "cost_fn must be a finite number, 0 or more; got '10'"),
        ({"threshold": 1.5}, "threshold must lie between 0 and 1, the range of y_score; got 1.5"),
        ({"threshold": float("nan")}, "threshold must lie between"),
        ({"y_true": [1, 1, 1]}, "y_true must have both classes, two in all; got 1: 1"),
        ({"y_score": [0.1, np.nan, 0.3]}, "y_score must be finite; got 1 NaN or infinite of 3"),
        ({"y_score": [0.1, 0.2]}, r"y_score must have shape \(3,\)"),
        ({"y_true": ["a", "b", "b"]}, "pos_label must be given"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        threshold_explorer(**({"y_true": [0, 1, 1], "y_score": [0.1, 0.2, 0.3]} | arguments))


# --- what every explorer shares -----------------------------------------------------------------


def doubling():
    """Return a two-control explorer and the list of states that it was asked to show."""
    asked = []

    def show(a, b):
        asked.append((a, b))
        table = Table("<sum>", ["", "value"], [("a & b", [("sum", str(a + b))])])
        return View(f"The sum is {a + b}.", [table], Picture(bytes([a, b]), f"{a} and {b}"))

    controls = {"a": widgets.IntSlider(1), "b": widgets.IntSlider(2)}
    jumps = {"Double": lambda state: {name: 2 * value for name, value in state.items()}}
    return Explorer("Sum", controls, show, jumps), asked


def test_several_controls_are_set_with_one_redraw():
    explorer, asked = doubling()
    explorer.buttons["Double"].click()
    explorer.set(a=7, b=8)
    assert asked == [(1, 2), (2, 4), (7, 8)]
    assert explorer.view.numbers == {"sum": "15"}


def test_an_unknown_control_is_named():
    explorer, _ = doubling()
    with pytest.raises(ValueError, match=r"no control is called \['c'\]; there are \['a', 'b'\]"):
        explorer.set(c=1)


def test_text_in_tables_is_escaped():
    html = doubling()[0].view.html
    assert "<caption>&lt;sum&gt;</caption>" in html
    assert "a &amp; b" in html


def test_a_reader_without_a_kernel_gets_the_numbers_and_the_picture():
    explorer, _ = doubling()
    bundle = explorer._repr_mimebundle_()
    assert bundle["text/plain"] == "Sum. The sum is 3."
    assert '<td data-metric="sum">3</td>' in bundle["text/html"]
    assert 'alt="1 and 2"' in bundle["text/html"]
    assert "model_id" in bundle["application/vnd.jupyter.widget-view+json"]


def test_a_stored_notebook_is_the_same_from_run_to_run_but_for_the_model_id():
    show = "threshold_explorer([0, 0, 0, 1, 1], [0.1, 0.2, 0.6, 0.4, 0.9])"
    code = nbformat.v4.new_code_cell
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        code("from imbalance_lab.explorers import threshold_explorer"),
        code(show),
        code(show),
    ]
    with kernel_sockets() as sockets:
        NotebookClient(notebook, config=sockets, kernel_name="python3").execute()
    stored = [cell.outputs[0].data for cell in notebook.cells[1:]]
    ids = [data.pop("application/vnd.jupyter.widget-view+json")["model_id"] for data in stored]
    assert ids[0] != ids[1]
    assert stored[0] == stored[1]
    assert not any(model_id in json.dumps(stored) for model_id in ids)
    assert stored[0]["text/plain"].startswith("Threshold explorer. At threshold 0.500, 2 of 5 rows")
