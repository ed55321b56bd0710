"""Run every solution as other processors would, and compare the same stored outputs.

    python tests/processors.py            every setting, a few minutes each
    python tests/processors.py Zen SSE    those whose name has one of these words

NumPy, OpenBLAS, PyTorch and the C library choose their code by the processor, and can be told to
choose as on an older one. What needs instructions that are missing here is left out and said so.
Ends with a table for docs/machines.md, and with code 1 if an output differed.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
JOBS = os.environ.get("JOBS", "2")
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}

AVX512 = "X86_V4 AVX512_ICL AVX512_SPR"
LIBM = "glibc.cpu.hwcaps=-AVX512F,-AVX2,-FMA,-FMA4"


@dataclass(frozen=True)
class Setting:
    """A machine to run as: what to set, and what this machine must have for it.

    Parameters
    ----------
    name : str
        How the table calls it.
    environment : dict of str to str
        Environment variables.
    needs : str
        A feature as NumPy names it, empty for none.
    """

    name: str
    environment: dict[str, str]
    needs: str = ""


def older(name: str, core: str, torch: str = "default", needs: str = "", **more: str) -> Setting:
    """Return a setting without AVX-512, and without AVX2 unless that is what it needs."""
    off = AVX512 if needs == "X86_V3" else f"{AVX512} X86_V3"
    environment = {"OPENBLAS_CORETYPE": core, "NPY_DISABLE_CPU_FEATURES": off}
    return Setting(name, environment | {"ATEN_CPU_CAPABILITY": torch} | more, needs)


EVERYWHERE = [
    Setting("this machine, nothing set", {}),
    Setting("ties sorted at random, another seed", {"RANDOM_TIES": "1"}),
    Setting("last bits moved at random", {"LAST_BITS": "1"}),
    Setting("last bits moved at random, another seed", {"LAST_BITS": "2"}),
]
# Every core that NumPy's and SciPy's OpenBLAS is built for; it takes any other for one of these.
PROCESSORS = {
    "x86_64": [
        Setting("AVX-512 (Skylake-X)", {"OPENBLAS_CORETYPE": "SkylakeX"}, "X86_V4"),
        older("AVX2 (Haswell, Zen)", "Haswell", "avx2", needs="X86_V3"),
        older("AVX (Sandy Bridge)", "Sandybridge", needs="AVX"),
        older("SSE4 (Nehalem), C library without FMA", "Nehalem", GLIBC_TUNABLES=LIBM),
        older("SSE3 (Prescott)", "Prescott"),
    ],
    "aarch64": [
        Setting(f"ARM ({core})", {"OPENBLAS_CORETYPE": core}, needs)
        for core, needs in {
            "ARMV8": "",
            "CORTEXA57": "",
            "THUNDERX2T99": "",
            "NEOVERSEN1": "",
            "NEOVERSEV1": "SVE",
        }.items()
    ],
}

ACTIVE = """\
import warnings; warnings.simplefilter("ignore")
import numpy, scipy.linalg, threadpoolctl
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
found = [name for name in __cpu_dispatch__ if __cpu_features__[name]]
blas = {lib["architecture"] for lib in threadpoolctl.threadpool_info() if "architecture" in lib}
print(f"{found[-1] if found else 'baseline'} | {' '.join(sorted(blas))}")
"""


def settings(words: list[str]) -> list[Setting]:
    """Return what to run as, here; every word must be part of a name."""
    known = EVERYWHERE + PROCESSORS.get(platform.machine().replace("AMD64", "x86_64"), [])
    for word in words:
        if not any(word in setting.name for setting in known):
            names = "\n  ".join(setting.name for setting in known)
            sys.exit(f"no setting has {word!r} in its name; there are\n  {names}")
    return [s for s in known if not words or any(word in s.name for word in words)]


def main(words: list[str]) -> int:
    """Run the settings one after the other, print the table, return the exit code."""
    rows, chosen, failed = [], settings(words), False
    with tempfile.TemporaryDirectory(prefix="processors-") as folder:
        for number, setting in enumerate(chosen, 1):
            print(f"{number}/{len(chosen)} {setting.name} ...", flush=True)
            started = time.monotonic()
            active, result = run(setting, Path(folder) / f"{number}.xml")
            failed |= result not in ("none", LEFT_OUT)
            print(
                f"    {active}; outputs that differ: {result}; {time.monotonic() - started:.0f} s"
            )
            rows.append(f"| {setting.name} | {active} | {result} |")
    print(
        f"\n{time.strftime('%Y-%m-%d')}, {versions()}\n",
        "| run as | NumPy's code | OpenBLAS's | outputs that differ |",
        "| --- | --- | --- | --- |",
        *rows,
        sep="\n",
    )
    return int(failed)


LEFT_OUT = "left out: this processor lacks it"


def run(setting: Setting, report: Path) -> tuple[str, str]:
    """Run all solutions; return what was active, and which notebooks differed."""
    if setting.needs and setting.needs not in features():
        return "- | -", LEFT_OUT
    environment = os.environ | ONE_THREAD | {"PYTHONHASHSEED": "0"} | setting.environment
    active = subprocess.run(
        [sys.executable, "-c", ACTIVE], env=environment, capture_output=True, text=True, check=False
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "solutions", "-n", JOBS, "--dist", "loadfile", "-q"]
        + ["--nbval", "--nbval-sanitize-with", "tests/nbval.cfg", f"--junitxml={report}"]
        + ([] if importlib.util.find_spec("torch") else ["--ignore-glob=*-pytorch.ipynb"]),
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stdout)
    return active.stdout.strip() or "it did not start | -", differing(report)


def differing(report: Path) -> str:
    """Return the notebooks whose cells failed and the cells' numbers, or "none"."""
    if not report.exists():
        return "nothing ran"
    cells = list(ElementTree.parse(report).iter("testcase"))
    bad: dict[str, list[str]] = {}
    for cell in cells:
        if cell.find("failure") is not None or cell.find("error") is not None:
            notebook = cell.get("classname", "").split(".")[-1]
            bad.setdefault(notebook, []).extend(re.findall(r"\d+$", cell.get("name", "")))
    found = "; ".join(f"{notebook} {', '.join(numbers)}" for notebook, numbers in bad.items())
    return found or ("none" if cells else "nothing ran")


def features() -> set[str]:
    """Return what NumPy finds in this processor."""
    from numpy._core._multiarray_umath import __cpu_features__ as found

    return {name for name, there in found.items() if there}


def versions() -> str:
    """Return the versions that decide the numbers."""
    import numpy
    import scipy
    import sklearn

    blas = numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]["version"]
    return (
        f"Python {platform.python_version()}, NumPy {numpy.__version__} (OpenBLAS {blas}),"
        f" SciPy {scipy.__version__}, scikit-learn {sklearn.__version__}, {platform.machine()}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
