"""What is chosen: one number, or one of several for each of several who ask, with its judge.

The judge is used in lessons 02 and 03. Nothing here knows a good choice: what each choice is worth,
and what the known mistakes choose, come in as numbers and names.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imbalance_lab.checks import Call, Case, Curve, Worth


def one_number(
    value: Any, what: str, least: float = -math.inf, most: float = math.inf, whole: bool = False
) -> float:
    """Return a decision that is one number; raise `TypeError` or `ValueError` where it is none."""
    kind = numbers.Integral if whole else numbers.Real
    if isinstance(value, bool) or not isinstance(value, kind):
        raise TypeError(f"{what} is one {'whole ' if whole else ''}number, got {value!r}")
    if not least <= value <= most:  # NaN lies nowhere
        raise ValueError(f"{what} lies between {least:g} and {most:g}, got {value:g}")
    return float(value)


@dataclass(frozen=True)
class Told:
    """What the judge is told about those who ask, one value each.

    Parameters
    ----------
    worth : sequence of mapping
        By the name of what can be chosen: what it is worth later. Can be below 0.
    reference : sequence of float
        What the reference's choice is worth.
    one_measure : sequence of float
        What is worth that which one measure, the same for all, chooses.
    mistaken : mapping of str to sequence of str
        By the name of a mistake: what it chooses, a letter for each who asks. A mistake may choose
        in several ways.
    """

    worth: Sequence[Mapping[str, float]]
    reference: Sequence[float]
    one_measure: Sequence[float]
    mistaken: Mapping[str, Sequence[str]]


def judge(calls: Sequence[Call], told: Told, curve: Curve, where: str, measure: str) -> Worth:
    """Return the judge of choices, one for each call; `measure` is what the one measure is."""
    known = zip(calls, told.worth, told.reference, told.one_measure, strict=True)
    cases = [
        Case(call, _worth(worth), reference, {f"by {measure}": by_one})
        for call, worth, reference, by_one in known
    ]

    def mistake(values: list[Any]) -> str:
        chosen = "".join(values)
        return next((name for name, ways in told.mistaken.items() if chosen in ways), "")

    return Worth(cases, curve, where, mistake)


def _worth(known: Mapping[str, float]) -> Callable[[Any], float]:
    def worth(name: Any) -> float:
        if not isinstance(name, str) or name not in known:
            raise ValueError(f"one of the names {', '.join(known)} is asked for")
        return known[name]

    return worth
