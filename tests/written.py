"""How a number in a sentence is compared with the one that was measured."""

from __future__ import annotations


def is_written_as(written: str, value: float) -> bool:
    """Return whether a number is the rounded size of a value; who reads knows the direction."""
    bare = written.strip("+-−").rstrip("%")
    decimals = len(bare.partition(".")[2])
    scale = 100 if written.endswith("%") else 1
    return f"{abs(value) * scale:.{decimals}f}" == bare
