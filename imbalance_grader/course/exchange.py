"""nbgrader's exchange, the folder through which a class on one machine hands in.

nbgrader wants it writable for everybody. In such a folder anybody may rename what is another's,
and put something else in its place, unless it is *sticky* as ``/tmp`` is; so that is what it gets,
and the folder for what is handed in too, which nbgrader would make without. On the course's hub
``hub/install.sh`` makes the same folders, before there is a grader to do it.
"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from imbalance_grader.course.classroom import Classroom, ClassroomError
from imbalance_grader.course.journal import write_whole
from imbalance_grader.names import is_assignment, shown

FILE = "exchange.json"  # beside nbgrader_config.py, which reads it
STUDENTS = "nbgrader_config.py"
ADMINISTRATOR = 0
_OPEN, _READ, _INBOUND = 0o1777, 0o755, 0o3733  # the last as nbgrader makes it, and sticky
_STUDENTS_CONFIG = '''\
"""Where this class fetches and hands in: for each student's ~/.jupyter, or for /etc/jupyter."""

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = {course_id!r}
c.Exchange.root = {root!r}
'''


def set_up(classroom: Classroom, folder: Path, course_id: str) -> Path:
    """Make an exchange, and write down for instructor and students where it is.

    Parameters
    ----------
    classroom : Classroom
    folder : Path
        Where all accounts of the machine can get at it; made where it does not exist.
    course_id : str
        The course's name in it.

    Returns
    -------
    Path
        The configuration for students, in the course's own folder of the exchange, where everybody
        may read it and only the instructor may change it.

    Raises
    ------
    ClassroomError
        If the folder is not open to everybody, or belongs to another's course.
    """
    if not is_assignment(course_id):
        raise ClassroomError(
            f"--course-id: {course_id!r} is no name for a course: plain letters, digits and . _ -, "
            "such as rare-events-2026"
        )
    root = folder.absolute()
    _open(root)
    own = root / course_id
    _own(own, _READ)
    _own(own / "inbound", _INBOUND)
    config = own / STUDENTS
    text = _STUDENTS_CONFIG.format(course_id=course_id, root=str(root))
    write_whole(config, text, mode=0o644)
    told = json.dumps({"course_id": course_id, "root": str(root)}, indent=1) + "\n"
    write_whole(classroom.root / FILE, told)
    return config


def closed_to_others(path: Path) -> Path | None:
    """Return the first folder above that other accounts cannot enter, None where they can."""
    above = reversed(path.resolve().parents)
    return next((folder for folder in above if not folder.stat().st_mode & stat.S_IXOTH), None)


def _open(root: Path) -> None:
    """Let everybody write there and nobody take away what is another's."""
    remedy = f"let who administers the machine give: install -d -m 1777 {root}"
    try:
        if not root.exists():
            root.mkdir(parents=True)
        about = root.stat()
        if about.st_uid == os.getuid() and stat.S_IMODE(about.st_mode) & _OPEN != _OPEN:
            _refuse_what_is_no_exchange(root)
            root.chmod(_OPEN)
            about = root.stat()
    except OSError as error:
        raise ClassroomError(f"the exchange {root}: {error.strerror}; {remedy}") from None
    if not stat.S_ISDIR(about.st_mode):
        raise ClassroomError(f"the exchange {root} is no folder; name another one")
    if about.st_uid not in (os.getuid(), ADMINISTRATOR):
        raise ClassroomError(
            f"the exchange {root} belongs to another account, which could put its own in the place "
            f"of every folder there; {remedy}"
        )
    if stat.S_IMODE(about.st_mode) & _OPEN != _OPEN:
        raise ClassroomError(
            f"the exchange {root} has to be open to everybody, and sticky, so that nobody can put "
            f"something in the place of another's folder; {remedy}"
        )


def _refuse_what_is_no_exchange(root: Path) -> None:
    """Open no folder to everybody that holds other things: a home, or the course with its marks."""
    for path in sorted(root.iterdir()) if root.is_dir() else ():
        if not any((path / part).is_dir() for part in ("inbound", "outbound")):
            raise ClassroomError(
                f"the exchange {root} would be open to everybody, and holds what is of no exchange "
                f"({shown(path.name)}): name a new folder outside of the course, or one that is "
                "empty"
            )


def _own(folder: Path, mode: int) -> None:
    """Make a folder of the course, which is its instructor's."""
    if not folder.is_symlink() and not folder.exists():
        folder.mkdir()
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid():
        raise ClassroomError(
            f"{folder} is another's: choose another --course-id, or ask whose it is"
        )
    folder.chmod(mode)
