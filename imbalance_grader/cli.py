"""The command line of ``imbalance-lab-grade``: what it can be asked, and its help texts."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import math
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from imbalance_grader.results import Limits
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

_LONGEST_EXTENSION = 10_000

_MAIN = """\
Grade the notebooks of a class without trusting them.

Submissions are read from nbgrader's folders and run in a sandbox; marks go into nbgrader's
gradebook. Formgrader, manual grading, feedback and export work as after `nbgrader autograde`.
"""

_ASSIGNMENT = """\
Grade an assignment: what is graded and unchanged is kept, so the same command also completes a run
that was stopped. Writes the gradebook, autograded/, grading/NAME/grades.csv and
grading/NAME/report.html.
"""


_COLLECT = """\
Collect archives that Canvas, Moodle or Blackboard made: put each student's newest notebook where
it is graded. Notebooks are recognised by what is in them, whatever they are called. Older ones, and
work that was there before, are kept in grading/NAME/older/; what could not be matched is listed
with its reason, and stays in the archive.
"""

_COLLECT_EXAMPLES = """\
examples:
  imbalance-lab-grade collect 02-metrics submissions.zip
  imbalance-lab-grade collect 02-metrics submissions.zip --mapping students.csv
  imbalance-lab-grade collect 02-metrics gradebook_*.zip --zone Europe/Berlin
"""

_EXPORT = """\
Write grades, and feedback, as Canvas or Moodle imports them, into grading/NAME/: the table that the
platform itself exported, with the grades in it. Who is not graded, or has written answers that
wait, gets no grade there, and is named.
"""

_EXPORT_EXAMPLES = """\
examples:
  imbalance-lab-grade export 02-metrics --canvas Grades-Course.csv --feedback
  imbalance-lab-grade export 02-metrics --canvas Grades-Course.csv --column 4711 --scale
  imbalance-lab-grade export 02-metrics --moodle worksheet.csv --feedback
"""

_COURSE = """\
Put all lessons that are graded into one table, grading/course.csv: for each student and lesson the
per cent of exercises, written answers and quiz, and what they come to by the syllabus' weights.
What is absent (counts as 0), unread or waiting (do not count yet) is told apart from 0.
"""

_COURSE_EXAMPLES = """\
examples:
  imbalance-lab-grade course --drop 1
  imbalance-lab-grade course --weights exercises=50,written=30,capstone=20
"""

_EXCHANGE = """\
Make nbgrader's exchange, the folder through which a class on one machine fetches and hands in, with
the permissions that it needs, and write down for you and for your students where it is.
"""

_STUDENTS = """\
Enter the students of a CSV file into the gradebook, or bring their names up to date: columns id,
first_name, last_name, email. Nobody is taken out.
"""

_COPIES = """\
Make a copy of the hand-out for each student, with inputs in its visible checks and an order in its
quizzes that nobody else has: copies/ID.zip beside the course folder. The hand-out has to be a
variant (make handout VARIANT=yes). A copy follows from the class's secret and the id, so that it
can be made again, or later for who joins late. Grading knows whose copy a notebook was made from.
"""

_COPIES_EXAMPLES = """\
examples:
  imbalance-lab-grade copies                   # for everybody in the gradebook
  imbalance-lab-grade copies chen "Zoë Łuk"    # for these, whoever has one already
"""

_DUE = """\
Say when an assignment is due, or --never; enter it into the gradebook where it is not there yet.
What was handed in is late, or not, at once.
"""

_EXTEND = """\
Give a student more time for an assignment, before or after she has handed in. It counts at once:
the gradebook, grades.csv and the report are brought up to date, and nothing is graded anew.
"""

_EXTEND_EXAMPLES = """\
examples:
  imbalance-lab-grade extend ada 02-metrics --days 2
  imbalance-lab-grade extend ada 02-metrics --until "2026-03-04 12:00 +0100"
  imbalance-lab-grade extend ada 02-metrics --undo
"""


_MARK = """\
Mark written answers by hand: a web page of this machine's own shows them one after another, by
question, with the marking scheme beside each. Marks and comments go into nbgrader's gradebook at
once. It all works by keyboard; a student's text is never code there.
"""

_MARK_EXAMPLES = """\
examples:
  imbalance-lab-grade mark
  imbalance-lab-grade mark 01-accuracy-paradox --anonymous
  imbalance-lab-grade mark --port 8890         # for ssh -L 8890:127.0.0.1:8890
"""


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

    with _command(commands, "exchange", _EXCHANGE, json_flag=False) as one:
        one.add_argument("folder", type=_path, metavar="FOLDER", help="made if it does not exist")
        one.add_argument(
            "--course-id", required=True, metavar="NAME", help="the course's name in the exchange"
        )

    with _command(commands, "students", _STUDENTS, json_flag=False) as one:
        one.add_argument("file", type=_path, metavar="FILE", help="a .csv file")

    with _command(commands, "copies", _COPIES, examples=_COPIES_EXAMPLES) as one:
        one.add_argument(
            "student", nargs="*", metavar="ID", help="who gets one (default: the gradebook's)"
        )
        _add_jobs(one, "copies")

    with _command(commands, "due", _DUE) as one:
        _add_assignment(one, students=False)
        when = one.add_mutually_exclusive_group(required=True)
        when.add_argument("when", nargs="?", metavar="TIME", help=_TIME_HELP)
        when.add_argument("--never", action="store_true", help="there is no due date")

    with _command(commands, "extend", _EXTEND, examples=_EXTEND_EXAMPLES) as one:
        one.add_argument("student", metavar="STUDENT", help="the id")
        _add_assignment(one, students=False)
        more = one.add_mutually_exclusive_group(required=True)
        more.add_argument("--days", type=_longer, metavar="N", help="longer than everybody else")
        more.add_argument("--hours", type=_longer, metavar="N", help="longer than everybody else")
        more.add_argument("--until", metavar="TIME", help=_TIME_HELP)
        more.add_argument("--undo", action="store_true", help="take an extension back")

    with _command(commands, "assignment", _ASSIGNMENT) as one:
        _add_assignment(one)
        _add_jobs(one)
        one.add_argument(
            "--scheduler",
            metavar="ADDRESS",
            help="grade on the workers of this Dask scheduler, such as tls://10.0.0.1:8786",
        )
        one.add_argument(
            "--certificates",
            type=_path,
            metavar="FOLDER",
            help="what `certificates` made (default: where Dask's configuration says)",
        )
        one.add_argument(
            "--insecure-scheduler",
            action="store_true",
            help="use a scheduler to which anybody may connect who reaches it",
        )
        one.add_argument("--force", action="store_true", help="grade again what is unchanged too")
        one.add_argument(
            "--resume",
            action="store_true",
            help="go on with the stopped run, with the students and --force it was given",
        )
        one.add_argument(
            "--no-wait",
            action="store_true",
            help="leave with code 4 instead of waiting while another command writes here",
        )
        one.add_argument("--feedback", action="store_true", help="write the feedback pages too")
        one.add_argument("--quiet", action="store_true", help="no progress, only the results")
        _add_anonymous(one)
        _add_engine(one)

    with _command(commands, "collect", _COLLECT, examples=_COLLECT_EXAMPLES) as one:
        _add_collect(one)

    description = "Grade one notebook file and print the result as JSON. Nothing else is written."
    with _command(commands, "notebook", description, json_flag=False) as one:
        one.add_argument("notebook", type=_path, help="the submitted .ipynb file")
        one.add_argument(
            "--source",
            type=_path,
            help="the instructor's notebook (default: the one of the same name in the course)",
        )
        one.add_argument("--student", default="student", help="id to put into the result")
        one.add_argument(
            "--output", type=_new_file(".ipynb"), help="where to write the graded notebook"
        )
        _add_engine(one)

    with _command(commands, "mark", _MARK, json_flag=False, examples=_MARK_EXAMPLES) as one:
        _add_mark(one)

    description = "Write the class report and grades.csv from the gradebook and the last run."
    with _command(commands, "report", description) as one:
        _add_assignment(one, students=False)
        one.add_argument(
            "--output",
            type=_new_file(".html"),
            help="where to write it (default: grading/NAME/report.html)",
        )
        _add_anonymous(one)

    description = (
        "Write each student's feedback, with the marks and comments given by hand, to where "
        "`nbgrader release_feedback` takes it from. The pages hold no script, nothing remote and "
        "no hidden test."
    )
    with _command(commands, "feedback", description) as one:
        _add_assignment(one)

    with _command(commands, "export", _EXPORT, examples=_EXPORT_EXAMPLES) as one:
        _add_export(one)

    with _command(commands, "course", _COURSE, examples=_COURSE_EXAMPLES) as one:
        _add_course(one)

    description = (
        "Give full points for an exercise whatever was answered, to everybody or to named "
        "students, and say why. Marks given by hand are kept for --undo. Brings the gradebook, "
        "grades.csv and the report up to date; feedback pages show the reason."
    )
    with _command(commands, "waive", description) as one:
        _add_assignment(one)
        one.add_argument("exercise", metavar="EXERCISE", help="its name, as the report shows it")
        one.add_argument("--reason", help="one sentence for students and for the report")
        one.add_argument("--undo", action="store_true", help="take the waiver back")

    description = (
        "Make a class of right, wrong, broken and hostile submissions of one assignment, and grade "
        "it from end to end. Needs the course with its tests. Code 0 although some do not run to "
        "the end: they are made so."
    )
    with _command(commands, "sample", description, json_flag=False) as one:
        one.add_argument("assignment", nargs="?", default="01-accuracy-paradox", metavar="NAME")
        one.add_argument(
            "--output",
            type=_path,
            default=Path("sample-class"),
            metavar="FOLDER",
            help="the course folder to make (default: %(default)s); must not exist yet",
        )
        one.add_argument(
            "--answers",
            type=_path,
            metavar="FOLDER",
            help="the package of right and wrong answers (default: tests/answers in the course)",
        )
        _add_jobs(one)
        _add_engine(one)
        one.set_defaults(limit=[("call_seconds", 15.0)], grade=main)  # as this program would

    description = (
        "Draw the secret from which this class's hidden inputs come. Who reads the published "
        "course can compute the inputs of a course without one."
    )
    with _command(commands, "new-inputs", description, json_flag=False) as one:
        one.add_argument(
            "--again",
            action="store_true",
            help="replace the secret that is there: every submission will be graded anew",
        )

    description = (
        "Make a certificate and its key, by which the machines of a Dask cluster recognise each "
        "other. Copy the folder to each of them, and nowhere else."
    )
    with _command(commands, "certificates", description, json_flag=False, course=False) as one:
        one.add_argument("folder", type=_path, metavar="FOLDER", help="must not exist yet")

    description = "Try every protection on this machine and say which are on. Code 3 if one is off."
    with _command(commands, "protections", description, course=False):
        pass
    return parser


@contextlib.contextmanager
def _command(
    commands: Any,
    name: str,
    description: str,
    json_flag: bool = True,
    course: bool = True,
    examples: str = "",
) -> Iterator[argparse.ArgumentParser]:
    parser = commands.add_parser(
        name,
        help=description.split(".")[0].split(":")[0].strip(),
        description=description,
        epilog=f"{examples}\n{_EXIT_CODES}" if examples else _EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=name)
    yield parser
    if course:
        parser.add_argument(
            "--course",
            type=_path,
            default=Path(),
            metavar="FOLDER",
            help="the folder with nbgrader_config.py (default: this one)",
        )
    if json_flag:
        parser.add_argument("--json", action="store_true", help="print one JSON object to stdout")


def _add_collect(parser: argparse.ArgumentParser) -> None:
    _add_assignment(parser, students=False)
    parser.add_argument("archives", nargs="+", type=_path, metavar="ARCHIVE", help="a .zip file")
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


def _add_mark(parser: argparse.ArgumentParser) -> None:
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
        type=_port,
        default=0,
        metavar="N",
        help="where the page is served (default: any port that is free)",
    )


def _add_export(parser: argparse.ArgumentParser) -> None:
    _add_assignment(parser, students=False)
    one = parser.add_mutually_exclusive_group(required=True)
    one.add_argument("--canvas", type=_path, metavar="FILE", help="the gradebook that it exports")
    one.add_argument("--moodle", type=_path, metavar="FILE", help="the grading worksheet")
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


def _add_course(parser: argparse.ArgumentParser) -> None:
    shares = ",".join(f"{part}={weight:g}" for part, weight in WEIGHTS.items())
    parser.add_argument(
        "--drop",
        type=_number_from_0,
        default=0,
        metavar="N",
        help="leave out each student's weakest N lessons (default: %(default)s)",
    )
    parser.add_argument(
        "--weights",
        type=_weights,
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
        "--output", type=_new_file(".csv"), help="where to write it (default: grading/course.csv)"
    )


def _add_mapping(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--mapping",
        type=_path,
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
        type=_count,
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
        type=_limit,
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


def _limit(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    known = [field.name for field in dataclasses.fields(Limits)]
    if name not in known:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(known)}")
    number = _number(value)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{name}={value}: {value!r} is no number above 0")
    return name, number if name.endswith("seconds") else math.ceil(number)


def _weights(text: str) -> dict[str, float]:
    weights = dict.fromkeys(WEIGHTS, 0.0)
    for pair in text.split(","):
        part, _, value = pair.strip().partition("=")
        if part not in weights:
            raise argparse.ArgumentTypeError(f"{part!r} is none of {', '.join(weights)}")
        try:
            weights[part] = float(value)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{value!r} is no number") from None
        if not 0 <= weights[part] < math.inf:
            raise argparse.ArgumentTypeError(f"{part}={value}: a weight is a number from 0")
    if not any(weights.values()):
        raise argparse.ArgumentTypeError("one part at least has to weigh something")
    return weights


def _path(text: str) -> Path:
    if not text:  # `Path` takes it for the folder in which the command is given
        raise argparse.ArgumentTypeError("it is empty (a variable of the shell that is not set?)")
    return Path(text)


def _new_file(ending: str) -> Callable[[str], Path]:
    """Return what reads the name of a file to write: of what is there, only its own kind goes."""

    def read(text: str) -> Path:
        path = _path(text)
        if os.path.isdir(path):  # noqa: PTH112 (False for a name that is too long)
            raise argparse.ArgumentTypeError(f"{text!r} is a folder, and should name a file in it")
        if os.path.exists(path) and path.suffix != ending:  # noqa: PTH110
            raise argparse.ArgumentTypeError(
                f"{text!r} is there, and not written over: its name does not end in {ending}"
            )
        return path

    return read


def _port(text: str) -> int:
    number = _number_from_0(text)
    if number > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port, which is a number up to 65535")
    return number


def _number_from_0(text: str) -> int:
    return _whole(text, 0)


def _count(text: str) -> int:
    return _whole(text, 1)


def _whole(text: str, least: int) -> int:
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least}")
    return int(text)


def _longer(text: str) -> float:
    if not 0 < _number(text) <= _LONGEST_EXTENSION:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no number above 0 and up to {_LONGEST_EXTENSION:,}"
        )
    return float(text)


def _number(text: str) -> float:
    """Return the number that a text says, NaN where it says none."""
    try:
        return float(text)
    except ValueError:
        return math.nan
