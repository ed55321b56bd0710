"""Judges of the capstone: what decisions and promises are worth to a company, in points.

They know no good decision. What the rungs of the ladder save at a company comes in as numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
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
#: 62 companies like those of the ladder, rounded. At those that count, where something new is sold,
#: they are 0.47, 0.71 and 0.83, and vary by 0.05 to 0.10 on the mean of four; well-made models of
#: the lessons save 0.97 to 1.00 there, give or take 0.04 (`benchmarks/capstone_curve.py`).
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
#: What a detector has to save before a promise about it is worth points: nothing is no answer.
WORTH_A_PROMISE = 0.2
#: The names of mistakes that no single promise shows.
SAME_FOR_ALL = "the same promise for every company"
FLATTERED = "the rehearsed detector knew what nobody knew on its day"
MODEST = "it promises far less than it keeps"
#: How much more may be promised than comes at one of `small_companies`, and how much less.
SURPRISE, MODESTY = 0.17, 0.4
_MOVED = 0.5  # less comes at each of the restless ones, more at the others
_WAY_LIVES, _HEARD_OF_LATER = 32, 28  # days

Ladder = Mapping[str, float]


@cache
def company(seed: int) -> Company:
    """Return one with a new kind; of a seed too long for `make_company`, all digits count."""
    return make_company(seed if seed < 2**32 else random_state(seed), new_kind=True)


def phone_company() -> Company:
    """Return a company whose every fraud comes by phone, and whose every label is known.

    Anything that learns from `train` finds these frauds, so it shows whether a detector works.
    """
    train, later, _ = make_company(5, n_samples=6000)
    train["is_fraud"] = (train["channel"] == "phone").astype(float)
    train["label_day"] = train["time"]
    return Company(train, later, (later["channel"] == "phone").astype(int))


@cache
def restless_companies(seed: int) -> list[Company]:
    """Return companies that hear of a way of fraudsters when it is all but over.

    Every fraud is at one kind of merchant, where nobody else buys any more, and after 32 days at
    another kind. So what is known on a day helps to find next to nothing later. A label that came
    later does, mostly where a way has begun not long before that day: at each company on others.
    """
    rng = random_state(seed)
    return [_restless(rng, age) for age in np.arange(0, _WAY_LIVES, _WAY_LIVES / 5)]


@cache
def small_companies(seed: int) -> list[Company]:
    """Return the restless ones among two that look like them, where every way lives on."""
    rng = random_state(seed + 1)
    all_of_them = [*restless_companies(seed), *(_restless(rng, None) for _ in range(2))]
    return [all_of_them[place] for place in rng.permutation(len(all_of_them))]  # a secret order


def _restless(rng: np.random.RandomState, age: float | None) -> Company:
    """Return a company whose first way is so many days old on day 0, or has all of them always."""
    table = pd.concat(make_company(rng, n_samples=6000)[:2], ignore_index=True)
    time, kinds = table["time"], table["merchant"].cat.categories
    way = rng.randint(0, 6, len(time)) if age is None else ((time + age) // _WAY_LIVES).astype(int)
    fraud = pd.Series(rng.random_sample(len(table)) < 0.1)
    others = way + 1 if age is not None else 0 * way + 6  # from which kind of merchant on
    merchant = rng.permutation(len(kinds))[np.where(fraud, way, rng.randint(others, len(kinds)))]
    label_day = time + np.where(fraud, _HEARD_OF_LATER, 30)
    table = table.assign(
        merchant=pd.Categorical.from_codes(merchant, kinds),
        amount=rng.uniform(100, 200, len(table)).round(2),  # says nothing
        is_fraud=fraud.astype(float).where(label_day <= TODAY),
        label_day=label_day.where(label_day <= TODAY),
    )
    later = table[time >= TODAY].drop(columns=["is_fraud", "label_day"]).reset_index(drop=True)
    return Company(table[time < TODAY], later, fraud[time >= TODAY].astype(int))


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
    seeds : collection of int
        One for each company.
    """

    def __init__(self, detector: Any, seeds: Collection[int]) -> None:
        self._companies = [*map(company, seeds), *small_companies(min(seeds))]
        self._judged = len(seeds)
        outcomes = outcomes_of(detector, to_decide(*self._companies))
        self._kept = list(map(_kept, self._companies, outcomes))

    @property
    def calls(self) -> list[Call]:
        """What to ask for a promise."""
        return to_promise(*self._companies)

    def __call__(self, values: list[Any]) -> Credit:
        """Return full credit within one unit of what came, none from two units on.

        The last values are for `small_companies`: in no mean, they only tell what was known.
        """
        came = [share for share in self._kept if share is not None]
        if len(came) < len(self._kept):
            return Credit(0, "your fit_detector does not decide yet: it has to work first")
        if any(type(v) not in (int, float) or not np.isfinite(v) for v in values):
            return Credit(0, "a promise is one finite number", came)
        n = self._judged
        promised, kept = float(np.mean(values[:n])), float(np.mean(came[:n]))
        if kept < WORTH_A_PROMISE:
            little = f"your fit_detector saves {kept:.0%} of the loss"
            return Credit(0, f"{little}: there is nothing to promise yet", came)
        # What every mistake compares with is the mean: a single company is a matter of luck. At the
        # restless ones, where 0 is honest, none shows.
        expected = [kept + value - promised for value in values[:n]] + values[n:]
        says = f"promised {promised:.0%} of the loss on average, and {kept:.0%} came"
        if np.ptp(values[:n]) < 0.01:  # a fleck on one number makes no others of it
            return Credit(0, says, expected, SAME_FOR_ALL)
        credit = Credit(2 - abs(promised - kept) / UNIT, says, expected)
        for value, share in zip(values[n:], came[n:], strict=True) if credit.share > 0 else ():
            says = f"you promised {value:.0%}, and {share:.0%} came"
            if share < _MOVED and value - max(share, 0) > SURPRISE:
                return Credit(0, f"where fraud had moved on, {says}", expected, FLATTERED)
            if share - value > MODESTY:
                return Credit(0, f"where fraud stayed as it was, {says}", expected, MODEST)
        return credit


def _kept(one: Company, outcome: Outcome) -> float | None:
    """Return what came of a detector's decisions, None where it does not decide."""
    with suppress(ValueError, TypeError):
        return saved_by(one, outcome.value) if isinstance(outcome, Returned) else None
    return None
