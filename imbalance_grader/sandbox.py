"""The sandbox around the students' template: what it consists of, and whether it works here.

bubblewrap makes the outer part once, around the template: a read-only view of the system that
holds Python and nothing of the course but the helper package; own network, processes and shared
memory; no environment. `imbalance_sandbox.contain` makes the inner part for each submission.

Why in this order: a process that has imported everything can be had in a hundredth of a second
only by forking, and bubblewrap starts programs. So it starts the template, and what one
submission must not share with the next is unshared after the fork: it takes a few milliseconds.

Run by root, bubblewrap is started twice: the first time as root, to make the view, from which
an unprivileged user (``nobody``) starts it again. So everything from there on is the same as for
an ordinary user, and nothing in the sandbox ever has root's number, against which some limits
are not enforced.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from imbalance_grader.results import Limits, Protection
from imbalance_sandbox import contain

OUTPUT, VALUES, TIME = "output", "values", "time"

# Every protection by name, in the order of the sandbox, and what it keeps a submission from.
PROTECTIONS = {
    contain.FILES: "reading solutions, gradebook, homes and others' work; writing anything at all",
    contain.NETWORK: "reaching any network, this machine's own services included",
    contain.PROCESSES: "seeing or signalling other processes; leaving any behind",
    contain.IPC: "sharing memory or messages with other programs",
    contain.SCRATCH_FOLDER: "leaving files for the next submission, or finding those of another",
    contain.PRIVILEGES: "acting as administrator inside its own namespaces",
    contain.SYSTEM_CALLS: "the kernel's rarely used entrances, and memory that no limit counts",
    contain.MEMORY: "using up the memory",
    contain.TASKS: "starting processes without end",
    contain.FILE_SIZE: "filling the disk or the memory with files",
    contain.CPU: "using up the processors",
    TIME: "never ending",
    OUTPUT: "flooding the gradebook and the feedback with output",
    VALUES: "flooding the scoring with values",
}
# Those that are this package's own doing and need nothing of the machine.
_ALWAYS_ON = {contain.MEMORY, contain.TASKS, contain.FILE_SIZE, contain.CPU, TIME, OUTPUT, VALUES}

_NOBODY = 65534
_A_DAY = 86_400
_SYSTEM_FOLDERS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SYSTEM_FILES = (
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
)
_ENVIRONMENT = {
    "HOME": contain.SCRATCH,
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "LOKY_MAX_CPU_COUNT": "1",  # one submission takes one core
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    # Two gradings of one submission draw the same numbers.
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
    "TMPDIR": contain.SCRATCH,
}
# Threads would have to be started anew in every child, and a class is graded side by side anyway.
ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    ),
    "1",
)


def command(program: Sequence[str], without: Iterable[str] = ()) -> list[str]:
    """Return the command that runs a program in the outer part of the sandbox.

    Parameters
    ----------
    program : sequence of str
        An absolute path and arguments.
    without : iterable of str
        Names of the protections that are left out.
    """
    without = frozenset(without)
    environment = [f"{key}={value}" for key, value in (_ENVIRONMENT | ONE_THREAD).items()]
    if contain.FILES in without and contain.PROCESSES in without and contain.NETWORK in without:
        return ["/usr/bin/env", "-i", *environment, *program]  # nothing that bubblewrap could do
    inner = [_bubblewrap(), *_namespaces(without), *_view(without), "--new-session"]
    inner += (
        ["--proc", "/proc"] if contain.PROCESSES not in without else ["--bind", "/proc", "/proc"]
    )
    inner += ["--dev", "/dev", *_own_tmp(), "--clearenv"]
    for setting in environment:
        inner += ["--setenv", *setting.split("=", 1)]
    inner += ["--remount-ro", "/"] if contain.FILES not in without else []
    inner += ["--chdir", "/", "--", *program]
    return [*_as_nobody(without), *inner] if os.geteuid() == 0 else inner


def _as_nobody(without: frozenset[str]) -> list[str]:
    """Return the start of the command for root: make the view, then become nobody."""
    return [
        _bubblewrap(),
        *_view(without),
        *("--dev-bind", "/dev", "/dev", "--bind", "/proc", "/proc"),
        *_own_tmp(),
        "--",
        _tool("setpriv"),
        *(f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"),
        *("--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"),
    ]


def _own_tmp() -> list[str]:
    """Return the arguments for an empty /tmp, with Python in it where it is installed there."""
    arguments = ["--perms", "1777", "--tmpfs", contain.SCRATCH]
    below = contain.python_below_scratch()
    for parent in sorted({path for folder in below for path in folder.parents[:-2]}):
        arguments += ["--perms", "0755", "--dir", str(parent)]
    return [*arguments, *_bind(below)]


def _namespaces(without: frozenset[str]) -> list[str]:
    flags = ["--unshare-user", "--unshare-cgroup-try"]
    flags += ["--unshare-net"] if contain.NETWORK not in without else []
    flags += ["--unshare-pid"] if contain.PROCESSES not in without else []
    flags += ["--unshare-ipc", "--unshare-uts"] if contain.IPC not in without else []
    return flags


def _view(without: frozenset[str]) -> list[str]:
    """Return the arguments for what is seen of the file system."""
    if contain.FILES in without:
        return ["--bind", "/", "/", *_opened()]
    arguments: list[str] = []
    folders = contain.visible_folders()
    files = [Path(file) for file in _SYSTEM_FILES if Path(file).exists()]
    parents = {parent for path in (*folders, *files) for parent in path.parents}
    for parent in sorted(parents - {Path("/")}):
        if not any(parent.is_relative_to(folder) for folder in folders):
            arguments += ["--perms", "0755", "--dir", str(parent)]
    for path in map(Path, _SYSTEM_FOLDERS):
        if path.is_symlink():
            arguments += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            arguments += _bind([path])
    return [*arguments, *_bind([*folders, *files])]


def _opened() -> list[str]:
    """Return the arguments that let nobody reach Python where only root may enter its folder."""
    arguments: list[str] = []
    for folder in contain.visible_folders():
        above = sorted(folder.parents)
        closed = [path for path in above if not path.stat().st_mode & 0o001]
        if closed:
            arguments += ["--perms", "0755", "--tmpfs", str(closed[0])]
            for path in above[above.index(closed[0]) + 1 :]:
                arguments += ["--perms", "0755", "--dir", str(path)]
            arguments += _bind([folder])
    return arguments


def _bind(paths: Iterable[Path]) -> list[str]:
    return [arg for path in paths for arg in ("--ro-bind", str(path), str(path))]


def _bubblewrap() -> str:
    return _tool("bwrap")


def _tool(name: str) -> str:
    return shutil.which(name) or f"/usr/bin/{name}"


def limits_without(limits: Limits, without: Iterable[str]) -> Limits:
    """Return the limits with those lifted that the judge enforces and that are left out."""
    without = frozenset(without)
    lifted: dict[str, int] = {}
    if OUTPUT in without:
        lifted |= {"output_bytes": 1 << 30}
    if VALUES in without:
        lifted |= {"value_bytes": 1 << 30}
    if TIME in without:
        lifted |= {"call_seconds": _A_DAY, "wall_seconds": _A_DAY}
    return replace(limits, **lifted)


@functools.cache
def probe() -> tuple[Protection, ...]:
    """Try every protection for real, once, and say which are on."""
    refused = _refused_outside()
    if not refused:
        refused = _refused_inside()
    return tuple(
        Protection(name, name not in refused, refused.get(name, f"keeps from {what}"))
        for name, what in PROTECTIONS.items()
    )


def _refused_outside() -> dict[str, str]:
    """Return the protections that bubblewrap cannot give here, with the reason."""
    needing = set(PROTECTIONS) - _ALWAYS_ON - {contain.SYSTEM_CALLS}
    if sys.platform != "linux":
        return dict.fromkeys(needing | {contain.SYSTEM_CALLS}, "needs Linux")
    if not shutil.which("bwrap"):
        return dict.fromkeys(needing, "bubblewrap is not installed (package bubblewrap)")
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        return dict.fromkeys(needing, "setpriv is not installed (package util-linux)")
    error = _try_outside(())
    if not error:
        return {}
    why = "; ".join(error.strip().splitlines()[-1:]) or "bubblewrap does not work here"
    return dict.fromkeys(needing, why)


def _try_outside(without: Iterable[str]) -> str:
    done = _run(command(["/usr/bin/env", "true"], without))
    return "" if done.returncode == 0 else done.stderr or "bubblewrap failed"


def _refused_inside() -> dict[str, str]:
    """Return the protections that cannot be put in place after the fork, with the reason."""
    program = [sys.executable, "-m", "imbalance_sandbox.contain"]
    done = _run(command(program))
    try:
        return dict(json.loads(done.stdout))
    except ValueError:
        reason = (done.stderr.strip().splitlines() or ["the probe did not answer"])[-1]
        return dict.fromkeys(set(PROTECTIONS) - _ALWAYS_ON, reason)


def _run(program: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            program,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd="/",
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(program, 1, "", str(error))
