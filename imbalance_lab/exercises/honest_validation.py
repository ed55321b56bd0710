"""Exercises of lesson 04, honest validation."""

from __future__ import annotations

from typing import Any

from imbalance_lab.checks import Call, Exercise, Mistake, Outcome, Quiz, Returned
from imbalance_lab.checks.recorded import practice
from imbalance_lab.exercises import hospitals
from imbalance_lab.exercises.inputs import ARRAYS, INDEX

LEAK_SIZE = Exercise(
    "leak_size",
    lesson="04",
    section="What leaked: twins",
    arguments=("X", "y", "random_state"),
    mistakes=(
        Mistake(
            "the difference has the wrong sign",
            "A leak that flatters is positive: it is what the leaky score has too much.",
        ),
        Mistake(
            "the leaky score itself",
            "A score is no leak yet. Take from it what the same model reaches when no copy can"
            " cross the split.",
        ),
        Mistake(
            "the honest score itself",
            "That is what the model is worth. The question is by how much the other order of steps"
            " overstates it.",
        ),
        Mistake(
            "the test part of the honest run is resampled too",
            "After the split only the training part gets copies. The test part stays as it came.",
        ),
        Mistake(
            "the splits are not stratified",
            "The contract asks for stratified splits, so that both runs are judged on the share of"
            " positives that they should have.",
        ),
    ),
)


def _number(outcome: Outcome) -> float | None:
    value = outcome.value if isinstance(outcome, Returned) else None
    return float(value) if isinstance(value, int | float) else None


def _simulated(call: Call, expected: Any, outcome: Outcome) -> bool:
    """Return whether a value is near, and a number of hits in some thousand runs."""
    value = _number(outcome)
    if value is None or not 0 < abs(value - expected) < 0.05:
        return False
    if any(value == round(expected, digits) for digits in range(2, 7)):
        return False  # it was rounded
    many, few = (
        any(abs(value * runs - round(value * runs)) < 1e-9 * runs for runs in numbers)
        for numbers in ((3000, 10_000, 100_000), (400,))
    )
    return many and not few


PROBABILITY_OF_EMPTY_FOLD = Exercise(
    "probability_of_empty_fold",
    lesson="04",
    section="How likely is a fold without a positive?",
    arguments=("n_samples", "n_positives", "n_folds"),
    mistakes=(
        Mistake(
            "the chance that one given fold is empty",
            "That is the chance for one fold that you pick beforehand. Any of the folds can be the"
            " empty one.",
        ),
        Mistake(
            "the chances of the folds are added up",
            "Where two folds are empty at once, the sum counts that case twice. It can even exceed"
            " 1.",
        ),
        Mistake(
            "the folds are treated as independent",
            "They share the same positives: a positive that is in one fold is missing in the"
            " others.",
        ),
        Mistake(
            "the correction ends with pairs of folds",
            "Three folds can be empty at once too, and then the pairs among them were taken away"
            " too often.",
        ),
        Mistake(
            "every positive picks its fold on its own",
            "Folds have equal size: one that holds many positives has less room for another.",
        ),
        Mistake(
            "the chance that no fold is empty",
            "You have answered the opposite question: how likely is it that every fold has a"
            " positive?",
        ),
        Mistake(
            "a simulation instead of the exact value",
            "A simulation gives the value with an error that shrinks only slowly with the number of"
            " runs. It is a good way to check an exact answer, which the contract asks for.",
            when=_simulated,
        ),
    ),
)


#: Hospitals to practise on, by their seed: what known routes say there, and what came.
PRACTICE = practice("04")

HONEST_AUC = Exercise(
    "honest_auc",
    lesson="04",
    section="Groups: rows that know each other",
    arguments=("X", "y", "patient"),
    mistakes=(
        Mistake(
            hospitals.SAME,
            "Hospitals differ in how well their patients can be told apart, and in some of them"
            " not at all. A number that is the same for all of them was not made from the slides.",
        ),
        Mistake(
            hospitals.REPORT,
            "These are the numbers of the report. Copies were made before the folds, so that most"
            " slides of the ill are judged by a twin.",
            section="What leaked: twins",
        ),
        Mistake(
            hospitals.ROWS,
            "The copies are where they belong, but slides of one patient are still on both sides:"
            " the model can recognise her.",
        ),
        Mistake(
            hospitals.MEMORY,
            "The slides that judge the model are those that it has learned from.",
            section="What leaked: twins",
        ),
        Mistake(
            hospitals.LEAK,
            "This is by how much the report is too high. What is asked for is the score itself.",
        ),
    ),
)


COMPARE_MODELS = Exercise(
    "compare_models",
    lesson="04",
    section="How sure is a difference?",
    arguments=("scores_a", "scores_b", "n_train", "n_test"),
    mistakes=(
        Mistake(
            "A minus B instead of B minus A", "The interval should be positive where B is better."
        ),
        Mistake(
            "the scores are treated as independent",
            "They share most of their training rows, so each new one tells less than a fresh"
            " experiment would. The correction for that is missing.",
        ),
        Mistake(
            "the ratio of the two sizes is inverted",
            "A larger test part, and so a smaller training part, makes the correction larger.",
        ),
        Mistake(
            "the correction replaces the usual term",
            "The correction is added to what independent scores would have: both count.",
        ),
        Mistake(
            "the pairs are torn apart",
            "The two variances are added as if the models had been judged on different splits. What"
            " counts is how much the difference varies from split to split.",
        ),
        Mistake(
            "the test part as a share of all rows",
            "The correction compares the test part with the training part.",
        ),
        Mistake(
            "the sum of squares is divided by the number of splits",
            "The contract names another denominator. NumPy and pandas have different defaults for"
            " it.",
        ),
        Mistake(
            "the quantile of the normal distribution",
            "The variance itself is only estimated, from few splits, so the contract asks for a"
            " wider distribution.",
        ),
        INDEX,
        ARRAYS,
    ),
)

QUIZ = Quiz("04")
