"""Exercises of lesson 09, threshold tuning."""

from __future__ import annotations

import numpy as np

from imbalance_lab.checks import Exercise, Mistake, Quiz
from imbalance_lab.checks.calls import Returned

APPLY_THRESHOLD = Exercise(
    "apply_threshold",
    lesson="09",
    section="A threshold makes decisions",
    arguments=("y_score", "threshold"),
    mistakes=(
        Mistake(
            "a score that equals the threshold is not flagged",
            "The threshold is the score *from which on* a sample is flagged: at or above it.",
        ),
        Mistake(
            "low scores are flagged instead of high ones",
            "A high score speaks for the positive class.",
        ),
        Mistake(
            "truth values instead of the labels 0 and 1",
            "The comparison is right. The contract asks for the integers 0 and 1.",
        ),
        Mistake(
            "0.5 is used whatever `threshold` says",
            "This is what `predict` does. Here the threshold is an argument.",
        ),
    ),
)


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
            "You found what the cheapest decisions cost. The question is from which score on to"
            " flag.",
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


THRESHOLD_FOR_RECALL = Exercise(
    "threshold_for_recall",
    lesson="09",
    section="When a promise replaces the price",
    arguments=("y_true", "y_score", "min_recall"),
    mistakes=(
        Mistake(
            "the lowest threshold instead of the highest",
            "Flagging everybody always reaches the recall. Of all thresholds that do, the highest"
            " one raises the fewest alarms.",
        ),
        Mistake(
            "an interpolated quantile",
            "A quantile between two scores may miss one positive more than allowed, or lie lower"
            " than it must. The threshold is the score of a positive sample.",
        ),
        Mistake(
            "a share of all samples instead of the positives",
            "Recall looks at the positives only: which share of *them* is flagged?",
        ),
        Mistake(
            "one positive too few: the number was rounded down",
            "With a whole number of positives you need the next one where the share falls between"
            " two of them.",
        ),
        Mistake(
            "a recall that equals `min_recall` is not accepted",
            "The contract says at least: exactly `min_recall` is enough.",
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


TUNED_CLASSIFIER = Exercise(
    "tuned_classifier",
    lesson="09",
    section="scikit-learn tunes it for you",
    arguments=("cost_fp", "cost_fn"),
    mistakes=(
        Mistake(
            "the costs play no part in the threshold",
            "The balanced model decides at 0.5 whatever the costs are, and the wrapper, when it is"
            " given no `scoring`, maximises balanced accuracy, which comes to much the same.",
        ),
        Mistake(
            "the formula is applied to probabilities that weights have moved",
            "The formula needs probabilities that are right, and balanced weights make them far"
            " too high. So the threshold has to be found on data.",
        ),
        Mistake(
            "the cost is maximised",
            "A scorer is something to be made large. A cost has to be declared as the opposite.",
        ),
        Mistake(
            "the prices of false alarms and misses are swapped",
            "A sample that is predicted 1 and truly 0 is a false alarm.",
        ),
        Mistake(
            "the class weights of the model are not balanced",
            "The decisions are right, and the probabilities are those of another model. The"
            " contract names the one whose threshold is tuned.",
        ),
        Mistake(
            "F1 was maximised instead of the cost minimised",
            "F1 has a price list of its own (lesson 02). Here the prices are given.",
        ),
    ),
)

QUIZ = Quiz("09")
