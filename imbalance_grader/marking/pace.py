"""How long marking takes, and so what is left of it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

FIRST_GUESS = 120.0  # seconds for an answer, as docs/syllabus.md reckons


class Pace:
    """Learns from the marks of this session how long the others will take.

    Parameters
    ----------
    clock : callable, optional
        Returns seconds; by default a clock that nobody sets.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._shown: dict[int, float] = {}
        self._took: list[float] = []

    def shown(self, number: int) -> None:
        """Hear that an answer which waits for its mark is looked at."""
        self._shown[number] = self._clock()

    def marked(self, number: int) -> None:
        """Hear that an answer has its first mark."""
        if number in self._shown:
            self._took.append(self._clock() - self._shown.pop(number))

    def left(self, waiting: int) -> float:
        """Return the seconds that so many answers will take: the median bears breaks well."""
        return waiting * (statistics.median(self._took) if self._took else FIRST_GUESS)


def in_words(seconds: float) -> str:
    """Return a duration as a person says it."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute" if seconds else "nothing"
    if minutes < 90:
        return f"about {minutes} minute{'' if minutes == 1 else 's'}"
    return f"about {seconds / 3600:.1f} hours"
