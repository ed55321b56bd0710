"""How fast the grader is, beside others and by itself, held against what the docs promise.

    python benchmarks/grading.py                  every part, about seventeen minutes on two cores
    python benchmarks/grading.py --quick          fewer repeats, about nine
    python benchmarks/grading.py --parts engine   one part
    python benchmarks/grading.py --resume         without what the last, stopped run has measured

Everything is measured in one run and in turn; the spread is from the least to the greatest.
Seconds depend on the machine, ratios hardly, as long as it does nothing else: the grader uses all
cores and nbgrader one. Exit code 1 if a promise is broken.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from grader import ROOT, Row, classes, engine, otter, table
from rich.console import Console

LIGHT, HEAVY = "00-start-here", "05-resampling"
PARTS = ("engine", "otter", "class", "workers", "growth")
KEPT = ROOT / "build" / "benchmarks" / "grading.json"
Piece = tuple[str, Callable[[], list[Row]]]


def main() -> int:
    """Measure what is asked for, print the table, and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer repeats, smaller classes")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, metavar="PART")
    parser.add_argument("--resume", action="store_true", help="keep what is measured already")
    parser.add_argument("--json", type=Path, default=KEPT, help="where all numbers are written")
    chosen = parser.parse_args()
    kept = json.loads(chosen.json.read_text()) if chosen.resume and chosen.json.exists() else {}
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        todo = [piece for part in chosen.parts for piece in pieces(part, chosen.quick, Path(name))]
        for number, (what, measure) in enumerate(todo, 1):
            key = f"{what}{', quick' if chosen.quick else ''}"
            if key not in kept:
                print(f"measuring {number} of {len(todo)}: {what}", file=sys.stderr, flush=True)
                kept[key] = [asdict(row) for row in measure()]
                chosen.json.write_text(json.dumps(kept, indent=1))
            rows += [Row(**row) for row in kept[key]]
    title = f"grading, {os.cpu_count()} cores"
    Console(highlight=False, width=120).print(table(rows, title))
    return 0 if all(row.kept for row in rows) else 1


def pieces(part: str, quick: bool, folder: Path) -> list[Piece]:
    """Return what a part measures, one after another: what it is, and the call that does it."""
    rounds = 1 if quick else 2
    if part == "engine":
        times = dict.fromkeys((LIGHT, HEAVY), 3 if quick else 9)
        return [("engine", partial(engine.rows, times))]
    if part == "otter":
        lessons = {LIGHT: rounds} if quick else {LIGHT: rounds, HEAVY: 1}
        return [
            (f"otter-grader on {name}", partial(otter.rows, name, times, folder / name))
            for name, times in lessons.items()
        ]
    if part == "class":
        against = classes.against_nbgrader
        return [
            (f"a class of {LIGHT}", partial(against, LIGHT, 20, rounds, folder, least=5)),
            # nbgrader runs its experiments, some 20 s, for each of them.
            (f"a class of {HEAVY}", partial(against, HEAVY, 4, 1, folder, least=3)),
        ]
    if part == "workers":
        return [(part, partial(classes.more_workers, LIGHT, 40 if quick else 120, folder))]
    return [(part, partial(classes.growth, [10, 50, 200] if quick else [10, 100, 1000], folder))]


if __name__ == "__main__":
    raise SystemExit(main())
