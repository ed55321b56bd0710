"""Every lesson is graded in every shape, and known for no other lesson."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from released import ROOT, fill_in, points
from traitlets.config.loader import PyFileConfigLoader

from imbalance_grader.notebook.choice import read_script
from imbalance_grader.notebook.engine import Engine
from imbalance_grader.notebook.intake import Malformed
from imbalance_grader.notebook.source import Source, read_source

LESSONS = sorted(path.relative_to(ROOT / "solutions") for path in ROOT.glob("solutions/*/*.ipynb"))
NAMES = [str(path.with_suffix("")) for path in LESSONS]
OFTEN = ("00-start-here/start-here", "05-resampling/resampling")


def nameless(notebook: nbformat.NotebookNode, name: str) -> None:
    """Lose nbgrader's names and the format's ids, as other programs do."""
    for cell in notebook.cells:
        cell.metadata = nbformat.NotebookNode()
        cell.id = f"other-{cell.id}"


def retyped(notebook: nbformat.NotebookNode, name: str) -> None:
    """Leave the cells handed out for the code as they are, and answer in cells of one's own."""
    released = {cell.id: cell.source for cell in fill_in(name).cells}
    own = []
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code":
            own.append((cell, nbformat.v4.new_code_cell(cell.source)))
            cell.source = released[cell.id]
    for cell, added in own:
        notebook.cells.insert(notebook.cells.index(cell) + 1, added)


@pytest.mark.parametrize("change", [nameless, retyped], ids=["nameless", "retyped"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name in OFTEN else pytest.mark.long)
        for name in NAMES
        if "pytorch" not in name
    ],
)
def test_a_solved_lesson_earns_all_its_points_in_this_shape(
    name: str, change: Callable[[nbformat.NotebookNode, str], None], engine: Engine, tmp_path: Path
) -> None:
    notebook = fill_in(name, solve=None)
    change(notebook, name)
    path = tmp_path / "submitted" / "ada" / "lesson.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    result = engine.grade(ROOT / "solutions" / f"{name}.ipynb", path, "lesson", "ada").result
    earned = {cell.grade_id: cell.points for cell in result.cells if cell.kind == "graded"}
    assert earned == points(name)
    assert result.waiting == len(points(name, "hand"))


def test_no_released_lesson_holds_an_answer() -> None:
    settings = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    for name in NAMES:
        source = read_source(ROOT / "solutions" / f"{name}.ipynb", settings)
        script = read_script(ROOT / "lessons" / f"{name}.ipynb", {}, source)
        assert script.untouched == {cell.grade_id for cell in source.cells if cell.takes_text}


@pytest.mark.parametrize("lost", [False, True], ids=["with names", "nameless"])
def test_no_lesson_is_taken_for_another(lost: bool, tmp_path: Path) -> None:
    sources = {name: read_source(ROOT / "solutions" / f"{name}.ipynb") for name in NAMES}
    path = tmp_path / "submitted" / "ada" / "lesson.ipynb"
    path.parent.mkdir(parents=True)
    for name in NAMES:
        notebook = fill_in(name, solve=None)
        if lost:
            nameless(notebook, name)
        path.write_text(json.dumps(notebook))
        taken = [other for other, source in sources.items() if _is_taken(path, source)]
        assert taken == [name]


def _is_taken(path: Path, source: Source) -> bool:
    try:
        read_script(path, {}, source)
    except Malformed:
        return False
    return True
