"""The course through the real nbgrader: from release to feedback and export, to the point.

What students hand in has lost the experiments of the text, which nbval has run already and which
earn nothing; `test_autograde`, one of the long tests, sends whole lessons through nbgrader.
"""

from __future__ import annotations

import csv
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
import pytest
from course import Course
from released import ROOT, exercises_only, fill_in, points

ASSIGNMENT = "01-accuracy-paradox"
NOTEBOOK = f"{ASSIGNMENT}/accuracy-paradox"
QUIZ_HALF_RIGHT = 'quiz = {1: "b", 2: "c", 3: "a", 4: "d"}'
SUBMISSIONS = {
    "perfect": {"solve": None},
    "untouched": {},
    "half-solved": {
        "solve": ("majority-accuracy", "cheapest-rule"),
        "answers": {
            "quiz": QUIZ_HALF_RIGHT,
            "cost-of": "def cost_of(y_true, y_pred, cost_fp, cost_fn):\n    return 21",
            "diagnose": (
                "import warnings\n\n"
                "def diagnose(y):\n    warnings.warn('noise')\n    return 'moderate', 5"
            ),
        },
    },
    "late": {"solve": None},
}
AUTO = sum(points(NOTEBOOK).values())
EXPECTED = {"perfect": AUTO, "untouched": 0, "half-solved": 1 + 4 + 2, "late": AUTO}


def home_of(course: Course, name: str) -> Path:
    """Return the folder in which this student works."""
    folder = course.root.parent / name
    folder.mkdir(exist_ok=True)
    return folder


def submit(course: Course, name: str) -> None:
    """Fetch the lesson as this student, fill it in and submit it."""
    home = home_of(course, name)
    course.nbgrader("fetch_assignment", ASSIGNMENT, user=name, home=home)
    fetched = home / ASSIGNMENT / "accuracy-paradox.ipynb"
    untouched = nbformat.read(fetched, as_version=4)
    filled = fill_in(NOTEBOOK, **SUBMISSIONS[name])
    assert [c.metadata for c in untouched.cells] == [c.metadata for c in filled.cells]
    nbformat.write(filled, fetched)
    for path in fetched.parent.glob("*.ipynb"):
        nbformat.write(exercises_only(nbformat.read(path, as_version=4)), path)
    course.nbgrader("submit", ASSIGNMENT, user=name, home=home)


def due_now(course: Course) -> None:
    """Let the assignment be due a moment ago."""
    with course.gradebook() as gradebook:
        due = datetime.now(UTC).replace(tzinfo=None) - timedelta(seconds=1)
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate=due)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Go the whole way once: release, submit, collect, autograde, feedback, export."""
    course = Course.of(ASSIGNMENT, folder=tmp_path_factory.mktemp("class"))
    course.nbgrader("generate_assignment", ASSIGNMENT)
    course.nbgrader("release_assignment", ASSIGNMENT)
    for name in SUBMISSIONS:
        if name == "late":
            time.sleep(2.1)  # timestamps are kept to the second
            due_now(course)
            time.sleep(1.1)
        submit(course, name)
    course.nbgrader("collect", ASSIGNMENT, "--ExchangeCollect.check_owner=False")
    course.nbgrader("autograde", ASSIGNMENT)
    course.nbgrader("generate_feedback", ASSIGNMENT)
    course.nbgrader("release_feedback", ASSIGNMENT)
    course.nbgrader("export")
    return course


def test_the_release_is_the_committed_lesson(graded: Course) -> None:
    made = nbformat.read(graded.root / "lessons" / f"{NOTEBOOK}.ipynb", as_version=4)
    kept = nbformat.read(ROOT / "lessons" / f"{NOTEBOOK}.ipynb", as_version=4)
    assert [c.source for c in made.cells] == [c.source for c in kept.cells]
    assert [c.metadata for c in made.cells] == [c.metadata for c in kept.cells]
    released = {path.name for path in (graded.root / "lessons" / ASSIGNMENT).iterdir()}
    assert released == {"accuracy-paradox.ipynb", "accuracy-paradox-deeper.ipynb"}


@pytest.mark.parametrize("student", SUBMISSIONS)
def test_a_submission_gets_the_expected_grade(graded: Course, student: str) -> None:
    with graded.gradebook() as gradebook:
        submission = gradebook.find_submission(ASSIGNMENT, student)
        assert submission.score == EXPECTED[student]
        assert submission.max_score == AUTO + sum(points(NOTEBOOK, "hand").values())
        assert (submission.total_seconds_late > 0) == (student == "late")
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        waiting = [grade.name for grade in grades if grade.needs_manual_grade]
        assert waiting == ([] if student in ("untouched", "half-solved") else ["reflection"])


def test_each_exercise_gets_its_own_points(graded: Course) -> None:
    with graded.gradebook() as gradebook:
        notebooks = gradebook.find_submission(ASSIGNMENT, "half-solved").notebooks
        grades = [grade for notebook in notebooks for grade in notebook.grades]
        scores = {grade.name: grade.score for grade in grades if grade.auto_score is not None}
    assert {name: score for name, score in scores.items() if score} == {
        "majority-accuracy-check": 1,
        "cheapest-rule-check": 4,
        "quiz-check": 2,
    }


def test_feedback_names_the_mistake_and_returns_to_the_student(graded: Course) -> None:
    home = home_of(graded, "half-solved")
    graded.nbgrader("fetch_feedback", ASSIGNMENT, user="half-solved", home=home)
    (page,) = home.glob(f"{ASSIGNMENT}/feedback/*/accuracy-paradox.html")
    text = page.read_text(encoding="utf-8")
    assert "cost_of: not right yet" in text
    assert "That is the other picture." in text


def test_the_export_lists_every_student_with_score_and_delay(graded: Course) -> None:
    with (graded.root / "grades.csv").open(encoding="utf-8") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {name: float(row["raw_score"]) for name, row in rows.items()} == EXPECTED
    late = {name for name, row in rows.items() if row["timestamp"] > row["duedate"]}
    assert late == {"late"}


def test_marking_the_written_answer_by_hand_completes_the_grade(graded: Course) -> None:
    with graded.gradebook() as gradebook:
        grade = gradebook.find_grade("reflection", "accuracy-paradox", ASSIGNMENT, "perfect")
        grade.manual_score, grade.needs_manual_grade = 3, False
        gradebook.db.commit()
        submission = gradebook.find_submission(ASSIGNMENT, "perfect")
        assert submission.score == submission.max_score
        assert not submission.needs_manual_grade
