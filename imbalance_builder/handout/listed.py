"""What students were given: README's table, the list for their progress, the lessons kept aside."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import nbformat

from imbalance_builder.course import Lesson
from imbalance_builder.handout.cut import exercises_of
from imbalance_builder.listing import LIST
from imbalance_builder.release import KEPT, keep_released


def row(path: Path) -> str:
    """Return a notebook's row in the table of lessons, "" where it was left out."""
    if not path.exists():
        return ""
    cells = nbformat.read(path, as_version=4).cells
    text = cells[0].source
    title = text.splitlines()[0].lstrip("# ")
    name, colon, question = title.partition(": ")
    minutes = re.search(r"\*\*Time\*\* (\d+)", text)
    time = f"{minutes[1]} min" if minutes else ""
    asked = question[:1].upper() + question[1:] if colon else ""
    link = path.relative_to(path.parents[2]).as_posix()
    points = sum(float(c.metadata.get("nbgrader", {}).get("points", 0) or 0) for c in cells)
    return f"| [{name}]({link}) | {asked} | {time} | {points:g} |"


def shorten_list(student: Path) -> None:
    """Leave in the list of exercises, of which a student's progress is told, what is there."""
    path = student / "imbalance_lab" / "exercises" / LIST.name
    kept = []
    for notebook in json.loads(path.read_text(encoding="utf-8")):
        place = student / "lessons" / f"{notebook['name']}.ipynb"
        if place.exists():
            there = {e.name for e in exercises_of(nbformat.read(place, as_version=4))}
            tasks = [task for task in notebook["tasks"] if task["key"].split("/")[-1] in there]
            if tasks:
                kept.append({**notebook, "tasks": tasks})
    text = json.dumps(kept, indent=1, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def keep_lessons(student: Path) -> None:
    """Keep each lesson once more, as it is handed out here, for students to go back to."""
    folder = student / "imbalance_lab" / "lessons" / KEPT.name
    shutil.rmtree(folder)
    there = sorted(student.glob("lessons/*/*.ipynb"))
    keep_released([Lesson(student, path.parent.name, path.stem) for path in there], folder)
