"""While Validate works, the Jupyter server answers."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest
from nbgrader.server_extensions.validate_assignment import handlers
from tornado import httpserver, netutil, web
from tornado.httpclient import AsyncHTTPClient

import imbalance_lab.server as extension


def test_jupyter_finds_the_extension():
    assert extension._jupyter_server_extension_points() == [{"module": extension.__name__}]
    assert callable(extension._load_jupyter_server_extension)


def test_another_request_is_answered_before_the_notebook_is_validated(monkeypatch):
    answered = threading.Event()

    class Validate(web.RequestHandler):
        current_user = "ada"

        def validate_notebook(self, path: str) -> dict:
            return {"path": path, "success": answered.wait(60)}

    class Other(web.RequestHandler):
        def get(self) -> None:
            answered.set()

    monkeypatch.setattr(handlers, "ValidateAssignmentHandler", Validate)
    extension._load_jupyter_server_extension(None)
    assert Validate.post.__wrapped__  # who is not logged in validates nothing

    async def both() -> dict:
        (socket,) = netutil.bind_sockets(0, "127.0.0.1")
        server = httpserver.HTTPServer(web.Application([("/validate", Validate), ("/", Other)]))
        server.add_sockets([socket])
        base = f"http://127.0.0.1:{socket.getsockname()[1]}"
        ask = AsyncHTTPClient(force_instance=True).fetch
        slow = asyncio.ensure_future(ask(f"{base}/validate", method="POST", body="path=a.ipynb"))
        await asyncio.sleep(0.1)
        await ask(f"{base}/")
        found = await slow
        server.stop()
        return json.loads(found.body)

    assert asyncio.run(both()) == {"path": "a.ipynb", "success": True}


@pytest.mark.parametrize("name", ["validate_notebook", "get_argument", "get_json_body"])
def test_what_is_taken_from_nbgraders_handler_is_there(name):
    assert callable(getattr(handlers.ValidateAssignmentHandler, name))
