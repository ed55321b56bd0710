"""Text of a student's is printable once it is in, and harmless text stays as it is."""

from __future__ import annotations

import io
import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.control import strip_control_codes  # which rich drops by itself, such as a bell
from rich.table import Table
from rich.text import Text

from imbalance_grader.names import is_student_id
from imbalance_grader.notebook.results import CellResult, CellTime, NotebookResult, State
from imbalance_grader.terminal import Terminal
from imbalance_lab.printable import one_line, printable

ACTS = [
    "\ud800",
    "\x00",
    "\x07",
    "\x1b]8;;https://evil.test\x07here\x1b]8;;\x07",
    "\x1b]0;title\x1b\\",
    "\x9b31m",
    "\u202e",
    "\u2066",
    "\u2028",
    "\ufeff",
    "\U000e0041",
]
TALL = "\u0301" * 60  # some 200 pixels over the letter before it
HARMLESS = [
    "Straße, naïve, 张伟, 日本\u3000語, 1\u00a0000",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian needs the one that parts letters
    "👩\u200d💻 \U0001fae8",  # one of them is newer than Python's table
    "a\n\tb",
    "\u200eabc\u200f",
    "\\x1b[31m",
    "\u0f67\u0f90\u0fb5\u0fa8\u0fb3\u0fba\u0fbc\u0fbb\u0f82",  # a letter of Tibetan
    "Kho\u0302\u0301ng, \u0939\u093f\u0928\u094d\u0926\u0940 \u05e9\u05c1\u05b8\u0596\u05bd",
    "…………………… ₂₂₂₂₂₂₂₂₂₂",
]


@pytest.mark.parametrize("text", ACTS)
def test_what_acts_is_written_out(text):
    shown = printable(f"a{text}b")
    assert shown.startswith("a\\")
    assert shown.isascii()
    assert shown.isprintable()


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_stays(text):
    assert printable(text) == text


@pytest.mark.parametrize("between", ["", "\u200d", "\u0903"])  # on which a pile goes on
def test_a_pile_of_marks_ends_before_it_covers_the_lines_above(between):
    shown = printable(f"a{between.join(TALL)}b")
    marks = [c for c in shown if unicodedata.category(c)[0] == "M"]
    assert len(marks) == 8
    assert shown.endswith("\\u0301b")
    assert one_line(f"a{TALL}") == f"a{TALL[:8]}" + r"\u0301" * 52
    assert not is_student_id(f"a{TALL}")


def test_colours_go_and_line_ends_become_one():
    assert printable("\x1b[0;31mNameError\x1b[0m: x\r\n10%\r20%") == "NameError: x\n10%\n20%"
    assert one_line("a\nb\tc") == "a\\nb\\tc"


@given(st.text(st.characters(exclude_categories=()), max_size=50))
def test_once_is_enough_and_every_file_can_hold_it(text):
    for function in (printable, one_line):
        shown = function(text)
        assert function(shown) == shown
        assert shown.encode("utf-8").decode("utf-8") == shown
    assert "\n" not in one_line(text)


@pytest.mark.parametrize("text", [*ACTS, "[bold]a[/bold]", ":key:"])
def test_a_terminal_shows_text_and_only_its_own_styles_act(text):
    text = f"a{text}b"
    table = Table("Name", box=None)  # whose columns are as wide as what was given
    table.add_row(text)
    for shows in (table, text, Text(text, style="red")):
        shown = io.StringIO()
        terminal = Terminal(file=shown, force_terminal=True, color_system="standard", width=200)
        terminal.print(shows)
        rest = re.sub(r"\x1b\[[\d;]*m", "", shown.getvalue())
        assert not re.search(r"[^\n\x20-\x7e]", rest)
    assert "\x1b[31m" in shown.getvalue()
    assert rest == f"{printable(strip_control_codes(text))}\n"


@pytest.mark.parametrize("text", ACTS)
def test_a_result_holds_printable_text_whoever_made_it(text):
    cell = CellResult("x", 0.0, 1.0, "graded", message=f"m\n{text}", mistake=text)
    result = NotebookResult(
        "a", "n", "s", State.GRADED, (cell,), detail=text, slowest=(CellTime(text, 1.0),)
    )
    written = json.dumps(result.to_json(), ensure_ascii=False)
    assert text not in written
    assert cell.message.startswith("m\n\\")
    assert NotebookResult.from_json(json.loads(written)) == result
