"""What a notebook says where there is no answer yet.

An answer that is not written raises `NotImplementedError`. That is no mistake, so a student reads
one grey line instead of a traceback. An answer with a syntax error defines nothing, and neither
does one whose cell was not run. All that Python then says is a `NameError` two cells below; here
it is told what to do about it.
"""

from __future__ import annotations

import linecache
import re
from importlib.resources import files
from itertools import chain
from types import FrameType, TracebackType
from typing import Any

from imbalance_lab.checks.failure import NotWrittenYet
from imbalance_lab.notebook import answers_in, show_quietly, students_shell, this_shell

_RECORDED = files("imbalance_lab") / "exercises" / "recorded"
_MADE = re.compile(r"^(?:def|class)\s+(\w+)|^(quiz)\s*=", re.MULTILINE)
_STUB = re.compile(r"^\s*raise NotImplementedError(\(\))?\s*$", re.MULTILINE)


def explain_missing_answers() -> None:
    """In a notebook, let cells explain a missing answer; elsewhere do nothing."""
    shell = this_shell()
    # Whoever set another handler keeps it, and a shell that draws nothing needs none.
    if shell is not None and shell.custom_exceptions == ():
        shell.set_custom_exc((NameError, NotImplementedError, NotWrittenYet), _show)
        shell.events.register("post_run_cell", _forget_old_answer)


def _forget_old_answer(result: Any) -> None:
    """Forget an answer whose new text is no Python, or the check would judge the old one."""
    shell = students_shell()
    if shell is not None and isinstance(result.error_before_exec, SyntaxError):
        for name in filter(None, chain(*_MADE.findall(result.info.raw_cell or ""))):
            if name == "quiz" or (_RECORDED / f"{name}.json").is_file():
                shell.user_ns.pop(name, None)


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
    frame, _ = _last_frame(traceback)
    if not isinstance(value, NameError) or not name or frame.f_code.co_name != "<module>":
        return None
    return name if name in answers_in(_source_of(frame)) else None


def _last_frame(traceback: TracebackType) -> tuple[FrameType, int]:
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback.tb_frame, traceback.tb_lineno


def _source_of(frame: FrameType) -> str:
    return "".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals))
