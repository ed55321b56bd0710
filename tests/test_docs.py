"""README, CONTRIBUTING and docs say what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from released import ROOT, points

from imbalance_builder.course import Course, Lesson
from imbalance_builder.source import read_source

NAMED = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
PAGES = [*(ROOT / name for name in NAMED), *sorted((ROOT / "docs").rglob("*.md"))]


def lesson_table() -> str:
    """Return the README's table of lessons, from the sources."""
    rows = ["| lesson | question | time | points |", "| --- | --- | --- | --- |"]
    for folder in sorted((ROOT / "solutions").iterdir()):
        sources = sorted(folder.glob("*.py"), key=lambda path: len(path.stem))
        if not sources:
            continue
        text = read_source(sources[0]).cells[0].source
        title, question = re.match(r"# \d\d · ([^:]+): (.+)", text).groups()
        minutes = re.search(r"\*\*Time\*\* (\d+)", text)[1]
        total = sum(
            sum(points(f"{folder.name}/{s.stem}", kind).values())
            for s in sources
            for kind in ("auto", "hand")
        )
        link = f"lessons/{folder.name}/{sources[0].stem}.ipynb"
        question = question[0].upper() + question[1:]
        number = folder.name[:2]
        rows.append(f"| [{number} · {title}]({link}) | {question} | {minutes} min | {total:g} |")
    return "\n".join(rows)


def test_the_readme_lists_every_lesson() -> None:
    table = lesson_table()
    assert table in (ROOT / "README.md").read_text(encoding="utf-8"), f"expected:\n{table}"


def local_links(text: str) -> list[str]:
    """Return where the links of a Markdown text lead, those to other sites left out."""
    prose = re.sub(r"^```.*?^```|`[^`\n]+`", "", text, flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)", prose)
    return [target for target in targets if not target.startswith(("http", "mailto"))]


def leads_nowhere(start: Path, target: str) -> bool:
    """Say whether a link's file is missing, or has no heading that is the link's anchor."""
    name, _, anchor = target.partition("#")
    path = (start.parent / name) if name else start
    if not path.exists():
        return True
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE) if anchor else []
    # What GitHub and JupyterLab agree on: small letters, hyphens for blanks.
    return bool(anchor) and anchor not in [heading.replace(" ", "-") for heading in headings]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = local_links(page.read_text(encoding="utf-8"))
    assert [link for link in links if leads_nowhere(page, link)] == []


@pytest.mark.parametrize("lesson", Course(ROOT).lessons(), ids=str)
def test_links_of_a_lesson_lead_somewhere_from_where_students_open_it(lesson: Lesson) -> None:
    cells = read_source(lesson.source).cells
    links = [link for c in cells if c.cell_type == "markdown" for link in local_links(c.source)]
    assert len(links) > 3
    assert [link for link in links if leads_nowhere(lesson.release, link)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_targets_that_are_named_exist(page: Path) -> None:
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    in_code = set(re.findall(r"`make ([a-z]+)", page.read_text(encoding="utf-8")))
    assert in_code <= known


@pytest.mark.parametrize("picture", re.findall(r"!\[(.*?)\]\((.*?)\)", PAGES[0].read_text("utf-8")))
def test_pictures_of_the_readme_have_words(picture: tuple[str, str]) -> None:
    assert len(picture[0]) > 20 or "badge" in picture[1]
