"""Kernels forked from one process that has imported what the lessons import.

Each notebook has a kernel of its own, and most of the seconds in which a kernel starts go into
scikit-learn and its like, the same for every notebook. Forked, a kernel is the same program with
the same arguments, environment and folder, and has them already. Where Python cannot fork safely,
every kernel starts cold, as a student's does.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from unittest import mock

from jupyter_client.provisioning import local_provisioner

from imbalance_sandbox.warm import STUDENT_MODULES

CAN_FORK = sys.platform == "linux"
LAUNCHER = "ipykernel_launcher"
# Not what has to do with the shell that it is imported in.
AHEAD = [name for name in STUDENT_MODULES if not name.startswith(("anywidget", "imbalance_lab"))]
# Of its own: the one that feedback is rendered in has imported other things, the course among them.
SERVER = forkserver.ForkServer()
SERVER.set_forkserver_preload(["ipykernel.kernelapp", *AHEAD])
# What Matplotlib and pandas find out when they are imported in a kernel, and here they are not.
BACKEND = "module://matplotlib_inline.backend_inline"
PANDAS = {"display.max_columns": 20, "display.encoding": "UTF-8"}
SET_BY_IMPORTS = "KMP_"  # variables of OpenMP, for which scikit-learn sees


class Kernel:
    """A forked kernel, with what jupyter_client asks of a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, process: BaseProcess) -> None:
        self._process = process
        self.pid = process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        self._process.join(timeout)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self._process.pid or 0, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


@contextmanager
def forked_kernels() -> Iterator[None]:
    """Have jupyter_client fork the kernels that this process starts while this is open."""
    cold = local_provisioner.launch_kernel
    if CAN_FORK:
        local_provisioner.launch_kernel = launch
    try:
        yield
    finally:
        local_provisioner.launch_kernel = cold


def launch(command: list[str], *, env: dict[str, str], cwd: str | None = None, **_: Any) -> Kernel:
    """Fork a kernel, and return when it has a process group of its own, which is asked for next."""
    context = multiprocessing.get_context("forkserver")
    begins = (
        command[command.index(LAUNCHER) + 1 :],
        env,
        cold_path(env),
        str(Path(cwd or ".").resolve()),
    )
    begun, tells = context.Pipe(duplex=False)
    process = context.Process(target=be_kernel, args=(*begins, tells), daemon=True)
    with mock.patch.object(forkserver, "connect_to_new_process", SERVER.connect_to_new_process):
        process.start()
    tells.close()
    with begun:
        begun.recv()
    return Kernel(process)


def cold_path(env: dict[str, str]) -> list[str]:
    """Return where a Python that starts with this environment looks for modules."""
    says = [sys.executable, "-c", "import json, sys; print(json.dumps(sys.path[1:]))"]
    path: list[str] = json.loads(subprocess.check_output(says, env=env))
    return path


def be_kernel(
    arguments: list[str], env: dict[str, str], path: list[str], cwd: str, tells: Connection
) -> None:
    """Be the kernel that a program with these arguments would be."""
    import matplotlib
    import numpy as np
    import pandas
    from ipykernel.kernelapp import launch_new_instance

    os.setsid()
    found = {name: text for name, text in os.environ.items() if name.startswith(SET_BY_IMPORTS)}
    os.environ.clear()
    os.environ.update(found | env)
    os.chdir(cwd)
    sys.path[:] = path
    sys.argv = [LAUNCHER, *arguments]
    matplotlib.rcParams["backend"] = BACKEND
    for name, value in PANDAS.items():
        pandas.set_option(name, value)
    np.random.seed()  # noqa: NPY002 (the very generator that each kernel has of its own)
    gc.freeze()  # what is there already is not searched for garbage again and again
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nowhere, descriptor)
    with tells:
        tells.send("begun")
    launch_new_instance()
