r"""Text of a stranger's, made printable in one place, before anything is done with it.

A name, a message or an output may hold what a terminal, a page or an editor acts on: escape
sequences that move the cursor or plant links, marks that turn the direction of what follows, half
characters that no file can hold, and marks piled on a letter until they cover the lines above. All
of these are written out, as in ``\x1b``, so that a person sees that they were there; in outputs,
what only colours is dropped. Letters, spaces and signs of every language stay as they are, the
joiners of Persian and of emoji among them.
"""

from __future__ import annotations

import argparse
import re
import unicodedata
from typing import NoReturn

# A control sequence of ECMA-48: colours, and what a progress bar does to its line.
_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_ACTS = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters; line feed and tab are text
    "\u2028\u2029"  # ends of lines and paragraphs beside the usual one
    "\u202a-\u202e\u2066-\u206f"  # marks that turn the direction of what follows
    "\ufeff\ufff9-\uffff"  # byte order mark, annotations, what is no character
    "\U000e0000-\U000e007f"  # letters that nobody sees
    "\ud800-\udfff"  # half characters
    "]"
)
_PILE = re.compile(r"[^\x00-\u02ff\w\s]{9,}")  # a letter of Tibetan has up to eight marks


def printable(text: str) -> str:
    r"""Return text of several lines in which nothing acts on what shows it; twice is as once.

    Examples
    --------
    >>> printable("\x1b[31mred\x1b[0m \x1b]8;;https://evil.test\x07 link")
    'red \\x1b]8;;https://evil.test\\x07 link'
    """
    return _plain(_SEQUENCE.sub("", text).replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: object) -> str:
    """Return a name, a path or a note: ends of lines, tabs and colours written out as well."""
    return re.sub(r"[\n\t]", _written_out, _plain(str(text)))


def _plain(text: str) -> str:
    return _PILE.sub(_taken_down, _ACTS.sub(_written_out, text))


def _written_out(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape", "surrogatepass").decode()


def _taken_down(found: re.Match[str]) -> str:
    marks, kept = 0, ""
    for char, kind in ((char, unicodedata.category(char)) for char in found[0]):
        marks = marks + 1 if kind[0] == "M" else marks * (kind == "Cf")  # joiners end no pile
        kept += char if marks <= 8 else ascii(char)[1:-1]
    return kept


class Parser(argparse.ArgumentParser):
    """Reads a command line, on which a shell may have put the names of a stranger's files."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with it."""
        super().error(one_line(message))
