"""Do batch normalisation or weight decay keep the effect of weights in long training?

Byrd and Lipton (2019) find that the effect of weights on a network's decisions fades with training,
and that L2 penalties and batch normalisation bring it back. So both are here, beside neither, in
small batches, after short and long training; by what is flagged at 0.5 and by ranking.
"""

from imbalance_evidence.study import Comparison, Study, grid

DATA = ["gauss n=4000 prevalence=0.02", "nonlinear n=4000 prevalence=0.02"]
SHORT, LONG = 200, 2000
WEIGHTED, NONE = {"weights": "balanced"}, {"weights": "none"}

STUDY = Study(
    grids=[
        grid(
            15,
            "normed",
            data=DATA,
            kind=["plain", "decay", "batch_norm"],
            weights=["none", "balanced"],
            length=[SHORT, LONG],
        )
    ],
    comparisons=[
        Comparison(
            "decisions",
            "After long training weights still change what is flagged at 0.5.",
            measure="recall_at_half",
            arm=WEIGHTED,
            against=NONE,
            margin=0.1,
            expects="more",
            by=("kind", "data"),
            where={"length": LONG},
        ),
        Comparison(
            "ranking",
            "Weights make a network rank rare cases better, with batch normalisation or decay.",
            measure="average_precision",
            arm=WEIGHTED,
            against=NONE,
            margin=0.02,
            expects="more",
            by=("kind", "data", "length"),
        ),
    ],
)
