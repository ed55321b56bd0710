"""Judges of the capstone: what decisions and promises are worth to a company, in points.

They know no good decision. What the rungs of the ladder save at a company comes in as numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from imbalance_lab.checks import Call, Case, Credit, Curve, Outcome, Returned, Step, Worth
from imbalance_lab.checks.calls import outcomes_of
from imbalance_lab.datasets import TODAY, Company, make_company, read_in_time, share_saved
from imbalance_lab.exercises.draws import random_state

#: The curve of `fit_detector`: for each rung what it saves as a share of what the reference saves,
#: and its points. Straight lines lie between. The shares of the rungs in the middle are means over
#: 62 companies, rounded; on the mean of four companies they vary by 0.04 to 0.08. On four companies
#: well-made models of the lessons saved 0.95 to 1.00 of the reference on average, give or take 0.03
#: (`benchmarks/capstone_curve.py` measures both again).
CURVE = Curve(
    {
        "review nothing": (0.0, 0.0),
        "logistic regression, flagged at 0.5": (0.55, 1.0),
        "largest amounts first, no model": (0.67, 2.0),
        "likeliest frauds first": (0.86, 4.0),
        "nearly the reference": (0.93, 8.0),
    }
)
#: A promise this near to what comes earns full points; one twice as far away earns none. 19 of 20
#: rehearsals of the reference, each on four companies, missed by less.
UNIT = 0.12
#: Share of the loss that a detector has to save before a promise about it is worth points. To
#: review nothing, and to promise that, is honest too; it is no answer.
WORTH_A_PROMISE = 0.2
#: The names of mistakes that no single promise shows.
SAME_FOR_ALL = "the same promise for every company"
FLATTERED = "the days that judge were not new to the detector"
#: How much more may be promised than comes at `turning_company`, where nobody can find much.
SURPRISE = 0.5
_HABITS = np.array(["clothing", "fuel", "utilities", "health"])
_HABITS_CHANGE = (40, 85, 130)  # days

Ladder = Mapping[str, float]


@cache
def company(seed: int) -> Company:
    """Return a company; of a seed that is too long for `make_company`, all digits count."""
    return make_company(seed if seed < 2**32 else random_state(seed))


def phone_company() -> Company:
    """Return a company whose every fraud comes by phone, and whose every label is known.

    Anything that learns from `train` finds these frauds, so it shows whether a detector works.
    """
    train, later, _ = make_company(5, n_samples=6000)
    train["is_fraud"] = (train["channel"] == "phone").astype(float)
    train["label_day"] = train["time"]
    return Company(train, later, (later["channel"] == "phone").astype(int))


@cache
def turning_company() -> Company:
    """Return a company whose fraudsters change their ways, and hear of it only four weeks later.

    Every fraud is at one kind of merchant, and at another one after each change. So a detector
    finds the frauds of days that it has learned from, or that lie between such, and next to none
    on days that come after what was known.
    """
    train, later, _ = make_company(5, n_samples=3000)
    parts = [
        table["merchant"].astype(str) == _HABITS[np.digitize(table["time"], _HABITS_CHANGE)]
        for table in (train, later)
    ]
    label_day = train["time"] + np.where(parts[0], 28, 30)
    known = label_day <= TODAY
    train = train.assign(
        is_fraud=parts[0].astype(float).where(known), label_day=label_day.where(known)
    )
    return Company(train, later, parts[1].astype(int))


def to_decide(*companies: Company) -> list[Call]:
    """Return one question a company: fit on its train, decide on its later days."""
    return [Call((one.train,), then=(Step("decide", (one.later,)),)) for one in companies]


def to_promise(*companies: Company) -> list[Call]:
    """Return one question a company: what its train lets you promise."""
    return [Call((one.train,)) for one in companies]


def as_decisions(flagged: Any, length: int) -> NDArray[np.int_]:
    """Return decisions as an array of 0 and 1, or say what is wrong with them."""
    flags = np.asarray(flagged)
    if flags.shape != (length,):
        raise ValueError(f"one decision for each of {length} transactions, not shape {flags.shape}")
    if flags.dtype.kind not in "biufO" or not np.isin(flags, (0, 1)).all():
        raise ValueError("every decision must be 0 or 1")
    return flags.astype(int)


def finds_frauds(flagged: Any, train: pd.DataFrame) -> bool | str:
    """Return True if decisions about `phone_company` are sound, else what is wrong."""
    _, later, by_phone = phone_company()
    try:
        flags = as_decisions(flagged, len(later))
    except ValueError as error:
        return str(error)
    found = int(flags[by_phone == 1].sum())
    wrong = int(flags.sum()) - found
    right = f"flagged {found} of {by_phone.sum()} purchases by phone, and {wrong} others"
    return found >= 30 or right


def a_share(promised: Any, train: pd.DataFrame) -> bool | str:
    """Return True if a promise can be right for `phone_company`, else what is wrong with it."""
    if isinstance(promised, bool) or not isinstance(promised, int | float):
        return "a promise is one number"
    return 0.2 < promised < 1 or f"a share of {promised:g} can't be right for this company"


def saved_by(one: Company, flagged: Any) -> float:
    """Return the share of the loss that decisions save, as far as the team can read them."""
    read = read_in_time(one.later["time"], as_decisions(flagged, len(one.later)))
    return share_saved(one.is_fraud, read, one.later["amount"])


def money_saved(ladders: Mapping[int, Ladder], where: str = "") -> Worth:
    """Return the judge of decisions by what they save, on the curve of the lesson.

    Parameters
    ----------
    ladders : mapping of int to Ladder
        By the seed of each company: what each rung saves there, the reference among them.
    where : str, default=""
        What to call these companies.
    """
    cases = []
    for seed, ladder in ladders.items():
        one, beside = company(seed), dict(ladder)
        reference = beside.pop("reference")
        (call,) = to_decide(one)
        cases.append(Case(call, partial(saved_by, one), reference, beside))
    return Worth(cases, CURVE, where)


class Honesty:
    """Judge promises by what the student's own detector then saved.

    Parameters
    ----------
    detector : callable or StandIn
        The student's `fit_detector`.
    seeds : iterable of int
        One for each company.
    """

    def __init__(self, detector: Any, seeds: Sequence[int]) -> None:
        self._companies = [*map(company, seeds), turning_company()]
        outcomes = outcomes_of(detector, to_decide(*self._companies))
        pairs = zip(self._companies, outcomes, strict=True)
        self._kept = [_kept(one, outcome) for one, outcome in pairs]

    @property
    def calls(self) -> list[Call]:
        """What to ask for a promise."""
        return to_promise(*self._companies)

    def __call__(self, values: list[Any]) -> Credit:
        """Return full credit within one unit of what came, none from two units on.

        The last value is for `turning_company`. It is in no mean, and only tells what judged.
        """
        came = [share for share in self._kept if share is not None]
        if len(came) < len(self._kept):
            return Credit(0, "your fit_detector does not decide yet: it has to work first")
        if any(isinstance(v, bool) or not isinstance(v, int | float) for v in values):
            return Credit(0, "a promise is one number", came)
        if not np.isfinite(values).all():
            return Credit(0, "a promise is a finite number", came)
        promised, kept = float(np.mean(values[:-1])), float(np.mean(came[:-1]))
        if kept < WORTH_A_PROMISE:
            little = f"your fit_detector saves {kept:.0%} of the loss"
            return Credit(0, f"{little}: there is nothing to promise yet", came)
        # What every mistake compares with is the mean: a single company is a matter of luck.
        expected = [kept + value - promised for value in values]
        says = f"promised {promised:.0%} of the loss on average, and {kept:.0%} came"
        if np.ptp(values[:-1]) < 0.01:  # a fleck on one number makes no others of it
            return Credit(0, says, expected, SAME_FOR_ALL)
        credit = Credit(2 - abs(promised - kept) / UNIT, says, expected)
        if credit.share > 0 and values[-1] > max(came[-1], 0) + SURPRISE:
            says = (
                f"where fraud had changed, you promised {values[-1]:.0%}, and {came[-1]:.0%} came"
            )
            return Credit(0, says, expected, FLATTERED)
        return credit


def _kept(one: Company, outcome: Outcome) -> float | None:
    """Return what came of a detector's decisions, None where it does not decide."""
    if isinstance(outcome, Returned):
        try:
            return saved_by(one, outcome.value)
        except (ValueError, TypeError):
            return None
    return None
