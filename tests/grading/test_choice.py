"""Of the files in a folder the one that is meant counts, or all are named: never a silent zero."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_course import RIGHT, Course, make_course

from imbalance_grader.class_run.workers import grade_papers
from imbalance_grader.course.classroom import Assignment
from imbalance_grader.course.handed_in import take
from imbalance_grader.notebook.choice import beside
from imbalance_grader.notebook.engine import Engine
from imbalance_grader.notebook.results import Graded, State

WORKED, UNTOUCHED, OTHER, BROKEN = "worked", "untouched", "other", "broken"
EXPECTED = "lesson.ipynb"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_course(tmp_path_factory.mktemp("choice") / "course")


@pytest.fixture
def folder(course: Course) -> Iterator[Path]:
    place = course.submission("ada").parent
    place.mkdir(parents=True)
    yield place
    shutil.rmtree(place.parent)


def lay(course: Course, path: Path, what: str) -> None:
    texts = {
        WORKED: json.dumps(course.answered(RIGHT)),
        UNTOUCHED: json.dumps(course.released()),
        OTHER: json.dumps({"nbformat": 4, "cells": []}),
        BROKEN: "{",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(texts.get(what, what))


def grade(engine: Engine, course: Course, folder: Path) -> Graded:
    papers = take(folder, ["lesson"]).papers
    (graded,) = grade_papers(engine, Assignment("warm-up", (course.source,)), "ada", papers)
    return graded


RENAMED = (
    "lesson (1).ipynb",
    "lesson-Copy1.ipynb",
    "ada_12345_678901_lesson-1.ipynb",
    "Ada Lovelace_42_assignsubmission_file_lesson.ipynb",
    "Lesson.ipynb",
    "lesson.IPYNB",
    "lesson.ipynb.txt",
    "lesson.ipynb.json",
    "my answers.ipynb",
    "lessons/warm-up/lesson.ipynb",
    "лекция.ipynb",
)


@pytest.mark.parametrize("name", RENAMED)
def test_the_only_notebook_counts_whatever_its_name(
    name: str, engine: Engine, course: Course, folder: Path
) -> None:
    lay(course, folder / name, WORKED)
    graded = grade(engine, course, folder)
    assert (graded.result.state, graded.result.points) == (State.GRADED, 6)
    assert graded.result.detail == f"{EXPECTED} is not there; {name} was graded in its place"


JUNK = (
    "._lesson.ipynb",
    "__MACOSX/._lesson.ipynb",
    ".ipynb_checkpoints/lesson-checkpoint.ipynb",
    ".DS_Store",
    "readme.txt",
)


def test_what_systems_leave_behind_is_nobodys_notebook(
    engine: Engine, course: Course, folder: Path
) -> None:
    for name in JUNK:
        lay(course, folder / name, WORKED)
    assert grade(engine, course, folder).result.state is State.MISSING
    lay(course, folder / EXPECTED, WORKED)
    assert (grade(engine, course, folder).result.detail) == ""


# What lies there, the state, the points, and words of the detail.
FOLDERS: dict[str, tuple[dict[str, str], State, float, tuple[str, ...]]] = {
    "untouched beside worked": (
        {EXPECTED: UNTOUCHED, "lesson (1).ipynb": WORKED},
        State.GRADED,
        6,
        ("lesson.ipynb is as it was handed out; lesson (1).ipynb, beside it, was graded",),
    ),
    "untouched beside untouched": (
        {EXPECTED: UNTOUCHED, "lesson (1).ipynb": UNTOUCHED},
        State.GRADED,
        0,
        ("handed in beside it, and without an answer: lesson (1).ipynb",),
    ),
    "untouched beside two": (
        {EXPECTED: UNTOUCHED, "lesson (1).ipynb": WORKED, "lesson (2).ipynb": WORKED},
        State.MALFORMED,
        0,
        ("lesson (1).ipynb, lesson (2).ipynb hold answers", "under the name lesson.ipynb"),
    ),
    "worked beside worked": (
        {EXPECTED: WORKED, "lesson (1).ipynb": WORKED},
        State.GRADED,
        6,
        ("not looked at, though handed in beside it: lesson (1).ipynb",),
    ),
    "two worked": (
        {"a.ipynb": WORKED, "b.ipynb": WORKED},
        State.MALFORMED,
        0,
        ("lesson.ipynb is not there, and a.ipynb, b.ipynb could be meant",),
    ),
    "worked and untouched": (
        {"a.ipynb": WORKED, "b.ipynb": UNTOUCHED},
        State.GRADED,
        6,
        ("a.ipynb was graded in its place",),
    ),
    "worked and another lesson": (
        {"a.ipynb": WORKED, "b.ipynb": OTHER},
        State.GRADED,
        6,
        ("a.ipynb was graded in its place",),
    ),
    "another lesson": (
        {"b.ipynb": OTHER},
        State.MALFORMED,
        0,
        ("lesson.ipynb is not there; found instead: b.ipynb, but it is no notebook of this",),
    ),
    "broken": (
        {EXPECTED: BROKEN, "lesson (1).ipynb": WORKED},
        State.MALFORMED,
        0,
        ("it is not a notebook", "(beside it: lesson (1).ipynb)"),
    ),
    "an archive": (
        {"lesson.zip": "PK"},
        State.MALFORMED,
        0,
        ("lesson.ipynb is not there; found instead: lesson.zip: unpack it",),
    ),
    "only code": (
        {"lesson.py": "x = 1"},
        State.MALFORMED,
        0,
        ("found instead: lesson.py: hand in the notebook itself",),
    ),
    "code beside it": (
        {EXPECTED: WORKED, "helpers.py": "x = 1"},
        State.GRADED,
        6,
        ("not looked at, though handed in beside it: helpers.py",),
    ),
    "too many": (
        {f"{n}.ipynb": WORKED for n in range(9)},
        State.MALFORMED,
        0,
        ("9 notebooks lie there", "keep the one that counts"),
    ),
    "names that act": (
        {"\x1b[31m\u202e.ipynb": OTHER},
        State.MALFORMED,
        0,
        ("found instead: \\x1b[31m\\u202e.ipynb, but",),
    ),
}


@pytest.mark.parametrize("name", FOLDERS)
def test_what_lies_in_a_folder_is_taken_or_named(
    name: str, engine: Engine, course: Course, folder: Path
) -> None:
    files, state, points, words = FOLDERS[name]
    for file, what in files.items():
        lay(course, folder / file, what)
    graded = grade(engine, course, folder)
    assert (graded.result.state, graded.result.points) == (state, points), graded.result.detail
    assert (graded.notebook is None) == (state is State.MALFORMED)
    assert all(word in graded.result.detail for word in words), graded.result.detail


def test_a_link_beside_it_is_not_followed(
    engine: Engine, course: Course, folder: Path, tmp_path: Path
) -> None:
    lay(course, tmp_path / "others.ipynb", WORKED)
    (folder / "mine.ipynb").symlink_to(tmp_path / "others.ipynb")
    (folder / "nested").symlink_to(tmp_path)
    result = grade(engine, course, folder).result
    assert result.state is State.MALFORMED
    assert "found instead: mine.ipynb, but mine.ipynb is a link" in result.detail
    assert "nested" not in str(beside(folder, ["lesson"]))


def test_a_backup_of_hard_links_says_how_to_mend_it(
    engine: Engine, course: Course, folder: Path, tmp_path: Path
) -> None:
    lay(course, folder / EXPECTED, WORKED)
    (tmp_path / "backup.ipynb").hardlink_to(folder / EXPECTED)
    result = grade(engine, course, folder).result
    assert result.state is State.MALFORMED
    assert "cp -r submitted own && rm -r submitted && mv own submitted" in result.detail


def test_each_notebook_of_an_assignment_has_what_bears_its_name(folder: Path) -> None:
    for name in ("focal-loss (1).ipynb", "Focal-Loss-PyTorch-1.ipynb", "notes.ipynb"):
        (folder / name).touch()
    assert beside(folder, ["focal-loss", "focal-loss-pytorch"]) == {
        "focal-loss": ["focal-loss (1).ipynb", "notes.ipynb"],
        "focal-loss-pytorch": ["Focal-Loss-PyTorch-1.ipynb"],
    }


def test_what_is_taken_has_room_for_one_large_notebook_only(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imbalance_grader.course.handed_in.LARGEST_FILE", 100)
    for name in "abc":
        (folder / f"{name}.ipynb").write_text("x" * 40)
    others = take(folder, ["lesson"]).papers["lesson"].beside
    assert [paper.refused for paper in others.values()] == [
        "",
        "",
        "there is too much in the folder",
    ]


def test_a_changed_file_beside_it_is_another_submission(folder: Path) -> None:
    (folder / EXPECTED).write_text("{}")
    alone = take(folder, ["lesson"]).fingerprint
    (folder / "lesson (1).ipynb").write_text("{}")
    both = take(folder, ["lesson"]).fingerprint
    (folder / "lesson (1).ipynb").write_text("[]")
    assert len({alone, both, take(folder, ["lesson"]).fingerprint}) == 3
