"""Only the text of cells is taken from a submission, and only from a regular file."""

from __future__ import annotations

import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from imbalance_grader.notebook import intake
from imbalance_grader.notebook.intake import StudentCell


def cell(name: Any, source: Any, **more: Any) -> dict[str, Any]:
    metadata = {} if name is None else {"nbgrader": {"grade_id": name}}
    return {"cell_type": "code", "metadata": metadata, "source": source} | more


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "submitted" / "ada" / "warm-up"
    folder.mkdir(parents=True)
    return folder / "lesson.ipynb"


def read(place: Path, *cells: Any) -> list[StudentCell]:
    place.write_text(json.dumps({"nbformat": 4, "cells": list(cells)}))
    return intake.read_cells(place)


def test_text_and_names_are_taken_and_nothing_else(place: Path) -> None:
    found = read(
        place,
        cell(None, "own helper", id="a1"),
        cell("mean", ["def mean(v):\r\n", "    return 1"], outputs=["anything"]),
        {"cell_type": "markdown", "source": "because", "attachments": {"a": {}}},
        "no cell",
        cell(7, "x"),
    )
    assert found == [
        StudentCell(True, "own helper", id="a1"),
        StudentCell(True, "def mean(v):\n    return 1", "mean"),
        StudentCell(False, "because"),
        StudentCell(False, "", problem="it is no cell"),
        StudentCell(True, "x"),
    ]


def test_half_characters_are_made_writable(place: Path) -> None:
    (found,) = read(place, cell("mean", "x = '\ud800'"))
    assert found.text == "x = '?'"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_every_encoding_of_unicode_is_read(place: Path, encoding: str) -> None:
    text = json.dumps({"nbformat": 4, "cells": [cell("mean", "é = 1")]}, ensure_ascii=False)
    place.write_bytes(text.encode(encoding))
    assert intake.read_cells(place) == [StudentCell(True, "é = 1", "mean")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"\xff\xfe{\x00}", "not UTF-8"),
        ('{"nbformat": 4, "cells": ["ü"]}'.encode("latin-1"), "not UTF-8"),
        (b'{"nbformat": 4, "cells": [', "not a notebook"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "JSON, but not a notebook"),
        (b'{"nbformat": 3, "worksheets": []}', "format 4"),
        (b'{"nbformat": 4}', "no list of cells"),
        (b'{"nbformat": 4, "cells": {}}', "no list of cells"),
    ],
)
def test_broken_file_says_why(place: Path, data: bytes, words: str) -> None:
    place.write_bytes(data)
    with pytest.raises(intake.Malformed, match=words):
        intake.read_cells(place)


@pytest.mark.parametrize("source", [7, None, {"a": 1}, ["x", 1]])
def test_source_that_is_no_text_is_named(place: Path, source: Any) -> None:
    (found,) = read(place, cell("mean", source))
    assert (found.text, found.problem) == ("", "its text is not text")


def test_too_much_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = read(place, cell("mean", "x" * (intake.LONGEST_CELL + 1)))
    assert (found.text, "characters" in found.problem) == ("", True)
    with pytest.raises(intake.Malformed, match="cells"):
        read(place, *[cell(None, "")] * (intake.MOST_CELLS + 1))
    for name in ("MOST_BRACKETS", "MOST_COMMAS"):
        with monkeypatch.context() as patch:
            patch.setattr(intake, name, 10)
            with pytest.raises(intake.Malformed, match="too many values: clear the outputs"):
                read(place, cell("mean", "", outputs=[[], [], [], [], [], [], [], [], [], [], []]))
    monkeypatch.setattr(intake, "LARGEST_FILE", 1000)
    with pytest.raises(intake.Malformed, match="too large"):
        read(place, cell("mean", "x" * 1000))


def test_a_large_notebook_is_read_without_its_outputs(place: Path) -> None:
    """What a picture or a table weighs is neither the student's fault nor kept in memory."""
    picture = {"data": {"image/png": "A" * (3 << 20)}}
    cells = [cell(None, "plot()", outputs=[picture] * 3), *[cell("mean", "x = 1")] * 3]
    read(place, *cells)  # written once
    tracemalloc.start()
    found = intake.read_cells(place)
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [each.text for each in found] == ["plot()", "x = 1", "x = 1", "x = 1"]
    size = place.stat().st_size
    assert size > 9 << 20
    assert held < 100_000
    assert peak < 4 * size


def test_nothing_there_is_missing(place: Path) -> None:
    with pytest.raises(FileNotFoundError):
        intake.read_cells(place)


def test_link_to_a_file_is_not_followed(place: Path, tmp_path: Path) -> None:
    target = tmp_path / "secret.ipynb"
    target.write_text("{}")
    place.symlink_to(target)
    with pytest.raises(intake.Malformed, match="links are not followed"):
        intake.read_regular_file(place)


@pytest.mark.parametrize("levels", [1, 2])
def test_link_in_the_folders_above_is_not_followed(
    place: Path, tmp_path: Path, levels: int
) -> None:
    place.write_text("{}")
    folder = place.parents[levels - 1]
    moved = tmp_path / "elsewhere"
    folder.rename(moved)
    folder.symlink_to(moved)
    with pytest.raises(intake.Malformed, match="links are not followed"):
        intake.read_regular_file(place)


def test_link_above_the_students_folder_is_the_instructors(place: Path, tmp_path: Path) -> None:
    """The course itself may lie behind a link, such as a mounted home."""
    place.write_text("{}")
    (tmp_path / "course").symlink_to(tmp_path / "submitted")
    path = tmp_path / "course" / "ada" / "warm-up" / "lesson.ipynb"
    assert intake.read_regular_file(path) == b"{}"


def test_hard_link_is_refused(place: Path, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("{}")
    place.hardlink_to(tmp_path / "other")
    with pytest.raises(intake.Malformed, match="hard link"):
        intake.read_regular_file(place)


def test_pipe_is_refused_at_once(place: Path) -> None:
    os.mkfifo(place)
    with pytest.raises(intake.Malformed, match="not a regular file"):
        intake.read_regular_file(place)


def test_folder_is_refused(place: Path) -> None:
    place.mkdir()
    with pytest.raises(intake.Malformed, match="not a regular file"):
        intake.read_regular_file(place)
