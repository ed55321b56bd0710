"""Does moving the threshold do what weights and resampling do?

Guides answer rare classes with weights, copies or undersampling. Elkan (2001) says that these move
the threshold, and that a threshold is moved better by hand; Bach, Heckerman and Horvitz (2006) say
that training with the right costs beats it. Both can be right: the first where the model fits, the
second where it cannot. So there is one family for each, and one with small dense groups; the real
sets decide nothing in advance. Every arm has its own threshold, chosen on validation rows.

`finds-nothing-at-half` and `own-threshold` were declared after a part of the rows was there, with
margins that other studies had: both are said of every rare class, and need no run beyond these.
`weights-double-recall` was declared after all of them: the study `weights` asks forests at 3%
alone, and the advice is given of any model and any data. It takes the share of what is found with
weights, since many an untouched model finds next to nobody, of which no multiple says anything.
"""

from imbalance_evidence.families import real_lines
from imbalance_evidence.study import Comparison, Study, grid

SIMULATED = [
    "gauss n=2000 prevalence=0.03",  # the linear model is right
    "nonlinear n=2000 prevalence=0.03",  # only flexible models can be right
    "bent n=2000 prevalence=0.05 price=100",  # the best straight line depends on the price
    "dense n=2000 prevalence=0.03",  # small dense groups
]
REAL = [*real_lines(), "digits prevalence=0.03", "breast_cancer prevalence=0.1"]

MODELS = ["logistic", "neighbours", "forest", "boosting"]
WEIGHABLE = ["logistic", "forest", "boosting"]
RESAMPLED = ["nothing", "copies", "undersample", "smote"]
BOTH = [False, True]

NOTHING, WEIGHTS = {"treatment": "nothing"}, {"treatment": "weights"}
TUNED, DEFAULT = {"tuned": True}, {"tuned": False}
RANKING = {"measure": "average_precision", "against": NOTHING, "margin": 0.02, "expects": "more"}

STUDY = Study(
    grids=[
        grid(20, data=SIMULATED, model=MODELS, treatment=RESAMPLED, tuned=BOTH),
        grid(
            20, data=SIMULATED, model=WEIGHABLE, treatment=["weights", "price_weights"], tuned=BOTH
        ),
        grid(4, data=REAL, model=MODELS, treatment=RESAMPLED, tuned=BOTH),
        grid(4, data=REAL, model=WEIGHABLE, treatment=["weights", "price_weights"], tuned=BOTH),
    ],
    comparisons=[
        Comparison(
            "finds-nothing-at-half",
            "A model with default settings predicts the common class for everything.",
            measure="recall_at_half",
            arm=NOTHING,
            against=0.0,
            margin=0.05,
            expects="same",
            where=DEFAULT,
        ),
        Comparison(
            "own-threshold",
            "A threshold that is chosen on validation rows makes decisions cheaper than 0.5 does.",
            measure="cost",
            arm=NOTHING | {"measure": "cost"},
            against=NOTHING | {"measure": "cost_at_half"},
            margin=0.05,
            expects="less",
            where=TUNED,
            relative=True,
        ),
        Comparison(
            "threshold-for-f1",
            "A threshold of its own gives an untouched model the F1 that weights give at 0.5.",
            measure="f1",
            arm=NOTHING | {"measure": "f1"},
            against=WEIGHTS | {"measure": "f1_at_half"},
            margin=0.02,
            expects="no less",
            where=TUNED | {"model": WEIGHABLE},
        ),
        Comparison(
            "threshold-for-cost",
            "With a threshold for each, an untouched model is as cheap as a weighted one.",
            measure="cost",
            arm=NOTHING,
            against=WEIGHTS,
            margin=0.05,
            expects="no more",
            where=TUNED | {"model": WEIGHABLE},
            relative=True,
        ),
        Comparison(
            "price-weights",
            "Where the price of a miss is known, train with it: that is cheaper than a threshold.",
            measure="cost",
            arm={"treatment": "price_weights"},
            against=NOTHING,
            margin=0.05,
            expects="less",
            where=TUNED | {"model": WEIGHABLE},
            relative=True,
        ),
        Comparison(
            "formula",
            "With known costs take the threshold from the formula; nothing has to be tuned.",
            measure="cost",
            arm=NOTHING | {"measure": "cost_at_price"},
            against=NOTHING | {"measure": "cost"},
            margin=0.05,
            expects="no more",
            where=TUNED,
            relative=True,
        ),
        Comparison(
            "weights-rank",
            "Class weights make a model rank better.",
            arm=WEIGHTS,
            where=TUNED | {"model": WEIGHABLE},
            **RANKING,
        ),
        Comparison(
            "weights-rank-default",
            "Class weights make a model with default settings rank better.",
            arm=WEIGHTS,
            where=DEFAULT | {"model": WEIGHABLE},
            **RANKING,
        ),
        Comparison(
            "weights-double-recall",
            "Class weights double recall: at 0.5 an untouched model finds half as much at most.",
            measure="recall_at_half",
            arm=NOTHING,
            against=WEIGHTS,
            margin=0.5,
            expects="less",
            where=DEFAULT | {"model": WEIGHABLE},
            relative=True,
        ),
        Comparison(
            "undersampling-ranks",
            "Undersampling the common class makes a model rank better.",
            arm={"treatment": "undersample"},
            where=TUNED,
            **RANKING,
        ),
        Comparison(
            "smote-f1-at-half",
            "SMOTE raises F1, both models being used at 0.5.",
            measure="f1_at_half",
            arm={"treatment": "smote"},
            against=NOTHING,
            margin=0.02,
            expects="more",
            where=DEFAULT,
        ),
        Comparison(
            "smote-f1-own-threshold",
            "SMOTE raises F1, each model being used at a threshold of its own.",
            measure="f1",
            arm={"treatment": "smote"},
            against=NOTHING,
            margin=0.02,
            expects="more",
            where=TUNED,
        ),
    ],
)
