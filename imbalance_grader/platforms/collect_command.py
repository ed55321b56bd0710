"""What ``imbalance-lab-grade collect`` does, and how it tells it."""

from __future__ import annotations

import argparse
import codecs
from collections import Counter

from rich.table import Table
from rich.text import Text

from imbalance_grader.course.classroom import Classroom, ClassroomError
from imbalance_grader.course.stamps import read_stamp
from imbalance_grader.names import shown
from imbalance_grader.platforms.collect import STRANGER, Collected, Options, collect
from imbalance_grader.platforms.mapping import read_mapping
from imbalance_grader.terminal import Terminal
from imbalance_lab.printable import one_line

_LONGEST = 200
_MOST_LISTED = 200


def collect_archives(classroom: Classroom, chosen: argparse.Namespace) -> Collected:
    """Collect as the command line says.

    Raises
    ------
    ClassroomError
    """
    assignment = classroom.assignment(chosen.assignment)
    stated = classroom.app.config.Exchange.get("timezone")
    zone = chosen.zone or (classroom.zone if stated else "")
    options = Options(
        mapping=read_mapping(chosen.mapping) if chosen.mapping else None,
        platform=chosen.platform or "",
        encoding=_encoding(chosen.encoding),
        zone=_zone(zone),
        time=_time(chosen.time, zone),
        replace=chosen.replace,
    )
    return collect(classroom, assignment, chosen.archives, options)


def to_json(assignment: str, done: Collected) -> dict[str, object]:
    """Return what was collected as plain values."""
    return {
        "assignment": assignment,
        "collected": [
            {
                "student": t.student,
                "platform": t.sent.platform,
                "platform_id": t.sent.key,
                "name": t.sent.name,
                "what": t.what,
                "late": t.sent.late,
                "notes": list(t.notes),
            }
            for t in done.taken
        ],
        "left": [vars(left) for left in done.left],
        "absent": done.absent,
    }


def print_collected(done: Collected, console: Terminal) -> None:
    """Show who was collected, what was left and why, and who sent nothing."""
    table = Table("Student", "Came as", "What", "Note", box=None, pad_edge=False)
    table.columns[3].max_width = 70
    table.columns[0].overflow = table.columns[1].overflow = table.columns[3].overflow = "fold"
    for t in done.taken:
        note = one_line("; ".join(t.notes))[:_LONGEST]
        table.add_row(Text(one_line(t.student)), Text(shown(t.sent.prefix)), t.what, Text(note))
    if done.taken:
        console.print(table)
    counts = Counter(t.what for t in done.taken)
    told = ", ".join(f"{count} {what}" for what, count in counts.items()) or "none"
    console.print(f"\n{len(done.taken)} students collected ({told}).")
    if done.taken and all(STRANGER in t.notes for t in done.taken):
        said = "None of them is in the gradebook: does the platform call your students otherwise? "
        remedy = "Given again with --mapping FILE, the command puts that right."
        console.print(Text(said + remedy, style="yellow"))
    if done.absent:
        named = ", ".join(map(one_line, done.absent[:_MOST_LISTED]))
        console.print(Text(f"{len(done.absent)} of the gradebook sent no notebook: {named}"))
    if done.left:
        console.print(Text(f"{len(done.left)} files were not collected:", style="yellow"))
    for left in done.left[:_MOST_LISTED]:
        name = f"{shown(left.name)}: " if left.name else ""
        line = f"  {shown(left.archive)}: {name}{one_line(left.reason)[:_LONGEST]}"
        console.print(Text(line), soft_wrap=True)
    if len(done.left) > _MOST_LISTED:
        console.print(f"  and {len(done.left) - _MOST_LISTED} more; --json names them all")


def _encoding(name: str) -> str:
    try:
        codecs.lookup(name or "utf-8")
    except LookupError:
        raise ClassroomError(f"--encoding: {name!r} is no encoding; one is cp437 or gbk") from None
    return name or ""


def _zone(zone: str) -> str:
    if zone and read_stamp(f"2026-01-15 12:00 {zone}".encode(), zone).problem:
        raise ClassroomError(f"--zone: {zone!r} is no time zone; one is Europe/Berlin")
    return zone


def _time(time: str, zone: str) -> str:
    if not time:
        return ""
    stamp = read_stamp(time.encode(), zone or "UTC")
    if stamp.problem:
        why = stamp.problem.partition(": ")[2]
        raise ClassroomError(
            f"--time: {time!r}: {why or 'no time'}; one is '2026-03-02 12:00 +0100'"
        )
    return stamp.text
