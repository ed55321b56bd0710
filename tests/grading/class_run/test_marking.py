"""Marking by hand: the right mark reaches the right answer, or it is said that none did."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from class_run_helpers import ASSIGNMENT, Course
from marking_helpers import Client, grade, served, with_a_scheme, write_unclean
from released import ROOT
from test_export import canvas_file

from imbalance_grader import cli
from imbalance_grader.course.classroom import Classroom
from imbalance_grader.course.waivers import held
from imbalance_grader.marking import book
from imbalance_grader.marking.pace import FIRST_GUESS, Pace, in_words
from imbalance_grader.marking.questions import Question, questions

STUDENTS = {
    "ada": "Since $\\frac{a}{b} < 1$, **most** of it is one class.",
    "bela": "I do not know.",
    "chen": "Because of x.",
    "dora": None,  # writes nothing
}


@pytest.fixture(scope="module")
def graded_once(registered: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = Course(Path(shutil.copytree(registered, tmp_path_factory.mktemp("graded") / "course")))
    with_a_scheme(course.root)
    for student, text in STUDENTS.items():
        course.submit(student, **({"reflection": text} if text else {}))
    grade(course.root)
    # The pretended engine lets every answer wait; the real one gives 0 to what is untouched.
    with sqlite3.connect(course.root / "gradebook.db") as line:
        line.execute(
            """update grade set auto_score = 0, needs_manual_grade = 0 where auto_score is null
            and notebook_id in (select n.id from submitted_notebook n join submitted_assignment s
            on s.id = n.assignment_id where s.student_id = 'dora')"""
        )
    return course.root


@pytest.fixture
def marked_course(graded_once: Path, tmp_path: Path) -> Course:
    """A class whose answers wait to be marked."""
    return Course(Path(shutil.copytree(graded_once, tmp_path / "course")))


@pytest.fixture
def client(marked_course: Course):
    with served(marked_course.root) as client:
        client.enter()
        yield client


def marks(course: Course) -> dict[str, tuple]:
    """Return mark and whether it waits, by student."""
    rows = course.gradebook()["grades"]
    return {row[0]: (row[4], bool(row[6])) for row in rows if row[2] == "reflection"}


def remarks(course: Course) -> dict[str, str]:
    rows = course.gradebook()["comments"]
    return {row[0]: row[4] for row in rows if row[2] == "reflection" and row[4]}


def backups(course: Course) -> list[Path]:
    return sorted((course.root / "grading" / "backups").glob("gradebook-*.db"))


def test_a_mark_and_a_comment_go_into_the_gradebook_and_into_all_tables(
    client: Client, marked_course: Course, capsys
):
    before = backups(marked_course)
    first = client.open(1)
    assert "a b < 1" in first["text"].replace("  ", " ")
    saved = client.post(first, {"points": 2, "comment": "Say **which** class."})
    assert saved.status == 200
    assert saved.json["said"] == "Saved: 2 of 3 points and the comment."
    assert saved.json["progress"] == {
        "done": 1,
        "of": 3,
        "waiting": 2,
        "left": "less than a minute",
    }
    assert marks(marked_course)["ada"] == (2.0, False)
    assert remarks(marked_course) == {"ada": "Say **which** class."}
    assert len(backups(marked_course)) == len(before) + 1

    second = client.open(2)
    assert client.post(second, {"points": 2.5}).status == 200
    assert len(backups(marked_course)) == len(before) + 1  # one before the first change

    run = [ASSIGNMENT, "--course", str(marked_course.root)]
    assert cli.main(["report", *run]) == 0
    folder = marked_course.root / "grading" / ASSIGNMENT
    scores = {row["student_id"]: row for row in csv.DictReader((folder / "grades.csv").open())}
    assert (scores["ada"]["score"], scores["ada"]["waiting"]) == ("9", "0")
    assert (scores["bela"]["score"], scores["chen"]["waiting"]) == ("9.5", "1")
    capsys.readouterr()
    mapping = marked_course.root / "mapping.csv"
    mapping.write_text("student_id,platform_id\nada,1001\nchen,1002\n")
    names = canvas_file(marked_course.root, "Ada,1001,,,S,,,\nChen,1002,,,S,,,\n")
    cli.main(["export", *run, "--canvas", names, "--mapping", str(mapping), "--json"])
    exported = json.loads(capsys.readouterr().out)
    assert exported["grades"] == {"ada": 9.0}
    assert "chen" in str(exported["left"])
    assert cli.main(["course", *run[1:], "--json"]) == 0
    students = {row["student"]: row for row in json.loads(capsys.readouterr().out)["students"]}
    assert students["ada"]["shares"]["written"] == pytest.approx(100 * 2 / 3)


def test_what_waits_comes_first_and_what_is_marked_after_it(marked_course: Course):
    with Classroom(marked_course.root).gradebook() as gradebook:
        grade_ = gradebook.find_grade("reflection", "toy", ASSIGNMENT, "ada")
        grade_.manual_score, grade_.needs_manual_grade = 1.0, False
        gradebook.db.commit()
    with served(marked_course.root) as client:
        client.enter()
        pages = [client.get(f"answer/{number}") for number in (1, 2, 3)]
        assert [page.page.bdi.text for page in pages] == ["bela", "chen", "ada"]
        assert [page.page.find(id="state").text for page in pages] == [
            "waits",
            "waits",
            "1 of 3 points",
        ]
        assert client.get("answer/4").status == 404  # dora wrote nothing
        cells = [cell.text for cell in client.get().page.select("tbody td")]
        assert cells == ["2", "1", "1", "0", "about 4 minutes"]


def test_question_scheme_and_marks_stand_beside_the_answer(client: Client):
    page = client.get("answer/1").page
    assert page.select_one(".question strong").text == "small"
    scheme = page.select_one(".scheme .typeset")
    assert scheme.select_one("math mfrac") is not None
    assert "½ point: says why." in scheme.get_text()
    assert "MARK SCHEME" not in page.get_text()
    assert page.select_one("#model").get_text().strip().endswith("class alone decides.")
    values = [button["data-points"] for button in page.select(".marks button")]
    assert values == ["0.0", "0.5", "1.0", "1.5", "2.0", "2.5", "3.0", ""]


def test_a_mark_can_be_changed_and_taken_back(client: Client, marked_course: Course):
    sheet = client.open(1)
    sheet["seen"] = client.post(sheet, {"points": 3}).json["seen"]
    sheet["seen"] = client.post(sheet, {"points": 1, "comment": " Hm.\x1b[31m\x07 "}).json["seen"]
    assert marks(marked_course)["ada"] == (1.0, False)
    assert remarks(marked_course) == {"ada": "Hm.\\x07"}
    reply = client.post(sheet, {"points": None, "comment": ""})
    assert reply.json["said"] == "Saved: waits and no comment."
    assert marks(marked_course)["ada"] == (None, True)
    assert remarks(marked_course) == {}


NO_MARKS = [
    ({"points": 4}, "from 0 to 3, in halves"),
    ({"points": -1}, "from 0 to 3, in halves"),
    ({"points": 0.25}, "from 0 to 3, in halves"),
    ({"points": float("nan")}, "A mark is a number"),
    ({"points": float("inf")}, "A mark is a number"),
    ({"points": 10**400}, "A mark is a number"),
    ({"points": True}, "A mark is a number"),
    ({"points": "3"}, "A mark is a number"),
    ({"points": [3]}, "A mark is a number"),
    ({"comment": 3}, "A comment is text"),
    ({"comment": "x" * 10_001}, "at most 10,000 characters"),
    ([1], "This is no mark"),
    ({"seen": 3, "points": 1}, "This is no mark"),
]


def test_what_is_no_mark_changes_nothing(client: Client, marked_course: Course):
    before = marked_course.gradebook()
    sheet = client.open(1)
    for change, says in NO_MARKS:
        reply = client.post(sheet, change)
        assert reply.status in (400, 409), change
        assert says in reply.json["error"]
    assert marked_course.gradebook() == before


def test_of_two_windows_the_second_is_told_of_the_first(client: Client, marked_course: Course):
    one, two = client.open(1), client.open(1)
    assert client.post(one, {"points": 3}).status == 200
    refused = client.post(two, {"points": 0})
    assert refused.status == 409
    assert "Another window, or formgrader, has changed the mark" in refused.json["error"]
    assert "(3 points now)" in refused.json["error"]
    assert marks(marked_course)["ada"] == (3.0, False)
    assert client.post(client.open(1), {"points": 0}).status == 200


def test_an_answer_that_was_graded_anew_gets_no_mark_of_the_old_one(
    client: Client, marked_course: Course
):
    sheet = client.open(1)
    marked_course.submit("ada", reflection="Something else.")
    grade(marked_course.root)
    refused = client.post(sheet, {"points": 3})
    assert refused.status == 409
    assert "graded anew since you opened it" in refused.json["error"]
    assert marks(marked_course)["ada"] == (None, True)
    sheet = client.open(1)
    assert sheet["text"] == "Something else."
    assert client.post(sheet, {"points": 1}).status == 200
    # And the other way round: a mark that is there stays, and is put up for review.
    marked_course.submit("ada", reflection="Something else again.")
    grade(marked_course.root)
    assert marks(marked_course)["ada"] == (1.0, True)
    assert client.get("answer/1").page.find(id="state").text == "1 of 3 points, for review"
    assert client.post(client.open(1), {"points": 1}).status == 200
    assert marks(marked_course)["ada"] == (1.0, False)


def test_a_scheme_that_changed_is_noticed(client: Client, marked_course: Course):
    sheet = client.open(1)
    source = marked_course.root / "solutions" / ASSIGNMENT / "toy.ipynb"
    source.write_text(source.read_text().replace("says *why*", "says *how*"))
    refused = client.post(sheet, {"points": 3})
    assert "The instructor's notebook has changed" in refused.json["error"]
    assert marks(marked_course)["ada"] == (None, True)
    assert not client.get("answer/1").page.select(".marks button")


def test_a_gradebook_that_is_in_use_loses_no_mark(
    client: Client, marked_course: Course, monkeypatch
):
    monkeypatch.setattr(book, "BUSY_SECONDS", 0.2)
    sheet = client.open(1)
    other = sqlite3.connect(marked_course.root / "gradebook.db")
    other.execute("begin immediate")
    busy = client.post(sheet, {"points": 2, "comment": "Kept?"})
    assert busy.status == 503
    assert "Another program is writing into the gradebook" in busy.json["error"]
    other.rollback()
    assert marks(marked_course)["ada"] == (None, True)
    assert client.post(sheet, {"points": 2, "comment": "Kept?"}).status == 200
    assert marks(marked_course)["ada"] == (2.0, False)


def test_a_waived_exercise_is_not_marked(client: Client, marked_course: Course):
    sheet = client.open(1)
    with held(marked_course.root, ASSIGNMENT) as waivers:
        waivers.add(("toy", "reflection"), "It had two readings.")
    refused = client.post(sheet, {"points": 0})
    assert "It had two readings." in refused.json["error"]
    assert marks(marked_course)["ada"] == (None, True)
    assert [cell.text for cell in client.get().page.select("tbody td")][3] == "4"


def test_who_hands_in_meanwhile_comes_at_the_end(client: Client, marked_course: Course):
    assert client.get("answer/4").status == 404
    marked_course.submit("aaron", reflection="Late.")
    grade(marked_course.root)
    client.get()
    assert client.open(4)["text"] == "Late."
    assert client.open(1)["text"].startswith("Since")


def test_an_answer_whose_graded_notebook_is_gone_or_broken_is_said(
    client: Client, marked_course: Course
):
    path = marked_course.root / "autograded" / "ada" / ASSIGNMENT / "toy.ipynb"
    for broken in ("[", "{}", '{"cells": 3}', "[" * 100_000, '{"cells": [{"metadata": 3}]}'):
        path.chmod(0o644)
        path.write_text(broken)
        reply = client.get("answer/1")
        assert "The graded notebook with this answer is not there" in reply.text
        assert not reply.page.select(".marks button")


def test_anonymous_pages_hold_no_name(marked_course: Course):
    with Classroom(marked_course.root).gradebook() as gradebook:
        gradebook.update_or_create_student("ada", first_name="Ada", last_name="Lovelace")
    with served(marked_course.root) as client:
        client.enter()
        assert "ada (Ada Lovelace)" in client.get("answer/1").text
    with served(marked_course.root, anonymous=True) as client:
        client.enter()
        pages = [client.get(path).text for path in ("", "answer/1", "answer/2", "answer/3")]
        for name in ("ada", "bela", "chen", "dora", "Lovelace"):
            assert not any(name in page for page in pages)
        texts = sorted(client.open(number)["text"][:5] for number in (1, 2, 3))
        assert texts == ["Becau", "I do ", "Since"]
        sheet = client.open(2)
        assert client.post(sheet, {"points": 1}).status == 200
        assert [mark for mark, _ in marks(marked_course).values()].count(1.0) == 1


def test_nothing_to_mark_is_said(course: Course, capsys):
    assert cli.main(["mark", ASSIGNMENT, "--course", str(course.root)]) == 2
    assert "no written answer to mark in 01-toy: grade it first" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_what_is_no_port_is_refused(course: Course, port, capsys):
    with pytest.raises(SystemExit):
        cli.main(["mark", "--port", port, "--course", str(course.root)])
    assert port in capsys.readouterr().err


def test_a_text_that_cannot_be_rendered_in_time_is_shown_as_letters(
    client: Client, marked_course: Course
):
    bomb = "a **b " * 9_000
    write_unclean(marked_course, "ada", bomb)
    answer = client.get("answer/1").answer
    assert "a **b a **b" in answer.get_text()


# --- questions and pace --------------------------------------------------------------------------


def test_every_written_answer_of_the_course_has_its_question_and_scheme():
    classroom = Classroom(ROOT)
    every = [
        q for name in classroom.assignment_names() for q in questions(classroom.assignment(name))
    ]
    assert len({question.key for question in every}) == len(every) >= 13
    for question in every:
        assert question.text.lstrip().startswith("## "), question.key
        assert question.scheme.count("point") >= question.points, question.key
        assert len(question.model) > 200, question.key
        assert "MARK SCHEME" not in question.text + question.model + question.scheme
        assert question.step == 1.0, question.key


@pytest.mark.parametrize(
    ("scheme", "points", "step"),
    [
        ("1 point: this.", 3.0, 1.0),
        ("0.5 points: this.", 3.0, 0.5),
        ("Half a point for that.", 3.0, 0.5),
        ("half points are fine", 3.0, 0.5),
        ("½ point for that", 2.0, 0.5),
        ("1 point: half of them; a share of about 0.5%, lesson 05", 2.0, 1.0),
        ("", 2.5, 0.5),
    ],
)
def test_half_points_can_be_given_where_the_scheme_has_them(scheme, points, step):
    question = Question(("", "", ""), "", points, "", "", scheme, Path(), (0, 0))
    assert question.step == step


def test_the_time_left_is_learned_from_the_marks_of_the_session():
    now = [0.0]
    pace = Pace(lambda: now[0])
    assert pace.left(10) == 10 * FIRST_GUESS
    for number, seconds in enumerate([30, 50, 3600]):  # the last with a walk in between
        pace.shown(number)
        now[0] += seconds
        pace.marked(number)
        pace.marked(number)  # a second thought is no second answer
    assert pace.left(10) == 500
    assert pace.left(0) == 0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "nothing"),
        (20, "less than a minute"),
        (61, "about 1 minute"),
        (1500, "about 25 minutes"),
        (9000, "about 2.5 hours"),
    ],
)
def test_the_time_left_is_told_in_words(seconds, words):
    assert in_words(seconds) == words


def test_the_first_guess_is_the_syllabus():
    assert f"about {FIRST_GUESS / 60:g} minutes" in (ROOT / "docs" / "syllabus.md").read_text(
        "utf-8"
    )
