"""Does ADASYN add its rows where the model struggles, or where labels are wrong?

ADASYN knows no model: it counts strangers among neighbours. Where the rare cloud stands apart,
hardly any rare row has strangers near it, so that a few wrong labels draw most of the new rows;
where it overlaps, the border has strangers too, and wrong labels draw their share. So the distance
of the clouds is the condition, and each sampler is beside the others on the same rows.
"""

from imbalance_evidence.study import Comparison, Study, grid

DATA = [f"mislabelled separation={separation} wrong=3" for separation in (2, 3, 4, 5)]


def drawn(name: str, treatment: str, advice: str) -> Comparison:
    """Say that a sampler puts more rows at wrong labels than SMOTE does."""
    return Comparison(
        name,
        advice,
        measure="outside",
        arm={"treatment": treatment},
        against={"treatment": "smote"},
        margin=0.1,
        expects="more",
        by=("data",),
    )


STUDY = Study(
    grids=[grid(40, "attracted", data=DATA, treatment=["smote", "svm_smote", "adasyn"])],
    comparisons=[
        drawn("adasyn", "adasyn", "ADASYN invents more rows at wrong labels than SMOTE."),
        drawn("svm-smote", "svm_smote", "SVM-SMOTE invents more rows at wrong labels than SMOTE."),
    ],
)
