"""By which number should a model be chosen, and what does choosing by accuracy cost?

Provost, Fawcett and Kohavi (1998) made the case against accuracy; guides repeat it without a bill.
Six candidates (three models, with balanced weights and without) are fitted, a number chooses one on
validation rows, and new rows present the bill. It may depend on what is done with the choice: used
at 0.5, where accuracy likes those who flag nobody, or at a threshold of its own. A miss costs ten
false alarms.
"""

from imbalance_evidence.families import real_lines
from imbalance_evidence.study import Comparison, Study, grid

SIMULATED = [
    "gauss n=2000 prevalence=0.03",
    "nonlinear n=2000 prevalence=0.03",
    "dense n=2000 prevalence=0.03",
    "gauss n=2000 prevalence=0.2",
]
REAL = [*real_lines(), "digits prevalence=0.03", "breast_cancer prevalence=0.1"]


def dearer(name: str, use: str, rule: str, rival: str, advice: str) -> Comparison:
    """Say that what one number chooses costs more than what another one does."""
    return Comparison(
        name,
        advice,
        measure=f"{use}_by_{rule}",
        arm={"measure": f"{use}_by_{rule}"},
        against={"measure": f"{use}_by_{rival}"},
        margin=0.05,
        expects="more",
        by=("world",),
        relative=True,
    )


STUDY = Study(
    grids=[grid(20, "choice", data=SIMULATED), grid(4, "choice", data=REAL)],
    comparisons=[
        dearer("accuracy", "half", "accuracy", "cost", "Stop choosing by accuracy: it costs more."),
        dearer(
            "accuracy-own-threshold",
            "own",
            "accuracy",
            "cost_at_best",
            "Choosing by accuracy costs more even if each model gets its own threshold.",
        ),
        dearer("f1", "half", "f1", "cost", "Choosing by F1 costs more than choosing by cost."),
        dearer(
            "average-precision",
            "own",
            "average_precision",
            "cost_at_best",
            "With a threshold of its own, choosing by average precision costs more than by cost.",
        ),
    ],
)
