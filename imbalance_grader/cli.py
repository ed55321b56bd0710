"""The command line of ``imbalance-lab-grade``: what it can be asked, and its help texts.

Each command is a function that adds what it can be given to its parser. Its docstring is the help
that a user reads.
"""

from __future__ import annotations

import argparse
import inspect
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from imbalance_grader import argument_types as types
from imbalance_grader.notebook.results import Limits
from imbalance_grader.version import course_version
from imbalance_grader.weights import WEIGHTS
from imbalance_lab.printable import Parser

_EXIT_CODES = """\
exit codes:
  0    done; every submission that was handed in ran and was scored
  1    done; some submissions did not run to the end, or their time is not known: see the table
  2    the command, the course, an instructor's notebook or the disk needs mending
  3    nothing done: this machine lacks protections, and --allow-unprotected was not given
  4    nothing done: another command is writing in this course (with --no-wait)
  70   a fault of the grader itself; what is done is kept
  130  stopped by Ctrl-C or SIGTERM; the same command goes on where it was
"""

_TIME_HELP = "such as '2026-03-02 12:00 +0100' or '2026-03-02 12:00 Europe/Berlin'"

_MAIN = """\
Grade the notebooks of a class without trusting them.

Submissions are read from nbgrader's folders and run in a sandbox; marks go into nbgrader's
gradebook. Formgrader, manual grading, feedback and export work as after `nbgrader autograde`.
"""

Add = Callable[[argparse.ArgumentParser], None]


@dataclass(frozen=True)
class _Command:
    """One of the things that can be asked for.

    Parameters
    ----------
    name : str
        As it is typed.
    add : callable
        Adds its arguments to a parser; its docstring is what the command does.
    examples : str
        Calls of it, a line each.
    in_course : bool
        Whether it works in a course's folder, and can be told which.
    as_json : bool
        Whether it can print its result as JSON.
    """

    name: str
    add: Add
    examples: str
    in_course: bool
    as_json: bool


_COMMANDS: list[_Command] = []


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the process.
    """
    chosen = _parser().parse_args(arguments)
    # Importing nbgrader takes seconds, which nobody should wait who asked for help or mistyped.
    from imbalance_grader.commands import run

    return run(chosen)


def _parser() -> Parser:
    parser = Parser(
        prog="imbalance-lab-grade",
        description=_MAIN,
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    said = f"imbalance-lab-grade {course_version()}"
    parser.add_argument("--version", action="version", version=said)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in _COMMANDS:
        description = inspect.getdoc(command.add) or ""
        one = commands.add_parser(
            command.name,
            help=description.splitlines()[0].rstrip("."),
            description=description,
            epilog=_epilog(command),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        one.set_defaults(command=command.name)
        command.add(one)
        _add_what_all_have(one, command)
    return parser


def _epilog(command: _Command) -> str:
    if not command.examples:
        return _EXIT_CODES
    lines = "".join(f"  {line}\n" for line in inspect.cleandoc(command.examples).splitlines())
    return f"examples:\n{lines}\n{_EXIT_CODES}"


def _add_what_all_have(parser: argparse.ArgumentParser, command: _Command) -> None:
    if command.in_course:
        parser.add_argument(
            "--course",
            type=types.path,
            default=Path(),
            metavar="FOLDER",
            help="the folder with nbgrader_config.py (default: this one)",
        )
    if command.as_json:
        parser.add_argument("--json", action="store_true", help="print one JSON object to stdout")


def _command(
    name: str, examples: str = "", in_course: bool = True, as_json: bool = True
) -> Callable[[Add], Add]:
    """Have a function add the arguments of a command."""

    def register(add: Add) -> Add:
        _COMMANDS.append(_Command(name, add, examples, in_course, as_json))
        return add

    return register


@_command("exchange", as_json=False)
def _exchange(parser: argparse.ArgumentParser) -> None:
    """Make nbgrader's exchange.

    It is the folder through which a class on one machine fetches and hands in. It gets the
    permissions that it needs, and you and your students are told in writing where it is.
    """
    parser.add_argument(
        "folder", type=types.path, metavar="FOLDER", help="made if it does not exist"
    )
    parser.add_argument(
        "--course-id", required=True, metavar="NAME", help="the course's name in the exchange"
    )


@_command("students", as_json=False)
def _students(parser: argparse.ArgumentParser) -> None:
    """Enter the students of a CSV file into the gradebook, or bring their names up to date.

    Its columns: id, first_name, last_name, email. Nobody is taken out.
    """
    parser.add_argument("file", type=types.path, metavar="FILE", help="a .csv file")


@_command(
    "copies",
    examples="""
        imbalance-lab-grade copies                   # for everybody in the gradebook
        imbalance-lab-grade copies chen "Zoë Łuk"    # for these, whoever has one already
    """,
)
def _copies(parser: argparse.ArgumentParser) -> None:
    """Make a copy of the hand-out for each student.

    It has inputs in its visible checks and an order in its quizzes that nobody else has, and comes
    into copies/ID.zip beside the course folder. The hand-out has to be a variant (make handout
    VARIANT=yes). A copy follows from the class's secret and the id, so that it can be made again,
    or later for who joins late. Grading knows whose copy a notebook was made from.
    """
    parser.add_argument(
        "student", nargs="*", metavar="ID", help="who gets one (default: the gradebook's)"
    )
    _add_jobs(parser, "copies")


@_command("due")
def _due(parser: argparse.ArgumentParser) -> None:
    """Say when an assignment is due, or --never.

    It is entered into the gradebook where it is not there yet. What was handed in is late, or not,
    at once.
    """
    _add_assignment(parser, students=False)
    when = parser.add_mutually_exclusive_group(required=True)
    when.add_argument("when", nargs="?", metavar="TIME", help=_TIME_HELP)
    when.add_argument("--never", action="store_true", help="there is no due date")


@_command(
    "extend",
    examples="""
        imbalance-lab-grade extend ada 02-metrics --days 2
        imbalance-lab-grade extend ada 02-metrics --until "2026-03-04 12:00 +0100"
        imbalance-lab-grade extend ada 02-metrics --undo
    """,
)
def _extend(parser: argparse.ArgumentParser) -> None:
    """Give a student more time for an assignment, before or after she has handed in.

    It counts at once: the gradebook, grades.csv and the report are brought up to date, and nothing
    is graded anew.
    """
    parser.add_argument("student", metavar="STUDENT", help="the id")
    _add_assignment(parser, students=False)
    more = parser.add_mutually_exclusive_group(required=True)
    longer = "longer than everybody else"
    more.add_argument("--days", type=types.longer, metavar="N", help=longer)
    more.add_argument("--hours", type=types.longer, metavar="N", help=longer)
    more.add_argument("--until", metavar="TIME", help=_TIME_HELP)
    more.add_argument("--undo", action="store_true", help="take an extension back")


@_command("assignment")
def _assignment(parser: argparse.ArgumentParser) -> None:
    """Grade an assignment.

    What is graded and unchanged is kept, so the same command also completes a run that was
    stopped. Writes the gradebook, autograded/, grading/NAME/grades.csv and
    grading/NAME/report.html.
    """
    _add_assignment(parser)
    _add_jobs(parser)
    _add_cluster(parser)
    parser.add_argument("--force", action="store_true", help="grade again what is unchanged too")
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with the stopped run, with the students and --force it was given",
    )
    parser.add_argument(
        "--no-wait",
        action="store_true",
        help="leave with code 4 instead of waiting while another command writes here",
    )
    parser.add_argument("--feedback", action="store_true", help="write the feedback pages too")
    parser.add_argument("--quiet", action="store_true", help="no progress, only the results")
    _add_anonymous(parser)
    _add_engine(parser)


def _add_cluster(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="grade on the workers of this Dask scheduler, such as tls://10.0.0.1:8786",
    )
    parser.add_argument(
        "--certificates",
        type=types.path,
        metavar="FOLDER",
        help="what `certificates` made (default: where Dask's configuration says)",
    )
    parser.add_argument(
        "--insecure-scheduler",
        action="store_true",
        help="use a scheduler to which anybody may connect who reaches it",
    )


@_command(
    "collect",
    examples="""
        imbalance-lab-grade collect 02-metrics submissions.zip
        imbalance-lab-grade collect 02-metrics submissions.zip --mapping students.csv
        imbalance-lab-grade collect 02-metrics gradebook_*.zip --zone Europe/Berlin
    """,
)
def _collect(parser: argparse.ArgumentParser) -> None:
    """Collect archives that Canvas, Moodle or Blackboard made.

    Each student's newest notebook is put where it is graded. Notebooks are recognised by what is in
    them, whatever they are called. Older ones, and work that was there before, are kept in
    grading/NAME/older/; what could not be matched is listed with its reason, and stays in the
    archive.
    """
    _add_assignment(parser, students=False)
    parser.add_argument(
        "archives", nargs="+", type=types.path, metavar="ARCHIVE", help="a .zip file"
    )
    _add_mapping(parser)
    parser.add_argument(
        "--platform",
        choices=("canvas", "moodle", "blackboard", "folders"),
        help="which made the archives (default: their names tell); folders: one for each student",
    )
    parser.add_argument(
        "--zone",
        default="",
        metavar="ZONE",
        help="in which Blackboard's clock goes, such as Europe/Berlin (default: the course's)",
    )
    parser.add_argument(
        "--time",
        default="",
        metavar="TIME",
        help="when to take as handed in what has no time and is not late: '2026-03-02 12:00 +0100'",
    )
    parser.add_argument(
        "--encoding",
        default="",
        metavar="NAME",
        help="of names that are not in UTF-8, such as cp437, cp1252 or gbk",
    )
    parser.add_argument(
        "--replace",
        action="store_true",
        help="replace work that came into submitted/ another way, too, and keep it aside",
    )


@_command("notebook", as_json=False)
def _notebook(parser: argparse.ArgumentParser) -> None:
    """Grade one notebook file and print the result as JSON.

    Nothing else is written.
    """
    parser.add_argument("notebook", type=types.path, help="the submitted .ipynb file")
    parser.add_argument(
        "--source",
        type=types.path,
        help="the instructor's notebook (default: the one of the same name in the course)",
    )
    parser.add_argument("--student", default="student", help="id to put into the result")
    parser.add_argument(
        "--output", type=types.new_file(".ipynb"), help="where to write the graded notebook"
    )
    _add_engine(parser)


@_command(
    "mark",
    as_json=False,
    examples="""
        imbalance-lab-grade mark
        imbalance-lab-grade mark 01-accuracy-paradox --anonymous
        imbalance-lab-grade mark --port 8890         # for ssh -L 8890:127.0.0.1:8890
    """,
)
def _mark(parser: argparse.ArgumentParser) -> None:
    """Mark written answers by hand.

    A web page of this machine's own shows them one after another, by question, with the marking
    scheme beside each. Marks and comments go into nbgrader's gradebook at once. It all works by
    keyboard; a student's text is never code there.
    """
    parser.add_argument(
        "assignment", nargs="?", metavar="NAME", help="one assignment (default: all of the course)"
    )
    parser.add_argument(
        "--anonymous",
        action="store_true",
        help="hide who wrote what, and shuffle the answers to each question",
    )
    parser.add_argument(
        "--port",
        type=types.port,
        default=0,
        metavar="N",
        help="where the page is served (default: any port that is free)",
    )


@_command("report")
def _report(parser: argparse.ArgumentParser) -> None:
    """Write the class report and grades.csv from the gradebook and the last run."""
    _add_assignment(parser, students=False)
    parser.add_argument(
        "--output",
        type=types.new_file(".html"),
        help="where to write it (default: grading/NAME/report.html)",
    )
    _add_anonymous(parser)


@_command("feedback")
def _feedback(parser: argparse.ArgumentParser) -> None:
    """Write each student's feedback, with the marks and comments given by hand.

    It is put where `nbgrader release_feedback` takes it from. The pages hold no script, nothing
    remote and no hidden test.
    """
    _add_assignment(parser)


@_command(
    "export",
    examples="""
        imbalance-lab-grade export 02-metrics --canvas Grades-Course.csv --feedback
        imbalance-lab-grade export 02-metrics --canvas Grades-Course.csv --column 4711 --scale
        imbalance-lab-grade export 02-metrics --moodle worksheet.csv --feedback
    """,
)
def _export(parser: argparse.ArgumentParser) -> None:
    """Write grades, and feedback, as Canvas or Moodle imports them.

    Into grading/NAME/ comes the table that the platform itself exported, with the grades in it. Who
    is not graded, or has written answers that wait, gets no grade there, and is named.
    """
    _add_assignment(parser, students=False)
    one = parser.add_mutually_exclusive_group(required=True)
    one.add_argument(
        "--canvas", type=types.path, metavar="FILE", help="the gradebook that it exports"
    )
    one.add_argument("--moodle", type=types.path, metavar="FILE", help="the grading worksheet")
    _add_mapping(parser)
    parser.add_argument(
        "--column",
        default="",
        metavar="NAME",
        help="Canvas's assignment, by its title or number (default: found by the lesson's name)",
    )
    parser.add_argument(
        "--scale",
        action="store_true",
        help="convert points where the platform gives another number",
    )
    parser.add_argument(
        "--unmarked",
        action="store_true",
        help="export the points so far of those whose written answers wait",
    )
    parser.add_argument(
        "--feedback", action="store_true", help="make the feedback pages anew, and pack them too"
    )


@_command(
    "course",
    examples="""
        imbalance-lab-grade course --drop 1
        imbalance-lab-grade course --weights exercises=50,written=30,capstone=20
    """,
)
def _course(parser: argparse.ArgumentParser) -> None:
    """Put all lessons that are graded into one table, grading/course.csv.

    For each student and lesson it has the per cent of exercises, written answers and quiz, and what
    they come to by the syllabus' weights. What is absent (counts as 0), unread or waiting (do not
    count yet) is told apart from 0.
    """
    shares = ",".join(f"{part}={weight:g}" for part, weight in WEIGHTS.items())
    parser.add_argument(
        "--drop",
        type=types.number_from_0,
        default=0,
        metavar="N",
        help="leave out each student's weakest N lessons (default: %(default)s)",
    )
    parser.add_argument(
        "--weights",
        type=types.weights,
        default=dict(WEIGHTS),
        metavar="PART=N,...",
        help=f"what the parts weigh, 0 for those not named (default: {shares}, the syllabus')",
    )
    parser.add_argument(
        "--capstone",
        default="",
        metavar="NAME",
        help="the assignment whose exercises are a part of their own (default: by its name)",
    )
    parser.add_argument(
        "--output",
        type=types.new_file(".csv"),
        help="where to write it (default: grading/course.csv)",
    )


@_command("waive")
def _waive(parser: argparse.ArgumentParser) -> None:
    """Give full points for an exercise whatever was answered.

    To everybody or to named students, and with a reason. Marks given by hand are kept for --undo.
    Brings the gradebook, grades.csv and the report up to date; feedback pages show the reason.
    """
    _add_assignment(parser)
    parser.add_argument("exercise", metavar="EXERCISE", help="its name, as the report shows it")
    parser.add_argument("--reason", help="one sentence for students and for the report")
    parser.add_argument("--undo", action="store_true", help="take the waiver back")


@_command("sample", as_json=False)
def _sample(parser: argparse.ArgumentParser) -> None:
    """Make a sample class of one assignment, and grade it from end to end.

    Its submissions are right, wrong, broken and hostile. Needs the course with its tests. Code 0
    although some do not run to the end: they are made so.
    """
    parser.add_argument("assignment", nargs="?", default="01-accuracy-paradox", metavar="NAME")
    parser.add_argument(
        "--output",
        type=types.path,
        default=Path("sample-class"),
        metavar="FOLDER",
        help="the course folder to make (default: %(default)s); must not exist yet",
    )
    parser.add_argument(
        "--answers",
        type=types.path,
        metavar="FOLDER",
        help="the package of right and wrong answers (default: tests/answers in the course)",
    )
    _add_jobs(parser)
    _add_engine(parser)
    parser.set_defaults(limit=[("call_seconds", 15.0)], grade=main)  # as this program would


@_command("new-inputs", as_json=False)
def _new_inputs(parser: argparse.ArgumentParser) -> None:
    """Draw the secret from which this class's hidden inputs come.

    Who reads the published course can compute the inputs of a course without one.
    """
    parser.add_argument(
        "--again",
        action="store_true",
        help="replace the secret that is there: every submission will be graded anew",
    )


@_command("certificates", in_course=False, as_json=False)
def _certificates(parser: argparse.ArgumentParser) -> None:
    """Make a certificate and its key, by which the machines of a Dask cluster know each other.

    Copy the folder to each of them, and nowhere else.
    """
    parser.add_argument("folder", type=types.path, metavar="FOLDER", help="must not exist yet")


@_command("protections", in_course=False)
def _protections(_: argparse.ArgumentParser) -> None:
    """Try every protection on this machine and say which are on.

    Code 3 if one is off.
    """


def _add_mapping(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--mapping",
        type=types.path,
        metavar="FILE",
        help="CSV with the columns student_id, and platform_id or name or both; or the gradebook "
        "that Canvas exports, or Moodle's grading worksheet",
    )


def _add_assignment(parser: argparse.ArgumentParser, students: bool = True) -> None:
    parser.add_argument("assignment", metavar="NAME", help="such as 01-accuracy-paradox")
    if students:
        parser.add_argument(
            "--student",
            action="append",
            metavar="ID",
            help="only this student; may be given several times",
        )


def _add_jobs(parser: argparse.ArgumentParser, what: str = "submissions") -> None:
    parser.add_argument(
        "--jobs",
        type=types.count,
        default=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1,
        metavar="N",
        help=f"{what} at a time on this machine (default: %(default)s, its cores)",
    )


def _add_anonymous(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--anonymous",
        action="store_true",
        help="number the students, for showing the report to the class (report-anonymous.html)",
    )


def _add_engine(parser: argparse.ArgumentParser) -> None:
    defaults = ", ".join(f"{name}={value:g}" for name, value in vars(Limits()).items())
    parser.add_argument(
        "--limit",
        type=types.limit,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=f"change a limit; may be given several times (defaults: {defaults})",
    )
    parser.add_argument(
        "--allow-unprotected",
        action="store_true",
        help="grade although this machine does not offer every protection",
    )
