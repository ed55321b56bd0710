"""A process that has imported everything and forks on request: a *template*.

There are two of them. The *students'* template (``python -m imbalance_sandbox.warm FD``) lives in
the sandbox, holds no secret and forks the processes that run students' code; the *judges'*
template (`imbalance_grader.notebook.judge`) lives outside and forks the ones that score. The
students' never computes anything itself, the judges' only draws a lesson's hidden data ahead; each
has one thread, and every child starts from the same state.

A request is one message on a socket that keeps messages whole, so that many may send at once,
with two further sockets for the child. When the last sender is gone, the template ends.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import random
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

REQUEST = b"fork"
READY = b"ready"

# What the lessons import, and what IPython does at the first error that it shows. Those that are
# not installed are left out.
STUDENT_MODULES = (
    "anywidget",
    "imbalance_lab.checks",
    "imbalance_lab.datasets",
    "imbalance_lab.plots",
    "imblearn.combine",
    "imblearn.ensemble",
    "imblearn.metrics",
    "imblearn.pipeline",
    "imblearn.under_sampling",
    "imblearn.over_sampling",
    "lightgbm",
    "matplotlib.pyplot",
    "pygments.formatters.terminal256",
    "sklearn.calibration",
    "sklearn.ensemble",
    "sklearn.inspection",
    "sklearn.model_selection",
    "sklearn.neighbors",
    "sklearn.svm",
    "stack_data",
    "statsmodels.stats.proportion",
    "xgboost",
)
Start = Callable[[socket.socket, socket.socket], None]


def main(
    prepare: Callable[[], Start], descriptor: int, ahead: Callable[[str], None] | None = None
) -> None:
    """Import everything, say so, and fork until nobody is left to ask.

    Parameters
    ----------
    prepare : callable
        Imports everything and returns what a forked process does with its two sockets.
    descriptor : int
        Number of the socket on which requests come.
    ahead : callable, optional
        What is done with any other message, for all children that come after it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's to handle
    from imbalance_sandbox import contain

    control = socket.socket(fileno=descriptor)
    gc.disable()  # looking for what modules leave behind took a third of the time to import them
    start = prepare()
    gc.collect()
    gc.freeze()  # nothing made so far is ever collected, so its pages stay shared
    gc.enable()
    control.send(READY)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children that ended leave nothing behind
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 64, 2)
        if not message:
            return
        if message != REQUEST:
            if ahead is not None:
                ahead(message.decode())
                gc.freeze()
            continue
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            with contextlib.suppress(BaseException):
                contain.end_with_parent()
                control.close()
                first, second = (socket.socket(fileno=fd) for fd in descriptors)
                start(first, second)
            os._exit(0)
        for fd in descriptors:
            os.close(fd)


def prepare_student() -> Start:
    """Import what the lessons use and return how a student's process starts."""
    from imbalance_sandbox import contain, filter, student, wire

    student.prepare()  # before matplotlib, which asks the shell how to draw
    import_all(STUDENT_MODULES)
    student.settle()
    with contextlib.suppress(ImportError, OSError, RuntimeError):  # then an explicit yes is needed
        filter.system_call_filter()

    def work(link: socket.socket, settings: dict[str, Any]) -> None:
        seed()  # not before the last fork, after which Python seeds its generator anew
        student.serve(link, settings)

    def start(link: socket.socket, leash: socket.socket) -> None:
        contain.contain(link, leash, wire.receive(leash), work)

    return start


def import_all(modules: tuple[str, ...]) -> None:
    """Import modules; those that are not installed are left out."""
    for name in modules:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def seed() -> None:
    """Set the global generators: two gradings of one submission draw the same numbers."""
    import numpy as np

    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 (the very generator that answers may use)


if __name__ == "__main__":
    # Run as a module, this file is __main__; students get a __main__ of their own.
    from imbalance_sandbox import warm

    warm.main(warm.prepare_student, int(sys.argv[1]))
