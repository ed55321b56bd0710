"""Grade one notebook: run it in the student's process, and score it in this one.

The judge is a fresh fork of a template outside the sandbox. It goes through the instructor's
notebook from top to bottom: what is not graded runs in the student's process, and each graded
cell, hidden tests included, runs here, where the student's names are stand-ins that exchange
plain values (`notebook.kernel`). So no code of the student's ever runs where tests,
points or gradebook are, and no test ever where the student's code is.

Points follow nbgrader: an error is worth 0, a number as the last value that many points, anything
else full marks; here never below 0 or above the maximum. Warnings and stderr cost nothing.

Of the text only what this submission needs runs, see `imbalance_grader.notebook.needed`.

A cell that ends the process (memory, ``os._exit``, a loop that cannot be interrupted) is left out
and the notebook is run again without it; after one that used up its time the rest is run in a
fresh process too, which has a fresh limit of processor time. What such cells of the lesson took is
given back to the notebook, within bounds, and so is what judging takes, which has limits of its
own. So what stands before and after them still counts, and the state names what happened first.
Where the machine may be the cause, the answer says so, and the engine has the submission graded
once more.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib
import io
import os
import resource
import socket
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from imbalance_grader.notebook import choice, intake, loans, patience, variant
from imbalance_grader.notebook import outputs as outputs_of
from imbalance_grader.notebook.arrange import Script
from imbalance_grader.notebook.kernel import (
    Kernel,
    KernelEnded,
    KilledAtStart,
    RemoteStandIn,
    SandboxGone,
    Usage,
)
from imbalance_grader.notebook.needed import Run, needed_code
from imbalance_grader.notebook.parts import binds
from imbalance_grader.notebook.results import CellResult, CellTime, Limits, NotebookResult, State
from imbalance_grader.notebook.source import Source, SourceCell
from imbalance_lab.checks import CheckFailed, Earned
from imbalance_lab.checks.library import names_in
from imbalance_lab.checks.recorded import VARIABLE
from imbalance_lab.printable import printable
from imbalance_oracles import secret
from imbalance_sandbox import warm, wire

_MOST_OWN_ENDINGS = 2  # of the process, by a student's own cells, before these are all left out
_GIVEN_BACK = 2.0  # times `Limits.call_seconds` for each graded cell, all together
_OWN_SHARE = 1 / 3  # of a notebook's time that a student's own cells may take
_LONGEST_MESSAGE = 4000
_SLOWEST = 5
OWN, UNUSED = "own", "unused"  # how a cell of the student's own is tagged, that ran or did not
_BUSY = 0.25  # who computes for less of the time that was waited for him slept, or was held up
_PAGE = resource.getpagesize()
_LONGEST_PRINTED = 20_000
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


def draw_ahead(oracle: str) -> None:
    """Draw the hidden data of a lesson's oracle, once for all judges that are forked later.

    What fails here fails in a judge again, where it is told.
    """
    with contextlib.suppress(Exception):
        drawn = getattr(importlib.import_module(oracle), "_drawn", None)
        if drawn is not None:
            drawn(secret.current())


def main(reply: socket.socket, template: socket.socket) -> None:
    """Take one request from the engine, grade, answer. Runs in a fork of the judges' template."""
    wire.send(reply, os.getpid())
    request = wire.receive(reply)
    with contextlib.suppress(OSError, ValueError):
        begins_with = int(Path("/proc/self/statm").read_text().split()[0]) * _PAGE
        most = begins_with + int(request["limits"]["judging_bytes"])
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    try:
        answer = _grade(request, template, lambda notice: wire.send(reply, notice))
    except KilledAtStart as error:  # as if it had been killed a moment later
        answer = {"ended": str(error)}
    except SandboxGone as error:
        answer = {"gone": str(error)}
    except BaseException:
        answer = {"failed": traceback.format_exc(limit=-8)[-_LONGEST_MESSAGE:]}
    wire.send(reply, answer)


def _grade(
    request: dict[str, Any], template: socket.socket, tell: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    source = Source.from_json(request["source"])
    limits = Limits(**request["limits"])
    copies = variant.Copies.of(request["student"], request["assignment"])
    tell({patience.AT: patience.READING})
    try:
        path = Path(request["submission"])
        script = choice.read_script(path, request["beside"], source, copies)
    except FileNotFoundError:
        return {"state": State.MISSING.value, "detail": "no notebook was handed in"}
    except intake.Malformed as error:
        return {"state": State.MALFORMED.value, "detail": str(error)}
    whose = script.origin.whose
    source = copies.source(source, whose)
    if whose:  # what this student's visible checks try; this process judges nobody else
        os.environ[VARIABLE] = str(copies.recorded(whose))
    runs = needed_code(script.steps, source.cells, request["text"])
    tell({patience.AT: ""})
    settings = limits, request["without"], request["most_memory"]
    session = _Session(source, script, runs, *settings, template, tell)
    session.leave_out(request["stopped"])
    session.give_up(request["given_up"])
    session.grade()
    answer = session.record()
    answer["result"] |= {"variant": variant.name(), "made_from": script.origin.stranger}
    return answer


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
        script: Script,
        runs: list[Run],
        limits: Limits,
        without: list[str],
        most_memory: int,
        template: socket.socket,
        tell: Callable[[dict[str, Any]], None],
    ) -> None:
        self.tell = tell
        self.given_up: set[str] = set()
        self.cells = source.cells
        self.script = script
        self.runs = runs
        self.limits = limits
        self.without = without
        self.most_memory = most_memory
        self.template = template
        self.started = time.monotonic()
        self.deadline = self.started + limits.wall_seconds
        graded = sum(cell.role == "graded" for cell in self.cells)
        self.to_give_back = _GIVEN_BACK * limits.call_seconds * graded
        more = self.to_give_back + patience.HELD_UP * limits.judging_seconds * graded
        self.limits_of_process = replace(limits, wall_seconds=limits.wall_seconds + more)
        self.results: dict[str, CellResult] = {}
        self.shown: dict[int, list[dict[str, Any]]] = {}
        self.stopped_at: dict[int, str] = {}
        self.seconds: dict[int, float] = {}
        self.own_seconds = 0.0
        self.left_out: dict[int, str] = {}
        self.slow: set[int] = set()  # steps that used up their time once
        self.tried_again: set[int] = set()
        self.stopped: dict[int, tuple[State, str]] = {}
        self.step_began = 0.0
        self.state = State.GRADED
        self.short = False
        self.details: list[str] = []
        self.usage = Usage()

    def give_up(self, cells: Mapping[str, Sequence[str]]) -> None:
        """Leave out graded cells with which an earlier judge could not be done."""
        for number in range(len(self.runs)):
            cell = self._cell(number)
            if cell is not None and cell.grade_id in cells:
                state, reason = cells[cell.grade_id]
                self.given_up.add(cell.grade_id)
                self._note(State(state), reason, number)
                self._settle(cell, 0.0, reason)
                self.shown[number] = [outputs_of.error("Stopped", reason)]

    def grade(self) -> None:
        """Run the notebook, again without a cell that ended the process, until it gets through.

        Each time it does not, one step more is left out, slow or tried again.
        """
        for _ in range(3 * len(self.runs) + 1):
            if self._run_through():
                break
        for cell in self.cells:
            if cell.role == "graded" and cell.grade_id not in self.results:
                self._settle(cell, 0.0, f"not reached: {'; '.join(self.details)}")
        for cell in self.cells:
            if cell.role == "graded" and self.results[cell.grade_id].points == 0:
                self._judge_with_loans(cell)
        for cell in self.cells:
            if cell.role == "written":
                self._settle_written(cell)

    def _judge_with_loans(self, cell: SourceCell) -> None:
        """Judge a failed answer once more with the right answers that it builds on."""
        if cell.grade_id in self.given_up:
            return
        lent = loans.lendable(cell, self.cells, self.results, self._names_used)
        if not lent or time.monotonic() > self.deadline:
            return
        before = self.results[cell.grade_id]
        number = next(n for n in range(len(self.runs)) if self._cell(n) is cell)
        kernel = self._new_kernel()
        try:
            for earlier in range(number + 1):
                if earlier not in self.left_out and self.runs[earlier].code:
                    kernel.begin_cell(again=earlier in self.slow and earlier != number)
                    kernel.run(self.runs[earlier].code)
            kernel.begin_cell()
            kernel.lend(loans.Lender(lent))
            self._score(kernel, number, cell)
        except KernelEnded:
            pass  # it was scored without a loan before
        finally:
            self.usage.add(kernel.close())
        after = self.results[cell.grade_id]
        if (after.points or 0.0) > (before.points or 0.0):
            note = (
                f"Your answer uses {' and '.join(lent)}, which is not right yet. It was judged with"
                " the right one in its place, so that one slip costs once."
            )
            told = f"{note}\n\n{after.message}".strip()
            self.results[cell.grade_id] = replace(after, message=told)
        else:
            note = (
                f"Your answer uses {' and '.join(lent)}, which is not right yet: mend that first."
            )
            told = f"{note}\n\n{before.message}"[:_LONGEST_MESSAGE]
            self.results[cell.grade_id] = replace(before, message=told)

    def _run_through(self) -> bool:
        """Run every cell once; return False if it has to be begun again in a fresh process."""
        kernel = self._new_kernel()
        started, number = time.monotonic(), 0
        self.own_seconds = 0.0
        try:
            for number in range(len(self.runs)):
                self.step_began = time.monotonic()
                if kernel.is_late or self.step_began > self.deadline:
                    raise KernelEnded(State.TIMED_OUT, "the time for the notebook was used up")
                if self._take_step(kernel, number):
                    break
            else:
                return True
        except KernelEnded as end:
            now = time.monotonic()
            late, own = kernel.is_late or now > self.deadline, now - self.step_began
            if not late:
                self._give_back(own, number)
            # Who was not the one to use up the time of the process is tried again in a fresh one.
            if end.limit == "cpu" and own < (now - started) / 2 and number not in self.tried_again:
                self.tried_again.add(number)
            else:
                self._leave_out(number, end)
            if late:
                return True
        finally:
            self.usage.add(kernel.close())
        self._tell_stopped(number, kernel)
        return False

    def _new_kernel(self) -> Kernel:
        """Start a process; its watcher, too, waits as long as this session may take."""
        limits, memory = self.limits_of_process, self.most_memory
        return Kernel(self.template, limits, self.without, self.deadline, memory)

    def _give_back(self, seconds: float, number: int) -> None:
        """Give the notebook what a cell of the lesson took before it was stopped."""
        if self._cell(number) is not None:
            given = min(seconds, self.to_give_back)
            self.to_give_back -= given
            self._extend(given)

    def _extend(self, seconds: float) -> None:
        self.deadline += seconds
        self.tell({patience.AT: "", patience.MORE: seconds})

    def _tell_stopped(self, number: int, kernel: Kernel) -> None:
        """Tell what a judge that has to follow this one need not find out again.

        Unless it was the machine's doing, or may have been: that is told from the times of a run
        in which it happens.
        """
        used, cell = kernel.usage, self._cell(number)
        if used.killed or used.cpu_seconds < _BUSY * used.waited_seconds:
            return
        graded = cell is not None and cell.grade_id in self.results
        if cell is not None and graded and self.results[cell.grade_id].points:
            return
        ended = number in self.left_out
        if ended or number in self.slow:
            state, reason = self.stopped[number]
            self.tell({patience.AT: "", patience.STOPPED: [number, state.value, reason, ended]})

    def leave_out(self, stopped: Sequence[tuple[int, str, str, bool]]) -> None:
        """Take over what an earlier judge has told of cells that were stopped."""
        for number, state, reason, ended in stopped:
            cell = self._cell(number)
            if ended:
                self._leave_out(number, KernelEnded(State(state), reason))
                continue
            self.slow.add(number)
            self._note_limit(State(state), reason, number)
            if cell is not None and cell.role == "graded":
                self._settle(cell, 0.0, f"your answer was stopped: {reason}")
                self.shown[number] = [outputs_of.error("Stopped", reason)]

    def _take_step(self, kernel: Kernel, number: int) -> bool:
        """Run one cell, score it if it is graded, and keep how long that took.

        Returns
        -------
        bool
            Whether it is one of the lesson's and has used up its time, here for the first time.
        """
        cell = self._cell(number)
        runs = number not in self.left_out and bool(self.runs[number].code)
        scores = cell is not None and cell.role == "graded" and cell.grade_id not in self.results
        if not runs and not scores:
            return False
        kernel.begin_cell(again=number in self.slow)
        if runs:
            self._run(kernel, number)
        if cell is not None and scores:
            self._score(kernel, number, cell)
        seconds = time.monotonic() - self.step_began
        self.seconds[number] = max(seconds, self.seconds.get(number, 0.0))
        self.own_seconds += seconds if cell is None else 0.0
        if not kernel.trouble:
            return False
        self._note_limit(*kernel.trouble, number)
        if kernel.trouble[0] is not State.TIMED_OUT or kernel.is_late:
            return False
        self._give_back(seconds, number)
        kernel.deadline = self.deadline
        first = number not in self.slow
        self.slow.add(number)
        self.stopped.setdefault(number, kernel.trouble)
        return cell is not None and first

    def _leave_out(self, number: int, end: KernelEnded) -> None:
        cell = self._cell(number)
        self.left_out[number] = end.reason
        self.stopped[number] = end.state, end.reason
        self._note_limit(end.state, end.reason, number)
        if cell is not None and cell.role == "graded":
            self._settle(cell, 0.0, f"your answer was stopped: {end.reason}")
        self.shown[number] = [outputs_of.error("Stopped", end.reason)]
        own = [n for n in self.left_out if self._cell(n) is None]
        if cell is None and len(own) >= _MOST_OWN_ENDINGS:
            for other in range(len(self.runs)):
                if self._cell(other) is None:
                    self.left_out.setdefault(other, "other cells of your own ended the process")

    def _note_limit(self, state: State, reason: str, number: int) -> None:
        """Note a limit that the student's process met: of memory it may have had a share only."""
        self.short |= state is State.OUT_OF_MEMORY
        self._note(state, reason, number)

    def _note(self, state: State, reason: str, number: int) -> None:
        if self.state is State.GRADED:
            self.state = state
        sentence = f"{self._name(number)}: {reason}"
        if sentence not in self.details:
            self.details.append(sentence)

    def _run(self, kernel: Kernel, number: int) -> None:
        if self._cell(number) is None and self.own_seconds > _OWN_SHARE * self.limits.wall_seconds:
            self.left_out[number] = "your own cells had taken too long by then"
            self._note(State.TIMED_OUT, self.left_out[number], number)
            return
        run = self.runs[number]
        outputs = kernel.run(run.code)
        if run.whole:
            self.shown[number] = outputs_of.checked(outputs)
            self.stopped_at[number] = outputs_of.stopped_by(outputs)

    def _cell(self, number: int) -> SourceCell | None:
        """Return the instructor's cell of a step, None for one of the student's own."""
        place = self.script.steps[number].place
        return None if place is None else self.cells[place]

    def _name(self, number: int) -> str:
        cell = self._cell(number)
        if cell is not None:
            return cell.name
        lines = (line.strip() for line in self.runs[number].code.splitlines())
        return f"own cell “{next((line[:60] for line in lines if line), '')}”"

    def _text(self, cell: SourceCell) -> str:
        """Return an instructor's cell as this student has it."""
        if cell.takes_text:
            return self.script.texts.get(cell.grade_id, cell.released)
        return str(cell.cell["source"])

    # --- scoring ---------------------------------------------------------------------------------

    def _score(self, kernel: Kernel, number: int, cell: SourceCell) -> None:
        self.tell({patience.AT: cell.grade_id})
        began, waited = time.monotonic(), kernel.usage.waited_seconds
        try:
            self._judge(kernel, number, cell)
        finally:
            waited = kernel.usage.waited_seconds - waited
            self._extend(time.monotonic() - began - waited)
            kernel.deadline = self.deadline

    def _judge(self, kernel: Kernel, number: int, cell: SourceCell) -> None:
        standins = {
            name: RemoteStandIn(kernel, name, self._names_used(answer))
            for name, answer in cell.answers.items()
        }
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
            except MemoryError as raised:
                many = patience.too_large(self.limits.judging_bytes)
                self._note(many.state, many.reason, number)
                points, message, error = 0.0, many.reason, raised
            except Exception as raised:
                message = f"{type(raised).__name__}: {raised}".rstrip(": ")
                points, error = 0.0, raised
        said, message = printed.getvalue()[:_LONGEST_PRINTED], message[:_LONGEST_MESSAGE]
        outputs = [outputs_of.stream(said)] if said else []
        if error is not None:
            outputs.append(outputs_of.error(type(error).__name__, message))
        elif value is not None:
            points = _partial(repr(value), cell.points)
            mistake = value.mistake if isinstance(value, Earned) else ""
            outputs.append(
                outputs_of.shown("execute_result", {"text/plain": printable(repr(value))})
            )
        if kernel.trouble and not message:
            message = kernel.trouble[1]
        self.shown[number] = outputs
        if points < cell.points and not message:
            message = said
        self._settle(cell, points, message, mistake, time.monotonic() - started)

    def _names_used(self, answer: str) -> frozenset[str]:
        """Return the names that an answer uses, those of her own helpers among them."""
        own = [run.code for n, run in enumerate(self.runs) if self._cell(n) is None]
        used = names_in(self.script.texts.get(answer, ""))
        for code in reversed(own):  # a helper stands above what it helps
            if binds(code, set(used)):
                used |= names_in(code)
        return used

    def _settle(
        self,
        cell: SourceCell,
        points: float,
        message: str = "",
        mistake: str = "",
        seconds: float = 0.0,
    ) -> None:
        answers = dict.fromkeys(cell.answers.values())
        told = [note for answer in answers for note in self.script.notes.get(answer, ())]
        if points < cell.points:
            told += self._why_not(cell)
        self.results[cell.grade_id] = CellResult(
            cell.grade_id,
            points,
            cell.points,
            "graded",
            "\n\n".join([*told, message]).strip()[:_LONGEST_MESSAGE],
            mistake,
            round(seconds, 3),
            answer_missing=bool(answers) and self.script.untouched.issuperset(answers),
        )

    def _why_not(self, cell: SourceCell) -> list[str]:
        """Say what no check can know: that a cell is empty, stopped, or makes another name."""
        told = []
        for name, answer in cell.answers.items():
            stopped = [self.stopped_at.get(n, "") for n in self.script.makers.get(answer, ())]
            stopped = [error for error in stopped if error]
            if answer in self.script.untouched:
                told.append(
                    f"Nothing is filled in yet for {name}: the cell “{answer}” is unchanged."
                )
            elif stopped:
                told.append(f"The cell of your answer stopped with {stopped[0]}")
            elif not binds(self.script.texts.get(answer, ""), {name}):
                told.append(f"No cell of your answer makes {name}, the name that is asked for.")
        return told

    def _settle_written(self, cell: SourceCell) -> None:
        # One that was blanked is not the released one: a person looks at it, as in nbgrader.
        blank = not self.script.texts[cell.grade_id].strip()
        untouched = cell.grade_id in self.script.untouched and not blank
        points = 0.0 if untouched else None
        notes = self.script.notes.get(cell.grade_id, [])
        message = "\n\n".join([*notes, "nothing was written"] if untouched else notes)
        self.results[cell.grade_id] = CellResult(
            cell.grade_id, points, cell.points, "written", message, answer_missing=untouched
        )

    # --- what comes out --------------------------------------------------------------------------

    def record(self) -> dict[str, Any]:
        """Return the result and the executed notebook as plain values."""
        own = resource.getrusage(resource.RUSAGE_SELF)
        order = sorted(self.seconds, key=self.seconds.__getitem__, reverse=True)[:_SLOWEST]
        slowest = (CellTime(self._name(n), round(self.seconds[n], 3)) for n in order)
        result = NotebookResult(
            "",
            "",
            "",
            self.state,
            tuple(self.results[cell.grade_id] for cell in self.cells if cell.kind),
            "; ".join([*self.details, *self.script.remarks])[:_LONGEST_MESSAGE],
            round(time.monotonic() - self.started, 3),
            round(self.usage.cpu_seconds + own.ru_utime + own.ru_stime, 3),
            self.usage.peak_memory,
            slowest=tuple(slowest),
        )
        return {
            "result": result.to_json(),
            "cells": self._notebook_cells(),
            "doubt": self._doubt,
            "short": self.short,
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
        """Return the notebook in the student's order: each of the instructor's cells once.

        An answer that came in pieces, or from cells of her own, stands whole in its cell.
        """
        makers = self.script.makers
        whole: dict[int, list[str]] = {}
        for answer, steps in makers.items():
            whole.setdefault(steps[-1], []).append(answer)
        pieces = {number for steps in makers.values() for number in steps}
        by_name = {cell.grade_id: cell for cell in self.cells}
        cells: list[dict[str, Any]] = []
        for number in range(len(self.script.steps)):
            for answer in whole.get(number, ()):
                cells.append(self._with_outputs(by_name[answer], makers[answer]))
            cell = self._cell(number)
            if number not in pieces:
                cells.append(
                    self._own_cell(number) if cell is None else self._with_outputs(cell, [number])
                )
        return _numbered(cells)

    def _with_outputs(self, cell: SourceCell, steps: list[int]) -> dict[str, Any]:
        shown = {**cell.cell, "source": self._text(cell)}
        if cell.cell["cell_type"] == "code":
            if cell.role == "code":
                shown["source"] = self.script.steps[steps[0]].code or shown["source"]
            shown |= self._outputs(steps)
        return shown

    def _own_cell(self, number: int) -> dict[str, Any]:
        return {
            "cell_type": "code",
            "id": f"own-{number}",
            "metadata": {"tags": [OWN if number in self.shown else UNUSED]},
            "source": self.script.steps[number].code or "",
        } | self._outputs([number])

    def _outputs(self, steps: list[int]) -> dict[str, Any]:
        ran = any(number in self.shown for number in steps)
        outputs = [output for number in steps for output in self.shown.get(number, [])]
        return {"outputs": outputs, "execution_count": 1 if ran else None}


def _numbered(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the cells that ran the numbers of a notebook."""
    count = 0
    for cell in cells:
        if cell.get("execution_count"):
            count += 1
            cell["execution_count"] = count
            for output in cell["outputs"]:
                if output["output_type"] == "execute_result":
                    output["execution_count"] = count
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


def with_identity(
    result: NotebookResult, assignment: str, student: str, notebook: str, off: tuple[str, ...]
) -> NotebookResult:
    """Return a result that says whose it is, and how it was made."""
    return replace(
        result, assignment=assignment, student=student, notebook=notebook, protections_off=off
    )


if __name__ == "__main__":
    from imbalance_grader.notebook import judge

    warm.main(judge.prepare, int(sys.argv[1]), judge.draw_ahead)
