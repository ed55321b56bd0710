"""What a build depended on, so that what is up to date can be skipped.

A record is a small JSON file under ``build/`` that is never committed: the digest of every file
that went into a notebook (its source, what lies beside it, the files of the packages that the
kernel really imported or read, the pinned versions, the build program) and of the notebooks that
came out. If any of them has changed, the lesson is built again; a fresh clone builds everything
once.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import imbalance_builder
from imbalance_builder.course import Lesson
from imbalance_builder.terms import LINK, titles
from imbalance_lab.files import write_whole

PROGRAM = Path(imbalance_builder.__file__).resolve().parent
PACKAGE = PROGRAM.parent  # where the other packages of the course are too


def record_path(lesson: Lesson) -> Path:
    """Return where the record of a lesson is kept."""
    return lesson.root / "build" / "lessons" / f"{lesson.topic}--{lesson.name}.json"


def write_record(lesson: Lesson, package_files: list[Path]) -> None:
    """Remember what the lesson's notebooks were made from.

    Parameters
    ----------
    lesson : Lesson
        A lesson that was just built and released.
    package_files : list of Path
        The files of the course's packages that the lesson imported or read.
    """
    used = {path.resolve() for path in package_files if path.resolve().is_relative_to(PACKAGE)}
    record = {
        "package": _digests(PACKAGE, used | _program()),
        "course": _digests(lesson.root, _inputs(lesson)),
        "titles": _titles(lesson),
        "built": _digests(lesson.root, [lesson.solution, lesson.release]),
    }
    path = record_path(lesson)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, f"{json.dumps(record, indent=1, sort_keys=True)}\n".encode())


def up_to_date(lesson: Lesson) -> bool:
    """Say whether nothing that the lesson was built from, and nothing built, has changed."""
    try:
        record = json.loads(record_path(lesson).read_text(encoding="utf-8"))
        package = [PACKAGE / name for name in record["package"]]
        return bool(
            record["package"] == _digests(PACKAGE, {*package, *_program()})
            and record["course"] == _digests(lesson.root, _inputs(lesson))
            and record["titles"] == _titles(lesson)
            and record["built"] == _digests(lesson.root, [lesson.solution, lesson.release])
        )
    except (OSError, ValueError, KeyError):
        return False


def _program() -> set[Path]:
    return set(PROGRAM.glob("*.py"))


def _inputs(lesson: Lesson) -> list[Path]:
    """Return the files of the course that go into a lesson, other lessons' sources left out."""
    beside = [
        path
        for path in lesson.source.parent.rglob("*")
        if path.is_file()
        and path.suffix not in (".ipynb", ".py", ".pyc")
        and ".ipynb_checkpoints" not in path.parts
    ]
    settings = [lesson.root / name for name in ("requirements.txt", "nbgrader_config.py")]
    return [lesson.source, *beside, *(path for path in settings if path.exists())]


def _titles(lesson: Lesson) -> dict[str, str]:
    """Return what is said of the places to which the lesson's text leads."""
    said = titles(lesson.root)
    text = lesson.source.read_text(encoding="utf-8")
    used = {link["target"] for link in LINK.finditer(text)}
    return {place: said[place] for place in sorted(used & set(said))}


def _digests(root: Path, paths: set[Path] | list[Path]) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(paths)
    }
