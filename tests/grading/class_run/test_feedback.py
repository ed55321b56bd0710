"""Feedback: what a student reads, what no student may see, and that nothing in it can act."""

from __future__ import annotations

import base64
import json

import nbformat
import pytest
from class_run_helpers import ASSIGNMENT, PretendedEngine, crew_of
from nbformat.v4 import new_output
from test_report import Page

from imbalance_grader.class_run.run import Options, grade_class
from imbalance_grader.class_run.standings import standings
from imbalance_grader.course.classroom import Classroom
from imbalance_grader.reporting.feedback import write_feedback

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)


class Drawing(PretendedEngine):
    """Puts outputs of every kind under the first answer."""

    outputs: tuple = ()

    def grade(self, *task):
        graded = super().grade(*task)
        if graded.notebook is not None:
            graded.notebook.cells[2].outputs = list(self.outputs)
        return graded


def feedback(course, engine=None, student="ann"):
    classroom = Classroom(course.root)
    assignment = classroom.assignment(ASSIGNMENT)
    grade_class(classroom, assignment, crew_of(engine or PretendedEngine()), Options())
    write_feedback(classroom, assignment, standings(classroom, assignment))
    return (course.root / "feedback" / student / ASSIGNMENT / "toy.html").read_text()


def test_it_shows_points_answers_and_what_the_check_said(course):
    course.submit("ann", half="def half(x):\n    return x  # WRONG")
    text = Page(feedback(course)).text
    assert "4 of 10" in text.replace("\n", "")
    assert "test-half: not right yet." in text
    assert "return x" in text
    assert "waits to be marked" in text


def test_no_hidden_test_is_in_it(course):
    course.submit("ann", double="WRONG", half="WRONG")
    page = feedback(course)
    graded = (course.root / "autograded" / "ann" / ASSIGNMENT / "toy.ipynb").read_text()
    for hidden in ("on(7)", "gives(3.5)", "HIDDEN TESTS", "score_quiz"):
        assert hidden in graded
        assert hidden not in page


def test_marks_and_comments_given_by_hand_are_in_it(course):
    course.submit("ann")
    feedback(course)
    with Classroom(course.root).gradebook() as gradebook:
        mark = gradebook.find_grade("reflection", "toy", ASSIGNMENT, "ann")
        mark.manual_score, mark.needs_manual_grade = 2.5, False
        comment = gradebook.find_comment("reflection", "toy", ASSIGNMENT, "ann")
        comment.manual_comment = "Good, **but** why $\\frac{n}{d}$?<script>alert(1)</script>"
        gradebook.db.commit()
    page = feedback(course)
    assert "9.5" in page
    assert "<strong>but</strong>" in page
    assert "mfrac" in Page(page).tags
    assert "alert(1)" not in page


@pytest.mark.parametrize(
    "output",
    [
        new_output("display_data", data={"text/html": "<script>alert(1)</script><b>bold</b>"}),
        new_output("display_data", data={"text/html": "<img src=https://evil.test/x onerror=a()>"}),
        new_output("display_data", data={"text/html": "<a href='javascript:alert(1)'>x</a>"}),
        new_output("display_data", data={"text/html": "<svg onload=alert(1)><script>1</script>"}),
        new_output(
            "display_data", data={"text/html": "<style>@import 'https://evil.test'</style>"}
        ),
        new_output("display_data", data={"text/html": "<form action=https://evil.test><input>"}),
        new_output("display_data", data={"text/html": "<iframe srcdoc='<script>1</script>'>"}),
        new_output("display_data", data={"text/html": "<p style='background:url(//evil.test)'>"}),
        new_output("display_data", data={"image/svg+xml": "<svg onload=alert(1)/>"}),
        new_output("display_data", data={"image/png": '"><script>alert(1)</script>'}),
        new_output("display_data", data={"image/png": base64.b64encode(b"GIF89a").decode()}),
        new_output("display_data", data={"application/javascript": "alert(1)"}),
        new_output("stream", text="</pre><script>alert(1)</script>\x1b]0;title\x07"),
        new_output("error", ename="E", evalue="", traceback=["<script>alert(1)</script>"]),
    ],
)
def test_no_output_can_act_in_it(course, output):
    course.submit("ann", reflection="<script>alert(1)</script>![x](https://evil.test/p.png)")
    engine = Drawing()
    engine.outputs = (output,)
    page = Page(feedback(course, engine))
    assert not {"script", "iframe", "form", "input", "object", "svg", "link"} & set(page.tags)
    assert page.tags.count("style") == 1  # its own
    assert page.handlers == []
    assert [a for a in page.addresses if not a.startswith("#")] == []
    assert "\x1b" not in page.text


def test_pictures_and_tables_are_kept(course):
    course.submit("ann")
    engine = Drawing()
    table = "<table><tr><td colspan=2>7</td></tr></table>"
    engine.outputs = (
        new_output("display_data", data={"image/png": PIXEL}),
        new_output("execute_result", data={"text/html": table, "text/plain": "7"}),
    )
    page = Page(feedback(course, engine))
    assert [a for a in page.addresses if not a.startswith("#")] == [
        "data:image/png;base64," + PIXEL
    ]
    assert page.tags.count("table") == 1


def test_a_formula_is_set_and_a_tag_in_it_is_not(course):
    course.submit("ann", reflection="So $x^2 < y$, and $$a <script>alert(1)</script>$$")
    page = Page(feedback(course))
    assert page.tags.count("math") >= 1
    assert "msup" in page.tags
    assert "script" not in page.tags
    assert "$x^2" not in page.text


def pasted(course, student: str, reference: str, attachments: dict) -> None:
    """Hand in a written answer with what JupyterLab makes of a pasted picture."""
    path = course.submit(student, reflection=f"As seen here: ![plot]({reference})")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].attachments = attachments
    nbformat.write(notebook, path)


def test_a_pasted_picture_is_in_it(course):
    pasted(course, "ann", "attachment:plot.png", {"plot.png": {"image/png": PIXEL}})
    page = Page(feedback(course))
    assert f"data:image/png;base64,{PIXEL}" in page.addresses


@pytest.mark.parametrize(
    "attachments",
    [
        {},
        {"other.png": {"image/png": PIXEL}},
        {"plot.png": {"image/svg+xml": base64.b64encode(b"<svg onload=alert(1)/>").decode()}},
        {"plot.png": {"text/html": "<script>alert(1)</script>"}},
        {"plot.png": {"image/png": '"><script>alert(1)</script>'}},
        {"plot.png": {}},
    ],
)
def test_a_picture_that_is_lost_or_none_is_said_and_stops_nobody(course, attachments):
    pasted(course, "ann", "attachment:plot.png", attachments)
    course.submit("bob")
    page = feedback(course)
    assert "a picture is not there, is too large, or is no PNG" in page
    assert "As seen here" in page
    assert "alert(1)" not in page
    assert (course.root / "feedback" / "bob" / ASSIGNMENT / "toy.html").is_file()


def test_a_page_that_cannot_be_made_says_so_and_the_others_are_made(
    course, monkeypatch, command, capsys
):
    monkeypatch.setattr("imbalance_grader.reporting.feedback._PAGE_SECONDS", 3.0)
    course.submit("ann", double="WRONG")
    course.submit("bob")
    assert command("assignment", ASSIGNMENT) == 0
    graded = course.root / "autograded" / "ann" / ASSIGNMENT / "toy.ipynb"
    graded.chmod(0o644)  # as if it had come past the cleaning
    notebook = nbformat.read(graded, as_version=4)
    notebook.cells[-1].source = "\\\\(" * 100_000
    nbformat.write(notebook, graded)
    capsys.readouterr()
    assert command("feedback", ASSIGNMENT, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert list(told["problems"]) == ["ann"]
    assert len(told["feedback"]) == 2
    text = Page((course.root / "feedback" / "ann" / ASSIGNMENT / "toy.html").read_text()).text
    assert "This page could not be made in full." in text
    assert "test-double: not right yet." in text
    assert "5 of 10" in text.replace("\n", "")


def test_who_is_no_student_is_named_and_nothing_is_written(course, command, capsys):
    course.submit("ann")
    assert command("assignment", ASSIGNMENT) == 0
    assert command("feedback", ASSIGNMENT, "--student", "ann", "--student", "nobody") == 2
    assert "no such student: 'nobody'" in " ".join(capsys.readouterr().err.split())
    assert not (course.root / "feedback").exists()


def test_an_unreadable_submission_gets_a_page_that_says_so(course):
    course.submit("ann").write_text("{not a notebook")
    text = Page(feedback(course)).text
    assert "Your notebook ended: malformed." in text
    assert "talk to your instructor" in text


def test_release_needs_two_notes_beside_the_pages(course):
    course.submit("ann")
    feedback(course)
    folder = course.root / "feedback" / "ann" / ASSIGNMENT
    assert (folder / "timestamp.txt").read_text() == "2026-03-01 12:00:00 UTC"
    assert (folder / "submission_secret.txt").read_text() == "secret-of-ann"


def test_hostile_notes_are_not_passed_on(course):
    course.submit("ann", timestamp="<script>")
    folder = course.root / "submitted" / "ann" / ASSIGNMENT
    (folder / "submission_secret.txt").unlink()
    (folder / "submission_secret.txt").symlink_to("/etc/passwd")
    feedback(course)
    assert [p.name for p in (course.root / "feedback" / "ann" / ASSIGNMENT).iterdir()] == [
        "toy.html"
    ]
