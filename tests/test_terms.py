"""What a link to the glossary says of its term, in the notebook itself."""

from __future__ import annotations

import re

import nbformat
import pytest
from released import ROOT

from imbalance_builder.course import Course
from imbalance_builder.terms import LINK, explain_terms, meanings

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


def test_a_term_that_cannot_be_said_stays_a_plain_link():
    source = "[a](../../docs/glossary.md#a) and [b](../../docs/glossary.md#b)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(source)])
    explain_terms(notebook, {"a": "The first."})
    said = '[a](../../docs/glossary.md#a "The first.") and [b](../../docs/glossary.md#b)'
    assert notebook.cells[0].source == said


@pytest.mark.parametrize("lesson", Course(ROOT).lessons(), ids=str)
def test_every_lesson_says_its_terms(lesson):
    text = "\n".join(c.source for c in nbformat.read(lesson.release, as_version=4).cells)
    assert ".md#" in text
    assert [anchor for _, anchor in LINK.findall(text) if anchor in SAID] == []
