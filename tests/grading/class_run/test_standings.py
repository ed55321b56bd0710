"""grades.csv says how each submission ended, and never turns that into a zero."""

from __future__ import annotations

import csv

from class_run_helpers import ASSIGNMENT, PretendedEngine, another_notebook, crew_of

from imbalance_grader.class_run.run import Options, grade_class
from imbalance_grader.class_run.standings import COLUMNS, cell, no_formula, standings, write_csv
from imbalance_grader.course.classroom import Classroom
from imbalance_grader.reporting.course_grades import course_grades


def graded_rows(course):
    classroom = Classroom(course.root)
    assignment = classroom.assignment(ASSIGNMENT)
    records = grade_class(classroom, assignment, crew_of(PretendedEngine()), Options())
    rows = standings(classroom, assignment, records)
    path = course.root / "grades.csv"
    write_csv(path, ASSIGNMENT, rows)
    with path.open(newline="", encoding="utf-8") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def test_missing_and_unreadable_work_has_a_status_and_no_score(course):
    course.submit("ann", half="WRONG")
    course.submit("bob").write_text("{not a notebook")
    course.submit("cyd").unlink()
    with Classroom(course.root).gradebook() as gradebook:
        gradebook.add_student("zoe", first_name="Zoë", last_name="Ö")
    rows = graded_rows(course)
    assert {student: (row["status"], row["score"]) for student, row in rows.items()} == {
        "ann": ("graded", "4"),
        "bob": ("malformed", ""),
        "cyd": ("missing", ""),
        "zoe": ("missing", ""),
    }
    assert list(rows["ann"]) == list(COLUMNS)
    assert (rows["ann"]["max_score"], rows["ann"]["waiting"]) == ("10", "1")
    assert rows["zoe"]["first_name"] == "Zoë"


def test_no_spreadsheet_takes_a_name_for_a_formula(course):
    folder = course.root / "submitted" / "=cmd|' !A1\x1b[31m\n" / ASSIGNMENT
    folder.mkdir(parents=True)
    (student,) = graded_rows(course)
    assert student == "'=cmd|' !A1\\x1b[31m\\n"
    formulas = ["+1", "-1", "@x", " =1", '"=1', "x;=1", 'x; "-1', "\uff1dcmd", "x;\uff201"]
    assert all(cell(text).replace("'", "", 1) == text for text in formulas)
    assert no_formula("x\t=1") == "x\t'=1"  # some spreadsheets part cells at tabs too
    assert [cell(value) for value in ("\t=1", "ann", "a=1", "x; y", -1.5, None)] == [
        "\\t=1",
        "ann",
        "a=1",
        "x; y",
        "-1.5",
        "",
    ]


def test_an_optional_notebook_counts_where_the_instructor_says_so_and_nowhere_else(course):
    source = course.root / "solutions" / ASSIGNMENT / "toy.ipynb"
    another_notebook(source, "toy-pytorch.ipynb")
    both = course.submit("ann", half="WRONG")
    another_notebook(both, "toy-pytorch.ipynb")
    course.submit("bob")
    scores = {student: (r["score"], r["max_score"]) for student, r in graded_rows(course).items()}
    assert scores == {"ann": ("4", "10"), "bob": ("7", "10")}
    assert shares_of_exercises(course) == {"ann": 40.0, "bob": 100.0}
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.ImbalanceLab.optional_notebooks = []\n")
    scores = {student: (r["score"], r["max_score"]) for student, r in graded_rows(course).items()}
    assert scores == {"ann": ("8", "20"), "bob": ("7", "20")}
    assert shares_of_exercises(course) == {"ann": 40.0, "bob": 50.0}


def shares_of_exercises(course):
    rows = course_grades(Classroom(course.root)).rows
    return {row.student: row.shares["exercises"] for row in rows}
