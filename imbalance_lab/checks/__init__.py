"""Checks that read like a sentence, for the graded cells of every lesson: see `check`."""

from imbalance_lab.checks.calls import Call, Outcome, Raised, Returned, StandIn, Step, Unusable
from imbalance_lab.checks.check import Check, check
from imbalance_lab.checks.credit import Credit, Earned
from imbalance_lab.checks.exercise import Exercise, Law, Mistake, raises
from imbalance_lab.checks.quiz import Question, Quiz, score_quiz
from imbalance_lab.checks.trials import NO_VALUE, Refusal, Trial, Trials
from imbalance_lab.checks.worth import Case, Curve, Worth
from imbalance_lab.failure import CheckFailed, NotWrittenYet
from imbalance_lab.progress.keeper import watch

__all__ = [
    "NO_VALUE",
    "Call",
    "Case",
    "Check",
    "CheckFailed",
    "Credit",
    "Curve",
    "Earned",
    "Exercise",
    "Law",
    "Mistake",
    "NotWrittenYet",
    "Outcome",
    "Question",
    "Quiz",
    "Raised",
    "Refusal",
    "Returned",
    "StandIn",
    "Step",
    "Trial",
    "Trials",
    "Unusable",
    "Worth",
    "check",
    "raises",
    "score_quiz",
]

watch()
