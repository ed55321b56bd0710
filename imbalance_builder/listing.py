"""What the package lists of the course: exercises for a student's progress, papers for claims.

The lists are made from the sources alone. A check is known in the first by the digest of the graded
cell as students have it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import imbalance_lab
from imbalance_builder.bibliography import REFERENCES, read_references
from imbalance_builder.course import BuildError, Course, Lesson, by_length
from imbalance_builder.source import HEADING, HIDDEN, POINTS, read_source
from imbalance_lab.progress.course import digest

PACKAGE = Path(imbalance_lab.__file__).parent
LIST, PAPERS = PACKAGE / "exercises" / "course.json", PACKAGE / "papers.json"
_TITLE = re.compile(r"# (\d\d · [^:\n]+)")


def write_lists(course: Course) -> list[str]:
    """Write the lists that have changed; return the names of the files written."""
    changed = _changed(course)
    for path, text in changed.items():
        path.write_text(text, encoding="utf-8")
    return [path.name for path in changed]


def list_differences(course: Course) -> list[str]:
    """Return which stored list differs from what the sources give."""
    return [f"{path.name}: not what the sources give" for path in _changed(course)]


def _changed(course: Course) -> dict[Path, str]:
    made = {LIST: list_of(course), PAPERS: papers_of(course)}
    return {
        path: text
        for path, text in made.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    }


def papers_of(course: Course) -> str:
    """Return the text of the list of papers: by key, how a text names each."""
    references = read_references(course.root / REFERENCES).items()
    return _as_json({key: reference.label for key, reference in references})


def _as_json(listed: Any) -> str:
    return json.dumps(listed, indent=1, ensure_ascii=False) + "\n"


def list_of(course: Course) -> str:
    """Return the text of the list of exercises.

    Raises
    ------
    BuildError
        If a lesson has no title, or an exercise no heading.
    """
    lessons = sorted(course.lessons(), key=by_length)
    return _as_json([_notebook(lesson) for lesson in lessons if not lesson.is_deeper])


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
