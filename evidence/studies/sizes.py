"""To catch more fraud, does a better model help, or does that depend on how much there is to learn?

On the transactions of this course a straight line is nearly right, so that a flexible model has
little to find, and needs many rows to find it. From 3,000 to 192,000 rows, both sides at their
defaults and boosting regularised as well. What a model can do with a customer's own history is the
question of the study `customers`.
"""

from imbalance_evidence.study import Comparison, Study, grid

DATA = [f"transactions n={n}" for n in (3000, 12000, 48000, 192000)]
REGULARISED = "lightgbm reg_lambda=10 min_child_weight=1 num_leaves=8 learning_rate=0.05"


def better(name: str, model: str, advice: str) -> Comparison:
    """Compare boosting with logistic regression, size by size."""
    return Comparison(
        name,
        advice,
        measure="average_precision",
        arm={"model": model},
        against={"model": "logistic"},
        margin=0.02,
        expects="more",
        by=("data",),
    )


STUDY = Study(
    grids=[grid(15, data=DATA, model=["logistic", "lightgbm", REGULARISED])],
    comparisons=[
        better("regularised", REGULARISED, "To catch more fraud, get a better model."),
        better("default", "lightgbm", "Boosting at its defaults catches more fraud than a line."),
    ],
)
