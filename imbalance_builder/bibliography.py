"""Read ``docs/references.bib``, the one place where a reference is written in full."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pybtex.backends.markdown import Backend
from pybtex.backends.plaintext import Backend as PlainText
from pybtex.database import BibliographyData, Entry, parse_file
from pybtex.exceptions import PybtexError
from pybtex.style.formatting.unsrt import Style
from pybtex.style.template import field, sentence, tag

from imbalance_builder.course import BuildError

REFERENCES = "docs/references.bib"
# A key is a heading and an anchor: what GitHub and JupyterLab both leave as it is.
KEY = re.compile(r"[a-z][a-z0-9]*")
NEEDED = ("title", "year")
# Some old DOIs hold angle brackets, which may not stand in a link.
SAFE_IN_LINKS = ":/?#=&%;,+~@()"
MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|#~$])")


@dataclass(frozen=True)
class Reference:
    """One entry: how a text names it, and all that is needed to find it, in Markdown and plain."""

    label: str
    full: str
    plain: str


class _Titled(Style):  # type: ignore[misc]  # pybtex is untyped
    """The library's plain style, with titles in italics and in the author's own capitals."""

    def format_title(self, e: Entry, which_field: str, as_sentence: bool = True) -> Any:
        title = tag("em")[field(which_field)]
        return sentence[title] if as_sentence else title


class _Escaped(Backend):  # type: ignore[misc]  # pybtex is untyped
    """The library's Markdown, without a backslash before every dot and hyphen."""

    def format_str(self, text: str) -> str:
        return escaped(text)

    def format_href(self, url: str, text: str, external: bool = False) -> str:
        return str(super().format_href(quote(url, safe=SAFE_IN_LINKS), text))


def escaped(text: str) -> str:
    """Return plain text as Markdown that shows it on one line, in a table too."""
    return MARKDOWN.sub(r"\\\1", re.sub(r"\s+", " ", text)).replace("&", "&amp;")


def read_references(path: Path) -> dict[str, Reference]:
    """Return the references of a BibTeX file by key, in the order of the keys.

    Raises
    ------
    BuildError
        If the file is no BibTeX, or an entry lacks what a reader needs; the message lists all.
    """
    try:
        entries: BibliographyData = parse_file(str(path), bib_format="bibtex")
    except PybtexError as error:
        raise BuildError(f"{path.name}: {error}") from None
    problems = [f"{path.name}: {p}" for e in entries.entries.values() for p in _problems(e)]
    if problems:
        raise BuildError("\n".join(problems))
    ordered = [entries.entries[key] for key in sorted(entries.entries)]
    style = _Titled(abbreviate_names=True)
    try:
        texts = [
            [" ".join(e.text.render(one).split()) for one in (_Escaped(), PlainText())]
            for e in style.format_entries(ordered)
        ]
    except PybtexError as error:
        raise BuildError(f"{path.name}: {error}") from None
    return {
        entry.key: Reference(_label(entry), *text)
        for entry, text in zip(ordered, texts, strict=True)
    }


def _problems(entry: Entry) -> list[str]:
    """Return what is wrong with one entry."""
    missing = [name for name in NEEDED if not entry.fields.get(name)]
    if not entry.persons.get("author"):
        missing.append("author")
    found = [f"{entry.key} has no {name}" for name in missing]
    if not KEY.fullmatch(entry.key):
        found.append(f'the key "{entry.key}" needs lower-case letters and digits, as in elkan2001')
    return found


def _label(entry: Entry) -> str:
    """Return authors and year as a text names them, such as "Saito & Rehmsmeier (2015)"."""
    names = [
        " ".join(str(part) for part in (*person.rich_prelast_names, *person.rich_last_names))
        for person in entry.persons["author"]
    ]
    who = f"{names[0]} et al." if len(names) > 2 else " & ".join(names)
    return f"{who} ({entry.fields['year']})"
