"""Partial credit: how good an answer is, where it is not simply right or wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class Earned(float):
    """The points that an answer earned, as a number, and the mistake that cost it the others.

    Parameters
    ----------
    points : float
    mistake : str, default=""
        Name of the known mistake, "" where none was recognised.
    """

    mistake: str

    def __new__(cls, points: float, mistake: str = "") -> Earned:
        """Return the number; a float takes its value when it is made."""
        earned = super().__new__(cls, points)
        earned.mistake = mistake
        return earned


@dataclass(frozen=True)
class Credit:
    """What a judge makes of the values that an answer returned. See `Check.earns`.

    Parameters
    ----------
    share : float
        Share of the points, from 0 to 1. What lies outside counts as 0 or 1, NaN as 0.
    says : str, default=""
        How the share came about, for the student.
    expected : sequence, default=()
        For each call the value that would have been best, where there is one: it lets the known
        mistakes compare.
    mistake : str, default=""
        Name of the exercise's mistake that all values together show, where no single one does.
    """

    share: float
    says: str = ""
    expected: Sequence[Any] = ()
    mistake: str = ""

    def points(self, up_to: float) -> float:
        """Return the points out of `up_to`, rounded down to half points."""
        if math.isnan(self.share):
            return 0.0
        # A rounding error must not cost half a point.
        halves = math.floor(2 * up_to * min(max(self.share, 0.0), 1.0) + 1e-9)
        return min(halves / 2, up_to) if self.share < 1 else up_to
