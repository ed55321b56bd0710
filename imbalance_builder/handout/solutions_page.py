"""The command that makes a lesson's model solutions as a page, to release after the deadline."""

from __future__ import annotations

import html
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from imbalance_builder.course import BuildError, Course, Lesson
from imbalance_builder.handout.solutions import page_of, read_remarks
from imbalance_lab.printable import Parser, one_line, printable

PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ max-width: 50rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 sans-serif; }}
pre {{ overflow-x: auto; padding: 0.5rem; background: #f5f5f5; font-size: 0.875rem; }}
</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def parser() -> Parser:
    """Return the parser of the command line."""
    made = Parser(
        prog="python -m imbalance_builder.handout.solutions_page",
        description="Make the model solutions of a lesson, with the model answer to its written "
        "question, as a web page and as a notebook: for a class, after the deadline. Hidden tests "
        "and marking schemes are in neither.",
        epilog="exit code: 0 done, 1 not done, and the message says what to mend, 2 wrong usage",
    )
    made.add_argument("lesson", metavar="NN", help="number or folder of the lesson")
    made.add_argument(
        "--course",
        type=Path,
        default=Path(),
        metavar="FOLDER",
        help="nbgrader's course folder, such as handout/instructor (default: here)",
    )
    made.add_argument(
        "--output",
        type=Path,
        default=Path("model-solutions"),
        metavar="FOLDER",
        help="where to put them (default: %(default)s)",
    )
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    asked = parser().parse_args(arguments)
    try:
        for path in write_pages(Course(asked.course), asked.lesson, asked.output):
            print(one_line(path))
    except (BuildError, OSError) as error:
        print(printable(f"error {error}"), file=sys.stderr)
        return 1
    return 0


def write_pages(course: Course, lesson: str, output: Path) -> list[Path]:
    """Write the model solutions of a lesson; return the files.

    Parameters
    ----------
    course : Course
        Of which only ``solutions/`` with its notebooks need to be there.
    lesson : str
        Number or folder.
    output : Path

    Raises
    ------
    BuildError
        If there is no such lesson.
    """
    every = sorted(
        path
        for path in course.root.glob("solutions/*/*.ipynb")
        if not Lesson(course.root, path.parent.name, path.stem).is_deeper  # has no exercises
    )
    chosen = [path for path in every if lesson in (path.parent.name, path.parent.name[:2])]
    if not chosen:
        have = ", ".join(dict.fromkeys(path.parent.name for path in every)) or "none"
        raise BuildError(f"no lesson {lesson!r} in {course.root / 'solutions'} (there are: {have})")
    output.mkdir(parents=True, exist_ok=True)
    remarks, written = read_remarks(course), []
    for path in chosen:
        page = page_of(nbformat.read(path, as_version=4), remarks)
        place = output / f"{path.parent.name[:2]}-{path.stem}-solutions.ipynb"
        nbformat.write(page, place)
        place.with_suffix(".html").write_text(_web_page(page), encoding="utf-8")
        written += [place.with_suffix(".html"), place]
    return written


def _web_page(page: NotebookNode) -> str:
    """Return a notebook as a page that loads nothing from anywhere."""
    from nbconvert import HTMLExporter  # takes a second to import

    exporter: Any = HTMLExporter(template_name="basic")  # type: ignore[no-untyped-call]
    exporter.exclude_input_prompt = exporter.exclude_anchor_links = True
    body, _ = exporter.from_notebook_node(page)
    title = page.cells[0].source.lstrip("# ")
    return PAGE.format(title=html.escape(title), body=body)


if __name__ == "__main__":
    sys.exit(main())
