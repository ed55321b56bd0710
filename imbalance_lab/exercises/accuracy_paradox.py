"""Exercises of lesson 01, the accuracy paradox."""

from __future__ import annotations

from imbalance_lab.checks import Exercise, Mistake, Quiz
from imbalance_lab.exercises.rules import MOST_ACCURATE, MOST_FOUND, SAME_FOR_ALL

MAJORITY_ACCURACY = Exercise(
    "majority_accuracy",
    lesson="01",
    section="Where the 99% come from",
    arguments=("y",),
    mistakes=(
        Mistake(
            "label 1 is taken for the rare class",
            "The common class can have any label, 1 too. Find out which one is most frequent.",
        ),
        Mistake(
            "the share of the rarest class",
            "That is how often the constant answer errs when there are two classes. The question"
            " is how often it is right.",
        ),
        Mistake("a percentage instead of a share", "An accuracy lies between 0 and 1."),
        Mistake(
            "a count instead of a share",
            "You found how many samples the constant answer gets right. Accuracy is a share of all"
            " of them.",
        ),
    ),
)

COST_OF = Exercise(
    "cost_of",
    lesson="01",
    section="Put a price on each mistake",
    arguments=("y_true", "y_pred", "cost_fp", "cost_fn"),
    mistakes=(
        Mistake(
            "the prices of false alarms and misses are swapped",
            "A false positive (FP) is a false alarm: truly 0, predicted 1.",
        ),
        Mistake(
            "the mean cost instead of the total", "The contract asks for the sum over all samples."
        ),
        Mistake(
            "the number of mistakes, unpriced",
            "Counting mistakes is what accuracy does. Each kind has its own price.",
        ),
        Mistake(
            "every flag is charged, the right ones too",
            "In this contract right decisions cost nothing, so a true positive is free.",
        ),
    ),
)

DIAGNOSE = Exercise(
    "diagnose",
    lesson="01",
    section="Two kinds of rarity",
    arguments=("y",),
    mistakes=(
        Mistake(
            "only the severity, without the number of positives",
            "The ratio alone says little: the count is the part that limits what can be learned.",
        ),
        Mistake(
            "the size of the common class was returned",
            "`n_rare` counts the samples of the rarer class.",
        ),
        Mistake("all samples were counted", "`n_rare` counts the samples of the rarer class only."),
        Mistake(
            "label 1 is taken for the rare class",
            "Either class may be the rarer one, and its label may be anything.",
        ),
        Mistake(
            "the share of the common class was graded",
            "Severity goes by the share of the rarer class.",
        ),
    ),
)

CHEAPEST_RULE = Exercise(
    "cheapest_rule",
    lesson="01",
    section="Which rule is the cheapest?",
    arguments=("past",),
    mistakes=(
        Mistake(
            MOST_ACCURATE,
            "At every company your answer is the rule with the highest accuracy. Accuracy charges a"
            " needless review as much as a missed fraud, so it hardly ever lets you flag anybody.",
            section="Put a price on each mistake",
        ),
        Mistake(
            MOST_FOUND,
            "Whoever flags everybody misses nothing and pays for every review. Set what is found"
            " against what it costs to find it.",
            section="Put a price on each mistake",
        ),
        Mistake(
            SAME_FOR_ALL,
            "Your answer is the same everywhere, although companies differ in how much fraud they"
            " have. What pays at one of them is too much or too little at another.",
        ),
    ),
)

QUIZ = Quiz("01")
