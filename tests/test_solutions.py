"""Model solutions: for those who learn alone, for a class after its deadline, and never before."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import asdict
from pathlib import Path

import nbformat
import pytest
from released import ROOT
from test_progress import STUB, TOPIC, WRONG, graded_cell, lesson, run  # noqa: F401

from imbalance_builder.course import BuildError, Course
from imbalance_builder.handout import solutions_page
from imbalance_builder.handout.solutions import (
    OF_A_CLASS,
    SCHEME,
    read_remarks,
    refuse_for_a_class,
    solutions_of,
)
from imbalance_lab.lessons.released import names

NAME = "accuracy-paradox"
SECRET = re.compile(r"imbalance_oracles|hidden\(|### |MARK SCHEME|HIDDEN TESTS")
CALL = "from imbalance_lab.progress import hint, solution; "


@functools.cache
def solved(name: str) -> nbformat.NotebookNode:
    return nbformat.read(ROOT / "solutions" / f"{name}.ipynb", as_version=4)


@pytest.mark.parametrize("name", names())
def test_every_exercise_has_its_solution_in_steps_with_a_remark_and_nothing_secret(name):
    notebook = solved(name)
    found = solutions_of(notebook, read_remarks(Course(ROOT)))
    cells = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("solution")]
    assert list(found) == [cell.metadata.nbgrader.grade_id for cell in cells]
    for cell, (exercise, solution) in zip(cells, found.items(), strict=True):
        assert 1 <= len(solution.steps) <= 3
        assert not SECRET.search("\n".join([*solution.steps, solution.remark]))
        assert bool(solution.remark) == (exercise not in ("quiz", "reflection"))
        whole = "".join("\n".join(solution.steps).split())
        assert whole in "".join(cell.source.split())  # in order, and nothing left out
        if cell.cell_type == "code":
            region = cell.source.partition("### BEGIN SOLUTION")[2].partition("### END SOLUTION")
            assert whole == "".join(region[0].split())
        else:
            assert whole == "".join(cell.source.partition(SCHEME[0])[0].split())


def test_every_remark_is_of_an_exercise():
    answers = {
        cell.metadata.nbgrader.grade_id.replace("-", "_")
        for name in names()
        for cell in solved(name).cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    assert set(read_remarks(Course(ROOT))) <= answers


def test_the_page_for_a_class_runs_and_holds_nothing_secret(tmp_path, capsys):
    command = ["01", "--course", str(ROOT), "--output", str(tmp_path)]
    assert solutions_page.main(command) == 0
    page, notebook = (tmp_path / f"01-{NAME}-solutions{end}" for end in (".html", ".ipynb"))
    assert capsys.readouterr().out == f"{page}\n{notebook}\n"
    text = page.read_text(encoding="utf-8")
    assert not SECRET.search(text)
    assert not re.search(r"(src|href)=\"(?!#)", text)  # it loads nothing
    assert "In\N{NO-BREAK SPACE}[" not in text
    assert "In [" not in text
    cells = nbformat.read(notebook, as_version=4).cells
    scope: dict = {}
    exec("import numpy as np\nimport pandas as pd", scope)
    for cell in cells:
        if cell.cell_type == "code":
            exec(cell.source, scope)
    assert scope["majority_accuracy"]([0, 0, 1, 0]) == pytest.approx(0.75)
    assert set(scope["quiz"]) == {1, 2, 3, 4}
    assert "Exercise 1: the accuracy that comes for free" in text


def test_a_lesson_that_is_not_there_is_said(tmp_path, capsys):
    assert solutions_page.main(["99", "--course", str(tmp_path)]) == 1
    assert "no lesson '99'" in capsys.readouterr().err


@pytest.mark.parametrize("name", OF_A_CLASS)
def test_they_are_not_made_where_a_class_works(name, tmp_path):
    refuse_for_a_class(tmp_path)
    (tmp_path / name).touch()
    with pytest.raises(BuildError, match=f"is a class's: there is {name}"):
        refuse_for_a_class(tmp_path)


@pytest.fixture
def alone(tmp_path: Path) -> str:
    """Return a cell after which the package has model solutions, as for those who learn alone."""
    found = solutions_of(solved(f"{TOPIC}/{NAME}"), {"majority_accuracy": "A remark."})
    (tmp_path / "lessons").mkdir()
    text = json.dumps({f"{TOPIC}/{NAME}": {key: asdict(s) for key, s in found.items()}})
    (tmp_path / "lessons" / "worked.json").write_text(text)
    change = f"worked.files = lambda name: pathlib.Path({str(tmp_path)!r})"
    return f"import pathlib\nfrom imbalance_lab.progress import worked\n{change}"


def test_a_solution_opens_after_the_hints_step_by_step(lesson, alone):  # noqa: F811
    check = graded_cell("majority-accuracy")
    ask, hint = f"{CALL}solution('majority_accuracy')", f"{CALL}hint('majority_accuracy')"
    notebook = nbformat.read(ROOT / "lessons" / TOPIC / f"{NAME}.ipynb", as_version=4)
    nbformat.write(notebook, lesson / f"{NAME}.ipynb")
    (place,) = (cell for cell in notebook.cells if cell.id == "reflection")
    own = (
        f"file = pathlib.Path('{NAME}.ipynb')\n"
        f"_ = file.write_text(file.read_text().replace({place.source!r}, 'My own words.'))"
    )
    words = f"{CALL}solution('reflection')"
    cells = [ask, STUB, check, ask, WRONG, check, ask, hint, ask, hint, ask, ask, ask]
    more = [f"{CALL}solution('nothing')", words, own, words]
    server = {"JPY_SESSION_NAME": f"{NAME}.ipynb"}
    shown = run(lesson, alone, *cells, *more, **server)[1:]
    early = "Write an answer to majority_accuracy and run its check first."
    assert shown[0] == shown[3] == [early]
    assert shown[6] == ["Open the hints first: 2 of 2 for majority_accuracy are still closed."]
    assert shown[8] == ["Open the hints first: 1 of 2 for majority_accuracy are still closed."]
    (first,), (second,), (third,) = shown[10:13]
    title = "Model solution of Exercise 1: the accuracy that comes for free"
    assert first.startswith(f"{title}, step 1 of 2\n\n_, counts")
    assert "return float" not in first
    assert first.endswith("...\n\nRun this again for the next step.")
    assert "return float(counts.max() / counts.sum())" in second
    assert second.endswith("A remark.")
    assert third == second
    assert shown[13] == ["ValueError"]
    assert shown[14] == ["Write your own answer first and save the notebook; then compare."]
    assert shown[16][0].startswith("Model solution of In your own words")


def test_a_class_is_refused_by_what_it_has_and_by_a_setting(lesson, alone):  # noqa: F811
    told = "Model solutions are not part of what a class is given: your instructor shows them"
    ask = f"{CALL}solution('majority_accuracy')"
    shown = run(lesson, ask, alone, ask, IMBALANCE_LAB_CLASS="yes")
    assert shown[0][0].startswith(told)
    assert shown[2][0].startswith(told)
