"""One version, said by ``pyproject.toml``; whatever else names one says the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from imbalance_grader import cli
from imbalance_grader.version import course_version

ROOT = Path(__file__).resolve().parents[1]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]


def test_the_instructors_distribution_has_it() -> None:
    text = (ROOT / "instructor" / "pyproject.toml").read_text("utf-8")
    assert tomllib.loads(text)["project"]["version"] == VERSION


def test_the_citation_has_it() -> None:
    text = (ROOT / "CITATION.cff").read_text("utf-8")
    assert re.findall(r"^version: (.+)$", text, re.MULTILINE) == [VERSION]


def test_the_changelog_begins_with_it_or_with_what_comes_after_it() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"^## \[([^\]]+)\]( - \d{4}-\d\d-\d\d)?$", text, re.MULTILINE)
    assert headings[0] == ("Unreleased", "")
    assert all(date for _, date in headings[1:])
    assert [name for name, _ in headings[1:2]] in ([VERSION], [])


def test_the_command_says_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out == f"imbalance-lab-grade {VERSION}\n"
    assert course_version() == VERSION
