"""Which estimate on the day of training says what the next month will bring?

A company has old rows whose labels are final and new ones whose labels are open. It can judge its
detector from memory, by a random split, on the newest days without the open rows, or by going back
to a day whose next month is final by now, with what was known on it. Fraud drifts one way, the
other way, or not at all.
"""

from imbalance_evidence.study import Comparison, Study, grid

DATA = [f"company drift={drift}" for drift in (-1, 0, 1)]
MODELS = ["logistic", "lightgbm reg_lambda=10 min_child_weight=1 num_leaves=8 learning_rate=0.05"]
ESTIMATES = ["memory", "random_split", "newest_days", "past_as_known"]


def honest(estimate: str, advice: str) -> Comparison:
    """Say that an estimate does not promise more than comes."""
    return Comparison(
        estimate.replace("_", "-"),
        advice,
        measure="excess",
        arm={"estimate": estimate},
        against=0.0,
        margin=0.03,
        expects="no more",
        by=("model", "data"),
    )


STUDY = Study(
    grids=[grid(40, "backtest", data=DATA, model=MODELS, estimate=ESTIMATES)],
    comparisons=[
        honest("past_as_known", "The past as it was known does not promise too much."),
        honest("random_split", "A random split does not promise too much."),
        honest("newest_days", "The newest days without their open rows do not promise too much."),
        honest("memory", "The rows of training do not promise too much."),
        Comparison(
            "nearest",
            "The past as it was known comes nearer to the truth than a random split.",
            measure="distance",
            arm={"estimate": "past_as_known"},
            against={"estimate": "random_split"},
            margin=0.01,
            expects="less",
            by=("model", "data"),
        ),
    ],
)
