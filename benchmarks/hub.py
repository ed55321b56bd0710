"""A class that comes at the same moment: what each student takes, and how long she waits.

    python benchmarks/hub.py                        1, 5 and 10 students, lesson 05
    python benchmarks/hub.py --students 30          as many as the memory holds
    python benchmarks/hub.py --lesson 00-start-here

Real accounts, log-ins, servers and kernels, on a machine inside this one; so it needs root. All of
them run all cells at once, which no class does: it is the worst case.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from imbalance_hub.load import Class, measure
from imbalance_hub.machine import NoMachine

COLUMNS = (
    "students",
    "server MB",
    "kernel MB",
    "largest student MB",
    "all together MB",
    "server ready s",
    "first cell s",
    "lesson done s",
    "processor s to start",
    "processor s in all",
)


def main() -> int:
    """Measure classes of the sizes asked for, and print a row for each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--students", nargs="+", type=int, default=[1, 5, 10], metavar="N")
    parser.add_argument("--lesson", default="05-resampling", help="(default: %(default)s)")
    parser.add_argument("--json", type=Path, help="where to write all numbers")
    chosen = parser.parse_args()
    measured = []
    try:
        for students in chosen.students:
            print(f"measuring: {students} students", file=sys.stderr)
            measured.append(measure(students, chosen.lesson))
    except NoMachine as error:
        print(f"left out: {error}", file=sys.stderr)
        return 0
    table = Table(*COLUMNS, title=f"{chosen.lesson}, {os.cpu_count()} cores, all at once")
    for each in measured:
        table.add_row(*_row(each))
    Console(highlight=False, width=150).print(table)
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(each) for each in measured], indent=1))
    return 0


def _row(found: Class) -> list[str]:
    """Return the cells of a class: of waits the median and the longest."""
    waits = [
        [getattr(each, what) for each in found.waited]
        for what in ("server", "first_cell", "lesson")
    ]
    memory = (found.server, found.kernel, found.largest, found.together)
    return [
        str(found.students),
        *(f"{megabytes:.0f}" for megabytes in memory),
        *(f"{median(each):.1f} to {max(each):.1f}" for each in waits),
        f"{found.started:.1f}",
        f"{found.whole:.1f}",
    ]


if __name__ == "__main__":
    sys.exit(main())
