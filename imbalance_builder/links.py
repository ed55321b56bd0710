"""Links between lessons: to the neighbours, to the contents, and wherever a text names another.

Authors write "lesson 09"; the build makes a link of it, so that no source holds the names of other
lessons' files. The hand-out keeps of a link the words only where it does not lead on
(`imbalance_builder.handout.pages`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from imbalance_builder.course import NAME, TOPIC, Lesson, by_length

CONTENTS = "[all lessons](../../README.md)"
# What is no prose, or a link already, and then a lesson's number or several.
MENTION = re.compile(
    r"(?P<kept>^```.*?^```|^#.*?$|`[^`]+`|\$\$.*?\$\$|\$[^$\n]+\$|!?\[[^\]]*\]\([^)]*\)|<[^>\n]+>)"
    r"|(?P<word>\b[Ll]essons?)(?P<gap>\s)(?P<numbers>\d\d(?:(?:, | and | to | or )\d\d)*)\b",
    re.MULTILINE | re.DOTALL,
)
TITLE = re.compile(r"^# # (\d\d · [^:\n]+)", re.MULTILINE)


@dataclass(frozen=True)
class Place:
    """A notebook of the course, seen from another one."""

    title: str
    target: str

    def __str__(self) -> str:
        """Return the link to it."""
        return f"[{self.title}]({self.target})"


def link_lessons(cells: Sequence[NotebookNode], source: Path) -> None:
    """Link every lesson that a text names, and the neighbours in the first and the last text.

    Parameters
    ----------
    cells : sequence of NotebookNode
        Of the lesson; changed in place.
    source : Path
        Of the lesson, ``solutions/NN-topic/NAME.py``. Where it is the only one, or stands in no
        course, nothing changes.
    """
    notebooks = _course_of(source)
    if source not in notebooks or len(notebooks) < 2:
        return
    own, main = source.parent.name[:2], _main(notebooks)
    # In a lesson's second notebook its number stands for the first.
    places = {path.parent.name[:2]: notebooks[path] for path in main}
    others = {n: place for n, place in places.items() if n != own or source not in main}
    texts = [cell for cell in cells if cell.cell_type == "markdown" and not _is_answer(cell)]
    for cell in texts:
        cell.source = MENTION.sub(lambda match: _linked(match, others), cell.source)
    line = _neighbours(notebooks, main, source)
    for cell in {id(cell): cell for cell in (texts[0], texts[-1])}.values() if texts else ():
        cell.source = f"{cell.source}\n\n{line}"


def _course_of(source: Path) -> dict[Path, Place]:
    """Return the notebooks of a course in the order in which they are taken."""
    folder = source.parents[1]
    found = {
        path: Lesson(folder.parent, path.parent.name, path.stem)
        for path in folder.glob("*/*.py")
        if TOPIC.fullmatch(path.parent.name) and NAME.fullmatch(path.stem)
    }
    return {path: _place(path) for path in sorted(found, key=lambda path: by_length(found[path]))}


def _main(notebooks: Mapping[Path, Place]) -> list[Path]:
    """Return the first notebook of each lesson."""
    first: dict[Path, Path] = {}
    for path in notebooks:
        first.setdefault(path.parent, path)
    return list(first.values())


def _place(path: Path) -> Place:
    title = TITLE.search(path.read_text(encoding="utf-8"))
    number = path.parent.name[:2]
    return Place(
        title[1].strip() if title else f"{number} · {path.stem}",
        f"../{path.parent.name}/{path.stem}.ipynb",
    )


def _is_answer(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def _linked(match: re.Match[str], others: Mapping[str, Place]) -> str:
    if match["kept"]:
        return match["kept"]
    numbers = match["numbers"]
    if numbers in others:  # a single lesson: its word belongs to the link
        return f"[{match['word']} {numbers}]({others[numbers].target})"

    def link(number: re.Match[str]) -> str:
        place = others.get(number[0])
        return f"[{number[0]}]({place.target})" if place else number[0]

    return match["word"] + match["gap"] + re.sub(r"\d\d", link, numbers)


def _neighbours(notebooks: Mapping[Path, Place], main: Sequence[Path], source: Path) -> str:
    """Return one line: the lesson before, the contents, what else this lesson has, the next one."""
    first = next(path for path in main if path.parent == source.parent)
    at = main.index(first)
    before, after = main[:at][-1:], main[at + 1 :][:1]
    beside = [path for path in notebooks if path.parent == source.parent and path != source]
    parts = [f"← {notebooks[path]}" for path in before]
    parts += [CONTENTS, *(str(notebooks[path]) for path in beside)]
    parts += [f"{notebooks[path]} →" for path in after]
    return " · ".join(parts)
