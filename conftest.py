"""Kernels that nbval starts talk over files: two workers' kernels can otherwise want one port."""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from typing import Any

import nbval.kernel
from jupyter_client import KernelManager

from imbalance_builder.execute import kernel_sockets

open_sockets = ExitStack()
atexit.register(open_sockets.close)


def manager_over_files(**settings: Any) -> KernelManager:
    """Make a kernel manager as nbval does, with sockets of its own."""
    return KernelManager(**settings, config=open_sockets.enter_context(kernel_sockets()))


nbval.kernel.KernelManager = manager_over_files
