"""Quizzes in another order and with other numbers, for a class or for one student of it.

A quiz's text, its answer and its graded cell stand in a notebook, and its letters in a sealed file.
A change says for each question which letter an old letter becomes, and which number an old number.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from imbalance_lab.checks import Question
from imbalance_lab.checks.quiz import Quiz, seal
from imbalance_oracles import secret
from imbalance_oracles.numbers import replaced
from imbalance_oracles.quiz_numbers import NUMBERS

_QUESTION = re.compile(r"^\*\*(\d+)\.\*\* ", re.MULTILINE)
_OPTION = re.compile(r"^- ([a-z])\) (.*?)(?=\n- [a-z]\) |\n\n|\Z)", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"""\bQuiz\(\s*["'](\d\d)-([0-9a-f]+)["']\s*\)""")
_OPTIONS, _SCORES = "- a) ", "score_quiz("
_SCORED = """\
from imbalance_lab.checks import Quiz, score_quiz

score_quiz(quiz, Quiz("{lesson}-{name}"))"""

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Change:
    """What becomes of a question.

    Parameters
    ----------
    letters : mapping of str to str
        Which letter an old letter becomes.
    numbers : mapping of str to sequence of (str, str), default={}
        By the old letter of an option, "" for the question itself: the numbers that stand there,
        each with the one that is to stand there, in the order of the text.
    """

    letters: Mapping[str, str]
    numbers: Mapping[str, Pairs] = field(default_factory=dict)


Changes = Mapping[int, Change]


def name_of(of: str, length: int = 6) -> str:
    """Return the short name of the variant that a secret gives; it tells nothing of the secret."""
    return hashlib.sha256(f"variant/{of}".encode()).hexdigest()[:length]


def file_of(lesson: str, name: str) -> str:
    """Return the name of the file with the sealed quiz of a variant."""
    return f"quiz-{lesson}-{name}.json"


def changes_of(lesson: str) -> str:
    """Return the name of the file in which is kept what a class's quiz was changed by."""
    return f"changes/{lesson}.json"


def named_in(code: str) -> str:
    """Return the variant whose quiz a graded cell scores, "" where it names none."""
    found = _NAMED.search(code) if _SCORES in code else None
    return found[2] if found else ""


def draw_changes(
    questions: Mapping[int, Question], lesson: str, of: str, before: Changes | None = None
) -> Changes:
    """Draw changes from a secret.

    Parameters
    ----------
    questions : mapping of int to Question
        As they are before the change.
    lesson, of : str
        Number of the lesson, and the secret.
    before : mapping of int to Change, optional
        What was changed already in the questions of the published course. Numbers of a question
        of which nothing is told there stay.

    Raises
    ------
    ValueError
        If the change before is of a question with other numbers.
    """
    rng = secret.generator(f"quiz/{of}", lesson)
    changes = {}
    for number, question in questions.items():
        letters = rng.permutation(question.letters).tolist()
        done = Change({}) if before is None else before.get(number)
        changes[number] = Change(
            dict(zip(letters, question.letters, strict=True)),
            _draw_numbers(lesson, number, of, done) if done else {},
        )
    return changes


def _draw_numbers(lesson: str, number: int, of: str, before: Change) -> Mapping[str, Pairs]:
    """Draw the numbers of a question, nothing where it has none that could be others."""
    numbers = NUMBERS.get(lesson, {}).get(number)
    if numbers is None or (before.letters and not before.numbers):
        return {}
    stand = dict(numbers.published)
    stand |= {part: [new for _, new in pairs] for part, pairs in before.numbers.items()}
    drawn = numbers.draw(secret.generator(f"numbers/{of}", f"{lesson}/{number}"))
    if {part: len(given) for part, given in stand.items()} != {p: len(g) for p, g in drawn.items()}:
        raise ValueError(f"question {number} of lesson {lesson} has other numbers than it had")
    return {
        before.letters.get(part, part): tuple(zip(stand[part], given, strict=True))
        for part, given in drawn.items()
    }


def to_json(changes: Changes) -> str:
    """Return the text of the file in which changes are kept."""
    return json.dumps({number: asdict(change) for number, change in changes.items()}) + "\n"


def from_json(text: str) -> Changes:
    """Return the changes that `to_json` wrote."""
    return {int(number): Change(**change) for number, change in json.loads(text).items()}


def has_quiz(cells: Sequence[str]) -> bool:
    """Return whether one of these cells scores a quiz."""
    return any(_SCORES in cell for cell in cells)


def rewritten(cells: Sequence[str], changes: Changes, lesson: str, name: str) -> dict[int, str]:
    """Return text and graded cell of a notebook's quiz as they are in a variant.

    Parameters
    ----------
    cells : sequence of str
        The sources of all cells.
    changes : mapping of int to Change
    lesson, name : str
        Number of the lesson, and name of the variant.

    Returns
    -------
    dict of int to str
        The new source by the place of the cell; nothing where there is no quiz.

    Raises
    ------
    ValueError
        If the quiz has other questions, options or numbers than the changes are of.
    """
    if not has_quiz(cells):
        return {}
    text, graded = (
        max(place for place, cell in enumerate(cells) if words in cell)
        for words in (_OPTIONS, _SCORES)
    )
    scored = _SCORED.format(lesson=lesson, name=name)
    return {text: _changed(cells[text], changes), graded: scored}


def _changed(text: str, changes: Changes) -> str:
    """Return the text of a quiz with each question changed."""
    before, *rest = _QUESTION.split(text)
    made = [before]
    for number, part in zip(map(int, rest[::2]), rest[1::2], strict=True):
        change = changes.get(number, Change({}))
        if list(dict(_OPTION.findall(part))) != sorted(change.letters):
            raise ValueError(f"question {number} of a quiz has not the options that its key has")
        try:
            made.append(f"**{number}.** {_changed_question(part, change)}")
        except ValueError as error:
            raise ValueError(f"question {number} of a quiz: {error}") from error
    return "".join(made)


def _changed_question(part: str, change: Change) -> str:
    found = list(_OPTION.finditer(part))
    options = {
        change.letters[old]: replaced(words, change.numbers.get(old, ()))
        for old, words in (option.groups() for option in found)
    }
    asked = replaced(part[: found[0].start()], change.numbers.get("", ()))
    listed = "\n".join(f"- {letter}) {options[letter]}" for letter in sorted(options))
    return f"{asked}{listed}{part[found[-1].end() :]}"


def moved(questions: Mapping[int, Question], changes: Changes) -> dict[int, Question]:
    """Return the questions of a changed quiz."""
    made = {}
    for number, question in questions.items():
        letters = changes[number].letters
        mistakes = {letters[letter]: says for letter, says in question.mistakes.items()}
        made[number] = Question(letters[question.right], mistakes, question.section)
    return made


def sealed(questions: Mapping[int, Question], changes: Changes, lesson: str, name: str) -> str:
    """Return the sealed file of a changed quiz."""
    return seal(f"{lesson}-{name}", moved(questions, changes)).to_json()


def opened(text: str, lesson: str, name: str) -> dict[int, Question]:
    """Return the questions that `sealed` made a file of."""
    letters = {int(number): given for number, given in json.loads(text).items()}
    quiz = Quiz(f"{lesson}-{name}", letters)
    found = {}
    for number, given in letters.items():
        texts = {letter: quiz.opened(number, letter) or {} for letter in given}
        right = next(letter for letter, says in texts.items() if not says["says"])
        mistakes = {letter: says["says"] for letter, says in texts.items() if says["says"]}
        section = next((says["section"] for says in texts.values() if says["section"]), "")
        found[number] = Question(right, mistakes, section)
    return found
