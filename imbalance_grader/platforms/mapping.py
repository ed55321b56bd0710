"""Which student is meant: from what a platform calls somebody to the id in the gradebook.

The instructor's own list decides, or a list that the platform exports. No name is matched to the
gradebook without one: students can change the name that they go by.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from imbalance_grader.course.classroom import ClassroomError
from imbalance_grader.names import is_student_id, shown, student_id
from imbalance_grader.platforms.senders import Sender

LARGEST = 20 << 20
_ID_RULE = "letters and digits of any script, spaces and . _ @ + ' -"
# Columns of the id in the gradebook, of the platform's id, and of the name: in a list of one's own,
# in Canvas's gradebook, in Moodle's grading worksheet.
_STUDENT = (
    "student_id", "sis login id", "sis user id", "username", "id number", "email address"
)  # fmt: skip
_PLATFORM = ("platform_id", "id", "identifier")
_NAME = ("name", "student", "full name")
# Blank lines at the top, and the line by which Excel is told what separates the cells.
_PREFACE = re.compile(
    r"(?:[^\S\n]*\n)*(?:\"?sep=([,;\t])\"?[^\S\n]*\n)?(?:[^\S\n]*\n)*", re.IGNORECASE
)
_SHORTENED = re.compile(r"\d[.,]\d+E\+?\d+", re.IGNORECASE)


class NoMatch(ValueError):
    """It is not known which student is meant; the message says why."""


@dataclass
class Mapping:
    """The students whom a list knows, by the platform's id and by name.

    Parameters
    ----------
    file : str
        What the list is called in messages.
    by_key : dict of str to str
    by_name : dict of str to set of str
        Students by their name without spaces and signs; of two with one name, both.
    """

    file: str = ""
    by_key: dict[str, str] = field(default_factory=dict)
    by_name: dict[str, set[str]] = field(default_factory=dict)

    def student(self, sent: Sender) -> str:
        """Return the id of the student who sent something.

        Raises
        ------
        NoMatch
        """
        if sent.key in self.by_key:
            return self.by_key[sent.key]
        names = [sent.name, *_without_group(sent)]
        found = set().union(*(self.by_name.get(even(name), set()) for name in names if even(name)))
        called = f" or name {shown(sent.name)!r}" if sent.name else ""
        if not found:
            raise NoMatch(f"{self.file} has no row with platform id {shown(sent.key)!r}{called}")
        if len(found) > 1:
            raise NoMatch(
                f"{self.file} has {len(found)} students with the name {shown(sent.name)!r} "
                f"({', '.join(sorted(found))}): give their platform ids, here {shown(sent.key)!r}"
            )
        return found.pop()


def own_id(sent: Sender, known: Collection[str], unsure: bool) -> str:
    """Return the id of a student where there is no list: what the platform itself calls him.

    On Moodle that is the name, for the number is another one in each assignment; a group's name
    before it is left out where the rest is in the gradebook.

    Parameters
    ----------
    sent : Sender
    known : collection of str
        Ids in the gradebook.
    unsure : bool
        Whether it is not known in which encoding the name is written.

    Raises
    ------
    NoMatch
    """
    name = sent.key
    if sent.platform == "moodle":
        name = next((tail for tail in _without_group(sent) if tail in known), sent.name)
    if unsure and not name.isascii():
        raise NoMatch("the encoding of its name is not known: say which with --encoding")
    name = student_id(name.strip())
    if not is_student_id(name):
        raise NoMatch(
            f"{shown(name)!r} can be no student id ({_ID_RULE}): name the student in a mapping"
        )
    return name


def even(name: str) -> str:
    """Return the letters and digits of a name, in one form and case."""
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return re.sub(r"[\W_]+", "", plain)


def _without_group(sent: Sender) -> list[str]:
    """Return what may be the name where a group's name stands before it, as in ``A-Jane Doe``."""
    if sent.platform != "moodle":
        return []
    parts = sent.name.split("-")
    return ["-".join(parts[i:]).strip() for i in range(1, min(len(parts), 10))]


def read_mapping(path: Path) -> Mapping:
    """Read a list of students.

    Parameters
    ----------
    path : Path
        CSV with the columns ``student_id`` and ``platform_id`` or ``name`` or both; or the
        gradebook that Canvas exports, or the grading worksheet of Moodle.

    Raises
    ------
    ClassroomError
        Naming file and line, and what was expected there.
    """
    header, rows = read_table(path)
    columns = [name.strip().casefold() for name in header]
    student, key, name = (_column(columns, rows, names) for names in (_STUDENT, _PLATFORM, _NAME))
    if student is None or (key is None and name is None):
        raise ClassroomError(
            f"{path}: a mapping has a column student_id, and platform_id or name or both; "
            f"this file has {', '.join(shown(n) for n in header) or 'none'}"
        )
    mapping = Mapping(path.name)
    own = columns[student] == _STUDENT[0]
    for line, row in rows:
        said = [_cell(row, each) for each in (student, key, name)]
        if own or said[0]:  # a platform's list has rows of its own, and test students
            _enter(mapping, f"{path}, line {line}", *said)
    if not mapping.by_key and not mapping.by_name:
        raise ClassroomError(f"{path}: there is no student in it")
    return mapping


def _enter(mapping: Mapping, place: str, student: str, key: str, name: str) -> None:
    student = student_id(student)
    for value in (student, key):
        refuse_shortened(value, place)
    if not is_student_id(student):
        raise ClassroomError(f"{place}: {shown(student)!r} is no student id ({_ID_RULE})")
    key = _participant(key)
    if not key and not even(name):
        raise ClassroomError(f"{place}: there is neither a platform id nor a name for {student!r}")
    if key and mapping.by_key.setdefault(key, student) != student:
        raise ClassroomError(
            f"{place}: platform id {shown(key)!r} is given to {student!r}, and before to "
            f"{mapping.by_key[key]!r}"
        )
    if even(name):
        mapping.by_name.setdefault(even(name), set()).add(student)


def _participant(key: str) -> str:
    """Return the number of Moodle's ``Participant 12345``, in whatever language; else the key."""
    found = re.fullmatch(r"\D+ ?(\d+)", key) if " " in key else None
    return found[1] if found else key


def read_table(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Read a CSV as spreadsheets and platforms write it.

    Returns
    -------
    header : list of str
    rows : list of (int, list of str)
        Each row that is not empty with its line in the file. Columns at the end in which nothing
        stands are left out.

    Raises
    ------
    ClassroomError
    """
    above, separator, text = _without_preface(_text(path))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = [(above + reader.line_num, row) for row in reader if any(map(str.strip, row))]
    except csv.Error as error:
        raise ClassroomError(f"{path}, line {above + reader.line_num}: {error}") from None
    if not rows:
        raise ClassroomError(f"{path} is empty")
    width = 1 + max(place for _, row in rows for place, cell in enumerate(row) if cell.strip())
    return rows[0][1][:width], [(line, row[:width]) for line, row in rows[1:]]


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ClassroomError(f"{path} cannot be read: {error.strerror}") from None
    if len(data) > LARGEST:
        raise ClassroomError(f"{path} has {len(data) >> 20} MB, more than a list of students has")
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:  # or it is UTF-16 that does not say so
        raise ClassroomError(f"{path} is not UTF-8 text: save it as “CSV UTF-8”")
    return text


def _without_preface(text: str) -> tuple[int, str, str]:
    """Return how many lines say nothing at the top, what separates cells, and the other lines."""
    found = _PREFACE.match(text)
    said, end = (found[1], found.end()) if found else (None, 0)
    above, rest = text[:end], text[end:]
    first = rest.partition("\n")[0]
    return above.count("\n"), said or max(",;\t", key=first.count), rest


def refuse_shortened(value: str, place: str) -> None:
    """Refuse what a spreadsheet has made of a long number: several people would have one id."""
    if _SHORTENED.fullmatch(value):
        raise ClassroomError(
            f"{place}: {shown(value)!r} is a long number as a spreadsheet shortens it: set the "
            "column to text there, enter the numbers again and export once more"
        )


def _column(
    columns: Sequence[str], rows: Sequence[tuple[int, list[str]]], names: Sequence[str]
) -> int | None:
    """Return the first of some columns that is there, if possible one that is not empty."""
    places = [columns.index(name) for name in names if name in columns]
    filled = [place for place in places if any(_cell(row, place) for _, row in rows)]
    return next(iter(filled or places), None)


def _cell(row: Sequence[str], place: int | None) -> str:
    return row[place].strip() if place is not None and place < len(row) else ""
