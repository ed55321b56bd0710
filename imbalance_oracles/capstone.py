"""What the graded cells of lesson 12 compare with: hidden companies, and the rungs on them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from imbalance_lab.checks import Call, Credit, Question, Step
from imbalance_lab.checks.calls import Returned, outcomes_of
from imbalance_lab.datasets import (
    Company,
    make_company,
    read_in_time,
    share_saved,
    transaction_encoder,
)
from imbalance_lab.exercises.capstone import (
    UNIT,
    as_decisions,
    first_of_each_day,
    points_on_curve,
)

# Share of the loss that a detector has to save before a promise about it is worth points. To review
# nothing, and to promise that, is honest too; it is no answer.
_WORTH_A_PROMISE = 0.2


@cache
def _company(seed: int) -> Company:
    return make_company(seed)


# --- known labels ---------------------------------------------------------------------------------


def label_cases(seed: int, n_cases: int = 20) -> list[Call]:
    """Return transactions of a few weeks, asked on a day on which some labels are open."""
    calls = []
    for rng in map(np.random.default_rng, np.random.SeedSequence(seed).spawn(n_cases)):
        n = int(rng.integers(6, 40))
        time = np.sort(rng.uniform(0, 60, n)).round(1)
        is_fraud = (rng.random(n) < 0.4).astype(float)
        label_day = (time + np.where(is_fraud == 1, rng.exponential(6, n), 30)).round(1)
        day = float(label_day[rng.integers(n)])  # one label becomes known on this very day
        # What is open today has neither a label nor a day.
        is_fraud[label_day > 70], label_day[label_day > 70] = np.nan, np.nan
        columns = [time, label_day, is_fraud]
        if rng.random() < 0.5:
            columns = [pd.Series(column, index=range(7, 7 + n)) for column in columns]
        calls.append(Call((*columns, day)))
    return calls


def known(time: Any, label_day: Any, is_fraud: Any, day: float) -> list[float]:
    """Return each label if its day has come, else NaN, one by one."""
    pairs = zip(list(label_day), list(is_fraud), strict=True)
    return [label if when <= day else math.nan for when, label in pairs]


# --- the reviews of a day -------------------------------------------------------------------------


def queue_cases(seed: int, n_cases: int = 30) -> list[Call]:
    """Return days on which capacity binds, and days on which it does not."""
    calls = []
    for rng in map(np.random.default_rng, np.random.SeedSequence(seed).spawn(n_cases)):
        n = int(rng.integers(5, 40))
        p, amount = rng.beta(0.6, 6, n), rng.lognormal(3.3, 1, n)
        if rng.random() < 0.5:
            calls.append(Call((p, amount, int(rng.integers(0, 6)))))
        else:
            calls.append(Call((pd.Series(p), pd.Series(amount), int(rng.integers(3, n)))))
    return calls


def best_queue(p: Any, amount: Any, capacity: int) -> list[int]:
    """Return the reviews that save most: take the best one left, again and again."""
    gains = [q * (a + 15) - 4 for q, a in zip(p, amount, strict=True)]
    flagged = [0] * len(gains)
    for _ in range(capacity):
        left = [i for i, gain in enumerate(gains) if gain > 0 and not flagged[i]]
        if not left:
            break
        flagged[max(left, key=gains.__getitem__)] = 1
    return flagged


# --- the rehearsal --------------------------------------------------------------------------------


def rehearsal_cases(seed: int, n_cases: int = 20) -> list[Call]:
    """Return times in any order, with rows exactly on the borders."""
    calls = []
    for rng in map(np.random.default_rng, np.random.SeedSequence(seed).spawn(n_cases)):
        today, length = int(rng.integers(80, 160)), int(rng.integers(5, 30))
        borders = [today - 30 - length, today - 30]
        time = rng.permutation([*rng.uniform(0, today, int(rng.integers(20, 60))), *borders])
        calls.append(Call((time.tolist() if rng.random() < 0.5 else time, today, length)))
    return calls


def rehearsal(time: Any, today: int, length: int) -> tuple[list[int], list[int]]:
    """Return the rows before the days that judge, and the rows of these days, one by one."""
    learn, judge = [], []
    for row, moment in enumerate(time):
        if moment < today - 30 - length:
            learn.append(row)
        elif moment < today - 30:
            judge.append(row)
    return learn, judge


# --- the detector ---------------------------------------------------------------------------------


def days_to_come(seeds: Sequence[int]) -> list[Call]:
    """Return one question a company: fit on its train, decide on its later days."""
    companies = [_company(seed) for seed in seeds]
    return [Call((c.train,), then=(Step("decide", (c.later,)),)) for c in companies]


def saved_by(company: Company, flagged: Any) -> float:
    """Return the share of the loss that decisions save, as far as the team can read them."""
    later = company.later
    read = read_in_time(later["time"], as_decisions(flagged, len(later)))
    return share_saved(company.is_fraud, read, later["amount"])


@cache
def rungs(seed: int) -> dict[str, float]:
    """Return what each rung of the ladder saves at one company.

    The reference is the plain logistic regression of the lessons on the rows whose label has had
    ten days to come, ranked by what a review is expected to save.
    """
    company = _company(seed)
    learn = company.train[company.train["time"] < 140]
    model = make_pipeline(transaction_encoder(), LogisticRegression(max_iter=1000))
    model.fit(learn, learn["is_fraud"].fillna(0))
    amount = company.later["amount"].to_numpy()
    p = model.predict_proba(company.later)[:, 1]
    gain = p * (amount + 15) - 4
    return {
        "review nothing": 0.0,
        "logistic regression, flagged from 0.5 on": saved_by(company, p >= 0.5),
        "largest amounts first, no model": saved_by(
            company, first_of_each_day(company.later, amount)
        ),
        "likeliest frauds first": saved_by(company, first_of_each_day(company.later, p)),
        "reference": saved_by(company, first_of_each_day(company.later, gain) * (gain > 0)),
    }


class MoneySaved:
    """Judge decisions by the share of the loss that they save, on the curve of the lesson."""

    def __init__(self, seeds: Sequence[int]) -> None:
        self._seeds = seeds

    def __call__(self, values: list[Any]) -> Credit:
        """Return the place on the curve of the mean over all companies."""
        companies = [_company(seed) for seed in self._seeds]
        try:
            pairs = zip(companies, values, strict=True)
            saved = float(np.mean([saved_by(company, flags) for company, flags in pairs]))
        except (ValueError, TypeError) as error:
            return Credit(0, str(error))
        ladder = pd.DataFrame([rungs(seed) for seed in self._seeds]).mean().to_dict()
        says = f"saved {saved:.0%} of the loss; the reference saved {ladder['reference']:.0%}"
        others = [f"{name}: {share:.0%}" for name, share in ladder.items() if name != "reference"]
        share = points_on_curve(saved / ladder["reference"]) / 8
        return Credit(share, f"{says} ({'; '.join(others)})")


# --- the promise ----------------------------------------------------------------------------------


def todays(seeds: Sequence[int]) -> list[Call]:
    """Return one question a company: what its train lets you promise."""
    return [Call((_company(seed).train,)) for seed in seeds]


class Honesty:
    """Judge promises by what the student's own detector then saved."""

    def __init__(self, detector: Any, seeds: Sequence[int]) -> None:
        self._seeds = seeds
        outcomes = outcomes_of(detector, days_to_come(seeds))
        self._kept: list[float] = []
        for seed, outcome in zip(seeds, outcomes, strict=True):
            if not isinstance(outcome, Returned):
                break
            try:
                self._kept.append(saved_by(_company(seed), outcome.value))
            except (ValueError, TypeError):
                break

    def __call__(self, values: list[Any]) -> Credit:
        """Return full credit within one unit of what came, none from two units on."""
        if len(self._kept) < len(self._seeds):
            return Credit(0, "your fit_detector does not decide yet: it has to work first")
        if any(isinstance(v, bool) or not isinstance(v, int | float) for v in values):
            return Credit(0, "a promise is one number", self._kept)
        if not np.isfinite(values).all():
            return Credit(0, "a promise is a finite number", self._kept)
        promised, kept = float(np.mean(values)), float(np.mean(self._kept))
        if kept < _WORTH_A_PROMISE:
            says = (
                f"your fit_detector saves {kept:.0%} of the loss: there is nothing to promise yet"
            )
            return Credit(0, says, self._kept)
        # What every mistake compares with is the mean: a single company is a matter of luck.
        expected = [kept + value - promised for value in values]
        says = f"promised {promised:.0%} of the loss on average, and {kept:.0%} came"
        if len(set(values)) == 1:
            return Credit(0, f"{says}; the same for every company, so not from its data", expected)
        return Credit(2 - abs(promised - kept) / UNIT, says, expected)


LESSON = "12"
QUIZ = {
    1: Question(
        "c",
        {
            "a": "The reports of the newest frauds are still under way. A row without a report"
            " is not yet a legitimate one.",
            "b": "What is left of the newest days is nearly all fraud: frauds are reported in"
            " days, while a legitimate row waits for the window to close.",
            "d": "Days that the model has learned from flatter it, whether their labels are"
            " final or not.",
        },
        section="A rehearsal in the past",
    ),
    2: Question(
        "b",
        {
            "a": "It ranks the frauds that cost nearly nothing as high as the ruinous ones.",
            "c": "Amount without probability spends the reviews on rich customers.",
            "d": "At 0.5 most of the team would have nothing to read, and a likely fraud of €3"
            " comes before a less likely one of €300.",
        },
        section="Three reviews a day",
    ),
    3: Question(
        "d",
        {
            "a": "The rows of the future tell the model about the future's fraud, and at work"
            " there are none.",
            "b": "The first days know only the oldest kind of fraud, and the present one is"
            " what counts.",
            "c": "A model that is judged on rows it has learned from shows its memory.",
        },
        section="A rehearsal in the past",
    ),
    4: Question(
        "a",
        {
            "b": "It counts reviews and says nothing about the money that they saved.",
            "c": "The order of the rows is only a part of it, and no one pays for it.",
            "d": "Flagging nobody would have an accuracy of 98%.",
        },
        section="The ladder",
    ),
}
