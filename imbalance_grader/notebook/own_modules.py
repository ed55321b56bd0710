"""Processes that look for modules where this one's are, and not in the folder it was started in.

A command may be given in a student's folder. Python's own ways to start a process then look for
every module there first, and a `msgpack.py` beside the notebook would act for the instructor.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

_SAFE = "PYTHONSAFEPATH"  # what -P is on a command line


@contextlib.contextmanager
def own_modules() -> Iterator[None]:
    """Let what is started meanwhile by `multiprocessing` leave the working folder out."""
    before = os.environ.get(_SAFE)
    os.environ[_SAFE] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_SAFE]
        else:
            os.environ[_SAFE] = before
