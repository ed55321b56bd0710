"""Exercises of lesson 12, the capstone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from imbalance_lab.checks import Call, Exercise, Mistake, Outcome, Quiz, Returned, raises
from imbalance_lab.checks.recorded import practice
from imbalance_lab.datasets import CAPACITY, TODAY, read_in_time
from imbalance_lab.exercises.companies import FLATTERED, MODEST, SAME_FOR_ALL, UNIT
from imbalance_lab.exercises.inputs import ARRAYS, INDEX

When = Callable[[Call, Any, Outcome], bool]

#: Companies to practise on, by their seed: what each rung of the ladder saves there. On these two
#: the rungs lie near the curve.
PRACTICE = practice("12")

KNOWN_LABELS = Exercise(
    "known_labels",
    lesson="12",
    section="What is known when",
    arguments=("time", "label_day", "is_fraud", "day"),
    mistakes=(
        Mistake(
            "open labels count as legitimate",
            "A label that is not known yet is neither 1 nor 0. Some of these transactions will"
            " turn out to be fraud.",
        ),
        Mistake(
            "a label counts as known as soon as the transaction has happened",
            "Between a transaction and its label lie days or weeks. What counts is the day on"
            " which the label became known.",
        ),
        Mistake(
            "a label that becomes known on the very day is left out",
            "“On the evening of `day`” includes what became known on that day.",
        ),
        Mistake(
            "only reported frauds are known",
            "When the window closes without a report, the transaction is final as legitimate: a 0"
            " is known too.",
        ),
        Mistake(
            "everything that is known today is used for an earlier day",
            "On the day in question nobody knew what was reported later.",
        ),
        Mistake(
            "every label is taken to be known after 30 days, and none before",
            "That is when a transaction without a report becomes final. A fraud that is reported is"
            " known on the day of the report.",
        ),
        INDEX,
        ARRAYS,
    ),
)


REVIEWS_OF_THE_DAY = Exercise(
    "reviews_of_the_day",
    lesson="12",
    section="Three reviews a day",
    arguments=("p", "amount", "capacity"),
    mistakes=(
        Mistake(
            "the likeliest frauds come first, whatever they cost",
            "A likely fraud of €3 is worth less than a less likely one of €300. Rank by what a"
            " review is expected to save.",
        ),
        Mistake(
            "the largest amounts come first, whatever their probability",
            "The amount says how bad, the model says how likely. You need both.",
        ),
        Mistake(
            "all of the capacity is used, also where a review costs more than it saves",
            "Capacity is a limit and no target: a review that is expected to lose money is left"
            " out, though there is room for it.",
        ),
        Mistake(
            "the team reads more than it can",
            "At most `capacity` transactions of a day can be reviewed, however many would pay.",
        ),
        Mistake(
            "with room for no review at all, every one that pays is made",
            "A capacity of 0 is allowed, and then nothing can be reviewed. Look at what your slice"
            " does with it.",
        ),
        Mistake(
            "a review that just breaks even is made",
            "The contract asks for reviews that are expected to save more than they cost.",
        ),
        Mistake(
            "flagged at a probability of 0.5",
            "Nobody chose 0.5 here. What a miss costs and what a review costs decide.",
        ),
        Mistake(
            "the €15 on top of the amount are forgotten",
            "A missed fraud costs its amount plus €15.",
        ),
        Mistake(
            "first come, first served",
            "On a busy day the earliest alerts use up the team. Rank the day's alerts first.",
        ),
        INDEX,
        ARRAYS,
    ),
)


def _positions(outcome: Outcome, kind: str = "iu") -> list[NDArray[Any]] | None:
    """Return the two parts that came as arrays of a kind of dtype, None where they are none."""
    value = outcome.value if isinstance(outcome, Returned) else None
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    if not all(isinstance(part, list | tuple | np.ndarray) for part in value):
        return None
    parts = [np.asarray(part) for part in value]
    return parts if all(part.ndim == 1 and part.dtype.kind in kind for part in parts) else None


def _mixed_in_time(call: Call, expected: Any, outcome: Outcome) -> bool:
    """Return whether days that judge are among those that were learned from, or before them."""
    time, parts = np.asarray(call.args[0], dtype=float), _positions(outcome)
    if parts is None or any(part.size == 0 or part.max() >= len(time) for part in parts):
        return False
    first = time[parts[1]].min()
    return bool((time[parts[0]] > first + 0.5).sum() > 1)


REHEARSAL_ROWS = Exercise(
    "rehearsal_rows",
    lesson="12",
    section="A rehearsal in the past",
    arguments=("time", "today", "length"),
    mistakes=(
        Mistake(
            "truth values instead of positions",
            "These may be the right rows. The contract asks for their positions.",
            when=lambda call, expected, outcome: _positions(outcome, "b") is not None,
        ),
        Mistake(
            "the newest days judge, and their labels are still open",
            "The labels of the last 30 days are not final. Days whose labels are not final can't"
            " judge anything.",
        ),
        Mistake(
            "the window of 30 days is left out before the days that judge, not after them",
            "The labels of the days that *judge* have to be final. The model of the rehearsal may"
            " learn from everything before them.",
        ),
        Mistake(
            "the first moment of the first day does not judge",
            "Read again in the contract on which side of a border its very moment belongs.",
        ),
        Mistake(
            "the first moment after the last day judges too",
            "Read again in the contract on which side of a border its very moment belongs.",
        ),
        Mistake(
            "the rows are taken to be in order of time",
            "Positions are those of the rows as they came, and they may come in any order.",
        ),
        INDEX,
        ARRAYS,
        Mistake(
            "the model learns from the days that judge it",
            "On the first of these days nobody knew the rows that came later. A model that has"
            " seen them recites.",
            when=_mixed_in_time,
        ),
    ),
)


def _flags(outcome: Outcome) -> NDArray[np.float64] | None:
    """Return the decisions that came as numbers, None where they are none."""
    flags = np.asarray(outcome.value if isinstance(outcome, Returned) else None).ravel()
    return flags.astype(float) if flags.dtype.kind in "biuf" else None


def _of_flags(test: Callable[[NDArray[np.bool_], pd.DataFrame], bool]) -> When:
    """Return a `Mistake.when` about the flags and the table of later transactions."""

    def when(call: Call, expected: Any, outcome: Outcome) -> bool:
        flags, later = _flags(outcome), call.then[-1].args[0]
        if flags is None or len(flags) != len(later) or not np.isin(flags, (0, 1)).all():
            return False
        return bool(test(flags == 1, later))

    return when


def _mostly_largest(flagged: NDArray[np.bool_], later: pd.DataFrame) -> bool:
    """Return whether nine of ten flags are among the `CAPACITY` largest amounts of their day."""
    day, amount = np.floor(later["time"].to_numpy()), later["amount"].to_numpy()
    larger = [np.sum((day == day[row]) & (amount > amount[row])) for row in np.flatnonzero(flagged)]
    return bool(larger) and bool(np.mean(np.array(larger) < CAPACITY) > 0.9)


def _unused(flagged: NDArray[np.bool_], later: pd.DataFrame) -> bool:
    """Return whether fewer than one transaction a day is flagged."""
    return bool(flagged.sum() < np.floor(later["time"]).nunique())


def _too_many(flagged: NDArray[np.bool_], later: pd.DataFrame) -> bool:
    """Return whether there are days on which the team does not get to all flags."""
    return bool((read_in_time(later["time"], flagged) < flagged).any())


def _small(flagged: NDArray[np.bool_], later: pd.DataFrame) -> bool:
    """Return whether many of the flagged amounts are so small that they are not worth much."""
    return bool((later["amount"].to_numpy()[flagged] < 10).mean() > 0.12)


def _mostly_new(call: Call, expected: Any, outcome: Outcome) -> bool:
    """Return whether nearly all flags are at a kind of merchant that was rare 30 days ago."""
    flags, train, later = _flags(outcome), call.args[0], call.then[-1].args[0]
    before = train.loc[train["time"] < TODAY - 30, "merchant"].value_counts(normalize=True)
    new = later["merchant"].map(before).to_numpy(float) < 0.01
    return flags is not None and bool(flags[new].sum() > 0.95 * flags.sum())


def _probabilities(call: Call, expected: Any, outcome: Outcome) -> bool:
    flags = _flags(outcome)
    return flags is not None and bool(((flags > 0) & (flags < 1)).any())


def _learned_from_nan(call: Call, expected: Any, outcome: Outcome) -> bool:
    raised = raises("ValueError")(call, expected, outcome)
    return raised and "NaN" in getattr(outcome, "message", "")


FIT_DETECTOR = Exercise(
    "fit_detector",
    lesson="12",
    section="Your detector",
    arguments=("train",),
    mistakes=(
        Mistake(
            "most of the capacity is left unused",
            "Fewer than one review a day, where the team could do three. Is a probability of 0.5"
            " asked for? What a review costs and what it may save decide.",
            when=_of_flags(_unused),
            section="Three reviews a day",
        ),
        Mistake(
            "more is flagged than the team can read",
            "On at least one day more than three transactions were flagged. The team read the"
            " earliest ones, not the best ones, and never saw the others.",
            when=_of_flags(_too_many),
            section="Three reviews a day",
        ),
        Mistake(
            "the largest amounts are flagged, whoever made them",
            "The amount says how bad a fraud would be. How likely it is has to be learned.",
            when=_of_flags(_mostly_largest),
            section="Three reviews a day",
        ),
        Mistake(
            "the amount plays no part in what is flagged",
            "Many of the flagged transactions are so small that finding them saves next to"
            " nothing. Rank by what a review is expected to save.",
            when=_of_flags(_small),
            section="Three reviews a day",
        ),
        Mistake(
            "what is new is taken for fraud",
            "Nearly all that you flag is of the kind that was hardly sold until 30 days ago. Of"
            " these days only frauds have a label: whoever drops the open rows learns that nearly"
            " all of the new kind is fraud.",
            when=_mostly_new,
            section="What is known when",
        ),
        Mistake(
            "probabilities instead of decisions",
            "`decide` says which transactions to review: 1 or 0 for each.",
            when=_probabilities,
        ),
        Mistake(
            "open labels reach the model",
            "`is_fraud` is NaN where the label is not known yet, and a classifier can't learn"
            " from NaN. Decide what to do with these rows.",
            when=_learned_from_nan,
            section="What is known when",
        ),
    ),
)


def _promised(test: Callable[[float], bool]) -> When:
    """Return a `Mistake.when` about the number that was promised."""

    def when(call: Call, expected: Any, outcome: Outcome) -> bool:
        value = outcome.value if isinstance(outcome, Returned) else None
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and abs(value) < 1e9 and test(float(value))

    return when


def _off(test: Callable[[float], bool]) -> When:
    """Return a `Mistake.when` about how much more was promised than came."""

    def when(call: Call, expected: Any, outcome: Outcome) -> bool:
        if not isinstance(expected, float):
            return False
        return _promised(lambda value: value <= 1.5 and test(value - expected))(
            call, expected, outcome
        )

    return when


PROMISE = Exercise(
    "promise",
    lesson="12",
    section="A rehearsal in the past",
    arguments=("train",),
    mistakes=(
        Mistake(
            SAME_FOR_ALL,
            "Companies differ in how much of their fraud can be found, so a number that is the same"
            " for all of them was not made from `train`. The contract does not accept it, however"
            " near it is.",
        ),
        Mistake(
            FLATTERED,
            "Where fraud moves on before it is reported nobody finds much, and a rehearsal says so."
            " Yours learned from labels that came later or from days that judge, or was judged on"
            " what is reported first. Let it learn as on one day, and judge all of later days.",
        ),
        Mistake(
            "nothing is saved in the rehearsal",
            "A share of exactly 0 comes if nobody is flagged. Does your `decide` flag somebody in"
            " a table that is a part of another, so that its index does not begin at 0?",
            when=_promised(lambda value: value == 0),
        ),
        Mistake(
            "an amount of money or a percentage instead of a share",
            "The contract asks for a share of the loss, such as 0.4.",
            when=_promised(lambda value: value > 1.5),
        ),
        Mistake(
            "it promises more than it keeps",
            "Which rows made the estimate? Rows that the model has learned from, a random split"
            " across time, or newest days from which the open labels were dropped all flatter.",
            when=_off(lambda more: more > UNIT),
        ),
        Mistake(
            MODEST,
            "Were open labels counted as legitimate? Then frauds that are not reported yet look"
            " like false alarms. And did the rehearsed model have enough days to learn from?",
            when=_off(lambda more: more < -UNIT),
        ),
    ),
)


QUIZ = Quiz("12")
