"""In networks, is it the weights that help, or where training starts, and for how long?

With rare positives a network that starts at one half spends its first steps on learning the
prevalence. Byrd and Lipton (2019) find that the effect of weights fades with training. So both
starts, both weightings, short and long training, all rows at once or small batches are crossed.
"""

from imbalance_evidence.study import Comparison, Study, grid

DATA = ["gauss n=4000 prevalence=0.02", "nonlinear n=4000 prevalence=0.02"]
LENGTHS = [60, 300, 1200]

STUDY = Study(
    grids=[
        grid(
            15,
            "losses",
            data=DATA,
            learner="network",
            weights=["none", "balanced"],
            start=["zero", "prior"],
            length=LENGTHS,
            batch=[0, 64],
        ),
    ],
    comparisons=[
        Comparison(
            "weights-rank",
            "Weights make a network rank rare cases better.",
            measure="average_precision",
            arm={"weights": "balanced"},
            against={"weights": "none"},
            margin=0.02,
            expects="more",
            by=("data", "length", "batch"),
            where={"start": "zero"},
        ),
        Comparison(
            "start-is-enough",
            "A start at the log odds of the prevalence does what weights do.",
            measure="average_precision",
            arm={"weights": "none", "start": "prior"},
            against={"weights": "balanced", "start": "zero"},
            margin=0.02,
            expects="no less",
            by=("data", "length", "batch"),
        ),
        Comparison(
            "fades",
            "The effect of weights is gone after long training.",
            measure="average_precision",
            arm={"weights": "balanced"},
            against={"weights": "none"},
            margin=0.02,
            expects="same",
            by=("data", "batch"),
            where={"start": "zero", "length": 1200},
        ),
    ],
)
