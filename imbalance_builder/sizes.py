"""How much there is to read, look at and solve in a lesson, and the honest minutes for it."""

from __future__ import annotations

import ast
import csv
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from imbalance_builder.course import Lesson
from imbalance_builder.preprocessors import TRY_TAG

PAGE = "docs/lesson-sizes.md"
BEFORE = "docs/lesson-sizes-before.csv"  # the lessons as they were before they were rewritten
# What a core may have at most, and the pictures that it has at least.
MOST_MINUTES, MOST_WORDS, MOST_LINES, FEWEST_PICTURES = 90, 2600, 220, 6
MOST_DERIVED, MOST_FUNCTION = 3, 10

HEAD = f"""\
# How long the lessons are

Minutes are those of a student who reads everything and solves everything: a minute for 150 words
and for 10 lines of shown code, 7 for each exercise, 1 for each question of the quiz, 8 for the
written answer, rounded up to five. A lesson's core has at most {MOST_MINUTES} minutes,
{MOST_WORDS:,} words and {MOST_LINES} lines of shown code, and at least {FEWEST_PICTURES} pictures;
what a lesson has beyond it stands in a second notebook, which is optional. At most {MOST_DERIVED}
exercises ask to derive something, and at least one asks for a decision that is judged by what it is
worth. No function that is shown has more than {MOST_FUNCTION} lines, apart from what describes it.

Words are those of the texts, without the model answers. Lines are those of the code that is shown,
without exercises and their checks. In brackets: before the lesson was rewritten.

The page is made from the built notebooks.
"""


@dataclass(frozen=True)
class Size:
    """What there is in one notebook.

    Parameters
    ----------
    words, lines, pictures : int
        Words of its texts, shown lines of code outside exercises, pictures and explorers.
    derived, decided, questions, written : int
        Exercises that are right or wrong, exercises judged by their worth, questions of the quiz,
        written answers.
    longest : int
        Lines of its longest shown function, without what describes it.
    """

    words: int
    lines: int
    pictures: int
    derived: int = 0
    decided: int = 0
    questions: int = 0
    written: int = 0
    longest: int = 0

    @property
    def minutes(self) -> int:
        """Honest minutes, rounded up to five."""
        exact = (
            self.words / 150
            + self.lines / 10
            + 7 * (self.derived + self.decided)
            + self.questions
            + 8 * self.written
        )
        return 5 * math.ceil(exact / 5)

    @property
    def breaks(self) -> list[str]:
        """The bounds of a core that it breaks, empty if it keeps them all."""
        bounds = {
            f"{self.minutes} minutes, at most {MOST_MINUTES}": self.minutes <= MOST_MINUTES,
            f"{self.words} words, at most {MOST_WORDS}": self.words <= MOST_WORDS,
            f"{self.lines} lines, at most {MOST_LINES}": self.lines <= MOST_LINES,
            f"{self.pictures} pictures, at least {FEWEST_PICTURES}": (
                self.pictures >= FEWEST_PICTURES
            ),
            f"{self.derived} exercises to derive something, at most {MOST_DERIVED}": (
                self.derived <= MOST_DERIVED
            ),
            f"a function of {self.longest} lines, at most {MOST_FUNCTION}": (
                self.longest <= MOST_FUNCTION
            ),
            "no exercise that asks for a decision": self.decided > 0,
        }
        return [says for says, kept in bounds.items() if not kept]


def size_of(notebook: NotebookNode) -> Size:
    """Measure an executed notebook with its solutions."""
    words = lines = pictures = longest = 0
    graded: list[NotebookNode] = []
    written = 0
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown":
            written += bool(marks.get("solution"))
            words += 0 if marks.get("solution") else _words(cell.source)
        elif marks.get("grade"):
            graded.append(cell)
        elif not marks.get("solution") and TRY_TAG not in cell.metadata.get("tags", []):
            lines += _lines(cell.source)
            longest = max([longest, *map(_lines, _functions(cell.source))])
            pictures += sum(map(_is_picture, cell.get("outputs", [])))
    quiz = [cell for cell in graded if cell.metadata.nbgrader.grade_id == "quiz-check"]
    coded = [cell for cell in graded if cell not in quiz]
    decided = sum(".earns(" in cell.source for cell in coded)
    return Size(
        words,
        lines,
        pictures,
        len(coded) - decided,
        decided,
        int(sum(cell.metadata.nbgrader.points for cell in quiz)),
        written,
        longest,
    )


def _lines(code: str) -> int:
    return sum(bool(line.strip()) for line in code.splitlines())


def _functions(code: str) -> Iterator[str]:
    """Yield the functions of a cell, without what describes them."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef):
            text = ast.get_source_segment(code, node) or ""
            if ast.get_docstring(node) is not None:
                text = text.replace(ast.get_source_segment(code, node.body[0]) or "", "", 1)
            yield text


def _words(text: str) -> int:
    """Count the words of a text as it is rendered: without targets and titles of links."""
    return len(re.sub(r"\]\([^)\"]*(\"[^\"]*\")?\)", "]", text).split())


def _is_picture(output: NotebookNode) -> bool:
    data = output.get("data", {})
    return "image/png" in data or "data:image/png" in data.get("text/html", "")


def sizes_page(root: Path, lessons: Iterable[tuple[Lesson, str, Size]]) -> str:
    """Return the page that has the size of every notebook, before and after.

    Parameters
    ----------
    root : Path
        Of the course.
    lessons : iterable of (Lesson, str, Size)
        In order, each with the link to it.
    """
    before = _before(root / BEFORE)
    heads = ["minutes", "words", "lines", "pictures", "derive", "decide", "quiz", "written"]
    rows = [f"| lesson | {' | '.join(heads)} |", f"| --- |{' ---: |' * len(heads)}"]
    for lesson, link, size in lessons:
        rows.append(_row(link, size, before.get(str(lesson))))
    return "\n".join([HEAD, *rows]) + "\n"


def _row(name: str, size: Size, before: Size | None) -> str:
    was = [before.minutes, before.words, before.lines, before.pictures] if before else []
    now = [size.minutes, size.words, size.lines, size.pictures]
    compared = [
        f"{value:,}" + (f" ({old:,})" if old != value else "")
        for value, old in zip(now, was or now, strict=True)
    ]
    rest = [size.derived, size.decided, size.questions, size.written]
    return f"| {' | '.join([name, *compared, *map(str, rest)])} |"


def is_core(lesson: Lesson) -> bool:
    """Return whether a lesson has to keep the bounds: it teaches, and a class takes it."""
    return not lesson.optional and not lesson.topic.startswith("00-")  # which only shows the way


def _before(path: Path) -> dict[str, Size]:
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row.pop("lesson"): Size(**{name: int(value) for name, value in row.items()})
            for row in csv.DictReader(file)
        }
