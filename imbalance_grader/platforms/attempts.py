"""What one student handed in: which file counts, and what becomes of the others.

The newest that holds answers counts. Where the platform does not say which is newer, the file with
the notebook's own name does; where that does not help either, all are laid side by side, and the
grader names them. Older ones are kept.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from imbalance_grader.names import shown
from imbalance_grader.notebook.choice import MOST_FILES, is_archive, is_leftover, is_notebook
from imbalance_grader.platforms.archives import Archive, Unreadable
from imbalance_grader.platforms.recognise import Recognised

MOST_BYTES = 100 << 20  # of one student's files together
_LONGEST_NAME = 100


@dataclass(frozen=True)
class File:
    """One notebook or archive that a student handed in.

    Parameters
    ----------
    name : str
        The student's name for it.
    content : bytes
    order : tuple of int
        The larger, the newer.
    known : Recognised
    source : int
        Number of the file of the platform's archive in which it lay.
    """

    name: str
    content: bytes
    order: tuple[int, ...]
    known: Recognised = field(default_factory=Recognised)
    source: int = 0


@dataclass
class Chosen:
    """What becomes of a student's files.

    Parameters
    ----------
    counts : dict of str to File
        By the name of the instructor's notebook.
    beside : list of File
        Laid beside it: another could be meant, or it is none of the lesson's notebooks.
    older : list of File
    notes : list of str
        What the instructor should know.
    """

    counts: dict[str, File] = field(default_factory=dict)
    beside: list[File] = field(default_factory=list)
    older: list[File] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def newest(self) -> tuple[int, ...]:
        """Order of the newest file that counts or could be meant."""
        files = [*self.counts.values()] or self.beside
        return max((file.order for file in files), default=())


def choose(files: Sequence[File]) -> Chosen:
    """Choose among the files of one student, which have been recognised.

    Parameters
    ----------
    files : sequence of File
    """
    chosen = Chosen()
    for notebook in dict.fromkeys(f.known.notebook for f in files if f.known.notebook):
        _choose_one(chosen, notebook, [f for f in files if f.known.notebook == notebook])
    for file in files:
        if not file.known.notebook:
            chosen.beside.append(file)
            chosen.notes.append(f"{shown(file.name)}: {file.known.why}")
    return chosen


def _choose_one(chosen: Chosen, notebook: str, files: list[File]) -> None:
    files = list({file.content: file for file in sorted(files, key=lambda f: f.order)}.values())
    worked = [file for file in files if file.known.worked] or files
    newest = [file for file in worked if file.order == max(f.order for f in worked)]
    named = [file for file in newest if file.name.rpartition("/")[2] == f"{notebook}.ipynb"]
    first = newest if len(newest) == 1 else named if len(named) == 1 else []
    others = [file for file in files if file not in first]
    if not first:
        listed = ", ".join(shown(file.name) for file in newest)
        chosen.notes.append(f"which of these counts cannot be told: {listed}")
        chosen.beside += newest
        others = [file for file in others if file not in newest]
    for file in first:
        chosen.counts[notebook] = file
        if file.name != f"{notebook}.ipynb":
            chosen.notes.append(f"{shown(file.name)} is {notebook}.ipynb")
        if any(other.order > file.order for other in others):
            chosen.notes.append("a newer file is as it was handed out")
    for file in others:
        as_new = bool(first) and file.known.worked and file.order == first[0].order
        (chosen.beside if as_new else chosen.older).append(file)
    older = sum(file in chosen.older for file in others)
    if older:
        chosen.notes.append(f"{older} older kept")


def is_litter(path: str) -> bool:
    """Return whether a system or a program left a file behind, and nobody handed it in.

    A name that a platform made may begin with a full stop; those of macOS with two signs.
    """
    first, *inner = path.split("/")
    hidden = first.startswith("._") or (is_leftover(first) and "_" not in first.lstrip("_"))
    return hidden or first == "__MACOSX" or any(map(is_leftover, inner))


def unpacked(
    name: str,
    content: bytes,
    order: tuple[int, ...],
    source: int,
    note: Callable[[str], None],
) -> list[File]:
    """Return a notebook, or those of an archive that a student handed in.

    An archive in that archive is not looked into; what is not read is noted.
    """
    if not is_archive(name):
        return [File(name, content, order, source=source)]
    files: list[File] = []
    try:
        with Archive(io.BytesIO(content)) as archive:
            for inner, why in list(archive.refused.items())[:MOST_FILES]:
                note(f"{shown(name)}/{shown(inner)}: {why}")
            for inner, data in _notebooks(archive, name, note):
                files.append(File(f"{name}/{inner}", data, order, source=source))
    except Unreadable as error:
        note(f"{shown(name)}: {error}")
    if not files:
        note(f"{shown(name)} holds no notebook that is read")
        return [File(name, content, order, Recognised(why="it holds no notebook"), source)]
    return files


def _notebooks(
    archive: Archive, name: str, note: Callable[[str], None]
) -> Iterator[tuple[str, bytes]]:
    """Yield the notebooks of an archive of this name, as far as there is room for them."""
    left, found = MOST_BYTES, 0
    for inner in archive:
        path = shown(f"{name}/{inner}")
        if is_litter(inner):
            continue
        if is_archive(inner):
            note(f"{path}: an archive in an archive is not looked into")
        if not is_notebook(inner):
            continue
        if found >= MOST_FILES:
            note(f"{shown(name)} holds more than {MOST_FILES} notebooks")
            return
        try:
            data = archive.read(inner, left)
        except Unreadable as error:
            note(f"{path}: {error}")
            continue
        left, found = left - len(data), found + 1
        yield inner, data


def safe_names(files: Iterable[File], taken: Iterable[str]) -> dict[str, File]:
    """Return files by names that any file system takes, each once.

    Parameters
    ----------
    files : iterable of File
    taken : iterable of str
        Names that are in use already.
    """
    used = {name.casefold() for name in taken}
    named: dict[str, File] = {}
    for file in files:
        plain = _safe(file.name)
        name, number = plain, 1
        while name.casefold() in used:
            number += 1
            name = f"{number}-{plain}"
        used.add(name.casefold())
        named[name] = file
    return named


def _safe(name: str) -> str:
    plain = re.sub(r"[^\w .()+-]", "_", name.rpartition("/")[2]).strip(" .") or "file"
    while len(plain.encode()) > _LONGEST_NAME:  # the ending says what it is
        plain = plain[1:]
    return plain.lstrip(" .-") or "file"
