"""Each reference is written in full once, in docs/references.bib, and cited as it stands there."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

import pytest
from pybtex.database import Entry, parse_file
from pybtex.richtext import Text
from released import ROOT

from imbalance_builder.source import read_source

FILE = ROOT / "docs" / "references.bib"
ENTRIES: dict[str, Entry] = dict(parse_file(str(FILE)).entries.items())
LESSONS = sorted((ROOT / "solutions").glob("*/*.py"))

# - Elkan (2001). [*The foundations of ...*](../../docs/bibliography.md#elkan2001): why to read it.
ITEM = re.compile(
    r"(?P<who>[^()]+) \((?P<year>\d{4})\)\. "
    r"\[\*(?P<title>[^*]+)\*\]\(\.\./\.\./docs/bibliography\.md#(?P<key>[^()\s]+)\)(: .+)?\."
)
# Saito & Rehmsmeier, 2015) and Wang (2020) and Wilson's interval (1927) and Lin and others, 2017,
CITATION = re.compile(
    r"(?P<name>[A-Z][\w-]+)(?:'s \w+)?"
    r"(?: (?:and|&) (?:others|co-authors|[A-Z][\w-]+)| et al\.)?,? \(?(?P<year>(?:19|20)\d\d)[),;]"
)


def surnames(entry: Entry) -> list[str]:
    return [
        " ".join(str(part) for part in (*person.rich_prelast_names, *person.rich_last_names))
        for person in entry.persons["author"]
    ]


def short(entry: Entry) -> str:
    """Return the authors as a reading list names them: A; A & B; A et al."""
    names = surnames(entry)
    return f"{names[0]} et al." if len(names) > 2 else " & ".join(names)


def title(entry: Entry) -> str:
    """Return the title without the braces and backslashes that BibTeX needs."""
    return str(Text.from_latex(entry.fields["title"]))


@cache
def reading_list(lesson: Path) -> tuple[str, list[str]]:
    """Return a lesson's text on one line without its reading list, and the list's items."""
    cells = [cell.source for cell in read_source(lesson).cells if cell.cell_type == "markdown"]
    text = "\n\n".join(cells)
    before, found, after = text.partition("## Further reading\n")
    items, _, rest = after.partition("\n\n**Next:**")
    assert found, f"{lesson.stem} has no reading list"
    return (
        " ".join(f"{before} {rest}".split()),
        [" ".join(item.split()) for item in re.split(r"^- ", items.strip(), flags=re.M)[1:]],
    )


def listed(lesson: Path) -> list[str]:
    """Return the keys of a lesson's reading list."""
    return [key for item in reading_list(lesson)[1] for key in re.findall(r"\.md#(\w+)\)", item)]


def claimed(lesson: Path) -> set[str]:
    """Return the keys that a lesson's claims give as their reference."""
    return set(re.findall(r'\breference="(\w+)"', lesson.read_text(encoding="utf-8")))


def each_lesson() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)


@pytest.mark.parametrize("key", ENTRIES)
def test_an_entry_says_who_what_when_and_where(key: str) -> None:
    entry = ENTRIES[key]
    assert entry.persons.get("author"), "no author"
    assert title(entry) == title(entry).strip() != ""
    assert re.fullmatch(r"(19|20)\d\d", entry.fields["year"])
    assert {"doi", "url", "eprint", "pages"} & set(entry.fields), "nothing to find it by"


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("doi", r"10\.\d{4,9}/[!-~]+"),
        ("url", r"https://[!-~]+"),
        ("eprint", r"\d{4}\.\d{4,5}"),
        ("pages", r"[\w:]+(--[\w:]+)?"),
        ("volume", r"\d+"),
        ("number", r"\d+(--\d+)?"),
    ],
)
def test_numbers_have_the_right_shape(name: str, shape: str) -> None:
    given = {key: entry.fields[name] for key, entry in ENTRIES.items() if name in entry.fields}
    assert given, f"no entry has a {name}"
    assert not {key: text for key, text in given.items() if not re.fullmatch(shape, text)}


def test_no_two_entries_are_the_same_work() -> None:
    for name in ("title", "doi", "url", "eprint"):
        given = [e.fields[name].lower() for e in ENTRIES.values() if name in e.fields]
        assert len(given) == len(set(given)), f"a {name} stands twice"


def test_the_file_is_in_order_of_the_keys() -> None:
    assert list(ENTRIES) == sorted(ENTRIES)


def test_keys_are_first_author_and_year() -> None:
    for key, entry in ENTRIES.items():
        if not entry.persons["author"][0].first_names:
            continue  # software has no first name: its key may end in the number of an issue
        name = unicodedata.normalize("NFKD", surnames(entry)[0]).lower()
        assert key == re.sub(r"[^a-z]", "", name) + entry.fields["year"]


@each_lesson()
def test_a_reading_list_says_what_the_entry_says(lesson: Path) -> None:
    items = reading_list(lesson)[1]
    assert items, "the reading list is empty"
    for item in items:
        found = ITEM.fullmatch(item)
        assert found, f"not of the usual form: {item}"
        assert found["key"] in ENTRIES, f"{FILE.name} has no {found['key']}"
        entry = ENTRIES[found["key"]]
        assert (found["who"], found["year"]) == (short(entry), entry.fields["year"])
        assert found["title"].replace("\\", "").lower() == title(entry).lower()
    assert len(listed(lesson)) == len(set(listed(lesson))), "something is listed twice"


@each_lesson()
def test_what_the_text_cites_is_in_the_reading_list(lesson: Path) -> None:
    entries = [ENTRIES[key] for key in listed(lesson)]
    known = {
        (word, entry.fields["year"])
        for entry in entries
        for name in surnames(entry)
        for word in name.split()
    }
    cited = {(c["name"], c["year"]) for c in CITATION.finditer(reading_list(lesson)[0])}
    assert cited <= known, f"cited and not listed: {cited - known}"


@each_lesson()
def test_what_explains_a_claim_is_in_the_reading_list(lesson: Path) -> None:
    assert claimed(lesson) <= set(listed(lesson))


def test_every_entry_is_cited() -> None:
    cited = {key for lesson in LESSONS for key in listed(lesson)}
    assert set(ENTRIES) <= cited, f"nobody cites {set(ENTRIES) - cited}"


@pytest.mark.parametrize(
    ("text", "name", "year"),
    [
        ("(Saito & Rehmsmeier, 2015)", "Saito", "2015"),
        ("Wang (2020) proves", "Wang", "2020"),
        ("Brown, Cai and DasGupta (2001)", "Cai", "2001"),
        ("Wilson's interval (1927):", "Wilson", "1927"),
        ("(Charoenphakdee and others, 2021, prove", "Charoenphakdee", "2021"),
        ("(McDermott et al., 2024)", "McDermott", "2024"),
        ("(ENN, Wilson 1972)", "Wilson", "1972"),
        ("(Zadrozny and Elkan 2002; `method`)", "Zadrozny", "2002"),
    ],
)
def test_citations_in_a_text_are_found(text: str, name: str, year: str) -> None:
    assert [(c["name"], c["year"]) for c in CITATION.finditer(text)] == [(name, year)]
