"""A marking page that is served in the tests' own process, and a client that can misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import nbformat
from bs4 import BeautifulSoup, Tag
from class_run_helpers import ASSIGNMENT, Course, PretendedEngine, crew_of
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from imbalance_grader.class_run.run import Options, grade_class
from imbalance_grader.course.classroom import Classroom
from imbalance_grader.marking.desk import Desk
from imbalance_grader.marking.questions import questions
from imbalance_grader.marking.server import Door, application
from imbalance_grader.texts.aside import Aside

SCHEME = """
### BEGIN MARK SCHEME
1 point: says that $p = \\frac{1}{201}$.

½ point: says *why*.
### END MARK SCHEME"""


def with_a_scheme(root: Path) -> None:
    """Give the toy's question a text and a scheme."""
    path = root / "solutions" / ASSIGNMENT / "toy.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].source += SCHEME
    asked = nbformat.v4.new_markdown_cell("## In your own words\n\nWhy is a toy **small**?", id="q")
    notebook.cells.insert(-1, asked)
    nbformat.write(notebook, path)


def grade(root: Path) -> None:
    classroom = Classroom(root)
    grade_class(classroom, classroom.assignment(ASSIGNMENT), crew_of(PretendedEngine()), Options())


def write_unclean(course: Course, student: str, text: str) -> None:
    """Leave an answer in the graded notebook as `nbgrader autograde` would: as it was typed."""
    path = course.root / "autograded" / student / ASSIGNMENT / "toy.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    notebook["cells"][-1]["source"] = text
    path.chmod(0o644)
    path.write_text(json.dumps(notebook), "utf-8")


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def page(self) -> BeautifulSoup:
        return BeautifulSoup(self.text, "html.parser")

    @property
    def answer(self) -> Tag:
        found = self.page.find(id="answer")
        assert isinstance(found, Tag)
        return found

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text)
        return found


@dataclass
class Client:
    """Asks as a browser would, unless it is told to ask otherwise."""

    door: Door
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str | None) -> Reply:
        """Send one request. A header of None is left out."""
        host = f"127.0.0.1:{self.door.port}"
        sent: dict[str, str | None] = {
            "Host": host,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()) or None,
            "Origin": f"http://{host}" if method != "GET" else None,
            "Content-Length": str(len(body)) if body else None,
        }
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        line = http.client.HTTPConnection("127.0.0.1", self.door.port, timeout=300)
        line.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in sent.items():
            if value is not None:
                line.putheader(name, value)
        line.endheaders(body or None)
        reply = line.getresponse()
        text = reply.read().decode("utf-8", "replace")
        for name, value in reply.getheaders():
            if name == "Set-Cookie":
                self.cookies |= {key: one.value for key, one in SimpleCookie(value).items()}
        line.close()
        return Reply(reply.status, dict(reply.getheaders()), text)

    def get(self, path: str = "", **headers: str | None) -> Reply:
        return self.ask("GET", f"{self.door.base}{path}", **headers)

    def enter(self) -> Reply:
        return self.get(f"?token={self.door.key}")

    def open(self, number: int) -> dict[str, Any]:
        """Open an answer; return what its script has in hand."""
        page = self.get(f"answer/{number}").page
        desk = page.find(id="desk")
        assert isinstance(desk, Tag)
        return {
            "number": number,
            "xsrf": desk["data-xsrf"],
            "seen": {"answer": desk["data-answer"], "mark": desk["data-mark"]},
            "text": page.find(id="answer").get_text(" ", strip=True),
        }

    def post(self, sheet: dict[str, Any], change: object, **headers: str | None) -> Reply:
        """Send a change of the answer that was opened."""
        wanted = {"seen": sheet["seen"], **change} if isinstance(change, dict) else change
        more = {"Content_Type": "application/json", "X_XSRFToken": sheet["xsrf"]} | headers
        body = json.dumps(wanted).encode()
        return self.ask("POST", f"{self.door.base}answer/{sheet['number']}", body, **more)

    def number_of(self, student: str, most: int = 50) -> int:
        """Return the number under which a student's answer is shown."""
        for number in range(1, most):
            reply = self.get(f"answer/{number}")
            if reply.status != 200:
                break
            if re.search(rf"<bdi>{student}\b", reply.text):
                return number
        raise AssertionError(f"no answer of {student}")


@contextlib.contextmanager
def served(root: Path, anonymous: bool = False, **door: Any) -> Iterator[Client]:
    """Serve the marking page of a course; yield a client that has not entered yet."""
    ready: list[Any] = []
    there = threading.Event()

    async def run() -> None:
        ended = asyncio.Event()
        try:
            classroom = Classroom(root)
            asked = list(questions(classroom.assignment(ASSIGNMENT)))
            with Aside("imbalance_grader.texts.typeset") as aside:
                sockets = bind_sockets(0, "127.0.0.1")
                own = Door(sockets[0].getsockname()[1])
                desk = Desk(classroom, asked, aside, anonymous)
                server = HTTPServer(application(desk, own), max_body_size=128 << 10)
                server.add_sockets(sockets)
                ready.extend([own, asyncio.get_running_loop(), ended])
                there.set()
                await ended.wait()
                server.stop()
                await server.close_all_connections()
        except Exception as error:
            ready.append(error)
            there.set()
            raise

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    there.wait()
    if len(ready) != 3:
        thread.join()
        raise AssertionError(ready)
    try:
        yield Client(ready[0])
    finally:
        ready[1].call_soon_threadsafe(ready[2].set)
        thread.join()
