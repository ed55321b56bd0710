"""What changes after submissions were graded: nothing that a person decided is lost."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import nbformat
import pytest
from class_run_helpers import ASSIGNMENT, dump_gradebook
from test_report import Page

from imbalance_grader.class_run.run import ADDED
from imbalance_grader.course.backup import KEPT, back_up
from imbalance_grader.course.classroom import Classroom, ClassroomError
from imbalance_grader.course.gradebook import MarksWriter
from imbalance_grader.course.waive import find_exercise, waive
from imbalance_grader.version import course_version

DUE = "2026-03-02 12:00:00 UTC"
REASON = "The contract had two readings."
GRADE = ("assignment", ASSIGNMENT)
WAIVE = ("waive", ASSIGNMENT, "test-half")


@pytest.fixture
def told(command, capsys):
    """Return a function that gives a command and returns what it says of each student."""

    def run(*arguments: str, code: int = 0) -> dict[str, dict]:
        capsys.readouterr()
        assert command(*arguments, "--json") == code
        document = json.loads(capsys.readouterr().out)
        return {row["student"]: row for row in document["submissions"]}

    return run


@pytest.fixture
def refused(command, capsys):
    def run(*arguments: str) -> str:
        capsys.readouterr()
        assert command(*arguments) == 2
        return capsys.readouterr().err

    return run


def mark(course, student: str, score: float, cell: str = "reflection", comment: str = "") -> None:
    with Classroom(course.root).gradebook() as gradebook:
        grade = gradebook.find_grade(cell, "toy", ASSIGNMENT, student)
        grade.manual_score, grade.needs_manual_grade = score, False
        if comment:
            gradebook.find_comment(cell, "toy", ASSIGNMENT, student).manual_comment = comment
        gradebook.db.commit()


def grade_of(course, student: str, cell: str) -> tuple[float, bool]:
    with Classroom(course.root).gradebook() as gradebook:
        grade = gradebook.find_grade(cell, "toy", ASSIGNMENT, student)
        return grade.score, grade.needs_manual_grade


def edit(course, change) -> None:
    source = course.root / "solutions" / ASSIGNMENT / "toy.ipynb"
    notebook = nbformat.read(source, as_version=4)
    change(notebook)
    nbformat.write(notebook, source)


def add_exercise(notebook) -> None:
    """Put an exercise before the quiz that the pretended engine gives to nobody."""
    for position, (old, new) in enumerate([(4, "third"), (5, "test-third")], start=6):
        cell = nbformat.from_dict(json.loads(json.dumps(notebook.cells[old])))
        cell.metadata.nbgrader["grade_id"] = cell["id"] = new
        cell.source = cell.source.replace("half", "WRONG")
        notebook.cells.insert(position, cell)


def drop_exercise(notebook) -> None:
    del notebook.cells[5]


def decided(course) -> dict:
    """Return all that a person, not a program, has put into the gradebook."""
    path = course.root / "gradebook.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        dates = connection.execute("select name, duedate from assignment").fetchall()
        extra = connection.execute("select student_id, extension from submitted_assignment")
        extensions = sorted(extra.fetchall())
    dump = dump_gradebook(path)
    marks = [(*row[:3], row[4], row[5]) for row in dump["grades"] if row[4] is not None]
    comments = [(*row[:3], row[4]) for row in dump["comments"] if row[4] is not None]
    return {"dates": dates, "extensions": extensions, "marks": marks, "comments": comments}


# --- hand marks, due dates and extensions outlive every change ------------------------------------


def typo(notebook) -> None:
    notebook.cells[0].source += " (A typo was mended.)"


def points(notebook) -> None:
    notebook.cells[5].metadata.nbgrader["points"] = 5


def check(notebook) -> None:
    notebook.cells[5].source = notebook.cells[5].source.replace(
        "on(7).gives(3.5)", "on(9).gives(4.5)"
    )


@pytest.mark.parametrize("change", [typo, points, check, add_exercise])
def test_what_a_person_decided_outlives_a_change(course, told, change):
    course.submit("ann", timestamp="2026-03-03 12:00:00 UTC")
    course.submit("bob", half="WRONG")
    told(*GRADE)
    mark(course, "ann", 2.5, comment="Well argued.")
    mark(course, "bob", 1.0, "test-half")
    with Classroom(course.root).gradebook() as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate=DUE)
        gradebook.grant_extension(ASSIGNMENT, "ann", days=2)
    before = decided(course)
    assert len(before["marks"]) == 2
    edit(course, change)
    assert told(*GRADE)["ann"]["late_seconds"] == 0
    assert decided(course) == before
    assert grade_of(course, "ann", "reflection") == (2.5, False)


# --- a broken exercise ---------------------------------------------------------------------------


def test_a_waived_exercise_gives_everybody_full_points_and_says_why(course, told, command):
    course.submit("ann")
    course.submit("bob", half="WRONG")
    assert {s: row["score"] for s, row in told(*GRADE).items()} == {"ann": 7, "bob": 4}
    assert {s: r["score"] for s, r in told(*WAIVE, "--reason", REASON).items()} == {
        "ann": 7,
        "bob": 7,
    }
    assert told("assignment", ASSIGNMENT, "--force")["bob"]["score"] == 7
    assert "full points for everybody: " + REASON in report(course)
    assert f"imbalance-lab-grade {course_version()}" in report(course)
    assert command("feedback", ASSIGNMENT) == 0
    page = Page((course.root / "feedback" / "bob" / ASSIGNMENT / "toy.html").read_text()).text
    assert REASON in page
    assert "3 of 3" in page
    assert "test-half: not right yet." in page


def report(course) -> str:
    return Page((course.root / "grading" / ASSIGNMENT / "report.html").read_text()).text


def test_who_hands_in_later_has_them_too_and_who_cannot_be_read_has_not(course, told):
    course.submit("ann", half="WRONG")
    told(*GRADE)
    told(*WAIVE, "--reason", REASON)
    course.submit("bob", half="WRONG")
    course.submit("cyd").write_text("{")
    rows = told(*GRADE, code=1)
    assert rows["bob"]["score"] == 7
    assert rows["cyd"]["score"] is None
    assert grade_of(course, "cyd", "test-half")[0] == 0
    course.submit("cyd", half="WRONG")
    assert told(*GRADE)["cyd"]["score"] == 7


def test_it_may_be_waived_before_anybody_hands_in(course, told):
    with Classroom(course.root).gradebook() as gradebook:
        gradebook.add_student("ann")
    assert told(*WAIVE, "--reason", REASON)["ann"]["score"] is None
    course.submit("ann", half="WRONG")
    assert told(*GRADE)["ann"]["score"] == 7


def test_marks_below_full_points_come_back_when_a_waiver_is_taken_back(course, told):
    for student in ("ann", "bob", "cyd"):
        course.submit(student, half="WRONG")
    told(*GRADE)
    mark(course, "ann", 1.5, "test-half")
    mark(course, "bob", 4.0, "test-half")  # more than there is: a person may
    before = decided(course)
    rows = told(*WAIVE, "--reason", REASON)
    assert {s: row["score"] for s, row in rows.items()} == {"ann": 7, "bob": 8, "cyd": 7}
    told("assignment", ASSIGNMENT, "--force")
    rows = told(*WAIVE, "--undo")
    assert {s: row["score"] for s, row in rows.items()} == {"ann": 5.5, "bob": 8, "cyd": 4}
    assert decided(course) == before
    assert grade_of(course, "ann", "test-half") == (1.5, True)
    assert grade_of(course, "cyd", "test-half") == (0.0, False)
    assert "full points" not in report(course)


def test_a_written_answer_that_is_waived_waits_for_nobody_until_it_is_taken_back(course, told):
    course.submit("ann")
    assert told(*GRADE)["ann"]["waiting"] == 1
    row = told("waive", ASSIGNMENT, "reflection", "--reason", REASON)["ann"]
    assert (row["waiting"], row["score"]) == (0, 10)
    row = told("waive", ASSIGNMENT, "reflection", "--undo")["ann"]
    assert (row["waiting"], row["score"]) == (1, 7)


def test_a_mark_of_an_exercise_that_is_up_for_review_is_told_from_written_answers(
    course, command, told, capsys
):
    course.submit("ann", half="WRONG")
    told(*GRADE)
    mark(course, "ann", 1.5, "test-half")
    assert command(*GRADE) == 0
    assert "1 written answer waits." in capsys.readouterr().out
    edit(course, lambda notebook: notebook.cells[5].metadata.nbgrader.update(points=4))
    assert command(*GRADE) == 0
    said = "1 written answer waits. 1 mark of an exercise waits for review in formgrader."
    assert said in " ".join(capsys.readouterr().out.split())
    assert "imbalance-lab-grade mark" in report(course)
    mark(course, "ann", 3)
    assert command("report", ASSIGNMENT) == 0
    assert "1 mark of an exercise waits for review in formgrader." in report(course)
    assert "press Resolve there" in report(course)
    assert "imbalance-lab-grade mark" not in report(course)


def test_a_late_penalty_is_reckoned_from_the_waived_points_too(course, told):
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    course.submit("ann", half="WRONG", timestamp="2026-03-03 12:00:00 UTC")
    with Classroom(course.root).gradebook() as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate=DUE)
    told(*GRADE)
    assert told(*WAIVE, "--reason", REASON)["ann"]["score"] == 0


def test_for_one_student_alone(course, told, command):
    course.submit("ann", half="WRONG")
    course.submit("bob", half="WRONG")
    told(*GRADE)
    rows = told(*WAIVE, "--reason", "Ill on that day.", "--student", "ann")
    assert {s: row["score"] for s, row in rows.items()} == {"ann": 7, "bob": 4}
    assert "full points for 1 student: Ill on that day." in report(course)
    assert command("feedback", ASSIGNMENT) == 0
    page = (course.root / "feedback" / "bob" / ASSIGNMENT / "toy.html").read_text()
    assert "Ill on that day." not in page


def test_what_cannot_be_waived_is_refused_with_the_way_on(course, told, refused):
    course.submit("ann")
    told(*GRADE)
    assert "--reason" in refused(*WAIVE)
    assert "it has: test-double, test-half" in refused(
        "waive", ASSIGNMENT, "third", "--reason", "x"
    )
    assert "no such student: 'zoe'" in refused(*WAIVE, "--reason", "x", "--student", "zoe")
    assert "is not waived" in refused(*WAIVE, "--undo")
    told(*WAIVE, "--reason", REASON)
    assert "--undo" in refused(*WAIVE, "--reason", "Another one.")
    assert "--undo" in refused(*WAIVE, "--reason", REASON, "--student", "ann")
    assert told(*WAIVE, "--reason", REASON)["ann"]["score"] == 7  # as after a disk that was full


def test_exercises_are_named_as_they_are_given():
    graded = {"toy": {"cost-of-check": 2, "quiz-check": 3, "reflection": 2}}
    assignment = SimpleNamespace(name="01-toy", graded_cells=graded)
    with pytest.raises(ClassroomError, match=r"it has: cost-of, quiz, reflection\)"):
        find_exercise(assignment, "third")


@pytest.mark.parametrize("text", ["{", "[]", '{"01-toy": {"toy/test-half": 3}}'])
def test_a_spoilt_file_of_waivers_stops_the_run_before_a_mark_is_lost(course, told, refused, text):
    course.submit("ann", half="WRONG")
    told(*GRADE)
    told(*WAIVE, "--reason", REASON)
    before = course.gradebook()
    (course.root / "waivers.json").write_text(text)
    assert "waivers.json" in refused(*GRADE)
    assert "waivers.json" in refused("report", ASSIGNMENT)
    assert course.gradebook() == before


def test_a_reason_is_text_wherever_it_is_shown(course, told, command):
    course.submit("ann")
    told(*GRADE)
    told(*WAIVE, "--reason", "<script>alert(1)</script>")
    command("feedback", ASSIGNMENT)
    for page in (
        course.root / "grading" / ASSIGNMENT / "report.html",
        course.root / "feedback" / "ann" / ASSIGNMENT / "toy.html",
    ):
        assert "<script" not in page.read_text()
        assert "alert(1)" in page.read_text()


def test_a_waiver_given_while_another_command_applies_them_is_not_lost(
    course, told, command, monkeypatch
):
    course.submit("ann", half="WRONG")
    told(*GRADE)
    settle, waiving = MarksWriter.settle, []

    def meanwhile(*arguments):
        assignment = Classroom(course.root).assignment(ASSIGNMENT)
        other = Thread(target=waive, args=(Classroom(course.root), assignment, "test-half", REASON))
        monkeypatch.setattr(MarksWriter, "settle", settle)
        other.start()
        other.join(0.3)
        waiving.append(other.is_alive())
        settle(*arguments)
        waiving.append(other)

    monkeypatch.setattr(MarksWriter, "settle", meanwhile)
    assert command("report", ASSIGNMENT) == 0
    assert waiving[0]
    waiving[1].join()
    assert told("report", ASSIGNMENT)["ann"]["score"] == 7


# --- an added exercise ---------------------------------------------------------------------------


def test_an_added_exercise_is_asked_of_new_submissions_only(course, told):
    course.submit("ann")
    told(*GRADE)
    edit(course, add_exercise)
    course.submit("bob")
    rows = told(*GRADE)
    assert {s: (row["score"], row["max_score"]) for s, row in rows.items()} == {
        "ann": (10, 13),
        "bob": (7, 13),
    }
    assert f"full points for 1 student: {ADDED}" in report(course)
    assert grade_of(course, "ann", "test-third") == (3.0, False)


def test_a_removed_exercise_is_refused_and_nothing_changes(course, told, refused):
    course.submit("ann")
    told(*GRADE)
    mark(course, "ann", 2.5)
    before = course.gradebook()
    edit(course, drop_exercise)
    said = refused(*GRADE)
    assert "graded cells were removed (test-half)" in said
    assert "imbalance-lab-grade waive" in said
    assert "--force" not in said
    assert course.gradebook() == before
    assert not (course.root / "waivers.json").exists()


# --- a copy of the gradebook before every change -------------------------------------------------


def copies(course) -> list:
    return sorted((course.root / "grading" / "backups").glob("[!.]*"))


@pytest.mark.parametrize(
    "writes",
    [
        GRADE,
        (*WAIVE, "--reason", REASON),
        ("report", ASSIGNMENT),
        ("feedback", ASSIGNMENT),
        ("export", ASSIGNMENT, "--moodle", "worksheet.csv"),
        ("course",),
    ],
    ids=lambda arguments: arguments[0],
)
def test_what_was_there_before_is_in_the_newest_copy(course, told, command, writes):
    course.submit("ann")
    told(*GRADE)
    mark(course, "ann", 2.5)
    before = course.gradebook()
    course.submit("ann", half="WRONG")
    command(*writes)
    newest = copies(course)[-1]
    assert dump_gradebook(newest) == before
    assert newest.stat().st_mode & 0o077 == 0


def test_an_unchanged_gradebook_is_not_copied_again_and_the_oldest_copies_go(course):
    classroom = Classroom(course.root)
    first = back_up(classroom)
    assert back_up(classroom) == first
    assert copies(course) == [first]
    for number in range(KEPT + 5):
        (first.parent / f"gradebook-2020-01-01T00-00-{number:02}.000000Z.db").touch()
    with classroom.gradebook() as gradebook:
        gradebook.add_student("ann")
    newest = back_up(classroom)
    assert len(copies(course)) == KEPT
    assert {first, newest} <= set(copies(course))


KILLED_WHILE_IT_WRITES = """
import os, signal, sqlite3, sys
gradebook = sqlite3.connect(sys.argv[1])
gradebook.execute("pragma cache_size = 1")  # so that what is changed is in the file at once
gradebook.execute("create table much (text)")
gradebook.executemany("insert into much values (?)", [("x" * 500,)] * 200)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_run_left_half_done_is_taken_back_and_copied(course):
    classroom = Classroom(course.root)
    with classroom.gradebook() as gradebook:
        gradebook.add_student("ann")
    path = course.root / "gradebook.db"
    subprocess.run([sys.executable, "-c", KILLED_WHILE_IT_WRITES, path], check=False)
    assert path.with_name("gradebook.db-journal").exists()
    with contextlib.closing(sqlite3.connect(back_up(classroom))) as copy:
        assert copy.execute("select count(*) from much").fetchall() == [(0,)]
        assert copy.execute("select id from student").fetchall() == [("ann",)]


def test_a_half_written_copy_of_a_killed_run_is_taken_away_and_none_is_open_to_others(
    course, monkeypatch
):
    classroom = Classroom(course.root)
    folder = back_up(classroom).parent
    left = [folder / f".writing-gradebook-2020.db{end}" for end in ("", "-journal")]
    for path in left:
        path.touch()
    with classroom.gradebook() as gradebook:
        gradebook.add_student("ann")
    modes = []
    connect = sqlite3.connect

    def seen(database, **named):
        if ".writing-" in str(database):
            modes.append(Path(database).stat().st_mode & 0o777)
        return connect(database, **named)

    monkeypatch.setattr("imbalance_grader.course.backup.sqlite3.connect", seen)
    back_up(classroom)
    assert [path for path in left if path.exists()] == []
    assert modes == [0o600]


def test_a_course_without_a_gradebook_has_nothing_to_copy(course):
    (course.root / "gradebook.db").unlink()
    assert back_up(Classroom(course.root)) is None
