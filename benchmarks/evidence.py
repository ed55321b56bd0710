"""What the laboratory's runner costs: time and memory, a second process, a worker of Dask.

    python benchmarks/evidence.py

The same small runs are made four ways into empty folders. Most of a short run is starting Python in
each worker, so two ways are measured twice, just started and warm.
"""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from imbalance_evidence.run import run
from imbalance_evidence.study import Comparison, Study, grid

REPEATS = 2
MEGABYTE = 1024  # ru_maxrss counts kilobytes on Linux


def study() -> Study:
    """Return a study of a few dozen short rows, like those of the real sets."""
    runs = grid(
        REPEATS,
        data=["gauss n=1000 prevalence=0.05", "nonlinear n=1000 prevalence=0.05"],
        model=["logistic", "boosting", "forest n_estimators=50"],
        treatment=["nothing", "smote"],
    )
    sides = {"treatment": "smote"}, {"treatment": "nothing"}
    return Study([runs], [Comparison("a", "B.", "roc_auc", *sides, 0.02, "more")], "How fast?")


def seconds(jobs: int, scheduler: str | None = None) -> float:
    """Return how long all rows take."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        run(
            {"speed": study()},
            jobs=jobs,
            scheduler=scheduler,
            folder=Path(folder),
            console=Console(quiet=True),
        )
        return time.perf_counter() - started


def peak(who: int) -> str:
    """Return the largest memory so far of this process, or of one that it started."""
    return f"{resource.getrusage(who).ru_maxrss / MEGABYTE:.0f} MB"


def main() -> None:
    """Measure and print the table."""
    from distributed import LocalCluster

    rows = len(study().runs())
    found = {"one process": seconds(1), "two processes, just started": seconds(2)}
    found["two processes, warm"] = seconds(2)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        address = cluster.scheduler_address
        found["two workers of Dask, just started"] = seconds(-1, address)
        found["two workers of Dask, warm"] = seconds(-1, address)
    table = Table("way", "seconds", "rows a second", "times as fast", title=f"{rows} rows")
    for way, taken in found.items():
        ratio = found["one process"] / taken
        table.add_row(way, f"{taken:.1f}", f"{rows / taken:.1f}", f"{ratio:.2f}")
    Console().print(table)
    mine, theirs = peak(resource.RUSAGE_SELF), peak(resource.RUSAGE_CHILDREN)
    Console().print(f"most memory: this process {mine}, one that it started {theirs}")


if __name__ == "__main__":
    main()
