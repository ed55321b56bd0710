"""Exercises of lesson 01, the accuracy paradox."""

from __future__ import annotations

from imbalance_lab.checks import Exercise, Mistake, Quiz

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
        Mistake(
            "a percentage instead of a share",
            "An accuracy lies between 0 and 1.",
        ),
        Mistake(
            "a count instead of a share",
            "You found how many samples the constant answer gets right. Accuracy is a share of all"
            " of them.",
        ),
    ),
)

SKILL = Exercise(
    "skill",
    lesson="01",
    section="What a model adds",
    arguments=("accuracy", "baseline"),
    mistakes=(
        Mistake(
            "the baseline is forgotten",
            "This is the accuracy itself. Ask what the constant answer would have reached without"
            " a model.",
        ),
        Mistake(
            "the gain is not measured against what was left to gain",
            "From 0.50 to 0.55 and from 0.90 to 0.95 are the same step, but not the same part of"
            " the way to 1.",
        ),
        Mistake(
            "the gain is measured against the baseline itself",
            "The gap that a model can close is the one between the baseline and a perfect model.",
        ),
        Mistake(
            "the ratio of the two accuracies",
            "A ratio is 1, not 0, for a model that adds nothing.",
        ),
        Mistake(
            "the share of the gap that is left open",
            "You measured how far the model is from perfect, and the question is how far it has"
            " come.",
        ),
    ),
)


CONFUSION_OF_CONSTANT = Exercise(
    "confusion_of_constant",
    lesson="01",
    section="Four kinds of outcome, not two",
    arguments=("y", "label"),
    mistakes=(
        Mistake(
            "false positives and false negatives are swapped",
            "The second word is what was predicted: a false negative was called negative, and that"
            " was false.",
        ),
        Mistake(
            "the answer is taken to be 0 whatever `label` says",
            "The function must work for the constant answer 1 too: then everybody is flagged.",
        ),
        Mistake(
            "the order is (tp, fp, fn, tn)",
            "All four counts are right, but the contract asks for (tn, fp, fn, tp), the order of"
            " scikit-learn.",
        ),
        Mistake(
            "shares instead of counts",
            "The four numbers add up to the number of samples.",
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
            "the mean cost instead of the total",
            "The contract asks for the sum over all samples.",
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
        Mistake(
            "all samples were counted",
            "`n_rare` counts the samples of the rarer class only.",
        ),
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

QUIZ = Quiz("01")
