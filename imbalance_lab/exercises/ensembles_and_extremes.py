"""Exercises of lesson 11, ensembles and very few positives."""

from __future__ import annotations

from collections import Counter

from imbalance_lab.checks import Exercise, Law, Mistake, Quiz, Worth
from imbalance_lab.exercises import contests
from imbalance_lab.exercises.drawn import (
    INDEX_LABELS,
    MASK,
    SAME_SEED_SAME_ROWS,
    classes_of,
    n_drawn,
    no_positions,
    positions,
    rows_that,
    rows_with,
)
from imbalance_lab.exercises.inputs import LISTS

drawn_as = rows_with  # as the check of exercise 1 calls it


def _plain_bootstrap(times, common, rare, *_):
    return sum(times.values()) == len(common) + len(rare)


def _as_many_as_common(times, common, rare, *_):
    return n_drawn(times, common) == n_drawn(times, rare) == len(common)


def _rare_kept_once(times, common, rare, *_):
    # With seven rows or more, a draw with replacement hardly ever has each row exactly once.
    once = len(rare) >= 7 and all(times[row] == 1 for row in rare)
    return once and n_drawn(times, common) == len(rare)


def _balanced(rows, y, random_state=0):
    """Law: valid positions, and as many draws from each class as the rare class has rows."""
    found = positions(rows, y)
    if found is None:
        return no_positions(y)
    common, rare = classes_of(y)
    times = Counter(found)
    for name, of_class in (("common", common), ("rare", rare)):
        if n_drawn(times, of_class) != len(rare):
            return f"the {name} class is drawn {n_drawn(times, of_class)} times, not {len(rare)}"
    return True


N_SEEDS = 40


class _EveryRowHasItsChance:
    """Law for N_SEEDS seeds on the same labels. A right answer fails it once in 10 million."""

    def __init__(self):
        self._seeds = 0
        self._drawn = set()

    def __call__(self, rows, y, random_state):
        """Collect the rows of each seed; judge them when the last seed is in."""
        self._seeds += 1
        self._drawn |= set(positions(rows, y))
        missed = sorted(set(range(len(y))) - self._drawn)
        if self._seeds < N_SEEDS or not missed:
            return True
        return f"over {N_SEEDS} seeds, row {missed[0]} was never drawn"


class _RowsComeAgain:
    """Law for N_SEEDS seeds on the same labels: in both classes a row comes twice at times."""

    def __init__(self):
        self._seeds = 0
        self._repeated = set()

    def __call__(self, rows, y, random_state):
        """Collect the rows that come twice; judge them when the last seed is in."""
        self._seeds += 1
        self._repeated |= {row for row, times in Counter(positions(rows, y)).items() if times > 1}
        if self._seeds < N_SEEDS:
            return True
        for name, of_class in zip(("common", "rare"), classes_of(y), strict=True):
            if not of_class & self._repeated:
                return f"over {N_SEEDS} seeds, no row of the {name} class ever came twice"
        return True


BALANCED_BOOTSTRAP = Exercise(
    "balanced_bootstrap",
    lesson="11",
    section="A bootstrap for each tree",
    arguments=("y", "random_state"),
    mistakes=(
        MASK,
        INDEX_LABELS,
        Mistake(
            "both classes get as many rows as the common class has",
            "That is oversampling: each tree would be as large as before. Draw as many rows as the"
            " rare class has.",
            when=rows_that(_as_many_as_common),
        ),
        Mistake(
            "an ordinary bootstrap of all rows",
            "Here both classes must come equally often. Draw within each class.",
            when=rows_that(_plain_bootstrap),
        ),
        Mistake(
            "the rare rows are kept once each, not drawn",
            "In a bootstrap the rare class is drawn with replacement too, as is the common one. The"
            " trees shall differ in what they know about it.",
            when=rows_that(_rare_kept_once),
        ),
    ),
    laws={
        "rows": Law(_balanced, "n_rare draws of each class"),
        "same seed": SAME_SEED_SAME_ROWS,
        "chance": Law(
            _EveryRowHasItsChance,
            "over many seeds, every row is drawn",
            shows=Mistake(
                "some rows never get their chance",
                "Whatever the seed, some rows are never drawn. Draw from the whole of both classes,"
                " and make your source of random numbers from the `random_state` that came.",
            ),
        ),
        "again": Law(
            _RowsComeAgain,
            "over many seeds, rows of both classes come more than once",
            shows=Mistake(
                "a class is drawn without replacement",
                "In a bootstrap a row that was drawn may be drawn again, in both classes.",
            ),
        ),
    },
)


CROSSOVER = Exercise(
    "crossover",
    lesson="11",
    section="Odd, or typical-looking?",
    arguments=("n_positives", "supervised", "anomaly"),
    mistakes=(
        Mistake(
            "the means decide, without an interval",
            "A lead of the mean can be luck. Ask that the interval of the paired differences lies"
            " above zero.",
        ),
        Mistake(
            "the first lead, although it is lost again",
            "The supervised model must lead at this count and at every larger one in the table.",
        ),
        Mistake(
            "the runs are compared without their pairs",
            "Runs in the same column share their data. Two separate intervals may overlap although"
            " one method wins in every single column.",
        ),
        Mistake(
            "the position in the table instead of the number of positives",
            "Return the entry of `n_positives`, not where it stands.",
        ),
        Mistake(
            "'never' is answered with the largest count",
            "Where the lead is not clear even at the largest count, the answer is None.",
        ),
        Mistake(
            "the largest count decides alone",
            "Go from the largest count down as long as the lead is clear: the smallest count from"
            " which on it is clear is asked for.",
        ),
        LISTS,
    ),
)


ENOUGH_POSITIVES = Exercise(
    "enough_positives",
    lesson="11",
    section="How many positives are enough?",
    arguments=("recall", "width", "confidence"),
    mistakes=(
        Mistake(
            "Wald's interval instead of Wilson's",
            "The simple formula puts the spread at the measured share. Near a recall of 1 it asks"
            " for far too few positives (lesson 02).",
        ),
        Mistake(
            "`width` is taken for the half width",
            "The width is the whole distance from the lower to the upper end.",
        ),
        Mistake(
            "a one-sided quantile",
            "A two-sided interval leaves half of the remaining probability on each side.",
        ),
        Mistake(
            "a recall of one half is assumed",
            "That is the worst case. The contract gives the recall to plan with.",
        ),
        Mistake("the confidence is always 95%", "Use the `confidence` that was asked for."),
        Mistake(
            "one positive too few", "With this number the interval is still wider than asked for."
        ),
        Mistake(
            "one positive too many",
            "The number before is enough already: at most this width is asked for, not less.",
        ),
        Mistake(
            "the number of caught positives is rounded",
            "The contract plans with the share itself, recall · n, whole or not.",
        ),
    ),
)

#: Companies and draw of the contests to practise on, and what the reference is worth there.
PRACTICE, PRACTICE_REFERENCE = (9, 2), 65828.66


def practice() -> Worth:
    """Return the judge of choices in the contests to practise on."""
    return contests.judge(
        contests.contests(*PRACTICE), PRACTICE_REFERENCE, "in the contests to practise on"
    )


SWITCH_OR_WAIT = Exercise(
    "switch_or_wait",
    lesson="11",
    section="Who is better, and what if nobody can tell?",
    arguments=("caught_a", "caught_b", "gain", "switch", "wait"),
    mistakes=(
        Mistake(
            contests.SAME,
            "Whatever was counted, and whatever it costs, the answer is the same. Look at what was"
            " caught.",
        ),
        Mistake(
            contests.HIGHER,
            "With a dozen frauds the higher number is often the worse detector's. Where waiting is"
            " cheap, ask how far the lead could be from the truth.",
        ),
        Mistake(
            contests.CLEAR,
            "Whether an interval excludes zero does not depend on what waiting costs, and your"
            " decision should. Where waiting costs more than a mistake, decide.",
        ),
        Mistake(
            contests.COUNT,
            "Few frauds may show a large lead and many a small one. What is at stake and what"
            " waiting costs matter as well.",
        ),
        Mistake(
            contests.EXCHANGED, "B is the new detector. Where it caught more, you mostly keep A."
        ),
    ),
)

QUIZ = Quiz("11")
