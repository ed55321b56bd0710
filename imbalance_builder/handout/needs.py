"""What a student installs: the project without the instructor's extras, and its pins."""

from __future__ import annotations

import re

import tomlkit
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from imbalance_builder.course import BuildError


def student_project(pyproject: str) -> str:
    """Return a ``pyproject.toml`` that builds and installs the student's package, and no more.

    What else a student needs is no extra any more, so that ``pip install .`` is enough: what the
    lessons import, JupyterLab, and nbgrader, which no lesson imports, for its Validate button.
    """
    whole = tomlkit.parse(pyproject).unwrap()
    project = whole["project"]
    extras = project.pop("optional-dependencies")
    project["dependencies"] = sorted(project["dependencies"] + extras["course"])
    project["optional-dependencies"] = {"torch": extras["torch"]}
    project.pop("urls", None)  # the course's own, where its answers are
    wheel = whole["tool"]["hatch"]["build"]["targets"]["wheel"]
    build = {**whole["build-system"], "requires": [_hatchling(whole["build-system"]["requires"])]}
    tool = {"hatch": {"build": {"targets": {"wheel": wheel}}}}
    return tomlkit.dumps({"build-system": build, "project": project, "tool": tool})


def _hatchling(requires: list[str]) -> str:
    """Return the one thing that builds the package; the rest is for editable installations."""
    return next(each for each in requires if Requirement(each).name == "hatchling")


def student_pins(pyproject: str, lock: str) -> str:
    """Return the lines of the lock file that a student needs.

    The lock file says of each version which packages asked for it, so no network is needed.

    Parameters
    ----------
    pyproject, lock : str
        Texts of the course's ``pyproject.toml`` and ``requirements.txt``.

    Raises
    ------
    BuildError
        If the lock file lacks something that the lessons need.
    """
    project = tomlkit.parse(pyproject).unwrap()["project"]
    asked = project["dependencies"] + project["optional-dependencies"]["course"]
    wanted: set[str] = {canonicalize_name(Requirement(text).name) for text in asked}
    pins, parents = _read(lock)
    if lacking := sorted(wanted - set(pins)):
        raise BuildError(f"requirements.txt does not pin {', '.join(lacking)}: make lock")
    while more := {name for name in pins if parents[name] & wanted} - wanted:
        wanted |= more
    head = "# Versions that the lessons' numbers were made with.\n"
    return head + "".join(f"{line}\n" for name, line in pins.items() if name in wanted)


def _read(lock: str) -> tuple[dict[str, str], dict[str, set[str]]]:
    """Return the line of each package, and who asked for it."""
    pins: dict[str, str] = {}
    parents: dict[str, set[str]] = {}
    name = ""
    for line in lock.splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)==", line):
            name = canonicalize_name(match[1])
            pins[name], parents[name] = line, set()
        elif name and (match := re.match(r"\s+#\s+(?:via\s+)?([A-Za-z0-9._-]+)", line)):
            parents[name].add(canonicalize_name(match[1]))
    return pins, parents
