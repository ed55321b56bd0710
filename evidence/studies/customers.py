"""Where customers recur, which split is honest, and does their history help more than a remedy?

The Fraud Detection Handbook (Le Borgne et al., 2022) splits by time and sums up what each customer
did before; most guides split rows at random and balance the classes. Here customers have habits,
fraud comes in episodes of a few payments, and some fall victim again and again, with fraud that
drifts or not. A random split of rows leaves payments of one episode on both sides; a split by
customer hides the very customers who will be back next month; a split by time does neither.
"""

from imbalance_evidence.study import Comparison, Study, grid

DATA = ["customers n=600 drift=0", "customers n=600 drift=1"]
SPLITS = ["rows", "customers", "time"]
TREATED = ["nothing", "weights", "smote", "undersample"]
BY = ("model", "data")
#: The arms of the second grid, which are all tuned, on validation rows that came later.
TUNED = {"tuned": True}
HISTORY, PLAIN = {"features": "history"}, {"features": "plain"}
NOTHING = {"treatment": "nothing"}
RANKING = {"measure": "average_precision", "margin": 0.02, "expects": "more", "by": BY}


def promise(name: str, split: str, advice: str, expects: str) -> Comparison:
    """Say whether a split of the past promises more than next month brings."""
    return Comparison(
        name,
        advice,
        measure="excess",
        arm={"split": split},
        against=0.0,
        margin=0.03,
        expects=expects,
        by=BY,
        where={"tuned": False},
    )


def remedy(treatment: str, name: str) -> list[Comparison]:
    """Compare a remedy with a customer's history, and try it on top of that."""
    treated = {"treatment": treatment}
    return [
        Comparison(
            f"history-or-{treatment}",
            f"What a customer did before is worth more than {name}.",
            arm=HISTORY | NOTHING,
            against=PLAIN | treated,
            where=TUNED,
            **RANKING,
        ),
        Comparison(
            f"{treatment}-on-top",
            f"Where the customer's history is known, a model ranks better still with {name}.",
            arm=treated,
            against=NOTHING,
            where=TUNED | HISTORY,
            **RANKING,
        ),
    ]


STUDY = Study(
    grids=[
        grid(20, "customers", data=DATA, model=["logistic", "forest", "boosting"], split=SPLITS),
        grid(
            20,
            "customers",
            data=DATA,
            model=["logistic", "boosting"],
            treatment=TREATED,
            tuned=True,
            features=["plain", "history"],
        ),
    ],
    comparisons=[
        promise("rows", "rows", "A random split of rows does not promise too much.", "no more"),
        promise(
            "customers", "customers", "A split by customer does not promise too much.", "no more"
        ),
        promise("time", "time", "A split by time does not promise too much.", "no more"),
        promise(
            "customers-too-little",
            "customers",
            "A split by customer promises too little where customers stay.",
            "less",
        ),
        Comparison(
            "history",
            "What a customer did before makes a model rank better.",
            arm=HISTORY,
            against=PLAIN,
            where=TUNED | NOTHING,
            **RANKING,
        ),
        *remedy("smote", "SMOTE"),
        *remedy("weights", "class weights"),
        *remedy("undersample", "undersampling"),
        Comparison(
            "threshold-for-cost",
            "With a threshold for each, an untouched model is as cheap as a weighted one.",
            measure="cost",
            arm=NOTHING,
            against={"treatment": "weights"},
            margin=0.05,
            expects="no more",
            by=BY,
            where=TUNED | HISTORY,
            relative=True,
        ),
    ],
)
