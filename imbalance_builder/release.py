"""Let nbgrader make the student's version of a lesson, without touching a gradebook.

nbgrader works on a throw-away course folder and without a database, and only files that changed
are carried over. So a release neither needs nor leaves anything in the course's root, and is the
same, byte for byte, as what ``nbgrader generate_assignment`` writes there.
"""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log, temp_attrs
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

import imbalance_lab
from imbalance_builder.course import BuildError, Course, Lesson
from imbalance_sandbox.held import held_folder

CONFIG = "nbgrader_config.py"
# Where students have each lesson once more as it was, to bring an exercise back to that. By its
# ending no program takes one for a lesson to open.
KEPT = Path(imbalance_lab.__file__).parent / "lessons" / "kept"
LEFT_BEHIND = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__", "*.py")


def release_topic(course: Course, topic: str) -> list[Path]:
    """Release every notebook of a topic, and return the files of ``lessons/`` that changed.

    Parameters
    ----------
    course : Course
        The course; its ``nbgrader_config.py`` says how to release.
    topic : str
        The folder under ``solutions/``, which nbgrader calls the assignment.

    Raises
    ------
    BuildError
        With nbgrader's own words, if nbgrader refuses the notebooks.
    """
    with held_folder() as workshop:
        solutions = course.root / "solutions" / topic
        shutil.copytree(solutions, workshop / "solutions" / topic, ignore=LEFT_BEHIND)
        _generate_assignment(course, workshop, topic)
        return _carry_over(workshop / "lessons" / topic, course.root / "lessons" / topic)


def _generate_assignment(course: Course, workshop: Path, topic: str) -> None:
    """Run nbgrader's converter with the course's configuration inside the workshop."""
    loader = PyFileConfigLoader(CONFIG, path=str(course.root))
    config = Config(loader.load_config())
    config.CourseDirectory.root = str(workshop)
    # What --no-db means on nbgrader's command line: a release needs no gradebook.
    config.GenerateAssignment.no_database = True
    config.SaveCells.enabled = False
    coursedir = CourseDirectory(config=config)
    with temp_attrs(coursedir, assignment_id=topic):
        converter = GenerateAssignment(coursedir=coursedir, config=config)
        converter.log.setLevel(logging.WARNING)
        converter.log.propagate = False
        result = capture_log(converter)
    if not result["success"]:
        raise BuildError(f"{topic}: nbgrader could not release it:\n{result['log']}")


def _carry_over(made: Path, place: Path) -> list[Path]:
    """Copy what differs from `made` to `place`; return what changed."""
    changed = []
    for path in sorted(p for p in made.rglob("*") if p.is_file()):
        target = place / path.relative_to(made)
        if not target.exists() or target.read_bytes() != path.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            changed.append(target)
    return changed


def keep_released(lessons: list[Lesson], folder: Path = KEPT) -> list[str]:
    """Copy released notebooks to where the package has them; return the names of what changed."""
    changed = []
    for lesson in lessons:
        place = folder / lesson.topic / f"{lesson.name}.json"
        content = lesson.release.read_bytes()
        if not place.exists() or place.read_bytes() != content:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            changed.append(f"{lesson}.json")
    return changed


def kept_differences(lessons: list[Lesson]) -> list[str]:
    """Return where the package does not have the released notebooks, and just those."""
    wanted = {KEPT / x.topic / f"{x.name}.json": x.release.read_bytes() for x in lessons}
    there = {path: path.read_bytes() for path in KEPT.rglob("*.json")}
    different = sorted(p for p in {*wanted, *there} if wanted.get(p) != there.get(p))
    return [f"{p.relative_to(KEPT)}: not the released notebook: make lessons" for p in different]
