"""Stand-ins for the catalogue of exercises, which is out of sight while a notebook is graded.

The cells of a lesson import exercises for its checks, and so do cells of a student's own. A cell
that imports one and then defines what an answer needs must run on all the same.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Iterator, Sequence
from typing import Any

_PACKAGE = "imbalance_lab.exercises"


class Nothing:
    """Whatever is asked of it, there is nothing; it can be called, read and looped over."""

    def __getattr__(self, name: str) -> Nothing:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: Any, **__: Any) -> Nothing:
        """Return nothing."""
        return self

    def __getitem__(self, key: Any) -> Nothing:
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "(not there while this notebook is graded)"


class _Hidden(types.ModuleType):
    def __getattr__(self, name: str) -> Nothing:
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing()


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds nothing, and everywhere in the catalogue."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != _PACKAGE and not name.startswith(f"{_PACKAGE}."):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Hidden(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        pass


def install() -> None:
    """Where the catalogue is out of sight, let every part of it be imported as nothing."""
    try:
        importlib.import_module(_PACKAGE)
    except ModuleNotFoundError:
        sys.meta_path.insert(0, _Finder())
