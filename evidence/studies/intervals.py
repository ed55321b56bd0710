"""Which intervals cover what they should, for a recall and for splits of one set?

A good detector lives at a recall near 1, where intervals for a share behave worst, so the lowest
coverage, which is exact, is taken over fine steps of ranges of recall up to 0.999. For splits of
one set two models are compared that are alike by construction, so that an interval for their
difference has to contain 0 in 95 of 100 sets.
"""

from imbalance_evidence.study import Comparison, Study, grid

RECALLS = [
    f"recall positives={n} low={low} high={high}"
    for n in (20, 50, 100)
    for low, high in ((0.5, 0.8), (0.8, 0.95), (0.95, 0.999))
]
PROMISES = [f"promise positives={n} recall=0.9" for n in (20, 60, 180)]
SPLITS = ["splits n=1000 prevalence=0.05", "splits n=1000 prevalence=0.1"]


def covers(method: str, advice: str, data: list[str], margin: float) -> Comparison:
    """Say that an interval covers as often as it states, and not by the margin less."""
    return Comparison(
        method.replace("_", "-"),
        advice,
        measure="lowest",
        arm={"method": method},
        against=0.95,
        margin=margin,
        expects="no less",
        by=("data",),
        where={"data": data},
    )


STUDY = Study(
    grids=[
        grid(
            2,
            "coverage",
            data=RECALLS,
            method=["wilson", "clopper_pearson", "jeffreys", "normal", "bootstrap"],
        ),
        grid(
            2,
            "coverage",
            data=PROMISES,
            method=["as_counted", "wilson_bound", "order_statistic"],
        ),
        grid(600, "coverage", data=SPLITS, method=["naive", "corrected"]),
    ],
    comparisons=[
        covers(
            "wilson", "Wilson's interval for a recall never falls far below 95%.", RECALLS, 0.05
        ),
        covers("jeffreys", "Jeffreys' interval never falls far below 95%.", RECALLS, 0.05),
        covers("clopper_pearson", "Clopper and Pearson's never falls below 95%.", RECALLS, 0.001),
        covers("normal", "The normal interval for a recall is good enough.", RECALLS, 0.05),
        covers("bootstrap", "The bootstrap needs no formula: it is good enough.", RECALLS, 0.05),
        covers(
            "as_counted",
            "A threshold that finds 90% of the positives at hand will find 90% of new ones.",
            PROMISES,
            0.05,
        ),
        covers(
            "wilson_bound",
            "A threshold at Wilson's bound keeps a promised recall in 95 of 100 cases.",
            PROMISES,
            0.05,
        ),
        covers(
            "order_statistic",
            "A threshold at an order statistic keeps a promised recall in 95 of 100 cases.",
            PROMISES,
            0.001,
        ),
        covers("naive", "A t interval over random splits covers in 95 of 100 sets.", SPLITS, 0.05),
        covers("corrected", "The corrected interval covers in 95 of 100 sets.", SPLITS, 0.05),
    ],
)
