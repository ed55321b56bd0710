"""Measure where the rungs of lesson 12's curve lie, and how far off honest promises are.

    python benchmarks/capstone_curve.py --companies 60

`CURVE` and `UNIT` in `imbalance_lab.exercises.companies` are these numbers, rounded. Well-made
detectors are the right answers of `tests/answers/capstone.py`. About a minute for 20 companies.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from imbalance_lab.datasets import make_company
from imbalance_lab.exercises.companies import saved_by
from imbalance_oracles.capstone import rungs

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

FOUR = 4  # companies in the graded cell
DRAWS = 2000


def measured(seed: int) -> dict[str, float]:
    """Return what each rung and each well-made detector saves at one company, and a promise."""
    from answers import capstone as student

    company = make_company(seed)
    row = rungs(seed)
    for fit in (
        student.regularised_boosting,
        student.regularised_lightgbm,
        student.calibrated_forest,
        student.known_rows_day_by_day,
    ):
        row[fit.__name__] = saved_by(company, fit(company.train).decide(company.later))
    row["promise minus kept"] = student.one_month(company.train) - row["reference"]
    return row


def main() -> None:
    """Measure, and print one table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--companies", type=int, default=20)
    count = parser.parse_args().companies
    runs = pd.DataFrame([measured(seed) for seed in range(1000, 1000 + count)])
    rng = np.random.default_rng(0)
    draws = pd.DataFrame(
        [runs.iloc[rng.choice(count, FOUR, replace=False)].mean() for _ in range(DRAWS)]
    )
    relative = draws.div(draws["reference"], axis=0)
    relative["promise minus kept"] = draws["promise minus kept"]
    print(f"share of what the reference saves, on {DRAWS} draws of {FOUR} of {count} companies")
    table = relative.describe(percentiles=[0.05, 0.5, 0.95]).T
    print(table[["mean", "std", "5%", "50%", "95%"]].round(3).to_string())


if __name__ == "__main__":
    main()
