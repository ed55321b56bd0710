"""Read a zip archive that came from elsewhere, so that nothing in it can do harm.

Nothing is unpacked here: names are looked at first, and a file is read, as far as it may be long,
when somebody asks for it. What is refused is named with its reason, and the rest is read.
"""

from __future__ import annotations

import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

LARGEST_INDEX = 32 << 20  # bytes of an archive's list of files, each of which takes memory
MOST_FILES = 50_000
LONGEST_NAME = 1_000
_UTF8 = 0x800
_ENCRYPTED = 0x1
_ABSOLUTE = re.compile(r"/|[A-Za-z]:")


class Unreadable(ValueError):
    """An archive, or a file in it, that is not read; the message says why."""


class Archive:
    """The files of a zip archive, by name. Use it in a ``with`` statement.

    Parameters
    ----------
    file : Path or binary file
    encoding : str, default=""
        Of names that are not in UTF-8, where that is known.

    Attributes
    ----------
    refused : dict of str to str
        Names that are not read, and why.
    unsure : set of str
        Names in an encoding that is not known, which are shown as well as they can be.

    Raises
    ------
    Unreadable
        If it is no archive, or its list of files is too long.
    """

    def __init__(self, file: Path | IO[bytes], encoding: str = "") -> None:
        self._encoding = encoding
        self.refused: dict[str, str] = {}
        self.unsure: set[str] = set()
        try:
            _check_index(file)
            self._zip = zipfile.ZipFile(file)
        except Unreadable:
            raise
        except FileNotFoundError:
            raise Unreadable("there is no such file") from None
        except IsADirectoryError:
            raise Unreadable(
                "it is a folder: give the archive as the platform made it (where the browser has "
                "unpacked it, pack the folder again)"
            ) from None
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
            raise Unreadable(f"it is no zip archive that can be read: {error}") from None
        self._files = self._named()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the files that can be read, in the archive's order."""
        return iter(self._files)

    def read(self, name: str, most: int) -> bytes:
        """Return the content of a file.

        Parameters
        ----------
        name : str
        most : int
            Bytes that it may have, whatever the archive says that it has.

        Raises
        ------
        Unreadable
        """
        try:
            with self._zip.open(self._files[name]) as file:
                data = file.read(most + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as e:
            raise Unreadable(f"it is damaged: {e}") from None
        if len(data) > most:
            raise Unreadable(f"it unpacks to more than {most >> 20} MB")
        return data

    def _named(self) -> dict[str, zipfile.ZipInfo]:
        files: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            name = self._name(info)
            if name.endswith("/"):
                continue
            problem = _problem(info, name)
            if not problem and name in files:
                if (files[name].CRC, files[name].file_size) == (info.CRC, info.file_size):
                    continue  # the same file twice
                problem = "two different files have this name"
            if problem or name in self.refused:
                files.pop(name, None)
                self.refused.setdefault(name, problem)
            else:
                files[name] = info
        return files

    def _name(self, info: zipfile.ZipInfo) -> str:
        """Return a name as it was meant: with slashes, and its letters composed."""
        name = info.orig_filename
        if not info.flag_bits & _UTF8:
            name, known = _decoded(name.encode("cp437", "replace"), self._encoding)
            if not known:
                self.unsure.add(unicodedata.normalize("NFC", name).replace("\\", "/"))
        return unicodedata.normalize("NFC", name).replace("\\", "/")


def _decoded(raw: bytes, encoding: str) -> tuple[str, bool]:
    """Return a name that does not say its encoding, and whether that is known all the same."""
    for each in filter(None, ("utf-8", encoding)):
        try:
            return raw.decode(each), True
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437"), False


def _problem(info: zipfile.ZipInfo, name: str) -> str:
    """Return why a file is not read, "" where it is."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if "\0" in name or len(name) > LONGEST_NAME:
        return "its name is none that a file can have"
    if _ABSOLUTE.match(name):
        return "its path is absolute"
    if ".." in name.split("/"):
        return "its path leads out of its folder (..)"
    if kind == stat.S_IFLNK:
        return "it is a link, and links are not followed"
    if kind not in (0, stat.S_IFREG):
        return "it is no regular file"
    if info.flag_bits & _ENCRYPTED:
        return "it is encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "it is compressed in a way that no learning platform uses"
    return ""


def _check_index(file: Path | IO[bytes]) -> None:
    """Refuse an archive whose list of files would fill the memory, before it is read.

    The size is taken from where `zipfile` itself takes it, so that both speak of the same list.
    """
    if isinstance(file, Path):
        with file.open("rb") as opened:
            return _check_index(opened)
    end = zipfile._EndRecData(file)  # type: ignore[attr-defined]
    if end is None:
        raise Unreadable("it is no zip archive")
    count = end[zipfile._ECD_ENTRIES_TOTAL]  # type: ignore[attr-defined]
    size = end[zipfile._ECD_SIZE]  # type: ignore[attr-defined]
    if count > MOST_FILES:
        raise Unreadable(f"it lists {count:,} files, more than the {MOST_FILES:,} that are read")
    if size > LARGEST_INDEX:
        raise Unreadable(f"its list of files has {size >> 20:,} MB, more than is read")
