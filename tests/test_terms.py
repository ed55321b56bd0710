"""What a link says of the place to which it leads, in the notebook itself."""

from __future__ import annotations

import re

import nbformat
import pytest
from released import ROOT

from imbalance_builder.terms import PAGES, explain_links, meanings, titles

SAID = meanings(ROOT)


def test_most_terms_are_said_and_none_with_markup_or_half_a_sentence():
    entries = re.findall(r"^## (.+)$", (ROOT / "docs" / "glossary.md").read_text("utf-8"), re.M)
    assert len(SAID) > 0.9 * len(entries)
    for anchor, said in SAID.items():
        assert not re.search(r'[$"*`\\]|\]\(|,,|, ,|[:,]\.|\.\d\.$', said), (anchor, said)
        assert re.fullmatch(r"[A-Z0-9].{14,}[.?)]", said), (anchor, said)


@pytest.mark.parametrize(
    ("anchor", "said"),
    [
        ("f1", "The harmonic mean of precision and recall."),
        ("logit", "The logarithm of the odds."),
        ("cost-matrix", "What each of the four outcomes costs."),
        ("ap", SAID["average-precision"]),
    ],
)
def test_a_formula_that_plain_text_cannot_say_is_left_out_and_a_synonym_says_the_same(anchor, said):
    assert SAID[anchor].startswith(said)


@pytest.mark.parametrize(
    ("link", "title"),
    [
        ("[a](../../docs/glossary.md#a)", "The first."),
        ("[b](../../docs/glossary.md#b-c)", "b c: a formula, in the glossary."),
        ("[*On\ncosts*](../../docs/bibliography.md#elkan2001)", "C. Elkan. On costs."),
        ("[lesson 01](../01-one/one.ipynb)", "01 · One"),
        ("[a cell of it](../01-one/one.ipynb#quiz)", "01 · One"),
        ("[01 · One](../01-one/one.ipynb)", None),
        ("[all lessons](../../README.md)", None),
        ("[a page](https://example.org/docs/glossary.md#a)", None),
        ('[a](../../docs/glossary.md#a "Said already.")', None),
    ],
)
def test_a_link_says_what_its_words_do_not(link: str, title: str | None) -> None:
    said = {
        "docs/glossary.md#a": "The first.",
        "docs/bibliography.md#elkan2001": "C. Elkan. On costs.",
        "01-one/one.ipynb": "01 · One",
    }
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(f"x {link}, y")])
    explain_links(notebook, said)
    expected = link if title is None else f'{link[:-1]} "{title}")'
    assert notebook.cells[0].source == f"x {expected}, y"


def test_what_is_said_of_a_place_fits_into_a_links_title() -> None:
    said = titles(ROOT)
    assert set(PAGES) < set(said)
    assert [place for place, text in said.items() if set(text) & set('$"\\\n') or not text] == []
