"""Pages for people: one HTML file each, with nothing remote, no script, and every value escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from imbalance_lab.printable import one_line, printable

if TYPE_CHECKING:
    from imbalance_grader.course.classroom import Assignment


def render(template: str, view: Mapping[str, Any]) -> str:
    """Return the page that a template of this package makes of a view."""
    return _environment().get_template(template).render(view)


def title(assignment: Assignment) -> str:
    """Return the first heading of the instructor's notebook."""
    import nbformat  # which takes a second, and not every page needs it

    cells = nbformat.read(assignment.sources[0], as_version=4).cells
    for cell in cells:
        found = re.search(r"^# (.+)$", cell.source, re.MULTILINE)
        if cell.cell_type == "markdown" and found:
            return found[1].strip()
    return assignment.name


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("imbalance_grader", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "printable": lambda value: one_line(str(value)),
        "percent": lambda value: f"{100 * value:.0f}%",
        "points": lambda value: f"{value:g}" if value == round(value, 2) else f"{value:.2f}",
        "seconds": _seconds,
        "breakable": _breakable,
        "visible": _visible,
        "prose": _prose,
        "plural": lambda count, word: f"{count} {word}" + ("" if count == 1 else "s"),
        "lateness": _lateness,
    }
    return environment


def _seconds(value: float) -> str:
    return f"{value:.0f} s" if value >= 10 else f"{value:.1f} s" if value >= 0.1 else "< 0.1 s"


def _breakable(name: str) -> Markup:
    """Let a long name break after its underscores."""
    return Markup("_<wbr>").join(Markup.escape(part) for part in name.split("_"))


def _prose(text: str) -> Markup:
    """Show what stands between backticks as code."""
    parts = one_line(text).split("`")
    shown = [Markup("<code>{}</code>").format(p) if i % 2 else p for i, p in enumerate(parts)]
    return Markup().join(shown)


def _lateness(seconds: float) -> str:
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = round(seconds / length)
            return f"{count} {unit}" + ("" if count == 1 else "s")
    return "under a minute"


def _visible(text: str) -> str:
    """Return printable text of several lines, with spaces in place of tabs."""
    return printable(text).expandtabs(4)
