"""README, CONTRIBUTING and docs say what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from released import ROOT, points

from imbalance_lab.build.source import read_source

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if not target.startswith(("http", "mailto"))]
    missing = [target for target in local if not (page.parent / target).exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_targets_that_are_named_exist(page: Path) -> None:
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    in_code = set(re.findall(r"`make ([a-z]+)", page.read_text(encoding="utf-8")))
    assert in_code <= known


@pytest.mark.parametrize("picture", re.findall(r"!\[(.*?)\]\((.*?)\)", PAGES[0].read_text("utf-8")))
def test_pictures_of_the_readme_have_words(picture: tuple[str, str]) -> None:
    assert len(picture[0]) > 20 or "badge" in picture[1]
