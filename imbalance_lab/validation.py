"""Checks of arguments for every public function of the package.

Parameters are checked in scikit-learn's own words; the errors for arrays name them too.
"""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils._param_validation import (
    Interval,
    StrOptions,
    validate_parameter_constraints,
    validate_params,
)

P = ParamSpec("P")
R = TypeVar("R")

Seed = int | np.random.RandomState | None


class _Range(Interval):  # type: ignore[misc]  # scikit-learn is untyped
    """Numbers between two ends; True and False are none."""

    def is_satisfied_by(self, val: Any) -> bool:
        return not isinstance(val, bool) and bool(super().is_satisfied_by(val))


def checked(**constraints: Any) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function raise ValueError for a parameter outside its constraint.

    The message names the parameter, what is accepted and what came. This only adds types to
    scikit-learn's ``validate_params``.
    """
    decorate = validate_params(constraints, prefer_skip_nested_validation=True)
    return cast(Callable[[Callable[P, R]], Callable[P, R]], decorate)


def check(caller: str, name: str, value: Any, constraint: list[Any]) -> None:
    """Raise ValueError, as `checked` does, for one value whose constraint is known only now."""
    validate_parameter_constraints({name: constraint}, {name: value}, caller_name=caller)


def whole(low: int, high: int | None = None) -> list[Any]:
    """Accept whole numbers from low to high, both included."""
    return [_Range(Integral, low, high, closed="left" if high is None else "both")]


def real(low: float | None, high: float | None = None, *, closed: str = "left") -> list[Any]:
    """Accept finite numbers between low and high; ``closed`` as in scikit-learn's Interval."""
    return [_Range(Real, low, high, closed=closed)]


def one_of(*names: str) -> list[Any]:
    """Accept these names."""
    return [StrOptions(set(names))]


def finite(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return an array of numbers without NaN and infinite ones, or raise ValueError."""
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be numbers; got {values!r:.60}.") from None
    broken = int((~np.isfinite(array)).sum())
    if broken:
        raise ValueError(f"{name} must be finite; got {broken} NaN or infinite of {array.size}.")
    return array


#: A share of positives: neither class may be empty by intention.
PREVALENCE = real(0, 1, closed="neither")
#: None, an int, or a RandomState.
SEED = ["random_state"]
