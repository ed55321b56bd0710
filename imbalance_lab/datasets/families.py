"""Two families of problems in which popular advice has its best case.

A comparison on data for which the rival is the right model by construction proves little. So here
is a family that no linear model fits, on which training with the price of a mistake is said to beat
moving the threshold, and one with small dense groups of rare cases, for which SMOTE was made.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, ndtr
from sklearn.utils import check_random_state

from imbalance_lab.validation import PREVALENCE, SEED, Seed, checked, real, whole

Float = NDArray[np.float64]
Int = NDArray[np.int64]

# Where the features are looked at to find an intercept; narrow steps, because of the bends.
_EDGES = np.linspace(-6, 6, 401)
_SHARES = np.diff(ndtr(_EDGES)) / np.ptp(ndtr(_EDGES))
_MIDDLES = (_EDGES[1:] + _EDGES[:-1]) / 2


def _bent_log_odds(x0: Float, x1: Float) -> Float:
    return 4.0 * np.minimum(x0, 0.0) + 3.0 * np.maximum(x1 - 1.0, 0.0)


@lru_cache(maxsize=64)
def _bent_intercept(prevalence: float) -> float:
    """Return the intercept at which the mean probability over all x is the prevalence."""
    shares = np.outer(_SHARES, _SHARES)
    log_odds = _bent_log_odds(_MIDDLES[:, None], _MIDDLES[None, :])

    def excess(intercept: float) -> float:
        return float((shares * expit(log_odds + intercept)).sum()) - prevalence

    return float(brentq(excess, -80.0, 80.0))


@checked(
    n_samples=whole(2),
    prevalence=real(1e-6, 1 - 1e-6, closed="both"),
    n_features=whole(2),
    return_proba=["boolean"],
    random_state=SEED,
)
def make_bent(
    n_samples: int = 10_000,
    *,
    prevalence: float = 0.01,
    n_features: int = 6,
    return_proba: bool = False,
    random_state: Seed = None,
) -> tuple[NDArray[Any], ...]:
    """Draw a problem whose log odds bend twice, so that the best straight line depends on its use.

    All features are independent standard normals, and the log odds of the positive class are
    ``4 min(x0, 0) + 3 max(x1 - 1, 0) + b``. The other features are noise. Between rows of low
    probability ``x0`` tells most, between rows of high probability ``x1`` alone.

    Parameters
    ----------
    n_samples : int, default=10_000
        Number of rows, at least 2.
    prevalence : float in [1e-6, 1 - 1e-6], default=0.01
        Probability of the positive class; the number of positives varies like a binomial count.
    n_features : int, default=6
        Number of features, at least 2.
    return_proba : bool, default=False
        Whether to return the true probability of the positive class as well.
    random_state : int, RandomState instance or None, default=None
        Pass an int for the same rows in every call.

    Returns
    -------
    X : ndarray of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)
        0 or 1.
    proba : ndarray of shape (n_samples,)
        ``P(y = 1 | x)``. Only with ``return_proba=True``.

    Raises
    ------
    ValueError
        If a parameter is outside its range.
    """
    rng = check_random_state(random_state)
    X = rng.standard_normal((n_samples, n_features))
    proba = expit(_bent_log_odds(X[:, 0], X[:, 1]) + _bent_intercept(float(prevalence)))
    y = (rng.random_sample(n_samples) < proba).astype(np.int64)
    return (X, y, proba) if return_proba else (X, y)


@checked(
    n_samples=whole(2),
    prevalence=PREVALENCE,
    n_features=whole(1),
    n_groups=whole(1),
    spread=real(0, None, closed="neither"),
    random_state=SEED,
)
def make_dense(
    n_samples: int = 10_000,
    *,
    prevalence: float = 0.01,
    n_features: int = 6,
    n_groups: int = 3,
    spread: float = 0.4,
    random_state: Seed = None,
) -> tuple[Float, Int]:
    """Draw a broad common class with small dense groups of the rare class inside it.

    Negatives are standard normal. A positive belongs to one of ``n_groups`` groups, each normal
    around a centre of its own, 1.5 from the origin in a random direction.

    Parameters
    ----------
    n_samples : int, default=10_000
        Number of rows, at least 2.
    prevalence : float in (0, 1), default=0.01
        Probability of the positive class; the number of positives varies like a binomial count.
    n_features : int, default=6
        Number of features.
    n_groups : int, default=3
        Number of groups, equally likely.
    spread : float, default=0.4
        Standard deviation of a group in each feature; that of the negatives is 1.
    random_state : int, RandomState instance or None, default=None
        Pass an int for the same centres and rows in every call.

    Returns
    -------
    X : ndarray of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)
        0 or 1.

    Raises
    ------
    ValueError
        If a parameter is outside its range.
    """
    rng = check_random_state(random_state)
    centres = rng.standard_normal((n_groups, n_features))
    centres *= 1.5 / np.linalg.norm(centres, axis=1, keepdims=True)
    X = rng.standard_normal((n_samples, n_features))
    y = (rng.random_sample(n_samples) < prevalence).astype(np.int64)
    group = rng.randint(n_groups, size=n_samples)
    return np.where(y[:, None] == 1, centres[group] + spread * X, X), y
