"""The course's gradebook: by part, by the syllabus' weights, and without false zeros."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest
from class_run_helpers import ASSIGNMENT

from imbalance_grader import cli
from imbalance_grader.course.classroom import Classroom, ClassroomError
from imbalance_grader.reporting.course_grades import course_grades, part_of
from imbalance_grader.weights import WEIGHTS

ROOT = Path(__file__).resolve().parents[3]
WRONG = "def double(x):\n    return WRONG"


@pytest.fixture
def lessons(course):
    """Give the course three lessons: two and a capstone, all with the toy's notebook."""
    for name in ("02-more", "12-capstone"):
        shutil.copytree(course.root / "solutions" / ASSIGNMENT, course.root / "solutions" / name)
    return (ASSIGNMENT, "02-more", "12-capstone")


@pytest.fixture
def hand_in(course):
    def run(lesson: str, student: str, **answers) -> None:
        path = course.submit("maker", **answers)
        folder = course.root / "submitted" / student / lesson
        folder.parent.mkdir(parents=True, exist_ok=True)
        path.parent.rename(folder)
        path.parent.parent.rmdir()

    return run


def mark(course, lesson: str, points: dict[str, float]) -> None:
    with Classroom(course.root).gradebook() as gradebook:
        for student, mark in points.items():
            grade = gradebook.find_grade("reflection", "toy", lesson, student)
            grade.manual_score, grade.needs_manual_grade = mark, False
        gradebook.db.commit()


@pytest.fixture
def graded(course, lessons, hand_in, command, capsys):
    """Ada does all, bela one lesson, chen's file is broken, dora sends nothing."""
    one, two, last = lessons
    for lesson in lessons:
        hand_in(lesson, "ada", double=WRONG if lesson == two else "def double(x): ...")
    hand_in(one, "bela")
    hand_in(one, "chen")
    (course.root / "submitted" / "chen" / one / "toy.ipynb").write_text("no notebook")
    with Classroom(course.root).gradebook() as gradebook:
        gradebook.add_student("dora", first_name="=1+1", last_name="Zed")
    for lesson in lessons:
        command("assignment", lesson, "--quiet")
    mark(course, one, {"ada": 3})
    mark(course, two, {"ada": 0})
    mark(course, last, {"ada": 1.5})
    capsys.readouterr()


def row_of(course, student: str, **options):
    grades = course_grades(Classroom(course.root), **options)
    return next(row for row in grades.rows if row.student == student)


def test_parts_and_weights(course, graded):
    ada = row_of(course, "ada")
    # Exercises: 5 of 5, and 3 of 5; written: 3, 0 and 1.5 of 3; the capstone's exercises: 5 of 5.
    assert ada.shares == {"exercises": 80, "written": 50, "capstone": 100, "quiz": 100}
    assert ada.total == pytest.approx(0.60 * 80 + 0.25 * 50 + 0.15 * 100)
    assert row_of(course, "ada", weights={"exercises": 1, "quiz": 1}).total == 90
    ada = row_of(course, "ada", capstone=ASSIGNMENT)
    assert (ada.shares["capstone"], ada.shares["exercises"]) == (100, 80)


def test_the_weakest_are_dropped_and_never_the_capstone(course, graded):
    ada = row_of(course, "ada", drop=1)
    assert ada.dropped == ("02-more",)
    assert ada.shares == {"exercises": 100, "written": 75, "capstone": 100, "quiz": 100}
    assert row_of(course, "ada", drop=9).dropped == ("02-more",)  # one lesson stays


def test_absent_unread_and_waiting_are_no_zero(course, graded):
    bela, chen, dora = (row_of(course, who) for who in ("bela", "chen", "dora"))
    texts = {part: share.text for part, share in bela.lessons[ASSIGNMENT].items()}
    assert texts == {"exercises": "100.0", "written": "waiting", "quiz": "100.0"}
    assert bela.lessons["02-more"]["exercises"].text == "absent"
    assert bela.shares["exercises"] == 50  # what is absent counts as 0
    assert bela.shares["written"] == 0  # of the two lessons of which it is known
    assert chen.lessons[ASSIGNMENT]["quiz"].text == "unread"
    assert chen.shares["quiz"] == 0  # absent elsewhere; what is unread does not count yet
    assert (dora.total, dora.count("absent")) == (0, 3)
    assert row_of(course, "bela", drop=1).dropped == ("02-more",)


def test_a_zero_that_was_earned_is_a_zero(course, hand_in, lessons, command):
    hand_in(ASSIGNMENT, "ada", double=WRONG, half=WRONG, quiz="answers = WRONG")
    command("assignment", ASSIGNMENT, "--quiet")
    ada = row_of(course, "ada")
    assert {part: s.text for part, s in ada.lessons[ASSIGNMENT].items()} == {
        "exercises": "0.0",
        "written": "waiting",
        "quiz": "0.0",
    }
    # Of the parts that there are not yet, nothing is known; the total is of those that there are.
    assert ada.shares == {"exercises": 0, "written": None, "capstone": None, "quiz": 0}
    assert ada.total == 0


def test_a_penalty_takes_its_share_of_each_part(course, hand_in, lessons, command):
    (course.root / "nbgrader_config.py").open("a").write(
        '\nc.LateSubmissionPlugin.penalty_method = "zero"\n'
    )
    hand_in(ASSIGNMENT, "ada")
    with Classroom(course.root).gradebook() as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate="2026-02-01")
    command("assignment", ASSIGNMENT, "--quiet")
    assert row_of(course, "ada").shares["exercises"] == 0


def test_table_csv_and_json_say_the_same(course, graded, command, capsys):
    assert command("course", "--drop", "1") == 0
    out = capsys.readouterr().out
    assert re.search(r"ada +100\.0 +75\.0 +100\.0 +100\.0 +93\.8 +02", out)
    assert re.search(r"bela .* 2 absent,", out)
    assert "4 students, 3 lessons graded" in out
    with (course.root / "grading" / "course.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert rows["ada"]["total"] == "93.8"
    assert rows["ada"]["12-capstone capstone"] == "100.0"
    assert rows["bela"]["02-more exercises"] == "absent"
    assert rows["chen"]["01-toy written"] == "unread"
    assert rows["dora"]["first_name"] == "'=1+1"
    assert command("course", "--json") == 0
    told = {row["student"]: row for row in json.loads(capsys.readouterr().out)["students"]}
    assert told["bela"]["lessons"]["01-toy"]["written"] == {"percent": None, "state": "waiting"}


def test_nothing_graded_and_wrong_options_are_named(course, command, capsys):
    with pytest.raises(ClassroomError, match="no lesson has been graded yet"):
        course_grades(Classroom(course.root))
    with pytest.raises(ClassroomError, match="no assignment '13'"):
        course_grades(Classroom(course.root), capstone="13")
    for text, says in [
        ("homework=1", "'homework' is none of exercises, written, capstone, quiz"),
        ("quiz=x", "'x' is no number"),
        ("quiz=-1", "a weight is a number from 0"),
        ("quiz=0", "one part at least has to weigh something"),
    ]:
        with pytest.raises(SystemExit):
            cli.main(["course", "--weights", text])
        assert says in " ".join(capsys.readouterr().err.split())


def test_the_weights_are_the_syllabus():
    text = (ROOT / "docs" / "syllabus.md").read_text(encoding="utf-8")
    shares = re.findall(
        r"^\| ([a-z ]+?)(?: of lessons? ([\w ]+))? \| (\d+)% \|", text, re.MULTILINE
    )
    named = {"exercises00 to 11": "exercises", "written answers": "written", "quizzes": "quiz"}
    named["exercises12"] = "capstone"
    assert {named[part + lessons]: float(weight) for part, lessons, weight in shares} == WEIGHTS


def test_every_part_of_the_course_is_known():
    classroom = Classroom(ROOT)
    for name in classroom.assignment_names():
        cells = [
            c for each in classroom.assignment(name).graded_cells.values() for c in each.items()
        ]
        parts = [part_of(name, i, cell.kind == "written", "12-capstone") for i, cell in cells]
        assert parts.count("written") == 1
        assert parts.count("quiz") == 1
        assert ("capstone" in parts) == (name == "12-capstone")
