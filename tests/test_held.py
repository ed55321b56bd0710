"""What one process holds is nobody else's while it runs, and anybody's once it was killed."""

from __future__ import annotations

import errno
import fcntl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from imbalance_sandbox import held
from imbalance_sandbox.held import held_course, held_folder

PREFIX = ".half-made-"
HOLD = """
import sys, time
from pathlib import Path
from imbalance_sandbox.held import held_course, held_folder
with held_course(Path(sys.argv[1])), held_folder(".half-made-", Path(sys.argv[1])) as folder:
    (folder / "work.ipynb").write_text("somebody's")
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the course, and a folder in it."""
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def folder_of(holder: subprocess.Popen[str]) -> Path:
    assert holder.stdout is not None
    return Path(holder.stdout.readline().strip())


def test_what_a_killed_process_left_is_cleared_and_what_is_held_stays(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    left = folder_of(holder)
    with held_folder(PREFIX, tmp_path) as mine:
        assert (left / "work.ipynb").exists()
        holder.kill()
        holder.wait()
        (mine / "work.ipynb").write_text("mine")
        with held_folder(PREFIX, tmp_path):
            assert not left.exists()
            assert (mine / "work.ipynb").read_text() == "mine"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(PREFIX)]


def test_what_only_has_a_like_name_stays(tmp_path: Path) -> None:
    (tmp_path / f"{PREFIX}by-hand-and-kept").mkdir()
    (tmp_path / f"{PREFIX}a_file_8").write_text("no folder")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / f"{PREFIX}thelinks").symlink_to(tmp_path / "elsewhere")
    before = sorted(tmp_path.iterdir())
    with held_folder(PREFIX, tmp_path) as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
    assert sorted(tmp_path.iterdir()) == before


def test_a_folder_that_another_takes_for_a_leftover_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the two steps of making and holding it another process may look."""
    from imbalance_sandbox import held

    made: list[Path] = []

    def taken_away(folder: Path) -> int | None:
        made.append(folder)
        if len(made) == 1:
            folder.rmdir()
        return hold(folder)

    hold = held._hold
    monkeypatch.setattr(held, "_hold", taken_away)
    with held_folder(PREFIX, tmp_path) as folder:
        assert [path.is_dir() for path in made] == [False, True]
        assert folder == made[1]


def test_what_another_user_left_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = tmp_path / f"{PREFIX}abcdefgh"
    left.mkdir()
    with monkeypatch.context() as as_another:
        as_another.setattr("imbalance_sandbox.held.os.geteuid", lambda: -1)
        held._clear(tmp_path, PREFIX)
        assert left.is_dir()
        with held_folder(PREFIX, tmp_path) as folder:  # also where all that is made is another's
            assert sorted(tmp_path.iterdir()) == sorted([left, folder])
    held._clear(tmp_path, PREFIX)
    assert not left.exists()


@pytest.mark.parametrize("system", ["a disk without locks", "Windows"])
def test_where_there_are_no_locks_nothing_is_cleared_and_all_else_goes_on(
    system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    if system == "Windows":
        monkeypatch.setattr("imbalance_sandbox.held.fcntl", None)
    else:
        monkeypatch.setattr(fcntl, "flock", none)
    with held_folder(PREFIX, tmp_path) as mine, held_folder(PREFIX, tmp_path) as other:
        assert (mine.is_dir(), other.is_dir()) == (True, True)
    assert list(tmp_path.iterdir()) == []


def test_a_course_is_waited_for_until_its_holder_is_gone(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    folder_of(holder)
    asked: list[int | None] = []

    def waiting() -> None:
        asked.append(holder.poll())
        threading.Timer(0.5, holder.kill).start()

    with held_course(tmp_path, waiting), held_course(tmp_path):
        assert asked == [None]
        assert holder.wait(10) < 0
