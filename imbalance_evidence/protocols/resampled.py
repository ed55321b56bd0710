"""How often a bootstrap interval covers the F1 of a detector: fresh test sets, or pooled folds."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from imbalance_lab.datasets import make_gauss
from imbalance_lab.evidence.data import parse, seed_of

Float = NDArray[np.float64]
Int = NDArray[np.int64]

MEASURES = ("covered", "width")
METHODS = ("plain", "stratified")
#: Test sets of a row, test rows that stand for all there are, and the threshold of pooled folds.
SETS, FRESH, CUT = 200, 20_000, 0.2


def _f1(counts: Float | Int) -> Float:
    """Return F1 from hits, misses and false alarms on the last axis."""
    hits, misses, alarms = (counts[..., k] for k in range(3))
    return np.asarray(2 * hits / np.maximum(2 * hits + misses + alarms, 1))


def bounds(counts: Int, method: str, draws: int, rng: np.random.Generator) -> tuple[Float, Float]:
    """Return the 2.5% and 97.5% quantiles of F1 over bootstrap draws of each test set.

    Parameters
    ----------
    counts : ndarray of shape (n_sets, 4)
        Hits, misses, false alarms and true negatives.
    method : {"plain", "stratified"}
        Whether all rows are drawn together or each class by itself.
    draws : int
    rng : numpy.random.Generator

    Returns
    -------
    low, high : ndarray of shape (n_sets,)
    """
    size = (draws, len(counts))
    n = counts.sum(axis=1)
    if method == "plain":
        drawn = rng.multinomial(n, counts / n[:, None], size)[..., :3]
    else:
        positives, negatives = counts[:, :2].sum(axis=1), counts[:, 2:].sum(axis=1)
        hits = rng.binomial(positives, counts[:, 0] / positives, size)
        alarms = rng.binomial(negatives, counts[:, 2] / negatives, size)
        drawn = np.stack([hits, positives - hits, alarms], axis=-1)
    low, high = np.quantile(_f1(drawn), [0.025, 0.975], axis=0)
    return np.asarray(low), np.asarray(high)


def _fresh(settings: Mapping[str, Any], rng: np.random.Generator) -> tuple[Int, Float]:
    """Draw test sets of a detector with known rates, and say its F1 over endlessly many rows."""
    share, recall, alarms = (settings[name] for name in ("prevalence", "recall", "alarms"))
    rates = np.array(
        [share * recall, share * (1 - recall), (1 - share) * alarms, (1 - share) * (1 - alarms)]
    )
    counts = rng.multinomial(int(settings["n"]), rates, SETS)
    counts = counts[counts[:, :2].sum(axis=1) > 0]  # without a positive nobody computes F1
    return counts, _f1(rates[None] * 1e9)


def _counts(y: Int, flagged: NDArray[np.bool_]) -> Int:
    return np.array(
        [(flagged == f)[y == k].sum() for k, f in ((1, True), (1, False), (0, True), (0, False))]
    )


def _pooled(settings: Mapping[str, Any], seed: int) -> tuple[Int, Float]:
    """Pool the decisions of five folds; the truth is what the folds' models do on new rows."""
    n, shape = int(settings["n"]), {"prevalence": settings["prevalence"], "n_features": 10}
    X, y = make_gauss(n, random_state=seed, **shape)
    new, truth = make_gauss(FRESH, random_state=seed + 1, **shape)
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    model = LogisticRegression()
    pooled = cross_val_predict(model, X, y, cv=folds, method="predict_proba")[:, 1] >= CUT
    of_folds = [
        _counts(truth, model.fit(X[fit], y[fit]).predict_proba(new)[:, 1] >= CUT)
        for fit, _ in folds.split(X, y)
    ]
    return _counts(y, pooled)[None], _f1(np.sum(of_folds, axis=0)[None])


def resampled(data: str, method: str, draws: int = 1000, *, repeat: int = 0) -> dict[str, float]:
    """Return how often a bootstrap interval at 95% covers the true F1.

    Parameters
    ----------
    data : str
        ``"fresh n=1000 prevalence=0.05 recall=0.9 alarms=0.003"``: test sets of a detector with
        these rates, two hundred a row. Or ``"pooled n=1000 prevalence=0.05"``: one set, judged by
        the pooled decisions of five folds.
    method : {"plain", "stratified"}
    draws : int, default=1000
    repeat : int, default=0

    Returns
    -------
    dict of str to float
        The share of sets whose interval ``covered`` the truth, and the mean ``width``.

    Raises
    ------
    ValueError
        If data or method read otherwise.
    """
    name, settings = parse(data)
    if name not in ("fresh", "pooled") or method not in METHODS:
        raise ValueError(
            f"data must begin with 'fresh' or 'pooled' and method be one of {METHODS}, got "
            f"{data!r} and {method!r}"
        )
    seed = seed_of(data, repeat) % 2**31
    rng = np.random.default_rng(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        counts, truth = _fresh(settings, rng) if name == "fresh" else _pooled(settings, seed)
    low, high = bounds(counts, method, draws, rng)
    covered = (low <= truth) & (truth <= high)
    return {"covered": float(covered.mean()), "width": float((high - low).mean())}


def parts(cell: Mapping[str, Any]) -> list[Any]:
    """Return the code of which a row is made, for its fingerprint."""
    return [resampled]
