"""The watcher: measures all that a student's process started, ends it at a limit, and reports.

What counts, and how. *Memory* of every process and thread: pages of its own, swapped ones too,
page tables, files in memory, and each socket as if its buffers were full, since nobody can see
how full they are. *Processor time* of every process that lives or was waited for; and where
processes come and go, as if they had computed all the while, since of those that nobody waits for
the kernel keeps no account. *Tasks*: processes and threads.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import select
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from imbalance_sandbox import names

OUT_OF_MEMORY = 77  # exit status of a student's process that could not even say so

_POLL_SECONDS = 0.02
_DOUBT_SECONDS = 0.1  # for which what counts too much may be there, before it is believed
_FILE_COST = 1024  # bytes of the kernel's that a file takes, beside its content
_AREA_COST = 512  # the same of an area of memory
_FEW_PROCESSES = 4
_AREAS_SECONDS = 1.0  # between two counts of areas, which are slow
_MOST_AREAS = 70_000  # what Linux allows a process, and a little
_STATUS = ("RssAnon:", "VmSwap:", "VmPTE:", "HugetlbPages:")
_ROLLUP = ("Pss_Anon:", "SwapPss:")
_chance = random.SystemRandom()  # a forked generator would be the student's too


@dataclass
class Look:
    """What one look at all processes of a student found."""

    memory: int = 0  # bytes, without what is shared
    shared: int = 0  # bytes of shared memory, by process
    seconds: float = 0.0  # of those that live, and of the ended ones that somebody waited for
    tasks: int = 0
    lent: int = 0  # bytes of it that are counted twice
    processes: frozenset[str] = frozenset()


class Watcher:
    """Measures the student's processes, ends them when asked or at a limit, and reports.

    It is made before the student's process is.

    Parameters
    ----------
    leash : socket
        Brings orders: ``i`` interrupts, ``k`` kills, and so does its end. Takes the report.
    settings : dict
        ``limits`` and ``most_memory``, see `imbalance_sandbox.contain.contain`.
    without : frozenset of str
        Names of the protections that are not in place.
    """

    def __init__(
        self, leash: socket.socket, settings: dict[str, Any], without: frozenset[str]
    ) -> None:
        self.child = 0
        self.outer = Path("/proc").stat().st_dev  # in which everybody is
        self.leash = leash
        self.without = without
        self.limits = settings["limits"]
        # The template's own pages are in every child, and cost nothing as long as they are shared.
        self.baseline = sum(memory_of("self"))
        self.most_memory = int(settings["most_memory"]) + self.baseline
        self.cores = len(os.sched_getaffinity(0))
        self.socket_cost = 2 * _usual_buffer()
        self.peak = self.baseline
        self.cpu = 0.0
        self.areas = 0
        self.ended_by = ""
        self._last = Look()
        self._looked = self._counted_areas = time.monotonic()

    def watch(self, child: int) -> None:
        """Watch the student's process and all that it starts; report when they are gone."""
        self.child = child
        try:
            self._wait()
        finally:
            self._kill_all()
        _, status, usage = os.wait4(self.child, 0)
        cpu = max(self.cpu, usage.ru_utime + usage.ru_stime)
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == OUT_OF_MEMORY:
            self.ended_by = "memory"
        elif number == signal.SIGKILL and not self.ended_by and cpu > self.limits["cpu_seconds"]:
            self.ended_by = "cpu"  # the kernel was first to notice
        own = resource.getrusage(resource.RUSAGE_SELF)
        report = {
            "ended_by": self.ended_by,
            "signal": number,
            "cpu_seconds": cpu + own.ru_utime + own.ru_stime,
            "peak_memory": self.peak,
        }
        with contextlib.suppress(OSError):
            self.leash.sendall(json.dumps(report).encode() + b"\n")

    def _wait(self) -> None:
        """Return when the process has ended, or has to."""
        handle = os.pidfd_open(self.child)
        deadline = time.monotonic() + float(self.limits["wall_seconds"]) + 5
        while not self.ended_by:
            links = [self.leash.fileno(), handle]
            # Not at equal distances, or what is done between two looks would never be seen.
            pause = _POLL_SECONDS * _chance.uniform(0.5, 1.5)
            ready, _, _ = select.select(links, [], [], pause)
            if handle in ready:
                break
            if self.leash.fileno() in ready:
                self._obey()
            elif time.monotonic() > deadline:
                self.ended_by = "time"
            else:
                self.ended_by = self._over_a_limit()

    def _obey(self) -> None:
        try:
            order = self.leash.recv(1)
        except OSError:
            order = b""
        if order == b"i":
            os.kill(self.child, signal.SIGINT)
        else:
            self.ended_by = "order"

    # --- limits ----------------------------------------------------------------------------------

    def _over_a_limit(self) -> str:
        look = self._look()
        if not look.processes:
            return ""  # it is not there yet
        self._count_time(look)
        kept = self._files_and_sockets()
        memory = look.memory + max(look.shared, kept.files) + kept.sockets + self._areas_of(look)
        if memory > self.most_memory and len(look.processes) > 1:
            memory = self._memory_in_doubt(look, kept)
        self.peak = max(self.peak, memory)
        if names.MEMORY not in self.without and memory > self.most_memory:
            return "memory"
        if names.CPU not in self.without and self.cpu > self.limits["cpu_seconds"]:
            return "cpu"
        if names.TASKS not in self.without and look.tasks > self.limits["processes"]:
            return "processes"
        return ""

    def _look(self) -> Look:
        look = Look()
        seen: dict[str, _Process] = {}
        for name in self._processes():
            with contextlib.suppress(OSError, ValueError, IndexError):
                seen[name] = process = _process(name)
                look.memory += process.own
                look.shared += process.shared
                look.seconds += process.seconds
                look.tasks += process.threads
        look.processes = frozenset(seen)
        look.lent = _lent(seen)
        look.memory -= look.lent
        return look

    def _count_time(self, look: Look) -> None:
        now = time.monotonic()
        used = look.seconds - self._last.seconds
        if look.processes != self._last.processes and self._last.processes:
            # Somebody came or went, so others may have done so unseen.
            tasks = max(look.tasks, self._last.tasks)
            used = max(used, (now - self._looked) * min(self.cores, tasks))
        self.cpu += max(used, 0.0)
        self._last, self._looked = look, now

    def _files_and_sockets(self) -> _Kept:
        kept = _Kept()
        if names.SCRATCH_FOLDER not in self.without:
            for folder in names.SCRATCH_FOLDERS:
                with contextlib.suppress(OSError):
                    room = os.statvfs(folder)
                    kept.files += (room.f_blocks - room.f_bfree) * room.f_frsize
                    kept.files += (room.f_files - room.f_ffree) * _FILE_COST
        if not self.without & {names.NETWORK, names.PROCESSES}:
            with contextlib.suppress(OSError, ValueError, IndexError):
                # All of the namespace's: also those that nobody holds, on their way in a message.
                first = Path("/proc/1/net/sockstat").read_text().split("\n", 1)[0]
                kept.sockets = int(first.split()[2]) * self.socket_cost
        return kept

    def _areas_of(self, look: Look) -> int:
        """Estimate what the areas cost that memory is cut into, bytes, from one process by chance.

        A process has one or two thousand of them. They matter only where many processes make as
        many as they can, and counting all of those would keep the watcher from its work.
        """
        count = len(look.processes)
        if count > _FEW_PROCESSES and time.monotonic() - self._counted_areas > _AREAS_SECONDS:
            self._counted_areas = time.monotonic()
            with contextlib.suppress(OSError):
                self.areas = max(self.areas, _count_areas(_chance.choice(sorted(look.processes))))
        return self.areas * count * _AREA_COST if count > _FEW_PROCESSES else 0

    def _memory_in_doubt(self, look: Look, kept: _Kept) -> int:
        """Count exactly, and for a moment again: a pair seen in halves is not seen to be lent.

        Two processes are never read at the same time: one makes the other in between, or writes
        its first page. What so counts twice is gone at the next look, and is no more than double.
        """
        end = time.monotonic() + _DOUBT_SECONDS
        memory = self._exact_memory(look, kept)
        while self.most_memory < memory <= 2 * self.most_memory and time.monotonic() < end:
            time.sleep(_POLL_SECONDS * _chance.uniform(0.1, 0.5))
            look, kept = self._look(), self._files_and_sockets()
            memory = self._exact_memory(look, kept)
        return memory

    def _exact_memory(self, look: Look, kept: _Kept) -> int:
        """Count what forked processes share with each other once: slow, so only when in doubt."""
        own = shared = 0
        for process in look.processes:
            with contextlib.suppress(OSError, ValueError):
                mine, common = memory_of(process)
                with contextlib.suppress(OSError, ValueError):
                    mine, common = _proportional_memory_of(process)
                own += mine
                shared += common
        own -= look.lent
        return own + max(shared, kept.files) + kept.sockets + self._areas_of(look)

    # --- processes -------------------------------------------------------------------------------

    def _processes(self) -> Iterator[str]:
        """Name every process of the student, as /proc calls it."""
        if names.PROCESSES not in self.without:
            # The watcher shares the student's mounts: once the student's process has mounted its
            # own /proc, this shows its processes alone.
            if Path("/proc").stat().st_dev != self.outer:
                yield from filter(str.isdigit, os.listdir("/proc"))  # noqa: PTH208 (fast)
            return
        yield str(self.child)
        yield from map(str, _descendants(self.child))

    def _kill_all(self) -> None:
        rest = [] if names.PROCESSES not in self.without else _descendants(self.child)
        for process in (self.child, *rest):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


@dataclass
class _Kept:
    """Bytes that belong to no process."""

    files: int = 0
    sockets: int = 0


def _usual_buffer() -> int:
    """Return how much a socket takes before its sender has to wait, bytes."""
    one, other = socket.socketpair()
    with one, other:
        return one.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)


def _descendants(process: int) -> list[int]:
    """Return what a process started, where no namespace keeps it together."""
    import psutil

    with contextlib.suppress(psutil.Error):
        return [child.pid for child in psutil.Process(process).children(recursive=True)]
    return []


def memory_of(process: str) -> tuple[int, int]:
    """Return the memory that belongs to a process and not to a file, bytes: its own, and shared.

    A process goes on when its first thread has ended, and then only the others tell of its memory.
    """
    status = Path(f"/proc/{process}/status").read_text()
    if "RssAnon:" not in status:
        for thread in os.listdir(f"/proc/{process}/task"):  # noqa: PTH208 (fast)
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{process}/task/{thread}/status").read_text()
            if "RssAnon:" in status:
                break
    return _sum_of(status, _STATUS), _sum_of(status, ("RssShmem:",))


def _proportional_memory_of(process: str) -> tuple[int, int]:
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    status = Path(f"/proc/{process}/status").read_text()
    tables = _sum_of(status, ("VmPTE:", "HugetlbPages:"))
    return _sum_of(rollup, _ROLLUP) + tables, _sum_of(rollup, ("Pss_Shmem:",))


def _count_areas(process: str) -> int:
    """Count the areas of a process's memory, up to what it may have; who hides them has all."""
    try:
        with Path(f"/proc/{process}/maps").open("rb") as maps:
            return sum(1 for _ in islice(maps, _MOST_AREAS))
    except PermissionError:
        return _MOST_AREAS


def _sum_of(table: str, rows: tuple[str, ...]) -> int:
    return sum(int(row.split()[1]) for row in table.splitlines() if row.startswith(rows)) * 1024


@dataclass(frozen=True)
class _Process:
    """What /proc says of one process."""

    own: int
    shared: int
    seconds: float  # those of ended and awaited children among them
    threads: int
    parent: str
    waits: bool  # for a process that it has made, and cannot be interrupted


def _process(name: str) -> _Process:
    own, shared = memory_of(name)
    parts = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()
    seconds = sum(map(int, parts[11:15])) / os.sysconf("SC_CLK_TCK")
    waits = parts[0] == "D" and _is_making_a_process(name)
    return _Process(own, shared, seconds, int(parts[17]), parts[1], waits)


def _is_making_a_process(name: str) -> bool:
    """Return whether a process that cannot be interrupted is where Linux makes processes.

    Who reads from a disk looks the same otherwise. Where Linux does not say, it counts.
    """
    with contextlib.suppress(OSError):
        where = Path(f"/proc/{name}/wchan").read_text()
        return where in ("", "0") or "clone" in where or "fork" in where
    return True


def _lent(seen: dict[str, _Process]) -> int:
    """Return the memory of a process that is about to start a program, bytes.

    Until it does, it has the very memory of the one that forked it and that waits for it: all of
    it would count twice. There may be one such pair.
    """
    for process in seen.values():
        parent = seen.get(process.parent)
        if parent is not None and parent.waits and parent.own == process.own:
            return process.own
    return 0
