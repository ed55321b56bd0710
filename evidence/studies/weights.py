"""What do class weights change, by model, depth and degree of imbalance?

Guides say that weights suffice for mild imbalance, that they double recall in forests, and that
they are a substitute for tuning. So imbalance is mild (20%) or not (3%), forests are deep or
shallow, boosting is at its defaults or regularised, and weights stand alone and on top.
"""

from imbalance_evidence.study import Comparison, Study, grid

MILD = ["gauss n=2000 prevalence=0.2", "nonlinear n=2000 prevalence=0.2"]
RARE = ["gauss n=2000 prevalence=0.03", "nonlinear n=2000 prevalence=0.03"]
DEPTHS = ["forest min_samples_leaf=1", "forest min_samples_leaf=20"]
BOOSTED = ["lightgbm", "lightgbm reg_lambda=10 min_child_weight=1 num_leaves=8 learning_rate=0.05"]
MODELS = ["logistic", *DEPTHS, *BOOSTED]
NOTHING, WEIGHTS = {"treatment": "nothing"}, {"treatment": "weights"}

STUDY = Study(
    grids=[
        grid(30, data=MILD + RARE, model=MODELS, treatment=["nothing", "weights"]),
        grid(30, data=MILD + RARE, model="lightgbm", treatment=["nothing", "weights"], tuned=True),
    ],
    comparisons=[
        Comparison(
            "mild-f1",
            "For mild imbalance weights suffice: they give the F1 of a threshold of its own.",
            measure="f1",
            arm=WEIGHTS | {"measure": "f1_at_half"},
            against=NOTHING,
            margin=0.02,
            expects="no less",
            by=("model", "data"),
            where={"data": MILD, "tuned": False},
        ),
        Comparison(
            "ranking",
            "Weights make a model rank better.",
            measure="average_precision",
            arm=WEIGHTS,
            against=NOTHING,
            margin=0.02,
            expects="more",
            by=("model", "data"),
            where={"tuned": False},
        ),
        Comparison(
            "instead-of-regularising",
            "Weights do for boosting what tuning does.",
            measure="average_precision",
            arm=WEIGHTS | {"model": "lightgbm", "tuned": False},
            against=NOTHING | {"model": "lightgbm", "tuned": True},
            margin=0.02,
            expects="no less",
            by=("data",),
        ),
        Comparison(
            "on-top",
            "Weights improve boosting that is tuned as well.",
            measure="average_precision",
            arm=WEIGHTS,
            against=NOTHING,
            margin=0.02,
            expects="more",
            by=("data",),
            where={"model": "lightgbm", "tuned": True},
        ),
        Comparison(
            "recall-doubles",
            "Weights alone double the recall of a forest at 0.5.",
            measure="recall_at_half",
            arm=WEIGHTS,
            against=NOTHING,
            margin=1.0,
            expects="more",
            by=("model", "data"),
            where={"model": DEPTHS, "data": RARE},
            relative=True,
        ),
    ],
)
