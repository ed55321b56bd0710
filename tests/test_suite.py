"""The suite itself: what hangs or kills a worker is named, and the run comes to an end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from released import ROOT

DIES = "import os\ndef test_before(): pass\ndef test_dies(): os._exit(3)\ndef test_after(): pass\n"
HANGS = "import time\ndef test_hangs(): time.sleep(60)\ndef test_after(): pass\n"
FINE = "import time\ndef test_one(): time.sleep(0.2)\ndef test_two(): pass\n"


def run_like_ours(folder: Path, tests: dict[str, str], *options: str) -> tuple[int, str]:
    """Run tests by the course's configuration, dealt out by modules, with the plugins it takes."""
    for name, source in tests.items():
        (folder / f"test_{name}.py").write_text(source, encoding="utf-8")
    shared_out = ["-p", "xdist", "-n", "2", "--dist", "loadfile", "-p", "pytest_timeout"]
    ours = ["-c", ROOT / "pyproject.toml", "--rootdir", folder, "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", ".", *ours, *shared_out, *options],
        cwd=folder,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=100,
    )
    return done.returncode, done.stdout


def test_a_worker_that_dies_is_named_and_the_run_ends(tmp_path: Path) -> None:
    tests = {"dies": DIES} | {f"fine_{number}": FINE for number in range(4)}
    code, said = run_like_ours(tmp_path, tests)
    assert code == 1
    assert "crashed while running 'test_dies.py::test_dies'" in said


def test_a_test_that_hangs_is_named_and_those_after_it_run(tmp_path: Path) -> None:
    code, said = run_like_ours(tmp_path, {"hangs": HANGS, "fine": FINE}, "-o", "timeout=1")
    assert code == 1
    assert "FAILED test_hangs.py::test_hangs" in said
    assert "1 failed, 3 passed" in said
