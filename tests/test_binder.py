"""Binder: repo2docker accepts the repository as it is, and the launch link opens lesson 00."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import string
import subprocess
import sys
import tomllib
import urllib.parse
from pathlib import Path

import pytest

from imbalance_builder.handout.cli import parser

ROOT = Path(__file__).resolve().parents[1]
# Of what must not stay, some.
FOLDERS = ("lessons", ".git", "docs/teaching", "solutions", "imbalance_grader", ".ci", ".hidden")
TEMPLATES = ROOT / "imbalance_builder" / "handout" / "templates"
FIRST_LESSON = "lessons/00-start-here/start-here.ipynb"


@pytest.fixture(scope="module")
def build_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image's build file, as repo2docker itself writes it; no engine is asked."""
    folder = tmp_path_factory.mktemp("repository")
    shutil.copytree(ROOT / "binder", folder / "binder", symlinks=True)
    for name in ("environment.yml", "requirements.txt", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder)
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug"]
    result = subprocess.run(
        [*command, "--user-id", "1000", "--user-name", "student", str(folder)],
        text=True,
        capture_output=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout + result.stderr


def test_repo2docker_chooses_the_environment_with_our_python(build_file):
    assert "Building conda environment for python=3.11" in build_file
    assert '--file "binder/environment.yml"' in build_file


def test_repo2docker_runs_the_last_step_after_the_environment(build_file):
    last = build_file.index("RUN ./binder/postBuild")
    assert last > build_file.index("env update")
    assert last > build_file.index("COPY --chown=1000:1000 src/")


@pytest.mark.parametrize("name", ["environment.yml", "requirements.txt"])
def test_binder_points_at_the_roots_files(name):
    # conda reads "-r requirements.txt" from the folder in which it found the environment file.
    link = ROOT / "binder" / name
    assert link.is_symlink()
    assert link.readlink() == Path("..") / name
    assert link.resolve() == ROOT / name


class TestPostBuild:
    @pytest.fixture
    def image(self, tmp_path):
        """A student's home in the image after the last step, with a python that only answers.

        Where it is asked for a hand-out it makes a small one.
        """
        home, programs, prefix = tmp_path / "home", tmp_path / "bin", tmp_path / "prefix"
        for name in FOLDERS:
            (home / name).mkdir(parents=True)
            (home / name / "file").touch()
        shutil.copytree(ROOT / "binder", home / "binder", symlinks=True)
        given = tmp_path / "given"
        (given / "lessons").mkdir(parents=True)
        template = string.Template((TEMPLATES / "postBuild").read_text(encoding="utf-8"))
        (given / "postBuild").write_text(template.substitute(first=FIRST_LESSON))
        (given / "postBuild").chmod(0o755)
        programs.mkdir()
        python = programs / "python"
        python.write_text(
            f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n'
            f'case "$2" in *sys.prefix*) echo {prefix};;\n'
            f'imbalance_builder.handout) mkdir -p "$4" && cp -R {given} "$4/imbalance-lab";; esac\n'
        )
        python.chmod(0o755)
        subprocess.run(
            ["./binder/postBuild"],
            cwd=home,
            env=os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"},
            check=True,
        )
        return home, prefix, (tmp_path / "calls").read_text().splitlines()

    def test_it_is_executable(self):
        assert (ROOT / "binder" / "postBuild").stat().st_mode & stat.S_IXUSR

    def test_of_the_repository_only_the_hand_out_is_left(self, image):
        home, _, _ = image
        assert {path.name for path in home.iterdir()} == {"lessons", "postBuild"}
        assert not list(home.rglob("file"))

    def test_the_hand_out_is_that_of_a_class_and_nothing_stays_beside_it(self, image):
        """It has no model solutions, and the instructor's half of it is gone."""
        _, _, calls = image
        command, _, place = calls[0].removeprefix("-m imbalance_builder.handout ").partition(" ")
        assert command == "--output"
        options = parser().parse_args(["--output", place])
        assert not options.solutions
        assert not options.output.parent.exists()

    def test_package_is_installed_from_the_pins_alone(self, image):
        _, _, calls = image
        assert calls[1] == "-m pip install --no-cache-dir --no-deps --no-build-isolation ."
        assert any("compileall" in call for call in calls)

    def test_jupyterlab_opens_on_the_first_lesson(self, image):
        _, prefix, _ = image
        config = json.loads((prefix / "etc/jupyter/jupyter_server_config.json").read_text())
        assert config["LabApp"]["default_url"] == f"/lab/tree/{FIRST_LESSON}"
        assert config["ServerApp"]["default_url"] == f"/lab/tree/{FIRST_LESSON}"


def test_launch_link_opens_the_first_lesson_of_this_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (link,) = set(re.findall(r"https://mybinder\.org/v2/gh/[^)\s\"]+", readme))
    address = urllib.parse.urlsplit(link)
    owner_and_name = project["urls"]["Repository"].removeprefix("https://github.com/")
    assert address.path.startswith(f"/v2/gh/{owner_and_name}/")
    assert urllib.parse.parse_qs(address.query)["urlpath"] == [f"lab/tree/{FIRST_LESSON}"]
    assert (ROOT / FIRST_LESSON).exists()
