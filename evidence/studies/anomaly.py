"""With a handful of positives, are detectors of the odd better than classifiers?

Guides say so for five to ten positives. It ought to depend on whether the rare class looks odd: it
does where it is spread widely (`clouds spread=3`), and it does not where it sits inside the common
class (`dense`) or is shifted a little (`gauss`). Both sides have the sizes of the library.
"""

from imbalance_evidence.study import Comparison, Study, grid

KINDS = {
    "odd": "clouds n=2000 separation=0 spread=3",
    "shifted": "gauss n=2000",
    "inside": "dense n=2000",
}
COUNTS = {8: 0.004, 20: 0.01, 60: 0.03}
DATA = [f"{kind} prevalence={share}" for kind in KINDS.values() for share in COUNTS.values()]
DETECTORS = ["isolation_forest", "one_class_svm", "outlier_factor"]
CLASSIFIERS = ["logistic", "forest"]
NAMES = {"logistic": "logistic regression", "forest": "a forest"}


def against(detector: str, rival: str, name: str) -> Comparison:
    """Compare a detector with a classifier."""
    return Comparison(
        f"{detector.replace('_', '-')}-{rival}",
        f"With few positives {name} ranks better than {NAMES[rival]}.",
        measure="average_precision",
        arm={"model": detector},
        against={"model": rival},
        margin=0.05,
        expects="more",
        by=("data",),
    )


STUDY = Study(
    grids=[
        grid(30, data=DATA, model=DETECTORS + CLASSIFIERS),
    ],
    comparisons=[
        against(detector, rival, name)
        for rival in CLASSIFIERS
        for detector, name in (
            ("isolation_forest", "an isolation forest"),
            ("one_class_svm", "a one-class SVM"),
            ("outlier_factor", "the local outlier factor"),
        )
    ],
)
