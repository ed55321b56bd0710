"""The laboratory's customers and their history, and the protocols of the smaller studies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score

from imbalance_evidence.customers import HISTORY, history, make_customers
from imbalance_evidence.families import TABLE
from imbalance_evidence.pool import Pool
from imbalance_evidence.protocols.attracted import attracted
from imbalance_evidence.protocols.choice import RULES, choice
from imbalance_evidence.protocols.customers import SPLITS, customers
from imbalance_evidence.protocols.normed import KINDS
from imbalance_evidence.protocols.reduced import reduced
from imbalance_evidence.protocols.resampled import bounds
from imbalance_evidence.rows import execute
from imbalance_evidence.study import grid

GAUSS = "gauss n=300 prevalence=0.1"

SMALL_CELLS = [
    ("attracted", {"data": "mislabelled separation=4 wrong=3", "treatment": treatment})
    for treatment in ("smote", "adasyn")
]
SMALL_CELLS += [("choice", {"data": "gauss n=200 prevalence=0.2"})]
SMALL_CELLS += [
    ("customers", {"data": "customers n=100", "model": "logistic", "features": f, "split": split})
    for f, split in [("plain", "time"), *(("history", split) for split in SPLITS)]
]
SMALL_CELLS += [
    ("reduced", {"data": f"factors n=300 prevalence=0.1 signal={s}", "model": "logistic"} | more)
    for s, more in (("top", {"components": 5}), ("rest", {"treatment": "smote"}))
]
SMALL_CELLS += [
    ("resampled", {"data": data, "method": method})
    for data in (
        "fresh n=400 prevalence=0.1 recall=0.5 alarms=0.05",
        "pooled n=400 prevalence=0.1",
    )
    for method in ("plain", "stratified")
]


class TestCustomers:
    def test_its_rates_are_those_that_were_asked_for(self) -> None:
        frames = [make_customers(2000, fraud_rate=0.02, random_state=seed) for seed in range(3)]
        shares = [frame["is_fraud"].mean() for frame in frames]
        assert np.mean(shares) == pytest.approx(0.02, rel=0.1)
        for frame in frames:
            assert frame["time"].is_monotonic_increasing
            assert frame["time"].between(0, 150).all()
            assert (frame["episode"] >= 0).equals(frame["is_fraud"] == 1)
        again = make_customers(2000, fraud_rate=0.02, random_state=0)
        pd.testing.assert_frame_equal(frames[0], again)

    @pytest.mark.parametrize(("recurring", "share"), [(0.0, 0.08), (2.0, 0.29)])
    def test_victims_recur_as_it_says(self, recurring: float, share: float) -> None:
        # Of all episodes, those whose customer had another one.
        found = []
        for seed in range(5):
            frame = make_customers(800, recurring=recurring, random_state=seed)
            fraud = frame[frame["episode"] >= 0].groupby("episode")["customer"].first()
            found.append(fraud.duplicated().mean())
        assert np.mean(found) == pytest.approx(share, abs=0.03)

    def test_fraud_drifts_from_small_tests_to_large_takeovers(self) -> None:
        def change(drift: float) -> float:
            frame = make_customers(3000, drift=drift, random_state=0)
            fraud = frame[frame["is_fraud"] == 1]
            late = fraud["time"] > 75
            amount = fraud["log_amount"]
            return float(amount[late].mean() - amount[~late].mean())

        assert abs(change(0.0)) < 0.15
        assert change(1.0) > 0.3

    def test_a_customer_s_history_looks_at_nothing_later(self) -> None:
        frame = make_customers(100, fraud_rate=0.1, random_state=3)
        past = frame[frame["time"] < 90]
        now = history(frame).loc[past.index]
        pd.testing.assert_frame_equal(history(past), now)
        # Labels that were not known by day 90 change nothing before it, whatever they are.
        still_open = frame["known"] > 90
        assert (still_open & (frame["time"] < 90)).any()
        other = frame.assign(is_fraud=frame["is_fraud"].where(~still_open, 1))
        pd.testing.assert_frame_equal(history(other).loc[past.index], now)

    def test_history_by_hand(self) -> None:
        frame = pd.DataFrame(
            {
                "customer": [7, 7, 9, 7],
                "time": [1.0, 1.5, 2.0, 10.0],
                "known": [3.0, 40.0, 5.0, 50.0],
                "log_amount": [3.0, 5.0, 1.0, 4.0],
                "abroad": [0.0, 1.0, 0.0, 0.0],
                "merchant": [2, 2, 2, 3],
                "is_fraud": [1, 1, 0, 0],
            },
            index=[4, 3, 2, 1],
        )
        found = history(frame)
        assert list(found.columns) == list(HISTORY)
        first, second, other, last = (found.loc[i] for i in (4, 3, 2, 1))
        assert (first["past_rows"], first["since_last"], first["known_frauds"]) == (0, 30, 0)
        assert (second["last_day"], second["known_frauds"]) == (1, 0)  # not known before day 3
        assert other["past_rows"] == 0
        assert (last["past_rows"], last["last_week"], last["since_last"]) == (2, 0, 8.5)
        assert (last["known_frauds"], last["known_frauds_lately"]) == (1, 1)
        assert last["amount_to_usual"] == pytest.approx(4 - (3 + 5 + 3.3) / 3)
        assert last["merchant_share"] == pytest.approx(0.1 / 3)
        assert last["abroad_share"] == pytest.approx((1 + 0.06) / 3)

    def test_customers_are_split_whole_and_time_is_split_in_order(self) -> None:
        past = make_customers(50, random_state=0)
        rng = np.random.RandomState(0)
        by_customer = pd.Series(SPLITS["customers"](past, rng))
        assert by_customer.groupby(past["customer"]).nunique().max() == 1
        assert by_customer.nunique() == past["customer"].nunique()
        assert (np.diff(SPLITS["time"](past, rng)) >= 0).all()
        assert (np.diff(SPLITS["rows"](past, rng)) < 0).any()

    def test_a_random_split_promises_what_does_not_come(self) -> None:
        found = {
            split: customers("customers n=400", "boosting", features="plain", split=split)
            for split in ("rows", "time")
        }
        assert found["rows"]["excess"] > 0.3
        assert found["time"]["excess"] < 0.15

    @pytest.mark.parametrize(
        ("settings", "message"),
        [({"fraud_rate": 0.0}, "0 < fraud_rate < 1"), ({"drift": 2.0}, "drift <= 1")],
    )
    def test_an_unfit_number_is_refused(self, settings: dict, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            make_customers(10, **settings)


class TestProtocols:
    @pytest.mark.parametrize(("protocol", "cell"), SMALL_CELLS, ids=str)
    def test_every_protocol_makes_whole_rows_that_come_out_again(self, protocol, cell) -> None:
        (cell,) = grid(2, protocol, **cell).cells()
        row, _ = execute(protocol, cell, 1)
        again, _ = execute(protocol, cell, 1)
        assert row["error"] == ""
        for measure in set(Pool(protocol).measures) - {"seconds_to_fit"}:
            assert np.isfinite(row[measure])
            assert row[measure] == again[measure]

    @pytest.mark.parametrize(
        ("protocol", "cell"),
        [
            ("attracted", {"data": GAUSS, "treatment": "smote"}),
            ("customers", {"data": GAUSS, "model": "logistic"}),
            ("normed", {"data": GAUSS, "kind": "thick"}),
            ("reduced", {"data": "factors n=300 prevalence=0.1", "model": "logistic"}),
            ("resampled", {"data": GAUSS, "method": "plain"}),
        ],
    )
    def test_unfit_data_is_a_row_with_its_reason(self, protocol: str, cell: dict) -> None:
        row, _ = execute(protocol, grid(2, protocol, **cell).cells()[0], 0)
        assert "must" in row["error"]

    @pytest.mark.torch
    @pytest.mark.parametrize("kind", KINDS)
    def test_a_network_of_each_kind_learns_and_its_weights_flag_more(self, kind: str) -> None:
        flagged = {}
        for weights in ("none", "balanced"):
            cell = {"data": GAUSS, "kind": kind, "weights": weights, "length": 60}
            row, _ = execute("normed", grid(2, "normed", **cell).cells()[0], 0)
            assert row["error"] == ""
            assert row["roc_auc"] > 0.7
            flagged[weights] = row["recall_at_half"]
        assert flagged["balanced"] > flagged["none"]

    def test_adasyn_knows_no_model_and_follows_wrong_labels(self) -> None:
        apart = "mislabelled separation=5 wrong=3"
        found = {
            name: np.mean([attracted(apart, name, repeat=r)["outside"] for r in range(5)])
            for name in ("smote", "adasyn")
        }
        assert found["smote"] < 0.1
        assert found["adasyn"] > 0.5

    def test_components_keep_what_varies_most_and_lose_the_rest(self) -> None:
        ranks = {}
        for signal in ("top", "rest"):
            data = f"factors n=600 prevalence=0.1 signal={signal}"
            row = reduced(data, "logistic", components=10, tuned=False)
            ranks[signal] = row["average_precision"]
        assert ranks["top"] > ranks["rest"] + 0.3

    def test_each_rule_chooses_by_its_own_number(self) -> None:
        proba = np.array([0.1, 0.2, 0.6, 0.4, 0.9])
        y = np.array([0, 0, 0, 1, 1])
        assert RULES["accuracy"](y, proba, 10.0) == 0.6
        assert RULES["cost"](y, proba, 10.0) == pytest.approx(-11 / 5)
        assert RULES["cost_at_best"](y, proba, 10.0) == pytest.approx(-1 / 5)
        found = choice("gauss n=400 prevalence=0.05")
        assert found["half_by_accuracy"] >= found["half_by_cost"]

    def test_a_bootstrap_of_f1_agrees_with_rows_drawn_one_by_one(self) -> None:
        rng = np.random.default_rng(0)
        y, flagged = np.repeat([1, 0], [20, 80]), np.tile([True, False, False, False], 25)
        counts = np.array([[5, 15, 20, 60]])
        for method in ("plain", "stratified"):
            low, high = bounds(counts, method, 4000, rng)
            drawn = []
            for _ in range(1000):
                rows = rng.integers(0, 100, 100)
                if method == "stratified":
                    rows = np.append(rng.integers(0, 20, 20), 20 + rng.integers(0, 80, 80))
                drawn.append(f1_score(y[rows], flagged[rows]))
            assert (low[0], high[0]) == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.03)


class TestRealSets:
    def test_each_set_says_its_source_its_licence_and_where_that_stands(self) -> None:
        table = pd.read_csv(TABLE, keep_default_na=False)
        assert (table[["source", "licence", "confirmed"]] != "").all(axis=None)
        assert set(table["confirmed"]) == {"the repository", "the usage policy", "nothing found"}
        unknown = table["licence"] == "not stated"
        assert unknown.equals(table["confirmed"] == "nothing found")
        from_uci = table["source"].str.startswith("UCI ")
        assert from_uci.equals(table["confirmed"] == "the repository")
