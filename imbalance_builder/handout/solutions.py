"""Model solutions, for those who learn alone and for a class after its deadline.

They come from the instructor's notebooks: the solution of each exercise in steps, with what there
is to say of it, and the model answer to the written question. Hidden tests and marking schemes are
not among them.
"""

from __future__ import annotations

import ast
import json
import re
import textwrap
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from imbalance_builder.course import BuildError, Course
from imbalance_builder.handout.cut import exercises_of
from imbalance_builder.source import POINTS, SCHEME, SOLUTION
from imbalance_lab.progress.worked import FILE

REMARKS = "remarks.toml"  # below solutions/
STEPS = 3
# What an instructor's folder has once a class works with it.
OF_A_CLASS = ("gradebook.db", "hidden-inputs.secret", "submitted")
_REGION = re.compile(rf"[ \t]*{SOLUTION[0]}\n(.*?)\n[ \t]*{SOLUTION[1]}\n?", re.DOTALL)


@dataclass(frozen=True)
class Solution:
    """The model solution of one exercise.

    Parameters
    ----------
    title : str
        The heading above it.
    steps : tuple of str
        Code, or the one answer in words.
    remark : str
        What there is to say of it, "" for nothing.
    code : bool
        Whether it is code.
    """

    title: str
    steps: tuple[str, ...]
    remark: str = ""
    code: bool = True


def solutions_of(notebook: NotebookNode, remarks: dict[str, str]) -> dict[str, Solution]:
    """Return the model solutions of an instructor's notebook, by the names of the exercises."""
    found = {}
    for exercise in exercises_of(notebook):
        cell = notebook.cells[exercise.answer]
        *_, heading = re.findall(r"^#+ (.*)$", notebook.cells[exercise.begin].source, re.MULTILINE)
        title = POINTS.sub("", heading)
        if cell.cell_type == "code":
            steps = [step for region in _REGION.findall(cell.source) for step in _steps(region)]
            said = " ".join(remarks.get(exercise.name.replace("-", "_"), "").split())
            found[exercise.name] = Solution(title, tuple(steps), said)
        else:
            answer = cell.source.split(SCHEME[0])[0].strip()
            found[exercise.name] = Solution(title, (answer,), code=False)
    return found


def _steps(region: str) -> list[str]:
    """Return code in up to three parts of whole statements, each with the comments before it."""
    code = textwrap.dedent(region)
    lines = code.splitlines()
    body = ast.parse(f"async def _():\n{textwrap.indent(code, ' ')}").body[0].body  # type: ignore[attr-defined]
    ends = [part.end_lineno - 1 for part in body]
    size = -(-len(ends) // STEPS)
    chosen = [*ends[size - 1 :: size]]
    chosen = chosen if chosen[-1] == ends[-1] else [*chosen, ends[-1]]
    chosen[-1] = len(lines)
    starts = [0, *chosen[:-1]]
    return ["\n".join(lines[a:b]).strip("\n") for a, b in zip(starts, chosen, strict=True)]


def read_remarks(course: Course) -> dict[str, str]:
    """Return what there is to say of solutions, by the names of the functions."""
    path = course.root / "solutions" / REMARKS
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def write_solutions(course: Course, solved: Path, student: Path) -> None:
    """Put the model solutions of a course folder into the package of those who learn alone.

    Raises
    ------
    BuildError
        If a class works with the course.
    """
    refuse_for_a_class(course.root)
    remarks = read_remarks(course)
    found = {
        f"{path.parent.name}/{path.stem}": {
            name: asdict(solution)
            for name, solution in solutions_of(nbformat.read(path, 4), remarks).items()
        }
        for path in sorted(solved.glob("solutions/*/*.ipynb"))
    }
    place = student / "imbalance_lab" / "lessons" / FILE
    place.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def refuse_for_a_class(folder: Path) -> None:
    """Raise BuildError if a class is graded in a folder."""
    for name in OF_A_CLASS:
        if (folder / name).exists():
            raise BuildError(
                f"{folder} is a class's: there is {name}. Model solutions come along only for those"
                " who learn alone; after a deadline, make solutions makes a lesson's for a class"
            )


def page_of(notebook: NotebookNode, remarks: dict[str, str]) -> NotebookNode:
    """Return a notebook that shows the model solutions of an instructor's one."""
    title = notebook.cells[0].source.splitlines()[0].lstrip("# ")
    cells = [new_markdown_cell(f"# Model solutions: {title}")]
    answers = {c.metadata.get("nbgrader", {}).get("grade_id"): c.source for c in notebook.cells}
    for name, solution in solutions_of(notebook, remarks).items():
        cells.append(new_markdown_cell(f"## {solution.title}"))
        if solution.code:
            cells.append(new_code_cell(_without_markers(answers[name])))
            if solution.remark:
                cells.append(new_markdown_cell(solution.remark))
        else:
            cells.append(new_markdown_cell(solution.steps[0]))
    for number, cell in enumerate(cells):
        cell.id = f"solution-{number}"
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    page: NotebookNode = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    return page


def _without_markers(source: str) -> str:
    return _REGION.sub(lambda found: f"{found[1]}\n", source).rstrip("\n")
