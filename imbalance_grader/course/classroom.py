"""A class as nbgrader keeps it: where submissions lie, where results go, and what is due when.

nbgrader's own configuration decides every folder, so that formgrader and this package always look
at the same files. Nothing that a student wrote is opened here: see `course.handed_in`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import glob
import hashlib
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import nbformat
from nbgrader.api import Gradebook, MissingEntry, Notebook
from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import is_grade, is_solution, is_task

from imbalance_grader.course.added import make_room, only_added
from imbalance_grader.course.configuration import configured
from imbalance_grader.names import is_student_id, student_id
from imbalance_grader.notebook.results import CellResult, Kind, NotebookResult, State
from imbalance_lab.printable import one_line
from imbalance_sandbox.held import held_folder

#: How the name of a notebook ends that a lesson has beside its core; nothing in it is graded.
UNGRADED = "-deeper"


# Notebooks that are in none of the syllabus' sums.
OPTIONAL = ("*-pytorch", "*-deeper")


class ClassroomError(Exception):
    """Something that the instructor has to mend before grading; the message says what and how."""


@dataclass(frozen=True)
class Submission:
    """One student's folder for one assignment.

    Parameters
    ----------
    student : str
        The student's id: the name of the folder, with its letters composed.
    folder : Path
    refused : str, default=""
        Why nothing in the folder is looked at, "" where all is well.
    """

    student: str
    folder: Path
    refused: str = ""


@dataclass(frozen=True)
class GradedCell:
    """A cell of the instructor's notebook that carries points, with its tests or its scheme."""

    points: float
    kind: Kind
    source: str


@dataclass(frozen=True)
class Assignment:
    """One assignment: its name and the instructor's notebooks, in order."""

    name: str
    sources: tuple[Path, ...]

    @property
    def notebooks(self) -> list[str]:
        """Names of its notebooks without their ending."""
        return [source.stem for source in self.sources]

    def source(self, notebook: str) -> Path:
        """Return the instructor's notebook of this name."""
        return next(source for source in self.sources if source.stem == notebook)

    @cached_property
    def fingerprint(self) -> str:
        """A digest of the instructor's notebooks."""
        digest = hashlib.sha256()
        for source in self.sources:
            digest.update(source.name.encode() + b"\0" + source.read_bytes())
        return digest.hexdigest()

    @cached_property
    def graded_cells(self) -> dict[str, dict[str, GradedCell]]:
        """For each notebook the cells that carry points, by their grade id and in order.

        Raises
        ------
        ClassroomError
            If one of them is a copy of another, since each point would count twice.
        """
        cells: dict[str, dict[str, GradedCell]] = {}
        for source in self.sources:
            own = _graded_cells(source)
            for name, others in cells.items():
                if own.items() & others.items():
                    raise ClassroomError(
                        f"in {source.parent} {name}.ipynb and {source.name} are copies of each "
                        "other, and points would count twice: put one of them elsewhere"
                    )
            cells[source.stem] = own
        return cells

    def unread(self, notebook: str, student: str, state: State, detail: str) -> NotebookResult:
        """Return the result of a notebook of which nothing could be read: no points."""
        cells = tuple(
            CellResult(
                grade_id=name,
                points=0.0,
                max_points=cell.points,
                kind=cell.kind,
                message=detail,
                answer_missing=True,
            )
            for name, cell in self.graded_cells[notebook].items()
        )
        return NotebookResult(self.name, notebook, student, state, cells, detail)


class Classroom:
    """A course folder, seen through nbgrader's configuration.

    Parameters
    ----------
    root : Path
        The folder with ``nbgrader_config.py``.

    Raises
    ------
    ClassroomError
        If the folder has no ``nbgrader_config.py``, or one that cannot be meant.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        if not (self.root / "nbgrader_config.py").is_file():
            raise ClassroomError(
                f"{self.root} has no nbgrader_config.py, so it is not the folder of a course; "
                "name the right one with --course"
            )
        try:
            with _unchanged_path():
                self.app = configured(self.root)
        except ValueError as error:
            raise ClassroomError(str(error)) from error
        self.coursedir: CourseDirectory = self.app.coursedir
        if "?" in str(self.root) and str(self.root) in self.coursedir.db_url:
            raise ClassroomError(
                f"{self.root}: the gradebook's address ends at the question mark, so its marks "
                "would lie in another folder: rename this one"
            )

    # Folders -------------------------------------------------------------------------------

    def path(self, step: str, student: str, assignment: str) -> Path:
        """Return nbgrader's folder for a step, such as ``"autograded"``."""
        directory = getattr(self.coursedir, f"{step}_directory")
        return Path(self.coursedir.format_path(directory, student, assignment))

    def results(self, assignment: str) -> Path:
        """Return the folder for the journal, ``grades.csv`` and the class report."""
        return self.root / "grading" / assignment

    # Assignments ---------------------------------------------------------------------------

    def assignment(self, name: str) -> Assignment:
        """Return the assignment of this name.

        Raises
        ------
        ClassroomError
            If there is no such assignment, or it has no notebook.
        """
        folder = self.path("source", ".", name).resolve()
        have = self.assignment_names()
        if name not in have:
            listed = ", ".join(have) or "none"
            raise ClassroomError(
                f"no assignment {name!r} in {self.coursedir.source_directory}/ (found: {listed})"
            )
        sources = sorted(
            path
            for path in folder.glob("*.ipynb")
            if not path.name.startswith(".") and not path.stem.endswith(UNGRADED)
        )
        if not sources:
            raise ClassroomError(f"{folder} has no notebook: build it first (make lessons)")
        return Assignment(name, tuple(sources))

    def assignment_names(self) -> list[str]:
        """Return the names of all assignments that have an instructor's notebook, in order."""
        return list(self.notebook_names())

    def counting(self, assignment: Assignment) -> list[str]:
        """Return which notebooks of an assignment count in its total.

        Optional ones do not, unless there are no others, or ``nbgrader_config.py`` says so.
        """
        optional = self.app.config.ImbalanceLab.get("optional_notebooks", OPTIONAL)
        needed = [
            name
            for name in assignment.notebooks
            if not any(fnmatchcase(name, pattern) for pattern in optional)
        ]
        return needed or assignment.notebooks

    def notebook_names(self) -> dict[str, list[str]]:
        """Return for each assignment the names of its notebooks, without their ending."""
        folder = self.path("source", ".", ".").resolve()
        names: dict[str, list[str]] = {}
        for path in sorted(folder.glob("*/*.ipynb")):
            if not path.stem.endswith(UNGRADED):
                names.setdefault(path.parent.name, []).append(path.stem)
        return names

    def register(self, assignment: Assignment) -> None:
        """Enter the assignment into the gradebook, or bring its entry up to date.

        nbgrader's own `GenerateAssignment` does it. Its notebooks go to a temporary folder, so
        the released ones stay as they are.

        Graded cells that were added get their place beside the marks that are there.

        Raises
        ------
        ClassroomError
            If graded cells were removed although submissions are graded already.
        """
        wanted = {
            notebook: {name: cell.points for name, cell in cells.items()}
            for notebook, cells in assignment.graded_cells.items()
        }
        with self._entry(assignment) as (_, entry):
            have = {n.name: _entered_cells(n) for n in entry.notebooks} if entry else {}
        # nbgrader enters the ungraded notebooks too.
        if {name: cells for name, cells in have.items() if not name.endswith(UNGRADED)} == wanted:
            return
        try:
            with self._room_for_added(assignment):
                _generate(self.app, assignment.name)
        except (NbGraderException, RuntimeError, SystemExit) as error:
            raise ClassroomError(
                f"{assignment.name} cannot be entered into the gradebook: "
                f"{_differences(have, wanted) or error}. Once submissions are graded no notebook "
                "may come, go or change its name there, and no graded cell may go or change its "
                "name, since its marks would go with it: put it back as it was. "
                "An exercise that is not to count is waived, with full points for everybody: "
                f"imbalance-lab-grade waive {assignment.name} EXERCISE --reason WHY"
            ) from error

    def added_cells(self, assignment: Assignment) -> list[tuple[str, str]]:
        """Return the graded cells that were added since submissions were graded.

        Returns
        -------
        list of (str, str)
            Notebook and grade id, as long as `register` has not entered them.
        """
        with self._entry(assignment) as (_, entry):
            return [
                (notebook.name, name)
                for notebook in (entry.notebooks if entry else [])
                if notebook.name in assignment.notebooks
                for name in only_added(notebook, read_notebook(assignment.source(notebook.name)))
            ]

    @contextlib.contextmanager
    def _entry(self, assignment: Assignment) -> Iterator[tuple[Gradebook, Any]]:
        """Open the gradebook, with its entry of the assignment, None where it has none."""
        with self.gradebook() as gradebook:
            try:
                entry = gradebook.find_assignment(assignment.name)
            except MissingEntry:
                entry = None
            yield gradebook, entry

    @contextlib.contextmanager
    def _room_for_added(self, assignment: Assignment) -> Iterator[None]:
        """Make room for added cells, and take it back where nbgrader then fails."""
        with self._entry(assignment) as (gradebook, entry):
            rows = []
            for notebook in entry.notebooks if entry else []:
                if notebook.name in assignment.notebooks:
                    source = read_notebook(assignment.source(notebook.name))
                    if only_added(notebook, source):
                        rows += make_room(notebook, source)
            gradebook.db.add_all(rows)
            gradebook.db.commit()
            try:
                yield
            except BaseException:
                for row in reversed(rows):
                    gradebook.db.delete(row)
                gradebook.db.commit()
                raise

    # Submissions ---------------------------------------------------------------------------

    def submissions(self, assignment: str) -> list[Submission]:
        """Return what was handed in, ordered by student; odd folders come with their refusal."""
        found = [self._submission(path, assignment) for path in self._submitted(assignment)]
        times = Counter(submission.student for submission in found)
        same = "another folder has the same name, with its letters composed in another way"
        return sorted(
            (replace(s, refused=same) if times[s.student] > 1 else s for s in found),
            key=lambda submission: submission.student,
        )

    def submission_folders(self) -> set[Path]:
        """Return the folders of all submissions of all assignments."""
        return {path for name in self.assignment_names() for path in self._submitted(name)}

    def _submitted(self, assignment: str) -> list[Path]:
        pattern = self.coursedir.directory_structure.format(
            nbgrader_step=self.coursedir.submitted_directory,
            student_id="*",
            assignment_id=glob.escape(assignment),
        )
        return list(self.root.glob(pattern))

    def _submission(self, folder: Path, assignment: str) -> Submission:
        student = student_id(self._student_of(folder, assignment))
        refused = ""
        if not is_student_id(student):
            refused = (
                "the name of the student's folder is no student id (letters and digits of any "
                "script, spaces and . _ @ + ' -, beginning with a letter or digit)"
            )
        elif folder.is_symlink() or folder.parent.is_symlink():
            refused = "the folder is a link to another place"
        elif not folder.is_dir():
            refused = "there is a file where the student's folder should be"
        return Submission(student, folder, refused)

    def _student_of(self, folder: Path, assignment: str) -> str:
        shape = self.coursedir.format_path(
            re.escape(self.coursedir.submitted_directory),
            "(?P<student>.*)",
            re.escape(assignment),
            escape=True,
        )
        match = re.fullmatch(shape, str(folder), re.DOTALL)
        return match["student"] if match else folder.parent.name

    # Gradebook -----------------------------------------------------------------------------

    def gradebook(self) -> Gradebook:
        """Open nbgrader's gradebook; use it in a ``with`` statement."""
        with _own_commands_found():
            return Gradebook(self.coursedir.db_url, self.coursedir.course_id)

    def enrolled(self) -> list[str]:
        """Return the ids of all students in the gradebook."""
        with self.gradebook() as gradebook:
            return sorted(student.id for student in gradebook.students)

    @cached_property
    def zone(self) -> str:
        """The course's own time zone, which nbgrader's exchange writes times in.

        Raises
        ------
        ClassroomError
            If the configuration names one that does not exist.
        """
        name = str(self.app.config.Exchange.get("timezone", "UTC"))
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ClassroomError(
                f"c.Exchange.timezone is {name!r}, which is no time zone; name one such as "
                "'Europe/Berlin'"
            ) from None
        return name

    def due(self, assignment: str) -> dt.datetime | None:
        """Return when the assignment is due, in UTC, None where no date is set."""
        with self.gradebook() as gradebook, contextlib.suppress(MissingEntry):
            due: dt.datetime | None = gradebook.find_assignment(assignment).duedate
            return due
        return None


def _generate(app: NbGrader, assignment: str) -> None:
    with held_folder() as folder, _unchanged_path(), _own_commands_found():
        config = app.config.copy()
        config.CourseDirectory.root = str(app.coursedir.root)
        config.CourseDirectory.release_directory = str(folder)
        config.CourseDirectory.assignment_id = assignment
        coursedir = CourseDirectory(config=config)
        GenerateAssignment(coursedir=coursedir, config=config).start()


def read_notebook(source: Path) -> nbformat.NotebookNode:
    """Return an instructor's notebook.

    Raises
    ------
    ClassroomError
        If it is none.
    """
    try:
        notebook: nbformat.NotebookNode = nbformat.read(source, as_version=4)
    except (ValueError, AttributeError, nbformat.ValidationError) as error:
        said = one_line(str(error).partition("\n")[0])
        raise ClassroomError(f"{source} is no notebook that can be read: {said}") from None
    return notebook


def _graded_cells(source: Path) -> dict[str, GradedCell]:
    return {
        cell.metadata.nbgrader["grade_id"]: GradedCell(
            float(cell.metadata.nbgrader["points"]),
            "written" if is_task(cell) or is_solution(cell) else "graded",
            cell.source,
        )
        for cell in read_notebook(source).cells
        if is_grade(cell) or is_task(cell)
    }


def _entered_cells(notebook: Notebook) -> dict[str, float]:
    cells = [*notebook.grade_cells, *notebook.task_cells]
    return {cell.name: float(cell.max_score) for cell in cells}


def _differences(have: dict[str, dict[str, float]], wanted: dict[str, dict[str, float]]) -> str:
    """Say which notebooks and graded cells the gradebook lacks, and which it has too many."""
    before = {name for cells in have.values() for name in cells}
    after = {name for cells in wanted.values() for name in cells}
    books = {name for name in have if not name.endswith(UNGRADED)}
    kinds = {
        "notebooks were added": set(wanted) - books,
        "notebooks were removed": books - set(wanted),
        "graded cells were added": after - before,
        "graded cells were removed": before - after,
    }
    return " and ".join(
        f"{what} ({', '.join(sorted(names))})" for what, names in kinds.items() if before and names
    )


@contextlib.contextmanager
def _unchanged_path() -> Iterator[None]:
    """Undo what nbgrader does to ``sys.path``: it would import from the working folder."""
    before = list(sys.path)
    try:
        yield
    finally:
        sys.path[:] = before


@contextlib.contextmanager
def _own_commands_found() -> Iterator[None]:
    """Let nbgrader find ``alembic``, which it calls by name, in an environment not activated."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before
