"""Messages that the two pages on troubleshooting quote are still said by somebody."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

from released import ROOT

NAMES = ("troubleshooting.md", "teaching/troubleshooting.md")
PAGE = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in NAMES)
# Said by Python, JupyterLab or the shell, which are not searched.
ELSEWHERE = {
    "No module named 'imbalance_lab'",
    "Error displaying widget: model not found",
    "NameError",
    "No space left on device",
    "Permission denied",
    "Read-only file system",
    "make",
    "Cell magic %%start_over not found",
    "Unreadable Notebook",
    "python3",
}


def rows() -> list[list[str]]:
    cells = [re.split(r"\s*\|\s*", line.strip("| ")) for line in PAGE.splitlines() if "|" in line]
    return [row for row in cells if row[0] not in ("what you see", "---")]


def sources() -> str:
    nbgrader = Path(find_spec("nbgrader").origin).parent
    ours = [path for folder in ROOT.glob("imbalance_*") for path in folder.rglob("*.py")]
    tools = [*(ROOT / "tools").glob("*.sh")]
    text = "".join(path.read_text("utf-8") for path in [*ours, *tools, *nbgrader.rglob("*.py")])
    return " ".join(re.sub(r'"\s*\n\s*f?"', "", text).split())


def test_every_row_says_what_why_and_what_to_do() -> None:
    assert len(rows()) > 40
    assert all(len(row) == 3 and row[0] and row[2] for row in rows())


def test_every_message_that_is_quoted_is_said() -> None:
    said = sources()
    quoted = {message for row in rows() for message in re.findall(r"`([^`]+)`", row[0])}
    commands = {m for m in quoted if m.startswith(("nbgrader ", "lightgbm", "return", "waivers"))}
    lost = [m for m in quoted - commands - ELSEWHERE if m not in said]
    assert len(quoted) > 20
    assert lost == []
