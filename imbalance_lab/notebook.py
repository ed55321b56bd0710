"""What a student's notebook shows beside plain text: a green line for a pass, a grey one for later.

Only where a person runs cells: JupyterLab, Jupyter Notebook and VS Code tell the kernel which cell
they ask for. Programs that run notebooks (nbgrader, nbval, the build) do not; there, in a terminal
and where work is graded, nothing of this happens.
"""

from __future__ import annotations

import ast
import html
import os
import sys
import textwrap
from pathlib import Path
from typing import Any

# Mixed with the colour of the text around it, each is readable in light and dark themes.
GREEN = "color-mix(in srgb, var(--jp-success-color1, #388e3c) 75%, currentColor)"
GREY = "color-mix(in srgb, currentColor 65%, transparent)"

_CHECKS = {"check", "score_quiz"}


def _folder_at_start() -> Path:
    try:
        return Path.cwd()
    except OSError:  # it was removed under the kernel
        return Path()


START = _folder_at_start()  # of the lesson; a student's own cells may change it later


def notebook_file() -> Path | None:
    """Return the file of the notebook in which this runs, None where it is not known."""
    names = getattr(this_shell(), "user_ns", {})
    # A Jupyter server tells the kernel so, VS Code the notebook.
    name = str(os.environ.get("JPY_SESSION_NAME") or names.get("__vsc_ipynb_file__", ""))
    file = START / Path(name).name
    return file if name.endswith(".ipynb") and file.is_file() else None


def this_shell() -> Any:
    """Return the IPython shell in which this runs, None where there is none."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def students_shell() -> Any:
    """Return the shell of the notebook in which a person runs a cell just now, None elsewhere."""
    shell = this_shell()
    if getattr(shell, "kernel", None) is None:
        return None
    parent = shell.parent_header or {}
    return shell if parent.get("metadata", {}).get("cellId") else None


def show_pass(name: str, says: str) -> None:
    """Show that an answer passed: a green line in a student's notebook, a printed one elsewhere."""
    text = f"{name}: {says}"
    shell = students_shell()
    if shell is None:
        print(textwrap.fill(text, 64))
    else:
        rest = f"✓ <b>{html.escape(name)}</b>: {html.escape(says)}"
        show_text(shell, text, f'<span style="color: {GREEN}">{rest}</span>')


def show_quietly(shell: Any, text: str) -> None:
    """Show one grey line in a student's notebook."""
    show_text(shell, text, f'<span style="color: {GREY}">{html.escape(text)}</span>')


def show_text(shell: Any, text: str, markup: str) -> None:
    """Show a text in a student's notebook, with its HTML beside it."""
    shell.display_pub.publish({"text/plain": text, "text/html": markup})


def answers_in(code: str) -> list[str]:
    """Return the names that the code of a cell gives to checks, in order."""
    try:
        calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    except SyntaxError:  # a cell with magic commands is no graded one
        return []
    names = [
        argument.id
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in _CHECKS
        for argument in call.args[:1]
        if isinstance(argument, ast.Name)
    ]
    return list(dict.fromkeys(names))
