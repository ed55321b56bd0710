"""What ``imbalance-lab-grade export`` does, and how it tells it."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path

from rich.text import Text

from imbalance_grader.class_run.standings import Standing, standings
from imbalance_grader.course.classroom import Assignment, Classroom, ClassroomError
from imbalance_grader.course.collected import Kept
from imbalance_grader.course.journal import write_whole
from imbalance_grader.names import shown
from imbalance_grader.platforms.exports import Choices, Exported, canvas, moodle
from imbalance_grader.platforms.feedback_zip import feedback_archive
from imbalance_grader.platforms.mapping import read_mapping
from imbalance_grader.reporting.pages import title
from imbalance_grader.terminal import Terminal
from imbalance_lab.printable import one_line


@dataclass
class Written:
    """What was written for a platform: the files, how many grades, and what is not in them."""

    platform: str
    paths: dict[str, Path] = field(default_factory=dict)
    grades: dict[str, float] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    feedback_left: dict[str, str] = field(default_factory=dict)
    feedback_problems: dict[str, str] = field(default_factory=dict)


def export(classroom: Classroom, chosen: argparse.Namespace) -> Written:
    """Write the grades of an assignment for Canvas or Moodle, as the command line says.

    Raises
    ------
    ClassroomError
    """
    assignment = classroom.assignment(chosen.assignment)
    rows = standings(classroom, assignment)
    if not any(row.score is not None for row in rows):
        raise ClassroomError(f"nothing to export: nobody has a score for {assignment.name}")
    platform = "canvas" if chosen.canvas else "moodle"
    folder = classroom.results(assignment.name)
    kept = Kept(folder).students
    done = Written(platform)
    table = _table(chosen, assignment, rows, kept)
    done.grades, done.left = table.grades, table.left
    done.paths["grades"] = folder / f"{platform}.csv"
    write_whole(done.paths["grades"], table.text)
    if chosen.feedback:
        archive = feedback_archive(classroom, assignment, platform, rows, kept)
        done.feedback_left, done.feedback_problems = archive.left, archive.problems
        done.paths["feedback"] = folder / f"{platform}-feedback.zip"
        write_whole(done.paths["feedback"], archive.data)
    return done


def _table(
    chosen: argparse.Namespace,
    assignment: Assignment,
    rows: list[Standing],
    kept: dict[str, dict[str, object]],
) -> Exported:
    choices = Choices(
        mapping=read_mapping(chosen.mapping) if chosen.mapping else None,
        column=chosen.column,
        scale=chosen.scale,
        unmarked=chosen.unmarked,
    )
    if chosen.canvas:
        names = [assignment.name, title(assignment), *assignment.notebooks]
        return canvas(chosen.canvas, names, rows, kept, choices)
    return moodle(chosen.moodle, rows, kept, choices)


def to_json(done: Written) -> dict[str, object]:
    """Return what was exported as plain values."""
    return vars(done) | {"paths": {name: str(path) for name, path in done.paths.items()}}


def print_exported(done: Written, console: Terminal) -> None:
    """Show what was written, and who is not in it."""
    console.print(f"{len(done.grades)} grades for {done.platform.title()}.")
    told = {
        "Without a grade": done.left,
        "Without feedback": done.feedback_left,
        "With feedback in part": done.feedback_problems,
    }
    for title_, left in told.items():
        if left:
            console.print(Text(f"{title_}: {len(left)}", style="yellow"))
        for who, why in left.items():
            console.print(Text(f"  {shown(who)} {one_line(why)}"), soft_wrap=True)
    for name, path in done.paths.items():
        console.print(Text(f"{name:<8} {path}"), soft_wrap=True)
