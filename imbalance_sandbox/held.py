"""What one process holds at a time: a class's course, and folders for what is under way.

Both are held by locks, which the system frees however a process ends. What is written on the way
to a result may be a copy of somebody's work, or of the solutions, and a process that is killed
cannot remove it: so who makes such a folder first removes those that nobody holds any more.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

try:
    import fcntl
except ImportError:  # Windows, where courses can be built and handed out
    fcntl = None  # type: ignore[assignment]

PREFIX = "imbalance-lab-held-"


@contextlib.contextmanager
def held_course(
    course: Path, waiting: Callable[[], None] = lambda: None, wait: bool = True
) -> Iterator[None]:
    """Keep other commands away from a class's gradebook, and from what is written beside it.

    Who holds it may ask again.

    Parameters
    ----------
    course : Path
        The folder with ``nbgrader_config.py``.
    waiting : callable, optional
        Called before waiting.
    wait : bool, default=True

    Raises
    ------
    Timeout
        If another command holds it and `wait` is False.
    """
    path = course / "grading" / ".lock"
    path.parent.mkdir(exist_ok=True)
    lock = FileLock(path, is_singleton=True)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if not wait:
            raise
        waiting()
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def held_folder(prefix: str = PREFIX, where: Path | None = None) -> Iterator[Path]:
    """Give a folder that nobody else can read, and remove it at the end.

    Parameters
    ----------
    prefix : str, optional
        How its name begins, and those of the leftovers that are removed.
    where : Path, optional
        By default the system's folder for such things.

    Yields
    ------
    Path
    """
    place = Path(where or tempfile.gettempdir()).resolve()
    _clear(place, prefix)
    lock = None
    with contextlib.suppress(OSError):  # where there are no locks, and nothing is cleared either
        while lock is None:  # another process may take it for a leftover before it is held
            folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
            lock = _hold(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _clear(place: Path, prefix: str) -> None:
    """Remove what this user's killed processes left; what is held, or another's, stays."""
    made = re.compile(re.escape(prefix) + "[a-z0-9_]{8}")  # as `tempfile` names folders
    for folder in place.iterdir() if fcntl else ():
        if not made.fullmatch(folder.name):
            continue
        with contextlib.suppress(OSError):
            lock = _hold(folder) if folder.lstat().st_uid == os.geteuid() else None
            if lock is not None:
                shutil.rmtree(folder, ignore_errors=True)
                os.close(lock)


def _hold(folder: Path) -> int | None:
    """Return what holds a folder until it is closed, None where another does, or it is gone.

    Raises
    ------
    OSError
        If it is no folder, or there are no locks.
    """
    if fcntl is None:
        raise OSError(errno.ENOSYS, "no locks")
    with contextlib.ExitStack() as opened, contextlib.suppress(FileNotFoundError, BlockingIOError):
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        opened.callback(os.close, lock)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(lock), folder.lstat()):
            opened.pop_all()
            return lock
    return None
