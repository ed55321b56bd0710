"""Exercises of lesson 09, threshold tuning."""

from __future__ import annotations

import numpy as np

from imbalance_lab.checks import Exercise, Mistake, Quiz
from imbalance_lab.checks.calls import Returned
from imbalance_lab.checks.recorded import practice
from imbalance_lab.exercises import ranges

BAYES_THRESHOLD = Exercise(
    "bayes_threshold",
    lesson="09",
    section="The threshold that the costs imply",
    arguments=("cost_fp", "cost_fn", "cost_tn", "cost_tp"),
    mistakes=(
        Mistake(
            "right decisions are taken to be free",
            "The function is also told what a true negative and a true positive cost. Write down"
            " the expected cost of flagging and of passing, with all four costs.",
        ),
        Mistake(
            "the roles of false alarms and misses are swapped",
            "The more a miss costs, the sooner you flag: the threshold must fall as `cost_fn`"
            " grows.",
        ),
        Mistake(
            "the odds instead of the probability",
            "This is the ratio at which the *odds* of being positive tip the balance. The threshold"
            " is a probability.",
        ),
        Mistake(
            "the costs of right decisions are added instead of compared with",
            "What counts for a class is how much *more* the wrong decision costs than the right"
            " one.",
        ),
    ),
)


MIN_COST_THRESHOLD = Exercise(
    "min_cost_threshold",
    lesson="09",
    section="The threshold that was cheapest",
    arguments=("y_true", "y_score", "cost_fp", "cost_fn"),
    mistakes=(
        Mistake(
            "flagging nobody is not among the choices",
            "Sometimes no alarm is worth its cost. Then the contract asks for `math.inf`.",
        ),
        Mistake(
            "the prices of false alarms and misses are swapped",
            "A sample that is flagged and truly 0 is a false alarm and costs `cost_fp`.",
        ),
        Mistake(
            "mistakes are counted, not priced",
            "That threshold makes the fewest mistakes. Multiply each kind by its cost.",
        ),
        Mistake(
            "a score that equals the threshold is not flagged",
            "The threshold must be the lowest score that is flagged, since samples *at* the"
            " threshold are flagged too.",
        ),
        Mistake(
            "the lowest of several equally cheap thresholds",
            "At equal cost the contract asks for the highest threshold: the fewest alarms.",
        ),
        Mistake(
            "the cost instead of the threshold",
            "You found what the cheapest decisions cost. The question is at which score to"
            " begin to flag.",
        ),
        Mistake(
            "the threshold that the formula gives",
            "The formula needs probabilities that are right. Here the scores may be anything, so"
            " the threshold has to be found on the data.",
        ),
        Mistake(
            "samples of equal score are separated",
            "A threshold flags all samples of the same score or none. Count only where the score"
            " changes.",
        ),
    ),
)


def _fills_up(call, expected, outcome):
    capacity = call.args[1] if len(call.args) > 1 else call.kwargs["capacity"]
    if not isinstance(outcome, Returned) or np.size(outcome.value) != np.size(expected):
        return False
    return bool(np.sum(outcome.value) == capacity > np.sum(expected))


def _everybody_fits(call):
    y_score, capacity = (*call.args, *call.kwargs.values())[:2]
    return capacity >= len(y_score)


ALERTS_WITHIN_CAPACITY = Exercise(
    "alerts_within_capacity",
    lesson="09",
    section="When a team sets the limit",
    arguments=("y_score", "capacity"),
    mistakes=(
        Mistake(
            "more alerts than the team can read",
            "Where several samples share the last score, flagging them all exceeds the capacity.",
        ),
        Mistake(
            "it fails where everybody fits in",
            "A capacity for all samples is allowed. There is no score after the last one.",
            only_on=_everybody_fits,
        ),
        Mistake(
            "the last place is always left empty",
            "A sample that just fits in must be flagged: leave out the last score only where more"
            " samples have it than fit.",
        ),
        Mistake(
            "positions instead of decisions",
            "You found which samples come first. The contract asks for one 0 or 1 for each sample,"
            " in the order of the input.",
        ),
        Mistake(
            "samples of equal score are treated differently",
            "You filled the capacity by picking some of several equal samples. A threshold flags"
            " all of them or none.",
            when=_fills_up,
        ),
    ),
)


#: Teams to practise on, by their seed: what the reference is worth there, and how many rows the
#: known mistakes flag.
PRACTICE = {seed: ranges.Told(*told) for seed, told in practice("09").items()}

CHOOSE_THRESHOLD = Exercise(
    "choose_threshold",
    lesson="09",
    section="Costs that nobody knows exactly",
    arguments=("y_true", "y_score", "cost_fp", "cost_fn"),
    mistakes=(
        Mistake(
            ranges.SAME,
            "The teams differ in what their scores are and in what mistakes cost them. No number"
            " fits all of them.",
        ),
        Mistake(
            ranges.LIKELY,
            "Costs far above the most likely one come too, and they are paid in full. What do you"
            " expect to pay, over many days?",
        ),
        Mistake(
            ranges.HIGHEST,
            "The highest cost is a cost of rare days. What do you expect to pay, over many days?",
        ),
        Mistake(
            ranges.FORMULA,
            "The formula needs probabilities that are right. Look at the scores of each team: some"
            " leave the range from 0 to 1, and some are far above the share of frauds.",
            section="The threshold that was cheapest",
        ),
        Mistake(
            ranges.BEST_F1, "F1 has prices of its own, which are those of none of these teams."
        ),
        Mistake(
            ranges.ALIKE, "That threshold makes the fewest mistakes. What does each kind cost?"
        ),
        Mistake(
            ranges.SWAPPED,
            "A fraud that is not flagged is a miss; a legitimate row that is flagged is a false"
            " alarm.",
        ),
    ),
)

QUIZ = Quiz("09")
