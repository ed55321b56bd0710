"""Exercises of lesson 06, SMOTE from first principles."""

from __future__ import annotations

import numpy as np
from scipy import stats
from sklearn.neighbors import NearestNeighbors

from imbalance_lab.checks import Exercise, Law, Mistake, Quiz
from imbalance_lab.checks.recorded import practice
from imbalance_lab.exercises import months
from imbalance_lab.exercises.drawn import SAME_SEED_SAME_ROWS
from imbalance_lab.exercises.inputs import LISTS


def _too_few(call):
    _, y, minority, k = call.args
    return sum(label == minority for label in y) <= k


MINORITY_NEIGHBOURS = Exercise(
    "minority_neighbours",
    lesson="06",
    section="Neighbours among the minority only",
    arguments=("X", "y", "minority", "k"),
    mistakes=(
        Mistake(
            "too few minority rows are not refused with a ValueError",
            "A row has only as many neighbours as there are other rows of its class. The contract"
            " asks for a ValueError where there are fewer than k.",
            only_on=_too_few,
        ),
        Mistake(
            "a row is counted among its own neighbours",
            "The nearest row to any row is itself, at distance 0. Walking towards it gives a copy.",
        ),
        Mistake(
            "neighbours are taken from the majority too",
            "A step towards a majority row leads out of the class that you want more of.",
        ),
        Mistake(
            "places within the minority instead of rows of X",
            "You numbered the minority's rows from 0. The contract asks for row numbers of X, so"
            " that X[neighbours] are the neighbours.",
        ),
        Mistake(
            "the farthest rows instead of the nearest", "Sort the distances the other way round."
        ),
        Mistake(
            "neighbours of every row",
            "Only the rows of the minority class need neighbours: one line for each of them.",
        ),
        Mistake(
            "the neighbours are in the order of the rows, not the nearest first",
            "They are the right ones. The contract says which of them comes first.",
        ),
        Mistake(
            "the features are brought to one scale first",
            "That is often wise, and it changes who is a neighbour of whom. The contract asks for"
            " the distances of the rows as they come.",
        ),
        LISTS,
    ),
)


def _segments(X, y, minority, k=None, towards="nearest"):
    """Return both ends of all lines on which new rows may lie, as points."""
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    rows = X[y == minority]
    if towards == "nearest":
        near = NearestNeighbors(n_neighbors=k).fit(rows).kneighbors(return_distance=False)
        return np.repeat(rows, k, axis=0), rows[near.ravel()]
    others = rows if towards == "minority" else X
    start, end = (np.repeat(rows, len(others), axis=0), np.tile(others, (len(rows), 1)))
    apart = (start != end).any(axis=1)
    return start[apart], end[apart]


def _walks(new, start, end):
    """Return, for each new row and line, the λ of the nearest point and how far it is off."""
    step = end - start
    lam = ((new[:, None] - start) * step).sum(axis=2) / (step**2).sum(axis=1)
    off = np.abs(new[:, None] - start - lam[..., None] * step).max(axis=2)
    return lam, off


def _on(new, start, end):
    """Return which new row lies on which line, between its ends."""
    lam, off = _walks(new, start, end)
    return (off < 1e-6) & (lam > -1e-9) & (lam < 1 + 1e-9)


def _looks(test):
    """Return a `when` that judges the new rows of a call to `smote`."""

    def when(call, expected, outcome):
        new = getattr(outcome, "value", None)
        names = ("X", "y", "minority", "n_new", "k", "random_state")
        given = {"k": 5} | dict(zip(names, call.args, strict=False)) | dict(call.kwargs)
        return bool(test(np.asarray(new, dtype=float), **given))

    return when


def _whole_table(new, X, n_new, **rest):
    return len(new) == len(X) + n_new


def _has_copies(new, X, n_new, **rest):
    same = (new[:, None] == np.asarray(X, dtype=float)).all(axis=2).any(axis=1)
    return len(new) == n_new and same.any()


def _beyond(new, X, y, minority, k, **rest):
    ends = _segments(X, y, minority, k)
    on_line = (_walks(new, *ends)[1] < 1e-6).any(axis=1)
    return on_line.all() and not _on(new, *ends).any(axis=1).all()


def _bent(new, X, y, minority, k, **rest):
    start, end = _segments(X, y, minority, k)
    low, high = np.minimum(start, end) - 1e-9, np.maximum(start, end) + 1e-9
    boxed = ((new[:, None] >= low) & (new[:, None] <= high)).all(axis=2).any(axis=1)
    return boxed.all() and _on(new, start, end).any(axis=1).mean() < 0.5


def _between(new, X, y, minority, towards):
    return _on(new, *_segments(X, y, minority, towards=towards)).any(axis=1)


def _to_the_majority(new, X, y, minority, **rest):
    among_all, among_minority = (
        _between(new, X, y, minority, towards) for towards in ("anybody", "minority")
    )
    return among_all.all() and not among_minority.all()


def _to_anyone(new, X, y, minority, k, **rest):
    near = _on(new, *_segments(X, y, minority, k)).any(axis=1)
    return _between(new, X, y, minority, "minority").all() and not near.all()


def _same_lambda(new, X, y, minority, k, **rest):
    ends = _segments(X, y, minority, k)
    lam, on = _walks(new, *ends)[0], _on(new, *ends)
    # A walk from i to j is one from j to i: the distance from the middle is the same either way.
    from_the_middle = np.abs(lam[on] - 0.5)
    return len(new) > 9 and on.any(axis=1).all() and np.ptp(from_the_middle) < 1e-9


def _only_the_nearest(new, X, y, minority, k, **rest):
    return k > 1 and len(new) > 19 and _on(new, *_segments(X, y, minority, 1)).any(axis=1).all()


def _rows_between(new, X, y, minority, n_new, k=5, random_state=0):
    """Law: n_new rows, each between a minority row and one of its k nearest."""
    new, wanted = np.asarray(new, dtype=float), (n_new, np.shape(X)[1])
    if new.shape != wanted:
        return f"the shape should be {wanted}, not {new.shape}"
    lost = int((~_on(new, *_segments(X, y, minority, k)).any(axis=1)).sum())
    says = f"{lost} of {n_new} rows lie between no minority row and one of its k nearest"
    return not lost or says


def _lambda_is_spread(new, X, y, minority, n_new, k=5, random_state=0):
    """Law for many rows: λ is drawn evenly. A right answer fails it once in a million."""
    start, end = _segments(X, y, minority, k)
    lam, on = _walks(np.asarray(new), start, end)[0], _on(np.asarray(new), start, end)
    best = on.argmax(axis=1)
    drawn = lam[np.arange(n_new), best]
    if stats.kstest(2 * np.abs(drawn - 0.5), "uniform").pvalue < 1e-6:
        return "λ is not spread evenly between 0 and 1"
    # A walk from i to j is one from j to i where both are neighbours of the other.
    back = set(map(bytes, np.hstack((end, start))))
    one_way = np.array([bytes(line) not in back for line in np.hstack((start, end))])[best]
    if one_way.sum() > 30 and stats.kstest(drawn[one_way], "uniform").pvalue < 1e-6:
        return "λ is not spread evenly between 0 and 1"
    return True


def _all_pairs_are_used(new, X, y, minority, n_new, k=5, random_state=0):
    """Law for many rows: each minority row walks to each of its k nearest."""
    unused = int((~_on(np.asarray(new), *_segments(X, y, minority, k)).any(axis=0)).sum())
    return not unused or f"{unused} pairs of neighbours are never used, although rows are many"


class _OtherSeedOtherRows:
    """Law for calls that differ in `random_state` alone."""

    def __init__(self):
        self._seen = []

    def __call__(self, new, *args, **kwargs):
        """Compare the new rows with those of the calls before."""
        rows = np.asarray(new).tolist()
        again, self._seen = rows in self._seen, [*self._seen, rows]
        return not again or "another random_state gave the same rows"


SMOTE = Exercise(
    "smote",
    lesson="06",
    section="The whole algorithm",
    arguments=("X", "y", "minority", "n_new", "k", "random_state"),
    mistakes=(
        Mistake(
            "the whole resampled table instead of the new rows",
            "The contract asks for the synthetic rows only. Whoever calls the function can put"
            " them under the others.",
            when=_looks(_whole_table),
        ),
        Mistake(
            "some new rows are copies of old ones",
            "A λ between 0 and 1 never ends exactly on a row. Is a row among its own neighbours,"
            " or is nothing interpolated?",
            when=_looks(_has_copies),
        ),
        Mistake(
            "some new rows lie beyond the neighbour, or behind the row",
            "They are on the right line, but outside the piece between the two rows. Which values"
            " may λ have?",
            when=_looks(_beyond),
        ),
        Mistake(
            "steps towards the majority",
            "Some new rows lie between a minority row and a majority row. Search the neighbours"
            " among the minority only.",
            when=_looks(_to_the_majority),
        ),
        Mistake(
            "partners that are not among the k nearest",
            "Some new rows lie between two minority rows that are not neighbours.",
            when=_looks(_to_anyone),
        ),
        Mistake(
            "one λ for each feature",
            "The new rows lie in the box around a row and its neighbour, but not on the line"
            " between them. Draw one λ a row.",
            when=_looks(_bent),
        ),
        Mistake(
            "the same λ for every new row",
            "All new rows go the same part of the way. Draw a λ for each of them.",
            when=_looks(_same_lambda),
        ),
        Mistake(
            "always the nearest neighbour",
            "All new rows lie between a row and its nearest. The partner is drawn from the k"
            " nearest, anew for each row.",
            when=_looks(_only_the_nearest),
        ),
    ),
    laws={
        "between": Law(
            _rows_between, "n_new rows between minority rows and their k nearest minority rows"
        ),
        "lambda": Law(
            _lambda_is_spread,
            "steps of every length between a minority row and its neighbour",
            shows=Mistake(
                "λ is not drawn evenly between 0 and 1",
                "Short and long steps should be equally likely: draw λ from all of [0, 1], each"
                " value with the same chance.",
            ),
        ),
        "pairs": Law(
            _all_pairs_are_used,
            "among many new rows, some between each minority row and each of its k nearest",
            shows=Mistake(
                "some rows or neighbours never get their chance",
                "Draw the row to start from among all rows of the minority, and its partner among"
                " all of its k nearest.",
            ),
        ),
        "same seed": SAME_SEED_SAME_ROWS,
        "other seed": Law(
            _OtherSeedOtherRows,
            "other rows for another random_state",
            shows=Mistake(
                "the same rows whatever random_state says",
                "Make your source of random numbers from the `random_state` that came.",
            ),
        ),
    },
    from_scratch=(
        "SMOTE",
        "SMOTENC",
        "SMOTEN",
        "BorderlineSMOTE",
        "KMeansSMOTE",
        "SVMSMOTE",
        "ADASYN",
    ),
)


def on_the_line(new, X, y, minority, n_new, k, random_state):
    """Say whether new rows lie between the two minority rows of the worked example."""
    a, b = np.asarray(new, dtype=float).T
    if len(a) != n_new:
        return f"expected {n_new} rows, not {len(a)}"
    return bool(np.all(np.abs(b - a / 2) < 1e-9) and a.min() >= 0 and a.max() <= 4)


def _one_lambda(call):
    args = dict(zip(("correlation", "low", "high"), call.args, strict=False)) | dict(call.kwargs)
    return args.get("low", 0.0) == args.get("high", 1.0)


VARIANCE_RATIO = Exercise(
    "variance_ratio",
    lesson="06",
    section="What the new rows keep, and what they lose",
    arguments=("correlation", "low", "high"),
    mistakes=(
        Mistake(
            "the average λ is put in for λ",
            "The mean of a square is not the square of the mean: average the variance over all λ,"
            " not the λ before.",
        ),
        Mistake(
            "the correlation is left out",
            "The variance of a sum of two correlated numbers has a third term.",
        ),
        Mistake(
            "the covariance is counted once",
            "In (a + b)² the product of a and b comes twice; so does the covariance.",
        ),
        Mistake(
            "the weights are not squared",
            "1 − λ and λ add up to 1, but a variance is multiplied by the square of a weight.",
        ),
        Mistake(
            "a ratio of standard deviations",
            "You took the root. The contract asks for the ratio of the variances.",
        ),
        Mistake(
            "λ is taken to lie anywhere in [0, 1]",
            "`low` and `high` say between which values λ is drawn.",
        ),
        Mistake(
            "it fails where λ is one number only",
            "`low` and `high` may be equal. Then there is nothing to average over, and nothing to"
            " divide by.",
            only_on=_one_lambda,
        ),
    ),
)


#: Clients to practise on, by their seed: what known routes say there, and what came in the 24
#: months after.
PRACTICE = practice("06")

SMOTE_HELPS = Exercise(
    "smote_helps",
    lesson="06",
    section="Should this client use SMOTE?",
    arguments=("months",),
    mistakes=(
        Mistake(
            months.SAME,
            "Clients differ: for some SMOTE is nearly always ahead, for some hardly ever. A number"
            " that is the same for all of them was not made from their months.",
        ),
        Mistake(
            months.SIGN,
            "The mean says which side is more likely. How far the single months scatter around it"
            " says how likely, and a month to come scatters as much.",
            section="How sure are you?",
        ),
        Mistake(
            months.MEAN,
            "This is how sure you may be of the mean of many months. The question is about one"
            " month to come, which scatters around that mean.",
            section="How sure are you?",
        ),
        Mistake(
            months.F1,
            "At the threshold 0.5 SMOTE is ahead for nearly every client, because it flags more."
            " The question is about the ranking, which no threshold moves.",
            section="Does it matter?",
        ),
        Mistake(
            months.WORSE,
            "Your forecasts point the other way: they are high where SMOTE ranks worse.",
        ),
    ),
)

QUIZ = Quiz("06")
