"""Let the Jupyter server answer while Validate works.

nbgrader's Validate runs the whole notebook in the one thread in which the server answers everybody:
for half a minute no cell shows a result and nothing is saved. Here it runs in a thread of its own.
Jupyter loads this by ``labconfig/server.json``.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "imbalance_lab.server"}]


def _load_jupyter_server_extension(app: Any) -> None:
    try:
        from nbgrader.server_extensions.validate_assignment import handlers
    except ImportError:  # then there is no such button
        return
    from tornado import web

    async def post(self: Any) -> None:
        try:
            path = self.get_argument("path")
        except web.MissingArgumentError:
            path = self.get_json_body()["path"]
        self.finish(json.dumps(await asyncio.to_thread(self.validate_notebook, path)))

    handlers.ValidateAssignmentHandler.post = web.authenticated(post)
