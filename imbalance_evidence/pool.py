"""The rows of one protocol in a CSV file: appended one by one, never lost, never torn.

A row is one line, written by one call and forced to the disk, so that a killed run keeps every row
that was finished. A line that a crash cut off has no end, and is dropped when the file is opened
next. Studies share rows: the same cell and repeat is run once.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from imbalance_evidence import ROWS
from imbalance_evidence.study import Cell, cell_columns, protocol_module

Row = dict[str, str]
Key = tuple[str, ...]
FACTS = ("code", "origin", "seconds", "error")


class PoolError(ValueError):
    """A file of rows that cannot be read as one."""


def as_text(value: Any) -> str:
    """Return a value as it stands in a file: five significant digits, empty for NaN."""
    if isinstance(value, float):
        return "" if value != value else f"{value:.5g}"
    return str(value)


class Pool:
    """The rows of a protocol.

    Parameters
    ----------
    protocol : str
    folder : Path, optional
        Where the file lies; it need not exist yet.
    """

    def __init__(self, protocol: str, folder: Path = ROWS) -> None:
        self.path = folder / f"{protocol}.csv"
        self.keys = (*cell_columns(protocol), "repeat")
        self.measures = tuple(protocol_module(protocol).MEASURES)
        self.header = (*self.keys, *FACTS, *self.measures)
        if len(set(self.header)) < len(self.header):
            raise PoolError(f"{protocol} uses a name twice: {self.header}")

    def key(self, cell: Cell, repeat: int) -> Key:
        """Return what tells the row of a cell and repeat from all others."""
        return tuple(as_text(value) for value in [*(cell[k] for k in self.keys[:-1]), repeat])

    def read(self) -> dict[Key, Row]:
        """Return all whole rows by their keys; the last of two with one key counts.

        Raises
        ------
        PoolError
            If the file has another header's columns for its keys, or a line of another length.
        """
        if not self.path.exists():
            return {}
        text = self.path.read_text(encoding="utf-8")
        lines = csv.reader(io.StringIO(text[: text.rfind("\n") + 1]))
        header = next(lines, list(self.header))
        if absent := set(self.keys) - set(header):
            raise PoolError(f"{self.path.name} has no column {sorted(absent)}")
        rows = {}
        for number, line in enumerate(lines, 2):
            if len(line) != len(header):
                raise PoolError(
                    f"{self.path.name}, line {number}: {len(line)} values, expected {len(header)}"
                )
            row = dict(zip(header, line, strict=True))
            rows[tuple(row[key] for key in self.keys)] = row
        return rows

    def write(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write rows in the order of their keys, all or nothing, and nothing else."""
        kept = {tuple(as_text(row[key]) for key in self.keys): row for row in rows}
        ordered = sorted(kept, key=lambda key: (*key[:-1], int(key[-1])))
        text = self._line(self.header) + "".join(self._row(kept[key]) for key in ordered)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".draft")
        with draft.open("w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(self.path)

    @contextmanager
    def writer(self) -> Iterator[_Writer]:
        """Open the file for appending, for one process at a time.

        Raises
        ------
        PoolError
            If another run is writing to it.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.path.with_suffix(".lock"))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise PoolError(f"another run is writing to {self.path.name}; wait for it") from None
        try:
            self.write(self.read().values())  # drops a cut-off line, brings the header up to date
            try:
                with self.path.open("ab", buffering=0) as stream:
                    yield _Writer(self, stream)
            finally:
                self.write(self.read().values())
        finally:
            lock.release()

    def _row(self, row: Mapping[str, Any]) -> str:
        return self._line([as_text(row.get(column, "")) for column in self.header])

    @staticmethod
    def _line(values: Iterable[str]) -> str:
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\n").writerow(values)
        return stream.getvalue()


class _Writer:
    """Appends rows to an open pool."""

    def __init__(self, pool: Pool, stream: io.FileIO | Any) -> None:
        self._pool, self._stream = pool, stream

    def append(self, row: Mapping[str, Any]) -> None:
        """Write one row and wait until the disk has it."""
        self._stream.write(self._pool._row(row).encode())
        os.fsync(self._stream.fileno())
