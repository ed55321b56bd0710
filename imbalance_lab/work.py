"""Take all your work along as one file, and take it up again: for Binder, which forgets it.

An archive holds the notebooks under ``lessons/`` as they were last saved, the file of your progress
and the copies in ``my-copies/`` where there are any.
"""

from __future__ import annotations

import contextlib
import html
import io
import os
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from imbalance_lab.files import in_plain_words, write_whole
from imbalance_lab.lessons.copies import FOLDER as COPIES
from imbalance_lab.lessons.copies import course_at
from imbalance_lab.lessons.notice import damage_of
from imbalance_lab.printable import one_line
from imbalance_lab.progress.record import NAME as PROGRESS
from imbalance_lab.progress.record import ForeignFile, add, parsed

NAME = "my-work.zip"
WORK = re.compile(
    r"lessons/\d\d-[a-z0-9-]+/[^/\\]+\.ipynb|my-progress[^/\\]*\.json"
    rf"|{COPIES}/\d\d-[a-z0-9-]+/[^/\\]+\.(ipynb|py)"
)
LARGEST = 500_000_000  # bytes of all work, unpacked; nothing honest comes near


@dataclass(frozen=True, repr=False)
class Packed:
    """What was packed. As the last value of a cell it shows a link for the download."""

    archive: Path
    notebooks: int
    damaged: tuple[str, ...] = ()

    def __repr__(self) -> str:
        packed = f"{self.notebooks} notebooks, as last saved, are in {NAME}"
        return "\n".join([packed, *self._remarks()])

    def _remarks(self) -> list[str]:
        return [
            f"{one_line(name)} is damaged. To mend it, with all your answers, close it and run in a"
            f" new cell: from imbalance_lab.lessons import mend; mend({name!r})"
            for name in self.damaged
        ]

    def _repr_html_(self) -> str:
        # JupyterLab leaves a link that says `download` to the browser.
        place = Path(os.path.relpath(self.archive)).as_posix()
        link = f'<a href="{html.escape(place)}" download="{NAME}">Download {NAME}</a>'
        packed, *remarks = str(self).split("\n")
        below = "".join(f"<p>{html.escape(remark)}</p>" for remark in remarks)
        return f"<p>{packed}. <strong>{link}</strong></p>{below}"


@in_plain_words
def pack_work(course: Path | str = ".") -> Packed:
    """Put all saved notebooks into ``my-work.zip``, in the folder of the course.

    Parameters
    ----------
    course : path, default="."
        The folder in which ``lessons/`` is, or one of a lesson in it.

    Returns
    -------
    Packed
        Shows a link for the download.

    Raises
    ------
    ValueError
        If there is no folder ``lessons/`` with notebooks in it.
    """
    folder = course_at(Path(course).resolve())
    names = list(_work_in(folder))
    notebooks = sum(name.startswith("lessons/") for name in names)
    if not notebooks:
        raise ValueError(f"course must be the folder with lessons/ in it, got {str(course)!r}")
    packed = io.BytesIO()
    # Files of an image may be dated 1970, before an archive's time begins.
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for name in names:
            archive.write(folder / name, name)
    write_whole(folder / NAME, packed.getvalue())
    lessons = [name for name in names if name.startswith("lessons/")]
    damaged = [name for name in lessons if damage_of(folder / name)]
    return Packed(folder / NAME, notebooks, tuple(damaged))


def _work_in(folder: Path) -> Iterator[str]:
    """Yield the files that are a student's work, by their paths from the folder."""
    patterns = ("my-progress*.json", "lessons/*/*.ipynb", f"{COPIES}/*/*")
    for path in sorted(path for pattern in patterns for path in folder.glob(pattern)):
        name = path.relative_to(folder).as_posix()
        if WORK.fullmatch(name):
            yield name


@in_plain_words
def take_up_work(archive: Path | str = NAME, course: Path | str = ".") -> None:
    """Put what `pack_work` packed back in its place, and say what was done.

    What is there and differs is moved into a folder ``before-DATE`` first, so that nothing is
    lost. Of your progress the better state of each exercise is kept, from here or from there.

    Parameters
    ----------
    archive : path, default="my-work.zip"
    course : path, default="."
        The folder in which ``lessons/`` is, or one of a lesson in it.

    Raises
    ------
    ValueError
        If the archive is not there or is none, or holds anything but work; then nothing is
        changed.
    """
    folder = course_at(Path(course).resolve())
    here = Path(archive)
    contents = _contents(here if here.exists() else folder / here)
    aside = folder / f"before-{datetime.now():%Y-%m-%d-%H%M%S-%f}"
    done = Counter(_put(folder, name, content, aside) for name, content in contents.items())
    print(f"{len(contents)} files taken up, {done['same']} of them unchanged.")
    if done["replaced"]:
        print(f"{done['replaced']} files that were here and differed are now in {aside.name}.")
    if done["merged"]:
        print("Your progress is that of both: of each exercise the better state is kept.")
    print("Close notebooks that are open, without saving, and open them again.")


def _put(folder: Path, name: str, content: bytes, aside: Path) -> str:
    """Put one file in its place, and return in a word what became of it."""
    place = folder / name
    there = place.read_bytes() if place.exists() else None
    if there == content:
        return "same"
    if there is not None and name == PROGRESS:
        with contextlib.suppress(ForeignFile):  # where either is none, it is a file like others
            parsed(name, there)
            add(place, parsed(name, content))
            return "merged"
    for file, what in ((aside / name, there), (place, content)):
        if what is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(file, what)
    return "new" if there is None else "replaced"


def _contents(archive: Path) -> dict[str, bytes]:
    """Return the files of an archive by their paths, if they are all a student's work."""
    if not archive.is_file():
        raise ValueError(
            f"there is no {one_line(archive)}: upload it first (drag it from your computer onto the"
            " list of files at the left)"
        )
    foreign = f"{one_line(archive.name)} was not made by pack_work: it"
    try:
        with zipfile.ZipFile(archive) as file:
            entries = [entry for entry in file.infolist() if not entry.is_dir()]
            for entry in entries:
                if not WORK.fullmatch(entry.filename):
                    raise ValueError(f"{foreign} holds {entry.filename!r}")
            if sum(entry.file_size for entry in entries) > LARGEST:
                raise ValueError(f"{foreign} is too large")
            return {entry.filename: file.read(entry) for entry in entries}
    except Exception as error:  # a damaged file makes of its readers whatever it likes
        if type(error) is ValueError:
            raise
        name = one_line(archive.name)
        raise ValueError(f"{name} cannot be read as an archive: {error}") from error
