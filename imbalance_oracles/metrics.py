"""Answer keys of lesson 02, metrics at a threshold."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

from imbalance_lab.checks import Call, Question, Worth
from imbalance_lab.exercises import clients
from imbalance_lab.exercises import metrics as exercises
from imbalance_lab.exercises.choices import Told
from imbalance_lab.exercises.clients import DETECTORS, Client
from imbalance_oracles import fresh, secret
from imbalance_oracles.key import Key

Counts = tuple[int, int, int, int]
TEN = ["ok"] * 7 + ["fraud"] * 3, ["ok"] * 4 + ["fraud"] * 3 + ["ok"] + ["fraud"] * 2


def _by_place(rng: np.random.Generator) -> Call:
    """Return decisions as two Series that go together by place; by index they agree elsewhere."""
    while True:
        (drawn,) = fresh.predictions(rng, n_cases=1, n_classes=3, sizes=(12, 30))
        truth, flag = (
            pd.Series(c, index=rng.permutation(len(c)) + 3) for c in map(list, drawn.args)
        )
        there, flagged = truth == truth.iloc[0], flag == truth.iloc[0]
        if (there & flagged).sum() != (there.to_numpy() & flagged.to_numpy()).sum():
            return Call((truth, flag, truth.iloc[0]))


# --- confusion_counts, precision_recall -----------------------------------------------------------


def by_pairs(y_true: Any, y_pred: Any, pos_label: Any) -> Counts:
    """Return the four counts, by counting pairs of answers."""
    pairs = Counter((t == pos_label, p == pos_label) for t, p in zip(y_true, y_pred, strict=True))
    return pairs[False, False], pairs[False, True], pairs[True, False], pairs[True, True]


def _decisions(rng: np.random.Generator) -> list[Call]:
    """Return decisions of which either class, or both, may be absent from either column."""
    n = int(rng.integers(5, 12))
    ok, mixed = ["ok"] * n, rng.permutation(["fraud"] * 2 + ["ok"] * (n - 2)).tolist()
    return [
        *fresh.predictions(rng, n_cases=9, n_classes=[2, 2, 3], sizes=(8, 30), pos_label=True),
        _by_place(rng),
        _by_place(rng),
        Call((ok, mixed), {"pos_label": "fraud"}),
        Call((mixed, ok), {"pos_label": "fraud"}),
        Call((np.array(ok), np.array(mixed)), {"pos_label": "spam"}),
        Call((np.array(mixed), np.array(mixed)), {"pos_label": "ok"}),
    ]


def _reordered(*places: int) -> Callable[..., tuple[int, ...]]:
    return lambda y_true, y_pred, pos_label: tuple(
        by_pairs(y_true, y_pred, pos_label)[place] for place in places
    )


def _last_label(y_true: Any, y_pred: Any) -> Any:
    return max({*list(y_true), *list(y_pred)})


def _exact_negatives_only(y_true: Any, y_pred: Any, pos_label: Any) -> Counts:
    _, fp, fn, tp = by_pairs(y_true, y_pred, pos_label)
    pairs = zip(y_true, y_pred, strict=True)
    return sum(a == b and a != pos_label for a, b in pairs), fp, fn, tp


CONFUSION_COUNTS = Key(
    exercises.CONFUSION_COUNTS,
    right=by_pairs,
    inputs=_decisions,
    by_hand=[Call(TEN, {"pos_label": "fraud"}), Call(([0, 0], [0, 0]), {"pos_label": 1})],
    wrong={
        "false positives and false negatives are swapped": _reordered(0, 2, 1, 3),
        "the order is (tp, fp, fn, tn)": _reordered(3, 1, 2, 0),
        "the label that sorts last is taken for the positive class": (
            lambda y_true, y_pred, pos_label: by_pairs(y_true, y_pred, _last_label(y_true, y_pred))
        ),
        "only the label 1 counts as positive": lambda y_true, y_pred, pos_label: by_pairs(
            y_true, y_pred, 1
        ),
        "a negative that was taken for another negative is not counted": _exact_negatives_only,
        "shares instead of counts": lambda y_true, y_pred, pos_label: tuple(
            count / len(y_true) for count in by_pairs(y_true, y_pred, pos_label)
        ),
    },
)


def by_positions(y_true: Any, y_pred: Any, pos_label: Any = 1) -> tuple[float, float]:
    """Return precision and recall from the positions of what was flagged and what was there."""
    there = {place for place, label in enumerate(y_true) if label == pos_label}
    flagged = {place for place, label in enumerate(y_pred) if label == pos_label}
    return _share(len(there & flagged), len(flagged)), _share(len(there & flagged), len(there))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _ones_by_default(rng: np.random.Generator) -> list[Call]:
    drawn = fresh.predictions(rng, n_cases=3, values=(0, 1), sizes=(8, 25))
    zeros = [Call(call.args, {"pos_label": 0}) for call in drawn[:2]]
    return [*_decisions(rng), *drawn, *zeros, Call(([0, 0, 0], [1, 0, 1])), Call(([1, 1], [0, 0]))]


def _with_specificity(y_true: Any, y_pred: Any, pos_label: Any = 1) -> tuple[float, float]:
    tn, fp, _, tp = by_pairs(y_true, y_pred, pos_label)
    return _share(tp, tp + fp), _share(tn, tn + fp)


def _of_all_samples(y_true: Any, y_pred: Any, pos_label: Any = 1) -> tuple[float, float]:
    share = by_pairs(y_true, y_pred, pos_label)[3] / len(y_true)
    return share, share


PRECISION_RECALL = Key(
    exercises.PRECISION_RECALL,
    right=by_positions,
    inputs=_ones_by_default,
    by_hand=[Call(TEN, {"pos_label": "fraud"}), Call(([0, 0, 1], [0, 0, 0]))],
    wrong={
        "precision and recall are swapped": lambda y_true, y_pred, pos_label=1: by_positions(
            y_true, y_pred, pos_label
        )[::-1],
        "the label that sorts last is taken for the positive class": (
            lambda y_true, y_pred, pos_label=1: by_positions(
                y_true, y_pred, _last_label(y_true, y_pred)
            )
        ),
        "specificity instead of recall": _with_specificity,
        "both are divided by the number of samples": _of_all_samples,
    },
)


# --- choose_detector ------------------------------------------------------------------------------


class _Rates(NamedTuple):
    """What a detector does on a table, and how common fraud is there and at the client."""

    recall: float
    alarms: float  # among the legitimate rows
    tested: float  # share of frauds in the table
    prevalence: float
    cost_fp: int
    cost_fn: int

    def bill(self, prevalence: float, cost_fp: float, cost_fn: float) -> float:
        """Return what a transaction costs on average."""
        missed = prevalence * (1 - self.recall)
        return cost_fn * missed + cost_fp * (1 - prevalence) * self.alarms

    def counts(self) -> Counts:
        """Return the counts in 1,000,000 rows such as those of the table."""
        positives = self.tested * 1e6
        fp, tp = self.alarms * (1e6 - positives), self.recall * positives
        return round(1e6 - positives - fp), round(fp), round(positives - tp), round(tp)


Route = Callable[[_Rates], float]  # the lower, the better


def _rates(client: Client, table: pd.DataFrame) -> dict[str, _Rates]:
    y = table["is_fraud"].to_numpy() == 1
    known = float(y.mean()), client.prevalence, client.cost_fp, client.cost_fn
    return {
        name: _Rates(float(table[name][y].mean()), float(table[name][~y].mean()), *known)
        for name in DETECTORS
    }


def _bill_of_the_client(r: _Rates) -> float:
    return r.bill(r.prevalence, r.cost_fp, r.cost_fn)


def _f_score(beta: float) -> Route:
    def lost(r: _Rates) -> float:
        _, fp, fn, tp = r.counts()
        return -(1 + beta**2) * tp / ((1 + beta**2) * tp + beta**2 * fn + fp)

    return lost


#: What the known mistakes minimise on the test set.
_MISTAKEN: dict[str, list[Route]] = {
    clients.TEST_PREVALENCE: [lambda r: r.bill(r.tested, r.cost_fp, r.cost_fn)],
    clients.PRICES_SWAPPED: [lambda r: r.bill(r.prevalence, r.cost_fn, r.cost_fp)],
    clients.NO_PRICES: [lambda r: r.bill(r.prevalence, 1, 1)],
    clients.RATES_ADDED: [lambda r: r.bill(0.5, r.cost_fp, r.cost_fn)],
    clients.ONE_MEASURE: [
        _f_score(1),
        _f_score(2),
        _f_score(0.5),
        lambda r: r.bill(r.tested, 1, 1),  # accuracy
        lambda r: r.bill(0.5, 1, 1),  # balanced accuracy
        lambda r: -_mcc(*r.counts()),
        lambda r: -r.recall * (1 - r.alarms),  # G-mean
        lambda r: -r.recall,
        lambda r: -r.recall / (r.recall + r.alarms),  # precision, likelihood ratio
    ],
}


def _mcc(tn: int, fp: int, fn: int, tp: int) -> float:
    return (tp * tn - fp * fn) / math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))


def _chosen(offered: Iterable[Mapping[str, _Rates]], route: Route) -> str:
    """Return the letter that a route chooses for each client."""
    return "".join(min(rates, key=lambda name: route(rates[name])) for rates in offered)


def _offered(seed: int, prices: int) -> list[dict[str, _Rates]]:
    return [_rates(client, client.test) for client in clients.clients(seed, prices)]


@cache
def _ways(seed: int, prices: int) -> dict[str, set[str]]:
    """Return what each known mistake chooses for all clients, in one or several ways."""
    offered = _offered(seed, prices)
    return {n: {_chosen(offered, route) for route in routes} for n, routes in _MISTAKEN.items()}


@cache
def told_of(seed: int, prices: int = 0) -> Told:
    """Return what the judge of choices has to know about the clients of a seed."""
    offered, ways = _offered(seed, prices), _ways(seed, prices)
    saved = [_saved(_rates(client, client.later)) for client in clients.clients(seed, prices)]

    def worth(route: Route) -> list[float]:
        return [one[name] for one, name in zip(saved, _chosen(offered, route), strict=True)]

    best = _chosen(offered, _bill_of_the_client)
    # What two mistakes choose alike is evidence of neither.
    times = Counter(chosen for found in ways.values() for chosen in found)
    mistaken = {
        name: sorted(chosen for chosen in found if chosen != best and times[chosen] == 1)
        for name, found in ways.items()
    }
    return Told(saved, worth(_bill_of_the_client), worth(_f_score(1)), mistaken)


def _saved(later: Mapping[str, _Rates]) -> dict[str, float]:
    """Return the share of the loss that each detector saves on later days."""
    return {
        name: round(1 - _bill_of_the_client(r) / (r.prevalence * r.cost_fn), 4)
        for name, r in later.items()
    }


def tells_apart(seed: int, prices: int) -> bool:
    """Return whether no mistake chooses as another one does, nor well by luck, and F1 as usual."""
    told = told_of(seed, prices)
    best, by_f1 = sum(told.reference), sum(told.one_measure)
    others = {
        *chain(*_ways(seed, prices).values()),
        *(len(told.worth) * name for name in DETECTORS),
    }
    most = max(sum(w[name] for w, name in zip(told.worth, way, strict=True)) for way in others)
    return all(told.mistaken.values()) and 0.5 * best < by_f1 and most < 0.8 * best


def hidden_clients() -> Worth:
    """Return the judge of choices for the clients of this course's secret."""
    seed, prices = _drawn(secret.current())
    return clients.judge(seed, told_of(seed, prices), "on hidden clients", prices)


@cache
def _drawn(course: str) -> tuple[int, int]:
    """Return a seed and prices from a secret; the seed has 128 bits, so nobody can try them all."""
    seeds = secret.long_seeds(course, "clients")
    while True:
        seed = next(seeds)
        for prices in range(8):
            if tells_apart(seed, prices):
                return seed, prices


# --- wilson_interval ------------------------------------------------------------------------------


def by_statsmodels(n_successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval of statsmodels."""
    low, high = proportion_confint(n_successes, n, alpha=1 - confidence, method="wilson")
    return float(low), float(high)


def _trials(rng: np.random.Generator) -> list[Call]:
    """Return few and many trials, of which none, some or all succeeded, at many confidences."""
    n = int(rng.integers(6, 15))
    some = int(rng.integers(2, n - 1))
    many = int(rng.integers(300, 900))
    drawn = [(some, n, 0.8), (some, n, 0.99), (n - 1, n, 0.9), (many // 9, many, 0.95)]
    edges = [(0, n), (n, n), (0, n, 0.5), (n, n, 0.999), (0, 1), (1, 1, 0.9), (many, many)]
    return [*map(Call, (*drawn, *edges)), Call((some, 2 * n), {"confidence": 0.68})]


def _two_sided(confidence: float) -> float:
    return float(norm.ppf((1 + confidence) / 2))


def _wilson(
    k: int, n: int, z: float, centred: bool = True, shrunk: bool = True
) -> tuple[float, float]:
    share, shrink = k / n, 1 + z * z / n if shrunk else 1.0
    centre = (share + z * z / (2 * n)) / shrink if centred else share
    half = z / shrink * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return centre - half, centre + half


def _wald(k: int, n: int, confidence: float) -> tuple[float, float]:
    half = _two_sided(confidence) * math.sqrt(k / n * (1 - k / n) / n)
    return k / n - half, k / n + half


def _wald_cut_off(n_successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    low, high = _wald(n_successes, n, confidence)
    return max(0.0, low), min(1.0, high)


WILSON_INTERVAL = Key(
    exercises.WILSON_INTERVAL,
    right=by_statsmodels,
    inputs=_trials,
    by_hand=[Call((0, 20)), Call((18, 20))],
    wrong={
        "the interval that trusts the observed share": lambda n_successes, n, confidence=0.95: (
            _wald(n_successes, n, confidence)
        ),
        "the Wald interval, cut off at 0 and 1": _wald_cut_off,
        "the quantile of a one-sided interval": lambda n_successes, n, confidence=0.95: _wilson(
            n_successes, n, float(norm.ppf(confidence))
        ),
        "the centre is the observed share": lambda n_successes, n, confidence=0.95: _wilson(
            n_successes, n, _two_sided(confidence), centred=False
        ),
        "the confidence is always 95%": lambda n_successes, n, confidence=0.95: _wilson(
            n_successes, n, _two_sided(0.95)
        ),
        "what stands in the brackets is not divided any more": (
            lambda n_successes, n, confidence=0.95: _wilson(
                n_successes, n, _two_sided(confidence), shrunk=False
            )
        ),
    },
    # A quantile from a table, such as 1.96, is near enough.
    rel=1e-4,
    abs_=1e-6,
)


LESSON = "02"
QUIZ = {
    1: Question(
        right="c",
        mistakes={
            "a": "That is about the healthy. The question starts from a positive result.",
            "b": "That is the share of the ill who get a positive result. Count among 1,000 people:"
            " how many of each kind get one?",
            "d": "That was known before the test. A positive result says more.",
        },
        section="What an alarm adds to what you knew",
    ),
    2: Question(
        right="b",
        mistakes={
            "a": "F1 is about half as high there. Look at the dashes of the lines.",
            "c": "Precision is the lowest line of the picture.",
            "d": "Balanced accuracy stays where it is, above 0.8.",
        },
        section="Both classes in one number",
    ),
    3: Question(
        right="d",
        mistakes={
            "a": "0.5 belongs to a miss that costs one false alarm. What does F1 take it to cost?",
            "b": "With right probabilities the threshold is lower than the best F1 itself.",
            "c": "The threshold is right. Put the F1 into the price list once more.",
        },
        section="One number out of two",
    ),
    4: Question(
        right="b",
        mistakes={
            "a": "Count among 10,000: how many misses fewer does Q have, and how many false alarms"
            " more?",
            "c": "That is the price by which balanced accuracy would decide. Compare the two"
            " detectors' counts.",
            "d": "Q misses fewer, so it is cheaper once a miss is expensive enough.",
        },
        section="A detector for each client",
    ),
    5: Question(
        right="a",
        mistakes={
            "b": "That would be the rate if a single one had been missed. A higher rate can leave"
            " all of them caught by luck.",
            "c": "At that rate all would be caught less than once in ten thousand test sets.",
            "d": "All caught is compatible with a recall below 1: think of the rule of three.",
        },
        section='Does "95%" mean 95%?',
    ),
}
