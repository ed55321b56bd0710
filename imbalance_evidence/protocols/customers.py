"""Customers that recur: what a split of the past promises, and what the next month brings."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score
from threadpoolctl import threadpool_limits

from imbalance_evidence.customers import HISTORY, PLAIN, history, make_customers
from imbalance_lab.evidence import trial as trials
from imbalance_lab.evidence.data import PRICE, Sample, parse, seed_of
from imbalance_lab.evidence.scores import MEASURES as SCORES
from imbalance_lab.evidence.scores import all_scores, best_thresholds
from imbalance_lab.evidence.trial import best_arm, score

MEASURES = (*SCORES, "promised", "excess")
#: The day of training; the detector works from then to the last day.
TODAY = 120.0
Order = NDArray[np.float64]


def _rows(past: pd.DataFrame, rng: np.random.RandomState) -> Order:
    """Order rows at random."""
    return np.asarray(rng.random_sample(len(past)))


def _customers(past: pd.DataFrame, rng: np.random.RandomState) -> Order:
    """Order customers at random, with all their rows."""
    return np.asarray(rng.random_sample(int(past["customer"].max()) + 1)[past["customer"]])


def _time(past: pd.DataFrame, rng: np.random.RandomState) -> Order:
    """Order rows by time."""
    return np.asarray(past["time"], dtype=float)


SPLITS: dict[str, Callable[[pd.DataFrame, np.random.RandomState], Order]] = {
    "rows": _rows,
    "customers": _customers,
    "time": _time,
}


def customers(
    data: str,
    model: str,
    treatment: str = "nothing",
    tuned: bool = False,
    features: str = "history",
    split: str = "time",
    *,
    repeat: int = 0,
) -> dict[str, float]:
    """Split the past in three, train and choose on two parts, be judged on the third and later.

    Parameters
    ----------
    data : str
        ``"customers drift=1"``, with the settings of `make_customers`; ``n`` is their number.
    model, treatment, tuned
        As in a trial.
    features : {"plain", "history"}
        Whether a row knows what its customer did before.
    split : {"rows", "customers", "time"}
        How the past is divided: half to fit on, a quarter to choose on, a quarter to judge on.
    repeat : int, default=0

    Returns
    -------
    dict of str to float
        The measures of a trial in the month after training; the average precision that was
        ``promised`` by the last quarter of the past; and ``excess``, by how much it promised more.

    Raises
    ------
    ValueError
        If a name is unknown.
    """
    name, settings = parse(data)
    if name != "customers" or split not in SPLITS or features not in ("plain", "history"):
        raise ValueError(
            f"data must read like 'customers drift=1', features be 'plain' or 'history' and split "
            f"one of {sorted(SPLITS)}, got {data!r}, {features!r} and {split!r}"
        )
    seed = seed_of(data, repeat)
    rng = np.random.RandomState(seed)
    frame = make_customers(settings.pop("n", 800), random_state=rng, **settings)
    X, y = frame[list(PLAIN)], frame["is_fraud"].to_numpy()
    if features == "history":
        X = pd.concat([history(frame)[list(HISTORY)], X], axis=1)
    X, old = X.to_numpy(dtype=float), (frame["time"] < TODAY).to_numpy()
    order = SPLITS[split](frame[old], rng)
    part = np.searchsorted(np.quantile(order, [0.5, 0.75]), order, side="right")
    fit, valid, judge = ((X[old][part == k], y[old][part == k]) for k in range(3))
    sample = Sample(fit, valid, (X[~old], y[~old]), (X.shape[1] - 1,), PRICE)
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        arm, chosen_on = best_arm(sample, model, treatment, tuned, seed)
        promised = float(average_precision_score(judge[1], score(arm, judge[0])[0]))
        later, proba = score(arm, sample.test[0])
    thresholds = best_thresholds(valid[1], chosen_on, PRICE)
    found = all_scores(sample.test[1], later, proba, thresholds, PRICE)
    return found | {"promised": promised, "excess": promised - found["average_precision"]}


def parts(cell: Mapping[str, Any]) -> list[Any]:
    """Return the code of which a row is made, for its fingerprint."""
    arms = trials.parts({**cell, "data": "gauss"})[2:]
    return [customers, SPLITS[cell["split"]], best_arm, *arms]
