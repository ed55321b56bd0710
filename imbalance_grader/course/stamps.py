"""When something was handed in: read ``timestamp.txt``, or say why that cannot be done.

nbgrader's exchange writes the file; learning platforms, scripts and people write it in other ways.
A time counts only if it means one moment: with a full date, a time of day, and an offset or the
name of a time zone that means one thing (none is UTC, as nbgrader has it). What could be read in
two ways is refused, because a wrong hour costs a student the points, or lets late work pass.
"""

from __future__ import annotations

import codecs
import contextlib
import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from dateutil import parser

LONGEST = 1000
_SHOWN = 60
_EPOCH = re.compile(r"\d{10}(\.\d+)?|\d{13}")  # seconds or milliseconds since 1970
_PLACE = re.compile(r"\s([A-Z][A-Za-z_]+(?:/[A-Za-z_+-]+)+)$")
_YEAR = re.compile(r"(?:^|\D)(?:19|20)\d\d(?!\d)|^(?:19|20)\d{6}(?!\d)")
_YEAR_FIRST = re.compile(r"\d{4}")
# "GMT+3" is three hours east of Greenwich to most people, and west of it to others.
_NAME_AND_OFFSET = re.compile(r":\d\d(?:[.,]\d+)?\s*(?!AM|PM)[A-Z]{2,}\s*[+-]\d", re.IGNORECASE)
_LARGEST_OFFSET = dt.timedelta(hours=15)
# What a text leaves out is filled in from these; if that makes a difference, it is incomplete.
_FILLINGS = (dt.datetime(2004, 1, 1), dt.datetime(2008, 2, 2, 1, 1))


@dataclass(frozen=True)
class Stamp:
    """When something was handed in.

    Parameters
    ----------
    when : datetime or None
        In UTC, without a zone, as nbgrader keeps times; None where it is not known.
    problem : str
        Why a file that is there cannot be read as one moment, "" where it can, or is not there.
    """

    when: dt.datetime | None = None
    problem: str = ""

    @property
    def iso(self) -> str:
        """The time in ISO 8601, "" where it is not known."""
        return self.when.isoformat() if self.when else ""

    @property
    def text(self) -> str:
        """The time as nbgrader reads it right, "" where it is not known."""
        return f"{self.when.isoformat(' ')} UTC" if self.when else ""


class _Refused(ValueError):
    """Why a text is not one moment; the end of a sentence about it."""


def read_stamp(data: bytes | None, zone: str = "UTC") -> Stamp:
    """Read what stands in a ``timestamp.txt``.

    Parameters
    ----------
    data : bytes or None
        None where there is no such file.
    zone : str, default="UTC"
        The course's own zone (``c.Exchange.timezone``), which settles what a short name such as
        ``IST`` means.
    """
    if data is None:
        return Stamp()
    if len(data) > LONGEST:
        return Stamp(problem=f"timestamp.txt is {len(data):,} bytes long, which is no time")
    text = _decoded(data).strip()
    if not text:
        return Stamp(problem="timestamp.txt is empty, or no text in UTF-8 or UTF-16")
    try:
        return Stamp(_moment(text, zone))
    except _Refused as refused:
        why = str(refused)
    except Exception:  # the parser was not written for text that means harm
        why = "it is no date with a time"
    shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return Stamp(problem=f"timestamp.txt says {shown!r}: {why}")


def _decoded(data: bytes) -> str:
    """Return text in UTF-8, or in what a byte order mark says, as PowerShell writes it; or ""."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    with contextlib.suppress(UnicodeDecodeError):
        return data.decode("utf-16" if wide else "utf-8-sig")
    return ""


def _moment(text: str, zone: str) -> dt.datetime:
    """Return the one moment that a text means, in UTC."""
    if _EPOCH.fullmatch(text):
        seconds = float(text) / (1000 if len(text) == 13 else 1)
        return dt.datetime.fromtimestamp(seconds, dt.UTC).replace(tzinfo=None)
    place = _PLACE.search(text)
    clock = text[: place.start()] if place else text
    local, name, offset = _read(clock)
    if place:
        if name or offset is not None:
            raise _Refused("it names two time zones")
        offset = _offset_at(place[1], local)
    elif offset is None:
        offset = _offset_of(name, local, zone)
    if abs(offset) > _LARGEST_OFFSET:
        raise _Refused("no time zone is so far from Greenwich")
    return local - offset


def _read(text: str) -> tuple[dt.datetime, str, dt.timedelta | None]:
    """Return the clock's time, the name of its zone, and the offset where one is written."""
    if not _YEAR.search(text):
        raise _Refused("it has no year of four digits")
    if _NAME_AND_OFFSET.search(text):
        raise _Refused("it has a zone's name and an offset, of which one would do")
    zones: list[tuple[str | None, int | None]] = []

    def read(filling: dt.datetime, day_first: bool = False) -> dt.datetime:
        found: dt.datetime = parser.parse(
            text, default=filling, dayfirst=day_first, tzinfos=lambda *zone: zones.append(zone)
        )
        return found

    local = read(_FILLINGS[0])
    if local != read(_FILLINGS[1]):
        raise _Refused("it is not a full date with a time of day")
    if not _YEAR_FIRST.match(text) and local != read(_FILLINGS[0], day_first=True):
        raise _Refused("day and month could be taken for each other; write 2026-03-02 12:30 +0100")
    name, seconds = zones[0] if zones else (None, None)
    return local, name or "", None if seconds is None else dt.timedelta(seconds=seconds)


def _offset_of(name: str, local: dt.datetime, zone: str) -> dt.timedelta:
    """Return what a short name, such as CEST, means at a clock's time."""
    if not name:
        return dt.timedelta(0)
    for fold in (0, 1):
        own = local.replace(tzinfo=ZoneInfo(zone), fold=fold)
        if own.tzname() == name:
            return own.utcoffset() or dt.timedelta(0)
    meanings = _meanings(local.year).get(name, {})
    if len(meanings) == 1:
        return next(iter(meanings))
    if not meanings:
        raise _Refused(f"{name} is no time zone that is known; write the offset, as in +0100")
    each = ", ".join(f"{_written(offset)} ({place})" for offset, place in sorted(meanings.items()))
    raise _Refused(
        f"{name} can mean {each}; write the offset, or set c.Exchange.timezone to your zone"
    )


@cache
def _meanings(year: int) -> dict[str, dict[dt.timedelta, str]]:
    """Return for each short name of that year its offsets, each with a place that has it."""
    found: dict[str, dict[dt.timedelta, str]] = {}
    for place in sorted(available_timezones(), key=lambda key: ("/" not in key, key)):
        for month in (1, 7):
            moment = dt.datetime(year, month, 1, tzinfo=ZoneInfo(place))
            name, offset = moment.tzname(), moment.utcoffset()
            if name and offset is not None:
                found.setdefault(name, {}).setdefault(offset, place)
    return found


def _offset_at(place: str, local: dt.datetime) -> dt.timedelta:
    """Return the offset of a place such as Europe/Berlin at a clock's time there."""
    try:
        clock = local.replace(tzinfo=ZoneInfo(place))
    except (KeyError, ValueError, OSError):
        raise _Refused(f"{place} is no time zone that is known") from None
    if clock.utcoffset() != clock.replace(fold=1).utcoffset():
        raise _Refused(f"the clocks in {place} showed this hour twice, or not at all")
    return clock.utcoffset() or dt.timedelta(0)


def _written(offset: dt.timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
