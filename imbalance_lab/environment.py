"""Say whether this machine can run the course, and what to do where it can't. Lesson 00.

Nothing but the standard library is imported at the top, so that the check can still speak where a
library is missing. `make lab` sets up all that is checked here.
"""

from __future__ import annotations

import html
import importlib
import importlib.metadata
import json
import os
import platform
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PYTHON = "3.11"

# What a lesson imports or a student works with: the module, the names under which it can be
# installed, and the oldest version that will do. A test compares this with pyproject.toml.
LIBRARIES: dict[str, tuple[tuple[str, ...], str]] = {
    "numpy": (("numpy",), "2.0"),
    "pandas": (("pandas",), "2.2"),
    "scipy": (("scipy",), "1.13"),
    "matplotlib": (("matplotlib",), "3.9"),
    "PIL": (("pillow",), "10"),
    "sklearn": (("scikit-learn",), "1.8"),
    "imblearn": (("imbalanced-learn",), "0.14"),
    "statsmodels": (("statsmodels",), "0.14.4"),
    "lightgbm": (("lightgbm",), "4.5"),
    "xgboost": (("xgboost", "xgboost-cpu"), "3.0"),
    "filelock": (("filelock",), "3.16"),
    "anywidget": (("anywidget",), "0.9"),
    "jupyterlab": (("jupyterlab",), "4.4"),
    "nbgrader": (("nbgrader",), "0.9.5"),
}
OPTIONAL: dict[str, tuple[tuple[str, ...], str]] = {"torch": (("torch",), "2.13.0")}

# Programs rather than libraries, and slow to import: their version says enough.
_NOT_IMPORTED = {"jupyterlab", "nbgrader", "statsmodels"}
_NATIVE = {"lightgbm", "xgboost"}
_OPENMP = (
    "Its compiled part needs OpenMP: on macOS `brew install libomp`, on Debian or Ubuntu"
    " `apt install libgomp1`."
)
_RESTART = "then restart the kernel (menu Kernel, Restart Kernel)"

OK, NOTE, PROBLEM = "ok", "note", "problem"
_SIGNS = {OK: "✓", NOTE: "!", PROBLEM: "✗"}


@dataclass(frozen=True)
class Item:
    """One thing that was checked.

    Attributes
    ----------
    name : str
        What was checked.
    status : {"ok", "note", "problem"}
        A note is worth knowing and stops nobody; a problem has to be mended.
    found : str
        What is there, such as a version.
    says : str
        What is wrong and what to do about it, "" where nothing is.
    """

    name: str
    status: str
    found: str = ""
    says: str = ""


@dataclass(frozen=True)
class Report:
    """What `check_environment` found. As the last value of a cell it shows a table.

    The table has no version in it where all is well, so that it reads the same on every sound
    machine; `details` has them all, to be pasted into a question.
    """

    items: tuple[Item, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing has to be mended."""
        return not self.problems

    @property
    def problems(self) -> tuple[Item, ...]:
        """What has to be mended."""
        return tuple(item for item in self.items if item.status == PROBLEM)

    @property
    def verdict(self) -> str:
        """The whole report in one sentence."""
        if self.ok:
            return f"All {len(self.items)} checks passed: the lessons will run here."
        count = len(self.problems)
        return (
            f"{count} of {len(self.items)} checks failed. Mend the first one, {_RESTART}, and run"
            " this cell again: one cause often has several symptoms."
        )

    @property
    def details(self) -> str:
        """The report with every version, as text."""
        return "\n".join(
            [f"system: {platform.platform()}"]
            + [
                f"{_SIGNS[i.status]} {i.name}: {i.found or i.status}. {i.says}".strip()
                for i in self.items
            ]
        )

    def __str__(self) -> str:
        width = max((len(item.name) for item in self.items), default=0)
        rows = [
            f"{_SIGNS[item.status]} {item.name:<{width}}  {item.says or item.status}"
            for item in self.items
        ]
        return "\n".join([*rows, "", self.verdict])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        rows = "".join(
            f"<tr><td>{_SIGNS[item.status]}</td>"
            f'<th scope="row" style="text-align: left">{html.escape(item.name)}</th>'
            f'<td style="text-align: left">{html.escape(item.says or item.status)}</td></tr>'
            for item in self.items
        )
        head = '<tr><td></td><th scope="col">checked</th><th scope="col">result</th></tr>'
        table = (
            f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"
            f"<p><strong>{html.escape(self.verdict)}</strong></p>"
        )
        return {"text/plain": str(self), "text/html": table}


def check_environment(optional: Iterable[str] = (), course: Path | None = None) -> Report:
    """Check Python, the libraries, the widgets, the Validate button, the fonts and the folder.

    Parameters
    ----------
    optional : iterable of str, default=()
        Libraries that only some notebooks need, to be checked too: "torch".
    course : Path, optional
        Folder of the course, whose ``requirements.txt`` says with which versions the numbers in
        the lessons were made. By default the one from which this package is imported; where it
        has no such file, versions are not compared with it.

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        If `optional` names a library that no notebook needs.

    Examples
    --------
    >>> report = check_environment()
    >>> [item.name for item in report.items][:2]
    ['Python', 'numpy']
    """
    extra = [optional] if isinstance(optional, str) else list(optional)
    unknown = sorted(set(extra) - set(OPTIONAL))
    if unknown:
        raise ValueError(f"optional must be among {sorted(OPTIONAL)}, got {unknown}")
    pins = _pins((course or Path(__file__).parents[1]) / "requirements.txt")
    libraries = {**LIBRARIES, **{name: OPTIONAL[name] for name in extra}}
    return Report(
        (
            _python(platform.python_version()),
            *(_library(module, *wanted, pins) for module, wanted in libraries.items()),
            _widgets(),
            _validate_button(),
            _fonts(),
            _folder(Path.cwd()),
        )
    )


def _item(name: str, found: str, says: str = "", status: str = PROBLEM) -> Item:
    """Return what was found; where there is nothing to say, it is as it should be."""
    return Item(name, status if says else OK, found, says)


def _python(running: str) -> Item:
    if _release(running) >= _release(PYTHON):
        return _item("Python", running)
    says = (
        f"This notebook runs on Python {running}; the course needs {PYTHON} or later. Choose"
        " another kernel (its name is at the top right), or run `make lab` in the folder of the"
        " course."
    )
    return _item("Python", running, says)


def _library(module: str, names: tuple[str, ...], oldest: str, pins: dict[str, str]) -> Item:
    installed = {name: version for name in names if (version := _version(name))}
    if not installed:
        wanted = pins.get(names[0]) or (oldest if module in OPTIONAL else "")
        command = f"%pip install {names[0]}" + (f"=={wanted}" if wanted else "")
        says = f"Not installed in this environment: run `{command}` in a cell, {_RESTART}."
        return _item(names[0], "not installed", says)
    name, version = next(iter(installed.items()))
    if _release(version) < _release(oldest):
        says = (
            f"Version {version} is too old, {oldest} or later is needed: run"
            f" `%pip install --upgrade {name}` in a cell, {_RESTART}."
        )
        return _item(names[0], version, says)
    if failure := "" if module in _NOT_IMPORTED else _import_failure(module):
        again = f"Run `%pip install --force-reinstall {name}` in a cell, {_RESTART}."
        mend = _OPENMP if module in _NATIVE else again
        says = f"It is installed but cannot be imported: {failure}. {mend}"
        return _item(names[0], version, says)
    pinned = pins.get(name, version)
    if _release(pinned) != _release(version):
        says = (
            f"Version {version} is here, the lessons' numbers were made with {pinned}. All will"
            " run, but a number may differ from the text."
        )
        return _item(names[0], version, says, NOTE)
    return _item(names[0], version)


def _widgets() -> Item:
    """Look for JupyterLab's part of the widgets; the kernel's part is a library."""
    name, found = "widgets in JupyterLab", _lab_extension("@jupyter-widgets/jupyterlab-manager")
    # ipywidgets 8 speaks with version 5 of the manager, released as jupyterlab_widgets 3.
    if found and _release(found) >= (5,):
        return _item(name, found)
    says = (
        f"JupyterLab's widget extension {f'{found} is too old' if found else 'was not found'}:"
        " sliders would show as text. Run `pip install --upgrade jupyterlab_widgets`, close"
        " JupyterLab and start it again."
    )
    return _item(name, found or "not found", says)


def _validate_button() -> Item:
    """Look for nbgrader's part of the page and its part of the server; the button needs both."""
    page, server = _lab_extension("@jupyter/nbgrader"), _server_extension("validate_assignment")
    if page and server:
        return _item("Validate button", page)
    lacking = "JupyterLab" if not page else "the server"
    says = (
        f"nbgrader's extension of {lacking} is off or was not found, so there is no Validate"
        " button. Run `pip install --force-reinstall nbgrader`, close JupyterLab and start it"
        " again. Until then, Run All Cells and read the cells that follow your answers."
    )
    return _item("Validate button", "not found", says)


def _fonts() -> Item:
    try:
        from matplotlib import font_manager

        found = font_manager.findfont("DejaVu Sans", fallback_to_default=False)
        return _item("fonts", Path(found).name)
    except ImportError:
        says = "Fonts come with matplotlib; see there."
    except ValueError:
        says = (
            "matplotlib does not find DejaVu Sans, which it brings along. Its list of fonts is out"
            f" of date: delete the folder that `matplotlib.get_cachedir()` names, {_RESTART}."
        )
    return _item("fonts", "not found", says)


def _folder(folder: Path) -> Item:
    if os.access(folder, os.W_OK):
        return _item("folder can be written", "")
    says = (
        "JupyterLab may not write into this folder, so your answers could not be saved. Copy the"
        " folder of the course to a place of your own and open it there."
    )
    return _item("folder can be written", "read only", says)


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _import_failure(module: str) -> str:
    """Return why `module` can't be imported, "" where it can."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            importlib.import_module(module)
    except Exception as error:  # a broken installation may raise anything
        lines = str(error).strip().splitlines()
        return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
    return ""


def _lab_extension(name: str) -> str:
    """Return the version of a JupyterLab extension, "" where it is absent."""
    found = _first_json("jupyter_path", f"labextensions/{name}/package.json")
    return str(found.get("version", ""))


def _server_extension(name: str) -> bool:
    """Return whether nbgrader's server extension of this name is switched on."""
    found = _first_json("jupyter_config_path", "jupyter_server_config.d/nbgrader.json")
    switches = found.get("ServerApp", {}).get("jpserver_extensions", {})
    return bool(switches.get(f"nbgrader.server_extensions.{name}"))


def _first_json(folders: str, name: str) -> dict[str, Any]:
    """Return the first file of this name in Jupyter's folders, which decides; {} without one."""
    try:
        from jupyter_core import paths
    except ImportError:
        return {}
    files = (Path(folder) / name for folder in getattr(paths, folders)())
    found = next(filter(Path.is_file, files), None)
    return dict(json.loads(found.read_text(encoding="utf-8"))) if found else {}


def _pins(requirements: Path) -> dict[str, str]:
    """Return the pinned version of each package, {} where there is no such file."""
    if not requirements.is_file():
        return {}
    lines = requirements.read_text(encoding="utf-8").splitlines()
    found = (re.match(r"([A-Za-z0-9._-]+)==([^ ;]+)", line) for line in lines)
    return {match[1].lower(): match[2] for match in found if match}


def _release(version: str) -> tuple[int, ...]:
    """Return the numbers of a version: of "2.13.0+cpu" and "2.13" alike (2, 13)."""
    match = re.match(r"\d+(\.\d+)*", version)
    numbers = [int(part) for part in match[0].split(".")] if match else [0]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
