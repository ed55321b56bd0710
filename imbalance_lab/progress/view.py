"""Show progress: one line for the lesson at hand, and a table over all lessons behind it."""

from __future__ import annotations

import html
from pathlib import Path
from urllib.parse import quote

from imbalance_lab.lessons.notice import notice
from imbalance_lab.notebook import START, notebook_file, students_shell
from imbalance_lab.progress.course import Notebook, course
from imbalance_lab.progress.keeper import is_off, keeper, summary
from imbalance_lab.progress.record import Entry, Record

HEAD = ("lesson", "solved", "points", "left")
NOTE = "Written answers are marked by a person and not counted here."
_ID = "imbalance-lab-progress"


def progress() -> None:
    """Show what is solved so far: a line for this lesson, which opens to a table over all.

    In a student's notebook the line changes when a check passes. In the course's own folder the
    table is open. Where no person runs the cell, nothing is shown.
    """
    shell = students_shell()
    if shell is None:
        return
    _publish(shell, update=False)
    notice(shell)
    keeper().changed = lambda: _publish(students_shell(), update=True)


def _publish(shell: object, update: bool) -> None:
    text, markup = _texts()
    data = {"text/plain": text, "text/html": markup}
    shell.display_pub.publish(data, transient={"display_id": _ID}, update=update)  # type: ignore[attr-defined]


def _texts() -> tuple[str, str]:
    """Return the view as plain text and as HTML."""
    if is_off():
        line = "Progress is switched off here."
        return line, html.escape(line)
    kept = keeper()
    record, here = kept.record, kept.notebook
    line = f"{summary(here, record) if here else 'Your progress.'} {kept.remark}".strip()
    onward = _onward(here, record) if here else ""
    rows = [_row(notebook, record) for notebook in course()]
    widths = [max(len(row[i]) for row in [HEAD, *rows]) for i in range(len(HEAD))]
    plain = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in [HEAD, *rows]]
    return "\n".join([line, "", *plain, "", NOTE]), _markup(line, rows, not here) + onward


def _onward(notebook: Notebook, record: Record) -> str:
    """Return a link to the first exercise that is not solved, "" where all are."""
    for task in notebook.tasks:
        if record.get(task.key, Entry()).points < task.points:
            name = (notebook_file() or Path(f"{notebook.name}.ipynb")).name
            place = html.escape(f"{quote(name)}#cell-id={task.key.split('/')[-1]}")
            return f'<p>Go on with <a href="{place}">{html.escape(task.title)}</a>.</p>'
    return ""


def _row(notebook: Notebook, record: Record) -> tuple[str, ...]:
    entries = [(task, record.get(task.key, Entry())) for task in notebook.tasks]
    left = [task.title.split(":")[0] for task, entry in entries if entry.points < task.points]
    points = sum(min(entry.points, task.points) for task, entry in entries)
    return (
        notebook.title.split(":")[0] + (", optional" if notebook.optional else ""),
        f"{len(entries) - len(left)} of {len(entries)}",
        f"{points:g} of {notebook.points:g}",
        _shortened(left) if len(left) < len(entries) else "all",
    )


def _shortened(left: list[str]) -> str:
    """Return what is left in few words, such as "Exercise 2, 3, Quiz"."""
    if not left:
        return "nothing: done"
    numbers = [name.removeprefix("Exercise ") for name in left if name.startswith("Exercise ")]
    others = [name for name in left if not name.startswith("Exercise ")]
    return ", ".join([f"Exercise {', '.join(numbers)}"] * bool(numbers) + others)


def _markup(line: str, rows: list[tuple[str, ...]], opened: bool) -> str:
    left = 'style="text-align: left"'
    head = "".join(f'<th scope="col" {left}>{name}</th>' for name in HEAD)
    body = ""
    for notebook, (name, *cells) in zip(course(), rows, strict=True):
        others = "".join(f"<td {left}>{html.escape(cell)}</td>" for cell in cells)
        body += f'<tr><th scope="row" {left}>{_linked(notebook, name)}</th>{others}</tr>'
    return (
        f"<details{' open' * opened}><summary><b>{html.escape(line)}</b> All lessons</summary>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"<p>{NOTE}</p></details>"
    )


def _linked(notebook: Notebook, name: str) -> str:
    """Return the name of a notebook as a link to it, where it is to be found from here."""
    places = (f"../{notebook.name}.ipynb", f"lessons/{notebook.name}.ipynb")
    there = next((place for place in places if (START / place).is_file()), "")
    return f'<a href="{there}">{html.escape(name)}</a>' if there else html.escape(name)
