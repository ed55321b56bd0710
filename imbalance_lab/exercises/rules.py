"""Companies of lesson 01 that choose between five rules, and what a choice is worth to them.

Nothing here knows a good choice. What the reference saves at a company comes in as a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import pandas as pd

from imbalance_lab.checks import Call, Case, Curve, Worth
from imbalance_lab.checks.recorded import practice
from imbalance_lab.datasets import cost_of_decisions, make_transactions
from imbalance_lab.exercises.draws import random_state

#: What a company may flag: nobody, purchases with signs of fraud, or everybody.
RULES = ("nobody", "new device and abroad", "new device", "any sign", "everybody")
#: Days that are known on the day of the choice; the choice is for as many days after them.
DAYS = 60
#: The share of fraud lies between these, among so many transactions: little, more, and much fraud.
KINDS = (((0.001, 0.002), 40_000), ((0.014, 0.018), 30_000), ((0.04, 0.055), 12_000))
#: What choices are worth as a share of what the reference saves, and their points. The rungs in the
#: middle are one rule for all companies, measured over many draws (tests/test_rules.py).
CURVE = Curve(
    {
        "nobody, everywhere": (0.0, 0.0),
        "“new device and abroad”, everywhere": (0.3, 0.5),
        "“new device”, everywhere": (0.6, 1.5),
        "nearly the reference": (0.87, 4.0),
    }
)
#: Companies to practise on: the euros that the reference saves there on the later days.
PRACTICE: dict[int, float] = practice("01")
MOST_ACCURATE = "the most accurate rule"
MOST_FOUND = "the rule that finds most frauds, whatever its reviews cost"
SAME_FOR_ALL = "the same rule for every company"


class Company(NamedTuple):
    """What a company knows on the day of the choice, and the days for which it chooses."""

    past: pd.DataFrame
    later: pd.DataFrame


@lru_cache(maxsize=64)
def company(seed: int) -> Company:
    """Return a company; its seed decides whether it has little fraud, more, or much.

    Both tables have the columns ``amount``, ``is_fraud``, and one for each of `RULES`, which is 1
    where the rule flags a transaction. Rows are in order of time.
    """
    rng = random_state(seed)
    rates, rows = KINDS[seed % len(KINDS)]
    drawn = make_transactions(
        rows, fraud_rate=rng.uniform(*rates), drift=0.5, n_days=2 * DAYS, random_state=rng
    )
    device, abroad = drawn["new_device"] == 1, drawn["abroad"] == 1
    sign = device | abroad | (drawn["declines_1h"] > 0)
    flags = (0, (device & abroad).astype(int), device.astype(int), sign.astype(int), 1)
    table = drawn[["amount", "is_fraud"]].assign(**dict(zip(RULES, flags, strict=True)))
    known = drawn["time"] < DAYS
    return Company(table[known], table[~known].reset_index(drop=True))


def saved(table: pd.DataFrame, rule: Any) -> float:
    """Return the euros that a rule saves on some days, against flagging nobody.

    Raises
    ------
    ValueError
        If it is none of `RULES`.
    """
    if not isinstance(rule, str) or rule not in RULES:
        raise ValueError(f"the answer must be one of {', '.join(RULES)}; got {rule!r}")
    nothing, flagged = (
        cost_of_decisions(table["is_fraud"], table[name], table["amount"])
        for name in (RULES[0], rule)
    )
    return nothing - flagged


def judge(references: Mapping[int, float], where: str = "") -> Worth:
    """Return the judge of choices at some companies.

    Parameters
    ----------
    references : mapping of int to float
        By the seed of each company: the euros that the reference saves there on the later days.
    where : str, default=""
        What to call these companies.
    """
    companies = [company(seed) for seed in references]
    cases = [
        Case(
            Call((one.past,)),
            lambda rule, later=one.later: saved(later, rule),
            reference,
            {f"“{rule}” everywhere": saved(one.later, rule) for rule in RULES[1:4]},
        )
        for one, reference in zip(companies, references.values(), strict=True)
    ]

    def mistake(rules: list[Any]) -> str:
        right = [one.past[list(RULES)].eq(one.past["is_fraud"], axis=0) for one in companies]
        if rules == [decisions.mean().idxmax() for decisions in right]:
            return MOST_ACCURATE
        if len(set(rules)) > 1:
            return ""
        return MOST_FOUND if rules[0] == RULES[-1] else SAME_FOR_ALL

    return Worth(cases, CURVE, where, mistake)
