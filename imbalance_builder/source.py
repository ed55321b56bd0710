"""Read a lesson's text source and expand its short cell headers into nbgrader's metadata.

A source is a Python file in percent format. Its cell headers may say:

==================================================  ==========================================
header                                              cell
==================================================  ==========================================
``# %% answer="NAME"``                              the student's cell; what stands between
                                                    ``### BEGIN SOLUTION`` and
                                                    ``### END SOLUTION`` is removed
``# %% try="NAME"``                                 runs the student's code; may fail unsolved
``# %% graded="NAME" points=2``                     locked tests, worth ``points``; may hold
                                                    ``### BEGIN HIDDEN TESTS`` and
                                                    ``### END HIDDEN TESTS``
``# %% [markdown] written="NAME" points=3``         model answer and mark scheme of a question
                                                    marked by hand; replaced as a whole
``tags=["nbval-ignore-output"]``                    on any code cell: see `TAGS`
``covers="E01 E12"``                                rows of the coverage table taught here
==================================================  ==========================================

Each answer has exactly one graded cell, after it. The grade ids in the notebook are ``NAME`` for
the answer and the written cell, and ``NAME-check`` for the graded cell. Points are shown behind the
heading above the cell that gives them. A notebook with points shows the student's
progress before its last words. Where a text names another lesson, it becomes a link.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode

from imbalance_builder.course import NAME, BuildError
from imbalance_builder.links import link_lessons
from imbalance_builder.preprocessors import TRY_TAG
from imbalance_lab.guess import LINE

KEYS = {"answer", "try", "graded", "written", "points", "tags", "covers"}
# Rows of the coverage table in docs/coverage.csv, such as covers="E01 E12".
COVERS = re.compile(r"E\d\d( E\d\d)*")
KINDS = ("answer", "try", "graded", "written")
TAGS = {
    "nbval-ignore-output": "the output truly varies: it is not compared",
    "raises-exception": "the cell fails on purpose, to show the error",
    "hide-input": "the code is folded away, in JupyterLab and on the page, and one click shows it",
}
# Its code says the verdict in other words before the box does: folded without a tag.
CLAIM = re.compile(r"^Claim\(", re.MULTILINE)


PROGRESS_WORDS = """\
## How far you are

Run the next cell, and open the line for all lessons. It counts what your own checks have passed, in
this lesson and in the others. It is kept in `my-progress.json` in the folder of the course; nobody
else reads it, and it has no part in your marks."""
PROGRESS = "from imbalance_lab.progress import progress\n\nprogress()"
OURS = re.compile(r"^(from|import) imbalance_lab\b", re.MULTILINE)
MAX_LINES = 25
MAX_GRADED_LINES = 6
# Lines of a graded cell that are no part of its sentences: blank, comment, import, closing bracket.
UNCOUNTED = re.compile(r"\s*(#.*|(from|import) .*|[)\]}]*,?)?$")

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE_INFO = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}

SOLUTION = ("### BEGIN SOLUTION", "### END SOLUTION")
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
SCHEME = ("### BEGIN MARK SCHEME", "### END MARK SCHEME")
# Which kind of cell may hold which markers.
MARKERS: dict[str | None, tuple[str, str]] = {
    "answer": SOLUTION,
    "graded": HIDDEN,
    "written": SCHEME,
}
HEADING = re.compile(r"^#{2,} \S.*$", re.MULTILINE)
POINTS = re.compile(r" \([\d.]+ points?\)$")  # as they stand behind a heading
LOOSE_MARKER = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)")


def read_source(path: Path) -> NotebookNode:
    """Return the notebook of a text source, ready to be executed.

    Parameters
    ----------
    path : Path
        A Python file in percent format.

    Returns
    -------
    NotebookNode
        With nbgrader's metadata, normalised kernel metadata and stable cell ids.

    Raises
    ------
    BuildError
        If the source breaks a rule of the module's docstring; the message lists every break.
    """
    text = path.read_text(encoding="utf-8")
    try:
        parsed = jupytext.reads(text, fmt="py:percent")
    except nbformat.ValidationError as error:
        where = "".join(f"[{key!r}]" for key in error.absolute_path)
        name = f"{path.parent.name}/{path.name}"
        raise BuildError(f"{name}: not a notebook: {error.message} at {where}") from None
    problems: list[str] = []
    cells = []
    for number, cell in enumerate(parsed.cells, start=1):
        header = {k: v for k, v in cell.metadata.items() if k != "lines_to_next_cell"}
        where = name_of(number, cell)
        found = _problems_of_cell(cell, header)
        problems += [f"{where}: {problem}" for problem in found]
        if not found:
            cells.append(_expand(cell, header))
    if not problems:
        problems += _problems_of_exercises(cells) + _problems_of_guesses(cells)
    if problems:
        raise BuildError(f"{path.parent.name}/{path.name}:\n  " + "\n  ".join(problems))
    _show_points(cells)
    if any("points" in cell.metadata.get("nbgrader", {}) for cell in cells):
        # Before what to take away, with which a lesson ends.
        end = len(cells) - (cells[-1].cell_type == "markdown")
        added = nbformat.v4.new_markdown_cell(PROGRESS_WORDS), nbformat.v4.new_code_cell(PROGRESS)
        cells[end:end] = added
    _give_ids(cells)
    link_lessons(cells, path)  # after the ids, which another lesson's title must not change
    notebook: NotebookNode = nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": KERNELSPEC, "language_info": LANGUAGE_INFO}
    )
    return notebook


def name_of(number: int, cell: NotebookNode) -> str:
    """Return what messages call a cell: its number from 1 and its first line, shortened."""
    line = next((line.strip() for line in cell.source.splitlines() if line.strip()), "empty")
    return f"cell {number} ({line if len(line) <= 50 else line[:49] + '…'})"


def kind_of(header: dict[str, Any]) -> str | None:
    """Return which of `KINDS` a header names, or None for a free cell."""
    return next((kind for kind in KINDS if kind in header), None)


def _problems_of_cell(cell: NotebookNode, header: dict[str, Any]) -> list[str]:
    """Return what is wrong with one cell, seen alone."""
    problems = []
    unknown = sorted(set(header) - KEYS)
    if unknown:
        known = ", ".join(sorted(KEYS))
        problems.append(f"unknown key {', '.join(unknown)} in the header (known: {known})")
    kinds = [kind for kind in KINDS if kind in header]
    if len(kinds) > 1:
        problems.append(f"a cell is one of {', '.join(KINDS)}; this one says {', '.join(kinds)}")
    kind = kinds[0] if kinds else None
    if cell.cell_type == "raw":
        problems.append("a raw cell has no place in a lesson")
    if kind and not NAME.fullmatch(str(header[kind])):
        problems.append(f'{kind}="{header[kind]}": a name has lower-case letters, digits, hyphens')
    if kind and (cell.cell_type == "markdown") != (kind == "written"):
        problems.append(f'"{kind}" belongs on a {"markdown" if kind == "written" else "code"} cell')
    problems += _problems_of_points(kind, header.get("points"))
    if not COVERS.fullmatch(str(header.get("covers", "E00"))):
        problems.append(f'covers="{header["covers"]}" must read like "E01 E12"')
    problems += _problems_of_tags(cell, header.get("tags", []))
    problems += _problems_of_markers(kind, cell.source)
    problems += _problems_of_code(kind, cell)
    return problems


def _problems_of_points(kind: str | None, points: Any) -> list[str]:
    if kind not in ("graded", "written"):
        return [] if points is None else ["points belong on a graded or a written cell"]
    if isinstance(points, bool) or not isinstance(points, int | float) or points <= 0:
        return [f"a {kind} cell needs a positive number of points, such as points=2; got {points}"]
    return []


def _problems_of_tags(cell: NotebookNode, tags: Any) -> list[str]:
    if tags and cell.cell_type != "code":
        return ["tags belong on a code cell"]
    unknown = sorted(set(tags) - set(TAGS))
    return [f"unknown tag {', '.join(unknown)} (known: {', '.join(TAGS)})"] if unknown else []


def _problems_of_markers(kind: str | None, source: str) -> list[str]:
    """Every marker stands alone on its line, in pairs, in the right kind of cell."""
    lines = [line.strip() for line in source.splitlines() if LOOSE_MARKER.search(line)]
    begin, end = MARKERS.get(kind, ("", ""))
    for line in lines:
        if line not in (begin, end):
            where = f'in a cell of kind "{kind}"' if kind else "in a free cell"
            return [f'"{line}" has no place {where}']
    if lines != [begin, end] * (len(lines) // 2):
        return [f"{begin} and {end} must come in pairs, in this order"]
    if kind in ("answer", "written") and not lines:
        return [f'a cell of kind "{kind}" needs {begin} and {end}']
    return []


def _problems_of_code(kind: str | None, cell: NotebookNode) -> list[str]:
    if cell.cell_type != "code":
        return []
    lines = cell.source.splitlines()
    if lines and not lines[0].strip():
        return ["a code cell begins with an empty line"]
    if kind == "graded":
        shown = lines[: lines.index(HIDDEN[0])] if HIDDEN[0] in lines else lines
        code = [line for line in shown if not UNCOUNTED.match(line)]
        if len(code) > MAX_GRADED_LINES:
            return [
                f"a graded cell shows at most {MAX_GRADED_LINES} lines of code, imports not "
                f"counted; this one has {len(code)}"
            ]
    if lines and lines[-1].rstrip().endswith(";"):
        return [
            'the last line ends with ";", which only silences a notebook: write "_ = …" instead'
        ]
    if kind != "answer" and len(lines) > MAX_LINES:
        return [f"a code cell has at most {MAX_LINES} lines; this one has {len(lines)}"]
    return []


def _problems_of_exercises(cells: list[NotebookNode]) -> list[str]:
    """Return what is wrong between cells: doubled names, an answer without tests, wrong order."""
    problems = []
    names: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for cell in cells:
        kind, name = cell.metadata.get("exercise", (None, None))
        if kind == "try" and name not in names["answer"]:
            problems.append(f'try="{name}" has no answer="{name}" before it')
        if kind == "graded" and name not in names["answer"]:
            problems.append(f'graded="{name}" has no answer="{name}" before it')
        if kind:
            names[kind].append(name)
    for name in names["answer"]:
        if name not in names["graded"]:
            problems.append(f'answer="{name}" has no graded="{name}"')
    ids = names["answer"] + names["written"] + [f"{name}-check" for name in names["graded"]]
    for name, count in Counter(ids).items():
        if count > 1:
            problems.append(f"the grade id {name} is used {count} times")
    return problems


def _problems_of_guesses(cells: list[NotebookNode]) -> list[str]:
    """Return which guess would stop a notebook if it is written as people write one, such as 90%.

    The package reads it, if it was imported in a cell above, and only under some names.
    """
    problems, imported = [], False
    for cell in cells:
        if cell.cell_type != "code" or "exercise" in cell.metadata:
            continue
        if cell.source.startswith("my_") and " = None" in cell.source:
            name = cell.source.partition(" ")[0]
            if not LINE.fullmatch(cell.source):
                problems.append(
                    f"a guess stands alone, as my_prediction = None; this one is {name}"
                )
            if "#" not in cell.source:
                problems.append(f"{name}: say behind it what a guess looks like: # such as 0.1")
            if not imported:
                problems.append(f"{name}: no cell above this guess imports imbalance_lab")
        imported = imported or OURS.search(cell.source) is not None
    return problems


def _expand(cell: NotebookNode, header: dict[str, Any]) -> NotebookNode:
    """Return the notebook cell that a source cell with a sound header stands for."""
    new: Any = (
        nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell
    )
    expanded: NotebookNode = new(cell.source)
    kind = kind_of(header)
    tags = list(header.get("tags", []))
    if kind:
        expanded.metadata["exercise"] = (kind, header[kind])
    if kind == "try":
        tags.append(TRY_TAG)
    elif kind:
        expanded.metadata["nbgrader"] = _nbgrader(kind, header)
    elif cell.cell_type == "code" and CLAIM.search(cell.source):
        tags.append("hide-input")
    if "hide-input" in tags:
        expanded.metadata["jupyter"] = {"source_hidden": True}
    if tags:
        expanded.metadata["tags"] = sorted(tags)
    if "covers" in header:
        expanded.metadata["covers"] = header["covers"].split()
    return expanded


def _nbgrader(kind: str, header: dict[str, Any]) -> dict[str, Any]:
    """Return nbgrader's cell metadata, schema version 3."""
    metadata = {
        "grade": kind in ("graded", "written"),
        "grade_id": f"{header[kind]}-check" if kind == "graded" else header[kind],
        "locked": kind == "graded",
        "schema_version": 3,
        "solution": kind in ("answer", "written"),
        "task": False,
    }
    if metadata["grade"]:
        metadata["points"] = header["points"]
    return metadata


def _show_points(cells: list[NotebookNode]) -> None:
    """Write the points of an exercise behind the heading under which it stands."""
    above = None
    for cell in cells:
        points = cell.metadata.get("nbgrader", {}).get("points")
        if points is not None and above is not None:
            *_, heading = HEADING.finditer(above.source)
            words = f"{points:g} point{'' if points == 1 else 's'}"
            above.source = (
                f"{above.source[: heading.end()]} ({words}){above.source[heading.end() :]}"
            )
            above = None  # a heading names the points of one cell
        elif cell.cell_type == "markdown" and points is None and HEADING.search(cell.source):
            above = cell


def _give_ids(cells: list[NotebookNode]) -> None:
    """Give each cell an id that stays when cells are inserted before it.

    An exercise's cell is called by its grade id, so that no id is made from a solution; another
    cell by a digest of its text and, where a text comes twice, by its turn.
    """
    seen: Counter[str] = Counter()
    for cell in cells:
        cell.metadata.pop("exercise", None)
        if "nbgrader" in cell.metadata:
            cell.id = cell.metadata.nbgrader.grade_id[:64]
            continue
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
        seen[digest] += 1
        cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
