"""A forked kernel is what one that starts cold would be, and belongs to whoever asked for it."""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path

import nbformat
import pytest
from jupyter_client import KernelManager
from nbclient import NotebookClient
from warm_kernels import CAN_FORK, forked_kernels

from imbalance_builder.execute import kernel_sockets
from imbalance_grader.texts import aside

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="kernels are forked on Linux alone")

# What a library finds out about where it runs, and what the kernel was told.
FOUND_OUT = """\
import sys
course = [name for name in sys.modules if name.startswith("imbalance_lab")]
from imbalance_sandbox.warm import STUDENT_MODULES, import_all
import_all(STUDENT_MODULES)
import json, os, warnings, matplotlib.pyplot as plt, numpy as np, pandas as pd, sklearn
from pandas._config.config import _select_options
# ---
plt.plot([1, 2]);
# ---
print(json.dumps({
    "course": course,
    "folder": os.getcwd(),
    "argv": [one for one in sys.argv[1:] if not one.endswith(".json")],
    "environment": {name: text for name, text in os.environ.items() if "JPY" not in name},
    "path": sys.path,
    "pandas": {name: repr(pd.get_option(name)) for name in _select_options("all")},
    "matplotlib": {name: repr(value) for name, value in plt.rcParams.items()},
    "interactive": plt.isinteractive(),
    "numpy": repr(np.get_printoptions()) + repr(np.geterr()),
    "scikit-learn": sklearn.get_config(),
    "warnings": sorted(map(repr, warnings.filters)),
    "main": sorted(name for name in globals() if not name.startswith("_")),
    "streams": [repr(type(one)) for one in (sys.stdin, sys.stdout, sys.stderr)],
    "interrupts": repr(__import__("signal").getsignal(2)),
    "collects": __import__("gc").isenabled(),
}))
# ---
print(np.random.random())
"""


def ran(folder: Path, warm: bool) -> list[nbformat.NotebookNode]:
    """Return the outputs of the cells, run in a kernel of either kind."""
    code = nbformat.v4.new_code_cell
    notebook = nbformat.v4.new_notebook(cells=[code(s) for s in FOUND_OUT.split("# ---\n")])
    with kernel_sockets() as config, forked_kernels() if warm else contextlib.nullcontext():
        where = {"metadata": {"path": str(folder)}}
        NotebookClient(notebook, config=config, resources=where).execute(env=dict(os.environ))
    return [cell.outputs for cell in notebook.cells]


def test_it_finds_out_what_a_cold_one_does(tmp_path):
    # Another server of this process, which has imported the course: no kernel may come from it.
    process = aside._CONTEXT.Process(target=time.time)
    process.start()
    process.join()
    (_, cold, told, drawn), (_, warm, said, other), (*_, another) = (
        ran(tmp_path, warm) for warm in (False, True, True)
    )
    assert json.loads(said[0].text) == json.loads(told[0].text)
    assert [sorted(output.data) for output in warm] == [sorted(output.data) for output in cold]
    assert len({one[0].text for one in (drawn, other, another)}) == 3  # nobody has set a seed
    assert ["image/png", "text/plain"] in [sorted(output.data) for output in warm]


def test_it_is_interrupted_alone_and_ends_when_it_is_told():
    with contextlib.ExitStack() as stack:
        stack.enter_context(forked_kernels())
        kernels = [KernelManager(config=stack.enter_context(kernel_sockets())) for _ in range(2)]
        clients = []
        for kernel in kernels:
            kernel.start_kernel()
            stack.callback(kernel.shutdown_kernel, now=True)
            clients.append(kernel.blocking_client())
            clients[-1].start_channels()
            clients[-1].wait_for_ready(timeout=60)
        pids = [kernel.provisioner.pid for kernel in kernels]
        assert len({os.getpgid(pid) for pid in pids} - {os.getpgid(0)}) == 2

        asked = [client.execute("import time; time.sleep(2)") for client in clients]
        time.sleep(0.5)
        assert {Path(f"/proc/{pid}/cwd").readlink() for pid in pids} == {Path.cwd()}
        kernels[0].interrupt_kernel()
        replies = [client.get_shell_msg(timeout=30) for client in clients]
        assert [reply["parent_header"]["msg_id"] for reply in replies] == asked
        assert [reply["content"]["status"] for reply in replies] == ["error", "ok"]

        kernels[0].shutdown_kernel(now=True)
        assert not kernels[0].is_alive()
        assert kernels[1].is_alive()
    assert not kernels[1].is_alive()
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
