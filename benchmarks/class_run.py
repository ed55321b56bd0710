"""How fast a class is graded: beside stock nbgrader, and as the class grows.

    python benchmarks/class_run.py                    every part
    python benchmarks/class_run.py --lessons 05-resampling --rounds 5
    python benchmarks/class_run.py --sizes 10 100     growth only up to 100 submissions

Both graders get the same course folders with the same submissions, one after the other in turn, as
commands of their own, so that their starting time counts. Ratios are of the same round; the spread
is from the least to the greatest of the rounds. Seconds depend on the machine, ratios hardly.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

import nbformat
import psutil
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from released import fill_in  # noqa: E402 (it is a test's helper)

from imbalance_lab.grading.classroom import Classroom  # noqa: E402

ENVIRONMENT = os.environ | {
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
NBGRADER = [sys.executable, "-m", "nbgrader", "autograde"]
OURS = [sys.executable, "-m", "imbalance_lab.grading", "assignment", "--quiet"]


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
        process = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=log, stderr=log)
    memory = _Memory(process.pid)
    memory.start()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    memory.done.set()
    memory.join()
    if process.returncode:
        raise SystemExit(
            f"{' '.join(command)} failed:\n{(folder / 'bench.log').read_text()[-3000:]}"
        )
    return Cost(seconds, usage.ru_utime + usage.ru_stime, memory.grader, memory.tree)


class _Memory(threading.Thread):
    """Looks at the memory of a process and of its whole tree, five times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self.done = threading.Event()
        self.grader = self.tree = 0.0

    def run(self) -> None:
        while not self.done.wait(0.2):
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


def make_course(folder: Path, assignment: str, size: int) -> Path:
    """Make a course folder with this many solved submissions; return its root."""
    root = folder / f"{assignment}-{size}"
    shutil.copytree(
        ROOT / "solutions" / assignment,
        root / "solutions" / assignment,
        ignore=shutil.ignore_patterns("*.py"),
    )
    shutil.copy(ROOT / "nbgrader_config.py", root)
    for path in (ROOT / "lessons" / assignment).glob("*.ipynb"):
        text = nbformat.writes(fill_in(f"{assignment}/{path.stem}", None))
        for number in range(size):
            submitted = root / "submitted" / f"student-{number:04}" / assignment
            submitted.mkdir(parents=True, exist_ok=True)
            (submitted / path.name).write_text(text)
    classroom = Classroom(root)
    classroom.register(classroom.assignment(assignment))
    return root


def compare(assignment: str, size: int, rounds: int, folder: Path) -> list[tuple[Cost, Cost]]:
    """Grade the same submissions with both graders, in turn."""
    template = make_course(folder, assignment, size)
    found = []
    for number in range(rounds):
        costs = []
        for name, command in (("stock", NBGRADER), ("ours", OURS)):
            root = Path(shutil.copytree(template, folder / f"{name}-{assignment}-{number}"))
            costs.append(run([*command, assignment], root))
            shutil.rmtree(root)
        found.append((costs[0], costs[1]))
    return found


def growth(assignment: str, sizes: list[int], folder: Path) -> dict[int, Cost]:
    """Grade classes of several sizes."""
    found = {}
    for size in sizes:
        root = make_course(folder / "growth", assignment, size)
        found[size] = run([*OURS, assignment], root)
        shutil.rmtree(root)
    return found


def spread(values: list[float]) -> str:
    """Return the median with the least and the greatest."""
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def main() -> None:
    """Measure what is asked for and print the tables."""
    parser = argparse.ArgumentParser(description="How fast a class is graded")
    parser.add_argument("--lessons", nargs="*", default=["00-start-here", "05-resampling"])
    parser.add_argument("--size", type=int, default=8, help="submissions in the comparison")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", nargs="*", type=int, default=[10, 100, 1000])
    parser.add_argument("--growth-lesson", default="00-start-here")
    parser.add_argument("--json", type=Path, help="where to write all numbers")
    chosen = parser.parse_args()
    console = Console(highlight=False)
    numbers: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if chosen.lessons:
            _show_comparison(chosen, folder, console, numbers)
        if chosen.sizes:
            _show_growth(chosen, folder, console, numbers)
    if chosen.json:
        chosen.json.write_text(json.dumps(numbers, indent=1))


def _show_comparison(
    chosen: argparse.Namespace, folder: Path, console: Console, numbers: dict[str, object]
) -> None:
    table = Table(
        title=f"{chosen.size} submissions, {os.cpu_count()} cores, {chosen.rounds} rounds"
    )
    for column in ("lesson", "nbgrader s", "ours s", "throughput, times", "CPU, share"):
        table.add_column(column)
    for lesson in chosen.lessons:
        pairs = compare(lesson, chosen.size, chosen.rounds, folder)
        table.add_row(
            lesson,
            f"{statistics.median(stock.seconds for stock, _ in pairs):.1f}",
            f"{statistics.median(ours.seconds for _, ours in pairs):.1f}",
            spread([stock.seconds / ours.seconds for stock, ours in pairs]),
            spread([ours.cpu_seconds / stock.cpu_seconds for stock, ours in pairs]),
        )
        numbers[lesson] = [[asdict(stock), asdict(ours)] for stock, ours in pairs]
    console.print(table)


def _show_growth(
    chosen: argparse.Namespace, folder: Path, console: Console, numbers: dict[str, object]
) -> None:
    table = Table(title=f"A growing class, {chosen.growth_lesson}")
    for column in ("submissions", "s", "s each", "grader MB", "all processes MB"):
        table.add_column(column, justify="right")
    found = growth(chosen.growth_lesson, chosen.sizes, folder)
    for size, cost in found.items():
        table.add_row(
            f"{size}",
            f"{cost.seconds:.1f}",
            f"{cost.seconds / size:.2f}",
            f"{cost.grader_mb:.0f}",
            f"{cost.tree_mb:.0f}",
        )
    numbers["growth"] = {size: asdict(cost) for size, cost in found.items()}
    console.print(table)


if __name__ == "__main__":
    main()
