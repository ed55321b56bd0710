"""The Binder link of an instructor's own repository."""

from __future__ import annotations

import re
import urllib.parse

from imbalance_builder.course import BuildError

BINDER = "https://mybinder.org"
HOSTS = {"github.com": "gh", "gitlab.com": "gl"}
WANTED = "--repository wants the web address of your own repository, such as "
EXAMPLE = "https://github.com/OWNER/NAME"


def launch_link(repository: str, notebook: str, course: str) -> str:
    """Return the address at which Binder opens a notebook of a repository.

    Parameters
    ----------
    repository : str
        Where students can read it: on GitHub, GitLab or any other host that serves git by https.
    notebook : str
        The notebook's path in it.
    course : str
        The repository of the course itself, which must not be handed out.

    Raises
    ------
    BuildError
        If it is no such address; the message says what is wrong with it.
    """
    address = _parsed(repository)
    path = address.path.strip("/").removesuffix(".git")
    whole = f"https://{address.hostname}/{path}"
    if whole.lower() == course.lower().rstrip("/").removesuffix(".git"):
        raise BuildError(f"{WANTED}{EXAMPLE}; {repository} is the course's, with all its answers")
    provider = HOSTS.get(address.hostname or "", "git")
    if provider == "gh" and path.count("/") != 1:
        raise BuildError(f"{WANTED}{EXAMPLE}: an owner and a name, got {repository!r}")
    place = {"gh": path, "gl": _quoted(path), "git": _quoted(whole)}[provider]
    opened = _quoted(f"lab/tree/{notebook}")
    return f"{BINDER}/v2/{provider}/{place}/HEAD?urlpath={opened}"


def _quoted(text: str) -> str:
    return urllib.parse.quote(text, safe="")


def _parsed(repository: str) -> urllib.parse.SplitResult:
    """Return the parts of an address that leads to a repository and holds nothing else."""
    try:
        address = urllib.parse.urlsplit(repository)
        port, host = address.port, address.hostname or ""
    except ValueError as error:
        raise BuildError(f"{WANTED}{EXAMPLE}, got {repository!r}: {error}") from error
    if "@" in address.netloc:  # not shown again: it would stand in a log
        raise BuildError(f"{WANTED}{EXAMPLE}, without a name or a password before the host")
    if address.scheme != "https" or "." not in host or port or address.query or address.fragment:
        raise BuildError(f"{WANTED}{EXAMPLE}, got {repository!r}")
    parts = address.path.strip("/").split("/")
    if len(parts) < 2 or not all(re.fullmatch(r"(?!\.+$)[\w.~-]+", part) for part in parts):
        raise BuildError(f"{WANTED}{EXAMPLE}: an owner and a name, got {repository!r}")
    return address
