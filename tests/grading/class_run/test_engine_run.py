"""The run around the real engine: on this machine, and on Dask workers of which one is killed."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from types import SimpleNamespace

import pytest
from class_run_helpers import ASSIGNMENT
from distributed import Future

from imbalance_grader import cli, commands
from imbalance_grader.class_run.cluster import EnginePlugin, cluster_workers
from imbalance_grader.course.journal import Journal
from imbalance_grader.notebook.results import Limits
from imbalance_oracles.secret import VARIABLE

# A quick engine would be done before the worker is killed.
SLOW = "import time\n\ntime.sleep(0.5)\n\n\ndef double(x):\n    return 2 * x"


@pytest.fixture
def mixed_course(course):
    for n in range(8):
        course.submit(f"slow-{n}", double=SLOW)
    course.submit("wrong", half="def half(x):\n    return 0")
    course.submit("broken").write_text("{not a notebook")
    course.submit("empty").unlink()
    linked = course.submit("linked")
    linked.unlink()
    linked.symlink_to("/etc/passwd")
    large = course.submit("large")
    os.truncate(large, 30 << 20)
    shared = course.submit("shared")
    (course.root / "second-name").hardlink_to(shared)
    folder = course.submit("folder")
    folder.unlink()
    folder.mkdir()
    pipe = course.submit("pipe")
    pipe.unlink()
    os.mkfifo(pipe)
    return course


def test_no_module_that_a_student_handed_in_is_imported_by_the_command_or_what_it_starts(course):
    """`msgpack.py` beside a notebook once ran as the instructor, who had gone into that folder."""
    folder = course.submit("ann").parent
    installed = {name for name in packages_distributions() if name.isidentifier()}
    config = {"nbgrader_config", "jupyter_config", "jupyter_nbgrader_config", "usercustomize"}
    for name in {*sys.stdlib_module_names, "sitecustomize"} | installed | config:
        (folder / f"{name}.py").write_text(f"open({str(course.root / 'ran')!r}, 'w').close()")
    program = Path(sys.executable).with_name("imbalance-lab-grade")
    command = [program, "assignment", ASSIGNMENT, "--feedback", "--course", course.root]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert not (course.root / "ran").exists()
    assert done.returncode == 0, done.stderr
    assert "1 student: 1 graded" in done.stdout
    assert (course.root / "feedback" / "ann" / ASSIGNMENT / "toy.html").exists()


@contextlib.contextmanager
def cluster(
    folder: Path, workers: int, certificates: Path
) -> Iterator[tuple[str, list[subprocess.Popen]]]:
    """Start a Dask scheduler and workers as processes of their own, which speak TLS."""
    certificate, key = certificates / "certificate.pem", certificates / "key.pem"
    tls = ("--tls-ca-file", certificate, "--tls-cert", certificate, "--tls-key", key)
    environment = os.environ | {
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "5",
        "PYTHONPATH": str(Path(__file__).parents[3]),
    }
    started = []

    def start(module: str, *arguments: str) -> subprocess.Popen:
        with (folder / f"{module}-{len(started)}.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{module}", *arguments, *map(str, tls)],
                stdout=log,
                stderr=log,
                env=environment,
                cwd=folder,
            )
        started.append(process)
        return process

    try:
        start("dask_scheduler", "--host", "tls://127.0.0.1", "--port", "0", "--no-dashboard")
        address = wait_for(folder / "dask_scheduler-0.log", r"(tls://127\.0\.0\.1:\d+)")
        crew = [
            start("dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")
            for _ in range(workers)
        ]
        for number in range(1, workers + 1):
            wait_for(folder / f"dask_worker-{number}.log", r"(Registered to)")
        yield address, crew
    finally:
        for process in started:
            process.terminate()
        for process in started:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()


def wait_for(log: Path, pattern: str) -> str:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = re.search(pattern, log.read_text())
        if found:
            return found[1]
        time.sleep(0.1)
    pytest.fail(f"{pattern} did not come: {log.read_text()[-2000:]}")


def outcome(course) -> dict[str, tuple]:
    """Return of each student what does not depend on who graded: state and every cell."""
    records = Journal(course.root / "grading" / ASSIGNMENT).all()
    return {
        record.student: (
            record.state,
            record.detail,
            [
                (cell.grade_id, cell.points, cell.message, cell.mistake)
                for notebook in record.notebooks
                for cell in notebook.cells
            ],
        )
        for record in records
    }


def grade(course, *arguments: str) -> dict:
    code = cli.main(["assignment", ASSIGNMENT, "--course", str(course.root), "--json", *arguments])
    assert code == 1  # some cannot be read
    return outcome(course)


@pytest.fixture
def certificates(tmp_path, capsys) -> Path:
    folder = tmp_path / "certificates"
    assert cli.main(["certificates", str(folder)]) == 0
    made = capsys.readouterr().out.split()
    assert [Path(path).stat().st_mode & 0o777 for path in made] == [0o600, 0o600]
    return folder


@pytest.mark.usefixtures("engine_of_the_command")
def test_dask_workers_give_the_same_result_though_one_is_killed(
    mixed_course, tmp_path, certificates, capsys, monkeypatch
):
    here = grade(mixed_course)
    gradebook = mixed_course.gradebook()
    assert {student: state.value for student, (state, *_) in here.items()} == {
        **{f"slow-{n}": "graded" for n in range(8)},
        "wrong": "graded",
        "broken": "malformed",
        "empty": "missing",
        "linked": "malformed",
        "large": "malformed",
        "shared": "malformed",
        "folder": "malformed",
        "pipe": "malformed",
    }
    assert here["slow-0"][2][0][1] == 2.0
    capsys.readouterr()
    monkeypatch.setattr("distributed.client.Future._result", and_then_lost(Future._result))

    with cluster(tmp_path, 2, certificates) as (address, crew):
        journal = mixed_course.root / "grading" / ASSIGNMENT / "journal"
        for path in journal.glob("*.json"):
            path.unlink()
        killer = kill_when(journal, crew[0])
        there = grade(mixed_course, "--scheduler", address, "--certificates", str(certificates))
        killer.join()
    assert crew[0].returncode == -signal.SIGKILL
    assert json.loads(capsys.readouterr().out)["graded_now"] == 16
    assert there == here
    assert mixed_course.gradebook() == gradebook


def test_two_classes_share_a_worker_and_no_secret(monkeypatch):
    class Started:
        def __init__(self, *settings, jobs):
            self.jobs = jobs

        def __enter__(self):
            self.secret = os.environ[VARIABLE]
            return self

        def __exit__(self, *_):
            pass

    monkeypatch.setattr("imbalance_grader.class_run.cluster.Engine", Started)
    plugins = []
    for course in ("ours", "theirs"):
        monkeypatch.setenv(VARIABLE, course)
        plugins.append(EnginePlugin(ASSIGNMENT, {}, Limits(), False, None))
    monkeypatch.delenv(VARIABLE)
    for plugin in plugins:
        plugin.setup(SimpleNamespace(state=SimpleNamespace(nthreads=1)))
    assert [plugin.engine.secret for plugin in plugins] == ["ours", "theirs"]
    assert VARIABLE not in os.environ
    for plugin in plugins:
        plugin.teardown(None)


def and_then_lost(result):
    """Let a worker die as soon as its result has come: Dask then says that the result is lost."""

    async def lost(self, *arguments, **named):
        came = await result(self, *arguments, **named)
        self._state.lose()
        return came

    return lost


def kill_when(journal: Path, worker: subprocess.Popen):
    """Kill a worker as soon as the first result is in."""

    def watch() -> None:
        deadline = time.monotonic() + 300
        while not list(journal.glob("*.json")) and time.monotonic() < deadline:
            time.sleep(0.02)
        worker.kill()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    return thread


def test_no_scheduler_no_worker_and_strangers_are_said(
    course, tmp_path, certificates, capsys, monkeypatch
):
    impatient = functools.partial(cluster_workers, patience=2)
    monkeypatch.setattr("imbalance_grader.class_run.cluster.cluster_workers", impatient)
    course.submit("ann")
    base = ["assignment", ASSIGNMENT, "--course", str(course.root)]
    known = [*base, "--certificates", str(certificates), "--scheduler"]
    assert cli.main([*known, "tls://127.0.0.1:1"]) == 2
    assert "no Dask scheduler answers" in " ".join(capsys.readouterr().err.split())
    with cluster(tmp_path, 0, certificates) as (address, _):
        assert cli.main([*known, address]) == 2
        said = " ".join(capsys.readouterr().err.split())
        assert "has no worker; start one with: dask worker" in said
        # Who has no certificate, or another one, is not let in.
        assert cli.main([*base, "--scheduler", address]) == 2
        assert cli.main(["certificates", str(tmp_path / "other")]) == 0
        strange = ["--certificates", str(tmp_path / "other"), "--scheduler", address]
        assert cli.main([*base, *strange]) == 2
        assert "no Dask scheduler answers" in " ".join(capsys.readouterr().err.split())


def test_a_cluster_that_cannot_be_is_said_though_nothing_is_to_be_graded(
    course, tmp_path, certificates, capsys
):
    (tmp_path / "empty").mkdir()
    (tmp_path / "wrong").mkdir()
    for name in ("certificate.pem", "key.pem"):
        (tmp_path / "wrong" / name).write_text("no certificate")
    pair = ["--certificates", str(certificates)]
    open_ = "--insecure-scheduler"
    told = {
        ("--scheduler", "tls://nowhere.invalid:8786", *pair): "no host 'nowhere.invalid'",
        ("--scheduler", "", *pair): "--scheduler: '' is no address such as tls://10.0.0.1:8786",
        ("--scheduler", "tls://127.0.0.1", *pair): "'tls://127.0.0.1' is no address",
        ("--scheduler", "tls://127.0.0.1:x", *pair): "'tls://127.0.0.1:x' is no address",
        ("--scheduler", "tls://127.0.0.1:99999", *pair): "no port from 1 to 65535",
        ("--scheduler", "http://127.0.0.1:1", open_): "'http://127.0.0.1:1' is no address",
        ("--scheduler", "tls://127.0.0.1:1"): "TLS needs certificates",
        ("--scheduler", "tls://127.0.0.1:1", "--certificates", str(tmp_path / "empty")): (
            f"there is no {tmp_path / 'empty' / 'certificate.pem'}"
        ),
        ("--scheduler", "tls://127.0.0.1:1", "--certificates", str(tmp_path / "wrong")): (
            f"what is in {tmp_path / 'wrong'} is no certificate with its key"
        ),
        ("--scheduler", "tcp://127.0.0.1:1", open_, *pair): "they go with tls://",
        tuple(pair): "--certificates goes with --scheduler ADDRESS",
        (open_,): "--insecure-scheduler goes with --scheduler ADDRESS",
    }
    for options, says in told.items():
        assert cli.main(["assignment", ASSIGNMENT, "--course", str(course.root), *options]) == 2
        assert says in " ".join(capsys.readouterr().err.split())
    assert not (course.root / "grading").exists()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "127.0.0.1:1", "ws://127.0.0.1:1"])
def test_an_open_scheduler_wants_an_explicit_yes(course, capsys, monkeypatch, address):
    impatient = functools.partial(cluster_workers, patience=1)
    monkeypatch.setattr("imbalance_grader.class_run.cluster.cluster_workers", impatient)
    course.submit("ann")
    command = ["assignment", ASSIGNMENT, "--course", str(course.root), "--scheduler", address]
    assert cli.main(command) == 2
    assert "is open: whoever reaches it" in " ".join(capsys.readouterr().err.split())
    assert cli.main([*command, "--insecure-scheduler"]) == 2
    assert "no Dask scheduler answers" in " ".join(capsys.readouterr().err.split())


def test_one_notebook_gives_json(course, capsys):
    path = course.submit("ann", half="def half(x):\n    return 0")
    graded = course.root / "graded.ipynb"
    command = ["notebook", str(path), "--course", str(course.root), "--student", "ann"]
    assert cli.main([*command, "--output", str(graded)]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["points"], result["max_points"], result["waiting"]) == (4.0, 10.0, 1)
    assert (result["student"], result["assignment"], result["state"]) == (
        "ann",
        ASSIGNMENT,
        "graded",
    )
    assert "return 0" in graded.read_text()


def test_one_notebook_that_cannot_be_read_is_said_in_json(course, capsys, engine, monkeypatch):
    monkeypatch.setattr(commands, "Engine", lambda *_: contextlib.nullcontext(engine))
    path = course.submit("ann")
    path.write_text("{")
    assert cli.main(["notebook", str(path), "--course", str(course.root)]) == 1
    result = json.loads(capsys.readouterr().out)
    assert (result["state"], result["points"], result["max_points"]) == ("malformed", 0.0, 10.0)
    assert result["detail"].startswith("it is not a notebook")
