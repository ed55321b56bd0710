"""How long the engine waits for a judge: a limit of processor time for each graded cell.

The judge reads, compares and shows what an answer returned, in cells that were written with
honest values in mind. It says which of them it begins and when it is done. The engine looks at
the processor time that it uses meanwhile and, at the limit, ends it: from outside, since a judge
that is deep in a library cannot end itself. The cell in hand is then given up, and the submission
is judged anew without it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from imbalance_grader.notebook.machine import processor_seconds
from imbalance_grader.notebook.results import State
from imbalance_sandbox import wire

# Keys of a notice: the graded cell that is begun, "" where one is done; how many seconds more the
# judge may take; and a cell of which it knows enough, for the judge that may have to follow it.
AT, MORE, STOPPED = "at", "more", "stopped"
READING = "the notebook"  # in place of a graded cell: what comes before all of them
HELD_UP = 3.0  # how many times its processor time a judge may take on a busy machine
_LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class GivenUp:
    """Why a graded cell is not judged.

    Parameters
    ----------
    state : State
    reason : str
        The end of a sentence about the cell.
    """

    state: State
    reason: str


@dataclass
class Allowance:
    """How long the judges of one submission may take in all, and what they found on the way.

    Parameters
    ----------
    end : float
        By `time.monotonic`. It moves with what is not to cost the other cells anything.
    stopped : list
        Cells that were stopped and need not be waited for again: the number of the step, state,
        reason, and whether it ended the process.
    """

    end: float
    stopped: list[list[Any]] = field(default_factory=list)

    def note(self, message: Mapping[str, Any]) -> None:
        """Take in a notice."""
        self.end += message.get(MORE, 0.0)
        if STOPPED in message:
            self.stopped.append(message[STOPPED])


def too_slow(seconds: float) -> GivenUp:
    """Return why a cell is given up that takes the judge too long."""
    reason = (
        f"judging what your answer returned took more than {seconds:g} s of processor time: is it"
        " much larger than what is asked for?"
    )
    return GivenUp(State.TIMED_OUT, reason)


def too_long(seconds: float) -> str:
    """Return why a notebook is not graded that takes the judge too long to read."""
    return (
        f"reading it took more than {seconds:g} s of processor time: is there much in it that is "
        "no Python? Copy the answers into a fresh copy of the lesson"
    )


def too_large(memory: int) -> GivenUp:
    """Return why a cell has no points in which the judge had no memory left, bytes."""
    reason = (
        f"judging what your answer returned took more than {memory >> 20:,} MB of memory: is it"
        " much larger than what is asked for?"
    )
    return GivenUp(State.OUT_OF_MEMORY, reason)


ENDS_THE_JUDGE = GivenUp(
    State.CRASHED, "what your answer returned ended the process that judges it, three times"
)


def wait_for(
    link: socket.socket, process: int, seconds: float, allowed: Allowance
) -> dict[str, Any]:
    """Return a judge's answer, or how it came that there is none.

    Parameters
    ----------
    link : socket
        On which the judge sends notices and, at last, its answer.
    process : int
        Its number.
    seconds : float
        Of processor time, for one graded cell; as much for what it does between two of them.
    allowed : Allowance
        For all of it. It grows by what a cell took that is given up.

    Returns
    -------
    dict
        The answer; or ``slow`` (it was ended), ``late`` (the same, and no cell is to blame),
        ``ended`` or ``failed``, with the graded cell in hand as ``at``, "" where there was none.
    """
    at, before, began = "", 0.0, time.monotonic()
    try:
        while True:
            try:
                message = wire.receive(
                    link, deadline=min(time.monotonic() + _LOOK_SECONDS, allowed.end)
                )
            except TimeoutError:
                if time.monotonic() >= allowed.end:
                    return _stop(process, "late", "the judge was not done in time", "")
                if processor_seconds(process) - before > seconds:
                    allowed.end += min(time.monotonic() - began, HELD_UP * seconds)
                    return _stop(process, "slow" if at else "late", "the judge took too long", at)
                continue
            if AT not in message:
                return dict(message)
            allowed.note(message)
            at, before, began = message[AT], processor_seconds(process), time.monotonic()
    except (EOFError, ConnectionError):
        return {"ended": "the judge ended before it was done", AT: at}
    except wire.WireError as error:
        return {"failed": str(error), AT: at}


def _stop(process: int, how: str, why: str, at: str) -> dict[str, Any]:
    with contextlib.suppress(OSError):
        os.kill(process, signal.SIGKILL)
    return {how: why, AT: at}
