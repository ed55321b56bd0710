"""Difficulty and discrimination against numbers worked out by hand and by another library."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imbalance_grader.reporting.items import difficulty, discrimination


def test_difficulty_is_the_mean_share_over_those_who_are_marked():
    shares = np.array([[1.0, 0.0, np.nan], [0.5, 0.0, np.nan], [0.0, 1.0, np.nan]])
    assert difficulty(shares) == pytest.approx([0.5, 1 / 3, np.nan], nan_ok=True)


def test_discrimination_leaves_the_exercise_itself_out_of_the_total():
    points = np.random.default_rng(0).integers(0, 4, size=(30, 4)).astype(float)
    frame = pd.DataFrame(points)
    expected = [frame[i].corr(frame.drop(columns=i).sum(axis=1)) for i in frame]
    assert discrimination(points) == pytest.approx(expected)
    # With the exercise in the total, every value would be larger.
    inflated = [frame[i].corr(frame.sum(axis=1)) for i in frame]
    assert (discrimination(points) < inflated).all()


def test_by_hand():
    points = np.array([[0.0, 0, 0], [1, 0, 1], [1, 1, 1], [0, 0, 0], [1, 1, 0]])
    # Exercise 1 against the sum of the others, (0, 1, 2, 0, 1): r = 1.6 / sqrt(1.2 * 2.8).
    assert discrimination(points)[0] == pytest.approx(0.8728716)


@pytest.mark.parametrize(
    "points",
    [
        np.ones((10, 3)),  # everybody the same
        np.eye(4),  # too few submissions
        np.arange(10.0).reshape(10, 1),  # one exercise alone
        np.full((6, 2), np.nan),  # nothing marked
    ],
)
def test_where_it_says_nothing_it_is_undefined(points):
    assert np.isnan(discrimination(points)).all()
