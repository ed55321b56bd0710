"""Runs that are killed, stopped, or started twice: the gradebook comes out as if nothing was."""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path

import pytest
from class_run_helpers import ASSIGNMENT, Course, PretendedEngine

from imbalance_grader import cli, commands
from imbalance_grader.class_run.workers import LocalWorkers

N_STUDENTS = 16
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 11))]
# One at a time, so that a kill finds some done and some not.
QUICKLY = ("--jobs", "1", "--limit", "call_seconds=2")

STARTED: list[int] = []


@pytest.fixture(autouse=True)
def nothing_runs_on():
    """End what a failing test would leave running."""
    yield
    while STARTED:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):  # it has ended
            pid = STARTED.pop()
            if os.waitpid(pid, os.WNOHANG) == (0, 0):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


@dataclass
class Run:
    """A forked process that runs the real command around the pretended engine.

    It is forked, not started anew, because the imports take longer than all the rest.
    """

    pid: int
    notes: Path

    def wait(self, seconds: float = 120) -> int:
        """Return its exit code, negative if a signal ended it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.01)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        pytest.fail(f"the run did not end in {seconds} s: {self.notes.read_text()}")

    def send(self, number: int) -> None:
        os.kill(self.pid, number)

    def words(self) -> str:
        return " ".join(self.notes.read_text().split())


def start(
    course,
    *arguments: str,
    seconds: float | None = 0.0,
    command: tuple[str, ...] = ("assignment", ASSIGNMENT),
    prepare: Callable[[], None] = lambda: None,
) -> Run:
    """Start a command.

    `seconds` is what the pretended engine takes, None for the real one; `prepare` is called first.
    """
    notes = course.root.parent / f"notes-{time.monotonic_ns()}"
    notes.touch()
    pid = os.fork()
    if pid:
        STARTED.append(pid)
        return Run(pid, notes)
    code = 99
    try:
        sys.stdout = sys.stderr = notes.open("w", buffering=1)
        forkserver._forkserver.__init__()  # that of the tests' process is not this one's child
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if seconds is not None:
            commands.local_workers = pretended_workers(seconds)
        prepare()
        code = cli.main([*command, "--course", str(course.root), *arguments])
    finally:
        os._exit(code)


def pretended_workers(seconds: float):
    @contextlib.contextmanager
    def workers(jobs, limits, allow_unprotected, config):
        crew = LocalWorkers(PretendedEngine(seconds), jobs)
        try:
            yield crew
        finally:
            crew.close()

    return workers


def finish(course, *arguments: str) -> None:
    run = start(course, *arguments)
    assert run.wait() == 1, run.words()  # two submissions never run to the end


@pytest.fixture(scope="module")
def whole_class(registered, tmp_path_factory):
    """A course with everything handed in, beside it a graded one, and the outcome there."""
    course = Course(Path(shutil.copytree(registered, tmp_path_factory.mktemp("class") / "course")))
    for n in range(N_STUDENTS):
        wrong = {"double": "WRONG"} if n % 3 == 0 else {"half": "WRONG"} if n % 5 == 0 else {}
        course.submit(f"student-{n:02}", **wrong)
    course.submit("loop", double="while True: pass")
    course.submit("broken").write_text("{")
    graded = Course(Path(shutil.copytree(course.root, course.root.with_name("graded"))))
    finish(graded)
    return course, graded, outcome(graded)


@pytest.fixture
def full_course(whole_class, tmp_path):
    return Course(Path(shutil.copytree(whole_class[0].root, tmp_path / "full")))


@pytest.fixture
def undisturbed(whole_class):
    """The gradebook and the graded notebooks of a run that nobody disturbed."""
    return whole_class[2]


@pytest.fixture
def graded_course(whole_class, tmp_path):
    return Course(Path(shutil.copytree(whole_class[1].root, tmp_path / "graded")))


def outcome(course) -> tuple[dict, dict[str, bytes]]:
    return course.gradebook(), notebooks(course)


def notebooks(course) -> dict[str, bytes]:
    return {
        str(path.relative_to(course.root)): path.read_bytes()
        for path in sorted((course.root / "autograded").rglob("*"))
        if path.is_file()
    }


def n_done(course) -> int:
    return len(list((course.root / "grading" / ASSIGNMENT / "journal").glob("*.json")))


def wait_until_more_than(course, before: int) -> None:
    deadline = time.monotonic() + 60
    while n_done(course) <= before:
        assert time.monotonic() < deadline, "the run does not get on"
        time.sleep(0.005)


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_random_moments_it_ends_with_the_same_gradebook(seed, full_course, undisturbed):
    rng = random.Random(seed)
    done = []
    while n_done(full_course) < N_STUDENTS - 4:
        run = start(full_course, "--jobs", "2", seconds=0.25)
        if rng.random() < 0.7:  # otherwise while it starts
            wait_until_more_than(full_course, n_done(full_course) + rng.randrange(2))
        time.sleep(rng.uniform(0, 0.2))
        run.send(signal.SIGKILL)
        run.wait()
        done.append(n_done(full_course))
    assert len({*done} - {0}) >= 4, "too few kills came on the way: they prove little"
    finish(full_course)
    assert outcome(full_course) == undisturbed
    assert list(full_course.root.rglob(".writing-*")) == []


# Each start of the real engine takes seconds; that a run is killed again and again is tried above.
@pytest.mark.parametrize("kills", [(2,), pytest.param((1, 3, 5), marks=pytest.mark.long)], ids=str)
def test_killed_with_the_real_engine_it_ends_with_the_same_gradebook(kills, full_course):
    for path in full_course.root.glob("submitted/student-*"):
        if path.name > "student-05":
            shutil.rmtree(path)
    undisturbed = Course(Path(shutil.copytree(full_course.root, full_course.root / "twin")))
    assert start(undisturbed, *QUICKLY, seconds=None).wait() == 1
    for n in kills:
        run = start(full_course, *QUICKLY, seconds=None)
        wait_until_more_than(full_course, n)
        run.send(signal.SIGKILL)
        run.wait()
    assert n_done(full_course) < 8
    assert start(full_course, *QUICKLY, seconds=None).wait() == 1
    assert outcome(full_course) == outcome(undisturbed)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_says_how_to_go_on_and_the_next_run_does(number, full_course, undisturbed):
    run = start(full_course, "--jobs", "2", seconds=0.2)
    wait_until_more_than(full_course, 2)
    run.send(number)
    assert run.wait(30) == 130
    assert "the same command goes on from here" in run.words()
    assert 0 < n_done(full_course) < N_STUDENTS
    finish(full_course, "--resume")
    assert outcome(full_course) == undisturbed


def test_two_runs_at_once_take_turns(full_course, undisturbed):
    first = start(full_course, "--jobs", "1", seconds=0.2)
    wait_until_more_than(full_course, 0)
    refused = start(full_course, "--no-wait")
    second = start(full_course)
    assert refused.wait() == 4
    assert "another command is writing" in refused.words()
    assert first.wait() == 1
    assert second.wait() == 1
    assert "waiting until it ends" in second.words()
    assert outcome(full_course) == undisturbed


def test_runs_that_start_together_do_not_spoil_the_gradebook(full_course, undisturbed):
    crew = [start(full_course, "--jobs", "2", seconds=0.01) for _ in range(3)]
    assert [run.wait() for run in crew] == [1, 1, 1], [run.words() for run in crew]
    assert outcome(full_course) == undisturbed


WRITTEN = {
    "assignment": "report.html",
    "report": "grades.csv",
    "feedback": "toy.html",
    "course": "course.csv",
    "waive": "grades.csv",
    "due": "report.html",
}
MORE = {
    "course": (),
    "waive": (ASSIGNMENT, "test-half", "--reason", "Two readings."),
    "due": (ASSIGNMENT, "2099-03-02 12:00 +0100"),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_run_that_starts_takes_nothing_away_that_another_is_writing(name, graded_course):
    command = (name, *MORE.get(name, (ASSIGNMENT,)))
    reached, go_on = graded_course.root / "reached", graded_course.root / "go-on"

    def hold_before_the_file_has_its_name():
        replace = os.replace

        def held(draft, path):
            if Path(path).name == WRITTEN[name] and not reached.exists():
                reached.touch()
                while not go_on.exists():
                    time.sleep(0.01)
            replace(draft, path)

        os.replace = held

    first = start(graded_course, command=command, prepare=hold_before_the_file_has_its_name)
    wait_for(reached.exists, first)
    second = start(graded_course)
    wait_for(lambda: "waiting until it ends" in second.words(), second)
    go_on.touch()
    assert first.wait() == (1 if name == "assignment" else 0), first.words()
    assert second.wait() == 1, second.words()


def wait_for(said: Callable[[], bool], run: Run) -> None:
    deadline = time.monotonic() + 60
    while not said():
        assert time.monotonic() < deadline, run.words()
        time.sleep(0.01)


def test_what_a_killed_run_was_grading_is_cleared_by_the_next(full_course, tmp_path, monkeypatch):
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    run = start(full_course, seconds=30)
    wait_for(lambda: [*place.rglob("*.ipynb")], run)
    run.send(signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL
    assert [*place.rglob("*.ipynb")]  # nobody can remove it when killed
    finish(full_course)
    assert [*place.rglob("*.ipynb")] == []


# What waits for its turn; and what need not, since it writes where no other command does, or only
# marks, of which each says what it is of.
TURNS = {
    "assignment": (ASSIGNMENT,),
    "collect": (ASSIGNMENT, "none.zip"),
    "copies": (),
    "course": (),
    "due": (ASSIGNMENT, "--never"),
    "export": (ASSIGNMENT, "--canvas", "none.csv"),
    "extend": ("student-01", ASSIGNMENT, "--days", "1"),
    "feedback": (ASSIGNMENT,),
    "report": (ASSIGNMENT,),
    "students": ("none.csv",),
    "waive": (ASSIGNMENT, "test-half", "--undo"),
}
ALONE = {"certificates", "exchange", "mark", "new-inputs", "notebook", "protections", "sample"}


def test_every_command_is_one_that_waits_or_one_that_need_not():
    assert {*TURNS} | ALONE == {*commands.COMMANDS}
    assert not {*TURNS} & ALONE


@pytest.mark.parametrize("name", TURNS)
def test_a_command_waits_for_its_turn_and_says_so(name, course):
    with held(course):
        run = start(course, command=(name, *TURNS[name]))
        wait_for(lambda: "Another command is writing in this course" in run.words(), run)
        assert os.waitpid(run.pid, os.WNOHANG) == (0, 0)
    assert run.wait(30) in (0, 1, 2), run.words()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_waits_can_be_stopped(number, course):
    with held(course):
        run = start(course, command=("report", ASSIGNMENT))
        wait_for(lambda: "waiting until it ends" in run.words(), run)
        run.send(number)
        assert run.wait(30) == 130


@contextlib.contextmanager
def held(course):
    """Hold what commands take turns by; a forked one has not the right of its parent to it."""
    path = course.root / "grading" / ".lock"
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
        fcntl.flock(file, fcntl.LOCK_UN)
