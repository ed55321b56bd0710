"""The variant of the course that a class was handed out, where it was one.

`imbalance_builder.handout.variant` makes it, and ``nbgrader_config.py`` names its folder in the
environment, from which the judges take what the visible checks try.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from imbalance_lab.checks.recorded import VARIABLE

NAME = "variant.json"


def recorded_files() -> dict[str, bytes]:
    """Return what was recorded for this class, by the file's name; nothing without a variant."""
    folder = os.environ.get(VARIABLE)
    paths = sorted(Path(folder).glob("*.json")) if folder else []
    return {path.name: path.read_bytes() for path in paths}


def name() -> str:
    """Return what the variant is called, "" where there is none."""
    path = Path(os.environ.get(VARIABLE, os.devnull)) / NAME
    return str(json.loads(path.read_text(encoding="utf-8"))["name"]) if path.is_file() else ""


def fingerprint() -> str:
    """Return a digest of what the visible checks of this class try."""
    digest = hashlib.sha256()
    for file, content in recorded_files().items():
        digest.update(file.encode() + b"\0" + content)
    return digest.hexdigest()


def put_down(files: dict[str, bytes], folder: Path) -> None:
    """Let this process, and those that it starts, grade by a variant from elsewhere."""
    if files:
        folder.mkdir()
        for file, content in files.items():
            (folder / file).write_bytes(content)
        os.environ[VARIABLE] = str(folder)
    else:
        os.environ.pop(VARIABLE, None)
