"""What the stored outputs of all lessons say in numbers reads as a person would write it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import nbformat
import pytest
from released import ROOT

THINGS = "draws|flags|folds|frauds|negatives|positives|rows|runs|trees|values|walks"
# Also after an adjective, as in 1 false negatives; a ratio as 1:10 or a decimal is no count of one.
PLURAL_OF_ONE = re.compile(rf"(?<![\w.,:×=+−-])1 (?:[a-z]+ )?(?:{THINGS})\b")


def said(path: str) -> Iterator[str]:
    """Return what the code cells of a notebook print, and what their pictures say in words."""
    for cell in nbformat.read(ROOT / path, as_version=4).cells:
        for output in cell.get("outputs", []):
            yield output.get("text") or output.get("data", {}).get("text/plain", "")


@pytest.mark.parametrize("text", ["1 false negatives and", "There are 1 rows.", "1 trees: 5%"])
def test_a_plural_of_one_is_found(text):
    assert PLURAL_OF_ONE.search(text)


@pytest.mark.parametrize(
    "text", ["1 false negative", "21 rows", "0.1 values", "1:1 flags", "1 miss"]
)
def test_other_numbers_are_no_plural_of_one(text):
    assert not PLURAL_OF_ONE.search(text)


def test_one_of_a_thing_is_never_said_in_the_plural():
    lessons = sorted(path.relative_to(ROOT) for path in ROOT.glob("solutions/*/*.ipynb"))
    assert len(lessons) > 20
    found = {
        (str(path), m[0]) for path in lessons for t in said(path) if (m := PLURAL_OF_ONE.search(t))
    }
    assert found == set()
