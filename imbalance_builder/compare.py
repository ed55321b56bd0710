"""Say where two builds of a notebook differ; pictures may differ by a shade of anti-aliasing."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import matplotlib.image
import nbformat
import numpy as np
from nbformat import NotebookNode

from imbalance_builder.source import name_of

# A picture is the same if its root mean square difference, on a scale of 0 to 255, is below this.
TOLERANCE = 2.0
PNG_IN_TEXT = re.compile(r"(?<=data:image/png;base64,)[A-Za-z0-9+/=]+")


def differences(stored: Path, rebuilt: Path) -> list[str]:
    """Return where two notebooks differ, one line each, empty if they agree.

    Parameters
    ----------
    stored, rebuilt : Path
        The committed notebook and the one made from the source just now.
    """
    if not stored.exists():
        return ["it is not there: it was never built"]
    old, new = (nbformat.read(path, as_version=4) for path in (stored, rebuilt))
    found = []
    if len(old.cells) != len(new.cells):
        found.append(f"{len(old.cells)} cells are stored, {len(new.cells)} come from the source")
    for number, (a, b) in enumerate(zip(old.cells, new.cells, strict=False), start=1):
        parts = _differing_parts(a, b)
        if parts:
            found.append(f"{name_of(number, b)}: {', '.join(parts)}")
            if "source" in parts:
                break  # what follows is shifted
    if not found and _rest(old) != _rest(new):
        found.append("the notebook's metadata")
    return found


def _differing_parts(old: NotebookNode, new: NotebookNode) -> list[str]:
    keys = sorted((set(old) | set(new)) - {"outputs"})
    parts = [key for key in keys if old.get(key) != new.get(key)]
    if not _same_outputs(old.get("outputs", []), new.get("outputs", [])):
        parts.append("outputs")
    return parts


def _rest(notebook: NotebookNode) -> dict[str, object]:
    return {key: value for key, value in notebook.items() if key != "cells"}


def _same_outputs(old: list[NotebookNode], new: list[NotebookNode]) -> bool:
    """Compare outputs exactly, but for pictures, which are compared as pictures."""
    (old_text, old_pictures), (new_text, new_pictures) = _split(old), _split(new)
    return (
        old_text == new_text
        and len(old_pictures) == len(new_pictures)
        and all(map(same_picture, old_pictures, new_pictures))
    )


def _split(outputs: list[NotebookNode]) -> tuple[list[NotebookNode], list[str]]:
    """Return the outputs with their pictures blanked, and the pictures in base64."""
    pictures: list[str] = []

    def take(match: re.Match[str]) -> str:
        pictures.append(match.group())
        return ""

    blanked = []
    for output in nbformat.from_dict(outputs):
        data = output.get("data", {})
        if "image/png" in data:
            pictures.append(data["image/png"])
            data["image/png"] = ""
        for mime in sorted(data):
            if mime.startswith("text/"):  # a figure's HTML, or the text of a widget that shows one
                data[mime] = PNG_IN_TEXT.sub(take, data[mime])
        blanked.append(output)
    return blanked, pictures


def same_picture(old: str, new: str) -> bool:
    """Say whether two PNG pictures, in base64, show the same to the eye.

    The measure is the root mean square difference of their pixels, as in matplotlib's own tests:
    another processor may draw an edge a shade lighter.
    """
    if old == new:
        return True
    a, b = (_pixels(picture) for picture in (old, new))
    return a.shape == b.shape and float(np.sqrt(np.mean((a - b) ** 2))) < TOLERANCE


def _pixels(picture: str) -> np.ndarray:
    image = matplotlib.image.imread(io.BytesIO(base64.b64decode(picture)), format="png")
    return np.asarray(image, dtype=float) * 255
