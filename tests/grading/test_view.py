"""What is seen in the sandbox of the course, and which modules the grader's processes import."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from imbalance_grader.notebook import sandbox, view
from imbalance_grader.notebook.engine import Engine, EngineError
from imbalance_sandbox import contain

ROOT = Path(__file__).parents[2]
INSTRUCTORS = ("imbalance_oracles", "imbalance_grader", "imbalance_builder")
CATALOGUE = ROOT / "imbalance_lab" / "exercises"


def in_the_sandbox(script: str, *arguments: str) -> str:
    """Run a script where a submission would be, as far as its view of the files goes."""
    program = [sys.executable, "-P", "-c", script, *arguments]
    done = subprocess.run(
        sandbox.command(program), capture_output=True, text=True, timeout=120, check=False, cwd="/"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def sentences() -> set[str]:
    """Return texts that stand in the instructor's packages and nowhere else."""
    found = set()
    for folder in (*(ROOT / name for name in INSTRUCTORS), CATALOGUE):
        for path in folder.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    lines = [line for line in node.value.split("\n") if len(line) > 40]
                    found |= {line for line in lines if line.isascii() and " " in line}
    shown = (ROOT / "README.md").read_text() + "\n".join(
        path.read_text()
        for package in ("imbalance_lab", "imbalance_sandbox")
        for path in (ROOT / package).rglob("*.py")
        if CATALOGUE not in path.parents
    )
    return {line for line in found if line not in shown}


LIST = """
import os, sys
for top in sys.argv[1:]:
    for folder, names, files in os.walk(top):
        for file in files:
            print(os.path.join(folder, file))
"""


def test_of_the_course_only_what_students_use_is_there() -> None:
    listed = in_the_sandbox(LIST, str(ROOT)).splitlines()
    python = Path(sys.prefix).resolve()
    tops = {
        path.relative_to(ROOT).parts[0]
        for path in map(Path, listed)
        if not path.is_relative_to(python)
    }
    assert tops == {"imbalance_lab", "imbalance_sandbox"}
    catalogue = [path for path in listed if path.startswith(str(CATALOGUE))]
    assert {Path(path).name.split(".")[0] for path in catalogue} == {"__init__"}
    assert "ModuleNotFoundError" in in_the_sandbox(
        "import sys; print(open(sys.argv[1]).read())", str(CATALOGUE / "__init__.py")
    )


def test_no_sentence_of_the_instructors_side_can_be_read() -> None:
    """Not in the course's folders, not where packages are installed, not as bytecode."""
    wanted = sentences()
    assert len(wanted) > 200
    script = """
import os, sys
wanted = [line.encode() for line in sys.stdin.read().split("\\n")]
for top in sys.argv[1:]:
    for folder, names, files in os.walk(top):
        if "imbalance" not in folder:
            files = [file for file in files if "imbalance" in file]
        for file in files:
            try:
                data = open(os.path.join(folder, file), "rb").read()
            except OSError:
                continue
            for line in wanted:
                if line in data:
                    print(folder, file, line)
"""
    program = [sys.executable, "-P", "-c", script, str(ROOT), *view._site_packages()]
    done = subprocess.run(
        sandbox.command(program),
        input="\n".join(sorted(wanted)),
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
        cwd="/",
    )
    assert done.stdout == ""


@pytest.mark.parametrize("name", [*INSTRUCTORS, "imbalance_lab.exercises"])
def test_packages_with_answers_cannot_be_imported(name: str) -> None:
    script = """
import sys
try:
    __import__(sys.argv[1])
except ModuleNotFoundError as error:
    print(error.name)
"""
    assert in_the_sandbox(script, name).strip() == name


def test_what_answers_use_can_be_imported() -> None:
    modules = "imbalance_lab.checks", "imbalance_lab.datasets", "imbalance_lab.plots", "sklearn"
    assert in_the_sandbox(f"import {', '.join(modules)}; print('all')") == "all\n"


def test_wherever_they_are_installed_they_are_covered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where they were copied into site-packages, with their bytecode and their origin."""
    packages = tmp_path / "lib" / "site-packages"
    for name in INSTRUCTORS:
        (packages / name).mkdir(parents=True)
    origin = packages / "imbalance_lab_instructor-1.0.dist-info" / "direct_url.json"
    origin.parent.mkdir()
    origin.touch()
    monkeypatch.setattr(view, "_site_packages", lambda: [str(packages)])
    monkeypatch.setattr(contain, "visible_folders", lambda: (tmp_path,))
    arguments = view.shown()
    shown = arguments.index(str(tmp_path))
    for path in (*(packages / name for name in INSTRUCTORS), origin):
        place = arguments.index(str(path))
        assert place > shown
        assert arguments[place - 2] == "--ro-bind"
        assert arguments[place - 1] in (str(view._STUB), "/dev/null")


def test_bytecode_that_outlived_its_source_is_covered(tmp_path: Path) -> None:
    cache = tmp_path / "part" / "__pycache__"
    cache.mkdir(parents=True)
    (tmp_path / "part" / "kept.py").touch()
    for name in ("kept", "moved"):
        (cache / f"{name}.cpython-311.pyc").touch()
    assert view._bytecode_without_source(tmp_path) == [cache / "moved.cpython-311.pyc"]


# --- what the grader itself imports --------------------------------------------------------------


@pytest.fixture
def hostile_folder(tmp_path: Path) -> Path:
    """Return a folder with modules that a student handed in beside the notebook."""
    names = ("msgpack", "dataclasses", "nbformat", "psutil", "json", "socket", "imbalance_lab")
    for name in (*names, "imbalance_sandbox", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()")
    return tmp_path


def test_command_started_among_students_files_imports_none(hostile_folder: Path) -> None:
    for program in (["-m", "imbalance_grader"], ["-m", "imbalance_grader", "notebook"]):
        done = subprocess.run(
            [sys.executable, *program, "--help"],
            cwd=hostile_folder,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.startswith("usage: imbalance-lab-grade")
    assert not (hostile_folder / "ran").exists()


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_process_started_among_students_files_imports_none(
    method: str, hostile_folder: Path
) -> None:
    """Both ways look for `multiprocessing` itself in the folder that they are started in."""
    (hostile_folder / "json.py").replace(hostile_folder / "multiprocessing.py")
    script = (
        "import multiprocessing, os\n"
        "from imbalance_grader.notebook.own_modules import own_modules\n"
        f"os.chdir({str(hostile_folder)!r})\n"
        f"process = multiprocessing.get_context({method!r}).Process(target=os.getpid)\n"
        "with own_modules():\n"
        "    process.start()\n"
        "process.join()\n"
        "assert process.exitcode == 0 and 'PYTHONSAFEPATH' not in os.environ\n"
    )
    subprocess.run([sys.executable, "-P", "-c", script], check=True, cwd="/")
    assert not (hostile_folder / "ran").exists()


def test_templates_started_among_students_files_import_none(
    hostile_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(hostile_folder)
    monkeypatch.setenv("PYTHONSTARTUP", str(hostile_folder / "json.py"))
    monkeypatch.setenv("PYTHONPATH", str(hostile_folder))
    sandbox.probe.cache_clear()
    with Engine():
        pass
    assert not (hostile_folder / "ran").exists()


def test_environment_of_the_judges_keeps_what_is_not_pythons(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("PYTHONHOME", "/somewhere")
    monkeypatch.setenv("LANG_OF_MINE", "x")
    kept = sandbox.environment()
    assert kept["LANG_OF_MINE"] == "x"
    assert "PYTHONHOME" not in kept
    assert "/somewhere" not in kept["PYTHONPATH"]


# --- a fault of the environment is called one ----------------------------------------------------


def failing_probe(complaint: str) -> Any:
    def run(program: list[str]) -> subprocess.CompletedProcess[str]:
        stderr = (
            "" if program[-1] == "true" else f"Traceback (most recent call last):\n{complaint}\n"
        )
        return subprocess.CompletedProcess(program, int(bool(stderr)), "", stderr)

    return run


@pytest.mark.parametrize(
    "complaint",
    [
        "ModuleNotFoundError: No module named 'pyseccomp'",
        "ImportError: libopenblas.so.0: cannot open shared object file",
    ],
)
def test_missing_package_is_no_missing_protection(
    complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.probe.cache_clear()
    monkeypatch.setattr(sandbox, "_run", failing_probe(complaint))
    monkeypatch.setenv("PYTHONPATH", "/another/checkout")
    try:
        with pytest.raises(EngineError) as broken, Engine(allow_unprotected=True):
            pass
    finally:
        sandbox.probe.cache_clear()
    words = str(broken.value)
    assert complaint in words
    assert "install it there" in words
    assert "PYTHONPATH is set (/another/checkout)" in words


def test_all_processes_take_the_packages_that_this_one_has_taken() -> None:
    """Wherever they lie: in a clone that PYTHONPATH names, or beside other installed packages."""
    script = "from imbalance_grader.notebook import view; print(view.package_path())"
    done = subprocess.run(
        [sys.executable, "-P", "-c", script],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
    )
    assert done.stdout.strip() == str(ROOT)
    assert str(ROOT) in sandbox.environment()["PYTHONPATH"].split(":")
