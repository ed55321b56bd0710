"""Of a lesson of which some exercises are handed out, just these are graded, with their points."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from drawn import drawn
from released import ROOT, points, solution_cells

from imbalance_builder.course import BuildError
from imbalance_builder.handout.cut import cut, exercises_of
from imbalance_grader.notebook.engine import Engine

CORES = [
    str(path.relative_to(ROOT / "solutions").with_suffix(""))
    for path in sorted(ROOT.glob("solutions/*/*.ipynb"))
    if not path.stem.endswith(("-deeper", "-pytorch"))
]


def all_but_the_decision(name: str, solved: nbformat.NotebookNode) -> frozenset[str]:
    """Return the exercises and the quiz without what has the most points and what builds on it."""
    worth = points(name)
    decision = max(worth, key=lambda check: worth[check] * ("quiz" not in check))
    left = {exercise.name for exercise in exercises_of(solved)}
    left -= {decision.removesuffix("-check"), "reflection"}
    while True:
        try:
            cut(solved, frozenset(left))
        except BuildError as error:
            said = re.match(r"exercise (\S+) uses", str(error))
            assert said
            left.remove(said[1])
        else:
            return frozenset(left)


DRAWN = drawn(CORES, 3, "chosen exercises")


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in DRAWN else pytest.mark.long) for name in CORES],
)
def test_chosen_exercises_are_graded_with_just_their_points(
    name: str, engine: Engine, tmp_path: Path
) -> None:
    solved = nbformat.read(ROOT / "solutions" / f"{name}.ipynb", as_version=4)
    chosen = all_but_the_decision(name, solved)
    assert 1 < len(chosen) < len(exercises_of(solved)) - 1
    source = tmp_path / "solutions" / f"{name}.ipynb"
    source.parent.mkdir(parents=True)
    nbformat.write(cut(solved, chosen), source)
    answers = solution_cells(name)
    lesson = cut(nbformat.read(ROOT / "lessons" / f"{name}.ipynb", as_version=4), chosen)
    for cell in lesson.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("solution"):
            cell.source = answers[about.grade_id]
    path = tmp_path / "submitted" / "ada" / source.name
    path.parent.mkdir(parents=True)
    nbformat.write(lesson, path)
    result = engine.grade(source, path, name.partition("/")[0], "ada").result
    wanted = {check: n for check, n in points(name).items() if check[:-6] in chosen}
    assert len(wanted) == len(chosen)
    assert {cell.grade_id: cell.points for cell in result.cells} == wanted
    assert result.max_points == sum(wanted.values())
