"""What the laboratory found, for a lesson to show: a study's picture, table and verdict.

    from imbalance_lab.evidence import study

    smote = study("smote")
    smote.plot()

The numbers come with the package, so this works offline. How they were made, and how far they
reach, is told in docs/laboratory.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module, resources
from typing import Any

import pandas as pd

from imbalance_lab.evidence.picture import forest_plot, interval_of
from imbalance_lab.experiments import Interval
from imbalance_lab.plots import Picture

__all__ = ["Result", "studies", "study"]

_RESULTS = resources.files("imbalance_lab.evidence") / "results"
#: Functions that make a row; those outside this package need a clone of the course.
_PROTOCOLS = {"trial": "imbalance_lab.evidence.trial"}


def studies() -> list[str]:
    """Return the names of all studies."""
    names = [entry.name for entry in _RESULTS.iterdir()]
    return sorted(name.removesuffix(".json") for name in names if name.endswith(".json"))


def study(name: str) -> Result:
    """Return what a study found.

    Parameters
    ----------
    name : str
        One of `studies`.

    Returns
    -------
    Result

    Raises
    ------
    ValueError
        If there is no such study; it lists those there are.

    Examples
    --------
    >>> study("smoke")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    ...
    ValueError: there is no study 'smoke'; there are ['ensembles', 'smote', 'threshold']
    """
    if name not in studies():
        raise ValueError(f"there is no study {name!r}; there are {studies()}")
    return Result(json.loads((_RESULTS / f"{name}.json").read_text(encoding="utf-8")))


class Result:
    """A study's comparisons: pieces of advice, each with its intervals and its verdict.

    Where a method takes the name of a comparison, the study's first one is meant without it.

    Attributes
    ----------
    name, question : str
    runs : tuple of int
        Rows that were run, and rows that the study declares.
    comparisons : list of str
        Names of the comparisons.
    rows : DataFrame
        The first repeat of every run: what was run, and what was measured.
    """

    def __init__(self, found: Mapping[str, Any]) -> None:
        self.name: str = found["name"]
        self.question: str = found["question"]
        self._protocol: str = found["protocol"]
        self._found: dict[str, dict[str, Any]] = {c["name"]: c for c in found["comparisons"]}
        self.runs: tuple[int, int] = (found["rows"][0], found["rows"][1])
        self.comparisons = list(self._found)
        self.rows = pd.DataFrame(found["first"]["values"], columns=found["first"]["columns"])

    def __repr__(self) -> str:
        lines = [f"{self.name}: {self.question}"]
        lines += [f"  {name}: {found['verdict']}" for name, found in self._found.items()]
        return "\n".join(lines)

    def facts(self, name: str | None = None) -> dict[str, Any]:
        """Return all that is known of a comparison, as plain values.

        Raises
        ------
        ValueError
            If the study has no such comparison; it lists those it has.
        """
        chosen = name or self.comparisons[0]
        if chosen not in self._found:
            raise ValueError(
                f"the study {self.name!r} has no comparison {chosen!r}; it has {self.comparisons}"
            )
        return self._found[chosen]

    def verdict_on(self, comparison: str | None = None) -> str:
        """Return "holds", "holds only if", "does not hold" or "not shown"."""
        return str(self.facts(comparison)["verdict"])

    def table(self, comparison: str | None = None) -> pd.DataFrame:
        """Return one row for each condition, and a last one for the mean over all of them.

        Returns
        -------
        DataFrame
            What the condition is, ``mean``, ``low`` and ``high`` of the difference, ``n`` (repeats,
            or sources of real sets), and the ``answer``: yes, no or open.
        """
        found = self.facts(comparison)
        numbers = ("mean", "low", "high", "n", "answer")
        lines = [c["where"] | {n: c.get(n) for n in numbers} for c in found["conditions"]]
        everywhere = dict.fromkeys(lines[0] if lines else (), "")
        return pd.DataFrame([*lines, everywhere | found["overall"]])

    def interval(self, comparison: str | None = None, **where: Any) -> Interval:
        """Return the difference in the one condition that is named, or over all if none is.

        A condition is named by as much as tells it, such as ``model="boosting", world="gauss"``.

        Raises
        ------
        ValueError
            If these are not the words of one condition that has an interval; it lists those.
        """
        found = self.facts(comparison)
        named = found["conditions"] if where else [found["overall"] | {"where": {}}]
        there = [condition for condition in named if "mean" in condition]
        chosen = [condition for condition in there if where.items() <= condition["where"].items()]
        if len(chosen) != 1:
            raise ValueError(f"where must name one of {[c['where'] for c in there]}, got {where}")
        return interval_of(chosen[0])

    def plot(self, comparison: str | None = None, only: str = "") -> Picture:
        """Draw the intervals of a comparison's conditions beside its margin.

        Small marks are the single data sets of a condition. `only` keeps the conditions whose
        names contain it, such as "prevalence=0.03"; the mean stays that over all.
        """
        return forest_plot(self.facts(comparison), only)

    def rerun(self, row: Mapping[str, Any] | int = 0, **changes: Any) -> dict[str, float]:
        """Run one row again, here and now, with what you want to change.

        Parameters
        ----------
        row : mapping or int, default=0
            One of `rows`, or its number.
        **changes
            Columns to give another value, such as ``treatment="copies"``.

        Returns
        -------
        dict of str to float
            Everything that was measured.

        Raises
        ------
        ValueError
            If there is no such row or column, or a value is unknown.
        ImportError
            If the row needs what is not installed; it says what.
        """
        if isinstance(row, int):
            if not -len(self.rows) <= row < len(self.rows):
                raise ValueError(f"row must be a number below {len(self.rows)}, got {row}")
            row = dict(self.rows.iloc[row])
        columns = list(self.rows.columns[: list(self.rows.columns).index("repeat") + 1])
        if unknown := set(changes) - set(columns):
            raise ValueError(f"a row has the columns {columns}, got {sorted(unknown)}")
        cell = {name: _plain(row[name]) for name in columns} | changes
        return dict(getattr(self._module(), self._protocol)(**cell))

    def _module(self) -> Any:
        where = _PROTOCOLS.get(self._protocol, f"imbalance_evidence.protocols.{self._protocol}")
        try:
            return import_module(where)
        except ModuleNotFoundError as error:
            raise ImportError(
                f"the rows of the study {self.name!r} are made by {where}, which comes with a "
                "clone of the course and not with the package"
            ) from error


def _plain(value: Any) -> Any:
    """Return a value of a data frame as Python has it."""
    return value.item() if hasattr(value, "item") else value
