"""A guess that is no Python does not stop the notebook, and what is Python stays as it is."""

from __future__ import annotations

import ast
import itertools
import re

import nbformat
import pytest
from released import ROOT
from test_progress import lesson, run  # noqa: F401

LESSONS = sorted(ROOT.glob("lessons/*/*.ipynb"))
GUESS = re.compile(r"my_(prediction|suspect) = None")

SHOW = """number = isinstance(my_prediction, float | int)
print(f"you predicted {my_prediction:.3f}" if number else f"you predicted {my_prediction}")"""


def test_guesses_in_any_form(lesson):  # noqa: F811
    guesses = {
        "10%": "0.100",
        "12.5 %  # about": "0.125",
        "0,25": "0.250",
        "0.5": "0.500",
        "~5 %": "0.050",
        "1,250": "1250.000",
        "1,25": "1.250",
        "-2,5%": "-0.025",
        "1 / 4": "0.250",
        "known": "3.000",
        "about half": "about half",
        "dont_know": "dont_know",
        "I don't know (yet)": "I don't know (yet)",
        "(85%, 95%)": "(85%, 95%)",
        "[precision, F1]": "[precision, F1]",
        "1:20 at most": "1:20 at most",
        "E/O": "E/O",
        "forest": "forest",  # not the model of this name
        "all": "all",  # not the function
        "sum(many) + known": "6.000",
        '"#1"': "#1",
        "None  # nothing": "None",
    }
    cells = ["import imbalance_lab\nknown, many, forest = 3, [1, 2], dict()"]
    for guess in guesses:
        cells += [f"# mine\nmy_prediction = {guess}", SHOW]
    cells += ["rest = 10 % 3\nmy_prediction = {'a': 0.5}\nprint(rest, my_prediction)"]
    goes_on = "my_prediction = [\n    0.1,\n    rest,\n]"
    cells += [f"{goes_on}\nmy_suspect = both, I'd say\nprint(my_prediction, my_suspect)"]
    shown = ["".join(outputs) for outputs in run(lesson, *cells)]
    assert shown[2:-2:2] == [f"you predicted {text}\n" for text in guesses.values()]
    assert not any(shown[1:-2:2])  # the guesses themselves show nothing
    assert shown[-2:] == ["1 {'a': 0.5}\n", "[0.1, 1] both, I'd say\n"]


def cells_of(path):
    """Return kind and text of the cells of a released lesson that are no part of an exercise."""
    cells = nbformat.read(path, as_version=4).cells
    return [(c.cell_type, c.source) for c in cells if "nbgrader" not in c.metadata]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
class TestEveryLesson:
    def test_asks_for_a_guess_in_a_cell_that_the_package_reads(self, path):
        imported = False
        cells = cells_of(path)
        for (_, above), (kind, text) in itertools.pairwise(cells):
            asks = re.search(r"(\*\*|## )Predict", above) is not None
            assert asks == (GUESS.match(text) is not None), (above, text)
            if GUESS.match(text):
                assert imported, text  # or 90% is a syntax error, and the notebook stops
            if kind == "code":
                imported |= re.search("^(from|import) imbalance_lab", text, re.M) is not None

    def test_takes_words_and_none_for_a_guess(self, path):
        code = "\n".join(text for kind, text in cells_of(path) if kind == "code")
        tree = ast.parse(code)
        shown = [
            value
            for node in ast.walk(tree)
            for value in (
                *(
                    node.args
                    if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
                    else []
                ),
                *(
                    [node.value]
                    if isinstance(node, ast.FormattedValue) and not node.format_spec
                    else []
                ),
            )
        ]
        used = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Name)
            and isinstance(node.ctx, ast.Load)
            and node.id in ("my_prediction", "my_suspect")
        ]
        assert len(used) == len(GUESS.findall(code))
        assert [node for node in used if node not in shown] == []
