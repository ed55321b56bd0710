"""Kernels that nbval starts are forked, and show another machine's numbers where asked to.

They talk over files: two workers' kernels can otherwise want one port. What forks them stands in
tests/warm_kernels.py. With ``RANDOM_TIES`` or ``LAST_BITS`` set to a seed, what NumPy leaves open
is drawn in every kernel (tests/random_ties.py, tests/last_bits.py).
"""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import nbval.kernel
from jupyter_client import KernelManager

from imbalance_builder.execute import kernel_sockets

TESTS = str(Path(__file__).with_name("tests"))
sys.path.append(TESTS)
import warm_kernels  # noqa: E402 (where the tests are)

DRAWN = {"RANDOM_TIES": "random_ties", "LAST_BITS": "last_bits"}
ON = [module for variable, module in DRAWN.items() if variable in os.environ]

open_sockets = ExitStack()
atexit.register(open_sockets.close)


def manager_over_files(**settings: Any) -> KernelManager:
    """Make a kernel manager as nbval does, with sockets of its own."""
    return WarmKernel(**settings, config=open_sockets.enter_context(kernel_sockets()))


class WarmKernel(KernelManager):
    """Forks kernels, each with the extensions in `ON`, or none at all."""

    def start_kernel(self, **settings: Any) -> None:
        """Start a kernel that finds and loads the extensions."""
        if ON:
            settings["env"] = {**os.environ, **settings.get("env", {}), "PYTHONPATH": TESTS}
            settings["extra_arguments"] = [
                f"--InteractiveShellApp.extensions={ON}",
                "--InteractiveShellApp.reraise_ipython_extension_failures=True",
            ]
        with warm_kernels.forked_kernels():
            super().start_kernel(**settings)


def pytest_report_header() -> list[str]:
    """Say with which seeds this run draws what NumPy leaves open."""
    return [f"{name}={os.environ[name]}" for name in DRAWN if name in os.environ]


nbval.kernel.KernelManager = manager_over_files
