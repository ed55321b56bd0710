"""From differences to one of four verdicts, by a rule that was fixed before the runs.

Each condition gets an interval for its mean difference, and so does the mean over all conditions;
together the intervals of one comparison cover all their true means in 95% of repetitions
(Bonferroni). An interval that lies on one side of the margin answers the advice with yes or no; one
that contains the margin leaves it open. Absence of evidence is never a no.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from imbalance_lab.experiments import Interval, interval

EXPECTATIONS = ("more", "less", "same", "no more", "no less")
HOLDS, ONLY_IF, DOES_NOT_HOLD = "holds", "holds only if", "does not hold"
NOT_SHOWN = "not shown"
CONFIDENCE = 0.95


def answer(low: float, high: float, margin: float, expects: str) -> str:
    """Return whether an interval of a difference says yes or no to an expectation.

    Parameters
    ----------
    low, high : float
        Of the interval, in the unit of the margin.
    margin : float
        The smallest difference that matters.
    expects : str
        "more": at least the margin above 0; "less": at least the margin below it; "same": within
        the margin on both sides; "no more" and "no less": not by the margin above, below.

    Returns
    -------
    {"yes", "no", "open"}
    """
    if expects in ("less", "no less"):  # the mirror image of the other one
        mirrored = {"less": "more", "no less": "no more"}[expects]
        return answer(-high, -low, margin, mirrored)
    above, below = low > margin, high < margin
    if expects == "more":
        return "yes" if above else "no" if below else "open"
    if expects == "no more":
        return "yes" if below else "no" if above else "open"
    if -margin < low and below:
        return "yes"
    return "no" if above or high < -margin else "open"


def verdict(answers: Sequence[str], overall: str) -> str:
    """Return the verdict on advice from the answers of its conditions and of all together.

    It holds only if ..., where yes and no were both said, be it by conditions or by their mean. It
    holds, or does not, if the mean over all conditions says so and no condition contradicts. It is
    not shown otherwise.

    Parameters
    ----------
    answers : sequence of {"yes", "no", "open"}
        One for each condition.
    overall : {"yes", "no", "open"}
        For the mean over all conditions.
    """
    said = {*answers, overall}
    if {"yes", "no"} <= said:
        return ONLY_IF
    return {"yes": HOLDS, "no": DOES_NOT_HOLD}.get(overall, NOT_SHOWN)


def level_of(conditions: int) -> float:
    """Return the confidence of each interval that makes all of them hold together at 95%."""
    return 1 - (1 - CONFIDENCE) / (conditions + 1)


def simultaneous(values: ArrayLike, conditions: int) -> Interval:
    """Return the interval of one of several conditions, which cover together at 95%."""
    return interval(values, level_of(conditions))


def pooled(
    parts: Sequence[ArrayLike], weights: Sequence[float], conditions: int
) -> Interval | None:
    """Return the interval of the weighted mean of independent parts (Welch and Satterthwaite).

    Parameters
    ----------
    parts : sequence of array-like
        Independent runs of each part; a part of fewer than two runs makes the mean unknown.
    weights : sequence of float
        Of the parts' means; they are scaled to add up to 1.
    conditions : int
        With how many conditions the interval has to hold together.

    Returns
    -------
    Interval or None
    """
    values = [np.asarray(part, dtype=float) for part in parts]
    if not values or min(map(len, values)) < 2:
        return None
    shares = np.asarray(weights, dtype=float) / np.sum(weights)
    means = np.array([part.mean() for part in values])
    variances = shares**2 * np.array([part.var(ddof=1) / len(part) for part in values])
    mean, variance = float(shares @ means), float(variances.sum())
    if variance == 0:
        return Interval(mean, mean, mean)
    freedom = variance**2 / (variances**2 / np.array([len(part) - 1 for part in values])).sum()
    half = float(stats.t.ppf((1 + level_of(conditions)) / 2, freedom) * np.sqrt(variance))
    return Interval(mean, mean - half, mean + half)


def half_width(
    sd: NDArray[np.float64], n: NDArray[np.int_], test_share: float = 0.0
) -> NDArray[np.float64]:
    """Return half the width of 95% t intervals for means, corrected for splits that share rows.

    Splits of one data set share rows, so the naive variance of their mean is too small. Nadeau and
    Bengio (2003) add the ratio of test to other rows to 1/n.

    Parameters
    ----------
    sd : ndarray
        Standard deviations of the repeats.
    n : ndarray of int
        Numbers of repeats, each at least 2.
    test_share : float, default=0
        Test rows as a share of all rows, where the repeats are splits; 0 for fresh draws.

    Returns
    -------
    ndarray
    """
    variance = sd**2 * (1 / n + test_share / (1 - test_share))
    return np.asarray(stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * np.sqrt(variance))


def over_sets(differences: ArrayLike, margin: float, seed: int = 0) -> tuple[float, float, float]:
    """Return the probabilities that a difference over data sets is below, within, above the margin.

    Parameters
    ----------
    differences : array-like of shape (n_families,)
        One mean difference for each family of data sets.
    margin : float
        Half the width of the region of practical equivalence.
    seed : int, default=0

    Returns
    -------
    below, within, above : float
        By the Bayesian signed-rank test of Benavoli et al. (2017), as baycomp has it: the
        probabilities for the median of the differences of the population of sets.
    """
    import baycomp

    values = np.asarray(differences, dtype=float)
    above, within, below = baycomp.SignedRankTest.probs(
        values, np.zeros_like(values), rope=margin, nsamples=2000, random_state=seed
    )
    return float(below), float(within), float(above)


def simulate(
    effects: Sequence[float],
    sd: float,
    repeats: int,
    margin: float,
    expects: str,
    runs: int = 2000,
    seed: int = 0,
) -> dict[str, float]:
    """Return how often each verdict comes out where the true effects are known.

    Conditions of one repeat share draws, so half of their variance is common to all of them.

    Parameters
    ----------
    effects : sequence of float
        The true mean difference of each condition.
    sd : float
        Standard deviation of a difference between repeats.
    repeats : int
    margin : float
    expects : str
    runs : int, default=2000
        Simulated studies.
    seed : int, default=0

    Returns
    -------
    dict of str to float
        Shares of the four verdicts; they add up to 1.
    """
    rng = np.random.default_rng(seed)
    conditions = len(effects)
    own, common = (rng.normal(0, sd / 2**0.5, (runs, k, repeats)) for k in (conditions, 1))
    draws = np.asarray(effects)[:, None] + own + common
    draws = np.concatenate([draws, draws.mean(axis=1, keepdims=True)], axis=1)
    half = stats.t.ppf((1 + level_of(conditions)) / 2, repeats - 1) * stats.sem(draws, axis=-1)
    means = draws.mean(axis=-1)
    found = dict.fromkeys((HOLDS, ONLY_IF, DOES_NOT_HOLD, NOT_SHOWN), 0)
    for lows, highs in zip(means - half, means + half, strict=True):
        pairs = zip(lows, highs, strict=True)
        *answers, overall = [answer(low, high, margin, expects) for low, high in pairs]
        found[verdict(answers, overall)] += 1
    return {name: count / runs for name, count in found.items()}
