"""Does the ratio of the classes say how hard a problem is, or the count of positives?

Guides grade imbalance by its ratio. The count of positives limits what can be learned; the ratio
decides how many false alarms a hit costs. So learning is measured by what the ratio of the test
rows cannot change, ROC AUC, and acting by what it does change, average precision.
"""

from imbalance_evidence.study import Comparison, Study, grid

FAMILIES = ["gauss", "nonlinear"]


def line(family: str, rows: int, prevalence: float) -> str:
    """Return a line of data."""
    return f"{family} n={rows} prevalence={prevalence}"


def change(family: str, what: str) -> tuple[str, str]:
    """Return the data before and after ten times as many negatives, or positives."""
    few = line(family, 2000, 0.02)  # 40 positives
    return few, line(family, 20000, {"negatives": 0.002, "both": 0.02}[what])


def compare(name: str, advice: str, measure: str, what: str, expects: str) -> list[Comparison]:
    """Compare after with before in each family."""
    return [
        Comparison(
            f"{name}-{family}",
            advice,
            measure=measure,
            arm={"data": change(family, what)[1]},
            against={"data": change(family, what)[0]},
            margin=0.02,
            expects=expects,
            by=("model", "world"),
        )
        for family in FAMILIES
    ]


STUDY = Study(
    grids=[
        grid(
            30,
            data=[line(f, *size) for f in FAMILIES for size in ((2000, 0.02), (20000, 0.002))],
            model=["logistic", "boosting", "neighbours n_neighbors=25"],
        ),
        grid(
            30,
            data=[line(f, 20000, 0.02) for f in FAMILIES],
            model=["logistic", "boosting", "neighbours n_neighbors=25"],
        ),
    ],
    comparisons=[
        *compare(
            "ratio-learning",
            "Ten times as many negatives make a class harder to learn.",
            "roc_auc",
            "negatives",
            "less",
        ),
        *compare(
            "count-learning",
            "Ten times as many rows of both classes make it easier to learn.",
            "roc_auc",
            "both",
            "more",
        ),
        *compare(
            "ratio-acting",
            "Ten times as many negatives make it harder to act on what was learned.",
            "average_precision",
            "negatives",
            "less",
        ),
    ],
)
