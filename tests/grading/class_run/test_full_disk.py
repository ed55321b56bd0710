"""Commands where the disk is full or may not be written: said, nothing lost, and given again done.

A disk of two megabytes is filled up to some room, and a command given; then what filled it goes,
and the command is given again. This file is the program that does so, too, in a namespace in which
that disk is.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
from archive_helpers import Here, notebook, zipped
from class_run_helpers import ASSIGNMENT, dump_gradebook

from imbalance_grader import cli
from imbalance_grader.course.classroom import Classroom

SIZE = 2 << 20
ROOMS = (0, 8 << 10, 16 << 10, 64 << 10)
AFTER_THE_COPY = (8 << 10, 16 << 10, 64 << 10)  # once the gradebook is copied
OF_OTHER_WORK = {"timestamp.txt", "submission_secret.txt"}  # goes with what is replaced
COMMANDS = {
    "waive": ["waive", ASSIGNMENT, "test-half", "--reason", "Two readings."],
    "collect": ["collect", ASSIGNMENT, "{course}/sent.zip", "--platform", "folders", "--replace"],
    "export": ["export", ASSIGNMENT, "--canvas", "{course}/Grades.csv", "--unmarked"],
    "exchange": ["exchange", "{course}/exchange", "--course-id", "toy"],
    "course": ["course"],
}


def give(command: str, course: Path) -> tuple[int, str]:
    """Give a command; return its code and what it says to people."""
    said = io.StringIO()
    arguments = [each.format(course=course) for each in COMMANDS[command]]
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        code = cli.main([*arguments, "--course", str(course)])
    return code, " ".join(said.getvalue().split())


def state(course: Path) -> dict[str, object]:
    """Return what a person would miss: marks, decisions and what was handed in."""
    with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as book:
        assert book.execute("pragma integrity_check").fetchone() == ("ok",)
    found: dict[str, object] = {"marks": dump_gradebook(course / "gradebook.db")["grades"]}
    for path in sorted(course.rglob("*.json")):
        document = json.loads(path.read_text())
        if path.name == "waivers.json":
            document[ASSIGNMENT]["toy/test-half"].pop("since")
        if "exchange" not in path.name:
            found[str(path.relative_to(course))] = document
    for path in sorted(course.glob("submitted/*/*/*")):
        found[str(path.relative_to(course))] = path.read_text()
    for path in sorted(course.glob("grading/**/*.csv")):
        found[str(path.relative_to(course))] = path.read_text()
    found["half"] = [str(path) for path in course.rglob(".writing-*")]
    return found


def fill(disk: Path, room: int) -> Path:
    """Fill a disk but for some room; return what fills it."""
    about = os.statvfs(disk)
    filler = disk / "filler"
    filler.write_bytes(bytes(max(0, about.f_bavail * about.f_frsize - room)))
    return filler


def on_full_disks(given: Path, disk: Path) -> None:
    """Give each command on full disks, and print the rooms in which it was refused."""
    refused: dict[str, list[int]] = {}
    book = (given / "gradebook.db").stat().st_size
    for command in COMMANDS:
        fresh = Path(shutil.copytree(given, disk / "fresh"))
        assert give(command, fresh)[0] == 0
        whole = json.dumps(state(fresh), sort_keys=True).replace("/fresh/", "/course/")
        shutil.rmtree(fresh)
        for room in [*ROOMS, *(book + room for room in AFTER_THE_COPY)]:
            course = Path(shutil.copytree(given, disk / "course"))
            before = state(course)
            filler = fill(disk, room)
            code, said = give(command, course)
            if code:
                assert code == 2, (command, room, code, said)
                assert "Traceback" not in said, said
                assert f"error: {course}/" in said or "the gradebook: " in said, said
                assert "No space left on device" in said or "disk is full" in said, said
                refused.setdefault(command, []).append(room)
            after = state(course)
            lost = {Path(name).name for name in before if name not in after}
            assert lost <= OF_OTHER_WORK, (command, room, lost)
            assert after["half"] == [], after["half"]
            filler.unlink()
            assert give(command, course)[0] == 0, (command, room)
            assert json.dumps(state(course), sort_keys=True) == whole, (command, room)
            shutil.rmtree(course)
    print(json.dumps(refused))


def on_a_closed_disk(course: Path) -> None:
    """Give each command where nothing can be written, and print what it says."""
    print(json.dumps({command: give(command, course) for command in COMMANDS}))


@pytest.fixture
def graded(course, command):
    """A class of which everything is graded, and an archive with other work of one student's."""
    later = notebook(course, "Written on the next day. " * 500)
    for student in ("ann", "bob"):
        course.submit(student, half="WRONG")
    assert command("assignment", ASSIGNMENT) == 0
    with Classroom(course.root).gradebook() as gradebook:
        grade = gradebook.find_grade("test-half", "toy", ASSIGNMENT, "ann")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        gradebook.db.commit()
    zipped({"ann/toy.ipynb": later}, course.root / "sent.zip")
    (course.root / "Grades.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,01 toy (77)\n"
        "    Points Possible,,,,,10\n"
        "A,1,,ann,S,\nB,2,,bob,S,\n"
    )
    return course.root


def in_a_namespace(*how: str, program: list[str]) -> dict:
    run = subprocess.run(
        ["bwrap", "--dev-bind", "/", "/", *how, sys.executable, __file__, *program],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout)


def test_on_a_full_disk_nothing_is_lost_and_given_again_it_is_done(graded, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    how = ["--size", str(SIZE), "--tmpfs", str(disk)]
    refused = in_a_namespace(*how, program=["full", str(graded), str(disk)])
    assert set(refused) == set(COMMANDS)
    assert len({room for rooms in refused.values() for room in rooms}) > 1


def test_where_nothing_may_be_written_it_is_said_and_is_no_fault(graded):
    said = in_a_namespace("--ro-bind", str(graded), str(graded), program=["closed", str(graded)])
    assert set(said) == set(COMMANDS)
    for command, (code, text) in said.items():
        assert (command, code) == (command, 2)
        assert "Read-only file system" in text
        assert "Traceback" not in text


if __name__ == "__main__":
    with mock.patch("imbalance_grader.platforms.collect.Aside", Here):
        what, *paths = sys.argv[1:]
        {"full": on_full_disks, "closed": on_a_closed_disk}[what](*map(Path, paths))
