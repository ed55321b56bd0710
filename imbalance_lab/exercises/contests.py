"""Two detectors side by side: what each caught, what a mistake costs, and the judge of choices.

Used in lesson 11. Nothing here knows a good choice: what the reference is worth comes in as a
number.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from imbalance_lab.checks import Call, Case, Curve, Worth
from imbalance_lab.datasets import make_transactions, transaction_encoder
from imbalance_lab.exercises.draws import log_uniform, random_state

KEEP, SWITCH, WAIT = "A", "B", "wait"
#: The curve of `switch_or_wait`: for each rung its worth as a share of what the reference is worth,
#: and its points; straight lines lie between. tests/test_contests.py computes the shares again.
CURVE = Curve(
    {
        "never switch": (0.0, 0.0),
        "always wait": (0.2, 0.5),
        "a clear lead, or wait": (0.5, 1.5),
        "the higher number wins": (0.65, 2.0),
        "nearly the reference": (0.9, 5.0),
    }
)
#: Mistakes that the choices in all contests together show.
SAME = "the same answer for every pair of detectors"
HIGHER = "the higher number wins, however few the frauds"
CLEAR = "an interval decides, whatever a mistake and the waiting cost"
COUNT = "the number of frauds alone decides who has to wait"
EXCHANGED = "A and B have changed places"

DETECTORS, COMPANIES, SHARED_ALARMS = 10, 4, 0.03
#: Whether frauds are few and waiting cheap, few and dear, or many and dear; eight in a turn.
_KINDS = 4 * ["few, cheap"] + 2 * ["few, dear"] + 2 * ["many, dear"]
_FRAUDS = {"few": (8, 24), "many": (120, 400)}
_WAIT = {"cheap": (0.001, 0.005), "dear": (0.03, 0.06)}  # as a share of the gain


class Contest(NamedTuple):
    """Two detectors that ran on the same days, and what a mistake costs.

    Attributes
    ----------
    caught_a, caught_b : ndarray of int of shape (n_frauds,)
        For each fraud of these days whether the detector caught it, 1 or 0.
    gain : int
        What a recall that is higher by 1 is worth, in euros.
    switch, wait : int
        What it costs to put B into A's place, and to wait for more labels, in euros.
    ahead : float
        Recall of B minus recall of A, over thousands of frauds.
    """

    caught_a: NDArray[np.int64]
    caught_b: NDArray[np.int64]
    gain: int
    switch: int
    wait: int
    ahead: float

    def worth(self, choice: Any) -> float:
        """Return what a choice is worth, in euros against keeping A."""
        switched = self.gain * self.ahead - self.switch
        worth = {KEEP: 0.0, SWITCH: switched, WAIT: max(0.0, switched) - self.wait}
        if not isinstance(choice, str) or choice not in worth:
            raise ValueError(f"a choice is one of {', '.join(map(repr, worth))}")
        return worth[choice]

    @property
    def call(self) -> Call:
        """What the student's function is asked."""
        return Call(self[:5])


@cache
def contests(seed: int, draw: int = 0, count: int = 32) -> tuple[Contest, ...]:
    """Return contests between detectors of four companies.

    Parameters
    ----------
    seed : int
        0 or more, of any length: the companies.
    draw : int, default=0
        Another draw of pairs, frauds and prices, which takes no time.
    count : int, default=32
    """
    rng = np.random.default_rng([draw, seed])
    companies = _companies(seed)
    return tuple(
        _contest(rng, companies[number % COMPANIES], _KINDS[number % len(_KINDS)])
        for number in rng.permutation(count)
    )


def _contest(rng: np.random.Generator, caught: NDArray[np.int64], kind: str) -> Contest:
    frauds, price = kind.split(", ")
    a, b = rng.choice(len(caught), 2, replace=False)
    seen = rng.choice(caught.shape[1], round(log_uniform(rng, *_FRAUDS[frauds])), replace=False)
    gain = int(rng.choice([80, 100, 120])) * 1000
    switch = round(gain * rng.uniform(0, 0.03), -2)
    wait = round(gain * log_uniform(rng, *_WAIT[price]), -1)
    ahead = float(caught[b].mean() - caught[a].mean())
    return Contest(caught[a, seen], caught[b, seen], gain, int(switch), int(wait), ahead)


@cache
def _companies(seed: int) -> tuple[NDArray[np.int64], ...]:
    """Return for each company which detector catches which fraud; a tenth of a second each."""
    rng = np.random.default_rng(seed)
    return tuple(_company(rng) for _ in range(COMPANIES))


def _company(rng: np.random.Generator) -> NDArray[np.int64]:
    """Return what linear detectors catch that know other columns, and learned from other rows."""
    state = random_state(rng)
    table = make_transactions(24_000, fraud_rate=0.25, drift=0, random_state=state)
    X, y = transaction_encoder().fit_transform(table), table["is_fraud"].to_numpy()
    learn, later = slice(0, 6000), slice(6000, None)
    caught = []
    for _ in range(DETECTORS):
        columns = rng.choice(X.shape[1], X.shape[1] // 2, replace=False)
        rows = rng.choice(6000, int(rng.choice([200, 1000])), replace=False)
        known = np.column_stack([X[learn][rows][:, columns], np.ones(len(rows))])
        weights = np.linalg.lstsq(known, y[rows], rcond=None)[0][:-1]
        scores = X[later][:, columns] @ weights
        limit = np.quantile(scores[y[later] == 0], 1 - SHARED_ALARMS)
        caught.append((scores[y[later] == 1] >= limit).astype(int))
    return np.array(caught)


def judge(drawn: Sequence[Contest], reference: float, where: str = "") -> Worth:
    """Return the judge of choices in some contests.

    Parameters
    ----------
    drawn : sequence of Contest
    reference : float
        What the reference is worth in all of them together, in euros.
    where : str, default=""
        What to call them.
    """
    each = reference / len(drawn)
    higher = by_the_higher(drawn)
    cases = [
        Case(one.call, one.worth, each, {"the higher number": one.worth(choice)})
        for one, choice in zip(drawn, higher, strict=True)
    ]
    return Worth(cases, CURVE, where, lambda values: known_mistake(drawn, values))


def known_mistake(drawn: Sequence[Contest], values: list[Any]) -> str:
    """Return the name of the mistake that all choices together show, "" if they show none."""
    chosen = np.array(values)
    if len(set(values)) == 1:
        return SAME
    decided, higher = chosen != WAIT, np.array(by_the_higher(drawn))
    if np.mean(chosen[decided] == higher[decided]) < 0.3:
        return EXCHANGED
    if np.mean(chosen == higher) > 0.9:
        return HIGHER
    frauds = np.array([len(one.caught_a) for one in drawn])
    if not decided.all() and frauds[~decided].max() < frauds[decided].min():
        return COUNT
    return CLEAR if np.mean(chosen == np.array(by_clear_leads(drawn))) > 0.9 else ""


def by_the_higher(drawn: Sequence[Contest]) -> list[str]:
    """Return who caught more in each contest."""
    return [SWITCH if one.caught_b.sum() > one.caught_a.sum() else KEEP for one in drawn]


def by_clear_leads(drawn: Sequence[Contest]) -> list[str]:
    """Return for each contest who leads clearly, by a 95% interval, and where nobody does, wait."""
    found = []
    for one in drawn:
        won = one.caught_b - one.caught_a - one.switch / one.gain
        half = 1.96 * won.std(ddof=1) / np.sqrt(len(won))
        low, high = won.mean() - half, won.mean() + half
        found.append(SWITCH if low > 0 else KEEP if high < 0 else WAIT)
    return found
