"""How long runs will take, judged by the rows that there are, and which rows to make first.

What a run costs is mostly the cost of its data times that of its model and of what is done to both,
so the forecast of a run that was never made multiplies what each of its values is known to cost.
A value that no row has is not guessed: then the time is not known yet. A pilot makes the few rows
that show each value once.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from imbalance_evidence.pool import as_text
from imbalance_evidence.study import Cell, cell_columns

Run = tuple[str, Cell, int]
Row = Mapping[str, Any]

#: Rounds in which the costs of the columns' values are fitted, one column after the other.
ROUNDS = 8
#: Shorter runs count as this long, in seconds: a logarithm needs it.
SHORTEST = 0.001


def _values(protocol: str, row: Row) -> tuple[str, ...]:
    return tuple(as_text(row[name]) for name in cell_columns(protocol))


class _Costs:
    """What the runs of one protocol cost: a factor for each value of each column."""

    def __init__(self, protocol: str, rows: Sequence[Row]) -> None:
        self._protocol = protocol
        cells = [_values(protocol, row) for row in rows]
        seconds = [max(float(row["seconds"]), SHORTEST) for row in rows]
        self._known: dict[tuple[str, ...], list[float]] = {}
        for cell, spent in zip(cells, seconds, strict=True):
            self._known.setdefault(cell, []).append(spent)
        logs = [math.log(spent) for spent in seconds]
        self._base = statistics.fmean(logs)
        self._factors: list[dict[str, float]] = [
            dict.fromkeys(seen, 0.0) for seen in zip(*cells, strict=True)
        ]
        for _ in range(ROUNDS):
            for column, factors in enumerate(self._factors):
                rest: dict[str, list[float]] = {}
                for cell, log in zip(cells, logs, strict=True):
                    without = self._sum(cell) - factors[cell[column]]
                    rest.setdefault(cell[column], []).append(log - without)
                factors.update({value: statistics.fmean(left) for value, left in rest.items()})
        fitted = [math.exp(self._sum(cell)) for cell in cells]
        self._scale = statistics.fmean(seconds) / statistics.fmean(fitted)

    def _sum(self, cell: Sequence[str]) -> float:
        return self._base + sum(f[v] for f, v in zip(self._factors, cell, strict=True))

    def __call__(self, cell: Cell) -> float | None:
        values = _values(self._protocol, cell)
        if values in self._known:
            return statistics.fmean(self._known[values])
        if any(v not in f for f, v in zip(self._factors, values, strict=True)):
            return None
        return math.exp(self._sum(values)) * self._scale


class Forecast:
    """How long a run will take, judged by the rows that were run before.

    Parameters
    ----------
    rows : mapping of str to rows
        For each protocol.
    """

    def __init__(self, rows: Mapping[str, Sequence[Row]]) -> None:
        self._costs = {protocol: _Costs(protocol, kept) for protocol, kept in rows.items() if kept}

    def __call__(self, run: Run) -> float | None:
        """Return the seconds that a run will take on one core, or None if nothing is known."""
        costs = self._costs.get(run[0])
        return costs(run[1]) if costs else None

    def total(self, runs: Iterable[Run]) -> tuple[float, int]:
        """Return the seconds of all runs whose time is known, and how many the others are."""
        found = [self(run) for run in runs]
        return sum(seconds for seconds in found if seconds is not None), found.count(None)


def hours_told(seconds: float, unknown: int, runs: int) -> str:
    """Return the time that runs will take in words: hours, and of how many rows it is not known."""
    if runs and unknown == runs:
        return "not known yet"
    hours = f"{seconds / 3600:.2f}"
    return f"{hours}, and {unknown} rows not known yet" if unknown else hours


def pilot(runs: Iterable[Run]) -> list[Run]:
    """Return the few runs that show each value of each column once, in their order."""
    seen: set[tuple[str, int, str]] = set()
    chosen = []
    for protocol, cell, repeat in runs:
        values = {(protocol, i, v) for i, v in enumerate(_values(protocol, cell))}
        if not values <= seen:
            seen |= values
            chosen.append((protocol, cell, repeat))
    return chosen


class Remaining:
    """The runs that are left and how long they will take, learning from each row that comes in.

    Parameters
    ----------
    runs : sequence of Run
        What is left, by its number.
    rows : mapping of str to rows
        What was run before, for each protocol.

    Attributes
    ----------
    spent : float
        Seconds of the rows that came in.
    seconds : float
        Of the runs that are left and whose time is known, on one core.
    unknown : int
        How many the others are.
    """

    def __init__(self, runs: Sequence[Run], rows: Mapping[str, Iterable[Row]]) -> None:
        self._left = dict(enumerate(runs))
        self._rows = {protocol: list(kept) for protocol, kept in rows.items()}
        self._done = 0
        self.spent = 0.0
        self._judge()

    def _judge(self) -> None:
        forecast = Forecast(self._rows)
        self._expected = {number: forecast(run) for number, run in self._left.items()}
        known = [seconds for seconds in self._expected.values() if seconds is not None]
        self.seconds, self.unknown = sum(known), len(self._expected) - len(known)

    def done(self, number: int, row: Row) -> None:
        """Take a run off the list; judge the others anew now and then, often at first."""
        self._rows.setdefault(self._left.pop(number)[0], []).append(row)
        expected = self._expected.pop(number)
        self.seconds -= expected or 0.0
        self.unknown -= expected is None
        self.spent += float(row["seconds"])
        self._done += 1
        if self._done & (self._done - 1) == 0 or self._done % 256 == 0:
            self._judge()
