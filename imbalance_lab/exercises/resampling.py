"""Exercises of lesson 05, resampling."""

from __future__ import annotations

from imbalance_lab.checks import Exercise, Law, Mistake, Quiz
from imbalance_lab.exercises import nights
from imbalance_lab.exercises.drawn import (
    INDEX_LABELS,
    MASK,
    SAME_SEED_SAME_ROWS,
    classes_of,
    n_drawn,
    no_positions,
    positions,
    rows_that,
)
from imbalance_lab.exercises.drawn import rows_with as rows_with  # for the check of exercise 1

EQUAL = "the classes are made equal whatever `ratio` says"


def _undersampled(rows, y, ratio, random_state=0):
    """Law: every rare row once, and as many different common rows as the ratio asks for."""
    found = positions(rows, y)
    if found is None:
        return no_positions(y)
    common, rare = classes_of(y)
    if len(set(found)) < len(found):
        return "a row comes more than once"
    if rare - set(found):
        return f"{len(rare - set(found))} of {len(rare)} rows of the rare class are missing"
    kept, wanted = len(common & set(found)), int(len(rare) / ratio)
    return kept == wanted or f"{kept} rows of the common class are kept, not {wanted}"


N_SEEDS = 60


class _EveryRowHasItsChance:
    """Law for N_SEEDS seeds on the same labels: each common row is kept by one of them.

    A right answer fails it with a probability below 1 in 10 million.
    """

    def __init__(self):
        self._seeds = 0
        self._kept = set()
        self._draws = set()

    def __call__(self, rows, y, ratio, random_state):
        """Collect the rows of each seed; judge them when the last seed is in."""
        kept = classes_of(y)[0] & set(positions(rows, y))
        self._seeds += 1
        self._kept |= kept
        self._draws.add(frozenset(kept))
        if self._seeds < N_SEEDS:
            return True
        missed = classes_of(y)[0] - self._kept
        if missed:
            return f"over {N_SEEDS} seeds, row {min(missed)} was never drawn"
        return len(self._draws) > 1 or f"all {N_SEEDS} seeds keep the same rows"


_CHANCE = Law(
    _EveryRowHasItsChance,
    "over many seeds, every row of the common class is kept by some",
    shows=Mistake(
        "the rows are not drawn at random",
        "Whatever the seed, the same rows come, or some never do. Draw from the whole class, and"
        " make your source of random numbers from the `random_state` that came.",
    ),
)


RANDOM_UNDERSAMPLE = Exercise(
    "random_undersample",
    lesson="05",
    section="Two ways to change a ratio",
    arguments=("y", "ratio", "random_state"),
    mistakes=(
        MASK,
        INDEX_LABELS,
        Mistake(
            "rows are drawn with replacement",
            "A row that is kept is kept once. Draw without replacement.",
            when=rows_that(lambda times, common, rare, ratio: max(times.values()) > 1),
        ),
        Mistake(
            "the rare class is left out",
            "You returned the sample of the common class only. The rare rows belong to the result.",
            when=rows_that(lambda times, common, rare, ratio: not rare & set(times)),
        ),
        Mistake(
            "rows of the rare class are dropped too",
            "Every positive is precious: undersampling drops rows of the common class only.",
            when=rows_that(lambda times, common, rare, ratio: rare - set(times)),
        ),
        Mistake(
            EQUAL,
            "Keep as many common rows as the ratio asks for, not as many as there are rare ones.",
            when=rows_that(
                lambda times, common, rare, ratio: (
                    ratio != 1 and n_drawn(times, common) == len(rare)
                )
            ),
        ),
        Mistake(
            "the ratio is turned upside down",
            "A ratio of 0.5 means one rare row for two common ones, so more common rows stay than"
            " there are rare ones.",
            when=rows_that(
                lambda times, common, rare, ratio: (
                    ratio != 1 and n_drawn(times, common) == int(len(rare) * ratio)
                )
            ),
        ),
    ),
    laws={
        "rows": Law(_undersampled, "every rare row once, and n_rare / ratio different common rows"),
        "same seed": SAME_SEED_SAME_ROWS,
        "chance": _CHANCE,
    },
    from_scratch=("RandomUnderSampler", "make_imbalance"),
)


MATCHING_THRESHOLD = Exercise(
    "matching_threshold",
    lesson="05",
    section="What balancing does to probabilities",
    arguments=("prevalence", "ratio", "threshold"),
    mistakes=(
        Mistake(
            "the other way round: from the untouched model to the resampled one",
            "Resampling makes the odds of every row larger, so the untouched model has to flag at"
            " smaller ones.",
        ),
        Mistake(
            "the probability is divided, not the odds",
            "What resampling multiplies are the odds. Turn the threshold into odds first, and the"
            " result back into a probability.",
        ),
        Mistake(
            "odds instead of a probability",
            "You have found the odds before resampling. A threshold is a probability.",
        ),
        Mistake(
            "the prevalence is taken for the ratio before",
            "The ratio before resampling is rare rows for each common row. The prevalence is a"
            " share of all rows.",
        ),
        Mistake(
            "the ratio is taken for the share of all rows",
            "A ratio of 0.5 means one rare row for two common ones: a third of all rows is rare.",
        ),
        Mistake(EQUAL, "1:1 is only one choice. Use the ratio that was asked for."),
        Mistake(
            "0.5 whatever `threshold` says",
            "The resampled model may flag from any probability on. Turn `threshold` into odds too.",
        ),
    ),
)


INFORMATION_KEPT = Exercise(
    "information_kept",
    lesson="05",
    section="What undersampling throws away",
    arguments=("y", "ratio"),
    mistakes=(
        Mistake(
            "the share of the rows that is kept",
            "Rows are not information: the rare class limits how much the common rows can tell."
            " Compare the two variances.",
        ),
        Mistake(
            "only the variance of the common class was compared",
            "Both classes contribute to the variance of a difference, and the rare one most.",
        ),
        Mistake(
            "the ratio of the variances is turned upside down",
            "Fewer rows cannot keep more than everything: the result is at most 1.",
        ),
        Mistake(
            "standard errors were compared instead of variances",
            "The contract asks for the ratio of the variances, without a root.",
        ),
        Mistake("the share that is lost", "The contract asks for the share that is kept."),
        Mistake(
            EQUAL, "At a ratio below 1 more of the common class is kept, and more information."
        ),
        Mistake(
            "compared with endlessly many common rows",
            "That is the rule of thumb for a common class without end. The contract compares with"
            " the common rows that there are.",
        ),
    ),
)


#: Companies to practise on, by their seed: the average precision of balanced nights there, and what
#: the reference adds to it.
PRACTICE = {
    0: {nights.BALANCED: 0.1162, nights.REFERENCE: 0.0},
    4: {nights.BALANCED: 0.3224, nights.REFERENCE: 0.0653},
    11: {nights.BALANCED: 0.1566, nights.REFERENCE: 0.0514},
}

NEGATIVES_TO_KEEP = Exercise(
    "negatives_to_keep",
    lesson="05",
    section="How many to keep?",
    arguments=("X", "y", "X_try", "y_try", "budget"),
    mistakes=(
        Mistake(
            nights.ALL_BALANCED,
            "You balanced to 1:1 at every company. Companies differ in how much time they have; try"
            " other numbers on the rows that came for it.",
        ),
        Mistake(
            nights.RATIO,
            "These numbers are so small that they look like ratios. The contract asks how many"
            " negatives are kept.",
        ),
        Mistake(
            nights.TOO_MANY,
            "At one company at least not even one tree is ready in the morning: the frauds and the"
            " negatives together are more than its budget.",
        ),
    ),
)

QUIZ = Quiz("05")
