"""Are ensembles that were made for imbalance better than forests and boosting of the same size?

Chen, Liaw and Breiman (2004) proposed balanced forests, Liu et al. (2009) EasyEnsemble, Seiffert et
al. (2010) RUSBoost; guides recommend them for severe imbalance. All have the size of the library or
200 trees, as their rivals have, and each is compared at its defaults and tuned.
"""

from imbalance_evidence.families import real_lines
from imbalance_evidence.study import Comparison, Study, grid

SIMULATED = [
    "gauss n=2000 prevalence=0.03",
    "nonlinear n=2000 prevalence=0.03",
    "bent n=2000 prevalence=0.05 price=100",
    "dense n=2000 prevalence=0.03",
]
REAL = [*real_lines(), "digits prevalence=0.03", "breast_cancer prevalence=0.1"]
SPECIAL = ["balanced_forest", "easy_ensemble", "rusboost"]
PLAIN = ["forest", "boosting"]
BOTH = [False, True]
NAMES = {
    "balanced_forest": "A balanced random forest",
    "easy_ensemble": "EasyEnsemble",
    "rusboost": "RUSBoost",
}
FINDS = "finds more at 0.5 than a plain one"


def against(special: str, rival: str, measure: str, margin: float, says: str) -> Comparison:
    """Compare a special ensemble with a plain one."""
    short = {"average_precision": "ranks", "recall_at_half": "finds"}[measure]
    return Comparison(
        f"{special.replace('_', '-')}-{short}-{rival}",
        f"{NAMES[special]} {says}.",
        measure=measure,
        arm={"model": special},
        against={"model": rival},
        margin=margin,
        expects="more",
        by=("tuned", "world"),
    )


STUDY = Study(
    grids=[
        grid(20, data=SIMULATED, model=[*SPECIAL, *PLAIN], tuned=BOTH),
        grid(4, data=REAL, model=[*SPECIAL, *PLAIN], tuned=BOTH),
    ],
    comparisons=[
        *(
            against(special, rival, "average_precision", 0.02, f"ranks better than {what}")
            for rival, what in (("forest", "a plain forest"), ("boosting", "plain boosting"))
            for special in SPECIAL
        ),
        against(
            "balanced_forest",
            "forest",
            "recall_at_half",
            0.05,
            "finds more at 0.5 than a plain one",
        ),
    ],
)
