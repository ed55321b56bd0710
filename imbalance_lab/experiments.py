"""Intervals for repeated runs: what every lesson reports instead of one lucky seed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from imbalance_lab.validation import checked, finite, real


class Interval(NamedTuple):
    """A mean over repeated runs and its confidence interval.

    Formatting passes on to the three numbers: ``f"{interval:.3f}"`` gives
    ``0.412 [0.398, 0.426]``, ``f"{interval:+.3f}"`` shows the signs. What rounds
    to zero has no minus. An exact value, of no width, stands alone.

    Attributes
    ----------
    mean, low, high : float
        In the unit of the runs.
    """

    mean: float
    low: float
    high: float

    def __format__(self, spec: str) -> str:
        if "z" not in spec:
            sign = spec[:1] if spec[:1] in ("+", "-", " ") else ""
            spec = f"{sign}z{spec.removeprefix(sign) or '.3f'}"
        mean, low, high = (f"{value:{spec}}" for value in self)
        return mean if self.low == self.high else f"{mean} [{low}, {high}]"

    def __str__(self) -> str:
        return format(self)


@checked(confidence=real(0, 1, closed="neither"))
def interval(values: ArrayLike, confidence: float = 0.95) -> Interval:
    """Return the mean of repeated runs with its t-interval.

    For a paired comparison pass the differences of the runs that share a seed.

    Parameters
    ----------
    values : array-like of shape (n_runs,)
        One result a run, at least 2, all finite.
    confidence : float, default=0.95
        Share of such intervals that would hold the true mean, between 0 and 1.

    Returns
    -------
    Interval

    Raises
    ------
    ValueError
        If there are fewer than 2 runs, a value is not finite or `confidence` is not between 0
        and 1.

    Notes
    -----
    Mean plus and minus the t quantile with n - 1 degrees of freedom times the standard error
    (`scipy.stats.t`, `scipy.stats.sem`). It describes fresh repetitions of the whole experiment, so
    a run should draw its own data.

    Examples
    --------
    >>> print(interval([0.40, 0.42, 0.41, 0.43]))
    0.415 [0.394, 0.436]
    """
    runs = finite(values, "values")
    if runs.ndim != 1 or len(runs) < 2:
        raise ValueError(f"values must hold at least 2 runs in one dimension, got {runs.shape}")
    mean = float(runs.mean())
    if np.ptp(runs) == 0:  # a t distribution needs a width
        return Interval(mean, mean, mean)
    low, high = stats.t.interval(confidence, len(runs) - 1, loc=mean, scale=stats.sem(runs))
    return Interval(mean, float(low), float(high))
