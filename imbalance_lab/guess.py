"""A guess may be written as people write one: ``my_prediction = 10%``.

Lessons ask for a guess in a cell of its own. What is no Python there would stop the whole notebook,
for a number that nobody marks. So a share in per cent or with a comma is read as the number that is
meant, and anything else that Python cannot read as the text that it is.
"""

from __future__ import annotations

import ast
import builtins
import re
from typing import Any

from imbalance_lab.notebook import this_shell

_LINE = re.compile(r"(?P<name>my_prediction\s*=\s*)(?P<guess>[^#\n]*?)(?P<rest>\s*(#.*)?)")
_NUMBER = re.compile(r"(-?\d+(?:[.,]\d+)?)\s*(%?)")


class Guess(str):
    """A guess in words; where a lesson shows it as a number it shows the words."""

    def __format__(self, spec: str) -> str:
        """Return the words, whatever the form that is asked for."""
        return str(self)


def offer() -> None:
    """In a Jupyter kernel, read guesses as they are written; elsewhere do nothing."""
    shell = this_shell()
    if getattr(shell, "kernel", None) is not None:
        shell.input_transformers_cleanup.append(lambda lines: [_read(shell, x) for x in lines])


def _read(shell: Any, line: str) -> str:
    """Return a line of a cell, in which a guess became something that Python can read."""
    found = _LINE.fullmatch(line.rstrip("\n"))
    guess = found["guess"] if found else ""
    if not found or not guess or set(guess) & set("([{\"'"):  # more than a word or a number
        return line
    if number := _NUMBER.fullmatch(guess):
        value = float(number[1].replace(",", ".")) / (100 if number[2] else 1)
        plain = guess if number[0] == number[1] and "," not in guess else f"{value:g}"
    elif _is_defined(guess, shell.user_ns):
        return line
    else:
        plain = f'__import__("{__name__}", fromlist=["Guess"]).Guess({guess!r})'
    return f"{found['name']}{plain}{found['rest']}\n"


def _is_defined(text: str, names: dict[str, Any]) -> bool:
    """Return whether Python can tell the value of an expression."""
    try:
        parts = list(ast.walk(ast.parse(text, mode="eval")))
    except (SyntaxError, ValueError):
        return False
    used = {part.id for part in parts if isinstance(part, ast.Name)}
    return used <= {*names, *dir(builtins)}
