"""Together with nbgrader: the same gradebook as its own autograde, and formgrader goes on from it.

Where the two differ on purpose, a test of its own names it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest
from class_run_helpers import ASSIGNMENT, RIGHT, Course, dump_gradebook
from course import run_nbgrader
from playwright.sync_api import sync_playwright

from imbalance_grader import cli
from imbalance_grader.course.classroom import Classroom

pytestmark = pytest.mark.usefixtures("engine_of_the_command")
BIN = Path(sys.executable).parent


def grade(course: Course) -> int:
    return cli.main(["assignment", ASSIGNMENT, "--course", str(course.root), "--quiet"])


HONEST = {
    "perfect": {},
    "half-right": {"half": "def half(x):\n    return x"},
    "untouched-half": {"half": "raise NotImplementedError"},
    "quiz-part": {"quiz": "answers = {1: 'b', 2: 'a'}"},
    "quiz-none": {"quiz": "answers = {}"},
    "no-words": {"reflection": "Because the common class alone decides."},
    "raises": {"double": "def double(x):\n    return x + undefined"},
    "syntax": {"double": "def double(x:\n    return 2"},
}


def test_honest_submissions_get_the_same_gradebook_as_from_nbgrader(course, tmp_path):
    config = course.root / "nbgrader_config.py"
    # An answer that raises must not stop nbgrader; the real course's release sees to that.
    config.write_text(config.read_text() + "\nc.Execute.allow_errors = True\n")
    for student, answers in HONEST.items():
        course.submit(student, **answers)
    own = course.submit("own-helper", double="def double(x):\n    return twice(x)")
    notebook = nbformat.read(own, as_version=4)
    notebook.cells.insert(1, nbformat.v4.new_code_cell("def twice(x):\n    return 2 * x"))
    nbformat.write(notebook, own)
    theirs = Course(Path(shutil.copytree(course.root, tmp_path / "theirs")))
    run_nbgrader(theirs.root, "autograde", ASSIGNMENT)
    assert grade(course) == 0
    ours, stock = course.gradebook(), dump_gradebook(theirs.root / "gradebook.db")
    for table in stock:
        assert ours[table] == stock[table], table
    assert {row[0] for row in stock["grades"]} == {*HONEST, "own-helper"}
    assert len({row[3] for row in stock["grades"]}) > 3  # full, part, none and waiting


def test_on_purpose_a_warning_costs_nothing(course):
    course.submit(
        "warns",
        double="import warnings\n\ndef double(x):\n    warnings.warn('old')\n    return 2 * x",
    )
    assert grade(course) == 0
    grades = {row[2]: row[3] for row in course.gradebook()["grades"]}
    assert grades["test-double"] == 2.0


class Server:
    """A JupyterLab server with formgrader, as an instructor starts it."""

    def __init__(self, course: Course, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        home = folder / "home"
        home.mkdir()
        config = home / ".jupyter"
        config.mkdir()
        root = f"c = get_config()\nc.CourseDirectory.root = {str(course.root)!r}\n"
        (config / "nbgrader_config.py").write_text(root + "c.CourseDirectory.course_id = 'toy'\n")
        self._log = (folder / "server.log").open("w")
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
                f"--port={self.port}",
                "--ServerApp.port_retries=0",
                "--IdentityProvider.token=secret",
            ],
            cwd=course.root,
            env=os.environ
            | {
                "HOME": str(home),
                "JUPYTER_CONFIG_DIR": str(config),
                "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            },
            stdout=self._log,
            stderr=self._log,
        )
        self.folder = folder

    def __enter__(self) -> Server:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                self.get("/api/status")
                return self
            except (urllib.error.URLError, ConnectionError):
                assert self._process.poll() is None, (self.folder / "server.log").read_text()
                time.sleep(0.3)
        pytest.fail("the server does not answer")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(30)
        self._log.close()

    def get(self, path: str) -> str:
        return self._ask("GET", path)

    def put(self, path: str, value: dict) -> dict:
        return json.loads(self._ask("PUT", path, value))

    def post(self, path: str) -> dict:
        return json.loads(self._ask("POST", path, {}))

    def _ask(self, method: str, path: str, value: dict | None = None) -> str:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            method=method,
            data=None if value is None else json.dumps(value).encode(),
            headers={"Authorization": "token secret", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=300) as answer:
            return answer.read().decode()


@pytest.fixture(scope="module")
def opened(registered, tmp_path_factory):
    """A course and its server, which takes seconds to start; each test has its own students."""
    folder = tmp_path_factory.mktemp("opened")
    course = Course(Path(shutil.copytree(registered, folder / "course")))
    with Server(course, folder) as server:
        yield course, server


def notebook_of(server: Server, student: str) -> dict:
    """Return what formgrader knows of a student's notebook."""
    found = json.loads(server.get(f"/formgrader/api/submitted_notebooks/{ASSIGNMENT}/toy"))
    return next(notebook for notebook in found if notebook["student"] == student)


def test_formgrader_goes_on_from_the_result(opened, tmp_path):
    course, server = opened
    course.submit("ann")
    course.submit("bob", double="WRONG")
    handed_in = list((course.root / "submitted").iterdir())
    assert grade(course) == 0
    (assignment,) = json.loads(server.get("/formgrader/api/assignments"))
    assert (assignment["num_submissions"], assignment["name"]) == (len(handed_in), ASSIGNMENT)
    submissions = json.loads(server.get(f"/formgrader/api/submissions/{ASSIGNMENT}"))
    shown = {s["student"]: (s["score"], s["needs_manual_grade"]) for s in submissions}
    assert (shown["ann"], shown["bob"]) == ((7.0, True), (5.0, True))
    assert all(s["autograded"] for s in submissions)

    ann = notebook_of(server, "ann")
    page = server.get(f"/formgrader/submissions/{ann['id']}/")
    assert "And so on." in page  # her written answer, ready to be marked
    grades = json.loads(server.get(f"/formgrader/api/grades?submission_id={ann['id']}"))
    written = next(g for g in grades if g["name"] == "reflection")
    marked = server.put(f"/formgrader/api/grade/{written['id']}", {"manual_score": 2.5})
    assert (marked["manual_score"], marked["needs_manual_grade"]) == (2.5, False)
    comments = json.loads(server.get(f"/formgrader/api/comments?submission_id={ann['id']}"))
    about = next(c for c in comments if c["name"] == "reflection")
    server.put(f"/formgrader/api/comment/{about['id']}", {"manual_comment": "Well said."})

    feedback = ["feedback", ASSIGNMENT, "--course", str(course.root)]
    assert cli.main(feedback) == 0
    page = (course.root / "feedback" / "ann" / ASSIGNMENT / "toy.html").read_text()
    assert "Well said." in page
    assert "9.5" in page

    run_nbgrader(course.root, "export", "--to=all.csv")
    exported = (course.root / "all.csv").read_text()
    assert re.search(rf"{ASSIGNMENT},.*,ann,.*,9\.5,.*,10\.0", exported)

    # Feedback by nbgrader itself works as well, and ours is what it hands out.
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    run_nbgrader(course.root, "release_feedback", ASSIGNMENT, f"--Exchange.root={exchange}")
    released = list((exchange / "toy" / "feedback").glob("*.html"))
    assert len(released) == len(handed_in)
    assert any("Well said." in path.read_text() for path in released)
    run_nbgrader(course.root, "generate_feedback", ASSIGNMENT, "--force")


ESCAPE = """
open({path!r}, "w").write("it ran outside")

def double(x):
    return 2 * x
"""
TAKE_OVER = """
Well.

<script>document.title = "taken over"</script><img src=x onerror="document.title='taken over'">

[here](javascript:document.title='taken_over') and ![seen](https://evil.test/seen.png)
"""


def test_formgraders_own_buttons_grade_in_the_sandbox(opened, tmp_path):
    course, server = opened
    escaped = tmp_path / "escaped"
    course.submit("eve", double=ESCAPE.format(path=str(escaped)), reflection=TAKE_OVER)
    done = server.post(f"/formgrader/api/submission/{ASSIGNMENT}/eve/autograde")
    assert done["success"], done
    assert "1 student: 1 graded" in " ".join(done["log"].split())
    page = server.get(f"/formgrader/submissions/{notebook_of(server, 'eve')['id']}/")
    done = server.post(f"/formgrader/api/assignment/{ASSIGNMENT}/eve/generate_feedback")
    assert done["success"], done
    missing = server.post(f"/formgrader/api/submission/{ASSIGNMENT}/nobody/autograde")
    assert not missing["success"]
    assert not escaped.exists()
    assert "taken over" in page  # to be read, as text
    assert "<script>document.title" not in page
    assert "<img src=x" not in page
    folder = course.root / "feedback" / "eve" / ASSIGNMENT
    assert "default-src 'none'" in (folder / "toy.html").read_text()
    assert "on(7)" not in (folder / "toy.html").read_text()
    assert ",eve," in (course.root / "grading" / ASSIGNMENT / "grades.csv").read_text()


@pytest.mark.browser
def test_an_instructors_browser_runs_nothing_of_a_students(opened):
    course, server = opened
    shown = "from IPython.display import HTML, display\n\ndisplay(HTML({html!r}))\n\n" + RIGHT
    html = "<script>document.title = 'taken over'</script><img src=x onerror=\"alert(1)\"><b>7</b>"
    course.submit("finn", double=shown.format(html=html), reflection=TAKE_OVER)
    name = "<img src=x onerror=\"alert('name')\">"  # as it came from a platform into nbgrader
    with Classroom(course.root).gradebook() as gradebook:
        gradebook.update_or_create_student("finn", last_name=name, first_name="Finn")
    assert grade(course) == 0
    notebook = notebook_of(server, "finn")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        page = chromium.new_page()
        asked, dialogs = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        address = f"http://127.0.0.1:{server.port}/formgrader/submissions/{notebook['id']}/"
        page.goto(f"{address}?token=secret", wait_until="domcontentloaded")
        page.get_by_text("shown as text, because of").wait_for()
        assert page.title() == "toy"
        assert page.locator("b", has_text="7").count() == 1  # what was harmless is there
        assert page.locator('a[href^="javascript:"]').count() == 0
        assert dialogs == []
        assert not [url for url in asked if "evil.test" in url]
        chromium.close()
