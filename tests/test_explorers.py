"""What every explorer shares: controls that drive a scene, and a picture that follows its state."""

from __future__ import annotations

import matplotlib
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from nbclient import NotebookClient

from imbalance_builder.execute import kernel_sockets
from imbalance_lab.datasets import make_gauss, make_two_clouds
from imbalance_lab.explorers import (
    Explorer,
    focal_explorer,
    prevalence_explorer,
    smote_explorer,
    threshold_explorer,
)
from imbalance_lab.explorers.base import Table, View
from imbalance_lab.explorers.front import Control
from imbalance_lab.plots import Picture


def threshold(**start):
    _, y, score = make_gauss(400, prevalence=0.1, return_proba=True, random_state=0)
    return threshold_explorer(y, score, **start)


def smote(**start):
    return smote_explorer(*make_two_clouds(200, separation=3.5, random_state=1), **start)


# How each is made, states away from its start, and starts that its controls do not reach.
EXPLORERS = {
    "threshold": (
        threshold,
        [{"threshold": 0.2}, {"cost_fp": 7}, {"cost_fn": 500}],
        [("threshold", 1.5), ("threshold", np.nan), ("cost_fp", -1), ("cost_fn", "10")],
    ),
    "prevalence": (
        prevalence_explorer,
        [{"prevalence": 0.01}, {"separation": 3.0}, {"easy": 50}, {"recall": 0.9}],
        [("prevalence", 0), ("prevalence", 0.9), ("recall", 1), ("separation", -1), ("easy", 2.5)],
    ),
    "smote": (
        smote,
        [{"k": 2}, {"lam": (0.0, 0.4)}, {"wrong": 2}],
        [("k", 0), ("k", 2.5), ("k", 16), ("wrong", -1), ("wrong", True), ("lam", (-1, 1))],
    ),
    "focal": (
        focal_explorer,
        [{"gamma": 0.0}, {"alpha": 0.9}, {"prevalence": 0.3}],
        [("gamma", -1), ("gamma", 7), ("alpha", 0), ("alpha", 1.0), ("prevalence", 1)],
    ),
}
MAKERS = {name: maker for name, (maker, _, _) in EXPLORERS.items()}
STATES = [(name, state) for name, (_, states, _) in EXPLORERS.items() for state in states]
WRONG = [(name, *start) for name, (_, _, starts) in EXPLORERS.items() for start in starts]


@pytest.mark.parametrize(("name", "change"), STATES)
def test_every_control_changes_what_is_said_and_shown(name, change):
    explorer = MAKERS[name]()
    before = explorer.view
    explorer.set(**change)
    assert explorer.state == explorer.state | change
    assert explorer.view.numbers != before.numbers
    assert explorer.view.sentence != before.sentence
    assert explorer.view.picture.png != before.picture.png


@pytest.mark.parametrize("name", EXPLORERS)
def test_a_state_looks_the_same_whatever_came_before_it(name):
    maker, states, _ = EXPLORERS[name]
    explorer = maker()
    fresh = explorer.view
    start = explorer.state
    for state in states:
        explorer.set(**state)
    with matplotlib.rc_context({"font.size": 22, "xtick.color": "red"}):
        explorer.set(**start)
    assert explorer.view == View(fresh.sentence, fresh.tables, explorer.view.picture)
    assert explorer.view.picture.png == fresh.picture.png


@pytest.mark.parametrize("name", EXPLORERS)
def test_what_stands_still_is_drawn_once(name, monkeypatch):
    drawn = []
    draw = FigureCanvasAgg.draw
    monkeypatch.setattr(FigureCanvasAgg, "draw", lambda self: drawn.append(self) or draw(self))
    maker, states, _ = EXPLORERS[name]
    explorer = maker()
    for state in states:
        explorer.set(**state)
    assert len(drawn) == 1


@pytest.mark.parametrize("name", EXPLORERS)
def test_the_picture_says_what_it_shows_and_where_it_stands(name):
    explorer = MAKERS[name]()
    picture = explorer.view.picture
    assert picture.alt.startswith(explorer._view_of.shows)
    assert explorer.view.sentence in picture.alt
    shown = explorer.front.shown
    assert (shown["alt"], shown["sentence"]) == (picture.alt, explorer.view.sentence)
    assert explorer.front.png == picture.png


@pytest.mark.parametrize("name", EXPLORERS)
def test_exploring_opens_no_figure_and_changes_no_setting(name):
    settings = dict(matplotlib.rcParams)
    maker, states, _ = EXPLORERS[name]
    maker().set(**states[0])
    assert plt.get_fignums() == []
    assert dict(matplotlib.rcParams) == settings


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_button_leads_to_a_state_that_the_controls_reach(name):
    explorer = MAKERS[name]()
    for label in explorer.jumps:
        for _ in range(6):
            explorer.press(label)
        MAKERS[name](**explorer.state)


@pytest.mark.parametrize(("name", "argument", "wrong"), WRONG)
def test_a_start_that_its_control_does_not_reach_is_refused_by_name(name, argument, wrong):
    with pytest.raises(ValueError, match=f"The '{argument}' parameter .* must be .* range .* Got"):
        MAKERS[name](**{argument: wrong})


@pytest.mark.parametrize(
    ("name", "argument", "beyond"),
    [("threshold", "cost_fn", -1), ("prevalence", "easy", 101), ("smote", "lam", (0, 2))],
)
def test_a_value_that_its_control_does_not_reach_changes_nothing(name, argument, beyond):
    maker, states, _ = EXPLORERS[name]
    explorer = maker()
    state, numbers = explorer.state, explorer.view.numbers
    with pytest.raises(ValueError, match=f"the control {argument} does not reach"):
        explorer.set(**states[0], **{argument: beyond})
    assert explorer.state == state
    assert explorer.view.numbers == numbers


def ask(explorer, after="", **values):
    """Ask for values as a browser does."""
    explorer.front.wanted = {"values": values, "after": after}


@pytest.mark.parametrize(("name", "change"), STATES)
def test_what_the_browser_asks_for_is_shown_to_it(name, change):
    asked, told = MAKERS[name](), MAKERS[name]()
    told.set(**change)
    ask(asked, "view 7", **change)
    assert asked.state == told.state
    assert asked.front.shown == told.front.shown | {"after": "view 7"}
    assert asked.front.png == told.front.png


def test_what_the_browser_asks_for_stays_within_the_ends():
    explorer = smote()
    ask(explorer, k=99, lam=[1.0, -7], wrong=2.6)
    assert explorer.state == {"k": 15, "lam": (-0.5, 1.0), "wrong": 3}


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_control_has_a_name_and_says_what_it_means(name):
    controls = MAKERS[name]().front.spec["controls"]
    assert all(control["label"] and len(control["tip"]) > 20 for control in controls)
    labels = [control["label"] for control in controls]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("name", EXPLORERS)
def test_a_picture_leaves_room_for_the_numbers_beside_it(name):
    # On a laptop of 1280 with the file browser open a notebook has 812 pixels; numbers need 228.
    width = MAKERS[name]().front.png[16:20]
    assert int.from_bytes(width, "big") <= 812 - 228


def test_probabilities_of_rare_positives_lie_on_a_logit_scale():
    _, y, score = make_gauss(4000, prevalence=0.01, return_proba=True, random_state=0)
    rare = threshold_explorer(y, score)
    assert rare.controls["threshold"].scale == "logit"
    assert {ax.get_xscale() for ax in rare._view_of.figure.axes} == {"logit", "linear"}
    assert threshold().controls["threshold"].scale == "linear"
    assert threshold_explorer(y, 10 * score).controls["threshold"].scale == "linear"
    rare.set(threshold=0.0012)
    assert "At threshold 0.0012, " in rare.view.sentence
    for end in (0, 1):  # beyond what the panels show
        rare.set(threshold=end)
        assert rare.view.numbers["flagged"] == ("0" if end else "4,000")


# --- a small one --------------------------------------------------------------------------------


START = [("a", 1), ("b", 2)]


def doubling():
    """Return a two-control explorer and the list of states that it was asked to show."""
    asked = []

    def show(a, b):
        asked.append((a, b))
        table = Table("<sum>", ["", "value"], [("a & b", [("sum", str(a + b))])])
        png = bytes([*16 * [0], 0, 0, 0, a, 0, 0, 0, b])  # where a PNG says how large it is
        return View(f"The sum is {a + b}.", [table], Picture(png, f"{a} and {b}"))

    controls = [Control(name, start, 0, 100, name, "", 100, decimals=0) for name, start in START]
    jumps = {"Double": lambda state: {name: 2 * value for name, value in state.items()}}
    return Explorer("Sum", controls, show, jumps), asked


def test_several_controls_are_set_with_one_redraw():
    explorer, asked = doubling()
    explorer.press("Double")
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
    assert repr(explorer) == "Sum. The sum is 3."
    assert '<td data-metric="sum">3</td>' in explorer.still
    assert 'alt="1 and 2."' in explorer.still
    assert "<p>The sum is 3.</p>" in explorer.still
    assert "<script" not in explorer.still


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
    first, second = ([output.data for output in cell.outputs] for cell in notebook.cells[1:])
    widget = "application/vnd.jupyter.widget-view+json"
    ids = [data[1].pop(widget)["model_id"] for data in (first, second)]
    assert ids[0] != ids[1]
    assert first == second
    still, live = first
    assert still["text/plain"].startswith("Threshold explorer. At threshold 0.500, 2 of 5 rows")
    assert "<figure" in still["text/html"]
    assert widget not in still  # else a notebook that is opened again shows its error in its place
    assert live == {"text/plain": "Run this cell in Jupyter to move the controls."}
