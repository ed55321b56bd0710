"""A small course in a temporary folder, and crews that start at once."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from class_run_helpers import (
    ASSIGNMENT,
    CONFIG,
    Course,
    PretendedEngine,
    crew_of,
    toy_notebook,
)

from imbalance_grader import cli, commands
from imbalance_grader.class_run import standings
from imbalance_grader.class_run.workers import LocalWorkers
from imbalance_grader.course.classroom import Classroom
from imbalance_grader.notebook.engine import Engine
from imbalance_grader.notebook.results import Limits


@pytest.fixture(scope="session")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a course whose assignment is in the gradebook: nbgrader takes seconds for a new one."""
    root = tmp_path_factory.mktemp("registered")
    folder = root / "solutions" / ASSIGNMENT
    folder.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIG)
    nbformat.write(toy_notebook(), folder / "toy.ipynb")
    classroom = Classroom(root)
    classroom.register(classroom.assignment(ASSIGNMENT))
    return root


@pytest.fixture
def course(registered: Path, tmp_path: Path) -> Course:
    return Course(Path(shutil.copytree(registered, tmp_path / "course")))


@pytest.fixture
def classroom(course: Course) -> Classroom:
    return Classroom(course.root)


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> PretendedEngine:
    """Let the command grade with an engine that only looks at the text of answers."""
    engine = PretendedEngine()
    monkeypatch.setattr(commands, "local_workers", lambda *_, **__: crew_of(engine)())
    return engine


@pytest.fixture
def reckoned(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows whenever it is reckoned where everybody stands."""
    times: list[int] = []
    people = standings.people
    monkeypatch.setattr(standings, "people", lambda room: times.append(1) or people(room))
    return times


@pytest.fixture
def command(course: Course, pretended: PretendedEngine) -> Callable[..., int]:
    """Return the command, told where the course is."""
    return lambda *arguments: cli.main([*arguments, "--course", str(course.root)])


@pytest.fixture
def engine_of_the_command(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command grade with the engine that runs already."""

    @contextlib.contextmanager
    def workers(jobs, limits, allow_unprotected, config) -> Iterator[LocalWorkers]:
        engine.limits = limits or Limits()
        monkeypatch.setattr(engine, "_config", config)
        crew = LocalWorkers(engine, jobs)
        try:
            yield crew
        finally:
            crew.close()

    monkeypatch.setattr(commands, "local_workers", workers)
