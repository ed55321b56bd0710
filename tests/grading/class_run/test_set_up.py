"""Before and around grading: students, exchange, due dates and extensions, by our own commands."""

from __future__ import annotations

import csv
import json
import stat
import tempfile
from pathlib import Path

import pytest
from class_run_helpers import ASSIGNMENT

from imbalance_grader.course import exchange
from imbalance_grader.course.classroom import Classroom

DUE = "2026-03-02 12:00 UTC"
LATE = "2026-03-03 12:00:00 UTC"
DAY = 86400.0


@pytest.fixture
def says(course, command, capsys):
    """Return a function that runs a command and returns what it says, on one line."""

    def run(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        assert command(*arguments) == code
        return " ".join("".join(capsys.readouterr()).split())

    return run


# --- students -------------------------------------------------------------------------------------


def listed(course) -> dict[str, tuple[str, str, str]]:
    with Classroom(course.root).gradebook() as gradebook:
        return {s.id: (s.first_name, s.last_name, s.email) for s in gradebook.students}


def students(tmp_path: Path, text: str, encoding: str = "utf-8") -> str:
    path = tmp_path / "students.csv"
    path.write_text(text, encoding=encoding)
    return str(path)


@pytest.mark.parametrize("comma", [",", ";", "\t"])
def test_students_come_from_a_list(course, says, tmp_path, comma):
    text = "id,first_name,last_name,email\nada,Ada,Lovelace,a@b.org\nbéla,Béla,Bartók,\n"
    said = says("students", students(tmp_path, text.replace(",", comma), "utf-8-sig"))
    assert "2 students entered; 2 in the gradebook." in said
    assert listed(course) == {
        "ada": ("Ada", "Lovelace", "a@b.org"),
        "béla": ("Béla", "Bartók", None),
    }


@pytest.mark.parametrize(
    "text",
    [
        "\n\r\n;;\nid;first_name\nada;Ada\n",
        "sep=;\r\nid;first_name\r\nada;Ada\r\n",
        '"sep=,"\nid,first_name\nada,Ada\n',
        "id,first_name,,\nada,Ada,,\n,,,\n",
        "id,first_name\nada,Ada,\n",
        'id;first_name;;\n"ada";"Ada";;\n',
        "id\tfirst_name\rada\tAda\r",
    ],
)
def test_what_a_spreadsheet_adds_is_no_column_and_no_student(course, says, tmp_path, text):
    assert "1 students entered" in says("students", students(tmp_path, text))
    assert listed(course) == {"ada": ("Ada", None, None)}


def test_a_name_that_a_page_would_act_on_is_a_name(course, says, tmp_path):
    """Students choose how they are called on a platform, and formgrader writes it as it is."""
    text = "id,first_name,last_name\nada,<img src=x onerror=alert(1)>,O'Hara & $\\def\\frac{}$\n"
    says("students", students(tmp_path, text))
    first = "\uff1cimg src=x onerror=alert(1)\uff1e"  # wide twins, which look alike
    last = "O'Hara \uff06 \uff04\uff3cdef\uff3cfrac{}\uff04"
    assert listed(course)["ada"] == (first, last, None)


def test_a_second_list_changes_what_it_names_and_takes_nobody_out(course, says, tmp_path):
    says("students", students(tmp_path, "id,first_name,email\nada,Ada,a@b.org\nbela,,\n"))
    said = says("students", students(tmp_path, "student_id,first_name\nada,Augusta\nchen,\n"))
    assert "1 students entered; 3 in the gradebook." in said
    assert listed(course)["ada"] == ("Augusta", None, "a@b.org")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name,email\nAda,a@b.org\n", "has the columns id, first_name, last_name, email"),
        ("id,first_name,first_name\nada,A,B\n", "has the columns"),
        ("Student,ID,SIS Login ID\nAda,1,ada\n", "has the columns"),
        ("id\n../ada\n", "line 2: '../ada' is no student id"),
        ("id\nada\nbela\nada\n", "line 4: 'ada' stands there twice"),
        ("id,email\nada,a@b.org,more\n", "line 2: too many columns"),
        ("id\n", "there is no student in it"),
        ("", "is empty"),
        ("\n \n\t\n", "is empty"),
        ("\n\nid\nada\n../bela\n", "line 5: '../bela' is no student id"),
        ("i\0d\0\n\0a\0\n\0", "is not UTF-8 text"),  # UTF-16 without its mark
        (
            "id\n1.23457E+11\n",
            "line 2: '1.23457E+11' is a long number as a spread",
        ),
        ("id;email\n1,23457E+11;\n", "line 2: '1,23457E+11' is a long number"),
    ],
)
def test_a_list_that_cannot_be_read_enters_nobody(course, says, tmp_path, text, why):
    assert why in says("students", students(tmp_path, text), code=2)
    assert listed(course) == {}


def test_a_name_holds_nothing_that_acts(course, says, tmp_path):
    says("students", students(tmp_path, "id,first_name\nada,\x1b[31mAda\u202e\n"))
    (first, _, _) = listed(course)["ada"]
    assert first.isprintable()


# --- the exchange ---------------------------------------------------------------------------------


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_exchange_is_open_to_all_and_the_course_is_its_own(course, says, tmp_path):
    root = tmp_path / "srv" / "exchange"
    said = says("exchange", str(root), "--course-id", "rare")
    config = root / "rare" / "nbgrader_config.py"
    assert f"cp {config} ~/.jupyter/" in said
    assert (mode(root), mode(root / "rare"), mode(config)) == (0o1777, 0o755, 0o644)
    assert json.loads((course.root / exchange.FILE).read_text()) == {
        "course_id": "rare",
        "root": str(root),
    }
    says("exchange", str(root), "--course-id", "rare")  # as often as one likes


def test_the_students_configuration_says_where(course, says, tmp_path):
    from traitlets.config.loader import PyFileConfigLoader

    root = tmp_path / "it's \\ here"
    says("exchange", str(root), "--course-id", "rare")
    found = PyFileConfigLoader("nbgrader_config.py", path=str(root / "rare")).load_config()
    assert (found.CourseDirectory.course_id, found.Exchange.root) == ("rare", str(root))


@pytest.mark.parametrize("name", ["", "a/b", "..", "rare events", "a\nb", "x" * 65, "é"])
def test_a_course_has_a_plain_name(course, says, tmp_path, name):
    said = says("exchange", str(tmp_path / "exchange"), f"--course-id={name}", code=2)
    assert "is no name for a course" in said
    assert not (tmp_path / "exchange").exists()


def test_a_place_taken_by_somebody_else_is_not_used(course, says, tmp_path):
    root = tmp_path / "exchange"
    root.mkdir()
    root.chmod(0o1777)
    (root / "rare").symlink_to(tmp_path)
    assert "is another's" in says("exchange", str(root), "--course-id", "rare", code=2)
    assert not (tmp_path / "nbgrader_config.py").exists()
    assert not (course.root / exchange.FILE).exists()


@pytest.mark.parametrize("closed", [True, False])
def test_a_place_that_others_cannot_get_at_is_named(course, says, closed):
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o700 if closed else 0o711)
        said = says("exchange", f"{folder}/exchange", "--course-id", "rare")
    assert (f"Other accounts cannot enter {folder}, unless" in said) is closed


@pytest.mark.parametrize("name", [".", "..", "home"])
def test_a_folder_with_other_things_is_not_opened_to_everybody(
    course, says, tmp_path, monkeypatch, name
):
    (tmp_path / "home" / ".ssh").mkdir(parents=True)
    monkeypatch.chdir(course.root)
    root = tmp_path / "home" if name == "home" else Path(name)
    before = mode(root)
    said = says("exchange", str(root), "--course-id", "rare", code=2)
    assert "holds what is of no exchange" in said
    assert mode(root) == before
    assert not (course.root / exchange.FILE).exists()


def test_an_exchange_of_ones_own_with_other_courses_is_opened(course, says, tmp_path):
    root = tmp_path / "exchange"
    (root / "other" / "outbound").mkdir(parents=True)
    says("exchange", str(root), "--course-id", "rare")
    assert mode(root) == 0o1777


def test_nothing_is_no_folder(course, command, capsys, monkeypatch):
    monkeypatch.chdir(course.root)  # which an empty name would mean
    before = mode(course.root)
    with pytest.raises(SystemExit, match="2"):
        command("exchange", "", "--course-id", "rare")
    assert "it is empty (a variable of the shell that is not set?)" in capsys.readouterr().err
    assert mode(course.root) == before


def test_a_folder_of_another_that_is_not_open_is_refused(says, tmp_path, monkeypatch):
    root = tmp_path / "exchange"
    root.mkdir(mode=0o755)
    monkeypatch.setattr(exchange.os, "getuid", lambda: root.stat().st_uid + 1)
    said = says("exchange", str(root), "--course-id", "rare", code=2)
    assert f"install -d -m 1777 {root}" in said


def test_an_exchange_of_a_students_is_refused_though_it_is_open(says, tmp_path, monkeypatch):
    root = tmp_path / "exchange"
    root.mkdir()
    root.chmod(0o1777)
    monkeypatch.setattr(exchange.os, "getuid", lambda: root.stat().st_uid + 1)
    monkeypatch.setattr(exchange, "ADMINISTRATOR", -1)
    said = says("exchange", str(root), "--course-id", "rare", code=2)
    assert "belongs to another account" in said


def test_a_file_is_no_exchange(says, tmp_path):
    (tmp_path / "file").touch()
    assert "is no folder" in says("exchange", f"{tmp_path}/file", "--course-id", "rare", code=2)


# --- due dates and extensions ---------------------------------------------------------------------


@pytest.fixture
def late(course, says):
    """A class in which ann handed in a day late, and lateness costs everything."""
    config = course.root / "nbgrader_config.py"
    policy = "\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"
    config.write_text(config.read_text() + policy)
    course.submit("ann", timestamp=LATE)
    says("due", ASSIGNMENT, DUE)
    says("assignment", ASSIGNMENT)


def row(course, student: str = "ann") -> dict[str, str]:
    with (course.root / "grading" / ASSIGNMENT / "grades.csv").open(newline="") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}[student]


def counted(course) -> tuple[float, float]:
    found = row(course)
    (notebook,) = [n for n in course.gradebook()["notebooks"] if n[0] == "ann"]
    assert float(found["late_submission_penalty"] or 0) == (notebook[3] or 0.0)
    return float(found["score"]), float(found["late_seconds"])


def test_an_extension_counts_at_once_and_nothing_is_graded_anew(course, says, late, pretended):
    assert counted(course) == (0.0, DAY)
    said = says("extend", "ann", ASSIGNMENT, "--hours", "12")
    assert "ann has until 2026-03-03 00:00 UTC for 01-toy." in said
    assert counted(course) == (0.0, DAY / 2)
    says("extend", "ann", ASSIGNMENT, "--until", "2026-03-03 13:00 +0100")
    assert counted(course) == (7.0, 0.0)
    assert "until 2026-03-02 12:00 UTC" in says("extend", "ann", ASSIGNMENT, "--undo")
    assert counted(course) == (0.0, DAY)
    says("extend", "ann", ASSIGNMENT, "--days", "1")
    assert counted(course) == (7.0, 0.0)
    assert "0 to grade, 1 kept" in says("assignment", ASSIGNMENT) or pretended.graded == ["ann"]
    assert counted(course) == (7.0, 0.0)


def test_an_extension_moves_with_the_due_date(course, says, late):
    says("extend", "ann", ASSIGNMENT, "--days", "1")
    says("due", ASSIGNMENT, "2026-03-01 12:00 UTC")
    assert counted(course) == (0.0, DAY)


def test_a_due_date_goes_only_after_the_extensions_and_nothing_fails(course, says, late):
    says("extend", "ann", ASSIGNMENT, "--hours", "1")
    assert "ann would have an extension of no date" in says("due", ASSIGNMENT, "--never", code=2)
    with Classroom(course.root).gradebook() as gradebook:  # as nbgrader's own command lets it be
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate=None)
    says("assignment", ASSIGNMENT)
    assert counted(course) == (7.0, 0.0)
    says("due", ASSIGNMENT, DUE)
    says("extend", "ann", ASSIGNMENT, "--undo")
    says("due", ASSIGNMENT, "--never")
    assert counted(course) == (7.0, 0.0)


def test_an_extension_can_be_granted_before_anything_is_handed_in(course, says, tmp_path):
    says("students", students(tmp_path, "id\nann\nbob\n"))
    says("due", ASSIGNMENT, DUE)
    says("extend", "ann", ASSIGNMENT, "--days", "2")
    said = says("assignment", ASSIGNMENT)
    assert "2 students: 2 missing." in said
    assert row(course)["score"] == ""
    course.submit("ann", timestamp=LATE)
    course.submit("bob", timestamp=LATE)
    says("assignment", ASSIGNMENT)
    assert (row(course)["late_seconds"], row(course, "bob")["late_seconds"]) == ("0", "86400")


def test_who_is_extended_and_hands_in_nothing_is_absent_from_the_course(course, says, tmp_path):
    says("students", students(tmp_path, "id\nann\nbob\n"))
    says("due", ASSIGNMENT, DUE)
    says("extend", "ann", ASSIGNMENT, "--days", "2")
    course.submit("bob")
    says("assignment", ASSIGNMENT)
    ann, _ = json.loads(says("course", "--json"))["students"]
    assert ann["student"] == "ann"
    assert {part["state"] for part in ann["lessons"][ASSIGNMENT].values()} == {"absent"}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("extend", "ann", ASSIGNMENT, "--until", DUE), "no extension"),
        (("extend", "ann", ASSIGNMENT, "--until", "tomorrow"), "--until: 'tomorrow'"),
        (("extend", "ann", ASSIGNMENT, "--until", ""), "--until: ''"),
        (("extend", "nobody", ASSIGNMENT, "--days", "1"), "no such student: 'nobody'"),
        (("extend", "ann", "02-none", "--days", "1"), "no assignment '02-none'"),
        (("due", ASSIGNMENT, "02.03.2026 12:00"), "TIME: '02.03.2026 12:00'"),
        (("due", ASSIGNMENT, "2026-03-02 12:00 IST"), "TIME: '2026-03-02 12:00 IST'"),
        (("due", ASSIGNMENT, "2026-03-02"), "TIME: '2026-03-02'"),
        (("due", ASSIGNMENT, ""), "TIME: ''"),
    ],
)
def test_what_means_nothing_changes_nothing(course, says, late, arguments, why):
    before = course.gradebook(), counted(course)
    assert why in says(*arguments, code=2)
    assert (course.gradebook(), counted(course)) == before


def test_the_exchanges_time_zone_settles_short_names_of_dates_too(course, says, late):
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "c.Exchange.timezone = 'Asia/Kolkata'\n")
    said = says("due", ASSIGNMENT, "2026-03-02 17:30 IST")
    assert "01-toy is due 2026-03-02 12:00 UTC." in said
    said = says("extend", "ann", ASSIGNMENT, "--until", "2026-03-03 17:30 IST")
    assert "ann has until 2026-03-03 12:00 UTC" in said


@pytest.mark.parametrize("option", ["--days", "--hours"])
@pytest.mark.parametrize("given", ["0", "-1", "nan", "inf", "1e12", "two"])
def test_more_time_is_a_number_that_a_calendar_has(course, command, capsys, late, option, given):
    with pytest.raises(SystemExit) as stopped:
        command("extend", "ann", ASSIGNMENT, option, given)
    assert stopped.value.code == 2
    said = f"argument {option}: '{given}' is no number above 0 and up to 10,000"
    assert said in " ".join(capsys.readouterr().err.split())


def test_without_a_due_date_there_is_nothing_to_extend(course, says):
    course.submit("ann")
    said = says("extend", "ann", ASSIGNMENT, "--days", "1", code=2)
    assert "has no due date that could be extended" in said


def test_a_date_is_told_to_programs_too(course, command, capsys, late):
    capsys.readouterr()
    assert command("due", ASSIGNMENT, "2026-03-02 13:00 Europe/Berlin", "--json") == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["submissions"][0]["late_seconds"] == DAY
    assert "01-toy is due 2026-03-02 12:00 UTC." in " ".join(err.split())
