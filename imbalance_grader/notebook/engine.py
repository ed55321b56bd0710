"""The engine: takes in, runs and scores one submission after another, each on its own.

    caller ── Engine ─┬─ judges' template ──── judge (scores; one fork a submission)
                      │                          │ wire: plain values    │ leash: interrupt, kill
                      └─ bubblewrap              │                       │
                           └─ students' template ┴─ student's process ── watcher

The two templates import everything once. The engine itself only passes requests on and keeps no
state between submissions, so any number of threads may call `Engine.grade` at once, and one
submission takes one core.
"""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import nbformat
from traitlets.config import Config

from imbalance_grader.names import is_assignment, is_student_id
from imbalance_grader.notebook import judge, machine, patience, sandbox
from imbalance_grader.notebook.needed import text_parts
from imbalance_grader.notebook.results import Graded, Limits, NotebookResult, Protection, State
from imbalance_grader.notebook.sandbox import EngineError
from imbalance_grader.notebook.source import Source, SourceError, read_source
from imbalance_sandbox import contain, names, warm, wire

__all__ = ["Engine", "EngineError", "MachineError", "SourceError", "Unprotected", "protections"]

# The two templates, see `imbalance_sandbox.warm`.
_TEMPLATES = {"student": "imbalance_sandbox.warm", "judge": "imbalance_grader.notebook.judge"}
_ORACLE = re.compile(r"\bimbalance_oracles\.\w+")
_START_SECONDS = 120.0
_SPARE_SECONDS = 120.0  # for the judge's own work beyond the notebook's limit
_END_SECONDS = 0.2  # until a template that was killed is seen to have ended
_STOPPED = "the engine was stopped before this submission was graded"
_TWICE = "; graded twice, as the machine might have been the cause"
_FROM_OUTSIDE = {"killed", "ended"}
_CAME_TO_NOTHING = {*_FROM_OUTSIDE, "gone"}
_THRICE = (
    "stopped from outside three times, the last time while nothing else was graded, so most likely "
    "by this machine, which has {free} MB of memory free"
)
_TOO_SMALL = "it takes more than the {most} MB of memory that this machine can give it"


class Unprotected(RuntimeError):
    """A protection is off on this machine, and nobody said yes to that."""


class MachineError(EngineError):
    """A submission that this machine cannot grade: it has no result, and so no points."""


@dataclass(frozen=True)
class _Prepared:
    """An instructor's notebook, read once, and what every judge is told of it."""

    source: Source
    told: dict[str, Any]


def _oracles(source: Source) -> list[str]:
    """Return the modules from which graded cells take hidden data."""
    graded = (str(cell.cell["source"]) for cell in source.cells if cell.role == "graded")
    return sorted(set(_ORACLE.findall("\n".join(graded))))


def protections() -> list[Protection]:
    """Probe every protection on this machine, by really trying it.

    Returns
    -------
    list of Protection
        In the order of the sandbox, from outside to inside.
    """
    return list(sandbox.probe())


class Engine:
    """Grades submissions; safe to call from several threads at once.

    Parameters
    ----------
    limits : Limits, optional
        What one submission may use.
    allow_unprotected : bool, default=False
        The explicit yes to grading where this machine does not offer every protection.
    config : Config, optional
        nbgrader's configuration, where it changes the stubs of released answers.
    without : set of str, default=()
        Names of protections to leave out, for the tests that prove what each is for.
    jobs : int, default=1
        How many submissions are graded at a time. They share the memory that is free: one that
        takes more than its share is graded again, later and alone, with all that is its due.

    Raises
    ------
    Unprotected
        On entering, if a protection is off and `allow_unprotected` is not True.
    EngineError
        On entering, if the templates do not start.

    Examples
    --------
    >>> with Engine() as engine:  # doctest: +SKIP
    ...     graded = engine.grade(source, submission, "01-accuracy-paradox", "ada")
    >>> graded.result.points  # doctest: +SKIP
    9.0
    """

    def __init__(
        self,
        limits: Limits | None = None,
        allow_unprotected: bool = False,
        config: Config | None = None,
        without: frozenset[str] | set[str] = frozenset(),
        jobs: int = 1,
    ) -> None:
        unknown = set(without) - set(sandbox.PROTECTIONS)
        if unknown:
            known = ", ".join(sandbox.PROTECTIONS)
            raise ValueError(f"unknown protections {', '.join(unknown)}; known: {known}")
        self.limits = limits or Limits()
        self.allow_unprotected = allow_unprotected
        self._config = config
        self._left_out = frozenset(without)
        self._jobs = jobs
        self._free = 0
        self._turns = _Turns()
        self._without: tuple[str, ...] = ()
        self._environment: dict[str, str] = {}
        self._sources: dict[tuple[Path, int, int], _Prepared] = {}
        self._templates: dict[str, _Template] = {}
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        self._stopped = False

    def __enter__(self) -> Engine:
        if sys.platform != "linux":
            raise EngineError("grading needs Linux: use a virtual machine, a container or WSL")
        off = [protection for protection in protections() if not protection.on]
        if off and not self.allow_unprotected:
            listed = "\n".join(f"  {protection.name}: {protection.why}" for protection in off)
            raise Unprotected(
                "this machine does not offer every protection from what submissions may do:\n"
                f"{listed}\nTo grade all the same, say so explicitly (allow_unprotected=True)."
            )
        missing = {protection.name for protection in off} | self._left_out
        self._without = tuple(name for name in sandbox.PROTECTIONS if name in missing)
        self._stopped = False
        # Also for templates that are started again: by then it may be that of another course.
        self._environment = sandbox.environment()
        self._free = machine.free_memory()
        self._start_templates()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stopped = True
        for template in self._templates.values():
            template.stop()
        self._templates = {}

    def grade(
        self,
        source: Path,
        submission: Path | None,
        assignment: str,
        student: str,
        beside: Mapping[str, str] | None = None,
    ) -> Graded:
        """Grade one notebook. Blocks until it is done.

        Parameters
        ----------
        source : Path
            The instructor's notebook, with solutions, hidden tests and nbgrader's metadata.
        submission : Path or None
            The student's notebook, None where there is none.
        assignment, student : str
            Name of the assignment and id of the student, for the result.
        beside : mapping of str to str, optional
            What else lies in its folder, see `notebook.choice`, and why it was not read;
            with it, the submission itself may be absent.

        Returns
        -------
        Graded
            In one of the states of `imbalance_grader.notebook.results.State`, whatever the
            submission is or does.

        Raises
        ------
        SourceError
            If the instructor's notebook cannot be graded with.
        EngineError
            If the sandbox cannot be started again.
        """
        prepared = self._prepare(source)
        if not is_student_id(student) or not is_assignment(assignment):
            detail = f"{student!r} or {assignment!r} is no name that is taken"
            answer: dict[str, Any] = {"state": State.MALFORMED.value, "detail": detail}
        elif submission is None:
            answer = {"state": State.MISSING.value, "detail": "no notebook was handed in"}
        else:
            self._refuse_visible(source, submission)
            whose = {"student": student, "assignment": assignment, "beside": dict(beside or {})}
            answer = self._judge(prepared.told | whose | {"given_up": {}}, submission)
        return self._graded(prepared.source, answer, assignment, student)

    def _graded(
        self, source: Source, answer: dict[str, Any], assignment: str, student: str
    ) -> Graded:
        notebook = None
        if "result" in answer:
            result = NotebookResult.from_json(answer["result"])
            notebook = nbformat.from_dict(
                {
                    "cells": answer["cells"],
                    "metadata": source.metadata,
                    "nbformat": 4,
                    "nbformat_minor": 5,
                }
            )
        else:
            state = State(answer.get("state", State.CRASHED))
            result = judge.ungraded(source, state, answer["detail"])
        result = judge.with_identity(result, assignment, student, source.notebook, self._without)
        return Graded(result, notebook)

    def _prepare(self, path: Path) -> _Prepared:
        """Return a source made ready, from memory if the file is still the same."""
        try:
            found = path.stat()
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {error.strerror}") from error
        key = (path.absolute(), found.st_mtime_ns, found.st_size)
        with self._reading:  # once, and nbgrader's own steps are not made for threads
            if key not in self._sources:
                source = read_source(path, self._config)
                told = {
                    "source": source.to_json(),
                    "text": text_parts(source.cells),
                    "oracles": _oracles(source),
                }
                self._sources[key] = _Prepared(source, told)
            return self._sources[key]

    def _refuse_visible(self, *paths: Path) -> None:
        """Refuse to grade a course that lies where the sandbox's view of Python goes."""
        if names.FILES in self._without:
            return
        for path in paths:
            for folder in contain.visible_folders():
                if path.absolute().is_relative_to(folder):
                    raise EngineError(
                        f"{path} lies in {folder}, which every submission can read: "
                        "keep the course elsewhere"
                    )

    # --- judges ----------------------------------------------------------------------------------

    def _judge(self, told: dict[str, Any], submission: Path) -> dict[str, Any]:
        """Return a judge's answer; what the machine may have caused is tried again.

        Where a process was stopped from outside it is tried twice, the second time alone.
        """
        limit = self.limits.memory_bytes
        with self._turns.shared():
            most = self._most_memory(self._jobs)
            answer = self._ask_a_judge(told, submission, most)
            at = answer.get(patience.AT)
            if first := _doubt(answer):
                answer = self._ask_again(told, submission, most)
        # A process that is killed just as it begins looks like a sandbox that does not start.
        last = _doubt(answer)
        stopped = last in _CAME_TO_NOTHING and not _FROM_OUTSIDE.isdisjoint((first, last))
        if stopped or (_is_short(answer) and most < limit):
            with self._turns.alone():
                most = self._most_memory(1)
                answer = self._ask_again(told, submission, most)
            # No machine is at fault in one cell only. (What comes before all cells is none.)
            if at and at == answer.get(patience.AT) != patience.READING:
                told["given_up"][at] = patience.ENDS_THE_JUDGE
                return self._judge(told, submission)
            if _doubt(answer) in _CAME_TO_NOTHING:
                raise MachineError(_THRICE.format(free=machine.free_memory() >> 20))
            if _is_short(answer) and most < limit:
                raise MachineError(_TOO_SMALL.format(most=most >> 20))
        if "gone" in answer:
            raise EngineError(f"the sandbox does not start: {answer['gone']}")
        if problem := answer.get("failed") or answer.get("late"):
            return {"detail": f"the grader could not score it: {problem}"}
        if first and _doubt(answer):
            answer["result"]["detail"] += _TWICE
        return answer

    def _ask_again(self, told: dict[str, Any], submission: Path, most: int) -> dict[str, Any]:
        time.sleep(_END_SECONDS)
        self._start_templates(again=True)
        answer = self._ask_a_judge(told, submission, most)
        if self._stopped and _doubt(answer):
            raise EngineError(_STOPPED)
        return answer

    def _most_memory(self, jobs: int) -> int:
        """Return how much memory one of `jobs` submissions may use, bytes."""
        free = self._free if jobs > 1 else machine.free_memory()
        return machine.share(jobs, self.limits.memory_bytes, free)

    def _ask_a_judge(self, told: dict[str, Any], submission: Path, most: int) -> dict[str, Any]:
        """Return a judge's answer; graded cells that take it too long are given up one by one."""
        limits = sandbox.limits_without(self.limits, self._without)
        allowed = patience.Allowance(time.monotonic() + limits.wall_seconds + _SPARE_SECONDS)
        while "slow" in (answer := self._ask_one(told, submission, most, limits, allowed)):
            if answer[patience.AT] == patience.READING:
                why = patience.too_long(limits.judging_seconds)
                return {"state": State.MALFORMED.value, "detail": why}
            told["given_up"][answer[patience.AT]] = patience.too_slow(limits.judging_seconds)
            left = max(allowed.end - time.monotonic() - limits.judging_seconds, 1.0)
            limits = replace(limits, wall_seconds=min(limits.wall_seconds, left))
        return answer

    def _ask_one(
        self,
        told: dict[str, Any],
        submission: Path,
        most: int,
        limits: Limits,
        allowed: patience.Allowance,
    ) -> dict[str, Any]:
        request = told | {
            "submission": str(submission.absolute()),
            "limits": vars(limits),
            "most_memory": most,
            "without": list(self._without),
            "given_up": {at: [why.state.value, why.reason] for at, why in told["given_up"].items()},
            "stopped": allowed.stopped,
        }
        link, theirs = socket.socketpair()
        with link:
            try:
                with self._lock, theirs:
                    sockets = [theirs.fileno(), self._templates["student"].control.fileno()]
                    control = self._templates["judge"].control
                    self._templates["judge"].draw_ahead(told["oracles"])
                    socket.send_fds(control, [warm.REQUEST], sockets)
                process = int(wire.receive(link, deadline=allowed.end))
            except (EOFError, ConnectionError):
                return {"gone": "the judges' template ended"}
            except (TimeoutError, wire.WireError) as error:
                return {"failed": f"no judge was started ({type(error).__name__})"}
            with contextlib.suppress(ConnectionError, TimeoutError):  # it is told below
                wire.send(link, request, allowed.end)
            return patience.wait_for(link, process, limits.judging_seconds, allowed)

    # --- templates -------------------------------------------------------------------------------

    def _start_templates(self, again: bool = False) -> None:
        with self._lock:
            if again and self._stopped:
                raise EngineError(_STOPPED)
            ended = [name for name, t in self._templates.items() if not t.is_running()]
            if again and not ended:
                return  # another thread has started them
            for name in ended:
                self._templates.pop(name).stop()
            missing = [name for name in _TEMPLATES if name not in self._templates]
            for name in missing:
                self._templates[name] = _Template(name, self._without, self._environment)
            try:
                for name in missing:
                    self._templates[name].wait()
            except EngineError:
                self.__exit__(None, None, None)
                raise


def _doubt(answer: dict[str, Any]) -> str:
    """Return what came in between that need not be the submission's doing, "" if nothing."""
    for problem in ("gone", "ended", "failed"):
        if problem in answer:
            return problem
    return str(answer.get("doubt", ""))


def _is_short(answer: dict[str, Any]) -> bool:
    """Return whether a submission met its limit of memory."""
    return bool(answer.get("short"))


class _Turns:
    """Many at a time, or one alone; who asks to be alone goes before those who come later."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running = 0
        self._asking = 0

    @contextlib.contextmanager
    def shared(self) -> Iterator[None]:
        """Go with the others, as long as nobody asks to be alone."""
        with self._changed:
            self._changed.wait_for(lambda: not self._asking)
            self._running += 1
        with self._leaving():
            yield

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until all others are done, and keep the next ones waiting."""
        with self._changed:
            self._asking += 1
            self._changed.wait_for(lambda: not self._running)
            self._running += 1
        try:
            with self._leaving():
                yield
        finally:
            with self._changed:
                self._asking -= 1
                self._changed.notify_all()

    @contextlib.contextmanager
    def _leaving(self) -> Iterator[None]:
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()


class _Template:
    """A running template process, see `imbalance_sandbox.warm`."""

    def __init__(self, role: str, without: tuple[str, ...], environment: dict[str, str]) -> None:
        self.role = role
        self._drawn: set[str] = set()
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed in stop)
        # Never from the folder that the caller stands in: students' files may lie there.
        program = [sys.executable, "-P", "-m", _TEMPLATES[role], str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(
                sandbox.command(program, without) if role == "student" else program,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._complaints,
                pass_fds=[theirs.fileno()],
                env=environment,
                cwd="/",
                start_new_session=True,  # Ctrl-C is for the grader, which then ends them
            )

    def wait(self) -> None:
        """Wait until it has imported everything.

        Raises
        ------
        EngineError
        """
        self.control.settimeout(_START_SECONDS)
        try:
            message = self.control.recv(64)
        except OSError:
            message = b""
        self.control.settimeout(None)
        if message != warm.READY:
            self.stop()
            raise EngineError(f"the {self.role} template did not start: {self._last_complaint}")

    def draw_ahead(self, oracles: list[str]) -> None:
        """Have hidden data drawn that no judge of this template has needed so far."""
        for oracle in oracles:
            if oracle not in self._drawn:
                self.control.send(oracle.encode())
                self._drawn.add(oracle)

    def is_running(self) -> bool:
        """Return whether it still takes requests."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End it and all that it forked."""
        self.control.close()
        if self._complaints.closed:
            return
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._complaints.seek(0)
        text = self._complaints.read().decode(errors="replace").strip()
        self._last_complaint = text.splitlines()[-1] if text else "it said nothing"
        self._complaints.close()
