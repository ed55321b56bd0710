"""The engine: how soon it is ready, what it adds to the cells themselves, and its memory."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import nbformat
import psutil

from grader import Row, core
from imbalance_grader.notebook import judge, sandbox
from imbalance_grader.notebook.arrange import Step
from imbalance_grader.notebook.engine import Engine
from imbalance_grader.notebook.kernel import Kernel
from imbalance_grader.notebook.needed import needed_code, text_parts
from imbalance_grader.notebook.results import Limits
from imbalance_grader.notebook.source import read_source
from imbalance_sandbox import student, warm

LIMITS = Limits(wall_seconds=600, call_seconds=300, cpu_seconds=600)
KERNELS = 8


def rows(lessons: dict[str, int]) -> list[Row]:
    """Measure; `lessons` says how many times each is graded."""
    os.environ |= sandbox.ONE_THREAD
    found = []
    with Engine(LIMITS) as engine:
        control = engine._templates["student"].control
        ready(control)
        times = [ready(control) for _ in range(20)]
        found.append(Row("kernel in its sandbox, everything imported", times, "s", most=0.15))
        found.append(Row("memory of one more kernel", [memory(control)], "MB"))
        prepare_bare()
        for lesson, repeats in lessons.items():
            found += compare(engine, lesson, repeats)
    return found


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


def memory(control: socket.socket) -> float:
    """Return the memory that one more process takes, in MB, with its watcher."""
    before = proportional()
    with ExitStack() as stack:
        for _ in range(KERNELS):
            opened = stack.enter_context(kernel(control))
            opened.run("import pandas as pd; pd.DataFrame({'a': [1]})")
        return (proportional() - before) / KERNELS / (1 << 20)


def proportional() -> int:
    """Return the memory of all processes below this one, what they share counted once."""
    found = 0
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # one that has just ended
            found += child.memory_full_info().pss
    return found


def compare(engine: Engine, lesson: str, repeats: int) -> list[Row]:
    """Grade a solution as a submission, and run bare the cells that it needs, in turn."""
    path = core(lesson)
    cells = cells_that_run(path)
    with tempfile.TemporaryDirectory() as folder:
        submission = Path(folder) / "ada" / lesson / path.name
        submission.parent.mkdir(parents=True)
        shutil.copy(path, submission)
        graded, bare = [], []
        for _ in range(repeats):
            graded.append(engine.grade(path, submission, lesson, "ada").result.cpu_seconds)
            bare.append(run_bare(cells))
    pairs = list(zip(graded, bare, strict=True))
    return [
        Row(f"{lesson}: bare cells, processor time", bare, "s"),
        Row(f"{lesson}: graded, processor time", graded, "s"),
        Row(f"{lesson}: ratio", [ours / theirs for ours, theirs in pairs], "times"),
        Row(
            f"{lesson}: beyond 1.1 times the bare cells",
            [ours - 1.1 * theirs for ours, theirs in pairs],
            "s",
            most=0.15,
        ),
    ]


def cells_that_run(path: Path) -> list[str]:
    """Return what the grader runs of a solved lesson, in its order, tests included."""
    notebook = nbformat.read(path, as_version=4)
    source = read_source(path)
    solved = dict(enumerate(cell.source for cell in notebook.cells))
    steps = [
        Step(place, solved[place] if cell.takes_text and cell.runs else None)
        for place, cell in enumerate(source.cells)
    ]
    needed = needed_code(steps, source.cells, text_parts(source.cells))
    codes = [
        solved[place] if cell.role == "graded" else needed[place].code
        for place, cell in enumerate(source.cells)
    ]
    return [code for code in codes if code]


def prepare_bare() -> None:
    """Import in this process what the templates import, with a shell to run cells in."""
    warm.prepare_student()
    judge.prepare()


def run_bare(cells: list[str]) -> float:
    """Run cells, tests included, in a fork of this process; return their processor time."""
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
