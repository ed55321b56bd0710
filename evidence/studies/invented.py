"""Do SMOTE's rows pass for real ones?

A forest is asked to tell them apart. If it may have met an invented row's parents it can go by
memory; so the honest question gives the test rows parents of their own. Memory was expected to
help, and after a random split of rows it misled (`memory`): there the real rows are the parents, so
that an invented row of the test lies beside real ones of the training, and a real one beside its
children. So a third arm was declared after those rows were there, with the same margin: parents
that were met, among real rows that are strangers (`met`).
"""

from imbalance_evidence.study import Comparison, Study, grid

DATA = [f"normal n=200 features={features}" for features in (2, 10, 50)]

STUDY = Study(
    grids=[grid(30, "detective", data=DATA, parents=["same", "met", "other"])],
    comparisons=[
        Comparison(
            "pass",
            "Rows that SMOTE invents blend in with real ones.",
            measure="roc_auc",
            arm={"parents": "other"},
            against=0.5,
            margin=0.1,
            expects="no more",
            by=("data",),
        ),
        Comparison(
            "memory",
            "Telling them apart is easier after a random split of rows.",
            measure="roc_auc",
            arm={"parents": "same"},
            against={"parents": "other"},
            margin=0.05,
            expects="more",
            by=("data",),
        ),
        Comparison(
            "met",
            "Telling them apart is easier if their parents were met.",
            measure="roc_auc",
            arm={"parents": "met"},
            against={"parents": "other"},
            margin=0.05,
            expects="more",
            by=("data",),
        ),
        Comparison(
            "variance",
            "Invented rows vary as much as real ones.",
            measure="variance",
            arm={"parents": "other"},
            against=1.0,
            margin=0.1,
            expects="same",
            by=("data",),
        ),
    ],
)
