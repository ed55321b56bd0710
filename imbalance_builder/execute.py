"""Run a notebook as a student's machine would, and keep nothing that differs between machines."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from traitlets.config import Config

from imbalance_builder.course import BuildError, Lesson
from imbalance_builder.source import name_of, read_source
from imbalance_builder.terms import explain_links, titles

CELL_TIMEOUT = 120
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
ANSI = re.compile(r"\x1b\[[0-9;]*m")
ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,}\b")
# The last of the 16 or 17 digits of a float are another machine's own.
UNROUNDED = re.compile(r"(?<![\w.])\d+\.\d{12,}(?:e[+-]?\d+)?")

# One thread in every numerical library, so that sums are made in one order everywhere.
ONE_THREAD = {
    f"{library}_NUM_THREADS": "1"
    for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM")
}

# Run when the kernel starts, leaving no name behind: note every file that is opened.
_WATCH_FILES = (
    "(lambda sys: (setattr(sys, '_opened', set()), sys.addaudithook(lambda event, arguments: "
    "event == 'open' and sys._opened.add(str(arguments[0])))))(__import__('sys'))"
)
# Run after the last cell: which files of the course's packages did the lesson use? Modules are
# asked for by name, since what is opened of them is a cache.
_USED_FILES = """\
import os as _os, sys as _sys
_packages = ("imbalance_lab", "imbalance_oracles")
_modules = [m for n, m in list(_sys.modules.items()) if n.split(".")[0] in _packages]
_folders = tuple(f"{m.__path__[0]}{_os.sep}" for m in _modules if m.__name__ in _packages)
_data = [f for f in _sys._opened if f.startswith(_folders) and not f.endswith((".py", ".pyc"))]
print("\\n".join(sorted({m.__file__ for m in _modules if m.__file__} | set(_data))))
"""


@dataclass
class Run:
    """An executed lesson."""

    notebook: NotebookNode
    seconds: float
    cell_seconds: dict[int, float] = field(default_factory=dict)
    package_files: list[Path] = field(default_factory=list)


class Cancelled(Exception):
    """The build was stopped while this lesson ran."""


def kernel_environment() -> dict[str, str]:
    """Return the environment in which lessons are run: one thread, fixed hash seed."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONWARNINGS", "MPLBACKEND")}
    return environment | ONE_THREAD | {"PYTHONHASHSEED": "0"}


@contextmanager
def kernel_sockets() -> Iterator[Config]:
    """Give a kernel manager files to talk over instead of ports, for as long as this is open.

    jupyter_client picks free ports, lets them go, and only then starts the kernel. Of two kernels
    that start at once, one can so lose a port to the other, and dies or never answers.

    Yields
    ------
    Config
        For whatever starts one kernel; empty on Windows, which has no such sockets.
    """
    with tempfile.TemporaryDirectory(prefix="sockets-") as folder:
        files = {"transport": "ipc", "ip": f"{folder}/kernel"}
        yield Config(KernelManager=files) if os.name == "posix" else Config()


def run_lesson(lesson: Lesson, on_cell: Callable[[int, int], None] | None = None) -> Run:
    """Read, execute and normalise one lesson; nothing is written.

    Parameters
    ----------
    lesson : Lesson
        What to run; its folder is the working directory.
    on_cell : callable, optional
        Called before each cell with its index and the number of cells.

    Returns
    -------
    Run
        The notebook as it is to be stored, with what was measured beside it.

    Raises
    ------
    BuildError
        If a cell fails, writes to stderr, takes too long, or prints what only this machine has.
    """
    notebook = read_lesson(lesson)
    cell_seconds: dict[int, float] = {}
    started: dict[int, float] = {}

    def before(cell: NotebookNode, cell_index: int) -> None:
        if on_cell:
            on_cell(cell_index, len(notebook.cells))
        started[cell_index] = time.perf_counter()

    def after(cell: NotebookNode, cell_index: int, execute_reply: object) -> None:
        cell_seconds[cell_index] = time.perf_counter() - started[cell_index]

    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=CELL_TIMEOUT,
        record_timing=False,
        coalesce_streams=True,
        store_widget_state=False,
        shutdown_kernel="immediate",
        extra_arguments=["--IPKernelApp.log_level=40", f"--IPKernelApp.exec_lines={_WATCH_FILES}"],
        resources={"metadata": {"path": str(lesson.source.parent)}},
        on_cell_start=before,
        on_cell_executed=after,
    )
    begin = time.perf_counter()
    with kernel_sockets() as sockets:
        client.update_config(sockets)
        with client.setup_kernel(env=kernel_environment()):
            for index, cell in enumerate(notebook.cells):
                _execute_cell(client, lesson, index, cell)
            seconds = time.perf_counter() - begin
            package_files = _used_package_files(client)
    _number_cells(notebook)
    _normalise(notebook, lesson)
    nbformat.validate(notebook)
    return Run(notebook, seconds, cell_seconds, package_files)


def read_lesson(lesson: Lesson) -> NotebookNode:
    """Return a lesson's cells, not run, with what its links lead to."""
    notebook = read_source(lesson.source)
    explain_links(notebook, titles(lesson.root))
    return notebook


def with_stored_outputs(lesson: Lesson, stored: Path) -> Run:
    """Read one lesson and give its code cells the outputs of a stored notebook; nothing is run.

    Parameters
    ----------
    lesson : Lesson
        What to read.
    stored : Path
        A notebook built from it; if it has other cells, the outputs fall to whatever is there.

    Returns
    -------
    Run
        With no times and no files.

    Raises
    ------
    BuildError
        If the source breaks a rule.
    """
    notebook = read_lesson(lesson)
    if stored.exists():
        kept = _code_cells(nbformat.read(stored, as_version=4))
        for cell, old in zip(_code_cells(notebook), kept, strict=False):
            cell.outputs = old.outputs
    _number_cells(notebook)
    return Run(notebook, 0.0)


def _execute_cell(client: NotebookClient, lesson: Lesson, index: int, cell: NotebookNode) -> None:
    """Execute one cell, and turn each way to fail into one clear error."""
    where = f"{lesson}, {name_of(index + 1, cell)}"
    try:
        client.execute_cell(cell, index)
    except CellExecutionError as error:
        raise BuildError(f"{where} failed:\n{_indent(ANSI.sub('', error.traceback))}") from None
    except CellTimeoutError:
        raise BuildError(f"{where} ran longer than {CELL_TIMEOUT} s") from None
    except DeadKernelError:
        raise BuildError(f"{where} ended the kernel") from None
    for output in cell.get("outputs", []):
        if output.output_type == "stream" and output.name == "stderr":
            raise BuildError(
                f"{where} writes to stderr, which costs a student all points of a graded cell:\n"
                f"{_indent(output.text)}"
            )


def _used_package_files(client: NotebookClient) -> list[Path]:
    """Ask the kernel which files of the course's packages it has imported or read."""
    probe = nbformat.v4.new_code_cell(_USED_FILES)
    client.set_trait("on_cell_start", None)
    client.set_trait("on_cell_executed", None)
    client.nb.cells.append(probe)
    client.execute_cell(probe, len(client.nb.cells) - 1)
    client.nb.cells.pop()
    lines = "".join(output.text for output in probe.outputs).splitlines()
    return [Path(line) for line in lines if line]


def _number_cells(notebook: NotebookNode) -> None:
    """Give code cells a number from 1: without one, nbval takes a cell for not run."""
    for number, cell in enumerate(_code_cells(notebook), start=1):
        cell.execution_count = number
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number


def _code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _normalise(notebook: NotebookNode, lesson: Lesson) -> None:
    """Take out what differs between runs and machines, or refuse what cannot be taken out."""
    notebook.metadata.pop("widgets", None)
    for index, cell in enumerate(notebook.cells):
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)
            if output.output_type == "error":
                # Frames show paths; nbval and the reader need the error alone.
                if any(_machine_detail(line, lesson) for line in output.traceback):
                    output.traceback = [f"{output.ename}: {output.evalue}"]
                output.traceback = [ANSI.sub("", line) for line in output.traceback]
            detail = next(filter(None, (_machine_detail(t, lesson) for t in _texts(output))), None)
            if detail:
                raise BuildError(
                    f"{lesson}, {name_of(index + 1, cell)} prints {detail}, "
                    "which is another one on another machine"
                )


def _texts(output: NotebookNode) -> list[str]:
    """Return every text of an output, pictures' payloads left out."""
    data = output.get("data", {})
    texts = [value for mime, value in data.items() if mime.startswith("text/")]
    return [re.sub(r"base64,[A-Za-z0-9+/=\s]+", "", text) for text in texts] + [
        output.get("text", ""),
        output.get("evalue", ""),
    ]


def _machine_detail(text: str, lesson: Lesson) -> str | None:
    """Name what in a text belongs to this machine or this run alone, or return None."""
    text = ANSI.sub("", text)
    folders = {str(lesson.root), sys.prefix, sys.base_prefix, str(Path.home())}
    folders |= {os.path.join(tempfile.gettempdir(), "")}  # noqa: PTH118 (keeps the separator)
    for folder in sorted(folders - {"/", "/usr"}, key=len, reverse=True):
        if folder in text:
            return f"a path of this machine ({folder})"
    if address := ADDRESS.search(text):
        return f"a memory address ({address.group()})"
    number = UNROUNDED.search(text)
    return f"a number that is not rounded ({number.group()})" if number else None


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.rstrip().splitlines())
