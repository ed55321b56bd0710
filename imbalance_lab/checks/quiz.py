"""Quizzes: sealed, so that the right letters do not lie in the open, and scored.

For each letter of a question a text is kept that opens with that letter only: what a wrong letter
says about the student's thinking, or that it is right. It keeps nobody from trying every letter;
it keeps the letters out of sight.
"""

from __future__ import annotations

import base64
import hashlib
import json
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imbalance_lab.checks.calls import Returned, value_of
from imbalance_lab.checks.recorded import recorded_file
from imbalance_lab.failure import CheckFailed

_LENGTH = 800  # of every sealed text, bytes: a short one must not stand out


class QuizError(ValueError):
    """A quiz could not be sealed or found."""


@dataclass(frozen=True)
class Question:
    """A quiz question: the right letter, and the misconception behind each wrong one.

    Parameters
    ----------
    right : str
        The letter of the right option.
    mistakes : mapping of str to str
        For each wrong letter, the misconception in one or two sentences that teach.
    section : str
        Heading of the section to read again.
    """

    right: str
    mistakes: Mapping[str, str]
    section: str

    @property
    def letters(self) -> list[str]:
        """All the letters that may be chosen, in order."""
        return sorted([self.right, *self.mistakes])


class Quiz:
    """The sealed quiz of one lesson.

    Parameters
    ----------
    lesson : str
        Number of the lesson.
    sealed : mapping of int to mapping of str to str, optional
        For each question and letter the text that it opens. By default what was recorded for the
        lesson when the course was built.
    """

    def __init__(self, lesson: str, sealed: Mapping[int, Mapping[str, str]] | None = None) -> None:
        self.lesson = lesson
        self._sealed = sealed

    @property
    def sealed(self) -> Mapping[int, Mapping[str, str]]:
        """For each question and letter the text that it opens.

        Raises
        ------
        QuizError
            If none was given and none is recorded.
        """
        if self._sealed is None:
            file = recorded_file(f"quiz-{self.lesson}.json")
            if not file.is_file():
                raise QuizError(
                    f"no quiz is recorded for lesson {self.lesson}: the package that is installed "
                    "here did not come with this notebook"
                )
            record = json.loads(file.read_text(encoding="utf-8"))
            self._sealed = {int(number): letters for number, letters in record.items()}
        return self._sealed

    def to_json(self) -> str:
        """Return the text of the file that is recorded."""
        return json.dumps(self.sealed, indent=1) + "\n"

    def opened(self, number: int, letter: str) -> dict[str, str] | None:
        """Return what a letter opens: "says" and "section", both "" where it is right.

        None where the question does not have the letter.
        """
        sealed = self.sealed.get(number, {}).get(letter)
        if sealed is None:
            return None
        text = _mixed(base64.b64decode(sealed), self.lesson, number, letter)
        found: dict[str, str] = json.loads(text)
        return found


def seal(lesson: str, questions: Mapping[int, Question]) -> Quiz:
    """Return the sealed quiz of some questions."""
    sealed: dict[int, dict[str, str]] = {}
    for number, question in questions.items():
        sealed[number] = {}
        for letter in question.letters:
            says = question.mistakes.get(letter, "")
            text = json.dumps({"says": says, "section": question.section if says else ""})
            data = text.encode().ljust(_LENGTH)
            if len(data) > _LENGTH:
                raise QuizError(f"quiz {lesson}, question {number}, {letter}: shorten the text")
            mixed = _mixed(data, lesson, number, letter)
            sealed[number][letter] = base64.b64encode(mixed).decode()
    return Quiz(lesson, sealed)


def _mixed(data: bytes, lesson: str, number: int, letter: str) -> bytes:
    """Add the stream that belongs to a letter; added again it is gone."""
    stream = hashlib.shake_256(f"{lesson}/{number}/{letter}".encode()).digest(len(data))
    return bytes(a ^ b for a, b in zip(data, stream, strict=True))


def score_quiz(answers: Any, quiz: Quiz) -> int:
    """Print what each chosen letter says about the student's thinking; return the right ones.

    Parameters
    ----------
    answers : dict of int to str, or StandIn for one
        The number of each question and the chosen letter.
    quiz : Quiz

    Returns
    -------
    int
        Number of right choices. As the last value of a graded cell it is the points given:
        partial credit, on purpose.

    Raises
    ------
    CheckFailed
        If `answers` is no dict.
    """
    outcome = value_of(answers)
    chosen = outcome.value if isinstance(outcome, Returned) else None
    if not isinstance(chosen, dict):
        form = "{" + ", ".join(f'{number}: "a"' for number in quiz.sealed) + "}"
        raise CheckFailed(f"quiz: expected a dict of one letter a question, such as {form}.")
    points = 0
    for number, letters in quiz.sealed.items():
        letter = chosen.get(number)
        letter = letter.strip().lower() if isinstance(letter, str) else ""
        found = quiz.opened(number, letter)
        if found is None:
            print(f"Question {number}: choose one of {', '.join(letters)}.")
        elif not found["says"]:
            points += 1
            print(f"Question {number}: right.")
        else:
            says = f"Question {number}: {letter} is not right. {found['says']}"
            print(textwrap.fill(f"{says} Read again: “{found['section']}”.", 64))
    return points
