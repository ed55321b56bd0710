"""Measure the grading engine: ``python benchmarks/grading.py [--lesson PATH] [--repeats N]``.

Everything is measured in one run on one machine, in turn, so that the ratios travel:

- how long it takes until a contained process with everything imported answers its first question,
- processor time of grading one submission against that of the same cells, tests included, in a
  process that has already imported everything and is not contained (the least that is possible),
- memory that one more contained process takes.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import nbformat
import psutil

from imbalance_lab.grading import sandbox, warm
from imbalance_lab.grading.engine import Engine
from imbalance_lab.grading.kernel import Kernel
from imbalance_lab.grading.results import Limits

ROOT = Path(__file__).resolve().parents[1]
LESSON = ROOT / "solutions" / "01-accuracy-paradox" / "accuracy-paradox.ipynb"
LIMITS = Limits(wall_seconds=600, call_seconds=300, cpu_seconds=600)


def main() -> None:
    """Measure, print a table or JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--lesson", type=Path, default=LESSON, help="an executed solution")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="for machines")
    options = parser.parse_args()
    os.environ |= sandbox.ONE_THREAD
    with Engine(LIMITS) as engine:
        control = engine._templates["student"].control
        figures = {
            "ready_seconds": spread(lambda: ready(control), max(options.repeats * 3, 20)),
            **compare(engine, options.lesson, options.repeats),
            **memory(control),
        }
    print(json.dumps(figures, indent=2) if options.json else table(figures, options.lesson))


def spread(measure: Callable[[], float], repeats: int) -> dict[str, float]:
    """Return median and range of a measurement, the first one left out."""
    measure()
    return summary([measure() for _ in range(repeats)])


def summary(values: list[float]) -> dict[str, float]:
    """Return median, least and greatest."""
    return {"median": statistics.median(values), "least": min(values), "greatest": max(values)}


@contextmanager
def kernel(control: socket.socket) -> Iterator[Kernel]:
    """Open a contained process."""
    opened = Kernel(control, LIMITS, (), time.monotonic() + 600)
    try:
        yield opened
    finally:
        opened.close()


def ready(control: socket.socket) -> float:
    """Return the seconds until a new process has run its first cell."""
    started = time.perf_counter()
    with kernel(control) as opened:
        opened.run("import numpy, pandas, sklearn, imblearn, matplotlib.pyplot")
        return time.perf_counter() - started


def compare(engine: Engine, lesson: Path, repeats: int) -> dict[str, Any]:
    """Grade the solution as a submission, and run the same cells bare, in turn."""
    notebook = nbformat.read(lesson, as_version=4)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    with tempfile.TemporaryDirectory() as folder:
        submission = Path(folder) / "ada" / "lesson" / lesson.name
        submission.parent.mkdir(parents=True)
        shutil.copy(lesson, submission)
        graded, bare, wall, bare_wall = [], [], [], []
        prepare_bare()
        for _ in range(repeats):
            started = time.perf_counter()
            graded.append(engine.grade(lesson, submission, "lesson", "ada").result.cpu_seconds)
            wall.append(time.perf_counter() - started)
            started = time.perf_counter()
            bare.append(run_bare(cells))
            bare_wall.append(time.perf_counter() - started)
    pairs = list(zip(graded, bare, strict=True))
    return {
        "graded_cpu_seconds": summary(graded),
        "bare_cpu_seconds": summary(bare),
        "cpu_ratio": summary([ours / theirs for ours, theirs in pairs]),
        "cpu_over_1.1_bare": summary([ours - 1.1 * theirs for ours, theirs in pairs]),
        "wall_ratio": summary([a / b for a, b in zip(wall, bare_wall, strict=True)]),
    }


def prepare_bare() -> None:
    """Import in this process what the templates import, with a shell to run cells in."""
    from imbalance_lab.grading import student

    student.prepare()
    warm._import(warm.STUDENT_MODULES + warm.JUDGE_MODULES)
    student.settle()


def run_bare(cells: list[str]) -> float:
    """Run cells in a fork of this process; return their processor time."""
    from imbalance_lab.grading import student

    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        student._shell.recorder = student._Recorder(1 << 30)
        sys.stdout = sys.stderr = student._Stream(student._shell.recorder, "stdout")
        before = resource.getrusage(resource.RUSAGE_SELF)
        for source in cells:
            student._shell.run_cell(source)
        after = resource.getrusage(resource.RUSAGE_SELF)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        os.write(writer, str(used).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        used = float(answer.read())
    os.waitpid(child, 0)
    return used


def memory(control: socket.socket, count: int = 8) -> dict[str, float]:
    """Return the memory that one more process takes, in MB, with its watcher."""
    before = proportional()
    with ExitStack() as stack:
        for _ in range(count):
            opened = stack.enter_context(kernel(control))
            opened.run(
                "import matplotlib.pyplot as plt; import pandas as pd; pd.DataFrame({'a': [1]})"
            )
        after = proportional()
    return {"memory_mb_each": (after - before) / count / (1 << 20)}


def proportional() -> int:
    """Return the memory of all processes below this one, what they share counted once."""
    return sum(child.memory_full_info().pss for child in psutil.Process().children(recursive=True))


def table(figures: dict[str, Any], lesson: Path) -> str:
    """Return the figures as text."""
    lines = [f"grading engine, {lesson.stem}", ""]
    for name, value in figures.items():
        if isinstance(value, dict):
            low, high = value["least"], value["greatest"]
            lines.append(f"  {name:22} {value['median']:8.3f}   [{low:.3f}, {high:.3f}]")
        else:
            lines.append(f"  {name:22} {value:8.3f}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
