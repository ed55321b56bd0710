"""A folder as an archive and as a repository of one commit, the same from the same files."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import zipfile
from pathlib import Path

from imbalance_builder.course import BuildError

WHEN = (1980, 1, 1, 0, 0, 0)  # the first time that an archive can hold
AUTHOR = "Imbalance Lab"
DATE = "2000-01-01T00:00:00+0000"


def write_zip(folder: Path, archive: Path) -> None:
    """Write a folder, with its own name, into an archive."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo((folder.name / path.relative_to(folder)).as_posix(), WHEN)
            entry.create_system = 3  # so that the mode is read
            mode = 0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644
            entry.external_attr = (stat.S_IFREG | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, path.read_bytes())


def write_repository(folder: Path, repository: Path, message: str) -> None:
    """Write a folder as the one commit of a bare repository.

    Neither your name nor the time nor git's settings on this machine go into it, so that the same
    files make the same commit.

    Raises
    ------
    BuildError
        If git is missing or fails, with its words.
    """
    if not shutil.which("git"):
        raise BuildError("git was not found: install it")
    plain = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    who = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in {"NAME": AUTHOR, "EMAIL": "", "DATE": DATE}.items()
    }
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

    def git(*command: str, **more: str) -> str:
        done = subprocess.run(
            ["git", *command],
            env=plain | who | settings | {"GIT_DIR": str(repository)} | more,
            text=True,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise BuildError(f"git {command[0]} failed: {done.stderr.strip()}")
        return done.stdout.strip()

    git("init", "--quiet", "--bare", "--template=", "--initial-branch=main", str(repository))
    git("add", "--all", "--force", ".", GIT_WORK_TREE=str(folder))
    commit = git("commit-tree", git("write-tree"), "-m", message)
    git("update-ref", "refs/heads/main", commit)
    (repository / "index").unlink()
