"""Nothing below submitted/ is passed over in silence, and an empty class is no success."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest
from class_run_helpers import ASSIGNMENT, PretendedEngine, another_notebook, crew_of

from imbalance_grader import cli
from imbalance_grader.class_run.run import Options, grade_class
from imbalance_grader.course.classroom import Classroom, ClassroomError
from imbalance_grader.course.strays import strays
from imbalance_grader.notebook.results import State


@pytest.fixture(autouse=True)
def pretended(monkeypatch):
    monkeypatch.setattr(
        "imbalance_grader.commands.local_workers",
        lambda jobs, *_, **__: crew_of(PretendedEngine(), jobs)(),
    )


# Sets the title, colours, turns the direction, begins a line; and rich's markup and emoji.
HOSTILE = "\x1b]0;owned\x07\x1b[31m\u202e\x9b2J\r\nerror: none [red]all is :key: well "


def expect_harmless(said: str) -> None:
    assert not re.search(r"[^\n\x20-\x7e–“”]", said)
    assert "owned" in said
    assert not re.search("^error: none", said, re.MULTILINE)
    assert "[red]allis:key:well" in "".join(said.split())


def put(course, path: str, text: str = "{}") -> Path:
    file = course.root / "submitted" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def grade(course, **options):
    classroom = Classroom(course.root)
    engine = crew_of(PretendedEngine())
    return grade_class(classroom, classroom.assignment(ASSIGNMENT), engine, Options(**options))


def found(course) -> dict[str, str]:
    classroom = Classroom(course.root)
    return {s.path: s.reason for s in strays(classroom, classroom.assignment(ASSIGNMENT))}


MOVE = "It lies where nothing is looked for: move it to submitted/{}/01-toy/toy.ipynb."
WRONG_PLACES = {
    "bela/toy.ipynb": MOVE.format("bela"),
    "chen/01_toy/toy.ipynb": MOVE.format("chen"),
    "dora/01-toy /toy.ipynb": MOVE.format("dora"),
    "emil/lessons/01-toy/toy.ipynb": MOVE.format("emil"),
    "fay.ipynb": "It lies where nothing is looked for: move it to "
    "submitted/STUDENT/ASSIGNMENT/NAME.ipynb.",
    "Ada Lovelace_42_assignsubmission_file_/toy (1).ipynb": MOVE.format(
        "Ada Lovelace_42_assignsubmission_file_"
    ),
    "class.zip": "An archive, which is not looked into: unpack it, its notebook to "
    "submitted/STUDENT/ASSIGNMENT/NAME.ipynb.",
}
JUNK = (
    ".DS_Store",
    "__MACOSX/bela/toy.ipynb",
    "gus/._toy.ipynb",
    "gus/.ipynb_checkpoints/toy-checkpoint.ipynb",
    "readme.txt",
)


def test_every_file_in_a_wrong_place_is_listed_with_where_it_belongs(course):
    course.submit("ann")
    for path in (*WRONG_PLACES, *JUNK):
        put(course, path)
    assert found(course) == WRONG_PLACES
    records = {record.student: record for record in grade(course)}
    assert {r.state for name, r in records.items() if name in WRONG_PLACES} == {State.MISPLACED}
    assert records["ann"].state is State.GRADED
    assert len(records) == 1 + len(WRONG_PLACES)


def test_table_csv_report_and_exit_code_say_it(course, capsys):
    course.submit("ann")
    put(course, "bela/toy.ipynb")
    with Classroom(course.root).gradebook() as gradebook:
        gradebook.add_student("bela")
    command = ["assignment", ASSIGNMENT, "--course", str(course.root)]
    assert cli.main([*command, "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    stray = document["submissions"][2]
    assert (stray["student"], stray["status"]) == ("bela/toy.ipynb", "misplaced")
    assert (stray["score"], stray["detail"]) == (None, MOVE.format("bela"))
    bela = document["submissions"][1]
    assert (bela["status"], bela["detail"]) == (
        "missing",
        "Nothing was handed in, but see bela/toy.ipynb.",
    )
    folder = course.root / "grading" / ASSIGNMENT
    with (folder / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert rows["bela/toy.ipynb"]["score"] == ""
    assert MOVE.format("bela") in (folder / "report.html").read_text()
    assert cli.main(command) == 1
    assert "2 students and 1 misplaced file: 1 graded" in " ".join(capsys.readouterr().out.split())
    assert cli.main(command) == 1
    assert "bela/toy.ipynb" in capsys.readouterr().out
    put(course, f"bela/{ASSIGNMENT}/toy.ipynb", course.submit("ann").read_text())
    (course.root / "submitted" / "bela" / "toy.ipynb").unlink()
    assert cli.main(command) == 0


def test_what_speaks_for_another_assignment_is_left_to_it(course):
    folder = course.root / "solutions" / "02-other"
    shutil.copytree(course.root / "solutions" / ASSIGNMENT, folder)
    (folder / "toy.ipynb").rename(folder / "other.ipynb")
    course.submit("ann")
    put(course, "bela/other.ipynb")
    put(course, "bela/02_other/notes.ipynb")
    put(course, "chen/02-other/other.ipynb")  # in its place
    put(course, "dora/notes.ipynb")  # who knows
    assert list(found(course)) == ["dora/notes.ipynb"]


def test_named_students_get_their_own_files_only(course):
    course.submit("ann")
    course.submit("bela")
    put(course, "bela/toy (1).ipynb")
    put(course, "chen/toy.ipynb")
    assert [r.student for r in grade(course, students=["bela"])] == ["bela", "bela/toy (1).ipynb"]


def test_links_are_listed_and_not_entered(course, tmp_path):
    course.submit("ann")
    put(course, "bela/readme.txt")
    (tmp_path / "toy.ipynb").write_text("{}")
    (course.root / "submitted" / "bela" / "toy.ipynb").symlink_to(tmp_path / "toy.ipynb")
    (course.root / "submitted" / "bela" / "more").symlink_to(tmp_path)
    (course.root / "submitted" / "chen").symlink_to(tmp_path)
    assert list(found(course)) == ["bela/toy.ipynb"]


def test_hostile_names_reach_the_terminal_as_text(course, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")  # or names were folded
    course.submit("ann")
    put(course, f"bela/{HOSTILE}toy.ipynb")
    assert cli.main(["assignment", ASSIGNMENT, "--course", str(course.root)]) == 1
    expect_harmless(capsys.readouterr().out)


def test_hostile_names_are_text_where_the_class_is_refused_or_the_command_is_wrong(course, capsys):
    """Names of files come from a shell too, which puts them for ``*``."""
    put(course, f"bela/{HOSTILE}toy.ipynb")
    command = ["assignment", ASSIGNMENT, "--course", str(course.root)]
    assert cli.main(command) == 2
    out, err = capsys.readouterr()
    assert out == ""
    expect_harmless(err)
    with pytest.raises(SystemExit):
        cli.main([*command, f"bela/{HOSTILE}toy.ipynb"])
    expect_harmless(capsys.readouterr().err)
    assert cli.main(["notebook", str(course.root / HOSTILE), "--course", str(course.root)]) == 2
    expect_harmless(capsys.readouterr().err)


def test_a_flood_of_files_is_listed_in_part(course):
    course.submit("ann")
    for number in range(250):
        put(course, f"bela/{number:03}.ipynb")
    assert len(found(course)) == 200


# --- a class of which nothing lies where it is looked for ----------------------------------------


def test_a_class_of_misplaced_files_is_2_and_names_them(course, capsys):
    for path in WRONG_PLACES:
        put(course, path)
    assert cli.main(["assignment", ASSIGNMENT, "--course", str(course.root)]) == 2
    out, err = capsys.readouterr()
    said = " ".join(err.split())
    assert out == ""
    assert "nothing to grade: submitted/ has no folder STUDENT/01-toy. What lies there:" in said
    assert all(" ".join(f"{path}: {why}".split()) in said for path, why in WRONG_PLACES.items())


def test_an_empty_class_is_2(course, capsys):
    assert cli.main(["assignment", ASSIGNMENT, "--course", str(course.root)]) == 2
    assert "no student is in the gradebook" in " ".join(capsys.readouterr().err.split())


def test_a_class_that_has_not_handed_in_yet_is_missing(course):
    with Classroom(course.root).gradebook() as gradebook:
        gradebook.add_student("ann")
    assert [(r.student, r.state) for r in grade(course)] == [("ann", State.MISSING)]


def test_folders_of_the_same_name_in_two_spellings_are_both_refused(course):
    for spelling in ("Jos\u00e9", "Jose\u0301"):
        put(course, f"{spelling}/{ASSIGNMENT}/toy.ipynb")
    records = grade(course)
    assert [(r.student, r.state) for r in records] == [("José", State.MALFORMED)] * 2
    assert "composed in another way" in records[0].detail


def test_a_folder_that_a_mac_unpacked_is_the_students(course):
    text = course.submit("ann").read_text()
    put(course, f"Jose\u0301/{ASSIGNMENT}/toy.ipynb", text)
    assert [(r.student, r.state) for r in grade(course)] == [
        ("José", State.GRADED),
        ("ann", State.GRADED),
    ]
    assert (course.root / "autograded" / "José" / ASSIGNMENT / "toy.ipynb").is_file()


def test_a_refused_change_of_the_graded_cells_names_them(course):
    course.submit("ann")
    grade(course)
    source = course.root / "solutions" / ASSIGNMENT / "toy.ipynb"
    source.write_text(source.read_text().replace('"test-half"', '"test-third"'))
    with pytest.raises(ClassroomError) as refused:
        grade(course)
    said = str(refused.value)
    assert "graded cells were added (test-third) and graded cells were removed (test-half)" in said
    assert "traceback" not in said


def test_another_notebook_beside_the_source_is_named(course):
    course.submit("ann")
    grade(course)
    another_notebook(course.root / "solutions" / ASSIGNMENT / "toy.ipynb", "toy-more.ipynb")
    with pytest.raises(ClassroomError, match=r"notebooks were added \(toy-more\)") as refused:
        grade(course)
    assert "traceback" not in str(refused.value)
