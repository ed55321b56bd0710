"""Small synthetic problems: one in the plane to look at, two families to simulate with.

The clouds have one parameter for each thing that makes imbalance hard (prevalence, separation,
overlap, density). The families ``make_gauss`` and ``make_nonlinear`` know the true
probability of every row, so a lesson can compare a model with the truth.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit, ndtr
from sklearn.utils import check_random_state, shuffle

from imbalance_lab.validation import PREVALENCE, SEED, Seed, checked, real, whole

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Move = Callable[[Float], None]

_SAMPLES = whole(2)
_NOT_NEGATIVE = real(0)


def _two_classes(
    n_samples: int, prevalence: float, n_features: int, rng: np.random.RandomState, move: Move
) -> tuple[Float, Int]:
    """Draw standard normals, let `move` change the positives in place, and mix the rows."""
    n_positive = round(n_samples * prevalence)
    if not 0 < n_positive < n_samples:
        raise ValueError(
            f"prevalence={prevalence} of n_samples={n_samples} rounds to {n_positive} positives; "
            "both classes need at least one sample."
        )
    X = rng.standard_normal((n_samples, n_features))
    move(X[n_samples - n_positive :])
    y = np.repeat(np.array([0, 1], dtype=np.int64), [n_samples - n_positive, n_positive])
    X, y = shuffle(X, y, random_state=rng)
    return X, y


@checked(
    n_samples=_SAMPLES,
    prevalence=PREVALENCE,
    separation=_NOT_NEGATIVE,
    spread=real(0, None, closed="neither"),
    overlap=real(0, 1, closed="both"),
    random_state=SEED,
)
def make_two_clouds(
    n_samples: int = 400,
    *,
    prevalence: float = 0.1,
    separation: float = 2.0,
    spread: float = 1.0,
    overlap: float = 0.0,
    random_state: Seed = None,
) -> tuple[Float, Int]:
    """Draw a common and a rare cloud of points in the plane.

    The common class is standard normal around the origin. The rare class is normal around
    ``(separation, 0)``, except for a share of it that hides in the common cloud.

    Parameters
    ----------
    n_samples : int, default=400
        Number of points, at least 2.
    prevalence : float in (0, 1), default=0.1
        Share of positives; their number is ``round(n_samples * prevalence)``.
    separation : float, default=2.0
        Distance between the centres, in standard deviations of the common class.
    spread : float, default=1.0
        Standard deviation of the rare class: small is dense, large is diffuse.
    overlap : float in [0, 1], default=0.0
        Share of the positives, rounded to whole points, drawn from the common cloud.
    random_state : int, RandomState instance or None, default=None
        Pass an int for the same points in every call.

    Returns
    -------
    X : ndarray of shape (n_samples, 2)
    y : ndarray of shape (n_samples,)
        1 for the rare class, 0 for the common one, in random order.

    Raises
    ------
    ValueError
        If a parameter is outside its range, or a class would be empty.

    Examples
    --------
    >>> X, y = make_two_clouds(200, prevalence=0.05, random_state=0)
    >>> X.shape, int(y.sum())
    ((200, 2), 10)
    """

    def move(positives: Float) -> None:
        own = len(positives) - round(overlap * len(positives))
        positives[:own] = positives[:own] * spread + [separation, 0.0]

    return _two_classes(n_samples, prevalence, 2, check_random_state(random_state), move)


@checked(
    n_samples=_SAMPLES,
    prevalence=PREVALENCE,
    separation=_NOT_NEGATIVE,
    n_features=whole(1),
    n_informative=whole(0),
    return_proba=["boolean"],
    random_state=SEED,
)
def make_gauss(
    n_samples: int = 10_000,
    *,
    prevalence: float = 0.01,
    separation: float = 0.9,
    n_features: int = 10,
    n_informative: int = 4,
    return_proba: bool = False,
    random_state: Seed = None,
) -> tuple[NDArray[Any], ...]:
    """Draw overlapping Gaussians, for which logistic regression is the right model.

    All features are independent standard normals. Positives are shifted by ``separation``
    on each of the first ``n_informative`` features.

    Parameters
    ----------
    n_samples : int, default=10_000
        Number of rows, at least 2.
    prevalence : float in (0, 1), default=0.01
        Share of positives; their number is ``round(n_samples * prevalence)``.
    separation : float, default=0.9
        Shift of the positives, in standard deviations.
    n_features : int, default=10
        Number of features.
    n_informative : int, default=4
        Number of shifted features, at most ``n_features``. With 0 the data are pure noise.
    return_proba : bool, default=False
        Whether to return the true probability of the positive class as well.
    random_state : int, RandomState instance or None, default=None
        Pass an int for the same rows in every call.

    Returns
    -------
    X : ndarray of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)
        0 or 1, in random order.
    proba : ndarray of shape (n_samples,)
        ``P(y = 1 | x)`` by Bayes' rule. Only with ``return_proba=True``.

    Raises
    ------
    ValueError
        If a parameter is outside its range, or a class would be empty.
    """
    if n_informative > n_features:
        raise ValueError(
            f"n_informative must be at most n_features; got {n_informative} and {n_features}."
        )

    def move(positives: Float) -> None:
        positives[:, :n_informative] += separation

    rng = check_random_state(random_state)
    X, y = _two_classes(n_samples, prevalence, n_features, rng, move)
    if not return_proba:
        return X, y
    # log N(x; s, 1) - log N(x; 0, 1) = s x - s^2 / 2, summed over the shifted features.
    evidence = (separation * X[:, :n_informative] - separation**2 / 2).sum(axis=1)
    return X, y, expit(logit(y.mean()) + evidence)


def _nonlinear_log_odds(X: Float) -> Float:
    return 1.6 * X[:, 0] * X[:, 1] + 1.2 * (np.abs(X[:, 2]) > 1.3) + X[:, 3]


@lru_cache(maxsize=64)
def _nonlinear_intercept(prevalence: float) -> float:
    """Return the intercept at which the mean probability over all x is the prevalence."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()
    # Given x1, the terms 1.6 x0 x1 + x3 together are normal with variance (1.6 x1)^2 + 1.
    normal_part = np.sqrt((1.6 * nodes) ** 2 + 1)[:, None] * nodes
    joint_weights = weights[:, None] * weights
    beyond = 2 * ndtr(-1.3)  # P(|x2| > 1.3)

    def excess(intercept: float) -> float:
        mean = (1 - beyond) * expit(normal_part + intercept)
        mean += beyond * expit(normal_part + 1.2 + intercept)
        return float((joint_weights * mean).sum() - prevalence)

    return float(brentq(excess, -60.0, 60.0))


@checked(
    n_samples=_SAMPLES,
    prevalence=real(1e-6, 1 - 1e-6, closed="both"),
    n_features=whole(4),
    return_proba=["boolean"],
    random_state=SEED,
)
def make_nonlinear(
    n_samples: int = 10_000,
    *,
    prevalence: float = 0.01,
    n_features: int = 10,
    return_proba: bool = False,
    random_state: Seed = None,
) -> tuple[NDArray[Any], ...]:
    """Draw a problem with an interaction and a two-sided effect, which no linear model finds.

    All features are independent standard normals, and the log odds of the positive class are
    ``1.6 x0 x1 + 1.2 [|x2| > 1.3] + x3 + b``. The other features are noise. The intercept
    ``b`` depends on ``prevalence`` alone, so every sample has the same true boundary.

    Parameters
    ----------
    n_samples : int, default=10_000
        Number of rows, at least 2.
    prevalence : float in [1e-6, 1 - 1e-6], default=0.01
        Probability of the positive class. The number of positives varies from sample to
        sample like a binomial count.
    n_features : int, default=10
        Number of features, at least 4.
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
    proba = expit(_nonlinear_log_odds(X) + _nonlinear_intercept(float(prevalence)))
    y = (rng.random_sample(n_samples) < proba).astype(np.int64)
    return (X, y, proba) if return_proba else (X, y)
