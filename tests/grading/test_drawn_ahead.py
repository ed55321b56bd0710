"""Hidden data are drawn once for all submissions, not once for each."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import nbformat
from engine_course import about, solution
from nbformat.v4 import new_code_cell, new_notebook

import imbalance_oracles
from imbalance_grader.notebook import judge
from imbalance_grader.notebook.engine import Engine

CHECK = """\
import os

import imbalance_oracles.accuracy_paradox as oracle
from imbalance_lab.checks.recorded import recorded

drawn_before = oracle._drawn.cache_info().currsize
oracle.hidden_companies()
threads = len(os.listdir(f"/proc/{os.getppid()}/task"))
read = recorded.cache_info().currsize  # a student's own recorded trials are read by her judge
draws = oracle._drawn.cache_info().misses
print({"before": drawn_before, "draws": draws, "threads": threads, "read": read})
"""


def source(folder: Path) -> Path:
    """Write an instructor's notebook that tells how often a judge has drawn."""
    cells = [
        new_code_cell(solution("found = 1"), metadata=about("found", solution=True)),
        new_code_cell(f"found\n{CHECK}", metadata=about("found-check", 1)),
    ]
    path = folder / "solutions" / "00-drawn" / "drawn.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells), path)
    return path


def test_no_judge_draws_what_was_drawn_before(engine: Engine, tmp_path: Path) -> None:
    path = source(tmp_path)
    for student in ("ada", "bob"):
        submission = tmp_path / "submitted" / student / "00-drawn" / "drawn.ipynb"
        submission.parent.mkdir(parents=True)
        submission.write_text(path.read_text())
        graded = engine.grade(path, submission, "00-drawn", student)
        assert graded.notebook is not None
        said = graded.notebook.cells[-1].outputs[0].text
        told = json.loads(said.replace("'", '"'))
        assert told == {"before": 1, "draws": 1, "threads": 1, "read": 0}


def test_what_cannot_be_drawn_ahead_is_left_to_the_judge() -> None:
    judge.draw_ahead("imbalance_oracles.no_such_lesson")
    judge.draw_ahead("imbalance_oracles.start_here")


def test_every_oracle_with_hidden_seeds_can_be_drawn_ahead() -> None:
    folder = Path(imbalance_oracles.__file__).parent
    texts = {path.stem: path.read_text() for path in folder.glob("*.py")}
    drawing = [name for name, text in texts.items() if "secret.long_seeds(" in text]
    assert len(drawing) >= 11
    for name in drawing:
        assert callable(importlib.import_module(f"imbalance_oracles.{name}")._drawn.cache_info)
