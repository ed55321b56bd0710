"""The laboratory's runner: executes studies, keeps their rows, and draws verdicts from them.

What a lesson reads, and the fair trial that it can repeat, live in `imbalance_lab.evidence`.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STUDIES = ROOT / "evidence" / "studies"
ROWS = ROOT / "evidence" / "rows"
RESULTS = ROOT / "imbalance_lab" / "evidence" / "results"
