"""What the inputs of hidden tests are drawn from.

The published default is no secret: whoever reads this repository can compute every hidden input
at home. A class gets inputs of its own by ``imbalance-lab-grade new-inputs``, which writes a
secret beside ``nbgrader_config.py``; that file hands it on in the environment, to our grader and
to nbgrader's own kernels alike.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from itertools import cycle
from pathlib import Path
from typing import TypeVar

import numpy as np

Kind = TypeVar("Kind", bound=Hashable)
Known = TypeVar("Known")

VARIABLE = "IMBALANCE_LAB_SECRET"
FILE = "hidden-inputs.secret"
PUBLISHED = "published with the course"


def current() -> str:
    """Return the secret of this course."""
    return os.environ.get(VARIABLE) or PUBLISHED


def read(folder: Path) -> str:
    """Return the secret of the course in a folder, "" where it has none of its own."""
    path = folder / FILE
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""


def draw(folder: Path, again: bool = False) -> Path:
    """Draw a secret for the course in a folder; return the file that only its owner can read.

    Where it cannot be written, on a full disk, what was there before is there still.

    Raises
    ------
    FileExistsError
        If there is one already, unless `again` is True.
    """
    path = folder / FILE
    new = path
    if again:
        new = path.with_name(f".{FILE}.new")
        new.unlink(missing_ok=True)  # of a command that was killed
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_hex(16) + "\n")
    except BaseException:
        new.unlink()
        raise
    return new.replace(path)


def generator(purpose: str, exercise: str) -> np.random.Generator:
    """Return the generator of an exercise's inputs.

    Parameters
    ----------
    purpose : str
        "visible", a secret, or for what another is used.
    exercise : str
        Name of the exercise.
    """
    digest = hashlib.sha256(f"{purpose}/{exercise}".encode()).digest()
    return np.random.default_rng(list(digest))


def long_seeds(purpose: str, exercise: str) -> Iterator[int]:
    """Yield seeds of 128 bits without end, so that nobody can try them all; see `generator`."""
    rng = generator(purpose, exercise)
    while True:
        yield int.from_bytes(rng.bytes(16), "little")


def of_each_kind(
    seeds: Iterator[int],
    wanted: Mapping[Kind, int],
    look: Callable[[int, list[Kind]], tuple[Kind, Known] | None],
    suits: Callable[[dict[int, Known]], bool],
    gives_way: Callable[[dict[int, Known]], Iterable[int]] | None = None,
) -> dict[int, Known]:
    """Draw seeds until there are so many of each kind, and until all of them suit each other.

    Parameters
    ----------
    seeds : iterator of int
        See `long_seeds`.
    wanted : mapping of kind to int
        How many of each kind.
    look : callable
        ``look(seed, missing)`` returns the kind of a seed, one of those that are missing, with what
        there is to know of it; None to pass the seed over.
    suits : callable
        ``suits(drawn)`` returns whether no luck decides at all of them together.
    gives_way : callable, optional
        ``gives_way(drawn)`` returns the seeds that others replace where they do not suit. By
        default it is the eldest of one kind after the other.

    Returns
    -------
    dict of int to what is known
        Kind after kind, the eldest of a kind first.
    """
    found: dict[Kind, dict[int, Known]] = {kind: {} for kind in wanted}
    turns = cycle(found.values())
    while True:
        while missing := [kind for kind, many in wanted.items() if len(found[kind]) < many]:
            seed = next(seeds)
            if told := look(seed, missing):
                kind, known = told
                found[kind][seed] = known
        drawn = {seed: known for of_kind in found.values() for seed, known in of_kind.items()}
        if suits(drawn):
            return drawn
        for seed in gives_way(drawn) if gives_way else [next(iter(next(turns)))]:
            for of_kind in found.values():
                of_kind.pop(seed, None)
