"""Feedback pages in an archive whose names Canvas or Moodle takes back.

Canvas looks for the first two numbers between underscores: the student's, and that of the file that
was handed in. Moodle wants name, number, and what kind of file it is.
"""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imbalance_grader.class_run.standings import Standing
from imbalance_grader.course.classroom import Assignment, Classroom
from imbalance_grader.reporting.feedback import write_feedback

_FORMS = {"canvas": "{prefix}_{page}", "moodle": "{prefix}_assignfeedback_file_{page}"}


@dataclass(frozen=True)
class Archive:
    """What was packed.

    Parameters
    ----------
    data : bytes
        The archive.
    left : dict of str to str
        Students who are not in it, and why.
    problems : dict of str to str
        Students whose page could not be made in full, and why.
    """

    data: bytes
    left: dict[str, str]
    problems: dict[str, str]


def feedback_archive(
    classroom: Classroom,
    assignment: Assignment,
    platform: str,
    rows: Sequence[Standing],
    kept: Mapping[str, Mapping[str, Any]],
) -> Archive:
    """Make the pages anew, so that they say what the grades say, and pack them.

    Parameters
    ----------
    classroom : Classroom
    assignment : Assignment
    platform : {"canvas", "moodle"}
    rows : sequence of Standing
        Where everybody stands.
    kept : mapping
        The students of `imbalance_grader.course.collected.Kept`.
    """
    students = [row.student for row in rows if row.record.run]  # those who handed in
    sent = {s: kept[s]["prefix"] for s in students if kept.get(s, {}).get("platform") == platform}
    unknown = f"was not collected from {platform.title()}, which knows no file of it"
    left = {student: unknown for student in students if student not in sent}
    made = write_feedback(classroom, assignment, rows, [*sent])
    pages = defaultdict(list)
    for page in made.paths:
        pages[page.parent].append(page)
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for student, prefix in sent.items():
            own = pages[classroom.path("feedback", student, assignment.name)]
            for page in own:
                name = _FORMS[platform].format(prefix=prefix, page=page.name)
                archive.writestr(name, page.read_bytes())
            if not own:
                left[student] = f"has no page: {made.problems.pop(student, 'nothing was graded')}"
    return Archive(memory.getvalue(), left, made.problems)
