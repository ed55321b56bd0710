"""A small course in a temporary folder, and an engine that only pretends."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from class_run_helpers import ASSIGNMENT, CONFIG, Course, toy_notebook

from imbalance_lab.grading.classroom import Classroom


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
