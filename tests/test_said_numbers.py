"""A measured number in the text that follows an output is one that the reader has just seen."""

from __future__ import annotations

import re
from collections.abc import Iterator

import nbformat
import pytest
from nbformat import NotebookNode
from released import ROOT
from written import is_written_as

from imbalance_lab.evidence import study

NOTEBOOKS = sorted(path.relative_to(ROOT) for path in ROOT.glob("solutions/*/*.ipynb"))
ANY = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d*\.?\d+")
# A share, a difference, a probability; counts are often those of a task. 95% is the confidence.
MEASURED = re.compile(r"(?<![\w.,])(?!95%)(?:\d+\.\d+%?|\d+%)(?![\w%]|\.\d)")
NOT_SAID = re.compile(r"\$[^$]*\$|`[^`]*`|\]\([^)\"]*(?:\"[^\"]*\")?\)")  # formula, code, link
SUBTRACTED = re.compile(r"− (\d[\d.]*)")  # a picture of "ROC AUC − 0.5" shows 0.62 at 0.12
STUDY = re.compile(r"""(?:(\w+) = )?study\(["'](\w+)["']\)""")
NAMED = re.compile(r"""["']([\w-]+)["']""")
# Quoted from a comparison whose picture the notebook does not show.
QUOTED = {
    "ensembles-and-extremes": {"0.09": "sizes/default"},
    "ensembles-and-extremes-deeper": {"0.27": "ensembles/rusboost-ranks-forest"},
    "honest-validation": {
        "7%": "folds/spread-ap",
        **dict.fromkeys(("0.006", "0.009", "0.021"), "backtests/nearest"),
    },
}
# Not measured: worked out in the text, agreed on, or supposed.
WORKED_OUT = {
    "calibration-deeper": {"0.7", "2.7", "0.8"},  # events per parameter; percentage points
    "class-weights-deeper": {"1.9"},  # a version
    "ensembles-and-extremes": {"0.2012", "0.1995", "0.38", "0.96"},  # of 59, 60 and 5 positives
    "ensembles-and-extremes-deeper": {"0.5"},  # the score of an average point
    "focal-loss": {"0.105", "0.001"},  # the logarithm of 0.9, and a hundredth of it
    "focal-loss-deeper": {"15%"},  # where the slopes of both classes are equal
    "honest-validation": {"0.25"},  # what an exact answer is worth
    "smote-deeper": {"0.4"},  # a thing that cannot be
}


def values(text: str) -> set[float]:
    """Return all numbers of a text, without their signs."""
    return {float(number.replace(",", "")) for number in ANY.findall(text.replace("_", ""))}


def measured(name: str, comparison: str, *, cells: bool = False) -> set[float]:
    """Return means, bounds and the margin of a comparison, and what its single data sets gave."""
    facts = study(name).facts(comparison)
    parts = [facts["overall"], *facts["conditions"]]
    parts += [cell for part in facts["conditions"] if cells for cell in part["cells"]]
    found = {abs(part[key]) for part in parts for key in ("mean", "low", "high") if key in part}
    return found | {facts["margin"]}


def pictured(names: set[str], source: str) -> set[float]:
    """Return what the comparisons measured that a cell's code names."""
    named = set(NAMED.findall(source))
    pairs = [(name, one) for name in names for one in named & set(study(name).comparisons)]
    return {value for pair in pairs for value in measured(*pair)}


def shown(cell: NotebookNode) -> str:
    """Return what a code cell prints, and what its pictures say in words."""
    outputs = cell.get("outputs", [])
    return "\n".join(o.get("text") or o.get("data", {}).get("text/plain", "") for o in outputs)


def is_near(said: str, seen: set[float], subtracted: set[float]) -> bool:
    """Return whether a number is one of those seen, at the digits with which it is said."""
    moved = {base + sign * one for base in subtracted for one in seen for sign in (1, -1)}
    ways = {said, said.rstrip("%")}  # what is seen may be a share, or per cent already
    return any(is_written_as(way, one) for way in ways for one in seen | moved)


def unseen(cells: list[NotebookNode]) -> Iterator[str]:
    """Return the numbers of first paragraphs after an output that nothing above them shows."""
    opening: set[float] = set()
    seen: set[float] = set()
    subtracted: set[float] = set()
    studies: dict[str, str] = {}
    output, ran = "", False
    for cell, after in zip(cells, [*cells[1:], NotebookNode(source="")], strict=True):
        if "solution" in cell.metadata.get("nbgrader", {}) and cell.metadata.nbgrader.solution:
            continue
        if cell.cell_type == "code":
            studies |= {variable or name: name for variable, name in STUDY.findall(cell.source)}
            used = {name for variable, name in studies.items() if variable in cell.source}
            output, ran = shown(cell), True
            seen |= values(cell.source) | values(output) | pictured(used, cell.source)
            subtracted |= {float(base) for base in SUBTRACTED.findall(output)}
            continue
        text = NOT_SAID.sub("", cell.source)
        if re.match("##? ", text):
            opening, seen, subtracted = opening or (seen if ran else set()), set(), set()
        elif output:
            first = text.split("\n\n")[0]
            known = seen | values(after.source) | (opening if "opening" in first else set())
            yield from (n for n in MEASURED.findall(first) if not is_near(n, known, subtracted))
        seen |= values(text)
        output = ""


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_measured_number_in_the_text_after_an_output_stands_in_it(notebook) -> None:
    cells = nbformat.read(ROOT / notebook, as_version=4).cells
    quoted = QUOTED.get(notebook.stem, {})
    assert set(unseen(cells)) == quoted.keys() | WORKED_OUT.get(notebook.stem, set())
    for number, source in quoted.items():
        assert is_near(number, measured(*source.split("/"), cells=True), set()), (number, source)


def test_a_number_that_an_output_does_not_show_is_found() -> None:
    def read(*sources: str) -> list[str]:
        cells = [nbformat.v4.new_markdown_cell("## A section"), nbformat.v4.new_code_cell("f()")]
        cells[1].outputs = [nbformat.v4.new_output("stream", text="It gave 0.1234 and 40%.")]
        return list(unseen([*cells, *map(nbformat.v4.new_markdown_cell, sources)]))

    assert read("It gave 0.12, which is 12.3%, in 40% of $0.7$ and `0.8`.\n\nElsewhere 0.9.") == []
    assert read("It gave 0.13 in 41%.") == ["0.13", "41%"]
