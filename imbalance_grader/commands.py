"""What the commands of ``imbalance-lab-grade`` do, and how they tell it."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import datetime as dt
import io
import json
import shlex
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from imbalance_grader.class_run.run import Locked, Options, Plan, Watcher, grade_class, locked
from imbalance_grader.class_run.settle import own_texts
from imbalance_grader.class_run.standings import Standing, standings, waiting_in_words, write_csv
from imbalance_grader.class_run.workers import Workers, local_workers
from imbalance_grader.copies import make_copies
from imbalance_grader.course import dates, exchange
from imbalance_grader.course.backup import back_up
from imbalance_grader.course.classroom import Assignment, Classroom, ClassroomError
from imbalance_grader.course.disk import damaged_gradebook, refusal_of_the_disk
from imbalance_grader.course.handed_in import SECRET
from imbalance_grader.course.journal import Record, write_whole
from imbalance_grader.course.waive import take_back, waive
from imbalance_grader.course.waivers import Waivers
from imbalance_grader.notebook import variant
from imbalance_grader.notebook.engine import (
    Engine,
    EngineError,
    SourceError,
    Unprotected,
    protections,
)
from imbalance_grader.notebook.results import Limits, State
from imbalance_grader.platforms import collect_command, export_command
from imbalance_grader.platforms.enrol import enrol
from imbalance_grader.reporting import course_command
from imbalance_grader.reporting.feedback import Feedback, write_feedback
from imbalance_grader.reporting.report import write_report
from imbalance_grader.terminal import Terminal
from imbalance_grader.texts.aside import Aside
from imbalance_grader.texts.clean import Cleaner
from imbalance_grader.version import course_version
from imbalance_lab.printable import one_line
from imbalance_oracles import secret

if TYPE_CHECKING:  # Dask is an extra
    from imbalance_grader.class_run.cluster import Cluster

DONE, ATTENTION, USAGE, UNPROTECTED, LOCKED, INTERRUPTED = 0, 1, 2, 3, 4, 130
FAULT = 70  # as in sysexits.h: what Python itself says of a traceback, 1, would mean "done, but"
LONGEST_TABLE = 60
_HANDED_OUT = Path("handout", "instructor")  # where make puts it
WAITING = "Another command is writing in this course; waiting until it ends."


def run(chosen: argparse.Namespace) -> int:
    """Run the command that was chosen and return its exit code.

    Parameters
    ----------
    chosen : Namespace
        What `imbalance_grader.cli` read; ``command`` is one of `COMMANDS`.
    """
    # Messages and progress go to stderr: stdout is for results, of which --json makes one object.
    notes = Terminal(stderr=True, quiet=getattr(chosen, "quiet", False))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show a letter
            stream.reconfigure(errors="backslashreplace")
    signal.signal(signal.SIGTERM, _interrupt)
    _mention_the_class(chosen, notes)
    try:
        return COMMANDS[chosen.command](chosen, notes)
    except (ClassroomError, EngineError, SourceError) as error:
        return _refuse(notes, error, USAGE)
    except Unprotected as error:
        hint = "With --allow-unprotected it grades all the same; the results then say what was off."
        return _refuse(notes, f"{error}\n{hint}", UNPROTECTED)
    except Locked as error:
        return _refuse(notes, error, LOCKED)
    except KeyboardInterrupt:
        notes.print(Text("Stopped. What is done is kept; the same command goes on from here."))
        return INTERRUPTED
    except Exception as error:
        if refused := refusal_of_the_disk(error):
            hint = "What is done is kept. When that is mended, give the command again."
            return _refuse(notes, f"{one_line(refused)}\n{hint}", USAGE)
        if why := damaged_gradebook(error):
            hint = "Stop formgrader, and put back a copy that is whole, from grading/backups/."
            return _refuse(notes, f"the gradebook is damaged: {why}\n{hint}", USAGE)
        Terminal(stderr=True).print(traceback.format_exc(), soft_wrap=True)
        hint = "This is a fault of the grader. What is done is kept; please report the lines above."
        return _refuse(notes, hint, FAULT)


def _refuse(notes: Terminal, error: object, code: int) -> int:
    notes.quiet = False
    notes.print(Text(f"error: {error}", style="bold red"), soft_wrap=True)
    return code


def _mention_the_class(chosen: argparse.Namespace, notes: Terminal) -> None:
    """Say where the class is, to who works in the repository from which it was handed out."""
    course = getattr(chosen, "course", None)
    if course and (course / _HANDED_OUT / "nbgrader_config.py").is_file():
        said = f"note: this is the repository; the class's course folder is {course / _HANDED_OUT}."
        notes.print(Text(one_line(said), style="yellow"), soft_wrap=True)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _grade_assignment(chosen: argparse.Namespace, notes: Terminal) -> int:
    cluster = _cluster(chosen)  # refused though nothing may be there to be graded
    limits = _limits(chosen.limit)
    classroom = Classroom(chosen.course)
    assignment = classroom.assignment(chosen.assignment)
    options = Options(
        students=chosen.student or None,
        force=chosen.force,
        resume=chosen.resume,
        wait=not chosen.no_wait,
    )

    def crew() -> AbstractContextManager[Workers]:
        config, unprotected = classroom.app.config, chosen.allow_unprotected
        if cluster is None:
            return local_workers(chosen.jobs, limits, unprotected, config=config)
        from imbalance_grader.class_run.cluster import cluster_workers

        return cluster_workers(cluster, assignment, limits, unprotected, config)

    bar = _Bar(notes)
    with locked(classroom, options.wait, bar.waiting):  # also while pages and tables are written
        with bar:
            records = grade_class(classroom, assignment, crew, options, bar)
        rows = standings(classroom, assignment, records)
        made = Feedback()
        if chosen.feedback:
            made = write_feedback(classroom, assignment, rows, chosen.student or None)
            _tell_problems(made, notes)
        paths = _write_results(classroom, assignment, rows, chosen.anonymous)
    asked = {record.student for record in records}
    shown = [row for row in rows if row.student in asked]
    if chosen.json:
        _print_json(_summary(classroom, assignment, shown, bar.graded_now, paths))
    else:
        _print_table(shown, paths)
    fine = {State.GRADED, State.MISSING}
    well = all(row.status in fine and not row.time_remark for row in shown)
    well = well and not made.problems
    return DONE if well else ATTENTION


def _cluster(chosen: argparse.Namespace) -> Cluster | None:
    if chosen.scheduler is not None:
        from imbalance_grader.class_run.cluster import cluster_at

        return cluster_at(chosen.scheduler, chosen.certificates, chosen.insecure_scheduler)
    if chosen.certificates or chosen.insecure_scheduler:
        option = "--certificates" if chosen.certificates else "--insecure-scheduler"
        raise ClassroomError(f"{option} goes with --scheduler ADDRESS, which is not given")
    return None


def _collect(chosen: argparse.Namespace, notes: Terminal) -> int:
    classroom = Classroom(chosen.course)
    with _turn(classroom, notes):
        done = collect_command.collect_archives(classroom, chosen)
    if chosen.json:
        _print_json(collect_command.to_json(chosen.assignment, done))
    else:
        collect_command.print_collected(done, Terminal())
        top = classroom.coursedir.submitted_directory
        notes.print(f"Now in {top}/. Next: imbalance-lab-grade assignment {chosen.assignment}")
    return ATTENTION if done.left else DONE


def _export(chosen: argparse.Namespace, notes: Terminal) -> int:
    classroom = Classroom(chosen.course)
    with _turn(classroom, notes):
        done = export_command.export(classroom, chosen)
    if chosen.json:
        _print_json(export_command.to_json(done))
    else:
        export_command.print_exported(done, Terminal())
    return ATTENTION if done.left or done.feedback_left or done.feedback_problems else DONE


def _mark(chosen: argparse.Namespace, notes: Terminal) -> int:
    # With a server, which no other command needs.
    from imbalance_grader.marking.mark_command import mark

    mark(chosen, notes)
    return DONE


def _course(chosen: argparse.Namespace, notes: Terminal) -> int:
    classroom = Classroom(chosen.course)
    with _turn(classroom, notes):
        grades, path = course_command.write_course(classroom, chosen)
    if chosen.json:
        _print_json(course_command.to_json(grades, path))
    else:
        course_command.print_course(grades, path, Terminal())
    return DONE


def _grade_notebook(chosen: argparse.Namespace, notes: Terminal) -> int:
    if chosen.output is not None and chosen.output.resolve() == chosen.notebook.resolve():
        raise ClassroomError(f"--output would replace what was handed in: {chosen.output}")
    if not chosen.notebook.exists():
        raise ClassroomError(f"{str(chosen.notebook)!r} cannot be read: there is no such file")
    source = chosen.source or _source_of(chosen)
    # What stands for an answer that is not given is a setting, which the source's own course knows.
    courses = (chosen.course, *source.resolve().parents[2:3])
    course = next((one for one in courses if (one / "nbgrader_config.py").is_file()), None)
    config = Classroom(course).app.config if course else None
    with Engine(_limits(chosen.limit), chosen.allow_unprotected, config) as engine:
        graded = engine.grade(source, chosen.notebook, source.resolve().parent.name, chosen.student)
    if chosen.output is not None and graded.notebook is not None:
        with Aside("imbalance_grader.texts.harmless") as aside:
            content = [chosen.notebook.read_bytes()]
            clean = Cleaner(aside).clean(graded.notebook, own_texts(source), content)
        write_whole(chosen.output, nbformat.writes(clean))
    result = graded.result
    totals = {"points": result.points, "max_points": result.max_points, "waiting": result.waiting}
    _print_json(totals | result.to_json())
    return DONE if result.state == State.GRADED else ATTENTION


def _make_report(chosen: argparse.Namespace, notes: Terminal) -> int:
    classroom = Classroom(chosen.course)
    assignment = classroom.assignment(chosen.assignment)
    with _turn(classroom, notes):
        rows = standings(classroom, assignment)
        if not rows:
            name = assignment.name
            raise ClassroomError(f"nothing to report: {name} has no submission and no grade")
        paths = _write_results(classroom, assignment, rows, chosen.anonymous, chosen.output)
    if chosen.json:
        _print_json(_summary(classroom, assignment, rows, None, paths))
    else:
        _print_paths(Terminal(), paths)
    return DONE


def _make_feedback(chosen: argparse.Namespace, notes: Terminal) -> int:
    classroom = Classroom(chosen.course)
    assignment = classroom.assignment(chosen.assignment)
    with _turn(classroom, notes):
        rows = standings(classroom, assignment)
        made = write_feedback(classroom, assignment, rows, chosen.student or None)
    written = made.paths
    _tell_problems(made, notes)
    if chosen.json:
        pages = [str(path) for path in written]
        told = {"assignment": assignment.name, "feedback": pages, "problems": made.problems}
        _print_json(told)
    else:
        folder = classroom.coursedir.feedback_directory
        out = Terminal(soft_wrap=True)
        out.print(f"{len(written)} pages of feedback written to {folder}/")
        outside = [path for path in written if not path.with_name(SECRET).exists()]
        if written and not outside:
            out.print(f"Hand them out with: nbgrader release_feedback {assignment.name}")
        elif outside:
            out.print(
                f"{len(outside)} of them did not come through nbgrader's exchange, which is the"
            )
            out.print("only way back that `nbgrader release_feedback` knows: hand out the pages")
            out.print(
                "(for Canvas and Moodle, `imbalance-lab-grade export --feedback` packs them)."
            )
    return ATTENTION if made.problems else DONE


def _waive_exercise(chosen: argparse.Namespace, notes: Terminal) -> int:
    classroom = Classroom(chosen.course)
    assignment = classroom.assignment(chosen.assignment)
    with _turn(classroom, notes):
        if chosen.undo:
            take_back(classroom, assignment, chosen.exercise)
        else:
            waive(classroom, assignment, chosen.exercise, chosen.reason, chosen.student)
        rows = standings(classroom, assignment)
        paths = _write_results(classroom, assignment, rows, anonymous=False)
    _tell_change(chosen, classroom, assignment, rows, paths)
    return DONE


def _tell_change(
    chosen: argparse.Namespace,
    classroom: Classroom,
    assignment: Assignment,
    rows: Sequence[Standing],
    paths: dict[str, Path],
) -> None:
    """Show where everybody stands after a change that needs no grading."""
    if chosen.json:
        _print_json(_summary(classroom, assignment, rows, None, paths))
    else:
        _print_table(rows, paths)


def _set_up_exchange(chosen: argparse.Namespace, notes: Terminal) -> int:
    config = exchange.set_up(Classroom(chosen.course), chosen.folder, chosen.course_id)
    notes.print(Text(f"The exchange is {config.parent.parent}, the course {chosen.course_id}."))
    if closed := exchange.closed_to_others(config):
        said = f"Other accounts cannot enter {closed}, unless a group or an ACL lets them: "
        remedy = "choose another place, or open it with chmod o+x."
        notes.print(Text(one_line(said) + remedy, style="yellow"), soft_wrap=True)
    notes.print("Each student gives once, or you copy the file to /etc/jupyter/ for all of them:")
    give = f"mkdir -p ~/.jupyter && cp {shlex.quote(str(config))} ~/.jupyter/"
    Terminal().print(give, soft_wrap=True)
    return DONE


def _enter_students(chosen: argparse.Namespace, notes: Terminal) -> int:
    classroom = Classroom(chosen.course)
    with _turn(classroom, notes):
        new, everybody = enrol(classroom, chosen.file)
    Terminal().print(f"{new} students entered; {everybody} in the gradebook.")
    return DONE


def _set_due(chosen: argparse.Namespace, notes: Terminal) -> int:
    def change(classroom: Classroom, assignment: Assignment) -> str:
        when = None if chosen.never else dates.moment(chosen.when, "TIME", classroom.zone)
        dates.set_due(classroom, assignment, when)
        said = f"is due {dates.shown(when)}" if when else "has no due date"
        return f"{assignment.name} {said}."

    return _change_dates(chosen, notes, change)


def _extend(chosen: argparse.Namespace, notes: Terminal) -> int:
    def change(classroom: Classroom, assignment: Assignment) -> str:
        more: dt.timedelta | dt.datetime | None = None
        if chosen.until is not None:
            more = dates.moment(chosen.until, "--until", classroom.zone)
        elif not chosen.undo:
            more = dt.timedelta(days=chosen.days or 0, hours=chosen.hours or 0)
        until = dates.extend(classroom, assignment, chosen.student, more)
        return f"{chosen.student} has until {dates.shown(until)} for {assignment.name}."

    return _change_dates(chosen, notes, change)


def _change_dates(
    chosen: argparse.Namespace,
    notes: Terminal,
    change: Callable[[Classroom, Assignment], str],
) -> int:
    """Change a date, and reckon anew what is late where something has been graded."""
    classroom = Classroom(chosen.course)
    assignment = classroom.assignment(chosen.assignment)
    with _turn(classroom, notes):
        notes.print(Text(one_line(change(classroom, assignment))))
        rows = standings(classroom, assignment)
        graded = any(row.record.run for row in rows)
        paths = _write_results(classroom, assignment, rows, anonymous=False) if graded else {}
    if graded:
        _tell_change(chosen, classroom, assignment, rows, paths)
    elif chosen.json:
        _print_json({"assignment": assignment.name, "submissions": []})
    return DONE


def _tell_problems(made: Feedback, notes: Terminal) -> None:
    for student, problem in sorted(made.problems.items()):
        text = f"The feedback of {student} could not be made in full: {problem}"
        notes.print(Text(one_line(text), style="yellow"), soft_wrap=True)


def _draw_inputs(chosen: argparse.Namespace, notes: Terminal) -> int:
    root = Classroom(chosen.course).root
    try:
        path = secret.draw(root, chosen.again)
    except FileExistsError:
        raise ClassroomError(
            f"this class has inputs of its own already ({root / secret.FILE}); "
            "--again replaces them, and every submission will be graded anew"
        ) from None
    notes.print(f"Wrote {path}: keep it with the gradebook, and out of what students get.")
    return DONE


def _show_protections(chosen: argparse.Namespace, notes: Terminal) -> int:
    found = protections()
    if chosen.json:
        _print_json({"protections": [dataclasses.asdict(protection) for protection in found]})
    else:
        table = Table("Protection", "", "What it is for, or why it is off", box=None)
        for protection in found:
            on = Text("on", "green") if protection.on else Text("OFF", "bold red")
            table.add_row(protection.name, on, Text(one_line(protection.why)))
        Terminal().print(table)
    return DONE if all(protection.on for protection in found) else UNPROTECTED


def _grade_sample(chosen: argparse.Namespace, notes: Terminal) -> int:
    from imbalance_grader.sample_class import make_sample_class

    answers = chosen.answers or chosen.course / "tests" / "answers"
    classroom = make_sample_class(chosen.course, chosen.output, chosen.assignment, answers)
    command = ["assignment", chosen.assignment, "--course", str(classroom.root), "--feedback"]
    more = [option for name, value in chosen.limit for option in ("--limit", f"{name}={value}")]
    if chosen.allow_unprotected:
        more.append("--allow-unprotected")
    code = chosen.grade([*command, "--jobs", str(chosen.jobs), *more])
    return DONE if code == ATTENTION else code  # some are made so that they do not run to the end


def _make_certificates(chosen: argparse.Namespace, notes: Terminal) -> int:
    from imbalance_grader.class_run.cluster import make_certificates

    for path in make_certificates(chosen.folder):
        Terminal().print(path, soft_wrap=True)
    return DONE


def _make_copies(chosen: argparse.Namespace, notes: Terminal) -> int:
    classroom = Classroom(chosen.course)
    # A grading that goes on judges quizzes by what is written here.
    with locked(classroom, waiting=lambda: notes.print(WAITING)), _progress(notes) as bar:
        task = bar.add_task("copies", total=None, odd="")
        paths = make_copies(
            classroom,
            chosen.student,
            chosen.jobs,
            started=lambda total: bar.update(task, total=total),
            made=lambda: bar.advance(task),
        )
    if chosen.json:
        _print_json({"variant": variant.name(), "copies": {p.stem: str(p) for p in paths}})
    else:
        notes.print(Text(f"{_counted(len(paths), 'copy', 'copies')} in {paths[0].parent}"))
    return DONE


COMMANDS = {
    "exchange": _set_up_exchange,
    "students": _enter_students,
    "due": _set_due,
    "extend": _extend,
    "collect": _collect,
    "export": _export,
    "course": _course,
    "assignment": _grade_assignment,
    "mark": _mark,
    "notebook": _grade_notebook,
    "report": _make_report,
    "feedback": _make_feedback,
    "waive": _waive_exercise,
    "sample": _grade_sample,
    "new-inputs": _draw_inputs,
    "copies": _make_copies,
    "certificates": _make_certificates,
    "protections": _show_protections,
}


# --- what they share -----------------------------------------------------------------------------


@contextlib.contextmanager
def _turn(classroom: Classroom, notes: Terminal) -> Iterator[None]:
    """Wait until no other command writes in the course, and copy the gradebook."""
    with locked(classroom, waiting=lambda: notes.print(WAITING)):
        back_up(classroom)
        yield


def _progress(notes: Terminal) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[odd]}", style="red"),
        console=notes,
        transient=True,
    )


class _Bar(Watcher):
    """A progress bar with the time left."""

    def __init__(self, notes: Terminal) -> None:
        self._notes = notes
        self._bar = _progress(notes)
        self._odd: Counter[str] = Counter()
        self.graded_now = 0

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def waiting(self) -> None:
        self._notes.print(WAITING)

    def planned(self, plan: Plan, workers: Workers) -> None:
        kept = f", {len(plan.kept)} kept" if plan.kept else ""
        self._notes.print(f"{len(plan.tasks)} to grade{kept}, {workers.words}.")
        self._bar.start()
        self._task = self._bar.add_task("grading", total=len(plan.tasks), odd="")

    def graded(self, record: Record) -> None:
        self.graded_now += 1
        if record.state != State.GRADED:
            self._odd[record.state.value] += 1
        odd = ", ".join(f"{count} {state}" for state, count in self._odd.items())
        self._bar.update(self._task, advance=1, odd=odd)


def _write_results(
    classroom: Classroom,
    assignment: Assignment,
    rows: Sequence[Standing],
    anonymous: bool,
    report: Path | None = None,
) -> dict[str, Path]:
    folder = classroom.results(assignment.name)
    name = "report-anonymous.html" if anonymous else "report.html"
    paths = {"grades": folder / "grades.csv", "report": report or folder / name}
    write_csv(paths["grades"], assignment.name, rows)
    write_whole(paths["report"], write_report(classroom, assignment, rows, anonymous))
    return paths


def _summary(
    classroom: Classroom,
    assignment: Assignment,
    rows: Sequence[Standing],
    graded_now: int | None,
    paths: dict[str, Path],
) -> dict[str, Any]:
    submissions = [
        {
            "student": row.student,
            "status": row.status,
            "raw_score": row.raw_score,
            "late_submission_penalty": row.penalty,
            "score": row.score,
            "max_score": row.max_score,
            "waiting": row.waiting,
            "submitted": row.submitted,
            "late_seconds": row.late_seconds,
            "detail": row.detail,
            "notebooks": [notebook.to_json() for notebook in row.record.notebooks],
        }
        for row in rows
    ]
    waived = Waivers(classroom.root, assignment.name).all()
    return {
        "assignment": assignment.name,
        "variant": variant.name(),
        "waived": {"/".join(key): dataclasses.asdict(waiver) for key, waiver in waived.items()},
        "graded_now": graded_now,
        "counts": dict(Counter(row.status for row in rows)),
        "submissions": submissions,
    } | {name: str(path) for name, path in paths.items()}


def _print_json(document: dict[str, Any]) -> None:
    """Print one object, which begins with the version of the course."""
    print(json.dumps({"version": course_version()} | document, indent=2))


def _print_table(rows: Sequence[Standing], paths: dict[str, Path]) -> None:
    console = Terminal()
    shown = rows if len(rows) <= LONGEST_TABLE else [r for r in rows if r.status != State.GRADED]
    table = Table(box=None, pad_edge=False)
    table.add_column("Student", overflow="fold")
    table.add_column("Status")
    table.add_column("Score", justify="right")
    table.add_column("Of", justify="right")
    table.add_column("Wait", justify="right")
    table.add_column("Note", overflow="fold", max_width=60)
    for row in shown:
        score = "–" if row.score is None else f"{row.score:g}"
        style = "" if row.status == State.GRADED else "yellow"
        note = "; ".join(filter(None, ["late" if row.late else "", row.detail]))
        table.add_row(
            Text(one_line(row.student)),
            Text(row.status, style),
            score,
            f"{row.max_score:g}",
            str(row.waiting or ""),
            Text(one_line(note)[:200]),
        )
    if shown:
        console.print(table)
    counts = Counter(row.status for row in rows)
    states = [f"{counts[state]} {state}" for state in State if counts[state]]
    elsewhere = counts[State.MISPLACED]
    heading = _counted(len(rows) - elsewhere, "student")
    heading += f" and {_counted(elsewhere, 'misplaced file')}" if elsewhere else ""
    console.print(f"\n{heading}: {', '.join(states)}. {waiting_in_words(rows)}.")
    _print_paths(console, paths)


def _counted(number: int, what: str, many: str = "") -> str:
    return f"{number} {what if number == 1 else many or f'{what}s'}"


def _print_paths(console: Terminal, paths: dict[str, Path]) -> None:
    for name, path in paths.items():
        console.print(Text(f"{name:<7} {path}"), soft_wrap=True)


def _source_of(chosen: argparse.Namespace) -> Path:
    """Find the instructor's notebook of the same name in the course."""
    classroom = Classroom(chosen.course)
    name = chosen.notebook.stem
    every = (classroom.assignment(found) for found in classroom.assignment_names())
    sources = [source for assignment in every for source in assignment.sources]
    matching = [source for source in sources if source.stem == name]
    if len(matching) != 1:
        have = ", ".join(source.stem for source in sources) or "none"
        raise ClassroomError(
            f"{len(matching)} instructor's notebooks are named {name!r} (there are: {have}); "
            "name the right one with --source"
        )
    return matching[0]


def _limits(changes: Sequence[tuple[str, Any]]) -> Limits:
    try:
        return Limits(**dict(changes))
    except ValueError as error:
        raise ClassroomError(f"--limit: {error}") from None
