"""A lesson leads on: to its neighbours, to the contents, and wherever it names another lesson."""

from __future__ import annotations

import re
import shutil
import unicodedata
from pathlib import Path

import nbformat
import pytest
from released import ROOT

from imbalance_builder.course import Course, Lesson
from imbalance_builder.source import read_source

LESSONS = Course(ROOT).lessons()
TARGET = re.compile(r"\]\((\.\./[^)#]+)")


def write(course: Path, name: str, title: str, *texts: str) -> Path:
    path = course / "solutions" / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [f"# {title}: why?", *texts]
    path.write_text(
        "\n".join("# %% [markdown]\n" + re.sub("^", "# ", c, flags=re.M) for c in cells)
    )
    return path


@pytest.fixture
def course(tmp_path: Path) -> Path:
    write(tmp_path, "01-first/one", "01 · One")
    write(tmp_path, "02-second/two", "02 · Two")
    write(tmp_path, "02-second/two-deeper", "02 · More of two")
    write(tmp_path, "03-third/three", "03 · Three")
    return tmp_path


def read(course: Path, name: str, *texts: str) -> list[str]:
    titles = {"02-second/two": "02 · Two", "02-second/two-deeper": "02 · More of two"}
    return [cell.source for cell in read_source(write(course, name, titles[name], *texts)).cells]


def test_the_first_and_the_last_text_lead_to_both_neighbours_and_what_is_beside(course: Path):
    first, middle, last = read(course, "02-second/two", "nothing here", "the end")
    line = (
        "← [01 · One](../01-first/one.ipynb) · [all lessons](../../README.md) · "
        "[02 · More of two](../02-second/two-deeper.ipynb) · "
        "[03 · Three](../03-third/three.ipynb) →"
    )
    assert first == f"# 02 · Two: why?\n\n{line}"
    assert middle == "nothing here"
    assert last == f"the end\n\n{line}"


def test_each_lesson_that_a_text_names_is_a_link(course: Path):
    _, text, _ = read(
        course, "02-second/two", "As in lesson 01, and in Lesson 03; lessons 01 to 03, 04.", "x"
    )
    assert text == (
        "As in [lesson 01](../01-first/one.ipynb), and in [Lesson 03](../03-third/three.ipynb); "
        "lessons [01](../01-first/one.ipynb) to [03](../03-third/three.ipynb), 04."
    )


@pytest.mark.parametrize(
    "text",
    [
        "this is lesson 02 itself",
        "lesson 77 is none",
        "# a heading about lesson 01",
        "`lesson 01` as code",
        "```\nlesson 01\n```",
        "$\\text{lesson 01}$",
        "[what lesson 01 says](../01-first/one.ipynb#x)",
        "lesson 015",
    ],
)
def test_what_is_no_mention_of_another_lesson_stays(course: Path, text: str):
    assert read(course, "02-second/two", text, "x")[1] == text


def test_beyond_the_core_a_lessons_own_number_leads_to_its_core(course: Path):
    _, text, _ = read(course, "02-second/two-deeper", "see lesson 02", "x")
    assert text == "see [lesson 02](../02-second/two.ipynb)"


def test_the_ids_of_cells_do_not_hang_on_other_lessons(course: Path):
    path = write(course, "02-second/two", "02 · Two", "see lesson 01")
    before = [cell.id for cell in read_source(path).cells]
    write(course, "01-first/other", "01 · Another title")
    (course / "solutions" / "01-first" / "one.py").unlink()
    assert [cell.id for cell in read_source(path).cells] == before


def test_a_lesson_without_others_is_left_alone(tmp_path: Path):
    path = write(tmp_path, "02-second/two", "02 · Two", "see lesson 01")
    assert [cell.source for cell in read_source(path).cells] == [
        "# 02 · Two: why?",
        "see lesson 01",
    ]


@pytest.mark.parametrize("lesson", LESSONS, ids=str)
def test_every_link_to_another_lesson_leads_to_one_and_none_is_left_unlinked(lesson: Lesson):
    texts = [c for c in read_source(lesson.source).cells if c.cell_type == "markdown"]
    targets = [target for cell in texts for target in TARGET.findall(cell.source)]
    assert [t for t in targets if not (lesson.release.parent / t).resolve().exists()] == []
    neighbours = {t for t in targets if t.startswith("../") and t.endswith(".ipynb")}
    assert len(neighbours) >= 1


# Where a notebook lands that was fetched at another depth, and one that was mailed.
ELSEWHERE = ("x/course/{topic}/{name}.ipynb", "{name}.ipynb")
LINK = re.compile(r'\[([^\[\]]+)\]\(((?:\.\./)+[^()\s"]+)(?:\s+"([^"]*)")?\)')


@pytest.mark.parametrize("lesson", LESSONS, ids=str)
@pytest.mark.parametrize("place", ELSEWHERE, ids=["deeper", "alone"])
def test_outside_of_the_course_a_link_still_says_what_is_at_its_other_end(
    lesson: Lesson, place: str, tmp_path: Path
) -> None:
    copy = tmp_path / place.format(topic=lesson.topic, name=lesson.name)
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(lesson.release, copy)
    texts = [c.source for c in nbformat.read(copy, as_version=4).cells if c.cell_type == "markdown"]
    links = [link for text in texts for link in LINK.findall(text)]
    assert len(links) == "".join(texts).count("](../") > 0
    for words, target, title in links:
        assert not (copy.parent / target.partition("#")[0]).exists()
        page = target.lstrip("./").partition("#")[0]
        if page == "README.md":
            assert words == "all lessons"
        elif page.endswith(".ipynb"):
            source = (ROOT / "solutions" / page).with_suffix(".py").read_text(encoding="utf-8")
            assert f"# # {title or words}:" in source
        elif page == "docs/bibliography.md":
            assert re.search(r"\b(19|20)\d\d\b.*\.$", title), target
            assert plainly(words) in plainly(title)
        else:
            assert len(title.split()) > 2, target


def plainly(text: str) -> str:
    """Return what a text says, without what marks it up: its letters, small and a to z."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z]", "", letters.lower())
