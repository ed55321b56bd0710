"""What the checks can name: every misconception of the course, and where to read about it."""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import dataclass
from functools import cache

import imbalance_lab.exercises
from imbalance_grader.notebook import variant
from imbalance_grader.notebook.results import exercise_name
from imbalance_lab.checks import Exercise
from imbalance_oracles.registry import quizzes

_CHOICE = re.compile(
    r"^Question (\d+): \w+\sis\snot\sright\.\s+(.*?)\s+Read\s+again:", re.MULTILINE | re.DOTALL
)
_READ_AGAIN = re.compile(r"Read again: lesson (\S+), “([^”]*)”")


@dataclass(frozen=True)
class Misconception:
    """A misconception that a check named.

    Parameters
    ----------
    exercise : str
        Name of the function that the student writes, or "Question 2" of a quiz.
    name : str
        The misconception in a few words; for a quiz, the chosen letter.
    says : str
        One or two sentences that teach, "" where the catalogue does not have it.
    lesson, section : str
        Where to read again, "" where that is not known.
    """

    exercise: str
    name: str
    says: str = ""
    lesson: str = ""
    section: str = ""


def named_mistake(grade_id: str, mistake: str, message: str = "") -> Misconception:
    """Return what the catalogue says of a mistake that the check of this cell named.

    Parameters
    ----------
    grade_id, mistake : str
        As in `imbalance_grader.notebook.results.CellResult`.
    message : str, default=""
        What the check said; names the section where the catalogue does not have the mistake.
    """
    name = exercise_name(grade_id)
    exercise = _exercises().get(name)
    for known in exercise.known if exercise else ():
        if exercise and known.name == mistake:
            section = known.section or exercise.section
            return Misconception(name, mistake, known.says, exercise.lesson, section)
    found = _READ_AGAIN.search(message)
    lesson, section = found.groups() if found else ("", "")
    return Misconception(name, mistake, lesson=lesson, section=section)


def quiz_choices(lesson: str, message: str) -> list[Misconception]:
    """Return the misconceptions behind the wrong letters that a quiz's message names.

    They are known by what the message says of them, and have the letter that they have in the
    instructor's notebook: a student's copy has the options in another order.

    Parameters
    ----------
    lesson : str
        Number of the lesson, such as "01".
    message : str
        What `imbalance_lab.checks.score_quiz` printed.
    """
    questions = variant.questions(lesson) or quizzes().get(lesson, {})
    return [
        Misconception(f"Question {number}", letter, says, lesson, question.section)
        for number, said in _CHOICE.findall(message)
        if (question := questions.get(int(number))) is not None
        for letter, says in question.mistakes.items()
        if _close(said) == _close(says)
    ]


def _close(text: str) -> str:
    """Return a text without the blanks and line ends that breaking it into lines has moved."""
    return "".join(text.split())


@cache
def _modules() -> list[object]:
    path = imbalance_lab.exercises.__path__
    return [
        importlib.import_module(f"imbalance_lab.exercises.{found.name}")
        for found in pkgutil.iter_modules(path)
    ]


@cache
def _exercises() -> dict[str, Exercise]:
    values = (value for module in _modules() for value in vars(module).values())
    return {value.name: value for value in values if isinstance(value, Exercise)}
