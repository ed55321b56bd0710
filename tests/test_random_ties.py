"""The runs that stand for other machines draw what is open, keep what is promised, are noticed."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbclient import NotebookClient
from random_ties import METHODS, random_ties

from imbalance_builder.execute import kernel_sockets

ROOT = Path(__file__).resolve().parents[1]
TIED = np.array([2, 1, 2, 1, 2, 0, 1, 2, 2, 1])
TABLE = np.random.default_rng(0).integers(0, 4, (6, 9))

OPEN = {
    "function": lambda: np.argsort(TIED),
    "method": lambda: TIED.argsort(kind="quicksort"),
    "flattened": lambda: TIED[None].argsort(axis=None),
    "partition": lambda: np.argpartition(TIED, 3),
    "pandas": lambda: pd.Series(TIED).sort_values().index,
}
SETTLED = {
    "stable": lambda: np.argsort(TIED, kind="stable"),
    "mergesort": lambda: TIED.argsort(kind="mergesort"),
    "keyword": lambda: np.argsort(TIED, stable=True),
    "lexsort": lambda: np.lexsort([TIED]),
    "pandas": lambda: pd.Series(TIED).sort_values(kind="stable").index,
    "no ties": lambda: np.argsort([3, 1, 2]),
}


def orders(sort, seed=1):
    """Return the orders that a sort gives when it is asked thirty times."""
    with random_ties(seed):
        return [tuple(np.asarray(sort()).tolist()) for _ in range(30)]


class TestOrder:
    @pytest.mark.parametrize("sort", OPEN.values(), ids=OPEN)
    def test_ties_come_in_many_orders(self, sort):
        assert len(set(orders(sort))) > 10

    @pytest.mark.parametrize("sort", SETTLED.values(), ids=SETTLED)
    def test_what_is_stable_or_has_no_ties_comes_in_one(self, sort):
        assert len(set(orders(sort))) == 1

    def test_seed_decides(self):
        first, again, other = (orders(OPEN["function"], seed) for seed in (5, 5, 6))
        assert first == again != other

    def test_it_ends_with_the_block_and_with_an_error(self):
        with pytest.raises(KeyError, match="inside"), random_ties():
            raise KeyError("inside" if np.ndarray.argsort is not METHODS["argsort"] else "off")
        assert all(getattr(np.ndarray, name) is method for name, method in METHODS.items())


class TestPromises:
    @pytest.mark.parametrize("axis", [0, 1, None])
    @pytest.mark.parametrize("dtype", [int, float, "U3", "M8[D]", object])
    def test_values_are_sorted_as_numpy_sorts_them(self, axis, dtype):
        table = TABLE.astype(dtype)
        expected = np.sort(table, axis=axis)
        with random_ties():
            found, order = np.sort(table, axis=axis), np.argsort(table, axis=axis)
        assert np.array_equal(found, expected)
        assert np.array_equal(np.take_along_axis(table, order, axis), expected)

    @pytest.mark.parametrize("kth", [0, 4, -2, [1, 5]])
    def test_parts_hold_what_belongs_there(self, kth):
        with random_ties():
            parted = np.partition(TABLE, kth)
            order = np.argpartition(TABLE, kth)
        for found in (parted, np.take_along_axis(TABLE, order, 1)):
            assert np.array_equal(np.sort(found), np.sort(TABLE))
            for k in np.atleast_1d(kth) % TABLE.shape[1]:
                assert (found[:, :k] <= found[:, [k]]).all()
                assert (found[:, k:] >= found[:, [k]]).all()

    def test_empty_and_missing_values_are_sorted_and_errors_raised_as_before(self):
        with random_ties():
            assert np.sort([]).size == np.argsort([]).size == 0
            assert np.isnan(np.sort([np.nan, 1.0])[-1])
            assert np.median([3, 1, 1, 2]) == 1.5
            with pytest.raises(ValueError, match="kth"):
                np.partition([1, 2], 5)
            with pytest.raises(ValueError, match="axis"):
                np.argsort([1, 2], axis=3)


SOURCES = [
    *ROOT.glob("solutions/*/*.py"),
    *ROOT.glob("imbalance_lab/**/*.py"),
    *ROOT.glob("imbalance_oracles/*.py"),
    *ROOT.glob("imbalance_evidence/**/*.py"),
    *ROOT.glob("evidence/**/*.py"),
]


def sorts_with_open_ties(text):
    """Return the lines that ask for an order of rows without saying what becomes of ties."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    names = [(getattr(c.func, "attr", getattr(c.func, "id", "")), c) for c in calls]
    return [
        f"line {call.lineno}: {name}"
        for name, call in names
        if name == "argpartition"
        or (name in ("argsort", "sort_values") and "kind='stable'" not in ast.unparse(call))
    ]


def test_no_source_of_the_course_leaves_the_order_of_rows_open():
    found = {p.name: sorts_with_open_ties(p.read_text("utf-8")) for p in SOURCES}
    assert not {name: lines for name, lines in found.items() if lines}
    assert sorts_with_open_ties("np.argsort(x)\nx.argsort(kind='stable')\nf.sort_values('a')") == [
        "line 1: argsort",
        "line 3: sort_values",
    ]


LAST_BITS = """\
import numpy as np, last_bits
x = np.linspace(0.1, 9, 400)
here = np.exp(x)
last_bits.on(1)
assert set(np.round((np.exp(x) - here) / np.spacing(here))) == {-1, 0, 1}  # one unit at most
assert (np.exp(x) == np.exp(x)).all()                     # the same again
assert np.exp(0) == 1 and np.exp([0, 710.0])[0] == 1      # what is exact stays so
out = np.zeros(400)
assert np.exp(x, out=out) is out and (out == np.exp(x)).all()
"""


def test_last_bits_move_by_one_unit_and_the_same_way_each_time():
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tests")}
    run = subprocess.run(
        [sys.executable, "-c", LAST_BITS],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr


# A cell whose output another machine may change, and one whose output it may not.
PLANTED = {
    "RANDOM_TIES": ("np.argsort(np.zeros(40))", "np.argsort(np.zeros(40), kind='stable')"),
    "LAST_BITS": ("np.exp(np.arange(40)).tolist()", "np.exp(np.arange(5)).round(6).tolist()"),
}


# Last bits are moved by the long tests alone.
@pytest.mark.parametrize(
    "drawn",
    [
        pytest.param(name, marks=[pytest.mark.long] if name == "LAST_BITS" else [])
        for name in PLANTED
    ],
)
def test_nbval_fails_on_the_open_cell_and_passes_the_settled_one(drawn, tmp_path):
    """What `tests/run.sh` relies on: nbval's kernels have it on, and a difference fails."""
    sources = ["import numpy as np", *PLANTED[drawn]]
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    with kernel_sockets() as sockets:
        NotebookClient(made, kernel_name="python3", config=sockets).execute()
    nbformat.write(made, tmp_path / "planted.ipynb")
    assert outcomes_of_nbval(tmp_path, {}) == ["PASSED", "PASSED", "PASSED"]
    assert outcomes_of_nbval(tmp_path, {drawn: "0"}) == ["PASSED", "FAILED", "PASSED"]


def outcomes_of_nbval(folder, drawn):
    """Return the outcome of each cell of a notebook, run as tests/run.sh runs the solutions."""
    options = f"-p conftest -rA --nbval --nbval-sanitize-with tests/nbval.cfg {folder}"
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options.split()],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k not in PLANTED} | drawn,
        capture_output=True,
        text=True,
        check=False,
    )
    assert all(f"{name}={seed}" in run.stdout for name, seed in drawn.items())
    found = re.findall(r"^(PASSED|FAILED) \S+::Cell (\d)", run.stdout, re.MULTILINE)
    return [outcome for outcome, _ in sorted(found, key=lambda pair: pair[1])]
