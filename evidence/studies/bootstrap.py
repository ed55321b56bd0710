"""Does a bootstrap interval cover the F1 of a detector as often as it says?

Three doubts: drawing each class by itself holds the count of positives fixed, which a new test set
does not; 200 draws are few for a quantile of 2.5%; and the pooled decisions of a cross-validation
are no independent rows. The doubts are tried where false alarms are few and where they are many.
"""

from imbalance_evidence.study import Comparison, Study, grid

FRESH = [
    f"fresh n={n} prevalence=0.05 recall={recall} alarms={alarms}"
    for n in (400, 2000)
    for recall, alarms in ((0.9, 0.003), (0.5, 0.05))
]
POOLED = ["pooled n=400 prevalence=0.1", "pooled n=1000 prevalence=0.05"]
STRATIFIED, PLAIN = {"method": "stratified"}, {"method": "plain"}


def covers(name: str, method: dict[str, str], data: list[str], advice: str) -> Comparison:
    """Say that an interval covers in no less than 92 of 100 sets."""
    return Comparison(
        name,
        advice,
        measure="covered",
        arm=method,
        against=0.95,
        margin=0.03,
        expects="no less",
        by=("data",),
        where={"data": data, "draws": 1000},
    )


STUDY = Study(
    grids=[
        grid(40, "resampled", data=FRESH, method=["plain", "stratified"], draws=[200, 1000]),
        grid(600, "resampled", data=POOLED, method=["plain", "stratified"]),
    ],
    comparisons=[
        covers("stratified", STRATIFIED, FRESH, "The stratified bootstrap covers F1 as it says."),
        covers("plain", PLAIN, FRESH, "The bootstrap over all rows covers F1 as it says."),
        Comparison(
            "draws",
            "Two hundred draws are enough for an interval.",
            measure="covered",
            arm={"draws": 200},
            against={"draws": 1000},
            margin=0.01,
            expects="same",
            by=("method", "data"),
            where={"data": FRESH},
        ),
        covers(
            "pooled",
            STRATIFIED,
            POOLED,
            "The stratified bootstrap over pooled folds covers F1 as it says.",
        ),
        covers(
            "pooled-plain",
            PLAIN,
            POOLED,
            "The bootstrap over the pooled rows of all folds covers F1 as it says.",
        ),
    ],
)
