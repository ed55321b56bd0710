"""Exercises of lesson 07, class weights."""

from __future__ import annotations

from imbalance_lab.checks import Call, Exercise, Mistake, Quiz, Refusal, Returned, raises
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


WEIGHTED_LOG_LOSS = Exercise(
    "weighted_log_loss",
    lesson="07",
    section="A loss with weights",
    arguments=("y_true", "p", "w0", "w1"),
    from_scratch=("log_loss",),
    mistakes=(
        Mistake(
            "divided by the number of rows instead of by the weights",
            "Both are in use, so the contract says which one it wants: a weighted mean.",
        ),
        Mistake(
            "the weights are left out",
            "This is the plain log loss, in which each row counts alike.",
        ),
        Mistake(
            "the weights of the two classes are swapped",
            "`w1` belongs to the rows whose true label is 1.",
        ),
        Mistake(
            "the sum instead of the mean",
            "A sum grows with the number of rows. The contract asks for a mean.",
        ),
        Mistake(
            "the sign is reversed",
            "The logarithm of a probability is negative. A loss is not.",
        ),
        Mistake(
            "the probability of the other class went into the logarithm",
            "`p` is the probability of class 1. What probability did the model give to what"
            " happened?",
        ),
        INDEX,
        LISTS,
    ),
)


WEIGHTED_GRADIENT = Exercise(
    "weighted_gradient",
    lesson="07",
    section="The gradient, and what it says at the minimum",
    arguments=("theta", "X", "y", "sample_weight"),
    mistakes=(
        Mistake(
            "divided by the number of rows instead of by the weights",
            "The gradient belongs to the loss of the exercise before, which is a weighted mean.",
        ),
        Mistake(
            "the weights are left out",
            "This is the gradient of the plain log loss.",
        ),
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
        Mistake(
            "the sum instead of the mean",
            "The loss is a mean, so its slope is one too.",
        ),
        INDEX,
        LISTS,
    ),
)


def _has_whole_float(call: Call) -> bool:
    """Return whether some weight is a whole number that is written as a float, such as 3.0."""
    weights = call.args[1].values()
    return any(isinstance(weight, float) and weight == int(weight) for weight in weights)


WEIGHTS_AS_REPEATS = Exercise(
    "weights_as_repeats",
    lesson="07",
    section="A weight is a number of copies",
    arguments=("y", "class_weight"),
    mistakes=(
        Mistake(
            "a weight that is no number of copies is accepted",
            "Nobody can repeat a row two and a half times, or minus once. The contract asks for an"
            " error instead of a silent rounding.",
            when=lambda call, expected, outcome: (
                isinstance(expected, Refusal) and isinstance(outcome, Returned)
            ),
        ),
        Mistake(
            "a class that is not in the dict",
            "In scikit-learn a class without an entry has weight 1, and here too.",
            when=raises("KeyError"),
        ),
        Mistake(
            "a class that is not in the dict is left out",
            "In scikit-learn a class without an entry has weight 1, and here too. Only weight 0"
            " leaves a row out.",
        ),
        Mistake(
            "a weight such as 3.0 is not taken",
            "3.0 is a whole number, although Python calls it a float. What matters is its value,"
            " not its type.",
            only_on=_has_whole_float,
        ),
        Mistake(
            "the weight counts the extra copies only",
            "A row of weight 3 stands there three times in all: once as it was, and twice more.",
        ),
        Mistake(
            "a row of weight 0 is kept",
            "What has no weight does not count, so it has no place among the copies.",
        ),
        Mistake(
            "labels are repeated instead of row positions",
            "The contract asks which rows, so that X and y can both be repeated with the same"
            " positions.",
        ),
        Mistake(
            "the right rows in another order",
            "The contract wants the positions in increasing order, copies side by side.",
        ),
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
        Mistake(
            "odds are returned",
            "Odds have to be turned back into a probability.",
        ),
        Mistake(
            "the logarithm is subtracted from the probability",
            "The shift by the logarithm of the ratio is one of log odds, not of probabilities.",
        ),
        CERTAIN,
        LISTS,
    ),
)


COST_WEIGHTS = Exercise(
    "cost_weights",
    lesson="07",
    section="Weights from costs",
    arguments=("y", "cost_fp", "cost_fn"),
    mistakes=(
        Mistake(
            "the costs are swapped",
            "Ask what goes wrong when this very row is judged wrongly: a positive is then missed, a"
            " negative is falsely flagged.",
        ),
        Mistake(
            "corrected for the class frequencies on top of the costs",
            "The costs alone say what a mistake is worth. Balancing as well corrects twice, and the"
            " model then acts on a price that nobody pays.",
        ),
        Mistake(
            "balanced weights, without the costs",
            "These follow from the class counts. The contract asks for weights that follow from"
            " costs.",
        ),
        Mistake(
            "the weights are not scaled",
            "The ratio is right, but the mean of the weights should be 1, so that a penalty keeps"
            " its strength.",
        ),
        Mistake(
            "every negative has weight 1",
            "The ratio is right, but then the mean of the weights is above 1, and a penalty weighs"
            " less than before. The mean should be 1.",
        ),
        Mistake(
            "the weights add up to 1",
            "Their mean should be 1, so they add up to the number of rows.",
        ),
        LISTS,
    ),
)

QUIZ = Quiz("07")
