"""What ``imbalance-lab-grade mark`` does, and how it tells it."""

from __future__ import annotations

import argparse
import asyncio

from rich.text import Text

from imbalance_grader.course.classroom import Classroom, ClassroomError
from imbalance_grader.marking.book import Busy
from imbalance_grader.marking.desk import Desk
from imbalance_grader.marking.questions import Question, questions
from imbalance_grader.marking.server import serve
from imbalance_grader.terminal import Terminal
from imbalance_grader.texts.aside import Aside


def mark(chosen: argparse.Namespace, console: Terminal) -> None:
    """Serve the marking page until it is ended, and say what was saved.

    Parameters
    ----------
    chosen : Namespace
        Of the command line: ``course``, ``assignment`` or None for all, ``anonymous``, ``port``.
    console : Terminal
        For people.

    Raises
    ------
    ClassroomError
        If there is no answer to show.
    """
    classroom = Classroom(chosen.course)
    try:
        with Aside("imbalance_grader.texts.typeset") as aside:
            desk = Desk(classroom, _asked(classroom, chosen.assignment), aside, chosen.anonymous)
            if not len(desk):
                what = chosen.assignment or "this course"
                raise ClassroomError(
                    f"no written answer to mark in {what}: grade it first "
                    f"(imbalance-lab-grade assignment {chosen.assignment or 'NAME'})"
                )
            asyncio.run(serve(desk, chosen.port, lambda address: _open(console, address)))
    except Busy as error:
        raise ClassroomError(str(error)) from None
    _close(console, desk)


def _asked(classroom: Classroom, name: str | None) -> list[Question]:
    names = [name] if name else classroom.assignment_names()
    return [one for each in names for one in questions(classroom.assignment(each))]


def _open(console: Terminal, address: str) -> None:
    console.print("Open this address in a browser on this machine, and keep it to yourself:")
    console.print(Text(address), soft_wrap=True)
    console.print("Each mark is saved at once. End with Ctrl-C.")


def _close(console: Terminal, desk: Desk) -> None:
    marks, comments = len(desk.marked), len(desk.commented)
    console.print(
        f"\nSaved in the gradebook: {_counted(marks, 'mark')}, {_counted(comments, 'comment')}."
    )
    for name in sorted({answer.question.key[0] for answer in desk.marked}):
        console.print(Text(f"Next: imbalance-lab-grade report {name}"), soft_wrap=True)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
