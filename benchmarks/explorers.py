"""How long an explorer takes from the press of a key to the picture that answers it.

In headless Chromium against a JupyterLab of its own: the key goes through the browser, the server
and the kernel, and the time is taken when the new picture has been painted. Half of the answers
are to come within 100 ms, which feels immediate.
"""

from __future__ import annotations

import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from playwright.sync_api import Locator, Page, sync_playwright
from rich.console import Console
from rich.table import Table

PRESSES = 40
PROMISED = 100  # ms, at the median
CELLS = {
    "threshold, 12,000 rows": "threshold_explorer(y, score)",
    "prevalence": "prevalence_explorer()",
    "SMOTE": "smote_explorer(*make_two_clouds(240, random_state=1))",
    "focal": "focal_explorer()",
}
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
SETUP = """\
from imbalance_lab.datasets import make_gauss, make_two_clouds
from imbalance_lab.explorers import *
_, y, score = make_gauss(12_000, prevalence=0.01, return_proba=True, random_state=0)"""
WATCH = """
explorer => {
    const painted = then => requestAnimationFrame(() => requestAnimationFrame(then));
    explorer.addEventListener("keydown", () => { explorer.pressed = performance.now(); }, true);
    explorer.querySelector("img").addEventListener("load", () => painted(() => {
        explorer.dataset.answered = performance.now() - explorer.pressed;
    }));
}"""


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """Serve a folder; yield the address, token included."""
    token = secrets.token_hex(16)
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--log-level=ERROR"]
    options = [f"--ServerApp.root_dir={folder}", f"--ServerApp.port={port}"]
    options += [f"--IdentityProvider.token={token}", "--ServerApp.allow_root=True"]
    environment = os.environ | {"JUPYTER_CONFIG_DIR": str(folder / "config")}
    server = subprocess.Popen(
        [*command, *options],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://localhost:{port}"
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/api?token={token}").close()
                break
            except OSError:
                time.sleep(0.25)
        yield f"{address}/lab/tree/explorers.ipynb?token={token}"
    finally:
        server.terminate()
        server.wait()


def open_and_run(page: Page, address: str) -> list[Locator]:
    """Open the notebook, run it, and return its explorers."""
    page.set_default_timeout(120_000)
    page.goto(address)
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    page.locator(".jp-NotebookPanel-toolbar").get_by_text("Python 3").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    live = page.locator(".imbalance-lab-live")
    live.nth(len(CELLS) - 1).wait_for()
    return live.all()


def answers(page: Page, explorer: Locator, presses: int = PRESSES) -> list[float]:
    """Press keys, one after the other, and return how many milliseconds each answer took."""
    explorer.evaluate(WATCH)
    slider, found = explorer.get_by_role("slider").first, []
    slider.focus()
    for number in range(presses + 3):
        explorer.evaluate("explorer => { delete explorer.dataset.answered; }")
        page.keyboard.press("ArrowRight" if number % 2 else "ArrowLeft")
        while (answered := explorer.get_attribute("data-answered")) is None:
            page.wait_for_timeout(5)
        found.append(float(answered))
    return found[3:]  # the first ones warm up


def main() -> int:
    """Measure and print the table; return 1 if a median is above what is promised."""
    table = Table("explorer", "median (ms)", "nine in ten (ms)", "slowest (ms)", title="Explorers")
    late = False
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        cells = [nbformat.v4.new_code_cell(code) for code in (SETUP, *CELLS.values())]
        made = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
        nbformat.write(made, Path(folder) / "explorers.ipynb")
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        with jupyterlab(Path(folder)) as address:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            for name, explorer in zip(CELLS, open_and_run(page, address), strict=True):
                explorer.scroll_into_view_if_needed()
                times = sorted(answers(page, explorer))
                median = statistics.median(times)
                late |= median > PROMISED
                nine = times[int(0.9 * len(times))]
                table.add_row(name, f"{median:.0f}", f"{nine:.0f}", f"{times[-1]:.0f}")
        browser.close()
    Console().print(table)
    return int(late)


if __name__ == "__main__":
    sys.exit(main())
