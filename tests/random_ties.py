"""NumPy's sorts as NumPy promises them: what is equal comes in any order.

On most processors `np.argsort` of a few rows happens to keep equal elements in the order of the
rows, and with AVX-512 it does not. With `on()`, or inside `random_ties()`, the order of ties is
drawn, and so is the order within the parts of a partition. Whoever asked for a stable sort still
gets one. What prints the same with it and without it does not depend on the processor's sorts.

As an IPython extension (`random_ties` on the kernel's path) it is on before the first cell; the
environment variable ``RANDOM_TIES`` is the seed.
"""

from __future__ import annotations

import ctypes
import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

# NumPy's own methods, which every call below and above goes through: np.sort, pandas, scikit-learn.
METHODS: dict[str, Callable[..., Any]] = {
    name: getattr(np.ndarray, name) for name in ("sort", "argsort", "partition", "argpartition")
}


@contextmanager
def random_ties(seed: int = 0) -> Iterator[None]:
    """Draw the order of ties in this process for as long as this is open.

    Parameters
    ----------
    seed : int
        Seed of the drawn orders, a stream that is nobody else's.
    """
    before = {name: getattr(np.ndarray, name) for name in METHODS}
    on(seed)
    try:
        yield
    finally:
        _replace(before)


def on(seed: int = 0) -> None:
    """Draw the order of ties in this process from now on."""
    _replace(_drawing(np.random.default_rng([20250704, seed])))


def load_ipython_extension(_: object) -> None:
    """Be on in a kernel before its first cell, and leave no name behind."""
    on(int(os.environ.get("RANDOM_TIES", "0")))


def _replace(methods: dict[str, Callable[..., Any]]) -> None:
    """Put methods into `np.ndarray`, which Python does not let anybody assign to."""
    (attributes,) = gc.get_referents(np.ndarray.__dict__)
    attributes.update(methods)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(np.ndarray))


def _drawing(rng: np.random.Generator) -> dict[str, Callable[..., Any]]:
    """Return the four methods with ties in an order that `rng` draws."""

    def argsort(
        self: np.ndarray,
        axis: int | None = -1,
        kind: str | None = None,
        order: Any = None,
        *,
        stable: bool | None = None,
    ) -> np.ndarray:
        if stable or kind in ("stable", "mergesort") or self.ndim == 0:
            return METHODS["argsort"](self, axis, kind, order, stable=stable)
        if axis is None:
            self, axis = self.ravel(), -1
        mixed = rng.permuted(_places(self, axis), axis=axis)
        found = METHODS["argsort"](np.take_along_axis(self, mixed, axis), axis, "stable", order)
        return np.take_along_axis(mixed, found, axis)

    def argpartition(
        self: np.ndarray,
        kth: int | Sequence[int],
        axis: int | None = -1,
        kind: str = "introselect",
        order: Any = None,
    ) -> np.ndarray:
        if axis is None:
            self, axis = self.ravel(), -1
        METHODS["argpartition"](self, kth, axis, kind, order)  # refuses what NumPy refuses
        found = np.moveaxis(argsort(self, axis, order=order), axis, -1).copy()
        n = found.shape[-1]
        fixed = sorted({int(k) % n for k in np.atleast_1d(kth)})
        for start, stop in zip([0, *(k + 1 for k in fixed)], [*fixed, n], strict=True):
            found[..., start:stop] = rng.permuted(found[..., start:stop], axis=-1)
        return np.moveaxis(found, -1, axis)

    def sort(self: np.ndarray, axis: int = -1, kind: str | None = None, *args: Any, **more: Any):
        if more.get("stable") or kind in ("stable", "mergesort") or self.ndim == 0:
            METHODS["sort"](self, axis, kind, *args, **more)
        else:
            order = argsort(self, axis, None, *args, **more)
            self[...] = np.take_along_axis(self, order, axis)

    def partition(self: np.ndarray, kth: int | Sequence[int], axis: int = -1, *args: Any, **more):
        order = argpartition(self, kth, axis, *args, **more)
        self[...] = np.take_along_axis(self, order, axis)

    return {"sort": sort, "argsort": argsort, "partition": partition, "argpartition": argpartition}


def _places(array: np.ndarray, axis: int) -> np.ndarray:
    """Return the positions along an axis, in the shape of the array."""
    axis = normalize_axis_index(axis, array.ndim)
    shape = [1] * array.ndim
    shape[axis] = array.shape[axis]
    return np.broadcast_to(np.arange(array.shape[axis]).reshape(shape), array.shape)
