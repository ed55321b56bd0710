"""The data to practise decisions on, of a class's own.

They are drawn as the hidden ones are, from another purpose of the class's secret, so that they are
of the same kinds and luck decides little on them, and tell nothing of the hidden ones. Lessons 05,
08, 10 and 11 are not among them: their text shows or names what is practised on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple
from typing import Any

from imbalance_lab.exercises import months
from imbalance_oracles import (
    accuracy_paradox,
    capstone,
    class_weights,
    honest_validation,
    metrics,
    ranking,
    smote,
    thresholds,
)


def draw_practice(lesson: str, of: str) -> Any:
    """Return what a class practises a lesson's decision on; None where it is as published.

    Parameters
    ----------
    lesson : str
        Its number.
    of : str
        The secret of the class.
    """
    drawn = DRAWN.get(lesson)
    return drawn(f"visible/{of}") if drawn else None


def _clients(course: str) -> tuple[Any, ...]:
    seed, prices = metrics._drawn(course)
    return seed, prices, *astuple(metrics.told_of(seed, prices))


def _teams(course: str) -> tuple[Any, ...]:
    seed = ranking._drawn(course)
    return seed, *astuple(ranking.told_of(seed))


def _hospitals(course: str) -> dict[int, Any]:
    """Return four of six hospitals, two of each kind."""
    drawn = list(honest_validation._drawn(course).items())
    return dict([*drawn[:2], *drawn[-2:]])


def _clients_with_months(course: str) -> dict[int, Any]:
    """Return five of ten clients, one from each source."""
    drawn = smote._drawn(course)
    each = {months.source(seed): seed for seed in drawn}
    return {seed: drawn[seed] for seed in each.values()}


def _uncertain_costs(course: str) -> dict[int, Any]:
    return {seed: tuple(told) for seed, told in thresholds._drawn(course).items()}


def _companies(course: str) -> dict[int, Any]:
    """Return two of four companies, those whose honest promises are furthest apart.

    The judge takes promises that are nearly alike for one number that fits all.
    """
    drawn = capstone._drawn(course)
    apart = [pick(drawn, key=capstone.rehearsed) for pick in (min, max)]
    return {seed: drawn[seed] for seed in apart}


DRAWN: Mapping[str, Callable[[str], Any]] = {
    "01": accuracy_paradox._drawn,
    "02": _clients,
    "03": _teams,
    "04": _hospitals,
    "06": _clients_with_months,
    "07": class_weights._drawn,
    "09": _uncertain_costs,
    "12": _companies,
}
