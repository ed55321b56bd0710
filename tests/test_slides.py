"""The slides of the half-day plan: what the plan says, whole without a network, legible."""

from __future__ import annotations

import functools
import http.server
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright
from released import ROOT

from imbalance_site.slides.__main__ import TEXT

pytestmark = pytest.mark.timeout(600)  # the first test builds the slides, on whatever machine

NARROW = 8  # pixels by which rounding may make a slide's content seem taller than it is


@pytest.fixture(scope="module")
def slides(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("slides")
    made = subprocess.run(
        [sys.executable, "-m", "imbalance_site.slides", "--folder", folder],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    assert made.stdout.strip().startswith("the slides are in ")
    return folder / "html"


@pytest.fixture
def page(slides: Path) -> BeautifulSoup:
    return BeautifulSoup((slides / "index.html").read_text(encoding="utf-8"), "html.parser")


def plan() -> dict[str, tuple[str, str, list[str]]]:
    """Return of each lesson of the half-day plan: its start, its minutes and its sections."""
    text = (ROOT / "docs" / "syllabus.md").read_text(encoding="utf-8")
    half = text.split("## Half a day")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([\d:]+) \| (\d+) \| \[Lesson (\d\d)\]\S+ .*\| (.*) \|$", half, re.M)
    found = {lesson: (start, minutes, titles) for start, minutes, lesson, titles in rows}
    return {
        lesson: (start, minutes, re.findall(r"\*([^*]+)\*", titles))
        for lesson, (start, minutes, titles) in found.items()
    }


def test_each_lesson_of_the_plan_has_its_slides_in_order_and_at_its_time() -> None:
    chapters = re.split(r"^## ", TEXT.read_text(encoding="utf-8"), flags=re.MULTILINE)
    taught = {c[len("Lesson ") :][:2]: c for c in chapters if c.startswith("Lesson ")}
    assert list(taught) == list(plan())
    for lesson, (start, _, sections) in plan().items():
        assert f"\n{start}, " in taught[lesson], f"lesson {lesson} begins at {start}"
        said = taught[lesson]
        missing = [title for title in sections if f"### {title}" not in said]
        missing = [title for title in missing if f"{{lesson-picture}} {title}\n" not in said]
        assert missing == [], f"sections of lesson {lesson} in the plan that no slide has"


def test_every_picture_says_what_it_shows_and_is_there(slides: Path, page: BeautifulSoup) -> None:
    pictures = page.select(".slides img")
    assert len(pictures) == TEXT.read_text(encoding="utf-8").count("{lesson-picture}") >= 6
    for picture in pictures:
        assert len(picture["alt"]) > 40
        assert (slides / picture["src"]).is_file()


def test_nothing_comes_from_another_host(slides: Path, page: BeautifulSoup) -> None:
    addresses = [tag["src"] for tag in page.select("[src]")]
    addresses += [tag["href"] for tag in page.select("link[href]")]
    assert [address for address in addresses if "//" in address] == []
    sheets = [slides / tag["href"].partition("?")[0] for tag in page.select("link[href]")]
    loaded = [
        found
        for sheet in sheets
        if sheet.suffix == ".css"
        for found in re.findall(r"(?:@import\s+)?url\(([^)]*)\)", sheet.read_text("utf-8"))
    ]
    assert [address for address in loaded if "//" in address] == []


def test_a_picture_that_no_lesson_has_is_an_error(tmp_path, monkeypatch, capsys) -> None:
    from imbalance_site.slides import __main__ as slides

    text = TEXT.read_text(encoding="utf-8")
    wrong = tmp_path / "half-day.md"
    wrong.write_text(text.replace(":lesson: 04\n", ":lesson: 04\n:number: 9\n"), encoding="utf-8")
    monkeypatch.setattr(slides, "TEXT", wrong)
    assert slides.build(tmp_path / "made") != 0
    assert "pictures that may be shown, not 9" in capsys.readouterr().err


@pytest.fixture
def served(slides: Path) -> Iterator[str]:
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(slides))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/index.html"
    server.shutdown()


@pytest.mark.browser
def test_every_slide_fits_its_screen_and_loads_without_errors(served: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        tab = browser.new_page(viewport={"width": 1280, "height": 720})
        faults: list[str] = []
        tab.on("pageerror", lambda error: faults.append(str(error)))
        tab.on("requestfailed", lambda request: faults.append(request.url))
        tab.goto(served)
        tab.wait_for_function("window.Reveal && Reveal.isReady()")
        heights = tab.evaluate(
            """() => Reveal.getSlides().map(slide => {
                const {h, v} = Reveal.getIndices(slide);
                Reveal.slide(h, v);
                return [slide.querySelector('h1, h2, h3').textContent, slide.scrollHeight];
            })"""
        )
        browser.close()
    assert faults == []
    headings = re.findall(r"^#+ ", TEXT.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(heights) == len(headings)
    limit = 0.92 * 720 + NARROW  # the height of a slide less its margin
    assert [title for title, height in heights if height > limit] == []
