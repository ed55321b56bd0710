"""A model solution, step by step, for those who learn alone.

It opens after both hints, or when the exercise is solved. What a class is given has no model
solutions in it, and where ``IMBALANCE_LAB_CLASS`` is set none are shown.
"""

from __future__ import annotations

import contextlib
import html
import json
import os
from importlib.resources import files
from typing import Any

from imbalance_lab.files import in_plain_words
from imbalance_lab.lessons.files import cell_of
from imbalance_lab.lessons.released import answers, plain, text_of
from imbalance_lab.notebook import notebook_file, show_quietly, show_text, students_shell
from imbalance_lab.progress.course import Notebook, course
from imbalance_lab.progress.hint_texts import hints_for, name_of
from imbalance_lab.progress.hints import name_given
from imbalance_lab.progress.keeper import keeper, means_no
from imbalance_lab.progress.record import Entry

FILE = "worked.json"
SWITCH = "IMBALANCE_LAB_CLASS"
_opened: dict[str, int] = {}  # steps of each exercise, in this kernel


@in_plain_words
def solution(exercise: Any) -> None:
    """Open the next step of the model solution of an exercise, for those who learn alone.

    It opens once both hints were opened, or the exercise is solved; the model answer to the written
    question, once your own is saved. Where no person runs the cell, nothing is shown.

    Parameters
    ----------
    exercise : str, function or Exercise
        The exercise, its name ("quiz" and "reflection" are those of this lesson), or the function
        that you write for it.

    Raises
    ------
    ValueError
        If there is no solution of this name.
    """
    shell = students_shell()
    if shell is None:
        return
    known = _all_solutions()
    if known is None:
        show_quietly(shell, _refusal())
        return
    name = name_given(exercise).replace("_", "-")
    places = [n for n in _lessons() if name in known.get(n.name, {})]
    if not places:
        raise ValueError(
            f"solution has nothing for {exercise!r}; it takes the name of an exercise, such as"
            ' solution("cost_of"), or the function that you write'
        )
    if too_early := _too_early(places[0], name):
        show_quietly(shell, too_early)
        return
    _show(shell, f"{places[0].name}/{name}", known[places[0].name][name])


def _all_solutions() -> dict[str, dict[str, Any]] | None:
    """Return the solutions by lesson and exercise, None where there are none or they are closed."""
    file = files("imbalance_lab") / "lessons" / FILE
    if not means_no(os.environ.get(SWITCH, "no")) or not file.is_file():
        return None
    found: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _refusal() -> str:
    return (
        "Model solutions are not part of what a class is given: your instructor shows them after"
        " the deadline. For those who learn alone, the course's README says how to have them."
    )


def _lessons() -> list[Notebook]:
    """Return all notebooks, the one at hand first."""
    here = keeper().notebook
    return sorted(course(), key=lambda notebook: notebook is not here)


def _too_early(notebook: Notebook, name: str) -> str:
    """Return why a solution stays closed, "" where it may be opened."""
    key = f"{notebook.name}/{name}"
    task = next((task for task in notebook.tasks if task.key == key), None)
    if task is None:  # a written answer
        own = ""
        with contextlib.suppress(OSError, ValueError):
            own = cell_of(notebook_file(), name)
        released = text_of(answers([notebook.name])[name])
        if plain(own) in ("", plain(released)):
            return "Write your own answer first and save the notebook; then compare."
        return ""
    entry, hints = keeper().record.get(key, Entry()), len(hints_for(name_of(task)))
    if entry.points >= task.points or (entry.failed and entry.hints >= hints):
        return ""
    if not entry.failed:
        return f"Write an answer to {name_of(task)} and run its check first."
    left = hints - entry.hints
    return f"Open the hints first: {left} of {hints} for {name_of(task)} are still closed."


def _show(shell: Any, key: str, solved: dict[str, Any]) -> None:
    steps = solved["steps"]
    _opened[key] = number = min(_opened.get(key, 0) + 1, len(steps))
    heading = f"Model solution of {solved['title']}"
    heading += f", step {number} of {len(steps)}" if len(steps) > 1 else ""
    text = "\n".join(steps[:number]) + ("\n..." if number < len(steps) else "")
    remark = solved["remark"] if number == len(steps) else "Run this again for the next step."
    tag = "pre" if solved["code"] else "p"
    shown = html.escape(text).replace("\n\n", "<br><br>" if tag == "p" else "\n\n")
    markup = f"<p><b>{html.escape(heading)}</b></p><{tag}>{shown}</{tag}>"
    below = f"<p>{html.escape(remark)}</p>" if remark else ""
    show_text(shell, "\n\n".join(filter(None, (heading, text, remark))), markup + below)
