"""What a student, an assignment and a file may be called, and how a stranger's name is shown.

An id becomes a folder, a row of a spreadsheet, a line on a terminal and a piece of a page. So it
may be written in any script, and holds nothing that one of those would act on.
"""

from __future__ import annotations

import re
import unicodedata

from imbalance_lab.printable import one_line

LONGEST_ID = 128
_LONGEST_BYTES = 200  # of a file name 255 are allowed, and an id gets an ending
_LONGEST_SHOWN = 100
_MARKS = frozenset("._@+'’- ")
# Letters and marks that show nothing: two ids that look the same would differ by them.
_UNSEEN = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# What a page that writes names as they are would take for a tag, an entity or a formula.
_OF_PAGES = {ord(sign): ord(sign) + 0xFEE0 for sign in "<>&$\\"}
ASSIGNMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def student_id(name: str) -> str:
    """Return a name in the one form in which Unicode composes its letters (NFC).

    Folders that a Mac unpacked have their accents apart; the same student comes out.
    """
    return unicodedata.normalize("NFC", name)


def is_student_id(name: str) -> bool:
    """Return whether a student may be called this.

    Parameters
    ----------
    name : str
        Letters, the marks that belong to them, and digits of any script, and ``. _ @ + ' - `` and
        spaces between them; composed as `student_id` does. It begins with a letter, a digit or
        ``_``, and ends with none of the other signs but ``_``; no two full stops in a row.
    """
    return (
        0 < len(name) <= LONGEST_ID
        and len(name.encode("utf-8", "replace")) <= _LONGEST_BYTES
        and all(char in _MARKS or _is_letter(char) for char in name)
        and (name[0] == "_" or unicodedata.category(name[0])[0] in "LN")
        and (name[-1] == "_" or _is_letter(name[-1]))
        and ".." not in name
        and student_id(name) == name
        and one_line(name) == name  # no pile of marks
    )


def name_of_a_person(text: str) -> str:
    """Return a name in which nothing acts on a page, such as formgrader's, which escapes none.

    On many platforms students choose how they are called. Signs that no name has become their wide
    twins, which look alike.
    """
    return one_line(text).translate(_OF_PAGES)


def is_assignment(name: str) -> bool:
    """Return whether an assignment may be called this: plain letters, digits and ``. _ -``."""
    return ASSIGNMENT.fullmatch(name) is not None


def shown(name: str) -> str:
    """Return a file's name for a message: nothing in it acts on a terminal, and it has an end."""
    text = one_line(name)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def _is_letter(char: str) -> bool:
    category = unicodedata.category(char)
    return (category[0] == "L" or category in ("Mn", "Mc", "Nd")) and not _UNSEEN.match(char)
