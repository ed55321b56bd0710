"""The directive ``lesson-picture``: a picture of a lesson, as it stands there, on a slide."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from functools import cache
from pathlib import Path
from typing import ClassVar

import nbformat
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from imbalance_builder.course import Course, Lesson
from imbalance_builder.sizes import is_core
from imbalance_site import ROOT
from imbalance_site.lessons import PNG, outputs_to_show

HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
ALT = re.compile(r'<img[^>]*\balt="([^"]*)"')
Picture = tuple[bytes, str]


@cache
def pictures(lesson: Lesson) -> dict[str, list[Picture]]:
    """Return the pictures of each section of a lesson, with their texts.

    None of them gives an answer away: those that hang on one are left out.
    """
    notebook = nbformat.read(lesson.solution, as_version=4)
    shown = outputs_to_show(notebook)
    found: dict[str, list[Picture]] = {}
    section = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (heading := HEADING.search(cell.source)):
            section = heading[1].strip()
        for output in shown.get(cell.id) or []:
            page = output.get("data", {}).get("text/html", "")
            if (png := PNG.search(page)) and (alt := ALT.search(page)):
                found.setdefault(section, []).append(
                    (base64.b64decode(png[1]), html.unescape(alt[1]))
                )
    return found


class LessonPicture(SphinxDirective):
    """Show the picture of a section: its heading is the argument, its lesson an option."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {
        "lesson": directives.unchanged_required,
        "number": directives.positive_int,
    }

    def run(self) -> list[nodes.Node]:
        """Return the image; a lesson, section or picture that is not there is an error."""
        number, section = self.options.get("lesson", ""), self.arguments[0]
        lesson = next((x for x in _cores() if x.topic.startswith(f"{number}-")), None)
        if lesson is None:
            raise self.error(f"lesson-picture: no lesson {number!r}")
        there = pictures(lesson).get(section, [])
        which = self.options.get("number", 1)
        if which > len(there):
            raise self.error(
                f"lesson-picture: section {section!r} of lesson {number} has {len(there)} "
                f"pictures that may be shown, not {which}"
            )
        png, alt = there[which - 1]
        name = f"{hashlib.sha256(png).hexdigest()[:16]}.png"
        (Path(self.env.srcdir) / name).write_bytes(png)
        return [nodes.image(uri=name, alt=alt)]


@cache
def _cores() -> list[Lesson]:
    return [lesson for lesson in Course(ROOT).lessons() if is_core(lesson)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive to Sphinx."""
    app.add_directive("lesson-picture", LessonPicture)
    return {"parallel_read_safe": True}
