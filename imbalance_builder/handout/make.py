"""Make a hand-out: what students get, and the course folder in which it is graded."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template

import jupytext
import nbformat
import tomlkit

from imbalance_builder.course import BuildError, Course, Lesson
from imbalance_builder.handout.address import launch_link
from imbalance_builder.handout.choice import Choice
from imbalance_builder.handout.cut import cut, exercises_of
from imbalance_builder.handout.listed import keep_lessons, row, shorten_list
from imbalance_builder.handout.needs import student_pins, student_project
from imbalance_builder.handout.pack import write_repository, write_zip
from imbalance_builder.handout.pages import bring_pages, mend_links
from imbalance_builder.handout.solutions import REMARKS, refuse_for_a_class, write_solutions
from imbalance_builder.handout.variant import FOLDER as VARIANT
from imbalance_builder.handout.variant import vary
from imbalance_builder.release import CONFIG, LEFT_BEHIND, release_topic
from imbalance_oracles import secret
from imbalance_sandbox.held import held_course, held_folder

STUDENT, INSTRUCTOR = "imbalance-lab", "instructor"
LICENCES = ("LICENSE", "LICENSE-text")
NOTEBOOKS = ("keep-my-work.md", "see-my-progress.md")  # templates that become notebooks
MESSAGE = "Imbalance Lab, for students"
BADGE = """
[![Open the course on Binder](https://mybinder.org/badge_logo.svg)]({link})

Binder needs no installation, and forgets your work some ten minutes after you left. The notebook
[keep-my-work](keep-my-work.ipynb) puts all of it into one file for you to download, and takes it up
again another day.
"""

ALONE = """
You learn without an instructor: once an exercise has failed and its hints are open, the model
solution comes step by step by `from imbalance_lab.progress import solution; solution("cost_of")` in
a new cell. `solution("reflection")` shows the model answer to the written question of the lesson,
when yours is saved.
"""


@dataclass(frozen=True)
class Handout:
    """Where the parts of a hand-out are.

    Parameters
    ----------
    folder : Path
        The folder that holds all of them; it is the instructor's.
    """

    folder: Path

    @property
    def student(self) -> Path:
        """The folder for students."""
        return self.folder / STUDENT

    @property
    def archive(self) -> Path:
        """The same as an archive."""
        return self.folder / f"{STUDENT}.zip"

    @property
    def repository(self) -> Path:
        """The same as a bare repository, to be pushed to where Binder finds it."""
        return self.folder / f"{STUDENT}.git"

    @property
    def course(self) -> Path:
        """The instructor's course folder, with the solutions of just what was handed out."""
        return self.folder / INSTRUCTOR


def make_handout(
    course: Course,
    choice: Choice,
    folder: Path,
    repository: str = "",
    again: bool = False,
    alone: bool = False,
    variant: bool = False,
    waiting: Callable[[], None] = lambda: None,
) -> Handout:
    """Make a hand-out, all of it or nothing.

    Parameters
    ----------
    course : Course
    choice : Choice
    folder : Path
        Must not exist, unless it is made again.
    repository : str, default=""
        Where the students' repository will be, for the Binder link; "" for none.
    again : bool, default=False
        Replace what students get in a hand-out that is there. In its course folder only the
        sources and releases of the lessons chosen now are replaced: configuration, gradebook,
        submissions and other lessons stay.
    alone : bool, default=False
        Put the model solutions into it, for those who learn without an instructor. Refused where a
        class works with the course.
    variant : bool, default=False
        Vary what is handed out by the class's secret, which is drawn where there is none. A
        hand-out that is a variant stays one when it is made again.
    waiting : callable, optional
        Called before waiting for a command that writes in the class's course folder.

    Raises
    ------
    BuildError
    """
    place = Handout(folder)
    if again and not (place.student.is_dir() and (place.course / CONFIG).is_file()):
        raise BuildError(f"{folder} holds no hand-out that could be made again")
    if not again and folder.exists():
        raise BuildError(
            f"{folder} exists: name another folder, or renew it by --again (in make: AGAIN=yes)"
        )
    if alone and variant:
        raise BuildError("--variant is for a class, --solutions for those who learn without one")
    if alone and again:
        refuse_for_a_class(place.course)
    link = _launch_link(course, choice, repository) if repository else ""
    # A grading that goes on would grade by two versions of a lesson.
    turn = held_course(place.course, waiting) if again else nullcontext()
    with turn, _draft_beside(folder) as draft:
        _begin_course(course, place.course, draft.course, variant)
        _write_course(course, choice, draft.course)
        _write_student(course, choice, draft, link, ALONE if alone else "")
        if alone:
            write_solutions(course, draft.course, draft.student)
        write_zip(draft.student, draft.archive)
        write_repository(draft.student, draft.repository, MESSAGE)
        _move(draft, place)
    return place


@contextmanager
def _draft_beside(folder: Path) -> Iterator[Handout]:
    """Give a place on the same disk, from which what is whole is moved."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with held_folder(f".{folder.name}-half-made-", folder.parent) as place:
        draft = Handout(place / folder.name)
        draft.folder.mkdir()
        yield draft


def _begin_course(course: Course, place: Path, draft: Path, variant: bool) -> None:
    """Begin a course folder with what the class has: configuration, secret, and its variant."""
    draft.mkdir()
    shutil.copy(course.root / CONFIG, draft / CONFIG)
    secrets = [root / secret.FILE for root in (place, course.root)]
    for path in filter(Path.exists, secrets[::-1]):  # the class's own last, so that it stays
        shutil.copy(path, draft / secret.FILE)
    if (place / VARIANT).is_dir():
        shutil.copytree(place / VARIANT, draft / VARIANT)
    elif variant:
        (draft / VARIANT).mkdir()
        if not secret.read(draft):
            secret.draw(draft)


def _write_course(course: Course, choice: Choice, folder: Path) -> None:
    """Write nbgrader's course folder: solutions with what was chosen, and their release."""
    if (remarks := course.root / "solutions" / REMARKS).exists():
        (folder / "solutions").mkdir()
        shutil.copy(remarks, folder / "solutions")
    for topic in choice.topics:
        place = folder / "solutions" / topic
        shutil.copytree(course.root / "solutions" / topic, place, ignore=LEFT_BEHIND)
        if topic in choice.exercises:
            _keep_chosen([x for x in choice.lessons if x.topic == topic], place, choice)
        varied = (folder / VARIANT).is_dir()
        if varied:
            vary(place, folder / VARIANT, secret.read(folder))
        release_topic(Course(folder), topic)
        changed = ".ipynb" if varied or topic in choice.exercises else ""
        _compare(folder / "lessons" / topic, course.root / "lessons" / topic, changed)


def _keep_chosen(lessons: list[Lesson], place: Path, choice: Choice) -> None:
    """Cut the notebooks of one lesson; an optional one of which nothing is chosen is left out."""
    topic = lessons[0].topic
    chosen, there = choice.exercises[topic], set()
    for lesson in lessons:
        path = place / f"{lesson.name}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        names = {exercise.name for exercise in exercises_of(notebook)}
        there |= names
        if lesson.optional and not names & chosen:
            path.unlink()
            continue
        try:
            nbformat.write(cut(notebook, chosen), path)
        except BuildError as error:
            raise BuildError(f"{topic}: {error}") from error
    if unknown := sorted(chosen - there):
        raise BuildError(
            f"{topic} has no exercise {', '.join(unknown)} (there are: {', '.join(sorted(there))})"
        )


def _compare(released: Path, stored: Path, changed: str) -> None:
    """Make sure that what students get was built, tested and looked at; changed files were not."""
    for path in sorted(p for p in released.rglob("*") if p.is_file() and p.suffix != changed):
        kept = stored / path.relative_to(released)
        if not kept.is_file() or kept.read_bytes() != path.read_bytes():
            raise BuildError(f"{kept} is not what its solution gives: run make lessons")


def _launch_link(course: Course, choice: Choice, repository: str) -> str:
    pyproject = tomlkit.parse((course.root / "pyproject.toml").read_text(encoding="utf-8"))
    own = str(pyproject.unwrap()["project"]["urls"]["Repository"])
    return launch_link(repository, _first(choice), own)


def _first(choice: Choice) -> str:
    """Return the notebook on which JupyterLab opens."""
    return choice.lessons[0].release.relative_to(choice.lessons[0].root).as_posix()


def _write_student(course: Course, choice: Choice, draft: Handout, link: str, alone: str) -> None:
    """Write the folder that students get, from nothing but what they may see."""
    root, student = course.root, draft.student
    shutil.copytree(draft.course / "lessons", student / "lessons")
    unwanted = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(root / "imbalance_lab", student / "imbalance_lab", ignore=unwanted)
    for path in (draft.course / VARIANT).glob("*.json"):
        shutil.copy(path, student / "imbalance_lab" / "exercises" / "recorded" / path.name)
    pyproject = (root / "pyproject.toml").read_text(encoding="utf-8")
    lock = (root / "requirements.txt").read_text(encoding="utf-8")
    _write(student / "pyproject.toml", student_project(pyproject))
    _write(student / "requirements.txt", student_pins(pyproject, lock))
    for name in LICENCES:
        shutil.copyfile(root / name, student / name)
    rows = [row(student / "lessons" / x.topic / f"{x.name}.ipynb") for x in choice.lessons]
    words = {
        "badge": BADGE.format(link=link) if link else "",
        "first": _first(choice),
        "alone": alone,
        "lessons": "\n".join(filter(None, rows)),
    }
    for template in sorted(files(__package__).joinpath("templates").iterdir(), key=str):
        text = template.read_text(encoding="utf-8")
        if template.name in NOTEBOOKS:
            _write_notebook(student / template.name, text)
        else:
            _write(student / template.name, Template(text).substitute(words))
    (student / "postBuild").chmod(0o755)
    shorten_list(student)
    bring_pages(root, student)
    mend_links(student)
    keep_lessons(student)


def _write_notebook(path: Path, text: str) -> None:
    """Write the notebook of a text source, with the same names of cells each time."""
    notebook = jupytext.reads(text, fmt="md")
    for number, cell in enumerate(notebook.cells):
        cell.id, cell.metadata = f"{path.stem}-{number}", {}
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
    }
    nbformat.write(notebook, path.with_suffix(".ipynb"))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _move(draft: Handout, place: Handout) -> None:
    """Put what is whole in its place; of a course folder that is there, the lessons only."""
    if not place.folder.exists():
        draft.folder.rename(place.folder)
        return
    if (draft.course / VARIANT).is_dir():
        for name in (VARIANT, secret.FILE):
            _replace(draft.course / name, place.course / name)
    for part in ("solutions", "lessons"):
        for made in sorted((draft.course / part).iterdir()):
            _replace(made, place.course / part / made.name)
    for name in ("student", "archive", "repository"):
        _replace(getattr(draft, name), getattr(place, name))


def _replace(made: Path, place: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    made.replace(place)
