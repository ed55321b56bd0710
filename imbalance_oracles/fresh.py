"""Fresh inputs: other sizes, other label values, other containers each time.

An answer that copies the worked example, knows only the labels 0 and 1, or reads a variable of
the notebook instead of its argument fails on them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist

from imbalance_lab.checks.calls import Call

_LABELS: tuple[tuple[Any, Any], ...] = (
    (0, 1),
    (-1, 1),
    ("ok", "fraud"),
    ("healthy", "ill"),
    (False, True),
    (2, 7),
)
_CONTAINERS: tuple[Callable[[list[Any]], Any], ...] = (list, np.array, pd.Series)


def labels(
    rng: np.random.Generator,
    n_cases: int = 20,
    n_classes: int | Sequence[int] = 2,
    values: Sequence[Any] | None = None,
    sizes: tuple[int, int] = (5, 60),
    **options: Sequence[Any],
) -> list[Call]:
    """Return calls with one argument `y`: labels of rare and common classes.

    Parameters
    ----------
    rng : Generator
        Draws the inputs.
    n_cases : int, default=20
    n_classes : int or sequence of int, default=2
        Number of classes, or the numbers to choose from. Every class is present.
    values : sequence, optional
        The label values, the rarest class last. By default they change from call to call.
    sizes : (int, int), default=(5, 60)
        Least and greatest number of labels.
    **options : sequence
        Further keyword arguments of the answer: one of the values is chosen for each call.

    Returns
    -------
    list of Call
    """
    calls = []
    for one in rng.spawn(n_cases):
        names = _names(one, n_classes, values)
        y = _draw(one, names, int(one.integers(*sizes, endpoint=True)))
        calls.append(Call((_contain(one, y),), _choose(one, options)))
    return calls


def predictions(
    rng: np.random.Generator,
    n_cases: int = 20,
    n_classes: int | Sequence[int] = 2,
    values: Sequence[Any] | None = None,
    sizes: tuple[int, int] = (8, 60),
    pos_label: bool = False,
    error_rate: float = 0.3,
    **options: Sequence[Any],
) -> list[Call]:
    """Return calls with `y_true` and `y_pred`; the arguments are those of `labels`.

    Parameters
    ----------
    pos_label : bool, default=False
        Whether to pass ``pos_label=``, which is the rare class in most calls and the common
        one in some.
    error_rate : float, default=0.3
        Share of the predictions that is drawn anew.

    Returns
    -------
    list of Call
    """
    calls = []
    for one in rng.spawn(n_cases):
        names = _names(one, n_classes, values)
        y_true = _draw(one, names, int(one.integers(*sizes, endpoint=True)))
        drawn_anew = one.random(len(y_true)) < error_rate
        y_pred = [
            names[one.integers(len(names))] if new else label
            for label, new in zip(y_true, drawn_anew, strict=True)
        ]
        extra = _choose(one, options)
        if pos_label:
            extra["pos_label"] = names[-1] if one.random() < 0.75 else names[0]
        calls.append(Call((_contain(one, y_true), _contain(one, y_pred)), extra))
    return calls


def scores(
    rng: np.random.Generator,
    n_cases: int = 20,
    values: Sequence[Any] = (0, 1),
    sizes: tuple[int, int] = (8, 60),
    ties: bool = True,
    probabilities: bool = True,
    **options: Sequence[Any],
) -> list[Call]:
    """Return calls with `y_true` and `y_score`, where positives tend to score higher.

    Parameters
    ----------
    ties : bool, default=True
        Whether half of the calls have scores rounded to one decimal, so that many are equal.
    probabilities : bool, default=True
        Whether scores lie between 0 and 1; otherwise any real number.

    Returns
    -------
    list of Call
    """
    calls = []
    for one in rng.spawn(n_cases):
        y_true = np.array(_draw(one, list(values), int(one.integers(*sizes, endpoint=True))))
        logits = one.normal(size=len(y_true)) + (y_true == values[-1]) - 0.5
        y_score = 1 / (1 + np.exp(-logits)) if probabilities else logits
        if ties and one.random() < 0.5:
            y_score = y_score.round(1)
        calls.append(Call((y_true, y_score), _choose(one, options)))
    return calls


# The common class first; label 1 and the label that comes first by the alphabet are now this, now
# that. Seven pairs and three containers meet in every combination.
_COMMON_AND_RARE: tuple[tuple[Any, Any], ...] = (
    (0, 1),
    ("ok", "fraud"),
    (1, 0),
    (False, True),
    ("fraud", "ok"),
    (2, 7),
    (1, -1),
)


def two_classes(rng: np.random.Generator, n_common: int, n_rare: int, number: int) -> Any:
    """Return labels of two classes in random order.

    Parameters
    ----------
    rng : Generator
    n_common, n_rare : int
        Number of labels of each class.
    number : int
        Of the call: label values and containers change from call to call. A Series has an index
        of its own, of which no label is a position.

    Returns
    -------
    list, ndarray or Series
    """
    common, rare = _COMMON_AND_RARE[number % len(_COMMON_AND_RARE)]
    y = [rare if place < n_rare else common for place in rng.permutation(n_common + n_rare)]
    if number % 3 < 2:
        return np.array(y) if number % 3 else y
    return with_index(rng, y)


def with_index(rng: np.random.Generator, values: Any) -> pd.Series:
    """Return values as a Series with an index of its own, of which no label is a position."""
    return pd.Series(list(values), index=rng.permutation(len(values)) + 200)


def without_ties(draw: Callable[[], np.ndarray]) -> np.ndarray:
    """Draw points until none has two others at the same distance, or nearly so.

    Parameters
    ----------
    draw : callable
        Returns an array of shape (n_points, n_features).
    """
    while True:
        X = draw()
        if np.diff(np.sort(cdist(X, X), axis=1), axis=1).min() > 1e-6:
            return X


def _names(
    rng: np.random.Generator, n_classes: int | Sequence[int], values: Sequence[Any] | None
) -> list[Any]:
    if values is not None:
        return list(values)
    count = n_classes if isinstance(n_classes, int) else int(rng.choice(np.array(n_classes)))
    if count == 2:
        return list(_LABELS[rng.integers(len(_LABELS))])
    return [f"class {letter}" for letter in "ABCDEFGH"[:count]]


def _draw(rng: np.random.Generator, names: list[Any], size: int) -> list[Any]:
    """Draw labels, each class at least once, every next class about a third as common."""
    shares = 1.0 / 3.0 ** np.arange(len(names))
    rest = rng.choice(len(names), size=max(size - len(names), 0), p=shares / shares.sum())
    order = rng.permutation(np.concatenate([np.arange(len(names)), rest]))
    return [names[i] for i in order]


def _contain(rng: np.random.Generator, values: list[Any]) -> Any:
    return _CONTAINERS[rng.integers(len(_CONTAINERS))](values)


def _choose(rng: np.random.Generator, options: dict[str, Sequence[Any]]) -> dict[str, Any]:
    return {name: choices[int(rng.integers(len(choices)))] for name, choices in options.items()}
