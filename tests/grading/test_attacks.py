"""No submission gains a point, sees what is hidden, reaches outside, or changes another's result.

Each file in ``attacks/`` is what a student writes into the answer cell ``mean``: first a title,
what it gains from stock nbgrader, and the states that it may end in here. One that prints "GOT
THROUGH" has done what it tries. `FILE_ATTACKS` are those that are not code but files. The other
answers of every submission are right, and count.
"""

from __future__ import annotations

import json
import os
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
    about,
    make_course,
    stock_points,
)

from imbalance_grader.notebook.engine import Engine
from imbalance_grader.notebook.intake import LARGEST_FILE
from imbalance_grader.notebook.results import Graded, Limits, State

FOLDER = Path(__file__).parent / "attacks"
LIMITS = Limits(
    memory_bytes=400 << 20,
    processes=48,
    file_bytes=8 << 20,
    cpu_seconds=8,
    wall_seconds=25,
    output_bytes=64 << 10,
    value_bytes=1 << 20,
    call_seconds=3,
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


def printed(graded: Graded) -> str:
    """Return what the notebook printed."""
    cells = graded.notebook.cells if graded.notebook is not None else []
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return "".join(o.get("text", "") for o in outputs)


def points_of(graded: Graded) -> dict[str, float | None]:
    return {cell.grade_id: cell.points for cell in graded.result.cells}


def running() -> set[int]:
    """Return every process below this one: the templates, and what they forked."""
    return {child.pid for child in psutil.Process().children(recursive=True)}


def assert_nothing_runs_on(before: set[int]) -> None:
    """What was started for a submission is gone within a moment."""
    for _ in range(100):
        if running() <= before:
            return
        time.sleep(0.05)
    raise AssertionError(f"still running: {running() - before}")


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
    before = running()

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
    assert "GOT THROUGH" not in printed(graded)
    json.dumps(graded.result.to_json()).encode()
    json.dumps(graded.notebook).encode()
    outside.assert_untouched()
    assert_nothing_runs_on(before)
    assert_next_is_honestly_graded(engine, course)


@pytest.mark.parametrize(
    "attack",
    [attack for attack in ATTACKS if attack.stock == "full marks"],
    ids=lambda attack: attack.name,
)
def test_attack_is_a_real_one(attack: Attack, outside: Outside) -> None:
    """What is said to give full marks in a stock kernel does: it is no straw man."""
    answers = RIGHT | {"mean": outside.fill(attack.code)}
    assert stock_points(outside.course, answers)["mean-check"] == POINTS["mean-check"]


# --- attacks that are files ----------------------------------------------------------------------
#
# Each writes the folder of the student "attacker" and returns the path that is handed to the
# engine. All answers in them are right, but that must not help what is forged; so each says which
# points are honestly earned.

HONEST = {"mean-check": 2.0, "double-check": 1.0, "quiz-check": 3.0, "essay": None}
NOTHING = dict.fromkeys(HONEST, 0.0)
WRONG_MEAN = HONEST | {"mean-check": 0.0}


@dataclass(frozen=True)
class FileAttack:
    """A submission that is hostile as a file."""

    title: str
    stock: str
    state: State
    points: dict[str, float | None]
    make: Callable[[Outside], Path]


FILE_ATTACKS: dict[str, FileAttack] = {}


def file_attack(
    title: str, stock: str, state: State = State.GRADED, points: dict[str, Any] = HONEST
) -> Callable[[Callable[[Outside], Path]], None]:
    def keep(make: Callable[[Outside], Path]) -> None:
        FILE_ATTACKS[make.__name__] = FileAttack(title, stock, state, points, make)

    return keep


def cell_of(notebook: dict[str, Any], grade_id: str) -> dict[str, Any]:
    return next(
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )


def wrong_answer(outside: Outside) -> dict[str, Any]:
    return outside.course.answered(RIGHT | {"mean": "def mean(values):\n    return 0"})


def linked(outside: Outside, target: Path) -> Path:
    path = outside.course.submission("attacker")
    path.parent.mkdir(parents=True)
    path.symlink_to(target)
    outside.before = outside.course.contents()
    return path


def raw(outside: Outside, data: bytes | str) -> Path:
    return outside.hand_in(data)


@file_attack(
    "The graded cell is emptied.", "full marks where cells are not restored", points=WRONG_MEAN
)
def edited_test(outside: Outside) -> Path:
    notebook = wrong_answer(outside)
    cell_of(notebook, "mean-check")["source"] = "pass"
    return outside.hand_in(notebook)


@file_attack("The graded cell is deleted.", "the whole submission is lost", points=WRONG_MEAN)
def deleted_test(outside: Outside) -> Path:
    notebook = wrong_answer(outside)
    notebook["cells"].remove(cell_of(notebook, "mean-check"))
    return outside.hand_in(notebook)


@file_attack(
    "A graded cell of one's own, worth 212 points.", "the submission is lost", points=WRONG_MEAN
)
def added_test(outside: Outside) -> Path:
    notebook = wrong_answer(outside)
    metadata = about("mine", 212)
    cell = {"cell_type": "code", "source": "212", "metadata": metadata, "outputs": []}
    notebook["cells"].append(cell | {"execution_count": 1})
    return outside.hand_in(notebook)


@file_attack("The test's points are raised in its metadata.", "nothing", points=WRONG_MEAN)
def raised_points(outside: Outside) -> Path:
    notebook = wrong_answer(outside)
    cell_of(notebook, "mean-check")["metadata"]["nbgrader"]["points"] = 1e9
    cell_of(notebook, "double-check")["metadata"]["nbgrader"]["points"] = "all"
    return outside.hand_in(notebook)


@file_attack(
    "The test is declared an answer, and the answer a test.", "the batch stops", points=WRONG_MEAN
)
def swapped_roles(outside: Outside) -> Path:
    notebook = wrong_answer(outside)
    cell_of(notebook, "mean-check")["metadata"]["nbgrader"] |= {"solution": True, "locked": False}
    cell_of(notebook, "mean")["metadata"]["nbgrader"] |= {"grade": True, "points": 5}
    return outside.hand_in(notebook)


@file_attack("One test has the same name as another.", "the rest of the class is not graded")
def doubled_name(outside: Outside) -> Path:
    notebook = outside.course.answered(RIGHT)
    notebook["cells"].append(json.loads(json.dumps(cell_of(notebook, "mean-check"))))
    return outside.hand_in(notebook)


@file_attack("A copied answer cell, the copy left unsolved.", "the rest of the class is not graded")
def doubled_answer(outside: Outside) -> Path:
    notebook = outside.course.answered(RIGHT)
    notebook["cells"].append(cell_of(outside.course.released(), "mean"))
    return outside.hand_in(notebook)


@file_attack("Metadata of an old schema.", "the batch stops")
def old_schema(outside: Outside) -> Path:
    notebook = outside.course.answered(RIGHT)
    for cell in notebook["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["schema_version"] = 0
    return outside.hand_in(notebook)


@file_attack("Metadata of every wrong type.", "the batch stops")
def strange_metadata(outside: Outside) -> Path:
    notebook = outside.course.answered(RIGHT)
    for strange in (None, 7, "x", [], {"nbgrader": []}, {"nbgrader": {"grade_id": ["mean"]}}):
        notebook["cells"].insert(0, {"cell_type": "code", "metadata": strange, "source": "1/0"})
    notebook["cells"] += [None, 3, "cell", ["list"]]
    notebook["metadata"] = ["no metadata"]
    return outside.hand_in(notebook)


@file_attack("All metadata is gone.", "the submission is lost")
def no_metadata(outside: Outside) -> Path:
    notebook = outside.course.answered(RIGHT)
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    return outside.hand_in(notebook)


@file_attack("Outputs that say that all is right, and full marks.", "nothing", points=WRONG_MEAN)
def forged_outputs(outside: Outside) -> Path:
    notebook = wrong_answer(outside)
    shown = {"output_type": "execute_result", "data": {"text/plain": "2"}, "execution_count": 1}
    cell_of(notebook, "mean-check")["outputs"] = [shown | {"metadata": {}}]
    return outside.hand_in(notebook)


@file_attack("Tags that keep tests from being run.", "full marks", points=WRONG_MEAN)
def skipping_tags(outside: Outside) -> Path:
    notebook = wrong_answer(outside)
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception"]
    return outside.hand_in(notebook)


@file_attack("Another kernel, with a command of its own.", "another kernel runs")
def another_kernel(outside: Outside) -> Path:
    notebook = outside.course.answered(RIGHT)
    notebook["metadata"]["kernelspec"] = {"name": "bash", "display_name": "x", "language": "bash"}
    return outside.hand_in(notebook)


@file_attack("A cell of one's own ends the process.", "full marks", State.CRASHED, WRONG_MEAN)
def own_cell(outside: Outside) -> Path:
    notebook = wrong_answer(outside)
    code = "import imbalance_lab.checks\nimbalance_lab.checks.check = None\nimport os; os._exit(0)"
    cell = {"cell_type": "code", "source": code, "metadata": {}, "outputs": []}
    notebook["cells"].insert(0, cell)
    return outside.hand_in(notebook)


@file_attack("The instructor's cells are changed.", "full marks", points=WRONG_MEAN)
def edited_narrative(outside: Outside) -> Path:
    notebook = wrong_answer(outside)
    notebook["cells"][1]["source"] = "import os; os._exit(0)"
    return outside.hand_in(notebook)


@file_attack("The written answer is declared code that runs.", "code runs")
def written_as_code(outside: Outside) -> Path:
    notebook = outside.course.answered(RIGHT | {"essay": "import os; os._exit(0)"})
    cell_of(notebook, "essay")["cell_type"] = "code"
    return outside.hand_in(notebook)


@file_attack("Half characters and null characters in answers.", "the notebook cannot be written")
def broken_text(outside: Outside) -> Path:
    return outside.hand_in(outside.course.answered(RIGHT | {"essay": "\ud800 and \x00"}))


@file_attack("Numbers that JSON does not have, and doubled keys.", "nothing")
def strange_json(outside: Outside) -> Path:
    text = json.dumps(outside.course.answered(RIGHT))
    return raw(outside, '{"x": NaN, "y": 1e999, "cells": [], ' + text[1:])


@file_attack(
    "An integer of a hundred thousand digits.", "the batch waits", State.MALFORMED, NOTHING
)
def long_number(outside: Outside) -> Path:
    text = json.dumps(outside.course.answered(RIGHT))
    return raw(outside, '{"x": ' + "9" * 100_000 + ", " + text[1:])


@file_attack("The notebook breaks off.", "an error", State.MALFORMED, NOTHING)
def truncated(outside: Outside) -> Path:
    return raw(outside, json.dumps(outside.course.answered(RIGHT))[:-20])


@file_attack("An empty file.", "an error", State.MALFORMED, NOTHING)
def empty(outside: Outside) -> Path:
    return raw(outside, b"")


@file_attack("Bytes.", "an error", State.MALFORMED, NOTHING)
def random_bytes(outside: Outside) -> Path:
    return raw(outside, bytes(range(256)) * 100)


@file_attack("A byte order mark.", "an error")
def byte_order_mark(outside: Outside) -> Path:
    return raw(outside, b"\xef\xbb\xbf" + json.dumps(outside.course.answered(RIGHT)).encode())


@file_attack("Another encoding.", "an error", State.MALFORMED, NOTHING)
def other_encoding(outside: Outside) -> Path:
    notebook = outside.course.answered(RIGHT | {"essay": "für"})
    return raw(outside, json.dumps(notebook, ensure_ascii=False).encode("latin-1"))


@file_attack("JSON, but a list.", "an error", State.MALFORMED, NOTHING)
def a_list(outside: Outside) -> Path:
    return raw(outside, "[]")


@file_attack("Lists in lists, a hundred thousand deep.", "an error", State.MALFORMED, NOTHING)
def deep_json(outside: Outside) -> Path:
    return raw(outside, "[" * 100_000 + "]" * 100_000)


@file_attack("A notebook of format 3.", "an error", State.MALFORMED, NOTHING)
def old_format(outside: Outside) -> Path:
    return outside.hand_in({"nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": []}]})


@file_attack("An answer that is a number.", "an error", State.MALFORMED, NOTHING)
def answer_is_a_number(outside: Outside) -> Path:
    notebook = outside.course.answered(RIGHT)
    cell_of(notebook, "mean")["source"] = 7
    return outside.hand_in(notebook)


@file_attack("An answer of ten million characters.", "a slow grader", State.MALFORMED, NOTHING)
def giant_answer(outside: Outside) -> Path:
    return outside.hand_in(outside.course.answered(RIGHT | {"mean": "#" * 10_000_000}))


@file_attack("A file of more than 100 MB.", "a full disk", State.MALFORMED, NOTHING)
def giant_file(outside: Outside) -> Path:
    notebook = outside.course.answered(RIGHT)
    notebook["metadata"]["x"] = "x" * LARGEST_FILE
    return outside.hand_in(notebook)


@file_attack("A hundred thousand cells.", "a slow grader", State.MALFORMED, NOTHING)
def many_cells(outside: Outside) -> Path:
    notebook = outside.course.answered(RIGHT)
    notebook["cells"] += [{"cell_type": "raw", "metadata": {}, "source": ""}] * 100_000
    return outside.hand_in(notebook)


@file_attack("A link to another student's notebook.", "full marks", State.MALFORMED, NOTHING)
def link_to_another(outside: Outside) -> Path:
    return linked(outside, outside.course.submission("other"))


@file_attack("A link to the solution.", "full marks", State.MALFORMED, NOTHING)
def link_to_solution(outside: Outside) -> Path:
    return linked(outside, outside.course.source)


@file_attack("A link to an endless file.", "the batch waits", State.MALFORMED, NOTHING)
def link_to_device(outside: Outside) -> Path:
    return linked(outside, Path("/dev/zero"))


@file_attack("A link to itself.", "an error", State.MALFORMED, NOTHING)
def link_to_itself(outside: Outside) -> Path:
    return linked(outside, outside.course.submission("attacker"))


@file_attack("The assignment's folder is a link.", "full marks", State.MALFORMED, NOTHING)
def linked_folder(outside: Outside) -> Path:
    path = outside.course.submission("attacker")
    path.parent.parent.mkdir(parents=True)
    path.parent.symlink_to(outside.course.submission("other").parent)
    outside.before = outside.course.contents()
    return path


@file_attack("The student's folder is a link.", "full marks", State.MALFORMED, NOTHING)
def linked_student(outside: Outside) -> Path:
    path = outside.course.submission("attacker")
    path.parent.parent.symlink_to(outside.course.submission("other").parent.parent)
    outside.before = outside.course.contents()
    return path


@file_attack("The same file as another student's.", "full marks", State.MALFORMED, NOTHING)
def hard_link(outside: Outside) -> Path:
    path = outside.course.submission("attacker")
    path.parent.mkdir(parents=True)
    path.hardlink_to(outside.course.submission("other"))
    outside.before = outside.course.contents()
    return path


@file_attack("A pipe that nobody writes to.", "the batch waits", State.MALFORMED, NOTHING)
def pipe(outside: Outside) -> Path:
    path = outside.course.submission("attacker")
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    return path


@file_attack("A folder with the notebook's name.", "an error", State.MALFORMED, NOTHING)
def folder(outside: Outside) -> Path:
    path = outside.course.submission("attacker")
    path.mkdir(parents=True)
    return path


@file_attack("No notebook.", "zero points, like a wrong one", State.MISSING, NOTHING)
def missing(outside: Outside) -> Path:
    return outside.course.submission("attacker")


@pytest.mark.parametrize("name", FILE_ATTACKS)
def test_hostile_file_gains_nothing(name: str, engine: Engine, outside: Outside) -> None:
    attack = FILE_ATTACKS[name]
    path = attack.make(outside)
    before = running()

    graded = engine.grade(outside.course.source, path, "warm-up", "attacker")

    assert graded.result.state is attack.state, graded.result
    assert points_of(graded) == attack.points
    said = attack.state is not State.GRADED or name in ("doubled_answer", "no_metadata")
    assert bool(graded.result.detail) == said
    unread = attack.state in (State.MALFORMED, State.MISSING)
    assert (graded.notebook is None) == unread
    for word in SECRET_WORDS:
        assert word not in everything_shown(graded)
    outside.assert_untouched()
    assert_nothing_runs_on(before)
    assert_next_is_honestly_graded(engine, outside.course)


HOSTILE_NAMES = (
    *[
        ".",
        "..",
        "../other",
        "a/b",
        "/etc",
        "-rf",
        ".hidden",
        "=cmd()",
        "a;b",
        "a`b`",
        "*",
        "%s",
        "a\u0308b",
        "<script>alert(1)</script>",
    ],
    *("", " a", "a ", "a\u200bb", "a\nb", "a\x00b", "\u202eada", "x" * 300),
)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_name_of_a_student_is_refused(name: str, engine: Engine, outside: Outside) -> None:
    path = outside.hand_in(outside.course.answered(RIGHT))
    for assignment, student in (("warm-up", name), (name, "ada")):
        graded = engine.grade(outside.course.source, path, assignment, student)
        assert graded.result.state is State.MALFORMED
        assert graded.result.points == 0
    assert_next_is_honestly_graded(engine, outside.course)


# --- a real lesson -------------------------------------------------------------------------------

LESSON = Path(__file__).parents[2] / "solutions" / "01-accuracy-paradox" / "accuracy-paradox.ipynb"
ON_THE_LESSON = ("libraries/replaced_check", "processes/exits_when_called", "reading/walks_up")


@pytest.mark.parametrize("name", ON_THE_LESSON)
def test_attack_on_a_real_lesson_gains_nothing(name: str, engine: Engine, outside: Outside) -> None:
    engine.limits = Limits(call_seconds=60)
    (attack,) = (attack for attack in ATTACKS if attack.name == name)
    answer = outside.fill(attack.code).replace("def mean(", "def majority_accuracy(")
    answer = answer.replace("mean = None", "majority_accuracy = None")
    notebook = json.loads(LESSON.read_text())
    cell_of(notebook, "majority-accuracy")["source"] = "import numpy as np\n" + answer
    path = outside.hand_in(notebook)

    graded = engine.grade(LESSON, path, "01-accuracy-paradox", "attacker")

    assert graded.result.state.value in attack.states
    lost = {cell.grade_id for cell in graded.result.cells if cell.points == 0}
    assert lost == {"majority-accuracy-check"}, graded.result
    outside.assert_untouched()
