"""How long the helper package takes to import, beside what it imports from others.

Each import runs in a fresh interpreter, a few times in turn, so that a busy moment meets all alike.
The second column imports the same modules of other packages without ours; the difference is ours.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

from rich.console import Console
from rich.table import Table

MODULES = ("", ".datasets", ".plots", ".checks", ".explorers")
ROUNDS = 5
TIMED = "import time; t = time.perf_counter(); {}; print(time.perf_counter() - t)"
OTHERS = (
    "import sys; before = set(sys.modules); import {}; "
    "print(*(m for m in sys.modules if m not in before and not m.startswith('imbalance_lab')))"
)


def output_of(code: str) -> str:
    """Return what a fresh interpreter prints."""
    return subprocess.run(
        [sys.executable, "-c", code], text=True, capture_output=True, check=True
    ).stdout


def importing(names: list[str]) -> str:
    """Return code that imports modules by name, in order."""
    return f"import importlib; [importlib.import_module(name) for name in {names!r}]"


def main() -> None:
    """Measure and print the table."""
    programs = {}
    for suffix in MODULES:
        module = f"imbalance_lab{suffix}"
        others = output_of(OTHERS.format(module)).split()
        # Some modules exist only as an attribute of their package.
        others = [name for name in others if name.split(".")[0] not in ("six", "__mp_main__")]
        programs[module, "with"] = TIMED.format(importing([module]))
        programs[module, "without"] = TIMED.format(importing(others))
    seconds: dict[tuple[str, str], list[float]] = {key: [] for key in programs}
    for _ in range(ROUNDS):
        for key, code in programs.items():
            seconds[key].append(float(output_of(code)))
    table = Table("import", "seconds", "its dependencies alone", "ours", title="Import time")
    for suffix in MODULES:
        module = f"imbalance_lab{suffix}"
        ours, theirs = (statistics.median(seconds[module, which]) for which in ("with", "without"))
        spread = max(seconds[module, "with"]) - min(seconds[module, "with"])
        table.add_row(
            module, f"{ours:.2f} ± {spread / 2:.2f}", f"{theirs:.2f}", f"{ours - theirs:+.2f}"
        )
    Console().print(table)


if __name__ == "__main__":
    main()
