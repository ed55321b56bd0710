"""What may stand behind an option on the command line, and what is said of anything else."""

from __future__ import annotations

import argparse
import dataclasses
import math
import os
from collections.abc import Callable
from pathlib import Path

from imbalance_grader.notebook.results import Limits
from imbalance_grader.weights import WEIGHTS

LONGEST_EXTENSION = 10_000


def limit(text: str) -> tuple[str, float]:
    """Read a limit and its new value, such as ``memory=2e9``."""
    name, _, value = text.partition("=")
    known = [field.name for field in dataclasses.fields(Limits)]
    if name not in known:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(known)}")
    number = _number(value)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{name}={value}: {value!r} is no number above 0")
    return name, number if name.endswith("seconds") else math.ceil(number)


def weights(text: str) -> dict[str, float]:
    """Read what the parts of a course weigh, such as ``exercises=50,written=30``; the rest is 0."""
    weighed = dict.fromkeys(WEIGHTS, 0.0)
    for pair in text.split(","):
        part, _, value = pair.strip().partition("=")
        if part not in weighed:
            raise argparse.ArgumentTypeError(f"{part!r} is none of {', '.join(weighed)}")
        try:
            weighed[part] = float(value)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{value!r} is no number") from None
        if not 0 <= weighed[part] < math.inf:
            raise argparse.ArgumentTypeError(f"{part}={value}: a weight is a number from 0")
    if not any(weighed.values()):
        raise argparse.ArgumentTypeError("one part at least has to weigh something")
    return weighed


def path(text: str) -> Path:
    """Read the name of a file or a folder."""
    if not text:  # `Path` takes it for the folder in which the command is given
        raise argparse.ArgumentTypeError("it is empty (a variable of the shell that is not set?)")
    return Path(text)


def new_file(ending: str) -> Callable[[str], Path]:
    """Return what reads the name of a file to write: of what is there, only its own kind goes."""

    def read(text: str) -> Path:
        named = path(text)
        if os.path.isdir(named):  # noqa: PTH112 (False for a name that is too long)
            raise argparse.ArgumentTypeError(f"{text!r} is a folder, and should name a file in it")
        if os.path.exists(named) and named.suffix != ending:  # noqa: PTH110
            raise argparse.ArgumentTypeError(
                f"{text!r} is there, and not written over: its name does not end in {ending}"
            )
        return named

    return read


def port(text: str) -> int:
    """Read the number of a port, 0 for any that is free."""
    number = number_from_0(text)
    if number > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port, which is a number up to 65535")
    return number


def number_from_0(text: str) -> int:
    """Read a whole number from 0."""
    return _whole(text, 0)


def count(text: str) -> int:
    """Read a whole number from 1."""
    return _whole(text, 1)


def _whole(text: str, least: int) -> int:
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least}")
    return int(text)


def longer(text: str) -> float:
    """Read for how much longer something may take."""
    if not 0 < _number(text) <= LONGEST_EXTENSION:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no number above 0 and up to {LONGEST_EXTENSION:,}"
        )
    return float(text)


def _number(text: str) -> float:
    """Return the number that a text says, NaN where it says none."""
    try:
        return float(text)
    except ValueError:
        return math.nan
