"""A made-up class: right, partly right, wrong, broken and hostile submissions of one assignment.

Its answers are those that prove the exercises fair (``tests/answers``), so what the class report
says of it can be compared with what each student was given. Nothing is left to chance: the same
class comes out every time.
"""

from __future__ import annotations

import ast
import copy
import datetime as dt
import importlib
import inspect
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import numpy as np
from nbformat import NotebookNode

from imbalance_grader.course.classroom import Classroom, ClassroomError
from imbalance_lab.checks import Question, Quiz
from imbalance_oracles.registry import quizzes

NAMES = (
    "ada", "bela", "chen", "dora", "emil", "fay", "gus", "hana", "ivo", "jin", "kai", "lena",
    "mira", "nils", "olga", "pia", "quin", "rosa", "sven", "tara", "umut", "vera", "wim", "xia",
)  # fmt: skip
DUE = dt.datetime(2026, 3, 2, 12, 0)
_HOURS_BEFORE = 55

# What a hostile student writes into an answer cell. The attacks proper are in tests/grading.
HOSTILE = {
    "mal-loop": "while True:\n    pass",
    "mal-exit": "import os\n\nos._exit(0)",
    "mal-memory": "hoard = [bytes(1_000_000_000) for _ in range(100)]",
    "mal-peek": (
        "from pathlib import Path\n\n"
        "for path in ('../../../gradebook.db', '../../../solutions'):\n"
        "    print(path, Path(path).exists())\n"
        "Path('/etc/shadow').read_text()"
    ),
    "mal-liar": (
        "class Agrees:\n"
        "    def __eq__(self, other):\n        return True\n\n"
        "    def __float__(self):\n        return 1.0\n\n\n"
        "def {name}(*args, **kwargs):\n    return Agrees()"
    ),
    "mal-script": (
        "from IPython.display import HTML, display\n\n"
        "display(HTML('<script>alert(1)</script><img src=x onerror=alert(1)>'))\n"
        "print('<script>alert(2)</script>')"
    ),
}


@dataclass(frozen=True)
class Lesson:
    """The assignment that the class hands in, with all that is known of its answers."""

    released: Path
    solved: Path
    answers: ModuleType
    quiz: Mapping[int, Question] | None


def make_sample_class(root: Path, folder: Path, assignment: str, answers: Path) -> Classroom:
    """Make a course folder with a class's submissions.

    Parameters
    ----------
    root : Path
        The real course, with ``solutions/`` and ``lessons/``.
    folder : Path
        Where the made-up course goes; must not exist yet.
    assignment : str
        Name of the assignment.
    answers : Path
        Folder with the package of answers, ``tests/answers``.

    Returns
    -------
    Classroom

    Raises
    ------
    ClassroomError
        If a folder is not as it should be.
    """
    if folder.exists():
        raise ClassroomError(f"{folder} is there already: remove it, or name another place")
    lesson = _lesson(root, assignment, answers)
    shutil.copytree(
        root / "solutions" / assignment,
        folder / "solutions" / assignment,
        ignore=shutil.ignore_patterns("*.py"),
    )
    shutil.copy(root / "nbgrader_config.py", folder)
    classroom = Classroom(folder)
    classroom.register(classroom.assignment(assignment))
    _enrol(classroom, assignment)
    for position, (student, notebook) in enumerate(_class(lesson)):
        handed_in = DUE - dt.timedelta(hours=_HOURS_BEFORE - 2.5 * position)
        _hand_in(classroom, assignment, student, lesson.released.name, notebook, handed_in)
    _break_some(classroom, assignment, lesson)
    return classroom


def _lesson(root: Path, assignment: str, answers: Path) -> Lesson:
    released = [*(root / "lessons" / assignment).glob("*.ipynb")]
    if not released or not (answers / "__init__.py").is_file():
        raise ClassroomError(
            f"the sample class needs {root}/lessons/{assignment} and the answers in {answers}"
        )
    core = min(released, key=lambda path: len(path.name))  # the others add to its name
    topic = core.stem.replace("-", "_")
    if str(answers.parent) not in sys.path:
        sys.path.insert(0, str(answers.parent))
    catalogue = importlib.import_module(f"imbalance_lab.exercises.{topic}")
    sealed = [value for value in vars(catalogue).values() if isinstance(value, Quiz)]
    return Lesson(
        released=core,
        solved=root / "solutions" / assignment / core.name,
        answers=importlib.import_module(f"{answers.name}.{topic}"),
        quiz=quizzes()[sealed[0].lesson] if sealed else None,
    )


# --- who hands in what ---------------------------------------------------------------------------


def _class(lesson: Lesson) -> Iterator[tuple[str, NotebookNode]]:
    """Yield each student's notebook: from perfect to untouched, then the hostile ones."""
    rng = np.random.default_rng(0)
    solved = _answer_cells(lesson.solved)
    for position, student in enumerate(NAMES):
        ability = 1 - position / (len(NAMES) - 1)  # the first solves all, the last nothing
        yield student, _filled(lesson, _answers_of(lesson, solved, ability, rng))
    first = next(iter(_exercises(lesson)))
    for student, code in HOSTILE.items():
        text = code.replace("{name}", first)
        yield student, _filled(lesson, solved | {first.replace("_", "-"): text})


def _answers_of(
    lesson: Lesson, solved: dict[str, str], ability: float, rng: np.random.Generator
) -> dict[str, str]:
    """Return what a student of this ability, from 0 to 1, writes into each answer cell."""
    given = {}
    for exercise, known in _exercises(lesson).items():
        right = rng.random() < ability
        # To some decisions only right answers are known, or only wrong ones.
        chosen = [answer for answer in known if answer.right == right] or known
        # The first misconceptions of a catalogue are the common ones.
        weights = 1.0 / np.arange(1, len(chosen) + 1)
        answer = chosen[rng.choice(len(chosen), p=weights / weights.sum())]
        if ability > 0:
            given[exercise.replace("_", "-")] = answer_text(lesson.answers, exercise, answer)
    if "quiz" in solved and ability > 0:
        given["quiz"] = _quiz_answers(lesson, solved["quiz"], ability, rng)
    written = [name for name in solved if name not in given and name != "quiz"]
    if ability > 0.2:
        given |= {name: solved[name] for name in written if name.startswith("reflection")}
    return given


def _quiz_answers(lesson: Lesson, solved: str, ability: float, rng: np.random.Generator) -> str:
    if lesson.quiz is None:
        return solved
    chosen = {
        number: question.right
        if rng.random() < 0.3 + 0.7 * ability
        else list(question.mistakes)[rng.integers(len(question.mistakes))]
        for number, question in lesson.quiz.items()
    }
    return "quiz = " + repr(chosen)


def _exercises(lesson: Lesson) -> dict[str, list[Any]]:
    """Return the known answers to each exercise, in the order of the module."""
    found: dict[str, list[Any]] = {}
    for answer in lesson.answers.answers.all:
        found.setdefault(answer.exercise, []).append(answer)
    return found


def answer_text(module: ModuleType, exercise: str, answer: Any) -> str:
    """Return an answer of ``tests/answers`` as a student would write it into one cell.

    Parameters
    ----------
    module : module
        Where the answer stands.
    exercise : str
    answer : Answer
        From the module's `answers`.
    """
    if not callable(answer.value):
        return f"{exercise} = {answer.value!r}"
    parts = _needed(inspect.getsource(module), answer.name)
    return "\n\n".join([*parts, f"{exercise} = {answer.name}"])


def _needed(source: str, name: str) -> list[str]:
    """Return the top-level statements that a function needs, itself included, in order."""
    statements: dict[str, ast.stmt] = {}
    for statement in ast.parse(source).body:
        for defined in _defined(statement):
            statements[defined] = statement
    needed, to_see = set(), [name]
    while to_see:
        statement = statements[to_see.pop()]
        if statement in needed:
            continue
        needed.add(statement)
        used = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        to_see += [other for other in used if other in statements and other != "answers"]
    ordered = sorted(needed, key=lambda statement: statement.lineno)
    # The segment of a decorated function begins at its "def".
    return [ast.get_source_segment(source, statement) or "" for statement in ordered]


def _defined(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return [(alias.asname or alias.name).split(".")[0] for alias in statement.names]
    if isinstance(statement, ast.Assign):
        return [target.id for target in statement.targets if isinstance(target, ast.Name)]
    return []


# --- notebooks and folders -----------------------------------------------------------------------


def _answer_cells(path: Path) -> dict[str, str]:
    cells = nbformat.read(path, as_version=4).cells
    return {
        cell.metadata.nbgrader["grade_id"]: cell.source
        for cell in cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


def _filled(lesson: Lesson, answers: dict[str, str]) -> NotebookNode:
    notebook: NotebookNode = nbformat.read(lesson.released, as_version=4)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.get(grade_id, cell.source)
    return notebook


def _hand_in(
    classroom: Classroom,
    assignment: str,
    student: str,
    name: str,
    notebook: NotebookNode,
    when: dt.datetime,
) -> None:
    folder = classroom.path("submitted", student, assignment)
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / name)
    _leave_notes(folder, student, when)


def _leave_notes(folder: Path, student: str, when: dt.datetime) -> None:
    """Write what nbgrader's exchange leaves beside a submission."""
    (folder / "timestamp.txt").write_text(f"{when:%Y-%m-%d %H:%M:%S} UTC\n")
    (folder / "submission_secret.txt").write_text(f"secret{student}")


def _enrol(classroom: Classroom, assignment: str) -> None:
    with classroom.gradebook() as gradebook:
        gradebook.update_or_create_assignment(assignment, duedate=DUE.isoformat())
        for student in ("absent-ann", "absent-bob"):
            gradebook.add_student(student)


def _break_some(classroom: Classroom, assignment: str, lesson: Lesson) -> None:
    """Add what is broken before any code runs, and what is only in an unusual place."""
    name = lesson.released.name
    original = classroom.path("submitted", NAMES[0], assignment) / name
    solved: NotebookNode = nbformat.read(original, as_version=4)

    def folder(student: str) -> Path:
        made = classroom.path("submitted", student, assignment)
        made.mkdir(parents=True)
        _leave_notes(made, student, DUE - dt.timedelta(hours=1))
        return made

    def changed(change: Callable[[list[NotebookNode]], object]) -> Callable[[Path], object]:
        notebook = copy.deepcopy(solved)
        change(notebook.cells)
        return lambda path: path.write_text(nbformat.writes(notebook))

    spoil: dict[str, Callable[[Path], object]] = {
        "odd-json": lambda path: path.write_text(original.read_text()[:2000]),
        "odd-empty": lambda path: path.touch(),
        "odd-link": lambda path: path.symlink_to(original),
        "odd-format": lambda path: path.write_text(
            re.sub(r'"nbformat": 4', '"nbformat": 2', original.read_text())
        ),
        "odd-renamed": lambda path: shutil.copy(original, path.with_stem(path.stem + "-final(2)")),
        "odd-copy": lambda path: (
            shutil.copy(lesson.released, path),
            shutil.copy(original, path.with_stem(path.stem + " (1)")),
        ),
        "odd-split": changed(_split_first_answer),
        "odd-own-cell": changed(_move_first_answer),
        "odd-nameless": changed(_lose_names),
        "josé": lambda path: shutil.copy(original, path),
        "<img src=x>": lambda path: shutil.copy(original, path),
    }
    for student, how in spoil.items():
        how(folder(student) / name)
    misplaced = classroom.path("submitted", "odd-place", assignment).parent
    misplaced.mkdir()
    shutil.copy(original, misplaced / name)


def _first_answer(cells: list[NotebookNode]) -> int:
    return next(
        place
        for place, cell in enumerate(cells)
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")
    )


def _split_first_answer(cells: list[NotebookNode]) -> None:
    """Leave an empty copy of the cell, as JupyterLab does where one is split at its end."""
    place = _first_answer(cells)
    empty = copy.deepcopy(cells[place])
    empty.source, empty.id = "", "split"
    cells.insert(place + 1, empty)


def _move_first_answer(cells: list[NotebookNode]) -> None:
    """Retype the answer in a cell of the student's own, and empty the cell meant for it."""
    place = _first_answer(cells)
    cells.insert(place + 1, nbformat.v4.new_code_cell(cells[place].source, id="own"))
    cells[place].source = ""


def _lose_names(cells: list[NotebookNode]) -> None:
    """Drop nbgrader's metadata, as some programs do."""
    for cell in cells:
        cell.metadata = NotebookNode()
