"""No submission gains a point, sees what is hidden, reaches outside, or changes another's result.

Each file in ``attacks/`` is what a student writes into the answer cell ``mean``: first a title,
what it gains from stock nbgrader, and the states that it may end in here. `FILE_ATTACKS` are
those that are not code but files. The other answers of every submission are right, and count.
"""

from __future__ import annotations

import json
import re
import socket
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from engine_course import (
    POINTS,
    RIGHT,
    SECRET_WORDS,
    Course,
    make_course,
)

from imbalance_lab.grading.engine import Engine
from imbalance_lab.grading.results import Graded, Limits, State

FOLDER = Path(__file__).parent / "attacks"
LIMITS = Limits(
    memory_bytes=400 << 20,
    processes=48,
    file_bytes=8 << 20,
    cpu_seconds=8,
    wall_seconds=25,
    output_bytes=64 << 10,
    value_bytes=1 << 20,
    call_seconds=2,
)
OTHERS = ("double-check", "quiz-check")


@dataclass(frozen=True)
class Attack:
    """What stands in the answer cell, and what comes of it."""

    name: str
    title: str
    stock: str
    states: tuple[str, ...]
    others_lost: bool
    code: str


def read_attack(path: Path) -> Attack:
    text = path.read_text()
    form = r'"""(.+)\n\nstock: (.+)\nhere: (.+)\n(others: may be lost\n)?"""\n'
    found = re.match(form, text)
    assert found, f"{path} does not say what it is, what it gains and how it ends"
    title, stock, here, lost = found.groups()
    name = f"{path.parent.name}/{path.stem}"
    return Attack(name, title, stock, tuple(here.split("|")), bool(lost), text[found.end() :])


ATTACKS = [read_attack(path) for path in sorted(FOLDER.glob("*/*.ipy"))]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(LIMITS) as running:
        yield running


@pytest.fixture
def outside() -> Iterator[Outside]:
    with tempfile.TemporaryDirectory(prefix="course-", dir="/tmp") as folder:
        around = Outside(Path(folder))
        yield around
        around.close()


class Outside:
    """The course, a network service, and marks by which to see what got out of the sandbox."""

    def __init__(self, root: Path) -> None:
        self.course = make_course(root / "course")
        root.chmod(0o777)
        self.mark = f"mark-{uuid.uuid4().hex}"
        self.canary = root / "course" / "canary"
        self.services = [
            socket.create_server(("127.0.0.1", 0)),
            socket.socket(socket.AF_UNIX),
            socket.socket(socket.AF_UNIX),
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        ]
        self.port = self.services[0].getsockname()[1]
        self.services[1].bind(f"\0{self.mark}")
        self.socket = root / "course" / "socket"
        self.services[2].bind(str(self.socket))
        self.socket.chmod(0o777)
        self.services[3].bind(("127.0.0.1", self.port))
        for service in self.services[1:3]:
            service.listen()
        for service in self.services:
            service.setblocking(False)
        self.before = self.course.contents()

    def fill(self, code: str) -> str:
        values = {
            "SOLUTION": self.course.source,
            "GRADEBOOK": self.course.gradebook,
            "OTHER": self.course.submission("other"),
            "SUBMISSION": self.course.submission("attacker"),
            "CLASS": self.course.root,
            "CANARY": self.canary,
            "MARK": self.mark,
            "PORT": self.port,
            "SOCKET": self.socket,
        }
        return re.sub("@([A-Z]+)@", lambda match: str(values[match[1]]), code)

    def hand_in(self, notebook: Any) -> Path:
        path = self.course.hand_in("attacker", notebook)
        self.before = self.course.contents()
        return path

    def assert_untouched(self) -> None:
        assert self.course.contents() == self.before
        assert not self.canary.exists()
        for folder in ("/tmp", "/dev/shm", "/var/tmp", "/", "/etc", "/usr", "/usr/local"):
            assert not (Path(folder) / self.mark).exists()
        for service in (*self.services[:3],):
            with pytest.raises(BlockingIOError):
                service.accept()
        with pytest.raises(BlockingIOError):
            self.services[3].recv(1)

    def close(self) -> None:
        for service in self.services:
            service.close()


def everything_shown(graded: Graded) -> str:
    """Return all that the student would get to see, the instructor's own cells left out."""
    shown = [graded.result.detail]
    shown += [cell.message + cell.mistake for cell in graded.result.cells]
    if graded.notebook is not None:
        for cell in graded.notebook.cells:
            shown.append(json.dumps(cell.get("outputs", [])))
            if cell.metadata.get("nbgrader", {}).get("solution"):
                shown.append(cell.source)
    return "\n".join(shown)


def points_of(graded: Graded) -> dict[str, float | None]:
    return {cell.grade_id: cell.points for cell in graded.result.cells}


def assert_nothing_runs_on() -> None:
    """Only the templates are left: what forked from them is gone within a moment."""
    for _ in range(100):
        children = psutil.Process().children(recursive=True)
        working = [child for child in children if _is_fork(child)]
        if not working:
            return
        time.sleep(0.05)
    raise AssertionError(f"still running: {working}")


def _is_fork(process: psutil.Process) -> bool:
    try:
        parent = process.parent()
        return parent is not None and parent.cmdline() == process.cmdline() != []
    except psutil.Error:
        return False


def assert_next_is_honestly_graded(engine: Engine, course: Course) -> None:
    path = course.hand_in("next", course.answered(RIGHT))
    graded = engine.grade(course.source, path, "warm-up", "next")
    course.remove("next")
    assert graded.result.state is State.GRADED
    assert points_of(graded) == POINTS | {"essay": None}
    assert graded.result.detail == ""


def test_there_are_many_attacks_and_each_is_another() -> None:
    assert len({attack.code for attack in ATTACKS}) + len(FILE_ATTACKS) >= 120


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_gains_nothing(attack: Attack, engine: Engine, outside: Outside) -> None:
    course = outside.course
    path = outside.hand_in(course.answered(RIGHT | {"mean": outside.fill(attack.code)}))

    started = time.monotonic()
    graded = engine.grade(course.source, path, "warm-up", "attacker")

    assert time.monotonic() - started < LIMITS.wall_seconds + 10
    assert graded.result.state.value in attack.states, graded.result
    points = points_of(graded)
    assert points["mean-check"] == 0, graded.result
    assert graded.result.max_points == sum(POINTS.values())
    if not attack.others_lost:
        assert {name: points[name] for name in OTHERS} == {name: POINTS[name] for name in OTHERS}
    shown = everything_shown(graded)
    for word in SECRET_WORDS:
        assert word not in shown
    assert len(shown) < 10 * LIMITS.output_bytes
    json.dumps(graded.result.to_json()).encode()
    json.dumps(graded.notebook).encode()
    outside.assert_untouched()
    assert_nothing_runs_on()
    assert_next_is_honestly_graded(engine, course)


# --- attacks that are files ----------------------------------------------------------------------

FileAttack = Callable[[Outside], Path]
FILE_ATTACKS: dict[str, tuple[str, tuple[str, ...], FileAttack]] = {}
