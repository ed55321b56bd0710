"""Dated copies of a student's work, made in the folder of the course before anything is changed."""

from __future__ import annotations

import itertools
from datetime import datetime
from pathlib import Path

from imbalance_lab.lessons.released import topics

FOLDER = "my-copies"


def course_of(place: Path) -> Path | None:
    """Return the course's folder: of a lesson in it, of a lesson that lies alone, or itself."""
    if place.name in topics():
        above = place.parent
        return above.parent if above.name == "lessons" else above
    return place if any((place / "lessons" / topic).is_dir() for topic in topics()) else None


def course_at(place: Path) -> Path:
    """Return the course's folder, see `course_of`, or the place itself where there is none."""
    return course_of(place) or place


def keep_copy(place: Path, name: str, ending: str, content: bytes) -> Path:
    """Write a dated copy that takes the place of no other file, and return where it is.

    Parameters
    ----------
    place : Path
        The folder of the lesson.
    name, ending : str
        Of the file, such as "cost_of" and ".py"; the time comes between them.
    content : bytes

    Raises
    ------
    OSError
        If it cannot be written.
    """
    folder = course_at(place) / FOLDER / (place.name if place.name in topics() else "")
    folder.mkdir(parents=True, exist_ok=True)
    stamp = f"{datetime.now():%Y-%m-%d-%H%M%S}"
    for number in itertools.count(1):
        copy = folder / f"{name}-{stamp}{f'-{number}' * (number > 1)}{ending}"
        try:
            with copy.open("xb") as file:
                file.write(content)
        except FileExistsError:
            continue
        except OSError:  # such as a full disk: no half of a copy stays
            copy.unlink(missing_ok=True)
            raise
        return copy
    raise AssertionError  # numbers do not end
