"""The engine gives the points of stock nbgrader, and every submission ends in a named state."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import nbformat
import psutil
import pytest
from engine_course import (
    POINTS,
    RIGHT,
    Course,
    cell,
    changed_source,
    grade,
    make_course,
    stock_points,
)
from nbgrader.utils import determine_grade, is_grade

from imbalance_grader.notebook import machine
from imbalance_grader.notebook.engine import Engine, EngineError, MachineError
from imbalance_grader.notebook.kernel import Kernel, KilledAtStart, SandboxGone
from imbalance_grader.notebook.results import Graded, Limits, NotebookResult, State
from imbalance_grader.notebook.source import SourceError, read_source
from imbalance_oracles.secret import VARIABLE
from imbalance_sandbox import names, watch, wire

LIMITS = Limits(memory_bytes=400 << 20, wall_seconds=40, cpu_seconds=20, call_seconds=4)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_course(tmp_path_factory.mktemp("engine") / "course")


# --- the same grades as stock nbgrader -----------------------------------------------------------


HONEST: dict[str, dict[str, str]] = {
    "perfect": RIGHT,
    "untouched": {},
    "partial": RIGHT | {"quiz": 'quiz = {1: "b", 2: "a", 3: "B "}', "double": "double = 3"},
    "wrong": {
        "mean": "import statistics\n\nmean = statistics.median",
        "double": "def double(x):\n    raise ValueError('no')",
        "quiz": "quiz = ['b', 'b', 'b']",
        "essay": "",
    },
    "numpy": RIGHT
    | {"mean": "import numpy as np\nmean = np.mean", "double": "double = lambda x: x * 2.0"},
    "does not parse": RIGHT | {"mean": "def mean(values) return 1"},
}


@pytest.mark.parametrize("name", HONEST)
def test_points_are_those_of_stock_nbgrader(name: str, engine: Engine, course: Course) -> None:
    answers = HONEST[name]
    path = course.hand_in("ada", course.answered(answers))
    graded = engine.grade(course.source, path, "warm-up", "ada")
    assert graded.result.state is State.GRADED
    ours = {each.grade_id: each.points for each in graded.result.cells}
    assert ours == stock_points(course, answers)


@pytest.mark.parametrize("name", HONEST)
def test_nbgrader_reads_the_same_points_from_the_notebook(
    name: str, engine: Engine, course: Course
) -> None:
    """Formgrader and feedback show this notebook; it says what the result says."""
    path = course.hand_in("ada", course.answered(HONEST[name]))
    graded = engine.grade(course.source, path, "warm-up", "ada")
    assert graded.notebook is not None
    nbformat.validate(graded.notebook)
    read = {
        each.metadata.nbgrader.grade_id: determine_grade(each)[0]
        for each in graded.notebook.cells
        if is_grade(each)
    }
    assert read == {each.grade_id: each.points for each in graded.result.cells}


def test_on_purpose_warnings_cost_nothing(engine: Engine, course: Course) -> None:
    """Where it differs from nbgrader: there, one warning in a test costs all its points."""
    mean = (
        "import sys\nimport warnings\n\n\ndef mean(values):\n"
        "    warnings.warn('deprecated', FutureWarning)\n    print('!', file=sys.stderr)\n"
        "    return sum(values) / len(values)"
    )
    assert cell(grade(engine, course, mean=mean), "mean-check").points == 2


# --- what a result says --------------------------------------------------------------------------


def test_known_mistake_is_named(engine: Engine, course: Course) -> None:
    found = cell(
        grade(engine, course, mean="import statistics\nmean = statistics.median"), "mean-check"
    )
    assert found.points == 0
    assert found.mistake == "takes the median"
    assert found.message.startswith("mean: not right yet.")


def test_result_names_its_own(engine: Engine, course: Course) -> None:
    result = grade(engine, course).result
    assert (result.assignment, result.notebook, result.student) == ("warm-up", "lesson", "ada")
    assert [each.grade_id for each in result.cells] == list(POINTS)
    assert [each.max_points for each in result.cells] == list(POINTS.values())
    assert result.points == 6
    assert result.waiting == 1
    assert result.protections_off == ()
    assert 0 < result.cpu_seconds < 5
    assert 20 << 20 < result.peak_memory < 400 << 20
    assert len(result.slowest) == 5


def test_result_goes_through_json(engine: Engine, course: Course) -> None:
    result = grade(engine, course).result
    assert NotebookResult.from_json(json.loads(json.dumps(result.to_json()))) == result
    with pytest.raises(ValueError, match="unknown fields: grade"):
        NotebookResult.from_json(result.to_json() | {"grade": 1})


def test_untouched_and_absent_answers_are_known(engine: Engine, course: Course) -> None:
    notebook = course.answered({"mean": RIGHT["mean"]})
    notebook["cells"] = [
        each
        for each in notebook["cells"]
        if each["metadata"].get("nbgrader", {}).get("grade_id") != "double"
    ]
    graded = engine.grade(course.source, course.hand_in("ada", notebook), "warm-up", "ada")
    missing = {each.grade_id: each.answer_missing for each in graded.result.cells}
    assert missing == {
        "mean-check": False,
        "double-check": True,
        "quiz-check": True,
        "essay": True,
    }
    assert cell(graded, "essay").points == 0
    assert cell(graded, "mean-check").points == 2


def test_notebook_is_the_instructors_with_the_students_answers(
    engine: Engine, course: Course
) -> None:
    notebook = course.answered(RIGHT)
    notebook["cells"][0]["source"] = "# My own title"
    notebook["cells"].insert(1, {"cell_type": "code", "metadata": {}, "source": "own = 1"})
    graded = engine.grade(course.source, course.hand_in("ada", notebook), "warm-up", "ada")
    assert graded.notebook is not None
    own = graded.notebook.cells.pop(1)
    assert (own.source, own.outputs, own.metadata.tags) == ("own = 1", [], ["unused"])
    instructors = nbformat.read(course.source, as_version=4)
    for ours, theirs in zip(graded.notebook.cells, instructors.cells, strict=True):
        name = theirs.metadata.get("nbgrader", {}).get("grade_id")
        assert ours.source == RIGHT.get(name, theirs.source)
        assert ours.id == theirs.id
    counts = [each.execution_count for each in graded.notebook.cells if each.cell_type == "code"]
    ran = [count for count in counts if count]
    assert ran == list(range(1, len(ran) + 1))


def test_outputs_are_those_of_a_notebook(engine: Engine, course: Course) -> None:
    code = (
        "import matplotlib.pyplot as plt\nfrom IPython.display import HTML\nimport sys\n"
        "print('out')\nprint('err', file=sys.stderr)\ndisplay(HTML('<b>bold</b>'))\n"
        "plt.plot([1, 2])\n!echo from a shell\nNone\n7"
    )
    graded = grade(engine, course, mean=code)
    assert graded.notebook is not None
    outputs = graded.notebook.cells[2].outputs
    kinds = [each.get("name", each.output_type) for each in outputs]
    assert kinds == ["stdout", "stderr", "display_data", "stdout", "execute_result", "display_data"]
    assert outputs[2].data["text/html"] == "<b>bold</b>"
    assert outputs[3].text == "from a shell\n"
    assert outputs[4].data["text/plain"] == "7"
    assert outputs[5].data["image/png"].startswith("iVBOR")


def test_a_students_process_looks_for_garbage_in_what_is_the_students(
    engine: Engine, course: Course
) -> None:
    code = (
        "import gc\nclass Round: pass\n"
        "for _ in range(2000):\n    one = Round()\n    one.itself = one\n"
        "print(gc.isenabled(), gc.get_freeze_count() > 100_000,\n"
        "      sum(type(one) is Round for one in gc.get_objects()) < 1000)"
    )
    graded = grade(engine, course, mean=code)
    assert graded.notebook is not None
    assert graded.notebook.cells[2].outputs[0].text == "True True True\n"


def test_an_error_does_not_stop_the_notebook(engine: Engine, course: Course) -> None:
    graded = grade(engine, course, mean="1 / 0")
    assert graded.notebook is not None
    (error,) = graded.notebook.cells[2].outputs
    assert (error.ename, error.evalue) == ("ZeroDivisionError", "division by zero")
    assert cell(graded, "double-check").points == 1
    assert cell(graded, "quiz-check").points == 3


def test_two_gradings_are_the_same(engine: Engine, course: Course) -> None:
    code = (
        "import random\nimport numpy as np\nprint(random.random(), np.random.rand(), hash('a'))\n"
        + RIGHT["mean"]
    )
    first, second = (grade(engine, course, mean=code) for _ in range(2))
    assert first.notebook == second.notebook
    unchanged = {"seconds": 0, "cpu_seconds": 0, "peak_memory": 0, "slowest": (), "cells": ()}
    assert replace(first.result, **unchanged) == replace(second.result, **unchanged)


# --- states --------------------------------------------------------------------------------------

ENDINGS = {
    "endless loop": ("def mean(values):\n    while True: pass", State.TIMED_OUT, "too long"),
    "exit": ("import os\ndef mean(values):\n    os._exit(3)", State.CRASHED, "ended the process"),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_a_bad_end_is_named_and_costs_only_its_own_points(
    name: str, engine: Engine, course: Course
) -> None:
    code, state, words = ENDINGS[name]
    graded = grade(engine, course, mean=code)
    assert graded.result.state is state
    assert words in graded.result.detail
    assert "mean-check" in graded.result.detail
    points = {each.grade_id: each.points for each in graded.result.cells}
    assert points == POINTS | {"mean-check": 0.0, "essay": None}
    assert cell(graded, "mean-check").message != ""


def test_memory_shared_out_to_many_is_out_of_memory(engine: Engine, course: Course) -> None:
    code = (
        "import os, time\n"
        "for _ in range(9):\n"
        "    if os.fork() == 0:\n"
        "        held = os.urandom(1 << 20) * 90\n"
        "        time.sleep(60)\n"
        "time.sleep(60)"
    )
    graded = grade(engine, course, mean=code)
    assert graded.result.state is State.OUT_OF_MEMORY
    assert graded.result.detail == "mean: it used more than 400 MB of memory"
    assert graded.result.points == 4
    assert graded.result.peak_memory > 400 << 20


REFUSED = "it used more than 400 MB of memory"


@pytest.mark.parametrize(
    "code", ["x = bytearray(1 << 40)", "import numpy as np\n\nx = np.empty(1 << 40)"]
)
def test_memory_refused_to_a_cell_is_out_of_memory(
    code: str, engine: Engine, course: Course
) -> None:
    """Whether Python or the watcher is first to notice, the state is the same."""
    graded = grade(engine, course, mean=code)
    assert graded.notebook is not None
    assert graded.notebook.cells[2].outputs[0].ename == "MemoryError"
    assert graded.result.state is State.OUT_OF_MEMORY
    assert graded.result.detail == f"mean: {REFUSED}"
    assert graded.result.points == 4


def test_memory_refused_to_an_answer_is_out_of_memory(engine: Engine, course: Course) -> None:
    graded = grade(engine, course, mean="def mean(values):\n    return bytearray(1 << 40)")
    assert graded.result.state is State.OUT_OF_MEMORY
    assert f"mean-check: {REFUSED}" in graded.result.detail
    assert graded.result.points == 4


def test_time_of_the_whole_notebook_ends_it(engine: Engine, course: Course) -> None:
    code = "import time\n\n\ndef mean(values):\n    time.sleep(0.7)\n    return 3"
    engine.limits = replace(LIMITS, wall_seconds=2.0)
    graded = grade(engine, course, mean=code)
    assert graded.result.state is State.TIMED_OUT
    assert 1.9 < graded.result.seconds < LIMITS.wall_seconds
    assert "not reached" in cell(graded, "quiz-check").message


# --- the machine comes in between ----------------------------------------------------------------


def processes() -> dict[str, list[psutil.Process]]:
    """Return the templates and what they forked, by what they are."""
    kinds: dict[str, list[psutil.Process]] = {}
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            words = child.cmdline()
            if not set(words) & {"imbalance_sandbox.warm", "imbalance_grader.notebook.judge"}:
                continue
            below = child.children(recursive=True)
            if child.name() != "bwrap":
                kinds["judges' template"] = [child]
                kinds["judge"] = below
                continue
            kinds["students' template"] = [p for p in (child, *below) if p.name() == "bwrap"]
            forked = {p.pid: p for p in below if p.name() != "bwrap"}
            chain = sorted(forked.values(), key=lambda p: len(p.parents()))
            kinds["watcher"], kinds["student's process"] = chain[1:2], chain[2:]
    return kinds


def meddle_once(kind: str, number: int) -> None:
    """Send a signal to this kind of process as soon as a student's answer runs."""
    deadline = time.monotonic() + 20
    while not (found := processes()).get("student's process"):
        assert time.monotonic() < deadline, "no student's process was started"
        time.sleep(0.02)
    time.sleep(0.3)
    for process in found[kind]:
        process.send_signal(number)


A_SECOND = "import time\n\nend = time.process_time() + 1\nwhile time.process_time() < end: pass\n"


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("student's process", signal.SIGKILL),  # as Linux does when memory runs out
        ("student's process", signal.SIGSTOP),  # as when the machine stands still for a while
        ("watcher", signal.SIGKILL),
        ("judge", signal.SIGKILL),
        ("students' template", signal.SIGKILL),
        ("judges' template", signal.SIGKILL),
    ],
)
def test_what_the_machine_does_costs_nobody_a_point(
    kind: str, number: int, engine: Engine, course: Course
) -> None:
    engine.limits = replace(LIMITS, call_seconds=8)
    with ThreadPoolExecutor(1) as pool:
        meddled = pool.submit(meddle_once, kind, number)
        graded = grade(engine, course, mean=A_SECOND + RIGHT["mean"])
        meddled.result()
    assert (graded.result.state, graded.result.detail) == (State.GRADED, "")
    assert graded.result.points == 6


@pytest.mark.parametrize("answer", ["import time\n\ntime.sleep(60)", "while True: pass"])
def test_a_time_limit_is_tried_again_only_where_the_process_was_idle(
    answer: str, engine: Engine, course: Course
) -> None:
    engine.limits = replace(LIMITS, call_seconds=3)
    answers = []

    def ask(*given: Any) -> dict[str, Any]:
        answers.append(ask_a_judge(*given))
        return answers[-1]

    ask_a_judge = engine._ask_a_judge
    with patch.object(engine, "_ask_a_judge", ask):
        graded = grade(engine, course, mean=answer)
    assert graded.result.state is State.TIMED_OUT
    assert cell(graded, "double-check").points == 1
    idle = answers[0]["doubt"] == "idle"
    assert len(answers) == 1 + idle
    assert ("graded twice" in graded.result.detail) == (answers[-1]["doubt"] == "idle")
    if "sleep" in answer:
        assert idle
    elif answers[0]["result"]["cpu_seconds"] > 1.5:  # else the machine let it compute too little
        assert not idle


@pytest.mark.parametrize(
    ("tries", "error"),
    [
        (["killed", "killed", "killed"], MachineError),
        (["killed", "gone", "gone"], MachineError),
        (["gone", "ended", "gone"], MachineError),
        (["ended", "ended", "ended"], MachineError),
        (["gone", "gone"], EngineError),
    ],
)
def test_killed_as_it_begins_is_not_taken_for_a_sandbox_that_does_not_start(
    engine: Engine, course: Course, monkeypatch: pytest.MonkeyPatch, tries, error
) -> None:
    answers = iter({"gone": "no process"} if how == "gone" else {"doubt": how} for how in tries)
    monkeypatch.setattr(engine, "_ask_a_judge", lambda *given: next(answers))
    with pytest.raises(EngineError) as caught:
        grade(engine, course, mean=RIGHT["mean"])
    assert type(caught.value) is error
    assert next(answers, None) is None


@pytest.mark.parametrize(
    ("report", "raised"),
    [
        ('{"signal": 9, "ended_by": ""}', KilledAtStart),  # the student's process was killed
        ("", KilledAtStart),  # its watcher was
        ('{"signal": 0, "ended_by": ""}', SandboxGone),  # it ended by itself
        ('{"signal": 9, "ended_by": "order"}', SandboxGone),  # it took too long to begin
    ],
)
def test_killed_at_the_start_is_told_from_not_started(report: str, raised: type[Exception]) -> None:
    mine, templates = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def stand_in_for_the_template() -> None:
        _, descriptors, _, _ = socket.recv_fds(templates, 64, 2)
        student, watcher = (socket.socket(fileno=fd) for fd in descriptors)
        with student, watcher:
            wire.receive(watcher)  # the settings, which it waits for
            watcher.sendall(report.encode())

    with mine, templates, ThreadPoolExecutor(1) as pool:
        stood_in = pool.submit(stand_in_for_the_template)
        with pytest.raises(SandboxGone, match="no process was started") as caught:
            Kernel(mine, LIMITS, (), time.monotonic() + 20)
        stood_in.result()
    assert caught.type is raised


@pytest.mark.parametrize("pause", [0.1, 0.0])
def test_stopped_from_outside_every_time_is_the_machines_doing(
    pause: float, engine: Engine, course: Course
) -> None:
    """Tried three times, the last time alone; then it has no result, and no zero.

    Without a pause most are killed just as they begin.
    """
    done = threading.Event()

    def meddle() -> None:
        while not done.wait(pause):
            for process in processes().get("student's process", []):
                with contextlib.suppress(psutil.Error):
                    process.kill()

    with ThreadPoolExecutor(1) as pool:
        meddled = pool.submit(meddle)
        try:
            with pytest.raises(MachineError, match="three times, the last time while nothing else"):
                grade(engine, course, mean=A_SECOND + RIGHT["mean"])
        finally:
            done.set()
        meddled.result()


HOG = "held = b'x' * (250 << 20)\nimport time\n\ntime.sleep(0.5)\n" + RIGHT["mean"]


def graded_side_by_side(course: Course, free: int, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Grade two honest submissions and one that takes 250 MB on a machine with so much free."""
    monkeypatch.setattr(machine, "free_memory", lambda: free)

    def one(engine: Engine, number: int) -> Any:
        answers = RIGHT | ({"mean": HOG} if number == 1 else {})
        path = course.hand_in(f"student-{number}", course.answered(answers))
        try:
            return engine.grade(course.source, path, "warm-up", f"student-{number}").result
        except EngineError as error:
            return error

    with Engine(LIMITS, jobs=3) as engine, ThreadPoolExecutor(3) as pool:
        return list(pool.map(lambda number: one(engine, number), range(3)))


def test_who_needs_more_than_a_share_of_the_memory_gets_it_alone(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = graded_side_by_side(course, 1400 << 20, monkeypatch)  # a share of 117 MB
    assert [result.state for result in results] == [State.GRADED] * 3
    assert [result.points for result in results] == [6] * 3
    assert results[1].peak_memory > 250 << 20


def test_who_needs_more_than_the_machine_has_gets_no_zero(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, hog, last = graded_side_by_side(course, 500 << 20, monkeypatch)
    assert isinstance(hog, MachineError)
    assert "more than the 144 MB of memory that this machine can give it" in str(hog)
    assert [result.points for result in (first, last)] == [6, 6]


def test_who_goes_over_the_limit_alone_is_out_of_memory(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "free_memory", lambda: 1400 << 20)
    with Engine(LIMITS, jobs=3) as engine:
        graded = grade(engine, course, mean=HOG.replace("250", "480"))
    assert graded.result.state is State.OUT_OF_MEMORY
    assert "more than 400 MB of memory" in graded.result.detail
    assert graded.result.points == 4


FORKING = """
import os, signal, time

signal.signal(signal.SIGCHLD, signal.{what_becomes_of_them})
started = time.monotonic()
while True:
    if os.fork() == 0:
        end = time.process_time() + 0.01
        while time.process_time() < end: pass
        os._exit(0)
    time.sleep(0.005)
"""


@pytest.mark.parametrize("what", ["SIG_IGN", "SIG_DFL"])
def test_time_of_children_counts_whether_somebody_waits_or_not(
    what: str, engine: Engine, course: Course
) -> None:
    engine.limits = replace(LIMITS, cpu_seconds=2, call_seconds=60, processes=4000)
    graded = grade(engine, course, mean=FORKING.replace("{what_becomes_of_them}", what))
    assert graded.result.state is State.TIMED_OUT
    assert graded.result.detail == "mean: it used more than 2 s of processor time"
    assert graded.result.seconds < 55  # it was not the limit of its wall time


@pytest.mark.parametrize(
    ("where", "waits"),
    [("kernel_clone", True), ("_do_fork", True), ("0", True), ("", True), ("io_schedule", False)],
)
def test_who_waits_for_a_disk_is_not_taken_for_one_that_starts_a_program(
    where: str, waits: bool, tmp_path: Path
) -> None:
    """Or a copy of it would not be counted: see `attacks/processes/held_up_by_a_disk.ipy`."""
    (tmp_path / "wchan").write_text(where)
    assert watch._is_making_a_process(f"..{tmp_path}") == waits
    assert watch._is_making_a_process(f"..{tmp_path}/of another kernel")


def test_a_program_that_is_started_does_not_count_twice(engine: Engine, course: Course) -> None:
    """For a moment it shares all memory with who starts it."""
    code = (
        "import subprocess\n\nheld = b'x' * (250 << 20)\n"
        "for _ in range(100):\n    subprocess.run(['true'])\n" + RIGHT["mean"]
    )
    graded = grade(engine, course, mean=code)
    assert (graded.result.state, graded.result.points) == (State.GRADED, 6)


def _watched(monkeypatch: pytest.MonkeyPatch, looks: list[dict[str, watch._Process]]) -> str:
    """Return what a watcher ends that may see 300 MB, and sees one look after another; the last
    one stays."""
    _, leash = socket.socketpair()
    monkeypatch.setattr(watch, "memory_of", lambda name: (0, 0))
    watcher = watch.Watcher(
        leash,
        {"limits": {"cpu_seconds": 60, "processes": 60}, "most_memory": 300 << 20},
        frozenset({names.PROCESSES, names.SCRATCH_FOLDER}),
    )

    def look() -> list[str]:
        nonlocal now
        now = looks.pop(0) if len(looks) > 1 else looks[0]
        return list(now)

    now: dict[str, watch._Process] = {}
    monkeypatch.setattr(watcher, "_processes", look)
    monkeypatch.setattr(watch, "_process", lambda name: now[name])
    monkeypatch.setattr(watch, "memory_of", lambda name: (now[name].own, 0))
    monkeypatch.setattr(watch, "_proportional_memory_of", lambda name: (now[name].own, 0))
    return watcher._over_a_limit()


def _pair(*, waits: bool = True, more: int = 0, copies: int = 1) -> dict[str, watch._Process]:
    """A process of 250 MB and what it has made, whose memory is its own or is lent to it."""
    held = 250 << 20
    first = watch._Process(held, 0, 0.0, 1, "0", waits)
    made = watch._Process(held + more, 0, 0.0, 1, "1", waits=False)
    return {"1": first} | {str(2 + copy): made for copy in range(copies)}


@pytest.mark.parametrize(
    "halves",
    [
        pytest.param(_pair(more=4096), id="it writes its first page between two readings"),
        pytest.param(_pair(waits=False), id="it is made between two readings"),
    ],
)
@pytest.mark.parametrize("then", [_pair(), {"1": _pair()["1"]}], ids=["lent", "started"])
def test_a_pair_that_is_seen_in_halves_is_looked_at_again(
    halves: dict[str, watch._Process],
    then: dict[str, watch._Process],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _watched(monkeypatch, [halves, halves, then]) == ""


@pytest.mark.parametrize(
    ("looks", "seen"),
    [
        pytest.param([_pair(waits=False)], "memory", id="a copy that stays counts"),
        pytest.param(
            [_pair(waits=False, copies=2), _pair()], "memory", id="more than double ends at once"
        ),
        pytest.param([_pair()], "", id="who is lent it may stay"),
    ],
)
def test_what_stays_counts(
    looks: list[dict[str, watch._Process]], seen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _watched(monkeypatch, looks) == seen


def test_outputs_are_bounded_over_the_whole_notebook(engine: Engine, course: Course) -> None:
    code = (
        "shell = get_ipython()\n\n\ndef show_more(*result):\n"
        "    shell.recorder.left = 1 << 30\n    print('x' * 800_000)\n\n\n"
        "shell.events.register('post_run_cell', show_more)\n" + RIGHT["mean"]
    )
    engine.limits = replace(LIMITS, output_bytes=1 << 20)
    graded = grade(engine, course, mean=code)
    assert graded.notebook is not None
    shown = [
        "".join(o.get("text", "") for o in c.get("outputs", [])) for c in graded.notebook.cells
    ]
    assert 0 < sum(len(text) > 700_000 for text in shown) <= 2
    assert sum("was too long and was cut off" in text for text in shown) >= 2
    assert graded.result.points == 6


def test_costly_values_do_not_keep_the_judge_busy(engine: Engine, course: Course) -> None:
    attack = Path(__file__).parent / "attacks" / "wire" / "colliding_integers.ipy"
    graded = grade(engine, course, mean=attack.read_text())
    assert graded.result.state is State.GRADED
    assert "made to get into each other's way" in cell(graded, "mean-check").message
    assert graded.result.cpu_seconds < 10


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("drop_by_drop", "not complete in 10 s"),
        ("cut_and_stays", "it cut the connection"),
        ("says_no_more", "it cut the connection"),
    ],
)
def test_what_is_done_to_the_wire_is_not_taken_for_the_machines_doing(
    name: str, words: str, engine: Engine, course: Course
) -> None:
    attack = Path(__file__).parent / "attacks" / "wire" / f"{name}.ipy"
    engine.limits = replace(LIMITS, call_seconds=30)
    with patch.object(engine, "_ask_a_judge", wraps=engine._ask_a_judge) as asked:
        graded = grade(engine, course, mean=attack.read_text())
    assert graded.result.state is State.CRASHED
    assert words in graded.result.detail
    assert asked.call_count == 1


def test_missing_and_malformed_have_every_cell(engine: Engine, course: Course) -> None:
    course.remove("ada")
    missing = engine.grade(course.source, None, "warm-up", "ada")
    absent = engine.grade(course.source, course.submission("ada"), "warm-up", "ada")
    broken = engine.grade(course.source, course.hand_in("ada", "{"), "warm-up", "ada")
    assert [g.result.state for g in (missing, absent, broken)] == [
        "missing",
        "missing",
        "malformed",
    ]
    for graded in (missing, absent, broken):
        assert graded.notebook is None
        assert [each.points for each in graded.result.cells] == [0] * 4
        assert graded.result.max_points == sum(POINTS.values())
        assert graded.result.detail != ""


# --- many at once, and what goes wrong around it -------------------------------------------------


def test_many_threads_get_their_own_results(engine: Engine, course: Course) -> None:
    def one(number: int) -> tuple[int, Graded]:
        student = f"student-{number}"
        answers = RIGHT | {"mean": f"mean = {number}"} if number % 2 else RIGHT
        path = course.hand_in(student, course.answered(answers))
        return number, engine.grade(course.source, path, "warm-up", student)

    with ThreadPoolExecutor(4) as pool:
        for number, graded in pool.map(one, range(12)):
            assert graded.result.student == f"student-{number}"
            assert cell(graded, "mean-check").points == (0 if number % 2 else 2)
            assert graded.result.state is State.GRADED


def test_engine_starts_its_templates_again_and_with_the_same_secret(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process may by then have set another course's."""
    others = psutil.Process().children()
    monkeypatch.setenv(VARIABLE, "ours")
    with Engine(LIMITS) as engine:
        monkeypatch.setenv(VARIABLE, "of another course")
        for killed in ("bwrap", "python"):
            for child in psutil.Process().children():
                if child not in others and child.name().startswith(killed):
                    os.kill(child.pid, signal.SIGKILL)
            time.sleep(0.3)
            assert grade(engine, course).result.points == 6
        started = [child for child in psutil.Process().children() if child not in others]
        assert {child.environ()[VARIABLE] for child in started if child.name() != "bwrap"} == {
            "ours"
        }


def test_nothing_is_left_when_the_engine_ends(course: Course) -> None:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    files = set(Path("/tmp").iterdir())
    with Engine(LIMITS) as engine:
        grade(engine, course)
    after = {child.pid for child in psutil.Process().children(recursive=True)}
    assert after <= before
    assert not [path for path in set(Path("/tmp").iterdir()) - files if "imbalance" in path.name]


def test_stopped_in_the_middle_is_nobodys_result(course: Course) -> None:
    path = course.hand_in("ada", course.answered(RIGHT | {"mean": "while True: pass"}))
    with ThreadPoolExecutor(1) as pool:
        with Engine(replace(LIMITS, call_seconds=30)) as engine:
            waiting = pool.submit(engine.grade, course.source, path, "warm-up", "ada")
            time.sleep(1.5)
        with pytest.raises(EngineError, match="was stopped before"):
            waiting.result(timeout=20)


def test_engine_ends_with_the_grader(course: Course) -> None:
    """Killed without a chance to tidy up, the grader leaves no process behind."""
    child = os.fork()
    if child == 0:
        with Engine(replace(LIMITS, call_seconds=30)) as engine:
            grade(engine, course, mean="while True: pass")
        os._exit(0)
    while not (started := psutil.Process(child).children(recursive=True)) or len(started) < 6:
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    _, alive = psutil.wait_procs(started, timeout=60)  # a template ends once it has imported
    assert alive == []


def test_course_where_every_submission_can_read_is_refused(engine: Engine, tmp_path: Path) -> None:
    import imbalance_lab

    inside = Path(imbalance_lab.__file__).parent / "__init__.py"
    course = make_course(tmp_path / "course")
    with pytest.raises(EngineError, match="every submission can read"):
        engine.grade(course.source, inside, "warm-up", "ada")


# --- the instructor's notebook -------------------------------------------------------------------


def test_roles_and_names_of_the_source(course: Course) -> None:
    source = read_source(course.source)
    roles = [each.role for each in source.cells if each.grade_id]
    assert roles == ["answer", "graded", "answer", "graded", "answer", "graded", "written"]
    taken = {each.grade_id: each.answers for each in source.cells if each.role == "graded"}
    assert taken == {
        "mean-check": {"mean": "mean"},
        "double-check": {"double": "double"},
        "quiz-check": {"quiz": "quiz"},
    }
    assert source.released["essay"] == "YOUR ANSWER HERE"
    assert "NotImplementedError" in source.released["mean"]
    assert "return" not in source.released["mean"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda cells: cells[4].update(source="check(mean)"),
            "mean-check uses check, which neither",
        ),
        (lambda cells: cells[4].update(source="print(numbers)"), "uses numbers"),
        (lambda cells: cells[4].update(source="double(1)"), "uses double"),
        (lambda cells: cells[4].update(source="(("), "mean-check"),
        (lambda cells: cells[2].update(source="### BEGIN SOLUTION"), "no end solution"),
        (lambda cells: cells[6].metadata.nbgrader.update(grade_id="mean"), "more than once: mean"),
        (lambda cells: cells[9].metadata.nbgrader.update(task=True), "task cells"),
    ],
)
def test_source_that_cannot_be_graded_with_says_what_to_mend(
    change: Any, words: str, engine: Engine, course: Course, tmp_path: Path
) -> None:
    path = changed_source(course, tmp_path, change)
    with pytest.raises(SourceError, match=words):
        engine.grade(path, None, "warm-up", "ada")


def test_source_that_is_no_notebook_says_so(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        engine.grade(tmp_path / "none.ipynb", None, "warm-up", "ada")
    (tmp_path / "broken.ipynb").write_text("{")
    with pytest.raises(SourceError, match="cannot be read as a notebook"):
        engine.grade(tmp_path / "broken.ipynb", None, "warm-up", "ada")


def test_changed_source_is_read_again(engine: Engine, course: Course, tmp_path: Path) -> None:
    path = changed_source(course, tmp_path, lambda cells: None)
    submission = course.hand_in("ada", course.answered(RIGHT))
    assert engine.grade(path, submission, "warm-up", "ada").result.max_points == 10
    changed_source(course, tmp_path, lambda cells: cells[4].metadata.nbgrader.update(points=20))
    assert engine.grade(path, submission, "warm-up", "ada").result.max_points == 28


@pytest.mark.parametrize(
    ("last", "points"),
    [
        ("0", 0),
        ("1.5", 1.5),
        ("99", 2),
        ("-3", 0),
        ("'1'", 2),
        ("True", 2),
        ("None", 2),
        ("float('nan')", 0),
        ("1; x = 3", 2),
    ],
)
def test_last_value_is_partial_credit_within_the_maximum(
    last: str, points: float, engine: Engine, course: Course, tmp_path: Path
) -> None:
    path = changed_source(course, tmp_path, lambda cells: cells[4].update(source=last))
    submission = course.hand_in("ada", course.answered(RIGHT))
    assert cell(engine.grade(path, submission, "warm-up", "ada"), "mean-check").points == points


EARNS = """
from imbalance_lab.checks import Call, Credit, Exercise, Mistake, check

total = Mistake("a total", "It was not divided.", wrong=sum)
half = lambda values: Credit(0.5, "half of it", [2])
check(mean, Exercise("mean", "00", "Warm-up", ("values",), (total,))).earns(
    2, by=half, on=[Call(([1, 2, 3],))]
)
"""


@pytest.mark.parametrize(("answer", "mistake"), [("mean = sum", "a total"), ("mean = max", "")])
def test_partial_credit_says_which_mistake_cost_the_rest(
    answer: str, mistake: str, engine: Engine, course: Course, tmp_path: Path
) -> None:
    path = changed_source(course, tmp_path, lambda cells: cells[4].update(source=EARNS))
    submission = course.hand_in("ada", course.answered(RIGHT | {"mean": answer}))
    scored = cell(engine.grade(path, submission, "warm-up", "ada"), "mean-check")
    assert (scored.points, scored.mistake) == (1, mistake)


@pytest.mark.parametrize("field", list(vars(Limits())))
@pytest.mark.parametrize("value", [0, -1, True, "1", None])
def test_limit_that_is_no_positive_number_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"{field} must be a positive number"):
        Limits(**{field: value})
