"""A guess may be written as people write one: ``my_prediction = 10%``.

Lessons ask for a guess in a cell of its own. What is no Python there would stop the whole notebook,
for a number that nobody marks. So a share in per cent or with a comma is read as the number that is
meant, and anything else that Python cannot read as the text that it is.
"""

from __future__ import annotations

import ast
import re
from numbers import Real
from typing import Any

from imbalance_lab.notebook import this_shell

LINE = re.compile(r"(my_(?:prediction|suspect)\s*=\s*)([^#\n]*?)(\s*(?:#.*)?)")
_NUMBER = re.compile(r"~?\s*(?:(-?[1-9]\d{0,2}(?:,\d{3})+)|(-?\d+(?:[.,]\d+)?))\s*(%?)")


class Guess(str):
    """A guess in words; where a lesson shows it as a number it shows the words."""

    def __format__(self, spec: str) -> str:
        """Return the words, whatever the form that is asked for."""
        return str(self)


def offer() -> None:
    """In a Jupyter kernel, read guesses as they are written; elsewhere do nothing."""
    shell = this_shell()
    if getattr(shell, "kernel", None) is not None:
        shell.input_transformers_cleanup.append(lambda lines: _read_all(lines, shell.user_ns))


def _read_all(lines: list[str], names: dict[str, Any]) -> list[str]:
    """Return the lines of a cell with all guesses readable, the last one first."""
    read = list(lines)
    for at in reversed(range(len(read))):
        read[at] = _read(read[at:], names)
    return read


def _read(lines: list[str], names: dict[str, Any]) -> str:
    """Return the first of these lines, in which a guess became something that Python can read."""
    found = LINE.fullmatch(lines[0].rstrip("\n"))
    if not found or not found[2]:
        return lines[0]
    name, guess, rest = found.groups()
    number, parts = _NUMBER.fullmatch(guess), _parts(lines[0])
    if number and set(guess) & set(",%~"):
        value = float(number[1].replace(",", "") if number[1] else number[2].replace(",", "."))
        plain = f"{value / (100 if number[3] else 1):.10g}"
    elif _are_meant(parts, names) if parts else _parts("".join(lines)):
        return lines[0]  # Python can read it, or it goes on in the lines below
    else:
        plain = f'__import__("{__name__}", fromlist=["Guess"]).Guess({guess!r})'
    return f"{name}{plain}{rest}\n"


def _parts(text: str) -> list[ast.AST]:
    """Return what a text consists of, nothing if it is no Python."""
    try:
        return list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError):
        return []


def _are_meant(parts: list[ast.AST], names: dict[str, Any]) -> bool:
    """Return whether names are those of values: `forest` or `all` in a guess are words."""
    if any(isinstance(part, ast.Call | ast.Attribute | ast.Subscript) for part in parts):
        return True
    read = [x for x in parts if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Load)]
    return all(isinstance(names.get(name.id), Real | str) for name in read)
