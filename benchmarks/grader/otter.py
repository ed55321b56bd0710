"""otter-grader beside it, in process: without its containers, as it is fastest.

It is installed into an environment of its own, ``build/otter``, which looks into this one for what
the lessons import; so it never meets the course's own pins.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import nbformat
from released import fill_in

from grader import PATH, ROOT, Row, core
from grader.classes import run
from imbalance_grader.notebook import sandbox

HOME = ROOT / "build" / "otter"
PYTHON = HOME / "bin" / "python"
REQUIREMENT = "otter-grader>=7,<8"

GRADE = """\
import sys
from pathlib import Path
from otter.execute import grade_notebook

for _ in range(int(sys.argv[2])):
    tests = [str(path) for path in Path("tests").glob("*.py")]
    results = grade_notebook(sys.argv[1], tests_glob=tests, test_dir="tests", cwd=".")
    assert results.total == results.possible, results.summary()
"""
TEST = """\
from otter.test_files import test_case

OK_FORMAT = False
name = {name!r}
points = {points!r}


@test_case(points=points)
def test_cell(env):
    exec({source!r}, env)
"""


def rows(lesson: str, repeats: int, folder: Path) -> list[Row]:
    """Grade a solved lesson with it; no rows, and a remark, where it cannot be installed."""
    if not install():
        print(f"otter-grader left out: it could not be installed (pip install '{REQUIREMENT}')")
        return []
    name = write_course(lesson, folder)
    (folder / "grade.py").write_text(GRADE)
    command = [str(PYTHON), "grade.py", name]
    start = run([*command, "0"], folder)
    costs = [run([*command, "1"], folder) for _ in range(repeats)]
    wall = [cost.seconds - start.seconds for cost in costs]
    cpu = [cost.cpu_seconds - start.cpu_seconds for cost in costs]
    return [
        Row(f"{lesson}: otter-grader in process", wall, "s"),
        Row(f"{lesson}: otter-grader in process, processor time", cpu, "s"),
    ]


def install() -> bool:
    """Make the environment if it is not there."""
    if not (HOME / "ready").exists():
        make = [sys.executable, "-m", "venv", "--clear", str(HOME)]
        add = [str(PYTHON), "-m", "pip", "install", "--quiet", REQUIREMENT]
        if any(subprocess.run(command, check=False).returncode for command in (make, add)):
            return False
        (own,) = HOME.glob("lib/python*/site-packages")
        others = [sysconfig.get_path("purelib"), str(ROOT)]
        (own / "course.pth").write_text("\n".join(others) + "\n")
        (HOME / "ready").touch()
    return True


def write_course(lesson: str, folder: Path) -> str:
    """Write a solved submission without graded cells, and these as tests of otter's own form."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ |= sandbox.ONE_THREAD | {"PATH": PATH}
    path = core(lesson)
    (folder / "tests").mkdir()
    for cell in nbformat.read(path, as_version=4).cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade") and not about.get("solution"):
            text = TEST.format(name=about.grade_id, points=about.points, source=cell.source)
            (folder / "tests" / f"{about.grade_id}.py").write_text(text)
    notebook = fill_in(f"{lesson}/{path.stem}", None)
    notebook.cells = [
        cell
        for cell in notebook.cells
        if not cell.metadata.get("nbgrader", {}).get("grade") or cell.cell_type != "code"
    ]
    nbformat.write(notebook, folder / path.name)
    return path.name
