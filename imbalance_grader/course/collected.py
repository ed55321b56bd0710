"""The note of what was collected from a platform, beside the results of an assignment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from imbalance_grader.course.classroom import ClassroomError
from imbalance_grader.course.journal import write_whole


class Kept:
    """For each student the platform's names for her, and what was collected.

    Parameters
    ----------
    folder : Path
        The assignment's results.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "collected.json"
        try:
            self.students: dict[str, dict[str, Any]] = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            self.students = {}
        except (OSError, ValueError) as error:
            raise ClassroomError(f"{self._path} cannot be read: {error}") from None

    def late(self) -> set[str]:
        """Return those whose work the platform calls late."""
        return {student for student, told in self.students.items() if told.get("late")}

    def write(self) -> None:
        """Write the note, whole or not at all."""
        write_whole(self._path, json.dumps(self.students, indent=1, sort_keys=True) + "\n")
