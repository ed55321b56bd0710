"""Put what a learning platform gives into nbgrader's folders, so that nothing is lost on the way.

Each archive is read by the names that its platform writes, each student's files are recognised by
what is in them, and one of them becomes the submission. What was older, or lay there before, is
kept in ``grading/NAME/older/``; what could not be matched is listed with its reason. A note of who
was who on the platform stays beside it, for the way back.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from imbalance_grader.course.classroom import Assignment, Classroom, ClassroomError
from imbalance_grader.course.collected import Kept
from imbalance_grader.course.disk import WHOLE, refusal_of_the_disk
from imbalance_grader.course.handed_in import SECRET, TIMESTAMP
from imbalance_grader.course.journal import write_whole
from imbalance_grader.course.stamps import read_stamp
from imbalance_grader.names import shown
from imbalance_grader.notebook.choice import MOST_FILES, is_archive, is_notebook
from imbalance_grader.notebook.intake import Malformed, read_regular_file
from imbalance_grader.notebook.source import Source, read_source
from imbalance_grader.platforms.archives import Archive, Unreadable
from imbalance_grader.platforms.attempts import (
    MOST_BYTES,
    Chosen,
    File,
    choose,
    is_litter,
    safe_names,
    unpacked,
)
from imbalance_grader.platforms.mapping import Mapping, NoMatch, own_id
from imbalance_grader.platforms.recognise import Recognised, recognise
from imbalance_grader.platforms.senders import Sender, platform_of, sender, told_by
from imbalance_grader.texts.aside import Aside, TooMuch

_SECONDS = 10.0  # to recognise one file
_MOST_HELD_UP = 2  # files of one student that may take longer
STRANGER = "is not in the gradebook yet"
_LONGEST_NOTE = 1 << 20  # Blackboard's text of an attempt


@dataclass(frozen=True)
class Options:
    """How to collect.

    Parameters
    ----------
    mapping : Mapping or None
        Of the platform's ids or names to students; None takes the platform's own.
    platform : str
        "" where the archives tell.
    encoding : str
        Of names that do not say theirs.
    zone : str
        In which the platform's clock goes, "" where that is not known.
    time : str
        When to take work as handed in that has no time and is not late.
    replace : bool
        Whether archives may replace what came into ``submitted/`` another way.
    """

    mapping: Mapping | None = None
    platform: str = ""
    encoding: str = ""
    zone: str = ""
    time: str = ""
    replace: bool = False


@dataclass(frozen=True)
class Left:
    """A file that was not collected, and why."""

    archive: str
    name: str
    reason: str


@dataclass(frozen=True)
class Taken:
    """A student whose work was collected: where it came from and what was done."""

    student: str
    sent: Sender
    what: str
    notes: tuple[str, ...]


@dataclass
class Collected:
    """What came of it: the students, what was left with its reason, and who sent nothing."""

    taken: list[Taken] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


class _NotPlaced(Exception):
    """Why a submission was left where it was."""


@dataclass(frozen=True)
class _Entry:
    """A file of an archive and who sent it."""

    archive: int
    path: str
    sent: Sender


def collect(
    classroom: Classroom, assignment: Assignment, paths: Sequence[Path], options: Options
) -> Collected:
    """Collect the work for one assignment from archives.

    Parameters
    ----------
    classroom : Classroom
    assignment : Assignment
    paths : sequence of Path
        Of several archives, a later one is the newer where the platform gives no order.
    options : Options

    Raises
    ------
    ClassroomError
        If none of the archives can be read.
    """
    sources = [read_source(path, classroom.app.config) for path in assignment.sources]
    collecting = _Collecting(classroom, assignment, paths, options, sources)
    with Aside("imbalance_grader.platforms.recognise", _SECONDS) as aside:
        return collecting.collect(aside)


class _Collecting:
    def __init__(
        self,
        classroom: Classroom,
        assignment: Assignment,
        paths: Sequence[Path],
        options: Options,
        sources: list[Source],
    ) -> None:
        self.classroom, self.assignment, self.options = classroom, assignment, options
        self.paths, self.sources = paths, sources
        self.archives: dict[int, Archive] = {}
        self.folder = classroom.results(assignment.name)
        self.kept = Kept(self.folder)
        self.enrolled = set(classroom.enrolled())
        self.result = Collected()
        self.held_up = 0

    def collect(self, aside: Aside) -> Collected:
        with contextlib.ExitStack() as stack:
            numbers = range(len(self.paths))
            entries = [entry for number in numbers for entry in self._open(number, stack)]
            if not self.archives:
                why = "; ".join(f"{left.archive}: {left.reason}" for left in self.result.left)
                raise ClassroomError(f"nothing to collect: {why}")
            stack.callback(self.kept.write)
            for student, of_student in sorted(self._by_student(entries).items()):
                self._take(student, of_student, aside)
        self.result.absent = sorted(self.enrolled - {t.student for t in self.result.taken})
        return self.result

    def _leave(self, archive: int, name: str, reason: str) -> None:
        self.result.left.append(Left(self.paths[archive].name, name, reason))

    # Who sent what -------------------------------------------------------------------------

    def _open(self, number: int, stack: contextlib.ExitStack) -> list[_Entry]:
        """Return the files of an archive that somebody sent; what is not read is left."""
        try:
            archive = stack.enter_context(Archive(self.paths[number], self.options.encoding))
            names = [name for name in archive if not is_litter(name)]
            if not names and not archive.refused:
                raise Unreadable("it is empty")
            platform = self.options.platform or platform_of([*names, *archive.refused])
        except (Unreadable, ValueError) as error:
            self._leave(number, "", f"{error}")
            return []
        self.archives[number] = archive
        for name, why in archive.refused.items():
            self._leave(number, name, why)
        entries = []
        for name in names:
            sent = sender(platform, name)
            if sent is None:
                self._leave(number, name, f"its name has not the form that {platform} gives")
            else:
                entries.append(_Entry(number, name, sent))
        return _with_notes(entries, archive) if platform == "blackboard" else entries

    def _by_student(self, entries: Iterable[_Entry]) -> dict[str, list[_Entry]]:
        found: dict[str, list[_Entry]] = defaultdict(list)
        for entry in entries:
            try:
                found[self._student(entry)].append(entry)
            except NoMatch as error:
                self._leave(entry.archive, entry.path, str(error))
        for student, of_student in list(found.items()):
            people = _people(of_student)
            if len(people) > 1:
                why = f"{student!r} would be {len(people)} people there ({_listed(people)}): "
                for entry in found.pop(student):
                    self._leave(entry.archive, entry.path, f"{why}a mapping with their ids tells")
        return found

    def _student(self, entry: _Entry) -> str:
        if self.options.mapping is not None:
            return self.options.mapping.student(entry.sent)
        unsure = entry.path in self.archives[entry.archive].unsure
        return own_id(entry.sent, self.enrolled, unsure)

    # What counts ---------------------------------------------------------------------------

    def _take(self, student: str, entries: list[_Entry], aside: Aside) -> None:
        notes: list[str] = []
        files = self._files(entries, notes, aside)
        if not files:
            said = {(left.archive, left.name) for left in self.result.left}
            for entry in entries:
                text = not entry.sent.file and entry.sent.platform == "blackboard"
                if not text and (self.paths[entry.archive].name, entry.path) not in said:
                    self._leave(entry.archive, entry.path, _no_notebook(entry))
            return
        chosen = choose(files)
        first = next(iter(chosen.counts.values()), files[-1])
        sent = entries[first.source].sent
        try:
            what = self._place(student, chosen, sent)
        except (_NotPlaced, OSError) as error:
            if isinstance(error, OSError) and error.errno in WHOLE:
                raise
            entry = entries[first.source]
            self._leave(entry.archive, entry.path, refusal_of_the_disk(error) or str(error))
            return
        if before := self._take_back(student, sent):
            notes.append(f"was collected as {before} before, which is taken back")
        if self.enrolled and student not in self.enrolled:
            notes.append(STRANGER)
        late = ["late, says the platform"] if sent.late else []
        every = tuple(dict.fromkeys([*late, *chosen.notes, *notes]))
        self.result.taken.append(Taken(student, sent, what, every))

    def _files(self, entries: list[_Entry], notes: list[str], aside: Aside) -> list[File]:
        """Read and recognise a student's notebooks, as far as there is room."""
        files: list[File] = []
        self.held_up = 0
        left = MOST_BYTES
        for number, entry in enumerate(entries):
            name = entry.sent.file
            if not (is_notebook(name) or is_archive(name)):
                if name and any(is_notebook(e.sent.file) for e in entries):
                    notes.append(f"not looked at: {shown(name)}")
                continue
            try:
                if len(files) >= MOST_FILES:
                    raise Unreadable(f"more than {MOST_FILES} files")
                content = self.archives[entry.archive].read(entry.path, left)
            except Unreadable as error:
                self._leave(entry.archive, entry.path, str(error))
                continue
            left -= len(content)
            order = (entry.sent.order, entry.archive)
            for file in unpacked(name, content, order, number, notes.append):
                left -= len(file.content) if file.content is not content else 0
                files.append(self._recognised(file, aside))
            left = max(left, 0)
        return files

    def _recognised(self, file: File, aside: Aside) -> File:
        if file.known.why:
            return file
        try:
            if self.held_up >= _MOST_HELD_UP:
                raise TooMuch("not looked at, as others took too long")
            text = aside(recognise, file.content, file.name, self.sources)
            known = Recognised.from_text(text)
        except TooMuch as error:
            self.held_up += 1
            known = Recognised(why=str(error))
        return File(file.name, file.content, file.order, known, file.source)

    # Where it goes -------------------------------------------------------------------------

    def _place(self, student: str, chosen: Chosen, sent: Sender) -> str:
        """Write a submission and return what was done."""
        folder = self.classroom.path("submitted", student, self.assignment.name)
        new = {f"{name}.ipynb": file for name, file in chosen.counts.items()}
        new |= safe_names(chosen.beside, [*new, TIMESTAMP])
        digests = {name: _digest(file.content) for name, file in new.items()}
        there = _there(folder)
        before = self.kept.students.get(student, {})
        same = digests == {name: _digest(content) for name, content in there.items()}
        if there and not same:
            self._refuse_to_replace(student, there, sent, chosen.newest)
        older = self.folder / "older" / student
        for file in chosen.older:
            _keep(older, file.name, file.content)
        if not same:
            for name, content in there.items():
                _keep(older, name, content)
            for name, file in new.items():  # before anything goes: a disk may be full
                write_whole(folder / name, file.content, lasting=False)
            for name in {*there, TIMESTAMP, SECRET} - {*new}:  # the times were of the other work
                (folder / name).unlink(missing_ok=True)
        self._write_time(folder / TIMESTAMP, sent)
        order = max(chosen.newest[:1], tuple(before.get("order", ())) if same else ())
        self.kept.students[student] = {
            "platform": sent.platform,
            "key": sent.key,
            "name": sent.name,
            "prefix": sent.prefix,
            "late": sent.late,
            "order": list(order),
            "files": digests,
        }
        return "the same as before" if same else "replaced" if there else "new"

    def _take_back(self, student: str, sent: Sender) -> str:
        """Take back what the same person was collected as before a mapping told who that is.

        Return that id, "" where there was none; work that has been changed there since stays.
        """
        for other, told in self.kept.students.items():
            same = (told["platform"], told["key"]) == (sent.platform, sent.key)
            if sent.platform == "blackboard":  # whose key may be a part of a name
                same = same and told["prefix"] == sent.prefix
            if not same or other == student:
                continue
            folder = self.classroom.path("submitted", other, self.assignment.name)
            there = _there(folder)
            if {name: _digest(content) for name, content in there.items()} != told["files"]:
                return ""
            for name in {*there, TIMESTAMP}:
                (folder / name).unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # other assignments, or files of the instructor's
                folder.rmdir()
                folder.parent.rmdir()
            del self.kept.students[other]
            return other
        return ""

    def _refuse_to_replace(
        self, student: str, there: dict[str, bytes], sent: Sender, order: tuple[int, ...]
    ) -> None:
        before = self.kept.students.get(student, {})
        known = {name: _digest(content) for name, content in there.items()} == before.get("files")
        if not known and not self.options.replace:
            raise _NotPlaced(
                f"{student} has work in {self.classroom.coursedir.submitted_directory}/ that came "
                "another way, or was changed there: --replace keeps it aside and takes this"
            )
        if known and sent.platform == before["platform"] and order[:1] < tuple(before["order"]):
            raise _NotPlaced(f"{student} has newer work there, which stays")

    def _write_time(self, path: Path, sent: Sender) -> None:
        """Write when something was handed in, as far as that is known for sure."""
        zone = self.options.zone
        clocks = [sent.stated, f"{sent.clock} {zone}" if sent.clock and zone else ""]
        if not (sent.clock or sent.stated or sent.late):
            clocks.append(self.options.time)
        known = [text for c in clocks if c and (text := read_stamp(c.encode(), zone or "UTC").text)]
        if known:
            write_whole(path, known[0] + "\n", lasting=False)


def _with_notes(entries: list[_Entry], archive: Archive) -> list[_Entry]:
    """Return Blackboard's files with what the text of each attempt adds."""
    notes: dict[tuple[str, int], str] = {}
    for entry in entries:
        if not entry.sent.file:
            try:
                text = archive.read(entry.path, _LONGEST_NOTE).decode("utf-8-sig", "replace")
            except Unreadable:
                continue
            notes[entry.sent.prefix, entry.sent.order] = text
    return [
        _Entry(
            entry.archive,
            entry.path,
            told_by(notes.get((entry.sent.prefix, entry.sent.order), ""), entry.sent),
        )
        for entry in entries
    ]


def _people(entries: Sequence[_Entry]) -> set[str]:
    """Return whom some files are of: more than one, if different people come out as one student.

    On Blackboard a user whose name has a ``_`` could be taken for another where the text of the
    attempt is missing; what stands before is the same for one user throughout an archive.
    """
    for archive in {entry.archive for entry in entries}:
        mine = [e.sent for e in entries if e.archive == archive and e.sent.platform == "blackboard"]
        if len(prefixes := {sent.prefix for sent in mine}) > 1:
            return prefixes
    return {entry.sent.key for entry in entries}


def _there(folder: Path) -> dict[str, bytes]:
    """Return the notebooks and archives of a submission."""
    if folder.is_symlink() or folder.parent.is_symlink():
        raise _NotPlaced(f"{folder} is a link, into which nothing is written")
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    try:
        return {
            name: read_regular_file(folder / name)
            for name in names
            if is_notebook(name) or is_archive(name)
        }
    except Malformed as error:
        raise _NotPlaced(f"{folder} holds what is not read: {error}") from None


def _keep(folder: Path, name: str, content: bytes) -> None:
    """Keep a file under a name that says what is in it, so that none is ever written over."""
    [(plain, _)] = safe_names([File(name, content, ())], ()).items()
    write_whole(folder / f"{_digest(content)[:8]}-{plain}", content, lasting=False)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _no_notebook(entry: _Entry) -> str:
    if not entry.sent.file:
        return "text that was typed into the platform, and no notebook came with it"
    return "it is no notebook, and none came with it"


def _listed(keys: Iterable[str]) -> str:
    return ", ".join(shown(key) for key in sorted(keys))
