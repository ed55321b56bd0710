"""Whole classes by command: beside stock nbgrader, with more workers, and as the class grows.

Both graders get the same course folders with the same submissions, in turn, as commands of their
own, so that their starting time counts.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import nbformat
import psutil
from class_run_helpers import ASSIGNMENT, CONFIG, Course, toy_notebook
from released import fill_in

from grader import PATH, ROOT, Row, core
from imbalance_grader.course.classroom import Classroom

NBGRADER = [sys.executable, "-m", "nbgrader", "autograde"]
OURS = [sys.executable, "-m", "imbalance_grader", "assignment", "--quiet"]


@dataclass
class Cost:
    """What one command took."""

    seconds: float
    cpu_seconds: float
    grader_mb: float
    tree_mb: float


def run(command: list[str], folder: Path) -> Cost:
    """Run a command to its end and measure it with all that it started."""
    begin = perf_counter()
    with (folder / "bench.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=os.environ | {"PATH": PATH}, stdout=log, stderr=log
        )
    memory = _Memory(process.pid)
    memory.start()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    memory.done.set()
    memory.join()
    if process.returncode:
        said = (folder / "bench.log").read_text()[-3000:]
        raise SystemExit(f"{' '.join(command)} failed:\n{said}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, memory.grader, memory.tree)


class _Memory(threading.Thread):
    """Looks at the memory of a process and of its whole tree, once a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self.done = threading.Event()
        self.grader = self.tree = 0.0

    def run(self) -> None:
        while not self.done.wait(1):
            try:
                top = psutil.Process(self._pid)
                below = top.children(recursive=True)
                self.grader = max(self.grader, top.memory_info().rss / 2**20)
                # Proportional: what forks share counts once.
                pss = [_pss(process) for process in (top, *below)]
                self.tree = max(self.tree, sum(pss) / 2**20)
            except psutil.Error:
                continue


def _pss(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.Error, AttributeError):
        return 0


def against_nbgrader(
    assignment: str,
    size: int,
    rounds: int,
    folder: Path,
    least: float | None = None,
) -> list[Row]:
    """Grade the same solved submissions with both graders, in turn."""
    template = _lesson_course(folder, assignment, size)
    stock, ours = [], []
    for number in range(rounds):
        for costs, command in ((stock, NBGRADER), (ours, OURS)):
            root = Path(shutil.copytree(template, folder / f"{assignment}-{number}"))
            costs.append(run([*command, assignment], root))
            shutil.rmtree(root)
    label = f"{size} of {assignment}"
    times = [theirs.seconds / mine.seconds for theirs, mine in zip(stock, ours, strict=True)]
    return [
        Row(f"{label}: nbgrader autograde", [cost.seconds for cost in stock], "s"),
        Row(f"{label}: imbalance-lab-grade", [cost.seconds for cost in ours], "s"),
        Row(f"{label}: throughput against nbgrader's", times, "times", least=least),
    ]


def more_workers(assignment: str, size: int, folder: Path) -> list[Row]:
    """Grade the same classes with one worker and with two; what starting takes cancels out."""
    few = size // 10
    templates = {n: _lesson_course(folder, assignment, n) for n in (few, size)}
    grading: dict[int, float] = {}
    for jobs in (1, 2):
        seconds = {}
        for n, template in templates.items():
            root = Path(shutil.copytree(template, folder / f"{assignment}-{n}-jobs-{jobs}"))
            seconds[n] = run([*OURS, assignment, "--jobs", str(jobs)], root).seconds
            shutil.rmtree(root)
        grading[jobs] = seconds[size] - seconds[few]
    label = f"from {few} to {size} of {assignment}"
    return [
        Row(f"{label}: one worker", [grading[1]], "s"),
        Row(
            f"{label}: two against one, {os.cpu_count()} cores", [grading[1] / grading[2]], "times"
        ),
    ]


def growth(sizes: list[int], folder: Path) -> list[Row]:
    """Grade classes of several sizes, with a notebook that hardly computes."""
    found: dict[int, Cost] = {}
    rows = []
    for size in sizes:
        root = _toy_course(folder / f"toy-{size}", size)
        found[size] = cost = run([*OURS, ASSIGNMENT], root)
        shutil.rmtree(root)
        rows += [
            Row(f"{size} toy notebooks", [cost.seconds], "s"),
            Row(f"{size} toy notebooks: memory of the grader", [cost.grader_mb], "MB"),
            Row(f"{size} toy notebooks: memory of all processes", [cost.tree_mb], "MB"),
        ]
    small, middle, large = (found[size] for size in sizes)
    later = (large.seconds - middle.seconds) / (sizes[2] - sizes[1])
    early = (middle.seconds - small.seconds) / (sizes[1] - sizes[0])
    memory = large.tree_mb / middle.tree_mb
    rows.append(Row("one more submission in a large class", [later], "s"))
    rows.append(Row("the same against a small class", [later / early], "times", most=1.25))
    rows.append(Row("memory of a large class against a smaller", [memory], "times", most=1.25))
    return rows


def _lesson_course(folder: Path, assignment: str, size: int) -> Path:
    """Make a course folder with this many solved submissions; return its root."""
    root = folder / f"{assignment}-{size}"
    if root.exists():
        return root
    place = root / "solutions" / assignment
    place.mkdir(parents=True)
    path = Path(shutil.copy(core(assignment), place))
    shutil.copy(ROOT / "nbgrader_config.py", root)
    text = nbformat.writes(fill_in(f"{assignment}/{path.stem}", None))
    for number in range(size):
        submitted = root / "submitted" / f"student-{number:04}" / assignment
        submitted.mkdir(parents=True)
        (submitted / path.name).write_text(text)
    _register(root, assignment)
    return root


def _toy_course(root: Path, size: int) -> Path:
    place = root / "solutions" / ASSIGNMENT
    place.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIG)
    nbformat.write(toy_notebook(), place / "toy.ipynb")
    first = Course(root).submit("student-0000")
    for number in range(1, size):
        shutil.copytree(first.parent, root / "submitted" / f"student-{number:04}" / ASSIGNMENT)
    _register(root, ASSIGNMENT)
    return root


def _register(root: Path, assignment: str) -> None:
    classroom = Classroom(root)
    classroom.register(classroom.assignment(assignment))
