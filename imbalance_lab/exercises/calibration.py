"""Exercises of lesson 10, calibration and prior shift."""

from __future__ import annotations

from imbalance_lab.checks import Exercise, Mistake, Quiz
from imbalance_lab.exercises import repairs
from imbalance_lab.exercises.inputs import CERTAIN

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


SHIFT_PRIOR = Exercise(
    "shift_prior",
    lesson="10",
    section="Another prevalence",
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
        Mistake("odds are returned", "Odds have to be turned back into a probability."),
    ),
)


CALIBRATED_PIPELINE = Exercise(
    "calibrated_pipeline",
    lesson="10",
    section="On which rows?",
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

#: Clients to practise on, by their seed: what known routes are worth there.
PRACTICE = {
    10: {repairs.NOTHING: 0.0, repairs.PLATT: 0.3098, repairs.REFERENCE: 0.3117},
    16: {repairs.NOTHING: 0.3882, repairs.PLATT: 0.3147, repairs.REFERENCE: 0.3897},
    2: {repairs.NOTHING: 0.1961, repairs.PLATT: 0.3092, repairs.REFERENCE: 0.3109},
    3: {repairs.NOTHING: 0.1022, repairs.PLATT: 0.1758, repairs.REFERENCE: 0.3258},
    4: {repairs.NOTHING: 0.0, repairs.PLATT: 0.0, repairs.REFERENCE: 0.3249},
}

REPAIR = Exercise(
    "repair",
    lesson="10",
    section="Five clients, five broken promises",
    arguments=("p", "y", "p_new", "prevalence"),
    mistakes=(
        Mistake(
            repairs.NOTHING,
            "These are the probabilities that came in. At some clients they are right; hold their"
            " mean against the prevalence and their practice part against what came.",
        ),
        Mistake(
            repairs.CONSTANT,
            "That is the forecast from which skill is measured, so it is worth nothing. A repair"
            " keeps the order of the rows.",
        ),
        Mistake(
            repairs.OLD_PREVALENCE,
            "Whatever learns from the practice part learns its prevalence too. At one client the"
            " new rows come from elsewhere; compare `y.mean()` with `prevalence`.",
        ),
        Mistake(
            repairs.STEPS,
            "From seven positives isotonic regression makes a few steps, the lowest at 0. Count the"
            " positives of the practice part before you choose.",
        ),
        Mistake(
            repairs.BENT,
            "A slope that was learned from so few positives can be far off. A level has to be"
            " learned from nothing at all if the prevalence is known.",
        ),
        Mistake(
            repairs.LEVEL_ONLY,
            "This mends the sum of the probabilities. At some clients they are overconfident as"
            " well, or bent, and their practice part has the positives to show it.",
        ),
        Mistake(
            repairs.STRAIGHT,
            "One client has hundreds of positives in its practice part. Draw its reliability"
            " diagram on the log odds: is what you see a straight line?",
        ),
    ),
)

QUIZ = Quiz("10")
