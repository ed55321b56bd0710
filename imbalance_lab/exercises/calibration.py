"""Exercises of lesson 10, calibration and prior shift."""

from __future__ import annotations

from imbalance_lab.checks import Exercise, Mistake, Quiz
from imbalance_lab.exercises.inputs import CERTAIN

BRIER_SCORE = Exercise(
    "brier_score",
    lesson="10",
    section="Brier score and log loss: scores that reward honesty",
    arguments=("y_true", "p"),
    from_scratch=("brier_score_loss", "mean_squared_error"),
    mistakes=(
        Mistake(
            "the absolute error instead of the squared one",
            "The mean absolute error pays you to say 0 or 1 whatever you believe. Look at the"
            " figure again.",
        ),
        Mistake(
            "the root was taken",
            "The mean of the squares is the score itself, without a root.",
        ),
        Mistake(
            "the sum instead of the mean",
            "A score that grows with the number of rows can't be compared between data sets.",
        ),
        Mistake(
            "both classes were summed",
            "With two classes that counts every error twice. The contract sums over the rows only.",
        ),
        Mistake(
            "the probabilities were turned into decisions first",
            "That is the share of wrong decisions at 0.5. It does not notice whether 0.51 or 0.99"
            " was said.",
        ),
    ),
)


RELIABILITY_TABLE = Exercise(
    "reliability_table",
    lesson="10",
    section="Reliability: look at the promises one by one",
    arguments=("y_true", "p", "n_bins"),
    mistakes=(
        Mistake(
            "bins of equal width",
            "With a rare class nearly all rows fall into the first of them. The contract asks for"
            " bins by rank, with about equal numbers of rows.",
        ),
        Mistake(
            "equal probabilities are torn apart",
            "Rows with the same probability must share a bin, or the table depends on the order of"
            " the rows. Look at how the contract defines a rank.",
        ),
        Mistake(
            "a tie gets the highest of its ranks",
            "The rank is the number of rows with a strictly smaller probability, so equal rows get"
            " the lowest of their places.",
        ),
        Mistake(
            "the bins are cut at quantiles of the probabilities",
            "Quantiles are values between the rows, and ties move them. The contract puts a row"
            " into a bin by its rank.",
        ),
        Mistake(
            "empty bins were kept",
            "A bin without rows has no mean. The table has a row only for each bin that is not"
            " empty.",
        ),
        Mistake(
            "positives were counted instead of their share",
            "To be compared with a mean probability, the observed positives have to be divided by"
            " the number of rows in the bin.",
        ),
    ),
)


CORRECT_UNDERSAMPLING = Exercise(
    "correct_undersampling",
    lesson="10",
    section="Undo undersampling",
    arguments=("p_s", "beta"),
    mistakes=(
        Mistake(
            "the probabilities were distorted once more",
            "That is what undersampling does to a probability. The correction goes the other way:"
            " it makes probabilities smaller.",
        ),
        Mistake(
            "the probability was multiplied by beta",
            "It is the odds that shrink by this factor. A certain positive stays certain.",
        ),
        Mistake(
            "beta is taken for the share that was dropped",
            "`beta` is the share of the negatives that was kept.",
        ),
        CERTAIN,
        Mistake(
            "odds are returned",
            "Odds have to be turned back into a probability.",
        ),
    ),
)


SHIFT_PRIOR = Exercise(
    "shift_prior",
    lesson="10",
    section="Another prevalence: prior shift",
    arguments=("p", "old", "new"),
    mistakes=(
        Mistake(
            "old and new are swapped",
            "The model was trained at `old` and is used at `new`. Where positives are rarer,"
            " probabilities must fall.",
        ),
        Mistake(
            "the probability was multiplied by the ratio of the prevalences",
            "That can exceed 1. The negatives change their share too, and the two have to be put"
            " in relation again.",
        ),
        Mistake(
            "the share of the negatives was left as it was",
            "If positives get rarer, negatives get more common. Both sides of the odds change.",
        ),
        CERTAIN,
        Mistake(
            "odds are returned",
            "Odds have to be turned back into a probability.",
        ),
    ),
)


CALIBRATED_PIPELINE = Exercise(
    "calibrated_pipeline",
    lesson="10",
    section="Calibrate with data: Platt and isotonic",
    arguments=("X", "y", "train", "calibration", "method"),
    mistakes=(
        Mistake(
            "it is not calibrated",
            "These are the probabilities of the model with balanced weights. The calibrator is"
            " missing.",
        ),
        Mistake(
            "calibrated on the rows that the model was trained on",
            "On its own training rows a model looks better than it is, so the calibrator learns to"
            " believe it. It needs rows that the model has not seen.",
        ),
        Mistake(
            "calibrated on the test rows",
            "Rows that are neither for training nor for calibration are there to judge the result."
            " Whatever has learned from them can't be judged on them.",
        ),
        Mistake(
            "calibrated on all rows that were not trained on, the test rows among them",
            "Rows that are neither for training nor for calibration are there to judge the result."
            " Nothing may learn from them.",
        ),
        Mistake(
            "the scaler has learned from all rows",
            "Mean and spread of the test rows went into the model. The scaler is a step of the"
            " model and learns from the training rows only.",
        ),
        Mistake(
            "the training rows were calibrated on as well",
            "More rows, but the model has seen most of them. The calibrator may learn from the"
            " calibration rows only.",
        ),
        Mistake(
            "the model has learned from the calibration rows too",
            "Then they are no longer unseen. The scaler and the regression may learn from the"
            " training rows only.",
        ),
    ),
)

QUIZ = Quiz("10")
