"""What is exported is read back by the rules by which Canvas and Moodle read it."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from archive_helpers import Here, notebook, zipped
from class_run_helpers import ASSIGNMENT

from imbalance_grader.course.classroom import Classroom
from imbalance_grader.course.journal import Record
from imbalance_grader.notebook.results import CellResult, NotebookResult, State
from imbalance_grader.platforms import collect as collecting
from imbalance_grader.reporting import feedback

HEADER = "Student,ID,SIS User ID,SIS Login ID,Section,{},Other (78),Current Score\n"
WEAK = "def double(x):\n    return WRONG"


# --- the platforms' own rules -------------------------------------------------------------------


def canvas_reads(path: Path) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """Return what Canvas's importer takes: grades by assignment's number and student's id."""
    header, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
    assert len(header) > 3
    assert "Student" in header[0]
    assert "ID" in header[1]
    columns = 5 if "SIS User ID" in header[2] else 3
    assert "Section" in header[columns - 1]
    grades: dict[str, dict[str, str]] = {}
    possible = {}
    for row in rows:
        for place in range(columns, len(header)):
            number = re.fullmatch(r"(.*)\s\((\d+)\)", header[place])[2]
            if "Points Possible" in row[0]:
                possible[number] = row[place]
            elif row[1]:
                grades.setdefault(number, {})[row[1]] = row[place].strip()
    return grades, possible


def moodle_reads(path: Path) -> dict[str, tuple[float, str]]:
    """Return what Moodle's importer takes: grade and comment by the participant's number."""
    header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(header)
    prefix = len("Participant ")
    return {
        row[header.index("Identifier")][prefix:]: (
            float(row[header.index("Grade")]),
            row[header.index("Feedback comments")],
        )
        for row in rows
    }


def canvas_knows(name: str) -> tuple[str, str]:
    """Return student and file by the names of feedback, as Canvas infers them."""
    user, file = [part for part in name.split("_") if re.fullmatch(r"\d+", part)][:2]
    return user, file


def moodle_knows(name: str) -> tuple[str, str, str, str]:
    """Return number, kind, plugin and file name, as Moodle's importer takes a name apart."""
    parts = name.split("_", 4)
    assert len(parts) == 5
    assert parts[1].isdigit()
    return parts[1], parts[2], parts[3], parts[4]


# --- a class ------------------------------------------------------------------------------------


@pytest.fixture
def graded(course, command, tmp_path, monkeypatch, capsys):
    """Collect and grade a class from an archive, mark all but one, and return the command."""
    monkeypatch.setattr(collecting, "Aside", Here)

    def run(files: dict[str, bytes], unmarked: tuple[str, ...] = ()) -> None:
        path = tmp_path / "class.zip"
        zipped(files, path)
        assert command("collect", ASSIGNMENT, str(path)) == 0
        assert command("assignment", ASSIGNMENT, "--quiet", "--feedback") == 0
        with Classroom(course.root).gradebook() as gradebook:
            for submission in gradebook.assignment_submissions(ASSIGNMENT):
                for grade in submission.notebooks[0].grades:
                    if grade.needs_manual_grade and submission.student_id not in unmarked:
                        grade.manual_score, grade.needs_manual_grade = 1.5, False
            gradebook.db.commit()
        capsys.readouterr()

    return run


def canvas_file(tmp_path: Path, rows: str, title: str = "01 toy (77)", points: str = "10") -> str:
    path = tmp_path / "Grades.csv"
    text = HEADER.format(title) + ",,,,,Manual Posting,,\n"
    text += f"    Points Possible,,,,,{points},5,(read only)\n{rows}"
    path.write_text(text, encoding="utf-8-sig")
    return str(path)


def canvas_class(course) -> dict[str, bytes]:
    return {
        "doejane_1001_5001_toy.ipynb": notebook(course, "a"),
        "müllerjürgen_LATE_1002_5002_toy-1.ipynb": notebook(course, "b"),
        "o'brienseán_1003_5003_toy.ipynb": notebook(course, "c"),
    }


ROWS = (
    '"Doe, Jane",1001,S1,jdoe,"=cmd|\' /C calc\'!A0",,4,80\n'
    '"Müller, Jürgen",1002,S2,jm,A,3,,\n'
    '"=HYPERLINK(""https://evil.test""), O\'Brien",1003,+S3,@so,A,EX,,\n'
    "张伟,1004,S4,zw,A,2.5,,\n"
    '"Student, Test",77,,,A,,,\n'
)


def test_canvas_takes_it_back(course, graded, command, tmp_path, capsys):
    graded(canvas_class(course), unmarked=("1002",))
    command("assignment", ASSIGNMENT, "--quiet")
    capsys.readouterr()
    code = command("export", ASSIGNMENT, "--canvas", canvas_file(tmp_path, ROWS), "--json")
    told = json.loads(capsys.readouterr().out)
    assert code == 1
    grades, possible = canvas_reads(course.root / "grading" / ASSIGNMENT / "canvas.csv")
    # Only this assignment is in it; who waits, is excused, or is nobody's keeps what he had.
    wanted = {"1001": "8.5", "1002": "3", "1003": "EX", "1004": "2.5", "77": ""}
    assert grades == {"77": wanted}
    assert possible == {"77": "10"}
    assert told["grades"] == {"1001": 8.5}
    assert told["left"] == {
        "1002": "1 written answer waits",
        "1003": "is excused in Canvas",
        "张伟 (1004)": "is nobody in the course's gradebook",
        "Student, Test (77)": "is nobody in the course's gradebook",
    }
    text = (course.root / "grading" / ASSIGNMENT / "canvas.csv").read_text(encoding="utf-8")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not [cell for cell in cells if re.match(r'[\s"]*[=+@-]', cell)]
    assert "'=cmd|' /C calc'!A0" in cells
    assert "'+S3" in cells
    command("export", ASSIGNMENT, "--canvas", canvas_file(tmp_path, ROWS), "--unmarked")
    grades, _ = canvas_reads(course.root / "grading" / ASSIGNMENT / "canvas.csv")
    assert grades["77"]["1002"] == "7"


def test_canvas_with_other_points_is_said_or_converted(course, graded, command, tmp_path, capsys):
    graded(canvas_class(course))
    file = canvas_file(tmp_path, ROWS, points="100")
    assert command("export", ASSIGNMENT, "--canvas", file) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "Canvas gives 100 points for this, the lesson 10" in said
    command("export", ASSIGNMENT, "--canvas", file, "--scale")
    grades, _ = canvas_reads(course.root / "grading" / ASSIGNMENT / "canvas.csv")
    assert grades["77"]["1001"] == "85"


@pytest.mark.parametrize(
    ("title", "option", "code"),
    [
        ("How can a toy be graded? (77)", [], 1),
        ("Toy (77)", [], 1),
        ("Homework (77)", [], 2),
        ("Homework (77)", ["--column", "77"], 1),
        ("Homework (77)", ["--column", "homework"], 1),
        ("=Homework (77)", ["--column", "Homework"], 1),
    ],
)
def test_canvas_column_by_name_or_number(
    course, graded, command, tmp_path, capsys, title, option, code
):
    graded({"doejane_1001_5001_toy.ipynb": notebook(course, "a")})
    file = canvas_file(tmp_path, ROWS, title)
    assert command("export", ASSIGNMENT, "--canvas", file, *option) == code
    if code == 2:
        said = " ".join(capsys.readouterr().err.split())
        assert "(there are: Homework (77); Other (78))" in said
    else:
        grades, _ = canvas_reads(course.root / "grading" / ASSIGNMENT / "canvas.csv")
        assert grades["77"]["1001"] == "8.5"


def test_canvas_by_login_where_work_came_another_way(course, graded, command, tmp_path, capsys):
    course.submit("jdoe")
    graded({"müllerjürgen_1002_5002_toy.ipynb": notebook(course, "b")})
    command("export", ASSIGNMENT, "--canvas", canvas_file(tmp_path, ROWS), "--json")
    assert json.loads(capsys.readouterr().out)["grades"] == {"1002": 8.5, "jdoe": 8.5}


MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    '"Participant 71","Jürgen Müller",jm@x.edu,Submitted,-,10.00,Yes,"Sunday, 1 March 2026",-,\n'
    '"Participant 72","=1+1",evil@x.edu,Submitted,-,10.00,Yes,-,-,"<p>=mine</p>"\n'
    '"Participant 73","张伟",zw@x.edu,Submitted,4.00,10.00,No,-,-,\n'
    '"Participant 74","Zoe Ray",zr@x.edu,No submission,-,10.00,Yes,-,-,"-left alone"\n'
)


def test_moodle_takes_it_back(course, graded, command, tmp_path, capsys):
    mapping = tmp_path / "worksheet.csv"
    mapping.write_text(MOODLE, encoding="utf-8")
    names = ("Jürgen Müller_71", "B-1+1_72", "张伟_73")
    graded({f"{n}_assignsubmission_file_/toy.ipynb": notebook(course, n) for n in names})
    code = command("export", ASSIGNMENT, "--moodle", str(mapping), "--feedback", "--json")
    told = json.loads(capsys.readouterr().out)
    assert code == 1
    path = course.root / "grading" / ASSIGNMENT / "moodle.csv"
    points = "Points: test_double 2 of 2, test_half 3 of 3, test_quiz 2 of 2, reflection 1.5 of 3"
    assert moodle_reads(path) == {"71": (8.5, points), "72": (8.5, "<p>=mine</p>")}
    assert told["left"]["张伟"] == "cannot be changed in Moodle"
    assert told["left"]["zr@x.edu (74)"] == "is nobody in the course's gradebook"
    cells = [cell for row in csv.reader(io.StringIO(path.read_text("utf-8"))) for cell in row]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if re.match(r'[\s"]*[=+@]', cell)]
    with zipfile.ZipFile(path.with_name("moodle-feedback.zip")) as archive:
        known = [moodle_knows(name) for name in archive.namelist()]
        assert known == [(n, "assignfeedback", "file", "toy.html") for n in ("72", "71", "73")]
        assert b"<html" in archive.read(archive.namelist()[0])


def test_who_has_no_row_or_several_is_named(course, graded, command, tmp_path, capsys):
    course.submit("jdoe")
    course.submit("zoe")
    graded({"doejane_1001_5001_toy.ipynb": notebook(course, "a")})
    twice = '"Doe, Jane",1,S1,jdoe,A,,,\n"Doe, Jane",2,S2,jdoe,A,,,\n'
    command("export", ASSIGNMENT, "--canvas", canvas_file(tmp_path, twice), "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["grades"] == {}
    assert told["left"] == {
        "1001": "has no row in Grades.csv",
        "jdoe": "would be several rows: a mapping with platform ids tells",
        "zoe": "has no row in Grades.csv",
    }


def test_moodle_in_another_language_is_named(course, graded, command, tmp_path, capsys):
    graded({"Ada_1_assignsubmission_file_/toy.ipynb": notebook(course, "a")})
    path = tmp_path / "w.csv"
    path.write_text("ID,Vollständiger Name,Bewertung\nTeilnehmer/in 1,Ada,-\n", encoding="utf-8")
    assert command("export", ASSIGNMENT, "--moodle", str(path)) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "has no column 'Identifier'" in said
    assert "set the platform's language to English" in said


def test_canvas_takes_feedback_back(course, graded, command, tmp_path, capsys, reckoned):
    course.submit("jdoe")  # through the exchange
    graded(canvas_class(course))
    reckoned.clear()
    command("export", ASSIGNMENT, "--canvas", canvas_file(tmp_path, ROWS), "--feedback", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["feedback_left"] == {
        "jdoe": "was not collected from Canvas, which knows no file of it"
    }
    with zipfile.ZipFile(told["paths"]["feedback"]) as archive:
        known = {canvas_knows(name) for name in archive.namelist()}
        assert known == {("1001", "5001"), ("1002", "5002"), ("1003", "5003")}
        assert {name.rpartition("_")[2] for name in archive.namelist()} == {"toy.html"}
        pages = [archive.read(name).decode() for name in archive.namelist()]
    said = [re.findall(r"<dt>points</dt><dd>([\d.]+)<", page) for page in pages]
    assert said == [["8.5"]] * 3, "pages from before the marks were given"
    assert len(reckoned) == 1  # grades and pages say the same, and nothing is worked out twice


def test_a_page_that_could_not_be_made_is_not_packed_from_before(
    course, graded, command, tmp_path, capsys, monkeypatch
):
    graded(canvas_class(course))
    works = feedback._works

    def faulty(classroom, assignment, row, *more):
        if row.student == "1001":
            raise ValueError("no such cell")
        return works(classroom, assignment, row, *more)

    monkeypatch.setattr(feedback, "_works", faulty)
    arguments = ("--canvas", canvas_file(tmp_path, ROWS), "--feedback")
    assert command("export", ASSIGNMENT, *arguments, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["feedback_left"] == {"1001": "has no page: ValueError: no such cell"}
    with zipfile.ZipFile(told["paths"]["feedback"]) as archive:
        assert {canvas_knows(name)[0] for name in archive.namelist()} == {"1002", "1003"}


def test_a_page_made_in_part_is_named(course, graded, command, tmp_path, capsys, monkeypatch):
    graded(canvas_class(course))
    monkeypatch.setattr(feedback, "_PAGE_SECONDS", 0.0)
    arguments = ("--canvas", canvas_file(tmp_path, ROWS), "--feedback")
    assert command("export", ASSIGNMENT, *arguments) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "With feedback in part: 3" in said


def test_nothing_graded_is_nothing_to_export(command, tmp_path, capsys):
    assert command("export", ASSIGNMENT, "--canvas", canvas_file(tmp_path, ROWS)) == 2
    assert "nothing to export" in capsys.readouterr().err


def test_a_notebook_that_was_left_out_does_not_hide_the_others():
    def result(state: State) -> NotebookResult:
        return NotebookResult("a", state.name, "ada", state, (CellResult("c", 1, 1, "graded"),), "")

    graded, missing = result(State.GRADED), result(State.MISSING)
    assert Record("ada", (graded, missing)).state == State.GRADED
    assert Record("ada", (result(State.MALFORMED), missing)).state == State.MALFORMED
    assert Record("ada", (missing, missing)).state == State.MISSING
