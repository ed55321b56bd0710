"""Take in a submission: the text of its answer cells, and nothing else.

A submission is a file that somebody else wrote. Only a regular file is opened, no link is
followed, and of what it holds only the text of cells that carry an answer's name is kept: no
outputs, no metadata, no cells of the student's own. Answers must therefore stand in the answer
cells; a helper function in a cell of the student's own is not seen.

Where one answer's name comes more than once (a copied cell), **the last one that was changed
from the release counts**, as a later definition replaces an earlier one.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from pathlib import Path
from typing import Any

LARGEST_FILE = 20 << 20
LONGEST_ANSWER = 200_000
MOST_CELLS = 5_000
FOLDERS_ABOVE = 2  # of a submission, that may be no links: the student's and the assignment's

# What a student and an assignment may be called: nothing that a path, a terminal, a spreadsheet
# or a page could act on.
STUDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
ASSIGNMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Malformed(ValueError):
    """The submission can't be read; the message says why, and what to do, to its author."""


def read_answers(path: Path, released: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return the answers of a submission, and remarks for the instructor.

    Parameters
    ----------
    path : Path
        The student's notebook.
    released : dict of str to str
        Grade id and released text of every cell that takes an answer.

    Returns
    -------
    answers : dict of str to str
        Only the ids that the submission has.
    remarks : list of str

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    Malformed
    """
    return _answers(_cells(_parse(read_regular_file(path))), released)


def read_regular_file(path: Path) -> bytes:
    """Read a file without following a link in its name or in the two folders above it.

    Raises
    ------
    FileNotFoundError
    Malformed
        If it is a link, no regular file, shared with another folder, or too large.
    """
    folders = path.absolute().parents
    parts = path.absolute().parts[-FOLDERS_ABOVE - 1 :]
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    place = os.open(folders[min(FOLDERS_ABOVE, len(folders) - 1)], os.O_RDONLY | os.O_CLOEXEC)
    try:
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            try:
                inside = os.open(part, flags | (0 if last else os.O_DIRECTORY), dir_fd=place)
            except FileNotFoundError:
                raise
            except OSError as error:
                if error.errno in (errno.ELOOP, errno.ENOTDIR):
                    raise Malformed(
                        f"{part} is a link, or no folder: links are not followed"
                    ) from None
                raise Malformed(f"{part} cannot be opened: {error.strerror}") from None
            os.close(place)
            place = inside
        return _read(place)
    finally:
        os.close(place)


def _read(descriptor: int) -> bytes:
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        raise Malformed("it is not a regular file")
    if found.st_nlink != 1:
        raise Malformed("the file is also in another folder (a hard link): copy it instead")
    if found.st_size > LARGEST_FILE:
        raise Malformed(
            f"{found.st_size >> 20} MB is too large (at most {LARGEST_FILE >> 20}): "
            "clear the outputs and save it again"
        )
    with os.fdopen(os.dup(descriptor), "rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise Malformed("the file grew while it was read")
    return data


def _parse(data: bytes) -> Any:
    if not data.strip():
        raise Malformed("the file is empty")
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise Malformed(
            "it starts with a byte order mark, so another program saved it: "
            "open it in JupyterLab and save it again"
        )
    try:
        return json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Malformed(f"it is not UTF-8 text (byte {error.start})") from None
    except RecursionError:
        raise Malformed("it is nested too deeply for a notebook") from None
    except MemoryError:
        raise Malformed("it is too large to read") from None
    except ValueError as error:
        raise Malformed(f"it is not a notebook: {str(error)[:200]}") from None


def _cells(notebook: Any) -> list[Any]:
    if not isinstance(notebook, dict):
        raise Malformed("it is JSON, but not a notebook")
    if notebook.get("nbformat") != 4:
        raise Malformed("it is not a notebook of format 4: open it in JupyterLab and save it again")
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise Malformed("it has no list of cells")
    if len(cells) > MOST_CELLS:
        raise Malformed(f"it has {len(cells):,} cells, more than the {MOST_CELLS:,} that are read")
    return cells


def _answers(cells: list[Any], released: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    found: dict[str, list[str]] = {}
    for cell in cells:
        name = _grade_id(cell)
        if name in released:
            found.setdefault(name, []).append(_text(cell, name))
    answers = {}
    remarks = []
    for name, texts in found.items():
        changed = [text for text in texts if text != released[name]]
        answers[name] = changed[-1] if changed else texts[-1]
        if len(texts) > 1:
            remarks.append(f"{name} is there {len(texts)} times: the last changed one counts")
    return answers, remarks


def _grade_id(cell: Any) -> str:
    """Return the name that a cell claims to have, "" for none."""
    for key in ("metadata", "nbgrader", "grade_id"):
        if not isinstance(cell, dict):
            return ""
        cell = cell.get(key)
    return cell if isinstance(cell, str) else ""


def _text(cell: dict[str, Any], name: str) -> str:
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise Malformed(f"the text of the answer {name} is not text")
    if len(source) > LONGEST_ANSWER:
        raise Malformed(
            f"the answer {name} has {len(source):,} characters, more than {LONGEST_ANSWER:,}"
        )
    return writable(source)


def writable(text: str) -> str:
    """Return text that any file can hold: half characters become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
