"""The command ``python -m imbalance_builder.handout``: what it is asked, and what it says."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import nbformat
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from imbalance_builder.course import BuildError, Course
from imbalance_builder.handout.choice import Choice, choose
from imbalance_lab.printable import Parser, one_line, printable

WAITING = "Another command is writing in the class's course; waiting until it ends."
EPILOG = """\
examples:
  python -m imbalance_builder.handout
  python -m imbalance_builder.handout --repository https://github.com/OWNER/NAME
  python -m imbalance_builder.handout --solutions
  python -m imbalance_builder.handout --lessons 01 02 05 --exercises 02:precision-recall,quiz 05:

what it makes in the folder:
  imbalance-lab/      for students: lessons, pages, package, environment; no answers
  imbalance-lab.zip   the same as an archive
  imbalance-lab.git   the same as a repository, to be pushed to where Binder finds it
  instructor/         for you: nbgrader's course folder with the solutions of just these lessons and
                      exercises. Release and grade there, and give it to nobody.

exit code: 0 done, 1 not done, and the message says what to mend, 2 wrong usage
"""


def parser() -> Parser:
    """Return the parser of the command line."""
    made = Parser(
        prog="python -m imbalance_builder.handout",
        description="Make what students get, as a folder, an archive and a repository, and the "
        "course folder in which it is graded.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--lessons",
        nargs="+",
        default=[],
        metavar="NN",
        help="numbers or folders of lessons (default: all)",
    )
    made.add_argument(
        "--exercises",
        nargs="+",
        default=[],
        metavar="NN:NAME,NAME",
        help="of this lesson only these exercises, by their names in the syllabus; `quiz` and "
        "`reflection` are names too, and NN: leaves none",
    )
    made.add_argument(
        "--repository",
        default="",
        metavar="URL",
        help="where you will put the repository; README then has its Binder link",
    )
    made.add_argument(
        "--output",
        type=Path,
        default=Path("handout"),
        metavar="FOLDER",
        help="the folder to make (default: %(default)s)",
    )
    made.add_argument(
        "--again",
        action="store_true",
        help="replace what students get in a folder that is there; in its instructor/ only these "
        "lessons are replaced, and gradebook, submissions and configuration stay",
    )
    made.add_argument(
        "--solutions",
        action="store_true",
        help="for those who learn alone: model solutions come along, which open step by step after "
        "the hints; refused where a class works with the course",
    )
    made.add_argument(
        "--variant",
        action="store_true",
        help="checks try inputs that no other class has, and quizzes are changed; draws the "
        "class's secret where there is none. Once made, a hand-out stays that variant",
    )
    made.add_argument(
        "--root", type=Path, default=Path(), metavar="FOLDER", help="the course (default: here)"
    )
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = parser().parse_args(arguments)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    course = Course(options.root.resolve())
    try:
        choice = choose(course, options.lessons, options.exercises)
        # Importing nbgrader takes seconds, which nobody should wait who mistyped.
        from imbalance_builder.handout.make import make_handout

        made = make_handout(
            course,
            choice,
            options.output.absolute(),
            options.repository,
            options.again,
            options.solutions,
            options.variant,
            waiting=lambda: console.print(WAITING),
        )
    except (BuildError, OSError) as error:
        console.print(f"[bold red]error[/] {escape(printable(str(error)))}")
        return 1
    console.print(_table(choice, made.course / "lessons"))
    for path, what in {
        made.student: "for students",
        made.archive: "the same as an archive",
        made.repository: f"the same as a repository: git -C {made.repository.name} push URL main",
        made.course: "for you: release and grade here, give it to nobody",
    }.items():
        console.print(f"{escape(one_line(path))}  [dim]{what}[/]")
    return 0


def _table(choice: Choice, lessons: Path) -> Table:
    """Return what is handed out, with the points that grading will give."""
    table = Table("notebook", "exercises", "points", box=None, header_style="bold")
    table.columns[0].no_wrap, table.columns[2].justify = True, "right"
    for lesson in choice.lessons:
        path = lessons / lesson.topic / f"{lesson.name}.ipynb"
        if not path.exists():
            continue
        cells = nbformat.read(path, as_version=4).cells
        graded = [c.metadata.nbgrader for c in cells if "points" in c.metadata.get("nbgrader", {})]
        names = ", ".join(about.grade_id.removesuffix("-check") for about in graded)
        points = sum(about.points for about in graded)
        table.add_row(f"{lesson.topic[:2]} {lesson.name}", names or "none", f"{points:g}")
    return table
