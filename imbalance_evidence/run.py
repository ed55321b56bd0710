"""Run what is missing or stale of some studies, on all cores or on a cluster.

Finished rows are on the disk at once, so a run can be stopped at any moment; the next one goes on
where it stopped. The first repeats of all cells come first, so that what exists is balanced.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed, parallel_config
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from imbalance_evidence import ROWS
from imbalance_evidence.pool import Pool, Row
from imbalance_evidence.rows import add_origin, can_run, execute, split_by_state
from imbalance_evidence.study import Cell, Study, cell_columns

Run = tuple[str, Cell, int]

#: Seconds of a run of which nothing like it was run yet.
UNKNOWN_SECONDS = 1.0


def to_do(studies: Mapping[str, Study], folder: Path = ROWS) -> list[Run]:
    """Return the runs of these studies that have no fresh row, each once."""
    found: dict[tuple[str, tuple[Any, ...], int], Run] = {}
    for study in studies.values():
        if not can_run(study.protocol):
            continue
        fresh, _, _ = split_by_state(study, folder)
        for number, (cell, repeat) in enumerate(study.runs()):
            if number not in fresh:
                key = (study.protocol, tuple(cell.items()), repeat)
                found.setdefault(key, (study.protocol, cell, repeat))
    return sorted(found.values(), key=lambda run: run[2])


class Forecast:
    """How long a run will take, judged by the rows that were run before.

    Parameters
    ----------
    rows : mapping of str to rows
        For each protocol.
    """

    def __init__(self, rows: Mapping[str, list[Row]]) -> None:
        self._known: dict[tuple[Any, ...], float] = {}
        for protocol, kept in rows.items():
            seconds: dict[tuple[Any, ...], list[float]] = {}
            for row in kept:
                for key in self._keys(protocol, row):
                    seconds.setdefault(key, []).append(float(row["seconds"]))
            self._known |= {key: statistics.fmean(values) for key, values in seconds.items()}

    @staticmethod
    def _keys(protocol: str, cell: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Return what a run has in common with others, from the same cell to the same protocol."""
        _, *others = columns = [(name, str(cell[name])) for name in cell_columns(protocol)]
        return [(protocol, *columns), (protocol, *others), (protocol,)]

    def __call__(self, run: Run) -> float:
        """Return the seconds that a run is expected to take on one core."""
        keys = self._keys(run[0], run[1])
        return next((self._known[key] for key in keys if key in self._known), UNKNOWN_SECONDS)


@contextmanager
def workers(jobs: int, scheduler: str | None) -> Iterator[None]:
    """Let joblib use this machine's cores, or the workers of a Dask scheduler.

    Parameters
    ----------
    jobs : int
        Processes on this machine; -1 is one for each core.
    scheduler : str or None
        Address such as ``"tcp://10.0.0.1:8786"``. Its workers need this course, installed from the
        same commit.
    """
    with ExitStack() as stack:
        if scheduler is None:
            stack.enter_context(parallel_config("loky", n_jobs=jobs, inner_max_num_threads=1))
        else:
            from distributed import Client

            stack.enter_context(Client(scheduler, timeout="20s"))
            stack.enter_context(parallel_config("dask", n_jobs=-1))
        yield


def run(
    studies: Mapping[str, Study],
    *,
    jobs: int = -1,
    scheduler: str | None = None,
    folder: Path = ROWS,
    console: Console | None = None,
) -> int:
    """Run what is missing or stale, and keep each row as soon as it is finished.

    Parameters
    ----------
    studies : mapping of str to Study
    jobs : int, default=-1
    scheduler : str or None, default=None
    folder : Path, optional
    console : rich.console.Console, optional
        Where the progress is shown.

    Returns
    -------
    int
        Rows that were made.

    Raises
    ------
    PoolError
        If another run is writing to the same rows.
    KeyboardInterrupt
        If it was stopped; all finished rows are kept.
    """
    runs = to_do(studies, folder)
    if not runs:
        return 0
    pools = {protocol: Pool(protocol, folder) for protocol in {run[0] for run in runs}}
    forecast = Forecast({name: list(pool.read().values()) for name, pool in pools.items()})
    made = 0
    with ExitStack() as stack:
        writers = {name: stack.enter_context(pool.writer()) for name, pool in pools.items()}
        stack.enter_context(workers(jobs, scheduler))
        progress = stack.enter_context(_progress(console))
        bar = progress.add_task("rows", total=sum(map(forecast, runs)), done=0, rows=len(runs))
        finished = Parallel(return_as="generator_unordered", batch_size=1)(
            delayed(_numbered)(number, *one) for number, one in enumerate(runs)
        )
        for number, row, origin in finished:
            add_origin(origin, folder)
            writers[runs[number][0]].append(row)
            made += 1
            progress.update(bar, advance=forecast(runs[number]), done=made)
    return made


def _numbered(number: int, *one: Any) -> tuple[int, dict[str, Any], dict[str, str]]:
    return number, *execute(*one)


def _progress(console: Console | None) -> Progress:
    return Progress(
        TextColumn("{task.fields[done]} of {task.fields[rows]} rows"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("· left"),
        TimeRemainingColumn(),
        console=console,
        disable=console is not None and console.quiet,
    )
