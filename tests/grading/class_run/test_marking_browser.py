"""Three answers are marked by keyboard in a real browser, a hostile one among them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from class_run_helpers import PretendedEngine, crew_of
from playwright.sync_api import Page, expect, sync_playwright
from released import ROOT
from test_marking_attacks import HOSTILE

from imbalance_grader.class_run.run import Options, grade_class
from imbalance_grader.course.classroom import Classroom
from imbalance_grader.course.gradebook import comments, entries

pytestmark = pytest.mark.browser

LESSON = "01-accuracy-paradox"
NOTEBOOK = "accuracy-paradox"
SCREENSHOTS = ROOT / "test-results"
ACTS = "<script>window.ran = 1</script><img src=x onerror='window.ran = 1'>"
TWO_KEYS_AT_ONCE = """
for (const key of ["n", "3"]) {
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
}
"""
ANSWERS = {
    "ada": (
        "The number says little: a detector that never raises an alarm reaches\n\n"
        "$$\\text{accuracy} = 1 - \\frac{1}{250} = 99.6\\,\\%$$\n\nas well. I would ask for the "
        "**four counts** on machines that it has not seen, and for the prices $c_{FN}$ and "
        "$c_{FP}$ of a miss and of a false alarm, and compare the cost with *doing nothing*."
    ),
    "bela": "\n\n".join([ACTS, *HOSTILE.values()]).replace("\ud800", ""),
    # What is let through is kept in its place: letters with towers of accents, steps to the left.
    "chen": "\n\n".join(
        (
            "It is very accurate, so we should roll it out.",
            f"{'a' + chr(0x301) * 300} " * 40,
            "$" + "\\!" * 900 + "\\text{3 of 3 points}$",
            "W" * 5000,
        )
    ),
}
# Where a click would meet the answer, and the answer is not.
REACHES_OUT = """
() => {
  const answer = document.getElementById("answer"), box = answer.getBoundingClientRect();
  const out = [];
  for (let x = 2; x < innerWidth; x += 19) for (let y = 2; y < innerHeight; y += 19) {
    const inside = x > box.left && x < box.right && y > box.top && y < box.bottom;
    if (!inside && answer.contains(document.elementFromPoint(x, y))) out.push([x, y]);
  }
  return [out, getComputedStyle(answer).contain];
}
"""


@pytest.fixture(scope="module")
def class_of_three(registered: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real lesson, handed in by three, graded; the hostile answer as it was typed."""
    root = Path(shutil.copytree(registered, tmp_path_factory.mktemp("marking") / "course"))
    source = root / "solutions" / LESSON / f"{NOTEBOOK}.ipynb"
    source.parent.mkdir()
    shutil.copy2(ROOT / "solutions" / LESSON / source.name, source)
    for student, text in ANSWERS.items():
        notebook = nbformat.read(source, as_version=4)
        written(notebook).source = text
        folder = root / "submitted" / student / LESSON
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / source.name)
    classroom = Classroom(root)
    grade_class(classroom, classroom.assignment(LESSON), crew_of(PretendedEngine()), Options())
    # As `nbgrader autograde` alone would leave it; our own grader shows it as text.
    path = root / "autograded" / "bela" / LESSON / source.name
    notebook = nbformat.read(path, as_version=4)
    written(notebook).source = ANSWERS["bela"]
    path.unlink()
    nbformat.write(notebook, path)
    return root


def written(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return next(
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "reflection"
    )


@pytest.fixture
def marking(class_of_three: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Give the command as an instructor does; yield it with the address that it prints."""
    command = subprocess.Popen(
        [
            *(sys.executable, "-m", "imbalance_grader", "mark", LESSON),
            *("--course", str(class_of_three)),
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert command.stderr is not None
        found = None
        printed = []
        while found is None and (line := command.stderr.readline()):
            printed.append(line)
            found = re.search(r"http://127\.0\.0\.1:\d+/\S+", line)
        assert found is not None, "".join(printed)
        yield command, found[0]
    finally:
        command.kill()
        command.wait()


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        page = chromium.new_page(viewport={"width": 1180, "height": 900}, device_scale_factor=1)
        page.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)
        yield page
        chromium.close()


def turn(page: Page, key: str, heading: str) -> None:
    """Go to another answer by a key, and wait until that one takes keys."""
    page.keyboard.press(key)
    expect(page.locator("h1")).to_contain_text(heading)
    page.wait_for_load_state("load")


def shot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def looks_right(page: Page, name: str) -> None:
    """Look at the page in light, dark and on a phone; nothing is wider than it."""
    for scheme, width in (("light", 1180), ("dark", 1180), ("light", 390), ("dark", 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900 if width > 400 else 844})
        shot(page, f"{name}-{scheme}-{width}")
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) == 0, (name, scheme, width)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1180, "height": 900})


def test_three_answers_are_marked_by_keyboard_and_nothing_of_a_students_runs(
    class_of_three: Path, marking: tuple[subprocess.Popen[str], str], page: Page
) -> None:
    command, address = marking
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.accept()))
    saved, state, alarm = page.locator("#said"), page.locator("#state"), page.locator("#alarm")
    keys = page.keyboard

    page.goto(address)
    expect(page.locator("h1")).to_have_text("Written answers")
    base = page.url
    assert "token" not in base
    assert [cookie["path"] for cookie in page.context.cookies()] == [
        base.removeprefix(origin(base))
    ]
    looks_right(page, "marking-list")

    turn(page, "n", "Answer 1 of 3")
    expect(page.locator(".scheme")).to_contain_text("compares with the constant answer")
    assert page.locator("#answer math").count() == 3
    keys.press("9")
    expect(alarm).to_have_text("A mark here is from 0 to 3.")
    keys.press("3")
    expect(saved).to_have_text("✓ Saved: 3 of 3 points.")
    expect(alarm).to_be_hidden()
    keys.press("c")
    keys.type("Well argued: 3 counts.")
    keys.press("Escape")
    expect(saved).to_have_text("✓ Saved: the comment.")
    expect(page.locator("#done")).to_have_text("1")
    page.set_viewport_size({"width": 1180, "height": 760})
    shot(page, "marking")  # the picture of docs/grading.md
    keys.press("Tab")  # what has the focus is to be seen
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"
    looks_right(page, "marking")

    keys.press("q")  # what is the same for all answers stays as it was left
    expect(page.locator("#question .typeset")).to_be_hidden()
    turn(page, "n", "Answer 2 of 3")
    expect(page.locator("#question .typeset")).to_be_hidden()
    expect(page.locator("#answer")).to_contain_text("shown as text, because of")
    keys.press("0")
    expect(saved).to_have_text("✓ Saved: 0 of 3 points.")
    looks_right(page, "marking-hostile")
    page.wait_for_timeout(300)  # for whatever might still run
    assert page.evaluate("window.ran") is None

    page.evaluate(TWO_KEYS_AT_ONCE)  # the second is meant for the next answer
    expect(page.locator("h1")).to_contain_text("Answer 3 of 3")
    page.wait_for_load_state("load")
    assert page.evaluate(REACHES_OUT) == [[], "paint"]
    looks_right(page, "marking-covering")
    turn(page, "ArrowLeft", "Answer 2 of 3")
    expect(state).to_have_text("0 of 3 points")
    turn(page, "ArrowRight", "Answer 3 of 3")
    keys.press("+")
    keys.press("+")
    expect(saved).to_have_text("✓ Saved: 1 of 3 points.")
    turn(page, "p", "Answer 2 of 3")
    expect(state).to_have_text("0 of 3 points")
    assert [url for url in asked if not url.startswith((base, "data:"))] == []
    assert said == []

    with sqlite3.connect(class_of_three / "gradebook.db") as other:
        other.execute("begin immediate")  # as formgrader may
        keys.press("2")
        expect(alarm).to_contain_text("Another program is writing into the gradebook")
        keys.press("n")  # is not followed while something is not saved
        other.rollback()
    expect(alarm).to_contain_text("Not saved.")
    keys.press("s")
    expect(saved).to_have_text("✓ Saved: 2 of 3 points.")
    expect(page.locator("h1")).to_contain_text("Answer 2 of 3")

    command.send_signal(signal.SIGINT)
    assert command.wait(timeout=60) == 0
    assert command.stderr is not None
    told = command.stderr.read()
    assert "Saved in the gradebook: 3 marks, 1 comment." in told
    assert f"Next: imbalance-lab-grade report {LESSON}" in told
    keys.press("1")
    expect(alarm).to_contain_text("Not saved. The command does not answer.")

    classroom = Classroom(class_of_three)
    found = entries(classroom, LESSON)
    marks = {student: entry.cells[NOTEBOOK, "reflection"] for student, entry in found.items()}
    assert marks == {"ada": 3.0, "bela": 2.0, "chen": 1.0}
    assert comments(classroom, LESSON) == {
        "ada": {(NOTEBOOK, "reflection"): "Well argued: 3 counts."}
    }


def origin(address: str) -> str:
    return re.match(r"http://[^/]+", address)[0]
