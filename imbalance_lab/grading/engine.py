"""The engine: grades one submission at a time, in a sandbox."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from imbalance_lab.grading.results import Graded, Limits, Protection


class Unprotected(RuntimeError):
    """A protection is off on this machine, and nobody said yes to that."""


class SourceError(ValueError):
    """The instructor's notebook cannot be graded with; the message says what to mend."""


def protections() -> list[Protection]:
    """Probe every protection on this machine, by really trying it."""
    raise NotImplementedError


class Engine:
    """Grades submissions; safe to call from several threads at once.

    Parameters
    ----------
    limits : Limits, optional
    allow_unprotected : bool, default=False

    Raises
    ------
    Unprotected
        On entering, if a protection is off and `allow_unprotected` is not True.
    """

    def __init__(self, limits: Limits | None = None, allow_unprotected: bool = False) -> None:
        raise NotImplementedError

    def __enter__(self) -> Engine:
        raise NotImplementedError

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        raise NotImplementedError

    def grade(self, source: Path, submission: Path | None, assignment: str, student: str) -> Graded:
        """Grade one notebook; blocks. Raises only `SourceError` (the instructor's notebook)."""
        raise NotImplementedError
