"""Build the site: ``python -m imbalance_site``, or ``make site``."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from imbalance_builder.course import BuildError, Course
from imbalance_site import ROOT
from imbalance_site.sources import assemble
from imbalance_site.sphinx_run import run_sphinx

CONFIG = Path(__file__).parent


def build(folder: Path) -> int:
    """Build everything anew below a folder; return Sphinx's exit code.

    The site is left in ``folder/html``. Warnings, such as a link that leads nowhere, are errors.
    """
    shutil.rmtree(folder, ignore_errors=True)
    assemble(folder / "source", Course(ROOT))
    return run_sphinx(folder, CONFIG, "--jobs", "2")


def main() -> int:
    """Build the site where it is asked for, and say where it is."""
    usage = argparse.ArgumentParser(prog="python -m imbalance_site", description=__doc__)
    usage.add_argument("--folder", type=Path, default=ROOT / "build" / "site")
    folder = usage.parse_args().folder
    try:
        failed = build(folder)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"the site is in {folder / 'html' / 'index.html'}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
