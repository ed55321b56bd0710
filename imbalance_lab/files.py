"""Files: written whole or not at all, and a student's read where git left them half merged."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Command = TypeVar("Command", bound=Callable[..., Any])
# Which line ends which part: what both versions share, mine, what both came from, theirs.
_ENDS = {"<<<<<<<": (0, 1), "|||||||": (1, 2), "=======": (1, 2, 3), ">>>>>>>": (3, 0)}


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that whoever reads it sees the old one or the new one, even on a full disk.

    Raises
    ------
    OSError
        If it cannot be written; then it is what it was.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def sides(text: str) -> tuple[str, ...]:
    """Return the two versions between which git did not decide, nothing where there are none."""
    part, mine, theirs = 0, "", ""
    for line in text.splitlines(keepends=True):
        *before, after = _ENDS.get(line[:7], (0,))
        if part in before:
            part = after
        else:
            if part in (0, 1):
                mine += line
            if part in (0, 3):
                theirs += line
    return (mine, theirs) if mine != theirs else ()


def in_plain_words(command: Command) -> Command:
    """Let a command say in one line what is in its way, without the lines of its own code."""

    @functools.wraps(command)
    def told(*args: Any, **named: Any) -> Any:
        try:
            return command(*args, **named)
        except (OSError, ValueError) as error:
            lost = ". No work of yours was lost." if isinstance(error, OSError) else ""
            said = f"{error}{lost}"
            error._render_traceback_ = lambda: [said]  # type: ignore[union-attr]
            raise

    return told  # type: ignore[return-value]
