"""The student's process: an IPython shell that runs cells and answers the judge's questions.

Not a Jupyter kernel: no ports, no threads, no ZeroMQ. The shell is the same
`IPython.core.interactiveshell.InteractiveShell` that ipykernel builds on, so magics, displays,
figures and tracebacks are the same; what it shows is recorded as notebook outputs. One socket
leads out. Whatever this process sends, the judge takes it for data and nothing more.
"""

from __future__ import annotations

import base64
import contextlib
import io
import os
import pdb
import signal
import socket
import subprocess
import sys
import types
from typing import Any

from imbalance_lab.checks.calls import (
    Call,
    Outcome,
    Raised,
    Returned,
    Unusable,
    describe_error,
    perform,
    returned,
)
from imbalance_lab.checks.plain import plain
from imbalance_sandbox import absent, wire
from imbalance_sandbox.questions import read_calls, read_outcome, write_calls, write_outcome
from imbalance_sandbox.watch import OUT_OF_MEMORY

_CUT = "\n[the rest of the output was cut off]\n"
_LINE_COST = 64  # bytes that an output costs beside its text

_shell: Any = None


def prepare() -> None:
    """Make the shell, in the template: it is the same for every student."""
    global _shell
    _shell = _make_shell()


def settle() -> None:
    """Finish the template after the imports: figures go into the notebook."""
    absent.install()
    with contextlib.suppress(Exception):
        _shell.run_line_magic("matplotlib", "inline")


def serve(link: socket.socket, settings: dict[str, Any]) -> None:
    """Answer requests until the judge closes the wire."""
    if settings.get("failed"):
        wire.send(link, {"failed": settings["failed"]})
        return
    try:
        _serve(link, settings["limits"])
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _serve(link: socket.socket, limits: dict[str, Any]) -> None:
    _shell.recorder = recorder = _Recorder(limits["output_bytes"])
    streams = _Stream(recorder, "stdout"), _Stream(recorder, "stderr")
    sys.stdin = open("/dev/null")  # noqa: PTH123, SIM115 (lives as long as the process)
    sys.argv = [""]
    sys.path.insert(0, "")
    sys.breakpointhook = pdb.set_trace = _no_debugger  # one that was left in stops nothing
    interrupts = _Interrupts()
    wire.send(link, {"ready": True})
    while True:
        try:
            request = wire.receive(link)
        except (EOFError, OSError):
            return
        sys.stdout, sys.stderr = streams  # each cell starts with them, whatever the last one did
        if "run" in request:
            _run(request["run"], recorder, interrupts)
            wire.send(link, {"outputs": recorder.take()})
        elif "lend" in request:
            _shell.user_ns.update({name: _lent(link, name) for name in request["lend"]})
            wire.send(link, {"lent": True})
        else:
            outcomes = _ask(request["ask"], request["calls"], interrupts)
            wire.send(link, _answer(outcomes, limits["value_bytes"]))


def _lent(link: socket.socket, name: str) -> Any:
    """Return a function that stands for the right answer to another exercise: the judge has it."""

    def lent(*args: Any, **kwargs: Any) -> Any:
        call = Call(tuple(plain(arg) for arg in args), {k: plain(v) for k, v in kwargs.items()})
        wire.send(link, {"borrow": name, "call": write_calls([call])})
        outcome = read_outcome(wire.decode(wire.receive(link)["lent"]))
        if isinstance(outcome, Returned):
            return outcome.value
        raise ValueError(outcome.message if isinstance(outcome, Raised) else outcome.reason)

    return lent


def _no_debugger(*_: Any, **__: Any) -> None:
    print("breakpoint: nothing stops here while the notebook is graded")


class _Interrupts:
    """Let an interrupt end the work in hand, and nothing else; it may come a moment late."""

    def __init__(self) -> None:
        self.came = False
        self._working = False
        signal.signal(signal.SIGINT, self._interrupt)

    def _interrupt(self, number: int, frame: Any) -> None:
        if self._working:
            self.came = True
            raise KeyboardInterrupt

    def __enter__(self) -> None:
        self.came, self._working = False, True

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        self._working = False


def _run(code: str, recorder: _Recorder, interrupts: _Interrupts) -> None:
    try:
        with interrupts:
            _shell.run_cell(code, store_history=True)
    except MemoryError:
        raise
    except BaseException as error:  # the shell itself was tampered with, or interrupted late
        recorder.error(type(error), error, [type(error).__name__])


def _ask(name: str, calls: list[Any] | None, interrupts: _Interrupts) -> list[Outcome]:
    """Return the outcome of each call to a name or, without calls, the value of the name.

    What an interrupt cuts short has fewer.
    """
    if name not in _shell.user_ns:
        missing = Raised(("NameError", "Exception"), f"name {name!r} is not defined")
        return [missing] * len(calls or [None])
    answer = _shell.user_ns[name]
    outcomes: list[Outcome] = []
    for call in [None] if calls is None else read_calls(calls):
        try:
            with interrupts:
                outcome = returned(answer) if call is None else perform(answer, call)
        except BaseException as error:  # perform describes all but the most unusual ones
            if interrupts.came:
                break
            outcome = describe_error(error)
        outcomes.append(outcome)
    return outcomes


def _answer(outcomes: list[Outcome], most: int) -> dict[str, Any]:
    """Write outcomes, each one alone, so that one without a place on the wire spoils no other."""
    written: list[bytes] = []
    left = most
    for outcome in outcomes:
        try:
            data = wire.encode(write_outcome(outcome))
        except wire.WireError as error:
            data = wire.encode(write_outcome(Unusable(f"a value that is not plain: {error}")))
        if len(data) > left:
            reason = f"more than {most / (1 << 20):.3g} MB, which is more than is compared"
            data = wire.encode(write_outcome(Unusable(reason)))
        left -= len(data)
        written.append(data)
    return {"outcomes": written}


# --- the shell ------------------------------------------------------------------------------------


def _make_shell() -> Any:
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets import Type
    from traitlets.config import Config

    class Display(DisplayPublisher):
        def publish(
            self, data: Any, metadata: Any = None, *args: Any, update: bool = False, **kw: Any
        ) -> None:
            _shell.recorder.show("display_data", data)

        def clear_output(self, wait: bool = False) -> None:
            _shell.recorder.clear()

    class Result(DisplayHook):
        def write_output_prompt(self) -> None:
            pass

        def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
            _shell.recorder.show("execute_result", format_dict)

    class Shell(InteractiveShell):
        recorder: Any = None
        display_pub_class = Type(Display)
        displayhook_class = Type(Result)

        def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
            self.recorder.error(etype, evalue, stb)

        def ask_exit(self) -> None:
            """Do nothing: `exit` in a notebook does not end the notebook."""

        def enable_gui(self, gui: Any = None) -> None:
            """Do nothing: there is no screen."""

        def system(self, cmd: str) -> None:
            """Run a command as ``!cmd`` does, without a terminal."""
            done = subprocess.run(
                self.var_expand(cmd, depth=1),  # type: ignore[no-untyped-call]
                shell=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
            )
            sys.stdout.write(done.stdout.decode(errors="replace"))
            self.user_ns["_exit_code"] = done.returncode

        system_piped = system_raw = system

    main = types.ModuleType("__main__", "The notebook.")
    sys.modules["__main__"] = main
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Context"
    shell = Shell.instance(config=config, user_module=main)
    setattr(InteractiveShell, "_instance", shell)  # noqa: B010 (get_ipython asks the base class)
    return shell


def _place_of(error: Any) -> dict[str, Any]:
    """Return the line of the notebook at which an error happened, and its number."""
    with contextlib.suppress(Exception):
        if isinstance(error, SyntaxError):
            return {"line": str(error.text or "").strip()[:200], "line_number": error.lineno or 0}
        raised = describe_error(error)
        return {"line": raised.line[:200], "line_number": raised.line_number}
    return {}


class _Recorder:
    """Keeps what the cell in hand shows, as notebook outputs, up to a number of bytes in all."""

    def __init__(self, most: int) -> None:
        self.left = most
        self.outputs: list[dict[str, Any]] = []

    def take(self) -> list[dict[str, Any]]:
        outputs, self.outputs = self.outputs, []
        return outputs

    def clear(self) -> None:
        self.outputs = []

    def write(self, name: str, text: str) -> None:
        if self.left <= 0 or not text:
            return
        kept = text[: self.left]
        self.left -= len(kept.encode("utf-8", "replace"))
        if self.left <= 0:
            kept += _CUT
        last = self.outputs[-1] if self.outputs else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"].append(kept)
        else:
            self.left -= _LINE_COST
            self.outputs.append({"output_type": "stream", "name": name, "text": [kept]})

    def show(self, kind: str, data: Any) -> None:
        texts = {}
        for mime, value in dict(data).items():
            if isinstance(value, bytes):
                value = base64.b64encode(value).decode()
            if type(value) is str and type(mime) is str:
                texts[mime] = value
        size = sum(len(text) for text in texts.values()) + _LINE_COST
        if not self._has_room(size):
            return
        self.outputs.append({"output_type": kind, "data": texts})

    def error(self, kind: Any, error: Any, lines: Any) -> None:
        message = "(the error has no message)"
        with contextlib.suppress(Exception):
            message = str(error)[:2000]
        lines = [str(line)[:10_000] for line in lines][:50]
        if self._has_room(sum(map(len, lines)) + _LINE_COST):
            name = str(kind.__name__)[:200]
            output = {"output_type": "error", "ename": name, "evalue": message, "traceback": lines}
            self.outputs.append(output | _place_of(error))

    def _has_room(self, size: int) -> bool:
        if self.left > 0 and size > self.left:
            self.write("stderr", _CUT[: self.left])
            self.left = 0
        self.left -= size
        return self.left > 0


class _Stream(io.TextIOBase):
    """Standard output or error of the notebook."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, recorder: _Recorder, name: str) -> None:
        self._recorder = recorder
        self._name = name

    @property
    def name(self) -> str:
        return f"<{self._name}>"

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._recorder.write(self._name, text)
        return len(text)
