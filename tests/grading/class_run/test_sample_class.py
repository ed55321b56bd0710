"""The made-up class: each answer stands on its own in a cell, and the class is always the same."""

from __future__ import annotations

import contextlib
import csv
import importlib
import io
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import answers as collected
import pytest
from drawn import drawn
from playwright.sync_api import sync_playwright
from released import ROOT

from imbalance_grader.course.classroom import ClassroomError
from imbalance_grader.sample_class import HOSTILE, NAMES, answer_text, make_sample_class

ASSIGNMENT = "00-start-here"
ENDINGS = {
    "mal-exit": "crashed",
    "mal-liar": "graded",
    "mal-loop": "timed out",
    "mal-memory": "out of memory",
    "mal-peek": "graded",
    "mal-script": "graded",
    "odd-empty": "malformed",
    "odd-format": "malformed",
    "odd-json": "malformed",
    "odd-link": "malformed",
    "odd-renamed": "graded",
    "odd-copy": "graded",
    "odd-split": "graded",
    "odd-own-cell": "graded",
    "odd-nameless": "graded",
    "josé": "graded",
    "absent-ann": "missing",
    "absent-bob": "missing",
}
# As right as the first student's, and only in an unusual place or shape.
UNUSUAL = ("odd-renamed", "odd-copy", "odd-split", "odd-own-cell", "odd-nameless", "josé")
ANSWERS = [
    pytest.param(module, answer, id=f"{found.name}-{answer.name}")
    for found in pkgutil.iter_modules(collected.__path__)
    for module in [importlib.import_module(f"answers.{found.name}")]
    for answer in module.answers.all
]


@pytest.mark.parametrize(("module", "answer"), ANSWERS)
def test_every_answer_stands_on_its_own_in_a_cell(module, answer):
    text = answer_text(module, answer.exercise, answer)
    names: dict = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(text, answer.name, "exec"), names)
    given = names[answer.exercise]
    assert given.__name__ == answer.name if callable(answer.value) else given == answer.value
    assert "answers." not in text  # no trace of how it was registered


def contents(root: Path) -> dict[str, bytes]:
    submitted = root / "submitted"
    return {
        str(path.relative_to(submitted)): path.read_bytes()
        for path in sorted(submitted.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def test_the_same_class_comes_each_time(tmp_path):
    answers = ROOT / "tests" / "answers"
    classes = [
        make_sample_class(ROOT, tmp_path / name, ASSIGNMENT, answers) for name in ("one", "two")
    ]
    first, second = (contents(classroom.root) for classroom in classes)
    assert first == second
    students = {submission.student for submission in classes[0].submissions(ASSIGNMENT)}
    assert students >= {*NAMES, *HOSTILE}
    assert len(students) >= 24
    notebooks = {text for name, text in first.items() if name.endswith(".ipynb")}
    assert len(notebooks) >= 20  # the students do not hand in the same


LESSONS = sorted(folder.name for folder in (ROOT / "lessons").iterdir() if folder.is_dir())


TRIED = {"01-accuracy-paradox", *drawn(LESSONS, 2, "sample class")}


@pytest.mark.parametrize(
    "assignment",
    [pytest.param(name, marks=[] if name in TRIED else pytest.mark.long) for name in LESSONS],
)
def test_a_class_can_be_made_of_each_lesson(assignment, tmp_path):
    """Whatever second notebooks it has, and where only right answers or wrong ones are known."""
    classroom = make_sample_class(ROOT, tmp_path / "class", assignment, ROOT / "tests" / "answers")
    students = {submission.student for submission in classroom.submissions(assignment)}
    assert students >= {*NAMES, *HOSTILE}
    perfect = next((classroom.root / "submitted" / NAMES[0] / assignment).glob("*.ipynb"))
    assert perfect.stem == assignment[3:]
    assert "# YOUR CODE HERE" not in perfect.read_text(encoding="utf-8")


def test_an_existing_folder_is_not_written_into(tmp_path):
    with pytest.raises(ClassroomError, match="is there already"):
        make_sample_class(ROOT, tmp_path, ASSIGNMENT, ROOT / "tests" / "answers")


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> tuple[subprocess.CompletedProcess, Path]:
    """What `make grade` does, with a lesson and limits that take less long."""
    folder = tmp_path_factory.mktemp("sample") / "class"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "imbalance_grader", "sample", ASSIGNMENT),
            *("--course", str(ROOT), "--output", str(folder), "--limit", "call_seconds=5"),
        ],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        cwd=folder.parent,
    )
    return done, folder


def test_it_is_graded_from_end_to_end_by_one_command(sample):
    done, folder = sample
    assert done.returncode == 0, done.stderr  # though some do not run to the end: they should not
    *table, grades, report = done.stdout.splitlines()
    assert grades == f"grades  {folder / 'grading' / ASSIGNMENT / 'grades.csv'}"
    assert report == f"report  {folder / 'grading' / ASSIGNMENT / 'report.html'}"
    states = dict(
        re.findall(
            r"^(\S+) +(graded|timed out|out of memory|crashed|malformed|missing|misplaced) ",
            "\n".join(table),
            re.MULTILINE,
        )
    )
    assert {name: states.pop(name) for name in ENDINGS} == ENDINGS
    assert {name: states.pop(name) for name in NAMES} == dict.fromkeys(NAMES, "graded")
    assert "to grade, " in done.stderr
    with (folder / "grading" / ASSIGNMENT / "grades.csv").open(encoding="utf-8") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {rows[name]["raw_score"] for name in UNUSUAL} == {rows[NAMES[0]]["raw_score"]}
    assert rows["odd-place/start-here.ipynb"]["status"] == "misplaced"
    feedback = list(folder.glob(f"feedback/*/{ASSIGNMENT}/*.html"))
    assert len(feedback) >= len(NAMES) + len(HOSTILE)


@pytest.mark.browser
def test_report_and_feedback_ask_for_nothing_but_themselves(sample):
    _, folder = sample
    feedback = sorted(folder.glob(f"feedback/*/{ASSIGNMENT}/*.html"))
    named = [page for page in feedback if "a known mistake" in page.read_text("utf-8")]
    shown = {
        "report": (folder / "grading" / ASSIGNMENT / "report.html", "body", 800),
        # No higher than what the check said: below it stands an answer, which no page shows.
        "feedback": (named[0], "section.item:has-text('a known mistake')", 345),
    }
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        for name, (path, part, height) in shown.items():
            page = chromium.new_page(viewport={"width": 1000, "height": height})
            asked, said = [], []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.on("console", lambda message, said=said: said.append(message.text))
            page.goto(path.as_uri())
            page.locator(part).first.evaluate("part => part.scrollIntoView()")
            (ROOT / "test-results").mkdir(exist_ok=True)
            page.screenshot(path=ROOT / "test-results" / f"{name}.png")  # those of docs/grading.md
            assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
            assert said == []
        chromium.close()
