"""The lines of the hub's guide for Kubernetes belong together, and its hook does what it says."""

from __future__ import annotations

import argparse
import shlex
import shutil
import subprocess
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml
from released import ROOT

PAGE = (ROOT / "docs" / "hub.md").read_text(encoding="utf-8")
# What the chart does where its user says nothing: singleuser.uid and singleuser.storage.
USER_ID, HOME = 1000, "/home/jovyan"
LESSON = Path("lessons", "00-start-here", "start-here.ipynb")


def blocks() -> list[str]:
    """Return what is indented in the section on Kubernetes: the command, and the chart's values."""
    section = PAGE.partition("## Larger: Kubernetes")[2]
    lines = [line if line.startswith("    ") else "\0" for line in section.splitlines()]
    return [textwrap.dedent(b).strip() for b in "\n".join(lines).split("\0") if b.strip()]


@pytest.fixture(scope="module")
def image() -> argparse.Namespace:
    program, *options = shlex.split(blocks()[0])
    assert program == "jupyter-repo2docker"
    parser = argparse.ArgumentParser()
    parser.add_argument("--no-run", action="store_true", required=True)
    parser.add_argument("--push", action="store_true", required=True)
    parser.add_argument("--user-id", type=int)
    parser.add_argument("--user-name")
    parser.add_argument("--target-repo-dir")
    parser.add_argument("--image-name")
    parser.add_argument("repository")
    return parser.parse_args(options)


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    _, values = blocks()
    found: dict[str, Any] = yaml.safe_load(values)
    return found


def test_the_image_has_the_user_and_the_home_that_the_chart_gives_a_pod(image) -> None:
    assert (image.user_id, f"/home/{image.user_name}") == (USER_ID, HOME)


def test_students_work_where_their_volume_is(values) -> None:
    assert values["hub"]["config"]["KubeSpawner"] == {"notebook_dir": HOME}


def test_the_pod_is_of_that_image_and_opens_a_lesson(image, values) -> None:
    named = values["singleuser"]["image"]
    assert f"{named['name']}:{named['tag']}" == image.image_name
    assert values["singleuser"]["defaultUrl"] == f"/lab/tree/{LESSON}"


def test_lessons_come_into_the_home_and_nothing_there_is_overwritten(
    image, values, tmp_path
) -> None:
    shell, option, command = values["singleuser"]["lifecycleHooks"]["postStart"]["exec"]["command"]
    home, there = tmp_path / "home", tmp_path / "image"
    home.mkdir()
    for folder in ("lessons/00-start-here", "docs"):
        shutil.copytree(ROOT / folder, there / folder)
    assert command.count(image.target_repo_dir) == 2
    here = command.replace(image.target_repo_dir, str(there))

    def start() -> None:
        subprocess.run([shell, option, here], env={"HOME": str(home), "PATH": "/bin"}, check=True)

    start()
    assert (home / LESSON).read_bytes() == (ROOT / LESSON).read_bytes()
    assert (home / "docs" / "glossary.md").is_file()
    (home / LESSON).write_text("hers")
    (home / "docs" / "glossary.md").unlink()
    start()
    assert (home / LESSON).read_text() == "hers"
    assert (home / "docs" / "glossary.md").is_file()
    shutil.rmtree(home)  # a volume into which nothing can be written
    start()
