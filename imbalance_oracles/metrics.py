"""Answer keys of lesson 02, metrics at a threshold."""

from __future__ import annotations

from imbalance_lab.checks import Question

LESSON = "02"
QUIZ = {
    1: Question(
        right="c",
        mistakes={
            "a": "That would be so if ill and healthy were equally common. Count among 10,000"
            " people: how many of each kind get a positive result?",
            "b": "95% is about the healthy. The question starts from a positive result.",
            "d": "Recall, specificity and prevalence are all that is needed.",
        },
        section="A detector with two good numbers",
    ),
    2: Question(
        right="a",
        mistakes={
            "b": "Balanced accuracy can't tell: it has no precision in it, and would call the"
            " same detector equally good in a clinic and in a screening.",
            "c": "It is unaffected by prevalence, so it can't show what prevalence does to alarms.",
            "d": "Both rates are measured within one class each, so their mean is the same at"
            " every prevalence.",
        },
        section="Both classes in one number",
    ),
    3: Question(
        right="d",
        mistakes={
            "a": "F1 ignores the price list altogether. Which price it acts as if it had"
            " depends on the model.",
            "b": "Accuracy prices both mistakes alike.",
            "c": "Balanced accuracy acts as if a miss cost (1 − π)/π false alarms: 99 here, not"
            " 20.",
        },
        section="Every measure has a price list",
    ),
    4: Question(
        right="b",
        mistakes={
            "a": "Ten of ten is compatible with a recall well below 1: think of the rule of three.",
            "c": "The negatives say nothing about recall. Only the ten positives count.",
            "d": "An interval can be given. It is wide, and that is the message.",
        },
        section="How sure is a recall from twenty positives?",
    ),
    5: Question(
        right="b",
        mistakes={
            "a": "F1 is no average over samples, so a mean of ten small F1 values is not the F1"
            " of the whole.",
            "c": "Leaving folds out makes the bias depend on which folds failed.",
            "d": "Then every value depends on the luck of one fold, and the choice is biased"
            " upwards.",
        },
        section="Ten folds, one F1",
    ),
}
