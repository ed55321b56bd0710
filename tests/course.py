"""A copy of the course on which the real nbgrader runs."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from jupyter_core.application import NoStart
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderApp
from released import ROOT
from warm_kernels import forked_kernels

from imbalance_builder.execute import kernel_sockets


@contextlib.contextmanager
def socket_options() -> Iterator[list[str]]:
    """Give a command of nbgrader's the options with which its kernels talk over files."""
    with kernel_sockets() as sockets:
        files = sockets.KernelManager.items()
        yield [f"--KernelManager.{trait}={value}" for trait, value in files]


@dataclass
class Course:
    """A copy of the course with an exchange of its own."""

    root: Path
    exchange: Path

    @classmethod
    def of(cls, *assignments: str, folder: Path) -> Course:
        """Make a course that has these assignments' sources, and an empty exchange."""
        root, exchange = folder / "course", folder / "exchange"
        for assignment in assignments:
            shutil.copytree(ROOT / "solutions" / assignment, root / "solutions" / assignment)
        shutil.copy(ROOT / "nbgrader_config.py", root)
        exchange.mkdir()
        exchange.chmod(0o777)  # as nbgrader asks for
        return cls(root, exchange)

    def gradebook(self) -> Gradebook:
        """Return the open gradebook; use it in a with statement."""
        return Gradebook(f"sqlite:///{self.root / 'gradebook.db'}", "imbalance-lab")

    def nbgrader(self, *command: str, user: str = "teacher", home: Path | None = None) -> None:
        """Run one nbgrader command as this user."""
        with pytest.MonkeyPatch.context() as patch:
            # As on a JupyterHub, where one system account serves all and the hub names the user.
            patch.setattr("nbgrader.utils.get_osusername", lambda: "jovyan")
            patch.setenv("JUPYTERHUB_USER", user)
            patch.setenv("JUPYTER_CONFIG_DIR", str(self.root.parent / "jupyter"))
            run_nbgrader(
                home or self.root,
                *command,
                f"--Exchange.root={self.exchange}",
                f"--Exchange.cache={self.root.parent / 'cache' / user}",
                "--CourseDirectory.course_id=imbalance-lab",
            )


def run_nbgrader(folder: Path, *command: str) -> None:
    """Run one nbgrader command in a folder, and in this process: its imports take seconds."""
    app = NbGraderApp.instance()
    with pytest.MonkeyPatch.context() as patch, socket_options() as sockets, forked_kernels():
        patch.chdir(folder)
        # nbgrader starts alembic by name.
        patch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        try:
            # What fails is not to be sought among what went well.
            app.initialize([*command, "--log-level=WARN", *sockets])
            app.start()
        except NoStart:
            pass  # how a subcommand ends that went well
        except SystemExit as stopped:
            if stopped.code:
                pytest.fail(f"nbgrader {' '.join(command)} exited with {stopped.code}")
        finally:
            NbGraderApp.clear_instance()
