"""The judge's end of a student's process: run a cell, ask a name, end it at any time."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from imbalance_grader.notebook.loans import Lender
from imbalance_grader.notebook.results import Limits, State
from imbalance_lab.checks import Call, Outcome, Raised, StandIn, Unusable
from imbalance_sandbox import questions, warm, wire

_GRACE_SECONDS = 1.0
_START_SECONDS = 30.0
_END_SECONDS = 10.0
_PARTING_SECONDS = 2.0  # until the watcher of a process that seems to have ended says how
_OVERHEAD_BYTES = 1 << 20  # of a frame beside what the limits count
_MOST_OUTPUTS = 1000  # of a cell: each becomes an element of pages that people open
_SPARE_OUTPUT = 1 << 16  # of a cell, beside the text that is counted in the process
_AGAIN = 1 / 20  # of the time of a cell, where it was used up before; but at least
_AGAIN_LEAST = 0.3  # seconds, in which what stands above a loop is made again
_MOST_ELEMENTS = 2_000_000  # of lists, sets and dicts in one reply
_CUT_OFF = {
    "output_type": "stream",
    "name": "stderr",
    "text": "[the output of this notebook was too long and was cut off]\n",
}
TIMED_OUT = Raised(
    ("TimeoutError", "OSError", "Exception"),
    "it took too long and was stopped: is there a loop that never ends?",
)

_INTERRUPTED = (State.TIMED_OUT, "it took too long and was interrupted")
_ENDINGS = {
    "memory": (State.OUT_OF_MEMORY, "it used more than {memory} MB of memory"),
    "cpu": (State.TIMED_OUT, "it used more than {cpu:g} s of processor time"),
    "processes": (State.CRASHED, "it started more than {processes} processes"),
    "time": (State.TIMED_OUT, "it ran for more than {wall:g} s"),
}


class SandboxGone(RuntimeError):
    """No student's process can be started: the template is gone, or a protection failed."""


class KilledAtStart(SandboxGone):
    """One was started, and something killed it or its watcher before it had said that it is."""


class KernelEnded(BaseException):
    """The student's process ended. No `Exception`, so that no check takes it for an answer.

    Attributes
    ----------
    state : State
    reason : str
        The end of a sentence about the cell in hand.
    limit : str
        Which limit of the whole process was met, "" if none was.
    """

    def __init__(self, state: State, reason: str, limit: str = "") -> None:
        super().__init__(reason)
        self.state = state
        self.reason = reason
        self.limit = limit


@dataclass
class Usage:
    """What a student's processes used, added up over restarts.

    Parameters
    ----------
    cpu_seconds : float
    waited_seconds : float
        How long the judge waited for them. Much more than `cpu_seconds` means that they slept, or
        that the machine held them up.
    peak_memory : int
        The most at a time, bytes.
    killed : bool
        Whether one was ended by somebody who is neither the judge nor the student, such as Linux
        when the machine runs out of memory.
    """

    cpu_seconds: float = 0.0
    waited_seconds: float = 0.0
    peak_memory: int = 0
    killed: bool = False

    def add(self, other: Usage) -> None:
        """Take in what another process used."""
        self.cpu_seconds += other.cpu_seconds
        self.waited_seconds += other.waited_seconds
        self.peak_memory = max(self.peak_memory, other.peak_memory)
        self.killed |= other.killed


class Kernel:
    """One contained process for one notebook.

    Parameters
    ----------
    template : socket
        On which the students' template takes requests.
    limits : Limits
    without : sequence of str
        Names of the protections that are not put in place.
    deadline : float
        By `time.monotonic`, for the whole notebook.
    most_memory : int, optional
        How much of `limits.memory_bytes` may be used while others run too, bytes.

    Attributes
    ----------
    trouble : tuple of State and str, or None
        Which limit was met since `begin_cell`, although the notebook goes on.
    deadline : float
        As above; it may be moved.
    is_late : bool
        Whether it was this deadline at which a cell was stopped.

    Raises
    ------
    SandboxGone
        If nothing could be started, or not with every protection.
    KilledAtStart
        If it was started, and killed from outside.
    """

    def __init__(
        self,
        template: socket.socket,
        limits: Limits,
        without: Sequence[str],
        deadline: float,
        most_memory: int | None = None,
    ) -> None:
        self.limits = limits
        self._most_memory = min(most_memory or limits.memory_bytes, limits.memory_bytes)
        self._output_left = limits.output_bytes
        self.deadline = deadline
        self.usage = Usage()
        self.trouble: tuple[State, str] | None = None
        self.is_late = False
        self._used_up = False
        self._lender: Lender | None = None
        self._ended: KernelEnded | None = None
        self._wire, theirs = socket.socketpair()
        self._leash, watchers = socket.socketpair()
        try:
            with theirs, watchers:
                socket.send_fds(template, [warm.REQUEST], [theirs.fileno(), watchers.fileno()])
            settings = {
                "limits": vars(limits),
                "most_memory": self._most_memory,
                "without": list(without),
            }
            wire.send(self._leash, settings, time.monotonic() + _START_SECONDS)
            greeting = wire.receive(self._wire, 1 << 16, time.monotonic() + _START_SECONDS)
        except (OSError, EOFError, wire.WireError) as error:
            # An order to one that is just ending would be taken for the cause.
            self._end(b"" if isinstance(error, (EOFError, ConnectionError)) else b"k")
            gone = KilledAtStart if self.usage.killed else SandboxGone
            raise gone(f"no process was started ({type(error).__name__})") from None
        if greeting != {"ready": True}:
            self.close()
            raise SandboxGone(str(greeting)[:500])

    def begin_cell(self, again: bool = False) -> None:
        """Begin another cell, or one that used up its time before and has little of it now."""
        self.trouble = None
        self._used_up = again

    def run(self, code: str) -> list[Any]:
        """Run a cell; return what it showed, unchecked.

        Raises
        ------
        KernelEnded
        """
        data, _ = self._request({"run": code}, self.limits.output_bytes)
        outputs = self._decoded(data).get("outputs")
        if type(outputs) is not list:
            return []
        # The process keeps to the limit by itself, and it may have been taken over.
        self._output_left -= max(len(data) - _SPARE_OUTPUT, 0)
        if self._output_left < -_SPARE_OUTPUT:
            return [_CUT_OFF]
        if len(outputs) > _MOST_OUTPUTS:
            outputs = [*outputs[:_MOST_OUTPUTS], _CUT_OFF]
        if any(_short_of_memory(output) for output in outputs):
            self.trouble = self._ending("memory")
        return outputs

    def ask(self, name: str, calls: Sequence[Call] | None) -> list[Outcome]:
        """Return one outcome a call or, without calls, the value of the name itself.

        Raises
        ------
        KernelEnded
        """
        written = None if calls is None else questions.write_calls(calls)
        expected = 1 if calls is None else len(calls)
        data, in_time = self._request({"ask": name, "calls": written}, self.limits.value_bytes)
        outcomes = self._decoded(data).get("outcomes")
        if not in_time:
            return [TIMED_OUT] * expected
        if type(outcomes) is not list or len(outcomes) != expected:
            return [Unusable("an answer in a form that is not understood")] * expected
        decoder = wire.Decoder(_MOST_ELEMENTS)
        read = [_read(outcome, decoder) for outcome in outcomes]
        if any(isinstance(each, Raised) and "MemoryError" in each.error for each in read):
            self.trouble = self._ending("memory")
        return read

    def lend(self, lender: Lender) -> None:
        """Let the lender's names stand for the right answers from now on.

        Raises
        ------
        KernelEnded
        """
        self._request({"lend": lender.names}, 0)
        self._lender = lender

    def close(self) -> Usage:
        """End the process and all that it started; return what they used."""
        self._end(b"k")
        return self.usage

    def _decoded(self, data: bytes) -> dict[str, Any]:
        """Return a reply, or end the process that sent something else."""
        try:
            reply = wire.Decoder(_MOST_ELEMENTS).decode(data)
        except wire.WireError as error:
            self._end(b"k", (State.CRASHED, f"it sent something unreadable: {error}"))
        else:
            if type(reply) is dict:
                return reply
            self._end(b"k", (State.CRASHED, "it sent something unreadable"))
        assert self._ended is not None
        raise self._ended

    @property
    def _seconds(self) -> float:
        """How long one request may take now."""
        usual = self.limits.call_seconds
        return min(max(_AGAIN * usual, _AGAIN_LEAST), usual) if self._used_up else usual

    def _request(self, message: dict[str, Any], most: int) -> tuple[bytes, bool]:
        """Return the reply's bytes, and whether it came without an interrupt."""
        if self._ended:
            raise self._ended
        in_time = True
        most += _OVERHEAD_BYTES
        started = time.monotonic()
        deadline = min(started + self._seconds, self.deadline)
        try:
            wire.send(self._wire, message, deadline)
            try:
                reply = self._receive(most, deadline)
            except TimeoutError:
                self.is_late = deadline == self.deadline
                # An honest loop ends here, and the notebook goes on with the next cell.
                self.trouble, in_time, self._used_up = _INTERRUPTED, False, True
                self._leash.sendall(b"i")
                reply = wire.receive_bytes(self._wire, most, time.monotonic() + _GRACE_SECONDS)
        except TimeoutError:
            self._end(b"k", (State.TIMED_OUT, "it took too long and could not be interrupted"))
        except wire.WireError as error:
            self._end(b"k", (State.CRASHED, f"it sent something unreadable: {error}"))
        except (EOFError, OSError):
            self._end(b"")
        else:
            return reply, in_time
        finally:
            self.usage.waited_seconds += time.monotonic() - started
        assert self._ended is not None
        raise self._ended

    def _receive(self, most: int, deadline: float) -> bytes:
        """Return the bytes of a reply; what is borrowed on the way is lent."""
        while True:
            data = wire.receive_bytes(self._wire, most, deadline)
            given = None
            if self._lender is not None:
                given = self._lender(self._decoded(data))
            if given is None:
                return data
            wire.send(self._wire, given, deadline)

    def _end(self, order: bytes, cause: tuple[State, str] | None = None) -> None:
        """End the process, learn from the watcher how it ended, and keep that."""
        if self._ended:
            return
        report = _last_words(self._leash, order, _END_SECONDS if order else _PARTING_SECONDS)
        if report is None and not order:  # it is there still, and only has closed its end
            cause = (State.CRASHED, "it cut the connection")
            report = _last_words(self._leash, b"k", _END_SECONDS)
        self._wire.close()
        self._leash.close()
        if report is not None:
            # The first process of a namespace cannot kill itself, nor the watcher.
            by_signal = report.get("signal", signal.SIGKILL) == signal.SIGKILL
            self.usage.killed = by_signal and not report.get("ended_by")
        report = report or {}
        self.usage.cpu_seconds = float(report.get("cpu_seconds", 0.0))
        self.usage.peak_memory = int(report.get("peak_memory", 0))
        limit = report.get("ended_by", "")
        if limit in _ENDINGS:
            cause = self._ending(limit)
        self._ended = KernelEnded(*(cause or (State.CRASHED, "it ended the process")), limit)

    def _ending(self, name: str) -> tuple[State, str]:
        state, reason = _ENDINGS[name]
        return state, reason.format(
            memory=self._most_memory >> 20,
            cpu=self.limits.cpu_seconds,
            processes=self.limits.processes,
            wall=self.limits.wall_seconds,
        )


def _last_words(leash: socket.socket, order: bytes, seconds: float) -> dict[str, Any] | None:
    """Give the watcher an order and return its report, which comes from outside the sandbox.

    It is empty where the watcher itself was ended, and None where it has not reported in time.
    """
    data = b""
    leash.settimeout(seconds)
    try:
        with contextlib.suppress(ConnectionError):
            leash.sendall(order)
        # Where it has ended already, no order reaches it, but what it said is there to be read.
        with contextlib.suppress(ConnectionError):
            while piece := leash.recv(4096):
                data += piece
    except TimeoutError:
        return None
    with contextlib.suppress(ValueError):
        return dict(json.loads(data))
    return {}


def _short_of_memory(output: Any) -> bool:
    """Return whether an output is the error of an allocation that was refused."""
    return type(output) is dict and output.get("ename") == "MemoryError"


def _read(outcome: Any, decoder: wire.Decoder) -> Outcome:
    """Return one outcome of a reply; each is a frame of its own."""
    try:
        if type(outcome) is not bytes:
            raise wire.WireError("an outcome is a frame of its own")
        return questions.read_outcome(decoder.decode(outcome))
    except wire.TooMuch as error:
        return Unusable(str(error))
    except wire.WireError:
        return Unusable("an answer in a form that is not understood")


class RemoteStandIn(StandIn):
    """Stands in a graded cell for a name that the student defined."""

    def __init__(self, kernel: Kernel, name: str, names: frozenset[str] = frozenset()) -> None:
        self._kernel = kernel
        self._name = name
        self.names = names

    def outcomes(self, calls: Sequence[Call]) -> list[Outcome]:
        """Return one outcome a call, all asked in one message."""
        return self._kernel.ask(self._name, calls)

    def value(self) -> Outcome:
        """Return the value of the name itself."""
        return self._kernel.ask(self._name, None)[0]
