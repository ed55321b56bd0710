"""The order of the work: which answer comes next, what is shown of it, and what a mark changes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from imbalance_grader.course.classroom import Classroom
from imbalance_grader.course.gradebook import people
from imbalance_grader.marking.book import Answer, Book, Change, Mark, Seen, Sheet, Standings
from imbalance_grader.marking.pace import Pace, in_words
from imbalance_grader.marking.questions import Question
from imbalance_grader.notebook.results import exercise_name
from imbalance_grader.texts import typeset
from imbalance_grader.texts.aside import Aside, TooMuch
from imbalance_grader.texts.clean import cut
from imbalance_lab.printable import printable


@dataclass(frozen=True)
class Shown:
    """A question as the page shows it."""

    question: Question
    name: str
    text: Markup
    model: Markup
    scheme: Markup


class Desk:
    """All answers to some questions, one after another: those that wait first, by question.

    The order is made once, so that next and previous mean the same all the time; what is graded
    later comes at its end.

    Parameters
    ----------
    classroom : Classroom
    asked : sequence of Question
    aside : Aside
        Who renders texts.
    anonymous : bool, default=False
        Hide who wrote what, and shuffle the answers to each question.
    """

    def __init__(
        self,
        classroom: Classroom,
        asked: Sequence[Question],
        aside: Aside,
        anonymous: bool = False,
    ) -> None:
        self._asked = list(asked)
        self._aside = aside
        self._anonymous = anonymous
        self._book = Book(classroom)
        self._people = {} if anonymous else people(classroom)
        self._pace = Pace()
        self._answers: list[Answer] = []
        self._shown = {question.key: self._prepared(question) for question in asked}
        self.marked: set[Answer] = set()
        self.commented: set[Answer] = set()
        self.standings()

    def standings(self) -> Standings:
        """Return where the answers stand now, and take up those that have come."""
        standings = self._book.standings(self._asked)
        known = {(answer.question.key, answer.student) for answer in self._answers}
        for waits in (True, False):
            for question in self._asked:
                students = sorted(
                    student
                    for (key, student), mark in standings.marks.items()
                    if key == question.key and mark.waits == waits and (key, student) not in known
                )
                if self._anonymous:
                    random.SystemRandom().shuffle(students)
                self._answers += [Answer(question, student) for student in students]
        return standings

    def __len__(self) -> int:
        return len(self._answers)

    # --- what the pages show -----------------------------------------------------------------

    def overview(self) -> dict[str, Any]:
        """Return what the page of all questions shows."""
        standings = self.standings()
        numbers = self._numbers(standings)
        rows = []
        for question in self._asked:
            here = [n for n in numbers if self._answers[n].question == question]
            empty, waived = standings.empty[question.key], standings.waived[question.key]
            if not (here or empty or waived):
                continue  # a lesson that nobody has handed in yet
            waiting = [n for n in here if self._mark(standings, n).waits]
            rows.append(
                {
                    "shown": self._shown[question.key],
                    "first": next(iter(waiting or here), None),
                    "waiting": len(waiting),
                    "marked": len(here) - len(waiting),
                    "empty": empty,
                    "waived": waived,
                    "left": in_words(self._pace.left(len(waiting))),
                }
            )
        return {
            "rows": rows,
            "first": self._next_waiting(standings, -1),
            "progress": self._progress(standings),
            "anonymous": self._anonymous,
        }

    def page(self, number: int) -> dict[str, Any]:
        """Return what the page of an answer shows.

        Raises
        ------
        IndexError
            If there is no answer of this number.
        """
        answer = self._answers[number]
        standings = self.standings()
        sheet = self._book.sheet(answer)
        if sheet.mark.waits:
            self._pace.shown(number)
        same = [n for n, other in enumerate(self._answers) if other.question == answer.question]
        return {
            "shown": self._shown[answer.question.key],
            "who": self._who(answer.student),
            "place": same.index(number) + 1,
            "places": len(same),
            "answer": self._safe(typeset.answer, sheet.text, dict(sheet.attachments)),
            "typed": cut(sheet.text),
            "comment": sheet.comment,
            "remark": sheet.remark,
            "problem": sheet.problem,
            "marks": _marks(answer.question),
            "previous": number - 1 if number else None,
            "next": number + 1 if number + 1 < len(self) else None,
            "waiting": self._next_waiting(standings, number),
        } | self._state(standings, sheet, answer.question)

    def save(self, number: int, seen: Seen, change: Change) -> dict[str, Any]:
        """Write a mark or a comment; return what changes on the page.

        Raises
        ------
        IndexError
        Refused, Busy
            Nothing was changed then.
        """
        answer = self._answers[number]
        sheet = self._book.save(answer, seen, change)
        said = []
        if change.gives:
            said.append(_mark_in_words(sheet.mark, answer.question))
            self._pace.marked(number)
            if change.points is None:
                self.marked.discard(answer)
            else:
                self.marked.add(answer)
        if change.comment is not None:
            said.append("the comment" if change.comment else "no comment")
            self.commented.add(answer)
        state = self._state(self.standings(), sheet, answer.question)
        return state | {"said": f"Saved: {' and '.join(said)}."}

    def _state(self, standings: Standings, sheet: Sheet, question: Question) -> dict[str, Any]:
        """Return what of a page changes with a mark."""
        return {
            "seen": vars(sheet.seen),
            "points": sheet.mark.points,
            "waits": sheet.mark.waits,
            "state": _mark_in_words(sheet.mark, question),
            "progress": self._progress(standings),
        }

    # --- what they are made of ---------------------------------------------------------------

    def _progress(self, standings: Standings) -> dict[str, Any]:
        waiting = sum(mark.waits for mark in standings.marks.values())
        count = len(standings.marks)
        return {
            "done": count - waiting,
            "of": count,
            "waiting": waiting,
            "left": in_words(self._pace.left(waiting)),
        }

    def _numbers(self, standings: Standings) -> list[int]:
        """Return the numbers of the answers that are still there."""
        return [
            number
            for number, answer in enumerate(self._answers)
            if (answer.question.key, answer.student) in standings.marks
        ]

    def _mark(self, standings: Standings, number: int) -> Mark:
        answer = self._answers[number]
        return standings.marks[answer.question.key, answer.student]

    def _next_waiting(self, standings: Standings, number: int) -> int | None:
        """Return the next answer that waits, from the beginning on where none comes after it."""
        waiting = [n for n in self._numbers(standings) if self._mark(standings, n).waits]
        later = [n for n in waiting if n > number]
        return next(iter(later or [n for n in waiting if n != number]), None)

    def _who(self, student: str) -> str:
        if self._anonymous:
            return ""
        last, first, _ = self._people.get(student, ("", "", ""))
        name = " ".join(filter(None, (first, last)))
        return f"{student} ({name})" if name else student

    def _prepared(self, question: Question) -> Shown:
        parts = (question.text, question.model, question.scheme)
        made = [self._safe(typeset.shown, part) for part in parts]
        return Shown(question, exercise_name(question.key[2]), *made)

    def _safe(self, render: Any, *what: Any) -> Markup:
        """Return HTML of a text; where that takes too long, its letters as they are."""
        try:
            return Markup(self._aside(render, *what))
        except TooMuch as much:
            note = Markup("<p>[shown as text: {}]</p>").format(much)
            return note + Markup("<pre>{}</pre>").format(cut(printable(what[0])))


def _marks(question: Question) -> list[float]:
    """Return the marks that can be given."""
    count = round(question.points / question.step)
    return [step * question.step for step in range(count + 1)]


def _mark_in_words(mark: Mark, question: Question) -> str:
    if mark.points is None:
        return "waits" if mark.waits else "no mark"
    said = f"{mark.points:g} of {question.points:g} points"
    return f"{said}, for review" if mark.waits else said
