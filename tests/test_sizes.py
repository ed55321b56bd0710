"""No lesson is longer than a reader's patience, and each says how long it takes."""

from __future__ import annotations

import re

import nbformat
from released import ROOT

from imbalance_builder.course import Course, Lesson
from imbalance_builder.sizes import Size, is_core, size_of
from imbalance_builder.source import read_source

LESSONS = Course(ROOT).lessons()
CORES = [lesson for lesson in LESSONS if is_core(lesson)]


def measured(lesson: Lesson) -> Size:
    return size_of(nbformat.read(lesson.solution, as_version=4))


def cell(source: str, kind: str = "code", **marks: object) -> nbformat.NotebookNode:
    make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    made = make(source)
    if marks:
        made.metadata["nbgrader"] = {"grade_id": "x-check", "points": 1, **marks}
    return made


def test_each_lesson_that_teaches_has_a_core_that_keeps_the_bounds() -> None:
    assert [lesson.topic[:2] for lesson in CORES] == [f"{number:02}" for number in range(1, 13)]


def test_no_core_breaks_a_bound() -> None:
    breaks = {str(lesson): measured(lesson).breaks for lesson in CORES}
    assert {name: broken for name, broken in breaks.items() if broken} == {}


def test_a_lesson_states_its_honest_minutes() -> None:
    stated = {}
    for lesson in LESSONS:
        head = read_source(lesson.source).cells[0].source
        stated[str(lesson)] = int(re.search(r"\*\*Time\*\* (\d+) minutes", head)[1])
    honest = {str(lesson): measured(lesson).minutes for lesson in LESSONS}
    assert stated == honest


def test_nothing_is_graded_beyond_the_core() -> None:
    for lesson in (lesson for lesson in LESSONS if lesson.is_deeper):
        marked = [c for c in read_source(lesson.source).cells if "nbgrader" in c.metadata]
        assert [c for c in marked if c.metadata.nbgrader.grade] == [], lesson


class TestSize:
    def test_what_a_student_reads_looks_at_and_solves_is_counted(self) -> None:
        plot = cell("a = 1\n\nb = 2")
        page = {"text/html": "<img src='data:image/png;base64,AA'>"}
        plot.outputs = [nbformat.v4.new_output("display_data", data=page)]
        notebook = nbformat.v4.new_notebook(
            cells=[
                cell("Two [more words](../../docs/glossary.md#two)", "markdown"),
                plot,
                cell("def f(): pass", solution=True),
                cell('def g(a):\n    """Give\n\n    it."""\n    b = a\n\n    return b'),
                cell("check(f)", grade=True),
                cell("check(f).earns(3)", grade=True),
                cell("score(quiz)", grade=True, grade_id="quiz-check", points=5),
                cell("a model answer of seven words in all", "markdown", grade=True, solution=True),
            ]
        )
        assert size_of(notebook) == Size(3, 7, 1, 1, 1, 5, 1, longest=3)

    def test_minutes_follow_the_formula_and_are_rounded_up(self) -> None:
        assert Size(1500, 100, 6, 3, 1, 5, 1).minutes == 65  # 10 + 10 + 28 + 5 + 8 = 61
        assert Size(150, 0, 0).minutes == 5

    def test_every_bound_that_is_broken_is_named(self) -> None:
        assert Size(2600, 220, 6, 3, 1).breaks == []
        said = Size(2601, 221, 5, 4, 0, 50, 1, longest=11).breaks
        assert len(said) == 7
        assert "2601 words, at most 2600" in said
        assert "no exercise that asks for a decision" in said
        assert "a function of 11 lines, at most 10" in said
