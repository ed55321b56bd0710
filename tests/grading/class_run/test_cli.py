"""The command: what it prints, for people and for machines, and how it exits."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy
from class_run_helpers import ASSIGNMENT, Course, PretendedEngine
from rich.console import Console

from imbalance_grader import cli, commands
from imbalance_grader.class_run.run import Plan
from imbalance_grader.class_run.workers import LocalWorkers
from imbalance_grader.course.classroom import Classroom
from imbalance_grader.course.disk import named, refusal_of_the_disk
from imbalance_grader.course.journal import Record, RunNote
from imbalance_grader.notebook.engine import SourceError, Unprotected
from imbalance_grader.notebook.results import Protection
from imbalance_grader.version import course_version


@pytest.fixture(autouse=True)
def pretended(monkeypatch):
    import contextlib

    @contextlib.contextmanager
    def workers(jobs, limits, allow_unprotected, config):
        yield LocalWorkers(PretendedEngine(), jobs)

    monkeypatch.setattr(commands, "local_workers", workers)


def run(course, command: str, *arguments: str) -> int:
    return cli.main([command, *arguments, "--course", str(course.root)])


def test_all_graded_is_0_and_the_table_and_files_are_there(course, capsys):
    course.submit("ann")
    assert run(course, "assignment", ASSIGNMENT) == 0
    out, err = capsys.readouterr()
    assert "ann" in out
    assert "1 student: 1 graded. 1 written answer waits." in " ".join(out.split())
    assert "1 to grade" in err
    folder = course.root / "grading" / ASSIGNMENT
    assert (folder / "grades.csv").is_file()
    assert (folder / "report.html").is_file()


@pytest.mark.parametrize("command", ["assignment --feedback", "feedback", "report"])
def test_where_everybody_stands_is_reckoned_once(command, course, reckoned):
    course.submit("ann")
    assert run(course, "assignment", ASSIGNMENT) == 0
    reckoned.clear()
    name, *options = command.split()
    assert run(course, name, ASSIGNMENT, *options) == 0
    assert len(reckoned) == 1


def test_a_copy_beside_a_lessons_notebook_is_refused(course, capsys):
    """With a copy that somebody made to try something out each point would count twice."""
    course.submit("ann")
    (source,) = (course.root / "solutions" / ASSIGNMENT).glob("*.ipynb")
    copy = source.with_name("toy-Copy1.ipynb")
    shutil.copy(source, copy)
    for command in ("assignment", "due"):
        assert run(course, command, ASSIGNMENT, *(["--never"] if command == "due" else [])) == 2
        said = " ".join(capsys.readouterr().err.split())
        assert "toy-Copy1.ipynb and toy.ipynb are copies of each other" in said
    copy.unlink()
    assert run(course, "assignment", ASSIGNMENT, "--json") == 0
    (ann,) = json.loads(capsys.readouterr().out)["submissions"]
    assert ann["max_score"] == 10


def test_what_did_not_run_is_1(course):
    course.submit("ann", double="while True: pass")
    assert run(course, "assignment", ASSIGNMENT) == 1


def test_for_machines_stdout_is_one_json_object(course, capsys):
    course.submit("ann", half="WRONG MISTAKE")
    course.submit("bob").write_text("{")
    assert run(course, "assignment", ASSIGNMENT, "--json") == 1
    document = json.loads(capsys.readouterr().out)
    assert document["counts"] == {"graded": 1, "malformed": 1}
    assert document["graded_now"] == 2
    assert document["version"] == course_version()
    ann, bob = document["submissions"]
    assert (ann["student"], ann["status"], ann["score"], ann["max_score"]) == (
        "ann",
        "graded",
        4.0,
        10.0,
    )
    assert bob["score"] is None
    mistakes = [cell["mistake"] for cell in ann["notebooks"][0]["cells"]]
    assert mistakes == ["", "the baseline is forgotten", "", ""]
    assert Path(document["grades"]).is_file()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["assignment", "02-none"], "no assignment '02-none' in solutions/ (found: 01-toy)"),
        (["assignment", ASSIGNMENT, "--student", "nobody"], "no such student: 'nobody'"),
        (["assignment", ASSIGNMENT, "--resume"], "nothing to resume"),
        (["report", ASSIGNMENT], "nothing to report"),
        (["notebook", "nowhere.ipynb"], "'nowhere.ipynb' cannot be read: there is no such file"),
        (["notebook", __file__], "0 instructor's notebooks are named 'test_cli'"),
    ],
)
def test_what_needs_mending_is_2_and_says_how(course, capsys, arguments, says):
    assert run(course, *arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert says in " ".join(err.split())


BROKEN = {
    "c.LateSubmissionPlugin.penalty_method = 'zero": ", line 9: unterminated string literal",
    "c.LateSubmissionPlugin.penalty_method = zero": ", line 9: NameError: name 'zero' is not",
    "  c.Exchange.timezone = 'UTC'": ", line 9: unexpected indent",
    "raise SystemExit(3)": ", line 9: SystemExit: 3",
    "c.CourseDirectory.source_directory = 5": ": TraitError: The 'source_directory' trait",
    "c.LateSubmissionPlugin.penalty_methd = 'zero'": "penalty_methd, which is no option: is pena",
    "c.LateSubmisionPlugin.penalty_method = 'zero'": "is LateSubmissionPlugin meant?",
    "c.ImbalanceLab.optional_notebook = []": "is optional_notebooks meant?",
}


@pytest.mark.parametrize("line", BROKEN)
def test_a_configuration_that_cannot_be_meant_is_2_and_nothing_is_done(course, capsys, line):
    """Nbgrader leaves it out and goes on with another course, or passes over the line."""
    config = course.root / "nbgrader_config.py"
    config.write_text(f"{config.read_text().strip()}\n# seven lines\n{line}\n".lstrip())
    course.submit("ann")
    before = course.gradebook()
    assert run(course, "assignment", ASSIGNMENT) == 2
    out, err = capsys.readouterr()
    assert BROKEN[line] in " ".join(err.split())
    assert "Traceback" not in out + err
    assert course.gradebook() == before


def test_what_other_programs_are_told_there_is_left_alone(course):
    config = course.root / "nbgrader_config.py"
    others = "c.ServerApp.port = 1\nc.AutogradeApp.x = 1\nc.NbGraderAPI.Autograde.force = True\n"
    config.write_text(config.read_text() + others)
    course.submit("ann")
    assert run(course, "assignment", ASSIGNMENT) == 0


def test_who_works_in_the_repository_is_told_where_the_class_is(course, capsys):
    arguments = ["report", ASSIGNMENT, "--course", str(course.root)]
    cli.main(arguments)
    assert "note:" not in capsys.readouterr().err
    place = course.root / "handout" / "instructor"
    place.mkdir(parents=True)
    (place / "nbgrader_config.py").touch()
    assert cli.main(arguments) == 2
    said = f"the class's course folder is {place}."
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("name", ["Kurs [2026] é", "50% new", "a#b", "{x}", "a'b\"c", "new\nline"])
def test_a_course_may_lie_anywhere(course, name):
    place = Course(course.root.rename(course.root.with_name(name)))
    place.submit("ann")
    assert run(place, "assignment", ASSIGNMENT) == 0
    assert [one[0] for one in place.gradebook()["submissions"]] == ["ann"]


def test_but_not_where_its_gradebook_would_lie_elsewhere(course, capsys):
    """What follows a question mark is no path in the address of a database."""
    place = Course(course.root.rename(course.root.with_name("which?")))
    assert run(place, "report", ASSIGNMENT) == 2
    assert "ends at the question mark" in " ".join(capsys.readouterr().err.split())
    assert not place.root.with_name("which").exists()


def test_a_folder_that_is_no_course_is_2(tmp_path, capsys):
    assert cli.main(["report", ASSIGNMENT, "--course", str(tmp_path)]) == 2
    assert "has no nbgrader_config.py" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    "arguments",
    [[], ["grade"], ["assignment"], ["assignment", "x", "--limit", "cpu"]],
)
def test_a_wrong_command_line_is_2(arguments):
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments)
    assert stopped.value.code == 2


@pytest.mark.parametrize("given", ["-1", "x", "1.5", "²", ""])
@pytest.mark.parametrize(
    ("start", "least"), [(["assignment", "x", "--jobs"], 1), (["course", "--drop"], 0)]
)
def test_a_number_that_is_none_is_named_with_what_is_accepted(capsys, start, least, given):
    with pytest.raises(SystemExit) as stopped:
        cli.main([*start, given])
    assert stopped.value.code == 2
    said = f"argument {start[-1]}: '{given}' is no whole number from {least}"
    assert said in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    "start", [["notebook", "x.ipynb"], ["report", "x"], ["course"]], ids=lambda start: start[0]
)
def test_a_folder_is_no_file_to_write_and_is_named_before_anything_is_done(capsys, start, tmp_path):
    with pytest.raises(SystemExit) as stopped:
        cli.main([*start, "--output", str(tmp_path)])
    assert stopped.value.code == 2
    said = f"argument --output: '{tmp_path}' is a folder, and should name a file in it"
    assert said in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("start", "ending"),
    [(["notebook", "x.ipynb"], ".ipynb"), (["report", "x"], ".html"), (["course"], ".csv")],
)
def test_what_is_there_goes_only_for_its_own_kind(capsys, start, ending, tmp_path):
    """A gradebook that is named by mistake would be written over."""
    (tmp_path / "gradebook.db").touch()
    with pytest.raises(SystemExit, match="2"):
        cli.main([*start, "--output", f"{tmp_path}/gradebook.db"])
    said = f"'{tmp_path}/gradebook.db' is there, and not written over: its name does not end in "
    assert said + ending in " ".join(capsys.readouterr().err.split())


def test_a_graded_notebook_is_not_written_over_the_one_that_was_handed_in(course, capsys):
    path = course.submit("ann")
    before = path.read_bytes()
    assert run(course, "notebook", str(path), "--output", str(path)) == 2
    assert "would replace what was handed in" in capsys.readouterr().err
    assert path.read_bytes() == before


@pytest.mark.parametrize("output", ["gradebook.db/x.html", "x" * 300])
def test_a_place_where_no_file_can_be_is_2_and_no_fault(course, capsys, output):
    course.submit("ann")
    run(course, "assignment", ASSIGNMENT)
    assert run(course, "report", ASSIGNMENT, "--output", str(course.root / output)) == 2
    assert "When that is mended" in capsys.readouterr().err


def test_a_file_in_the_place_of_a_folder_is_2_and_named(course, capsys):
    (course.root / "grading").write_text("notes")
    course.submit("ann")
    assert run(course, "assignment", ASSIGNMENT) == 2
    assert f"{course.root / 'grading'}: File exists" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["{", '{"cells": [], "nbformat": 3, "metadata": {}}', "[]"])
@pytest.mark.parametrize("command", ["assignment", "report", "due", "waive", "mark", "course"])
def test_a_source_that_is_no_notebook_is_2_and_named(course, capsys, command, text):
    course.submit("ann")
    run(course, "assignment", ASSIGNMENT)
    source = course.root / "solutions" / ASSIGNMENT / "toy.ipynb"
    source.write_text(text)
    more = {
        "due": [ASSIGNMENT, "2026-03-02 12:00 +0100"],
        "waive": [ASSIGNMENT, "reflection", "--reason", "x"],
        "course": [],
    }
    assert run(course, command, *more.get(command, [ASSIGNMENT])) == 2
    assert f"{source} is no notebook that can be read: " in capsys.readouterr().err


@pytest.mark.parametrize("given", ["-1", "0", "nan", "inf", "x", ""])
def test_a_limit_that_is_none_is_named_though_nothing_is_to_be_graded(capsys, given):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["assignment", "x", "--limit", f"wall_seconds={given}"])
    assert stopped.value.code == 2
    said = f"argument --limit: wall_seconds={given}: '{given}' is no number above 0"
    assert said in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    "command",
    [
        ["new-inputs"],
        ["due", ASSIGNMENT, "2026-03-02 12:00 UTC"],
        ["assignment", ASSIGNMENT],
        ["course"],
    ],
    ids=lambda command: command[0],
)
def test_a_folder_that_may_not_be_written_is_2_and_no_fault(course, command):
    course.submit("ann")
    closed = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", str(course.root), str(course.root)]
    run = subprocess.run(
        [*closed, sys.executable, "-m", "imbalance_grader", *command, "--course", str(course.root)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert "Traceback" not in run.stderr
    assert f"error: {course.root}/" in run.stderr
    assert "Read-only file system" in run.stderr


def test_a_full_disk_and_a_gradebook_that_is_closed_are_2(course, capsys, monkeypatch):
    def gradebook_is_closed(*_):
        engine = sqlalchemy.create_engine("sqlite:////")
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text("CREATE TABLE marks (points)"))

    def disk_is_full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "grading/course.csv")

    for fails, said in (
        (disk_is_full, "error: grading/course.csv: No space left on device"),
        (gradebook_is_closed, "error: the gradebook: unable to open database file"),
    ):
        monkeypatch.setitem(commands.COMMANDS, "course", fails)
        assert run(course, "course") == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert said in " ".join(err.split())
        assert "What is done is kept." in " ".join(err.split())


@pytest.mark.parametrize("left", [b"no database" * 99, None], ids=["overwritten", "cut"])
@pytest.mark.parametrize("command", ["assignment", "report", "mark"])
def test_a_damaged_gradebook_is_2_and_the_copies_are_named(course, capsys, left, command):
    course.submit("ann")
    run(course, "assignment", ASSIGNMENT)
    book = course.root / "gradebook.db"
    book.write_bytes(left or book.read_bytes()[:5000])
    capsys.readouterr()
    assert run(course, command, ASSIGNMENT) == 2
    out, err = capsys.readouterr()
    assert "the gradebook is damaged: " in err
    assert "from grading/backups/" in err
    assert "Traceback" not in out + err


def test_a_full_disk_is_said_of_the_file_that_was_being_written():
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(OSError, match="No space left") as stopped, named(Path("copies/ada.zip")):
        raise full
    assert refusal_of_the_disk(stopped.value) == "copies/ada.zip: No space left on device"


def test_another_error_is_still_a_fault(course, capsys, monkeypatch):
    def fails(*_):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "toy.ipynb")

    monkeypatch.setitem(commands.COMMANDS, "course", fails)
    assert run(course, "course") == 70
    assert "This is a fault of the grader." in " ".join(capsys.readouterr().err.split())


def test_missing_protections_are_3_with_the_way_on(course, capsys, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise Unprotected("this machine does not offer every protection")

    course.submit("ann")
    monkeypatch.setattr(commands, "local_workers", refuse)
    assert run(course, "assignment", ASSIGNMENT) == 3
    assert "--allow-unprotected" in capsys.readouterr().err


def test_a_faulty_instructors_notebook_is_2(course, capsys, monkeypatch):
    class Faulty(PretendedEngine):
        def grade(self, *_):
            raise SourceError("toy.ipynb: cell 3 has no answer before it")

    import contextlib

    @contextlib.contextmanager
    def workers(jobs, limits, allow_unprotected, config):
        yield LocalWorkers(Faulty(), jobs)

    course.submit("ann")
    monkeypatch.setattr(commands, "local_workers", workers)
    assert run(course, "assignment", ASSIGNMENT) == 2
    assert "cell 3 has no answer before it" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(("on", "code"), [(True, 0), (False, 3)])
def test_protections_say_what_is_off(capsys, monkeypatch, on, code):
    found = [Protection("files", True), Protection("network", on, "the kernel refused")]
    monkeypatch.setattr(commands, "protections", lambda: found)
    assert cli.main(["protections"]) == code
    assert ("OFF" in capsys.readouterr().out) is not on
    assert cli.main(["protections", "--json"]) == code
    listed = json.loads(capsys.readouterr().out)["protections"]
    assert listed[1] == {"name": "network", "on": on, "why": "the kernel refused"}


def test_a_fault_of_the_grader_is_70_and_never_1(course, capsys, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("nobody thought of \x1b[31mthis")

    monkeypatch.setattr(commands, "grade_class", broken)
    assert run(course, "assignment", ASSIGNMENT) == 70
    error = capsys.readouterr().err
    assert "Traceback" in error
    assert "fault of the grader" in error
    assert "\x1b" not in error


@pytest.mark.parametrize("text", ["\ud800", "\x1b]8;;https://evil.test\x07", "\u202e", "\x00"])
def test_a_text_that_acts_stops_nothing_and_acts_nowhere(course, capfdbinary, text):
    course.submit("ann", half="WRONG SAYS" + text.encode("unicode_escape").decode())
    course.submit("bob", half="WRONG")
    assert run(course, "assignment", ASSIGNMENT, "--feedback") == 0
    assert run(course, "assignment", ASSIGNMENT, "--json") == 0
    shown = b"".join(capfdbinary.readouterr())
    files = [path for path in course.root.rglob("*") if path.suffix in (".html", ".csv", ".ipynb")]
    written = [p.read_bytes() for p in files if "submitted" not in p.parts]
    assert len(written) >= 6
    raw = text.encode("utf-8", "surrogatepass")
    assert all(raw not in data for data in [shown, *written])
    assert {row[0] for row in course.gradebook()["submissions"]} == {"ann", "bob"}


def test_hostile_names_reach_the_terminal_as_text(course, capsys):
    folder = course.root / "submitted" / "\x1b[31m[bold]red" / ASSIGNMENT
    folder.mkdir(parents=True)
    assert run(course, "assignment", ASSIGNMENT) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\\x1b[31m[bold]red" in out


def test_the_report_command_reads_marks_given_since(course, capsys):
    course.submit("ann")
    run(course, "assignment", ASSIGNMENT)

    with Classroom(course.root).gradebook() as gradebook:
        mark = gradebook.find_grade("reflection", "toy", ASSIGNMENT, "ann")
        mark.manual_score, mark.needs_manual_grade = 3, False
        gradebook.db.commit()
    capsys.readouterr()
    assert run(course, "report", ASSIGNMENT, "--json") == 0
    (ann,) = json.loads(capsys.readouterr().out)["submissions"]
    assert (ann["score"], ann["waiting"]) == (10.0, 0)


def test_every_command_has_help(capsys):
    for command in commands.COMMANDS:
        with pytest.raises(SystemExit) as stopped:
            cli.main([command, "--help"])
        assert stopped.value.code == 0
        assert "exit codes:" in capsys.readouterr().out


def test_help_does_not_wait_for_nbgrader():
    script = "import sys; from imbalance_grader import cli; cli.main(['--help'])"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", script],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "usage: imbalance-lab-grade" in done.stdout
    imported = {line.split("|")[-1].strip() for line in done.stderr.splitlines()}
    assert "argparse" in imported
    assert not imported & {"nbformat", "nbgrader", "numpy", "sklearn"}


def test_the_bar_says_how_much_time_is_left():
    seconds = iter(range(1000))
    shown = io.StringIO()
    notes = Console(file=shown, force_terminal=True, width=120, get_time=lambda: next(seconds))
    workers = LocalWorkers(PretendedEngine(), 2)
    with commands._Bar(notes) as bar:
        bar.planned(Plan(RunNote("run"), tasks=[None] * 10), workers)
        for _ in range(5):
            bar.graded(Record("ann", ()))
        bar._bar.refresh()
    workers.close()
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown.getvalue())
    assert "10 to grade, 2 at a time on this machine." in text
    assert re.search(r" 5/10 0:\d\d:\d\d left 0:\d\d:\d\d 5 missing", text)
