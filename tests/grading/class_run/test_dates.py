"""Due dates, extensions and the policy for late work count as they are when somebody looks."""

from __future__ import annotations

import csv
import json

import nbformat
import pytest
from class_run_helpers import ASSIGNMENT, WORDS

from imbalance_grader.course.classroom import Classroom

DUE = "2026-03-02 12:00:00 UTC"
LATE = "2026-03-03 12:00:00 UTC"
DAY = 86400.0


@pytest.fixture
def marked(course, command, capsys):
    """Return a function that runs a command and says what each place holds of ann."""

    def run(*arguments: str, code: int = 0) -> dict:
        capsys.readouterr()
        assert command(*(arguments or ("assignment", ASSIGNMENT)), "--json") == code
        (told,) = json.loads(capsys.readouterr().out)["submissions"]
        folder = course.root / "grading" / ASSIGNMENT
        with (folder / "grades.csv").open(newline="") as file:
            (row,) = csv.DictReader(file)
        (notebook,) = course.gradebook()["notebooks"]
        score, late = told["score"], told["late_seconds"]
        assert row["score"] == f"{score:g}"
        assert row["late_seconds"] == ("" if late is None else f"{late:.0f}")
        assert float(row["late_submission_penalty"]) == told["late_submission_penalty"]
        assert told["late_submission_penalty"] == (notebook[3] or 0.0)
        assert ("late</span>" in (folder / "report.html").read_text()) == bool(late)
        return {"score": score, "late": late, "detail": told["detail"]}

    return run


@pytest.fixture
def gradebook(course):
    with Classroom(course.root).gradebook() as gradebook:
        yield gradebook


def policy(course, name: str) -> None:
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + f"\nc.LateSubmissionPlugin.penalty_method = {name!r}\n")


def mark(gradebook, score: float | None, cell: str = "reflection") -> None:
    grade = gradebook.find_grade(cell, "toy", ASSIGNMENT, "ann")
    grade.manual_score, grade.needs_manual_grade = score, score is None and grade.auto_score is None
    gradebook.db.commit()


def review(gradebook, cell: str = "reflection") -> tuple[float | None, bool]:
    gradebook.db.expire_all()
    grade = gradebook.find_grade(cell, "toy", ASSIGNMENT, "ann")
    return grade.manual_score, grade.needs_manual_grade


@pytest.mark.parametrize("look", [("assignment", ASSIGNMENT), ("report", ASSIGNMENT)])
def test_each_change_counts_at_once_and_everywhere(course, marked, gradebook, look):
    course.submit("ann", timestamp=LATE)
    assert marked() == {"score": 7.0, "late": 0.0, "detail": ""}
    gradebook.update_or_create_assignment(ASSIGNMENT, duedate=DUE)
    assert marked(*look) == {"score": 7.0, "late": DAY, "detail": ""}
    policy(course, "zero")
    assert marked(*look) == {"score": 0.0, "late": DAY, "detail": ""}
    gradebook.grant_extension(ASSIGNMENT, "ann", hours=12)
    assert marked(*look) == {"score": 0.0, "late": DAY / 2, "detail": ""}
    gradebook.grant_extension(ASSIGNMENT, "ann", days=3)
    assert marked(*look) == {"score": 7.0, "late": 0.0, "detail": ""}
    gradebook.grant_extension(ASSIGNMENT, "ann")
    assert marked(*look) == {"score": 0.0, "late": DAY, "detail": ""}
    policy(course, "none")
    assert marked(*look) == {"score": 7.0, "late": DAY, "detail": ""}
    gradebook.update_or_create_assignment(ASSIGNMENT, duedate=None)
    assert marked(*look) == {"score": 7.0, "late": 0.0, "detail": ""}


def test_a_mark_given_later_is_late_as_well(course, marked, gradebook):
    course.submit("ann", timestamp=LATE)
    gradebook.update_or_create_assignment(ASSIGNMENT, duedate=DUE)
    policy(course, "zero")
    assert marked()["score"] == 0.0
    mark(gradebook, 2.5)
    assert marked("report", ASSIGNMENT)["score"] == 0.0


def test_the_courses_own_policy_reckons_from_the_whole_score(course, marked, gradebook):
    config = course.root / "nbgrader_config.py"
    config.write_text(
        config.read_text()
        + """
from nbgrader.plugins import BasePlugin
class Tenth(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score / 10
c.AssignLatePenalties.plugin_class = Tenth
"""
    )
    course.submit("ann", timestamp=LATE)
    gradebook.update_or_create_assignment(ASSIGNMENT, duedate=DUE)
    assert marked()["score"] == pytest.approx(6.3)
    mark(gradebook, 3.0)
    assert marked("report", ASSIGNMENT)["score"] == pytest.approx(9.0)


def test_a_time_that_was_mended_counts_without_grading_again(course, marked, gradebook, pretended):
    gradebook.update_or_create_assignment(ASSIGNMENT, duedate=DUE)
    course.submit("ann", timestamp="gestern abend")
    told = marked(code=1)
    assert told["late"] is None
    assert "'gestern abend'" in told["detail"]
    report = (course.root / "grading" / ASSIGNMENT / "report.html").read_text()
    assert "gestern abend" in report
    course.submit("ann", timestamp="2026-03-02 14:00:00 +0100")
    assert marked() == {"score": 7.0, "late": DAY / 24, "detail": ""}
    assert pretended.graded == ["ann"]


def test_no_time_at_all_is_said_where_a_date_is_set(course, marked, gradebook):
    course.submit("ann", timestamp=None)
    assert marked() == {"score": 7.0, "late": 0.0, "detail": ""}
    gradebook.update_or_create_assignment(ASSIGNMENT, duedate=DUE)
    told = marked(code=1)
    assert told["late"] is None
    assert "No timestamp.txt came with it" in told["detail"]


def test_a_time_that_went_missing_does_not_stay_in_the_gradebook(course, marked, gradebook):
    gradebook.update_or_create_assignment(ASSIGNMENT, duedate=DUE)
    course.submit("ann", timestamp=LATE)
    assert marked()["late"] == DAY
    (course.root / "submitted" / "ann" / ASSIGNMENT / "timestamp.txt").unlink()
    assert marked(code=1)["late"] is None
    assert course.gradebook()["submissions"] == [("ann", ASSIGNMENT, None)]


def test_the_exchanges_time_zone_settles_its_own_names(course, marked, gradebook):
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.Exchange.timezone = 'Asia/Kolkata'\n")
    gradebook.update_or_create_assignment(ASSIGNMENT, duedate=DUE)
    course.submit("ann", timestamp="2026-03-02 17:29:00.000000 IST")
    assert marked()["late"] == 0.0
    course.submit("ann", timestamp="2026-03-02 17:31:00.000000 IST")
    assert marked()["late"] == 60.0


def test_a_zone_that_does_not_exist_is_the_instructors_to_mend(course, command, capsys):
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.Exchange.timezone = 'Berlin'\n")
    course.submit("ann")
    assert command("assignment", ASSIGNMENT) == 2
    assert "c.Exchange.timezone is 'Berlin'" in " ".join(capsys.readouterr().err.split())


def test_a_report_takes_no_later_time_for_what_was_graded_before(course, marked, gradebook):
    gradebook.update_or_create_assignment(ASSIGNMENT, duedate=DUE)
    course.submit("ann")
    assert marked()["late"] == 0.0
    course.submit("ann", double="WRONG", timestamp=LATE)  # handed in again, not graded yet
    assert marked("report", ASSIGNMENT) == {"score": 7.0, "late": 0.0, "detail": ""}
    assert marked() == {"score": 5.0, "late": DAY, "detail": ""}


# --- marks given by hand --------------------------------------------------------------------------


def edit_source(course, old: str, new: str) -> None:
    source = course.root / "solutions" / ASSIGNMENT / "toy.ipynb"
    text = source.read_text()
    assert old in text
    source.write_text(text.replace(old, new))


def test_a_mark_stands_while_what_it_is_of_stands(course, marked, gradebook, pretended):
    course.submit("ann")
    marked()
    mark(gradebook, 2.5)
    edit_source(course, "How can a toy be graded?", "How can a toy be graded well?")
    marked()
    assert review(gradebook) == (2.5, False)
    marked("assignment", ASSIGNMENT, "--force")
    course.submit("ann", double="WRONG")
    marked()
    assert review(gradebook) == (2.5, False)
    assert len(pretended.graded) == 4


def another_answer(course) -> None:
    course.submit("ann", reflection="Another answer altogether.")


def another_scheme(course) -> None:
    edit_source(course, WORDS, "The accuracy is that of the common class.")


def other_points(course) -> None:
    source = course.root / "solutions" / ASSIGNMENT / "toy.ipynb"
    notebook = nbformat.read(source, as_version=4)
    notebook.cells[-1].metadata.nbgrader["points"] = 4
    nbformat.write(notebook, source)


def unreadable(course) -> None:
    course.submit("ann").write_text("{")


@pytest.mark.parametrize(
    ("change", "code"),
    [(another_answer, 0), (another_scheme, 0), (other_points, 0), (unreadable, 1)],
)
def test_a_mark_is_kept_and_put_up_for_review_where_that_changed(
    course, marked, gradebook, change, code
):
    course.submit("ann")
    marked()
    mark(gradebook, 2.5)
    change(course)
    marked(code=code)
    assert review(gradebook) == (2.5, True)


def test_a_corrected_check_stands_until_the_check_says_something_else(course, marked, gradebook):
    course.submit("ann", half="WRONG")
    marked()
    mark(gradebook, 1.5, "test-half")
    marked("assignment", ASSIGNMENT, "--force")
    assert review(gradebook, "test-half") == (1.5, False)
    edit_source(course, "on(7).gives(3.5)", "on(8).gives(4)")
    marked()
    assert review(gradebook, "test-half") == (1.5, True)


def test_what_was_up_for_review_stays_so_until_somebody_looked(course, marked, gradebook):
    course.submit("ann")
    marked()
    mark(gradebook, 2.5)
    course.submit("ann", reflection="Another answer altogether.")
    marked()
    marked("assignment", ASSIGNMENT, "--force")
    assert review(gradebook) == (2.5, True)


def test_a_run_that_was_killed_before_its_record_does_not_settle_a_changed_answer(
    course, marked, gradebook, monkeypatch
):
    from imbalance_grader.course.journal import Journal

    course.submit("ann")
    marked()
    mark(gradebook, 2.5)
    course.submit("ann", reflection="Another answer altogether.")
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "write", lambda *_: (_ for _ in ()).throw(OSError("no power")))
        marked(code=1)
    marked()
    assert review(gradebook) == (2.5, True)
