"""When are probabilities of rare classes wrong, and what mends them?

King and Zeng (2001) say that logistic regression underestimates rare events; Wallace and Dahabreh
(2014) that probabilities for the rare class are poor despite good overall calibration; others that
E/O is 1 by construction. All can be right, at different events per parameter, by different
measures. So E/O, the slope and what comes of the highest probabilities are all here, for 15 to 240
events and 5 or 30 features, with the default penalty, none, and Firth's.
"""

from imbalance_evidence.study import Comparison, Study, grid

EVENTS = [15, 60, 240]
FEW = [
    f"gauss n={events * 50} prevalence=0.02 n_features={features}"
    for events in EVENTS
    for features in (5, 30)
]
DATA = ["gauss n=4000 prevalence=0.02", "nonlinear n=4000 prevalence=0.02"]
MODELS = ["logistic", "forest", "boosting"]
TREATED = ["weights", "smote", "undersample"]
ONE = {"against": 1.0, "expects": "same"}
NONE, UNDONE = {"correction": "none"}, {"correction": "undo_balance"}
UNTREATED = NONE | {"treatment": "nothing"}


def mends(correction: str, name: str) -> Comparison:
    """Compare a correction on validation rows with none, by ICI as a share."""
    return Comparison(
        f"{correction}-mends",
        f"{name} on validation rows makes probabilities better.",
        measure="ici",
        arm={"correction": correction},
        against=NONE,
        margin=0.1,
        expects="less",
        by=("model", "data"),
        where={"treatment": "nothing", "data": DATA},
        relative=True,
    )


STUDY = Study(
    grids=[
        grid(40, "calibrated", data=FEW, model=["logistic", "logistic C=inf", "firth"]),
        grid(
            20,
            "calibrated",
            data=DATA,
            model=MODELS,
            correction=["none", "platt", "temperature", "isotonic"],
        ),
        grid(
            20,
            "calibrated",
            data=DATA,
            model=MODELS,
            treatment=TREATED,
            correction=["none", "undo_balance", "platt"],
        ),
    ],
    comparisons=[
        Comparison(
            "overall",
            "Logistic regression gives rare events their probability: E/O is 1.",
            measure="expected_observed",
            arm=UNTREATED,
            margin=0.1,
            by=("model", "data"),
            where={"data": FEW},
            **ONE,
        ),
        Comparison(
            "slope",
            "Logistic regression gives rare events their probability: the slope is 1.",
            measure="slope",
            arm=UNTREATED,
            margin=0.1,
            by=("model", "data"),
            where={"data": FEW},
            **ONE,
        ),
        Comparison(
            "underestimates",
            "Logistic regression underestimates rare events.",
            measure="expected_observed",
            arm=UNTREATED,
            against=1.0,
            margin=0.1,
            expects="less",
            by=("model", "data"),
            where={"data": FEW},
        ),
        Comparison(
            "weights-overestimate",
            "Weights and resampling leave probabilities that are too high.",
            measure="expected_observed",
            arm=NONE | {"treatment": TREATED},
            against=1.0,
            margin=0.5,
            expects="more",
            by=("model", "treatment"),
        ),
        Comparison(
            "undoing-mends",
            "Undoing the balance by the odds gives the right sum again.",
            measure="expected_observed",
            arm=UNDONE | {"treatment": TREATED},
            margin=0.2,
            by=("model", "treatment"),
            **ONE,
        ),
        mends("platt", "Platt's scaling"),
        mends("isotonic", "Isotonic regression"),
        mends("temperature", "A temperature"),
    ],
)
