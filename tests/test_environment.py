"""One pinned environment, one set of commands: what a newcomer types works, or says why not."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import tomllib
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml
from nbgrader.coursedir import CourseDirectory
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from ports import NOT_DEALT_OUT, free_port
from traitlets.config.loader import PyFileConfigLoader

from imbalance_oracles import secret

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")
PINS = [Requirement(line) for line in LOCK.splitlines() if re.match(r"[a-z0-9]", line)]

PLATFORMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "macos": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    "windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def marker_environment(platform: str, python: str) -> dict[str, str]:
    versions = {"python_version": python, "python_full_version": f"{python}.1"}
    return PLATFORMS[platform] | versions | {"platform_python_implementation": "CPython"}


def direct_requirements() -> list[Requirement]:
    """Return what the package and its extras ask for, but for torch and for each other."""
    extras = PROJECT["optional-dependencies"]
    wanted = PROJECT["dependencies"] + [
        r for name in extras if name != "torch" for r in extras[name]
    ]
    parsed = [Requirement(text) for text in wanted]
    return [requirement for requirement in parsed if requirement.name != PROJECT["name"]]


def applies(requirement: Requirement, environment: dict[str, str]) -> bool:
    return requirement.marker is None or requirement.marker.evaluate(environment)


class TestLock:
    def test_every_line_is_one_exact_version_or_a_comment(self):
        for line in LOCK.splitlines():
            assert re.fullmatch(r"[a-z0-9-]+==[^ =<>!~]+( ; .+)?|\s*#.*", line), line

    def test_it_names_no_host_and_no_path(self):
        assert not re.search(r"://|--(index|extra|find)|file:|(^|\s)/|[A-Z]:\\", LOCK)

    def test_torch_stays_an_extra(self):
        assert not {"torch", "nvidia-nccl-cu12"} & {pin.name for pin in PINS}
        assert PROJECT["optional-dependencies"]["torch"] == ["torch==2.13.0"]

    @pytest.mark.parametrize("python", PYTHONS)
    @pytest.mark.parametrize("platform", PLATFORMS)
    def test_each_machine_gets_one_version_of_all_that_is_asked_for(self, platform, python):
        environment = marker_environment(platform, python)
        pinned: dict[str, str] = {}
        for pin in PINS:
            if applies(pin, environment):
                assert pin.name not in pinned
                pinned[pin.name] = next(iter(pin.specifier)).version
        for wanted in direct_requirements():
            if applies(wanted, environment):
                assert wanted.specifier.contains(pinned[canonicalize_name(wanted.name)]), wanted

    def test_this_environment_is_the_pinned_one(self):
        for pin in PINS:
            if applies(pin, {}):
                assert pin.specifier.contains(importlib.metadata.version(pin.name)), pin

    @pytest.mark.parametrize("reader", ["nbformat", "imbalance_grader.cli", "nbgrader.api"])
    def test_reading_a_notebook_builds_no_grammars(self, reader):
        """A second of processor time at each start of a command, server or test worker."""
        script = (
            f"import sys, {reader}, nbformat\n"
            "nbformat.validate(nbformat.v4.new_notebook())\n"
            "print({'lark', 'rfc3987_syntax', 'jsonschema'} & set(sys.modules))"
        )
        asked = [sys.executable, "-c", script]
        said = subprocess.run(asked, text=True, capture_output=True, check=False)
        assert said.stdout == "{'jsonschema'}\n", said.stderr

    def test_conda_uses_the_same_pins(self):
        environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
        assert environment["dependencies"] == [
            "python=3.11",
            "pip",
            {"pip": ["-r requirements.txt"]},
        ]


class TestPackage:
    def test_installed_version_is_the_one_of_this_folder(self):
        assert importlib.metadata.version("imbalance-lab") == PROJECT["version"]

    def test_every_package_is_used_where_it_is_written(self, tmp_path):
        """A copy in the environment would hide what was changed since from the commands."""
        names = sorted(p.name for p in ROOT.glob("imbalance_*") if (p / "__init__.py").exists())
        code = f"import importlib\nfor n in {names}: print(importlib.import_module(n).__file__)"
        run = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert run.stdout.split() == [str(ROOT / name / "__init__.py") for name in names]

    def test_citation_names_the_same_version_and_address(self):
        citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
        assert str(citation["version"]) == PROJECT["version"]
        assert citation["repository-code"] == PROJECT["urls"]["Repository"]

    @pytest.fixture(scope="class")
    @classmethod
    def distributions(cls, tmp_path_factory):
        """What a student installs, unpacked: a wheel, or the source distribution."""
        folder = tmp_path_factory.mktemp("distributions")
        build = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
        subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
        (wheel,), (source,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
        shutil.unpack_archive(wheel, folder / "wheel", format="zip")
        shutil.unpack_archive(source, folder / "source", filter="data")
        (unpacked,) = (folder / "source").iterdir()
        return {"wheel": folder / "wheel", "source": unpacked}

    def test_wheel_brings_types_and_settings(self, distributions):
        wheel = distributions["wheel"]
        assert (wheel / "imbalance_lab" / "py.typed").exists()
        folder = next(wheel.rglob("etc/jupyter/labconfig"))
        settings, page = (json.loads(path.read_text()) for path in sorted(folder.iterdir()))
        assert settings["@jupyterlab/apputils-extension:notification"] == {
            "checkForUpdates": False,
            "fetchNews": "false",
        }
        # What brings the tools back for an instructor speaks of all that a student does without.
        off = page["disabledExtensions"]
        teach = ROOT / "instructor" / "jupyter" / "labconfig" / "page_config.json"
        assert json.loads(teach.read_text())["disabledExtensions"] == dict.fromkeys(off, False)
        assert all(off.values())
        assert "@jupyter/nbgrader:formgrader" in off
        assert "@jupyter/nbgrader:validate-assignment" not in off

    def test_the_menu_has_the_instructors_tools_only_where_they_are_asked_for(self):
        code = "import json; from jupyterlab_server.config import get_page_config as get; "
        code += "print(json.dumps(get([], None)['disabledExtensions']))"

        def off(**environment):
            command = [sys.executable, "-c", code]
            environment = os.environ | environment
            return json.loads(subprocess.check_output(command, env=environment, text=True))

        alone = str(ROOT / "no such folder")
        settings = str(ROOT / "instructor" / "jupyter")
        assert "@jupyter/nbgrader:formgrader" in off(JUPYTER_CONFIG_DIR=alone)
        assert off(JUPYTER_CONFIG_DIR=alone, JUPYTER_CONFIG_PATH=settings) == []
        assert f"{settings.removeprefix(f'{ROOT}/')}" in (ROOT / "Makefile").read_text()

    def test_a_student_installs_the_laboratory_and_nothing_beside_it(self, distributions):
        about = {f"imbalance_lab-{PROJECT['version']}.{name}" for name in ("data", "dist-info")}
        assert {path.name for path in distributions["wheel"].iterdir()} == {"imbalance_lab"} | about
        project = {"pyproject.toml", "PKG-INFO", ".gitignore"}
        texts = {"CITATION.cff", "LICENSE", "LICENSE-text", "README.md"}
        found = {path.name for path in distributions["source"].iterdir()}
        assert found == {"imbalance_lab"} | project | texts

    @pytest.mark.parametrize("kind", ["wheel", "source"])
    def test_no_distribution_holds_a_right_answer(self, distributions, kind):
        package = distributions[kind] / "imbalance_lab"
        files = [path for path in package.rglob("*") if path.is_file()]
        assert {path.suffix for path in files} <= {
            ".css",
            ".js",
            ".json",
            ".mplstyle",
            ".py",
            ".toml",
            ".typed",
        }
        secret = re.compile(r"oracle|solution|grading|grader|sandbox|answer_?key|marking")
        for path in files:
            names = path.relative_to(package).as_posix()
            assert not secret.search(names), names
        code = "\n".join(path.read_text() for path in files if path.suffix == ".py")
        # What is imported in plain sight, tests/test_architecture.py looks at.
        by_name = r"""import(_module|__)\(["']imbalance_(builder|grader|oracles|sandbox)"""
        assert not re.search(rf"{by_name}|BEGIN (SOLUTION|HIDDEN TESTS|MARK SCHEME)", code)

    @pytest.mark.parametrize(
        "path",
        [
            "submitted/a",
            "autograded/a",
            "feedback/a",
            "gradebook.db",
            "gradebook.db-wal",
            ".venv/a",
            "build/a",
            "lessons/01-a/.ipynb_checkpoints/a",
            "tests/__pycache__/a",
        ],
    )
    def test_working_files_are_never_committed(self, path):
        found = subprocess.run(["git", "check-ignore", "-q", path], cwd=ROOT, check=False)
        assert found.returncode == 0


def executable(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


class TestNbgraderConfig:
    @pytest.fixture
    def config(self):
        return PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()

    def test_lessons_are_released_from_solutions_and_strays_stay_in_build(self, config):
        course = CourseDirectory(config=config)
        assert (course.source_directory, course.release_directory) == ("solutions", "lessons")
        assert course.solution_directory.startswith("build/")
        assert course.source_with_tests_directory.startswith("build/")

    def test_it_works_where_only_the_students_package_is_installed(self, config, monkeypatch):
        assert config.GenerateAssignment.preprocessors[-1].__name__ == "TolerateUnsolved"
        for name in ("builder", "grader", "oracles", "sandbox"):
            monkeypatch.setitem(sys.modules, f"imbalance_{name}", None)  # as if it were not there
            monkeypatch.delitem(sys.modules, f"imbalance_{name}.preprocessors", raising=False)
        students = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
        assert "GenerateAssignment" not in students
        assert config["ExchangeFactory"]["collect"] == "imbalance_grader.inbound.Collect"
        for theirs in ("ExchangeFactory", "GenerateAssignment"):
            del config[theirs]
        assert students == config

    def test_a_course_without_a_secret_does_not_take_that_of_the_course_before(self, tmp_path):
        for course in ("theirs", "ours"):
            (tmp_path / course).mkdir()
            shutil.copy(ROOT / "nbgrader_config.py", tmp_path / course)
        (tmp_path / "theirs" / secret.FILE).write_text("of theirs\n")
        for course, drawn_from in (("theirs", "of theirs"), ("ours", secret.PUBLISHED)):
            PyFileConfigLoader("nbgrader_config.py", path=str(tmp_path / course)).load_config()
            assert secret.current() == drawn_from

    @pytest.mark.long  # test_browser validates both ways in JupyterLab
    def test_unsolved_and_solved_lesson_validate_as_they_should(self):
        for folder, verdict in (("lessons", "VALIDATION FAILED"), ("solutions", "Success")):
            notebook = next((ROOT / folder).glob("00-*/*.ipynb"))
            result = subprocess.run(
                [sys.executable, "-m", "nbgrader", "validate", str(notebook)],
                cwd=ROOT,
                text=True,
                capture_output=True,
                check=False,
            )
            assert verdict in result.stdout, result.stderr


class TestBootstrap:
    def run(self, tmp_path: Path, python: str) -> subprocess.CompletedProcess[str]:
        venv = tmp_path / "venv"
        return subprocess.run(
            ["sh", "tools/bootstrap.sh", str(venv), str(venv / "bin")],
            cwd=ROOT,
            env=os.environ | {"PYTHON": python},
            text=True,
            capture_output=True,
            check=False,
        )

    def test_old_python_is_refused_in_one_line(self, tmp_path):
        old = executable(
            tmp_path / "python", '[ "$1" = --version ] && echo "Python 3.9.2" || exit 1'
        )
        result = self.run(tmp_path, str(old))
        assert result.returncode == 1
        assert result.stderr.count("\n") == 1
        assert "Python 3.11 to 3.14 is needed; found Python 3.9.2" in result.stderr

    def test_missing_python_is_refused_in_one_line(self, tmp_path):
        result = self.run(tmp_path, str(tmp_path / "none"))
        assert result.returncode == 1
        assert result.stderr.count("\n") == 1
        assert "found no Python" in result.stderr

    def test_missing_venv_module_says_what_to_install(self, tmp_path):
        bare = executable(tmp_path / "python", 'case "$2" in *ensurepip*) exit 1;; esac')
        result = self.run(tmp_path, str(bare))
        assert result.returncode == 1
        assert result.stderr.count("\n") == 1
        assert "apt install python3-venv" in result.stderr


class TestMake:
    def test_help_lists_every_target_in_one_line(self):
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        targets = re.search(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)[1].split()
        shown = subprocess.run(
            ["make", "help"], cwd=ROOT, text=True, capture_output=True, check=True
        ).stdout.splitlines()
        assert [line.split()[1] for line in shown] == targets
        assert all(len(line.split()) > 3 for line in shown)

    def test_lab_serves_the_first_lesson_at_the_address_it_prints(self, tmp_path):
        port = free_port()
        log = (tmp_path / "log").open("w+")
        server = subprocess.Popen(
            ["make", "lab", f"PORT={port}", "BROWSER=no"],
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            address = wait_for_address(tmp_path / "log", port)
            assert "/lab/tree/lessons/00-start-here/start-here.ipynb?token=" in address
            with urllib.request.urlopen(address) as page:
                assert b"jupyter-config-data" in page.read()
            token = address.split("token=")[1]
            notifications = "@jupyterlab/apputils-extension:notification"
            url = f"http://localhost:{port}/lab/api/settings/{notifications}?token={token}"
            with urllib.request.urlopen(url) as answer:
                settings = json.load(answer)["schema"]["properties"]
            assert settings["fetchNews"]["default"] == "false"
            assert settings["checkForUpdates"]["default"] is False
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
            log.close()


def test_a_port_for_a_server_is_dealt_out_to_nobody() -> None:
    """Or another test's connection has it before the server does."""
    with ExitStack() as held:
        others = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(20)]
        assert not any(other.getsockname()[1] in NOT_DEALT_OUT for other in others)
    with socket.create_server(("127.0.0.1", free_port())):
        pass


def wait_for_address(log: Path, port: int, seconds: float = 90) -> str:
    """Return the address that the server prints, as soon as it does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = re.search(rf"http://localhost:{port}/\S+token=\w+", log.read_text())
        if found:
            return found[0]
        time.sleep(0.1)
    raise AssertionError(f"no address within {seconds} s:\n{log.read_text()}")


class TestTestCommand:
    """What `make test` leaves out where a program is missing, and when it may."""

    def run(self, tmp_path: Path, programs: list[str], **environment: str) -> tuple[int, str, str]:
        """Run the command with stand-ins; return exit code, output, and the calls of python."""
        folder = tmp_path / "bin"
        folder.mkdir()
        for name in ("sh", "dirname", "env", "id", "ls", "cat", "mkdir"):
            (folder / name).symlink_to(shutil.which(name))
        calls = tmp_path / "calls"
        calls.touch()
        executable(folder / "python", f'case "$1" in -c) exit 1;; esac\necho "$@" >> {calls}')
        for name in programs:
            executable(folder / name, "exit 0")
        root = tmp_path / "course"
        (root / "tests").mkdir(parents=True)
        (root / "solutions" / "07-a").mkdir(parents=True)
        (root / "solutions" / "07-a" / "a-pytorch.py").touch()
        shutil.copy(ROOT / "tests" / "run.sh", root / "tests")
        result = subprocess.run(
            ["sh", str(root / "tests" / "run.sh")],
            env={"PATH": str(folder)} | environment,
            text=True,
            capture_output=True,
            check=False,
        )
        return result.returncode, result.stdout + result.stderr, calls.read_text()

    def test_missing_programs_are_said_in_one_line_each(self, tmp_path):
        code, said, calls = self.run(tmp_path, [])
        assert code == 0
        assert said.count("left out: the browser tests") == 1
        assert said.count("left out: the PyTorch notebooks") == 1
        assert said.count("left out: the tests of JupyterHub") == 1
        assert "-m not long and not browser and not torch and not hub" in calls
        assert calls.count("--ignore-glob=*-pytorch.ipynb") == 2

    @pytest.mark.parametrize(
        ("programs", "missing"), [([], "the browser tests"), (["chromium"], "PyTorch")]
    )
    def test_missing_programs_fail_in_continuous_integration(self, tmp_path, programs, missing):
        code, said, calls = self.run(tmp_path, programs, CI="true")
        assert code == 1
        assert missing in said
        assert calls == ""

    def test_one_failed_step_fails_the_command_after_the_others_ran(self, tmp_path):
        folder = tmp_path / "other"
        folder.mkdir()
        failing = executable(folder / "chromium", "exit 0")
        code, _, calls = self.run(tmp_path, [], CHROMIUM=str(failing))
        assert code == 0
        python = tmp_path / "bin" / "python"
        executable(python, f'{python.read_text()}\n[ "$3" != solutions ]')
        result = subprocess.run(
            ["sh", str(tmp_path / "course" / "tests" / "run.sh")],
            env={"PATH": str(tmp_path / "bin"), "CHROMIUM": str(failing)},
            text=True,
            capture_output=True,
            check=False,
        )
        assert result.returncode == 1
        *_, step, _, last = result.stdout.rstrip().splitlines()
        assert step.startswith("failed: every solution")
        assert last == "something failed: see above"
        # The notebooks run beside the tests, so which of them begins first is open.
        assert sorted((tmp_path / "calls").read_text().splitlines()) == sorted(
            (calls * 2).splitlines()
        )


def test_the_grader_is_measured_on_what_all_take_of_a_lesson(monkeypatch):
    """Beside it there may be a deeper notebook and one in PyTorch."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    core = importlib.import_module("grader").core
    lessons = [folder.name for folder in (ROOT / "solutions").iterdir() if folder.is_dir()]
    assert "05-resampling" in lessons
    assert [lesson for lesson in lessons if not core(lesson).is_file()] == []
