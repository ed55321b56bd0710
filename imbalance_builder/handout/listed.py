"""What students were given, in the README's table of lessons and in the list of their progress."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat

from imbalance_builder.handout.cut import exercises_of
from imbalance_builder.listing import LIST


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
