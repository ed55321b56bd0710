"""formgrader's own Autograde and Feedback buttons, led through the sandbox.

nbgrader would run a submission there with all that the instructor may do. Its configuration names,
for each of its steps, the class that writes notebooks, and makes one before it touches anything.
Named for formgrader alone, the classes of this module do the step with this package instead, and
leave nbgrader nothing to do. ``nbgrader_config.py`` of the course holds these lines::

    c.NbGraderAPI.Autograde.exporter_class = "imbalance_grader.formgrader.Autograde"
    c.NbGraderAPI.GenerateFeedback.exporter_class = "imbalance_grader.formgrader.Feedback"

Where this package is not installed, the buttons then refuse. The commands ``nbgrader autograde``
and ``nbgrader generate_feedback`` stay what they are.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any, ClassVar

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor

from imbalance_grader.notebook import variant
from imbalance_lab.printable import printable

_WENT_THROUGH = (0, 1)  # exit codes with which the step was done


class _Step(NotebookExporter):
    """Stands where nbgrader's exporter would, and does the whole step when it is made."""

    command: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)  # type: ignore[no-untyped-call]
        converter: Any = self.parent
        course = converter.coursedir
        whose = [] if course.student_id == "*" else [f"--student={course.student_id}"]
        name, *options = self.command
        done = subprocess.run(
            # -P: no module of a folder that a student may write to is taken for one of ours.
            [
                *(sys.executable, "-P", "-m", "imbalance_grader", name, course.assignment_id),
                *(*options, *whose, f"--course={course.root}"),
            ],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="backslashreplace",
            check=False,
        )
        said = printable(done.stdout)
        if done.returncode not in _WENT_THROUGH:
            raise NbGraderException(f"imbalance-lab-grade {name}: {said}")
        converter.log.warning("imbalance-lab-grade %s: %s", name, said)
        converter.assignments = {}  # nothing is left for nbgrader to convert


class Autograde(_Step):
    """Grades in the sandbox."""

    command = ("assignment", "--force")


class RefuseCopies(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader is untyped
    """Keeps ``nbgrader autograde`` from judging a student's own copy by the class's letters."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Refuse the notebook of a student who has a copy of the lesson."""
        about = resources["nbgrader"]
        if variant.copy_folder(about["student"], about["assignment"]):
            raise NbGraderException(
                f"{about['student']} has a copy of her own, with other letters in its quiz, which "
                "nbgrader autograde does not know: grade with imbalance-lab-grade assignment"
            )
        return nb, resources


class Feedback(_Step):
    """Writes the feedback pages of this package."""

    command = ("feedback",)
