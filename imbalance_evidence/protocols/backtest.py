"""What a company expects of a detector on the day it is trained, and what the next month brings."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from imbalance_lab.datasets import CHARGEBACK_WINDOW, make_transactions, transaction_encoder
from imbalance_lab.evidence.arms import MODELS, find
from imbalance_lab.evidence.data import parse, seed_of

MEASURES = ("promised", "came", "excess", "distance")
#: The day of training, and the days after it on which the detector works.
TODAY, MONTH = 150, 30


def company(data: str, repeat: int) -> pd.DataFrame:
    """Draw a company's transactions; with a negative drift the last day comes first."""
    name, settings = parse(data)
    if name != "company":
        raise ValueError(f"data must read like 'company drift=1', got {data!r}")
    rng = np.random.RandomState(seed_of(data, repeat))
    drift = float(settings.pop("drift", 0.0))
    days = TODAY + MONTH
    frame = make_transactions(
        settings.pop("n", 24_000),
        overlap=0.4 * rng.random_sample(),
        fraud_rate=rng.uniform(0.012, 0.018),
        drift=abs(drift),
        n_days=days,
        random_state=rng,
        truth=True,
        **settings,
    )
    if drift < 0:
        frame["time"] = days - 1 - np.floor(frame["time"]) + frame["time"] % 1
    frame["known"] = frame["time"] + frame["label_delay"]
    return frame.sort_values("time", kind="stable", ignore_index=True)


def _fit(frame: pd.DataFrame, model: str, seed: int) -> Any:
    arm, settings = find(model, MODELS, "model")
    return make_pipeline(transaction_encoder(), arm.build(seed, settings)).fit(
        frame, frame["is_fraud"]
    )


def _judge(fitted: Any, frame: pd.DataFrame) -> float:
    return float(average_precision_score(frame["is_fraud"], fitted.predict_proba(frame)[:, 1]))


def _mature(frame: pd.DataFrame, day: float) -> pd.DataFrame:
    """Return the rows so old on a day that each of their labels is final."""
    return frame[frame["time"] + CHARGEBACK_WINDOW <= day]


def _between(frame: pd.DataFrame, start: float, end: float) -> pd.DataFrame:
    return frame[(frame["time"] >= start) & (frame["time"] < end)]


def _memory(frame: pd.DataFrame, model: str, seed: int) -> float:
    """Judge the detector on the rows that it was fitted on."""
    past = _mature(frame, TODAY)
    return _judge(_fit(past, model, seed), past)


def _random(frame: pd.DataFrame, model: str, seed: int) -> float:
    """Split the final rows at random."""
    past = _mature(frame, TODAY)
    fit, test = train_test_split(past, test_size=0.3, stratify=past["is_fraud"], random_state=seed)
    return _judge(_fit(fit, model, seed), test)


def _newest(frame: pd.DataFrame, model: str, seed: int) -> float:
    """Judge on the newest month, leaving out the rows whose labels are still open."""
    fit = _mature(frame, TODAY - MONTH)
    newest = _between(frame, TODAY - MONTH, TODAY)
    return _judge(_fit(fit, model, seed), newest[newest["known"] <= TODAY])


def _as_known(frame: pd.DataFrame, model: str, seed: int) -> float:
    """Go back to the last day whose next month is final by now, with what was final on it."""
    day = TODAY - MONTH - CHARGEBACK_WINDOW
    fitted = _fit(_mature(frame, day), model, seed)
    return _judge(fitted, _between(frame, day, day + MONTH))


ESTIMATES: dict[str, Callable[[pd.DataFrame, str, int], float]] = {
    "memory": _memory,
    "random_split": _random,
    "newest_days": _newest,
    "past_as_known": _as_known,
}


def backtest(data: str, model: str, estimate: str, *, repeat: int = 0) -> dict[str, float]:
    """Estimate a detector's average precision on the day of training, then wait and see.

    Parameters
    ----------
    data : str
        Such as ``"company drift=1"``; a negative drift runs the other way.
    model : str
        As in a trial.
    estimate : str
        One of `ESTIMATES`.
    repeat : int, default=0
        A company.

    Returns
    -------
    dict of str to float
        Average precision ``promised`` and what ``came`` in the next month, by the labels that
        became final; their difference, ``excess``, and its size, ``distance``.
    """
    if estimate not in ESTIMATES:
        raise ValueError(f"estimate must be one of {sorted(ESTIMATES)}, got {estimate!r}")
    frame, seed = company(data, repeat), seed_of(data, repeat) % 2**31
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        promised = ESTIMATES[estimate](frame, model, seed)
        fitted = _fit(_mature(frame, TODAY), model, seed)
        came = _judge(fitted, _between(frame, TODAY, TODAY + MONTH))
    excess = promised - came
    return {"promised": promised, "came": came, "excess": excess, "distance": abs(excess)}


def parts(cell: Mapping[str, Any]) -> list[Any]:
    """Return the code of which a row is made, for its fingerprint."""
    arm, _ = find(cell["model"], MODELS, "model")
    return [backtest, ESTIMATES[cell["estimate"]], repr(arm)]
