"""Tell a student what is wrong with the file of her notebook, or with where it lies."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from imbalance_lab.lessons.files import look
from imbalance_lab.notebook import notebook_file, show_quietly, students_shell

CALL = "from imbalance_lab.lessons import mend; mend()"
OUTSIDE = (
    "This notebook lies outside of its course, so links to other lessons, the glossary and the"
    " bibliography lead nowhere. Point at one, and it says what is at its other end."
)
BESIDE = ("keep-my-work", "see-my-progress")  # they lie beside the lessons, with no such link
_told: list[str] = []


def offer() -> None:
    """Say so where a student's notebook has no course around it, as one that was mailed."""
    shell, file = students_shell(), notebook_file()
    if shell is None or file is None:
        return
    folder = file.parent.parent
    there = folder.name in ("lessons", "solutions") and folder.with_name("docs").is_dir()
    if not there and file.stem not in BESIDE:
        show_quietly(shell, OUTSIDE)


def notice(shell: Any) -> None:
    """Say so in the notebook that runs, once for each damage, of its file as last saved."""
    file = notebook_file()
    damage = damage_of(file) if file else []
    if damage and damage != _told:
        _told[:] = damage
        show_quietly(
            shell,
            f"This notebook is damaged: {'; '.join(damage)}. To mend it, with all your answers,"
            f" save it and run in a new cell: {CALL}",
        )


def damage_of(file: Path) -> list[str]:
    """Return what is wrong with a notebook; one that is none of the course's has nothing wrong."""
    with contextlib.suppress(OSError, ValueError):
        return look(file)
    return []
