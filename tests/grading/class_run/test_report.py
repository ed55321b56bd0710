"""The class report: what it says, and that nothing a student wrote can act in it."""

from __future__ import annotations

import datetime as dt
import os
import re
from html.parser import HTMLParser

import pytest
from class_run_helpers import ASSIGNMENT, PretendedEngine, crew_of
from playwright.sync_api import sync_playwright

from imbalance_grader.class_run.run import Options, grade_class
from imbalance_grader.class_run.standings import standings
from imbalance_grader.course.classroom import Classroom
from imbalance_grader.reporting.report import write_report

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
    assert "10 written answers wait." in text
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


def test_its_numbers_and_their_order_say_nothing_of_who_is_who(mixed_class):
    orders = set()
    for _ in range(5):
        text = Page(class_report(mixed_class, anonymous=True)).text
        orders.add(re.search(r"It ended timed out|Student \d+(?=\s+timed out)", text)[0])
    assert len(orders) > 1
    assert "Handed in\n" not in text


def test_an_anonymous_report_leaves_the_named_one(mixed_class, command):
    assert command("assignment", ASSIGNMENT) == 1
    folder = mixed_class.root / "grading" / ASSIGNMENT
    named = (folder / "report.html").read_text()
    assert command("report", ASSIGNMENT, "--anonymous") == 0
    assert (folder / "report.html").read_text() == named
    assert "good-1" not in (folder / "report-anonymous.html").read_text()


def test_every_student_has_a_row_with_the_name_that_the_gradebook_has(mixed_class):
    with Classroom(mixed_class.root).gradebook() as gradebook:
        gradebook.add_student("yan", first_name="Yan", last_name="Ö<b>")
        gradebook.update_or_create_student("good-1", first_name="Ada", last_name="Lovelace")
    report = class_report(mixed_class)
    table = report[report.index('class="matrix"') :]
    for student in ("Ada Lovelace (good-1)", "poor-2", "zoe", "broken", "Yan Ö&lt;b&gt; (yan)"):
        assert f"<bdi>{student}</bdi>" in table
    assert table.count("<tr>") == 15  # its head and 14 students


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 375])
def test_nothing_is_wider_than_a_phone(mixed_class, width, tmp_path):
    with Classroom(mixed_class.root).gradebook() as gradebook:
        gradebook.update_or_create_student("good-1", first_name="A" * 40, last_name="B" * 40)
    (tmp_path / "report.html").write_text(class_report(mixed_class))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        page = chromium.new_page(viewport={"width": width, "height": 700})
        page.goto((tmp_path / "report.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        chromium.close()


def test_an_empty_class_has_a_report_too(course):
    with Classroom(course.root).gradebook() as gradebook:
        gradebook.add_student("zoe")
    assert "No submission could be read yet." in Page(class_report(course)).text
