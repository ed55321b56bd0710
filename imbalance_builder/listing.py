"""List the course's notebooks with their exercises, for the student's view of her progress.

The list is made from the sources alone. A check is known in it by the digest of the graded cell as
students have it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import imbalance_lab
from imbalance_builder.course import BuildError, Course, Lesson
from imbalance_builder.source import HEADING, HIDDEN, POINTS, read_source
from imbalance_lab.progress.course import digest

LIST = Path(imbalance_lab.__file__).parent / "exercises" / "course.json"
_TITLE = re.compile(r"# (\d\d · [^:\n]+)")


def write_list(course: Course) -> list[str]:
    """Write the list if it has changed; return the names of the files written."""
    text = list_of(course)
    if LIST.exists() and LIST.read_text(encoding="utf-8") == text:
        return []
    LIST.write_text(text, encoding="utf-8")
    return [LIST.name]


def list_differences(course: Course) -> list[str]:
    """Return where the stored list differs from the sources."""
    if LIST.exists() and LIST.read_text(encoding="utf-8") == list_of(course):
        return []
    return [f"{LIST.name}: not what the sources give"]


def list_of(course: Course) -> str:
    """Return the text of the list.

    Raises
    ------
    BuildError
        If a lesson has no title, or an exercise no heading.
    """
    return (
        json.dumps(
            [_notebook(x) for x in course.lessons() if not x.is_deeper],
            indent=1,
            ensure_ascii=False,
        )
        + "\n"
    )


def _notebook(lesson: Lesson) -> dict[str, Any]:
    cells = read_source(lesson.source).cells
    title = _TITLE.match(cells[0].source)
    if title is None:
        raise BuildError(f'{lesson}: the first cell has to begin with "# NN · Title"')
    tasks, heading = [], ""
    for cell in cells:
        grading = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown":
            *_, heading = [heading, *HEADING.findall(cell.source)]
        elif grading.get("grade"):
            tasks.append(
                {
                    "key": f"{lesson}/{grading['grade_id'].removesuffix('-check')}",
                    "title": POINTS.sub("", heading).lstrip("# "),
                    "points": grading["points"],
                    "check": digest(cell.source.split(HIDDEN[0])[0]),
                }
            )
    name = title[1] + (" in PyTorch" if lesson.needs_torch and "PyTorch" not in title[1] else "")
    return {"name": str(lesson), "title": name, "optional": lesson.optional, "tasks": tasks}
