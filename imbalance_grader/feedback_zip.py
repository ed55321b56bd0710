"""Feedback pages in an archive whose names Canvas or Moodle takes back.

Canvas looks for the first two numbers between underscores: the student's, and that of the file that
was handed in. Moodle wants name, number, and what kind of file it is.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from imbalance_grader.classroom import Assignment, Classroom

_FORMS = {"canvas": "{prefix}_{page}", "moodle": "{prefix}_assignfeedback_file_{page}"}


def feedback_archive(
    classroom: Classroom,
    assignment: Assignment,
    platform: str,
    students: Sequence[str],
    kept: Mapping[str, Mapping[str, Any]],
) -> tuple[bytes, dict[str, str]]:
    """Return the archive, and the students who are not in it with the reason.

    Parameters
    ----------
    classroom : Classroom
    assignment : Assignment
    platform : {"canvas", "moodle"}
    students : sequence of str
        Those who handed in.
    kept : mapping
        The students of `imbalance_grader.collect.Kept`.
    """
    left: dict[str, str] = {}
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for student in students:
            known = kept.get(student, {})
            folder = classroom.path("feedback", student, assignment.name)
            pages = [folder / f"{notebook}.html" for notebook in assignment.notebooks]
            there = [page for page in pages if page.is_file() and not page.is_symlink()]
            if known.get("platform") != platform:
                left[student] = (
                    f"was not collected from {platform.title()}, which knows no file of it"
                )
            elif not there:
                left[student] = f"has no page: imbalance-lab-grade feedback {assignment.name}"
            for page in there if student not in left else ():
                name = _FORMS[platform].format(prefix=known["prefix"], page=page.name)
                archive.writestr(name, page.read_bytes())
    return memory.getvalue(), left
