"""How much does a step before the split promise that new rows do not keep?

On pure noise every ROC AUC above 0.5 is a leak, and no leak can promise more than 0.5 above that.
On data with a signal the same step leaks less. Scaling before the split is the leak that guides
warn of most often, copying and inventing rows the one that matters; both are here.
"""

from imbalance_evidence.study import Comparison, Study, grid

NOISE = "gauss n=1000 prevalence=0.05 n_features=20 n_informative=0"
SIGNAL = "gauss n=1000 prevalence=0.05 n_features=20"
MODELS = ["logistic", "neighbours", "forest"]


def leaks(step: str, advice: str, margin: float = 0.05, expects: str = "more") -> Comparison:
    """Say how much more a step promises than comes."""
    return Comparison(
        step,
        advice,
        measure="optimism",
        arm={"before_split": step},
        against=0.0,
        margin=margin,
        expects=expects,
        by=("model", "data"),
    )


STUDY = Study(
    grids=[
        grid(
            30,
            "leak",
            data=[NOISE, SIGNAL],
            model=MODELS,
            before_split=["none", "copies", "smote", "scaling", "selection"],
        ),
    ],
    comparisons=[
        leaks("copies", "Copying positives before the split leaks."),
        leaks("smote", "SMOTE before the split leaks."),
        leaks("selection", "Choosing features before the split leaks."),
        leaks("scaling", "Scaling before the split leaks.", 0.01),
        leaks("none", "Without such a step cross-validation is honest.", 0.02, "same"),
    ],
)
