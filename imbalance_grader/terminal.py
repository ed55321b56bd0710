"""The terminal that an instructor reads: what is printed there does nothing but stand there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from imbalance_lab.printable import printable


class Terminal(Console):
    """Prints names and messages as they are, and without what would act on a terminal.

    No text is taken for rich's markup (``[bold]``) or for the name of an emoji (``:key:``). What
    is to stay on one line goes through `one_line` before, so that no name makes lines of its own.

    Parameters
    ----------
    **settings
        Of `rich.console.Console`.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **settings)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Yield the pieces that rich is about to write, those that are text made printable."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else printable(text), style, control)
