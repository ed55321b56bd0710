"""Grade one notebook: run it in the student's process, and score it in this one.

The judge is a fresh fork of a template outside the sandbox. It goes through the instructor's
notebook from top to bottom: what is not graded runs in the student's process, and each graded
cell, hidden tests included, runs here, where the student's names are stand-ins that exchange
plain values (`imbalance_grader.kernel`). So no code of the student's ever runs where tests,
points or gradebook are, and no test ever where the student's code is.

Points follow nbgrader: an error is worth 0, a number as the last value that many points, anything
else full marks; here never below 0 or above the maximum. Warnings and stderr cost nothing.

Of the text only what this submission needs runs, see `imbalance_grader.needed`.

A cell that ends the process (memory, ``os._exit``, a loop that cannot be interrupted) is left out
and the notebook is run again without it, a few times at most: what stood before and after it
still counts, and the state names what happened first. Where the machine may be the cause, the
answer says so, and the engine has the submission graded once more.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import os
import resource
import socket
import sys
import time
import traceback
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

from imbalance_grader import intake
from imbalance_grader.kernel import Kernel, KernelEnded, RemoteStandIn, SandboxGone, Usage
from imbalance_grader.needed import needed_code
from imbalance_grader.printable import printable
from imbalance_grader.results import CellResult, CellTime, Limits, NotebookResult, State
from imbalance_grader.source import Source, SourceCell
from imbalance_lab.checks import CheckFailed, Earned
from imbalance_sandbox import warm, wire

MOST_RUNS = 6
_LONGEST_MESSAGE = 4000
_SLOWEST = 5
_BUSY = 0.25  # who computes for less of the time that was waited for him slept, or was held up
_MIMES = {
    "text/plain",
    "text/html",
    "text/markdown",
    "text/latex",
    "image/png",
    "image/jpeg",
    "image/svg+xml",
}
_JUDGE_MEMORY = 4 << 30
_MODULES = (
    "imbalance_lab.checks",
    "imblearn.metrics",
    "imblearn.over_sampling",
    "scipy.stats",
    "sklearn.calibration",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.model_selection",
)


def prepare() -> warm.Start:
    """Import what scoring uses and return how a judge starts; see `imbalance_sandbox.warm`."""
    warm.import_all(_MODULES)
    return main


def main(reply: socket.socket, template: socket.socket) -> None:
    """Take one request from the engine, grade, answer. Runs in a fork of the judges' template."""
    wire.send(reply, os.getpid())
    request = wire.receive(reply)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (_JUDGE_MEMORY, _JUDGE_MEMORY))
    try:
        answer = _grade(request, template)
    except SandboxGone as error:
        answer = {"gone": str(error)}
    except BaseException:
        answer = {"failed": traceback.format_exc(limit=-8)[-_LONGEST_MESSAGE:]}
    wire.send(reply, answer)


def _grade(request: dict[str, Any], template: socket.socket) -> dict[str, Any]:
    source = Source.from_json(request["source"])
    limits = Limits(**request["limits"])
    try:
        path = Path(request["submission"])
        answers, remarks = intake.read_answers(path, source.released)
    except FileNotFoundError:
        return {"state": State.MISSING.value, "detail": "no notebook was handed in"}
    except intake.Malformed as error:
        return {"state": State.MALFORMED.value, "detail": str(error)}
    text = needed_code(source.cells, answers, request["text"])
    settings = limits, request["without"], request["most_memory"]
    session = _Session(source, answers, text, *settings, template)
    session.grade()
    return session.record(remarks)


def ungraded(source: Source, state: State, detail: str) -> NotebookResult:
    """Return the result of a submission of which nothing could be read: no points."""
    cells = tuple(
        CellResult(cell.grade_id, 0.0, cell.points, cell.kind, detail, answer_missing=True)
        for cell in source.cells
        if cell.kind
    )
    return NotebookResult("", source.notebook, "", state, cells, detail)


class _Session:
    """One submission on its way through the notebook."""

    def __init__(
        self,
        source: Source,
        answers: dict[str, str],
        text: dict[int, str],
        limits: Limits,
        without: list[str],
        most_memory: int,
        template: socket.socket,
    ) -> None:
        self.cells = source.cells
        self.answers = answers
        self.limits = limits
        self.without = without
        self.most_memory = most_memory
        self.template = template
        self.started = time.monotonic()
        self.deadline = self.started + limits.wall_seconds
        self.text = text
        self.results: dict[str, CellResult] = {}
        self.shown: dict[int, list[dict[str, Any]]] = {}
        self.seconds: dict[int, float] = {}
        self.left_out: dict[int, str] = {}
        self.state = State.GRADED
        self.details: list[str] = []
        self.usage = Usage()

    def grade(self) -> None:
        """Run the notebook, again without a cell that ended the process, until it gets through."""
        for _ in range(MOST_RUNS):
            if self._run_through():
                break
        for cell in self.cells:
            if cell.role == "graded" and cell.grade_id not in self.results:
                self._settle(cell, 0.0, f"not reached: {'; '.join(self.details)}")
        for cell in self.cells:
            if cell.role == "written":
                self._settle_written(cell)

    def _run_through(self) -> bool:
        """Run every cell once; return False if the process ended on the way."""
        kernel = Kernel(self.template, self.limits, self.without, self.deadline, self.most_memory)
        place = 0
        try:
            for place, cell in enumerate(self.cells):
                if time.monotonic() > self.deadline:
                    raise KernelEnded(State.TIMED_OUT, "the time for the notebook was used up")
                started = time.monotonic()
                kernel.forget_trouble()
                if cell.runs:
                    self._run(kernel, place, cell)
                elif cell.role == "graded" and cell.grade_id not in self.results:
                    self._score(kernel, place, cell)
                else:
                    continue
                self.seconds[place] = time.monotonic() - started
                if kernel.trouble:
                    self._note(*kernel.trouble, cell)
        except KernelEnded as end:
            self._leave_out(place, end)
            return time.monotonic() > self.deadline
        finally:
            self.usage.add(kernel.close())
        return True

    def _leave_out(self, place: int, end: KernelEnded) -> None:
        cell = self.cells[place]
        self.left_out[place] = end.reason
        self._note(end.state, end.reason, cell)
        if cell.role == "graded":
            self._settle(cell, 0.0, f"your answer was stopped: {end.reason}")
        self.shown[place] = [_error("Stopped", end.reason)]

    def _note(self, state: State, reason: str, cell: SourceCell) -> None:
        if self.state is State.GRADED:
            self.state = state
        sentence = f"{cell.name}: {reason}"
        if sentence not in self.details:
            self.details.append(sentence)

    def _run(self, kernel: Kernel, place: int, cell: SourceCell) -> None:
        if place in self.left_out:
            return
        code = self.text.get(place, self._text(cell))
        if code:
            outputs = _checked_outputs(kernel.run(code))
            if code == self._text(cell):
                self.shown[place] = outputs

    def _text(self, cell: SourceCell) -> str:
        """Return a cell as this student has it."""
        if cell.role in ("answer", "written"):
            return self.answers.get(cell.grade_id, cell.released)
        return str(cell.cell["source"])

    # --- scoring ---------------------------------------------------------------------------------

    def _score(self, kernel: Kernel, place: int, cell: SourceCell) -> None:
        standins = {name: RemoteStandIn(kernel, name) for name in cell.answers}
        names = {"__name__": "graded", "__builtins__": builtins, **standins}
        printed = io.StringIO()
        started = time.monotonic()
        points, message, mistake, value = cell.points, "", "", None
        error: Exception | None = None
        with (
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(io.StringIO()),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            warm.seed()
            try:
                value = _execute(cell, names)
            except CheckFailed as failed:
                points, message, mistake, error = 0.0, str(failed), failed.mistake, failed
            except Exception as raised:
                message = f"{type(raised).__name__}: {raised}".rstrip(": ")
                points, error = 0.0, raised
        outputs = [_stream(printed.getvalue())] if printed.getvalue() else []
        if error is not None:
            outputs.append(_error(type(error).__name__, message))
        elif value is not None:
            points = _partial(repr(value), cell.points)
            mistake = value.mistake if isinstance(value, Earned) else ""
            outputs.append(_shown("execute_result", {"text/plain": printable(repr(value))}))
        if kernel.trouble and not message:
            message = kernel.trouble[1]
        self.shown[place] = outputs
        if points < cell.points and not message:
            message = printed.getvalue()
        self._settle(cell, points, message, mistake, time.monotonic() - started)

    def _settle(
        self,
        cell: SourceCell,
        points: float,
        message: str = "",
        mistake: str = "",
        seconds: float = 0.0,
    ) -> None:
        untouched = all(self._untouched(answer) for answer in set(cell.answers.values()))
        self.results[cell.grade_id] = CellResult(
            cell.grade_id,
            points,
            cell.points,
            "graded",
            message.strip()[:_LONGEST_MESSAGE],
            mistake,
            round(seconds, 3),
            answer_missing=bool(cell.answers) and untouched,
        )

    def _settle_written(self, cell: SourceCell) -> None:
        untouched = self._untouched(cell.grade_id)
        points = 0.0 if untouched else None
        message = "nothing was written" if untouched else ""
        self.results[cell.grade_id] = CellResult(
            cell.grade_id, points, cell.points, "written", message, answer_missing=untouched
        )

    def _untouched(self, grade_id: str) -> bool:
        released = next(cell.released for cell in self.cells if cell.grade_id == grade_id)
        return self.answers.get(grade_id, released) == released

    # --- what comes out --------------------------------------------------------------------------

    def record(self, remarks: list[str]) -> dict[str, Any]:
        """Return the result and the executed notebook as plain values."""
        own = resource.getrusage(resource.RUSAGE_SELF)
        order = sorted(self.seconds, key=self.seconds.__getitem__, reverse=True)[:_SLOWEST]
        slowest = (CellTime(self.cells[i].name, round(self.seconds[i], 3)) for i in order)
        result = NotebookResult(
            "",
            "",
            "",
            self.state,
            tuple(self.results[cell.grade_id] for cell in self.cells if cell.kind),
            "; ".join([*self.details, *remarks])[:_LONGEST_MESSAGE],
            round(time.monotonic() - self.started, 3),
            round(self.usage.cpu_seconds + own.ru_utime + own.ru_stime, 3),
            self.usage.peak_memory,
            slowest=tuple(slowest),
        )
        return {
            "result": result.to_json(),
            "cells": self._notebook_cells(),
            "doubt": self._doubt,
        }

    @property
    def _doubt(self) -> str:
        """Why the machine, and not the student, may have stopped something, "" if it has not."""
        if self.usage.killed:
            return "killed"
        late = self.state is State.TIMED_OUT
        idle = self.usage.cpu_seconds < _BUSY * self.usage.waited_seconds
        return "idle" if late and idle else ""

    def _notebook_cells(self) -> list[dict[str, Any]]:
        cells = []
        number = 0
        for place, cell in enumerate(self.cells):
            shown = {**cell.cell, "source": self._text(cell)}
            if cell.cell["cell_type"] == "code":
                number += place in self.shown
                outputs = self.shown.get(place, [])
                for output in outputs:
                    if output["output_type"] == "execute_result":
                        output["execution_count"] = number
                count = number if place in self.shown else None
                shown |= {"outputs": outputs, "execution_count": count}
            cells.append(shown)
        return cells


def _execute(cell: SourceCell, names: dict[str, Any]) -> Any:
    """Run a graded cell; return its last value as a notebook would show it."""
    tree = ast.parse(cell.cell["source"], filename=cell.grade_id)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, cell.grade_id, "exec"), names)  # the instructor's own code
    if last is None:
        return None
    assert isinstance(last, ast.Expr)
    return eval(compile(ast.Expression(last.value), cell.grade_id, "eval"), names)


def _partial(shown: str, most: float) -> float:
    """Return the points that a last value stands for, by nbgrader's rule, within the maximum."""
    try:
        points = float(shown)
    except ValueError:
        return most
    return min(max(points, 0.0), most) if points == points else 0.0


def _stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": printable(text)}


def _error(name: str, message: str) -> dict[str, Any]:
    message = printable(message)
    lines = message.splitlines() or [name]
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": lines}


def _shown(kind: str, data: dict[str, str]) -> dict[str, Any]:
    return {"output_type": kind, "data": data, "metadata": {}}


def _checked_outputs(outputs: list[Any]) -> list[dict[str, Any]]:
    """Return what a student's process says it showed, rebuilt; what is no output is dropped."""
    checked = (_checked(output) for output in outputs if type(output) is dict)
    return [output for output in checked if output is not None]


def _checked(output: dict[str, Any]) -> dict[str, Any] | None:
    kind = output.get("output_type")
    if kind == "stream" and output.get("name") in ("stdout", "stderr"):
        return {"output_type": "stream", "name": output["name"], "text": _text_of(output, "text")}
    if kind == "error":
        lines = output.get("traceback")
        lines = lines if type(lines) is list else []
        return {
            "output_type": "error",
            "ename": _text_of(output, "ename"),
            "evalue": _text_of(output, "evalue"),
            "traceback": [printable(line) for line in lines if type(line) is str],
        }
    if kind in ("display_data", "execute_result") and type(output.get("data")) is dict:
        return _shown(
            kind,
            {
                mime: printable(text)
                for mime, text in output["data"].items()
                if mime in _MIMES and type(text) is str
            },
        )
    return None


def _text_of(output: dict[str, Any], key: str) -> str:
    value = output.get(key)
    if type(value) is list:
        value = "".join(part for part in value if type(part) is str)
    return printable(value) if type(value) is str else ""


def with_identity(
    result: NotebookResult, assignment: str, student: str, notebook: str, off: tuple[str, ...]
) -> NotebookResult:
    """Return a result that says whose it is, and how it was made."""
    return replace(
        result, assignment=assignment, student=student, notebook=notebook, protections_off=off
    )


if __name__ == "__main__":
    from imbalance_grader import judge

    warm.main(judge.prepare, int(sys.argv[1]))
