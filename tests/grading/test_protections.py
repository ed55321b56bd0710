"""Each protection is on, and each does something that no other one does.

For every protection there is a submission that tries what it is for. With all protections it
prints that it was refused; with this one alone taken away, it gets through. So a protection that
silently stops working, or that another one makes idle, fails here.
"""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from engine_course import RIGHT, Course, make_course, ordinary_user_command

from imbalance_grader.notebook import sandbox
from imbalance_grader.notebook.engine import Engine, Unprotected, protections
from imbalance_grader.notebook.results import Limits, Protection, State
from imbalance_sandbox import contain, names

LIMITS = Limits(
    memory_bytes=300 << 20,
    processes=40,
    file_bytes=8 << 20,
    cpu_seconds=2,
    wall_seconds=120,
    output_bytes=64 << 10,
    value_bytes=1 << 20,
    call_seconds=60,
)
OTHER_LIMITS: dict[str, dict[str, Any]] = {
    "time": {"call_seconds": 2},
    # Where processes come and go, time counts in full, on a busy machine much of it.
    "process count": {"cpu_seconds": 60},
    "memory: the first thread has ended": {"cpu_seconds": 60},
    "memory: sockets that may be full": {"cpu_seconds": 60},
}
THROUGH = "GOT-THROUGH"
# These stand around the template; the others are put in place anew for each submission.
IN_TMP = Path(__file__).resolve().is_relative_to(names.SCRATCH)
AROUND_THE_TEMPLATE = ("files", "network", "processes", "shared memory")

# What each protection is for, tried. "@SECRET@" and the like are filled in.
TRIES = {
    "files": "print(open('@SECRET@').read())\nprint('@THROUGH@')",
    "network": (
        "import socket\n"
        "socket.create_connection(('127.0.0.1', @PORT@), timeout=2)\n"
        "print('@THROUGH@')"
    ),
    "processes": (
        "import os\n"
        "try:\n"
        "    os.kill(@PID@, 0)\n"
        "except PermissionError:\n"
        "    pass\n"
        "print('@THROUGH@')"
    ),
    "shared memory": (
        "keys = [line.split()[0] for line in open('/proc/sysvipc/shm')]\n"
        "assert '@KEY@' in keys\n"
        "print('@THROUGH@')"
    ),
    "scratch folder": (
        "import os\n"
        "if os.path.exists('/tmp/left-here'):\n"
        "    print('@THROUGH@')\n"
        "open('/tmp/left-here', 'w').close()"
    ),
    "privileges": "import socket\nsocket.sethostname('mine')\nprint('@THROUGH@')",
    "system calls": "import os\nos.memfd_create('x')\nprint('@THROUGH@')",
    "memory": (
        "import mmap\n"
        "area = mmap.mmap(-1, 500 << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\n"
        "for page in range(0, 500 << 20, 4096):\n"
        "    area[page] = 1\n"
        "import time\n"
        "time.sleep(0.3)\n"
        "print('@THROUGH@')"
    ),
    "process count": (
        "import os, time\n"
        "for _ in range(60):\n"
        "    if os.fork() == 0:\n"
        "        time.sleep(2)\n"
        "        os._exit(0)\n"
        "print('@THROUGH@')"
    ),
    "file size": "open('x', 'wb').write(b'x' * (9 << 20))\nprint('@THROUGH@')",
    "processor time": ("import time\nwhile time.process_time() < 3:\n    pass\nprint('@THROUGH@')"),
    "time": "import time\ntime.sleep(3)\nprint('@THROUGH@')",
    "output": "print('x' * 100_000)\nprint('@THROUGH@')",
    "values": ("import numpy as np\n\n\ndef mean(values):\n    return np.zeros(1_000_000)"),
}
# Further ways to the same ends, each of which was open once.
MORE_TRIES = {
    "files: the catalogue": (
        "from imbalance_lab.checks import Exercise\n"
        "from imbalance_lab.exercises.metrics import WILSON_INTERVAL\n"
        "assert isinstance(WILSON_INTERVAL, Exercise)\n"
        "print('@THROUGH@')"
    ),
    "files: an oracle": "import imbalance_oracles.ranking\nprint('@THROUGH@')",
    "system calls: a family with a bit too many": (
        "import ctypes, platform\n"
        "call = ctypes.CDLL(None).syscall\n"
        "call.argtypes = [ctypes.c_ulong] * 4\n"
        "number = {'x86_64': 41, 'aarch64': 198}[platform.machine()]\n"
        "assert call(number, 16 | 1 << 32, 3, 0) >= 0\n"
        "print('@THROUGH@')"
    ),
    "system calls: a watch on a library": (
        "import ctypes\nassert ctypes.CDLL(None).inotify_init1(0) >= 0\nprint('@THROUGH@')"
    ),
    "system calls: a lock on a library": (
        "import fcntl, os\n"
        "file = open(os.__file__)\n"
        "fcntl.flock(file, fcntl.LOCK_EX)\n"
        "assert 'FLOCK' in open('/proc/locks').read()\n"
        "print('@THROUGH@')"
    ),
    "system calls: shared memory that stays": "import mmap\nmmap.mmap(-1, 99)\nprint('@THROUGH@')",
    "system calls: a pipe of any length": (
        "import fcntl, os\nfcntl.fcntl(os.pipe()[1], 1031, 1 << 20)\nprint('@THROUGH@')"
    ),
    "system calls: no end with the watcher": (
        "import ctypes\nassert ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) == 0\nprint('@THROUGH@')"
    ),
    "processes: not the first to end": (
        "open('/proc/self/oom_score_adj', 'w').write('0')\nprint('@THROUGH@')"
    ),
    "memory: the first thread has ended": (
        "import ctypes, os, threading, time\n"
        "held = []\n"
        "def hold():\n"
        "    held.append(bytes(range(256)) * (180 << 12))\n"
        "    time.sleep(1.5)\n"
        "    os._exit(0)\n"
        "for _ in range(3):\n"
        "    if os.fork() == 0:\n"
        "        threading.Thread(target=hold).start()\n"
        "        ctypes.CDLL(None).syscall({'x86_64': 60, 'aarch64': 93}[os.uname().machine], 0)\n"
        "os.wait()\n"
        "print('@THROUGH@')"
    ),
    "memory: sockets that may be full": (
        "import socket, os, time\n"
        "for _ in range(9):\n"
        "    if os.fork() == 0:\n"
        "        held = [socket.socketpair() for _ in range(50)]\n"
        "        time.sleep(1)\n"
        "        os._exit(0)\n"
        "for _ in range(9):\n"
        "    os.wait()\n"
        "print('@THROUGH@')"
    ),
    "processor time: nobody waits": (
        "import os, signal, time\n"
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "end = time.monotonic() + 12\n"
        "while time.monotonic() < end:\n"
        "    if os.fork() == 0:\n"
        "        start = time.process_time()\n"
        "        while time.process_time() < start + 0.01: pass\n"
        "        os._exit(0)\n"
        "    time.sleep(0.01)\n"
        "print('@THROUGH@')"
    ),
    "processor time: a child's children": (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    for _ in range(40):\n"
        "        if os.fork() == 0:\n"
        "            start = time.process_time()\n"
        "            while time.process_time() < start + 0.1: pass\n"
        "            os._exit(0)\n"
        "        os.wait()\n"
        "    os._exit(0)\n"
        "os.wait()\n"
        "print('@THROUGH@')"
    ),
}


@dataclass
class Surroundings:
    """What lies and runs outside the sandbox."""

    course: Course
    port: int
    key: int
    secret: Path

    def fill(self, code: str) -> str:
        values = {
            "SECRET": self.secret,
            "PORT": self.port,
            "PID": os.getpid(),
            "KEY": self.key,
            "THROUGH": THROUGH,
        }
        for name, value in values.items():
            code = code.replace(f"@{name}@", str(value))
        return code


@pytest.fixture(scope="module")
def surroundings() -> Iterator[Surroundings]:
    libc = ctypes.CDLL(None, use_errno=True)
    key = 0x1AB0000 + os.getpid() % 0x10000
    segment = libc.shmget(key, 4096, 0o1666)  # create, for everyone
    assert segment >= 0
    with (
        tempfile.TemporaryDirectory(prefix="course-", dir="/tmp") as folder,
        socket.create_server(("127.0.0.1", 0)) as server,
    ):
        Path(folder).chmod(0o777)
        course = make_course(Path(folder) / "course")
        # Not in /tmp, which the scratch folder hides as well.
        secret = Path(f"/var/tmp/{Path(folder).name}")
        secret.write_text("secret")
        secret.chmod(0o644)
        yield Surroundings(course, server.getsockname()[1], key, secret)
        secret.unlink()
    libc.shmctl(segment, 0, None)


def protection_of(name: str) -> str:
    """Return which protection a try is about."""
    return name.split(":")[0]


def hidden_twice(name: str) -> bool:
    """Return whether the scratch folder hides it as well: a course that lies below /tmp itself."""
    return name in ("files: the catalogue", "files: an oracle") and IN_TMP


def got_through(engine: Engine, surroundings: Surroundings, name: str) -> bool:
    """Hand in what a protection is for; return whether it came about."""
    course = surroundings.course
    answer = surroundings.fill((TRIES | MORE_TRIES)[name])
    engine.limits = replace(LIMITS, **OTHER_LIMITS.get(name, {}))
    path = course.hand_in("ada", course.answered(RIGHT | {"mean": answer}))
    graded = engine.grade(course.source, path, "warm-up", "ada")
    assert graded.notebook is not None, graded.result
    if name == "scratch folder":  # the second one finds what the first one left
        graded = engine.grade(course.source, path, "warm-up", "ada")
        assert graded.notebook is not None
    if name == "values":
        (cell,) = (cell for cell in graded.result.cells if cell.grade_id == "mean-check")
        return "more than" not in cell.message
    cells = [
        c for c in graded.notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "mean"
    ]
    shown = "".join(o.get("text", "") for o in cells[0].outputs)
    return THROUGH in shown


def test_every_protection_is_on_here_and_has_a_try() -> None:
    assert {
        protection.name: protection.why for protection in protections() if not protection.on
    } == {}
    assert list(TRIES) == list(sandbox.PROTECTIONS)


@pytest.mark.parametrize("name", [*TRIES, *MORE_TRIES])
def test_protection_holds(name: str, engine: Engine, surroundings: Surroundings) -> None:
    assert not got_through(engine, surroundings, name)


@pytest.mark.parametrize("protection", AROUND_THE_TEMPLATE)
def test_nothing_else_would_hold(protection: str, surroundings: Surroundings) -> None:
    with Engine(LIMITS, without={protection}) as engine:
        for name in TRIES | MORE_TRIES:
            if protection_of(name) == protection:
                assert got_through(engine, surroundings, name) != hidden_twice(name), name


@pytest.mark.parametrize(
    "name",
    [name for name in [*TRIES, *MORE_TRIES] if protection_of(name) not in AROUND_THE_TEMPLATE],
)
def test_nothing_else_would_hold_after_the_fork(
    name: str, engine: Engine, surroundings: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_without", (protection_of(name),))
    assert got_through(engine, surroundings, name)


# --- where a machine does not offer them ---------------------------------------------------------


@pytest.fixture
def without_bubblewrap(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    sandbox.probe.cache_clear()
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    yield
    sandbox.probe.cache_clear()


@pytest.mark.usefixtures("without_bubblewrap")
def test_without_bubblewrap_it_refuses_and_says_what_is_off() -> None:
    with (
        pytest.raises(Unprotected, match=r"files: bubblewrap is not installed") as refused,
        Engine(),
    ):
        pass
    assert "allow_unprotected=True" in str(refused.value)


@pytest.fixture(scope="module")
def unprotected() -> Iterator[Engine]:
    sandbox.probe.cache_clear()
    with contextlib.ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sandbox.shutil, "which", lambda name: None)
            engine = stack.enter_context(Engine(LIMITS, allow_unprotected=True))
        sandbox.probe.cache_clear()
        yield engine


def test_with_an_explicit_yes_it_grades_and_names_what_was_off(
    unprotected: Engine, surroundings: Surroundings
) -> None:
    course = surroundings.course
    path = course.hand_in("ada", course.answered(RIGHT))
    graded = unprotected.grade(course.source, path, "warm-up", "ada")
    assert graded.result.state is State.GRADED
    assert graded.result.points == 6
    assert {"files", "network", "processes"} <= set(graded.result.protections_off)
    assert "memory" not in graded.result.protections_off


@pytest.mark.parametrize("name", ["memory", "processor time", "file size", "output"])
def test_limits_hold_without_bubblewrap(
    name: str, unprotected: Engine, surroundings: Surroundings
) -> None:
    assert not got_through(unprotected, surroundings, name)


def test_refused_by_the_kernel_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(program: list[str]) -> Any:
        return subprocess.CompletedProcess(program, 1, "", "bwrap: No permissions")

    sandbox.probe.cache_clear()
    monkeypatch.setattr(sandbox, "_run", refuse)
    try:
        off = {protection.name for protection in protections() if not protection.on}
        why = {protection.why for protection in protections() if not protection.on}
    finally:
        sandbox.probe.cache_clear()
    assert {"files", "network", "processes", "shared memory", "scratch folder"} <= off
    assert why == {"bwrap: No permissions"}


def test_unknown_protection_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="unknown protections firewall"):
        Engine(without={"firewall"})


def test_protection_says_what_it_is_for() -> None:
    assert all(
        isinstance(protection, Protection) and protection.why for protection in protections()
    )


# --- as an ordinary user -------------------------------------------------------------------------

SCRIPT = """
import sys, tempfile
sys.path.insert(0, {folder!r})
import os
from pathlib import Path
import test_protections as t
from engine_course import make_course
from imbalance_grader.notebook.engine import Engine, protections
assert os.geteuid() != 0
print("off:", [p.name for p in protections() if not p.on])
with tempfile.TemporaryDirectory(dir="/tmp") as folder:
    around = t.Surroundings(make_course(Path(folder) / "course"), {port}, {key}, Path({secret!r}))
    with Engine(t.LIMITS) as engine:
        for name in ("files", "network", "processes", "scratch folder", "process count", "memory"):
            print(name, t.got_through(engine, around, name))
        path = around.course.hand_in("ada", around.course.answered(t.RIGHT))
        print(engine.grade(around.course.source, path, "warm-up", "ada").result.points)
"""


def test_the_same_holds_as_an_ordinary_user(surroundings: Surroundings) -> None:
    """Run by root, this test becomes nobody first; run by anybody else, it stays who it is."""
    script = SCRIPT.format(
        folder=str(Path(__file__).parent),
        port=surroundings.port,
        key=surroundings.key,
        secret=str(surroundings.secret),
    )
    done = subprocess.run(
        ordinary_user_command([sys.executable, "-c", script]),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=os.environ | {"HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1", "MPLCONFIGDIR": "/tmp"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "off: []",
        "files False",
        "network False",
        "processes False",
        "scratch folder False",
        "process count False",
        "memory False",
        "6.0",
    ]


def test_python_that_is_installed_under_tmp_stays_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Path("/tmp/somebody/course/.venv")
    monkeypatch.setattr(contain, "visible_folders", lambda: (own, Path("/usr")))
    arguments = sandbox.command(["/usr/bin/true"])
    pairs = list(itertools.pairwise(arguments))
    hidden = [i for i, pair in enumerate(pairs) if pair == ("--tmpfs", "/tmp")]
    shown = [i for i, pair in enumerate(pairs) if pair == ("--ro-bind", str(own))]
    assert hidden
    assert max(shown) > max(hidden)
