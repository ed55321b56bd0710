"""Which of the files in a student's folder is the notebook that counts.

Normally it has the name that it was handed out with. A browser, a learning platform or a student
may have changed that, put it one folder deeper or left an untouched copy beside it. Where just one
file can be meant, it is taken, and a remark says so; where it cannot be told, nothing is guessed,
nobody gets a zero, and the reason names the files.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from imbalance_grader.names import shown
from imbalance_grader.notebook.arrange import Script, arrange
from imbalance_grader.notebook.intake import FOLDERS_ABOVE, Malformed, read_cells
from imbalance_grader.notebook.source import Source
from imbalance_grader.notebook.variant import Copies

MOST_FILES = 20  # beside the notebook that are named
_MOST_READ = 5
_MOST_LOOKED_AT = 5_000
_DEEPEST = 2  # folders below the assignment's in which a file is still found
_NOTEBOOK = re.compile(r".+\.ipynb(\.txt|\.json)?", re.IGNORECASE | re.DOTALL)
_ARCHIVE = re.compile(r".+\.(zip|7z|rar|tar|tgz|gz|bz2|xz)", re.IGNORECASE | re.DOTALL)
_CODE = re.compile(r".+\.py", re.IGNORECASE | re.DOTALL)
# What systems and programs leave behind: nobody means to hand that in.
_LEFTOVER = re.compile(r"\..*|__MACOSX|__pycache__", re.DOTALL)


# --- for who looks after the class: names only ---------------------------------------------------


def is_notebook(name: str) -> bool:
    """Return whether a file is a notebook, as far as its name tells."""
    return _NOTEBOOK.fullmatch(PurePosixPath(name).name) is not None


def is_archive(name: str) -> bool:
    """Return whether a file is an archive, as far as its name tells."""
    return _ARCHIVE.fullmatch(PurePosixPath(name).name) is not None


def is_leftover(name: str) -> bool:
    """Return whether a file or folder is what a system or program leaves behind."""
    return _LEFTOVER.fullmatch(name) is not None


def files_below(folder: Path, deepest: int) -> Iterator[str]:
    """Yield the files in a folder and below, relative to it; no link is followed.

    Parameters
    ----------
    folder : Path
    deepest : int
        How many folders below it are entered.
    """
    waiting = [(folder, "", 0)]
    looked_at = 0
    while waiting:
        place, before, depth = waiting.pop()
        try:
            entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            looked_at += 1
            if looked_at > _MOST_LOOKED_AT:
                return
            if is_leftover(entry.name):
                continue
            if not entry.is_dir(follow_symlinks=False):
                yield before + entry.name
            elif depth < deepest:
                waiting.append((Path(entry.path), f"{before}{entry.name}/", depth + 1))


def beside(folder: Path, notebooks: Sequence[str]) -> dict[str, list[str]]:
    """Return what else lies in a student's folder that somebody may have meant to hand in.

    Parameters
    ----------
    folder : Path
        The student's folder for one assignment.
    notebooks : sequence of str
        Names of the assignment's notebooks, without their ending.

    Returns
    -------
    dict of str to list of str
        For each of them the notebooks, archives and Python files that have more to do with its
        name than with the others', relative to the folder.
    """
    found: dict[str, list[str]] = {name: [] for name in notebooks}
    expected = {f"{name}.ipynb" for name in notebooks}
    by_length = sorted(notebooks, key=len, reverse=True)
    for name in sorted(files_below(folder, _DEEPEST)):
        kind = PurePosixPath(name).name
        if name in expected or not (is_notebook(name) or is_archive(name) or _CODE.fullmatch(kind)):
            continue
        of = next((each for each in by_length if each.lower() in kind.lower()), notebooks[0])
        if len(found[of]) < MOST_FILES:
            found[of].append(name)
    return found


# --- for the judge: the notebook that counts -----------------------------------------------------


def read_script(
    expected: Path, others: Mapping[str, str], source: Source, copies: Copies | None = None
) -> Script:
    """Read the notebook that counts.

    Parameters
    ----------
    expected : Path
        Where it should be.
    others : mapping of str to str
        What lies beside it, by names relative to its folder, and why it was not read.
    source : Source
        The instructor's notebook.
    copies : Copies, optional
        Which copies of it the class has; by default none.

    Raises
    ------
    FileNotFoundError
        If nothing at all was handed in.
    Malformed
        If there is no notebook that can be read, or more than one that could count.
    """
    notebooks = {name: refused for name, refused in others.items() if is_notebook(name)}
    from_copy = _Reader(expected, source, copies or Copies())
    try:
        script = from_copy.read()
    except FileNotFoundError:
        return _in_its_place(from_copy, others, notebooks)
    except Malformed as error:
        also = f" (beside it: {_listed(others)})" if others else ""
        raise Malformed(f"{error}{also}") from None
    if not script.is_worked and notebooks:
        script = _instead_of_untouched(from_copy, notebooks, script)
    elif others:
        script.remarks.append(f"not looked at, though handed in beside it: {_listed(others)}")
    return script


@dataclass(frozen=True)
class _Reader:
    """Reads notebooks of a lesson, each against the copy of the instructor's that it is made from.

    Parameters
    ----------
    expected : Path
        Where it should be.
    source : Source
        The instructor's notebook, as the class has it.
    copies : Copies
    """

    expected: Path
    source: Source
    copies: Copies

    def read(self, name: str = "") -> Script:
        """Read the expected notebook, or one that lies beside it."""
        path = self.expected.parent / name if name else self.expected
        cells = read_cells(path, FOLDERS_ABOVE + name.count("/"))
        origin = self.copies.made_from(cells)
        script = arrange(cells, self.copies.source(self.source, origin.whose).cells)
        script.origin = origin
        script.remarks += filter(None, [origin.remark])
        return script


def _in_its_place(
    reader: _Reader, others: Mapping[str, str], notebooks: Mapping[str, str]
) -> Script:
    expected = reader.expected
    if not others:
        raise FileNotFoundError(expected)
    lacking = f"{expected.name} is not there"
    if not notebooks:
        what = "unpack it" if any(map(is_archive, others)) else "hand in the notebook itself"
        raise Malformed(f"{lacking}; found instead: {_listed(others)}: {what}")
    readable, reasons = _readable(reader, notebooks)
    worked = {name: script for name, script in readable.items() if script.is_worked}
    for chosen in (worked, readable):
        if len(chosen) == 1:
            ((name, script),) = chosen.items()
            script.remarks.insert(0, f"{lacking}; {shown(name)} was graded in its place")
            return script
    if readable:
        raise Malformed(
            f"{lacking}, and {_listed(readable)} could be meant: keep the one that counts, "
            f"under the name {expected.name}"
        )
    raise Malformed(f"{lacking}; found instead: {'; '.join(reasons)}")


def _instead_of_untouched(reader: _Reader, notebooks: Mapping[str, str], script: Script) -> Script:
    expected = reader.expected
    readable, _ = _readable(reader, notebooks)
    worked = {name: other for name, other in readable.items() if other.is_worked}
    untouched = f"{expected.name} is as it was handed out"
    if len(worked) > 1:
        raise Malformed(
            f"{untouched}, and {_listed(worked)} hold answers: keep the one that counts, under the "
            f"name {expected.name}"
        )
    for name, other in worked.items():
        script = other
        script.remarks.insert(0, f"{untouched}; {shown(name)}, beside it, was graded in its place")
    if not worked:
        script.remarks.append(f"handed in beside it, and without an answer: {_listed(notebooks)}")
    return script


def _readable(reader: _Reader, notebooks: Mapping[str, str]) -> tuple[dict[str, Script], list[str]]:
    """Return the notebooks of this lesson among some files, and why the others are none."""
    if len(notebooks) > _MOST_READ:
        raise Malformed(
            f"{len(notebooks)} notebooks lie there ({_listed(notebooks)}): keep the one that "
            f"counts, under the name {reader.expected.name}"
        )
    readable: dict[str, Script] = {}
    reasons = []
    for name, refused in notebooks.items():
        try:
            if refused:
                raise Malformed(refused)
            readable[name] = reader.read(name)
        except (Malformed, OSError) as error:
            reasons.append(f"{shown(name)}, but {error}")
    return readable, reasons


def _listed(names: Iterable[str]) -> str:
    return ", ".join(shown(name) for name in names)
