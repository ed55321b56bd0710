"""Archives as learning platforms make them, and notebooks to put into them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import nbformat
from class_run_helpers import ASSIGNMENT, Course


class Here:
    """Stands in for `imbalance_grader.texts.aside.Aside`, whose process takes a second to start."""

    def __init__(self, *_: object) -> None:
        pass

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __call__(self, function, *arguments) -> str:
        return function(*arguments)


def notebook(course: Course, word: str) -> bytes:
    """Return a notebook handed in by somebody, which differs from all with another word."""
    path = course.submit("maker", reflection=word)
    data = path.read_bytes()
    for file in path.parent.iterdir():
        file.unlink()
    path.parent.rmdir()
    path.parent.parent.rmdir()
    return data


def untouched(course: Course) -> bytes:
    """Return the notebook as it is handed out."""
    from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions

    nb = nbformat.read(course.root / "solutions" / ASSIGNMENT / "toy.ipynb", as_version=4)
    for cell in nb.cells:
        ClearHiddenTests()._remove_hidden_test_region(cell)
    nb, _ = ClearSolutions().preprocess(nb, {})
    return nbformat.writes(nb).encode()


def zipped(files: Mapping[str, bytes | str], path: Path | None = None) -> bytes:
    """Return an archive, and write it where a path is given."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    if path is not None:
        path.write_bytes(memory.getvalue())
    return memory.getvalue()
