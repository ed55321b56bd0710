"""What was handed in, taken once: the bytes that are graded are the bytes that the result is of.

A folder below ``submitted/`` can change at any time: a second collect, a student who may write
there, a link put in its place. So everything in it is read once, just before it is graded, and
what is graded, fingerprinted and dated is that copy.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from imbalance_grader.intake import Malformed, read_regular_file
from imbalance_grader.stamps import Stamp, read_stamp

TIMESTAMP = "timestamp.txt"
SECRET = "submission_secret.txt"
_SECRET = re.compile(r"[A-Za-z0-9_+/=.-]{1,200}")


@dataclass(frozen=True)
class Paper:
    """One notebook as it lay there.

    Parameters
    ----------
    content : bytes or None
        None where there was none, or it was refused.
    refused : str
        Why it was not read, "" where it was, or was not there.
    """

    content: bytes | None = None
    refused: str = ""

    @contextlib.contextmanager
    def laid_out(self, folder: Path, name: str) -> Iterator[Path | None]:
        """Give a path to a file of this content while it is needed; None where there is none."""
        if self.content is None:
            yield None
            return
        path = folder / name
        path.write_bytes(self.content)
        try:
            yield path
        finally:
            path.unlink()


@dataclass(frozen=True)
class HandedIn:
    """One student's submission for one assignment, as it lay there at one moment.

    Parameters
    ----------
    papers : mapping of str to Paper
        By the name of the instructor's notebook, without its ending.
    stamp : Stamp
    secret : str
        What nbgrader's exchange needs to hand feedback back to this submission, or "".
    """

    papers: Mapping[str, Paper]
    stamp: Stamp = field(default_factory=Stamp)
    secret: str = ""

    @property
    def fingerprint(self) -> str:
        """A digest of all that can decide the grade. The date does not: it is settled apart."""
        digest = hashlib.sha256()
        for name, paper in sorted(self.papers.items()):
            content = hashlib.sha256(paper.content or b"").hexdigest()
            digest.update(repr((name, paper.content is None, content, paper.refused)).encode())
        return digest.hexdigest()


def take(folder: Path, notebooks: Sequence[str], zone: str = "UTC") -> HandedIn:
    """Read what lies in a submission's folder. Links are not followed, other files not opened.

    Parameters
    ----------
    folder : Path
    notebooks : sequence of str
        Names of the instructor's notebooks without their ending.
    zone : str, default="UTC"
        As in `imbalance_grader.stamps.read_stamp`.
    """
    papers = {name: _paper(folder / f"{name}.ipynb") for name in notebooks}
    note = _paper(folder / TIMESTAMP)
    problem = f"{TIMESTAMP} is not read: {note.refused}" if note.refused else ""
    stamp = Stamp(problem=problem) if problem else read_stamp(note.content, zone)
    secret = (_paper(folder / SECRET).content or b"").decode("ascii", "replace").strip()
    return HandedIn(papers, stamp, secret if _SECRET.fullmatch(secret) else "")


def _paper(path: Path) -> Paper:
    try:
        return Paper(read_regular_file(path))
    except FileNotFoundError:
        return Paper()
    except (Malformed, OSError) as error:
        return Paper(refused=str(error))
