"""Banks of lesson 08: their alarms are trained with focal loss, and γ and α can be set.

Nothing here knows a good setting: what the reference saves at a bank comes in as a number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from imbalance_lab.checks import Call, Case, Curve, Worth
from imbalance_lab.datasets import make_transactions
from imbalance_lab.exercises.draws import log_uniform, random_state
from imbalance_lab.focal import fit_focal

#: What a bank's model learns from.
FEATURES = (
    *("log_amount", "log_ratio", "log_distance", "transactions_24h"),
    *("declines_1h", "new_device", "abroad", "night"),
)
#: Rows of the training part, of the validation part, and of the later days.
TRAIN, VALID, LATER = 3000, 3000, 15_000
#: What a check costs where the alarm goes off at one half, as a share of what a miss costs.
_STAKES = ((0.2, 0.35), (0.07, 0.12), (0.015, 0.025))
#: What settings are worth as a share of what the reference saves, and their points. The first three
#: are means over many banks, rounded (tests/test_banks.py); no constant is worth much more.
CURVE = Curve(
    {
        "γ = 2 and α = 0.25, everywhere": (0.45, 0.0),
        "γ = 0 and α = 0.5, everywhere": (0.8, 1.5),
        "γ = 0 and α = 0.7, everywhere": (0.85, 2.0),
        "nearly the reference": (0.94, 5.0),
    }
)
#: Banks to practise on: the share of the loss that the reference saves there on later days.
PRACTICE: dict[int, float] = {0: 0.2239, 1: 0.3302, 2: 0.6965, 3: 0.7113, 4: 0.7335, 5: 0.7294}
PAPER, PLAIN = (2.0, 0.25), (0.0, 0.5)
SAME = "the same γ and α for every bank"
MINORITY = "α is the share of fraud"
BALANCED = "α balances the classes, whatever a miss costs"
LOWERED = "α is lowered where a miss costs much"
FOCUSED = "γ is above 0 where the probability is multiplied by euros"
TWICE = "the price of a miss is counted twice"


class Bank(NamedTuple):
    """A bank, and what is known there.

    Attributes
    ----------
    train, valid, later : DataFrame
        The columns `FEATURES`, ``loss``, which is what the row costs if it is a fraud and nobody
        looks, in euros, and ``is_fraud``.
    price : float
        What a check costs, in euros.
    rule : {"half", "loss"}
        The alarm goes off where the model says one half or more, or where what it says times
        ``loss`` is `price` or more.
    """

    train: pd.DataFrame
    valid: pd.DataFrame
    later: pd.DataFrame
    price: float
    rule: str


@lru_cache(maxsize=64)
def bank(seed: int) -> Bank:
    """Return a bank; its seed, of any length, decides its rule and what a miss costs there."""
    rng = np.random.default_rng(seed)
    drawn = make_transactions(
        TRAIN + VALID + LATER,
        fraud_rate=rng.uniform(0.02, 0.06),
        overlap=0.1,
        label_noise=0.0,
        drift=0.0,
        random_state=random_state(rng),
    )
    kind, rule, price, loss = seed % 6, "loss", 4.0, drawn["amount"] + 15
    if kind < 3:
        price, rule = float(rng.integers(2, 11)), "half"
        loss = round(price / log_uniform(rng, *_STAKES[kind]))
    table = _features(drawn).assign(loss=loss, is_fraud=drawn["is_fraud"])
    train, valid = table[:TRAIN], table[TRAIN : TRAIN + VALID].reset_index(drop=True)
    return Bank(train, valid, table[TRAIN + VALID :].reset_index(drop=True), price, rule)


def _features(drawn: pd.DataFrame) -> pd.DataFrame:
    """Return the features, each with mean 0 and deviation 1 in the training part."""
    columns = [
        *(np.log(drawn["amount"]), np.log(drawn["amount_ratio"]), np.log1p(drawn["distance"])),
        *(drawn["transactions_24h"], drawn["declines_1h"], drawn["new_device"], drawn["abroad"]),
        drawn["hour"] < 6,
    ]
    values = np.column_stack(columns).astype(float)
    known = values[:TRAIN]
    return pd.DataFrame((values - known.mean(axis=0)) / known.std(axis=0), columns=FEATURES)


@lru_cache(maxsize=512)
def saved(seed: int, gamma: float, alpha: float) -> float:
    """Return the share of the fraud's cost that a setting saves at a bank, on later days."""
    at = bank(seed)
    names = list(FEATURES)
    says = fit_focal(at.train[names], at.train["is_fraud"], gamma, alpha)(at.later[names])
    lost = (at.later["loss"] * at.later["is_fraud"]).to_numpy()
    alarm = says >= 0.5 if at.rule == "half" else says * at.later["loss"] >= at.price
    return float((lost - at.price)[alarm].sum() / lost.sum())


def _setting(value: Any) -> tuple[float, float]:
    """Return γ and α; raise where they are none."""
    value = value.tolist() if isinstance(value, np.ndarray) else value
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        raise TypeError("two numbers are asked for, γ and α")
    numbers = [v for v in value if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) != 2 or not (0 <= numbers[0] <= 10 and 0 < numbers[1] < 1):
        raise ValueError(
            f"γ must be a number from 0 to 10, and α one between 0 and 1; got {value!r}"
        )
    return float(numbers[0]), float(numbers[1])


def judge(references: Mapping[int, float], where: str = "") -> Worth:
    """Return the judge of settings at some banks.

    Parameters
    ----------
    references : mapping of int to float
        By the seed of each bank: the share of the loss that the reference saves there later.
    where : str, default=""
        What to call these banks.
    """
    cases = []
    for seed, reference in references.items():
        at = bank(seed)
        beside = {
            f"γ = {gamma:g} and α = {alpha:g} everywhere": saved(seed, gamma, alpha)
            for gamma, alpha in (PAPER, PLAIN)
        }
        call = Call((at.train, at.valid, at.price, at.rule))
        cases.append(Case(call, lambda v, s=seed: saved(s, *_setting(v)), reference, beside))
    banks = [bank(seed) for seed in references]
    return Worth(cases, CURVE, where, lambda values: known_mistake(values, banks))


def known_mistake(values: list[Any], banks: Sequence[Bank]) -> str:
    """Return the name of the mistake that all settings together show, "" if they show none."""
    gammas, alphas = np.array([_setting(value) for value in values]).T
    rates = np.array([one.train["is_fraud"].mean() for one in banks])
    half = np.array([one.rule == "half" for one in banks])
    shown = {
        SAME: len(banks) > 1 and np.ptp(gammas) == 0 and np.ptp(alphas) == 0,
        MINORITY: (np.abs(alphas / rates - 1) < 0.3).all(),
        BALANCED: (np.abs((1 - alphas) / rates - 1) < 0.3).all(),
        LOWERED: half.any() and (alphas[half] < 0.5).all(),
        FOCUSED: not half.all() and (gammas[~half] > 0).all(),
        TWICE: not half.all() and (alphas[~half] > 0.6).all(),
    }
    return next((name for name, is_shown in shown.items() if is_shown), "")
