"""The run over a class: every submission ends in a named state, and nothing is done twice."""

from __future__ import annotations

import shutil

import nbformat
import pytest
from class_run_helpers import ASSIGNMENT, PretendedEngine, crew_of

from imbalance_grader.class_run.run import Options, grade_class
from imbalance_grader.course import classroom
from imbalance_grader.course.classroom import Classroom, ClassroomError
from imbalance_grader.course.journal import Journal
from imbalance_grader.notebook.results import State


def grade(course, engine=None, **options):
    classroom = Classroom(course.root)
    engine = engine or PretendedEngine()
    assignment = classroom.assignment(ASSIGNMENT)
    return grade_class(classroom, assignment, crew_of(engine), Options(**options))


def test_marks_reach_the_gradebook_and_written_answers_wait(course):
    course.submit("ann")
    course.submit("bob", double="WRONG")
    records = grade(course)
    assert [(r.student, r.state, r.points) for r in records] == [
        ("ann", State.GRADED, 7.0),
        ("bob", State.GRADED, 5.0),
    ]
    grades = {
        (s, c): (auto, manual) for s, _, c, auto, _, _, manual in course.gradebook()["grades"]
    }
    assert grades["ann", "test-double"] == (2.0, 0)
    assert grades["bob", "test-double"] == (0.0, 0)
    assert grades["ann", "reflection"] == (None, 1)


def test_the_graded_notebook_lies_where_formgrader_looks(course):
    course.submit("ann")
    grade(course)
    folder = course.root / "autograded" / "ann" / ASSIGNMENT
    assert sorted(p.name for p in folder.iterdir()) == [
        "submission_secret.txt",
        "timestamp.txt",
        "toy.ipynb",
    ]
    assert (folder / "toy.ipynb").stat().st_mode & 0o777 == 0o444


def test_what_is_graded_and_unchanged_is_kept(course):
    course.submit("ann")
    course.submit("bob")
    grade(course)
    course.submit("bob", double="WRONG")
    second = PretendedEngine()
    records = grade(course, second)
    assert second.graded == ["bob"]
    assert [r.points for r in records] == [7.0, 5.0]
    third = PretendedEngine()
    grade(course, third, force=True)
    assert sorted(third.graded) == ["ann", "bob"]


def test_a_changed_instructors_notebook_means_grading_again(course):
    course.submit("ann")
    grade(course)
    source = course.root / "solutions" / ASSIGNMENT / "toy.ipynb"
    source.write_text(source.read_text().replace("on(7)", "on(8)"))
    engine = PretendedEngine()
    grade(course, engine)
    assert engine.graded == ["ann"]


def test_a_lost_graded_notebook_or_gradebook_is_made_again(course):
    course.submit("ann")
    grade(course)
    (course.root / "autograded" / "ann" / ASSIGNMENT / "toy.ipynb").unlink()
    engine = PretendedEngine()
    grade(course, engine)
    assert engine.graded == ["ann"]
    (course.root / "gradebook.db").unlink()
    grade(course, engine)
    assert engine.graded == ["ann", "ann"]
    assert len(course.gradebook()["submissions"]) == 1


def test_every_odd_submission_has_a_name_for_its_state(course):
    course.submit("ann")
    course.submit("loop", double="while True: pass")
    course.submit("empty").unlink()
    course.submit("broken").write_text("{not a notebook")
    course.submit("faulty", double="GRADER FAILS")
    submitted = course.root / "submitted"
    (submitted / "<img src=x onerror=alert(1)>" / ASSIGNMENT).mkdir(parents=True)
    (submitted / "..hidden" / ASSIGNMENT).mkdir(parents=True)
    (submitted / "thief").symlink_to(submitted / "ann")
    (submitted / "linked").mkdir()
    (submitted / "linked" / ASSIGNMENT).symlink_to(submitted / "ann" / ASSIGNMENT)
    (submitted / "file").mkdir()
    (submitted / "file" / ASSIGNMENT).write_text("no folder")
    with Classroom(course.root).gradebook() as gradebook:
        gradebook.add_student("zoe")

    states = {r.student: r.state for r in grade(course)}
    assert states == {
        "ann": State.GRADED,
        "loop": State.TIMED_OUT,
        "empty": State.MISSING,
        "broken": State.MALFORMED,
        "faulty": State.CRASHED,
        "<img src=x onerror=alert(1)>": State.MALFORMED,
        "..hidden": State.MALFORMED,
        "thief": State.MALFORMED,
        "linked": State.MALFORMED,
        "file": State.MALFORMED,
        "zoe": State.MISSING,
    }
    # Who handed in nothing has no grade of zero, and what the grader did not read neither.
    assert {row[0] for row in course.gradebook()["submissions"]} == {
        "ann",
        "loop",
        "empty",
        "broken",
    }


def test_a_fault_of_the_grader_is_tried_again(course):
    course.submit("ann", double="GRADER FAILS")
    (record,) = grade(course)
    assert "fault" in record.detail
    assert Journal(Classroom(course.root).results(ASSIGNMENT)).read("ann") is None
    engine = PretendedEngine()
    grade(course, engine)
    assert engine.graded == ["ann"]


def test_a_fault_in_writing_stays_with_its_submission(course, monkeypatch):
    from imbalance_grader.class_run.settle import Settler

    def write(_, outcome):
        if outcome.task.submission.student == "ann":
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")

    monkeypatch.setattr(Settler, "_write_notebooks", write)
    course.submit("ann")
    course.submit("bob")
    states = {r.student: (r.state, "surrogates" in r.detail) for r in grade(course)}
    assert states == {"ann": (State.CRASHED, True), "bob": (State.GRADED, False)}


def test_named_students_only_and_unknown_ones_refused(course):
    course.submit("ann")
    course.submit("bob")
    engine = PretendedEngine()
    records = grade(course, engine, students=["bob"])
    assert engine.graded == ["bob"]
    assert [r.student for r in records] == ["bob"]
    with pytest.raises(ClassroomError, match="no such student: 'bbo'"):
        grade(course, students=["bbo"])


def test_resume_goes_on_with_what_the_broken_run_was_asked(course):
    for name in ("ann", "bob", "cyd"):
        course.submit(name)
    grade(course)

    class Interrupted(PretendedEngine):
        def grade(self, *task):
            if self.graded:
                raise KeyboardInterrupt
            return super().grade(*task)

    classroom = Classroom(course.root)
    with pytest.raises(KeyboardInterrupt):
        grade_class(
            classroom,
            classroom.assignment(ASSIGNMENT),
            crew_of(Interrupted(), jobs=1),
            Options(force=True),
        )
    with pytest.raises(ClassroomError, match="no such student"):
        grade(course, students=["mistyped"])  # no run, which could be resumed in its place
    engine = PretendedEngine()
    grade(course, engine, resume=True)
    assert sorted(engine.graded) == ["bob", "cyd"]
    with pytest.raises(ClassroomError, match="nothing to resume"):
        grade(course, resume=True)


@pytest.mark.parametrize("damaged", ["run.json", "journal/ann.json"])
@pytest.mark.parametrize("text", ["", "[]", "null", "{"])
def test_a_damaged_note_is_as_none(course, damaged, text):
    course.submit("ann")
    grade(course)
    (course.root / "grading" / ASSIGNMENT / damaged).write_text(text)
    assert [r.state for r in grade(course)] == [State.GRADED]


def test_what_was_graded_stands_where_the_submission_is_gone_and_that_is_said(course):
    for name in ("ann", "bob"):
        course.submit(name)
    grade(course)
    shutil.rmtree(course.root / "submitted" / "ann")
    ann, bob = grade(course)
    assert (ann.state, bob.state) == (State.GRADED, State.GRADED)
    assert ann.detail == "It is not in submitted/ any more; what it earned stands."
    assert ann.points == bob.points
    assert bob.detail == ""


def test_what_a_lesson_has_beyond_its_core_is_no_part_of_its_assignment(course, monkeypatch):
    folder = course.root / "solutions" / ASSIGNMENT
    text = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 01 · More of it")])
    nbformat.write(text, folder / "toy-deeper.ipynb")
    (course.root / "gradebook.db").unlink()
    entered = []
    generate = classroom._generate
    monkeypatch.setattr(classroom, "_generate", lambda *of: entered.append(of) or generate(*of))
    room = Classroom(course.root)
    assignment = room.assignment(ASSIGNMENT)
    assert assignment.notebooks == ["toy"]
    assert room.notebook_names() == {ASSIGNMENT: ["toy"]}
    room.register(assignment)
    room.register(assignment)
    assert len(entered) == 1
    course.submit("ann")
    assert [(r.student, r.state) for r in grade(course)] == [("ann", State.GRADED)]
