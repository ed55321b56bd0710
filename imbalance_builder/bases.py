"""What each piece of advice on the page of claims rests on: a study, a lesson's cells, or argument.

The table ``evidence/claims.csv`` has one line for each claim of the lessons. A claim that a study
settles names the comparison, and whether the advice says the same as the comparison or the
opposite. Once all rows of the study are there, the claim's verdict has to be the study's.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from imbalance_lab import evidence
from imbalance_lab.claims import Claim

BASES = "evidence/claims.csv"
STUDY, LESSON, ARGUED = "study", "lesson", "argued"
SAME, OPPOSITE = "same", "opposite"
_MIRRORED = {"holds": "does not hold", "does not hold": "holds"}

Reader = Callable[[str], evidence.Result]


@dataclass(frozen=True)
class Basis:
    """What a claim rests on.

    Attributes
    ----------
    advice : str
        Of the claim, word for word.
    basis : {"study", "lesson", "argued"}
    study, comparison : str
        Names, for a study.
    sense : {"same", "opposite", ""}
        How the claim's advice relates to the comparison's.
    """

    advice: str
    basis: str
    study: str = ""
    comparison: str = ""
    sense: str = ""

    def verdict(self, read: Reader = evidence.study) -> str | None:
        """Return the study's verdict on the claim's advice, or None while it is not finished."""
        found = read(self.study)
        if found.runs[0] < found.runs[1]:
            return None
        said = found.verdict_on(self.comparison)
        return _MIRRORED.get(said, said) if self.sense == OPPOSITE else said

    def told(self, read: Reader = evidence.study) -> str:
        """Return the sentence of the page that says what the claim rests on."""
        if self.basis == LESSON:
            return "Rests on the lesson's own cells; no study of the laboratory tests it."
        if self.basis == ARGUED:
            return "Rests on an argument; it was not measured."
        said = self.verdict(read)
        state = "not finished, so the verdict above is the lesson's alone" if said is None else said
        return f"Study: [`{self.study}`](laboratory.md), {self.comparison}: {state}."


def read_bases(root: Path) -> dict[str, Basis]:
    """Return the bases of a course by the advice; none if it has no such table."""
    path = root / BASES
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["advice"]: Basis(**row) for row in csv.DictReader(stream)}


def unfit_bases(
    claims: Iterable[Claim], bases: dict[str, Basis], read: Reader = evidence.study
) -> list[str]:
    """Return what is wrong with the table: lines without a claim, claims without a line, names."""
    advice = Counter(claim.advice for claim in claims)
    found = [f"{BASES}: no line for the claim {one!r}" for one in advice if one not in bases]
    found += [f"{BASES}: no lesson claims {one!r}" for one in bases if one not in advice]
    found += [f"{one!r} is claimed {n} times" for one, n in advice.items() if n > 1]
    for basis in bases.values():
        if basis.basis in (LESSON, ARGUED):
            if basis.study or basis.comparison or basis.sense:
                found.append(f"{BASES}: {basis.advice!r} rests on no study, so it names none")
        elif basis.basis != STUDY or basis.sense not in (SAME, OPPOSITE):
            found.append(f"{BASES}: {basis.advice!r} has an unknown basis or sense")
        else:
            try:
                read(basis.study).verdict_on(basis.comparison)
            except ValueError as error:
                found.append(f"{BASES}: {basis.advice!r}: {error}")
    return found


def contradicted(
    claims: Iterable[Claim], bases: dict[str, Basis], read: Reader = evidence.study
) -> list[str]:
    """Return the claims whose finished study says otherwise."""
    found = []
    for claim in claims:
        basis = bases[claim.advice]
        said = basis.verdict(read) if basis.basis == STUDY else None
        if said not in (None, claim.verdict):
            found.append(
                f"the lesson says {claim.verdict!r} of {claim.advice!r}, and the study "
                f"{basis.study!r}, {basis.comparison!r}, says {said!r}"
            )
    return found
