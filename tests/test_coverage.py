"""Every item that popular guides teach is taught in the course, or corrected there."""

from __future__ import annotations

import csv

import pytest
from released import ROOT

from imbalance_builder.source import read_source


def items() -> list[dict[str, str]]:
    with (ROOT / "docs" / "coverage.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def taught() -> dict[str, list[str]]:
    """Return, for each row of the table, the notebooks with a cell that covers it."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "solutions").glob("*/*.py")):
        for cell in read_source(path).cells:
            for row in cell.metadata.get("covers", []):
                found.setdefault(row, []).append(path.stem)
    return found


def test_the_table_is_whole() -> None:
    assert [item["id"] for item in items()] == [f"E{number:02d}" for number in range(1, 97)]
    assert all(item["item"] and item["kind"] for item in items())


@pytest.mark.parametrize("item", items(), ids=lambda item: item["id"])
def test_an_item_is_taught(item: dict[str, str], taught: dict[str, list[str]]) -> None:
    assert taught.get(item["id"]), f"no cell covers {item['id']}: {item['item']}"


def test_no_cell_covers_a_row_that_does_not_exist(taught: dict[str, list[str]]) -> None:
    assert set(taught) <= {item["id"] for item in items()}
