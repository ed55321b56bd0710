"""Who handed in what, as learning platforms write it into the names of an archive.

The forms are those that the platforms' own code writes, and reads again where feedback is uploaded:

Canvas
    ``doejane_LATE_12345_67890_metrics-1.ipynb``: name, late or not, number of the student, number
    of the file, and its name, with ``-1`` where a file of that name was handed in before.
Moodle
    ``Jane Doe_12345_assignsubmission_file_/metrics.ipynb``: name, after that of the group where
    there are groups, and a number that the student has in this one assignment.
Blackboard
    ``Lesson 2_jdoe_attempt_2026-11-01-10-00-00_metrics.ipynb``: assignment, user and time, with a
    text of the same name for each attempt.

A student chooses the end of such a name, so the first place that fits counts; and which platform it
is, all names of an archive decide together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

_FORMS = {
    "canvas": re.compile(
        r"(?P<prefix2>anon(?P<late2>_(?i:late))?_(?P<key2>[A-Za-z0-9]{5})_(?P<order2>[0-9]{1,40}))"
        r"_(?P<file2>.+)|"
        r"(?P<prefix>(?P<name>[^/]*?)(?P<late>_(?i:late))?"
        r"_(?P<key>[0-9]{1,40})_(?P<order>[0-9]{1,40}))_(?P<file>.+)",
        re.DOTALL,
    ),
    "moodle": re.compile(
        r"(?P<prefix>(?P<name>[^/_]+)_(?P<key>[0-9]{1,40}))_assignsubmission_"
        r"(?:file(?:_?/|_)(?P<file>.+)|(?P<text>onlinetext)(?:_?/|_).+)",
        re.DOTALL,
    ),
    "blackboard": re.compile(
        r"(?P<prefix>[^/]+?)_attempt_(?P<order>[0-9]{4}(?:-[0-9][0-9]){5})(?:_(?P<file>.+)|\.txt)",
        re.DOTALL,
    ),
    "folders": re.compile(r"(?P<prefix>(?P<key>[^/]+))/(?P<file>.+)", re.DOTALL),
}
PLATFORMS = tuple(_FORMS)
_SOMEBODYS = re.compile(r"[^/_]+_[0-9]+_assign")
_NAMED_IN_TEXT = re.compile(r"\s*Name:[^\n]*\(([^()\n]+)\)\s*\n")
_DATE_IN_TEXT = re.compile(
    r"^Date Submitted: *([^\n]{1,100} (?!AM|PM)[A-Z]{2,5}) *\r?$", re.MULTILINE
)


@dataclass(frozen=True)
class Sender:
    """Who handed in a file, and when, as far as its name says.

    Parameters
    ----------
    platform : str
    key : str
        The student's id on the platform; on Moodle another one in each assignment.
    name : str
        The student's name as it stands there, "" where it does not.
    file : str
        What the student called the file, "" for what the platform itself adds.
    prefix : str
        What stands before it, by which the platform knows feedback again.
    order : int, default=0
        The larger, the newer; 0 where the platform does not say.
    late : bool
        Whether the platform says that it is late.
    clock : str
        The platform's time of handing in, as in ``2026-11-01 10:00:00``, in a zone not named.
    stated : str
        The same with its zone, where the platform says that.
    """

    platform: str
    key: str
    name: str
    file: str
    prefix: str
    order: int = 0
    late: bool = False
    clock: str = ""
    stated: str = ""


def sender(platform: str, path: str) -> Sender | None:
    """Return who handed in a file of an archive, None where its name has not that form."""
    while path:
        found = _FORMS[platform].fullmatch(path)
        if found:
            return _sender(platform, found)
        folder, _, path = path.partition("/")
        if _SOMEBODYS.match(folder) or _FORMS[platform].match(folder):
            return None  # in one student's folder lies nothing of another's
    return None


def platform_of(paths: Iterable[str]) -> str:
    """Return the platform that made an archive: the one whose form fits most of its names.

    Raises
    ------
    ValueError
        If no form fits any, or two fit equally many; the message says so.
    """
    paths = list(paths)
    counts = {p: sum(sender(p, path) is not None for path in paths) for p in PLATFORMS[:3]}
    most = max(counts.values())
    fitting = [platform for platform, count in counts.items() if count == most]
    if not most:
        raise ValueError("no name in it has the form that Canvas, Moodle or Blackboard give")
    if len(fitting) > 1:
        raise ValueError(f"its names have the form of {' and of '.join(fitting)} alike")
    return fitting[0]


def told_by(note: str, attempt: Sender) -> Sender:
    """Return a sender on Blackboard with what the text of the attempt adds: user and zone.

    Its first line is the platform's, ``Name: Jane Doe (jane_doe)``; what students wrote to it comes
    further down, after the date.
    """
    named, dated = _NAMED_IN_TEXT.match(note), _DATE_IN_TEXT.search(note)
    if named is None or not attempt.prefix.endswith(f"_{named[1]}"):
        return attempt
    return replace(attempt, key=named[1], stated=dated[1] if dated else "")


def _sender(platform: str, found: re.Match[str]) -> Sender:
    parts = {name.rstrip("2"): value or "" for name, value in found.groupdict().items() if value}
    order, key = parts.get("order", ""), parts.get("key", "")
    clock = ""
    if platform == "blackboard":
        key = parts["prefix"].rpartition("_")[2]
        date, time = order[:10], order[11:]
        clock = f"{date} {time.replace('-', ':')}"
    return Sender(
        platform=platform,
        key=key,
        name=parts.get("name", ""),
        file=parts.get("file", ""),
        prefix=parts["prefix"],
        order=int(order.replace("-", "") or 0),
        late="late" in parts,
        clock=clock,
    )
