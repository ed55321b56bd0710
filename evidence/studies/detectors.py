"""Over real sets, are detectors of the odd better than classifiers, above all with few positives?

The study `anomaly` draws rarity of three kinds; here the rare classes are what they are, with
scikit-learn's digits and breast cancer among them. The forest has the size and the leaves of the
library, so that neither side is held back, and all are compared at their defaults and
tuned. A set with fewer than 60 positives leaves fewer than 30 to fit on.
"""

from imbalance_evidence.families import real_lines, real_sets
from imbalance_evidence.study import Comparison, Study, grid

FEW = [f"real set={one.name}" for one in real_sets().values() if one.positives < 60]
DATA = [*real_lines(), "digits prevalence=0.03", "breast_cancer prevalence=0.1"]
DETECTORS = {
    "isolation_forest": "An isolation forest",
    "one_class_svm": "A one-class SVM",
    "outlier_factor": "The local outlier factor",
}
CLASSIFIERS = {"logistic": "logistic regression", "forest": "a forest"}


def against(detector: str, rival: str) -> list[Comparison]:
    """Compare a detector with a classifier, on all sets and on those with few positives."""
    name = f"{detector.replace('_', '-')}-{rival}"
    says = f"{DETECTORS[detector]} ranks better than {CLASSIFIERS[rival]}"
    return [
        Comparison(
            name + short,
            says + when,
            measure="average_precision",
            arm={"model": detector},
            against={"model": rival},
            margin=0.05,
            expects="more",
            by=("tuned", "world"),
            where=where,
        )
        for short, when, where in (
            ("", " on real sets.", {}),
            ("-few", " with few positives.", {"data": [*FEW, *DATA[-2:]]}),
        )
    ]


STUDY = Study(
    grids=[grid(4, data=DATA, model=[*DETECTORS, *CLASSIFIERS], tuned=[False, True])],
    comparisons=[
        comparison
        for detector in DETECTORS
        for rival in CLASSIFIERS
        for comparison in against(detector, rival)
    ],
)
