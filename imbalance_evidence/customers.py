"""Transactions of customers with habits, some of whom fall victim again and again.

Most simulated fraud is drawn row by row. Here a row belongs to a customer, who has a usual amount,
usual hours and favourite merchants, so that a payment can be odd for its customer and usual for
everybody else. Fraud comes in episodes of a few payments at one merchant, and a customer who fell
victim once is likelier to fall victim again. What a customer did before is summed up by
:func:`history`, which looks at no later row and at no label before it was known.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils import check_random_state

Float = NDArray[np.float64]
Int = NDArray[np.int64]

MERCHANTS = 10
#: The mean logarithm of an amount, and the share of payments abroad: of a customer without a past.
USUAL, ABROAD = 3.3, 0.06
#: Payments of an episode of fraud: one, and a Poisson number more.
MORE_OF_EPISODE = 2.0
#: Days until the owner of a card notices, on average.
NOTICED_AFTER = 10.0
#: Share of episodes in which nothing differs from the customer's own payments.
FRIENDLY = 0.2
#: How much merchants attract fraud, at the beginning and at the end of a full drift.
_ATTRACTS = (8, 6, 4, 2, 1, 1, 1, 1, 1, 1), (1, 1, 1, 1, 1, 1, 2, 4, 6, 8)

#: What is known of a payment and its customer without looking back; the last is a category's code.
PLAIN = ("log_amount", "hour", "online", "abroad", "age", "tenure", "limit", "merchant")
#: What `history` adds.
HISTORY = (
    "past_rows",
    "last_day",
    "last_week",
    "since_last",
    "amount_to_usual",
    "merchant_share",
    "abroad_share",
    "known_frauds",
    "known_frauds_lately",
)


def _habits(n: int, rng: np.random.RandomState) -> pd.DataFrame:
    """Draw customers: how often, how much and how they pay, and how easily they fall victim."""
    usual = rng.normal(USUAL, 0.8, n)
    return pd.DataFrame(
        {
            "rate": rng.gamma(2.0, 0.12, n),
            "usual": usual,
            "clock": rng.normal(14.0, 3.0, n),
            "online_share": rng.beta(2.0, 3.0, n),
            "abroad_share": rng.beta(0.5, 8.0, n),
            "age": rng.uniform(18, 90, n).round(),
            "tenure": rng.exponential(5.0, n),
            "limit": np.exp(usual + rng.normal(4.0, 0.5, n)).round(-2),
        }
    )


def _pick(shares: Float, rng: np.random.RandomState) -> Int:
    """Draw a category for each row of shares that add up to 1."""
    drawn = rng.random_sample((len(shares), 1))
    return np.asarray((shares.cumsum(axis=1)[:, :-1] < drawn).sum(axis=1), dtype=np.int64)


def _as_usual(
    customer: Int, habits: pd.DataFrame, favourites: Float, rng: np.random.RandomState
) -> pd.DataFrame:
    """Draw payments after their customers' habits."""
    own, n = habits.iloc[customer], len(customer)
    return pd.DataFrame(
        {
            "customer": customer,
            "log_amount": own["usual"].to_numpy() + rng.normal(0, 0.6, n),
            "hour": (own["clock"].to_numpy() + rng.normal(0, 3.0, n)) % 24,
            "online": (rng.random_sample(n) < own["online_share"]).to_numpy(dtype=float),
            "abroad": (rng.random_sample(n) < own["abroad_share"]).to_numpy(dtype=float),
            "merchant": _pick(favourites[customer], rng),
        }
    )


def _episodes(
    expected: float, susceptible: Float, days: float, rng: np.random.RandomState
) -> tuple[Int, Int, Float]:
    """Draw the customer, the episode and the time of each fraud."""
    victims = np.repeat(
        np.arange(len(susceptible)), rng.poisson(expected * susceptible / susceptible.sum())
    )
    lengths = 1 + rng.poisson(MORE_OF_EPISODE, len(victims))
    starts = rng.uniform(0, days, len(victims))
    episode = np.repeat(np.arange(len(victims)), lengths)
    first = np.repeat(lengths.cumsum() - lengths, lengths)
    gaps = rng.exponential(0.3, len(episode)).cumsum()
    return victims[episode], episode, starts[episode] + gaps - gaps[first]


def _as_thief(
    usual: pd.DataFrame,
    habits: pd.DataFrame,
    episode: Int,
    late: Float,
    rng: np.random.RandomState,
) -> pd.DataFrame:
    """Change payments that follow habits into an episode's: small tests, or large takeovers."""
    n = int(episode.max()) + 1 if len(episode) else 0
    begins = np.searchsorted(episode, np.arange(n))
    friendly = (rng.random_sample(n) < FRIENDLY)[episode]
    takeover = (rng.random_sample(n) < 0.3 + 0.5 * late[begins])[episode]
    early_on, later = np.array(_ATTRACTS) / np.sum(_ATTRACTS[0])
    attracts = (1 - late[begins, None]) * early_on + late[begins, None] * later
    own = habits["usual"].to_numpy()[usual["customer"]]
    large, small = own + rng.normal(1.2, 0.8, len(own)), rng.normal(2.2, 0.9, len(own))
    abroad = (rng.random_sample(n) < 0.35)[episode]
    thief = usual.assign(
        log_amount=np.where(takeover, large, small),
        hour=rng.uniform(0, 24, n)[episode],
        online=(~abroad).astype(float),
        abroad=abroad.astype(float),
        merchant=_pick(attracts, rng)[episode],
    )
    return pd.concat([usual[friendly], thief[~friendly]]).sort_index()


def make_customers(
    n_customers: int = 800,
    *,
    days: float = 150.0,
    fraud_rate: float = 0.015,
    drift: float = 1.0,
    recurring: float = 2.0,
    random_state: int | np.random.RandomState | None = None,
) -> pd.DataFrame:
    """Draw the payments of customers over some months, in the order of time.

    Parameters
    ----------
    n_customers : int, default=800
        They make about 0.24 payments a day each.
    days : float, default=150
    fraud_rate : float in (0, 1), default=0.015
        Expected share of fraud among all payments.
    drift : float in [0, 1], default=1
        How far the kinds of fraud and the merchants that attract it move over the days: from tests
        with small amounts to takeovers with large ones.
    recurring : float, default=2
        How unequally customers fall victim: the variance of their rates is twice that, in units of
        the squared mean; 0 makes all alike.
    random_state : int, RandomState or None

    Returns
    -------
    DataFrame
        ``time`` in days, ``customer``, the columns `PLAIN`, ``is_fraud``, ``episode`` (-1 without
        fraud) and ``known``, the day on which a label is known.

    Raises
    ------
    ValueError
        If a number lies outside its range.
    """
    if n_customers < 2 or not 0 < fraud_rate < 1 or not 0 <= drift <= 1 or recurring < 0:
        raise ValueError(
            "make_customers needs n_customers >= 2, 0 < fraud_rate < 1, 0 <= drift <= 1 and "
            f"recurring >= 0, got {n_customers}, {fraud_rate}, {drift}, {recurring}"
        )
    rng = check_random_state(random_state)
    habits = _habits(n_customers, rng)
    favourites = rng.dirichlet(np.full(MERCHANTS, 0.5), n_customers)
    customer = np.repeat(np.arange(n_customers), rng.poisson(habits["rate"] * days))
    honest = _as_usual(customer, habits, favourites, rng)
    honest["time"], honest["episode"] = rng.uniform(0, days, len(honest)), -1

    even = np.ones(n_customers)
    susceptible = rng.gamma(1 / (2 * recurring), size=n_customers) if recurring else even
    wanted = fraud_rate / (1 - fraud_rate) * habits["rate"].sum() * days
    victim, episode, time = _episodes(wanted / (1 + MORE_OF_EPISODE), susceptible, days, rng)
    late = np.clip(0.5 + drift * (time / days - 0.5), 0, 1)
    usual = _as_usual(victim, habits, favourites, rng)
    stolen = _as_thief(usual, habits, episode, late, rng).assign(time=time, episode=episode)

    frame = pd.concat([honest, stolen[stolen["time"] < days]], ignore_index=True)
    frame["is_fraud"] = (frame["episode"] >= 0).astype(np.int64)
    frame["known"] = frame["time"] + rng.exponential(NOTICED_AFTER, len(frame))
    frame = frame.sort_values("time", kind="stable", ignore_index=True)
    for name in ("age", "tenure", "limit"):
        frame[name] = habits[name].to_numpy()[frame["customer"]]
    return frame.astype({"merchant": np.int64, "customer": np.int64})


def history(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what each payment's customer did before it, and which frauds were known by then.

    Parameters
    ----------
    frame : DataFrame
        From :func:`make_customers`, or some of its rows.

    Returns
    -------
    DataFrame
        The columns `HISTORY`, by the index of the frame. A row depends on earlier payments of its
        customer alone, and on labels that were known at its time.
    """
    rows = frame.sort_values(["customer", "time"], kind="stable")
    customer, time = rows["customer"].to_numpy(), rows["time"].to_numpy()
    # Customers one behind the other on one line of time, so that every window is a search.
    gap = frame[["time", "known"]].to_numpy().max() + 60.0
    here = customer * gap + time
    start = np.searchsorted(customer, customer)
    past = np.arange(len(rows)) - start

    def within(days: float) -> Int:
        return np.asarray(np.arange(len(rows)) - np.searchsorted(here, here - days, side="right"))

    def mean_before(values: Float, default: float) -> Float:
        """Return the mean over a customer's earlier rows, drawn towards a default by one row."""
        sums = np.append(0.0, values.cumsum())
        return np.asarray((sums[:-1] - sums[start] + default) / (past + 1))

    fraud = rows[rows["is_fraud"] == 1]
    known = np.sort(fraud["customer"].to_numpy() * gap + fraud["known"].to_numpy())

    def known_after(begin: Float) -> Int:
        """Return how many of a customer's frauds became known from a moment on, and by now."""
        return np.asarray(np.searchsorted(known, here) - np.searchsorted(known, begin))

    amount = rows["log_amount"].to_numpy()
    same = rows.groupby(["customer", "merchant"]).cumcount().to_numpy()
    before = np.where(past > 0, np.append(0.0, time[:-1]), time - 30.0)
    found = {
        "past_rows": past,
        "last_day": within(1.0),
        "last_week": within(7.0),
        "since_last": np.minimum(time - before, 30.0),
        "amount_to_usual": amount - mean_before(amount, USUAL),
        "merchant_share": (same + 1 / MERCHANTS) / (past + 1),
        "abroad_share": mean_before(rows["abroad"].to_numpy(), ABROAD),
        "known_frauds": known_after(customer * gap - 1.0),
        "known_frauds_lately": known_after(here - 30.0),
    }
    return pd.DataFrame(found, index=rows.index).loc[frame.index].astype(float)
