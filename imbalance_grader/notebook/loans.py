"""One slip costs once: an exercise that uses an earlier answer is judged with the right one too.

Where an answer fails and uses another exercise's answer that is not right either, it is asked once
more while that name stands for the right answer. The right answer itself never enters the
student's process: what it is called with comes out over the wire, and the value goes back in. By
then the other exercise is scored, and of this run only the points of the one in hand are kept.
"""

from __future__ import annotations

import contextlib
import itertools
import signal
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from imbalance_grader.notebook.results import CellResult
from imbalance_grader.notebook.source import SourceCell
from imbalance_lab.checks import Call, Outcome, Raised, Returned
from imbalance_lab.checks.calls import perform
from imbalance_oracles.registry import keys
from imbalance_sandbox import questions, wire

_MOST_CALLS = 20_000
_LARGEST = 5_000  # elements of all arguments of a call: hidden inputs are small
_SECONDS = 2.0  # for one call
_MOST_SECONDS = 8.0  # of processor time for all of them, well within `Limits.judging_seconds`
_REFUSED = Raised(("ValueError", "Exception"), "this input is too large or too slow to be lent to")


def lendable(
    cell: SourceCell,
    cells: Sequence[SourceCell],
    results: Mapping[str, CellResult],
    names_used: Callable[[str], Collection[str]],
) -> list[str]:
    """Return the names that a failed cell's answer uses and that earlier failed cells asked for.

    Of a later one nothing is lent: from the right answer to it an earlier one could be had that
    nobody wrote, and from that the one before, until only the last of them was lost.

    Parameters
    ----------
    cell : SourceCell
        The graded cell that failed.
    cells : sequence of SourceCell
        The instructor's notebook.
    results : mapping of str to CellResult
        By grade id, of what is scored.
    names_used : callable
        Takes the grade id of an answer and returns the names that it uses, also through helpers.
    """
    used = frozenset[str]().union(*map(names_used, cell.answers.values()))
    wrong = {
        name
        for other in itertools.takewhile(lambda other: other is not cell, cells)
        if other.role == "graded" and _lost_points(other, results)
        for name in other.answers
    }
    known = keys()
    return sorted(
        name
        for name in (used & wrong) - set(cell.answers)
        if name in known and known[name].right is not None
    )


def _lost_points(cell: SourceCell, results: Mapping[str, CellResult]) -> bool:
    result = results.get(cell.grade_id)
    return result is not None and result.points is not None and result.points < cell.points


class Lender:
    """Computes right answers for a student's process that calls them.

    Parameters
    ----------
    names : sequence of str
        The exercises whose answers are lent.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)
        self._left = _MOST_CALLS
        self._seconds = _MOST_SECONDS

    def __call__(self, reply: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return what to send back, None if a reply is no call of a lent answer."""
        name, written = reply.get("borrow"), reply.get("call")
        if name is None:
            return None
        outcome: Outcome = _REFUSED
        self._left -= 1
        if name in self.names and self._left >= 0 and self._seconds > 0:
            started = time.process_time()
            with contextlib.suppress(Exception):  # whatever a hostile process takes for a call
                (call,) = questions.read_calls(written)
                outcome = _answer(str(name), call)
            self._seconds -= time.process_time() - started
        return {"lent": wire.encode(questions.write_outcome(outcome))}


def _answer(name: str, call: Call) -> Outcome:
    right = keys()[name].right
    if right is None or call.then or _size([call.args, call.kwargs]) > _LARGEST:
        return _REFUSED
    with _time_limit():
        outcome = perform(right, call)
    return outcome if isinstance(outcome, Returned) else _described(outcome)


def _described(outcome: Outcome) -> Outcome:
    """Return a refusal of the right answer without its own words."""
    error = outcome.error if isinstance(outcome, Raised) else ("ValueError", "Exception")
    return Raised(error, "the right answer refuses this input")


def _size(value: Any) -> int:
    """Count the elements of nested plain values."""
    if isinstance(value, dict):
        return sum(map(_size, value.values())) + len(value)
    if isinstance(value, list | tuple | set | frozenset):
        return sum(map(_size, value)) + len(value)
    return int(getattr(value, "size", 1)) if not isinstance(value, str) else len(value)


@contextlib.contextmanager
def _time_limit() -> Iterator[None]:
    def stop(number: int, frame: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
