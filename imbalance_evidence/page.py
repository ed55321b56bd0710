"""The tables of docs/laboratory.md, from the studies, the real sets and the rule itself.

`python -m imbalance_evidence page` writes them between the page's marks, so that no number of the
page is typed by hand.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable

from imbalance_evidence import ROOT
from imbalance_evidence.families import TABLE
from imbalance_evidence.study import load_study, study_names
from imbalance_evidence.verdicts import DOES_NOT_HOLD, HOLDS, NOT_SHOWN, ONLY_IF, simulate
from imbalance_lab.evidence import Result, studies, study

QUESTIONS = ROOT / "evidence" / "questions.csv"
ARGUMENTS = ROOT / "evidence" / "arguments.csv"
PAGE = ROOT / "docs" / "laboratory.md"
_MARKED = re.compile(r"(<!-- (\w+): .*? -->\n).*?(<!-- end -->)", re.DOTALL)
#: What is true of each condition, and what to call it.
_TRUTHS: list[tuple[str, list[float]]] = [
    ("nothing anywhere", [0.0] * 20),
    ("exactly the margin, everywhere", [0.02] * 20),
    ("twice the margin everywhere", [0.04] * 20),
    ("twice the margin in half, nothing in half", [0.04] * 10 + [0.0] * 10),
    ("harm of the margin everywhere", [-0.02] * 20),
]


def _table(head: list[str], lines: list[list[str]], right: int = 0) -> str:
    """Return a Markdown table whose last columns, `right` of them, hold numbers."""
    rule = ["---"] * (len(head) - right) + ["---:"] * right
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, rule, *lines])


def real_sets_table() -> str:
    """Return the table of real sets with their sources and licences."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    names = ["name", "family", "source", "licence", "confirmed", "rows", "columns", "positives"]
    lines = [[f"`{row['name']}`", *(row[name] for name in names[1:])] for row in rows]
    return _table(names, lines, right=3)


def power_table() -> str:
    """Return how often the rule of verdicts says what, where the truth is known."""
    lines = []
    for truth, effects in _TRUTHS:
        for sd, repeats in ((0.02, 20), (0.04, 20), (0.02, 4)):
            found = simulate(effects, sd, repeats, margin=0.02, expects="more")
            shares = [f"{found[v]:.3f}" for v in (HOLDS, ONLY_IF, DOES_NOT_HOLD, NOT_SHOWN)]
            lines.append([truth, f"{sd:g}", str(repeats), *shares])
    head = ["true difference", "sd", "repeats", HOLDS, ONLY_IF, DOES_NOT_HOLD, NOT_SHOWN]
    return _table(head, lines, right=6)


def studies_table() -> str:
    """Return the studies, their sizes and how far they are."""
    lines = []
    for name in study_names():
        declared = load_study(name)
        found = study(name) if name in studies() else None
        done, runs = found.runs if found else (0, len(declared.runs()))
        lines.append([f"`{name}`", declared.question, str(runs), f"{done / runs:.0%}"])
    return _table(["study", "question", "rows", "run"], lines, right=2)


def verdicts_table() -> str:
    """Return every comparison with its advice, margin and verdict."""
    lines = []
    for name in studies():
        found = study(name)
        for comparison in found.comparisons:
            lines.append(_verdict_line(found, comparison))
    return _table(["study", "advice", "expects", "margin", "yes/no/open", "verdict"], lines)


def _verdict_line(found: Result, comparison: str) -> list[str]:
    facts = found.facts(comparison)
    answers = [condition["answer"] for condition in facts["conditions"]]
    counts = "/".join(str(answers.count(answer)) for answer in ("yes", "no", "open"))
    margin = f"{facts['margin']:.0%}" if facts["relative"] else f"{facts['margin']:g}"
    expects = f"{facts['expects']} {facts['measure'].replace('_', ' ')}"
    return [f"`{found.name}`", facts["advice"], expects, margin, counts, facts["verdict"]]


def questions_table() -> str:
    """Return what the course's first version said, its doubter, the study, and who was right."""
    with QUESTIONS.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    lines = []
    for row in rows:
        found = study(row["study"]) if row["study"] in studies() else None
        said = found.verdict_on(row["comparison"]) if found else NOT_SHOWN
        settled_by = f"`{row['study']}`, {row['comparison']}"
        lines.append([row["finding"], row["said"], row["doubt"], settled_by, said, row["settled"]])
    head = ["", "the first version said", "a reader objected", "study and comparison", "verdict"]
    return _table([*head, "the objection was"], lines)


def arguments_table() -> str:
    """Return the objections that no study has to settle, and what settles them."""
    with ARGUMENTS.open(encoding="utf-8", newline="") as stream:
        lines = [list(row.values()) for row in csv.DictReader(stream)]
    head = ["", "the first version said", "a reader objected", "what settles it"]
    return _table(head, lines)


TABLES: dict[str, Callable[[], str]] = {
    "sets": real_sets_table,
    "power": power_table,
    "studies": studies_table,
    "verdicts": verdicts_table,
    "questions": questions_table,
    "arguments": arguments_table,
}


def filled(text: str) -> str:
    """Return the page with all its tables made anew."""
    return _MARKED.sub(lambda m: f"{m[1]}\n{TABLES[m[2]]()}\n\n{m[3]}", text)


def write_page() -> None:
    """Write the page's tables again."""
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
