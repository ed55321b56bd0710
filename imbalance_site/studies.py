"""A page for each study of the laboratory: question, design, verdicts, pictures, how to rerun it.

All of it comes from the study's declaration and its result, so it changes as rows are finished.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib

from imbalance_builder.bibliography import escaped
from imbalance_evidence import STUDIES
from imbalance_evidence.study import Grid, Study, load_study
from imbalance_lab.claims import SIGNS
from imbalance_lab.evidence import Result, study
from imbalance_lab.evidence.data import REAL, parse
from imbalance_lab.evidence.picture import ANSWERS, in_order, interval_of, name_of, said, xlabel_of
from imbalance_lab.plots import house_style

NOT_SHOWN = "not shown"
#: A design names so many values of a column; of more it gives the number.
MOST_NAMED = 6
EXPECTS = {"no more": "no more", "no less": "no less", "same": "as much"}


def page_of(name: str, pictures: Path) -> str:
    """Return the page of one study in Markdown, and write its pictures.

    Parameters
    ----------
    name : str
        One of `imbalance_lab.evidence.studies`.
    pictures : Path
        Folder for the pictures, beside the page.
    """
    found, declared = study(name), load_study(name)
    done, runs = found.runs
    parts = [
        f"# {escaped(found.question)}",
        _background(name),
        f"Of {runs:,} runs that the study `{name}` declares, {done:,} are done. How a trial is "
        "made fair and how a verdict comes about is told in [How we test "
        "advice](../docs/laboratory.md).",
        "## Design",
        _design(declared),
        "## What came out",
    ]
    parts += [_comparison(found, comparison, pictures) for comparison in found.comparisons]
    parts += [
        f"(rerun-{name})=\n## Run it again",
        rerun_of(name),
        "## The declaration",
        _declaration(name),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _background(name: str) -> str:
    """Return what a study's module says below its question."""
    words = ast.get_docstring(ast.parse((STUDIES / f"{name}.py").read_text(encoding="utf-8")))
    return (words or "").partition("\n")[2].strip()


def _design(declared: Study) -> str:
    """Return the runs that are declared: a list entry for each grid."""
    lines = [f"Rows are made by `{declared.protocol}`."]
    lines += [f"- {_grid(grid)}" for grid in declared.grids]
    return "\n".join([lines[0], "", *lines[1:]])


def _grid(grid: Grid) -> str:
    """Return one grid in words; what stands at one value of no interest is left to the code."""
    columns = []
    for column, values in grid.columns.items():
        if len(values) > MOST_NAMED:
            columns.append(f"{len(values)} values of *{_words(column)}*")
        elif values != (None,):
            named = ", ".join(f"`{value}`" for value in values)
            columns.append(f"*{_words(column)}* {named}")
    return f"{len(grid.cells()):,} cells, {grid.repeats} repeats each: {'; '.join(columns)}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _comparison(found: Result, name: str, pictures: Path) -> str:
    """Return one piece of advice with its verdict and, once rows are there, picture and table."""
    facts = found.facts(name)
    parts = [
        f"({found.name}-{name})=\n### {escaped(facts['advice'])}",
        verdict_of(facts),
        f"Compared is {escaped(xlabel_of(facts))}. The advice expects *{_expectation(facts)}*; "
        f"differences within ±{_margin(facts)} do not matter.",
    ]
    if has_numbers(facts):
        parts += [picture_of(found.name, name, pictures), _table(facts)]
    return "\n\n".join(parts)


def _expectation(facts: Mapping[str, Any]) -> str:
    return f"{EXPECTS.get(facts['expects'], facts['expects'])} {_words(facts['measure'])}"


def _margin(facts: Mapping[str, Any]) -> str:
    return f"{facts['margin']:.0%}" if facts["relative"] else f"{facts['margin']:g}"


def has_numbers(facts: Mapping[str, Any]) -> bool:
    """Return whether a comparison has an interval to draw."""
    return any("mean" in condition for condition in facts["conditions"])


def verdict_of(facts: Mapping[str, Any]) -> str:
    """Return a verdict with what it rests on, in a sentence or two."""
    verdict, (done, expected) = facts["verdict"], facts["pairs"]
    if not facts["finished"]:
        count = f"{done:,} of {expected:,}" if done else f"none of {expected:,}"
        return (
            f"{SIGNS[verdict]} **Not shown yet**: {count} pairs of runs are done, and a verdict "
            "waits for all of them."
        )
    said = f"{SIGNS[verdict]} **{verdict.capitalize()}.**"
    if "mean" in facts["overall"]:
        said += f" The mean over all conditions is {_interval(facts['overall'])}."
    if verdict == NOT_SHOWN:
        return f"{said} The intervals are too wide to tell."
    return f"{said} {_conditions(facts)}" if verdict == "holds only if" else said


def _conditions(facts: Mapping[str, Any]) -> str:
    """Return under which conditions the advice was right, and under which it was not."""
    sentences = []
    for answer, words in (("yes", "It holds"), ("no", "It does not hold")):
        where = [c["where"] for c in in_order(facts["conditions"]) if c["answer"] == answer]
        if where:
            sentences.append(f"{words}: {escaped('; '.join(said(name_of(w)) for w in where))}.")
    return " ".join(sentences)


def _interval(condition: Mapping[str, Any]) -> str:
    return escaped(f"{interval_of(condition):+.3f}")


@cache
def picture_of(name: str, comparison: str, pictures: Path) -> str:
    """Write the picture of a comparison as SVG; return the Markdown that shows it."""
    made = study(name).plot(comparison)
    assert made.figure is not None
    file = pictures / f"{name}-{comparison}.svg"
    # The same figure gives the same bytes: no date, and names that are not drawn at random.
    with house_style(), matplotlib.rc_context({"svg.hashsalt": file.stem}):
        made.figure.savefig(file, metadata={"Date": None, "Creator": None})
    return f"![{escaped(made.alt)}](/studies/{pictures.name}/{file.name})"


def _table(facts: Mapping[str, Any]) -> str:
    """Return the conditions, their intervals and what each says."""
    lines = ["| condition | difference | n | answer |", "| --- | ---: | ---: | --- |"]
    for condition in in_order(facts["conditions"]):
        number = _interval(condition) if "mean" in condition else "too few"
        answer = ANSWERS[condition["answer"]]
        label = escaped(said(name_of(condition["where"])))
        lines.append(f"| {label} | {number} | {condition['n']} | {answer} |")
    if "mean" in facts["overall"] and len(facts["conditions"]) > 1:
        everywhere = facts["overall"]
        answer = ANSWERS[everywhere["answer"]]
        lines.append(f"| all together | {_interval(everywhere)} | | {answer} |")
    return "\n".join(lines)


def rerun_of(name: str) -> str:
    """Return how to run a whole study again, and one row of it."""
    cell, repeat = _example(load_study(name))
    call = ",\n".join(f"        {column!r}: {value!r}" for column, value in cell.items())
    return (
        f"In a clone of the course, `make evidence STUDY={name}` runs what is not finished. One "
        "run, here and now, with whatever you want to change:\n\n"
        "```python\nfrom imbalance_lab.evidence import study\n\n"
        f"study({name!r}).rerun(\n    {{\n{call},\n        'repeat': {repeat},\n    }}\n)\n```"
    ).replace("'", '"')


def _example(declared: Study) -> tuple[dict[str, Any], int]:
    """Return a run on simulated data, which needs no further package, if there is one."""
    simulated = (run for run in declared.runs() if not _real(run[0]))
    return next(simulated, declared.runs()[0])


def _real(cell: Mapping[str, Any]) -> bool:
    return "data" in cell and parse(cell["data"])[0] in REAL


def _declaration(name: str) -> str:
    """Return the study's own code, as it stands in the repository."""
    return f"```{{literalinclude}} /studies/code/{name}.py\n:language: python\n```"
