"""A difference as a share of the rival: also where the rival pays nothing."""

from __future__ import annotations

import pandas as pd
import pytest

from imbalance_evidence.study import Comparison
from imbalance_evidence.summary import differences

COSTS = Comparison(
    "dearer",
    "It costs more.",
    measure="cost",
    arm={"plan": "advised"},
    against={"plan": "rival"},
    margin=0.05,
    expects="more",
    by=("data",),
    relative=True,
)


@pytest.mark.parametrize(
    ("advised", "rival", "shares"),
    [
        ((3.0, 5.0), (2.0, 2.0), [0.5, 1.5]),  # of the rival's mean over the repeats
        ((1.0, 3.0), (0.0, 0.0), [0.5, 1.5]),  # of the arm's, where the rival pays nothing
        ((0.0, 0.0), (0.0, 0.0), [0.0, 0.0]),  # nobody pays: no difference
    ],
)
def test_a_share_is_always_a_number(
    advised: tuple[float, float], rival: tuple[float, float], shares: list[float]
) -> None:
    rows = pd.DataFrame(
        [
            {"data": "one", "plan": plan, "repeat": repeat, "cost": cost}
            for plan, costs in (("advised", advised), ("rival", rival))
            for repeat, cost in enumerate(costs)
        ]
    )
    found = differences(rows, COSTS, ("data", "plan"))
    assert found["difference"].tolist() == pytest.approx(shares)


def test_each_cell_has_its_own_scale() -> None:
    rows = pd.DataFrame(
        [
            {"data": data, "plan": plan, "repeat": 0, "cost": cost}
            for data, plan, cost in [
                ("one", "advised", 3.0),
                ("one", "rival", 2.0),
                ("two", "advised", 1.0),
                ("two", "rival", 0.0),
            ]
        ]
    )
    found = differences(rows, COSTS, ("data", "plan"))
    assert found["difference"].tolist() == pytest.approx([0.5, 1.0])
