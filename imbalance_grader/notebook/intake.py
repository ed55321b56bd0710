"""Read a notebook that was handed in: the text of its cells, and nothing else.

A submission is a file that somebody else wrote. Only a regular file is opened, no link is
followed, and of what it holds only the text of cells is kept, with the names by which
`imbalance_grader.notebook.arrange` finds out what they are: no outputs, and no other metadata.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LARGEST_FILE = 100 << 20
# What the parser makes of a file takes far more memory than the file, most of all where it
# consists of many small things. (Pictures and tables that cells showed are few and large.)
MOST_BRACKETS = 2_000_000
MOST_COMMAS = 10_000_000
LONGEST_CELL = 200_000
MOST_CELLS = 5_000
FOLDERS_ABOVE = 2  # of a submission, that may be no links: the student's and the assignment's


class Malformed(ValueError):
    """The submission can't be read; the message says why, and what to do, to its author."""


@dataclass(frozen=True)
class StudentCell:
    """One cell of a notebook that was handed in.

    Parameters
    ----------
    is_code : bool
    text : str
        Its source, with one kind of line ending.
    grade_id : str, default=""
        The name that nbgrader gave it, as far as the file says so.
    id : str, default=""
        The notebook format's own id of the cell.
    problem : str, default=""
        Why its source could not be taken, "" where all is well.
    """

    is_code: bool
    text: str
    grade_id: str = ""
    id: str = ""
    problem: str = ""


def read_cells(path: Path, folders: int = FOLDERS_ABOVE) -> list[StudentCell]:
    """Return the cells of a notebook that was handed in.

    Parameters
    ----------
    path : Path
    folders : int, default=2
        How many of the folders above it are the student's, and so may be no links.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    Malformed
    """
    return cells_of(read_regular_file(path, folders))


def cells_of(data: bytes) -> list[StudentCell]:
    """Return the cells of a notebook from the bytes of its file.

    Raises
    ------
    Malformed
    """
    return [_cell(cell) for cell in _cells(_parse(data))]


def read_regular_file(path: Path, folders: int = FOLDERS_ABOVE) -> bytes:
    """Read a file without following a link in its name or in the folders above it.

    Raises
    ------
    FileNotFoundError
    Malformed
        If it is a link, no regular file, shared with another folder, or too large.
    """
    above = path.absolute().parents
    parts = path.absolute().parts[-folders - 1 :]
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    place = os.open(above[min(folders, len(above) - 1)], os.O_RDONLY | os.O_CLOEXEC)
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
        raise Malformed(
            "the file has a second name elsewhere (a hard link), so another could change it while "
            "it is graded. Where a backup made that (such as cp -al), give the class files of its "
            "own: cp -r submitted own && rm -r submitted && mv own submitted"
        )
    if found.st_size > LARGEST_FILE:
        raise Malformed(
            f"{found.st_size >> 20} MB is too large (at most {LARGEST_FILE >> 20}): "
            "clear the outputs and save it again"
        )
    with os.fdopen(os.dup(descriptor), "rb") as file:
        data = file.read(found.st_size + 1)
    if len(data) > found.st_size:
        raise Malformed("the file grew while it was read")
    return data


def _parse(data: bytes) -> Any:
    if not data.strip():
        raise Malformed("the file is empty")
    if data.count(b"[") + data.count(b"{") > MOST_BRACKETS or data.count(b",") > MOST_COMMAS:
        raise Malformed("it holds too many values: clear the outputs and save it again")
    try:
        # Which of Unicode's encodings it is, the beginning tells: with its mark or without.
        text = data.decode(json.detect_encoding(data))
        return json.loads(text, object_pairs_hook=_without_outputs)
    except UnicodeDecodeError as error:
        raise Malformed(
            f"it is not UTF-8 text (byte {error.start}): open it in JupyterLab and save it again"
        ) from None
    except RecursionError:
        raise Malformed("it is nested too deeply for a notebook") from None
    except MemoryError:
        raise Malformed("it is too large to read: clear the outputs and save it again") from None
    except ValueError as error:
        raise Malformed(f"it is not a notebook: {str(error)[:200]}") from None


def _without_outputs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of the file; what a cell showed is forgotten as soon as it is read."""
    return {key: value for key, value in pairs if key not in ("outputs", "attachments")}


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


def _cell(cell: Any) -> StudentCell:
    if not isinstance(cell, dict):
        return StudentCell(False, "", problem="it is no cell")
    text, problem = _source(cell)
    return StudentCell(
        is_code=cell.get("cell_type") == "code",
        text=text,
        grade_id=_inside(cell, "metadata", "nbgrader", "grade_id"),
        id=_inside(cell, "id"),
        problem=problem,
    )


def _inside(value: Any, *keys: str) -> str:
    """Return the text that lies under some keys, "" for none."""
    for key in keys:
        if not isinstance(value, dict):
            return ""
        value = value.get(key)
    return value if isinstance(value, str) else ""


def _source(cell: dict[str, Any]) -> tuple[str, str]:
    """Return the text of a cell, and why there is none."""
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return "", "its text is not text"
    if len(source) > LONGEST_CELL:
        return (
            "",
            f"it has {len(source):,} characters, more than the {LONGEST_CELL:,} that are read",
        )
    return writable(source.replace("\r\n", "\n").replace("\r", "\n")), ""


def writable(text: str) -> str:
    """Return text that any file can hold: half characters become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
