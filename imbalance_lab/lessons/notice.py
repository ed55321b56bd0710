"""Tell a student that the file of her notebook is damaged, and how it is mended."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from imbalance_lab.lessons.files import look
from imbalance_lab.notebook import notebook_file, show_quietly

CALL = "from imbalance_lab.lessons import mend; mend()"
_told: list[str] = []


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
