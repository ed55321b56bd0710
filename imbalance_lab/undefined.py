"""What a notebook says where there is no answer yet.

An answer that is not written raises `NotImplementedError`. That is no mistake, so a student reads
one grey line instead of a traceback. An answer with a syntax error defines nothing, and neither
does one whose cell was not run. All that Python then says is a `NameError` two cells below; here
it is told what to do about it.
"""

from __future__ import annotations

import ast
import linecache
import os
import re
import traceback
from types import FrameType, TracebackType
from typing import Any

from imbalance_lab.failure import NotWrittenYet
from imbalance_lab.lessons.released import answers, makes, name_of, names
from imbalance_lab.notebook import answers_in, show_quietly, students_shell, this_shell

_STUB = re.compile(r"^\s*raise NotImplementedError(\(\))?\s*$", re.MULTILINE)
_cut_short: dict[str, str] = {}  # answers whose last attempt made nothing, and what ended it
_before: dict[str, Any] = {}  # what there was when the cell at hand began


def offer() -> None:
    """In a notebook, let cells explain a missing answer; elsewhere do nothing."""
    shell = this_shell()
    # Whoever set another handler keeps it, and a shell that draws nothing needs none.
    if shell is None or shell.custom_exceptions != ():
        return
    shell.set_custom_exc((NameError, NotImplementedError, NotWrittenYet), _show)
    # Where nbgrader runs the cells, a right answer counts wherever it was written.
    if getattr(shell, "kernel", None) is not None and not os.environ.get("NBGRADER_EXECUTION"):
        _look_back(shell)
        shell.events.register("pre_run_cell", lambda info: _before.update(shell.user_ns))
        shell.events.register("post_run_cell", lambda result: _after_cell(shell, result))


def _look_back(shell: Any) -> None:
    """Forget answers whose last text, run before this package was there, is no Python."""
    cells = shell.user_ns.get("In", [])[:-1]
    for number, text in enumerate(cells):
        try:
            ast.parse(text)
        except SyntaxError as error:
            later = "\n".join(cells[number + 1 :])
            _forget(shell, [name for name in _made_in(text) if not makes(name, later)], error)


def _after_cell(shell: Any, result: Any) -> None:
    """Forget an answer that this cell was to make anew, or the check would judge the old one."""
    text, error = result.info.raw_cell or "", result.error_before_exec or result.error_in_exec
    for name in [name for name in _cut_short if makes(name, text)]:
        del _cut_short[name]
    if error is not None:
        old = [n for n in _made_in(text) if shell.user_ns.get(n) is _before.get(n)]
        _forget(shell, old, error)
    _before.clear()


def _made_in(text: str) -> list[str]:
    cells = answers(names()).values()
    return [name for name in map(name_of, cells) if makes(name, text)]


def _forget(shell: Any, made: list[str], error: BaseException) -> None:
    """Forget answers that a cell did not get to, and remember what ended it."""
    frames = traceback.walk_tb(error.__traceback__)
    lines = [line for frame, line in frames if frame.f_globals is shell.user_ns]
    line = error.lineno if isinstance(error, SyntaxError) else next(iter(lines), None)
    for name in made:
        shell.user_ns.pop(name, None)
        _cut_short[name] = type(error).__name__ + (f" in line {line}" if line else "")


def _show(
    shell: Any,
    error: type[BaseException],
    value: Any,
    traceback: TracebackType,
    tb_offset: int | None = None,
) -> None:
    line = _not_written(shell, value, traceback) if students_shell() is shell else None
    if line is not None:
        shell._last_traceback = [line]  # for the reply: the cell has failed all the same
        show_quietly(shell, line)
        return
    name = _undefined_answer(value, traceback)
    if name is not None:
        value._render_traceback_ = lambda: _advice(name)  # IPython prefers it to its own
    shell.showtraceback((error, value, traceback), tb_offset, running_compiled_code=True)


def _not_written(shell: Any, value: BaseException, traceback: TracebackType) -> str | None:
    """Return what to say of an answer that nobody has begun, None where the error is another."""
    if isinstance(value, NotWrittenYet):
        return str(value)
    frame, number = _last_frame(traceback)
    if type(value) is NotImplementedError and not value.args:
        source = linecache.getlines(frame.f_code.co_filename, frame.f_globals)
        if frame.f_globals is shell.user_ns and _STUB.match("".join(source[number - 1 : number])):
            name = frame.f_code.co_qualname
            return "Not written yet." if name == "<module>" else f"{name}: not written yet."
    undefined = _undefined_answer(value, traceback)
    return f"{undefined}: not written yet." if undefined and _is_stub(undefined, shell) else None


def _is_stub(name: str, shell: Any) -> bool:
    """Return whether the last cell that was run for an answer is still the released one."""
    for source in reversed(shell.user_ns.get("In", [])[:-1]):
        if re.search(rf"\b{name}\b", source):
            return _STUB.search(source) is not None
    return False


def _advice(name: str) -> list[str]:
    if name in _cut_short:
        return [
            f"{name}: your last attempt did not run.",
            f"Its error: {_cut_short[name]}.\n",
            "Mend that cell and run it again. Until then there is nothing to",
            "check: no older attempt is judged in its place.",
        ]
    return [
        f"{name} is not defined yet.\n",
        "Run the cell of your answer first. If it ended with an error of",
        "its own, such as a SyntaxError, mend that one first: until then",
        "Python does not know the name. Is it spelt in another way there?",
        f"The check asks for `{name}`.",
    ]


def _undefined_answer(value: BaseException, traceback: TracebackType) -> str | None:
    """Return the name that a check was to be given, None where the error has another cause."""
    name = getattr(value, "name", None)
    frame, _ = _last_frame(traceback)
    if not isinstance(value, NameError) or not name or frame.f_code.co_name != "<module>":
        return None
    source = "".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals))
    return name if name in answers_in(source) else None


def _last_frame(traceback: TracebackType) -> tuple[FrameType, int]:
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback.tb_frame, traceback.tb_lineno
