"""Answers to lesson 10."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit, logit
from scipy.stats import rankdata
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from answers import Answers

answers = Answers("10-calibration/calibration")

# reliability_table


def _frame(y_true, p, groups):
    columns = {"n": [], "predicted": [], "observed": []}
    for rows in groups:
        columns["n"].append(len(rows))
        columns["predicted"].append(float(np.mean([p[i] for i in rows])))
        columns["observed"].append(float(np.mean([y_true[i] for i in rows])))
    return pd.DataFrame(columns)


def _grouped(bins):
    return [np.flatnonzero(np.asarray(bins) == b) for b in sorted(set(np.asarray(bins).tolist()))]


@answers.right("reliability_table")
def by_rankdata(y_true, p, n_bins):
    bins = (rankdata(p, method="min").astype(int) - 1) * n_bins // len(p)
    return _frame(list(y_true), list(p), _grouped(bins))


@answers.right("reliability_table")
def by_sorting(y_true, p, n_bins):
    y_true, p = list(y_true), list(p)
    order = sorted(range(len(p)), key=lambda i: p[i])
    groups, last, rank = {}, None, 0
    for place, i in enumerate(order):
        if p[i] != last:
            last, rank = p[i], place
        groups.setdefault(rank * n_bins // len(p), []).append(i)
    return _frame(list(y_true), list(p), groups.values())


@answers.right("reliability_table")
def by_pandas_rank(y_true, p, n_bins):
    frame = pd.DataFrame({"y": list(y_true), "p": list(p)})
    frame["bin"] = ((frame["p"].rank(method="min") - 1).astype(int) * n_bins) // len(frame)
    table = frame.groupby("bin").agg(
        n=("y", "count"), predicted=("p", "mean"), observed=("y", "mean")
    )
    return table.set_axis(range(len(table)))


@answers.wrong("reliability_table", "bins of equal width")
def equal_width(y_true, p, n_bins):
    bins = np.digitize(p, np.linspace(0, 1, n_bins + 1)[1:-1])
    return _frame(list(y_true), list(p), _grouped(bins))


@answers.wrong("reliability_table", "equal probabilities are torn apart")
def torn(y_true, p, n_bins):
    order = np.argsort(p, kind="stable")
    bins = np.empty(len(p), dtype=int)
    bins[order] = np.arange(len(p)) * n_bins // len(p)
    return _frame(list(y_true), list(p), _grouped(bins))


@answers.wrong("reliability_table", "a tie gets the highest of its ranks")
def highest_rank(y_true, p, n_bins):
    bins = (rankdata(p, method="max").astype(int) - 1) * n_bins // len(p)
    return _frame(list(y_true), list(p), _grouped(bins))


@answers.wrong("reliability_table", "empty bins were kept")
def empty_kept(y_true, p, n_bins):
    frame = pd.DataFrame({"y": list(y_true), "p": list(p)})
    bins = (rankdata(p, method="min").astype(int) - 1) * n_bins // len(p)
    frame["bin"] = pd.Categorical(bins, categories=range(n_bins))
    table = frame.groupby("bin", observed=False).agg(
        n=("y", "count"), predicted=("p", "mean"), observed=("y", "mean")
    )
    return table.reset_index(drop=True)


@answers.wrong("reliability_table", "positives were counted instead of their share")
def counted(y_true, p, n_bins):
    table = by_rankdata(y_true, p, n_bins)
    return table.assign(observed=table["observed"] * table["n"])


@answers.wrong("reliability_table")
def looks_up_index_labels(y_true, p, n_bins):
    order = sorted(range(len(p)), key=lambda i: p[i])
    return by_sorting([y_true[i] for i in order], [p[i] for i in order], n_bins)


@answers.wrong("reliability_table")
def highest_first(y_true, p, n_bins):
    return by_rankdata(y_true, p, n_bins)[::-1].reset_index(drop=True)


@answers.wrong("reliability_table")
def other_column_order(y_true, p, n_bins):
    return by_rankdata(y_true, p, n_bins)[["predicted", "observed", "n"]]


@answers.wrong("reliability_table")
def keeps_bin_numbers(y_true, p, n_bins):
    bins = (rankdata(p, method="min").astype(int) - 1) * n_bins // len(p)
    table = by_rankdata(y_true, p, n_bins)
    return table.set_axis(sorted(set(bins.tolist())))


@answers.wrong("reliability_table", "the bins are cut at quantiles of the probabilities")
def by_quantile_cut(y_true, p, n_bins):
    bins = pd.qcut(list(p), n_bins, labels=False, duplicates="drop")
    return _frame(list(y_true), list(p), _grouped(bins))


# shift_prior


def _prevalences(*values):
    for value in values:
        if not 0 < value < 1:
            raise ValueError(f"no prevalence: {value}")


@answers.right("shift_prior")
def by_weights(p, old, new):
    _prevalences(old, new)
    w1, w0 = new / old, (1 - new) / (1 - old)
    return [w1 * said / (w1 * said + w0 * (1 - said)) for said in p]


@answers.right("shift_prior")
def by_log_odds(p, old, new):
    _prevalences(old, new)
    with np.errstate(all="ignore"):
        return expit(logit(np.asarray(p, dtype=float)) + logit(new) - logit(old))


def _elkan(p, old, new):
    p = np.asarray(p, dtype=float)
    return new * (p - p * old) / (old - p * old + new * p - old * new)


@answers.right("shift_prior")
def by_elkan(p, old, new):
    _prevalences(old, new)
    return _elkan(p, old, new)


@answers.wrong("shift_prior", "old and new are swapped")
def swapped(p, old, new):
    _prevalences(old, new)
    return by_weights(p, new, old)


@answers.wrong("shift_prior", "the probability was multiplied by the ratio of the prevalences")
def scaled(p, old, new):
    _prevalences(old, new)
    return np.asarray(p) * new / old


@answers.wrong("shift_prior", "the share of the negatives was left as it was")
def one_sided(p, old, new):
    _prevalences(old, new)
    return [said * new / old / (said * new / old + 1 - said) for said in p]


@answers.wrong("shift_prior", "odds are returned")
def as_odds(p, old, new):
    _prevalences(old, new)
    p = np.asarray(p, dtype=float)
    return p / (1 - p) * new / (1 - new) * (1 - old) / old


@answers.wrong("shift_prior")
def clipped_scale(p, old, new):
    _prevalences(old, new)
    return np.clip(np.asarray(p) - old + new, 0, 1)


@answers.wrong("shift_prior")
def refuses_nothing(p, old, new):
    return _elkan(p, old, new)


@answers.wrong("shift_prior")
def refuses_the_new_one_only(p, old, new):
    _prevalences(new)
    return _elkan(p, old, new)


@answers.wrong("shift_prior", "a probability of 1 gives no number")
def nan_at_one(p, old, new):
    _prevalences(old, new)
    p = np.asarray(p, dtype=float)
    odds = p / (1 - p) * new / (1 - new) * (1 - old) / old
    return odds / (1 + odds)


@answers.wrong("shift_prior")
def refuses_the_old_one_only(p, old, new):
    _prevalences(old)
    return _elkan(p, old, new)


# calibrated_pipeline


def _steps():
    return make_pipeline(
        StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=1000)
    )


def _fit(X, y, rows):
    return _steps().fit(X[rows], y[rows])


def _calibrate(model, X, y, rows, method):
    return CalibratedClassifierCV(FrozenEstimator(model), method=method).fit(X[rows], y[rows])


@answers.right("calibrated_pipeline")
def frozen(X, y, train, calibration, method):
    return _calibrate(_fit(X, y, train), X, y, calibration, method)


@answers.right("calibrated_pipeline")
def one_split(X, y, train, calibration, method):
    split = [(np.array(train), np.array(calibration))]
    return CalibratedClassifierCV(_steps(), method=method, cv=split).fit(X, y)


class ByHand:
    """Calibrates the score of a fitted model without the library's own class."""

    def __init__(self, model, score, y, method):
        self.model = model
        if method == "isotonic":
            curve = IsotonicRegression(out_of_bounds="clip").fit(score, y)
            self.curve = curve.predict
        else:
            positives, negatives = np.sum(y == 1), np.sum(y == 0)
            target = np.where(y == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))

            def loss(ab):
                z = ab[0] * score + ab[1]
                return np.sum(np.logaddexp(0, z) - target * z)

            a, b = minimize(loss, [1.0, 0.0], method="BFGS", options={"gtol": 1e-8}).x
            self.curve = lambda s: expit(a * s + b)

    def predict_proba(self, X):
        p = self.curve(self.model.decision_function(X))
        return np.column_stack([1 - p, p])


@answers.right("calibrated_pipeline")
def by_hand(X, y, train, calibration, method):
    model = _fit(X, y, train)
    return ByHand(model, model.decision_function(X[calibration]), y[calibration], method)


@answers.wrong("calibrated_pipeline", "it is not calibrated")
def bare_model(X, y, train, calibration, method):
    return _fit(X, y, train)


@answers.wrong("calibrated_pipeline", "calibrated on the rows that the model was trained on")
def on_training_rows(X, y, train, calibration, method):
    return _calibrate(_fit(X, y, train), X, y, train, method)


@answers.wrong("calibrated_pipeline", "calibrated on the test rows")
def on_test_rows(X, y, train, calibration, method):
    test = np.setdiff1d(np.arange(len(y)), [*train, *calibration])
    return _calibrate(_fit(X, y, train), X, y, test, method)


@answers.wrong(
    "calibrated_pipeline",
    "calibrated on all rows that were not trained on, the test rows among them",
)
def on_all_the_rest(X, y, train, calibration, method):
    rest = np.setdiff1d(np.arange(len(y)), train)
    return _calibrate(_fit(X, y, train), X, y, rest, method)


@answers.wrong("calibrated_pipeline", "the training rows were calibrated on as well")
def on_both(X, y, train, calibration, method):
    return _calibrate(_fit(X, y, train), X, y, [*train, *calibration], method)


@answers.wrong("calibrated_pipeline", "the model has learned from the calibration rows too")
def trained_on_both(X, y, train, calibration, method):
    return _calibrate(_fit(X, y, [*train, *calibration]), X, y, calibration, method)


@answers.wrong("calibrated_pipeline")
def always_platt(X, y, train, calibration, method):
    return frozen(X, y, train, calibration, "sigmoid")


@answers.wrong("calibrated_pipeline")
def always_isotonic(X, y, train, calibration, method):
    return frozen(X, y, train, calibration, "isotonic")


@answers.wrong("calibrated_pipeline")
def scaled_on_everything(X, y, train, calibration, method):
    X = StandardScaler().fit_transform(X)
    model = LogisticRegression(class_weight="balanced", max_iter=1000).fit(X[train], y[train])
    return CalibratedClassifierCV(FrozenEstimator(model), method=method).fit(
        X[calibration], y[calibration]
    )


@answers.wrong("calibrated_pipeline", "the scaler has learned from all rows")
def scaler_frozen_on_everything(X, y, train, calibration, method):
    scaler = FrozenEstimator(StandardScaler().fit(X))
    model = make_pipeline(scaler, LogisticRegression(class_weight="balanced", max_iter=1000))
    return _calibrate(model.fit(X[train], y[train]), X, y, calibration, method)


@answers.wrong("calibrated_pipeline")
def folds_of_both(X, y, train, calibration, method):
    rows = [*train, *calibration]
    return CalibratedClassifierCV(_steps(), method=method, cv=5).fit(X[rows], y[rows])


# repair


def odds_of(p):
    return logit(np.clip(p, 1e-6, 1 - 1e-6))


def to_level(p, prevalence):
    """Multiply all odds by one factor, found by halving, until the mean is the prevalence."""
    low, high = -30.0, 30.0
    for _ in range(60):
        middle = (low + high) / 2
        below = expit(odds_of(p) + middle).mean() < prevalence
        low, high = (middle, high) if below else (low, middle)
    return expit(odds_of(p) + low)


def line_of(p, y, p_new):
    line = LogisticRegression(C=np.inf, max_iter=1000).fit(odds_of(p)[:, None], y)
    return line.predict_proba(odds_of(p_new)[:, None])[:, 1]


def steps_of(p, y, p_new):
    return IsotonicRegression(out_of_bounds="clip").fit(p, y).predict(p_new)


def loss_of(y, p):
    p = np.clip(p, 1e-4, 1 - 1e-4)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@answers.right("repair")
def by_count(p, y, p_new, prevalence):
    if y.sum() < 20:
        return to_level(p_new, prevalence)
    way = line_of if y.sum() < 200 else steps_of
    return to_level(way(p, y, p_new), prevalence).tolist()


@answers.right("repair")
def by_cross_validation(p, y, p_new, prevalence):
    """Let folds choose between nothing, Platt's curve and isotonic steps, if there is enough."""
    ways = {"nothing": lambda p, y, p_new: p_new, "line": line_of, "steps": steps_of}
    if y.sum() < 20:
        return to_level(p_new, prevalence)
    losses = dict.fromkeys(ways, 0.0)
    for a, b in StratifiedKFold(5, shuffle=True, random_state=0).split(p, y):
        for name, way in ways.items():
            losses[name] += loss_of(y[b], way(p[a], y[a], p[b]))
    return to_level(ways[min(losses, key=losses.get)](p, y, p_new), prevalence)


@answers.right("repair")
def mean_of_both(p, y, p_new, prevalence):
    if y.sum() < 20:
        return to_level(p_new, prevalence)
    steps, line = steps_of(p, y, p_new), line_of(p, y, p_new)
    return to_level(0.75 * steps + 0.25 * line if y.sum() > 200 else line, prevalence)


@answers.right("repair")
def by_prior_shift_again_and_again(p, y, p_new, prevalence):
    """Find the level by the formula of exercise 2, repeated until the mean is right."""
    learned = p_new if y.sum() < 30 else (line_of if y.sum() < 300 else steps_of)(p, y, p_new)
    learned = np.clip(learned, 1e-6, 1 - 1e-6)
    for _ in range(100):
        mean = learned.mean()
        factor = prevalence / (1 - prevalence) * (1 - mean) / mean
        learned = learned * factor / (learned * factor + 1 - learned)
    return learned


@answers.wrong("repair", "nothing repaired")
def as_they_came(p, y, p_new, prevalence):
    return p_new


@answers.wrong("repair", "one number for all rows of a client")
def always_the_prevalence(p, y, p_new, prevalence):
    return np.full(len(p_new), prevalence)


@answers.wrong("repair", "isotonic regression on a handful of positives")
def steps_for_all(p, y, p_new, prevalence):
    return steps_of(p, y, p_new)


@answers.wrong("repair", "isotonic regression on a handful of positives")
def steps_and_level_for_all(p, y, p_new, prevalence):
    return to_level(steps_of(p, y, p_new), prevalence)


@answers.wrong("repair", "the prevalence of the practice part was kept")
def line_for_all(p, y, p_new, prevalence):
    return line_of(p, y, p_new)


@answers.wrong("repair", "the prevalence of the practice part was kept")
def by_count_without_level(p, y, p_new, prevalence):
    if y.sum() < 20:
        return to_level(p_new, y.mean())
    return (line_of if y.sum() < 200 else steps_of)(p, y, p_new)


@answers.wrong("repair", "a slope was learned from a handful of positives")
def line_and_level_for_all(p, y, p_new, prevalence):
    return to_level(line_of(p, y, p_new), prevalence)


@answers.wrong("repair", "only the level was moved, for every client")
def level_for_all(p, y, p_new, prevalence):
    return to_level(p_new, prevalence)


@answers.wrong("repair", "Platt's curve where many positives show another shape")
def line_also_for_many(p, y, p_new, prevalence):
    return to_level(p_new if y.sum() < 30 else line_of(p, y, p_new), prevalence)


@answers.wrong("repair")
def sorted_by_size(p, y, p_new, prevalence):
    return np.sort(by_count(p, y, p_new, prevalence))


@answers.wrong("repair")
def odds_instead(p, y, p_new, prevalence):
    repaired = to_level(p_new, prevalence)
    return repaired / (1 - repaired)


@answers.wrong("repair")
def for_the_practice_part(p, y, p_new, prevalence):
    return to_level(p, prevalence)
