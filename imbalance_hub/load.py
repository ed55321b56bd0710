"""Many students at once: how long they wait, and what they take of the machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

import nbformat
import psutil

from imbalance_hub.machine import ROOT, Machine, open_machine
from imbalance_hub.visitor import Visitor

MB = 1 << 20


@dataclass(frozen=True)
class Waited:
    """What one student waited for, in seconds from the moment at which all of them came.

    Parameters
    ----------
    server, first_cell, lesson : float
        Until her server was ready, her first cell was done, and all cells of the lesson were.
    """

    server: float
    first_cell: float
    lesson: float


@dataclass(frozen=True)
class Class:
    """What a class of one size was measured to take.

    Parameters
    ----------
    students : int
    waited : tuple of Waited
    server, kernel : float
        Megabytes of a student's server and of her kernel after the lesson, the median: their own
        memory and their share of what several hold in common (PSS).
    largest : float
        Megabytes of the student who takes most.
    together : float
        Megabytes of all students' processes and the hub's at the worst moment.
    started, whole : float
        Processor seconds of a student when her server and kernel are up, and after the lesson.
    """

    students: int
    waited: tuple[Waited, ...]
    server: float
    kernel: float
    largest: float
    together: float
    started: float
    whole: float


def measure(students: int, lesson: str) -> Class:
    """Let students come, start and run all cells of a lesson at the same moment.

    Parameters
    ----------
    students : int
    lesson : str
        The folder of a lesson, such as "05-resampling"; its first notebook is run as it is handed
        out, so that exercises fail at once and the experiments of the text run.

    Raises
    ------
    NoMachine
        If there can be no machine for a class here.
    """
    names = [f"student{number:03}" for number in range(students)]
    path = sorted((ROOT / "lessons" / lesson).glob("*.ipynb"))[0]
    cells = [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    settings = f"servers = {students + 1}\n"
    with open_machine(["teacher", *names], (lesson[:2],), settings) as machine:
        users = _users(machine, names)
        visitors = [Visitor(machine.address, name) for name in names]
        started: list[float] = []
        together = threading.Barrier(students)
        begin = time.monotonic()

        def come(visitor: Visitor) -> Waited:
            visitor.log_in(visitor.name)
            visitor.start_server()
            server = time.monotonic() - begin
            kernel = visitor.kernel()
            kernel.run(cells[0])
            first_cell = time.monotonic() - begin
            started.append(sum(_seconds(each) for each in _processes(users[visitor.name])))
            for cell in cells[1:]:
                kernel.run(cell)
            lesson_done = time.monotonic() - begin
            together.wait()  # everybody's kernel is there when memory is looked at
            return Waited(server, first_cell, lesson_done)

        with _peak(list(users.values())) as peak, ThreadPoolExecutor(students) as pool:
            waited = tuple(pool.map(come, visitors))
        taken = [_memory(user) for user in users.values()]
        whole = [sum(_seconds(each) for each in _processes(user)) for user in users.values()]
    return Class(
        students,
        waited,
        median(server for server, _ in taken),
        median(kernel for _, kernel in taken),
        max(map(sum, taken)),
        max(peak),
        median(started),
        median(whole),
    )


def _users(machine: Machine, names: Sequence[str]) -> dict[str, int]:
    """Return the numbers of accounts, by name."""
    rows = (machine.folder / "etc" / "passwd").read_text(encoding="utf-8").splitlines()
    found = {row.split(":")[0]: int(row.split(":")[2]) for row in rows}
    return {name: found[name] for name in names}


def _processes(user: int) -> list[psutil.Process]:
    every = psutil.process_iter(["uids"])
    return [each for each in every if each.info["uids"] and each.info["uids"].real == user]


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def _pss(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss) / MB
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        return 0.0


def _memory(user: int) -> tuple[float, float]:
    """Return the megabytes of a student's server and of all else of hers."""
    server = other = 0.0
    for process in _processes(user):
        if "jupyterhub.singleuser" in process.cmdline():
            server += _pss(process)
        else:
            other += _pss(process)
    return server, other


@contextmanager
def _peak(users: Sequence[int]) -> Iterator[list[float]]:
    """Look every other second at what the students and the hub take together."""
    looked: list[float] = [0.0]
    done = threading.Event()

    def look() -> None:
        while not done.wait(2):
            hub = [p for p in psutil.process_iter() if _is_hubs(p)]
            every = [process for user in users for process in _processes(user)]
            looked.append(sum(map(_pss, [*hub, *every])))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield looked
    finally:
        done.set()
        watcher.join()


def _is_hubs(process: psutil.Process) -> bool:
    """Tell the hub, its proxy and its culler, by what they were called with."""
    try:
        words = " ".join(process.cmdline())
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        return False
    return "jupyterhub --config" in words or "http-proxy" in words or "idle_culler" in words
