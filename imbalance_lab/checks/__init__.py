"""Checks that read like a sentence, for the graded cells of every lesson.

>>> from imbalance_lab.checks import Exercise, check
>>> double = Exercise("double", lesson="00", section="Warm-up", arguments=("x",))
>>> check(lambda x: 2 * x, double).on(3).gives(6)
double: right on this input.
"""

from imbalance_lab.checks.calls import Call, Outcome, Raised, Returned, StandIn, Step, Unusable
from imbalance_lab.checks.check import Check, CheckFailed, check, score_quiz
from imbalance_lab.checks.credit import Credit
from imbalance_lab.checks.exercise import Exercise, Mistake, Question, Quiz, raises

__all__ = [
    "Call",
    "Check",
    "CheckFailed",
    "Credit",
    "Exercise",
    "Mistake",
    "Outcome",
    "Question",
    "Quiz",
    "Raised",
    "Returned",
    "StandIn",
    "Step",
    "Unusable",
    "check",
    "raises",
    "score_quiz",
]
