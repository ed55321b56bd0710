"""A time counts if it means one moment; what could be two, or none, is refused with the reason."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imbalance_grader.course.stamps import Stamp, read_stamp

NOON = dt.datetime(2026, 3, 2, 12, 0)
SUMMER = dt.datetime(2026, 7, 2, 12, 0)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02 12:00:00.000000 UTC",  # as nbgrader's exchange writes it
        "2026-03-02 12:00:00",
        "2026-03-02T12:00:00Z",
        "20260302T120000Z",
        "2026-03-02 13:00:00 +0100",
        "2026-03-02 13:00:00 +01:00",
        "2026-03-02T13:00:00+01:00",
        "2026-03-02 07:00:00 -0500",
        "2026-03-02 17:30:00 +0530",
        "2026-03-02 13:00:00 CET",
        "2026-03-02 07:00:00 EST",
        "2026-03-02 21:00:00 JST",
        "2026-03-02 22:00:00 AEST",
        "2026-03-02 13:00:00 Europe/Berlin",
        "Mon Mar  2 13:00:00 CET 2026",  # the command date
        "Mon, 02 Mar 2026 13:00:00 +0100",  # e-mail
        "2 March 2026, 12:00 PM UTC",
        "1772452800",
        "1772452800.0",
        "1772452800000",
    ],
)
def test_usual_forms(text):
    assert read_stamp(text.encode()) == Stamp(NOON)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("2026-07-02 14:00:00.000000 CEST", "Europe/Berlin"),
        ("2026-07-02 14:00:00.000000 CEST", "UTC"),
        ("2026-07-02 13:00:00 BST", "UTC"),
        ("2026-07-02 08:00:00 EDT", "UTC"),
        ("2026-07-02 05:00:00 PDT", "UTC"),
        ("2026-07-02 17:30:00.000000 IST", "Asia/Kolkata"),
        ("2026-07-02 13:00:00.000000 IST", "Europe/Dublin"),
        ("2026-07-02 07:00:00.000000 CDT", "America/Chicago"),
    ],
)
def test_names_that_mean_one_thing_or_are_the_courses_own(text, zone):
    assert read_stamp(text.encode(), zone) == Stamp(SUMMER)


def test_the_courses_own_name_in_winter():
    assert read_stamp(b"2026-03-02 04:00:00 PST", "America/Los_Angeles") == Stamp(NOON)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks(encoding):
    assert read_stamp("2026-03-02 12:00:00 UTC\r\n".encode(encoding)) == Stamp(NOON)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-03-02 12:00:00 IST", "IST can mean +0100"),
        ("2026-03-02 12:00:00 CST", "America/Havana"),
        ("2026-03-02 12:00:00 PST", "Asia/Manila"),
        ("2026-03-02 12:00:00 XYZ", "XYZ is no time zone that is known"),
        ("2026-03-02 12:00:00 Europe/Nowhere", "Europe/Nowhere is no time zone"),
        ("2026-10-25 02:30:00 Europe/Berlin", "twice"),
        ("2026-03-02 12:00:00 GMT+3", "of which one would do"),
        ("2026-03-02 12:00:00 +0100 Europe/Berlin", "two time zones"),
        ("2026-03-02 12:00:00 +2500", "so far from Greenwich"),
        ("2026-03-02", "not a full date with a time"),
        ("March 2026 12:00", "not a full date with a time"),
        ("12:00", "no year of four digits"),
        ("26-03-02 12:00", "no year of four digits"),
        ("02.03.2026 12:00", "could be taken for each other"),
        ("2026-02-30 12:00", "no date"),
        ("gestern abend", "gestern abend"),
        ("", "empty"),
        ("2026" * 500, "no time"),
    ],
)
def test_what_could_be_two_moments_or_none_is_refused(text, why):
    stamp = read_stamp(text.encode())
    assert stamp.when is None
    assert why in stamp.problem
    assert stamp.text == ""


def test_no_file_is_no_problem_of_a_file():
    assert read_stamp(None) == Stamp()


@given(st.binary(max_size=80) | st.text("0123456789-+:/ .TZ", max_size=40).map(str.encode))
def test_nothing_that_stands_in_it_stops_anything(data):
    stamp = read_stamp(data)
    assert (stamp.when is None) == bool(stamp.problem)
    if stamp.when:
        assert read_stamp(stamp.text.encode()).when == stamp.when
