"""Who gives the advice that the course tests: pages that say it, in ``evidence/sources.csv``.

The passage of each was looked up, and says what the advice says, in its own words.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

SOURCES = "evidence/sources.csv"


@dataclass(frozen=True)
class Source:
    """A page that gives a piece of advice.

    Parameters
    ----------
    advice : str
        Of the claim, word for word.
    title : str
        Who says it, and under what heading.
    address : str
        Beginning with ``https://``.
    """

    advice: str
    title: str
    address: str

    @property
    def link(self) -> str:
        """The link to it, in Markdown."""
        return f"[{self.title}]({self.address})"


Sources = Mapping[str, list[Source]]


def read_sources(root: Path) -> dict[str, list[Source]]:
    """Return the sources of a course by the advice; none if it has no such table."""
    path = root / SOURCES
    found: dict[str, list[Source]] = {}
    if path.exists():
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                found.setdefault(row["advice"], []).append(Source(**row))
    return found


def unfit_sources(advice: Iterable[str], sources: Sources) -> list[str]:
    """Return what is wrong with the table: advice that no lesson tests, addresses that are none."""
    known = set(advice)
    found = [f"{SOURCES}: no lesson claims {one!r}" for one in sources if one not in known]
    for listed in sources.values():
        for source in listed:
            if not source.address.startswith("https://") or " " in source.address:
                found.append(f"{SOURCES}: {source.address!r} is no address of a page")
            if not source.title.strip():
                found.append(f"{SOURCES}: {source.address} has no title")
    return found


def told(sources: Iterable[Source]) -> str:
    """Return the sentence of the page that says who gives the advice, or that nobody was found."""
    links = [source.link for source in sources]
    if not links:
        return "No page was found that gives it in so many words."
    return f"Said, for instance, by {' and by '.join(links)}."
