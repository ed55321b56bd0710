"""Synthetic card transactions with rare, partly hidden fraud.

Every row is drawn by this module: no customer, card or merchant in it is real. The generator
is built so that fraud stays hard to find. Some fraud looks like any other purchase, some
labels are wrong, and what fraudsters do changes with time. The capstone lesson works on it
from start to end, the earlier lessons use it as their realistic task.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from pandas.api.types import is_numeric_dtype
from sklearn.utils import check_random_state

from imbalance_lab.validation import SEED, Seed, checked, finite, real, whole

#: What one manual review costs, in euros.
COST_PER_REVIEW = 4.0
#: What a missed fraud costs on top of its amount (chargeback fee, paperwork), in euros.
HANDLING_COST = 15.0
#: Days after which an unreported transaction counts as legitimate for good.
CHARGEBACK_WINDOW = 30.0
#: Values of the column ``fraud_kind``.
FRAUD_KINDS = ("none", "card_testing", "account_takeover", "friendly")
#: Columns that only ``make_transactions(..., truth=True)`` returns. A model must not see them.
TRUTH_COLUMNS = ("is_fraud_true", "fraud_kind", "label_delay")

#: Categories of the column ``channel``.
CHANNELS = ("store", "web", "phone")

# Who uses which merchants. Under drift a fraudster's habits move from "early" to "late"; an
# ordinary customer's do not.
_MERCHANT_WEIGHTS = pd.DataFrame(
    {
        "groceries": (25, 25, 5, 5, 4, 4),
        "restaurants": (17, 17, 5, 5, 5, 5),
        "fuel": (11, 11, 6, 6, 3, 3),
        "clothing": (11, 11, 7, 7, 10, 9),
        "health": (8, 8, 4, 4, 3, 3),
        "utilities": (9, 9, 4, 4, 2, 2),
        "electronics": (6, 6, 8, 8, 48, 9),
        "travel": (5, 5, 4, 4, 9, 50),
        "gaming": (5, 5, 17, 46, 7, 7),
        "gift_cards": (3, 3, 40, 11, 9, 8),
    },
    index=pd.MultiIndex.from_product([["ordinary", "testing", "takeover"], ["early", "late"]]),
)
#: Categories of the column ``merchant``.
MERCHANTS = tuple(_MERCHANT_WEIGHTS.columns)


class _Behaviour(NamedTuple):
    """How one kind of actor behaves; friendly fraud behaves like an ordinary customer."""

    night: float  # probability of a purchase between midnight and 6
    transactions_24h: float  # Poisson mean
    declines_1h: float  # Poisson mean
    new_device: float  # probability
    abroad: float  # probability
    tenure: float  # mean days as a customer
    channel: tuple[float, float, float]  # probabilities, in the order of CHANNELS
    label_delay: float  # median days until such a fraud is reported


_ORDINARY = _Behaviour(0.12, 0.9, 0.10, 0.07, 0.06, 800.0, (0.55, 0.38, 0.07), 14.0)
_TESTING = _Behaviour(0.45, 2.6, 0.70, 0.22, 0.22, 600.0, (0.08, 0.84, 0.08), 3.0)
_TAKEOVER = _Behaviour(0.45, 1.6, 0.35, 0.50, 0.33, 700.0, (0.14, 0.70, 0.16), 7.0)
_BEHAVIOURS = (_ORDINARY, _TESTING, _TAKEOVER)
# Which behaviour each entry of FRAUD_KINDS shows.
_BEHAVIOUR_OF_KIND = np.array([0, 1, 2, 0])


def _per_behaviour(field: str) -> NDArray[np.float64]:
    return np.array([getattr(behaviour, field) for behaviour in _BEHAVIOURS], dtype=float)


def _pick(
    rng: np.random.RandomState, weights: NDArray[np.float64], row: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Draw one category per sample, with the weights in the given row of a table."""
    cumulative = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
    picked = (rng.random_sample(len(row))[:, None] >= cumulative[row]).sum(axis=1)
    # The last cumulative sum can be a rounding error below 1.
    return np.asarray(np.minimum(picked, weights.shape[1] - 1), dtype=np.intp)


def _draw_kinds(
    rng: np.random.RandomState,
    progress: NDArray[np.float64],
    fraud_rate: float,
    overlap: float,
    drift: float,
) -> NDArray[np.intp]:
    """Draw the index into FRAUD_KINDS; takeover displaces testing as time goes by."""
    n = len(progress)
    fraud = rng.random_sample(n) < fraud_rate
    friendly = rng.random_sample(n) < overlap
    takeover_share = np.clip(0.5 + 0.35 * drift * (2 * progress - 1), 0, 1)
    takeover = rng.random_sample(n) < takeover_share
    return np.where(~fraud, 0, np.where(friendly, 3, np.where(takeover, 2, 1)))


def _draw_amounts(
    rng: np.random.RandomState, who: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw the amount and its ratio to what this customer usually spends."""
    n = len(who)
    usual = rng.lognormal(3.3, 0.6, n)
    by_behaviour = [
        usual * rng.lognormal(0.0, 0.8, n),
        rng.lognormal(1.9, 0.9, n),
        usual * rng.lognormal(1.35, 0.9, n),
    ]
    amount = np.maximum(np.round(np.choose(who, by_behaviour), 2), 0.01)
    return amount, amount / usual


def _draw_hours(rng: np.random.RandomState, who: NDArray[np.intp]) -> NDArray[np.float64]:
    """Draw the time of day in hours; purchases by day peak in the afternoon."""
    n = len(who)
    at_night = rng.random_sample(n) < _per_behaviour("night")[who]
    return np.where(at_night, rng.uniform(0, 6, n), rng.triangular(6, 16, 24, n))


def _draw_label_delay(
    rng: np.random.RandomState, who: NDArray[np.intp], recorded: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Draw the days until a fraud is reported; everything else waits for the window to close."""
    median = _per_behaviour("label_delay")[who]
    report = np.minimum(median * rng.lognormal(0.0, 0.7, len(who)), CHARGEBACK_WINDOW)
    return np.where(recorded, report, CHARGEBACK_WINDOW)


@checked(
    n_samples=whole(1),
    fraud_rate=real(0, 1, closed="neither"),
    overlap=real(0, 1, closed="both"),
    label_noise=real(0, 1),
    drift=real(0, 2, closed="both"),
    n_days=whole(1),
    random_state=SEED,
    truth=["boolean"],
)
def make_transactions(
    n_samples: int = 40_000,
    *,
    fraud_rate: float = 0.012,
    overlap: float = 0.2,
    label_noise: float = 0.05,
    drift: float = 1.0,
    n_days: int = 90,
    random_state: Seed = None,
    truth: bool = False,
) -> pd.DataFrame:
    """Simulate card transactions, a few of them fraudulent, in order of time.

    The data are synthetic. Each row is drawn on its own: rows share no customer, so no row
    tells anything about another one.

    Parameters
    ----------
    n_samples : int, default=40_000
        Number of transactions.
    fraud_rate : float in (0, 1), default=0.012
        Probability that a transaction is truly fraudulent.
    overlap : float in [0, 1], default=0.2
        Share of the fraud that is friendly fraud, drawn exactly like a legitimate
        transaction. No model can find it.
    label_noise : float in [0, 1), default=0.05
        Probability that a fraud is recorded as legitimate. Legitimate transactions are
        never recorded as fraud.
    drift : float in [0, 2], default=1.0
        How far fraud changes from the first to the last day: card testing gives way to
        account takeover, and both move to other merchants. 0 means no change.
    n_days : int, default=90
        Length of the simulated period in days.
    random_state : int, RandomState instance or None, default=None
        Pass an int for the same table in every call.
    truth : bool, default=False
        Whether to add the columns listed in ``TRUTH_COLUMNS``.

    Returns
    -------
    frame : DataFrame of shape (n_samples, 13), or (n_samples, 16) with ``truth=True``
        Sorted by ``time``, without missing values, with the columns

        - ``time``: days since the start of the period, float in [0, n_days);
        - ``amount``: euros;
        - ``amount_ratio``: amount divided by what this customer usually spends;
        - ``hour``: hour of the day, 0 to 23;
        - ``tenure``: days since the customer opened the account;
        - ``transactions_24h``: the customer's other transactions in the 24 hours before;
        - ``declines_1h``: declined attempts in the hour before;
        - ``distance``: kilometres from the customer's home;
        - ``new_device``: 1 if the device was never seen before, else 0;
        - ``abroad``: 1 if outside the customer's country, else 0;
        - ``merchant``: categorical, one of ``MERCHANTS``;
        - ``channel``: categorical, one of ``CHANNELS``;
        - ``is_fraud``: the recorded label, 1 for fraud, 0 for legitimate.

        and with ``truth=True`` also

        - ``is_fraud_true``: the label without noise;
        - ``fraud_kind``: categorical, one of ``FRAUD_KINDS``;
        - ``label_delay``: days from the transaction until its recorded label is final. A
          recorded fraud is final when it is reported, half of them within 3 (card testing),
          7 (account takeover) or 14 (friendly) days, and all within ``CHARGEBACK_WINDOW``.
          Every other transaction is final when that window closes without a report.

    Raises
    ------
    ValueError
        If a parameter is outside the range given above.

    See Also
    --------
    split_by_time : Train on the past, test on the future.
    make_company : A company, with the labels that it knows on a given day.

    Notes
    -----
    With the defaults, a model that is trained on the first 60% of the period and tested on the
    last 30% reaches an average precision of about 0.3 to 0.4, by model and seed; ranking at
    random is worth about 0.012. No model can find the friendly fraud.

    Examples
    --------
    >>> frame = make_transactions(1000, random_state=0)
    >>> frame.shape
    (1000, 13)
    """
    rng = check_random_state(random_state)
    day = rng.randint(n_days, size=n_samples)
    progress = (day + 0.5) / n_days
    kind = _draw_kinds(rng, progress, fraud_rate, overlap, drift)
    who = _BEHAVIOUR_OF_KIND[kind]

    time = day + _draw_hours(rng, who) / 24
    amount, amount_ratio = _draw_amounts(rng, who)
    abroad = rng.random_sample(n_samples) < _per_behaviour("abroad")[who]
    distance = rng.lognormal(np.where(abroad, np.log(245.0), np.log(5.0)), 0.9)
    late = rng.random_sample(n_samples) < drift * progress
    merchant = _pick(rng, _MERCHANT_WEIGHTS.to_numpy(float), 2 * who + late)
    channel = _pick(rng, _per_behaviour("channel"), who)
    new_device = rng.random_sample(n_samples) < _per_behaviour("new_device")[who]
    is_fraud = (kind > 0) & (rng.random_sample(n_samples) >= label_noise)

    frame = pd.DataFrame(
        {
            "time": time,
            "amount": amount,
            "amount_ratio": amount_ratio,
            "hour": (24 * (time % 1)).astype(np.int64),
            "tenure": np.round(rng.gamma(2.0, _per_behaviour("tenure")[who] / 2)).astype(np.int64),
            "transactions_24h": rng.poisson(_per_behaviour("transactions_24h")[who]),
            "declines_1h": rng.poisson(_per_behaviour("declines_1h")[who]),
            "distance": np.round(distance, 1),
            "new_device": new_device.astype(np.int64),
            "abroad": abroad.astype(np.int64),
            "merchant": pd.Categorical.from_codes(merchant, MERCHANTS),
            "channel": pd.Categorical.from_codes(channel, CHANNELS),
            "is_fraud": is_fraud.astype(np.int64),
        }
    )
    if truth:
        frame["is_fraud_true"] = (kind > 0).astype(np.int64)
        frame["fraud_kind"] = pd.Categorical.from_codes(kind, FRAUD_KINDS)
        frame["label_delay"] = _draw_label_delay(rng, who, is_fraud)
    return frame.sort_values("time", kind="stable", ignore_index=True)


def _require_columns(frame: pd.DataFrame, *names: str) -> None:
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise ValueError(
            f"The 'frame' parameter must have the column(s) {missing}; "
            f"it has {list(frame.columns)}."
        )


@checked(frame=[pd.DataFrame], train=real(0, 1, closed="neither"), gap=real(0, 1))
def split_by_time(
    frame: pd.DataFrame, train: float = 0.6, gap: float = 0.1
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split so that every training row is older than every test row.

    The cuts are made on the clock, not on row numbers, so rows of the same moment stay
    together.

    Parameters
    ----------
    frame : DataFrame
        Needs a numeric column ``time``; rows may come in any order.
    train : float in (0, 1), default=0.6
        Share of the period, from its first to its last transaction, to train on.
    gap : float in [0, 1), default=0.1
        Share of the period to leave out after it, while the labels of the training rows
        are still coming in. The rest of the period is for testing.

    Returns
    -------
    train, test : DataFrame
        Rows of ``frame`` sorted by time, with their index.

    Raises
    ------
    ValueError
        If ``train + gap`` is not below 1, the column is missing or not numeric, or a part
        would be empty.

    Examples
    --------
    >>> train, test = split_by_time(make_transactions(1000, random_state=0))
    >>> bool(train["time"].max() < test["time"].min())
    True
    """
    _require_columns(frame, "time")
    if train + gap >= 1:
        raise ValueError(
            f"train + gap must be below 1 to leave rows for the test; "
            f"got train={train} and gap={gap}."
        )
    if not is_numeric_dtype(frame["time"]) or frame["time"].isna().any():
        raise ValueError(
            "The 'frame' parameter must have numbers without gaps in its column 'time'; got "
            f"dtype {frame['time'].dtype} with {int(frame['time'].isna().sum())} missing values."
        )
    ordered = frame.sort_values("time", kind="stable")
    time = ordered["time"]
    start, length = time.min(), time.max() - time.min()
    past = ordered[time < start + train * length]
    future = ordered[time >= start + (train + gap) * length]
    if past.empty or future.empty:
        raise ValueError(
            f"The 'frame' parameter has too few distinct times to split: {len(past)} rows "
            f"would be in train and {len(future)} in test."
        )
    return past, future


def cost_of_decisions(y_true: ArrayLike, flagged: ArrayLike, amount: ArrayLike) -> float:
    """Return what a set of decisions costs in total, in euros.

    Each flagged transaction is reviewed for ``COST_PER_REVIEW``, and a review always finds
    the truth. Each fraud that is not flagged costs its amount plus ``HANDLING_COST``. A
    legitimate transaction that is not flagged costs nothing.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        1 for fraud, 0 for legitimate.
    flagged : array-like of shape (n_samples,)
        1 or True for transactions that are sent to review, else 0 or False.
    amount : array-like of shape (n_samples,)
        Amounts in euros, not negative.

    Returns
    -------
    cost : float
        Euros; divide by the number of transactions to compare sets of different size.

    Raises
    ------
    ValueError
        If the lengths differ, a label or decision is not 0 or 1, or an amount is negative
        or not finite.

    Examples
    --------
    One review (4) and one missed fraud (100 + 15):

    >>> cost_of_decisions([0, 1, 0], [1, 0, 0], [20, 100, 5])
    119.0
    """
    fraud, review = _flags(y_true, "y_true"), _flags(flagged, "flagged")
    money = finite(amount, "amount")
    if not fraud.shape == review.shape == money.shape:
        raise ValueError(
            "y_true, flagged and amount must have the same length; "
            f"got shapes {fraud.shape}, {review.shape} and {money.shape}."
        )
    if (money < 0).any():
        raise ValueError(f"amount must be at least 0; got {money.min()}.")
    missed = fraud & ~review
    return float(COST_PER_REVIEW * review.sum() + (money[missed] + HANDLING_COST).sum())


def _flags(values: ArrayLike, name: str) -> NDArray[np.bool_]:
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional; got shape {array.shape}.")
    wrong = array[~np.isin(array, (0, 1))].tolist()
    if wrong:
        raise ValueError(f"{name} must hold only 0 and 1; got {wrong[:5]}.")
    return array.astype(bool)
