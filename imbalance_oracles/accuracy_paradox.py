"""Answer keys of lesson 01, the accuracy paradox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from imbalance_lab.checks import Call, Question
from imbalance_lab.exercises import accuracy_paradox as exercises
from imbalance_lab.exercises.rules import RULES, company, saved
from imbalance_oracles import fresh, secret
from imbalance_oracles.key import Key


def most_frequent(y: Any) -> float:
    """Return the share of the commonest label, counting each label in turn."""
    labels = list(y)
    return max(labels.count(label) for label in labels) / len(labels)


def _several_classes(rng: np.random.Generator) -> list[Call]:
    """Return labels of two to four classes; of some, label 1 is the common one, of some the rare.

    In one the label that comes first is not the common one.
    """
    tied = rng.permutation(["a", "b"] * int(rng.integers(3, 6))).tolist()
    return [
        *fresh.labels(rng, n_cases=6, n_classes=[2, 3, 4], sizes=(5, 40)),
        *fresh.labels(rng, n_cases=1, values=(1, 0), sizes=(9, 30)),
        Call(([1, *rng.permutation([0] * int(rng.integers(5, 12)) + [1, 1]).tolist()],)),
        Call((tied,)),
        Call((pd.Series([1, 1, 0, 1], index=[8, 3, 5, 0]),)),
    ]


def _shares(y):
    return np.unique(np.asarray(y), return_counts=True)[1] / len(y)


MAJORITY_ACCURACY = Key(
    exercises.MAJORITY_ACCURACY,
    right=most_frequent,
    inputs=_several_classes,
    by_hand=[Call((["ok", "ok", "fraud", "ok"],)), Call(([1, 1, 1, 0, 1],))],
    wrong={
        "label 1 is taken for the rare class": lambda y: float(
            1 - np.mean(np.asarray(y, dtype=float))
        ),
        "the share of the rarest class": lambda y: float(_shares(y).min()),
        "a percentage instead of a share": lambda y: 100 * float(_shares(y).max()),
        "a count instead of a share": lambda y: float(_shares(y).max() * len(y)),
    },
)


def by_difference(y_true: Any, y_pred: Any, cost_fp: float, cost_fn: float) -> float:
    """Return the total cost: a difference of -1 is a false alarm, one of 1 a miss."""
    price = {-1: cost_fp, 0: 0, 1: cost_fn}
    return sum(price[int(t) - int(p)] for t, p in zip(y_true, y_pred, strict=True))


def _priced(rng: np.random.Generator) -> list[Call]:
    """Return decisions with whole and broken prices, all right ones, and a Series' own index."""
    prices = {"cost_fp": [1, 4.5, 7], "cost_fn": [2, 12.5, 40]}
    drawn = fresh.predictions(rng, n_cases=9, values=(0, 1), sizes=(8, 40), **prices)
    y = rng.permutation([0, 0, 0, 1, 1]).tolist()
    shuffled = pd.Series(y, index=[5, 1, 4, 2, 3]), pd.Series(y[::-1], index=[2, 3, 1, 5, 4])
    return [*drawn, Call((y, y, 3, 8)), Call((*shuffled, 2.5, 30))]


def _errors(y_true, y_pred):
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    return int(np.sum((y_true == 0) & (y_pred == 1))), int(np.sum((y_true == 1) & (y_pred == 0)))


def _swapped_cost(y_true, y_pred, cost_fp, cost_fn):
    n_fp, n_fn = _errors(y_true, y_pred)
    return cost_fn * n_fp + cost_fp * n_fn


def _mean_cost(y_true, y_pred, cost_fp, cost_fn):
    n_fp, n_fn = _errors(y_true, y_pred)
    return (cost_fp * n_fp + cost_fn * n_fn) / len(y_true)


def _cost_per_flag(y_true, y_pred, cost_fp, cost_fn):
    n_fn = _errors(y_true, y_pred)[1]
    return cost_fp * int(np.sum(np.asarray(y_pred) == 1)) + cost_fn * n_fn


COST_OF = Key(
    exercises.COST_OF,
    right=by_difference,
    inputs=_priced,
    by_hand=[Call(([0, 0, 1, 1, 1], [1, 0, 1, 0, 0]), {"cost_fp": 1, "cost_fn": 10})],
    wrong={
        "the prices of false alarms and misses are swapped": _swapped_cost,
        "the mean cost instead of the total": _mean_cost,
        "the number of mistakes, unpriced": lambda y_true, y_pred, cost_fp, cost_fn: sum(
            _errors(y_true, y_pred)
        ),
        "every flag is charged, the right ones too": _cost_per_flag,
    },
)


def by_whole_numbers(y: Any) -> tuple[str, int]:
    """Return severity and count of the rarer class, comparing whole numbers."""
    labels = list(y)
    rare = min(labels.count(label) for label in set(labels))
    steps = ((30, "balanced"), (10, "mild"), (1, "moderate"))
    word = next((word for percent, word in steps if 100 * rare > percent * len(labels)), "severe")
    return word, rare


def _rare_and_common(rng: np.random.Generator) -> list[Call]:
    """Return shares inside each grade, and on both sides of each boundary."""
    k = int(rng.integers(2, 5))
    edges = [(3 * k, 7 * k), (3 * k + 1, 7 * k - 1), (k, 9 * k), (k + 1, 9 * k - 1)]
    edges += [(k, 99 * k), (k + 1, 99 * k - 1)]
    inside = [(5 * k, 6 * k), (2 * k, 9 * k), (k, 20 * k), (1, 130 * k)]
    names = [("ok", "fraud"), ("fraud", "ok"), (0, 1), (1, 0), (True, False)]
    calls = []
    for number, (n_rare, n_common) in enumerate(edges + inside):
        rare, common = names[(number + k) % len(names)]
        y = [rare] * n_rare + [common] * n_common
        order = rng.permutation(len(y)).tolist()
        labels = [y[place] for place in order]
        calls.append(Call((pd.Series(labels, index=order) if number % 3 == 1 else labels,)))
    return calls


_STEPS = ((0.30, "balanced"), (0.10, "mild"), (0.01, "moderate"), (-1.0, "severe"))


def _severity(share):
    return next(word for least, word in _STEPS if share > least)


def _positives_are_ones(y):
    ones = int(np.sum(np.asarray(y) == 1))
    return _severity(ones / len(y)), ones


def _common_counted(y):
    shares = _shares(y)
    return _severity(shares.min()), round(shares.max() * len(y))


def _all_counted(y):
    return _severity(_shares(y).min()), len(y)


DIAGNOSE = Key(
    exercises.DIAGNOSE,
    right=by_whole_numbers,
    inputs=_rare_and_common,
    by_hand=[Call(([0] * 95 + [1] * 5,))],
    wrong={
        "only the severity, without the number of positives": lambda y: _severity(_shares(y).min()),
        "the size of the common class was returned": _common_counted,
        "all samples were counted": _all_counted,
        "label 1 is taken for the rare class": _positives_are_ones,
        "the share of the common class was graded": lambda y: (
            _severity(_shares(y).max()),
            round(_shares(y).min() * len(y)),
        ),
    },
)

# --- companies that choose a rule -----------------------------------------------------------------


def hidden_companies() -> dict[int, float]:
    """Return what the reference saves at each hidden company, by its seed."""
    return _drawn(secret.current())


@cache
def _drawn(course: str) -> dict[int, float]:
    """Draw nine companies from a secret, three of each kind, only such on which no luck decides.

    Where the rule that was cheapest on the past, or on the newer half of it, is not the cheapest on
    the later days, whoever chooses well loses by chance. More than half of the companies are taken.
    Nine that pay other ways to choose visibly more or less than usual give way to the next nine, of
    which six are the same. The seeds have 128 bits, so that nobody can try them all.
    """
    seeds = secret.long_seeds(course, exercises.CHEAPEST_RULE.name)
    drawn: dict[int, float] = {}
    while len(drawn) < 9 or not _pays_as_usual(drawn):
        if len(drawn) == 9:
            drawn = dict(islice(drawn.items(), 3, None))
        seed = 3 * next(seeds) + len(drawn) % 3
        past, later = company(seed)
        if cheapest(past) == cheapest(past[len(past) // 2 :]) == cheapest(later):
            drawn[seed] = saved(later, cheapest(later))
    return drawn


def cheapest(table: pd.DataFrame) -> str:
    """Return the rule that saves most on some days."""
    return max(RULES, key=lambda rule: saved(table, rule))


#: What other ways to choose are worth at least and at most, as a share of the reference.
_USUAL: list[tuple[Callable[[pd.DataFrame], str], float, float]] = [
    (lambda past: "new device", 0.5, 0.64),
    (lambda past: _at_one_loss(past, np.mean), 0.83, 1.0),
    (lambda past: _at_one_loss(past, np.median), 0.31, 0.7),
]


def _at_one_loss(past: pd.DataFrame, usual: Callable[[Any], Any]) -> str:
    """Return the rule of the smallest bill if every missed fraud cost what one costs usually."""
    fraud = past["is_fraud"] == 1
    loss = usual(past.loc[fraud, "amount"]) + 15

    def bill(rule: str) -> float:
        return float(4 * past[rule].sum() + loss * (fraud & (past[rule] == 0)).sum())

    return min(RULES, key=bill)


def _pays_as_usual(drawn: Mapping[int, float]) -> bool:
    companies, best = [company(seed) for seed in drawn], sum(drawn.values())
    return all(
        least < sum(saved(one.later, choose(one.past)) for one in companies) / best <= most
        for choose, least, most in _USUAL
    )


LESSON = "01"
QUIZ = {
    1: Question(
        right="b",
        mistakes={
            "a": "That is its accuracy. How much of it comes without any model?",
            "c": "Compare it with what calling everybody healthy reaches: is the model above that,"
            " or below?",
            "d": "The difference from what is free has still to be measured against the gap that"
            " was left to close.",
        },
        section="What a model adds",
    ),
    2: Question(
        right="c",
        mistakes={
            "a": "So picky a detector misses most of the frauds. Use the button that goes to the"
            " least cost, and divide all flagged rows by the true positives.",
            "b": "Divide all rows that are flagged there, false alarms and caught frauds together,"
            " by the frauds that are caught.",
            "d": "That many reviews for a fraud come from a threshold that is too low. Use the"
            " button that goes to the least cost.",
        },
        section="It is not a bug",
    ),
    3: Question(
        right="b",
        mistakes={
            "a": "That is the other picture. With ten times the negatives the share that is found"
            " hardly changed.",
            "c": "Look at the second picture: at the ratio 1:10 about half of the flagged are"
            " positive, however many positives were learned from.",
            "d": "In the second picture one of them changes a great deal.",
        },
        section="Two kinds of rarity",
    ),
    4: Question(
        right="b",
        mistakes={
            "a": "Counting mistakes prices a miss like a false alarm. Write both bills with the"
            " price of a miss left open.",
            "c": "At that price all mistakes cost alike, and A makes more of them. Set the two"
            " bills equal.",
            "d": "That is how many false alarms more A has, but it also has more than one miss"
            " fewer.",
        },
        section="Put a price on each mistake",
    ),
}
