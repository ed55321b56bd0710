"""How fast the grader is, beside others and by itself, held against what the docs promise.

    python benchmarks/grading.py                  every part, about seventeen minutes on two cores
    python benchmarks/grading.py --quick          fewer repeats, about nine
    python benchmarks/grading.py --parts engine   one part

Everything is measured in one run and in turn; the spread is from the least to the greatest.
Seconds depend on the machine, ratios hardly. Exit code 1 if a promise is broken.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from grader import Row, classes, engine, otter, table
from rich.console import Console

LIGHT, HEAVY = "00-start-here", "05-resampling"
PARTS = ("engine", "otter", "class", "workers", "growth")


def main() -> int:
    """Measure what is asked for, print the table, and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer repeats, smaller classes")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, metavar="PART")
    parser.add_argument("--json", type=Path, help="where to write all numbers")
    chosen = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        for part in chosen.parts:
            print(f"measuring: {part}", file=sys.stderr)
            rows += measured(part, chosen.quick, Path(name))
    title = f"grading, {os.cpu_count()} cores"
    Console(highlight=False, width=120).print(table(rows, title))
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(row) for row in rows], indent=1))
    return 0 if all(row.kept for row in rows) else 1


def measured(part: str, quick: bool, folder: Path) -> list[Row]:
    """Return the rows of one part."""
    rounds = 1 if quick else 2
    if part == "engine":
        return engine.rows(dict.fromkeys((LIGHT, HEAVY), 3 if quick else 9))
    if part == "otter":
        lessons = {LIGHT: rounds} if quick else {LIGHT: rounds, HEAVY: 1}
        rows = [otter.rows(name, times, folder / name) for name, times in lessons.items()]
        return [row for each in rows for row in each]
    if part == "class":
        against = classes.against_nbgrader
        return [
            *against(LIGHT, 20, rounds, folder, least=5),
            *against(HEAVY, 4, rounds, folder, least=3),
        ]
    if part == "workers":
        return classes.more_workers(LIGHT, 40 if quick else 120, folder)
    return classes.growth([10, 50, 200] if quick else [10, 100, 1000], folder)


if __name__ == "__main__":
    raise SystemExit(main())
