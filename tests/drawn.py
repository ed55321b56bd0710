"""A share of what is alike, another one for each commit: `make long` tries all of it."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

Item = TypeVar("Item")


def commit() -> str:
    """Return the commit, which decides the draw, so that a failure can be repeated."""
    done = subprocess.run(
        ["git", "rev-parse", "HEAD"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "no commit"


def drawn(items: Sequence[Item], count: int, purpose: str) -> list[Item]:
    """Return so many of the items, or all, in a random order that belongs to this commit."""
    return random.Random(f"{commit()} {purpose}").sample(items, min(count, len(items)))
