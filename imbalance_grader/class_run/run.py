"""Grade a class: each submission apart from the others, and a run that can be killed and go on.

What came of a submission is written whole before its record is (see `class_run.settle`). So
a record in the journal means that everything else is there; a run killed before it does that one
submission again, with the same outcome.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from filelock import Timeout

from imbalance_grader.class_run.settle import Settler, fingerprint, unread
from imbalance_grader.class_run.workers import Task, Workers
from imbalance_grader.course.backup import back_up
from imbalance_grader.course.classroom import Assignment, Classroom, ClassroomError, Submission
from imbalance_grader.course.gradebook import entries, has_marks
from imbalance_grader.course.handed_in import HandedIn
from imbalance_grader.course.journal import Journal, Record, RunNote, clear_leftovers
from imbalance_grader.course.strays import Stray, strays
from imbalance_grader.course.waivers import held
from imbalance_grader.notebook.results import State
from imbalance_lab.printable import one_line
from imbalance_sandbox.held import held_course

_MOST_LISTED = 10  # misplaced files in a message
ADDED = "This exercise was added after you had handed in."


class Locked(Exception):
    """Another command is writing in this course."""


@dataclass(frozen=True)
class Options:
    """What a run is asked to do.

    Parameters
    ----------
    students : sequence of str, optional
        Grade these only; by default the whole class.
    force : bool, default=False
        Grade again what is graded and unchanged.
    resume : bool, default=False
        Go on with the run that was broken off, with what it was asked; refuse if there is none.
    wait : bool, default=True
        Wait while another run holds the gradebook; otherwise raise `Locked`.
    """

    students: Sequence[str] | None = None
    force: bool = False
    resume: bool = False
    wait: bool = True


@dataclass(frozen=True)
class Plan:
    """What a run will do, known before it begins.

    Parameters
    ----------
    note : RunNote
    tasks : list of Task
        Submissions to grade.
    kept : list of Record
        Submissions that are graded and unchanged.
    """

    note: RunNote
    tasks: list[Task] = field(default_factory=list)
    kept: list[Record] = field(default_factory=list)


class Watcher:
    """What a run tells while it goes on; the base class is silent."""

    def waiting(self) -> None:
        """Hear that another run holds the gradebook and this one waits."""

    def planned(self, plan: Plan, workers: Workers) -> None:
        """Hear that the crew is ready and which tasks there are."""

    def graded(self, record: Record) -> None:
        """Hear that one submission is done."""


Crew = Callable[[], AbstractContextManager[Workers]]


def grade_class(
    classroom: Classroom,
    assignment: Assignment,
    crew: Crew,
    options: Options | None = None,
    watcher: Watcher | None = None,
) -> list[Record]:
    """Grade what is not graded yet, and return the records of all that was asked for.

    Parameters
    ----------
    classroom : Classroom
    assignment : Assignment
    crew : callable
        Returns a context manager for the `Workers`; called only if there is work.
    options : Options, optional
    watcher : Watcher, optional

    Returns
    -------
    list of Record
        Ordered by student: those graded now, those kept, those refused by the name of their
        folder, files in the wrong place, and those who handed in nothing.

    Raises
    ------
    ClassroomError
        If a named student is unknown, nothing lies where submissions are looked for, there is
        nothing to resume, or the gradebook does not fit.
    Locked
        If another run holds the gradebook and `options.wait` is False.
    """
    options, watcher = options or Options(), watcher or Watcher()
    with locked(classroom, options.wait, watcher.waiting):
        journal = Journal(classroom.results(assignment.name))
        clear_leftovers(journal.folder)
        if options.students is None and not options.resume:
            _refuse_empty_class(classroom, assignment, journal)
        back_up(classroom)
        _waive_added(classroom, assignment)
        classroom.register(assignment)
        plan = make_plan(classroom, assignment, journal, options)
        done = [*plan.kept]
        if plan.tasks:
            with crew() as workers, Settler(classroom, journal, plan.note.run) as settler:
                watcher.planned(plan, workers)
                for outcome in workers.outcomes(plan.tasks):
                    record = settler.settle(outcome)
                    done.append(record)
                    watcher.graded(record)
        journal.finish(plan.note)
        absent = not_handed_in(classroom, assignment, plan.note.students)
        done += [_graded_before(classroom, journal, record) for record in absent]
        return sorted(done, key=lambda record: record.student)


def _waive_added(classroom: Classroom, assignment: Assignment) -> None:
    """Ask an exercise that was added of new submissions only: whoever was graded has its points."""
    added = classroom.added_cells(assignment)
    if not added:
        return
    with held(classroom.root, assignment.name) as waivers:
        before = list(entries(classroom, assignment.name))
        for key in added:
            if key not in waivers.all():
                waivers.add(key, ADDED, before)


def make_plan(
    classroom: Classroom, assignment: Assignment, journal: Journal, options: Options
) -> Plan:
    """Decide what is to be graded, and note that the run begins."""
    _chosen(classroom, assignment, options.students)  # refused before a run is noted in its place
    note = _note(journal, options)
    chosen = _chosen(classroom, assignment, note.students)
    able = [s for s in chosen if not s.refused]
    in_gradebook = has_marks(classroom, assignment.name, [s.student for s in able])
    plan = Plan(note)
    for submission in able:
        record = journal.read(submission.student)
        task = Task(assignment, submission, classroom.zone)
        handed_in = task.take()
        if (
            record is not None
            and record.fingerprint == fingerprint(assignment, submission.student, handed_in)
            and (not note.force or record.run == note.run)
            and submission.student in in_gradebook
            and _notebooks_are_there(classroom, record)
        ):
            plan.kept.append(_dated(journal, record, handed_in))
        else:
            plan.tasks.append(task)
    return plan


def _dated(journal: Journal, record: Record, handed_in: HandedIn) -> Record:
    """Return the record with the time that the submission has now."""
    stamp = handed_in.stamp
    dated = replace(record, submitted=stamp.iso, time_problem=stamp.problem)
    if dated != record:
        journal.write(dated)
    return dated


def not_handed_in(
    classroom: Classroom, assignment: Assignment, students: Sequence[str] | None
) -> list[Record]:
    """Return records for what is not looked at, and for those who handed in nothing.

    Folders refused by their name have the name for the student, files in the wrong place their
    path below ``submitted/``.
    """
    submissions = classroom.submissions(assignment.name)
    there = {submission.student for submission in submissions}
    misplaced = strays(classroom, assignment)
    records = [
        unread(assignment, student, State.MISSING, _nothing(student, misplaced))
        for student in classroom.enrolled()
        if student not in there
    ]
    records += [
        unread(assignment, s.student, State.MALFORMED, f"Not looked at: {s.refused}.")
        for s in submissions
        if s.refused
    ]
    records += [
        unread(assignment, stray.path, State.MISPLACED, stray.reason) for stray in misplaced
    ]
    return [r for r in records if students is None or r.student.partition("/")[0] in students]


def _graded_before(classroom: Classroom, journal: Journal, record: Record) -> Record:
    """Return what a student was graded with whose submission has gone since; it stands."""
    before = journal.read(record.student) if record.state == State.MISSING else None
    if before is None:
        return record
    gone = (
        f"It is not in {classroom.coursedir.submitted_directory}/ any more; what it earned stands."
    )
    first, *others = before.notebooks
    said = replace(first, detail=" ".join(filter(None, (first.detail, gone))))
    return replace(before, notebooks=(said, *others))


def _nothing(student: str, misplaced: Sequence[Stray]) -> str:
    found = ", ".join(stray.path for stray in misplaced if stray.student == student)
    return f"Nothing was handed in, but see {found}." if found else "Nothing was handed in."


def _refuse_empty_class(classroom: Classroom, assignment: Assignment, journal: Journal) -> None:
    """Refuse to grade a class of which nothing lies where it is looked for."""
    if classroom.submissions(assignment.name) or journal.all():
        return
    misplaced = strays(classroom, assignment)
    if classroom.enrolled() and not misplaced:
        return  # nobody has handed in yet
    folder = classroom.coursedir.submitted_directory
    listed = "".join(
        f"\n  {one_line(stray.path)}: {one_line(stray.reason)}"
        for stray in misplaced[:_MOST_LISTED]
    )
    if len(misplaced) > _MOST_LISTED:
        listed += f"\n  and {len(misplaced) - _MOST_LISTED} more"
    raise ClassroomError(
        f"nothing to grade: {folder}/ has no folder STUDENT/{assignment.name}"
        + (f". What lies there:{listed}" if listed else ", and no student is in the gradebook")
    )


def _note(journal: Journal, options: Options) -> RunNote:
    """Go on with the run that was broken off where that is what is asked for, else begin one."""
    broken_off = journal.unfinished()
    if options.resume:
        if broken_off is None:
            raise ClassroomError("nothing to resume: the last run of this assignment is finished")
        return broken_off
    students = None if options.students is None else tuple(sorted(set(options.students)))
    if broken_off is not None and broken_off.students == students and not options.force:
        return broken_off
    return journal.begin(students, options.force)


def _chosen(
    classroom: Classroom, assignment: Assignment, students: Sequence[str] | None
) -> list[Submission]:
    submissions = classroom.submissions(assignment.name)
    if students is None:
        return submissions
    known = {s.student for s in submissions} | set(classroom.enrolled())
    unknown = [student for student in students if student not in known]
    if unknown:
        raise ClassroomError(
            f"no such student: {', '.join(map(repr, unknown))} (neither in "
            f"{classroom.coursedir.submitted_directory}/ nor in the gradebook)"
        )
    return [s for s in submissions if s.student in students]


def _notebooks_are_there(classroom: Classroom, record: Record) -> bool:
    """Return whether the graded notebooks of a record still lie where formgrader looks."""
    for result in record.notebooks:
        folder = classroom.path("autograded", record.student, result.assignment)
        if result.state.read and not (folder / f"{result.notebook}.ipynb").is_file():
            return False
    return True


@contextlib.contextmanager
def locked(
    classroom: Classroom, wait: bool = True, waiting: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Keep other commands away from the gradebook, see `imbalance_sandbox.held.held_course`.

    Parameters
    ----------
    classroom : Classroom
    wait : bool, default=True
        Wait while another holds it; otherwise raise `Locked`.
    waiting : callable, optional
        Called before waiting.
    """
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(held_course(classroom.root, waiting, wait))
        except Timeout:
            raise Locked(
                "another command is writing in this course; wait until it ends, or leave --no-wait "
                "out"
            ) from None
        yield
