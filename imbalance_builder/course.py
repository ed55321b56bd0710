"""Where the sources of a course are, and where its built notebooks go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

TOPIC = re.compile(r"\d\d-[a-z0-9]+(-[a-z0-9]+)*")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class BuildError(Exception):
    """Something that the author of a lesson has to mend; the message says what and where."""


@dataclass(frozen=True, order=True)
class Lesson:
    """One notebook of the course.

    Parameters
    ----------
    root : Path
        Root folder of the course.
    topic : str
        Folder of the lesson, such as ``"01-accuracy-paradox"``.
    name : str
        Name of the notebook without its ending.
    """

    root: Path
    topic: str
    name: str

    def __str__(self) -> str:
        """Return the name by which messages call the lesson."""
        return f"{self.topic}/{self.name}"

    @property
    def source(self) -> Path:
        """The text source, in percent format."""
        return self.root / "solutions" / self.topic / f"{self.name}.py"

    @property
    def solution(self) -> Path:
        """The executed notebook, with solutions and outputs."""
        return self.source.with_suffix(".ipynb")

    @property
    def release(self) -> Path:
        """The student's notebook."""
        return self.root / "lessons" / self.topic / f"{self.name}.ipynb"

    @property
    def needs_torch(self) -> bool:
        """Whether the lesson is one of those that need the ``torch`` extra."""
        return self.name.endswith("-pytorch")

    @property
    def is_deeper(self) -> bool:
        """Whether it is what a lesson has beyond its core: optional, and nothing in it graded."""
        return self.name.endswith("-deeper")

    @property
    def optional(self) -> bool:
        """Whether a class may leave it out; it counts in no sum of the syllabus."""
        return self.needs_torch or self.is_deeper


def by_length(lesson: Lesson) -> tuple[str, int, str]:
    """Sort a lesson's main notebook before its variants, whose names go on where its name ends."""
    return lesson.topic, len(lesson.name), lesson.name


@dataclass(frozen=True)
class Course:
    """A course: a folder with ``solutions/``, ``lessons/`` and ``nbgrader_config.py``."""

    root: Path

    def lessons(self, only: list[str] | None = None) -> list[Lesson]:
        """Return the lessons that have a source, in order.

        Parameters
        ----------
        only : list of str, optional
            Keep the lessons whose topic or ``topic/name`` starts with one of these.

        Raises
        ------
        BuildError
            If a folder or file is named against the rule, or nothing is found.
        """
        found = []
        for path in sorted(self.root.glob("solutions/*/*.py")):
            topic, name = path.parent.name, path.stem
            if not TOPIC.fullmatch(topic) or not NAME.fullmatch(name):
                raise BuildError(
                    f"solutions/{topic}/{path.name}: a lesson is named NN-topic/name.py, "
                    "in lower-case letters, digits and single hyphens"
                )
            found.append(Lesson(self.root, topic, name))
        chosen = [
            lesson
            for lesson in found
            if only is None or any(str(lesson).startswith(prefix) for prefix in only)
        ]
        if not chosen:
            wanted = f" that starts with {' or '.join(only)}" if only else ""
            have = ", ".join(map(str, found)) or "none"
            raise BuildError(f"no lesson{wanted} under solutions/ (found: {have})")
        return chosen
