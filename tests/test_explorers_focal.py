"""The focal explorer: its numbers are minima of the loss, and α and γ move what they should."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from imbalance_lab.explorers import Explorer
from imbalance_lab.explorers.focal import FocalView, focal_explorer


@pytest.fixture(scope="module")
def view():
    return FocalView()


def numbers(view, **state):
    state = {"gamma": 2.0, "alpha": 0.5, "prevalence": 0.01} | state
    return view(**state).numbers


def value(text):
    return float(text.rstrip("%")) / (100 if text.endswith("%") else 1)


@pytest.mark.parametrize("gamma", [0.0, 1.0, 2.0, 5.0])
@pytest.mark.parametrize("alpha", [0.25, 0.5, 0.9])
@pytest.mark.parametrize("prevalence", [0.01, 0.3])
def test_what_is_said_has_the_least_expected_loss(view, gamma, alpha, prevalence):
    def expected(p):
        positive = -alpha * (1 - p) ** gamma * np.log(p)
        negative = -(1 - alpha) * p**gamma * np.log(1 - p)
        return prevalence * positive + (1 - prevalence) * negative

    best = minimize_scalar(expected, bounds=(1e-6, 1 - 1e-6), method="bounded").x
    found = numbers(view, gamma=gamma, alpha=alpha, prevalence=prevalence)
    assert value(found["said"]) == pytest.approx(best, abs=0.001)
    assert value(found["inflated"]) == pytest.approx(best / prevalence, rel=0.01, abs=0.006)


def test_cross_entropy_says_the_truth(view):
    found = numbers(view, gamma=0.0, prevalence=0.02)
    assert found["said"] == "0.020"
    assert found["inflated"] == "1.00"
    assert found["factor_99"] == "1"


def test_gamma_leaves_the_cut_alone_and_alpha_moves_it(view):
    for gamma in (0.0, 2.0, 5.0):
        for alpha in (0.25, 0.7):
            cut = value(numbers(view, gamma=gamma, alpha=alpha)["cut"])
            # On either side of the cut the model says less and more than one half.
            below = numbers(view, gamma=gamma, alpha=alpha, prevalence=cut - 0.02)
            above = numbers(view, gamma=gamma, alpha=alpha, prevalence=cut + 0.02)
            assert value(below["said"]) < 0.5 < value(above["said"])


def test_gamma_pushes_what_is_said_towards_one_half(view):
    said = [value(numbers(view, gamma=gamma)["said"]) for gamma in (0, 1, 2, 3, 5)]
    assert said == sorted(said)
    assert said[0] < 0.02 < 0.1 < said[2] < 0.5


def test_the_factors_are_those_of_the_formula(view):
    found = numbers(view, gamma=2.0, alpha=0.25)
    assert [value(found[f"factor_{p}"]) for p in (50, 90, 99)] == pytest.approx([0.25, 0.01, 1e-4])
    assert found["weights"] == "0.333 : 1"


def test_controls_and_buttons_drive_it():
    explorer = focal_explorer(prevalence=0.05)
    assert isinstance(explorer, Explorer)
    explorer.press("α = prevalence")
    assert explorer.state["alpha"] == pytest.approx(0.05)
    assert explorer.view.numbers["cut"] == "0.95"
    explorer.press("α = 1 − prevalence")
    assert explorer.view.numbers["cut"] == "0.05"
    explorer.press("The paper: γ = 2, α = 0.25")
    assert explorer.state["gamma"] == 2
    explorer.press("Cross-entropy")
    assert explorer.view.numbers["inflated"] == "1.00"
    explorer.press("γ = 2")
    assert value(explorer.view.numbers["inflated"]) > 2
