"""Answer keys of lesson 11: draws, t tests, Wilson's interval by trying, hidden contests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import count
from math import ceil, sqrt
from typing import Any

import numpy as np
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from imbalance_lab.checks import Call, Question, Worth
from imbalance_lab.exercises import contests
from imbalance_lab.exercises import ensembles_and_extremes as exercises
from imbalance_lab.exercises.contests import CURVE, Contest
from imbalance_oracles import fresh, secret
from imbalance_oracles.key import Key


def _labels(rng: np.random.Generator) -> list[Call]:
    """Return labels of two classes; some calls leave `random_state` at its default."""
    calls = []
    for number in range(9):
        n_rare = (2, 7, 9, 3, 12, 5, 8, 4, 10)[number] + int(rng.integers(0, 3))
        n_common = n_rare + (int(rng.integers(1, 30)) if number else 1)
        seed = {"random_state": int(rng.integers(1, 1000))} if number % 3 else {}
        calls.append(Call((fresh.two_classes(rng, n_common, n_rare, number),), seed))
    return calls


def _twice(rng: np.random.Generator) -> list[Call]:
    """Return calls of which each comes twice; the default of `random_state` is 0."""
    y = fresh.two_classes(rng, 30, 12, 0)
    calls = [Call((y,), {"random_state": int(seed)}) for seed in (0, *rng.integers(1, 999, size=2))]
    return [Call((y,)), calls[0], *(call for call in calls[1:] for _ in range(2))]


def _one_seed_after_another(rng: np.random.Generator) -> list[Call]:
    """Return calls on the same labels, 16 common and 8 rare."""
    y, first = rng.permutation(["a", "b", "a"] * 8).tolist(), int(rng.integers(1000))
    return [Call((y,), {"random_state": first + turn}) for turn in range(exercises.N_SEEDS)]


BALANCED_BOOTSTRAP = Key(
    exercises.BALANCED_BOOTSTRAP,
    laws={
        "rows": _labels,
        "same seed": _twice,
        "chance": _one_seed_after_another,
        "again": _one_seed_after_another,
    },
)


def _low(ours: Any, theirs: Any) -> float:
    """Return the lower end of the 95% interval of the paired differences."""
    differences = np.asarray(ours) - np.asarray(theirs)
    error = differences.std(ddof=1) / sqrt(len(differences))
    return float(differences.mean() - stats.t.ppf(0.975, len(differences) - 1) * error)


def _from_where_on(n_positives: Any, leads: Any) -> int | None:
    """Return the least count from which on `leads` is true."""
    answer = None
    for least, leading in list(zip(n_positives, leads, strict=True))[::-1]:
        if not leading:
            break
        answer = int(least)
    return answer


def crossover(n_positives: Any, supervised: Any, anomaly: Any) -> int | None:
    """Return the least count from which on every paired interval lies above zero."""
    return _from_where_on(n_positives, _clear(supervised, anomaly))


def _clear(supervised: Any, anomaly: Any) -> list[bool]:
    return [_low(*pair) > 0 for pair in zip(supervised, anomaly, strict=True)]


def _tables(
    rng: np.random.Generator, leads: list[float], n_runs: int, noise: float = 2.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return counts and two tables of runs; no interval ends so near zero that rounding decides.

    `leads` are the mean differences in units of the noise of a difference.
    """
    while True:
        counts = np.sort(rng.choice(np.arange(3, 300), len(leads), replace=False))
        easy = rng.normal(0, 8, n_runs)
        anomaly = 40 + easy + rng.normal(0, noise, (len(leads), n_runs))
        ahead = np.array(leads)[:, None] * noise + rng.normal(0, noise, (len(leads), n_runs))
        tables = anomaly.round(1), (anomaly + ahead).round(1)
        if min(abs(_low(ours, theirs)) for theirs, ours in zip(*tables, strict=True)) > 1e-3:
            return counts, tables[1], tables[0]


# Leads from small to large counts; a clear one is 5, none is -3, and 0.4 is one of the mean only.
_LEADS = (
    [-3.0, -3.0, 5.0, 5.0],
    [5.0, 0.4, 5.0, 5.0, 5.0],
    [5.0, 5.0, 5.0],
    [-3.0, 0.4, 5.0, 0.4],
    [0.4, -3.0, 5.0],
    [-3.0, -3.0],
    [-3.0],  # arrays, as all with an even number: that it is never clear is not left to lists
    [5.0],
    [5.0, 5.0, -3.0, 1.2, 1.2, 5.0],
    [1.0, 1.2, 1.4, 1.6],
    [0.4, 0.6, 0.9, 1.2],
)


def _races(rng: np.random.Generator) -> list[Call]:
    """Return tables in which the lead is early, late, lost again or never clear; few runs, many."""
    calls = []
    for number, leads in enumerate([*_LEADS, *_LEADS[8:]]):
        counts, ours, theirs = _tables(rng, list(leads), (5, 9, 3, 7)[number % 4])
        if number % 2:
            calls.append(Call((counts.tolist(), ours.tolist(), theirs.tolist())))
        else:
            calls.append(Call((counts, ours, theirs)))
    runs = rng.integers(20, 60, size=(3, 4))
    ahead = np.add(runs, [[0], [3], [5]])  # by the same number in every run of a count
    return [
        *calls,
        Call(([4, 9, 30], ahead.tolist(), runs.tolist())),
        Call(([4, 9, 30], runs.tolist(), runs.tolist())),
    ]


def _unpaired(n_positives, supervised, anomaly):
    def ends(runs):
        half = stats.t.ppf(0.975, len(runs) - 1) * np.std(runs, ddof=1) / sqrt(len(runs))
        return np.mean(runs) - half, np.mean(runs) + half

    pairs = zip(supervised, anomaly, strict=True)
    return _from_where_on(n_positives, [ends(ours)[0] > ends(theirs)[1] for ours, theirs in pairs])


def _first_clear(n_positives, supervised, anomaly):
    clear = _clear(supervised, anomaly)
    return int(n_positives[clear.index(True)]) if any(clear) else None


def _position(n_positives, supervised, anomaly):
    right = crossover(n_positives, supervised, anomaly)
    return None if right is None else list(n_positives).index(right)


def _never_is_last(n_positives, supervised, anomaly):
    right = crossover(n_positives, supervised, anomaly)
    return int(n_positives[-1]) if right is None else right


def _last_alone(n_positives, supervised, anomaly):
    return int(n_positives[-1]) if _clear(supervised, anomaly)[-1] else None


_OURS = [[30, 32, 31], [30, 35, 31], [40, 45, 50], [50, 60, 70], [80, 82, 81]]
_THEIRS = [[20, 21, 22], [33, 40, 30], [41, 35, 40], [40, 51, 59], [50, 51, 50]]
_COUNTS = [5, 10, 20, 40, 80]
CROSSOVER = Key(
    exercises.CROSSOVER,
    right=crossover,
    inputs=_races,
    by_hand=[Call((_COUNTS, _OURS, _THEIRS)), Call((_COUNTS, _THEIRS, _OURS))],
    wrong={
        "the means decide, without an interval": lambda n_positives, supervised, anomaly: (
            _from_where_on(n_positives, np.mean(np.subtract(supervised, anomaly), axis=1) > 0)
        ),
        "the first lead, although it is lost again": _first_clear,
        "the runs are compared without their pairs": _unpaired,
        "the position in the table instead of the number of positives": _position,
        "'never' is answered with the largest count": _never_is_last,
        "the largest count decides alone": _last_alone,
    },
)


def _first_that(narrow: Callable[[int], bool]) -> int:
    return next(n for n in count(1) if narrow(n))


def enough(recall: float, width: float, confidence: float = 0.95) -> int:
    """Return the first number of positives whose Wilson interval is narrow enough, by trying."""

    def narrow(n: int) -> bool:
        low, high = proportion_confint(recall * n, n, alpha=1 - confidence, method="wilson")
        return bool(high - low <= width)

    return _first_that(narrow)


def _plans(rng: np.random.Generator) -> list[Call]:
    """Return shares from 0 to 1, narrow and wide intervals, one positive that is enough."""
    recalls = rng.uniform(0.05, 0.95, size=6).round(2).tolist()
    widths = rng.uniform(0.12, 0.45, size=6).round(3).tolist()
    confidences = [0.8, 0.99, 0.9, 0.68, 0.98, 0.5]
    drawn = [Call(plan) for plan in zip(recalls, widths, confidences, strict=True)]
    width = round(float(rng.uniform(0.15, 0.3)), 3)
    return [
        *drawn,
        Call((recalls[0], width)),
        Call((0.5, width), {"confidence": 0.9}),
        Call((1.0, width, 0.95)),
        Call((0.0, width, 0.9)),
        Call((0.97, width / 2, 0.99)),
        Call((recalls[1], 0.9, 0.5)),
    ]


def _z(confidence):
    return stats.norm.ppf((1 + confidence) / 2)


def _rounded(recall, width, confidence=0.95):
    def narrow(n):
        caught = round(recall * n)
        low, high = proportion_confint(caught, n, alpha=1 - confidence, method="wilson")
        return high - low <= width

    return _first_that(narrow)


ENOUGH_POSITIVES = Key(
    exercises.ENOUGH_POSITIVES,
    right=enough,
    inputs=_plans,
    by_hand=[Call((0.8, 0.2))],
    wrong={
        "Wald's interval instead of Wilson's": lambda recall, width, confidence=0.95: ceil(
            4 * _z(confidence) ** 2 * recall * (1 - recall) / width**2
        ),
        "`width` is taken for the half width": lambda recall, width, confidence=0.95: enough(
            recall, 2 * width, confidence
        ),
        "a one-sided quantile": lambda recall, width, confidence=0.95: enough(
            recall, width, 2 * confidence - 1
        ),
        "a recall of one half is assumed": lambda recall, width, confidence=0.95: enough(
            0.5, width, confidence
        ),
        "the confidence is always 95%": lambda recall, width, confidence=0.95: enough(
            recall, width
        ),
        "one positive too few": lambda recall, width, confidence=0.95: (
            enough(recall, width, confidence) - 1
        ),
        "one positive too many": lambda recall, width, confidence=0.95: (
            enough(recall, width, confidence) + 1
        ),
        "the number of caught positives is rounded": _rounded,
    },
)

# --- switch_or_wait -------------------------------------------------------------------------------

HIDDEN_CONTESTS, DRAWS = 64, 2000
#: What honest routes are worth at least on a draw that counts, as a share of the reference.
_HONEST = 0.93
#: A lazy route that the curve prints is worth at most so much less there than its rung, or more.
_LESS, _MORE = 0.15, 0.08
_PRINTED = {
    "wait": "always wait",
    "clear": "a clear lead, or wait",
    "higher": "the higher number wins",
}


def leads(one: Contest, added: Sequence[float] = (0.5, 0.5, 1)) -> Any:
    """Return draws of B's lead from a Dirichlet distribution, with counts added beforehand."""
    shares = np.random.default_rng(0).dirichlet(np.add(_won(one), added), DRAWS)
    return shares[:, 0] - shares[:, 1]


def resampled_leads(one: Contest, added: Sequence[float] = (0, 0, 0)) -> Any:
    """Return B's lead in bootstrap samples, with counts added beforehand."""
    won = np.add(_won(one), added)
    n = round(won.sum())
    drawn = np.random.default_rng(0).multinomial(n, won / n, DRAWS)
    return (drawn[:, 0] - drawn[:, 1]) / n


def _won(one: Contest) -> list[int]:
    """Return how often B alone, A alone, and both or neither caught a fraud."""
    difference = np.asarray(one.caught_b) - np.asarray(one.caught_a)
    return [int(np.sum(difference == sign)) for sign in (1, -1, 0)]


def best_choice(one: Contest, ahead: Any) -> str:
    """Return the choice that is worth most on average over draws of B's lead."""
    switched = one.gain * ahead - one.switch
    worth = {
        contests.KEEP: 0.0,
        contests.SWITCH: switched.mean(),
        contests.WAIT: np.maximum(switched, 0).mean() - one.wait,
    }
    return max(worth, key=worth.__getitem__)


def reference(drawn: Sequence[Contest]) -> float:
    """Return what the reference is worth in some contests, in euros."""
    return sum(one.worth(best_choice(one, leads(one))) for one in drawn)


def shares_of_routes(drawn: Sequence[Contest]) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Return what honest routes and lazy ones are worth, as shares of the reference."""
    most = reference(drawn)

    def share(choices: Sequence[str]) -> float:
        return sum(one.worth(choice) for one, choice in zip(drawn, choices, strict=True)) / most

    honest = {
        "bootstrap": [best_choice(one, resampled_leads(one)) for one in drawn],
        "smoothed": [best_choice(one, resampled_leads(one, (1, 1, 0))) for one in drawn],
        "even": [best_choice(one, leads(one, (1, 1, 1))) for one in drawn],
    }
    higher = contests.by_the_higher(drawn)
    few = [len(one.caught_a) < 40 for one in drawn]
    lazy = {
        "higher": higher,
        "clear": contests.by_clear_leads(drawn),
        "wait": [contests.WAIT] * len(drawn),
        "count": [contests.WAIT if f else h for f, h in zip(few, higher, strict=True)],
    }
    return {k: share(v) for k, v in honest.items()}, {k: share(v) for k, v in lazy.items()}


def hidden_contests() -> Worth:
    """Return the judge of choices in the hidden contests of this course's secret."""
    drawn, most = _drawn(secret.current())
    return contests.judge(drawn, most, "in the hidden contests")


@cache
def _drawn(course: str) -> tuple[Sequence[Contest], float]:
    """Draw contests from a secret, only such on which luck decides little.

    A detector that is worse by far can win among a dozen frauds, and one such pair can outweigh ten
    good choices. About one draw in ten is taken. The seed has 128 bits, so that nobody can try them
    all.
    """
    seeds = secret.long_seeds(course, "contests")
    seed = next(seeds)
    while True:
        drawn = contests.contests(seed, next(seeds), HIDDEN_CONTESTS)
        most = reference(drawn)
        if most > 0 and luck_decides_little(drawn):
            return drawn, most


def luck_decides_little(drawn: Sequence[Contest]) -> bool:
    """Return whether honest routes are worth nearly all here, and lazy ones what is printed."""
    honest, lazy = shares_of_routes(drawn)
    away = [lazy[route] - CURVE.rungs[name][0] for route, name in _PRINTED.items()]
    by_count = lazy["count"] - CURVE.rungs["the higher number wins"][0]
    return min(honest.values()) > _HONEST and min(away) > -_LESS and max(*away, by_count) < _MORE


LESSON = "11"
QUIZ = {
    1: Question(
        right="c",
        mistakes={
            "a": "A bootstrap draws with replacement, so it can miss all positives. How"
            " likely is that for a draw for each row?",
            "b": "One draw misses the positives with probability 0.99. Take that to the power of"
            " the number of draws, then count the trees.",
            "d": "One draw finds a positive with probability 1 in 100, but a tree gets many draws.",
        },
        section="A bootstrap for each tree",
    ),
    2: Question(
        right="b",
        mistakes={
            "a": "These are the positives that it catches. How many flags does the precision mean,"
            " and how many of them are wrong?",
            "c": "The count is right. But if both rank alike, a threshold can give either of them"
            " the same recall.",
            "d": "That is the number of all flags. At 0.5 the plain forest flags next to nobody.",
        },
        section="The specialists, and two questions",
    ),
    3: Question(
        right="c",
        mistakes={
            "a": "There the tamed boosting is far behind.",
            "b": "The interval holds zero: nothing is certain there.",
            "d": "Look at the row before it as well. Where does its interval begin?",
        },
        section="How tame is tame enough?",
    ),
    4: Question(
        right="a",
        mistakes={
            "b": "The rows without the event say nothing about recall. Count the positives.",
            "c": "A recall cannot exceed 1. That is the simple interval, which fails near the"
            " ends.",
            "d": "Repeating the split uses the same positives again: the interval is about them.",
        },
        section="How many positives are enough?",
    ),
    5: Question(
        right="c",
        mistakes={
            "a": "A switch is worth more than nothing on average. Compute it, then the price of"
            " knowing first.",
            "b": "That is what a switch is worth. What would you gain if you knew the lead, and"
            " what does it cost to know?",
            "d": "You have forgotten what waiting costs.",
        },
        section="Who is better, and what if nobody can tell?",
    ),
}
