"""The file in which progress is kept: readable, mergeable, and never more than data.

It says for each exercise the most points that its check gave, since when, whether the check has
failed, how many hints were opened, and a fingerprint of the answer. Whatever is not of this form is
set aside and not looked at further.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from imbalance_lab.files import sides, write_whole

NAME = "my-progress.json"
ABOUT = "Progress in Imbalance Lab, made by your own checks. Nobody else reads it."
VERSION = 1
_MOST_BYTES = 1 << 20
_KEY = re.compile(r"[a-z0-9-]{1,80}(/[a-z0-9-]{1,80}){2}")
_WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")
_ANSWER = re.compile(r"[0-9a-f]{0,12}")
_PATIENCE = 2  # seconds to wait for another kernel that writes


class ForeignFile(ValueError):
    """A file is no record of progress; the text says why."""


@dataclass(frozen=True)
class Entry:
    """What is known of one exercise.

    Parameters
    ----------
    points : float
        The most that its check gave.
    when : str
        Since when, in UTC, such as "2026-11-26T20:15:00+00:00".
    answer : str
        Fingerprint of the answer that earned them.
    failed : bool
        Whether the check was not content at least once.
    hints : int
        How many of its hints were opened.
    """

    points: float = 0
    when: str = ""
    answer: str = ""
    failed: bool = False
    hints: int = 0

    def with_better(self, other: Entry) -> Entry:
        """Return the better state of two; of equal ones the earlier."""
        best = min(self, other, key=_order)
        failed, hints = self.failed or other.failed, max(self.hints, other.hints)
        return Entry(best.points, best.when, best.answer, failed, hints)


def _order(entry: Entry) -> tuple[float, str, bool, str]:
    return -entry.points, entry.when or "9", not entry.answer, entry.answer


Record = dict[str, Entry]


def merged(one: Mapping[str, Entry], other: Mapping[str, Entry]) -> Record:
    """Return the better state of each exercise of two records."""
    return {
        key: one.get(key, Entry()).with_better(other.get(key, Entry()))
        for key in sorted({*one, *other})
    }


def now() -> str:
    """Return the time as a record has it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def read(path: Path) -> Record:
    """Return the record in a file, an empty one where there is no file.

    Raises
    ------
    ForeignFile
        If the file is something else.
    OSError
        If it cannot be read.
    """
    if not os.path.lexists(path):
        return {}
    if not path.is_file() or path.stat().st_size > _MOST_BYTES:
        raise ForeignFile(f"{path.name} is no file of a student's progress")
    return parsed(path.name, path.read_bytes())


def parsed(name: str, content: bytes, is_version: bool = False) -> Record:
    """Return the record that a file of this name holds, or one version in it.

    Raises
    ------
    ForeignFile
    """
    content = content if len(content) <= _MOST_BYTES else b"{}"
    if not is_version and (both := sides(content.decode(errors="replace"))):  # of a broken merge
        return merged(*(parsed(name, version.encode(), is_version=True) for version in both))
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise ForeignFile(f"{name} is damaged") from None
    entries = found.get("exercises") if isinstance(found, dict) else None
    if not isinstance(entries, dict) or found.get("version") != VERSION:
        raise ForeignFile(f"{name} is not the progress of this course")
    return {key: _entry(name, key, value) for key, value in entries.items()}


def _entry(file: str, key: str, value: Any) -> Entry:
    kinds: dict[str, Any] = {
        "points": (int, float),
        "when": str,
        "answer": str,
        "failed": bool,
        "hints": int,
    }
    sound = (
        _KEY.fullmatch(key) is not None
        and isinstance(value, dict)
        and set(value) == set(kinds)
        and all(isinstance(value[name], kind) for name, kind in kinds.items())
        and not any(isinstance(value[name], bool) for name in ("points", "hints"))
        and math.isfinite(value["points"])
        and 0 <= value["points"] <= 100
        and 0 <= value["hints"] <= 2
        and (not value["when"] or _WHEN.fullmatch(value["when"]) is not None)
        and _ANSWER.fullmatch(value["answer"]) is not None
    )
    if not sound:
        raise ForeignFile(f"{file} has an entry that no check has written")
    return Entry(**value)


def add(path: Path, news: Mapping[str, Entry]) -> tuple[Record, str]:
    """Merge what is new into a file; return all of it, and what became of a file that is no record.

    Two kernels that do so at once lose nothing: one waits for the other, and a reader sees the old
    file or the new one.

    Raises
    ------
    OSError
        If the folder does not let itself be written to, or another kernel holds the file too long.
    """
    from filelock import FileLock  # only where something is written

    with FileLock(path.with_name(f".{path.name}.lock"), timeout=_PATIENCE):
        remark = ""
        try:
            kept = read(path)
        except ForeignFile as error:
            kept, remark = {}, f"{error}. It was set aside as {_set_aside(path)}."
        record = merged(kept, news)
        if record != kept or remark:
            _write(path, record)
        return record, remark


def _set_aside(path: Path) -> str:
    stamp = datetime.now(UTC).strftime("%Y-%m-%d-%H%M%S-%f")
    aside = path.with_name(f"{path.stem}-set-aside-{stamp}{path.suffix}")
    path.rename(aside)
    return aside.name


def _write(path: Path, record: Record) -> None:
    entries = {key: asdict(entry) for key, entry in record.items()}
    text = json.dumps({"about": ABOUT, "version": VERSION, "exercises": entries}, indent=1)
    write_whole(path, f"{text}\n".encode())
