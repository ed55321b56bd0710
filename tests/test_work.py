"""A student's work as one file, and back again, with nothing lost."""

from __future__ import annotations

import os
import random
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from released import ROOT

from imbalance_lab.progress.record import Entry, add, read
from imbalance_lab.work import pack_work, take_up_work

COPY = "my-copies/02-metrics/wilson_interval-2026-03-02-101500.py"
FIRST, SECOND = "lessons/00-start-here/start-here.ipynb", "lessons/02-metrics/metrics.ipynb"
ONE, TWO, THREE = (f"02-metrics/metrics/{name}" for name in ("one", "two", "three"))
MINE = (FIRST, SECOND, COPY, "my-progress.json")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    for name in MINE:
        write(tmp_path / "course" / name, f"my {name}")
    for name in (
        *("README.md", "imbalance_lab/x.py", "lessons/notes.txt", "lessons/00-start-here/data.csv"),
        "lessons/00-start-here/.ipynb_checkpoints/start-here-checkpoint.ipynb",
    ):
        write(tmp_path / "course" / name, "no work")
    return tmp_path / "course"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def archive_of(folder: Path, *names: str) -> Path:
    with zipfile.ZipFile(folder / "other.zip", "w") as archive:
        for name in names:
            archive.writestr(name, "from elsewhere")
    return folder / "other.zip"


def everything(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".zip"
    }


def test_notebooks_copies_and_the_progress_are_packed_and_nothing_else(course, monkeypatch):
    monkeypatch.chdir(course)
    os.utime(course / FIRST, (0, 0))  # as in images that are made to be the same each time
    packed = pack_work(course)
    with zipfile.ZipFile(course / "my-work.zip") as archive:
        assert sorted(archive.namelist()) == sorted(MINE)
        assert archive.read(FIRST).decode() == f"my {FIRST}"
    assert str(packed).startswith("2 notebooks, as last saved, are in my-work.zip")
    assert '<a href="my-work.zip" download="my-work.zip">' in packed._repr_html_()


def test_it_is_found_from_a_lessons_own_folder(course, monkeypatch, capsys):
    monkeypatch.chdir((course / FIRST).parent)
    packed = pack_work()
    assert (course / "my-work.zip").is_file()
    assert '<a href="../../my-work.zip" download="my-work.zip">' in packed._repr_html_()
    take_up_work()
    assert "4 files taken up, 4 of them unchanged." in capsys.readouterr().out


def test_a_damaged_notebook_is_packed_as_it_is_and_told_of(course):
    shutil.copy(ROOT / FIRST, course / FIRST)  # in order
    packed = pack_work(course)
    _, told = str(packed).split("\n")
    assert told.startswith(f"{SECOND} is damaged.")
    assert f"from imbalance_lab.lessons import mend; mend('{SECOND}')" in told
    assert f"<p>{SECOND} is damaged." in packed._repr_html_()


def test_work_is_taken_up_in_a_fresh_course_and_what_was_there_is_kept(course, tmp_path, capsys):
    pack_work(course)
    fresh = tmp_path / "fresh"
    write(fresh / FIRST, "released")
    write(fresh / SECOND, f"my {SECOND}")
    take_up_work(course / "my-work.zip", fresh)
    there = everything(fresh)
    (kept,) = (name for name in there if name.startswith("before-"))
    assert kept.endswith(f"/{FIRST}")
    assert there == {
        **{name: f"my {name}" for name in MINE},
        kept: "released",
    }
    said = capsys.readouterr().out
    assert "4 files taken up, 1 of them unchanged." in said
    assert "1 files that were here and differed are now in before-" in said


def test_of_progress_here_and_there_the_better_state_is_kept(course, tmp_path, capsys):
    here, fresh = course / "my-progress.json", tmp_path / "fresh"
    here.unlink()
    solved, tried = Entry(2, "2026-03-02T10:15:00+00:00"), Entry(failed=True, hints=1)
    add(here, {ONE: solved, TWO: tried})
    pack_work(course)
    add(fresh / here.name, {ONE: tried, TWO: solved, THREE: solved})
    take_up_work(course / "my-work.zip", fresh)
    both = replace(solved, failed=True, hints=1)
    assert read(fresh / here.name) == {ONE: both, TWO: both, THREE: solved}
    assert "Your progress is that of both" in capsys.readouterr().out
    assert not list(fresh.glob("before-*"))


@pytest.mark.parametrize("damaged", ["here", "there"])
def test_progress_that_is_damaged_is_kept_beside_the_other(course, tmp_path, damaged):
    sound, other = (
        (course, tmp_path / "fresh") if damaged == "there" else (tmp_path / "fresh", course)
    )
    (course / "my-progress.json").unlink()
    add(sound / "my-progress.json", {ONE: Entry(2, "2026-03-02T10:15:00+00:00")})
    write(other / "my-progress.json", "no record")
    pack_work(course)
    before = {path.read_text() for path in tmp_path.rglob("my-progress.json")}
    take_up_work(course / "my-work.zip", tmp_path / "fresh")
    assert {path.read_text() for path in (tmp_path / "fresh").rglob("my-progress.json")} == before


@pytest.mark.parametrize(
    "name",
    [
        "../outside.ipynb",
        "lessons/../../outside.ipynb",
        "/tmp/outside.ipynb",
        "lessons/00-start-here/../../../outside.ipynb",
        "lessons\\00-start-here\\x.ipynb",
        "lessons/00-start-here/conftest.py",
        ".jupyter/jupyter_server_config.py",
        "imbalance_lab/checks/check.py",
        "my-progress/../x.json",
        "my-copies/02-metrics/../../x.py",
        "my-copies/x.py",
    ],
)
def test_an_archive_with_anything_else_changes_nothing(course, name):
    before = everything(course.parent)
    with pytest.raises(ValueError, match=r"other\.zip was not made by pack_work: it holds"):
        take_up_work(archive_of(course, FIRST, name), course)
    assert everything(course.parent) == before


def test_an_archive_that_unpacks_without_end_or_is_damaged_changes_nothing(course, monkeypatch):
    before = everything(course.parent)
    monkeypatch.setattr("imbalance_lab.work.LARGEST", 20)
    archive = archive_of(course, FIRST, "lessons/02-metrics/metrics.ipynb")
    with pytest.raises(ValueError, match=r"other\.zip was not made by pack_work: it is too large"):
        take_up_work(archive, course)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(FIRST, "a" * 9 + "b" * 9)
    start = archive.read_bytes().index(FIRST.encode()) + len(FIRST)
    content = bytearray(archive.read_bytes())
    content[start] = 0xFF  # no kind of block that there is
    archive.write_bytes(content)
    with pytest.raises(ValueError, match=r"other\.zip cannot be read as an archive"):
        take_up_work(archive, course)
    assert everything(course.parent) == before


@pytest.mark.parametrize("kind", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_an_archive_that_is_damaged_anywhere_is_said_in_one_line(course, kind):
    archive = course / "other.zip"
    with zipfile.ZipFile(archive, "w", kind) as file:
        file.writestr(FIRST, "a b" * 40)
    whole, draw = archive.read_bytes(), random.Random(0)
    said = set()
    for _ in range(500):
        damaged = bytearray(whole)
        damaged[draw.randrange(len(whole))] = draw.randrange(256)
        archive.write_bytes(damaged)
        try:
            take_up_work(archive, course)
        except ValueError as error:  # anything else would be a traceback for a student
            said.add(str(error)[:36])
    assert "other.zip cannot be read as an archi" in said


def test_hostile_names_are_shown_as_text(course, tmp_path):
    (course / "lessons" / "00-start-here" / "a\x1b]0;b\x07\nc.ipynb").write_text("no notebook")
    assert "\x1b" not in str(pack_work(course))
    for content in (None, "no archive"):
        place = tmp_path / "a\x1b[2J\nb.zip"
        if content:
            place.write_text(content)
        with pytest.raises(ValueError, match=r"a\\x1b\[2J\\nb\.zip"):
            take_up_work(place, course)


def test_what_is_missing_or_no_archive_is_said(course, tmp_path):
    with pytest.raises(ValueError, match=r"there is no .*my-work\.zip: upload it first"):
        take_up_work(course / "my-work.zip", course)
    (tmp_path / "my-work.zip").write_text("no archive")
    with pytest.raises(ValueError, match=r"my-work\.zip cannot be read as an archive"):
        take_up_work(tmp_path / "my-work.zip", course)
    with pytest.raises(ValueError, match=r"course must be the folder with lessons/ in it, got"):
        pack_work(tmp_path / "nowhere")
