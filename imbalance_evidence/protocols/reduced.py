"""A trial on principal components, on data whose classes differ in these or elsewhere."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from imbalance_lab.evidence import trial as trials
from imbalance_lab.evidence.data import Sample, parse, seed_of
from imbalance_lab.evidence.scores import MEASURES as MEASURES
from imbalance_lab.evidence.scores import all_scores, best_thresholds
from imbalance_lab.evidence.trial import best_arm, score

Float = NDArray[np.float64]

FACTORS, FEATURES, TEST_ROWS = 10, 150, 5000


def make_factors(
    n_samples: int, signal: str, prevalence: float, seed: int
) -> tuple[Float, NDArray[np.int64]]:
    """Draw features that follow ten common factors; the classes differ in these or in the rest.

    Parameters
    ----------
    n_samples : int
    signal : {"top", "rest"}
        Whether the rare class differs in the factors, and so in the directions of largest
        variance, or in ten features beside them.
    prevalence : float
    seed : int

    Returns
    -------
    X : ndarray of shape (n_samples, 150)
    y : ndarray of shape (n_samples,)

    Raises
    ------
    ValueError
        If `signal` is neither.
    """
    if signal not in ("top", "rest"):
        raise ValueError(f"signal must be 'top' or 'rest', got {signal!r}")
    rng = np.random.default_rng(seed)
    y = (rng.random(n_samples) < prevalence).astype(np.int64)
    common = rng.normal(size=(n_samples, FACTORS))
    rest = rng.normal(size=(n_samples, FEATURES))
    if signal == "top":
        common += 0.7 * y[:, None]
    else:
        rest[:, :FACTORS] += 0.9 * y[:, None]
    loadings = np.random.default_rng(99).normal(size=(FACTORS, FEATURES))
    return common @ loadings + rest, y


def reduced(
    data: str,
    model: str,
    treatment: str = "nothing",
    components: int = 0,
    tuned: bool = True,
    *,
    repeat: int = 0,
) -> dict[str, float]:
    """Run an arm on the principal components of scaled features, or on the features.

    Parameters
    ----------
    data : str
        ``"factors n=1000 prevalence=0.05 signal=top"``.
    model, treatment, tuned
        As in a trial.
    components : int, default=0
        How many are kept, found on the rows to fit on; 0 keeps the features.
    repeat : int, default=0

    Returns
    -------
    dict of str to float
        As in a trial.

    Raises
    ------
    ValueError
        If the data read otherwise.
    """
    name, settings = parse(data)
    if name != "factors" or set(settings) != {"n", "prevalence", "signal"}:
        raise ValueError(
            f"data must read like 'factors n=1000 prevalence=0.05 signal=top', got {data!r}"
        )
    n, seed = int(settings.pop("n")), seed_of(data, repeat)
    X, y = make_factors(n + n // 2 + TEST_ROWS, seed=seed, **settings)
    ends = n, n + n // 2
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        if components:
            pca = PCA(components, random_state=seed % 2**31)
            X = make_pipeline(StandardScaler(), pca).fit(X[:n]).transform(X)
        fit, valid, test = zip(np.split(X, ends), np.split(y, ends), strict=True)
        sample = Sample(fit, valid, test)
        arm, chosen_on = best_arm(sample, model, treatment, tuned, seed)
        scores, proba = score(arm, test[0])
    thresholds = best_thresholds(valid[1], chosen_on, sample.price)
    return all_scores(test[1], scores, proba, thresholds, sample.price)


def parts(cell: Mapping[str, Any]) -> list[Any]:
    """Return the code of which a row is made, for its fingerprint."""
    arms = trials.parts({**cell, "data": "gauss"})[2:]
    return [reduced, *arms]
