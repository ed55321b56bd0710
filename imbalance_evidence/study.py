"""What a study declares: runs, and the comparisons that were chosen before they were made."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from imbalance_evidence import STUDIES
from imbalance_evidence.verdicts import EXPECTATIONS

#: Modules of which one function, named like the module, makes one row; `MEASURES` are its numbers,
#: and `parts` names the code behind them.
PROTOCOLS = {"trial": "imbalance_lab.evidence.trial"} | {
    name: f"imbalance_evidence.protocols.{name}"
    for name in (
        "attracted",
        "backtest",
        "calibrated",
        "choice",
        "coverage",
        "customers",
        "detective",
        "folds",
        "leak",
        "losses",
        "normed",
        "plan",
        "reduced",
        "resampled",
    )
}

Cell = dict[str, Any]


@cache
def protocol_module(protocol: str) -> ModuleType:
    """Return the module of a protocol.

    Raises
    ------
    ValueError
        If there is none of this name.
    """
    if protocol not in PROTOCOLS:
        raise ValueError(f"protocol must be one of {sorted(PROTOCOLS)}, got {protocol!r}")
    return importlib.import_module(PROTOCOLS[protocol])


@cache
def cell_columns(protocol: str) -> tuple[str, ...]:
    """Return the names of what a protocol's function takes, but for the repeat."""
    function = getattr(protocol_module(protocol), protocol)
    return tuple(name for name in inspect.signature(function).parameters if name != "repeat")


@dataclass(frozen=True)
class Grid:
    """Every combination of the given values, each repeated; made by :func:`grid`."""

    protocol: str
    repeats: int
    columns: Mapping[str, tuple[Any, ...]]

    def cells(self) -> list[Cell]:
        """Return the combinations in the order in which they were written."""
        names = list(self.columns)
        return [
            dict(zip(names, values, strict=True))
            for values in itertools.product(*self.columns.values())
        ]


def grid(repeats: int, protocol: str = "trial", **columns: Any) -> Grid:
    """Declare runs: every combination of the columns' values, `repeats` times.

    Parameters
    ----------
    repeats : int
        At least 2.
    protocol : str, default="trial"
        Which function makes a row.
    **columns : value or sequence of values
        For each argument of that function; what is left out keeps the function's default.

    Returns
    -------
    Grid

    Raises
    ------
    ValueError
        If there are fewer than two repeats, or the function has no such argument.
    """
    if repeats < 2:
        raise ValueError(f"repeats must be at least 2, for an interval; got {repeats}")
    function = getattr(protocol_module(protocol), protocol)
    values: dict[str, tuple[Any, ...]] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name == "repeat":
            continue
        given = columns.pop(name, parameter.default)
        if given is inspect.Parameter.empty:
            raise ValueError(f"a grid of {protocol} needs {name}=")
        values[name] = tuple(given) if isinstance(given, list | tuple) else (given,)
    if columns:
        raise ValueError(f"{protocol} takes {list(values)}, got {sorted(columns)}")
    return Grid(protocol, repeats, values)


@dataclass(frozen=True)
class Comparison:
    """A piece of advice, and the difference that would speak for it.

    Parameters
    ----------
    name : str
        Short, for files and lessons: "smote-ranks-better".
    advice : str
        In our own words, as it is commonly given.
    measure : str
        A measure of the protocol.
    arm : mapping
        Columns that mark the advised arm, such as ``{"treatment": "smote"}``. The key "measure"
        may name another measure for this side.
    against : mapping or float
        The same for the rival, or a number to compare with.
    margin : float
        The smallest difference that matters, above 0.
    expects : {"more", "less", "same", "no more", "no less"}
        What the advice says of arm minus rival, judged with the margin.
    by : tuple of str, default=("model", "world")
        Columns whose values are the conditions; "world" is a simulated family or "real sets".
    where : mapping, optional
        Columns and values that all rows have; a list accepts each of its values.
    relative : bool, default=False
        Whether differences are shares of the rival's mean, or, where that is 0, of the arm's.
    """

    name: str
    advice: str
    measure: str
    arm: Mapping[str, Any]
    against: Mapping[str, Any] | float
    margin: float
    expects: str
    by: tuple[str, ...] = ("model", "world")
    where: Mapping[str, Any] = field(default_factory=dict)
    relative: bool = False

    def __post_init__(self) -> None:
        if self.expects not in EXPECTATIONS:
            raise ValueError(f"expects must be one of {EXPECTATIONS}, got {self.expects!r}")
        if not self.margin > 0:
            raise ValueError(f"margin must be above 0, got {self.margin!r}")


@dataclass(frozen=True)
class Study:
    """A question, the runs that are to answer it, and the comparisons drawn from them.

    Parameters
    ----------
    grids : list of Grid
        All of one protocol.
    comparisons : list of Comparison
        The first is what a lesson shows if it names none.
    question : str, optional
        The first line of the module that declares the study; `load_study` reads it.
    """

    grids: list[Grid]
    comparisons: list[Comparison]
    question: str = ""

    def __post_init__(self) -> None:
        if len({grid.protocol for grid in self.grids}) != 1:
            raise ValueError("the grids of a study must have one protocol")
        names = [comparison.name for comparison in self.comparisons]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"comparisons must have different names, got {names}")
        measures = protocol_module(self.protocol).MEASURES
        for comparison in self.comparisons:
            sides = (comparison.arm, comparison.against)
            named = [s["measure"] for s in sides if isinstance(s, Mapping) and "measure" in s]
            if unknown := {comparison.measure, *named} - set(measures):
                raise ValueError(f"{comparison.name}: no measure {unknown}; there are {measures}")

    @property
    def protocol(self) -> str:
        """The name of the protocol that makes the rows."""
        return self.grids[0].protocol

    @cached_property
    def _runs(self) -> list[tuple[Cell, int]]:
        found = {
            (tuple(cell.items()), repeat): None
            for grid in self.grids
            for cell in grid.cells()
            for repeat in range(grid.repeats)
        }
        return [(dict(cell), repeat) for cell, repeat in sorted(found, key=lambda key: key[1])]

    def runs(self) -> list[tuple[Cell, int]]:
        """Return every declared cell and repeat, once, the first repeats of all cells first."""
        return self._runs

    def part(self, comparison: str) -> Study:
        """Return the study with the runs that one of its comparisons reads, and no others.

        Raises
        ------
        ValueError
            If it has no such comparison; the message lists those it has.
        """
        chosen = [one for one in self.comparisons if one.name == comparison]
        if not chosen:
            names = [one.name for one in self.comparisons]
            raise ValueError(f"no comparison {comparison!r}; there are {names}")
        read = pd.concat([declared(self, chosen[0], side) for side in ("arm", "against")])
        part = replace(self, comparisons=chosen)
        runs = [self._runs[number] for number in sorted({*read.index})]
        part.__dict__["_runs"] = runs  # where a cached property keeps what it found
        return part

    @cached_property
    def _table(self) -> pd.DataFrame:
        return pd.DataFrame([cell | {"repeat": repeat} for cell, repeat in self._runs])

    def table(self) -> pd.DataFrame:
        """Return the declared runs as a data frame."""
        return self._table


def matching(rows: pd.DataFrame, wanted: Mapping[str, Any]) -> pd.DataFrame:
    """Return the rows that have the wanted values; a list accepts each of its values."""
    for column, value in wanted.items():
        if column != "measure":
            accepted = value if isinstance(value, list | tuple) else [value]
            rows = rows[rows[column].isin(list(accepted))]
    return rows


def declared(study: Study, comparison: Comparison, side: str) -> pd.DataFrame:
    """Return the runs that a study declares for a comparison's "arm", or for what it is "against".

    Where that is a number, there are none.
    """
    wanted = getattr(comparison, side)
    rows = matching(study.table(), comparison.where)
    return matching(rows, wanted) if isinstance(wanted, Mapping) else rows.iloc[:0]


def study_names(folder: Path = STUDIES) -> list[str]:
    """Return the names of all studies, in the order of their files."""
    return [path.stem for path in sorted(folder.glob("*.py"))]


@cache
def load_study(name: str, folder: Path = STUDIES) -> Study:
    """Return the study that a module declares as ``STUDY``.

    Raises
    ------
    ValueError
        If there is no such module, or it declares none.
    """
    path = folder / f"{name}.py"
    if not path.exists():
        raise ValueError(f"there is no study {name!r}; there are {study_names(folder)}")
    spec = importlib.util.spec_from_file_location(f"study_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    study = getattr(module, "STUDY", None)
    if not isinstance(study, Study):
        raise ValueError(f"{path.name} must declare STUDY = Study(...)")
    question = (module.__doc__ or "").partition("\n")[0]
    if not question.endswith("?"):
        raise ValueError(f"{path.name} must begin with its question, got {question!r}")
    return replace(study, question=question)
