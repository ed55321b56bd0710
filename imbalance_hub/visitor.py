"""Somebody who comes to the hub by HTTP, as a browser does, and to kernels by their protocol."""

from __future__ import annotations

import html
import json
import re
import time
import uuid
from typing import Any
from urllib.parse import quote

import httpx
import websocket

PATIENCE = 180.0  # seconds that a server may take to start


class Visitor:
    """A person with a browser's cookies and, once logged in, a token of her own.

    Parameters
    ----------
    address : str
        Of the hub, without a slash at its end.
    name : str
    """

    def __init__(self, address: str, name: str) -> None:
        self.address, self.name = address, name
        self.browser = httpx.Client(follow_redirects=True, timeout=60)
        self.token = ""

    def log_in(self, password: str) -> httpx.Response:
        """Fill in the form, and return the page that comes of it; then take a token."""
        self.browser.get(f"{self.address}/hub/login")
        page = self.browser.post(
            f"{self.address}/hub/login",
            params={"_xsrf": self._hubs_cookie()},
            data={"username": self.name, "password": password},
            follow_redirects=False,
        )
        if page.status_code == 302:
            made = self.browser.post(
                f"{self.address}/hub/api/users/{self.name}/tokens",
                headers={"X-XSRFToken": self._hubs_cookie()},
                json={"note": "rehearsal"},
            )
            self.token = str(made.raise_for_status().json()["token"])
        return page

    def _hubs_cookie(self) -> str:
        found = [
            c.value for c in self.browser.cookies.jar if (c.name, c.path) == ("_xsrf", "/hub/")
        ]
        return found[0] or "" if found else ""

    def visit(self, path: str) -> httpx.Response:
        """Return a page as the browser shows it, with cookies and redirects."""
        return self.browser.get(f"{self.address}{path}")

    def authorize(self, page: httpx.Response) -> httpx.Response:
        """Click the button of the hub's page that asks whether a server may know who one is."""
        fields: dict[str, list[str]] = {}
        for name, value in re.findall(r'type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', page.text):
            fields.setdefault(name, []).append(html.unescape(value))
        return self.browser.post(page.url, data=fields, headers={"Referer": str(page.url)})

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Ask an interface of the hub or of a server, with the token and no cookies."""
        headers = {"Authorization": f"token {self.token}"} if self.token else {}
        return httpx.request(
            method,
            f"{self.address}{quote(path, safe='/?=&%')}",
            headers=headers,
            timeout=60,
            **more,
        )

    def start_server(self, owner: str = "", options: dict[str, Any] | None = None) -> None:
        """Start one's own server or another's, and wait until it is ready.

        Raises
        ------
        PermissionError
            If the hub refuses.
        TimeoutError
            If it is not ready in time.
        """
        path = f"/hub/api/users/{owner or self.name}/server"
        end = time.monotonic() + PATIENCE
        while (asked := self.ask("POST", path, json=options or {})).status_code == 429:
            if time.monotonic() > end:
                raise TimeoutError(f"{path}: the hub is busy")
            time.sleep(1)
        if asked.status_code not in (201, 202):
            raise PermissionError(f"{path}: {asked.status_code} {asked.text}")
        while asked.status_code == 202 and time.monotonic() < end:
            done = self.ask("GET", f"{path}/progress").text
            if '"ready": true' in done:
                return
            if '"failed": true' in done:
                raise TimeoutError(f"{path}: {done}")
        if asked.status_code == 202:
            raise TimeoutError(f"{path}: not ready after {PATIENCE:g} s")

    def kernel(self, owner: str = "") -> Kernel:
        """Start a kernel on one's own server or another's."""
        base = f"/user/{owner or self.name}/api/kernels"
        made = self.ask("POST", base, json={}).raise_for_status().json()
        return Kernel(f"{self.address}{base}/{made['id']}/channels", self.token)

    def terminal(self, command: str, owner: str = "") -> str:
        """Run a command of the shell in a terminal of JupyterLab, and return what it shows."""
        base = f"/user/{owner or self.name}"
        name = self.ask("POST", f"{base}/api/terminals", json={}).raise_for_status().json()["name"]
        line = _connect(f"{self.address}{base}/terminals/websocket/{name}", self.token)
        line.send(json.dumps(["stdin", f"{command}; echo en''d\r"]))
        shown = ""
        while not re.search(r"^end", shown, re.MULTILINE):
            kind, *parts = json.loads(line.recv())
            shown += parts[0] if kind == "stdout" else ""
        line.close()
        self.ask("DELETE", f"{base}/api/terminals/{name}")
        return shown


class Kernel:
    """A kernel at the other end of a server's socket."""

    def __init__(self, address: str, token: str) -> None:
        self.socket = _connect(address, token)

    def run(self, code: str) -> str:
        """Run a cell, and return what it prints; a failure is the error's name and message."""
        number = uuid.uuid4().hex
        header = {"msg_id": number, "msg_type": "execute_request", "session": number[:8]}
        content = {"code": code, "silent": False, "stop_on_error": False, "allow_stdin": False}
        message = {
            "header": {**header, "username": "", "version": "5.3"},
            "parent_header": {},
            "metadata": {},
            "content": {**content, "user_expressions": {}, "store_history": True},
            "channel": "shell",
            "buffers": [],
        }
        self.socket.send(json.dumps(message))
        said = ""
        while True:
            answer = self._read()
            if answer["parent_header"].get("msg_id") != number:
                continue
            kind, content = answer["header"]["msg_type"], answer["content"]
            if kind == "stream":
                said += content["text"]
            elif kind == "error":
                said += f"{content['ename']}: {content['evalue']}"
            elif kind == "status" and content["execution_state"] == "idle":
                return said

    def _read(self) -> dict[str, Any]:
        """Return the next message; pictures, which come with buffers, are passed over."""
        while isinstance(read := self.socket.recv(), bytes):
            pass
        message: dict[str, Any] = json.loads(read)
        return message


def _connect(address: str, token: str) -> websocket.WebSocket:
    made: websocket.WebSocket = websocket.create_connection(
        address.replace("http", "ws", 1), header=[f"Authorization: token {token}"], timeout=300
    )
    return made
