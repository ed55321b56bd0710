"""Answer keys of lesson 03, ranking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from sklearn import metrics

from imbalance_lab.checks import Call, Question, Worth
from imbalance_lab.exercises import ranking as exercises
from imbalance_lab.exercises import teams
from imbalance_lab.exercises.choices import Told
from imbalance_lab.exercises.teams import MODELS
from imbalance_oracles import fresh, secret
from imbalance_oracles.key import Key

Scored = Callable[..., float]


def _columns(rng: np.random.Generator, y: Any, scores: Any, kind: str) -> tuple[Any, Any]:
    """Return both columns as lists, as arrays, or as Series of which each has its own index."""
    y, scores = np.asarray(y), np.asarray(scores)
    if kind == "lists":
        return y.tolist(), scores.tolist()
    if kind == "Series":
        return tuple(pd.Series(c, index=rng.permutation(len(c)) + 5) for c in (y, scores))
    return y, scores


def _both_classes(rng: np.random.Generator) -> list[Call]:
    """Return scores with and without ties, probabilities and others, good, bad and all equal."""
    n = int(rng.integers(5, 10))
    drawn = [
        *fresh.scores(rng, n_cases=6, sizes=(8, 30)),
        *fresh.scores(rng, n_cases=4, sizes=(8, 30), probabilities=False),
    ]
    kinds = ["lists", "arrays", "Series", "arrays", "lists"] * 2
    calls = [
        Call(_columns(rng, call.args[0], call.args[1].round(4), kind))
        for call, kind in zip(drawn, kinds, strict=True)
    ]
    y, counts = rng.permutation([0, 0, 1] * n), rng.integers(-3, 4, size=3 * n)
    edges = [(y, counts), (1 - y, counts), (y, 100 * y), (y, -y), (y, np.full(3 * n, 0.5))]
    return [*calls, *map(Call, edges), Call(_columns(rng, y, counts / 2, "Series"))]


def _two_groups(y_true: Any, y_score: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the scores of the positives as a column and those of the negatives as a row."""
    y_true, y_score = np.asarray(y_true), np.asarray(y_score, dtype=float)
    return y_score[y_true == 1][:, None], y_score[y_true == 0][None, :]


def _share_of_pairs(win: float, tie: float) -> Scored:
    """Return what comes where a pair that is won, and a tie, count so much."""

    def wrong(y_true: Any, y_score: Any) -> float:
        positive, negative = _two_groups(y_true, y_score)
        lose = 1.0 - win
        return float(
            win * np.mean(positive > negative)
            + tie * np.mean(positive == negative)
            + lose * np.mean(positive < negative)
        )

    return wrong


def _number_of_pairs(y_true: Any, y_score: Any) -> float:
    positive, negative = _two_groups(y_true, y_score)
    return float(np.sum(positive > negative) + np.sum(positive == negative) / 2)


def _every_pair(y_true: Any, y_score: Any) -> float:
    return _number_of_pairs(y_true, y_score) / (len(y_true) * (len(y_true) - 1) / 2)


ROC_AUC_BY_PAIRS = Key(
    exercises.ROC_AUC_BY_PAIRS,
    right=lambda y_true, y_score: float(metrics.roc_auc_score(list(y_true), list(y_score))),
    inputs=_both_classes,
    by_hand=[Call(([0, 0, 1, 1], [0.1, 0.4, 0.4, 0.8])), Call(([1, 0, 0], [3, 5, -2]))],
    wrong={
        "ties count for nothing": _share_of_pairs(win=1, tie=0),
        "ties count as won": _share_of_pairs(win=1, tie=1),
        "the number of pairs instead of their share": _number_of_pairs,
        "the winners are the negatives": _share_of_pairs(win=0, tie=0.5),
        "pairs within a class were counted too": _every_pair,
    },
)


# --- average_precision ----------------------------------------------------------------------------


def _curve(y_true: Any, y_score: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return precision and recall from the lowest threshold up, with the point (1, 0)."""
    precision, recall, _ = metrics.precision_recall_curve(list(y_true), list(y_score))
    return precision, recall


def _precision_at_ranks(y_true: Any, y_score: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the labels by falling score, ties as they came, and the precision down to each."""
    order = np.argsort(-np.asarray(y_score, dtype=float), kind="stable")
    ranked = np.asarray(y_true)[order]
    return ranked, np.cumsum(ranked) / np.arange(1, len(ranked) + 1)


def _trapezoid(y_true: Any, y_score: Any) -> float:
    precision, recall = _curve(y_true, y_score)
    return float(metrics.auc(recall, precision))


def _ties_as_they_come(y_true: Any, y_score: Any) -> float:
    ranked, precision = _precision_at_ranks(y_true, y_score)
    return float(np.mean(precision[ranked == 1]))


def _steps(y_true: Any, y_score: Any, precision_of: Callable[[np.ndarray], np.ndarray]) -> float:
    precision, recall = _curve(y_true, y_score)
    return float(np.sum(precision_of(precision) * -np.diff(recall)))


AVERAGE_PRECISION = Key(
    exercises.AVERAGE_PRECISION,
    right=lambda y_true, y_score: float(
        metrics.average_precision_score(list(y_true), list(y_score))
    ),
    inputs=_both_classes,
    by_hand=[
        Call(([0, 1, 1, 0, 1], [0.8, 0.6, 0.4, 0.4, 0.1])),
        Call(([0, 0, 1, 0], [0.3, 0.3, 0.3, 0.3])),
    ],
    wrong={
        "the points were joined by straight lines (the trapezoidal rule)": _trapezoid,
        "equal scores were taken one after another": _ties_as_they_come,
        "the mean over all ranks": lambda y_true, y_score: float(
            np.mean(_precision_at_ranks(y_true, y_score)[1])
        ),
        "precision was replaced by the best one at any higher recall": lambda y_true, y_score: (
            _steps(y_true, y_score, lambda precision: np.maximum.accumulate(precision[:-1]))
        ),
        "the list begins with the lowest score": lambda y_true, y_score: float(
            metrics.average_precision_score(list(y_true), [-score for score in y_score])
        ),
        "each gain of recall goes with the precision of the threshold before": (
            lambda y_true, y_score: _steps(y_true, y_score, lambda precision: precision[1:])
        ),
    },
)


# --- precision_at_recall --------------------------------------------------------------------------


def best_allowed(y_true: Any, y_score: Any, min_recall: float) -> float:
    """Return the highest precision at a recall that is high enough, trying every threshold."""
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    flagged = [y_true[y_score >= threshold] for threshold in y_score]
    return float(max(y.mean() for y in flagged if y.sum() >= min_recall * y_true.sum()))


def _with_min_recall(rng: np.random.Generator) -> list[Call]:
    """Return recalls that a threshold reaches exactly, that lie between two, and the whole."""
    between = {"min_recall": [0.33, 0.61, 0.87, 0.94]}
    drawn = fresh.scores(rng, n_cases=9, sizes=(15, 30), **between)
    calls = [
        Call(_columns(rng, call.args[0], call.args[1].round(4), kind), call.kwargs)
        for call, kind in zip(drawn, ["arrays", "lists", "Series"] * 3, strict=True)
    ]
    # Four and eight positives: these recalls are reached exactly, and are exact in the computer.
    for positives, exact in ((4, 0.5), (4, 0.25), (8, 0.75), (8, 0.125), (4, 1.0), (8, 1.0)):
        y = rng.permutation([1] * positives + [0] * 12)
        scores = (y + rng.normal(scale=1.2, size=len(y))).round(int(rng.integers(0, 3)))
        calls.append(Call((y, scores, exact)))
    return calls


def _reached(y_true: Any, y_score: Any, min_recall: float) -> np.ndarray:
    """Return the precisions, from the lowest threshold up, whose recall is high enough."""
    precision, recall = _curve(y_true, y_score)
    return precision[recall >= min_recall]


def _strictly_more(y_true: Any, y_score: Any, min_recall: float) -> float:
    precision, recall = _curve(y_true, y_score)
    return float(precision[recall > min_recall].max())


def _reversed_index(y_true: Any, y_score: Any, min_recall: float) -> float:
    precision, recall = _curve(y_true, y_score)
    return float(precision[np.searchsorted(recall[::-1], min_recall)])


def _roles_swapped(y_true: Any, y_score: Any, min_recall: float) -> float:
    precision, recall = _curve(y_true, y_score)
    return float(recall[precision >= min_recall].max())


def _nearest(y_true: Any, y_score: Any, min_recall: float) -> float:
    precision, recall = _curve(y_true, y_score)
    return float(precision[np.argmin(np.abs(recall - min_recall))])


def _interpolated(y_true: Any, y_score: Any, min_recall: float) -> float:
    precision, recall = _curve(y_true, y_score)
    return float(np.interp(min_recall, recall[::-1], precision[::-1]))


PRECISION_AT_RECALL = Key(
    exercises.PRECISION_AT_RECALL,
    right=best_allowed,
    inputs=_with_min_recall,
    by_hand=[
        Call(([0, 0, 1, 1, 1, 1, 0], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3], 0.6)),
        Call(([1, 0, 1, 0], [4, 3, 2, 1], 0.5)),
    ],
    wrong={
        "more than the required recall, not at least": _strictly_more,
        "an index of the reversed recall was used on the precision that is not reversed": (
            _reversed_index
        ),
        "the first threshold that reaches the recall, not the best one": (
            lambda y_true, y_score, min_recall: float(_reached(y_true, y_score, min_recall)[-1])
        ),
        "the lowest precision instead of the highest": lambda y_true, y_score, min_recall: float(
            _reached(y_true, y_score, min_recall).min()
        ),
        "recall and precision changed places": _roles_swapped,
        "the nearest recall, which may be too low": _nearest,
        "the precision was read between two points of the curve": _interpolated,
    },
)


# --- choose_model ---------------------------------------------------------------------------------

Scores = np.ndarray
#: What a way to choose looks at on the practice days, the higher the better.
Route = Callable[[pd.DataFrame, Scores, int], float]


def found(days: pd.DataFrame, scores: Scores, capacity: int) -> int:
    """Return how many frauds are among the cases that a team looks at."""
    taken = days.assign(score=-scores).sort_values(["day", "score"], kind="stable")
    return int(taken.groupby("day").head(capacity)["is_fraud"].sum())


def _share_found(days: pd.DataFrame, scores: Scores, capacity: int) -> float:
    """Return the frauds found, as a share of what a perfect list would have put on top."""
    most = days.groupby("day")["is_fraud"].sum().clip(upper=capacity).sum()
    return round(found(days, scores, capacity) / float(most), 4)


def _of_whole_list(measure: Callable[[Any, Any], float]) -> Route:
    return lambda days, scores, capacity: measure(days["is_fraud"], scores)


def _at_half(measure: Callable[[Any, Any], float]) -> Route:
    return lambda days, scores, capacity: measure(days["is_fraud"], scores >= 0.5)


def _on_top(days: pd.DataFrame, scores: Scores, many: int) -> float:
    """Return how many frauds are among the highest scores of all days."""
    return float(days["is_fraud"].to_numpy()[np.argsort(-scores, kind="stable")[:many]].sum())


_BY_AP = _of_whole_list(metrics.average_precision_score)
#: What the known mistakes maximise on the days for practice.
_MISTAKEN: dict[str, list[Route]] = {
    exercises.WHOLE_LIST: [
        _BY_AP,
        _of_whole_list(metrics.roc_auc_score),
        _of_whole_list(lambda y, scores: -metrics.log_loss(y, scores)),
        _at_half(metrics.accuracy_score),
        _at_half(metrics.f1_score),
        lambda days, scores, capacity: _on_top(days, scores, 100),
    ],
    exercises.POOLED: [_on_top],
    exercises.LOWEST: [lambda days, scores, capacity: found(days, -scores, capacity)],
}


def _chosen(seed: int, route: Route) -> str:
    """Return the letter that a route chooses for each team."""
    return "".join(
        max(MODELS, key=lambda name: route(team.days, team.days[name].to_numpy(), team.capacity))
        for team in teams.teams(seed)
    )


@cache
def told_of(seed: int) -> Told:
    """Return what the judge of choices has to know about the teams of a seed."""
    later = [
        {name: _share_found(t.later, t.later[name].to_numpy(), t.capacity) for name in MODELS}
        for t in teams.teams(seed)
    ]

    def worth(chosen: str) -> list[float]:
        return [one[name] for one, name in zip(later, chosen, strict=True)]

    best = _chosen(seed, found)
    ways = {n: {_chosen(seed, route) for route in routes} for n, routes in _MISTAKEN.items()}
    # What two mistakes choose alike is evidence of neither.
    times = Counter(chosen for several in ways.values() for chosen in several)
    mistaken = {
        name: sorted(chosen for chosen in several if chosen != best and times[chosen] == 1)
        for name, several in ways.items()
    }
    return Told(later, worth(best), worth(_chosen(seed, _BY_AP)), mistaken)


def tells_apart(told: Told) -> bool:
    """Return whether no mistake chooses as another one does, nor well by luck."""
    worth = [
        sum(one[name] for one, name in zip(told.worth, chosen, strict=True))
        for ways in told.mistaken.values()
        for chosen in ways
    ]
    by_ap = sum(told.one_measure) / sum(told.reference)
    most = max(*worth, *(sum(one[name] for one in told.worth) for name in MODELS))
    return all(told.mistaken.values()) and by_ap > 0.7 and most < 0.88 * sum(told.reference)


def hidden_teams() -> Worth:
    """Return the judge of choices for the teams of this course's secret."""
    seed = _drawn(secret.current())
    return teams.judge(seed, told_of(seed), "with hidden teams")


@cache
def _drawn(course: str) -> int:
    """Return a seed from a secret; it has 128 bits, so nobody can try them all."""
    return next(seed for seed in secret.long_seeds(course, "teams") if tells_apart(told_of(seed)))


LESSON = "03"
QUIZ = {
    1: Question(
        right="b",
        mistakes={
            "a": "This is the share of pairs in which the *negative* comes first.",
            "c": "Count once more, for each positive, the negatives that stand below it.",
            "d": "This is the average precision of the list.",
        },
        section="The ROC curve, pair by pair",
    ),
    2: Question(
        right="c",
        mistakes={
            "a": "Both rates stay, but there are far fewer positives. Count who is flagged among"
            " 10,000.",
            "b": "This is the recall, a share of the positives.",
            "d": "Precision does not fall in step with the prevalence. Count who is flagged among"
            " 10,000.",
        },
        section="What prevalence does",
    ),
    3: Question(
        right="c",
        mistakes={
            "a": "ROC AUC would stay. Average precision has the prevalence as its baseline.",
            "b": "Read the line of average precision above a prevalence of 0.01.",
            "d": "This is what the picture has at 0.1%.",
        },
        section="What prevalence does",
    ),
    4: Question(
        right="b",
        mistakes={
            "a": "That is so at about 300, where the lines cross. Look at k = 100.",
            "c": "That is near k = 40, where A has found all that it knows for certain.",
            "d": "About 40 is what A finds. How many does B find there?",
        },
        section="A team with capacity",
    ),
    5: Question(
        right="b",
        mistakes={
            "a": "Each new negative adds a pair with every positive, and all of them are won.",
            "c": "The new pairs are won, not lost.",
            "d": "The old pairs are half of all pairs, and what was lost of them is still lost.",
        },
        section="Easy negatives",
    ),
}
