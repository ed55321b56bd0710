"""Parameter checks in scikit-learn's own words, for every public function of the package."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np
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


#: A share of positives: neither class may be empty by intention.
PREVALENCE = real(0, 1, closed="neither")
#: None, an int, or a RandomState.
SEED = ["random_state"]
