"""A company on the day on which it has to decide: what it knows, and what is still to come.

The capstone lesson works on such companies. Each is drawn by `make_transactions`, so each is
synthetic, and they differ: in how much fraud there is, and in how much of it can be found at all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_random_state

from imbalance_lab.datasets.transactions import TRUTH_COLUMNS, cost_of_decisions, make_transactions
from imbalance_lab.validation import SEED, Seed, checked, whole

#: The day on which a detector is trained. Days 0 to 149 are over.
TODAY = 150
#: The day after the last one on which the detector is used: it works on days 150 to 179.
LAST_DAY = 180
#: How many flagged transactions the team can review on one day.
CAPACITY = 3

_DRIFT = 0.5
_MOST_OVERLAP = 0.4
_FRAUD_RATES = (0.012, 0.018)
# What comes on day 120, what was there instead, and the part of the purchases before and since.
_NEW = {"merchant": ("utilities", "groceries"), "channel": ("phone", "store")}
_COMES, _BEFORE, _SINCE = 120, 0.001, 0.6


class Company(NamedTuple):
    """What a company has on day `TODAY`, and what comes after it.

    Attributes
    ----------
    train : DataFrame
        The transactions of days 0 to 149: the columns of `make_transactions`, and

        - ``is_fraud``: what is known today, 1.0 for a reported fraud, 0.0 for a transaction that
          is final as legitimate, NaN for one that is still open;
        - ``label_day``: the day, counted like ``time``, on which that became known; NaN while it
          is open.
    later : DataFrame
        The transactions of days 150 to 179, without these two columns.
    is_fraud : Series
        The truth about the later ones, 1 for fraud and 0 for legitimate. Nobody has it today.
    """

    train: pd.DataFrame
    later: pd.DataFrame
    is_fraud: pd.Series


@checked(random_state=SEED, n_samples=whole(1000), new_kind=["boolean"])
def make_company(
    random_state: Seed = 0, n_samples: int = 36_000, new_kind: bool = False
) -> Company:
    """Draw a company on the day on which it trains a detector.

    Parameters
    ----------
    random_state : int or RandomState, default=0
        The same int gives the same company.
    n_samples : int, default=36_000
        Transactions in the 180 days, at least 1,000.
    new_kind : bool, default=False
        Whether on day 120 three fifths of the purchases, fraud or not, move to a kind of merchant
        and to the phone, where one in a thousand was before. All else stays as without.

    Returns
    -------
    Company

    Notes
    -----
    Between 0 and 40% of a company's fraud looks like any other purchase and cannot be found, and
    1.2 to 1.8% of its transactions are fraudulent; the seed decides. 5% of the frauds are never
    reported. What fraudsters do changes with time.

    Examples
    --------
    >>> company = make_company(0, n_samples=1000)
    >>> float(company.train["time"].max()) < 150 <= float(company.later["time"].min())
    True
    """
    rng = check_random_state(random_state)
    frame = make_transactions(
        n_samples,
        overlap=_MOST_OVERLAP * rng.random_sample(),
        fraud_rate=rng.uniform(*_FRAUD_RATES),
        drift=_DRIFT,
        n_days=LAST_DAY,
        random_state=rng,
        truth=True,
    )
    if new_kind:
        part = np.where(frame["time"] < _COMES, _BEFORE, _SINCE)
        moves = rng.random_sample(n_samples) < part
        for column, (new, instead) in _NEW.items():
            without = frame[column].mask(frame[column] == new, instead)
            frame[column] = without.mask(moves, new)
    label_day = frame["time"] + frame["label_delay"]
    final = label_day <= TODAY
    frame["is_fraud"] = frame["is_fraud"].astype(float).where(final)
    frame["label_day"] = label_day.where(final)
    past = frame["time"] < TODAY
    later = frame[~past].reset_index(drop=True)
    return Company(
        frame[past].drop(columns=list(TRUTH_COLUMNS)),
        later.drop(columns=[*TRUTH_COLUMNS, "is_fraud", "label_day"]),
        later["is_fraud_true"].rename("is_fraud"),
    )


def read_in_time(time: ArrayLike, flagged: ArrayLike, capacity: int = CAPACITY) -> NDArray[np.int_]:
    """Return which flagged transactions a team reviews that can read so many a day.

    On a day with more flags than it can read the team takes the earliest ones; the others are
    never read.

    Parameters
    ----------
    time : array-like of shape (n_samples,)
        Days since the start; a day is the whole part.
    flagged : array-like of shape (n_samples,)
        1 for flagged, 0 for passed.
    capacity : int, default=CAPACITY

    Returns
    -------
    ndarray of int of shape (n_samples,)
        1 for reviewed.
    """
    table = pd.DataFrame({"time": np.asarray(time, float), "flagged": np.asarray(flagged, int)})
    table = table.sort_values("time", kind="stable")
    place = table.groupby(np.floor(table["time"]))["flagged"].cumsum()
    read = (table["flagged"] == 1) & (place <= capacity)
    return np.asarray(read.sort_index(), dtype=int)


def share_saved(y_true: ArrayLike, reviewed: ArrayLike, amount: ArrayLike) -> float:
    """Return the share of the loss without a detector that reviews save, their cost deducted.

    Parameters
    ----------
    y_true, reviewed : array-like of shape (n_samples,)
        1 for fraud and for a reviewed transaction, else 0. At least one fraud.
    amount : array-like of shape (n_samples,)
        Euros.

    Returns
    -------
    float
        0 for no review, below 0 where reviews cost more than they save, below 1 always.

    Raises
    ------
    ValueError
        If there is no fraud, or as `cost_of_decisions` does.

    Examples
    --------
    One fraud of 85, found by one of two reviews. Without them it costs 100, with them 8:

    >>> share_saved([0, 1], [1, 1], [20, 85])
    0.92
    """
    nothing = cost_of_decisions(y_true, np.zeros(len(np.asarray(y_true))), amount)
    if nothing == 0:
        raise ValueError("y_true must hold at least one fraud, so that there is a loss to save.")
    return 1 - cost_of_decisions(y_true, reviewed, amount) / nothing
