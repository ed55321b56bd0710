"""What cells showed, as notebook outputs; a student's are rebuilt, not believed."""

from __future__ import annotations

from typing import Any

from imbalance_lab.printable import printable

_MIMES = {
    "text/plain",
    "text/html",
    "text/markdown",
    "text/latex",
    "image/png",
    "image/jpeg",
    "image/svg+xml",
}
_LONGEST_TEXT = 300


def stopped_by(outputs: list[Any]) -> str:
    """Return the error that ended a cell, with the line where it happened; "" where none did.

    Parameters
    ----------
    outputs : list
        As a student's process sent them, unchecked.
    """
    errors = [o for o in outputs if type(o) is dict and o.get("output_type") == "error"]
    if not errors:
        return ""
    last = errors[-1]
    name, message, line = (_text_of(last, key).strip() for key in ("ename", "evalue", "line"))
    number = last.get("line_number")
    said = f"{name}: {message.splitlines()[0]}" if message else name
    where = f", in line {number}" if type(number) is int and 0 < number < 1_000_000 else ""
    where += f": {line}" if where and line else ""
    return f"{said[:_LONGEST_TEXT]}{where[:_LONGEST_TEXT]}"


def stream(text: str) -> dict[str, Any]:
    """Return what was printed."""
    return {"output_type": "stream", "name": "stdout", "text": printable(text)}


def error(name: str, message: str) -> dict[str, Any]:
    """Return an error."""
    message = printable(message)
    lines = message.splitlines() or [name]
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": lines}


def shown(kind: str, data: dict[str, str]) -> dict[str, Any]:
    """Return what was displayed, or a last value."""
    return {"output_type": kind, "data": data, "metadata": {}}


def checked(outputs: list[Any]) -> list[dict[str, Any]]:
    """Return what a student's process says it showed, rebuilt; what is no output is dropped."""
    checked = (_one(output) for output in outputs if type(output) is dict)
    return [output for output in checked if output is not None]


def _one(output: dict[str, Any]) -> dict[str, Any] | None:
    kind = output.get("output_type")
    if kind == "stream" and output.get("name") in ("stdout", "stderr"):
        return {"output_type": "stream", "name": output["name"], "text": _text_of(output, "text")}
    if kind == "error":
        lines = output.get("traceback")
        lines = lines if type(lines) is list else []
        return {
            "output_type": "error",
            "ename": _text_of(output, "ename"),
            "evalue": _text_of(output, "evalue"),
            "traceback": [printable(line) for line in lines if type(line) is str],
        }
    if kind in ("display_data", "execute_result") and type(output.get("data")) is dict:
        return shown(
            kind,
            {
                mime: printable(text)
                for mime, text in output["data"].items()
                if mime in _MIMES and type(text) is str
            },
        )
    return None


def _text_of(output: dict[str, Any], key: str) -> str:
    value = output.get(key)
    if type(value) is list:
        value = "".join(part for part in value if type(part) is str)
    return printable(value) if type(value) is str else ""
