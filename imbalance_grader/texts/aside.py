"""Look at a student's text in a process of its own, which is ended if that takes too long.

Libraries that read Markdown, HTML or Python are not made for authors who want them to take for
ever, or to fill the memory. So what touches such text is called here: by a process that does one
thing after another, has a limit of memory, and is ended at a deadline; the next call starts
another one. It gives back text, never an object.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any

from imbalance_grader.notebook.own_modules import own_modules

_SECONDS = 2.0
_START_SECONDS = 60.0
_MEMORY = 2 << 30
_LONGEST_REPLY = 64 << 20
_READY, _DONE, _FAILED = b"r", b"d", b"f"
# A socket's name has 107 bytes at most, of which multiprocessing takes about 30 for its own part.
_LONGEST_FOLDER, _SHORT_FOLDER = 70, "/tmp"
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["imbalance_grader.reporting.feedback_page"])


class TooMuch(Exception):
    """It took too long or too much memory, or failed; the message says which."""


class Aside:
    """Calls functions on a student's text. Use it in a ``with`` statement, from one thread.

    Parameters
    ----------
    module : str
        Which holds the functions; the process imports it before it takes questions.
    seconds : float, default=2
        For each call. The start of the process does not count.

    Attributes
    ----------
    spent : float
        How many seconds all calls took so far, without those starts.
    """

    def __init__(self, module: str, seconds: float = _SECONDS) -> None:
        self._module = module
        self._seconds = seconds
        self._process: Any = None
        self._line: Connection | None = None
        self._ready = False
        self.spent = 0.0

    def __enter__(self) -> Aside:
        self._start()  # it imports while others work
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def __call__(self, function: Callable[..., str], *arguments: Any) -> str:
        """Return what a function of this package makes of a text.

        Raises
        ------
        TooMuch
        """
        line = self._line or self._start()
        try:
            self._wait_until_ready(line)
            began = time.monotonic()
            try:
                line.send((function, arguments))
                reply = self._receive(line, self._seconds)
            finally:
                self.spent += time.monotonic() - began
        except (TooMuch, EOFError, OSError) as error:
            self._end()
            raise TooMuch(str(error) or "it ended the process that looked at it") from None
        if not reply.startswith(_DONE):
            raise TooMuch(reply[1:].decode())
        return reply[1:].decode()

    def _start(self) -> Connection:
        self._line, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_work, args=(theirs, self._module), daemon=True)
        with own_modules(), _short_temporary_folder():
            self._process.start()
        self._ready = False
        theirs.close()
        return self._line

    def _wait_until_ready(self, line: Connection) -> None:
        if not self._ready:
            self._receive(line, _START_SECONDS)
            self._ready = True

    @staticmethod
    def _receive(line: Connection, seconds: float) -> bytes:
        if not line.poll(seconds):
            raise TooMuch(f"it took more than {seconds:g} s")
        return line.recv_bytes(_LONGEST_REPLY)

    def _end(self) -> None:
        if self._line is not None:
            self._line.close()
            self._process.kill()
            self._process.join()
            self._line = None


@contextlib.contextmanager
def _short_temporary_folder() -> Iterator[None]:
    """Have multiprocessing make its socket where the socket's name is not too long for Linux."""
    chosen = tempfile.gettempdir()
    if len(os.fsencode(chosen)) > _LONGEST_FOLDER:
        tempfile.tempdir = _SHORT_FOLDER
    try:
        yield
    finally:
        tempfile.tempdir = chosen


def _work(line: Connection, module: str) -> None:
    """Do what is asked until nobody asks any more. Runs in the process apart."""
    importlib.import_module(module)
    os.chdir("/")
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    line.send_bytes(_READY)
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        while True:
            function, arguments = line.recv()
            try:
                reply = _DONE + function(*arguments).encode("utf-8", "backslashreplace")
            except Exception as error:
                kind = type(error).__name__
                reply = _FAILED + f"{kind}: {error}"[:500].encode("utf-8", "backslashreplace")
            line.send_bytes(reply)
