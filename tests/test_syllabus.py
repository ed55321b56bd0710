"""The syllabus says what the lessons say: minutes, points, order; and its plans add up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from released import ROOT

from imbalance_builder.course import Course, Lesson
from imbalance_builder.pages import TITLE
from imbalance_builder.source import read_source

SYLLABUS = (ROOT / "docs" / "syllabus.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Facts:
    """What a lesson's source says about itself."""

    lesson: Lesson
    number: str
    title: str
    minutes: int
    builds_on: tuple[str, ...]
    exercises: dict[str, float]
    quiz: float
    by_hand: float
    sections: frozenset[str]
    goals: str

    @property
    def optional(self) -> bool:
        return self.lesson.optional

    @property
    def points(self) -> float:
        return sum(self.exercises.values()) + self.quiz + self.by_hand

    @property
    def link(self) -> str:
        return f"[{self.number} · {self.title}](../lessons/{self.lesson}.ipynb)"


def facts_of(lesson: Lesson) -> Facts:
    cells = read_source(lesson.source).cells
    head = cells[0].source
    title = TITLE.match(head)
    graded = [c.metadata.nbgrader for c in cells if c.metadata.get("nbgrader", {}).get("grade")]
    automatic = {g.grade_id.removesuffix("-check"): g.points for g in graded if not g.solution}
    return Facts(
        lesson=lesson,
        number=title["number"],
        title=title["title"],
        minutes=int(re.search(r"\*\*Time\*\* (\d+) minutes", head)[1]),
        builds_on=numbers_in(re.search(r"\*\*Builds on\*\*(.*?)(\.\s|\.?$)", head, re.DOTALL)[1]),
        exercises={name: points for name, points in automatic.items() if name != "quiz"},
        quiz=automatic.get("quiz", 0),
        by_hand=sum(g.points for g in graded if g.solution),
        sections=frozenset(
            section
            for cell in cells
            if cell.cell_type == "markdown"
            for section in re.findall(r"^##+ (.+)$", cell.source, re.MULTILINE)
        ),
        goals=goals_in(head),
    )


def goals_in(head: str) -> str:
    """Return what a student can do after a lesson, on one line."""
    told = re.search(r"\*\*At the end you can\*\*\n\n(.+?)\n\n", head, re.DOTALL)[1]
    goals = (" ".join(goal.split()) for goal in told.removeprefix("- ").split("\n- "))
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", " ".join(goals))


def numbers_in(text: str) -> tuple[str, ...]:
    """Return the lessons that a text names, such as "01 to 03" and "05"."""
    text = re.sub(r"\]\([^)]*\)", "", text).replace("[", "")
    spans = re.sub(r"(\d\d) to (\d\d)", lambda m: " ".join(span(m[1], m[2])), text)
    return tuple(sorted(set(re.findall(r"\b\d\d\b", spans))))


def span(first: str, last: str) -> list[str]:
    return [f"{number:02d}" for number in range(int(first), int(last) + 1)]


FACTS = sorted(
    (facts_of(lesson) for lesson in Course(ROOT).lessons()),
    key=lambda facts: (facts.number, len(facts.lesson.name)),
)
MAIN = {facts.number: facts for facts in FACTS if not facts.optional}


def lesson_table() -> str:
    rows = [
        "| lesson | minutes | builds on | exercises | quiz | by hand | points |",
        "| --- | ---: | --- | ---: | ---: | ---: | ---: |",
    ]
    for facts in FACTS:
        link = f"{facts.link}, optional" if facts.optional else facts.link
        before = ", ".join(facts.builds_on) or "nothing"
        exercises = sum(facts.exercises.values())
        numbers = [exercises, facts.quiz, facts.by_hand, facts.points]
        cells = [link, str(facts.minutes), before, *(f"{number:g}" for number in numbers)]
        rows.append(f"| {' | '.join(cells)} |")
    chosen = list(MAIN.values())
    sums = [
        sum(sum(facts.exercises.values()) for facts in chosen),
        sum(facts.quiz for facts in chosen),
        sum(facts.by_hand for facts in chosen),
        sum(facts.points for facts in chosen),
    ]
    minutes = sum(facts.minutes for facts in chosen)
    total = " | ".join(f"{number:g}" for number in sums)
    rows.append(f"| without the optional ones | {minutes} | | {total} |")
    return "\n".join(rows)


def exercise_table() -> str:
    rows = ["| lesson | exercises and their points |", "| --- | --- |"]
    for facts in (facts for facts in FACTS if facts.exercises):
        each = ", ".join(f"`{name}` {points:g}" for name, points in facts.exercises.items())
        rows.append(f"| {facts.number}{', PyTorch' if facts.optional else ''} | {each} |")
    return "\n".join(rows)


def goal_table() -> str:
    rows = [f"| {number} | {facts.goals} |" for number, facts in MAIN.items()]
    return "\n".join(["| lesson | at the end a student can |", "| --- | --- |", *rows])


def rows_of(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading, its first two lines left out."""
    section = SYLLABUS.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def closure(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return all pairs of which the second can be reached from the first."""
    reached = set(arrows)
    while more := {(a, d) for a, b in reached for c, d in reached if b == c} - reached:
        reached |= more
    return reached


@pytest.mark.parametrize("table", [lesson_table, exercise_table, goal_table])
def test_a_table_says_what_the_lessons_say(table):
    assert table() in SYLLABUS, f"expected:\n{table()}"


def test_the_map_has_every_lesson_and_its_arrows_lead_where_the_lessons_build_on():
    (drawing,) = re.findall(r"```mermaid\n(.+?)```", SYLLABUS, re.DOTALL)
    shown = dict(re.findall(r'^ *l(\d\d)\["(.+?)"\]$', drawing, re.MULTILINE))
    assert shown == {number: f"{number} · {facts.title}" for number, facts in MAIN.items()}
    chains = re.findall(r"^ *(l\d\d(?: --> l\d\d)+)$", drawing, re.MULTILINE)
    arrows = {
        pair
        for chain in chains
        for numbers in [re.findall(r"\d\d", chain)]
        for pair in pairwise(numbers)
    }
    needed = {(before, number) for number, facts in MAIN.items() for before in facts.builds_on}
    assert closure(arrows) == closure(needed)


def test_no_lesson_builds_on_a_later_one():
    late = {n: f.builds_on for n, f in MAIN.items() if any(b >= n for b in f.builds_on)}
    assert late == {}


class TestHalfADay:
    rows = rows_of("Half a day")

    def test_it_takes_four_hours_without_a_gap(self):
        clock = datetime.strptime(self.rows[0][0], "%H:%M")
        for start, minutes, *_ in self.rows:
            assert datetime.strptime(start, "%H:%M") == clock
            clock += timedelta(minutes=int(minutes))
        assert sum(int(minutes) for _, minutes, *_ in self.rows) == 240
        assert sum("Break" in what for _, _, what, _ in self.rows) == 2

    def test_its_sections_and_exercises_are_in_the_lessons(self):
        named = {facts.lesson.release.name: facts for facts in FACTS}
        for _, _, what, sections in self.rows:
            link = re.search(r"\[Lesson (\d\d)\]\(\.\./lessons/.+/(.+)\)", what)
            if not link:
                assert not sections
                continue
            facts = named[link[2]]
            assert facts.number == link[1]
            asked = re.findall(r"\*(.+?)\*", sections)
            assert asked
            assert set(asked) <= facts.sections
            for number in re.findall(r"\d", what.split(", with")[1] if ", with" in what else ""):
                assert any(s.startswith(f"Exercise {number}:") for s in facts.sections)

    def test_its_lessons_come_in_their_order(self):
        order = [n for _, _, what, _ in self.rows for n in re.findall(r"Lesson (\d\d)", what)]
        assert order == sorted(order)


class TestFourWeeks:
    rows = rows_of("A module of four weeks")

    def test_every_lesson_is_in_it_once(self):
        planned = [number for _, lessons, *_ in self.rows for number in numbers_in(lessons)]
        assert planned == sorted(MAIN)

    def test_minutes_and_points_are_the_sums_of_the_lessons(self):
        for _, lessons, minutes, points in self.rows:
            week = [MAIN[number] for number in numbers_in(lessons)]
            assert (int(minutes), float(points)) == (
                sum(facts.minutes for facts in week),
                sum(facts.points for facts in week),
            )

    def test_each_week_has_questions_to_discuss(self):
        for week, *_ in self.rows:
            part = SYLLABUS.split(f"\n**Week {week},")[1].split("\n**Week")[0].split("\n## ")[0]
            assert part.count("\n- ") == 3


def test_the_shares_of_the_grade_add_up():
    shares = [int(row[1].rstrip("%")) for row in rows_of("How to weigh the points")]
    assert sum(shares) == 100
