"""How often an interval covers the truth: exactly for a recall, by drawing for splits of a set."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedShuffleSplit
from statsmodels.stats.proportion import proportion_confint

from imbalance_evidence.verdicts import half_width
from imbalance_lab.datasets import make_gauss
from imbalance_lab.evidence.data import parse, seed_of
from imbalance_lab.experiments import interval

Float = NDArray[np.float64]

MEASURES = ("covered", "lowest", "width")
GRID = 2001
SPLITS, TEST_SHARE = 10, 0.3


def _by_statsmodels(method: str) -> Callable[[NDArray[np.int64], int], tuple[Float, Float]]:
    def bounds(found: NDArray[np.int64], n: int) -> tuple[Float, Float]:
        low, high = proportion_confint(found, n, 0.05, method=method)
        return np.asarray(low), np.asarray(high)

    return bounds


def _bootstrap(found: NDArray[np.int64], n: int) -> tuple[Float, Float]:
    """Return what the percentile bootstrap gives with endlessly many draws."""
    low, high = (stats.binom.ppf(q, n, found / n) / n for q in (0.025, 0.975))
    return np.asarray(low), np.asarray(high)


INTERVALS: dict[str, Callable[[NDArray[np.int64], int], tuple[Float, Float]]] = {
    "wilson": _by_statsmodels("wilson"),
    "clopper_pearson": _by_statsmodels("beta"),
    "jeffreys": _by_statsmodels("jeffreys"),
    "normal": _by_statsmodels("normal"),
    "bootstrap": _bootstrap,
}


def _of_recall(method: str, settings: Mapping[str, Any]) -> dict[str, float]:
    """Return the exact coverage over a range of recalls, summed over all outcomes of each."""
    found = np.arange(settings["positives"] + 1)
    low, high = INTERVALS[method](found, settings["positives"])
    recalls = np.linspace(settings["low"], settings["high"], GRID)[:, None]
    chances = stats.binom.pmf(found, settings["positives"], recalls)
    covered = (chances * ((low <= recalls) & (recalls <= high))).sum(axis=1)
    return {
        "covered": float(covered.mean()),
        "lowest": float(covered.min()),
        "width": float((chances @ (high - low)).mean()),
    }


def rank_for(method: str, positives: int, recall: float) -> int:
    """Return which positive's score a threshold is set at to promise a recall; 1 is the highest.

    A threshold at the score of rank r finds a share of new positives that is Beta(r, n + 1 - r)
    distributed, whatever the scores are. One more than all of them stands for: flag everything.
    """
    ranks = np.arange(1, positives + 1)
    if method == "as_counted":
        kept = ranks / positives >= recall
    elif method == "wilson_bound":
        kept = proportion_confint(ranks, positives, 0.05, method="wilson")[0] >= recall
    else:
        kept = stats.beta.sf(recall, ranks, positives + 1 - ranks) >= 0.95
    return int(ranks[kept][0]) if kept.any() else positives + 1


def _of_promise(method: str, settings: Mapping[str, Any]) -> dict[str, float]:
    """Return how often a promised recall is kept by new positives without end."""
    n, recall = settings["positives"], settings["recall"]
    rank = rank_for(method, n, recall)
    kept = 1.0 if rank > n else float(stats.beta.sf(recall, rank, n + 1 - rank))
    return {"covered": kept, "lowest": kept, "width": min(rank / n, 1.0) - recall}


def _of_splits(
    method: str, data: str, repeat: int, settings: Mapping[str, Any]
) -> dict[str, float]:
    """Say whether an interval over random splits of one set covers a difference that is 0.

    Two models see two pairs of features each that are alike but for their names, so that over all
    data sets neither is better. Each split is judged by average precision.
    """
    seed = seed_of(data, repeat)
    X, y = make_gauss(
        int(settings["n"]), prevalence=settings["prevalence"], n_features=8, random_state=seed
    )
    split = StratifiedShuffleSplit(SPLITS, test_size=TEST_SHARE, random_state=seed)
    differences = []
    for fit, test in split.split(X, y):
        one, other = (
            average_precision_score(
                y[test],
                LogisticRegression()
                .fit(X[fit][:, some], y[fit])
                .predict_proba(X[test][:, some])[:, 1],
            )
            for some in ([0, 1, 4, 5], [2, 3, 6, 7])
        )
        differences.append(one - other)
    if method == "naive":
        found = interval(differences)
        half = found.high - found.mean
    else:
        sd, n = np.array([np.std(differences, ddof=1)]), np.array([SPLITS])
        half = float(half_width(sd, n, TEST_SHARE)[0])
    covered = float(abs(np.mean(differences)) <= half)
    return {"covered": covered, "lowest": covered, "width": 2 * half}


def coverage(data: str, method: str, *, repeat: int = 0) -> dict[str, float]:
    """Return whether, or how often, a 95% interval covers what it should.

    Parameters
    ----------
    data : str
        ``"recall positives=20 low=0.8 high=0.95"``, for which the answer is exact and the repeat
        does not matter, or ``"splits n=1000 prevalence=0.05"``, for which a repeat is one set.
        Or ``"promise positives=180 recall=0.9"``: whether a threshold keeps the recall that it
        promises, exact as well.
    method : str
        One of `INTERVALS` for a recall; "naive" or "corrected" for splits; "as_counted",
        "wilson_bound" or "order_statistic" for a promise.
    repeat : int, default=0

    Returns
    -------
    dict of str to float
        ``covered`` on average over the range, or 0 or 1; the ``lowest`` coverage in the range; the
        mean ``width`` (of a promise: how much more recall than promised the rank aims at).

    Raises
    ------
    ValueError
        If the data or the method are neither.
    """
    name, settings = parse(data)
    methods = {
        "recall": tuple(INTERVALS),
        "splits": ("naive", "corrected"),
        "promise": ("as_counted", "wilson_bound", "order_statistic"),
    }
    if method not in methods.get(name, ()):
        raise ValueError(f"data and method must be of {methods}, got {data!r} and {method!r}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name == "recall":
            return _of_recall(method, settings)
        if name == "promise":
            return _of_promise(method, settings)
        return _of_splits(method, data, repeat, settings)


def parts(cell: Mapping[str, Any]) -> list[Any]:
    """Return the code of which a row is made, for its fingerprint."""
    return [coverage, _bootstrap, _by_statsmodels, cell["method"]]
