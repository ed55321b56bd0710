"""Inside the sandbox: lock one forked process in, and watch it until it ends.

Runs in the students' template process (see `imbalance_sandbox.warm`), which bubblewrap has
already put behind a read-only view of the system. For each submission the template forks a
*watcher*, which enters new namespaces and forks the *student's process* into them:

    template ── watcher (outside the new process namespace, shares its mounts)
                   └── student's process (number 1 in the namespace: when it ends, all it
                       started ends with it)

The watcher measures and kills (`imbalance_sandbox.watch`); the student's process cannot see it.
The template itself never runs a student's code and is never written to, so that the next student
starts from the same state. The system calls are made through the C library (Python 3.11 has no
`os.unshare`) and libseccomp (`imbalance_sandbox.filter`).
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import re
import resource
import shutil
import signal
import socket
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imbalance_lab
from imbalance_sandbox import names
from imbalance_sandbox.filter import system_call_filter
from imbalance_sandbox.watch import Watcher

_NEW_MOUNTS, _NEW_USER, _NEW_PIDS = 0x00020000, 0x10000000, 0x20000000
_NEW_NETWORK, _NEW_IPC, _NEW_NAMES = 0x40000000, 0x08000000, 0x04000000
_NOSUID, _NODEV, _NOEXEC, _READONLY = 2, 4, 8, 1
_BIND, _RECURSIVE = 4096, 16384
_SET_PARENT_DEATH_SIGNAL, _SET_NO_NEW_PRIVILEGES = 1, 38
_CAPABILITY_VERSION_3 = 0x20080522
_OPEN_FILES = 128
_PENDING_SIGNALS = 1024
_COUNTS_PER_NAMESPACE = (5, 14)  # before this Linux, RLIMIT_NPROC counts all that a user runs

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
    return [folder for folder in visible_folders() if folder.is_relative_to(names.SCRATCH)]


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
        ``limits``, as in `imbalance_grader.notebook.results.Limits`; ``most_memory``, how many
        bytes of it may be used while others run too; and ``without``, the names of the protections
        that are not put in place.
    """
    without = frozenset(settings["without"])
    os.setsid()  # kill(0) from inside must not reach the template
    failed = ""
    try:
        _enter_namespaces(without)
    except OSError as error:
        failed = str(error)
    if names.SCRATCH_FOLDER in without:
        os.chdir(tempfile.mkdtemp(prefix="imbalance-lab-"))
    watcher = Watcher(leash, settings, without)
    child = os.fork()
    if child == 0:
        leash.close()
        _become_student(wire, settings, work, without, failed)
        os._exit(0)
    wire.close()
    watcher.watch(child)
    if names.SCRATCH_FOLDER in without:
        shutil.rmtree(os.getcwd(), ignore_errors=True)  # noqa: PTH109 (a path for rmtree)


def _enter_namespaces(without: frozenset[str]) -> None:
    flags = 0
    for name, flag in (
        (names.PROCESSES, _NEW_PIDS),
        (names.NETWORK, _NEW_NETWORK),
        (names.IPC, _NEW_IPC | _NEW_NAMES),
    ):
        flags |= 0 if name in without else flag
    if names.SCRATCH_FOLDER not in without or names.PROCESSES not in without:
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
        _be_first_to_end()
        _mount(limits, without)
        _limit(limits, without)
        if names.PRIVILEGES not in without:
            _drop_privileges()
        end_with_parent()
        if names.SYSTEM_CALLS not in without:
            system_call_filter().load()
    except (OSError, ImportError, RuntimeError) as error:
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


def _be_first_to_end() -> None:
    """Offer this process to Linux, should the machine run short of memory; nobody can go back."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _mount(limits: dict[str, Any], without: frozenset[str]) -> None:
    if names.PROCESSES not in without:
        _mounted("proc", "/proc", _NOSUID | _NODEV | _NOEXEC | _READONLY)
    if names.SCRATCH_FOLDER not in without:
        size = f"size={limits['file_bytes']},nr_inodes=16384,mode=0700"
        if names.FILE_SIZE in without:
            size = "mode=0700"
        covered = [(folder, os.open(folder, os.O_PATH)) for folder in python_below_scratch()]
        _mounted("tmpfs", names.SCRATCH, _NOSUID | _NODEV, size)
        for folder, handle in covered:
            folder.mkdir(parents=True)
            source = f"/proc/self/fd/{handle}".encode()
            result = _libc.mount(source, str(folder).encode(), None, _BIND | _RECURSIVE, None)
            _check(result, f"showing {folder}")
            os.close(handle)
        _mounted("tmpfs", names.SHARED_FILES, _NOSUID | _NODEV, size)
        # Terminals would be shared with the others.
        _mounted("tmpfs", "/dev/pts", _NOSUID | _NODEV | _READONLY, "size=0,nr_inodes=1")
        Path(names.SCRATCH, "work").mkdir()
        os.chdir(Path(names.SCRATCH, "work"))


def _mounted(kind: str, where: str, flags: int, options: str = "") -> None:
    if not Path(where).is_dir():
        return
    result = _libc.mount(kind.encode(), where.encode(), kind.encode(), flags, options.encode())
    _check(result, f"mounting {where}")


def _limit(limits: dict[str, Any], without: frozenset[str]) -> None:
    """Set what the kernel enforces for each process; the watcher sums over all of them."""
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _set(resource.RLIMIT_SIGPENDING, _PENDING_SIGNALS)
    for nothing in (resource.RLIMIT_MSGQUEUE, resource.RLIMIT_RTPRIO, resource.RLIMIT_NICE):
        _set(nothing, 0)
    if names.MEMORY not in without:
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        _set(resource.RLIMIT_AS, mapped + int(limits["memory_bytes"]))
    if names.TASKS not in without and _kernel_version() >= _COUNTS_PER_NAMESPACE:
        _set(resource.RLIMIT_NPROC, int(limits["processes"]))
    if names.FILE_SIZE not in without:
        _set(resource.RLIMIT_FSIZE, int(limits["file_bytes"]))
    if names.CPU not in without:
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


def _check(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise ContainError(number, f"{what}: {os.strerror(number)}")


def probe() -> dict[str, str]:
    """Try in a child what `contain` does after the fork; return the protections that fail.

    Run by `imbalance_grader.notebook.sandbox.probe` inside the outer part of the sandbox.

    Raises
    ------
    ImportError
        If a package is not installed: then nothing is said of this machine.
    """
    importlib.import_module("imbalance_sandbox.student")
    with contextlib.suppress(RuntimeError):  # its own word for a machine without libseccomp
        importlib.import_module("pyseccomp")
    refused: dict[str, str] = {}
    steps = {
        names.PROCESSES: lambda: _enter_namespaces(frozenset({names.NETWORK, names.IPC})),
        names.NETWORK: lambda: _enter_namespaces(
            frozenset({names.PROCESSES, names.IPC, names.SCRATCH_FOLDER})
        ),
        names.IPC: lambda: _enter_namespaces(
            frozenset({names.PROCESSES, names.NETWORK, names.SCRATCH_FOLDER})
        ),
        names.SCRATCH_FOLDER: _try_mounts,
        names.PRIVILEGES: _drop_privileges,
        names.SYSTEM_CALLS: lambda: system_call_filter().load(),
    }
    for name, step in steps.items():
        if why := _failure_of(step):
            refused[name] = why
    return refused


def _try_mounts() -> None:
    _enter_namespaces(frozenset({names.NETWORK, names.IPC}))
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
