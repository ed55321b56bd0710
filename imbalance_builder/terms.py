"""What a term means, said where a reader points at its link, wherever the notebook lies.

Links to the glossary lead nowhere from a notebook that was mailed, fetched or uploaded. Their
titles come along.
"""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path

from nbformat import NotebookNode

GLOSSARY = Path("docs", "glossary.md")
LINK = re.compile(r"(\]\((?:\.\./)+docs/glossary\.md#([^()\s]+))\)")
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


def explain_terms(notebook: NotebookNode, said: dict[str, str]) -> None:
    """Give each link to the glossary its term's meaning as its title."""

    def with_title(link: re.Match[str]) -> str:
        return f'{link[1]} "{said[link[2]]}")' if link[2] in said else link[0]

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
