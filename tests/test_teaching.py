"""Teaching notes speak of the lesson as it is, and reach no student."""

from __future__ import annotations

import importlib
import re
from pathlib import Path, PurePosixPath

import pytest
from released import ROOT

from imbalance_builder.handout.pages import INSTRUCTORS
from imbalance_builder.source import read_source
from imbalance_lab.checks import Exercise

FOLDER = ROOT / "docs" / "teaching"
PAGES = sorted(FOLDER.glob("[0-9]*.md"))
PARTS = (
    "Aim",
    "Before",
    "The mistake to expect",
    "Ask the room",
    "Timing",
    "Board",
    "When time is short",
)


def parts(page: Path) -> dict[str, str]:
    """Return the text of each part of a page, in one line."""
    text = page.read_text(encoding="utf-8")
    found = re.split(rf"^\*\*({'|'.join(PARTS)})\.\*\*", text, flags=re.MULTILINE)
    return {
        name: " ".join(body.split()) for name, body in zip(found[1::2], found[2::2], strict=True)
    }


def emphasised(text: str) -> set[str]:
    return set(re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", text))


def lesson(page: Path) -> str:
    (source,) = (ROOT / "solutions" / page.stem).glob(f"{page.stem[3:]}.py")
    return "\n".join(cell.source for cell in read_source(source).cells)


def mistakes(page: Path) -> set[str]:
    """Return the names of the mistakes that the checks of a lesson tell."""
    catalogue = importlib.import_module(
        f"imbalance_lab.exercises.{page.stem[3:].replace('-', '_')}"
    )
    exercises = [value for value in vars(catalogue).values() if isinstance(value, Exercise)]
    return {mistake.name for exercise in exercises for mistake in exercise.mistakes}


def test_each_lesson_has_a_page_and_the_first_page_lists_it() -> None:
    lessons = [path.name for path in sorted((ROOT / "solutions").glob("[0-9]*")) if path.is_dir()]
    assert [page.stem for page in PAGES] == lessons
    listed = re.findall(r"\]\((\d\d[^)]+)\)", (FOLDER / "README.md").read_text(encoding="utf-8"))
    assert listed == [page.name for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_every_part_and_says_for_whom_it_is(page: Path) -> None:
    assert tuple(parts(page)) == PARTS
    assert "**For instructors only.**" in page.read_text(encoding="utf-8")
    assert len(re.findall(r"(?<!\S)[123]\. ", parts(page)["Ask the room"])) == 3


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_it_names_mistakes_sections_and_minutes_that_are_there(page: Path) -> None:
    text = lesson(page)
    sections = set(re.findall(r"^#{2,3} (.+)$", text, re.MULTILINE))
    told = parts(page)
    assert emphasised(told["The mistake to expect"]) - mistakes(page) == set()
    for part in ("Timing", "When time is short"):
        assert emphasised(told[part]) - sections == set()
    assert (
        re.match(r"(\d+) minutes", told["Timing"])[1] == re.search(r"\*\*Time\*\* (\d+)", text)[1]
    )


def test_no_page_for_instructors_is_handed_out() -> None:
    for page in FOLDER.rglob("*"):
        path = PurePosixPath(page.relative_to(ROOT).as_posix())
        assert any(path.is_relative_to(folder) for folder in INSTRUCTORS)
