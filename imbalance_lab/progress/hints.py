"""Help in steps: what to look at, then the idea; opened one by one, once a check has failed."""

from __future__ import annotations

import html
import re
from typing import Any

from imbalance_lab.files import in_plain_words
from imbalance_lab.notebook import show_quietly, show_text, students_shell
from imbalance_lab.progress.course import course
from imbalance_lab.progress.hint_texts import hints_for, name_of
from imbalance_lab.progress.keeper import keeper
from imbalance_lab.progress.record import Entry


@in_plain_words
def hint(exercise: Any) -> None:
    """Open the next hint of an exercise: what to look at, then the idea.

    A hint opens once the check of the exercise has failed, so that a first try comes before it.
    Where no person runs the cell, nothing is shown.

    Parameters
    ----------
    exercise : str, function or Exercise
        The exercise, its name, or the function that you write for it.

    Raises
    ------
    ValueError
        If there are no hints of this name.
    """
    shell = students_shell()
    if shell is None:
        return
    name = name_given(exercise)
    task = next((t for n in course() for t in n.tasks if name_of(t) == name), None)
    texts = hints_for(name)
    if task is None or not texts:
        raise ValueError(
            f"hint has nothing for {name!r}; it takes the name of an exercise, such as"
            ' hint("cost_of"), or the function that you write'
        )
    known = keeper().record.get(task.key, Entry())
    if not known.failed:
        show_quietly(shell, _too_early(name, known.points >= task.points))
        return
    opened = min(known.hints + 1, len(texts))
    keeper().keep(task.key, Entry(hints=opened))
    for number, text in enumerate(texts[:opened], start=1):
        heading = f"Hint {number} of {len(texts)} for {name}"
        marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))
        show_text(shell, f"{heading}: {text}", f"<p><b>{html.escape(heading)}:</b> {marked}</p>")


def _too_early(name: str, solved: bool) -> str:
    if solved:
        return f"{name} is solved: its hints stay closed."
    return f"Hints for {name} open once its check has failed. Write an answer and run the check."


def name_given(exercise: Any) -> str:
    """Return the name of what was given: text, an Exercise, or a function or class."""
    if isinstance(exercise, str):
        return exercise.strip().replace("-", "_")
    name = getattr(exercise, "name", None) or getattr(exercise, "__name__", None)
    return name if isinstance(name, str) else repr(exercise)[:60]
