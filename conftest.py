"""Kernels that nbval starts talk over files, and show another machine's numbers where asked to.

Two workers' kernels can otherwise want one port. With ``RANDOM_TIES`` or ``LAST_BITS`` set to a
seed, what NumPy leaves open is drawn in every kernel (tests/random_ties.py, tests/last_bits.py).
"""

from __future__ import annotations

import atexit
import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import nbval.kernel
from jupyter_client import KernelManager

from imbalance_builder.execute import kernel_sockets

DRAWN = {"RANDOM_TIES": "random_ties", "LAST_BITS": "last_bits"}
ON = [module for variable, module in DRAWN.items() if variable in os.environ]

open_sockets = ExitStack()
atexit.register(open_sockets.close)


def manager_over_files(**settings: Any) -> KernelManager:
    """Make a kernel manager as nbval does, with sockets of its own."""
    config = open_sockets.enter_context(kernel_sockets())
    return (OtherMachine if ON else KernelManager)(**settings, config=config)


class OtherMachine(KernelManager):
    """Starts kernels with the extensions in `ON`, or not at all."""

    def start_kernel(self, **settings: Any) -> None:
        """Start a kernel that finds and loads the extensions."""
        path = str(Path(__file__).with_name("tests"))
        settings["env"] = {**os.environ, **settings.get("env", {}), "PYTHONPATH": path}
        settings["extra_arguments"] = [
            f"--InteractiveShellApp.extensions={ON}",
            "--InteractiveShellApp.reraise_ipython_extension_failures=True",
        ]
        super().start_kernel(**settings)


def pytest_report_header() -> list[str]:
    """Say with which seeds this run draws what NumPy leaves open."""
    return [f"{name}={os.environ[name]}" for name in DRAWN if name in os.environ]


nbval.kernel.KernelManager = manager_over_files
