"""Quizzes with their options in another order, for a class or for one student of it.

A quiz's text, its answer and its graded cell stand in a notebook, and its letters in a sealed file.
An order says for each question which letter an old letter becomes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence

from imbalance_lab.checks import Question
from imbalance_lab.checks.quiz import Quiz, seal
from imbalance_oracles import secret

_QUESTION = re.compile(r"^\*\*(\d+)\.\*\* ", re.MULTILINE)
_OPTION = re.compile(r"^- ([a-z])\) (.*?)(?=\n- [a-z]\) |\n\n|\Z)", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"""\bQuiz\(\s*["'](\d\d)-([0-9a-f]+)["']\s*\)""")
_OPTIONS, _SCORES = "- a) ", "score_quiz("
_SCORED = """\
from imbalance_lab.checks import Quiz, score_quiz

score_quiz(quiz, Quiz("{lesson}-{name}"))"""

Orders = Mapping[int, Mapping[str, str]]


def name_of(of: str, length: int = 6) -> str:
    """Return the short name of the variant that a secret gives; it tells nothing of the secret."""
    return hashlib.sha256(f"variant/{of}".encode()).hexdigest()[:length]


def file_of(lesson: str, name: str) -> str:
    """Return the name of the file with the sealed quiz of a variant."""
    return f"quiz-{lesson}-{name}.json"


def named_in(code: str) -> str:
    """Return the variant whose quiz a graded cell scores, "" where it names none."""
    found = _NAMED.search(code) if _SCORES in code else None
    return found[2] if found else ""


def draw_orders(questions: Mapping[int, Question], lesson: str, of: str) -> Orders:
    """Draw orders from a secret."""
    rng = secret.generator(f"quiz/{of}", lesson)
    return {
        n: dict(zip(rng.permutation(question.letters).tolist(), question.letters, strict=True))
        for n, question in questions.items()
    }


def has_quiz(cells: Sequence[str]) -> bool:
    """Return whether one of these cells scores a quiz."""
    return any(_SCORES in cell for cell in cells)


def rewritten(cells: Sequence[str], orders: Orders, lesson: str, name: str) -> dict[int, str]:
    """Return text and graded cell of a notebook's quiz as they are in a variant.

    Parameters
    ----------
    cells : sequence of str
        The sources of all cells.
    orders : Orders
    lesson, name : str
        Number of the lesson, and name of the variant.

    Returns
    -------
    dict of int to str
        The new source by the place of the cell; nothing where there is no quiz.

    Raises
    ------
    ValueError
        If the quiz has other questions or options than the orders.
    """
    if not has_quiz(cells):
        return {}
    text, graded = (
        max(place for place, cell in enumerate(cells) if words in cell)
        for words in (_OPTIONS, _SCORES)
    )
    scored = _SCORED.format(lesson=lesson, name=name)
    return {text: _reordered(cells[text], orders), graded: scored}


def _reordered(text: str, orders: Orders) -> str:
    """Return the text of a quiz with the options of each question in another order."""
    before, *rest = _QUESTION.split(text)
    made = [before]
    for number, part in zip(map(int, rest[::2]), rest[1::2], strict=True):
        found = dict(_OPTION.findall(part))
        if list(found) != sorted(orders.get(number, ())):
            raise ValueError(f"question {number} of a quiz has not the options that its key has")
        by_letter = {orders[number][old]: words for old, words in found.items()}
        options = "\n".join(f"- {letter}) {by_letter[letter]}" for letter in sorted(by_letter))
        begin, end = (m := list(_OPTION.finditer(part)))[0].start(), m[-1].end()
        made.append(f"**{number}.** {part[:begin]}{options}{part[end:]}")
    return "".join(made)


def sealed(questions: Mapping[int, Question], orders: Orders, lesson: str, name: str) -> str:
    """Return the sealed file of a quiz in another order."""
    moved = {}
    for number, question in questions.items():
        order = orders[number]
        mistakes = {order[letter]: says for letter, says in question.mistakes.items()}
        moved[number] = Question(order[question.right], mistakes, question.section)
    return seal(f"{lesson}-{name}", moved).to_json()


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
