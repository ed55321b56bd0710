"""Does focal loss rank rare cases better, and are its outputs probabilities?

Lin et al. (2017) proposed it for detectors with very many easy negatives; guides recommend it for
any rare class. Gamma is tuned on validation rows, and the cross-entropy tunes its learning rate by
the same budget. On `gauss` the hard rows are noise, on `nonlinear` and `dense` they can be learned.

The last four comparisons were declared after the rows were there, with the margins that other
studies had set before. Advice on networks is judged by networks alone, and "better calibrated" by
the distance to the calibration curve, as in the study `calibration`: a larger slope is no gain
where it was above 1 already. The log loss, which speaks for long training, stands beside it.
"""

from imbalance_evidence.study import Comparison, Study, grid

DATA = [
    "gauss n=4000 prevalence=0.02",
    "nonlinear n=4000 prevalence=0.02",
    "dense n=4000 prevalence=0.02",
]
BY = ("learner", "data", "length")
ENTROPY, FOCAL = {"loss": "entropy"}, {"loss": "focal"}

STUDY = Study(
    grids=[
        grid(
            20,
            "losses",
            data=DATA,
            learner="network",
            loss=["entropy", "focal", "focal gamma=2"],
            start="prior",
            length=[100, 1000],
        ),
        grid(
            20,
            "losses",
            data=DATA,
            learner="boosting",
            loss=["entropy", "focal", "focal gamma=2"],
            start="prior",
            length=[50, 200],
        ),
    ],
    comparisons=[
        Comparison(
            "ranks",
            "Focal loss makes a model rank rare cases better.",
            measure="average_precision",
            arm=FOCAL,
            against=ENTROPY,
            margin=0.02,
            expects="more",
            by=BY,
        ),
        Comparison(
            "f1",
            "Focal loss raises F1 at a threshold of its own.",
            measure="f1",
            arm=FOCAL,
            against=ENTROPY,
            margin=0.02,
            expects="more",
            by=BY,
        ),
        Comparison(
            "probabilities",
            "Outputs of focal loss at gamma 2 are probabilities: they add up to the positives.",
            measure="expected_observed",
            arm={"loss": "focal gamma=2"},
            against=1.0,
            margin=0.1,
            expects="same",
            by=BY,
        ),
        Comparison(
            "calibration-slope",
            "Focal loss is less overconfident than cross-entropy.",
            measure="slope",
            arm={"loss": "focal gamma=2"},
            against=ENTROPY,
            margin=0.1,
            expects="more",
            by=BY,
        ),
        Comparison(
            "networks-rank",
            "Focal loss makes a network rank rare cases better.",
            measure="average_precision",
            arm=FOCAL,
            against=ENTROPY,
            margin=0.02,
            expects="more",
            by=("data", "length"),
            where={"learner": "network"},
        ),
        Comparison(
            "networks-f1",
            "Focal loss raises a network's F1 at a threshold of its own.",
            measure="f1",
            arm=FOCAL,
            against=ENTROPY,
            margin=0.02,
            expects="more",
            by=("data", "length"),
            where={"learner": "network"},
        ),
        Comparison(
            "calibrated",
            "Focal loss gives better calibrated probabilities.",
            measure="ici",
            arm={"loss": "focal gamma=2"},
            against=ENTROPY,
            margin=0.1,
            expects="less",
            by=BY,
            relative=True,
        ),
        Comparison(
            "log-loss",
            "Focal loss gives probabilities with a lower log loss.",
            measure="log_loss",
            arm={"loss": "focal gamma=2"},
            against=ENTROPY,
            margin=0.05,
            expects="less",
            by=BY,
            relative=True,
        ),
    ],
)
