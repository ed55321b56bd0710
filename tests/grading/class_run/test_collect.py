"""Archives of Canvas, Moodle and Blackboard become submissions, and nothing in them is lost."""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path

import pytest
from archive_helpers import Here, notebook, untouched, zipped
from class_run_helpers import ASSIGNMENT

from imbalance_grader import cli
from imbalance_grader.class_run.standings import standings
from imbalance_grader.course.classroom import Classroom, ClassroomError
from imbalance_grader.platforms import archives
from imbalance_grader.platforms import collect as collecting
from imbalance_grader.platforms.collect import Options, collect
from imbalance_grader.platforms.mapping import read_mapping
from imbalance_grader.platforms.senders import platform_of, sender
from imbalance_grader.texts.aside import Aside, TooMuch


@pytest.fixture(autouse=True)
def no_process_apart(monkeypatch):
    monkeypatch.setattr(collecting, "Aside", Here)


@pytest.fixture
def gather(course, tmp_path):
    """Collect files from archives, each given as names with contents, or as bytes."""

    def run(*made, **options):
        paths = []
        for number, files in enumerate(made):
            path = tmp_path / f"class{number}.zip"
            path.write_bytes(files if isinstance(files, bytes) else zipped(files))
            paths.append(path)
        classroom = Classroom(course.root)
        return collect(classroom, classroom.assignment(ASSIGNMENT), paths, Options(**options))

    return run


def submitted(course) -> dict[str, bytes]:
    """Return every notebook and archive below submitted/, by its student and name."""
    top = course.root / "submitted"
    return {
        f"{path.parts[-3]}/{path.name}": path.read_bytes()
        for path in top.rglob("*")
        if path.is_file() and path.parts[-2] == ASSIGNMENT and path.name != "timestamp.txt"
    }


def time_of(course, student: str) -> str:
    path = course.root / "submitted" / student / ASSIGNMENT / "timestamp.txt"
    return path.read_text().strip() if path.exists() else ""


def older(course) -> list[bytes]:
    folder = course.root / "grading" / ASSIGNMENT / "older"
    return sorted(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def reasons(done) -> dict[str, str]:
    return {left.name: left.reason for left in done.left}


# --- each platform's form -----------------------------------------------------------------------


def test_canvas_umlauts_chinese_apostrophe_late_and_two_of_one_name(course, gather):
    names = {
        "doejane_1001_5001_toy.ipynb": "1001",
        "müllerjürgen_1002_5002_toy.ipynb": "1002",
        "张伟_1003_5003_toy.ipynb": "1003",
        "o'brienseán_LATE_1004_5004_toy.ipynb": "1004",
        "doejane_1005_5005_toy.ipynb": "1005",
        "lastname_firstname_LATE_1006_5006_toy.ipynb": "1006",
        "anon_LATE_aB3xY_5007_toy.ipynb": "aB3xY",
    }
    contents = {name: notebook(course, name) for name in names}
    done = gather(contents)
    assert submitted(course) == {f"{names[n]}/toy.ipynb": c for n, c in contents.items()}
    assert done.left == []
    assert [t.student for t in done.taken if t.sent.late] == ["1004", "1006", "aB3xY"]


def test_moodle_folders_flat_groups_and_online_text(course, gather):
    files = {
        "Jürgen Müller_71_assignsubmission_file_/toy.ipynb": notebook(course, "a"),
        "张伟_72_assignsubmission_file/deep/er/toy.ipynb": notebook(course, "b"),
        "Seán O'Brien_73_assignsubmission_file_toy.ipynb": notebook(course, "c"),
        "Group A-Anne-Marie Roy_74_assignsubmission_file_/toy.ipynb": notebook(course, "d"),
        "Zoe Ray_75_assignsubmission_onlinetext_/onlinetext.html": "<p>I forgot</p>",
    }
    with Classroom(course.root).gradebook() as gradebook:
        gradebook.add_student("Anne-Marie Roy")
    done = gather(files)
    whose = ["Jürgen Müller", "张伟", "Seán O'Brien", "Anne-Marie Roy"]
    wanted = dict(zip(whose, files.values(), strict=False))
    assert submitted(course) == {f"{who}/toy.ipynb": content for who, content in wanted.items()}
    [(name, why)] = reasons(done).items()
    assert name.startswith("Zoe Ray_75")
    assert "typed into the platform" in why


def test_blackboard_user_with_underscore_time_with_zone_and_the_newest_attempt(course, gather):
    start = "Lesson_1_jane_doe_attempt_2026-11-01-"
    note = "Name: Jane Doe (jane_doe)\nAssignment: Lesson_1\nDate Submitted: {} \n\nFiles:\n"
    files = {
        start + "10-00-00.txt": note.format("Sunday, November 1, 2026 10:00:00 AM EST"),
        start + "10-00-00_toy.ipynb": notebook(course, "first"),
        start + "11-30-00.txt": note.format("Sunday, November 1, 2026 11:30:00 AM EST"),
        start + "11-30-00_toy.ipynb": notebook(course, "second"),
        "Lesson_1_bob_attempt_2026-11-01-09-00-00_toy.ipynb": notebook(course, "bob"),
    }
    done = gather(files, zone="Europe/Berlin")
    assert submitted(course) == {
        "jane_doe/toy.ipynb": files[start + "11-30-00_toy.ipynb"],
        "bob/toy.ipynb": notebook(course, "bob"),
    }
    assert older(course) == [files[start + "10-00-00_toy.ipynb"]]
    assert time_of(course, "jane_doe") == "2026-11-01 16:30:00 UTC"
    assert time_of(course, "bob") == "2026-11-01 08:00:00 UTC"
    assert done.left == []


def test_without_its_text_an_underscore_makes_nobody_somebody_else(course, gather):
    start, end = "Lesson 1_", "_attempt_2026-11-01-10-00-00_toy.ipynb"
    files = {f"{start}{user}{end}": notebook(course, user) for user in ("doe", "jane_doe", "bob")}
    done = gather(files)
    assert list(submitted(course)) == ["bob/toy.ipynb"]
    assert len(reasons(done)) == 2
    assert "'doe' would be 2 people there (Lesson 1_doe, Lesson 1_jane_doe)" in str(done.left)


def test_digits_of_another_script_are_no_number_of_a_platform():
    assert sender("canvas", "eve_\uff11\uff12_\uff13\uff14_7_8_toy.ipynb").key == "7"


def test_a_clock_in_an_unknown_zone_is_no_time(course, gather):
    gather({"HW_bob_attempt_2026-11-01-09-00-00_toy.ipynb": notebook(course, "bob")})
    assert time_of(course, "bob") == ""


def test_a_time_for_all_is_not_for_the_late(course, gather):
    files = {n: notebook(course, n) for n in ("a_1_2_toy.ipynb", "b_LATE_3_4_toy.ipynb")}
    gather(files, time="2026-03-02 11:00:00 UTC")
    assert (time_of(course, "1"), time_of(course, "3")) == ("2026-03-02 11:00:00 UTC", "")


def test_that_the_platform_calls_it_late_is_said_again_when_it_is_graded(course, gather, command):
    gather({n: notebook(course, n) for n in ("a_1_2_toy.ipynb", "b_LATE_3_4_toy.ipynb")})

    def told() -> dict[str, tuple[str, float | None]]:
        classroom = Classroom(course.root)
        rows = standings(classroom, classroom.assignment(ASSIGNMENT))
        return {row.student: (row.time_remark, row.late_seconds) for row in rows}

    assert command("assignment", ASSIGNMENT) == 0  # without a due date nobody is late here
    assert told() == {"1": ("", 0), "3": ("", 0)}
    assert command("due", ASSIGNMENT, "2026-03-02 12:00 UTC") == 0
    assert command("assignment", ASSIGNMENT) == 1
    assert told() == {
        "1": ("No timestamp.txt came with it, so whether it is late is not known.", None),
        "3": ("The platform calls it late, and does not say since when.", None),
    }
    (course.root / "submitted" / "3" / ASSIGNMENT / "timestamp.txt").write_text("2026-03-02 13:00")
    assert command("assignment", ASSIGNMENT) == 1
    assert told()["3"] == ("", 3600)


def test_a_file_that_is_not_there_is_called_so(gather, course, capsys):
    command = ["collect", ASSIGNMENT, "nowhere.zip", "--course", str(course.root)]
    assert cli.main(command) == 2
    assert "nowhere.zip: there is no such file" in " ".join(capsys.readouterr().err.split())


def test_a_folder_that_a_browser_unpacked_is_called_so(gather, course, capsys, tmp_path):
    assert cli.main(["collect", ASSIGNMENT, str(tmp_path), "--course", str(course.root)]) == 2
    assert "it is a folder: give the archive as" in " ".join(capsys.readouterr().err.split())


def test_other_platforms_give_one_folder_for_each(course, gather):
    gather({"ada/toy.ipynb": notebook(course, "x")}, platform="folders")
    assert list(submitted(course)) == ["ada/toy.ipynb"]


# --- a student chooses the end of a name, and is nobody else for it -----------------------------


@pytest.mark.parametrize(
    ("platform", "name", "key"),
    [
        ("canvas", "eve_7_8_bob_9_10_toy.ipynb", "7"),
        ("canvas", "eve_7_8_x_bob_attempt_2026-11-01-10-00-00_toy.ipynb", "7"),
        ("moodle", "Eve_7_assignsubmission_file_/Bob_9_assignsubmission_file_/toy.ipynb", "7"),
        (
            "blackboard",
            "A_eve_attempt_2026-11-01-10-00-00_A_bob_attempt_2027-11-01-10-00-00_t.ipynb",
            "eve",
        ),
    ],
)
def test_nobody_hands_in_as_somebody_else(platform, name, key):
    found = sender(platform, name)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize("inner", ["Bob_9_assignsubmission_file_/toy.ipynb", "Bob_9_x.ipynb"])
def test_a_folder_of_another_plugin_is_not_entered(inner):
    assert sender("moodle", f"Eve_7_assignsubmission_comments_/{inner}") is None


def test_a_number_without_end_is_none_of_a_platforms():
    """Python reads no integer of 5,000 digits: for one such name the whole archive was left."""
    name = f"ada_1_{'9' * 5_000}_toy.ipynb"
    assert sender("canvas", name) is None
    assert platform_of([name, "bob_1_2_toy.ipynb"]) == "canvas"


def test_all_names_decide_which_platform_it_is():
    mimicry = "eve_7_8_x_bob_attempt_2026-11-01-10-00-00_toy.ipynb"
    assert platform_of([mimicry, "ada_1_2_toy.ipynb"]) == "canvas"
    with pytest.raises(ValueError, match="canvas and of blackboard alike"):
        platform_of([mimicry])
    with pytest.raises(ValueError, match="no name in it has the form"):
        platform_of(["toy.ipynb"])


# --- which file counts --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["toy (1).ipynb", "toy-final.ipynb", "Untitled.ipynb", "my.IPYNB"])
def test_a_renamed_notebook_is_known_by_what_is_in_it(course, gather, name):
    done = gather({f"ada_1_2_{name}": notebook(course, "x")})
    assert submitted(course) == {"1/toy.ipynb": notebook(course, "x")}
    assert done.taken[0].notes == (f"{name} is toy.ipynb",)


def test_the_newest_resubmission_counts_and_the_older_are_kept(course, gather):
    one, two, three = (notebook(course, word) for word in ("one", "two", "three"))
    files = {"ada_1_20_toy-1.ipynb": two, "ada_1_30_toy-2.ipynb": three, "ada_1_10_toy.ipynb": one}
    done = gather(files)
    assert submitted(course) == {"1/toy.ipynb": three}
    assert older(course) == sorted([one, two])
    assert "2 older kept" in done.taken[0].notes


def test_a_newer_file_without_an_answer_does_not_count(course, gather):
    worked = notebook(course, "x")
    done = gather({"ada_1_10_toy.ipynb": worked, "ada_1_20_toy-1.ipynb": untouched(course)})
    assert submitted(course) == {"1/toy.ipynb": worked}
    assert "a newer file is as it was handed out" in done.taken[0].notes


def test_another_lesson_under_the_right_name_goes_to_the_grader_under_that_name(course, gather):
    other = b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}'
    done = gather({"ada_1_10_toy.ipynb": other, "bob_2_11_toy.ipynb": b"no notebook"})
    assert submitted(course) == {"1/toy.ipynb": other, "2/toy.ipynb": b"no notebook"}
    assert "no notebook of this lesson" in done.taken[0].notes[0]


def test_where_it_cannot_be_told_all_are_laid_there(course, gather):
    one, two, three = (notebook(course, word) for word in ("one", "two", "three"))
    place = "Ada_1_assignsubmission_file_/"
    files = {f"{place}a/toy (1).ipynb": one, f"{place}b/toy (1).ipynb": two}
    done = gather(files)
    assert submitted(course) == {"Ada/toy (1).ipynb": one, "Ada/2-toy (1).ipynb": two}
    assert "which of these counts cannot be told" in done.taken[0].notes[0]
    done = gather(files | {f"{place}toy.ipynb": three})
    assert submitted(course)["Ada/toy.ipynb"] == three
    assert len(submitted(course)) == 3


def test_an_archive_of_the_student_is_looked_into_once(course, gather):
    deep = zipped({"toy.ipynb": notebook(course, "deep")})
    files = {
        "ada_1_2_work.zip": zipped({"w/toy.ipynb": notebook(course, "x"), "../e.ipynb": "x"}),
        "bob_2_3_work.zip": zipped({"again.zip": deep}),
        "eva_3_4_work.zip": b"PK no archive",
        "kim_4_5_empty.zip": zipped({}),
    }
    done = gather(files)
    there = submitted(course)
    assert there["1/toy.ipynb"] == notebook(course, "x")
    # What is not looked into is not lost: the grader says that it lies there.
    assert {k: v for k, v in there.items() if k[0] != "1"} == {
        "2/work.zip": files["bob_2_3_work.zip"],
        "3/work.zip": files["eva_3_4_work.zip"],
        "4/empty.zip": files["kim_4_5_empty.zip"],
    }
    notes = {t.student: " ".join(t.notes) for t in done.taken}
    assert "../e.ipynb: its path leads out" in notes["1"]
    assert "an archive in an archive is not looked into" in notes["2"]
    assert "no zip archive" in notes["3"]


def test_what_is_no_notebook_is_named(course, gather):
    done = gather({"ada_1_2_essay.pdf": "x", "bob_2_3_toy.ipynb": notebook(course, "x")})
    assert reasons(done) == {"ada_1_2_essay.pdf": "it is no notebook, and none came with it"}


# --- again, and what was there before -----------------------------------------------------------


def test_again_is_the_same_and_newer_replaces_and_older_does_not(course, gather):
    one, two = notebook(course, "one"), notebook(course, "two")
    assert gather({"ada_1_10_toy.ipynb": one}).taken[0].what == "new"
    assert gather({"ada_1_10_toy.ipynb": one}).taken[0].what == "the same as before"
    assert gather({"ada_1_20_toy-1.ipynb": two}).taken[0].what == "replaced"
    assert older(course) == [one]
    done = gather({"ada_1_10_toy.ipynb": one})
    assert reasons(done) == {"ada_1_10_toy.ipynb": "1 has newer work there, which stays"}
    assert submitted(course) == {"1/toy.ipynb": two}


def test_of_two_archives_of_moodle_the_later_counts(course, gather):
    one, two = notebook(course, "one"), notebook(course, "two")
    name = "Ada_1_assignsubmission_file_/toy.ipynb"
    gather({name: one}, {name: two})
    assert (submitted(course), older(course)) == ({"Ada/toy.ipynb": two}, [one])
    gather({name: one})
    assert submitted(course) == {"Ada/toy.ipynb": one}


def test_work_that_came_another_way_stays_until_told(course, gather):
    course.submit("1", reflection="through the exchange")
    secret = course.root / "submitted" / "1" / ASSIGNMENT / "submission_secret.txt"
    secret.unlink()
    before = submitted(course)
    secret.write_text("of the exchange")
    files = {"ada_1_10_toy.ipynb": notebook(course, "new")}
    done = gather(files)
    assert "came another way" in reasons(done)["ada_1_10_toy.ipynb"]
    assert secret.exists()
    assert gather(files, replace=True).taken[0].what == "replaced"
    assert older(course) == list(before.values())
    # Time and secret were those of the other work.
    assert time_of(course, "1") == ""
    assert not secret.exists()


def test_nothing_is_written_through_a_link(course, gather, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (course.root / "submitted").mkdir(exist_ok=True)
    (course.root / "submitted" / "1").symlink_to(tmp_path / "elsewhere")
    folder = course.root / "submitted" / "2" / ASSIGNMENT
    folder.mkdir(parents=True)
    (tmp_path / "secret.ipynb").write_text("secret")
    (folder / "toy.ipynb").symlink_to(tmp_path / "secret.ipynb")
    files = {f"x_{n}_10_toy.ipynb": notebook(course, str(n)) for n in (1, 2)}
    done = gather(files, replace=True)
    assert ["link" in why for why in reasons(done).values()] == [True, True]
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert (tmp_path / "secret.ipynb").read_text() == "secret"
    assert older(course) == []


# --- whose it is --------------------------------------------------------------------------------


def mapping(tmp_path: Path, text: str, encoding: str = "utf-8"):
    path = tmp_path / "students.csv"
    path.write_text(text, encoding=encoding)
    return read_mapping(path)


def test_a_mapping_by_id_or_name_with_its_separator_and_mark(course, gather, tmp_path):
    text = "Student_ID;platform_id;name\njm;1002;\njane;;Doe, Jane\n"
    known = mapping(tmp_path, text, "utf-8-sig")
    names = ["müllerjürgen_1002_5_toy.ipynb", "doejane_1001_6_toy.ipynb", "evil_666_7_toy.ipynb"]
    done = gather({name: notebook(course, name) for name in names}, mapping=known)
    assert sorted(submitted(course)) == ["jane/toy.ipynb", "jm/toy.ipynb"]
    assert reasons(done) == {
        names[2]: "students.csv has no row with platform id '666' or name 'evil'"
    }


def test_two_of_one_name_need_their_ids(course, gather, tmp_path):
    files = {f"Jane Doe_{n}_assignsubmission_file_/toy.ipynb": notebook(course, n) for n in "12"}
    done = gather(files)
    assert submitted(course) == {}
    assert all("'Jane Doe' would be 2 people there (1, 2)" in w for w in reasons(done).values())
    known = mapping(tmp_path, "student_id,name\njane1,Jane Doe\njane2,Jane Doe\n")
    done = gather(files, mapping=known)
    assert "has 2 students with the name 'Jane Doe' (jane1, jane2)" in str(reasons(done))
    known = mapping(
        tmp_path,
        "Identifier,Full name,Email address,Grade\n"
        "Participant 1,Jane Doe,jane1@x.edu,-\nTeilnehmer/in 2,Jane Doe,jane2@x.edu,-\n",
    )
    gather(files, mapping=known)
    assert sorted(submitted(course)) == ["jane1@x.edu/toy.ipynb", "jane2@x.edu/toy.ipynb"]


def test_who_was_collected_before_the_list_was_given_is_put_right(course, gather, tmp_path):
    files = {"doe_7_1_toy.ipynb": notebook(course, "x"), "roe_8_2_toy.ipynb": notebook(course, "y")}
    gather(files)
    assert sorted(submitted(course)) == ["7/toy.ipynb", "8/toy.ipynb"]
    changed = course.root / "submitted" / "8" / ASSIGNMENT / "toy.ipynb"
    changed.write_bytes(notebook(course, "by the instructor"))
    done = gather(files, mapping=mapping(tmp_path, "student_id,platform_id\njdoe,7\nmroe,8\n"))
    assert sorted(submitted(course)) == ["8/toy.ipynb", "jdoe/toy.ipynb", "mroe/toy.ipynb"]
    assert not (course.root / "submitted" / "7").exists()
    assert {t.student: t.notes for t in done.taken} == {
        "jdoe": ("was collected as 7 before, which is taken back",),
        "mroe": (),
    }
    again = gather(files, mapping=mapping(tmp_path, "student_id,platform_id\njdoe,7\nmroe,8\n"))
    assert {t.student: (t.what, t.notes) for t in again.taken}["jdoe"] == ("the same as before", ())


def test_a_class_of_strangers_is_asked_about(course, tmp_path, capsys):
    path = tmp_path / "class.zip"
    zipped({"doe_7_1_toy.ipynb": notebook(course, "x")}, path)
    command = ["collect", ASSIGNMENT, str(path), "--course", str(course.root)]
    asked = "None of them is in the gradebook: does the platform call your students otherwise?"
    assert cli.main(command) == 0
    assert asked not in " ".join(capsys.readouterr().out.split())  # nobody is in it
    with Classroom(course.root).gradebook() as gradebook:
        gradebook.add_student("jdoe")
    assert cli.main(command) == 0
    assert asked in " ".join(capsys.readouterr().out.split())
    with Classroom(course.root).gradebook() as gradebook:
        gradebook.add_student("7")
    assert cli.main(command) == 0
    assert asked not in " ".join(capsys.readouterr().out.split())


def test_canvas_gradebook_as_mapping(course, gather, tmp_path):
    known = mapping(
        tmp_path,
        "Student,ID,SIS User ID,SIS Login ID,Section,Toy (9)\n,,,,,Manual Posting\n"
        '    Points Possible,,,,,10\n"Doe, Jane",1001,S1,jdoe,A,\nStudent, Test,77,,,A\n',
    )
    assert known.by_key == {"1001": "jdoe"}
    gather({"doejane_1001_6_toy.ipynb": notebook(course, "x")}, mapping=known)
    assert list(submitted(course)) == ["jdoe/toy.ipynb"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("id,who\n1,ada\n", "a mapping has a column student_id"),
        ("student_id,platform_id\n", "there is no student in it"),
        ("student_id,platform_id\n../x,1\n", "line 2: '../x' is no student id"),
        ("student_id,platform_id\nada,1\nbob,1\n", "line 3: platform id '1' is given to 'bob'"),
        ("student_id,platform_id\nada,1\nbob,\n", "line 3: there is neither a platform id nor"),
    ],
)
def test_a_mapping_that_says_nothing_certain_is_refused(tmp_path, text, says):
    with pytest.raises(ClassroomError, match=says):
        mapping(tmp_path, text)


def test_a_mapping_in_another_encoding_is_refused(tmp_path):
    with pytest.raises(ClassroomError, match="save it as “CSV UTF-8”"):
        mapping(tmp_path, "student_id,name\nju,Jürgen\n", "latin-1")


# --- hostile archives ---------------------------------------------------------------------------


def raw_zip(entries: list[tuple[str, bytes, int]]) -> bytes:
    """Return an archive of entries with a name, a content and Unix's mode."""
    import io

    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, mode in entries:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return memory.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_hostile_entries_are_refused_by_name_and_the_rest_is_collected(course, gather, tmp_path):
    good = notebook(course, "x")
    data = raw_zip(
        [
            ("ada_1_2_toy.ipynb", good, 0o100644),
            ("/abs_2_3_toy.ipynb", good, 0o100644),
            ("C:\\win_3_4_toy.ipynb", good, 0o100644),
            ("../up_4_5_toy.ipynb", good, 0o100644),
            ("a/../../up_5_6_toy.ipynb", good, 0o100644),
            ("link_6_7_toy.ipynb", b"/etc/passwd", 0o120777),
            ("pipe_7_8_toy.ipynb", good, 0o010644),
            ("twice_8_9_toy.ipynb", good, 0o100644),
            ("twice_8_9_toy.ipynb", good + b" ", 0o100644),
            ("same_9_10_toy.ipynb", good, 0o100644),
            ("same_9_10_toy.ipynb", good, 0o100644),
            ("long_10_11_" + "x" * 2000 + ".ipynb", good, 0o100644),
        ]
    )
    done = gather(data)
    assert submitted(course) == {"1/toy.ipynb": good, "9/toy.ipynb": good}
    said = reasons(done)
    assert "absolute" in said["/abs_2_3_toy.ipynb"]
    assert "absolute" in said["C:/win_3_4_toy.ipynb"]
    assert "(..)" in said["../up_4_5_toy.ipynb"]
    assert "(..)" in said["a/../../up_5_6_toy.ipynb"]
    assert "link" in said["link_6_7_toy.ipynb"]
    assert "no regular file" in said["pipe_7_8_toy.ipynb"]
    assert "two different files" in said["twice_8_9_toy.ipynb"]
    assert "none that a file can have" in said["long_10_11_" + "x" * 2000 + ".ipynb"]
    assert len(said) == 8
    assert {path.name for path in tmp_path.iterdir()} == {"course", "class0.zip"}


def test_a_bomb_is_read_no_further_than_a_submission_may_be(course, gather, monkeypatch):
    monkeypatch.setattr(collecting, "MOST_BYTES", 1 << 20)
    files = {"eve_1_2_toy.ipynb": b"0" * (30 << 20), "ada_2_3_toy.ipynb": notebook(course, "x")}
    files["kim_3_4_w.zip"] = zipped({"toy.ipynb": b"0" * (1 << 28)})
    done = gather(files)
    assert sorted(submitted(course)) == ["2/toy.ipynb", "3/w.zip"]
    assert reasons(done) == {"eve_1_2_toy.ipynb": "it unpacks to more than 1 MB"}
    assert "w.zip/toy.ipynb: it unpacks to more than 100 MB" in done.taken[1].notes


def test_a_size_that_is_a_lie_is_no_size(course, gather):
    data = bytearray(zipped({"eve_1_2_toy.ipynb": b"0" * (1 << 20)}))
    place = data.index(b"PK\x01\x02")
    struct.pack_into("<L", data, place + 24, 10)  # says that it unpacks to ten bytes
    done = gather(bytes(data))
    assert reasons(done)["eve_1_2_toy.ipynb"].startswith("it is damaged")


def test_a_list_of_files_that_would_fill_the_memory_is_not_read(course, gather):
    lie = bytearray(zipped({"toy.ipynb": "{}"}))
    struct.pack_into("<L", lie, lie.index(b"PK\x05\x06") + 12, 0x7FFFFFFF)
    done = gather({"eve_1_2_w.zip": bytes(lie), "ada_2_3_toy.ipynb": notebook(course, "x")})
    assert sorted(submitted(course)) == ["1/w.zip", "2/toy.ipynb"]
    assert "w.zip: its list of files has 2,047 MB, more than is read" in done.taken[0].notes


def test_too_many_files_are_not_even_listed(gather, monkeypatch):
    monkeypatch.setattr(archives, "MOST_FILES", 3)
    with pytest.raises(ClassroomError, match="it lists 4 files, more than the 3 that are read"):
        gather({f"a_{n}_1_toy.ipynb": "x" for n in range(4)})


def test_a_damaged_file_and_another_way_to_compress_cost_only_themselves(course, gather, tmp_path):
    path = tmp_path / "odd.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ada_1_2_toy.ipynb", notebook(course, "x"))
        archive.writestr("eve_2_3_toy.ipynb", "x" * 999, zipfile.ZIP_LZMA)
        archive.writestr("bob_3_4_toy.ipynb", "find me")
    done = gather(path.read_bytes().replace(b"find me", b"lost it"))
    assert list(submitted(course)) == ["1/toy.ipynb"]
    said = reasons(done)
    assert "compressed in a way" in said["eve_2_3_toy.ipynb"]
    assert said["bob_3_4_toy.ipynb"].startswith("it is damaged: Bad CRC")


@pytest.mark.parametrize("files", [{}, b"", b"Rar!\x1a\x07 no zip"])
def test_nothing_that_can_be_read_is_an_error(gather, files):
    with pytest.raises(ClassroomError, match=r"nothing to collect: class0\.zip: it is"):
        gather(files)


def test_one_bad_archive_does_not_cost_the_others(course, gather):
    done = gather(b"no archive", {"ada_1_2_toy.ipynb": notebook(course, "x")})
    assert list(submitted(course)) == ["1/toy.ipynb"]
    assert done.left[0].archive == "class0.zip"


def foreign(name: str, encoding: str, content: bytes) -> bytes:
    """Return an archive whose name is in an encoding of its own, without saying so."""
    raw = name.encode(encoding)
    data = zipped({"A" * len(raw): content})
    return data.replace(b"A" * len(raw), raw)


def test_names_in_other_encodings(course, gather):
    good = notebook(course, "x")
    moodle = "Jürgen Müller_7_assignsubmission_file_/toy.ipynb"
    done = gather(foreign(moodle, "cp1252", good))
    assert list(reasons(done).values()) == [
        "the encoding of its name is not known: say which with --encoding"
    ]
    gather(foreign(moodle, "cp1252", good), encoding="cp1252")
    gather(foreign("müllerjürgen_8_9_toy.ipynb", "cp1252", good))  # its number says who it is
    gather(foreign("张伟_9_assignsubmission_file_/toy.ipynb", "utf-8", good))
    assert sorted(submitted(course)) == [
        "8/toy.ipynb",
        "Jürgen Müller/toy.ipynb",
        "张伟/toy.ipynb",
    ]


@pytest.mark.parametrize("name", ["..", "a/b", "CON\x1b[31m", "-rf", ".hidden", "x" * 300, "=1+1"])
def test_a_name_that_can_be_no_folder_needs_a_mapping(course, gather, name):
    done = gather({f"{name}_7_assignsubmission_file_/toy.ipynb": notebook(course, "x")})
    assert not [t for t in done.taken if t.student == name]
    folders = {p.name for p in (course.root / "submitted").glob("*")}
    assert folders <= {"b"}  # the folder that an outer one holds


# --- the command --------------------------------------------------------------------------------


def test_a_file_that_takes_too_long_is_given_to_the_grader_and_more_are_not_tried(
    course, gather, monkeypatch
):
    tried = []

    class Slow(Here):
        def __call__(self, function, data, name, sources):
            tried.append(name)
            if name.startswith("slow"):
                raise TooMuch("it took more than 10 s")
            return function(data, name, sources)

    monkeypatch.setattr(collecting, "Aside", Slow)
    files = {f"eve_1_{n}_slow{n}.ipynb": notebook(course, str(n)) for n in range(5)}
    done = gather(files | {"ada_2_9_toy.ipynb": notebook(course, "x")})
    assert tried == ["slow0.ipynb", "slow1.ipynb", "toy.ipynb"]
    assert len(submitted(course)) == 6
    assert "slow1.ipynb: it took more than 10 s" in done.taken[0].notes


def test_the_process_apart_recognises_the_same(course, gather, monkeypatch):
    monkeypatch.setattr(collecting, "Aside", Aside)
    files = {"ada_1_2_final.ipynb": notebook(course, "x"), "eve_2_3_toy.ipynb": b"[" * 100_000}
    done = gather(files)
    assert [t.notes for t in done.taken] == [
        ("final.ipynb is toy.ipynb",),
        ("toy.ipynb: it is nested too deeply for a notebook",),
    ]


def test_the_command_tells_what_it_did_and_what_it_did_not(course, tmp_path, capsys):
    path = tmp_path / "class.zip"
    zipped({"a\u202eda_1_2_toy.ipynb": notebook(course, "x"), "\x1b[31mlost.ipynb": "x"}, path)
    with Classroom(course.root).gradebook() as gradebook:
        gradebook.add_student("zoe")
    command = ["collect", ASSIGNMENT, str(path), "--course", str(course.root)]
    assert cli.main(command) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "1 students collected (1 new)." in out
    assert "1 of the gradebook sent no notebook: zoe" in out
    assert r"\x1b[31mlost.ipynb: its name has not the form that canvas gives" in out
    assert cli.main([*command, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["collected"][0]["what"] == "the same as before"
    assert told["left"][0]["archive"] == "class.zip"
    assert told["absent"] == ["zoe"]


@pytest.mark.parametrize(
    ("option", "says"),
    [
        (["--time", "gestern abend"], "--time: 'gestern abend'"),
        (["--zone", "Mars/Olympus"], "--zone: 'Mars/Olympus' is no time zone"),
        (["--encoding", "klingon"], "--encoding: 'klingon' is no encoding"),
        (["--mapping", "nowhere.csv"], "nowhere.csv cannot be read"),
    ],
)
def test_a_wrong_option_is_named(course, tmp_path, capsys, option, says):
    path = tmp_path / "class.zip"
    zipped({"ada_1_2_toy.ipynb": "x"}, path)
    assert cli.main(["collect", ASSIGNMENT, str(path), "--course", str(course.root), *option]) == 2
    assert says in " ".join(capsys.readouterr().err.split())
