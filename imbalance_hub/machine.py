"""A machine for a class inside this one: its own accounts, homes and folders, the same kernel.

What ``hub/install.sh`` does is done for real, but for the three environments, which would take
minutes: they are put together from those of this repository. Nothing that it does is seen outside,
and everything ends with the program that opened it. It needs root, since users are told apart for
real, and bubblewrap.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[1]
HUB = ROOT / "build" / "hub"  # made by `make`: JupyterHub and its proxy
OPT = Path("/opt/imbalance-lab")
SOURCE = OPT / "instructors" / "source"
PACKAGES = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
PROGRAMS = {
    "students": ("alembic", "jupyter", "nbgrader"),
    "instructors": ("alembic", "jupyter", "nbgrader", "imbalance-lab-grade"),
}
SYSTEM = ("bin", "lib", "lib32", "lib64", "sbin")


class NoMachine(Exception):
    """It cannot be made here, or its hub does not start; the message says why."""


@dataclass(frozen=True)
class Machine:
    """A machine on which the hub runs.

    Parameters
    ----------
    folder : Path
        What it sees as ``/etc``, ``/home``, ``/opt``, ``/srv`` and ``/var``, and the hub's log.
    address : str
        Of the hub, without a slash at its end.
    """

    folder: Path
    address: str

    @property
    def log(self) -> str:
        """What the hub and the servers have said so far."""
        return (self.folder / "hub.log").read_text(encoding="utf-8", errors="replace")


@contextmanager
def open_machine(
    people: Sequence[str], lessons: Sequence[str] = ("00",), settings: str = ""
) -> Iterator[Machine]:
    """Start a machine with the hub, and end it.

    Parameters
    ----------
    people : sequence of str
        Names of accounts, whose passwords are the same; the first one teaches.
    lessons : sequence of str, default=("00",)
        What is handed out, as `imbalance_builder.handout` is told.
    settings : str, default=""
        Lines for ``hub.toml``.

    Raises
    ------
    NoMachine
    """
    if os.geteuid() != 0:
        raise NoMachine("only root can make users: call this with sudo")
    if not shutil.which("bwrap"):
        raise NoMachine("bubblewrap is missing: apt-get install bubblewrap")
    if not (HUB / "node_modules").is_dir():
        raise NoMachine("JupyterHub is not installed: run make build/hub/.installed")
    with tempfile.TemporaryDirectory(prefix="hub-") as name:
        folder = Path(name)
        _lay_out(folder, lessons)
        address = _settings(folder / "etc" / "imbalance-lab", settings)
        with (folder / "hub.log").open("wb") as log:
            process = subprocess.Popen(
                [*_view(folder), "sh", "-euc", SCRIPT, "start", *people],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
            )
        machine = Machine(folder, address)
        try:
            _wait(machine, process)
            yield machine
        finally:
            process.kill()  # it is the first process there, so that all others end with it
            process.wait()


# One student's password is as good as another's here; it never leaves this machine.
SCRIPT = f"""
sh {SOURCE}/hub/install.sh accounts files
teacher=$1
for name in "$@"; do
    group=imbalance-students
    if [ "$name" = "$teacher" ]; then group=imbalance-instructors; fi
    useradd --create-home --shell /bin/bash --groups "$group" "$name"
done
for name in "$@"; do echo "$name:$name"; done | chpasswd --crypt-method SHA512
cd /var/lib/imbalance-lab-hub
umask 077
exec {OPT}/hub/bin/python -m jupyterhub --config {OPT}/hub/jupyterhub_config.py
"""


def _lay_out(folder: Path, lessons: Sequence[str]) -> None:
    """Make the folders that the machine sees."""
    folder.chmod(0o711)
    subprocess.run(["cp", "-a", "/etc", str(folder / "etc")], check=True)
    for name in ("home", "opt", "srv/imbalance-lab", "var/lib", "var/log", "etc/imbalance-lab"):
        (folder / name).mkdir(parents=True)
    handout = folder / "srv" / "imbalance-lab" / "handout"
    subprocess.run(
        [
            *(sys.executable, "-m", "imbalance_builder.handout", "--root", str(ROOT)),
            *("--output", str(handout), "--lessons", *lessons),
        ],
        check=True,
        capture_output=True,
        cwd=ROOT,
    )
    ours, hubs = Path(sys.prefix) / PACKAGES, HUB / PACKAGES
    _environment(folder, "hub", [hubs])
    _environment(folder, "students", [ours, hubs])
    _environment(folder, "instructors", [ours, hubs, SOURCE])
    package = handout / "imbalance-lab" / "imbalance_lab"
    shutil.copytree(package, _inside(folder, "students") / PACKAGES / "imbalance_lab")
    (_inside(folder, "hub") / "node_modules").symlink_to(HUB / "node_modules")
    (_inside(folder, "instructors") / "source").mkdir()


def _settings(etc: Path, more: str) -> str:
    """Write the hub's settings, with ports that nobody has, and return its address."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(3)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        urls = [f"http://127.0.0.1:{each.getsockname()[1]}" for each in sockets]
    (etc / "hub.toml").write_text(f'address = "{urls[0]}"\nlimits = false\n{more}', "utf-8")
    own = (
        f"c.JupyterHub.hub_bind_url = {urls[1]!r}\nc.ConfigurableHTTPProxy.api_url = {urls[2]!r}\n"
    )
    (etc / "hub.py").write_text(own, "utf-8")
    (etc / "hub.toml").chmod(0o600)
    return urls[0]


def _inside(folder: Path, name: str) -> Path:
    return folder / (OPT / name).relative_to("/")


def _environment(folder: Path, name: str, packages: Sequence[Path]) -> None:
    """Make an environment that finds packages in other places, but nothing that those point to."""
    place = _inside(folder, name)
    (place / PACKAGES).mkdir(parents=True)
    (place / "bin").mkdir()
    base = Path(sys._base_executable).resolve()  # type: ignore[attr-defined]
    (place / "bin" / "python").symlink_to(base)
    (place / "pyvenv.cfg").write_text(f"home = {base.parent}\n", encoding="utf-8")
    lines = "".join(f"{path}\n" for path in packages)
    (place / PACKAGES / "packages.pth").write_text(lines, encoding="utf-8")
    for program in PROGRAMS.get(name, ()):
        (place / "bin" / program).write_text(
            f"#!{OPT / name}/bin/python\nimport sys\nfrom importlib.metadata import entry_points\n"
            f"sys.exit(entry_points(group='console_scripts')[{program!r}].load()())\n"
        )
        (place / "bin" / program).chmod(0o755)
    if name != "hub":
        shutil.copytree(Path(sys.prefix) / "etc" / "jupyter", place / "etc" / "jupyter")
        (place / "share").symlink_to(Path(sys.prefix) / "share")


def _view(folder: Path) -> list[str]:
    """Return the start of a command that runs another one on the machine."""
    view = ["bwrap", "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts"]
    view += ["--cap-add", "ALL", "--ro-bind", "/usr", "/usr"]
    for name in SYSTEM:
        path = Path("/") / name
        if path.is_symlink():
            view += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            view += ["--ro-bind", str(path), str(path)]
    for name in ("etc", "home", "opt", "srv", "var"):
        view += ["--bind", str(folder / name), f"/{name}"]
    view += ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp"]
    view += ["--perms", "755", "--tmpfs", "/run"]
    for place in dict.fromkeys((sys.base_prefix, sys.prefix, str(HUB))):
        if not place.startswith("/usr"):
            for above in reversed(Path(place).parents[:-1]):
                view += ["--perms", "755", "--dir", str(above)]  # else only root gets through
            view += ["--ro-bind", place, place]
    view += ["--ro-bind", str(ROOT), str(SOURCE), "--clearenv"]
    for name, value in {"PATH": os.defpath + ":/usr/sbin:/sbin", "LANG": "C.UTF-8"}.items():
        view += ["--setenv", name, value]
    return view


def _wait(machine: Machine, process: subprocess.Popen[bytes], seconds: float = 120) -> None:
    """Wait until the hub answers."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise NoMachine(f"the hub ended:\n{machine.log}")
        try:
            if httpx.get(f"{machine.address}/hub/api").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise NoMachine(f"the hub did not answer within {seconds:g} s:\n{machine.log}")
