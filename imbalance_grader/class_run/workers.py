"""Who grades: a crew that takes submissions and gives results, as they come and in any order.

Here are the threads of this process around one engine; `imbalance_grader.class_run.cluster` has the
workers of a Dask cluster. Threads are enough because a submission runs in processes of its own and
the engine takes calls from several threads at once.
"""

from __future__ import annotations

import contextlib
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from traitlets.config import Config

import imbalance_lab
from imbalance_grader.course.classroom import Assignment, Submission
from imbalance_grader.course.handed_in import HandedIn, Paper, take
from imbalance_grader.names import shown
from imbalance_grader.notebook import machine
from imbalance_grader.notebook.engine import Engine, SourceError
from imbalance_grader.notebook.results import Graded, Limits, State
from imbalance_sandbox.held import held_folder

# What decides points beside the instructor's notebook: code, and what is recorded.
_DECIDING = (
    "imbalance_lab/checks",
    "imbalance_lab/datasets",
    "imbalance_lab/exercises",
    "imbalance_oracles",
)


class Grader(Protocol):
    """What is needed of `imbalance_grader.notebook.engine.Engine`."""

    def grade(
        self,
        source: Path,
        submission: Path | None,
        assignment: str,
        student: str,
        beside: Mapping[str, str] | None = None,
    ) -> Graded:
        """Grade one notebook."""


@dataclass(frozen=True)
class Task:
    """One submission that waits to be graded.

    Parameters
    ----------
    assignment : Assignment
    submission : Submission
    zone : str, default="UTC"
        The course's own time zone.
    """

    assignment: Assignment
    submission: Submission
    zone: str = "UTC"

    def take(self) -> HandedIn:
        """Read what was handed in, as it lies there now."""
        return take(self.submission.folder, self.assignment.notebooks, self.zone)


@dataclass(frozen=True)
class Outcome:
    """What came of a task: one `Graded` a notebook, or how the grader itself failed.

    Parameters
    ----------
    task : Task
    handed_in : HandedIn
        What was graded: the very bytes.
    graded : tuple of Graded
    failure : BaseException or None
    """

    task: Task
    handed_in: HandedIn
    graded: tuple[Graded, ...] = ()
    failure: BaseException | None = None


class Workers(ABC):
    """A crew that grades submissions.

    Parameters
    ----------
    window : int
        How many tasks are handed out at a time, which bounds the memory of a run.
    words : str
        Who they are, for the instructor.
    """

    def __init__(self, window: int, words: str) -> None:
        self._window = window
        self.words = words

    @abstractmethod
    def submit(self, task: Task, handed_in: HandedIn) -> Future[Any]:
        """Hand out one task, with what was handed in."""

    def read(self, reply: Any) -> tuple[Graded, ...]:
        """Return what a task's future brought, as results."""
        return tuple(reply)

    def outcomes(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Yield the outcome of each task as it comes.

        Raises
        ------
        SourceError
            If the instructor's own notebook cannot be graded with: no submission can be.
        """
        waiting = iter(tasks)
        pending: dict[Future[Any], tuple[Task, HandedIn]] = {}
        try:
            while True:
                for task in islice(waiting, self._window - len(pending)):
                    handed_in = task.take()
                    pending[self.submit(task, handed_in)] = task, handed_in
                if not pending:
                    return
                done, _ = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    yield self._outcome(*pending.pop(future), future)
        finally:
            for future in pending:
                future.cancel()

    def _outcome(self, task: Task, handed_in: HandedIn, future: Future[Any]) -> Outcome:
        failure = future.exception()
        if isinstance(failure, SourceError) or not isinstance(failure, Exception | None):
            raise failure
        if failure is not None:
            return Outcome(task, handed_in, failure=failure)
        return Outcome(task, handed_in, self.read(future.result()))


class LocalWorkers(Workers):
    """Threads of this process around one engine."""

    def __init__(self, grader: Grader, jobs: int, asked: int | None = None) -> None:
        words = f"{jobs} at a time on this machine"
        if asked is not None and asked > jobs:
            words += f" (not {asked}: its free memory allows no more)"
        super().__init__(jobs, words)
        self._grader = grader
        self._executor = ThreadPoolExecutor(jobs, thread_name_prefix="grading")

    def submit(self, task: Task, handed_in: HandedIn) -> Future[Any]:
        """Hand out one task, with what was handed in."""
        return self._executor.submit(
            grade_papers, self._grader, task.assignment, task.submission.student, handed_in.papers
        )

    def close(self) -> None:
        """Take no more tasks, and don't wait for those under way."""
        self._executor.shutdown(wait=False, cancel_futures=True)


@contextlib.contextmanager
def local_workers(
    jobs: int,
    limits: Limits | None = None,
    allow_unprotected: bool = False,
    config: Config | None = None,
) -> Iterator[LocalWorkers]:
    """Grade on this machine, `jobs` submissions at a time.

    Parameters
    ----------
    jobs : int
        At most: fewer where the memory that is free does not allow as many.
    limits, allow_unprotected, config
        As in `imbalance_grader.notebook.engine.Engine`.

    Raises
    ------
    Unprotected
        If a protection is off and `allow_unprotected` is not True.
    """
    limits = limits or Limits()
    fitting = machine.fitting_jobs(jobs, limits.memory_bytes, machine.free_memory())
    with Engine(limits, allow_unprotected, config, jobs=fitting) as engine:
        workers = LocalWorkers(engine, fitting, jobs)
        try:
            yield workers
        finally:
            workers.close()


def grade_papers(
    grader: Grader, assignment: Assignment, student: str, papers: Mapping[str, Paper]
) -> tuple[Graded, ...]:
    """Grade every notebook of a submission, from copies in a folder that nobody else can reach."""
    with held_folder() as folder:
        return tuple(
            _grade_paper(grader, assignment, source, student, papers[source.stem], folder)
            for source in assignment.sources
        )


def _grade_paper(
    grader: Grader,
    assignment: Assignment,
    source: Path,
    student: str,
    paper: Paper,
    folder: Path,
) -> Graded:
    if paper.refused:
        also = f" (beside it: {', '.join(map(shown, paper.beside))})" if paper.beside else ""
        detail = f"{paper.refused}{also}"
        return Graded(assignment.unread(source.stem, student, State.MALFORMED, detail))
    with paper.laid_out(folder, source.name) as path:
        others = {name: other.refused for name, other in paper.beside.items()}
        return grader.grade(source, path, assignment.name, student, others)


@cache
def code_fingerprint() -> str:
    """Return a digest of all that is installed and decides points."""
    digest = hashlib.sha256()
    root = Path(imbalance_lab.__file__).parents[1]
    for part in _DECIDING:
        files = (path for kind in ("py", "json") for path in (root / part).rglob(f"*.{kind}"))
        for path in sorted(files):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
