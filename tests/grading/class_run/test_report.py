"""The class report: what it says, and that nothing a student wrote can act in it."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser

import pytest
from class_run_helpers import ASSIGNMENT, PretendedEngine, crew_of

from imbalance_grader.classroom import Classroom
from imbalance_grader.report import write_report
from imbalance_grader.run import Options, grade_class
from imbalance_grader.standings import standings

HOSTILE = "<img src=x onerror=alert(1)>"


class Page(HTMLParser):
    """Collects what a page would do: its tags, the addresses it names, its handlers, its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.text = ""
        self.ids: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "action", "data", "srcset", "xlink:href"):
                self.addresses.append(value or "")
            if name.startswith("on"):
                self.handlers.append(name)
            if name == "id":
                self.ids.add(value)

    def handle_data(self, data):
        self.text += data


def class_report(course, anonymous=False):
    classroom = Classroom(course.root)
    assignment = classroom.assignment(ASSIGNMENT)
    records = grade_class(classroom, assignment, crew_of(PretendedEngine()), Options())
    rows = standings(classroom, assignment, records)
    return write_report(classroom, assignment, rows, anonymous, now=dt.datetime(2026, 3, 4))


@pytest.fixture
def mixed_class(course):
    for n in range(6):
        course.submit(f"good-{n}")
    for n in range(3):
        course.submit(f"poor-{n}", double="WRONG", half="WRONG MISTAKE")
    course.submit("loop", double="while True: pass")
    course.submit("broken").write_text("{not a notebook")
    (course.root / "submitted" / HOSTILE / ASSIGNMENT).mkdir(parents=True)
    with Classroom(course.root).gradebook() as gradebook:
        gradebook.add_student("zoe")
    return course


def test_it_says_what_an_instructor_wants_to_know(mixed_class):
    page = Page(class_report(mixed_class))
    text = re.sub(r"\s+", " ", page.text)
    assert "How can a toy be graded?" in text
    assert "3 submissions did not run to the end." in text
    assert "10 written answers wait for your marks." in text
    assert "3 of 10 hold one misconception in test_half: the baseline is forgotten." in text
    assert "1 of 13 students handed in nothing." in text
    assert "test_double 2 60%" in text  # points, then the share that the class earned
    assert "It ended timed out." in text
    assert "zoe" in text


def test_every_link_leads_to_a_place_in_the_page(mixed_class):
    page = Page(class_report(mixed_class))
    assert page.addresses
    assert all(address[0] == "#" and address[1:] in page.ids for address in page.addresses)


def test_nothing_that_a_student_wrote_can_act_in_it(mixed_class):
    report = class_report(mixed_class)
    page = Page(report)
    assert not {"script", "img", "iframe", "object", "embed", "form", "link"} & set(page.tags)
    assert page.handlers == []
    assert HOSTILE in page.text  # shown as it is
    assert "default-src 'none'" in report


def test_an_anonymous_report_names_nobody(mixed_class):
    text = Page(class_report(mixed_class, anonymous=True)).text
    for name in ("good-1", "poor-2", "loop", "broken", "zoe", HOSTILE):
        assert name not in text
    assert "Student 3" in text


def test_an_empty_class_has_a_report_too(course):
    with Classroom(course.root).gradebook() as gradebook:
        gradebook.add_student("zoe")
    assert "No submission could be read yet." in Page(class_report(course)).text
