"""A class gets hidden inputs of its own: from the command to the judges and to nbgrader."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from pathlib import Path

import pytest
from released import ROOT
from traitlets.config import PyFileConfigLoader

from imbalance_grader import cli
from imbalance_grader.class_run import workers
from imbalance_oracles import secret
from imbalance_oracles.registry import keys


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(secret.VARIABLE, raising=False)
    # Set and deleted again, so that what the configuration puts there goes with this test.
    monkeypatch.setenv(secret.VARIABLE, "")
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    return tmp_path


def configured(course: Path) -> str:
    PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
    return os.environ.get(secret.VARIABLE, "")


def test_a_secret_is_drawn_once_and_reaches_the_environment(course: Path) -> None:
    before = repr(keys()["cost_of"].hidden().values)
    assert configured(course) == ""
    assert cli.main(["new-inputs", "--course", str(course)]) == 0
    path = course / secret.FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert configured(course) == path.read_text().strip() == secret.current()
    assert len(secret.current()) >= 32
    assert repr(keys()["cost_of"].hidden().values) != before


def test_a_secret_is_replaced_only_when_asked(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["new-inputs", "--course", str(course)]) == 0
    first = (course / secret.FILE).read_text()
    capsys.readouterr()
    assert cli.main(["new-inputs", "--course", str(course)]) == 2
    assert "--again replaces them" in " ".join(capsys.readouterr().err.split())
    assert (course / secret.FILE).read_text() == first
    assert cli.main(["new-inputs", "--again", "--course", str(course)]) == 0
    assert (course / secret.FILE).read_text() != first


def test_on_a_full_disk_a_secret_is_neither_lost_nor_half_written(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    command = ["new-inputs", "--course", str(course)]
    with monkeypatch.context() as patched:
        patched.setattr("secrets.token_hex", full)
        assert cli.main(command) == 2
    assert [path.name for path in course.iterdir()] == ["nbgrader_config.py"]
    assert cli.main(command) == 0
    first = (course / secret.FILE).read_text()
    with monkeypatch.context() as patched:
        patched.setattr("secrets.token_hex", full)
        assert cli.main([*command, "--again"]) == 2
    assert (course / secret.FILE).read_text() == first
    assert {path.name for path in course.iterdir()} == {"nbgrader_config.py", secret.FILE}


@pytest.mark.parametrize(
    "changed",
    ["imbalance_oracles/thresholds.py", "imbalance_lab/exercises/recorded/cost_of.json"],
)
def test_what_decides_points_is_noticed_when_it_changes(
    changed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("imbalance_lab", "imbalance_oracles"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.setattr(workers.imbalance_lab, "__file__", f"{tmp_path}/imbalance_lab/__init__.py")
    workers.code_fingerprint.cache_clear()
    before = workers.code_fingerprint()
    with (tmp_path / changed).open("a", encoding="utf-8") as file:
        file.write("\n")
    workers.code_fingerprint.cache_clear()
    assert workers.code_fingerprint() != before
    workers.code_fingerprint.cache_clear()
