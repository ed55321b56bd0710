"""The decision card says what the lessons measured, in the lesson and on its own page."""

from __future__ import annotations

import re
from functools import cache

import nbformat
import pytest
from released import ROOT

CARD = ROOT / "docs" / "decision-card.md"
NUMBER = re.compile(r"[-+]?\d[\d,]*\.\d+|[-+]\d+|\d+,\d{3}")


def table(text: str) -> list[list[str]]:
    """Return the cells of each row of the card, without its two head rows."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


ROWS = table(CARD.read_text(encoding="utf-8"))


@cache
def shown_in(lesson: str) -> str:
    """Return all that the solved notebooks of a lesson print or show as text."""
    texts = []
    for path in sorted(ROOT.glob(f"solutions/{lesson}-*/*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                texts.append(output.get("text", ""))
                texts.append(output.get("data", {}).get("text/plain", ""))
    return "\n".join(texts)


def numbers(text: str) -> list[str]:
    return NUMBER.findall(text.replace("−", "-"))


def is_shown(number: str, text: str) -> bool:
    """Return whether a number stands in a text by itself: -0.14 is no part of -0.141."""
    return bool(re.search(rf"(?<![\d.]){re.escape(number)}(?!\d|[.,]\d)", text))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].split("**")[1])
def test_each_line_has_a_number_that_its_lesson_measured(row: list[str]) -> None:
    _, advice, measured, lesson = row
    assert advice
    quoted = numbers(measured)
    assert quoted
    missing = [number for number in quoted if not is_shown(number, shown_in(lesson))]
    assert not missing, f"lesson {lesson} no longer shows {missing}"


def test_a_number_that_no_lesson_shows_is_found() -> None:
    assert numbers("It was +0.987 of €12,345, not −0.5.") == ["+0.987", "12,345", "-0.5"]
    assert not is_shown("+0.987654", shown_in("09"))


def test_a_number_is_not_shown_by_a_longer_one() -> None:
    assert is_shown("-0.14", "it changed by -0.14.")
    assert not is_shown("-0.14", "it changed by -0.141 and by -0.14,5")
    assert not is_shown("0.14", "10.14")


def test_every_lesson_with_evidence_has_a_line() -> None:
    assert {row[3] for row in ROWS} == {f"{n:02d}" for n in range(1, 13)} - {"03", "08"}
    assert len(ROWS) <= 16, "the card fits on one page"


def test_the_lesson_shows_the_same_card() -> None:
    lesson = nbformat.read(ROOT / "solutions/12-capstone/capstone.ipynb", as_version=4)
    (cell,) = [c.source for c in lesson.cells if c.source.startswith("## The decision card")]
    page = CARD.read_text(encoding="utf-8")
    assert cell.split("\n", 1)[1].strip() == page.split("\n", 1)[1].strip()
