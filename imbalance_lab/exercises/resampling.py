"""Exercises of lesson 05, random over- and undersampling and cleaning."""

from __future__ import annotations

from collections import Counter

from imbalance_lab.checks import Exercise, Law, Mistake, Quiz, Raised, Returned
from imbalance_lab.exercises.drawn import (
    INDEX_LABELS,
    MASK,
    SAME_SEED_SAME_ROWS,
    classes_of,
    no_positions,
    positions,
)
from imbalance_lab.exercises.inputs import INDEX, LISTS

EQUAL = "the classes are made equal whatever `ratio` says"

TARGET_COUNTS = Exercise(
    "target_counts",
    lesson="05",
    section="Two ways to change a ratio",
    arguments=("y", "ratio"),
    mistakes=(
        Mistake(
            "the two ways are in the wrong order",
            "The counts after oversampling come first, then those after undersampling.",
        ),
        Mistake(
            "within a pair the rare class comes first",
            "The contract asks for the common class first in each pair.",
        ),
        Mistake(
            "the ratio is turned upside down",
            "A ratio of 0.5 means one rare row for two common ones. The rare class stays the"
            " smaller one.",
        ),
        Mistake(
            "the ratio is taken for the share of all rows",
            "One rare row for two common ones is a ratio of 0.5, although the rare class is then a"
            " third of all rows.",
        ),
        Mistake(
            "the number of rows to add or to drop, not the number afterwards",
            "Return how many rows each class has when the resampling is done.",
        ),
        Mistake(EQUAL, "1:1 is only one choice. Use the ratio that was asked for."),
        Mistake(
            "numbers are rounded to the nearest whole number",
            "The contract says which way to round: a row that is not whole does not count.",
        ),
        Mistake(
            'the label "fraud" is taken for the rare class',
            "Labels may be of any kind. Which class is the rare one is seen from the counts.",
        ),
        LISTS,
        INDEX,
    ),
)


def rows_with(**wanted):
    """Return the law of a worked example: how many of the drawn rows have each label."""

    def law(rows, y, *args, **kwargs):
        return Counter(y[row] for row in rows) == wanted

    return law


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


def _oversampled(rows, y, ratio, random_state=0):
    """Law: every common row once, every rare row at least once, as many as the ratio asks for."""
    found = positions(rows, y)
    if found is None:
        return no_positions(y)
    common, rare = classes_of(y)
    times = Counter(found)
    if any(times[row] != 1 for row in common):
        return "each row of the common class must come exactly once"
    lost = [row for row in rare if not times[row]]
    if lost:
        return f"{len(lost)} of {len(rare)} rows of the rare class are missing"
    count, wanted = sum(times[row] for row in rare), int(ratio * len(common))
    return count == wanted or f"the rare class has {count} rows now, not {wanted}"


N_SEEDS = 60


class _EveryRowHasItsChance:
    """Law for N_SEEDS seeds on the same labels: each row that may be drawn is drawn.

    A right answer fails it with a probability below 1 in 10 million.
    """

    def __init__(self):
        self._seeds = 0
        self._drawn = Counter()
        self._patterns = set()

    def __call__(self, rows, y, ratio, random_state):
        """Collect the rows of each seed; judge them when the last seed is in."""
        common, rare = classes_of(y)
        times = Counter(positions(rows, y))
        over = sum(times.values()) > len(y)
        drawn = rare if over else common
        self._seeds += 1
        self._drawn.update({row: times[row] - over for row in drawn})
        self._patterns.add(tuple(sorted(times[row] for row in drawn)) if over else tuple(times))
        if self._seeds < N_SEEDS:
            return True
        missed = [row for row in drawn if self._drawn[row] <= 0]
        if missed:
            return f"over {N_SEEDS} seeds, row {missed[0]} was never drawn"
        if len(self._patterns) == 1:
            return f"all {N_SEEDS} seeds repeat the rows equally often"
        return True


_CHANCE = Law(
    _EveryRowHasItsChance,
    "over many seeds, every row that may be drawn is drawn, and not always equally often",
    shows=Mistake(
        "the rows are not drawn at random",
        "Whatever the seed, the same rows come, or equally many of each. Draw from the whole class,"
        " and make your source of random numbers from the `random_state` that came.",
    ),
)


def _rows_that(holds):
    """Return a `Mistake.when` from a question about the draw: holds(times, common, rare, ratio)."""

    def when(call, expected, outcome):
        y, ratio = call.args
        found = positions(outcome.value, y) if isinstance(outcome, Returned) else None
        return found is not None and bool(holds(Counter(found), *classes_of(y), ratio))

    return when


def _n_drawn(times, rows):
    return sum(times[row] for row in rows)


RANDOM_UNDERSAMPLE = Exercise(
    "random_undersample",
    lesson="05",
    section="Fewer of the common class",
    arguments=("y", "ratio", "random_state"),
    mistakes=(
        MASK,
        INDEX_LABELS,
        Mistake(
            "rows are drawn with replacement",
            "A row that is kept is kept once. Draw without replacement.",
            when=_rows_that(lambda times, common, rare, ratio: max(times.values()) > 1),
        ),
        Mistake(
            "the rare class is left out",
            "You returned the sample of the common class only. The rare rows belong to the result.",
            when=_rows_that(lambda times, common, rare, ratio: not rare & set(times)),
        ),
        Mistake(
            "rows of the rare class are dropped too",
            "Every positive is precious: undersampling drops rows of the common class only.",
            when=_rows_that(lambda times, common, rare, ratio: rare - set(times)),
        ),
        Mistake(
            EQUAL,
            "Keep as many common rows as the ratio asks for, not as many as there are rare ones.",
            when=_rows_that(
                lambda times, common, rare, ratio: (
                    ratio != 1 and _n_drawn(times, common) == len(rare)
                )
            ),
        ),
        Mistake(
            "the ratio is turned upside down",
            "A ratio of 0.5 means one rare row for two common ones, so more common rows stay than"
            " there are rare ones.",
            when=_rows_that(
                lambda times, common, rare, ratio: (
                    ratio != 1 and _n_drawn(times, common) == int(len(rare) * ratio)
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


def _too_few_to_draw_from(call, expected, outcome):
    # What NumPy, pandas, scikit-learn and the standard library say.
    words = ("replace", "larger than population")
    return isinstance(outcome, Raised) and any(word in outcome.message for word in words)


RANDOM_OVERSAMPLE = Exercise(
    "random_oversample",
    lesson="05",
    section="More of the rare class",
    arguments=("y", "ratio", "random_state"),
    mistakes=(
        MASK,
        INDEX_LABELS,
        Mistake(
            "samples without replacement",
            "There are not enough different rare rows to draw from. The same row may come again and"
            " again: that is what oversampling is.",
            when=_too_few_to_draw_from,
        ),
        Mistake(
            "touches the majority",
            "The common class stays as it is: each of its rows comes exactly once.",
            when=_rows_that(
                lambda times, common, rare, ratio: any(times[row] != 1 for row in common)
            ),
        ),
        Mistake(
            "no rare row is repeated",
            "Without repeated rows the rare class cannot grow.",
            when=_rows_that(
                lambda times, common, rare, ratio: (
                    int(ratio * len(common)) > len(rare) and max(times[row] for row in rare) <= 1
                )
            ),
        ),
        Mistake(
            "original rows of the rare class are lost",
            "Drawing the whole new class with replacement leaves some positives out by chance. Keep"
            " each of them and draw only the rows that are added.",
            when=_rows_that(lambda times, common, rare, ratio: rare - set(times)),
        ),
        Mistake(
            "the rows that are already there are forgotten",
            "The ratio says how many rare rows there are in the end. Those that you have count.",
            when=_rows_that(
                lambda times, common, rare, ratio: (
                    _n_drawn(times, rare) == int(ratio * len(common)) + len(rare)
                )
            ),
        ),
        Mistake(
            EQUAL,
            "Add as many rows as the ratio asks for. 1:1 is only one choice.",
            when=_rows_that(
                lambda times, common, rare, ratio: (
                    ratio != 1 and _n_drawn(times, rare) == len(common)
                )
            ),
        ),
    ),
    laws={
        "rows": Law(
            _oversampled,
            "every common row once, every rare row at least once, ratio * n_common of them in all",
        ),
        "same seed": SAME_SEED_SAME_ROWS,
        "chance": _CHANCE,
    },
    from_scratch=("RandomOverSampler",),
)


ROWS_LOST = Exercise(
    "rows_lost",
    lesson="05",
    section="What undersampling throws away",
    arguments=("y", "ratio"),
    mistakes=(
        Mistake(
            "the two shares are in the wrong order",
            "The share of the common class comes first, then the share of all rows.",
        ),
        Mistake(
            "counts instead of shares",
            "Divide by how many rows there were before.",
        ),
        Mistake(
            "the rows that are kept, not those that are lost",
            "The question is what is thrown away.",
        ),
        Mistake(EQUAL, "At a ratio below 1 more of the common class is kept."),
        Mistake(
            "the rare rows that stay are counted as lost",
            "All rare rows are kept. What is lost comes from the common class only.",
        ),
        LISTS,
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
        Mistake(
            "the share that is lost",
            "The contract asks for the share that is kept.",
        ),
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


TOMEK_LINKS = Exercise(
    "tomek_links",
    lesson="05",
    section="Choosing what to drop: Tomek links",
    arguments=("X", "y"),
    mistakes=(
        Mistake(
            "the nearest point is sought in the other class only",
            "Whether two points are nearest to each other is decided among all points. A point of"
            " the same class that lies nearer breaks the link.",
        ),
        Mistake(
            "one-sided neighbours",
            "A link needs both: each is the nearest point of the other. Being somebody's nearest"
            " neighbour is not always returned.",
        ),
        Mistake(
            "one-sided neighbours, seen from the common class",
            "You asked whose nearest neighbour is rare. Ask the neighbour as well: is its nearest"
            " point this one?",
        ),
        Mistake(
            "one-sided neighbours, seen from the rare class",
            "You asked for the nearest common point of the rare ones. Ask that point as well: is"
            " the rare one its nearest?",
        ),
        Mistake(
            "same-class pairs",
            "Two points of the same class are no sign of a border between the classes.",
        ),
        Mistake(
            "each pair comes twice",
            "The pair of i and j is one link: report it once, the smaller position first.",
        ),
        Mistake(
            "the rows to drop instead of the pairs",
            "Return both ends of each link. Which of them is dropped is decided later.",
        ),
        Mistake(
            "each point is its own neighbour",
            "At distance 0 every point is nearest to itself. Leave it out of the search.",
        ),
        Mistake(
            "only the first feature counts",
            "On a line one number says where a point is. Here a point has any number of features,"
            " and the distance is made of all of them.",
        ),
        Mistake(
            "the features are brought to one scale first",
            "That is often wise, and it changes who is nearest. The contract asks for the distances"
            " of the points as they come.",
        ),
    ),
    from_scratch=("TomekLinks",),
)

QUIZ = Quiz("05")
