"""Arithmetic as other machines do it: the last bits of floating-point results are others.

Exponentials, logarithms and random normal numbers come from a C library or a vector library, sums
of products from BLAS; each processor has its own, and they agree but for the last bit. With `on()`
such results move by at most one unit in the last place (a product of matrices by two). An
elementary function still gives equal results for equal arguments, as it does on every machine;
a product of matrices need not, since its rows take different ways through the same kernel.

As an IPython extension (`last_bits` on the kernel's path) it is on before the first cell; the
environment variable ``LAST_BITS`` is the seed.
"""

from __future__ import annotations

import ctypes
import functools
import gc
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special
import sklearn.utils.extmath

FUNCTIONS = {
    np: "exp exp2 expm1 log log2 log10 log1p power sin cos tan arctan tanh sinh cosh logaddexp",
    scipy.special: "expit logit log_expit xlogy gammaln erf erfc ndtr ndtri expm1 log1p softmax",
}
DRAWS = (
    "normal standard_normal lognormal exponential standard_exponential gamma standard_gamma beta "
    "chisquare standard_t laplace logistic weibull pareto multivariate_normal"
)


def on(seed: int = 0) -> None:
    """Move last bits in this process from now on."""
    move = functools.partial(_moved, seed=seed)
    for module, names in FUNCTIONS.items():
        for name in names.split():
            setattr(module, name, Moved(getattr(module, name), move))
    for kind in (np.random.Generator, np.random.RandomState):
        (attributes,) = gc.get_referents(kind.__dict__)
        for name in set(DRAWS.split()) & set(attributes):
            attributes[name] = _method(attributes[name], move)
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))
    rng, product = np.random.default_rng([20250704, seed]), sklearn.utils.extmath.safe_sparse_dot

    def other_product(*args: Any, **more: Any) -> Any:
        found = product(*args, **more)
        if isinstance(found, np.ndarray) and found.dtype.kind == "f":
            found = found * (1 + np.finfo(found.dtype).eps * rng.integers(-1, 2, found.shape))
        return found

    sklearn.utils.extmath.safe_sparse_dot = other_product


def load_ipython_extension(_: object) -> None:
    """Be on in a kernel before its first cell, and leave no name behind."""
    on(int(os.environ.get("LAST_BITS", "0")))


class Moved:
    """A ufunc whose results have other last bits, and which is the ufunc in all else."""

    def __init__(self, function: Callable[..., Any], move: Callable[[Any], Any]) -> None:
        self._function, self._move = function, move

    def __call__(self, *args: Any, **more: Any) -> Any:
        found = self._function(*args, **more)
        out = more.get("out", args[1] if len(args) > 1 and args[1] is found else None)
        if out is None:
            return self._move(found)
        found[...] = self._move(found)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._function, name)

    def __deepcopy__(self, _: Any) -> Moved:
        return self


def _method(drawn: Callable[..., Any], move: Callable[[Any], Any]) -> Callable[..., Any]:
    @functools.wraps(drawn)
    def method(self: Any, *args: Any, **more: Any) -> Any:
        return move(drawn(self, *args, **more))

    return method


def _moved(found: Any, seed: int) -> Any:
    """Return floats one unit in the last place up, down or unmoved, decided by their bits."""
    values = np.atleast_1d(found)
    if values.dtype != np.float64:
        return found
    bits = np.ascontiguousarray(values).view(np.uint64)
    mixed = (bits + np.uint64(seed)) * np.uint64(0x9E3779B97F4A7C15)
    step = (mixed >> np.uint64(32)) % np.uint64(3) - 1.0  # -1, 0 or 1
    step[values == np.rint(values)] = 0  # an exact result is exact everywhere, such as exp(0)
    towards = np.where(np.isfinite(values), values + step, values)
    moved = np.nextafter(found, towards if np.ndim(found) else towards[0])
    return moved if np.ndim(found) else type(found)(moved)
