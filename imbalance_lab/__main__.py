"""The command ``python -m imbalance_lab``: what brings a student's notebook into order again."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from imbalance_lab.lessons.files import look, mend, reset_in_file
from imbalance_lab.printable import Parser, one_line

EPILOG = """\
examples, in the folder of the course:
  python -m imbalance_lab look                 say what is wrong with any lesson
  python -m imbalance_lab mend                 mend those that are damaged
  python -m imbalance_lab mend lessons/06-smote/smote.ipynb
  python -m imbalance_lab reset cost_of lessons/01-accuracy-paradox/accuracy-paradox.ipynb

Save your notebooks and close them first. A dated copy of what is changed is made in my-copies/.
In a notebook, write %run -m in place of python -m.

exit code: 0 all in order, 1 something is not (and, for mend, could not be mended), 2 wrong usage
"""


def parser() -> Parser:
    """Return the parser of the command line."""
    made = Parser(
        prog="python -m imbalance_lab",
        description="Look at the lessons that you work on, and bring them into order again. "
        "Answers, your own cells and texts that you changed are kept.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, says in {
        "look": "say what is wrong, and change nothing",
        "mend": "mend what is damaged: lost or doubled cells, a file that is no notebook any more",
    }.items():
        each = commands.add_parser(name, help=says, description=says)
        each.add_argument(
            "notebooks", nargs="*", type=Path, metavar="NOTEBOOK", help="default: all lessons"
        )
    says = "bring one exercise back to how it was handed out"
    each = commands.add_parser("reset", help=says, description=says)
    each.add_argument("exercise", metavar="EXERCISE", help="such as cost_of, quiz or reflection")
    each.add_argument("notebooks", nargs=1, type=Path, metavar="NOTEBOOK")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    asked = parser().parse_args(arguments)
    paths = asked.notebooks or sorted(Path().glob("lessons/*/*.ipynb"))
    if not paths:
        print("There is no folder lessons here: name the notebooks, or go to the course's folder.")
        return 2
    return max([_do(asked, path) for path in paths])


def _do(asked: argparse.Namespace, path: Path) -> int:
    try:
        if asked.command == "reset":
            reset_in_file(asked.exercise, path)
        elif not (damage := look(path)):
            print(f"{one_line(path)}: in order")
        elif asked.command == "mend":
            mend(path)
        else:
            print(f"{one_line(path)}:", *damage, sep="\n- ")
            return 1
    except (OSError, ValueError) as error:
        print(one_line(f"{path}: {error}"), file=sys.stderr)
        # What lies beside the lessons, and is none, is left alone.
        return 1 if asked.notebooks or isinstance(error, OSError) else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
