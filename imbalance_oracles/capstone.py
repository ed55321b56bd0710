"""Answer keys of lesson 12, the capstone; its hidden companies, and the rungs on them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from imbalance_lab.checks import Call, Question
from imbalance_lab.datasets import CAPACITY, Company, share_saved, transaction_encoder
from imbalance_lab.exercises import capstone as exercises
from imbalance_lab.exercises.companies import UNIT, company, saved_by
from imbalance_oracles import secret
from imbalance_oracles.key import Key

HIDDEN_COMPANIES = 4


def _made(rng: np.random.Generator, number: int, *columns: Any) -> list[Any]:
    """Return columns as lists, as arrays, or as Series of which each has its own index."""
    if number % 3 == 0:
        return [np.asarray(column).tolist() for column in columns]
    if number % 3 == 1:
        return [np.asarray(column) for column in columns]
    return [pd.Series(column, index=rng.permutation(len(column)) + 7) for column in columns]


# --- known_labels ---------------------------------------------------------------------------------


def known(time: Any, label_day: Any, is_fraud: Any, day: float) -> list[float]:
    """Return each label if its day has come, else NaN, one by one."""
    pairs = zip(list(label_day), list(is_fraud), strict=True)
    return [float(label) if when <= day else math.nan for when, label in pairs]


def _weeks(rng: np.random.Generator) -> list[Call]:
    """Return transactions of a few weeks, asked on days on which none, some, all are open."""
    calls = []
    for number in range(12):
        n = int(rng.integers(8, 17))
        time = rng.permutation(rng.uniform(0, 60, n).round(1))
        is_fraud = (rng.random(n) < 0.5).astype(float)
        delay = np.where(is_fraud == 1, rng.exponential(6, n), 30)
        label_day = (time + delay).round(1)
        # One label becomes known on this very day. Of Series half are open: how rows go together
        # hardly matters where all are, or none.
        day = float(np.sort(label_day)[n // 2 if number % 3 == 2 else rng.integers(n)])
        if number in (9, 10):
            day = (-1.0, 200.0)[number - 9]
        # What is open today has neither a label nor a day.
        is_fraud[label_day > 70], label_day[label_day > 70] = np.nan, np.nan
        calls.append(Call((*_made(rng, number, time, label_day, is_fraud), day)))
    return calls


def _labels_if(
    known_when: Callable[[Any, Any, float], Any], open_label: float = math.nan
) -> Callable[..., list[float]]:
    """Return labels that are known by another rule than the contract's."""

    def labels(time: Any, label_day: Any, is_fraud: Any, day: float) -> list[float]:
        t, k, y = (np.array(list(column), dtype=float) for column in (time, label_day, is_fraud))
        return np.where(known_when(t, k, day), y, open_label).tolist()

    return labels


def _reports_only(time: Any, label_day: Any, is_fraud: Any, day: float) -> list[float]:
    labels = known(time, label_day, is_fraud, day)
    return [label if label == 1 else math.nan for label in labels]


_SIX = [2, 8, 10, 25, 33, 38], [32, 11, 40, 55, 36, 47], [0, 1, 0, 0, 1, 1]

KNOWN_LABELS = Key(
    exercises.KNOWN_LABELS,
    right=known,
    inputs=_weeks,
    by_hand=[Call(_SIX, {"day": 35}), Call(_SIX, {"day": 40})],
    wrong={
        "open labels count as legitimate": _labels_if(lambda t, k, day: k <= day, 0.0),
        "a label counts as known as soon as the transaction has happened": _labels_if(
            lambda t, k, day: t <= day
        ),
        "a label that becomes known on the very day is left out": _labels_if(
            lambda t, k, day: k < day
        ),
        "only reported frauds are known": _reports_only,
        "everything that is known today is used for an earlier day": _labels_if(
            lambda t, k, day: t > -1
        ),
        "every label is taken to be known after 30 days, and none before": _labels_if(
            lambda t, k, day: t + 30 <= day
        ),
    },
)


# --- reviews_of_the_day ---------------------------------------------------------------------------


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


def _days_of_work(rng: np.random.Generator) -> list[Call]:
    """Return days on which capacity binds and does not, no room at all, and no review that pays."""
    calls = []
    # No room says nothing of how rows are put together: no day of those that are Series has it.
    for number, capacity in enumerate([3, 5, 2, 1, 4, 6, 0, 0, 30, 0, 12, 25]):
        n = int(rng.integers(8, 22))
        p, amount = rng.beta(0.6, 3, n).round(4), rng.lognormal(3.3, 1, n).round(2)
        # An eighth of 17 + 15 is exactly what a review costs; the sum is exact in the computer.
        p[0], amount[0] = 0.125, 17.0
        order = rng.permutation(n)
        calls.append(Call((*_made(rng, number, p[order], amount[order]), capacity)))
    n = int(rng.integers(4, 9))
    hopeless = rng.uniform(0.001, 0.02, n).round(4), rng.uniform(5, 50, n).round(2)
    near = Call(([0.2, 0.2], [5.5, 4.5], 2))  # worth ten cents, and ten cents too little
    return [*calls, Call((*hopeless, 3)), Call(([0.5], [20], 1)), near]


def _queue(
    rank: Callable[[Any, Any], Any],
    pays: Callable[[Any, Any], Any] = lambda p, amount: p * (amount + 15) > 4,
    room: Callable[[int, int], int] = lambda capacity, rows: capacity,
) -> Callable[..., list[int]]:
    """Return the reviews of another rank, of other rows, or of another number of them."""

    def reviews(p: Any, amount: Any, capacity: int) -> list[int]:
        q, a = (np.array(list(column), dtype=float) for column in (p, amount))
        rows = [row for row in np.argsort(-rank(q, a), kind="stable") if pays(q, a)[row]]
        flagged = np.zeros(len(q), dtype=int)
        flagged[rows[: room(capacity, len(q))]] = 1
        return flagged.tolist()

    return reviews


def _worth(p: Any, amount: Any) -> Any:
    return p * (amount + 15)


_DAY = [0.60, 0.10, 0.02, 0.30, 0.05], [5, 185, 485, 85, 25]

REVIEWS_OF_THE_DAY = Key(
    exercises.REVIEWS_OF_THE_DAY,
    right=best_queue,
    inputs=_days_of_work,
    by_hand=[Call(_DAY, {"capacity": 2}), Call(_DAY, {"capacity": 5})],
    wrong={
        "the likeliest frauds come first, whatever they cost": _queue(lambda p, amount: p),
        "the largest amounts come first, whatever their probability": _queue(
            lambda p, amount: amount
        ),
        "all of the capacity is used, also where a review costs more than it saves": _queue(
            _worth, pays=lambda p, amount: p >= 0
        ),
        "the team reads more than it can": _queue(_worth, room=lambda capacity, rows: rows),
        "with room for no review at all, every one that pays is made": _queue(
            _worth, room=lambda capacity, rows: capacity or rows
        ),
        "a review that just breaks even is made": _queue(
            _worth, pays=lambda p, amount: p * (amount + 15) >= 4
        ),
        "flagged at a probability of 0.5": _queue(_worth, pays=lambda p, amount: p >= 0.5),
        "the €15 on top of the amount are forgotten": _queue(
            lambda p, amount: p * amount, pays=lambda p, amount: p * amount > 4
        ),
        "first come, first served": _queue(lambda p, amount: -np.arange(len(p))),
    },
)


# --- rehearsal_rows -------------------------------------------------------------------------------


def rehearsal(time: Any, today: int, length: int) -> tuple[list[int], list[int]]:
    """Return the rows before the days that judge, and the rows of these days, one by one."""
    learn, judge = [], []
    for row, moment in enumerate(time):
        if moment < today - 30 - length:
            learn.append(row)
        elif moment < today - 30:
            judge.append(row)
    return learn, judge


def _past(rng: np.random.Generator) -> list[Call]:
    """Return times in any order, with rows exactly on the borders; nothing to learn from."""
    calls = []
    for number in range(9):
        today, length = int(rng.integers(80, 160)), int(rng.integers(5, 30))
        borders = [today - 30 - length, today - 30]
        near = [today - 30 - length / 2, today - 29.5, today - length + 0.5, today - length - 31]
        drawn = rng.uniform(0, today, int(rng.integers(12, 20))).round(1)
        time = rng.permutation([*drawn, *borders, *near])
        calls.append(Call((*_made(rng, number, time), today, length)))
    early = rng.uniform(0, 40, 9).round(1)
    # Of a list as of an array there is more to learn from than the days that judge have rows.
    edges = [Call((early, 41, 11)), Call((early.tolist(), 100, 5)), Call((early, 100, 6))]
    return [*calls, *edges, Call((early, 60, 60))]


def _rows_if(learn: Callable[..., Any], judge: Callable[..., Any]) -> Callable[..., Any]:
    """Return the rows of other rules; both get times, the first judging day, and the day after."""

    def rows(time: Any, today: int, length: int) -> tuple[list[int], list[int]]:
        moments = np.array(list(time), dtype=float)
        parts = (rule(moments, today - 30 - length, today - 30) for rule in (learn, judge))
        first, second = (np.flatnonzero(part).tolist() for part in parts)
        return first, second

    return rows


REHEARSAL_ROWS = Key(
    exercises.REHEARSAL_ROWS,
    right=rehearsal,
    inputs=_past,
    by_hand=[Call(([5, 49.9, 50, 55, 60, 85],), {"today": 90, "length": 10})],
    wrong={
        "the newest days judge, and their labels are still open": _rows_if(
            lambda t, start, stop: t < start + 30, lambda t, start, stop: t >= start + 30
        ),
        "the window of 30 days is left out before the days that judge, not after them": _rows_if(
            lambda t, start, stop: t < start, lambda t, start, stop: t >= start + 30
        ),
        "the first moment of the first day does not judge": _rows_if(
            lambda t, start, stop: t <= start, lambda t, start, stop: (t > start) & (t < stop)
        ),
        "the first moment after the last day judges too": _rows_if(
            lambda t, start, stop: t < start, lambda t, start, stop: (t >= start) & (t <= stop)
        ),
        "the rows are taken to be in order of time": lambda time, today, length: rehearsal(
            sorted(time), today, length
        ),
    },
)


# --- companies ------------------------------------------------------------------------------------


def hidden_companies() -> dict[int, dict[str, float]]:
    """Return the rungs on the hidden companies, by the seed of each."""
    return _drawn(secret.current())


@cache
def _drawn(course: str) -> dict[int, dict[str, float]]:
    """Draw companies from a secret, only such on which luck decides little.

    A month of a company can be so odd that the rungs change places, that an honest rehearsal misses
    by far, that a flattered one comes true, that who dropped the open rows is right by luck, or who
    waited for them wrong. The seeds have 128 bits, so that nobody can try them all. About one
    company in twelve is taken: four seconds in all.
    """
    seeds = secret.long_seeds(course, "companies")
    drawn: dict[int, dict[str, float]] = {}
    while len(drawn) < HIDDEN_COMPANIES:
        seed = next(seeds)
        ladder = rungs(seed)
        if _tells_apart(seed, ladder):
            drawn[seed] = ladder
    return drawn


def _tells_apart(seed: int, ladder: Mapping[str, float]) -> bool:
    kept = ladder["reference"]
    return (
        0.7 < ladder["likeliest frauds first"] / kept < 0.95
        and abs(rehearsed(seed) - kept) < 2 / 3 * UNIT
        and flattered(seed) - kept > UNIT
        and dropped(seed) / kept < 0.85
        and waited(seed) / kept > 0.93
    )


@cache
def rungs(seed: int) -> dict[str, float]:
    """Return what each rung of the ladder saves at one company.

    The reference is the plain logistic regression of the lessons on the rows whose label has had
    ten days to come, ranked by what a review is expected to save.
    """
    return ladder_at(company(seed))


def ladder_at(one: Company) -> dict[str, float]:
    """Return what each rung of the ladder saves at one company; see `rungs`."""
    amount = one.later["amount"].to_numpy()
    p = _probability(one.train, 150, one.later)
    return {
        "review nothing": 0.0,
        "logistic regression, flagged at 0.5": saved_by(one, p >= 0.5),
        "largest amounts first, no model": saved_by(one, _first_of_each_day(one.later, amount)),
        "likeliest frauds first": saved_by(one, _first_of_each_day(one.later, p)),
        "reference": saved_by(one, _worth_a_review(one.later, p)),
    }


def rehearsed(seed: int) -> float:
    """Return what a rehearsal lets the reference promise at one company."""
    train = company(seed).train
    past = train[train["time"] < 90]
    past = past.assign(is_fraud=past["is_fraud"].where(past["label_day"] <= 90))
    days = train[(train["time"] >= 90) & (train["time"] < 120)]
    flagged = _worth_a_review(days, _probability(past, 90, days))
    return share_saved(days["is_fraud"], flagged, days["amount"])


def flattered(seed: int) -> float:
    """Return what the newest days let promise, if the rows without a label are left out."""
    train = company(seed).train
    days = train[train["time"] >= 120].dropna(subset="is_fraud")
    flagged = _worth_a_review(days, _probability(train, 130, days))
    return share_saved(days["is_fraud"], flagged, days["amount"])


def dropped(seed: int) -> float:
    """Return what the reference saves at one company if it drops the rows without a label."""
    one = company(seed)
    known = one.train.dropna(subset="is_fraud")
    p = _probability(known, 150 + 10, one.later)  # so that none is left out for its age
    return saved_by(one, _worth_a_review(one.later, p))


def waited(seed: int) -> float:
    """Return what the reference saves at one company if it leaves out the last 30 days."""
    one = company(seed)
    p = _probability(one.train, 120 + 10, one.later)
    return saved_by(one, _worth_a_review(one.later, p))


def _probability(train: pd.DataFrame, today: int, table: pd.DataFrame) -> Any:
    learn = train[train["time"] < today - 10]
    model = make_pipeline(transaction_encoder(), LogisticRegression(max_iter=1000))
    return model.fit(learn, learn["is_fraud"].fillna(0)).predict_proba(table)[:, 1]


def _worth_a_review(table: pd.DataFrame, p: Any) -> Any:
    """Return 1 for the reviews of each day that are to save most, if more than they cost."""
    gain = p * (table["amount"].to_numpy() + 15) - 4
    return _first_of_each_day(table, gain) * (gain > 0)


def _first_of_each_day(table: pd.DataFrame, rank: Any) -> Any:
    """Return 1 for the CAPACITY transactions of highest rank of each day, 0 for the others."""
    day = np.floor(table["time"].to_numpy())
    place = pd.Series(np.asarray(rank)).groupby(day).rank(ascending=False, method="first")
    return (place <= CAPACITY).to_numpy(dtype=int)


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
            "a": "It is the likeliest fraud, and one that costs next to nothing.",
            "c": "A fraud costs €15 besides its amount. Without them this payment would come"
            " first.",
            "d": "Amount without probability spends the reviews on rich customers.",
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
