"""The SMOTE explorer: what it invents obeys SMOTE's rules, and everything follows a control."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from imbalance_lab.datasets import make_two_clouds
from imbalance_lab.explorers.smote import SmoteView, smote_explorer


def clouds(n_samples=200, seed=1):
    return make_two_clouds(n_samples, prevalence=0.1, separation=3.5, random_state=seed)


@pytest.fixture(scope="module")
def view():
    return SmoteView(*clouds())


def number(text):
    return float(text.rstrip("%").replace(",", ""))


def pairs_of_neighbours(rare, k):
    apart = cdist(rare, rare) + np.diag([np.inf] * len(rare))
    return [(i, j) for i, line in enumerate(apart.argsort(axis=1)[:, :k]) for j in line]


def places_on_lines(rows, rare, k):
    """Return for each row the λ at which it lies on a walk, NaN where it lies on none."""
    start, end = (rare[list(side)] for side in zip(*pairs_of_neighbours(rare, k), strict=True))
    step = end - start
    lam = ((rows[:, None] - start) * step).sum(axis=2) / (step**2).sum(axis=1)
    off = np.abs(rows[:, None] - start - lam[..., None] * step).max(axis=2)
    best = off.argmin(axis=1)
    every = np.arange(len(rows))
    return np.where(off[every, best] < 1e-9, lam[every, best], np.nan)


# --- what is invented ---------------------------------------------------------------------------


@pytest.mark.parametrize("k", [1, 3, 8])
@pytest.mark.parametrize("lam", [(0.0, 1.0), (0.2, 0.6)])
def test_rows_lie_on_walks_between_neighbours_within_the_range(view, k, lam):
    found = view._invent(k, lam, wrong=0)
    places = places_on_lines(found.rows, view.rare, k)
    assert np.isfinite(places).all()
    # Where two rows are neighbours of each other, a walk may be read from either end.
    assert (np.minimum(places, 1 - places) >= min(lam[0], 1 - lam[1]) - 1e-9).all()


def test_lambda_zero_copies_and_lambda_beyond_one_leaves_the_hull(view):
    copies = view._invent(5, (0.0, 0.0), 0).rows
    assert cdist(copies, view.rare).min(axis=1).max() < 1e-12
    beyond = view._invent(5, (1.2, 1.5), 0).rows
    assert (places_on_lines(beyond, view.rare, 5) > 1).any()


def test_wrong_labels_are_common_rows_far_from_the_rare_ones(view):
    found = view._invent(5, (0.0, 1.0), wrong=3)
    added = found.rare[len(view.rare) :]
    assert len(added) == 3
    assert cdist(added, view.common).min(axis=1).max() == 0
    away = np.linalg.norm(view.common - view.rare.mean(axis=0), axis=1)
    assert (np.linalg.norm(added - view.rare.mean(axis=0), axis=1) >= np.median(away)).all()


def test_the_numbers_are_those_of_the_rows(view):
    numbers = view(4, (0.0, 1.0), 2).numbers
    found = view._invent(4, (0.0, 1.0), 2)
    assert number(numbers["rare"]) == len(view.rare) + 2
    assert number(numbers["walks"]) == 4 * (len(view.rare) + 2)
    assert number(numbers["new"]) == 300
    kept = found.rows.var(axis=0).sum() / found.rare.var(axis=0).sum()
    assert number(numbers["variance"]) == pytest.approx(kept, abs=0.005)
    to_common = cdist(found.rows, view.common).min(axis=1)
    inside = np.mean(to_common < cdist(found.rows, view.rare).min(axis=1))
    assert number(numbers["inside"]) == pytest.approx(100 * inside, abs=0.6)
    assert number(numbers["touched"]) == pytest.approx(100 * found.from_wrong.mean(), abs=0.6)


def test_the_lesson_s_three_observations_hold(view):
    published = view(5, (0.0, 1.0), 0).numbers
    assert number(view(1, (0.0, 1.0), 0).numbers["walks"]) < number(published["walks"])
    assert number(view(5, (0.5, 0.5), 0).numbers["variance"]) < number(published["variance"])
    assert number(view(5, (0.0, 1.0), 3).numbers["inside"]) > number(published["inside"])
    assert number(published["touched"]) == 0


def test_the_largest_k_is_one_less_than_the_rare_rows_or_fifteen():
    X, y = make_two_clouds(60, prevalence=0.1, random_state=0)
    view = SmoteView(X, y)
    assert view.most_neighbours == 5
    assert number(view(5, (0.0, 1.0), 0).numbers["walks"]) == 30
    assert SmoteView(*clouds(400)).most_neighbours == 15


# --- the widgets --------------------------------------------------------------------------------


def test_the_buttons_jump_to_their_states():
    explorer = smote_explorer(*clouds(), k=3, lam=(-0.5, 1.5), wrong=4)
    explorer.press("Copies (λ = 0)")
    assert explorer.state == {"k": 3, "lam": (0, 0), "wrong": 4}
    for _ in range(3):
        explorer.press("One more wrong label")
    assert explorer.state["wrong"] == 5
    explorer.press("Halfway (λ = 0.5)")
    assert explorer.state["lam"] == (0.5, 0.5)
    explorer.press("SMOTE as published")
    assert explorer.state == {"k": 5, "lam": (0, 1), "wrong": 0}


def test_any_labels_will_do_when_the_positive_one_is_named():
    X, y = clouds()
    words = np.where(y == 1, "fraud", "fine")
    named = SmoteView(X, words, pos_label="fraud")(3, (0.0, 1.0), 0)
    assert named.numbers == SmoteView(X, y)(3, (0.0, 1.0), 0).numbers


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"k": 6}, r"'k' .* must be an int in the range \[1, 5\]. Got 6"),
        ({"lam": (0.8, 0.2)}, r"lam must be two numbers, \(low, high\) with low <= high; got"),
        ({"lam": 0.5}, r"lam must be two numbers, \(low, high\) with low <= high; got 0.5"),
        ({"n_new": 1}, r"'n_new' .* must be an int in the range \[2, inf\). Got 1"),
        ({"X": np.zeros((60, 3))}, r"X must have shape \(60, 2\) like y; got \(60, 3\)"),
        ({"X": np.full((60, 2), np.nan)}, "X must be finite"),
        ({"X": [["a", "b"]] * 60}, "X must be numbers; got"),
        ({"y": [1] + [0] * 59}, "y must have at least 3 positives and 5 negatives; got 1 and 59"),
    ],
)
def test_bad_input_is_named(arguments, message):
    X, y = make_two_clouds(60, prevalence=0.1, random_state=0)
    with pytest.raises(ValueError, match=message):
        smote_explorer(**({"X": X, "y": y} | arguments))
