"""An id may be written in any script, and holds nothing that something acts on."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from nbgrader.apps.baseapp import NbGrader

from imbalance_grader.names import is_student_id, shown, student_id

ROOT = Path(__file__).parents[2]

GOOD = (
    "ada",
    "José",
    "Müller.Jürgen",
    "张伟",
    "Łukasz O'Brien",
    "ada+imbalance@example.org",
    "Jane Doe_12345_assignsubmission_file_",
    "राज",  # its vowel is a mark that follows the letter
    "محمد",
    "Zoë-Anne",
    "d’Arcy",
    "007",
    "_lead",
    "x" * 128,
)
BAD = (
    "",
    ".",
    "..",
    ".hidden",
    "-rf",
    "=1+1",
    "+49",
    "@sum",
    "'quoted",
    " ada",
    "ada ",
    "ada.",
    "a..b",
    "a/b",
    "a\\b",
    "a:b",
    "a\nb",
    "a\tb",
    "a\x00b",
    "a\x1b[31m",
    "ada\u202e",
    "ada\u2066",
    "a\u200bda",
    "\u0301ada",
    "Jose\u0301",
    "ada\ufe0f",
    "\u3164",
    "a<b>",
    "a|b",
    "a;b",
    "a`b`",
    "a$b",
    "a%b",
    "a*",
    "a\u2028b",
    "a\udc80",
    "😀",
    "x" * 129,
    "张" * 100,  # too long for a file's name, in bytes
)


@pytest.mark.parametrize("name", GOOD)
def test_ids_of_every_script_are_taken(name: str) -> None:
    assert is_student_id(name)


@pytest.mark.parametrize("name", BAD)
def test_what_something_could_act_on_is_no_id(name: str) -> None:
    assert not is_student_id(name)


def test_no_character_slips_through_that_is_no_letter() -> None:
    """In the middle of an id stand letters of Unicode, their marks, digits, and eight signs."""
    signs = set("._@+'’- ")
    for number in range(0x110000):
        char = chr(number)
        if is_student_id(f"a{char}b") and char not in signs:
            assert unicodedata.category(char) in {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd"}
            assert char.isprintable()


def test_letters_that_a_mac_took_apart_are_put_together() -> None:
    assert student_id("Jose\u0301") == "José"
    assert is_student_id(student_id("Jose\u0301"))


def test_a_strangers_file_name_is_shown_and_does_nothing() -> None:
    assert shown("a\x1b[31m\u202eb\n.ipynb") == "a\\x1b[31m\\u202eb\\n.ipynb"
    assert shown("x" * 500) == "x" * 100 + "…"


# --- what nbgrader's collector makes of a learning platform's names ------------------------------

COLLECTED = {
    "ada_start-here.ipynb": ("ada", "start-here"),
    "jane.doe_start-here.ipynb": ("jane.doe", "start-here"),
    "ada@example.org_start-here.ipynb": ("ada@example.org", "start-here"),
    "Łukasz O'Brien_start-here.ipynb": ("Łukasz O'Brien", "start-here"),
    "张伟_start-here.ipynb": ("张伟", "start-here"),
    "doejane_12345_678901_start-here.ipynb": ("12345", "start-here"),
    "doejane_LATE_12345_678901_start-here.ipynb": ("12345", "start-here"),
    "doejane_12345_678901_start-here-1.ipynb": ("12345", "start-here"),
    "doejane_12345_678901_start-here (2).ipynb": ("12345", "start-here"),
    "Jane Doe_12345_assignsubmission_file_start-here.ipynb": ("Jane Doe_12345", "start-here"),
    "Jane Doe_12345_assignsubmission_file_/start-here.ipynb": ("Jane Doe_12345", "start-here"),
    "Jane Doe_12345_assignsubmission_file/start-here.ipynb": ("Jane Doe_12345", "start-here"),
    "HW 1_jdoe_attempt_2026-03-01-10-00-00_start-here.ipynb": ("jdoe", "start-here"),
    "class-weights-pytorch.ipynb": None,
    ".._start-here.ipynb": None,
    "../../etc_start-here.ipynb": ("etc", "start-here"),
    "a..b_start-here.ipynb": None,
    "-rf_start-here.ipynb": None,
    "ada_../start-here.ipynb": None,
    "ada_.._start-here.ipynb": None,
    "ada-7_accuracy-paradox.ipynb": ("ada-7", "accuracy-paradox"),
    "12345_start-here.ipynb": ("12345", "start-here"),
    "ada_start-here.py": None,
    "ada.ipynb": None,
}


@pytest.fixture(scope="module")
def pattern() -> re.Pattern[str]:
    app = NbGrader()
    app.load_cwd_config = False
    app.initialize([], root=str(ROOT))
    return re.compile(app.config.FileNameCollectorPlugin.named_regexp)


@pytest.mark.parametrize("name", COLLECTED)
def test_the_collector_finds_student_and_notebook(name: str, pattern: re.Pattern[str]) -> None:
    found = pattern.match(f"/course/downloaded/00-start-here/extracted/{name}")
    assert (found and found.group("student_id", "file_id")) == COLLECTED[name]


def test_what_the_collector_takes_for_an_id_is_one(pattern: re.Pattern[str]) -> None:
    for name in (*GOOD, *BAD):
        found = pattern.match(f"/course/{name}_start-here")
        assert found is None or ".." not in found["student_id"]
        assert found is None or not set(found["student_id"]) & set("/\\\0\n=<>|;`$%*")
