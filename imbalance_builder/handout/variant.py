"""A variant of the course for one class: other inputs in its checks, and its quizzes changed.

Everything follows from the class's secret, so the same secret gives the same variant. What the
visible checks try is recorded anew, and goes into the student's package and into the folder
``variant/`` of the course folder, where grading finds it. A quiz gets other numbers where it
asks to compute, its options in another order, and a name of its own, which its graded cell says:
where the package is another class's, the cell says so instead of scoring the wrong letters. What
was changed in a quiz stays in ``variant/changes/``, for the copies of students.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from imbalance_builder.course import BuildError
from imbalance_lab.checks.recorded import PRACTICE, write, write_trials
from imbalance_oracles import shuffled
from imbalance_oracles.practice import draw_practice
from imbalance_oracles.registry import keys, quizzes
from imbalance_oracles.shuffled import Changes

FOLDER = "variant"
_ANSWER = "quiz = {"
_CHOSEN = re.compile(r'(\d+): "([a-z])"')
_SOLUTION = re.compile(r"(?<=### BEGIN SOLUTION\n).*?(?=### END SOLUTION)", re.DOTALL)


def vary(topic: Path, folder: Path, of: str) -> None:
    """Make a variant of one lesson.

    Parameters
    ----------
    topic : Path
        The folder with the instructor's notebooks, whose quizzes are changed.
    folder : Path
        Where to put what is recorded; it exists.
    of : str
        The class's secret.

    Raises
    ------
    BuildError
        If a quiz is not written as all quizzes are.
    """
    number = topic.name[:2]
    name = shuffled.name_of(of)
    (folder / "variant.json").write_text(json.dumps({"name": name}) + "\n")
    for exercise, key in keys().items():
        if key.exercise.lesson == number:
            text = write_trials(key.visible(of))
            (folder / f"{exercise}.json").write_text(text, encoding="utf-8")
    if practice := draw_practice(number, of):
        text = json.dumps(write(practice)) + "\n"
        (folder / PRACTICE.format(number)).write_text(text, encoding="utf-8")
    for path in sorted(topic.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        if shuffled.has_quiz([cell.source for cell in notebook.cells]):
            changes = shuffled.draw_changes(quizzes()[number], number, of)
            try:
                _change(notebook, changes, number, name)
            except ValueError as error:
                raise BuildError(f"{path}: {error}") from error
            sealed = shuffled.sealed(quizzes()[number], changes, number, name)
            (folder / shuffled.file_of(number, name)).write_text(sealed, encoding="utf-8")
            kept = folder / shuffled.changes_of(number)
            kept.parent.mkdir(exist_ok=True)
            kept.write_text(shuffled.to_json(changes), encoding="utf-8")
            nbformat.write(notebook, path)


def _change(notebook: NotebookNode, changes: Changes, number: str, name: str) -> None:
    """Change a notebook's quiz, and the letters of its solution."""
    sources = [cell.source for cell in notebook.cells]
    place = max(i for i, source in enumerate(sources) if _ANSWER in source)
    solved = _SOLUTION.sub(lambda m: _renamed(m[0], changes), sources[place])
    changed = shuffled.rewritten(sources, changes, number, name)
    for at, source in {**changed, place: solved}.items():
        notebook.cells[at].source = source


def _renamed(answer: str, changes: Changes) -> str:
    return _CHOSEN.sub(lambda m: f'{m[1]}: "{changes[int(m[1])].letters[m[2]]}"', answer)
