"""Only the text of answer cells is taken from a submission, and only from a regular file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from imbalance_grader import intake

RELEASED = {"mean": "raise NotImplementedError()", "essay": "YOUR ANSWER HERE"}


def cell(name: str | None, source: Any, **more: Any) -> dict[str, Any]:
    metadata = {} if name is None else {"nbgrader": {"grade_id": name}}
    return {"cell_type": "code", "metadata": metadata, "source": source} | more


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "submitted" / "ada" / "warm-up"
    folder.mkdir(parents=True)
    return folder / "lesson.ipynb"


def read(place: Path, *cells: Any) -> tuple[dict[str, str], list[str]]:
    place.write_text(json.dumps({"nbformat": 4, "cells": list(cells)}))
    return intake.read_answers(place, RELEASED)


def test_text_is_taken_by_name_and_nothing_else(place: Path) -> None:
    answers, remarks = read(
        place,
        cell(None, "own helper"),
        cell("mean-check", "212"),
        cell("mean", ["def mean(v):\n", "    return 1"], outputs=["anything"]),
        cell("essay", "because"),
    )
    assert answers == {"mean": "def mean(v):\n    return 1", "essay": "because"}
    assert remarks == []


def test_absent_answers_are_absent(place: Path) -> None:
    assert read(place, cell("essay", "because"))[0] == {"essay": "because"}


@pytest.mark.parametrize(
    ("texts", "counts"),
    [
        (["first", "second"], "second"),
        (["first", RELEASED["mean"]], "first"),
        ([RELEASED["mean"], "second"], "second"),
        ([RELEASED["mean"]] * 2, RELEASED["mean"]),
    ],
)
def test_last_changed_copy_of_an_answer_counts(place: Path, texts: list[str], counts: str) -> None:
    answers, remarks = read(place, *(cell("mean", text) for text in texts))
    assert answers == {"mean": counts}
    assert remarks == ["mean is there 2 times: the last changed one counts"]


def test_half_characters_are_made_writable(place: Path) -> None:
    answers, _ = read(place, cell("mean", "x = '\ud800'"))
    assert answers["mean"] == "x = '?'"
    answers["mean"].encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b"\xff\xfe{\x00}\x00", "byte order mark"),
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
        intake.read_answers(place, RELEASED)


@pytest.mark.parametrize("source", [7, None, {"a": 1}, ["x", 1]])
def test_answer_that_is_no_text_is_refused(place: Path, source: Any) -> None:
    with pytest.raises(intake.Malformed, match="answer mean is not text"):
        read(place, cell("mean", source))


def test_too_much_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(intake.Malformed, match="characters"):
        read(place, cell("mean", "x" * (intake.LONGEST_ANSWER + 1)))
    with pytest.raises(intake.Malformed, match="cells"):
        read(place, *[cell(None, "")] * (intake.MOST_CELLS + 1))
    monkeypatch.setattr(intake, "LARGEST_FILE", 1000)
    with pytest.raises(intake.Malformed, match="too large"):
        read(place, cell("mean", "x" * 1000))


def test_nothing_there_is_missing(place: Path) -> None:
    with pytest.raises(FileNotFoundError):
        intake.read_answers(place, RELEASED)


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
