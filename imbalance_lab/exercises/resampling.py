"""Exercises of lesson 05, random over- and undersampling and cleaning."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from imbalance_lab.checks import Exercise, Mistake, Quiz, Raised, Returned


def _counts(y):
    """Return how many rows the common and the rare class have."""
    (_, n_common), (_, n_rare) = Counter(list(y)).most_common()
    return n_common, n_rare


def _upside_down(y, ratio):
    n_common, n_rare = _counts(y)
    return (n_common, int(n_common / ratio)), (int(n_rare * ratio), n_rare)


def _share_of_all(y, ratio):
    n_common, n_rare = _counts(y)
    other = 1 - ratio
    return (n_common, int(n_common * ratio / other)), (int(n_rare * other / ratio), n_rare)


def _added(y, ratio):
    n_common, n_rare = _counts(y)
    return (n_common, int(n_common * ratio) - n_rare), (n_common - int(n_rare / ratio), n_rare)


def _rare_first(y, ratio):
    n_common, n_rare = _counts(y)
    return (int(n_common * ratio), n_common), (n_rare, int(n_rare / ratio))


def _one_to_one(y, ratio):
    n_common, n_rare = _counts(y)
    return (n_common, n_common), (n_rare, n_rare)


def _under_first(y, ratio):
    n_common, n_rare = _counts(y)
    return (int(n_rare / ratio), n_rare), (n_common, int(n_common * ratio))


TARGET_COUNTS = Exercise(
    "target_counts",
    lesson="05",
    section="Two ways to change a ratio",
    arguments=("y", "ratio"),
    mistakes=(
        Mistake(
            "the two ways are in the wrong order",
            "The counts after oversampling come first, then those after undersampling.",
            wrong=_under_first,
        ),
        Mistake(
            "within a pair the rare class comes first",
            "The contract asks for the common class first in each pair.",
            wrong=_rare_first,
        ),
        Mistake(
            "the ratio is turned upside down",
            "A ratio of 0.5 means one rare row for two common ones. The rare class stays the"
            " smaller one.",
            wrong=_upside_down,
        ),
        Mistake(
            "the ratio is taken for the share of all rows",
            "One rare row for two common ones is a ratio of 0.5, although the rare class is then a"
            " third of all rows.",
            wrong=_share_of_all,
        ),
        Mistake(
            "the number of rows to add or to drop, not the number afterwards",
            "Return how many rows each class has when the resampling is done.",
            wrong=_added,
        ),
        Mistake(
            "the classes are made equal whatever `ratio` says",
            "1:1 is only one choice. Use the ratio that was asked for.",
            wrong=_one_to_one,
        ),
    ),
)


def rows_with(**wanted):
    """Return the law of a worked example: how many of the drawn rows have each label."""

    def law(rows, y, *args, **kwargs):
        return Counter(y[row] for row in rows) == wanted

    return law


def _drawn(call, outcome):
    """Return the labels and the drawn positions of a call, None where it gave no positions."""
    if not isinstance(outcome, Returned):
        return None
    rows = np.asarray(outcome.value)
    y = list(call.args[0])
    if rows.ndim != 1 or rows.dtype.kind not in "iu" or not rows.size:
        return None
    if rows.min() < 0 or rows.max() >= len(y):
        return None
    return np.array(y, dtype=object), rows


def _of(y):
    """Return the positions of the common and of the rare class."""
    (_, _), (rare, _) = Counter(y.tolist()).most_common()
    return set(np.flatnonzero(y != rare).tolist()), set(np.flatnonzero(y == rare).tolist())


def _mask(call, expected, outcome):
    value = np.asarray(outcome.value) if isinstance(outcome, Returned) else np.zeros(0)
    return value.dtype == bool and value.size > 0


def _index_labels(call, expected, outcome):
    y = call.args[0]
    if not isinstance(outcome, Returned) or not isinstance(y, pd.Series):
        return False
    rows = np.asarray(outcome.value)
    labels = set(y.index.tolist())
    return bool(rows.ndim == 1 and rows.size) and set(rows.tolist()) <= labels


def _rows_that(holds):
    """Return a `Mistake.when` from a question about drawn rows: holds(times, y, ratio)."""

    def when(call, expected, outcome):
        found = _drawn(call, outcome)
        if found is None:
            return False
        y, rows = found
        return bool(holds(Counter(rows.tolist()), y, float(call.args[1])))

    return when


def _repeats(times, y, ratio):
    return max(times.values()) > 1


def _no_rare_at_all(times, y, ratio):
    return not set(times) & _of(y)[1]


def _rare_missing(times, y, ratio):
    return bool(_of(y)[1] - set(times))


def _upside_down_kept(times, y, ratio):
    common, rare = _of(y)
    return ratio != 1 and len(common & set(times)) == int(len(rare) * ratio)


def _balanced_by_dropping(times, y, ratio):
    common, rare = _of(y)
    return ratio != 1 and len(common & set(times)) == len(rare)


_POSITIONS = (
    Mistake(
        "a mask instead of positions",
        "Return the positions of the rows as whole numbers. np.flatnonzero turns a mask into them.",
        when=_mask,
    ),
    Mistake(
        "index labels instead of positions",
        "After a split, a Series keeps the index labels of the table that it came from. The"
        " contract asks for positions, which count from 0.",
        when=_index_labels,
    ),
)

RANDOM_UNDERSAMPLE = Exercise(
    "random_undersample",
    lesson="05",
    section="Fewer of the common class",
    arguments=("y", "ratio", "random_state"),
    mistakes=(
        *_POSITIONS,
        Mistake(
            "rows are drawn with replacement",
            "A row that is kept is kept once. Draw without replacement.",
            when=_rows_that(_repeats),
        ),
        Mistake(
            "the rare class is left out",
            "You returned the sample of the common class only. The rare rows belong to the result.",
            when=_rows_that(_no_rare_at_all),
        ),
        Mistake(
            "rows of the rare class are dropped too",
            "Every positive is precious: undersampling drops rows of the common class only.",
            when=_rows_that(_rare_missing),
        ),
        Mistake(
            "the classes are made equal whatever `ratio` says",
            "Keep as many common rows as the ratio asks for, not as many as there are rare ones.",
            when=_rows_that(_balanced_by_dropping),
        ),
        Mistake(
            "the ratio is turned upside down",
            "A ratio of 0.5 means one rare row for two common ones, so more common rows stay than"
            " there are rare ones.",
            when=_rows_that(_upside_down_kept),
        ),
    ),
)


def _too_few_to_draw_from(call, expected, outcome):
    # What NumPy, pandas, scikit-learn and the standard library say.
    words = ("replace", "larger than population")
    return isinstance(outcome, Raised) and any(word in outcome.message for word in words)


def _common_touched(times, y, ratio):
    return any(times[row] != 1 for row in _of(y)[0])


def _no_copies(times, y, ratio):
    _, rare = _of(y)
    return max(times[row] for row in rare) <= 1


def _originals_lost(times, y, ratio):
    return any(not times[row] for row in _of(y)[1])


def _added_on_top(times, y, ratio):
    common, rare = _of(y)
    return sum(times[row] for row in rare) == int(ratio * len(common)) + len(rare)


def _balanced_by_adding(times, y, ratio):
    common, rare = _of(y)
    return ratio != 1 and sum(times[row] for row in rare) == len(common)


RANDOM_OVERSAMPLE = Exercise(
    "random_oversample",
    lesson="05",
    section="More of the rare class",
    arguments=("y", "ratio", "random_state"),
    mistakes=(
        *_POSITIONS,
        Mistake(
            "samples without replacement",
            "There are not enough different rare rows to draw from. The same row may come again and"
            " again: that is what oversampling is.",
            when=_too_few_to_draw_from,
        ),
        Mistake(
            "touches the majority",
            "The common class stays as it is: each of its rows comes exactly once.",
            when=_rows_that(_common_touched),
        ),
        Mistake(
            "no rare row is repeated",
            "Without repeated rows the rare class cannot grow.",
            when=_rows_that(_no_copies),
        ),
        Mistake(
            "original rows of the rare class are lost",
            "Drawing the whole new class with replacement leaves some positives out by chance. Keep"
            " each of them and draw only the rows that are added.",
            when=_rows_that(_originals_lost),
        ),
        Mistake(
            "the rows that are already there are forgotten",
            "The ratio says how many rare rows there are in the end. Those that you have count.",
            when=_rows_that(_added_on_top),
        ),
        Mistake(
            "the classes are made equal whatever `ratio` says",
            "Add as many rows as the ratio asks for. 1:1 is only one choice.",
            when=_rows_that(_balanced_by_adding),
        ),
    ),
)


def _lost(y, ratio):
    n_common, n_rare = _counts(y)
    return n_common, n_rare, n_common - int(n_rare / ratio)


def _lost_swapped(y, ratio):
    n_common, n_rare, lost = _lost(y, ratio)
    return lost / (n_common + n_rare), lost / n_common


def _lost_counts(y, ratio):
    lost = _lost(y, ratio)[2]
    return lost, lost


def _lost_kept(y, ratio):
    n_common, n_rare, lost = _lost(y, ratio)
    return (n_common - lost) / n_common, (n_common - lost + n_rare) / (n_common + n_rare)


def _lost_at_one_to_one(y, ratio):
    n_common, n_rare = _counts(y)
    return (n_common - n_rare) / n_common, (n_common - n_rare) / (n_common + n_rare)


def _lost_rare_forgotten(y, ratio):
    n_common, n_rare, _ = _lost(y, ratio)
    n = n_common + n_rare
    return (n_common - int(n_rare / ratio)) / n_common, (n - int(n_rare / ratio)) / n


ROWS_LOST = Exercise(
    "rows_lost",
    lesson="05",
    section="What undersampling throws away",
    arguments=("y", "ratio"),
    mistakes=(
        Mistake(
            "the two shares are in the wrong order",
            "The share of the common class comes first, then the share of all rows.",
            wrong=_lost_swapped,
        ),
        Mistake(
            "counts instead of shares",
            "Divide by how many rows there were before.",
            wrong=_lost_counts,
        ),
        Mistake(
            "the rows that are kept, not those that are lost",
            "The question is what is thrown away.",
            wrong=_lost_kept,
        ),
        Mistake(
            "the classes are made equal whatever `ratio` says",
            "At a ratio below 1 more of the common class is kept.",
            wrong=_lost_at_one_to_one,
        ),
        Mistake(
            "the rare rows that stay are counted as lost",
            "All rare rows are kept. What is lost comes from the common class only.",
            wrong=_lost_rare_forgotten,
        ),
    ),
)


def _variance(n_rare, n_common):
    return 1 / n_rare + 1 / n_common


def _information_inverse(y, ratio):
    n_common, n_rare = _counts(y)
    return _variance(n_rare, int(n_rare / ratio)) / _variance(n_rare, n_common)


def _information_rows(y, ratio):
    n_common, n_rare = _counts(y)
    return (int(n_rare / ratio) + n_rare) / (n_common + n_rare)


def _information_common(y, ratio):
    n_common, n_rare = _counts(y)
    return int(n_rare / ratio) / n_common


def _information_root(y, ratio):
    return float(np.sqrt(1 / _information_inverse(y, ratio)))


def _information_lost(y, ratio):
    return 1 - 1 / _information_inverse(y, ratio)


def _information_equal(y, ratio):
    return 1 / _information_inverse(y, 1.0)


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
            wrong=_information_rows,
        ),
        Mistake(
            "only the variance of the common class was compared",
            "Both classes contribute to the variance of a difference, and the rare one most.",
            wrong=_information_common,
        ),
        Mistake(
            "the ratio of the variances is turned upside down",
            "Fewer rows cannot keep more than everything: the result is at most 1.",
            wrong=_information_inverse,
        ),
        Mistake(
            "standard errors were compared instead of variances",
            "The contract asks for the ratio of the variances, without a root.",
            wrong=_information_root,
        ),
        Mistake(
            "the share that is lost",
            "The contract asks for the share that is kept.",
            wrong=_information_lost,
        ),
        Mistake(
            "the classes are made equal whatever `ratio` says",
            "At a ratio below 1 more of the common class is kept, and more information.",
            wrong=_information_equal,
        ),
    ),
)


def _neighbours(X):
    X = np.asarray(X, dtype=float)
    distance = np.sqrt(((X[:, None, :] - X[None, :, :]) ** 2).sum(axis=2))
    np.fill_diagonal(distance, np.inf)
    return distance.argmin(axis=1).tolist()


def _pairs(keep):
    """Return a wrong answer: the pairs of a point and its neighbour that `keep` lets through."""

    def wrong(X, y):
        nearest, y = _neighbours(X), list(y)
        (_, _), (rare, _) = Counter(y).most_common()
        pairs = {(i, j) for i, j in enumerate(nearest) if keep(i, j, nearest, y, rare)}
        return sorted({(min(pair), max(pair)) for pair in pairs})

    return wrong


def _both_directions(X, y):
    found = _pairs(lambda i, j, near, y, rare: near[j] == i and y[i] != y[j])(X, y)
    return sorted(found + [(j, i) for i, j in found])


def _own_neighbour(X, y):
    return []


def _only_common_ends(X, y):
    y = list(y)
    (_, _), (rare, _) = Counter(y).most_common()
    found = _pairs(lambda i, j, near, y, rare: near[j] == i and y[i] != y[j])(X, y)
    return sorted(i if y[i] != rare else j for i, j in found)


TOMEK_LINKS = Exercise(
    "tomek_links",
    lesson="05",
    section="Choosing what to drop: Tomek links",
    arguments=("X", "y"),
    mistakes=(
        Mistake(
            "one-sided neighbours",
            "A link needs both: each is the nearest point of the other. Being somebody's nearest"
            " neighbour is not always returned.",
            wrong=_pairs(lambda i, j, near, y, rare: y[i] != y[j]),
        ),
        Mistake(
            "one-sided neighbours, seen from the common class",
            "You asked whose nearest neighbour is rare. Ask the neighbour as well: is its nearest"
            " point this one?",
            wrong=_pairs(lambda i, j, near, y, rare: y[i] != rare and y[j] == rare),
        ),
        Mistake(
            "one-sided neighbours, seen from the rare class",
            "You asked for the nearest common point of the rare ones. Ask that point as well: is"
            " the rare one its nearest?",
            wrong=_pairs(lambda i, j, near, y, rare: y[i] == rare and y[j] != rare),
        ),
        Mistake(
            "same-class pairs",
            "Two points of the same class are no sign of a border between the classes.",
            wrong=_pairs(lambda i, j, near, y, rare: near[j] == i),
        ),
        Mistake(
            "each pair comes twice",
            "The pair of i and j is one link: report it once, the smaller position first.",
            wrong=_both_directions,
        ),
        Mistake(
            "the rows to drop instead of the pairs",
            "Return both ends of each link. Which of them is dropped is decided later.",
            wrong=_only_common_ends,
        ),
        Mistake(
            "each point is its own neighbour",
            "At distance 0 every point is nearest to itself. Leave it out of the search.",
            wrong=_own_neighbour,
        ),
    ),
)

QUIZ = Quiz("05")
