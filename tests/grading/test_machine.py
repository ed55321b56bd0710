"""How much memory is free, wherever a limit stands, and how many submissions that allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from imbalance_grader.class_run.workers import local_workers
from imbalance_grader.notebook import machine
from imbalance_grader.notebook.results import Limits

GIB = 1 << 30


def make_machine(root: Path, groups: str, files: dict[str, str]) -> Path:
    contents = {
        "proc/meminfo": "MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\n",
        "proc/self/cgroup": groups,
    }
    for name, text in (contents | files).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def second(folder: str, most: str, used: int, cached: int = 0) -> dict[str, str]:
    """Return the files of a control group of version 2."""
    return {
        f"sys/fs/cgroup{folder}/memory.max": most,
        f"sys/fs/cgroup{folder}/memory.current": str(used),
        f"sys/fs/cgroup{folder}/memory.stat": f"anon 1\ninactive_file {cached}\nslab 2\n",
    }


def first(folder: str, most: int, used: int) -> dict[str, str]:
    """Return the files of a control group of version 1."""
    top = f"sys/fs/cgroup/memory{folder}"
    return {
        f"{top}/memory.limit_in_bytes": str(most),
        f"{top}/memory.usage_in_bytes": str(used),
        f"{top}/memory.stat": "cache 5\ntotal_inactive_file 0\n",
    }


@pytest.mark.parametrize(
    ("groups", "files", "free"),
    [
        ("0::/\n", {}, 8 * GIB),
        ("0::/\n", second("", "max", GIB), 8 * GIB),
        ("0::/\n", second("", str(3 * GIB), GIB), 2 * GIB),  # a container
        ("0::/\n", second("", str(3 * GIB), 3 * GIB, GIB), GIB),  # its cache can be had back
        ("0::/a/b\n", second("/a", str(3 * GIB), GIB) | second("/a/b", "max", GIB), 2 * GIB),
        ("0::/a\n", second("/a", str(64 * GIB), GIB), 8 * GIB),
        ("0::/\n", second("", str(GIB), 2 * GIB), 8 * GIB),  # beyond it: no limit that holds
        ("5:cpu:/\n4:cpu,memory:/x\n", first("/x", 4 * GIB, GIB), 3 * GIB),
        ("4:memory:/x\n", first("/x", (1 << 63) - 4096, GIB), 8 * GIB),
    ],
)
def test_free_memory_is_what_the_nearest_limit_leaves(
    groups: str, files: dict[str, str], free: int, tmp_path: Path
) -> None:
    assert machine.free_memory(make_machine(tmp_path, groups, files)) == free


def test_this_machine_has_memory() -> None:
    assert machine.free_memory() > 100 << 20


@pytest.mark.parametrize("jobs", [1, 2, 4, 16, 64])
@pytest.mark.parametrize("free", [GIB, 4 * GIB, 64 * GIB])
def test_all_shares_together_fit(jobs: int, free: int) -> None:
    limit = 2 * GIB
    fitting = machine.fitting_jobs(jobs, limit, free)
    assert 1 <= fitting <= jobs
    share = machine.share(fitting, limit, free)
    assert 0 < share <= limit
    assert fitting * share <= free
    if fitting > 1:
        assert share >= 500 << 20
    if free == 64 * GIB and jobs <= 16:
        assert (fitting, share) == (jobs, limit)


def test_fewer_at_a_time_where_memory_is_short_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(machine, "free_memory", lambda: 3 * GIB)
    with local_workers(8, Limits()) as workers:
        assert (
            workers.words == "3 at a time on this machine (not 8: its free memory allows no more)"
        )
