"""What does following the decision card cost, beside SMOTE first, weights first, or everything?

Advice is followed as a whole, so whole plans are compared, over all real sets: what each decides is
judged by the cost of its mistakes and by F1. Plans that fix a remedy are quick; the card and the
search with remedies tune, which is part of what they advise, and what it takes is measured too.
"""

from imbalance_evidence.families import real_lines
from imbalance_evidence.study import Comparison, Study, grid

DATA = [*real_lines(), "digits prevalence=0.03", "breast_cancer prevalence=0.1"]
SIMULATED = [
    "gauss n=2000 prevalence=0.03",
    "nonlinear n=2000 prevalence=0.03",
    "dense n=2000 prevalence=0.03",
]
QUICK = {
    "smote_first": "SMOTE first",
    "weights_first": "weights first",
    "undersample_first": "undersampling first",
    "everything": "everything at once",
    "default": "boosting as it comes",
}
PLANS = ["card", "search_all", "formula", *QUICK]


def cheaper(rival: str, name: str) -> Comparison:
    """Say that the card is cheaper than a rival, by 5% or more."""
    return Comparison(
        f"card-{rival.replace('_', '-')}",
        f"Following the card costs less than {name}.",
        measure="cost",
        arm={"plan": "card"},
        against={"plan": rival},
        margin=0.05,
        expects="less",
        by=("world",),
        relative=True,
    )


STUDY = Study(
    grids=[
        grid(4, "plan", data=DATA, plan=PLANS),
        grid(10, "plan", data=SIMULATED, plan=PLANS),
    ],
    comparisons=[
        *(cheaper(rival, name) for rival, name in QUICK.items()),
        cheaper("formula", "the formula's threshold on an untuned model"),
        Comparison(
            "remedies-among-candidates",
            "A search that may choose a remedy decides better than one that may not.",
            measure="cost",
            arm={"plan": "search_all"},
            against={"plan": "card"},
            margin=0.05,
            expects="less",
            by=("world",),
            relative=True,
        ),
        Comparison(
            "f1-smote-first",
            "Following the card gives a better F1 than SMOTE first.",
            measure="f1",
            arm={"plan": "card"},
            against={"plan": "smote_first"},
            margin=0.02,
            expects="more",
            by=("world",),
        ),
    ],
)
