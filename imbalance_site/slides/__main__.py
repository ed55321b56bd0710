"""Make the slides: ``python -m imbalance_site.slides``, or ``make slides``."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from imbalance_site import ROOT
from imbalance_site.sphinx_run import run_sphinx

HERE = Path(__file__).parent
TEXT = HERE / "half-day.md"


def build(folder: Path) -> int:
    """Build the slides anew below a folder; return Sphinx's exit code.

    They are left in ``folder/html``. Warnings, such as a picture that no lesson has, are errors.
    """
    shutil.rmtree(folder, ignore_errors=True)
    source = folder / "source"
    source.mkdir(parents=True)
    shutil.copyfile(TEXT, source / "index.md")
    return run_sphinx(folder, HERE, "-b", "revealjs")


def main() -> int:
    """Build the slides where they are asked for, and say where they are."""
    usage = argparse.ArgumentParser(prog="python -m imbalance_site.slides", description=__doc__)
    usage.add_argument("--folder", type=Path, default=ROOT / "build" / "slides")
    folder = usage.parse_args().folder
    failed = build(folder)
    if not failed:
        print(f"the slides are in {folder / 'html' / 'index.html'} (S opens the speaker's notes)")
    return failed


if __name__ == "__main__":
    sys.exit(main())
