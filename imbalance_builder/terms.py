"""What a link leads to, said where a reader points at it, wherever the notebook lies.

A notebook that was mailed, fetched or uploaded has none of the course around it, and its links lead
nowhere. Their titles come along: what a term means, a reference in full, the title of a lesson.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from itertools import takewhile
from pathlib import Path

from nbformat import NotebookNode

from imbalance_builder.bibliography import REFERENCES, read_references
from imbalance_builder.course import Course
from imbalance_builder.links import TITLE

GLOSSARY = Path("docs", "glossary.md")
# A link that says by its words or its title where it leads needs no more.
LINK = re.compile(r"\[(?P<words>[^\[\]]+)(?P<link>\]\((?:\.\./)+(?P<target>[^()\s\"]+))\)")
PAGES = {"docs/laboratory.md": "How we test advice: the studies behind the verdicts."}
ENTRY = re.compile(r"^## (.+)\n\n((?:.+\n)+)", re.MULTILINE)
SEE = re.compile(r"See \[.+\]\(#(.+)\)\.")
WORDS = re.compile(r"\[([^\]]+)\]\([^)]+\)")
FORMULA = re.compile(r"\$([^$]*)\$")
# Formulas that a sentence can do without: one between commas, one at the end, a name in passing.
SPARE = (
    r", \$[^$]*\$(?=,)",
    r"[,:] \$[^$]*\$.*?(?=;|\.(?: |$))",
    r" \$\w_(?:\w|\{\w+\})(?: = [^$]*)?\$",
)
SYMBOLS = {r"\pi": "π", r"\gamma": "γ", r"\alpha": "α", r"\lambda": "λ", r"\le": "≤", r"\cdot": "·"}


def meanings(root: Path) -> dict[str, str]:
    """Return by anchor what each entry of the glossary says, as plain text.

    An entry ends before the first sentence whose formula plain text cannot say; one that begins
    with such a sentence is left out.
    """
    page = root / GLOSSARY
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    entries = {name.replace(" ", "-"): entry.strip() for name, entry in ENTRY.findall(text)}
    for anchor, entry in entries.items():
        if (see := SEE.fullmatch(entry)) and see[1] in entries:
            entries[anchor] = entries[see[1]]
    plain = {anchor: _plain(entry) for anchor, entry in entries.items()}
    return {anchor: said for anchor, said in plain.items() if said}


def titles(root: Path) -> dict[str, str]:
    """Return what is to be said of each place of the course to which a lesson may lead.

    The places are as links name them, without what leads up: ``docs/glossary.md#recall``,
    ``docs/bibliography.md#elkan2001``, ``09-thresholds/thresholds.ipynb``.
    """
    said = {f"{GLOSSARY.as_posix()}#{anchor}": text for anchor, text in meanings(root).items()}
    bib = root / REFERENCES
    if bib.exists():
        said |= _references(bib, bib.stat().st_mtime_ns)
    for lesson in Course(root).lessons():
        if title := TITLE.search(lesson.source.read_text(encoding="utf-8")):
            said[f"{lesson}.ipynb"] = title[1].strip()
    return said | PAGES


@functools.lru_cache(maxsize=4)
def _references(path: Path, changed: int) -> dict[str, str]:
    entries = read_references(path).items()
    return {f"docs/bibliography.md#{key}": one.plain.replace('"', "”") for key, one in entries}


def explain_links(notebook: NotebookNode, said: Mapping[str, str]) -> None:
    """Give each link to another place of the course a title that says what is there."""

    def with_title(link: re.Match[str]) -> str:
        place, words = link["target"], link["words"]
        title = said.get(place) or said.get(place.partition("#")[0])
        if title is None and place.startswith(f"{GLOSSARY.as_posix()}#"):
            title = f"{place.partition('#')[2].replace('-', ' ')}: a formula, in the glossary."
        return link[0] if title in (None, words) else f'[{words}{link["link"]} "{title}")'

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(with_title, cell.source)


def _plain(entry: str) -> str:
    """Return an entry without markup."""
    text = WORDS.sub(r"\1", " ".join(entry.split()))
    text = FORMULA.sub(lambda found: _said(found[1]), text).replace('"', "”")
    for spare in SPARE:
        text = re.sub(spare, "", text)
    sentences = re.split(r"(?<=[.?!]) (?=[A-Z])", re.sub(r"[*`]", "", text))
    said = list(takewhile(lambda sentence: "$" not in sentence, sentences))
    return " ".join(said)


def _said(formula: str) -> str:
    """Return a formula as plain text, between dollars if it cannot be said so."""
    for command, symbol in SYMBOLS.items():
        formula = re.sub(re.escape(command) + r"(?![A-Za-z])", symbol, formula)
    return f"${formula}$" if re.search(r"[\\^_{}]", formula) else formula
