"""Run what is missing or stale of some studies, on all cores or on a cluster.

Finished rows are on the disk at once, so a run can be stopped at any moment; the next one goes on
where it stopped. The first repeats of all cells come first, so that what exists is balanced.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed, parallel_config
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from imbalance_evidence import ROWS
from imbalance_evidence.forecast import Remaining, Run, pilot
from imbalance_evidence.pool import Pool
from imbalance_evidence.rows import add_origin, can_run, execute, split_by_state
from imbalance_evidence.study import Study


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


def _client(scheduler: str) -> Any:
    """Return a connection to a Dask scheduler."""
    from distributed import Client

    with _named(scheduler):
        return Client(scheduler, timeout="20s")


def _check_address(scheduler: str) -> None:
    """Refuse what can be no address, though nothing may be left to run there."""
    from distributed.comm.addressing import get_address_host_port, parse_address

    with _named(scheduler):
        if parse_address(scheduler)[0] != "inproc":  # this process, which has no host
            socket.getaddrinfo(*get_address_host_port(scheduler))


@contextmanager
def _named(scheduler: str) -> Iterator[None]:
    """Say of which option it is that no scheduler answers."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise ValueError(
            f"scheduler must be the address of a Dask scheduler that answers, such as "
            f"tcp://10.0.0.1:8786, got {scheduler!r}: {error}"
        ) from error


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
            stack.enter_context(_client(scheduler))
            stack.enter_context(parallel_config("dask", n_jobs=-1))
        yield


def run(
    studies: Mapping[str, Study],
    *,
    jobs: int = -1,
    scheduler: str | None = None,
    folder: Path = ROWS,
    console: Console | None = None,
    pilot_only: bool = False,
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
    pilot_only : bool, default=False
        Make only the few rows that show each value of the grids once, to know the time of all.

    Returns
    -------
    int
        Rows that were made.

    Raises
    ------
    ValueError
        If there are no jobs, or no scheduler answers.
    PoolError
        If another run is writing to the same rows.
    KeyboardInterrupt
        If it was stopped; all finished rows are kept.
    """
    if jobs == 0:
        raise ValueError("jobs must be a number of processes, or -1 for one a core, got 0")
    if scheduler is not None:
        _check_address(scheduler)
    runs = to_do(studies, folder)
    runs = pilot(runs) if pilot_only else runs
    if not runs:
        return 0
    pools = {protocol: Pool(protocol, folder) for protocol in {run[0] for run in runs}}
    remaining = Remaining(runs, {name: pool.read().values() for name, pool in pools.items()})
    made = 0
    with ExitStack() as stack:
        writers = {name: stack.enter_context(pool.writer()) for name, pool in pools.items()}
        stack.enter_context(workers(jobs, scheduler))
        progress = stack.enter_context(_progress(console))
        bar = progress.add_task("rows", done=0, rows=len(runs), unknown=remaining.unknown)
        finished = Parallel(return_as="generator_unordered", batch_size=1)(
            delayed(_numbered)(number, *one) for number, one in enumerate(runs)
        )
        for number, row, origin in finished:
            add_origin(origin, folder)
            writers[runs[number][0]].append(row)
            made += 1
            remaining.done(number, row)
            progress.update(
                bar,
                completed=remaining.spent,
                total=remaining.spent + remaining.seconds,
                done=made,
                unknown=remaining.unknown,
            )
    return made


class _TimeLeft(TimeRemainingColumn):
    """The time that is left, where rows have shown what the runs cost."""

    def render(self, task: Task) -> Text:
        """Return the time, or that it is not known yet."""
        return Text("not known yet") if task.fields["unknown"] else super().render(task)


def _numbered(number: int, *one: Any) -> tuple[int, dict[str, Any], dict[str, str]]:
    return number, *execute(*one)


def _progress(console: Console | None) -> Progress:
    return Progress(
        TextColumn("{task.fields[done]} of {task.fields[rows]} rows"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("· left"),
        _TimeLeft(),
        console=console,
        disable=console is not None and console.quiet,
    )
