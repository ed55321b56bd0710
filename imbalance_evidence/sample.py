"""Recompute a drawn sample of rows and compare: the proof that the kept numbers are what they say.

The sample is drawn from all studies in turn, by a seed that is another one for each commit, until
its recorded seconds fill the budget. On the processor that made a row, its numbers must come out
again to the kept digits. Another processor adds up in another order, so there a tolerance is
granted, and it is wide, because a single split of a tree that falls the other way moves a measure.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from imbalance_evidence import ROWS
from imbalance_evidence.pool import Row, as_text
from imbalance_evidence.rows import can_run, execute, origin_id, split_by_state, this_origin
from imbalance_evidence.study import Cell, Study

#: Measures that depend on the moment at which they were taken.
TIMES = ("seconds_to_fit",)
#: Relative to the value, and absolute, on the same processor and on another one.
SAME = (1e-4, 1e-6)
OTHER = (0.05, 0.02)
#: Rows longer than this share of the budget are not drawn.
LONGEST = 0.2


class Difference(NamedTuple):
    """A measure that came out otherwise."""

    study: str
    cell: Cell
    repeat: int
    measure: str
    kept: str
    now: str

    def __str__(self) -> str:
        where = ", ".join(f"{key}={value}" for key, value in self.cell.items())
        return (
            f"{self.study} ({where}, repeat={self.repeat}): {self.measure} is kept as "
            f"{self.kept or 'nothing'} and came out as {self.now or 'nothing'}"
        )


def draw_sample(
    studies: Mapping[str, Study], seed: str, seconds: float, folder: Path = ROWS
) -> list[tuple[str, Cell, int, Row]]:
    """Return rows from all studies in turn whose recorded times fit the budget.

    Parameters
    ----------
    studies : mapping of str to Study
    seed : str
        Such as a commit's name.
    seconds : float
        Budget on one core.
    folder : Path, optional

    Returns
    -------
    list of (study, cell, repeat, row)
    """
    rng = random.Random(seed)
    decks, seen = [], set()
    for name, study in studies.items():
        if not can_run(study.protocol):
            continue
        fresh, _, _ = split_by_state(study, folder)
        runs = study.runs()
        deck = []
        for number, row in fresh.items():
            key = (study.protocol, repr(runs[number]))  # studies share rows
            if key not in seen and float(row["seconds"]) <= LONGEST * seconds:
                seen.add(key)
                deck.append((name, *runs[number], row))
        rng.shuffle(deck)
        decks.append(deck)
    in_turn = (card for cards in zip_longest(*decks) for card in cards if card)
    chosen: list[tuple[str, Cell, int, Row]] = []
    spent = 0.0
    for card in in_turn:
        spent += float(card[3]["seconds"])
        if spent > seconds:
            break
        chosen.append(card)
    return chosen


def agrees(kept: str, now: str, tolerance: tuple[float, float]) -> bool:
    """Return whether two written numbers are as close as they must be."""
    if not kept or not now:
        return kept == now
    relative, absolute = tolerance
    return abs(float(kept) - float(now)) <= max(absolute, relative * abs(float(kept)))


def check_row(study: Study, name: str, cell: Cell, repeat: int, row: Row) -> list[Difference]:
    """Run a row again and return what came out otherwise."""
    again, origin = execute(study.protocol, cell, repeat)
    tolerance = SAME if row["origin"] == origin_id(origin) else OTHER
    now: dict[str, str] = {key: as_text(value) for key, value in again.items()}
    if bool(row["error"]) != bool(now["error"]):
        return [Difference(name, cell, repeat, "error", row["error"], now["error"])]
    measures = set(row) & set(now) - set(cell) - {"repeat", "code", "origin", "seconds", "error"}
    return [
        Difference(name, cell, repeat, measure, row[measure], now[measure])
        for measure in sorted(measures - set(TIMES))
        if not agrees(row[measure], now.get(measure, ""), tolerance)
    ]


def check_sample(
    studies: Mapping[str, Study], seed: str, seconds: float, folder: Path = ROWS
) -> tuple[int, list[Difference]]:
    """Recompute a sample; return how many rows it had and what came out otherwise."""
    sample = draw_sample(studies, seed, seconds, folder)
    found: list[Difference] = []
    for name, cell, repeat, row in sample:
        found += check_row(studies[name], name, cell, repeat, row)
    return len(sample), found


def describe(rows: int, origin: Mapping[str, Any] | None = None) -> str:
    """Return the sentence that says what a passed check means."""
    processor = (origin or this_origin())["processor"]
    return f"{rows} rows were run again on {processor}, and all came out as they are kept"
