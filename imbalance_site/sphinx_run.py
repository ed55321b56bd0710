"""Sphinx as the site and the slides run it."""

from __future__ import annotations

import gc
from pathlib import Path

from sphinx.cmd.build import build_main


def run_sphinx(folder: Path, config: Path, *options: str) -> int:
    """Make ``folder/html`` of ``folder/source``, and return Sphinx's exit code.

    Warnings are errors.

    Parameters
    ----------
    folder : Path
    config : Path
        Folder of the ``conf.py``.
    *options : str
        More of Sphinx's own.
    """
    always = ("--quiet", "--fail-on-warning", "--keep-going")
    # Every page is a tree that stays: to search them all for garbage took a seventh of the time.
    gc.set_threshold(50_000, 20, 50)
    places = ("-c", config, "-d", folder / "doctrees", folder / "source", folder / "html")
    failed = build_main([*always, *options, *map(str, places)])
    # A digest of Sphinx's settings, which name this machine's folders.
    (folder / "html" / ".buildinfo").unlink(missing_ok=True)
    return failed
