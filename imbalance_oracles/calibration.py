"""Answer keys of lesson 10: bins by counting, odds by logarithms, one split."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from imbalance_lab.checks import Call, Question, Step
from imbalance_lab.exercises import calibration as exercises
from imbalance_lab.exercises import repairs
from imbalance_oracles import fresh, secret
from imbalance_oracles.key import Key


def counted_bins(y_true: Any, p: Any, n_bins: int) -> pd.DataFrame:
    """Return the reliability table in quantile bins, by counting."""
    y, p = np.asarray(y_true).tolist(), np.asarray(p, dtype=float).tolist()
    bins: dict[int, list[int]] = {}
    for row, value in enumerate(p):
        smaller = sum(other < value for other in p)
        bins.setdefault(smaller * n_bins // len(p), []).append(row)
    table = [
        (len(rows), sum(p[i] for i in rows) / len(rows), sum(y[i] for i in rows) / len(rows))
        for _, rows in sorted(bins.items())
    ]
    return pd.DataFrame(table, columns=["n", "predicted", "observed"])


def _binned(rng: np.random.Generator) -> list[Call]:
    """Return few and many bins, with and without ties, more bins than rows, and all rows equal."""
    y = rng.permutation([0] * 20 + [1] * 10).tolist()
    tied = rng.choice([0.1, 0.2, 0.4, 0.8], size=30).tolist()
    p = rng.permutation(30) / 40
    own_index = pd.Series(y, index=rng.permutation(30) + 5), pd.Series(p, index=range(30, 60))
    return [
        # Tenths never lie on an edge of 3 or 7 bins of equal width, where rounding would decide.
        *fresh.scores(rng, n_cases=8, sizes=(12, 40), n_bins=[3, 7]),
        Call((y, tied, 5)),
        Call((y, tied, 1)),
        Call((*own_index, 4)),
        Call((y[:5], [0.3, 0.1, 0.3, 0.9, 0.5], 8)),
        Call((y[:6], [0.2] * 6, 3)),
    ]


def _table(y_true, p, bins, observed="mean"):
    rows = pd.DataFrame({"bin": bins, "p": np.asarray(p, dtype=float), "y": np.asarray(y_true)})
    grouped = rows.groupby("bin")
    table = grouped.agg(n=("p", "size"), predicted=("p", "mean"), observed=("y", observed))
    return table.reset_index(drop=True)


def _places(p, n_bins, ties="min"):
    rank = pd.Series(np.asarray(p, dtype=float)).rank(method=ties).to_numpy().astype(int) - 1
    return rank * n_bins // len(rank)


def _equal_widths(y_true, p, n_bins):
    width = np.minimum((np.asarray(p, dtype=float) * n_bins).astype(int), n_bins - 1)
    return _table(y_true, p, width)


def _with_empty_bins(y_true, p, n_bins):
    bins = _places(p, n_bins)
    table = _table(y_true, p, bins)
    table.index = sorted(set(bins.tolist()))
    table = table.reindex(range(n_bins))
    return table.assign(n=table["n"].fillna(0))


def _cut_at_quantiles(y_true: Any, p: Any, n_bins: int) -> pd.DataFrame:
    bins = pd.qcut(np.asarray(p, dtype=float), n_bins, labels=False, duplicates="drop")
    if np.isnan(bins).any():
        raise ValueError("what an answer makes of rows without a bin cannot be told")
    return _table(y_true, p, bins)


RELIABILITY_TABLE = Key(
    exercises.RELIABILITY_TABLE,
    right=counted_bins,
    inputs=_binned,
    by_hand=[
        Call(([0, 0, 1, 0, 1, 0], [0.1, 0.2, 0.2, 0.2, 0.6, 0.9]), {"n_bins": 3}),
    ],
    wrong={
        "bins of equal width": _equal_widths,
        "equal probabilities are torn apart": lambda y_true, p, n_bins: _table(
            y_true, p, _places(p, n_bins, ties="first")
        ),
        "a tie gets the highest of its ranks": lambda y_true, p, n_bins: _table(
            y_true, p, _places(p, n_bins, ties="max")
        ),
        "empty bins were kept": _with_empty_bins,
        "positives were counted instead of their share": lambda y_true, p, n_bins: _table(
            y_true, p, _places(p, n_bins), observed="sum"
        ),
        "the bins are cut at quantiles of the probabilities": _cut_at_quantiles,
    },
)


def by_bayes(p: Any, old: float, new: float) -> np.ndarray:
    """Return Bayes' rule with the likelihood ratio that the old prevalence implies."""
    for prevalence in (old, new):
        if not 0 < prevalence < 1:
            raise ValueError(f"{prevalence} is no prevalence")
    shifted = []
    for said in np.asarray(p, dtype=float).tolist():
        ratio = math.inf if said == 1 else said / (1 - said) * (1 - old) / old
        shifted.append(1.0 if ratio == math.inf else new * ratio / (new * ratio + 1 - new))
    return np.array(shifted)


def _shifted(rng: np.random.Generator) -> list[Call]:
    """Return prevalences up and down, certain probabilities, and prevalences that are none."""
    calls = []
    for number in range(6):
        p = np.append(rng.random(int(rng.integers(3, 8))).round(3), [0.0, 1.0])
        old, new = rng.choice([0.003, 0.02, 0.15, 0.5, 0.7], 2, replace=False).tolist()
        given = [p.tolist(), p, pd.Series(p, index=rng.permutation(len(p)) + 3)][number % 3]
        calls.append(Call((given, old, new)))
    same = round(float(rng.uniform(0.1, 0.4)), 2)
    none = [(0.0, same), (same, 0.0), (1.0, same), (same, 1.0), (-0.1, same), (same, 1.2)]
    return [*calls, Call(([0.3, 0.6], same, same)), *(Call(([0.2, 0.5], *pair)) for pair in none)]


def _times_odds(p, factor):
    p = np.asarray(p, dtype=float)
    return p * factor / (p * factor + 1 - p)


def _odds(p):
    return p / (1 - p)


SHIFT_PRIOR = Key(
    exercises.SHIFT_PRIOR,
    right=by_bayes,
    inputs=_shifted,
    by_hand=[
        Call(([0.5, 0.9],), {"old": 0.5, "new": 0.1}),
        Call(([0.5, 0.9],), {"old": 0.5, "new": 1.0}),
    ],
    wrong={
        "old and new are swapped": lambda p, old, new: _times_odds(p, _odds(old) / _odds(new)),
        "the probability was multiplied by the ratio of the prevalences": lambda p, old, new: (
            np.asarray(p) * new / old
        ),
        "the share of the negatives was left as it was": lambda p, old, new: _times_odds(
            p, new / old
        ),
        "odds are returned": lambda p, old, new: (
            np.asarray(p) / (1 - np.asarray(p)) * _odds(new) / _odds(old)
        ),
    },
)


def on_one_split(X: Any, y: Any, train: Any, calibration: Any, method: str) -> Any:
    """Return a model that scikit-learn itself fits and calibrates on one split."""
    model = make_pipeline(
        StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=1000)
    )
    split = [(np.asarray(train), np.asarray(calibration))]
    return CalibratedClassifierCV(model, method=method, cv=split, ensemble=True).fit(X, y)


def _splits(rng: np.random.Generator) -> list[Call]:
    """Return both methods and one to three features; the test rows behave in another way."""
    calls = []
    for number in range(8):
        n_features = 1 + number % 3
        X = rng.normal(size=(60, n_features)).round(2) * [1, 3, 4][:n_features] + number
        y = (X[:, 0] + rng.normal(size=60) > number + 0.5).astype(int)
        order = rng.permutation(60)
        test = order[40:]
        # Whoever learns from the test rows gives itself away: shifted, spread, other labels.
        X[test] = (X[test] * 2 + 5).round(2)
        y[test] = np.arange(20) % 2
        for part in (order[:20], order[20:40]):  # at least five of each class everywhere
            y[part[:5]], y[part[5:10]] = 0, 1
        rows = order[:20].tolist(), order[20:40].tolist()
        method = ["sigmoid", "isotonic"][number % 2]
        calls.append(Call((X, y, *rows, method), then=(Step("predict_proba", (X[::4],)),)))
    return calls


def _model(X, y, rows):
    model = make_pipeline(
        StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=1000)
    )
    return model.fit(np.asarray(X)[rows], np.asarray(y)[rows])


def _calibrated(model, X, y, rows, method):
    calibrator = CalibratedClassifierCV(FrozenEstimator(model), method=method)
    return calibrator.fit(np.asarray(X)[rows], np.asarray(y)[rows])


def _without(X, *used):
    return sorted(set(range(len(X))) - {row for rows in used for row in rows})


def _on(rows):
    """Return a wrong answer that calibrates on ``rows(X, train, calibration)``."""
    return lambda X, y, train, calibration, method: _calibrated(
        _model(X, y, train), X, y, rows(X, train, calibration), method
    )


def _scaled_on_all(X: Any, y: Any, train: Any, calibration: Any, method: str) -> Any:
    scaler = StandardScaler().fit(X)
    regression = LogisticRegression(class_weight="balanced", max_iter=1000)
    regression.fit(scaler.transform(X)[train], y[train])
    model = make_pipeline(FrozenEstimator(scaler), FrozenEstimator(regression))
    return _calibrated(model, X, y, calibration, method)


def _trained_on_both(X: Any, y: Any, train: Any, calibration: Any, method: str) -> Any:
    return _calibrated(_model(X, y, [*train, *calibration]), X, y, calibration, method)


def _steps_of_twenty() -> Call:
    """Return the worked example: two groups of ten rows in each part."""
    x = np.repeat([0, 1, 0, 1, 0, 1], 10).reshape(-1, 1)
    y = np.concatenate([np.arange(10) < k for k in (2, 8, 1, 4, 5, 5)]).astype(int)
    given = (x, y, list(range(20)), list(range(20, 40)), "isotonic")
    return Call(given, then=(Step("predict_proba", (np.array([[0], [1]]),)),))


CALIBRATED_PIPELINE = Key(
    exercises.CALIBRATED_PIPELINE,
    right=on_one_split,
    inputs=_splits,
    by_hand=[_steps_of_twenty()],
    abs_=1e-4,
    wrong={
        "it is not calibrated": lambda X, y, train, calibration, method: _model(X, y, train),
        "calibrated on the rows that the model was trained on": _on(
            lambda X, train, calibration: train
        ),
        "calibrated on the test rows": _on(
            lambda X, train, calibration: _without(X, train, calibration)
        ),
        "calibrated on all rows that were not trained on, the test rows among them": _on(
            lambda X, train, calibration: _without(X, train)
        ),
        "the training rows were calibrated on as well": _on(
            lambda X, train, calibration: [*train, *calibration]
        ),
        "the model has learned from the calibration rows too": _trained_on_both,
        "the scaler has learned from all rows": _scaled_on_all,
    },
)

# --- repair ---------------------------------------------------------------------------------------


#: What isotonic regression for everybody may be worth, as a share of the reference.
MOST_BY_STEPS = 0.7


def hidden_clients() -> dict[int, dict[str, float]]:
    """Return what known routes are worth at the hidden clients, by the seed of each."""
    return _drawn(secret.current())


@cache
def _drawn(course: str) -> dict[int, dict[str, float]]:
    """Draw one client of each kind from a secret, only such on which luck decides little.

    A handful of positives can happen to lie where they should, so that a slope learned from them is
    right; such clients are passed over. Where steps for all of them do well together, one after
    the other gives way. The seeds have 128 bits, so that nobody can try them all.
    """
    kinds = len(repairs.KINDS)

    def look(seed: int, missing: list[int]) -> tuple[int, dict[str, float]] | None:
        if seed % kinds != missing[0]:  # the kinds in turn
            return None
        one = repairs.client(seed)
        worth = routes(one)
        return (missing[0], worth) if _tells_apart(one, worth) else None

    def suits(drawn: dict[int, dict[str, float]]) -> bool:
        steps, best = (
            sum(worth[route] for worth in drawn.values())
            for route in (repairs.ISOTONIC, repairs.REFERENCE)
        )
        return steps < MOST_BY_STEPS * best

    seeds = secret.long_seeds(course, "clients with scores")
    return secret.of_each_kind(seeds, dict.fromkeys(range(kinds), 1), look, suits)


def _tells_apart(one: repairs.Client, worth: dict[str, float]) -> bool:
    line, steps, level, reference = (
        worth[name] for name in (repairs.PLATT, repairs.ISOTONIC, repairs.LEVEL, repairs.REFERENCE)
    )
    if reference < 0.25 or max(line, steps, level) > 1.02 * reference:
        return False
    if one.y.sum() < repairs.FEW:
        return 5 <= one.y.sum() <= 14 and line + steps < 1.75 * reference
    return min(line, steps, level) < 0.92 * reference


def routes(one: repairs.Client) -> dict[str, float]:
    """Return what known routes are worth at a client.

    The reference finds as much from the practice part as its positives can carry: a level from
    few, Platt's curve of the log odds from more, isotonic regression from many. Then it moves the
    level to the prevalence of the new rows.
    """
    line, steps = _platt(one), _isotonic(one)
    learned = one.p_new if one.y.sum() < repairs.FEW else line
    learned = steps if one.y.sum() > repairs.MANY else learned
    repaired = {
        repairs.NOTHING: one.p_new,
        repairs.PLATT: line,
        repairs.ISOTONIC: steps,
        repairs.LEVEL: _moved(one.p_new, one.prevalence),
        repairs.REFERENCE: _moved(learned, one.prevalence),
    }
    return {name: repairs.skill(one.y_new, p) for name, p in repaired.items()}


def _log_odds(p: Any) -> Any:
    return logit(np.clip(p, 1e-6, 1 - 1e-6))


def _platt(one: repairs.Client) -> Any:
    line = LogisticRegression(C=np.inf, max_iter=1000).fit(_log_odds(one.p)[:, None], one.y)
    return line.predict_proba(_log_odds(one.p_new)[:, None])[:, 1]


def _isotonic(one: repairs.Client) -> Any:
    return IsotonicRegression(out_of_bounds="clip").fit(one.p, one.y).predict(one.p_new)


def _moved(p: Any, prevalence: float) -> Any:
    """Return probabilities whose odds all change by one factor, so that their mean is right."""
    z = _log_odds(p)
    return expit(z + brentq(lambda shift: expit(z + shift).mean() - prevalence, -20, 20))


LESSON = "10"
QUIZ = {
    1: Question(
        right="c",
        mistakes={
            "a": "That is by how much its score is worse than Honest's.",
            "b": "That is Honest's score.",
            "d": "Count the squares again: five of them are divided by ten days.",
        },
        section="Scores that reward honesty",
    ),
    2: Question(
        right="b",
        mistakes={
            "a": "That would be right if as few negatives came in practice as in training.",
            "c": "Multiplying the probability by the share that was kept forgets that the"
            " correction is one of the odds.",
            "d": "The odds shrink by the share of the negatives that was kept. Turn what is left of"
            " them into a probability.",
        },
        section="Undo undersampling",
    ),
    3: Question(
        right="c",
        mistakes={
            "a": "Then the last point would lie on the diagonal. Look how far below it is.",
            "b": "The axes are logarithmic: read the mark above 0.1 once more.",
            "d": "The axes are logarithmic: the point lies above 0.1, not below.",
        },
        section="The level can be right and the slope wrong",
    ),
    4: Question(
        right="b",
        mistakes={
            "a": "Look at the panel of the forest. For boosting the two are closer.",
            "c": "That is how far isotonic regression lies above 0. Compare it with Platt.",
            "d": "That is how far it lies above doing nothing, or more. Compare it with Platt.",
        },
        section="Calibrate with data: Platt and isotonic",
    ),
    5: Question(
        right="a",
        mistakes={
            "b": "The odds are multiplied by those of π. And π is the threshold of the plain"
            " model: what is right for one is right for the other.",
            "c": "Multiplying the probability by the prevalence forgets the odds; and where the"
            " model fits, both flag the same rows.",
            "d": "Balanced weights multiply the odds, so the plain model says less; and"
            " where the model fits, both flag the same rows.",
        },
        section="Does the correction always work?",
    ),
}
