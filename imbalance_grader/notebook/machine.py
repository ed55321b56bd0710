"""How much memory is free, how many submissions that allows at a time, and what one computes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

_USED_AT_MOST = 0.8  # of what is free: other programs live here too
_SCORING_BYTES = 256 << 20  # what scoring one submission takes, beside the submission's own
_START_BYTES = 64 << 20  # without which a submission does not even begin
_LEAST_BYTES = 512 << 20  # of a submission's share: an honest one takes 150 to 300 MB


def share(jobs: int, limit: int, free: int) -> int:
    """Return how much memory one of several submissions may use while the others run, bytes.

    Parameters
    ----------
    jobs : int
        How many are graded at a time.
    limit : int
        What one may use at most, bytes.
    free : int
        As `free_memory` gives it.
    """
    return min(limit, max(int(_USED_AT_MOST * free) // jobs - _SCORING_BYTES, _START_BYTES))


def fitting_jobs(jobs: int, limit: int, free: int) -> int:
    """Return how many submissions have enough memory at a time: at least one, at most `jobs`."""
    return max(
        1, min(jobs, int(_USED_AT_MOST * free) // (min(limit, _LEAST_BYTES) + _SCORING_BYTES))
    )


def free_memory(root: Path = Path("/")) -> int:
    """Return how much memory programs can still have, bytes.

    It is what Linux calls available or, in a container or a slice with a limit of its own, what is
    left of that. `root` is where ``proc`` and ``sys`` lie.
    """
    found = [value for value in (*_system(root), *_control_groups(root)) if value >= 0]
    return min(found, default=0)


def processor_seconds(process: int) -> float:
    """Return the processor time that a process has used so far, 0 where it has ended, s."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _system(root: Path) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for line in (root / "proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                yield int(line.split()[1]) * 1024


def _control_groups(root: Path) -> Iterator[int]:
    """Yield what is left in each control group that this process is in, with all above it."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        top = root / "sys/fs/cgroup"
        if controllers == "":
            files = ("memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            top /= "memory"
            files = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        else:
            continue
        group = top / path.lstrip("/")
        for folder in (group, *group.parents):
            if folder == top.parent:
                break
            with contextlib.suppress(OSError, ValueError):  # no limit here, or "max"
                yield _left(folder, *files)


def _left(folder: Path, limit: str, used: str, reclaimable: str) -> int:
    most = int((folder / limit).read_text())
    stat = (folder / "memory.stat").read_text().split()
    cached = int(stat[stat.index(reclaimable) + 1]) if reclaimable in stat else 0
    return most - max(int((folder / used).read_text()) - cached, 0)
