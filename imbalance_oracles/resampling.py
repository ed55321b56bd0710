"""Answer keys of lesson 05: what to draw from, information by sizes, and the hidden nights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from math import ceil, floor, sqrt
from typing import Any

import numpy as np

from imbalance_lab.checks import Call, Question
from imbalance_lab.exercises import nights
from imbalance_lab.exercises import resampling as exercises
from imbalance_lab.exercises.drawn import classes_of
from imbalance_oracles import fresh, secret
from imbalance_oracles.key import Key

_FOURTEEN = [Call((["ok"] * 12 + ["fraud"] * 2, 0.25))]


def _sizes(rng: np.random.Generator) -> list[tuple[int, int, float]]:
    """Return sizes of common and rare class with ratios that can be reached.

    All ratios are sums of powers of 1/2, so that rounding down means the same to all arithmetic.
    """
    sizes = []
    for ratio in (0.25, 1.0, 0.5, 0.75, 0.375, 0.625, 0.125):
        n_rare = int(rng.integers(2, 4 if ratio < 0.3 else 9))
        sizes.append((ceil((n_rare + 1) / ratio) + int(rng.integers(0, 10)), n_rare, ratio))
    k = int(rng.integers(1, 4))
    rounded = (4 * k + 9, 3 * k + 2, 0.75)  # 0.75 and 2/3 above a whole number
    one_row_to_add = (4 * k + 11, 2 * k + 4, 0.5)
    one_rare_row = (int(rng.integers(9, 14)), 1, 0.25)
    return [*sizes, rounded, one_row_to_add, one_rare_row]


def _with_ratios(rng: np.random.Generator) -> list[Call]:
    """Return labels of all kinds with ratios, some of which leave numbers that are not whole."""
    return [
        Call((fresh.two_classes(rng, n_common, n_rare, number), ratio))
        for number, (n_common, n_rare, ratio) in enumerate(_sizes(rng))
    ]


def _counts(y):
    """Return how many rows the common and the rare class have."""
    (_, n_common), (_, n_rare) = Counter(list(y)).most_common()
    return n_common, n_rare


def information_kept(y: Any, ratio: float) -> float:
    """Return the ratio of the effective sample sizes, a b / (a + b), after and before."""
    n_common, n_rare = map(len, classes_of(y))
    n_kept = floor(n_rare / Fraction(ratio))
    after, before = n_rare * n_kept / (n_rare + n_kept), n_rare * n_common / (n_rare + n_common)
    return after / before


def _share_of_rows(y, ratio, rare_too=True):
    n_common, n_rare = _counts(y)
    return (int(n_rare / ratio) + rare_too * n_rare) / (n_common + rare_too * n_rare)


def _kept(y, ratio):
    n_common, n_rare = _counts(y)
    return (1 / n_rare + 1 / n_common) / (1 / n_rare + 1 / int(n_rare / ratio))


INFORMATION_KEPT = Key(
    exercises.INFORMATION_KEPT,
    right=information_kept,
    inputs=_with_ratios,
    by_hand=_FOURTEEN,
    wrong={
        "the share of the rows that is kept": _share_of_rows,
        "only the variance of the common class was compared": lambda y, ratio: _share_of_rows(
            y, ratio, rare_too=False
        ),
        "the ratio of the variances is turned upside down": lambda y, ratio: 1 / _kept(y, ratio),
        "standard errors were compared instead of variances": lambda y, ratio: sqrt(
            _kept(y, ratio)
        ),
        "the share that is lost": lambda y, ratio: 1 - _kept(y, ratio),
        exercises.EQUAL: lambda y, ratio: _kept(y, 1.0),
        "compared with endlessly many common rows": lambda y, ratio: 1 / (1 + ratio),
    },
)


def _with_seeds(rng: np.random.Generator) -> list[Call]:
    """Return labels with ratios; some calls leave `random_state` at its default."""
    calls = _with_ratios(rng)
    seeds = rng.integers(1, 1000, size=len(calls)).tolist()
    return [
        Call(call.args, {"random_state": seed} if number % 3 else {})
        for number, (call, seed) in enumerate(zip(calls, seeds, strict=True))
    ]


def _twice(rng: np.random.Generator) -> list[Call]:
    """Return calls of which each comes twice; the default of `random_state` is 0."""
    sizes = [(40, 9, 0.5), (33, 6, 0.375), (50, 12, 0.75)]
    seeds = rng.integers(1, 1000, size=len(sizes)).tolist()
    calls = [
        Call((fresh.two_classes(rng, n_common, n_rare, k), ratio), {"random_state": seed})
        for k, ((n_common, n_rare, ratio), seed) in enumerate(zip(sizes, seeds, strict=True))
    ]
    default = [Call(calls[0].args), Call(calls[0].args, {"random_state": 0})]
    return [*default, *(call for call in calls for _ in range(2))]


def _one_seed_after_another(rng: np.random.Generator) -> list[Call]:
    """Return calls on the same labels, 12 common and 4 rare."""
    y = rng.permutation(["a"] * 12 + ["b"] * 4).tolist()
    first = int(rng.integers(1000))
    return [Call((y, 1.0), {"random_state": first + turn}) for turn in range(exercises.N_SEEDS)]


_DRAWS = {"rows": _with_seeds, "same seed": _twice, "chance": _one_seed_after_another}
RANDOM_UNDERSAMPLE = Key(exercises.RANDOM_UNDERSAMPLE, laws=_DRAWS)


# --- matching_threshold ---------------------------------------------------------------------------


def matching_threshold(prevalence: float, ratio: float, threshold: float = 0.5) -> float:
    """Return the share of rare rows among look-alikes of which the sample has `threshold`.

    For each rare row of the sample there are (1 - threshold) / threshold common ones; before, for
    each of those there were as many as the common class has lost, or the rare one has gained.
    """
    common_before = (1 - prevalence) / prevalence * ratio * (1 - threshold) / threshold
    return 1 / (1 + common_before)


def _shares(rng: np.random.Generator) -> list[Call]:
    """Return rare and less rare classes, ratios up to 1, low and high thresholds, some left out."""
    calls = []
    for number, prevalence in enumerate([0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.004, 0.15]):
        prevalence = round(prevalence * float(rng.uniform(0.8, 1.2)), 4)
        before = prevalence / (1 - prevalence)
        ratio = 1.0 if number % 4 == 3 else round(float(rng.uniform(before + 0.05, 0.95)), 3)
        threshold = round(float(rng.uniform(0.05, 0.95)), 2)
        calls.append(Call((prevalence, ratio), {"threshold": threshold} if number % 3 else {}))
    return calls


def _odds(p):
    return p / (1 - p)


def _at(odds):
    return odds / (1 + odds)


MATCHING_THRESHOLD = Key(
    exercises.MATCHING_THRESHOLD,
    right=matching_threshold,
    inputs=_shares,
    by_hand=[Call((2 / 14, 0.5))],
    wrong={
        "the other way round: from the untouched model to the resampled one": (
            lambda prevalence, ratio, threshold=0.5: _at(
                _odds(threshold) * ratio / _odds(prevalence)
            )
        ),
        "the probability is divided, not the odds": lambda prevalence, ratio, threshold=0.5: (
            threshold * _odds(prevalence) / ratio
        ),
        "odds instead of a probability": lambda prevalence, ratio, threshold=0.5: (
            _odds(threshold) * _odds(prevalence) / ratio
        ),
        "the prevalence is taken for the ratio before": lambda prevalence, ratio, threshold=0.5: (
            _at(_odds(threshold) * prevalence / ratio)
        ),
        "the ratio is taken for the share of all rows": lambda prevalence, ratio, threshold=0.5: (
            _at(_odds(threshold) * _odds(prevalence) * (1 - ratio) / ratio)
        ),
        exercises.EQUAL: lambda prevalence, ratio, threshold=0.5: _at(
            _odds(threshold) * _odds(prevalence)
        ),
        "0.5 whatever `threshold` says": lambda prevalence, ratio, threshold=0.5: _at(
            _odds(prevalence) / ratio
        ),
    },
)


# --- negatives_to_keep ----------------------------------------------------------------------------

#: Hidden companies with short, fair and long nights.
COMPANIES = (3, 2, 2)
#: Negatives for each fraud that the reference tries, as far as there are so many, in these draws.
TRIED, DRAWS = (1, 2, 5, 10, 20, 50), (1, 2)
#: So many negatives leave some short nights their tree, and are three for each fraud in long ones.
FITS_ALL = 300
#: What the reference adds to balancing at the least, where a night has time for more.
LEAST_ADDED = 0.05


def hidden_nights() -> dict[int, dict[str, float]]:
    """Return what balanced nights and the reference are worth at the hidden companies, by seed."""
    return _drawn(secret.current())


@cache
def _drawn(course: str) -> dict[int, dict[str, float]]:
    """Draw companies from a secret, only such that one number does not suit all of them by luck.

    Their seeds have 128 bits, so that nobody can try them all.
    """
    kinds = len(nights.KINDS)

    def look(seed: int, missing: list[int]) -> tuple[int, dict[str, float]] | None:
        kind = seed % kinds
        told = of_nights(seed) if kind in missing and _promises(seed) else {}
        return (kind, told) if told else None

    def suits(drawn: dict[int, dict[str, float]]) -> bool:
        most = nights.CURVE.rungs["one ratio everywhere, at best"][0]
        return worth_of_one_number(drawn) <= most

    def gives_way(drawn: dict[int, dict[str, float]]) -> list[int]:
        others = [seed for seed in drawn if seed % kinds in (1, 2)]
        return [max(others, key=lambda seed: worth_of_one_number({seed: drawn[seed]}))]

    seeds = secret.long_seeds(course, "nights to refit in")
    return secret.of_each_kind(seeds, dict(enumerate(COMPANIES)), look, suits, gives_way)


def worth_of_one_number(told: Mapping[int, Mapping[str, float]]) -> float:
    """Return what `FITS_ALL` negatives at all companies are worth, as a share of the reference."""
    added = [nights.precision_added(s, FITS_ALL, of[nights.BALANCED]) for s, of in told.items()]
    return sum(added) / sum(of[nights.REFERENCE] for of in told.values())


def of_nights(seed: int) -> dict[str, float]:
    """Return what a company's nights are worth, nothing where luck decides.

    With few frauds a careful choice can turn out badly. Such companies are passed over, and so are
    those that have time and at which balancing costs little.
    """
    balanced = nights.precision_added(seed, _negatives(seed, 1))
    added = nights.precision_added(seed, careful(seed), balanced)
    return {nights.BALANCED: balanced, nights.REFERENCE: added} if added >= _least(seed) else {}


def _least(seed: int) -> float:
    return LEAST_ADDED if seed % len(nights.KINDS) else 0.0


def _promises(seed: int) -> bool:
    """Look at 1:10 in one night: that spares most companies that would be passed over."""
    if not (least := _least(seed)):  # a short night, in which 1:10 is never ready
        return True
    ten, one = (nights.precision(seed, _negatives(seed, k), nights.NIGHTS[0]) for k in (10, 1))
    return ten - one >= least


def careful(seed: int) -> int:
    """Return the reference's choice: the best on the rows to try on, on average over `DRAWS`."""
    known = nights.company(seed).known
    choices = sorted({_negatives(seed, each) for each in TRIED})
    in_time = [choice for choice in choices if known.y.sum() + choice <= known.budget]

    def tried(choice: int) -> float:
        return float(np.mean([nights.precision(seed, choice, draw, tried=True) for draw in DRAWS]))

    return max(in_time, key=tried)


def _negatives(seed: int, each: int) -> int:
    """Return so many negatives for each fraud of a company, or all that there are."""
    y = nights.company(seed).known.y
    return min(each * int(y.sum()), int((y == 0).sum()))


LESSON = "05"
QUIZ = {
    1: Question(
        right="b",
        mistakes={
            "a": "That would be right for 1:1. Here more of the common class is left.",
            "c": "That share of the sample is positive; it is no threshold of the untouched model.",
            "d": "At 0.5 the untouched model flags far less.",
        },
        section="What balancing does to probabilities",
    ),
    2: Question(
        right="d",
        mistakes={
            "a": "That is the share of the rows. All positives are still there, and they limit what"
            " can be learned.",
            "b": "That is what 1:1 would keep. How many negatives are there for each positive?",
            "c": "That would be two negatives for each positive.",
        },
        section="What undersampling throws away",
    ),
    3: Question(
        right="b",
        mistakes={
            "a": "Look at the two marks above 4; they are further apart.",
            "c": "Read both marks on the axis at the left, and take one from the other.",
            "d": "That is about what the coefficients keep at 1:1.",
        },
        section="What undersampling throws away",
    ),
    4: Question(
        right="a",
        mistakes={
            "b": "The frauds are rows too, and every tree goes through them.",
            "c": "That would be one negative for each fraud.",
            "d": "That would be the frauds alone.",
        },
        section="How many to keep?",
    ),
    5: Question(
        right="d",
        mistakes={
            "a": "Copies and the weight both multiply the odds, so it means something else now.",
            "b": "That is the prevalence, which stands for 0.5 and for copies alone.",
            "c": "You have undone the copies. The weight multiplies the odds once more.",
        },
        section="Over-correction, and how to see it",
    ),
}
