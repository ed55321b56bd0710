"""What each exercise tells about a class: how hard it was, and whether it tells students apart."""

from __future__ import annotations

import numpy as np

FEWEST = 5  # below this many submissions a correlation says nothing


def difficulty(shares: np.ndarray) -> np.ndarray:
    """Return the mean share of points that each exercise earned.

    Parameters
    ----------
    shares : ndarray of shape (n_submissions, n_exercises)
        Points given divided by points possible, NaN where an exercise is not marked yet.

    Returns
    -------
    ndarray of shape (n_exercises,)
        Between 0 (nobody solved it) and 1 (everybody did); NaN where nobody is marked.
    """
    shares = np.asarray(shares, dtype=float)
    marked = ~np.isnan(shares)
    total = np.where(marked, shares, 0.0).sum(axis=0)
    counts = marked.sum(axis=0)
    share = np.full(shares.shape[1], np.nan)
    np.divide(total, counts, out=share, where=counts > 0)
    return share


def discrimination(points: np.ndarray) -> np.ndarray:
    """Return the corrected item-total correlation of each exercise.

    It is Pearson's correlation of an exercise's points with the points of all the *other*
    exercises, over the class. Correlated with the full total instead, an exercise would be
    correlated with itself in part [1]_ [2]_.

    Parameters
    ----------
    points : ndarray of shape (n_submissions, n_exercises)
        Points given. Rows with a NaN are left out.

    Returns
    -------
    ndarray of shape (n_exercises,)
        NaN where it is undefined: fewer than 5 complete rows, one exercise alone, or the same
        points for everybody.

    References
    ----------
    .. [1] J. P. Guilford (1953). The correlation of an item with a composite of the remaining
       items in a test. Educational and Psychological Measurement 13, 87-93.
    .. [2] S. Henrysson (1963). Correction of item-total correlations in item analysis.
       Psychometrika 28, 211-218.
    """
    points = np.asarray(points, dtype=float)
    points = points[~np.isnan(points).any(axis=1)]
    n_rows, n_items = points.shape
    if n_rows < FEWEST or n_items < 2:
        return np.full(n_items, np.nan)
    rest = points.sum(axis=1, keepdims=True) - points
    return np.array([_correlation(points[:, i], rest[:, i]) for i in range(n_items)])


def _correlation(x: np.ndarray, y: np.ndarray) -> float:
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    return float(np.corrcoef(x, y)[0, 1])
