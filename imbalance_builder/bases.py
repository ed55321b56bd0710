"""What each piece of advice on the page of claims rests on: study, lesson, definition or argument.

The table ``evidence/claims.csv`` has one line for each claim of the lessons. A claim that a study
settles names the comparison, and whether the advice says the same as the comparison or the
opposite. Once all rows of the study are there, the claim's verdict has to be the study's. What else
was compared that bears on the advice, for it or against it, is named beside it and told as well, so
that no comparison is picked for what it says.

A claim that only a lesson's own cells measure has a margin too, and one of its intervals has to lie
beyond it or within it; else the advice is not shown. What follows from definitions needs neither.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imbalance_builder.bibliography import escaped
from imbalance_lab import evidence
from imbalance_lab.claims import VERDICTS, Claim
from imbalance_lab.evidence.picture import interval_of

BASES = "evidence/claims.csv"
STUDY, LESSON, DERIVED, ARGUED = "study", "lesson", "derived", "argued"
SAME, OPPOSITE = "same", "opposite"
HOLDS, ONLY_IF, DOES_NOT_HOLD, NOT_SHOWN = VERDICTS
_MIRRORED = {HOLDS: DOES_NOT_HOLD, DOES_NOT_HOLD: HOLDS}
_MARGIN = re.compile(r"([\d.]+)(%?) \S.*")
_INTERVAL = re.compile(r"\[([-+]?[\d.]+)(%?), ([-+]?[\d.]+)%?\]")

Reader = Callable[[str], evidence.Result]


@dataclass(frozen=True)
class Basis:
    """What a claim rests on.

    Attributes
    ----------
    advice : str
        Of the claim, word for word.
    basis : {"study", "lesson", "derived", "argued"}
    study, comparison : str
        Names, for a study. Advice of several parts names a comparison for each, with spaces.
    sense : {"same", "opposite", ""}
        How the claim's advice relates to the comparison's.
    beside : str
        Further comparisons that bear on it, such as ``"folds/spread-ap choices/f1"``.
    again : str
        Other advice of the table, word for word, that this one only repeats; it counts once.
    margin : str
        For a lesson's cells: the smallest difference that matters and of what, such as "0.02 F1".
    """

    advice: str
    basis: str
    study: str = ""
    comparison: str = ""
    sense: str = ""
    beside: str = ""
    again: str = ""
    margin: str = ""

    def named(self) -> Iterator[tuple[str, str]]:
        """Return the study and comparison of each name beside it; the second is "" if none is."""
        for name in self.beside.split():
            study, _, comparison = name.partition("/")
            yield study, comparison

    def verdict(self, read: Reader = evidence.study) -> str | None:
        """Return the study's verdict on the claim's advice, or None while it is not finished."""
        found, parts = read(self.study), self.comparison.split()
        if not all(found.facts(one)["finished"] for one in parts):
            return None
        return joint([self._turned(found.verdict_on(one)) for one in parts])

    def _turned(self, said: str) -> str:
        return _MIRRORED.get(said, said) if self.sense == OPPOSITE else said

    def told(self, read: Reader = evidence.study) -> str:
        """Return the sentences of the page that say what the claim rests on."""
        repeats = [f"Says again: “{self.again}” It is counted once."] if self.again else []
        return " ".join([*repeats, self._own(read), *self._others(read)])

    def _own(self, read: Reader) -> str:
        if self.basis == LESSON:
            nothing = "" if self.beside else "; no study of the laboratory tests it"
            return (
                f"Measured in this notebook only{nothing}. The smallest difference that matters, "
                f"named after its cells had run: {self.margin}."
            )
        if self.basis == DERIVED:
            return "Follows from definitions; the numbers are the lesson's own, as an example."
        if self.basis == ARGUED:
            return "Rests on an argument; it was not measured."
        parts, found = self.comparison.split(), read(self.study)
        name, said = f"Study: [`{self.study}`](laboratory.md)", self.verdict(read)
        if said is None:
            told = "not finished, so the verdict above is the lesson's alone"
            return f"{name}, {' and '.join(parts)}: {told}."
        each = "; ".join(
            f"{part}: {self._turned(found.verdict_on(part))}{numbers_of(found.facts(part))}"
            for part in parts
        )
        turned = " It tests the opposite advice." if self.sense == OPPOSITE else ""
        together = f" Together: {said}." if len(parts) > 1 else ""
        return f"{name}, {each}.{turned}{together}"

    def _others(self, read: Reader) -> Iterator[str]:
        waiting = []
        for study, comparison in self.named():
            facts = read(study).facts(comparison)
            if not facts["finished"]:
                waiting.append(f"[`{study}`](laboratory.md), {comparison}")
                continue
            yield (
                f"Beside it, [`{study}`](laboratory.md), {comparison} (“{facts['advice']}”): "
                f"{facts['verdict']}{numbers_of(facts)}."
            )
        if waiting:
            yield f"Bearing on it and not finished: {'; '.join(waiting)}."


def joint(verdicts: Iterable[str]) -> str:
    """Return the verdict on advice of several parts, by the rule that joins conditions.

    It holds only if ..., where yes and no were both said; it is not shown where a part is not.
    """
    said = set(verdicts)
    if ONLY_IF in said or {HOLDS, DOES_NOT_HOLD} <= said:
        return ONLY_IF
    return NOT_SHOWN if NOT_SHOWN in said else said.pop()


def numbers_of(facts: dict[str, Any]) -> str:
    """Return what a comparison's verdict was drawn from, as a text in parentheses.

    The mean difference over all conditions with its interval, the margin, how many conditions said
    what, and whether they are simulated or real sets.
    """
    overall, kind = facts["overall"], ".0%" if facts["relative"] else ".3f"
    if "mean" not in overall:
        return ""
    interval = escaped(format(interval_of(overall), f"+{kind}"))
    margin = f"{facts['margin']:.0%}" if facts["relative"] else f"{facts['margin']:g}"
    said = Counter(condition["answer"] for condition in facts["conditions"])
    counts = ", ".join(f"{said[answer]} {answer}" for answer in ("yes", "no", "open"))
    sources = [c["n"] for c in facts["conditions"] if c["unit"] == "family"]
    data = f"with {max(sources)} sources of real sets" if sources else "all simulated"
    measure = facts["measure"].replace("_", " ")
    return f" ({measure} {interval}, margin {margin}; conditions: {counts}; {data})"


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
        named = list(basis.named())
        if bool(_MARGIN.fullmatch(basis.margin)) != (basis.basis == LESSON):
            found.append(f"{BASES}: {basis.advice!r} has a margin if lessons' cells are its basis")
        if basis.basis in (LESSON, DERIVED, ARGUED):
            if basis.study or basis.comparison or basis.sense:
                found.append(f"{BASES}: {basis.advice!r} rests on no study, so it names none")
        elif basis.basis != STUDY or basis.sense not in (SAME, OPPOSITE):
            found.append(f"{BASES}: {basis.advice!r} has an unknown basis or sense")
        else:
            named += [(basis.study, part) for part in basis.comparison.split() or [""]]
        if basis.again and (basis.again not in bases or bases[basis.again].again):
            found.append(f"{BASES}: {basis.advice!r} repeats no other advice: {basis.again!r}")
        for study, comparison in named:
            try:
                if not comparison:
                    raise ValueError(f"no comparison of {study!r} is named, as in folds/empty")
                read(study).verdict_on(comparison)
            except ValueError as error:
                found.append(f"{BASES}: {basis.advice!r}: {error}")
    return found


def answers(because: str, margin: str) -> list[str]:
    """Return what each interval of a text says of a margin: "beyond", "within" or "open"."""
    match = _MARGIN.fullmatch(margin)
    smallest = float(match[1]) / (100 if match[2] else 1) if match else float("nan")
    said = []
    for low, percent, high in _INTERVAL.findall(because.replace("−", "-")):
        ends = [float(end) / (100 if percent else 1) for end in (low, high)]
        beyond = ends[0] > smallest or ends[1] < -smallest
        within = -smallest < ends[0] and ends[1] < smallest
        said.append("beyond" if beyond else "within" if within else "open")
    return said


def undecided(claims: Iterable[Claim], bases: dict[str, Basis]) -> list[str]:
    """Return the claims with a verdict that no interval of the lesson's own cells decides."""
    return [
        f"{claim.advice!r} {claim.verdict}, but no interval decides it by {margin!r}"
        for claim in claims
        if (margin := bases[claim.advice].margin) and claim.verdict != NOT_SHOWN
        if not {"beyond", "within"} & set(answers(claim.because, margin))
    ]


def contradicted(
    claims: Iterable[Claim], bases: dict[str, Basis], read: Reader = evidence.study
) -> list[str]:
    """Return the claims whose finished study, or whose other entry, says otherwise."""
    found, claims = [], list(claims)
    verdicts = {claim.advice: claim.verdict for claim in claims}
    for claim in claims:
        basis = bases[claim.advice]
        if basis.again and verdicts[basis.again] != claim.verdict:
            found.append(
                f"{claim.advice!r} has not the verdict of {basis.again!r}, which it repeats"
            )
        said = basis.verdict(read) if basis.basis == STUDY else None
        if said not in (None, claim.verdict):
            found.append(
                f"the lesson says {claim.verdict!r} of {claim.advice!r}, and the study "
                f"{basis.study!r}, {basis.comparison!r}, says {said!r}"
            )
    return found
