"""Every lesson, its text too, through `nbgrader autograde`: solved gets all points, untouched none.

The same without the text's experiments is in `test_lessons_like_nbgrader`, in every run.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from course import Course
from released import ROOT, fill_in, points

ASSIGNMENTS = sorted(folder.name for folder in (ROOT / "solutions").iterdir() if folder.is_dir())


@pytest.mark.long
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_solved_gets_all_points_and_untouched_none(assignment: str, tmp_path: Path) -> None:
    course = Course.of(assignment, folder=tmp_path)
    course.nbgrader("generate_assignment", assignment)
    names = [path.stem for path in (ROOT / "lessons" / assignment).glob("*.ipynb")]
    for student, solve in (("solved", None), ("untouched", ())):
        submitted = course.root / "submitted" / student / assignment
        submitted.mkdir(parents=True)
        for name in names:
            nbformat.write(fill_in(f"{assignment}/{name}", solve), submitted / f"{name}.ipynb")
    course.nbgrader("autograde", assignment)
    expected = sum(sum(points(f"{assignment}/{name}").values()) for name in names)
    assert expected > 0
    with course.gradebook() as gradebook:
        assert gradebook.find_submission(assignment, "solved").score == expected
        assert gradebook.find_submission(assignment, "untouched").score == 0
