"""Do stratified folds make the scores of a cross-validation less wild?

Guides stratify so that no fold is without positives, and say that scores vary wildly otherwise.
Both are measured: how often a fold is empty, and how much less its scores scatter.
"""

from imbalance_evidence.study import Comparison, Study, grid

DATA = [f"gauss n=1000 prevalence={share}" for share in (0.01, 0.02, 0.05, 0.1)]
STRATIFIED, PLAIN = {"splitter": "stratified"}, {"splitter": "plain"}

STUDY = Study(
    grids=[
        grid(200, "folds", data=DATA, splitter=["plain", "stratified"], n_splits=[5, 10]),
    ],
    comparisons=[
        Comparison(
            "spread-ap",
            "Stratified folds make average precision scatter less, by a tenth or more.",
            measure="spread_ap",
            arm=STRATIFIED,
            against=PLAIN,
            margin=0.1,
            expects="less",
            by=("data", "n_splits"),
            where={"data": DATA[1:]},
            relative=True,
        ),
        Comparison(
            "spread-f1",
            "Stratified folds make F1 scatter less, by a tenth or more.",
            measure="spread_f1",
            arm=STRATIFIED,
            against=PLAIN,
            margin=0.1,
            expects="less",
            by=("data", "n_splits"),
            where={"data": DATA[1:]},
            relative=True,
        ),
        Comparison(
            "empty",
            "Without stratification a fold may have no positive, in one of ten cross-validations.",
            measure="empty",
            arm=PLAIN,
            against=0.0,
            margin=0.1,
            expects="more",
            by=("data", "n_splits"),
        ),
        Comparison(
            "bias",
            "Cross-validation is honest: on average it promises what comes.",
            measure="bias_ap",
            arm=STRATIFIED,
            against=0.0,
            margin=0.02,
            expects="same",
            by=("data", "n_splits"),
            where={"data": DATA[1:]},
        ),
    ],
)
