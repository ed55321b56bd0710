"""Grade on the workers of a Dask cluster, which need no file system in common with this machine.

Every worker holds one engine and the instructor's notebooks while a run lasts (a Dask worker
plugin, so workers that join later have them too). What travels is what was read here (see
`course.handed_in`): a file's bytes, or why it was not read, so that the result is the
same as on this machine. Dask hands the submissions of a worker that dies to another one.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from traitlets.config import Config

try:
    from distributed import Client, Security, WorkerPlugin, get_worker
    from distributed.comm.addressing import get_address_host_port
except ImportError as error:
    from imbalance_grader.course.classroom import ClassroomError

    raise ClassroomError(
        "--scheduler needs Dask: pip install '.[cluster]' here and on the workers"
    ) from error

from imbalance_grader.class_run.workers import Task, Workers, code_fingerprint, grade_papers
from imbalance_grader.course.classroom import Assignment, ClassroomError
from imbalance_grader.course.handed_in import HandedIn, Paper
from imbalance_grader.notebook import variant
from imbalance_grader.notebook.engine import Engine
from imbalance_grader.notebook.results import Graded, Limits, NotebookResult
from imbalance_lab.checks.recorded import VARIABLE as RECORDED
from imbalance_oracles import secret
from imbalance_sandbox.held import held_folder

CERTIFICATE, KEY = "certificate.pem", "key.pem"
_ENCRYPTED = ("tls://", "wss://")
_OPEN = (
    "{scheduler} is open: whoever reaches it can take the solutions and all submissions, set "
    "marks, and run commands on your machine. Use TLS (imbalance-lab-grade certificates FOLDER, "
    "see docs/grading.md), or say yes to that with --insecure-scheduler"
)
_RETRIES = 3


class ClusterWorkers(Workers):
    """The workers of a Dask cluster."""

    def __init__(self, client: Any, run: str) -> None:
        threads = client.nthreads()
        window = 2 * sum(threads.values()) + 2
        super().__init__(window, f"on {len(threads)} Dask workers")
        self._client = client
        self._run = run
        # A thread waits for each submission. Dask's own executor reads a task's status after its
        # result has come, and takes the result of a worker that died in between for an error.
        self._waiting = ThreadPoolExecutor(window, thread_name_prefix="waiting")

    def submit(self, task: Task, handed_in: HandedIn) -> Future[Any]:
        """Send one submission."""
        return self._waiting.submit(self._grade, task.submission.student, dict(handed_in.papers))

    def close(self) -> None:
        """Take no more tasks, and don't wait for those under way."""
        self._waiting.shutdown(wait=False, cancel_futures=True)

    def _grade(self, student: str, papers: dict[str, Paper]) -> Any:
        return self._client.submit(
            grade_here, self._run, student, papers, pure=False, retries=_RETRIES
        ).result()

    def read(self, reply: Any) -> tuple[Graded, ...]:
        """Return what a worker sent back, as results."""
        return tuple(
            Graded(
                NotebookResult.from_json(result),
                nbformat.reads(notebook, as_version=4) if notebook else None,
            )
            for result, notebook in reply
        )


@dataclass(frozen=True)
class Cluster:
    """A scheduler that may be used; `cluster_at` makes it.

    Parameters
    ----------
    scheduler : str
        Address such as ``"tls://10.0.0.1:8786"``.
    security : Security or None
        None where Dask's own configuration says where certificates are.
    """

    scheduler: str
    security: Security | None


@contextlib.contextmanager
def cluster_workers(
    cluster: Cluster,
    assignment: Assignment,
    limits: Limits | None = None,
    allow_unprotected: bool = False,
    config: Config | None = None,
    patience: float = 30.0,
) -> Iterator[ClusterWorkers]:
    """Grade on the workers of a Dask cluster.

    Parameters
    ----------
    cluster : Cluster
    assignment : Assignment
    limits, allow_unprotected, config
        As in `imbalance_grader.notebook.engine.Engine`, on every worker.
    patience : float, default=30
        Seconds to wait for the scheduler, and then for a first worker.

    Raises
    ------
    ClassroomError
        If nobody answers, a worker has another version of the course, or its engine does not start
        there, for instance because protections are off.
    """
    scheduler = cluster.scheduler
    try:
        client: Any = Client(
            scheduler, timeout=patience, set_as_default=False, security=cluster.security
        )
    except (OSError, TypeError, ValueError) as error:
        raise ClassroomError(f"no Dask scheduler answers at {scheduler}: {error}") from None
    with client:
        _wait_for_worker(client, scheduler, patience)
        _check_versions(client)
        limits = limits or Limits()
        sources = {source.name: source.read_bytes() for source in assignment.sources}
        plugin = EnginePlugin(assignment.name, sources, limits, allow_unprotected, config)
        run = f"imbalance-lab-grading-{secrets.token_hex(8)}"  # others may grade there as well
        try:
            client.register_plugin(plugin, name=run)
        except Exception as error:
            raise ClassroomError(f"the engine does not start on the workers: {error}") from error
        workers = ClusterWorkers(client, run)
        try:
            yield workers
        finally:
            workers.close()
            with contextlib.suppress(Exception):  # the scheduler may be gone by now
                client.unregister_worker_plugin(run)


def cluster_at(scheduler: str, certificates: Path | None = None, insecure: bool = False) -> Cluster:
    """Refuse what can be no scheduler, and no certificates for it, before anybody is asked.

    Parameters
    ----------
    scheduler : str
        Address such as ``"tls://10.0.0.1:8786"``.
    certificates : Path, optional
        The folder that `make_certificates` made; by default Dask's own configuration says where
        certificates are.
    insecure : bool, default=False
        The explicit yes to a scheduler to which anybody may connect who reaches it.

    Raises
    ------
    ClassroomError
    """
    try:
        host, port = get_address_host_port(scheduler)
        if not host or not 0 < port < 65536:
            raise ValueError("no host, or no port from 1 to 65535")
    except ValueError as error:
        raise ClassroomError(
            f"--scheduler: {scheduler!r} is no address such as tls://10.0.0.1:8786: {error}"
        ) from None
    encrypted = scheduler.startswith(_ENCRYPTED)
    if not insecure and not encrypted:
        raise ClassroomError(_OPEN.format(scheduler=scheduler))
    if certificates and not encrypted:
        raise ClassroomError(f"--certificates: they go with tls://, and not with {scheduler}")
    _check_certificates(certificates, encrypted)
    try:
        socket.getaddrinfo(host, port)
    except (OSError, UnicodeError) as error:
        raise ClassroomError(f"--scheduler: there is no host {host!r}: {error}") from None
    return Cluster(scheduler, _security(certificates))


def _check_certificates(folder: Path | None, wanted: bool) -> None:
    """Refuse a folder without a certificate and its key, and a cluster that none is named for."""
    makes = "`imbalance-lab-grade certificates FOLDER` makes them"
    wants = [folder / CERTIFICATE, folder / KEY] if folder else []
    if missing := [str(path) for path in wants if not path.is_file()]:
        raise ClassroomError(f"--certificates: there is no {' and no '.join(missing)}; {makes}")
    try:
        found = (_security(folder) or Security()).get_connection_args("client")["ssl_context"]
    except OSError as error:  # that of a certificate that is none, too
        where = (
            f"--certificates: what is in {folder}" if folder else "what Dask's configuration names"
        )
        raise ClassroomError(f"{where} is no certificate with its key: {error}") from None
    if wanted and found is None:
        raise ClassroomError(
            f"--scheduler: TLS needs certificates, and neither --certificates FOLDER nor Dask's "
            f"configuration names any; {makes}"
        )


def make_certificates(folder: Path) -> list[Path]:
    """Write what the machines of a cluster recognise each other by, and encrypt with.

    Parameters
    ----------
    folder : Path
        Must not exist yet. Whoever has a copy of it belongs to the cluster.

    Returns
    -------
    list of Path
        The certificate, which is its own authority, and its key.

    Raises
    ------
    ClassroomError
    """
    security = Security.temporary()
    try:
        folder.mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise ClassroomError(f"{folder} cannot be made: {error.strerror}") from None
    paths = [folder / CERTIFICATE, folder / KEY]
    for path, text in zip(paths, (security.tls_client_cert, security.tls_client_key), strict=True):
        path.touch(mode=0o600)
        path.write_text(text, encoding="ascii")
    return paths


def _security(folder: Path | None) -> Security | None:
    if folder is None:
        return None
    certificate, key = str(folder / CERTIFICATE), str(folder / KEY)
    return Security(
        require_encryption=True,
        tls_ca_file=certificate,
        tls_client_cert=certificate,
        tls_client_key=key,
    )


class EnginePlugin(WorkerPlugin):
    """What a worker holds during a run: an engine and the instructor's notebooks."""

    idempotent = False

    def __init__(
        self,
        assignment: str,
        sources: dict[str, bytes],
        limits: Limits,
        allow_unprotected: bool,
        config: Config | None,
    ) -> None:
        self._name = assignment
        self._sources = sources
        self._settings = (limits, allow_unprotected, config)
        self._secret = secret.current()  # the judges on the worker draw the same hidden inputs
        self._variant = variant.recorded_files(assignment)  # and try the same visible ones

    def setup(self, worker: Any) -> None:
        """Start the engine and write the notebooks to a folder of the worker's own."""
        self._held = contextlib.ExitStack()
        own = self._held.enter_context(held_folder())
        folder = own / self._name
        folder.mkdir()
        for name, content in self._sources.items():
            (folder / name).write_bytes(content)
        paths = tuple(folder / name for name in sorted(self._sources))
        self.assignment = Assignment(self._name, paths)
        engine = Engine(*self._settings, jobs=worker.state.nthreads)
        with _environment_as_before():  # an engine keeps that in which it started
            os.environ[secret.VARIABLE] = self._secret
            variant.put_down(self._variant, own / "variant of the class")
            self.engine = self._held.enter_context(engine)

    def teardown(self, worker: Any) -> None:
        """End the engine."""
        self._held.close()


@contextlib.contextmanager
def _environment_as_before() -> Iterator[None]:
    """Take back what is set meanwhile: a worker may grade for several classes."""
    before = {name: os.environ.get(name) for name in (secret.VARIABLE, RECORDED)}
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def grade_here(run: str, student: str, papers: dict[str, Paper]) -> list[Any]:
    """Grade one submission of a run on a worker; return JSON and notebook of each result."""
    plugin = get_worker().plugins[run]
    assert isinstance(plugin, EnginePlugin)
    return [
        (graded.result.to_json(), nbformat.writes(graded.notebook) if graded.notebook else "")
        for graded in grade_papers(plugin.engine, plugin.assignment, student, papers)
    ]


def _wait_for_worker(client: Any, scheduler: str, patience: float) -> None:
    try:
        client.wait_for_workers(1, timeout=patience)
    except TimeoutError:
        raise ClassroomError(
            f"the Dask scheduler at {scheduler} has no worker; start one with: "
            f"dask worker {scheduler} --nthreads 1"
        ) from None


def _check_versions(client: Any) -> None:
    here = code_fingerprint()
    others = sorted(at for at, there in client.run(code_fingerprint).items() if there != here)
    if others:
        raise ClassroomError(
            "these Dask workers have another version of imbalance_lab than this machine, so their "
            f"grades could differ: {', '.join(others)}"
        )
