"""The command ``python -m imbalance_builder``: what it is asked, its progress, its report."""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

import nbformat
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

import imbalance_lab
from imbalance_builder import compare, records
from imbalance_builder.bibliography import REFERENCES
from imbalance_builder.course import BuildError, Course, Lesson
from imbalance_builder.examples import example_differences, record_examples
from imbalance_builder.execute import Cancelled, Run, run_lesson, with_stored_outputs
from imbalance_builder.listing import list_differences, write_lists
from imbalance_builder.pages import page_differences, write_pages
from imbalance_builder.release import CONFIG, keep_released, kept_differences, release_topic
from imbalance_builder.source import name_of
from imbalance_builder.terms import GLOSSARY

MAX_CELL_SECONDS = 5.0
MAX_LESSON_SECONDS = 30.0
MAX_COURSE_SECONDS = 240.0
SLOWEST_SHOWN = 5
HERE = Path(imbalance_lab.__file__).resolve().parents[1]  # the course that the package is of

EPILOG = """\
examples:
  python -m imbalance_builder                 build what has changed
  python -m imbalance_builder --only 01       build lesson 01, if it has changed
  python -m imbalance_builder --force --jobs 2
  python -m imbalance_builder --pages         in seconds: only what is collected from all
  python -m imbalance_builder --check         rebuild elsewhere, fail on any difference
  python -m imbalance_builder --check --timing
  python -m imbalance_builder --check --stored   in seconds: all but the outputs

exit code: 0 done, 1 a lesson has an error, differs or is too slow, 2 wrong usage
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="python -m imbalance_builder",
        description="Execute solutions/*/*.py into notebooks, release them into lessons/, and "
        "collect docs/claims.md and docs/bibliography.md from them.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--only",
        action="append",
        metavar="PREFIX",
        help="only lessons whose folder (or folder/name) starts so; may be given again",
    )
    made.add_argument("--force", action="store_true", help="build what is up to date too")
    made.add_argument(
        "--jobs", type=_positive, default=2, metavar="N", help="at a time (default 2)"
    )
    made.add_argument(
        "--check",
        action="store_true",
        help="build everything into a temporary folder and compare with what is stored, pages too",
    )
    made.add_argument(
        "--stored",
        action="store_true",
        help="with --check: run nothing, and take the stored outputs for granted (nbval compares "
        "them, but for the pictures)",
    )
    made.add_argument(
        "--pages",
        action="store_true",
        help="build no notebook, and write the pages from those that are stored and from the "
        "results of the studies",
    )
    made.add_argument(
        "--timing",
        action="store_true",
        help=f"fail on a cell that takes over {MAX_CELL_SECONDS:g} s, a lesson over "
        f"{MAX_LESSON_SECONDS:g} s, or all of them, so many at a time as --jobs says, "
        f"over {MAX_COURSE_SECONDS:g} s; for a machine that does nothing else",
    )
    made.add_argument(
        "--root", type=Path, default=Path(), metavar="FOLDER", help="the course (default: here)"
    )
    return made


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"at least 1, got {number}")
    return number


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    usage = parser()
    options = usage.parse_args(arguments)
    if options.stored and (options.timing or not options.check):
        usage.error("--stored goes with --check, and not with --timing")
    if options.pages and (options.check or options.only or options.force):
        usage.error("--pages goes with no other option but --root")
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    course = Course(options.root.resolve())
    try:
        lessons = _with_torch_or_not(course.lessons(options.only), console)
        if options.pages:
            failures = _pages(write_pages, course)
        elif options.check:
            with tempfile.TemporaryDirectory(prefix="rebuilt-") as folder:
                rebuilt = _copy_of(course, Path(folder).resolve())
                copies = [Lesson(rebuilt.root, lesson.topic, lesson.name) for lesson in lessons]
                stored = course if options.stored else None
                failures = _build(rebuilt, copies, options, console, stored)
                found = _compare(course, copies, options.only)
                if not failures + found:
                    but = ", outputs not compared" if stored else ""
                    console.print(f"{len(copies)} notebooks are what their sources give{but}")
                if options.only is None and course.root == HERE:
                    found += [f"recorded/{what}" for what in example_differences()]
                    found += list_differences(course) + kept_differences(course.lessons())
                failures += found
        else:
            if course.root == HERE:  # a notebook's check reads what is recorded
                for name in [*record_examples(), *write_lists(course)]:
                    console.print(f"recorded {name}")
            stale = [x for x in lessons if options.force or not records.up_to_date(x)]
            skipped = len(lessons) - len(stale)
            if skipped:
                console.print(f"{skipped} of {len(lessons)} notebooks are up to date")
            failures = _build(course, stale, options, console)
            failures += _pages(write_pages, course)
        if course.root == HERE and not options.check:
            keep_released([lesson for lesson in course.lessons() if lesson.release.exists()])
    except BuildError as error:
        failures = [str(error)]
    except KeyboardInterrupt:
        console.print("stopped; nothing half-built was written")
        return 130
    for failure in failures:
        console.print(f"[bold red]error[/] {escape(failure)}")
    return 1 if failures else 0


def _with_torch_or_not(lessons: list[Lesson], console: Console) -> list[Lesson]:
    """Leave out the PyTorch notebooks where PyTorch is not installed; in CI that is an error."""
    needing = [lesson for lesson in lessons if lesson.needs_torch]
    if not needing or importlib.util.find_spec("torch"):
        return lessons
    message = f"{', '.join(map(str, needing))}: PyTorch is not installed"
    if os.environ.get("CI") == "true":
        raise BuildError(message)
    console.print(f"left out: {message} (pip install torch==2.13.0)")
    return [lesson for lesson in lessons if not lesson.needs_torch]


def _copy_of(course: Course, folder: Path) -> Course:
    """Return a course with the same sources in another folder, nothing built."""
    torch_notebooks = {f"{x.name}.ipynb" for x in course.lessons() if x.needs_torch}

    def unwanted(_: str, names: list[str]) -> set[str]:
        built = {n for n in names if n.endswith(".ipynb") and n not in torch_notebooks}
        return built | (set(names) & {".ipynb_checkpoints", "__pycache__"})

    shutil.copytree(course.root / "solutions", folder / "solutions", ignore=unwanted)
    for name in (CONFIG, "requirements.txt", GLOSSARY, REFERENCES):
        if (course.root / name).exists():
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(course.root / name, folder / name)
    return Course(folder)


def _build(
    course: Course,
    lessons: list[Lesson],
    options: argparse.Namespace,
    console: Console,
    stored: Course | None = None,
) -> list[str]:
    """Execute and release lessons, or take stored outputs; return what went wrong."""
    if not lessons:
        return []
    begin = time.perf_counter()
    if stored:
        runs, failures = _without_execution(lessons, stored)
    else:
        runs, failures = _execute(lessons, options.jobs, console)
    elapsed = time.perf_counter() - begin
    for lesson, run in runs.items():
        nbformat.write(run.notebook, lesson.solution)
    failed_topics = {lesson.topic for lesson in lessons} - {lesson.topic for lesson in runs}
    for topic in sorted({lesson.topic for lesson in runs} - failed_topics):
        try:
            release_topic(course, topic)
        except BuildError as error:
            failures.append(str(error))
            continue
        for lesson, run in runs.items():
            if lesson.topic == topic:
                records.write_record(lesson, run.package_files)
    if not stored:
        _report(runs, elapsed, console)
    return failures + (_too_slow(runs, elapsed) if options.timing else [])


def _without_execution(
    lessons: list[Lesson], stored: Course
) -> tuple[dict[Lesson, Run], list[str]]:
    """Return lessons with the outputs that a course stores, and what was wrong in the others."""
    runs, failures = {}, []
    for lesson in lessons:
        built = Lesson(stored.root, lesson.topic, lesson.name).solution
        try:
            runs[lesson] = with_stored_outputs(lesson, built)
        except BuildError as error:
            failures.append(str(error))
    return runs, failures


def _execute(
    lessons: list[Lesson], jobs: int, console: Console
) -> tuple[dict[Lesson, Run], list[str]]:
    """Run lessons, a few at a time; return those that ran and what went wrong in the others."""
    import matplotlib.font_manager  # noqa: F401 (makes the font cache, whose notice is no output)

    runs: dict[Lesson, Run] = {}
    failures: dict[Lesson, str] = {}
    stop = threading.Event()
    with _progress(console) as progress:
        overall = progress.add_task("notebooks", total=len(lessons))

        def work(lesson: Lesson) -> Run:
            task = progress.add_task(str(lesson), total=None)

            def on_cell(index: int, cells: int) -> None:
                if stop.is_set():
                    raise Cancelled
                progress.update(task, completed=index, total=cells)

            try:
                return run_lesson(lesson, on_cell)
            finally:
                progress.remove_task(task)

        with ThreadPoolExecutor(max_workers=jobs) as pool:
            futures = {pool.submit(work, lesson): lesson for lesson in lessons}
            try:
                for future in as_completed(futures):
                    lesson = futures[future]
                    try:
                        runs[lesson] = future.result()
                        progress.console.print(f"built {lesson} in {runs[lesson].seconds:.1f} s")
                    except BuildError as error:
                        failures[lesson] = str(error)
                        progress.console.print(f"[red]failed[/] {lesson}")
                    progress.advance(overall)
            except KeyboardInterrupt:
                stop.set()
                pool.shutdown(cancel_futures=True)
                raise
    return dict(sorted(runs.items())), [failures[lesson] for lesson in sorted(failures)]


@contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as progress:
        yield progress


def _report(runs: dict[Lesson, Run], elapsed: float, console: Console) -> None:
    """Show the time of each lesson and of the whole, and the slowest cells."""
    if not runs:
        return
    table = Table("notebook", "cells", "seconds", title="Built", title_justify="left")
    for lesson, run in runs.items():
        table.add_row(str(lesson), str(len(run.notebook.cells)), f"{run.seconds:.1f}")
    if len(runs) > 1:
        cells = sum(len(run.notebook.cells) for run in runs.values())
        table.add_section()
        table.add_row("sum", str(cells), f"{sum(r.seconds for r in runs.values()):.1f}")
        table.add_row("from start to end", "", f"{elapsed:.1f}")
    slowest = sorted(
        (
            (
                seconds,
                f"{lesson}, {name_of(index + 1, run.notebook.cells[index])}",
            )
            for lesson, run in runs.items()
            for index, seconds in run.cell_seconds.items()
        ),
        reverse=True,
    )
    console.print(table)
    console.print("slowest cells:")
    for seconds, where in slowest[:SLOWEST_SHOWN]:
        console.print(f"  {seconds:5.1f} s  {escape(where)}")


def _too_slow(runs: dict[Lesson, Run], elapsed: float) -> list[str]:
    """Return the lessons and cells that take longer than a student should wait."""
    found = []
    if elapsed > MAX_COURSE_SECONDS:
        found.append(f"the course takes {elapsed:.0f} s, over {MAX_COURSE_SECONDS:g} s")
    for lesson, run in runs.items():
        if run.seconds > MAX_LESSON_SECONDS:
            found.append(f"{lesson} takes {run.seconds:.1f} s, over {MAX_LESSON_SECONDS:g} s")
        for index, seconds in run.cell_seconds.items():
            if seconds > MAX_CELL_SECONDS:
                cell = name_of(index + 1, run.notebook.cells[index])
                found.append(f"{lesson}, {cell} takes {seconds:.1f} s, over {MAX_CELL_SECONDS:g} s")
    return found


def _compare(course: Course, copies: list[Lesson], only: list[str] | None) -> list[str]:
    """Return where what is stored differs from what the sources give."""
    found = []
    for copy in copies:
        stored = Lesson(course.root, copy.topic, copy.name)
        for old, new in ((stored.solution, copy.solution), (stored.release, copy.release)):
            if new.exists():
                name = old.relative_to(course.root).as_posix()
                found += [f"{name}: {what}" for what in compare.differences(old, new)]
    if only is None:
        found += _without_source(course)
    found += _pages(page_differences, course)
    if found:
        found.append('"make lessons" builds what is stored again; commit its result')
    return found


def _pages(step: Callable[[Course], list[str] | None], course: Course) -> list[str]:
    """Write or compare the pages that collect from all lessons; return what went wrong."""
    try:
        return step(course) or []
    except BuildError as error:
        return [str(error)]


def _without_source(course: Course) -> list[str]:
    """Return the built notebooks that no source stands behind."""
    known = {path for x in course.lessons() for path in (x.solution, x.release)}
    stored = {
        path
        for folder in ("solutions", "lessons")
        for path in (course.root / folder).rglob("*.ipynb")
        if ".ipynb_checkpoints" not in path.parts
    }
    return [f"{p.relative_to(course.root).as_posix()}: no source" for p in sorted(stored - known)]
