"""Exercises of lesson 07, class weights."""

from __future__ import annotations

from imbalance_lab.checks import Exercise, Mistake, Quiz
from imbalance_lab.checks.recorded import practice
from imbalance_lab.exercises import plans
from imbalance_lab.exercises.inputs import CERTAIN, INDEX, LISTS

BALANCED_WEIGHTS = Exercise(
    "balanced_weights",
    lesson="07",
    section="Where the balanced weights come from",
    arguments=("y",),
    from_scratch=("compute_class_weight", "compute_sample_weight"),
    mistakes=(
        Mistake(
            "the number of classes is forgotten",
            "The ratios are right, but the weights of all rows together should add up to the"
            " number of rows. Check it on the example.",
        ),
        Mistake(
            "the number of classes is taken to be two",
            "The function is asked about any number of classes, and they share the total weight.",
        ),
        Mistake(
            "upside down: the common class gets the larger weight",
            "A class with few rows needs a large weight for each of them, to count as much as the"
            " others do together.",
        ),
        Mistake(
            "the share of each class instead of a weight",
            "A share is small for the rare class. The weight has to make up for that.",
        ),
        Mistake(
            "the ratios are right, the total is not",
            "Here the commonest class has weight 1, so the weights of all rows add up to more than"
            " the number of rows. Balanced weights leave the total as it was.",
        ),
        Mistake(
            "the mean over the classes is 1, not the mean over the rows",
            "The ratios are right, but there are more rows of the one class than of the other. It"
            " is the weights of all rows that add up to the number of rows.",
        ),
        LISTS,
    ),
)


WEIGHTED_GRADIENT = Exercise(
    "weighted_gradient",
    lesson="07",
    section="The slope of the loss",
    arguments=("theta", "X", "y", "sample_weight"),
    mistakes=(
        Mistake(
            "divided by the number of rows instead of by the weights",
            "The gradient belongs to the loss above, which is a weighted mean.",
        ),
        Mistake("the weights are left out", "This is the gradient of the plain log loss."),
        Mistake(
            "the weights are only divided by",
            "A row of weight 5 pulls five times as hard. Your rows all pull alike, whatever their"
            " weight.",
        ),
        Mistake(
            "the sign is reversed",
            "A gradient points to where the loss grows: a probability that is too high must come"
            " out positive.",
        ),
        Mistake(
            "the score is taken for the probability",
            "The score of a row is any real number. It has to become a probability before it is"
            " compared with a label.",
        ),
        Mistake(
            "every row gets the probability 0.5",
            "That is right for coefficients of 0 only. What does the model say with those that it"
            " is given?",
        ),
        Mistake("the sum instead of the mean", "The loss is a mean, so its slope is one too."),
        INDEX,
        LISTS,
    ),
)


UNWEIGHT = Exercise(
    "unweight",
    lesson="07",
    section="What weights do to the odds",
    arguments=("p", "w0", "w1"),
    mistakes=(
        Mistake(
            "the weights are applied once more",
            "The model's odds are already too high by the ratio of the weights. Undoing goes the"
            " other way.",
        ),
        Mistake(
            "the probability is scaled instead of the odds",
            "Weights multiply odds. A certainty would stay a certainty, and here it does not.",
        ),
        Mistake(
            "only w1 is used",
            "What counts is the ratio of the two weights, and `w0` need not be 1.",
        ),
        Mistake("odds are returned", "Odds have to be turned back into a probability."),
        Mistake(
            "the logarithm is subtracted from the probability",
            "The shift by the logarithm of the ratio is one of log odds, not of probabilities.",
        ),
        CERTAIN,
        LISTS,
    ),
)


#: Clients to practise on, one of each kind: the share of the bill that the reference saves there.
PRACTICE = practice("07")

WEIGHTS_OR_THRESHOLD = Exercise(
    "weights_or_threshold",
    lesson="07",
    section="Weights or a threshold?",
    arguments=("X", "y", "cost_fp", "cost_fn", "threshold"),
    mistakes=(
        Mistake(
            plans.BALANCED,
            "Balanced weights answer what would be right if both classes were equally common. Your"
            " clients have prices instead.",
            section="Weights from costs",
        ),
        Mistake(
            plans.NEVER,
            "Some clients only take labels, so a model without weights is used at 0.5 there. And"
            " where no straight line fits, the prices should be known when the line is drawn.",
        ),
        Mistake(
            plans.COSTS,
            "A client whose software compares with the prices has corrected for them already. And"
            " a few rows of great weight can make a poor line: try it on rows held out.",
            section="Correct once",
        ),
        Mistake(
            plans.TWICE,
            "The prices are in the weights and in the threshold as well.",
            section="Correct once",
        ),
        Mistake(
            plans.FORMULA,
            "These are the plans for models that fit. Some clients' models do not, and their rows"
            " can tell you: compare two plans on rows that the model has not learned from.",
            section="When no straight line fits",
        ),
    ),
)

QUIZ = Quiz("07")
