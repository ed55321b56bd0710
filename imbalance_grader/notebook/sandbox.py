"""The sandbox around the students' template: what it consists of, and whether it works here.

bubblewrap makes the outer part once, around the template: a read-only view of the system that
holds Python and of the course only what students use (`notebook.view`); own network,
processes and shared memory; no environment. `imbalance_sandbox.contain` makes the inner part for
each submission.

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
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace

from imbalance_grader.notebook import view
from imbalance_grader.notebook.results import Limits, Protection
from imbalance_sandbox import names

OUTPUT, VALUES, TIME = "output", "values", "time"

# Every protection by name, in the order of the sandbox, and what it keeps a submission from.
PROTECTIONS = {
    names.FILES: "reading solutions, gradebook, homes and others' work; writing anything at all",
    names.NETWORK: "reaching any network, this machine's own services included",
    names.PROCESSES: "seeing or signalling other processes; leaving any behind",
    names.IPC: "sharing memory or messages with other programs",
    names.SCRATCH_FOLDER: "leaving files for the next submission, or finding those of another",
    names.PRIVILEGES: "acting as administrator inside its own namespaces",
    names.SYSTEM_CALLS: "the kernel's rarely used entrances, and memory that no limit counts",
    names.MEMORY: "using up the memory",
    names.TASKS: "starting processes without end",
    names.FILE_SIZE: "filling the disk or the memory with files",
    names.CPU: "using up the processors",
    TIME: "never ending",
    OUTPUT: "flooding the gradebook and the feedback with output",
    VALUES: "flooding the scoring with values",
}
# Those that are this package's own doing and need nothing of the machine.
_ALWAYS_ON = {names.MEMORY, names.TASKS, names.FILE_SIZE, names.CPU, TIME, OUTPUT, VALUES}

_NOBODY = 65534
_A_DAY = 86_400
_ENVIRONMENT = {
    "HOME": names.SCRATCH,
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
    "TMPDIR": names.SCRATCH,
}
_HARMLESS = {"PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONWARNINGS"}
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


class EngineError(RuntimeError):
    """The engine could not start or was stopped; no submission is to blame."""


class BrokenEnvironment(EngineError):
    """Python in the sandbox lacks a package: no fault of this machine, and no protection is off."""


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
    settings = _ENVIRONMENT | ONE_THREAD | {"PYTHONPATH": view.package_path()}
    environment = [f"{key}={value}" for key, value in settings.items()]
    if names.FILES in without and names.PROCESSES in without and names.NETWORK in without:
        return ["/usr/bin/env", "-i", *environment, *program]  # nothing that bubblewrap could do
    inner = [_bubblewrap(), *_namespaces(without), *_view(without), "--new-session"]
    inner += ["--proc", "/proc"] if names.PROCESSES not in without else ["--bind", "/proc", "/proc"]
    inner += [*view.devices(), *view.own_tmp(), "--clearenv"]
    for setting in environment:
        inner += ["--setenv", *setting.split("=", 1)]
    inner += ["--remount-ro", "/"] if names.FILES not in without else []
    inner += ["--chdir", "/", "--", *program]
    return [*_as_nobody(without), *inner] if os.geteuid() == 0 else inner


def _as_nobody(without: frozenset[str]) -> list[str]:
    """Return the start of the command for root: make the view, then become nobody."""
    return [
        _bubblewrap(),
        *_view(without),
        *("--dev-bind", "/dev", "/dev", "--bind", "/proc", "/proc"),
        *view.own_tmp(),
        "--",
        _tool("setpriv"),
        *(f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"),
        *("--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"),
    ]


def _namespaces(without: frozenset[str]) -> list[str]:
    flags = ["--unshare-user", "--unshare-cgroup-try"]
    flags += ["--unshare-net"] if names.NETWORK not in without else []
    flags += ["--unshare-pid"] if names.PROCESSES not in without else []
    flags += ["--unshare-ipc", "--unshare-uts"] if names.IPC not in without else []
    return flags


def _view(without: frozenset[str]) -> list[str]:
    return ["--bind", "/", "/", *view.opened()] if names.FILES in without else view.shown()


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
    needing = set(PROTECTIONS) - _ALWAYS_ON - {names.SYSTEM_CALLS}
    if sys.platform != "linux":
        return dict.fromkeys(needing | {names.SYSTEM_CALLS}, "needs Linux")
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
    program = [sys.executable, "-P", "-m", "imbalance_sandbox.contain"]
    done = _run(command(program))
    try:
        return dict(json.loads(done.stdout))
    except ValueError:
        reason = (done.stderr.strip().splitlines() or ["the probe did not answer"])[-1]
        if re.match(r"(ModuleNotFound|Import)Error\b", reason):
            raise BrokenEnvironment(_what_to_mend(reason)) from None
        return dict.fromkeys(set(PROTECTIONS) - _ALWAYS_ON, reason)


def _what_to_mend(reason: str) -> str:
    """Say what to do about a package that cannot be imported in the sandbox."""
    advice = (
        f"in the sandbox, {sys.executable} cannot import all that grading needs ({reason}). It "
        f"sees the packages that are installed in {sys.prefix} and no others: install it there "
        "(make lab, or pip install '.[grading]' ./instructor)."
    )
    if path := os.environ.get("PYTHONPATH"):
        advice += f" PYTHONPATH is set ({path}); what lies only there is not seen."
    return advice


def environment() -> dict[str, str]:
    """Return the environment of the judges' template: the caller's, without what leads Python on.

    A setting of the caller's could make it import modules from a folder of students' files.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON") or k in _HARMLESS}
    return kept | ONE_THREAD | {"PYTHONPATH": view.package_path()}


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
