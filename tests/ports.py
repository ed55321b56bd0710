"""Ports for servers that tests start as their users would, by number."""

from __future__ import annotations

import random
import socket
from contextlib import suppress

# Below those that systems deal out themselves, to kernels and connections of other tests: one of
# those is free now, and somebody else's before the server has it.
NOT_DEALT_OUT = range(10_000, 32_000)


def free_port() -> int:
    """Return the number of a port of this machine on which nobody listens."""
    for port in random.SystemRandom().sample(NOT_DEALT_OUT, 100):
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError(f"of 100 ports from {NOT_DEALT_OUT.start} none is free")
