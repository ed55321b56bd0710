"""A student's hour in a real browser, against the JupyterLab that `make lab` starts."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright
from released import ROOT, fill_in, solution_cells

pytestmark = pytest.mark.browser

LESSON = "01-accuracy-paradox/accuracy-paradox"
SCREENSHOTS = ROOT / "test-results"
MINUTE = 60_000  # in Playwright's milliseconds; generous, since a busy machine is no failure
SWAPPED = """
def cost_of(y_true, y_pred, cost_fp, cost_fn):
    misses = sum(1 for t, p in zip(y_true, y_pred) if t == 1 and p == 0)
    alarms = sum(1 for t, p in zip(y_true, y_pred) if t == 0 and p == 1)
    return cost_fp * misses + cost_fn * alarms
""".strip()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Start `make lab` in a copy of the course; yield its address, token included, and folder."""
    copy = tmp_path_factory.mktemp("lab") / "course"
    files = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    ).stdout.split()
    for name in files:
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    (copy / ".venv").symlink_to(ROOT / ".venv")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"JUPYTER_CONFIG_DIR": str(copy / "jupyter"), "PYTHONHASHSEED": "0"}
    server = subprocess.Popen(
        ["make", "-o", ".venv/.installed", "lab", f"PORT={port}", "BROWSER=no"],
        cwd=copy,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield address_in(server), copy
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def address_in(server: subprocess.Popen[str]) -> str:
    """Return the address with its token that the server prints."""
    printed = []
    assert server.stdout is not None
    for line in server.stdout:
        printed.append(line)
        if found := re.search(r"http://\S+[?&]token=\w+", line):
            return found[0]
    pytest.fail(f"make lab printed no address:\n{''.join(printed)}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, lab: tuple[str, Path]) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1360, "height": 900}, device_scale_factor=1)
    page.set_default_timeout(MINUTE)
    yield page
    shot(page, "last")  # what the page showed when the test ended, for whoever mends it
    page.close()


def open_notebook(page: Page, address: str, path: str) -> None:
    base, token = re.fullmatch(r"(http://[^/]+)/.*token=(\w+)", address).groups()
    page.goto(f"{base}/lab/tree/{path}?reset&token={token}")  # no tab of an earlier test
    expect(page.locator(".jp-Notebook .jp-CodeCell").first).to_be_visible(timeout=2 * MINUTE)
    expect(page.locator(".jp-NotebookPanel-toolbar")).to_contain_text("Python 3")
    page.wait_for_selector('[data-status="idle"], .jp-Notebook-ExecutionIndicator')


def run_all(page: Page) -> None:
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    last = page.locator(".jp-Notebook .jp-CodeCell").last
    expect(last.locator(".jp-InputPrompt")).to_have_text(
        re.compile(r"\[\d+\]:"), timeout=5 * MINUTE
    )


def cell(page: Page, text: str) -> Locator:
    return page.locator(".jp-Notebook .jp-CodeCell").filter(has_text=text).first


def write(page: Page, target: Locator, text: str) -> None:
    target.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.keyboard.press("Shift+Enter")


def run(page: Page, target: Locator) -> None:
    target.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")


def shot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def validate(page: Page) -> Locator:
    page.locator(".jp-NotebookPanel-toolbar").get_by_text("Validate").click()
    dialog = page.locator(".jp-Dialog")
    expect(dialog).to_contain_text(re.compile("fail|Success|pass"), timeout=5 * MINUTE)
    return dialog


def test_an_unsolved_lesson_runs_to_its_end_and_its_explorer_moves(
    page: Page, lab: tuple[str, Path]
) -> None:
    address, folder = lab
    open_notebook(page, address, f"lessons/{LESSON}.ipynb")
    run_all(page)
    lesson = nbformat.read(folder / "lessons" / f"{LESSON}.ipynb", as_version=4)
    unsolved = [c for c in lesson.cells if "raises-exception" in c.metadata.get("tags", [])]
    may_fail = {c.source.splitlines()[0] for c in unsolved}
    for failed in page.locator(".jp-CodeCell:has([data-mime-type$='error'])").all():
        assert failed.locator(".cm-line").first.inner_text() in may_fail
    # What is not written yet is no red box: only what a lesson shows on purpose is one.
    checks = (
        page.locator(".jp-CodeCell").filter(has_text="check(").filter(has_text="not written yet")
    )
    assert checks.count() == 5
    assert checks.locator("[data-mime-type$='error']").count() == 0
    executed = page.locator(".jp-Notebook .jp-CodeCell .jp-InputPrompt")
    assert not [p for p in executed.all_text_contents() if not re.fullmatch(r"\[\d+\]:", p.strip())]

    explorer = page.locator(".jp-Notebook .jupyter-widgets").first
    handle = explorer.locator(".noUi-handle").first
    metrics = {m: page.locator(f'td[data-metric="{m}"]').first for m in ("tp", "recall", "cost")}
    handle.scroll_into_view_if_needed()
    before = {metric: cells.inner_text() for metric, cells in metrics.items()}
    picture = explorer.locator("img").get_attribute("src")
    handle.focus()
    for _ in range(40):
        page.keyboard.press("ArrowLeft")
    for metric, cells in metrics.items():
        expect(cells).not_to_have_text(before[metric])
    assert float(metrics["recall"].inner_text()) > float(before["recall"])
    assert explorer.locator("img").get_attribute("src") != picture
    explorer.scroll_into_view_if_needed()
    shot(page, "explorer")


def test_a_wrong_answer_is_named_and_the_right_one_passes_and_validates(
    page: Page, lab: tuple[str, Path]
) -> None:
    address, folder = lab
    others = [name for name in solution_cells(LESSON) if name != "cost-of"]
    path = folder / "lessons" / "01-accuracy-paradox" / "nearly-solved.ipynb"
    nbformat.write(fill_in(LESSON, others), path)
    open_notebook(page, address, str(path.relative_to(folder)))
    run_all(page)
    answer, graded = cell(page, "def cost_of("), cell(page, "check(cost_of, COST_OF)")

    write(page, answer, SWAPPED)
    run(page, cell(page, "cost_of([0, 0, 1, 1, 1]"))
    run(page, graded)
    expect(graded).to_contain_text(
        "This looks like a known mistake: the prices of false alarms and misses are swapped"
    )
    expect(graded).to_contain_text("For a first hint, run in a new cell")
    progress = cell(page, "progress()").locator("summary")
    expect(progress).to_contain_text("Lesson 01: 5 of 6 solved, 9 of 11 points")
    graded.scroll_into_view_if_needed()
    shot(page, "named-mistake")
    dialog = validate(page)
    expect(dialog).to_contain_text("The following cell failed")
    expect(dialog).to_contain_text("the prices of false alarms and misses are swapped")
    page.keyboard.press("Escape")

    write(page, answer, solution_cells(LESSON)["cost-of"])
    run(page, graded)
    expect(graded).to_contain_text("cost_of: right on this input.")
    expect(graded).not_to_contain_text("not right yet")
    expect(graded).to_contain_text("✓ cost_of: right on all")
    expect(progress).to_contain_text("Lesson 01: 6 of 6 solved, 11 of 11 points")
    expect(validate(page)).to_contain_text("Success! Your notebook passes all the tests.")
    shot(page, "validated")


def follow(page: Page, link: Locator, tab: str) -> Locator:
    """Click a link to a page of docs/; return the page as it is shown, not its source."""
    link.click()
    expect(page.locator(".lm-TabBar-tab.lm-mod-current").filter(has_text=tab)).to_be_visible()
    return page.locator(".jp-MarkdownViewer:visible")


def test_a_term_leads_to_its_entry_and_the_entry_back_to_a_lesson(
    page: Page, lab: tuple[str, Path]
) -> None:
    address, _ = lab
    open_notebook(page, address, f"lessons/{LESSON}.ipynb")
    glossary = follow(page, page.get_by_role("link", name="prevalence", exact=True), "glossary.md")
    expect(glossary.locator('[data-jupyter-id="prevalence"]')).to_be_in_viewport()
    expect(glossary.locator('[data-jupyter-id="accuracy"]')).not_to_be_in_viewport()
    shot(page, "glossary")
    glossary.locator('[data-jupyter-id="prevalence"] ~ p a').first.click()
    expect(
        page.locator(".lm-TabBar-tab.lm-mod-current", has_text="accuracy-paradox")
    ).to_be_visible()


def test_an_author_leads_to_the_reference(page: Page, lab: tuple[str, Path]) -> None:
    address, _ = lab
    open_notebook(page, address, f"lessons/{LESSON}.ipynb")
    link = page.get_by_role("link", name=re.compile("^Mining with rarity"))
    bibliography = follow(page, link, "bibliography.md")
    expect(bibliography.locator('[data-jupyter-id="weiss2004"]')).to_be_in_viewport()
    expect(bibliography.locator("h2").first).not_to_be_in_viewport()


def test_the_syllabus_draws_its_map(page: Page, lab: tuple[str, Path]) -> None:
    address, _ = lab
    base, token = re.fullmatch(r"(http://[^/]+)/.*token=(\w+)", address).groups()
    page.goto(f"{base}/lab/tree/docs/syllabus.md?reset&token={token}")
    drawing = page.locator(".jp-MarkdownViewer .jp-RenderedMermaid img")
    drawing.scroll_into_view_if_needed()
    expect(drawing).to_have_attribute("src", re.compile("Threshold%20tuning"))
    shot(page, "syllabus")
