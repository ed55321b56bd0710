"""The numbers of a quiz question that is to be computed, and others that could stand there.

A function says of a question which numbers stand in it and in each of its options: the right one is
computed, and each wrong one as somebody computes it who makes its mistake. Its defaults give the
published question. The words stay in the lesson, and what a wrong option says of the student's
thinking in the answer key: it names no number that varies, so that it is true of all of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import combinations

import numpy as np

# The numbers of the question, "", and of its options, "a" and so on, in the order of the text.
Shown = Mapping[str, Sequence[str]]
NEAR = 0.05  # Options whose numbers are all that near to each other could be taken for the same.
_NUMBER = re.compile(r"[−\d.,]*\d")


class Numbers:
    """The numbers that may stand in a question.

    Parameters
    ----------
    shown : callable
        Returns the numbers of the question, as they are written.
    arguments : iterable of tuple
        The arguments with which it may be called. Those that give two options of which one could
        be taken for the other, or the published question, are passed over.
    worded : bool, default=False
        Whether options differ in words, so that the same number may stand in two of them.
    """

    def __init__(
        self,
        shown: Callable[..., Shown],
        arguments: Iterable[tuple[float | str, ...]],
        worded: bool = False,
    ) -> None:
        self._shown = shown
        self._arguments = arguments
        self._worded = worded

    @cached_property
    def published(self) -> Shown:
        """What stands in the published course."""
        return self._shown()

    @cached_property
    def every(self) -> Sequence[Shown]:
        """All that may stand there instead."""
        made = [self._shown(*each) for each in self._arguments]
        return [one for one in made if one != self.published and (self._worded or not _alike(one))]

    def draw(self, rng: np.random.Generator) -> Shown:
        """Draw one of them."""
        return self.every[int(rng.integers(len(self.every)))]


def replaced(text: str, pairs: Sequence[tuple[str, str]]) -> str:
    """Return a text with other numbers.

    Parameters
    ----------
    text : str
    pairs : sequence of (str, str)
        What stands there and what is to stand there, in the order of the text.

    Raises
    ------
    ValueError
        If one of them is not found after the one before.
    """
    made, at = [], 0
    for old, new in pairs:
        found = re.compile(rf"(?<![\w.,]){re.escape(old)}(?!\w|[.,]\d)").search(text, at)
        if not found:
            raise ValueError(f"{old!r} is not where it should be in {text[at:]!r}")
        made += [text[at : found.start()], new]
        at = found.end()
    return "".join([*made, text[at:]])


def _alike(shown: Shown) -> bool:
    """Return whether one option could be taken for another."""
    values = [list(map(_value, numbers)) for part, numbers in shown.items() if part and numbers]
    return any(
        len(one) == len(other)
        and all(math.isclose(a, b, rel_tol=NEAR) for a, b in zip(one, other, strict=True))
        for one, other in combinations(values, 2)
    )


def _value(text: str) -> float:
    """Return the last number in a text: of 1/20 or of an article with an ordinal, what differs."""
    return float(_NUMBER.findall(text)[-1].replace("−", "-").replace(",", ""))


def plain(number: float, digits: int = 4) -> str:
    """Write a number with so many digits that count at most, and no zero after the last."""
    return _written(f"{float(f'{number:.{digits}g}'):,.10f}".rstrip("0").rstrip("."))


def fixed(number: float, places: int = 2) -> str:
    """Write a number with so many places after the point, "0.50" too."""
    return _written(f"{number:,.{places}f}")


def _written(number: str) -> str:
    return number.replace("-", "−")


def rounds_well(number: float, digits: int = 1) -> bool:
    """Return whether a number that is shown with so few digits is still about the same."""
    return math.isclose(number, float(f"{number:.{digits}g}"), rel_tol=0.06)
