"""The pages that come along, and links that lead to what is in the hand-out."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import nbformat

from imbalance_builder.course import BuildError

LINK = re.compile(
    r"(?P<image>!?)\[(?P<text>[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*)\]"
    r"\((?P<target>[^()\s]+)(?P<title>\s+\"[^\"]*\")?\)"
)
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|#|/", re.IGNORECASE)
# For whoever teaches: never handed out, wherever a link leads there from.
INSTRUCTORS = tuple(
    PurePosixPath("docs", name)
    for name in (
        "grading.md",
        "hub.md",
        "integrity.md",
        "monday.md",
        "platforms.md",
        "release.md",
        "syllabus.md",
        "teaching",
        "threat-model.md",
    )
)


def linked(text: str, start: PurePosixPath) -> Iterator[PurePosixPath]:
    """Yield the files of the course to which a Markdown text at `start` leads."""
    for match in LINK.finditer(text):
        if not ELSEWHERE.match(match["target"]):
            yield _place(match["target"], start)


def _place(target: str, start: PurePosixPath) -> PurePosixPath:
    """Return the path, from the root, of a link's file."""
    name = target.partition("#")[0]
    return PurePosixPath(os.path.normpath(start.parent / name).replace(os.sep, "/"))


def bring_pages(root: Path, student: Path) -> None:
    """Copy the pages of ``docs/`` to which what is in the hand-out leads, and those that they need.

    Raises
    ------
    BuildError
        If one of them is not there.
    """
    waiting = [path for text, start in _texts(student) for path in linked(text, start)]
    while waiting:
        path = waiting.pop()
        instructors = any(path.is_relative_to(page) for page in INSTRUCTORS)
        if path.parts[0] != "docs" or instructors or (student / path).exists():
            continue
        if not (root / path).is_file():
            raise BuildError(f"a link leads to {path}, which is not there")
        (student / path).parent.mkdir(parents=True, exist_ok=True)
        (student / path).write_bytes((root / path).read_bytes())
        if path.suffix == ".md":
            waiting += linked((root / path).read_text(encoding="utf-8"), path)


def _texts(student: Path) -> Iterator[tuple[str, PurePosixPath]]:
    """Yield every Markdown text of the hand-out with the file in which it stands."""
    for path in sorted(student.rglob("*")):
        start = PurePosixPath(path.relative_to(student).as_posix())
        if path.suffix == ".ipynb":
            for cell in nbformat.read(path, as_version=4).cells:
                if cell.cell_type == "markdown":
                    yield cell.source, start
        elif path.suffix == ".md":
            yield path.read_text(encoding="utf-8"), start


def mend_links(student: Path) -> None:
    """Leave of every link that leads out of the hand-out its words only."""
    for path in sorted(student.rglob("*")):
        start = PurePosixPath(path.relative_to(student).as_posix())
        leads = _leads_within(student, start)
        if path.suffix == ".md":
            text = path.read_text(encoding="utf-8")
            path.write_text(LINK.sub(leads, text), encoding="utf-8", newline="\n")
        elif path.suffix == ".ipynb":
            notebook = nbformat.read(path, as_version=4)
            texts = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
            mended = [LINK.sub(leads, cell.source) for cell in texts]
            if mended != [cell.source for cell in texts]:  # what needs nothing stays to the byte
                for cell, source in zip(texts, mended, strict=True):
                    cell.source = source
                nbformat.write(notebook, path)


def _leads_within(student: Path, start: PurePosixPath) -> Callable[[re.Match[str]], str]:
    """Return what to put in place of a link of this file."""

    def kept(match: re.Match[str]) -> str:
        if ELSEWHERE.match(match["target"]):
            return match[0]
        place = _place(match["target"], start)
        there = ".." not in place.parts and (student / place).exists()
        return match[0] if there else match["text"]

    return kept
