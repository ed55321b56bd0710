"""Decisions: judged by what they are worth on data, on a curve that the lesson prints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from imbalance_lab.checks.calls import Call
from imbalance_lab.checks.credit import Credit


@dataclass(frozen=True)
class Curve:
    """Points for what a decision is worth: straight lines between rungs.

    Parameters
    ----------
    rungs : mapping of str to (float, float)
        What a decision of that kind is worth, as a share of what the reference is worth, and the
        points for it; both rise from rung to rung. What is worth less than the first rung gets its
        points, what is worth more than the last one gets all.

    Raises
    ------
    ValueError
        If there are fewer than two rungs, or they do not rise.

    Examples
    --------
    >>> curve = Curve({"nothing": (0, 0), "flag at 0.5": (0.5, 1), "nearly all": (1, 3)})
    >>> curve.points(0.75)
    2.0
    """

    rungs: Mapping[str, tuple[float, float]]

    def __post_init__(self) -> None:
        shares, points = zip(*self.rungs.values(), strict=True) if self.rungs else ((), ())
        if len(shares) < 2 or min(np.diff(shares)) <= 0 or min(np.diff(points)) < 0:
            raise ValueError(
                "rungs must be two or more, and rise in what they are worth and in points; got "
                f"{dict(self.rungs)}"
            )

    def __iter__(self) -> Iterator[tuple[str, float, float]]:
        """Yield name, share and points of each rung."""
        return ((name, share, points) for name, (share, points) in self.rungs.items())

    @property
    def most(self) -> float:
        """All points."""
        return max(points for _, points in self.rungs.values())

    def points(self, share: float) -> float:
        """Return the points for a share of what the reference is worth."""
        shares, points = zip(*self.rungs.values(), strict=True)
        return float(np.interp(share, shares, points))


@dataclass(frozen=True)
class Case:
    """One data set on which a decision is asked for.

    Parameters
    ----------
    call : Call
        What the student's function is asked.
    worth : callable
        ``worth(value)`` says what the value that came is worth, such as euros saved against doing
        nothing. It raises `ValueError` or `TypeError` where the value is no decision.
    reference : float
        What the reference is worth on the same data, above 0.
    beside : mapping of str to float, default={}
        What other decisions are worth there, to be shown beside it.
    """

    call: Call
    worth: Callable[[Any], float]
    reference: float
    beside: Mapping[str, float] = field(default_factory=dict)


class Worth:
    """Judge of `Check.earns`: the place on a curve of what decisions are worth over all cases.

    It adds up over the cases before it divides, so that no case with little to gain decides.

    Parameters
    ----------
    cases : sequence of Case
    curve : Curve
    where : str, default=""
        What to call these cases, for the message, such as ``"on four hidden months"``.
    mistake : callable, optional
        ``mistake(values)`` names the exercise's mistake that all values together show, or "".
    """

    def __init__(
        self,
        cases: Sequence[Case],
        curve: Curve,
        where: str = "",
        mistake: Callable[[list[Any]], str] | None = None,
    ) -> None:
        self._cases = list(cases)
        self._curve = curve
        self._where = where
        self._mistake = mistake or (lambda values: "")

    @property
    def calls(self) -> list[Call]:
        """What to ask the student's function."""
        return [case.call for case in self._cases]

    def __call__(self, values: list[Any]) -> Credit:
        """Return the share of the points that the decisions earn, and say how it came about."""
        try:
            pairs = zip(self._cases, values, strict=True)
            worth = sum(case.worth(value) for case, value in pairs)
        except (ValueError, TypeError) as error:
            return Credit(0, str(error))
        best = sum(case.reference for case in self._cases)
        says = f"{self._where} worth {worth / best:.0%} of the reference".strip()
        beside = [
            f"{name}: {sum(case.beside[name] for case in self._cases) / best:.0%}"
            for name in self._cases[0].beside
        ]
        says += f" ({'; '.join(beside)})" if beside else ""
        share = self._curve.points(worth / best) / self._curve.most
        return Credit(share, says, mistake="" if share >= 1 else self._mistake(values))
