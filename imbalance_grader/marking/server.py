"""The marking page's server: for one person on this machine, and for no other page or program.

Four things are asked of a request. It reached this server under its own address (a page elsewhere
that has its name point here did not). Its path begins with a word that was drawn at the start;
cookies are sent along below that path only, so that no other server of this machine ever gets
them, and have the word in their names, so that none puts others in their place. It brings the
cookie that whoever opened the printed address got. And what changes anything comes from one of our
own pages: same origin, and tornado's token against forged requests.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import math
import secrets
import signal
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler

from imbalance_grader.course.classroom import ClassroomError
from imbalance_grader.marking.book import Busy, Change, Refused, Seen
from imbalance_grader.marking.desk import Desk
from imbalance_grader.reporting.pages import render
from imbalance_lab.printable import printable

_HERE = "127.0.0.1"
_LARGEST_REQUEST = 128 << 10
_SECONDS_TO_ASK = 60  # who holds connections and says nothing is not to keep others out
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",  # or the host of a link would hear that it was looked at
    "X-Frame-Options": "DENY",
}
_NOT_HERE = (
    "Open the address that the command printed in its terminal; it is another one each time."
)


@dataclass(frozen=True)
class Door:
    """Where the page is, and what lets one in.

    Parameters
    ----------
    port : int
    word : str
        With which every path begins.
    key : str
        What the cookie holds.
    """

    port: int
    word: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    key: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def base(self) -> str:
        """The path of the first page."""
        return f"/{self.word}/"

    @property
    def address(self) -> str:
        """The address that lets one in."""
        return f"http://{_HERE}:{self.port}{self.base}?token={self.key}"

    @property
    def cookie(self) -> str:
        """The cookie's name: who cannot name it cannot put another in front of it.

        Every server of this machine may give the browser cookies for all of them.
        """
        return f"imbalance-lab-marking-{self.word}"

    @property
    def hosts(self) -> set[str]:
        """By which names this server is reached."""
        return {f"{name}:{self.port}" for name in (_HERE, "localhost")}


class _Handler(RequestHandler):
    """Lets nobody in who should not be, whatever was asked for."""

    def initialize(self, desk: Desk, door: Door) -> None:
        self._desk = desk
        self._door = door

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        for name, value in _HEADERS.items():
            self.set_header(name, value)

    def prepare(self) -> None:
        host = self.request.headers.get("Host", "")
        if not self._is_asked_here():
            raise HTTPError(403)
        if self.request.method not in ("GET", "HEAD"):
            if self.request.headers.get("Origin") != f"http://{host}":
                raise HTTPError(403)
            if self.request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
                raise HTTPError(403)
        if not self._knows(self.get_cookie(self._door.cookie, "")):
            self._meet_a_stranger()

    def _meet_a_stranger(self) -> None:
        raise HTTPError(403)

    def _is_asked_here(self) -> bool:
        return self.request.headers.get("Host", "") in self._door.hosts

    def _knows(self, key: str | None) -> bool:
        return hmac.compare_digest((key or "").encode(), self._door.key.encode())

    def show(self, template: str, view: dict[str, Any]) -> None:
        """Send the page that a template makes of a view; a stranger does not learn the path."""
        known = self._is_asked_here() and self._knows(self.get_cookie(self._door.cookie, ""))
        base = self._door.base if known else ""
        self.finish(render(template, {"base": base} | view))

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say no more than is needed, to a page or to a script."""
        said = {403: _NOT_HERE, 404: "There is no such page."}
        message = said.get(status_code, "This cannot be done.")
        if self.request.method == "POST":
            self.finish({"error": message})
        else:
            self.show("mark_note.html.j2", {"title": "Not here", "message": message})

    def log_exception(self, kind: Any, value: Any, trace: Any) -> None:
        """Let what was refused pass without a word in the terminal."""
        if not isinstance(value, HTTPError):
            super().log_exception(kind, value, trace)


class _Overview(_Handler):
    def _meet_a_stranger(self) -> None:
        """Let in who brings the key, and go on without it in the address.

        The page does that itself: a browser that comes from another site, such as a terminal in
        JupyterLab, would not send the cookie along with a redirection.
        """
        if self.request.method != "GET" or not self._knows(self.get_argument("token", "")):
            raise HTTPError(403)
        self.set_cookie(self._door.cookie, self._door.key, **_kept_here(self._door))
        self.show("mark_enter.html.j2", {"base": self._door.base})

    def get(self) -> None:
        if "token" in self.request.arguments:
            self.show("mark_enter.html.j2", {})
            return
        try:
            self.show("mark_overview.html.j2", self._desk.overview())
        except (Busy, ClassroomError) as error:
            self.set_status(503)
            self.show("mark_note.html.j2", {"title": "Please wait", "message": str(error)})


class _Answer(_Handler):
    def get(self, number: str) -> None:
        try:
            page = self._desk.page(int(number) - 1)
        except IndexError:
            raise HTTPError(404) from None
        except (Busy, ClassroomError) as error:
            self.set_status(503)
            self.show("mark_note.html.j2", {"title": "Please wait", "message": str(error)})
            return
        self.show("mark.html.j2", page | {"xsrf": self.xsrf_token.decode()})

    def post(self, number: str) -> None:
        try:
            seen, change = _read(self.request.body)
            self.finish(self._desk.save(int(number) - 1, seen, change))
        except ValueError as error:
            self._refuse(400, str(error))
        except IndexError:
            self._refuse(404, "There is no such answer.")
        except Refused as error:
            self._refuse(409, str(error))
        except (Busy, ClassroomError) as error:
            self._refuse(503, str(error))

    def _refuse(self, status: int, message: str) -> None:
        self.set_status(status)
        self.finish({"error": printable(message)})


class _File(_Handler):
    """The page's own style and script; there is no other file."""

    def get(self, name: str) -> None:
        kind, content = _files()[name]
        self.set_header("Content-Type", f"{kind}; charset=utf-8")
        self.finish(content)


class _Nothing(_Handler):
    def get(self) -> None:
        raise HTTPError(404)


def _kept_here(door: Door) -> dict[str, Any]:
    """Return what keeps a cookie out of every page but this server's."""
    return {"path": door.base, "httponly": True, "samesite": "Strict"}


@cache
def _files() -> dict[str, tuple[str, str]]:
    folder = Path(__file__).parent.with_name("templates")
    styles = [(folder / name).read_text(encoding="utf-8") for name in ("report.css", "mark.css")]
    script = (folder / "mark.js").read_text(encoding="utf-8")
    return {"mark.css": ("text/css", "\n".join(styles)), "mark.js": ("text/javascript", script)}


def _read(body: bytes) -> tuple[Seen, Change]:
    """Return what a page has in view, and what it wants to change.

    Raises
    ------
    ValueError
    """
    try:
        asked = json.loads(body)
        seen = Seen(str(asked["seen"]["answer"]), str(asked["seen"]["mark"]))
        gives, points, comment = "points" in asked, asked.get("points"), asked.get("comment")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise ValueError("This is no mark.") from None
    if comment is not None and not isinstance(comment, str):
        raise ValueError("A comment is text.")
    words = None if comment is None else printable(comment).strip()
    return seen, Change(gives, None if points is None else _number(points), words)


def _number(points: object) -> float:
    if isinstance(points, int | float) and not isinstance(points, bool):
        with contextlib.suppress(OverflowError):
            if math.isfinite(points):
                return float(points)
    raise ValueError("A mark is a number.")


def application(desk: Desk, door: Door) -> Application:
    """Return the page as tornado's application."""
    parts = {"desk": desk, "door": door}
    return Application(
        [
            (door.base, _Overview, parts),
            (rf"{door.base}answer/([1-9][0-9]{{0,6}})", _Answer, parts),
            (rf"{door.base}(mark\.css|mark\.js)", _File, parts),
        ],
        default_handler_class=_Nothing,
        default_handler_args=parts,
        log_function=lambda handler: None,  # addresses hold the key
        xsrf_cookies=True,
        xsrf_cookie_name=f"{door.cookie}-xsrf",
        xsrf_cookie_kwargs=_kept_here(door),
        compress_response=False,
    )


async def serve(desk: Desk, port: int, opened: Any) -> None:
    """Serve the page until Ctrl-C or SIGTERM; what is being saved then is saved.

    Parameters
    ----------
    desk : Desk
    port : int
        0 for any that is free.
    opened : callable
        Called with the address.

    Raises
    ------
    ClassroomError
        If another program has the port.
    """
    try:
        sockets = bind_sockets(port, _HERE)
    except OSError as error:
        raise ClassroomError(f"port {port} cannot be used: {error}; name another --port") from None
    door = Door(sockets[0].getsockname()[1])
    server = HTTPServer(
        application(desk, door),
        max_body_size=_LARGEST_REQUEST,
        body_timeout=_SECONDS_TO_ASK,
        idle_connection_timeout=_SECONDS_TO_ASK,
    )
    server.add_sockets(sockets)
    ended = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    try:
        opened(door.address)
        await ended.wait()
    finally:
        server.stop()
        await server.close_all_connections()
