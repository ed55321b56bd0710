"""A linear model trained with the focal loss. Used in lesson 08, by the lesson and by its judge."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import expit

from imbalance_lab.validation import checked, real

Float = NDArray[np.float64]


@checked(X=["array-like"], y=["array-like"], gamma=real(0), alpha=real(0, 1, closed="neither"))
def fit_focal(
    X: ArrayLike, y: ArrayLike, gamma: float = 0.0, alpha: float = 0.5
) -> Callable[[ArrayLike], Float]:
    """Train a linear model by the mean focal loss, without a penalty.

    SciPy minimises the loss and finds its slope by differences. It starts where the model says the
    prevalence to every row.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features, of similar scale.
    y : array-like of shape (n_samples,)
        Labels, 0 or 1, both of them present.
    gamma : float, default=0.0
        Focusing parameter, 0 or more. With 0 it is logistic regression.
    alpha : float in (0, 1), default=0.5
        Weight of a positive row; a negative row weighs 1 - `alpha`.

    Returns
    -------
    callable
        ``model(X)`` returns what the model says of each row: the probability of class 1, as the
        loss makes it, of shape (n_samples,).

    Raises
    ------
    ValueError
        If a parameter is outside its range, or `y` has one class only.

    Examples
    --------
    >>> model = fit_focal([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1])
    >>> model([[1.5]]).round(2)
    array([0.5])
    """
    rows, labels = np.asarray(X, dtype=float), np.asarray(y)
    prevalence = float(np.mean(labels == 1))
    if prevalence in (0, 1):
        raise ValueError(f"y must have both classes, got {prevalence:.0%} positives")
    sign = np.where(labels == 1, 1.0, -1.0)
    weights = np.where(labels == 1, alpha, 1 - alpha)
    weights = weights / weights.mean()  # moves no minimum, and keeps the steps' size

    def mean_loss(theta: Float) -> float:
        margin = sign * (theta[0] + rows @ theta[1:])
        return float(np.mean(weights * expit(-margin) ** gamma * np.logaddexp(0, -margin)))

    start = np.r_[np.log(prevalence / (1 - prevalence)), np.zeros(rows.shape[1])]
    found = minimize(mean_loss, start, method="L-BFGS-B").x
    return lambda X: expit(found[0] + np.asarray(X, dtype=float) @ found[1:])
