"""How numbers and sentences read in titles, labels and alternative text."""

from __future__ import annotations

import re
from collections.abc import Sequence


def count(number: float) -> str:
    """Return a count with thousands apart: ``12,345``."""
    return f"{round(number):,}"


def counted(number: float, things: str) -> str:
    """Return how many of some things there are, of which one has no ``s``: ``1 row``."""
    return f"{count(number)} {things.removesuffix('s') if round(number) == 1 else things}"


def share(value: float) -> str:
    """Return a share as a percentage with as many decimals as a rare class needs."""
    percent = 100 * value
    if 0 < percent < 0.01:
        return "under 0.01%"
    if 99.95 <= percent < 100:
        return "over 99.9%"
    decimals = 2 if 0 < percent < 1 else 1 if percent < 10 or 90 < percent < 100 else 0
    text = f"{percent:.{decimals}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%"


def listing(parts: Sequence[str]) -> str:
    """Join parts as a sentence does: ``a, b and c``."""
    parts = list(parts)
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def ended(title: str) -> str:
    """Return a title as a sentence; a question keeps its mark."""
    return title if title.endswith(("?", "!", ".")) else f"{title}."


def sentences(text: str) -> str:
    """Return a text whose sentences begin with a capital, and end; a symbol, as p, stays small."""
    text = " ".join(text.split())
    return ended(re.sub(r"(?:^|[.?!] )[a-z](?=[a-z-]+[ ,:;])", lambda m: m[0].upper(), text))
