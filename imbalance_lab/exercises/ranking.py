"""Exercises of lesson 03, ranking."""

from __future__ import annotations

from imbalance_lab.checks import Exercise, Mistake, Quiz, Worth
from imbalance_lab.checks.recorded import practice
from imbalance_lab.exercises.choices import Told
from imbalance_lab.exercises.inputs import ARRAYS, INDEX
from imbalance_lab.exercises.teams import LOWEST, POOLED, WHOLE_LIST, judge

#: Teams to practise on: what each model finds for them later, and what is told to the judge.
PRACTICE_SEED, *_told = practice("03")
PRACTICE = Told(*_told)


def practice_teams() -> Worth:
    """Return the judge of choices for the teams to practise on."""
    return judge(PRACTICE_SEED, PRACTICE, "with the teams for practice")


ROC_AUC_BY_PAIRS = Exercise(
    "roc_auc_by_pairs",
    lesson="03",
    section="The ROC curve, pair by pair",
    arguments=("y_true", "y_score"),
    mistakes=(
        Mistake(
            "ties count for nothing",
            "Where a positive and a negative have the same score, nobody has won. Read in the"
            " contract what such a pair counts.",
        ),
        Mistake(
            "ties count as won",
            "With this a score that is the same for everybody would be perfect. Read in the"
            " contract what a tie counts.",
        ),
        Mistake(
            "the number of pairs instead of their share",
            "An area under a ROC curve lies between 0 and 1.",
        ),
        Mistake(
            "the winners are the negatives",
            "You measured how often a negative outranks a positive. A good score gives the positive"
            " the higher value.",
        ),
        Mistake(
            "pairs within a class were counted too",
            "Only pairs of one positive and one negative say anything about the ranking. Divide by"
            " their number.",
        ),
        INDEX,
        ARRAYS,
    ),
    from_scratch=("roc_auc_score", "RocCurveDisplay", "get_scorer"),
)

AVERAGE_PRECISION = Exercise(
    "average_precision",
    lesson="03",
    section="The precision-recall curve, positive by positive",
    arguments=("y_true", "y_score"),
    mistakes=(
        Mistake(
            "the points were joined by straight lines (the trapezoidal rule)",
            "Average precision is a sum of steps. Between two points of the curve precision does"
            " not move in a straight line, and the line to the end at precision 1 adds an area that"
            " no threshold can reach.",
            section="Why not a straight line",
        ),
        Mistake(
            "equal scores were taken one after another",
            "No threshold separates samples of the same score, so they enter together. Otherwise"
            " the result depends on the order of the rows.",
        ),
        Mistake(
            "the mean over all ranks",
            "Only a step that gains recall counts, so negatives add no precision of their own.",
        ),
        Mistake(
            "precision was replaced by the best one at any higher recall",
            "That is interpolated average precision, an older convention of text retrieval. The"
            " contract takes each precision as it is.",
        ),
        Mistake(
            "the list begins with the lowest score",
            "A positive should have a high score, so lower the threshold from above.",
        ),
        Mistake(
            "each gain of recall goes with the precision of the threshold before",
            "The samples that bring the recall are flagged at the new threshold, so its precision"
            " belongs to the step.",
        ),
        INDEX,
        ARRAYS,
    ),
    from_scratch=(
        "average_precision_score",
        "label_ranking_average_precision_score",
        "PrecisionRecallDisplay",
        "get_scorer",
    ),
)

PRECISION_AT_RECALL = Exercise(
    "precision_at_recall",
    lesson="03",
    section="Find the bug",
    arguments=("y_true", "y_score", "min_recall"),
    mistakes=(
        Mistake(
            "more than the required recall, not at least",
            "A threshold that reaches the recall exactly is allowed too.",
        ),
        Mistake(
            "an index of the reversed recall was used on the precision that is not reversed",
            "This is the bug of the colleague: read both arrays in the same order.",
        ),
        Mistake(
            "the first threshold that reaches the recall, not the best one",
            "A lower threshold can have a higher precision, because precision goes up and down."
            " The contract asks for the highest among all that are allowed.",
        ),
        Mistake(
            "the lowest precision instead of the highest",
            "You may choose among the thresholds that reach the recall. Choose the best.",
        ),
        Mistake(
            "recall and precision changed places", "You found the best recall at a given precision."
        ),
        Mistake(
            "the nearest recall, which may be too low",
            "The recall is a requirement. A threshold that misses it by little misses it.",
        ),
        Mistake(
            "the precision was read between two points of the curve",
            "No threshold lies there. Choose among the thresholds that there are.",
        ),
    ),
)

CHOOSE_MODEL = Exercise(
    "choose_model",
    lesson="03",
    section="A team with capacity",
    arguments=("days", "capacity"),
    mistakes=(
        Mistake(
            WHOLE_LIST,
            "This is what a measure such as ROC AUC, average precision or accuracy chooses. It has"
            " never heard how many cases a team can look at, and these teams differ in that.",
        ),
        Mistake(
            POOLED,
            "The team looks at so many cases on *each* day. You took so many of all days together,"
            " which is the very top of the list, where no team stays for long.",
        ),
        Mistake(
            LOWEST,
            "Sorting puts the lowest scores first. The most suspicious cases are at the other end.",
        ),
    ),
)

QUIZ = Quiz("03")
