"""Run the course's commands in processes forked from one that has imported everything.

nbgrader imports for seconds, at each call. A page of forty commands would take minutes; forked,
each is the same command with the same code, in a process of its own, that begins at once.

``python warm_commands.py SOCKET`` serves. `write_stub` makes the program that asks it.
"""

from __future__ import annotations

import importlib
import json
import os
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

STUB = """\
#!{python} -IS
import json, os, socket, sys

with socket.socket(socket.AF_UNIX) as line:
    line.connect({address!r})
    socket.send_fds(line, [b"!"], [0, 1, 2])
    line.sendall(json.dumps([sys.argv, os.getcwd(), dict(os.environ)]).encode())
    line.shutdown(socket.SHUT_WR)
    sys.exit(int(line.recv(16) or 70))
"""


def write_stub(path: Path, address: Path) -> None:
    """Write a program that has the command of its own name run by the server."""
    path.write_text(STUB.format(python=sys.executable, address=str(address)), encoding="utf-8")
    path.chmod(0o755)


def commands() -> dict[str, Callable[[], object]]:
    """Import what the commands need, and return them by name."""
    from nbgrader.apps.nbgraderapp import NbGraderApp

    import imbalance_grader.commands
    from imbalance_grader import cli

    # One account serves all who take part, as on many a JupyterHub; the terminal says who it is.
    for asks in ("submit", "fetch_feedback"):
        module = importlib.import_module(f"nbgrader.exchange.default.{asks}")
        module.get_username = lambda: os.environ["LOGNAME"]
    assert imbalance_grader.commands
    return {"nbgrader": NbGraderApp.launch_instance, "imbalance-lab-grade": cli.main}


def serve(address: str) -> None:
    """Answer one call after another until the process is ended."""
    known = commands()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen()
        while True:
            line, _ = server.accept()
            with line:
                child = os.fork()
                if child == 0:
                    server.close()
                    os._exit(_answer(line, known))
            os.waitpid(child, 0)


def _answer(line: socket.socket, known: dict[str, Callable[[], object]]) -> int:
    """Be the command that a stub asks for, with its files, folder and environment."""
    _, descriptors, *_ = socket.recv_fds(line, 1, 3)
    asked = b"".join(iter(lambda: line.recv(65536), b""))
    argv, folder, environment = json.loads(asked)
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = argv
    code = _code(known[Path(argv[0]).name])
    sys.stdout.flush()
    sys.stderr.flush()
    line.sendall(str(code).encode())
    return code


def _code(command: Callable[[], object]) -> int:
    """Return the exit code that Python would give."""
    try:
        result = command()
    except SystemExit as stopped:
        result = stopped.code
    except BaseException:
        traceback.print_exc()
        return 1
    if result is None or isinstance(result, int):
        return result or 0
    print(result, file=sys.stderr)
    return 1


if __name__ == "__main__":
    serve(sys.argv[1])
