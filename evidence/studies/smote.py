"""Does SMOTE, or one of its kin, rank better than copies or than nothing?

Chawla et al. (2002) proposed SMOTE against copies, for trees and rules at their defaults; Elor and
Averbuch-Elor (2022) find that it helps weak learners, and strong ones not. So both sides are here,
at their defaults and tuned by one budget, and so is the family for which SMOTE was made: small
dense groups. What the rare class may need is in the four pairs of clouds: near or far, with a tenth
of the positives lost among the negatives or none.

`copies-rank` was declared after its rows were there, with the margin of all others: guides say of
copies that a model overfits to them, and the runs had them already, as SMOTE's rivals.
"""

from imbalance_evidence.families import real_lines
from imbalance_evidence.study import Comparison, Study, grid

REAL = [*real_lines(), "digits prevalence=0.03", "breast_cancer prevalence=0.1"]
SIMULATED = [
    "gauss n=2000 prevalence=0.03",
    "nonlinear n=2000 prevalence=0.03",
    "bent n=2000 prevalence=0.05 price=100",
    "dense n=2000 prevalence=0.03",
]
CLOUDS = [
    f"clouds n=1500 prevalence=0.04 separation={separation} overlap={overlap}"
    for separation in (1.0, 3.0)
    for overlap in (0.0, 0.1)
]
WIDE = [f"gauss n=1000 prevalence=0.05 n_features={features}" for features in (10, 50, 200)]

CATEGORIES = ["transactions n=4000 fraud_rate=0.03"]

MODELS = ["logistic", "neighbours", "forest", "boosting"]
KIN = ["borderline", "svm_smote", "adasyn", "tomek", "enn", "smote_tomek", "smote_enn"]
BOTH = [False, True]
RANKING = {"measure": "average_precision", "margin": 0.02, "expects": "more"}
NOTHING = {"treatment": "nothing"}


def kin(name: str, treatment: str, says: str) -> Comparison:
    """Compare one of SMOTE's kin with nothing, over the real sets."""
    return Comparison(
        name,
        says,
        arm={"treatment": treatment},
        against=NOTHING,
        where={"tuned": False, "data": REAL},
        **RANKING,
    )


STUDY = Study(
    grids=[
        grid(4, data=REAL, model=MODELS, treatment=["nothing", "copies", "smote"], tuned=BOTH),
        grid(4, data=REAL, model=MODELS, treatment=KIN, tuned=False),
        grid(
            20, data=SIMULATED, model=MODELS, treatment=["nothing", "copies", "smote"], tuned=BOTH
        ),
        grid(20, data=CLOUDS, model=MODELS, treatment=["nothing", "copies", "smote"], tuned=False),
        grid(20, data=WIDE, model=MODELS, treatment=["nothing", "copies", "smote"], tuned=False),
        grid(
            20,
            data=CATEGORIES,
            model=MODELS,
            treatment=["nothing", "copies", "smote", "smote_nc"],
            tuned=False,
        ),
    ],
    comparisons=[
        Comparison(
            "smote-ranks",
            "SMOTE makes a tuned model rank better.",
            arm={"treatment": "smote"},
            against=NOTHING,
            where={"tuned": True},
            **RANKING,
        ),
        Comparison(
            "smote-ranks-default",
            "SMOTE makes a model with default settings rank better.",
            arm={"treatment": "smote"},
            against=NOTHING,
            where={"tuned": False, "data": REAL + SIMULATED},
            **RANKING,
        ),
        Comparison(
            "smote-beats-copies",
            "SMOTE ranks better than copies, because its rows are new.",
            arm={"treatment": "smote"},
            against={"treatment": "copies"},
            where={"tuned": False, "data": REAL + SIMULATED},
            **RANKING,
        ),
        Comparison(
            "copies-rank",
            "A model with default settings overfits to copies: it ranks worse.",
            arm={"treatment": "copies"},
            against=NOTHING,
            where={"tuned": False, "data": REAL + SIMULATED},
            **RANKING | {"expects": "less"},
        ),
        Comparison(
            "smote-default-beats-tuning",
            "SMOTE is worth more than tuning the model that has to rank.",
            arm={"treatment": "smote", "tuned": False},
            against={"treatment": "nothing", "tuned": True},
            where={"data": REAL + SIMULATED},
            **RANKING,
        ),
        Comparison(
            "clouds",
            "SMOTE helps where the rare class is apart, and harms where it overlaps.",
            arm={"treatment": "smote"},
            against=NOTHING,
            by=("data", "model"),
            where={"tuned": False, "data": CLOUDS},
            **RANKING,
        ),
        Comparison(
            "many-features",
            "SMOTE ranks worse the more features there are.",
            arm={"treatment": "smote"},
            against=NOTHING,
            by=("data", "model"),
            where={"tuned": False, "data": WIDE},
            **RANKING | {"expects": "less"},
        ),
        Comparison(
            "categories",
            "Where there are categories, SMOTE-NC ranks better than nothing.",
            arm={"treatment": "smote_nc"},
            against=NOTHING,
            where={"data": CATEGORIES, "tuned": False},
            **RANKING,
        ),
        Comparison(
            "categories-copies",
            "Where there are categories, SMOTE-NC ranks better than copies.",
            arm={"treatment": "smote_nc"},
            against={"treatment": "copies"},
            where={"data": CATEGORIES, "tuned": False},
            **RANKING,
        ),
        kin("borderline", "borderline", "Borderline-SMOTE is the best of the family."),
        kin("svm-smote", "svm_smote", "SVM-SMOTE ranks better than nothing."),
        kin("adasyn", "adasyn", "ADASYN adds rows where the model struggles, and so ranks better."),
        kin("tomek", "tomek", "Tomek links clean the border, and so rank better."),
        kin("enn", "enn", "Edited nearest neighbours clean the border, and so rank better."),
        kin("smote-tomek", "smote_tomek", "SMOTE and Tomek links together: the best of both."),
        kin("smote-enn", "smote_enn", "SMOTE and edited neighbours together: the best of both."),
    ],
)
