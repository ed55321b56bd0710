"""Exercises of lesson 10, calibration and prior shift."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from imbalance_lab.checks import Exercise, Mistake, Quiz


def _errors(y_true, p):
    return np.asarray(p, dtype=float) - np.asarray(y_true)


def _decided(y_true, p):
    return float(np.mean((np.asarray(p) >= 0.5) != (np.asarray(y_true) == 1)))


BRIER_SCORE = Exercise(
    "brier_score",
    lesson="10",
    section="Brier score and log loss: scores that reward honesty",
    arguments=("y_true", "p"),
    mistakes=(
        Mistake(
            "the absolute error instead of the squared one",
            "The mean absolute error pays you to say 0 or 1 whatever you believe. Look at the"
            " figure again.",
            wrong=lambda y_true, p: float(np.mean(np.abs(_errors(y_true, p)))),
        ),
        Mistake(
            "the root was taken",
            "The mean of the squares is the score itself, without a root.",
            wrong=lambda y_true, p: float(np.sqrt(np.mean(_errors(y_true, p) ** 2))),
        ),
        Mistake(
            "the sum instead of the mean",
            "A score that grows with the number of rows can't be compared between data sets.",
            wrong=lambda y_true, p: float(np.sum(_errors(y_true, p) ** 2)),
        ),
        Mistake(
            "both classes were summed",
            "With two classes that counts every error twice. The contract sums over the rows only.",
            wrong=lambda y_true, p: float(2 * np.mean(_errors(y_true, p) ** 2)),
        ),
        Mistake(
            "the probabilities were turned into decisions first",
            "That is the share of wrong decisions at 0.5. It does not notice whether 0.51 or 0.99"
            " was said.",
            wrong=_decided,
        ),
    ),
)


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


RELIABILITY_TABLE = Exercise(
    "reliability_table",
    lesson="10",
    section="Reliability: look at the promises one by one",
    arguments=("y_true", "p", "n_bins"),
    mistakes=(
        Mistake(
            "bins of equal width",
            "With a rare class nearly all rows fall into the first of them. The contract asks for"
            " bins by rank, with about equal numbers of rows.",
            wrong=_equal_widths,
        ),
        Mistake(
            "equal probabilities are torn apart",
            "Rows with the same probability must share a bin, or the table depends on the order of"
            " the rows. Look at how the contract defines a rank.",
            wrong=lambda y_true, p, n_bins: _table(y_true, p, _places(p, n_bins, ties="first")),
        ),
        Mistake(
            "a tie gets the highest of its ranks",
            "The rank is the number of rows with a strictly smaller probability, so equal rows get"
            " the lowest of their places.",
            wrong=lambda y_true, p, n_bins: _table(y_true, p, _places(p, n_bins, ties="max")),
        ),
        Mistake(
            "empty bins were kept",
            "A bin without rows has no mean. The table has a row only for each bin that is not"
            " empty.",
            wrong=_with_empty_bins,
        ),
        Mistake(
            "positives were counted instead of their share",
            "To be compared with a mean probability, the observed positives have to be divided by"
            " the number of rows in the bin.",
            wrong=lambda y_true, p, n_bins: _table(y_true, p, _places(p, n_bins), observed="sum"),
        ),
    ),
)


def _wrong_side(p_s, beta):
    p_s = np.asarray(p_s, dtype=float)
    return p_s / (p_s + beta * (1 - p_s))


def _share_dropped(p_s, beta):
    p_s = np.asarray(p_s, dtype=float)
    return (1 - beta) * p_s / ((1 - beta) * p_s + 1 - p_s)


CORRECT_UNDERSAMPLING = Exercise(
    "correct_undersampling",
    lesson="10",
    section="Undo undersampling",
    arguments=("p_s", "beta"),
    mistakes=(
        Mistake(
            "the probabilities were distorted once more",
            "That is what undersampling does to a probability. The correction goes the other way:"
            " it makes probabilities smaller.",
            wrong=_wrong_side,
        ),
        Mistake(
            "the probability was multiplied by beta",
            "It is the odds that shrink by this factor. A certain positive stays certain.",
            wrong=lambda p_s, beta: np.asarray(p_s) * beta,
        ),
        Mistake(
            "beta is taken for the share that was dropped",
            "`beta` is the share of the negatives that was kept.",
            wrong=_share_dropped,
        ),
        Mistake(
            "odds are returned",
            "Odds have to be turned back into a probability.",
            wrong=lambda p_s, beta: beta * np.asarray(p_s) / (1 - np.asarray(p_s)),
        ),
    ),
)


def _times_odds(p, factor):
    p = np.asarray(p, dtype=float)
    return p * factor / (p * factor + 1 - p)


def _odds(p):
    return p / (1 - p)


SHIFT_PRIOR = Exercise(
    "shift_prior",
    lesson="10",
    section="Another prevalence: prior shift",
    arguments=("p", "old", "new"),
    mistakes=(
        Mistake(
            "old and new are swapped",
            "The model was trained at `old` and is used at `new`. Where positives are rarer,"
            " probabilities must fall.",
            wrong=lambda p, old, new: _times_odds(p, _odds(old) / _odds(new)),
        ),
        Mistake(
            "the probability was multiplied by the ratio of the prevalences",
            "That can exceed 1. The negatives change their share too, and the two have to be put"
            " in relation again.",
            wrong=lambda p, old, new: np.asarray(p) * new / old,
        ),
        Mistake(
            "the share of the negatives was left as it was",
            "If positives get rarer, negatives get more common. Both sides of the odds change.",
            wrong=lambda p, old, new: _times_odds(p, new / old),
        ),
        Mistake(
            "odds are returned",
            "Odds have to be turned back into a probability.",
            wrong=lambda p, old, new: np.asarray(p) / (1 - np.asarray(p)) * _odds(new) / _odds(old),
        ),
    ),
)


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


CALIBRATED_PIPELINE = Exercise(
    "calibrated_pipeline",
    lesson="10",
    section="Calibrate with data: Platt and isotonic",
    arguments=("X", "y", "train", "calibration", "method"),
    mistakes=(
        Mistake(
            "it is not calibrated",
            "These are the probabilities of the model with balanced weights. The calibrator is"
            " missing.",
            wrong=lambda X, y, train, calibration, method: _model(X, y, train),
        ),
        Mistake(
            "calibrated on the rows that the model was trained on",
            "On its own training rows a model looks better than it is, so the calibrator learns to"
            " believe it. It needs rows that the model has not seen.",
            wrong=_on(lambda X, train, calibration: train),
        ),
        Mistake(
            "calibrated on the test rows",
            "Rows that are neither for training nor for calibration are there to judge the result."
            " Whatever has learned from them can't be judged on them.",
            wrong=_on(lambda X, train, calibration: _without(X, train, calibration)),
        ),
        Mistake(
            "calibrated on all rows that were not trained on, the test rows among them",
            "Rows that are neither for training nor for calibration are there to judge the result."
            " Nothing may learn from them.",
            wrong=_on(lambda X, train, calibration: _without(X, train)),
        ),
        Mistake(
            "the training rows were calibrated on as well",
            "More rows, but the model has seen most of them. The calibrator may learn from the"
            " calibration rows only.",
            wrong=_on(lambda X, train, calibration: [*train, *calibration]),
        ),
        Mistake(
            "the model has learned from the calibration rows too",
            "Then they are no longer unseen. The scaler and the regression may learn from the"
            " training rows only.",
            wrong=lambda X, y, train, calibration, method: _calibrated(
                _model(X, y, [*train, *calibration]), X, y, calibration, method
            ),
        ),
    ),
)

QUIZ = Quiz("10")
