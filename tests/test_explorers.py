"""What every explorer shares: controls that drive a scene, and a picture that follows its state."""

from __future__ import annotations

import json

import ipywidgets as widgets
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
    Table,
    View,
    focal_explorer,
    prevalence_explorer,
    smote_explorer,
    threshold_explorer,
)
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
    assert any(f'alt="{picture.alt}"' in html for html in shown_by(explorer))
    assert any(explorer.view.sentence in html for html in shown_by(explorer))


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
    for button in explorer.buttons.values():
        for _ in range(6):
            button.click()
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


def shown_by(explorer):
    """Return the values of all HTML widgets inside, which is what a browser draws."""

    def walk(widget):
        if isinstance(widget, widgets.HTML):
            yield widget.value
        for child in getattr(widget, "children", ()):
            yield from walk(child)

    return list(walk(explorer.widget))


# --- a small one --------------------------------------------------------------------------------


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
