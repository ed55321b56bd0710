"""A variant of the course for one class: other inputs in its checks, and its quizzes shuffled.

Everything follows from the class's secret, so the same secret gives the same variant. What the
visible checks try is recorded anew, and goes into the student's package and into the folder
``variant/`` of the course folder, where grading finds it. A quiz gets a number of its own, which
its graded cell names: where the package is another class's, the cell says so instead of scoring
the wrong letters.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from imbalance_builder.course import BuildError
from imbalance_lab.checks import Question
from imbalance_lab.checks.quiz import seal
from imbalance_lab.checks.recorded import write_trials
from imbalance_oracles import secret
from imbalance_oracles.registry import keys, quizzes

FOLDER = "variant"
_QUESTION = re.compile(r"^\*\*(\d+)\.\*\* ", re.MULTILINE)
_OPTION = re.compile(r"^- ([a-z])\) (.*?)(?=\n- [a-z]\) |\n\n|\Z)", re.MULTILINE | re.DOTALL)
_CHOSEN = re.compile(r'(\d+): "([a-z])"')
_SOLUTION = re.compile(r"(?<=### BEGIN SOLUTION\n).*?(?=### END SOLUTION)", re.DOTALL)
_SCORED = """\
from imbalance_lab.checks import Quiz, score_quiz

score_quiz(quiz, Quiz("{lesson}"))"""

Orders = Mapping[int, Mapping[str, str]]  # for each question: which letter an old letter becomes


def name_of(of: str) -> str:
    """Return the short name of the variant that a secret gives; it tells nothing of the secret."""
    return hashlib.sha256(f"variant/{of}".encode()).hexdigest()[:6]


def vary(topic: Path, folder: Path, of: str) -> None:
    """Make a variant of one lesson.

    Parameters
    ----------
    topic : Path
        The folder with the instructor's notebooks, whose quizzes are shuffled.
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
    (folder / "variant.json").write_text(json.dumps({"name": name_of(of)}) + "\n")
    for name, key in keys().items():
        if key.exercise.lesson == number:
            text = write_trials(key.visible(of))
            (folder / f"{name}.json").write_text(text, encoding="utf-8")
    for path in sorted(topic.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        if any("score_quiz(" in cell.source for cell in notebook.cells):
            sealed = _shuffle(notebook, number, of)
            (folder / f"quiz-{number}-{name_of(of)}.json").write_text(sealed, encoding="utf-8")
            nbformat.write(notebook, path)


def _shuffle(notebook: NotebookNode, number: str, of: str) -> str:
    """Shuffle the options of a notebook's quiz, and return its sealed file."""
    lesson, questions = f"{number}-{name_of(of)}", quizzes()[number]
    orders = _orders(questions, number, of)
    places = {kind: _place(notebook, kind) for kind in ("- a) ", "quiz = {", "score_quiz(")}
    text, answer, graded = (notebook.cells[place] for place in places.values())
    text.source = _reordered(text.source, questions, orders)
    answer.source = _SOLUTION.sub(lambda m: _renamed(m[0], orders), answer.source)
    graded.source = _SCORED.format(lesson=lesson)
    shuffled = {n: _moved(question, orders[n]) for n, question in questions.items()}
    return seal(lesson, shuffled).to_json()


def _orders(questions: Mapping[int, Question], number: str, of: str) -> Orders:
    rng = secret.generator(f"quiz/{of}", number)
    return {
        n: dict(zip(rng.permutation(question.letters).tolist(), question.letters, strict=True))
        for n, question in questions.items()
    }


def _place(notebook: NotebookNode, words: str) -> int:
    """Return the place of the last cell that has these words."""
    return max(i for i, cell in enumerate(notebook.cells) if words in cell.source)


def _reordered(text: str, questions: Mapping[int, Question], orders: Orders) -> str:
    """Return the text of a quiz with the options of each question in another order."""
    before, *rest = _QUESTION.split(text)
    made = [before]
    for number, part in zip(map(int, rest[::2]), rest[1::2], strict=True):
        found = dict(_OPTION.findall(part))
        if number not in questions or list(found) != questions[number].letters:
            raise BuildError(f"question {number} of a quiz has not the options that its key has")
        by_letter = {orders[number][old]: words for old, words in found.items()}
        options = "\n".join(f"- {letter}) {by_letter[letter]}" for letter in sorted(by_letter))
        begin, end = (m := list(_OPTION.finditer(part)))[0].start(), m[-1].end()
        made.append(f"**{number}.** {part[:begin]}{options}{part[end:]}")
    return "".join(made)


def _renamed(answer: str, orders: Orders) -> str:
    return _CHOSEN.sub(lambda m: f'{m[1]}: "{orders[int(m[1])][m[2]]}"', answer)


def _moved(question: Question, order: Mapping[str, str]) -> Question:
    mistakes = {order[letter]: says for letter, says in question.mistakes.items()}
    return Question(order[question.right], mistakes, question.section)
