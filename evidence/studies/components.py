"""In high dimension, do principal components make SMOTE work, or a model rank better?

Guides say: with many features reduce to 20 to 50 components first, then apply SMOTE. It ought to
help where the classes differ in the directions of largest variance (`signal=top`) and to harm where
they differ elsewhere (`signal=rest`). Logistic regression may choose its penalty and neighbours
their number, so that the features are not the handicap of a model that was not tuned.
"""

from imbalance_evidence.study import Comparison, Study, grid

DATA = [f"factors n=1000 prevalence=0.05 signal={signal}" for signal in ("top", "rest")]
SMOTE, NOTHING = {"treatment": "smote"}, {"treatment": "nothing"}
PCA, FEATURES = {"components": 20}, {"components": 0}
RANKING = {
    "measure": "average_precision",
    "margin": 0.02,
    "expects": "more",
    "by": ("model", "data"),
}

STUDY = Study(
    grids=[
        grid(
            30,
            "reduced",
            data=DATA,
            model=["logistic", "neighbours"],
            treatment=["nothing", "smote"],
            components=[0, 20],
            tuned=[False, True],
        )
    ],
    comparisons=[
        Comparison(
            "before-smote",
            "In high dimension reduce to principal components before SMOTE: it ranks better.",
            arm=PCA,
            against=FEATURES,
            where=SMOTE | {"tuned": True},
            **RANKING,
        ),
        Comparison(
            "before-smote-default",
            "With models at their defaults, principal components make SMOTE rank better.",
            arm=PCA,
            against=FEATURES,
            where=SMOTE | {"tuned": False},
            **RANKING,
        ),
        Comparison(
            "smote-on-components",
            "On principal components SMOTE makes a model rank better.",
            arm=SMOTE,
            against=NOTHING,
            where=PCA | {"tuned": True},
            **RANKING,
        ),
        Comparison(
            "instead-of-tuning",
            "Principal components and SMOTE rank better than a tuned model on all features.",
            arm=PCA | SMOTE,
            against=FEATURES | NOTHING,
            where={"tuned": True},
            **RANKING,
        ),
    ],
)
