"""Measure where the rungs of lesson 12's curve lie, and how far off honest promises are.

    python benchmarks/capstone_curve.py --companies 62
    python benchmarks/capstone_curve.py --companies 62 --ladder    # companies like the ladder's

`UNIT` in `imbalance_lab.exercises.companies` is the last of these numbers, rounded, and `CURVE` has
the rungs of `--ladder`. Well-made detectors are the right answers of `tests/answers/capstone.py`.
About a minute for 20 companies.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from imbalance_lab.datasets import Company, make_company
from imbalance_lab.exercises.companies import company, saved_by
from imbalance_oracles.capstone import ladder_at

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

FOUR = 4  # companies in the graded cell
DRAWS = 2000


def measured(one: Company) -> dict[str, float]:
    """Return what each rung and each well-made detector saves at one company, and a promise."""
    from answers import capstone as student

    row = ladder_at(one)
    for fit in (
        student.regularised_boosting,
        student.regularised_lightgbm,
        student.calibrated_forest,
        student.open_rows_are_legitimate_day_by_day,
    ):
        row[fit.__name__] = saved_by(one, fit(one.train).decide(one.later))
    row["promise minus kept"] = student.one_month(one.train) - row["reference"]
    return row


def main() -> None:
    """Measure, and print one table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--companies", type=int, default=20)
    parser.add_argument("--ladder", action="store_true", help="companies where nothing is new")
    asked = parser.parse_args()
    count, draw = asked.companies, make_company if asked.ladder else company
    runs = pd.DataFrame([measured(draw(seed)) for seed in range(1000, 1000 + count)])
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
