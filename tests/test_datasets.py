"""The data do what their docstrings promise: schema, rates, dials, difficulty, clear errors."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import io
import json
import socket
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from imblearn.datasets._zenodo import MAP_NAME_ID_KEYS
from ports import free_port
from scipy.stats import binomtest, ks_2samp, sem, t
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from imbalance_lab import datasets
from imbalance_lab.datasets import (
    CHANNELS,
    CHARGEBACK_WINDOW,
    COST_PER_REVIEW,
    FRAUD_KINDS,
    HANDLING_COST,
    MERCHANTS,
    PUBLIC,
    TRUTH_COLUMNS,
    DatasetUnavailable,
    cost_of_decisions,
    fetch_public,
    load_rare_breast_cancer,
    load_rare_digits,
    make_gauss,
    make_nonlinear,
    make_transactions,
    make_two_clouds,
    split_by_time,
)

CATEGORICAL = ["merchant", "channel"]
COUNTED = [make_two_clouds, make_gauss]  # with an exact number of positives
TOYS = [*COUNTED, make_nonlinear]


def assert_plausible(successes: int, trials: int, share: float) -> None:
    """Fail when a count is so far from its share that chance explains it once in a million."""
    assert binomtest(int(successes), int(trials), share).pvalue > 1e-6


def interval(values: list[float]) -> tuple[float, float]:
    """Return the 95% t interval of a mean."""
    margin = t.ppf(0.975, len(values) - 1) * sem(values)
    return float(np.mean(values) - margin), float(np.mean(values) + margin)


def logistic(categorical: list[str] = CATEGORICAL):
    encode = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), categorical), remainder=StandardScaler()
    )
    return make_pipeline(encode, LogisticRegression(solver="newton-cholesky"))


def boosting():
    return HistGradientBoostingClassifier(
        learning_rate=0.08,
        max_iter=100,
        max_leaf_nodes=8,
        min_samples_leaf=60,
        l2_regularization=10,
        early_stopping=False,
        random_state=0,
    )


def average_precision_on_later_days(frame, model=None, drop: tuple[str, ...] = ()) -> float:
    model = model or logistic()
    train, test = split_by_time(frame)
    hidden = ["is_fraud", "time", *drop]
    with threadpool_limits(1):  # more threads only get in each other's way at this size
        model.fit(train.drop(columns=hidden), train["is_fraud"])
        score = model.predict_proba(test.drop(columns=hidden))[:, 1]
    return float(average_precision_score(test["is_fraud"], score))


# Transactions: what the table looks like


@pytest.fixture(scope="module")
def truth() -> pd.DataFrame:
    return make_transactions(40_000, random_state=0, truth=True)


def test_transactions_have_the_documented_columns_and_no_gaps(truth):
    plain = make_transactions(40_000, random_state=0)
    assert list(plain.columns) == [
        "time",
        "amount",
        "amount_ratio",
        "hour",
        "tenure",
        "transactions_24h",
        "declines_1h",
        "distance",
        "new_device",
        "abroad",
        "merchant",
        "channel",
        "is_fraud",
    ]
    assert list(truth.columns) == [*plain.columns, *TRUTH_COLUMNS]
    assert len(plain) == 40_000
    assert not truth.isna().any().any()
    pd.testing.assert_frame_equal(truth[plain.columns], plain)


def test_transactions_are_sorted_by_time_and_the_hour_is_that_of_the_time(truth):
    assert truth["time"].is_monotonic_increasing
    assert truth.index.equals(pd.RangeIndex(40_000))
    assert truth["time"].between(0, 90, inclusive="left").all()
    assert (truth["hour"] == np.floor(truth["time"] % 1 * 24)).all()
    assert set(truth["hour"]) == set(range(24))


def test_transactions_values_are_in_their_documented_ranges(truth):
    assert (truth["amount"] >= 0.01).all()
    assert (truth[["amount_ratio", "distance"]] >= 0).all().all()
    assert (truth[["tenure", "transactions_24h", "declines_1h"]] >= 0).all().all()
    for column in ("new_device", "abroad", "is_fraud", "is_fraud_true"):
        assert set(truth[column]) == {0, 1}
    for column, values in [
        ("merchant", MERCHANTS),
        ("channel", CHANNELS),
        ("fraud_kind", FRAUD_KINDS),
    ]:
        assert tuple(truth[column].cat.categories) == values
        assert set(truth[column]) == set(values)
    assert len(MERCHANTS) == 10


@pytest.mark.parametrize("n_samples", [1, 2, 50])
def test_tiny_tables_keep_the_schema(n_samples):
    tiny = make_transactions(n_samples, random_state=0, truth=True)
    assert len(tiny) == n_samples
    assert list(tiny.columns) == list(make_transactions(100, random_state=1, truth=True).columns)
    assert not tiny.isna().any().any()


def test_n_days_sets_the_length_of_the_period():
    short = make_transactions(2000, n_days=7, random_state=0)
    assert short["time"].max() < 7
    assert set(np.floor(short["time"])) == set(range(7))


# Transactions: the documented rates


@pytest.mark.parametrize("fraud_rate", [0.004, 0.012, 0.3])
def test_fraud_rate_is_the_share_of_true_fraud(fraud_rate):
    frame = make_transactions(fraud_rate=fraud_rate, random_state=1, truth=True)
    assert_plausible(frame["is_fraud_true"].sum(), len(frame), fraud_rate)
    assert ((frame["fraud_kind"] != "none") == (frame["is_fraud_true"] == 1)).all()


@pytest.mark.parametrize("overlap", [0.0, 0.2, 1.0])
def test_overlap_is_the_share_of_friendly_fraud(overlap):
    frame = make_transactions(fraud_rate=0.2, overlap=overlap, random_state=2, truth=True)
    fraud = frame[frame["is_fraud_true"] == 1]
    assert_plausible((fraud["fraud_kind"] == "friendly").sum(), len(fraud), overlap)


@pytest.mark.parametrize("label_noise", [0.0, 0.05, 0.6])
def test_label_noise_hides_that_share_of_fraud_and_accuses_nobody(label_noise):
    frame = make_transactions(fraud_rate=0.2, label_noise=label_noise, random_state=3, truth=True)
    fraud = frame[frame["is_fraud_true"] == 1]
    assert_plausible((fraud["is_fraud"] == 0).sum(), len(fraud), label_noise)
    assert (frame.loc[frame["is_fraud_true"] == 0, "is_fraud"] == 0).all()


def test_drift_moves_fraud_from_testing_to_takeover_and_to_other_merchants():
    def change_over_time(drift: float) -> tuple[float, float]:
        frame = make_transactions(
            fraud_rate=0.5, overlap=0.0, drift=drift, random_state=4, truth=True
        )
        early, late = frame[frame["time"] < 30], frame[frame["time"] > 60]
        takeovers = [
            (part.loc[part["is_fraud_true"] == 1, "fraud_kind"] == "account_takeover").mean()
            for part in (early, late)
        ]
        travel = [
            (part.loc[part["fraud_kind"] == "account_takeover", "merchant"] == "travel").mean()
            for part in (early, late)
        ]
        return takeovers[1] - takeovers[0], travel[1] - travel[0]

    still, half, full = (change_over_time(drift) for drift in (0.0, 0.5, 1.0))
    assert np.abs(still) == pytest.approx([0, 0], abs=0.04)
    assert half[0] > still[0] + 0.1
    assert full[0] > half[0] + 0.1
    assert half[1] > still[1] + 0.05
    assert full[1] > half[1] + 0.05


@pytest.mark.parametrize(
    ("column", "legitimate", "testing", "takeover"),
    [
        ("new_device", 0.07, 0.22, 0.50),
        ("abroad", 0.06, 0.22, 0.33),
        ("transactions_24h", 0.9, 2.6, 1.6),
        ("declines_1h", 0.10, 0.70, 0.35),
    ],
)
def test_each_kind_of_fraud_leaves_its_own_traces(column, legitimate, testing, takeover):
    frame = make_transactions(fraud_rate=0.5, random_state=5, truth=True)
    groups = frame.groupby("fraud_kind", observed=True)[column]
    mean, error = groups.mean(), groups.sem()
    expected = {"none": legitimate, "friendly": legitimate}
    expected |= {"card_testing": testing, "account_takeover": takeover}
    for kind, value in expected.items():
        assert abs(mean[kind] - value) < 5 * error[kind]


def test_card_testing_is_small_and_takeover_large_for_the_customer(truth):
    median = truth.groupby("fraud_kind", observed=True)[["amount", "amount_ratio"]].median()
    assert median.loc["card_testing", "amount"] < 12 < median.loc["none", "amount"]
    assert median.loc["account_takeover", "amount_ratio"] > 2.5
    assert median.loc["none", "amount_ratio"] == pytest.approx(1.0, abs=0.05)


def test_friendly_fraud_looks_exactly_like_a_legitimate_purchase():
    frame = make_transactions(fraud_rate=0.5, overlap=1.0, random_state=6, truth=True)
    friendly = frame[frame["fraud_kind"] == "friendly"]
    legitimate = frame[frame["fraud_kind"] == "none"]
    for column in frame.columns.drop(["is_fraud", *TRUTH_COLUMNS]):
        codes = [
            part[column].cat.codes if column in CATEGORICAL else part[column]
            for part in (friendly, legitimate)
        ]
        assert ks_2samp(*codes).pvalue > 1e-4, column


# Transactions: one seed, one table


def test_same_seed_same_table_whatever_the_global_state():
    np.random.seed(1)  # noqa: NPY002 - the point is that the global state does not matter
    first = make_transactions(3000, random_state=7, truth=True)
    np.random.seed(2)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    second = make_transactions(3000, random_state=7, truth=True)
    pd.testing.assert_frame_equal(first, second)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002
    assert not first["amount"].equals(make_transactions(3000, random_state=8)["amount"])


def test_a_random_state_is_consumed():
    rng = np.random.RandomState(0)
    first, second = (make_transactions(500, random_state=rng) for _ in range(2))
    assert not first["amount"].equals(second["amount"])


# Transactions: honest difficulty, on later days, over repeated seeds


@pytest.fixture(scope="module")
def defaults() -> list[pd.DataFrame]:
    return [make_transactions(20_000, random_state=seed) for seed in range(6)]


@pytest.fixture(scope="module")
def linear_scores(defaults) -> list[float]:
    return [average_precision_on_later_days(frame) for frame in defaults]


@pytest.fixture(scope="module")
def boosted_scores(defaults) -> list[float]:
    return [average_precision_on_later_days(frame, boosting()) for frame in defaults]


def test_difficulty_is_honest(linear_scores, boosted_scores):
    for scores in (linear_scores, boosted_scores):
        low, high = interval(scores)
        assert low > 0.20, scores
        assert high < 0.50, scores
        assert max(scores) < 0.65, "a model must not get near perfect"


def test_the_best_model_is_not_decided_in_advance(linear_scores, boosted_scores):
    linear_wins = np.array(linear_scores) > np.array(boosted_scores)
    assert 0 < linear_wins.sum() < len(linear_wins)


def test_knowing_nothing_is_worth_the_prevalence(defaults):
    for frame in defaults:
        _, test = split_by_time(frame)
        score = average_precision_on_later_days(frame, DummyClassifier())
        assert score == pytest.approx(test["is_fraud"].mean())


def test_categories_matter(defaults, linear_scores):
    without = [
        average_precision_on_later_days(frame, logistic([]), drop=("merchant", "channel"))
        for frame in defaults
    ]
    low, _ = interval(list(np.array(linear_scores) - without))
    assert low > 0.02


@pytest.mark.parametrize(
    ("dial", "easier_to_harder"),
    [
        ("overlap", (0.0, 0.3, 0.6)),
        ("label_noise", (0.0, 0.3, 0.6)),
        ("drift", (0.0, 2.0)),
        ("fraud_rate", (0.05, 0.015, 0.005)),
    ],
)
def test_each_dial_makes_detection_harder(dial, easier_to_harder):
    scores = [
        [
            average_precision_on_later_days(
                make_transactions(20_000, random_state=seed, **{dial: value})
            )
            for seed in range(6)
        ]
        for value in easier_to_harder
    ]
    for easier, harder in pairwise(scores):
        low, _ = interval(list(np.array(easier) - np.array(harder)))
        assert low > 0, (easier, harder)


# Labels that arrive late


def test_labels_become_final_within_the_chargeback_window(truth):
    reported = truth["is_fraud"] == 1
    assert (truth.loc[~reported, "label_delay"] == CHARGEBACK_WINDOW).all()
    assert truth.loc[reported, "label_delay"].between(0, CHARGEBACK_WINDOW).all()


def test_kinds_of_fraud_are_reported_with_their_documented_median_delay():
    frame = make_transactions(
        fraud_rate=0.5, overlap=0.4, label_noise=0.0, random_state=9, truth=True
    )
    median = frame.groupby("fraud_kind", observed=True)["label_delay"].median()
    assert median["card_testing"] == pytest.approx(3, rel=0.05)
    assert median["account_takeover"] == pytest.approx(7, rel=0.05)
    assert median["friendly"] == pytest.approx(14, rel=0.05)


# Splitting by time


def test_split_puts_the_past_in_train_and_the_future_in_test(truth):
    train, test = split_by_time(truth)
    assert train["time"].max() < 0.6 * 90
    assert test["time"].min() >= 0.69 * 90
    assert len(train) / len(truth) == pytest.approx(0.6, abs=0.01)
    assert len(test) / len(truth) == pytest.approx(0.3, abs=0.01)


def test_split_does_not_depend_on_the_order_of_rows(truth):
    for ordered, shuffled in zip(
        split_by_time(truth), split_by_time(truth.sample(frac=1, random_state=0)), strict=True
    ):
        pd.testing.assert_frame_equal(ordered, shuffled)


def test_split_without_a_gap_loses_no_row_and_keeps_equal_times_together():
    frame = pd.DataFrame({"time": np.repeat(np.arange(10.0), 7)})
    train, test = split_by_time(frame, train=0.5, gap=0.0)
    assert len(train) + len(test) == len(frame)
    assert set(train["time"]).isdisjoint(test["time"])


@pytest.mark.parametrize(
    ("frame", "options", "message"),
    [
        (pd.DataFrame({"time": [1, 2, 3]}), {"train": 0.9}, r"train=0.9 and gap=0.1"),
        (pd.DataFrame({"time": [1, 2, 3]}), {"train": 1.0}, r"'train' parameter.*Got 1.0"),
        (pd.DataFrame({"time": [1, 2, 3]}), {"gap": -0.1}, r"'gap' parameter.*Got -0.1"),
        (pd.DataFrame({"day": [1, 2, 3]}), {}, r"'time'.*'day'"),
        (pd.DataFrame({"time": [5, 5, 5]}), {}, r"too few distinct times"),
        (pd.DataFrame({"time": [1, None, 3]}), {}, r"1 missing"),
        (pd.DataFrame({"time": ["a", "b"]}), {}, r"numbers"),
        ([1, 2, 3], {}, r"'frame' parameter"),
    ],
)
def test_split_says_what_is_wrong(frame, options, message):
    with pytest.raises(ValueError, match=message):
        split_by_time(frame, **options)


# Money


def test_costs_by_hand():
    y_true, amount = [0, 0, 1, 1], [10.0, 20.0, 30.0, 40.0]
    assert cost_of_decisions(y_true, [0, 0, 0, 0], amount) == 30 + 40 + 2 * HANDLING_COST
    assert cost_of_decisions(y_true, [1, 1, 1, 1], amount) == 4 * COST_PER_REVIEW
    assert cost_of_decisions(y_true, [True, False, True, False], amount) == 8 + 55
    assert (COST_PER_REVIEW, HANDLING_COST) == (4, 15)


def test_costs_add_up_over_parts_and_perfect_decisions_are_cheapest(truth):
    y, amount = truth["is_fraud_true"], truth["amount"]
    flagged = truth["new_device"]
    half = len(truth) // 2
    parts = [
        cost_of_decisions(y[part], flagged[part], amount[part])
        for part in (slice(0, half), slice(half, None))
    ]
    assert cost_of_decisions(y, flagged, amount) == pytest.approx(sum(parts))
    perfect = cost_of_decisions(y, y, amount)
    assert perfect == COST_PER_REVIEW * y.sum()
    assert perfect < cost_of_decisions(y, flagged, amount)


@pytest.mark.parametrize(
    ("y_true", "flagged", "amount", "message"),
    [
        ([0, 2], [0, 1], [1, 1], r"y_true.*only 0 and 1.*2"),
        ([0, 1], [0.3, 0.9], [1, 1], r"flagged.*only 0 and 1.*0.3"),
        ([0, 1], [0, 1], [1, -5], r"amount.*at least 0.*-5"),
        ([0, 1], [0, 1], [1, np.nan], r"amount must be finite; got 1"),
        ([0, 1, 1], [0, 1], [1, 1], r"got shapes \(3,\), \(2,\) and \(2,\)"),
        ([0, 1], [0, 1], 7, r"got shapes \(2,\), \(2,\) and \(\)"),
        ([0, None, "x"], [0, 1, 1], [1, 1, 1], r"y_true.*only 0 and 1; got \[None, 'x'\]"),
        (["fraud", "ok"], [0, 1], [1, 1], r"y_true.*only 0 and 1.*fraud"),
        ([[0, 1]], [0, 1], [1, 1], r"y_true.*one-dimensional.*\(1, 2\)"),
    ],
)
def test_costs_say_what_is_wrong(y_true, flagged, amount, message):
    with pytest.raises(ValueError, match=message):
        cost_of_decisions(y_true, flagged, amount)


# Toys


@pytest.mark.parametrize("make", TOYS)
def test_toys_return_features_and_binary_labels(make):
    X, y = make(500, prevalence=0.2, random_state=0)
    assert X.shape == (500, 2 if make is make_two_clouds else 10)
    assert X.dtype == float
    assert y.shape == (500,)
    assert y.dtype == np.int64
    assert set(y) == {0, 1}
    assert np.isfinite(X).all()


@pytest.mark.parametrize("make", TOYS)
def test_toys_depend_on_their_seed_alone(make):
    first = make(300, prevalence=0.2, random_state=3)
    np.random.seed(99)  # noqa: NPY002
    for a, b in zip(first, make(300, prevalence=0.2, random_state=3), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(first[0], make(300, prevalence=0.2, random_state=4)[0])


@pytest.mark.parametrize("make", COUNTED)
@pytest.mark.parametrize(
    ("n_samples", "prevalence", "expected"), [(400, 0.1, 40), (1000, 0.003, 3), (51, 0.5, 26)]
)
def test_toys_have_the_exact_number_of_positives(make, n_samples, prevalence, expected):
    _, y = make(n_samples, prevalence=prevalence, random_state=0)
    assert abs(int(y.sum()) - expected) <= (n_samples == 51)  # 25.5 may round either way
    assert len(y) == n_samples


@pytest.mark.parametrize("make", TOYS)
def test_toys_come_in_random_order(make):
    _, y = make(2000, prevalence=0.3, random_state=0)
    assert_plausible(y[:1000].sum(), 1000, y.mean())


@pytest.mark.parametrize("prevalence", [0.001, 0.01, 0.3, 0.9])
def test_nonlinear_has_the_prevalence_on_average(prevalence):
    _, y, proba = make_nonlinear(200_000, prevalence=prevalence, return_proba=True, random_state=0)
    assert abs(proba.mean() - prevalence) < 5 * sem(proba)
    assert_plausible(y.sum(), len(y), prevalence)


def test_nonlinear_has_the_documented_log_odds():
    X, _, proba = make_nonlinear(1000, prevalence=0.1, return_proba=True, random_state=1)
    log_odds = np.log(proba / (1 - proba))
    x0, x1, x2, x3 = X[:, :4].T
    intercept = log_odds - (1.6 * x0 * x1 + 1.2 * (abs(x2) > 1.3) + x3)
    assert np.ptp(intercept) < 1e-9
    other = make_nonlinear(10, prevalence=0.1, return_proba=True, random_state=2)
    x0, x1, x2, x3 = other[0][:, :4].T
    again = np.log(other[2] / (1 - other[2])) - (1.6 * x0 * x1 + 1.2 * (abs(x2) > 1.3) + x3)
    np.testing.assert_allclose(again, intercept[0])


@pytest.mark.parametrize("make", [make_gauss, make_nonlinear])
def test_true_probabilities_are_calibrated_and_rank_best(make):
    X, y, proba = make(100_000, prevalence=0.1, return_proba=True, random_state=0)
    for low, high in [(0, 0.05), (0.05, 0.2), (0.2, 0.5), (0.5, 1)]:
        inside = (proba > low) & (proba <= high)
        assert abs(y[inside].mean() - proba[inside].mean()) < 5 * sem(y[inside])
    fitted = LogisticRegression().fit(X, y).predict_proba(X)[:, 1]
    assert roc_auc_score(y, proba) > roc_auc_score(y, fitted) - 0.002


def test_gauss_shifts_only_the_informative_features():
    X, y = make_gauss(
        50_000, prevalence=0.2, separation=0.7, n_features=6, n_informative=2, random_state=0
    )
    difference = X[y == 1].mean(axis=0) - X[y == 0].mean(axis=0)
    np.testing.assert_allclose(difference, [0.7, 0.7, 0, 0, 0, 0], atol=0.06)


def test_gauss_without_informative_features_is_noise():
    X, y, proba = make_gauss(
        4000, prevalence=0.25, n_informative=0, return_proba=True, random_state=0
    )
    np.testing.assert_allclose(proba, 0.25)
    assert abs(roc_auc_score(y, X.sum(axis=1)) - 0.5) < 0.05


def mean_auc(**options) -> float:
    """Return how well the horizontal axis separates the clouds, over five seeds."""
    clouds = [make_two_clouds(4000, random_state=seed, **options) for seed in range(5)]
    return float(np.mean([roc_auc_score(y, X[:, 0]) for X, y in clouds]))


def test_clouds_separation_and_overlap_turn_difficulty():
    aucs = [mean_auc(separation=value) for value in (0.0, 1.0, 2.0, 4.0)]
    assert aucs[0] == pytest.approx(0.5, abs=0.03)
    assert all(np.diff(aucs) > 0.02)
    aucs = [mean_auc(separation=3.0, overlap=value) for value in (0.0, 0.5, 1.0)]
    assert all(np.diff(aucs) < -0.1)
    assert aucs[-1] == pytest.approx(0.5, abs=0.03)


def test_clouds_spread_is_the_standard_deviation_of_the_rare_class():
    for spread in (0.3, 1.0, 2.5):
        X, y = make_two_clouds(20_000, prevalence=0.3, spread=spread, random_state=0)
        np.testing.assert_allclose(X[y == 1].std(axis=0), spread, rtol=0.05)
        np.testing.assert_allclose(X[y == 0].std(axis=0), 1.0, rtol=0.05)


@pytest.mark.parametrize("make", COUNTED)
def test_toys_refuse_to_leave_a_class_empty(make):
    with pytest.raises(ValueError, match=r"prevalence=0.001.*n_samples=100.*0 positives"):
        make(100, prevalence=0.001)


# Real data made rare


def test_digits_keep_every_picture_by_default():
    X, y = load_rare_digits()
    source, target = load_digits(return_X_y=True)
    np.testing.assert_array_equal(X, source)
    np.testing.assert_array_equal(y, target == 8)
    assert (len(y), y.sum()) == (1797, 174)


@pytest.mark.parametrize("digit", range(10))
def test_any_digit_can_be_the_rare_one(digit):
    _, y = load_rare_digits(digit, prevalence=0.02, random_state=0)
    assert y.mean() == pytest.approx(0.02, abs=0.0005)


def test_digits_lose_positives_only():
    X, y = load_rare_digits(prevalence=0.01, random_state=0)
    source, target = load_digits(return_X_y=True)
    assert y.sum() == 16
    np.testing.assert_array_equal(X[y == 0], source[target != 8])
    eights = {picture.tobytes() for picture in source[target == 8]}
    assert {picture.tobytes() for picture in X[y == 1]} <= eights
    assert len({picture.tobytes() for picture in X[y == 1]}) == 16


def test_breast_cancer_counts_are_the_documented_ones():
    X, y = load_rare_breast_cancer(random_state=0)
    assert X.shape == (376, 30)
    assert (y.sum(), (y == 0).sum()) == (19, 357)
    assert y.name == "malignant"
    assert X.index.equals(y.index)
    everything, labels = load_rare_breast_cancer(prevalence=None)
    source = load_breast_cancer(as_frame=True)
    pd.testing.assert_frame_equal(everything, source.data)
    assert list(source.target_names) == ["malignant", "benign"]
    np.testing.assert_array_equal(labels, source.target == 0)


@pytest.mark.parametrize("load", [load_rare_digits, load_rare_breast_cancer])
def test_the_seed_decides_which_positives_stay(load):
    first, again, other = (load(prevalence=0.03, random_state=seed)[0] for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert first.shape == other.shape
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("load", "prevalence"),
    [
        (load_rare_digits, 0.5),
        (load_rare_digits, 1e-5),
        (load_rare_breast_cancer, 0.38),
    ],
)
def test_a_prevalence_that_the_data_cannot_give_is_refused_with_the_range(load, prevalence):
    with pytest.raises(ValueError, match=rf"prevalence={prevalence}.*[Cc]hoose.*between 0\.00"):
        load(prevalence=prevalence)


# Bad parameters


@pytest.mark.parametrize(
    ("make", "name", "value"),
    [
        (make_transactions, "n_samples", 0),
        (make_transactions, "n_samples", 1.5),
        (make_transactions, "fraud_rate", 0.0),
        (make_transactions, "fraud_rate", 1.2),
        (make_transactions, "overlap", -0.1),
        (make_transactions, "label_noise", 1.0),
        (make_transactions, "drift", 3),
        (make_transactions, "n_days", 0),
        (make_transactions, "random_state", "seed"),
        (make_transactions, "truth", "yes"),
        (make_two_clouds, "prevalence", 1.0),
        (make_two_clouds, "separation", -1),
        (make_two_clouds, "spread", 0),
        (make_two_clouds, "overlap", 2),
        (make_gauss, "n_features", 0),
        (make_gauss, "prevalence", float("nan")),
        (make_nonlinear, "n_features", 3),
        (make_nonlinear, "prevalence", 0),
        (load_rare_digits, "digit", 10),
        (load_rare_digits, "prevalence", 2),
        (load_rare_breast_cancer, "prevalence", "rare"),
        (partial(fetch_public, "creditcard"), "timeout", 0),
        (partial(fetch_public, "mammography"), "data_home", 3),
        (fetch_public, "name", "credit card"),
    ],
)
def test_bad_parameters_are_named_with_what_came_and_what_is_accepted(make, name, value):
    function = getattr(make, "func", make)
    begins = rf"The '{name}' parameter of {function.__name__} must be"
    with pytest.raises(ValueError, match=begins) as error:
        make(**{name: value})
    assert f"Got {value!r} instead" in str(error.value)


def test_gauss_cannot_inform_more_features_than_it_has():
    with pytest.raises(ValueError, match=r"n_informative.*n_features; got 5 and 3"):
        make_gauss(n_features=3, n_informative=5)


# Public data: a local server stands where the network would be


class Server:
    """Serve files from memory on this machine and count the requests."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.requests = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests += 1
                body = outer.files.get(self.path)
                self.send_response(404 if body is None else 200)
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *args: object) -> None:
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.stop()


def point_fetchers_at(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    prefix = "sklearn.datasets._openml."
    monkeypatch.setattr(prefix + "_SEARCH_NAME", url + "/api/list/{}")
    monkeypatch.setattr(prefix + "_DATA_INFO", url + "/api/info/{}")
    monkeypatch.setattr(prefix + "_DATA_FEATURES", url + "/api/features/{}")
    monkeypatch.setattr(prefix + "_DATA_QUALITIES", url + "/api/qualities/{}")
    monkeypatch.setattr("imblearn.datasets._zenodo.URL", url + "/collection.tar.gz")


def serve_credit_cards(server: Server, quote: str) -> np.ndarray:
    """Serve six transactions as OpenML would, with quoted classes or not; return the numbers."""
    names = ["Time", *(f"V{i}" for i in range(1, 29)), "Amount"]
    numbers = np.random.default_rng(0).normal(size=(6, 30)).round(3)
    labels = [0, 1, 0, 0, 1, 0]
    lines = ["@RELATION creditcard", *(f"@ATTRIBUTE {name} REAL" for name in names)]
    lines += [f"@ATTRIBUTE Class {{{quote}0{quote},{quote}1{quote}}}", "@DATA"]
    lines += [
        ",".join(map(str, [*row, f"{quote}{label}{quote}"]))
        for row, label in zip(numbers, labels, strict=True)
    ]
    arff = "\n".join(lines).encode() + b"\n"
    features = [
        {
            "index": str(i),
            "name": name,
            "data_type": "nominal" if name == "Class" else "numeric",
            "is_target": "true" if name == "Class" else "false",
            "is_ignore": "false",
            "is_row_identifier": "false",
            "number_of_missing_values": "0",
        }
        for i, name in enumerate([*names, "Class"])
    ]
    answers = {
        "/api/list/creditcard/data_version/1": {"data": {"dataset": [{"did": 1597}]}},
        "/api/info/1597": {
            "data_set_description": {
                "id": "1597",
                "name": "creditcard",
                "version": "1",
                "description": "six rows",
                "format": "ARFF",
                "status": "active",
                "url": f"{server.url}/files/creditcard.arff",
                "md5_checksum": hashlib.md5(arff).hexdigest(),
            }
        },
        "/api/features/1597": {"data_features": {"feature": features}},
        "/api/qualities/1597": {
            "data_qualities": {"quality": [{"name": "NumberOfInstances", "value": "6.0"}]}
        },
    }
    server.files = {path: json.dumps(answer).encode() for path, answer in answers.items()}
    server.files["/files/creditcard.arff"] = arff
    return numbers


def serve_mammography(server: Server) -> np.ndarray:
    """Serve an archive like imbalanced-learn's with eight spots; return their numbers."""
    numbers = np.random.default_rng(1).normal(size=(8, 6))
    table = io.BytesIO()
    np.savez(table, data=numbers, label=np.array([-1, -1, 1, -1, -1, -1, 1, -1]))
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        member = tarfile.TarInfo("x25data.npz")
        member.size = len(table.getvalue())
        tar.addfile(member, io.BytesIO(table.getvalue()))
    server.files = {"/collection.tar.gz": archive.getvalue()}
    return numbers


@pytest.mark.parametrize("quote", ["'", ""])
def test_credit_cards_are_downloaded_once_and_then_read_from_the_cache(
    quote, server, monkeypatch, tmp_path
):
    point_fetchers_at(monkeypatch, server.url)
    numbers = serve_credit_cards(server, quote)
    X, y = fetch_public("creditcard", data_home=tmp_path)
    assert list(X.columns) == [*(f"V{i}" for i in range(1, 29)), "Amount"]
    np.testing.assert_allclose(X, numbers[:, 1:])
    assert y.tolist() == [0, 1, 0, 0, 1, 0]
    assert y.name == "creditcard"
    asked = server.requests
    assert asked > 0
    server.files = {}
    X_again, y_again = fetch_public("creditcard", data_home=tmp_path)
    pd.testing.assert_frame_equal(X, X_again)
    pd.testing.assert_series_equal(y, y_again)
    assert server.requests == asked


def test_mammography_is_downloaded_once_and_then_read_from_the_cache(server, monkeypatch, tmp_path):
    point_fetchers_at(monkeypatch, server.url)
    numbers = serve_mammography(server)
    X, y = fetch_public("mammography", data_home=tmp_path)
    np.testing.assert_allclose(X, numbers)
    assert y.tolist() == [0, 0, 1, 0, 0, 0, 1, 0]
    server.files = {}
    X_again, y_again = fetch_public("mammography", data_home=tmp_path)
    pd.testing.assert_frame_equal(X, X_again)
    pd.testing.assert_series_equal(y, y_again)
    assert server.requests == 1


def test_the_sets_are_those_that_the_libraries_have():
    assert ("creditcard", *MAP_NAME_ID_KEYS) == PUBLIC


SOURCES = [("creditcard", "openml.org"), ("mammography", "zenodo.org"), ("oil", "zenodo.org")]


@pytest.mark.parametrize(("name", "source"), SOURCES)
@pytest.mark.filterwarnings("error")
def test_offline_says_what_was_tried_and_that_the_course_goes_on(
    name, source, monkeypatch, tmp_path
):
    point_fetchers_at(monkeypatch, f"http://127.0.0.1:{free_port()}")
    with pytest.raises(DatasetUnavailable) as error:
        fetch_public(name, data_home=tmp_path)
    message = str(error.value)
    for part in (name, str(tmp_path), source, "No lesson needs", "make_transactions()", "connect"):
        assert part in message
    assert isinstance(error.value, OSError)
    assert error.value.__cause__ is not None


@pytest.mark.parametrize(("name", "source"), SOURCES)
def test_a_server_that_never_answers_is_given_up_on(name, source, monkeypatch, tmp_path):
    before = socket.getdefaulttimeout()
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        point_fetchers_at(monkeypatch, f"http://127.0.0.1:{silent.getsockname()[1]}")
        start = time.monotonic()
        with pytest.raises(DatasetUnavailable, match=name):
            fetch_public(name, data_home=tmp_path, timeout=0.2)
        assert time.monotonic() - start < 60  # it would wait for ever
    assert socket.getdefaulttimeout() == before


@pytest.mark.parametrize(("name", "source"), SOURCES)
def test_an_answer_that_is_not_the_data_is_reported(name, source, server, monkeypatch, tmp_path):
    point_fetchers_at(monkeypatch, server.url)
    page = gzip.compress(b"<html>Please log in to this network</html>")
    server.files = {"/collection.tar.gz": page, "/api/list/creditcard/data_version/1": page}
    with pytest.raises(DatasetUnavailable, match=name):
        fetch_public(name, data_home=tmp_path)


# The package


def test_the_package_itself_does_not_load_the_data_modules():
    code = "import sys, imbalance_lab; print('imbalance_lab.datasets' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_every_public_name_exists_and_is_documented():
    for name in datasets.__all__:
        value = getattr(datasets, name)
        if callable(value):
            assert value.__doc__, name
