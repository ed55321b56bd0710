"""Grading that a class can trust: contained, apart from the student's code, and fast.

nbgrader's format, gradebook and formgrader stay; this package replaces how a submission is taken
in, run and scored. `docs/threat-model.md` says what is protected from whom.

From the ground up: `notebook` grades one notebook and knows nothing of a class; `course` knows the
folders and the gradebook, and `texts` looks at what students wrote. With them `class_run` grades a
class, and `reporting` writes what is read afterwards. `platforms` and `marking` are ways in and
out; `commands` does what `cli` was asked for.
"""

import os
import sys

if sys.argv[:1] == ["-m"] and not sys.flags.safe_path:
    # `python -m imbalance_grader` looks for every module in the folder that it is started in, and
    # first there. That may hold a student's files, `msgpack.py` among them, so it becomes the last
    # one. Only in a clone of the course the folder's own packages are meant.
    if __file__ == os.path.join(sys.path[0], __name__, "__init__.py"):  # noqa: PTH118 (pathlib is large)
        for _name in ("imbalance_lab", "imbalance_oracles", "imbalance_sandbox"):
            __import__(_name)
    sys.path.append(sys.path.pop(0))

from imbalance_grader.notebook.results import (
    CellResult,
    CellTime,
    Graded,
    Limits,
    NotebookResult,
    Protection,
    State,
)

__all__ = [
    "CellResult",
    "CellTime",
    "Graded",
    "Limits",
    "NotebookResult",
    "Protection",
    "State",
]
