"""Inside the sandbox: lock one forked process in, and watch it until it ends.

Runs in the students' template process (see `imbalance_sandbox.warm`), which bubblewrap has
already put behind a read-only view of the system. For each submission the template forks a
*watcher*, which enters new namespaces and forks the *student's process* into them:

    template ── watcher (outside the new process namespace, shares its mounts)
                   └── student's process (number 1 in the namespace: when it ends, all it
                       started ends with it)

The watcher measures and kills; the student's process cannot see it. The template itself never
runs a student's code and is never written to, so that the next student starts from the same
state. The system calls are made through the C library (Python 3.11 has no `os.unshare`) and
libseccomp; the filter's rules are a list of names.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import functools
import json
import os
import re
import resource
import select
import shutil
import signal
import socket
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import imbalance_lab

SCRATCH = "/tmp"

# Names of the protections; `imbalance_grader.sandbox` says what each is for.
FILES = "files"
NETWORK = "network"
PROCESSES = "processes"
IPC = "shared memory"
SCRATCH_FOLDER = "scratch folder"
PRIVILEGES = "privileges"
SYSTEM_CALLS = "system calls"
MEMORY = "memory"
TASKS = "process count"
FILE_SIZE = "file size"
CPU = "processor time"

_NEW_MOUNTS, _NEW_USER, _NEW_PIDS = 0x00020000, 0x10000000, 0x20000000
_NEW_NETWORK, _NEW_IPC, _NEW_NAMES = 0x40000000, 0x08000000, 0x04000000
_NOSUID, _NODEV, _NOEXEC, _READONLY = 2, 4, 8, 1
_BIND, _RECURSIVE = 4096, 16384
_SET_PARENT_DEATH_SIGNAL, _SET_NO_NEW_PRIVILEGES = 1, 38
_CAPABILITY_VERSION_3 = 0x20080522
_POLL_SECONDS = 0.02
_OPEN_FILES = 256
_COUNTS_PER_NAMESPACE = (5, 14)  # before this Linux, RLIMIT_NPROC counts all that a user runs

OUT_OF_MEMORY = 77  # exit status of a student's process that could not even say so

# What no lesson needs and what reaches the kernel's less trodden paths, or memory that no limit
# counts (memfd, System V), or other processes.
_REFUSED = (
    "add_key",
    "bpf",
    "chroot",
    "fanotify_init",
    "fsconfig",
    "fsmount",
    "fsopen",
    "fspick",
    "init_module",
    "finit_module",
    "delete_module",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "kcmp",
    "kexec_file_load",
    "kexec_load",
    "keyctl",
    "lookup_dcookie",
    "memfd_create",
    "memfd_secret",
    "mount",
    "mount_setattr",
    "move_mount",
    "mq_open",
    "msgget",
    "name_to_handle_at",
    "open_by_handle_at",
    "open_tree",
    "perf_event_open",
    "pidfd_getfd",
    "pivot_root",
    "process_vm_readv",
    "process_vm_writev",
    "ptrace",
    "quotactl",
    "reboot",
    "request_key",
    "semget",
    "setns",
    "shmget",
    "swapon",
    "swapoff",
    "syslog",
    "umount2",
    "unshare",
    "userfaultfd",
    "vhangup",
)
# Families of sockets that a network namespace does not contain (vsock reaches the host of a
# virtual machine). Unix and internet sockets stay: inside, they lead nowhere.
_FAMILIES_REFUSED = (*range(3, 10), *range(11, 46))

_libc = ctypes.CDLL(None, use_errno=True)


class ContainError(OSError):
    """A protection could not be put in place, so nothing was run."""


def visible_folders() -> tuple[Path, ...]:
    """Return the folders that a student's process can read: Python's, the lessons', this one."""
    wanted = {
        Path("/usr"),
        Path(sys.prefix).resolve(),
        Path(sys.base_prefix).resolve(),
        Path(sysconfig.get_path("purelib")).resolve(),
        Path(sys.executable).resolve().parents[1],
        Path(imbalance_lab.__file__).resolve().parent,
        Path(__file__).resolve().parent,
    }
    inside = {a for a in wanted for b in wanted if a != b and a.is_relative_to(b)}
    return tuple(sorted(wanted - inside))


def python_below_scratch() -> list[Path]:
    """Return those of them that an empty scratch folder would cover."""
    return [folder for folder in visible_folders() if folder.is_relative_to(SCRATCH)]


def contain(wire: socket.socket, leash: socket.socket, settings: dict[str, Any], work: Any) -> None:
    """Run ``work(wire, settings)`` in a contained process and watch it; returns when it is gone.

    Parameters
    ----------
    wire : socket
        Goes to the student's process, which alone uses it.
    leash : socket
        Stays with the watcher. The letters ``i`` and ``k`` interrupt and kill; at its end the
        process is killed too. The watcher writes one line of JSON on it when all is over.
    settings : dict
        ``limits``, as in `imbalance_grader.results.Limits`, and ``without``, the names of
        the protections that are not put in place.
    """
    without = frozenset(settings["without"])
    os.setsid()  # kill(0) from inside must not reach the template
    failed = ""
    try:
        _enter_namespaces(without)
    except OSError as error:
        failed = str(error)
    if SCRATCH_FOLDER in without:
        os.chdir(tempfile.mkdtemp(prefix="imbalance-lab-"))
    outer = Path("/proc").stat().st_dev
    baseline = _memory_of("self")
    child = os.fork()
    if child == 0:
        leash.close()
        _become_student(wire, settings, work, without, failed)
        os._exit(0)
    wire.close()
    _Watcher(child, leash, settings, without, baseline, outer).watch()
    if SCRATCH_FOLDER in without:
        shutil.rmtree(os.getcwd(), ignore_errors=True)  # noqa: PTH109 (a path for rmtree)


def _enter_namespaces(without: frozenset[str]) -> None:
    flags = 0
    for name, flag in (
        (PROCESSES, _NEW_PIDS),
        (NETWORK, _NEW_NETWORK),
        (IPC, _NEW_IPC | _NEW_NAMES),
    ):
        flags |= 0 if name in without else flag
    if SCRATCH_FOLDER not in without or PROCESSES not in without:
        flags |= _NEW_MOUNTS
    if not flags:
        return
    user, group = os.getuid(), os.getgid()
    _check(_libc.unshare(flags | _NEW_USER), "new namespaces")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def _become_student(
    wire: socket.socket, settings: dict[str, Any], work: Any, without: frozenset[str], failed: str
) -> None:
    """Put the remaining protections in place, then work; without all of them nothing runs."""
    try:
        if failed:
            raise ContainError(failed)
        os.setsid()
        _keep_only(wire)
        limits = settings["limits"]
        _mount(limits, without)
        _limit(limits, without)
        if PRIVILEGES not in without:
            _drop_privileges()
        end_with_parent()
        if SYSTEM_CALLS not in without:
            system_call_filter().load()
    except (OSError, ImportError) as error:
        settings["failed"] = f"{type(error).__name__}: {error}"
    work(wire, settings)


def _keep_only(wire: socket.socket) -> None:
    """Close every file but the wire; standard streams lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    kept = wire.fileno()
    os.closerange(3, kept)
    os.closerange(kept + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def _mount(limits: dict[str, Any], without: frozenset[str]) -> None:
    if PROCESSES not in without:
        _mounted("proc", "/proc", _NOSUID | _NODEV | _NOEXEC)
    if SCRATCH_FOLDER not in without:
        size = f"size={limits['file_bytes']},nr_inodes=16384,mode=0700"
        if FILE_SIZE in without:
            size = "mode=0700"
        covered = [(folder, os.open(folder, os.O_PATH)) for folder in python_below_scratch()]
        _mounted("tmpfs", SCRATCH, _NOSUID | _NODEV, size)
        for folder, handle in covered:
            folder.mkdir(parents=True)
            source = f"/proc/self/fd/{handle}".encode()
            result = _libc.mount(source, str(folder).encode(), None, _BIND | _RECURSIVE, None)
            _check(result, f"showing {folder}")
            os.close(handle)
        _mounted("tmpfs", "/dev/shm", _NOSUID | _NODEV, size)
        # Terminals would be shared with the others.
        _mounted("tmpfs", "/dev/pts", _NOSUID | _NODEV | _READONLY, "size=0,nr_inodes=1")
        Path(SCRATCH, "work").mkdir()
        os.chdir(Path(SCRATCH, "work"))


def _mounted(kind: str, where: str, flags: int, options: str = "") -> None:
    if not Path(where).is_dir():
        return
    result = _libc.mount(kind.encode(), where.encode(), kind.encode(), flags, options.encode())
    _check(result, f"mounting {where}")


def _limit(limits: dict[str, Any], without: frozenset[str]) -> None:
    """Set what the kernel enforces for each process; the watcher sums over all of them."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")  # if memory is short, this one ends
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_NOFILE, _OPEN_FILES)
    if MEMORY not in without:
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        _set(resource.RLIMIT_AS, mapped + int(limits["memory_bytes"]))
    if TASKS not in without and _kernel_version() >= _COUNTS_PER_NAMESPACE:
        _set(resource.RLIMIT_NPROC, int(limits["processes"]))
    if FILE_SIZE not in without:
        _set(resource.RLIMIT_FSIZE, int(limits["file_bytes"]))
    if CPU not in without:
        _set(resource.RLIMIT_CPU, int(limits["cpu_seconds"]) + 2)


def _set(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))


def _kernel_version() -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", os.uname().release)[:2])


def end_with_parent() -> None:
    """Let the kernel end this process when the one that forked it ends, however that happens."""
    _check(_libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0), "ending with the parent")


def _drop_privileges() -> None:
    """Give up every capability in the new namespaces, and the way to get any back."""
    _check(_libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "no new privileges")
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _check(_libc.capset(header, nothing), "dropping capabilities")


@functools.cache
def system_call_filter() -> Any:
    """Return the filter of system calls. Made once, in the template; each child only loads it.

    Raises
    ------
    ImportError, OSError
        If libseccomp or its Python binding is not on this machine.
    """
    import pyseccomp

    rules = pyseccomp.SyscallFilter(defaction=pyseccomp.ALLOW)
    denied = pyseccomp.ERRNO(errno.EPERM)
    for name in _REFUSED:
        with contextlib.suppress(OSError, ValueError):  # a name that this machine does not have
            rules.add_rule(denied, name)
    for family in _FAMILIES_REFUSED:
        rules.add_rule(denied, "socket", pyseccomp.Arg(0, pyseccomp.EQ, family))
    into_new_user = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _NEW_USER, _NEW_USER)
    rules.add_rule(denied, "clone", into_new_user)
    # The filter cannot look into clone3's argument; the C library then takes clone.
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    return rules


def _check(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise ContainError(number, f"{what}: {os.strerror(number)}")


class _Watcher:
    """Measures the student's processes, ends them when asked or at a limit, and reports."""

    def __init__(
        self,
        child: int,
        leash: socket.socket,
        settings: dict[str, Any],
        without: frozenset[str],
        baseline: int,
        outer: int,
    ) -> None:
        self.outer = outer  # the /proc of before, in which everybody is
        self.child = child
        self.leash = leash
        self.without = without
        self.limits = settings["limits"]
        self.baseline = baseline
        self.peak = 0
        self.cpu = 0.0
        self.ended_by = ""

    def watch(self) -> None:
        try:
            self._wait()
        finally:
            self._kill_all()
        _, status, usage = os.wait4(self.child, 0)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == OUT_OF_MEMORY:
            self.ended_by = "memory"
        cpu = max(self.cpu, usage.ru_utime + usage.ru_stime)
        own = resource.getrusage(resource.RUSAGE_SELF)
        report = {
            "ended_by": self.ended_by,
            "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
            "cpu_seconds": cpu + own.ru_utime + own.ru_stime,
            "peak_memory": max(self.peak, self.baseline),
        }
        with contextlib.suppress(OSError):
            self.leash.sendall(json.dumps(report).encode() + b"\n")

    def _wait(self) -> None:
        """Return when the process has ended, or has to."""
        handle = os.pidfd_open(self.child)
        deadline = time.monotonic() + float(self.limits["wall_seconds"]) + 5
        while not self.ended_by:
            links = [self.leash.fileno(), handle]
            ready, _, _ = select.select(links, [], [], _POLL_SECONDS)
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

    def _over_a_limit(self) -> str:
        memory = cpu = 0.0
        count = 0
        for process in self._processes():
            with contextlib.suppress(OSError, ValueError, IndexError):
                memory += _memory_of(process)
                seconds, threads = _times_of(process, process == self._first)
                cpu += seconds
                count += threads
        self.peak = max(self.peak, int(memory))
        self.cpu = max(self.cpu, cpu)
        most = self.limits["memory_bytes"] + self.baseline
        if MEMORY not in self.without and memory > most and self._exact_memory() > most:
            return "memory"
        if CPU not in self.without and cpu > self.limits["cpu_seconds"]:
            return "cpu"
        if TASKS not in self.without and count > self.limits["processes"]:
            return "processes"
        return ""

    @property
    def _first(self) -> str:
        return str(self.child) if PROCESSES in self.without else "1"

    def _processes(self) -> Iterator[str]:
        """Name every process of the student, as /proc calls it."""
        if PROCESSES not in self.without:
            # The watcher shares the student's mounts: once the student's process has mounted its
            # own /proc, this shows its processes alone.
            if Path("/proc").stat().st_dev == self.outer:
                return
            yield from (name for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208 (fast)
            return
        yield str(self.child)
        yield from map(str, _descendants(self.child))

    def _exact_memory(self) -> float:
        """Count what forked processes share with each other once: slow, so only when in doubt."""
        total = 0.0
        for process in self._processes():
            try:
                total += _proportional_memory_of(process)
            except (OSError, ValueError):
                with contextlib.suppress(OSError, ValueError):
                    total += _memory_of(process)
        return total

    def _kill_all(self) -> None:
        rest = [] if PROCESSES not in self.without else _descendants(self.child)
        for process in (self.child, *rest):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def _descendants(process: int) -> list[int]:
    """Return what a process started, where no namespace keeps it together."""
    import psutil

    with contextlib.suppress(psutil.Error):
        return [child.pid for child in psutil.Process(process).children(recursive=True)]
    return []


def _memory_of(process: str) -> int:
    """Return the memory that belongs to a process and not to a file, bytes."""
    total = 0
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(("RssAnon:", "RssShmem:")):
            total += int(line.split()[1]) * 1024
    return total


def _proportional_memory_of(process: str) -> int:
    total = 0
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith(("Pss_Anon:", "Pss_Shmem:")):
            total += int(line.split()[1]) * 1024
    return total


def _times_of(process: str, first: bool) -> tuple[float, int]:
    """Return processor seconds and number of threads; the first process inherits the ended ones."""
    parts = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    ticks = sum(map(int, parts[11:15] if first else parts[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK"), int(parts[17])


def probe() -> dict[str, str]:
    """Try in a child what `contain` does after the fork; return the protections that fail.

    Run by `imbalance_grader.sandbox.probe` inside the outer part of the sandbox.
    """
    refused: dict[str, str] = {}
    steps = {
        PROCESSES: lambda: _enter_namespaces(frozenset({NETWORK, IPC})),
        NETWORK: lambda: _enter_namespaces(frozenset({PROCESSES, IPC, SCRATCH_FOLDER})),
        IPC: lambda: _enter_namespaces(frozenset({PROCESSES, NETWORK, SCRATCH_FOLDER})),
        SCRATCH_FOLDER: _try_mounts,
        PRIVILEGES: _drop_privileges,
        SYSTEM_CALLS: lambda: system_call_filter().load(),
    }
    for name, step in steps.items():
        if why := _failure_of(step):
            refused[name] = why
    return refused


def _try_mounts() -> None:
    _enter_namespaces(frozenset({NETWORK, IPC}))
    why = _failure_of(lambda: _mount({"file_bytes": 1 << 20}, frozenset()))
    if why:
        raise ContainError(why)


def _failure_of(step: Callable[[], Any]) -> str:
    """Carry out a step in a child process; return why it failed, "" if it did not."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        why = ""
        try:
            step()
        except Exception as error:
            why = str(error) or type(error).__name__
        os.write(writer, why.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        why = answer.read()
    os.waitpid(child, 0)
    return why


if __name__ == "__main__":
    print(json.dumps(probe()))
