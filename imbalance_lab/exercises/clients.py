"""Clients who choose a detector: what they have to choose from, and the judge of their choices.

Used in lesson 02. Nothing here knows a good choice: what each detector saves a client later, and
what the known mistakes choose, come in as numbers and names.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from imbalance_lab.checks import Call, Curve, Worth
from imbalance_lab.datasets import make_transactions, split_by_time, transaction_encoder
from imbalance_lab.exercises import choices
from imbalance_lab.exercises.choices import Told
from imbalance_lab.exercises.draws import log_uniform, random_state

#: Names of the detectors. Which one is cautious and which one eager differs from client to client.
DETECTORS = tuple("ABCDEF")
#: The curve of `choose_detector`. On the clients that count, F1 asked for all of them is worth 0.5
#: to 0.8 of the reference.
CURVE = Curve(
    {
        "nobody is flagged": (0.0, 0.0),
        "one measure for all clients, at its best": (0.8, 1.0),
        "nearly the reference": (0.95, 5.0),
    }
)
#: Mistakes that the choices for all clients together show.
TEST_PREVALENCE = "the client's prices at the prevalence of the test set"
PRICES_SWAPPED = "the prices of a miss and of a false alarm have changed places"
NO_PRICES = "a miss and a false alarm are counted alike"
RATES_ADDED = "rates of both classes are added, whatever the prevalence"
ONE_MEASURE = "one measure chooses for all clients"
#: Share of the legitimate rows that each detector flags, on the days that it was made from.
_ALARMS = (0.001, 0.005, 0.02, 0.06, 0.15, 0.35)
#: What all frauds cost a client, as a multiple of what an alarm for every legitimate row would
#: cost. It decides how cautious the detector should be, so there is one client of each kind.
_STAKES = ((0.02, 0.04), (0.06, 0.12), (0.2, 0.4), (0.7, 1.4), (2.5, 5.0))
_PREVALENCES = (0.002, 0.005, 0.01, 0.02, 0.05)
_PRICES = (2, 5, 10, 20)  # of a false alarm, in euros


class Client(NamedTuple):
    """A client, and what is known of the detectors.

    Attributes
    ----------
    test : DataFrame
        Labelled transactions, a tenth of them fraud: ``is_fraud``, and the flags of each detector.
    prevalence : float
        Share of frauds among the client's own transactions.
    cost_fp, cost_fn : int
        What a false alarm and a miss cost the client, in euros.
    later : DataFrame
        Later transactions of the same kind, as `test`: they judge.
    """

    test: pd.DataFrame
    prevalence: float
    cost_fp: int
    cost_fn: int
    later: pd.DataFrame

    @property
    def call(self) -> Call:
        """What the student's function is asked."""
        return Call((self.test, self.prevalence, self.cost_fp, self.cost_fn))


@cache
def clients(seed: int, prices: int = 0) -> tuple[Client, ...]:
    """Return the clients of a seed, which may be of any length.

    The same detectors can be offered to clients of other prices, which takes no time.
    """
    rng = np.random.default_rng([prices, seed])
    drawn = []
    for (test, later), (low, high) in zip(_offers(seed), _STAKES, strict=True):
        prevalence, cost_fp = float(rng.choice(_PREVALENCES)), int(rng.choice(_PRICES))
        stakes = log_uniform(rng, low, high)
        cost_fn = max(1, round(stakes * cost_fp * (1 - prevalence) / prevalence))
        drawn.append(Client(test, prevalence, cost_fp, cost_fn, later))
    return tuple(drawn[place] for place in rng.permutation(len(drawn)))


@cache
def _offers(seed: int) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    """Return the tests of six detectors for each client, and their later days; 0.4 seconds."""
    rng = np.random.default_rng(seed)
    letters = rng.permutation(len(DETECTORS))
    # The more is at stake, the more cautious is what has the same letter: it suits few clients.
    orders = [(-letters - place) % len(DETECTORS) for place in range(len(_STAKES))]
    return [_tested(rng, order) for order in orders]


def _tested(rng: np.random.Generator, order: NDArray[np.int_]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the flags of six detectors on one half of later days and on the other."""
    state = random_state(rng)
    table = make_transactions(40_000, fraud_rate=0.1, random_state=state)
    train, rest = split_by_time(table)
    model = make_pipeline(transaction_encoder(), LogisticRegression(max_iter=1000))
    model.fit(train, train["is_fraud"])
    legitimate = model.predict_proba(train[train["is_fraud"] == 0])[:, 1]
    cuts = np.quantile(legitimate, 1 - np.array(_ALARMS))[order]
    flags = model.predict_proba(rest)[:, [1]] >= cuts
    told = pd.DataFrame(flags.astype(int), columns=list(DETECTORS))
    told.insert(0, "is_fraud", rest["is_fraud"].to_numpy())
    half = len(told) // 2
    return told[:half], told[half:].reset_index(drop=True)


def judge(seed: int, told: Told, where: str, prices: int = 0) -> Worth:
    """Return the judge of choices for the clients of a seed."""
    calls = [client.call for client in clients(seed, prices)]
    return choices.judge(calls, told, CURVE, where, "F1")
