"""What a graded cell says where the answer's name does not exist.

An answer with a syntax error defines nothing, and neither does one whose cell was not run. All
that Python then says is a `NameError` two cells below; here it is told what to do about it.
"""

from __future__ import annotations

import ast
import linecache
import sys
from types import FrameType, TracebackType
from typing import Any

_CHECKS = {"check", "score_quiz"}


def explain_undefined_answers() -> None:
    """In a notebook, let graded cells explain a missing answer; elsewhere do nothing."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    # Whoever set another handler keeps it, and a shell that draws nothing needs none.
    if shell is not None and shell.custom_exceptions == ():
        shell.set_custom_exc((NameError,), _show)


def _show(
    shell: Any,
    error: type[BaseException],
    value: Any,
    traceback: TracebackType,
    tb_offset: int | None = None,
) -> None:
    name = _undefined_answer(value, traceback)
    if name is not None:
        value._render_traceback_ = lambda: _advice(name)  # IPython prefers it to its own
    shell.showtraceback((error, value, traceback), tb_offset, running_compiled_code=True)


def _advice(name: str) -> list[str]:
    return [
        f"{name} is not defined yet.",
        "",
        "Run the cell of your answer first. If it ended with an error of its own, such as a",
        "SyntaxError, mend that one first: until then Python does not know the name. Is it spelt",
        f"in another way there? The check asks for `{name}`.",
    ]


def _undefined_answer(value: BaseException, traceback: TracebackType) -> str | None:
    """Return the name that a check was to be given, None where the error has another cause."""
    name = getattr(value, "name", None)
    last = traceback
    while last.tb_next is not None:
        last = last.tb_next
    frame = last.tb_frame
    if not name or frame.f_code.co_name != "<module>":
        return None
    return name if name in _given_to_checks(frame) else None


def _given_to_checks(frame: FrameType) -> set[str]:
    """Return the names that the cell of a frame gives to a check."""
    code = "".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals))
    try:
        calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    except SyntaxError:  # a cell with magic commands is no graded one
        return set()
    return {
        argument.id
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in _CHECKS
        for argument in call.args[:1]
        if isinstance(argument, ast.Name)
    }
