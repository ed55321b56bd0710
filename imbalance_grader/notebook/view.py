"""What a submission sees of the file system, as arguments for bubblewrap.

A list of what is shown, and not of what is hidden: the system's libraries, Python, the two
packages that a student's process imports. Only what lies inside of these and belongs to the
instructor's side is covered: other packages of the course in ``site-packages``, the catalogue of
exercises and the lessons kept for students (folders of `imbalance_lab`), and bytecode of modules
that are no longer there.
"""

from __future__ import annotations

import site
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

import imbalance_lab
import imbalance_sandbox
from imbalance_sandbox import contain, names

# Never seen by a submission. Each is covered by a stub that says so when it is imported.
HIDDEN = ("imbalance_builder", "imbalance_grader", "imbalance_oracles")
_HIDDEN_PARTS = ("exercises", "lessons/kept")  # of `imbalance_lab`
_STUB = Path(imbalance_sandbox.__file__).parent / "hidden"

_SYSTEM_FOLDERS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SYSTEM_FILES = (
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
)
# Nothing that keeps what is written: /dev/zero, mapped, would be memory that nothing counts.
_DEVICES = ("null", "random", "urandom")
_LINKS = {"fd": "fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}


def package_path() -> str:
    """Return the value of PYTHONPATH with which the templates import the packages of this process.

    Empty where they lie in ``site-packages``, which is searched anyway.
    """
    packages = (imbalance_lab, imbalance_sandbox)
    parents = [Path(package.__file__ or "").resolve().parents[1] for package in packages]
    parents.append(Path(__file__).resolve().parents[2])
    usual = {Path(folder).resolve() for folder in _site_packages()}
    return ":".join(dict.fromkeys(str(p) for p in parents if p not in usual))


def shown() -> list[str]:
    """Return the arguments for the files and folders that a submission may read."""
    arguments: list[str] = []
    folders = contain.visible_folders()
    files = [Path(file) for file in _SYSTEM_FILES if Path(file).exists()]
    parents = {parent for path in (*folders, *files) for parent in path.parents}
    for parent in sorted(parents - {Path("/")}):
        if not any(parent.is_relative_to(folder) for folder in folders):
            arguments += ["--perms", "0755", "--dir", str(parent)]
    for path in map(Path, _SYSTEM_FOLDERS):
        if path.is_symlink():
            arguments += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            arguments += _bind([path])
    return [*arguments, *_bind([*folders, *files]), *_covers(folders)]


def opened() -> list[str]:
    """Return the arguments that let nobody reach Python where only root may enter its folder."""
    arguments: list[str] = []
    for folder in contain.visible_folders():
        above = sorted(folder.parents)
        closed = [path for path in above if not path.stat().st_mode & 0o001]
        if closed:
            arguments += ["--perms", "0755", "--tmpfs", str(closed[0])]
            for path in above[above.index(closed[0]) + 1 :]:
                arguments += ["--perms", "0755", "--dir", str(path)]
            arguments += _bind([folder])
    return arguments


def own_tmp() -> list[str]:
    """Return the arguments for an empty /tmp, with Python in it where it is installed there."""
    arguments = ["--perms", "1777", "--tmpfs", names.SCRATCH]
    below = contain.python_below_scratch()
    for parent in sorted({path for folder in below for path in folder.parents[:-2]}):
        arguments += ["--perms", "0755", "--dir", str(parent)]
    return [*arguments, *_bind(below), *_covers(below)]


def devices() -> list[str]:
    """Return the arguments for a /dev in which nobody can make, replace or keep anything."""
    arguments = ["--perms", "0755", "--tmpfs", "/dev", "--dir", names.SHARED_FILES]
    for name in _DEVICES:
        arguments += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    for name, target in _LINKS.items():
        arguments += ["--symlink", f"/proc/self/{target}", f"/dev/{name}"]
    return [*arguments, "--remount-ro", "/dev"]


def hidden_paths() -> list[Path]:
    """Return the folders and files of the instructor's side that lie in what is shown."""
    lab = Path(imbalance_lab.__file__).resolve().parent
    found = [lab / part for part in _HIDDEN_PARTS]
    found += [folder / name for folder in map(Path, _site_packages()) for name in HIDDEN]
    found += _bytecode_without_source(lab)
    # Where the course was installed from.
    found += [p for f in _site_packages() for p in Path(f).glob("imbalance_lab*/direct_url.json")]
    return [path for path in dict.fromkeys(p.resolve() for p in found) if path.exists()]


def _covers(folders: Iterable[Path]) -> list[str]:
    arguments: list[str] = []
    for path in hidden_paths():
        if any(path.is_relative_to(folder) for folder in folders):
            arguments += ["--ro-bind", str(_STUB if path.is_dir() else "/dev/null"), str(path)]
    return arguments


def _bytecode_without_source(package: Path) -> list[Path]:
    """Return what an older version left behind, which may hold what has moved elsewhere since."""
    return [
        path
        for path in package.rglob("__pycache__/*.pyc")
        if not (path.parents[1] / f"{path.name.split('.')[0]}.py").exists()
    ]


def _site_packages() -> list[str]:
    """Return every folder for installed packages: this environment's and that of its base."""
    bases = [{"base": base, "platbase": base} for base in (sys.prefix, sys.base_prefix)]
    found = [sysconfig.get_path(kind, vars=v) for v in bases for kind in ("purelib", "platlib")]
    return list(dict.fromkeys([*found, *site.getsitepackages(), site.getusersitepackages()]))


def _bind(paths: Iterable[Path]) -> list[str]:
    return [arg for path in paths for arg in ("--ro-bind", str(path), str(path))]
