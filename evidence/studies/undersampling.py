"""What does undersampling cost, and what does it save in time?

Guides keep it for very many rows; some say that nothing is lost at one to one. Every arm is tuned
by the same budget, because settings that suit all rows do not suit a hundredth of them. The ratio
is a dial: one negative for each positive, ten, or all.
"""

from imbalance_evidence.study import Comparison, Study, grid

SMALL = ["gauss n=4000 prevalence=0.02", "nonlinear n=4000 prevalence=0.02"]
LARGE = ["gauss n=30000 prevalence=0.005", "nonlinear n=30000 prevalence=0.005"]
KEPT = ["nothing", "undersample ratio=10", "undersample ratio=1"]
NOTHING = {"treatment": "nothing"}


def kept(ratio: int) -> dict[str, str]:
    """Return the arm with so many negatives for each positive."""
    return {"treatment": f"undersample ratio={ratio}"}


def ranks_no_less(name: str, advice: str, ratio: int) -> Comparison:
    """Compare the ranking with that of all rows, both tuned."""
    return Comparison(
        name,
        advice,
        measure="average_precision",
        arm=kept(ratio),
        against=NOTHING,
        margin=0.02,
        expects="no less",
        by=("model", "data"),
        where={"tuned": True},
    )


STUDY = Study(
    grids=[
        grid(
            20,
            data=SMALL,
            model=["logistic", "forest", "boosting"],
            treatment=KEPT,
            tuned=[False, True],
        ),
        grid(20, data=LARGE, model=["logistic", "boosting"], treatment=KEPT, tuned=[False, True]),
    ],
    comparisons=[
        ranks_no_less("one-to-one", "One negative for each positive is enough to learn from.", 1),
        ranks_no_less(
            "one-to-ten", "Ten negatives for each positive are enough to learn from.", 10
        ),
        Comparison(
            "time",
            "With one negative for each positive a model takes less than half the time to fit.",
            measure="seconds_to_fit",
            arm=kept(1),
            against=NOTHING,
            margin=0.5,
            expects="less",
            by=("model", "data"),
            where={"tuned": True},
            relative=True,
        ),
        Comparison(
            "default-boosting",
            "Undersampling one to one makes models with default settings rank better.",
            measure="average_precision",
            arm=kept(1),
            against=NOTHING,
            margin=0.02,
            expects="more",
            by=("model", "data"),
            where={"tuned": False},
        ),
    ],
)
