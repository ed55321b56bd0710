"""What the disk says where nothing can be written: that is the course's trouble, not a fault."""

from __future__ import annotations

import contextlib
import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path

WHOLE = {errno.EROFS, errno.ENOSPC, errno.EDQUOT}  # no other file can be written either
_IN_THE_WAY = {errno.EEXIST, errno.EISDIR, errno.ENOTDIR, errno.ENAMETOOLONG}
_SAID = {*WHOLE, *_IN_THE_WAY, errno.EACCES, errno.EPERM}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_SAID_BY_SQLITE = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}


def refusal_of_the_disk(error: BaseException) -> str:
    """Return what could not be written and why, "" where an error has another reason.

    Parameters
    ----------
    error : BaseException
        With those from which it was raised, such as the gradebook's behind SQLAlchemy's.
    """
    for each in _behind(error):
        if isinstance(each, OSError) and each.errno in _SAID:
            return f"{each.filename or 'a file'}: {each.strerror}"
        if isinstance(each, sqlite3.OperationalError):
            code = getattr(each, "sqlite_errorcode", 0) & 0xFF  # without its extension
            if code in _SAID_BY_SQLITE:
                return f"the gradebook: {each}"
    return ""


def damaged_gradebook(error: BaseException) -> str:
    """Return why the gradebook is no database any more, "" where an error has another reason."""
    for each in _behind(error):
        if getattr(each, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
            return str(each)
    return ""


@contextlib.contextmanager
def named(path: Path) -> Iterator[None]:
    """Say which file is being written, which a full disk does not."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
