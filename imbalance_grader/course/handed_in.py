"""What was handed in, taken once: the bytes that are graded are the bytes that the result is of.

A folder below ``submitted/`` can change at any time: a second collect, a student who may write
there, a link put in its place. So everything in it is read once, just before it is graded, and
what is graded, fingerprinted and dated is that copy.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from imbalance_grader.course.stamps import Stamp, read_stamp
from imbalance_grader.notebook.choice import beside, is_notebook
from imbalance_grader.notebook.intake import (
    FOLDERS_ABOVE,
    LARGEST_FILE,
    Malformed,
    read_regular_file,
)

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
    beside : mapping of str to Paper
        What else lies in the folder and may have been meant, see `notebook.choice`; by
        names relative to the folder.
    """

    content: bytes | None = None
    refused: str = ""
    beside: Mapping[str, Paper] = field(default_factory=dict)

    @contextlib.contextmanager
    def laid_out(self, folder: Path, name: str) -> Iterator[Path | None]:
        """Give a path to a file of this content, and of what lies beside it, while it is needed.

        Where there is nothing at all, None.
        """
        contents = {name: self.content} | {n: paper.content for n, paper in self.beside.items()}
        if self.content is None and not self.beside:
            yield None
            return
        with tempfile.TemporaryDirectory(dir=folder) as place:
            for each, content in contents.items():
                if content is not None:
                    path = Path(place) / each
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content)
            yield Path(place) / name

    @property
    def contents(self) -> list[bytes]:
        """Every file that may have been graded."""
        papers = (self, *self.beside.values())
        return [paper.content for paper in papers if paper.content is not None]

    def digest(self, name: str) -> str:
        """Return a digest of all that can decide the grade of a notebook of this name."""
        content = hashlib.sha256(self.content or b"").hexdigest()
        others = [paper.digest(each) for each, paper in sorted(self.beside.items())]
        parts = (name, self.content is None, content, self.refused, others)
        return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()


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
        digests = [paper.digest(name) for name, paper in sorted(self.papers.items())]
        return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def take(folder: Path, notebooks: Sequence[str], zone: str = "UTC") -> HandedIn:
    """Read what lies in a submission's folder. Links are not followed, other files not opened.

    Parameters
    ----------
    folder : Path
    notebooks : sequence of str
        Names of the instructor's notebooks without their ending.
    zone : str, default="UTC"
        As in `imbalance_grader.course.stamps.read_stamp`.
    """
    others = beside(folder, notebooks)
    papers = {
        name: replace(_paper(folder / f"{name}.ipynb"), beside=_others(folder, others[name]))
        for name in notebooks
    }
    note = _paper(folder / TIMESTAMP)
    problem = f"{TIMESTAMP} is not read: {note.refused}" if note.refused else ""
    stamp = Stamp(problem=problem) if problem else read_stamp(note.content, zone)
    secret = (_paper(folder / SECRET).content or b"").decode("ascii", "replace").strip()
    return HandedIn(papers, stamp, secret if _SECRET.fullmatch(secret) else "")


def _others(folder: Path, names: Sequence[str]) -> dict[str, Paper]:
    """Read the notebooks among what lies beside the expected one, as far as there is room."""
    left = LARGEST_FILE
    papers = {}
    for name in names:
        papers[name] = Paper()
        if is_notebook(name):
            paper = _paper(folder / name, name.count("/"))
            left -= len(paper.content or b"")
            papers[name] = paper if left >= 0 else Paper(refused="there is too much in the folder")
    return papers


def _paper(path: Path, deeper: int = 0) -> Paper:
    try:
        return Paper(read_regular_file(path, FOLDERS_ABOVE + deeper))
    except FileNotFoundError:
        return Paper()
    except (Malformed, OSError) as error:
        return Paper(refused=str(error))
