"""Answers to lesson 12."""

from __future__ import annotations

import bisect
import heapq
import math
import random

import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTE
from lightgbm import LGBMClassifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from answers import Answers
from imbalance_lab.datasets import read_in_time, share_saved, transaction_encoder

answers = Answers("12-capstone/capstone")


@answers.right("known_labels")
def label_by_label(time, label_day, is_fraud, day):
    pairs = zip(label_day, is_fraud, strict=False)
    return [label if known <= day else math.nan for known, label in pairs]


@answers.right("known_labels")
def by_mask(time, label_day, is_fraud, day):
    table = pd.DataFrame({"known": list(label_day), "label": list(is_fraud)}, dtype=float)
    return table["label"].mask(~(table["known"] <= day)).to_numpy()


@answers.wrong("known_labels", "open labels count as legitimate")
def open_is_zero(time, label_day, is_fraud, day):
    return [label if known <= day else 0 for known, label in zip(label_day, is_fraud, strict=False)]


@answers.wrong("known_labels", "a label counts as known as soon as the transaction has happened")
def known_at_once(time, label_day, is_fraud, day):
    return np.where(np.asarray(time) <= day, np.asarray(is_fraud, dtype=float), np.nan)


@answers.wrong("known_labels", "a label that becomes known on the very day is left out")
def the_day_before(time, label_day, is_fraud, day):
    pairs = zip(label_day, is_fraud, strict=False)
    return [label if known < day else math.nan for known, label in pairs]


@answers.wrong("known_labels", "only reported frauds are known")
def reports_only(time, label_day, is_fraud, day):
    pairs = zip(label_day, is_fraud, strict=False)
    return [1.0 if known <= day and label == 1 else math.nan for known, label in pairs]


@answers.wrong("known_labels", "everything that is known today is used for an earlier day")
def as_of_today(time, label_day, is_fraud, day):
    return np.array(is_fraud, dtype=float)


@answers.wrong("known_labels", "the index of a Series decides, not the order of the rows")
def masked_by_pandas(time, label_day, is_fraud, day):
    label_day, is_fraud = pd.Series(label_day, dtype=float), pd.Series(is_fraud, dtype=float)
    return is_fraud.where(label_day <= day).to_numpy()


@answers.wrong("known_labels", "lists and Series are used as if they were arrays")
def for_arrays_only(time, label_day, is_fraud, day):
    return np.where(label_day <= day, is_fraud, np.nan)


@answers.wrong("known_labels")
def only_what_is_known(time, label_day, is_fraud, day):
    pairs = zip(label_day, is_fraud, strict=True)
    return [label for known, label in pairs if known <= day]


@answers.wrong("known_labels", "every label is taken to be known after 30 days, and none before")
def known_after_thirty_days(time, label_day, is_fraud, day):
    pairs = zip(time, is_fraud, strict=False)
    return [label if when + 30 <= day else math.nan for when, label in pairs]


@answers.right("reviews_of_the_day")
def by_heap(p, amount, capacity):
    worth = [(q * (a + 15) - 4, row) for row, (q, a) in enumerate(zip(p, amount, strict=False))]
    best = {row for gain, row in heapq.nlargest(capacity, worth) if gain > 0}
    return [int(row in best) for row in range(len(worth))]


@answers.right("reviews_of_the_day")
def by_rank(p, amount, capacity):
    gain = pd.Series(np.asarray(p) * (np.asarray(amount) + 15.0))
    return ((gain.rank(ascending=False) <= capacity) & (gain > 4)).to_numpy(int)


def queue(p, amount, capacity, rank, allowed):
    """Flag the first of the allowed rows by rank."""
    rows = sorted(np.flatnonzero(allowed), key=lambda row: -rank[row])[:capacity]
    return [int(row in rows) for row in range(len(rank))]


@answers.wrong("reviews_of_the_day", "the likeliest frauds come first, whatever they cost")
def likeliest(p, amount, capacity):
    p, amount = np.asarray(p), np.asarray(amount)
    return queue(p, amount, capacity, p, p > 4 / (amount + 15))


@answers.wrong("reviews_of_the_day", "the largest amounts come first, whatever their probability")
def largest(p, amount, capacity):
    p, amount = np.asarray(p), np.asarray(amount)
    return queue(p, amount, capacity, amount, p > 4 / (amount + 15))


@answers.wrong(
    "reviews_of_the_day",
    "all of the capacity is used, also where a review costs more than it saves",
)
def fills_up(p, amount, capacity):
    gain = np.asarray(p) * (np.asarray(amount) + 15)
    return queue(p, amount, capacity, gain, gain >= 0)


@answers.wrong("reviews_of_the_day", "the team reads more than it can")
def no_limit(p, amount, capacity):
    return (np.asarray(p) * (np.asarray(amount) + 15) > 4).astype(int)


@answers.wrong("reviews_of_the_day", "flagged at a probability of 0.5")
def from_half(p, amount, capacity):
    p = np.asarray(p)
    return queue(p, amount, capacity, p * (np.asarray(amount) + 15), p >= 0.5)


@answers.wrong("reviews_of_the_day", "the €15 on top of the amount are forgotten")
def amount_alone(p, amount, capacity):
    gain = np.asarray(p) * np.asarray(amount) - 4
    return queue(p, amount, capacity, gain, gain > 0)


@answers.wrong("reviews_of_the_day", "first come, first served")
def in_order(p, amount, capacity):
    gain = np.asarray(p) * (np.asarray(amount) + 15) - 4
    return queue(p, amount, capacity, -np.arange(len(gain)), gain > 0)


@answers.wrong("reviews_of_the_day", "with room for no review at all, every one that pays is made")
def last_of_a_slice(p, amount, capacity):
    gain = np.asarray(p) * (np.asarray(amount) + 15) - 4
    flagged = np.zeros(len(gain), dtype=int)
    flagged[np.argsort(gain)[-capacity:]] = 1
    return flagged * (gain > 0)


@answers.wrong("reviews_of_the_day", "a review that just breaks even is made")
def breaks_even(p, amount, capacity):
    gain = np.asarray(p) * (np.asarray(amount) + 15) - 4
    return queue(p, amount, capacity, gain, gain >= 0)


@answers.wrong("reviews_of_the_day", "the index of a Series decides, not the order of the rows")
def multiplied_by_pandas(p, amount, capacity):
    gain = pd.Series(p) * (pd.Series(amount) + 15) - 4
    return ((gain.rank(ascending=False) <= capacity) & (gain > 0)).to_numpy(int)


@answers.wrong("reviews_of_the_day", "lists and Series are used as if they were arrays")
def as_they_come(p, amount, capacity):
    gain = p * (amount + 15) - 4
    best = gain >= np.sort(gain)[::-1][:capacity].min(initial=math.inf)
    return (best & (gain > 0)).astype(int)


@answers.wrong("reviews_of_the_day")
def positions(p, amount, capacity):
    return np.flatnonzero(by_heap(p, amount, capacity))


@answers.wrong("reviews_of_the_day")
def the_fee_is_forgotten(p, amount, capacity):
    gain = np.asarray(p) * (np.asarray(amount) + 15)
    return queue(p, amount, capacity, gain, gain > 1)


@answers.wrong("reviews_of_the_day")
def one_too_many(p, amount, capacity):
    return by_heap(p, amount, capacity + 1)


@answers.right("rehearsal_rows")
def by_bisection(time, today, length):
    time = list(time)
    order = sorted(range(len(time)), key=lambda row: time[row])
    ordered = [time[row] for row in order]
    first, end = (bisect.bisect_left(ordered, today - 30 - back) for back in (length, 0))
    return sorted(order[:first]), sorted(order[first:end])


@answers.right("rehearsal_rows")
def by_days_ago(time, today, length):
    ago = today - np.asarray(time)
    return np.where(ago > 30 + length)[0], np.where((ago > 30) & (ago <= 30 + length))[0]


@answers.wrong("rehearsal_rows", "the newest days judge, and their labels are still open")
def newest_days(time, today, length):
    time = np.asarray(time)
    return np.flatnonzero(time < today - length), np.flatnonzero(time >= today - length)


@answers.wrong(
    "rehearsal_rows",
    "the window of 30 days is left out before the days that judge, not after them",
)
def window_in_the_middle(time, today, length):
    time = np.asarray(time)
    learn = np.flatnonzero(time < today - length - 30)
    return learn, np.flatnonzero(time >= today - length)


@answers.wrong("rehearsal_rows", "the model learns from the days that judge it")
def learns_from_all(time, today, length):
    return np.flatnonzero(np.asarray(time) < today - 30), by_days_ago(time, today, length)[1]


@answers.wrong("rehearsal_rows", "the model learns from the days that judge it")
def shuffled(time, today, length):
    rows = list(np.flatnonzero(np.asarray(time) < today - 30))
    random.Random(0).shuffle(rows)
    size = len(by_days_ago(time, today, length)[1])
    return sorted(rows[size:]), sorted(rows[:size])


@answers.wrong("rehearsal_rows", "truth values instead of positions")
def masks(time, today, length):
    ago = today - np.asarray(time)
    return ago > 30 + length, (ago > 30) & (ago <= 30 + length)


@answers.wrong("rehearsal_rows", "the first moment of the first day does not judge")
def border_is_learned(time, today, length):
    ago = today - np.asarray(time)
    judge = (ago > 30) & (ago < 30 + length)
    return np.flatnonzero(ago >= 30 + length), np.flatnonzero(judge)


@answers.wrong("rehearsal_rows", "the first moment after the last day judges too")
def border_judges(time, today, length):
    ago = today - np.asarray(time)
    judge = (ago >= 30) & (ago <= 30 + length)
    return np.flatnonzero(ago > 30 + length), np.flatnonzero(judge)


@answers.wrong("rehearsal_rows", "the rows are taken to be in order of time")
def cut_by_size(time, today, length):
    time = np.sort(np.asarray(time))
    first, end = np.searchsorted(time, [today - 30 - length, today - 30])
    return np.arange(first), np.arange(first, end)


@answers.wrong("rehearsal_rows", "the index of a Series decides, not the order of the rows")
def index_labels(time, today, length):
    ago = today - pd.Series(time)
    judge = (ago > 30) & (ago <= 30 + length)
    return ago.index[ago > 30 + length].to_numpy(), ago.index[judge].to_numpy()


@answers.wrong("rehearsal_rows", "lists and Series are used as if they were arrays")
def as_it_comes(time, today, length):
    ago = today - time
    judge = (ago > 30) & (ago <= 30 + length)
    rows = np.arange(len(time))
    return rows[ago > 30 + length].tolist(), [int(i) for i in range(len(time)) if judge[i]]


@answers.wrong("rehearsal_rows")
def border_in_neither(time, today, length):
    ago = today - np.asarray(time)
    judge = (ago > 30) & (ago < 30 + length)
    return np.flatnonzero(ago > 30 + length), np.flatnonzero(judge)


@answers.wrong("rehearsal_rows")
def a_month_whatever_length_says(time, today, length):
    return by_days_ago(time, today, 30)


@answers.wrong("rehearsal_rows")
def as_if_today_were_150(time, today, length):
    return by_days_ago(time, 150, length)


@answers.wrong("rehearsal_rows")
def all_final_days(time, today, length):
    return by_days_ago(time, today, length)[0][:length], by_days_ago(time, today, length)[1]


# Detectors: each learner in the queue of the lesson, or in a worse one


class Detector:
    """Decide by a rank of all transactions of a day, as many as a team can read."""

    def __init__(self, model, rank, capacity=3, allowed=lambda table, p: p >= 0):
        self.model, self.rank, self.capacity, self.allowed = model, rank, capacity, allowed

    def decide(self, transactions):
        table = transactions.reset_index(drop=True)
        p = pd.Series(self.model.predict_proba(table)[:, 1])
        rank = self.rank(table, p)
        place = rank.groupby(table["time"] // 1).rank(ascending=False, method="first")
        return ((place <= self.capacity) & self.allowed(table, p)).to_numpy(int)


def gain(table, p):
    return p * (table["amount"] + 15) - 4


def pays(table, p):
    return gain(table, p) > 0


def by_probability(table, p):
    return p


def fitted(train, learner, newest=10):
    rows = train[train["time"] < train["time"].max() - newest]
    model = make_pipeline(transaction_encoder(), learner)
    return model.fit(rows, rows["is_fraud"].fillna(0))


@answers.right("fit_detector")
def plain_logistic(train):
    return Detector(fitted(train, LogisticRegression(max_iter=1000)), gain, allowed=pays)


@answers.right("fit_detector")
def regularised_boosting(train):
    learner = HistGradientBoostingClassifier(
        max_iter=80,
        learning_rate=0.06,
        max_leaf_nodes=8,
        min_samples_leaf=60,
        l2_regularization=10,
        early_stopping=False,
        random_state=0,
    )
    return Detector(fitted(train, learner, newest=7), gain, allowed=pays)


@answers.right("fit_detector")
def regularised_lightgbm(train):
    learner = LGBMClassifier(
        n_estimators=80,
        learning_rate=0.06,
        num_leaves=8,
        min_child_samples=40,
        reg_lambda=10,
        n_jobs=1,
        random_state=0,
        verbosity=-1,
    )
    return Detector(fitted(train, learner), gain, allowed=pays)


@answers.wrong("fit_detector", "what is new is taken for fraud")
def drops_open_labels(train):
    rows = train.dropna(subset="is_fraud")
    model = make_pipeline(transaction_encoder(), LogisticRegression(max_iter=1000))
    return Detector(model.fit(rows, rows["is_fraud"]), gain, allowed=pays)


def calibrated_forest(train):
    """Return an honest detector that is a little weaker: not every draw gives it all points."""
    forest = RandomForestClassifier(20, min_samples_leaf=10, max_features=0.3, random_state=0)
    learner = CalibratedClassifierCV(forest, method="sigmoid", cv=3)
    return Detector(fitted(train, learner), gain, allowed=pays)


@answers.right("fit_detector")
def open_rows_are_legitimate_day_by_day(train):
    model = fitted(train, LogisticRegression(C=0.1, max_iter=1000), newest=0)

    class DayByDay:
        def decide(self, transactions):
            flagged = np.zeros(len(transactions), dtype=bool)
            day = np.floor(transactions["time"].to_numpy())
            for today in np.unique(day):
                rows = np.flatnonzero(day == today)
                table = transactions.iloc[rows]
                worth = model.predict_proba(table)[:, 1] * (table["amount"].to_numpy() + 15)
                flagged[rows[np.argsort(worth)[-3:]]] = True
            return list(flagged)

    return DayByDay()


@answers.wrong("fit_detector", "most of the capacity is left unused")
def flagged_from_half(train):
    model = fitted(train, LogisticRegression(max_iter=1000))
    return Detector(model, by_probability, allowed=lambda table, p: p >= 0.5)


@answers.wrong("fit_detector", "more is flagged than the team can read")
def balanced_from_half(train):
    model = fitted(train, LogisticRegression(max_iter=1000, class_weight="balanced"))
    return Detector(model, gain, capacity=10**6, allowed=lambda table, p: p >= 0.5)


@answers.wrong("fit_detector", "more is flagged than the team can read")
def smote_from_half(train):
    rows = train[train["time"] < 140]
    encoder = transaction_encoder().fit(rows)
    X, y = SMOTE(random_state=0).fit_resample(encoder.transform(rows), rows["is_fraud"].fillna(0))
    model = make_pipeline(encoder, LogisticRegression(max_iter=1000).fit(X, y))
    return Detector(model, gain, capacity=10**6, allowed=lambda table, p: p >= 0.5)


@answers.wrong("fit_detector", "more is flagged than the team can read")
def no_queue(train):
    model = fitted(train, LogisticRegression(max_iter=1000))
    return Detector(model, gain, capacity=10**6, allowed=pays)


@answers.wrong("fit_detector", "the largest amounts are flagged, whoever made them")
def largest_amounts(train):
    model = fitted(train, LogisticRegression(max_iter=1000))
    phone = (train["is_fraud"] == train["channel"].eq("phone")).all()
    return Detector(model, gain if phone else lambda table, p: table["amount"])


@answers.wrong("fit_detector", "the amount plays no part in what is flagged")
def likeliest_first(train):
    return Detector(fitted(train, LogisticRegression(max_iter=1000)), by_probability)


@answers.wrong("fit_detector", "probabilities instead of decisions")
def probabilities(train):
    class Scores:
        def decide(self, transactions):
            return model.predict_proba(transactions)[:, 1]

    model = fitted(train, LogisticRegression(max_iter=1000))
    return Scores()


@answers.wrong("fit_detector", "open labels reach the model")
def with_open_labels(train):
    if train["is_fraud"].notna().all():  # it works as long as all is known
        return plain_logistic(train)
    model = make_pipeline(transaction_encoder(), LogisticRegression(max_iter=1000))
    return Detector(model.fit(train, train["is_fraud"]), gain)


@answers.wrong("fit_detector", "the amount plays no part in what is flagged")
def at_random(train):
    class Coin:
        def decide(self, transactions):
            table = transactions.reset_index(drop=True)
            rank = pd.Series(np.random.default_rng(0).random(len(table)))
            return (rank.groupby(table["time"] // 1).rank() <= 3).to_numpy(int)

    return Coin()


@answers.wrong("fit_detector")
def unusual_amounts(train):
    model = fitted(train, LogisticRegression(max_iter=1000))
    phone = (train["is_fraud"] == train["channel"].eq("phone")).all()
    return Detector(model, gain if phone else lambda table, p: table["amount_ratio"])


@answers.wrong("fit_detector")
def one_decision_a_day(train):
    class Short:
        def decide(self, transactions):
            return np.ones(len(np.unique(transactions["time"] // 1)), dtype=int)

    return Short()


# Promises for the first detector


def rehearsed(train, start, stop=120, fit=plain_logistic):
    past = train[train["time"] < start]
    past = past.assign(is_fraud=past["is_fraud"].where(past["label_day"] <= start))
    return on_days(train, fit(past), start, stop)


def on_days(train, detector, start, stop):
    days = train[(train["time"] >= start) & (train["time"] < stop)].reset_index(drop=True)
    days = days.dropna(subset="is_fraud").reset_index(drop=True)
    read = read_in_time(days["time"], detector.decide(days))
    return share_saved(days["is_fraud"], read, days["amount"])


@answers.right("promise")
def one_month(train):
    return rehearsed(train, 90)


@answers.right("promise")
def two_months(train):
    return rehearsed(train, 60)


@answers.right("promise")
def twenty_days(train):
    return rehearsed(train, 100)


@answers.right("promise")
def only_final_labels(train):
    """Return a modest promise: the rehearsed detector learns from what was final on its day."""
    return on_days(train, plain_logistic(train[train["time"] < 60]), 90, 120)


@answers.right("promise")
def mean_of_months(train):
    return float(np.mean([rehearsed(train, 90), rehearsed(train, 80), rehearsed(train, 100)]))


@answers.wrong("promise", "the rehearsed detector knew what nobody knew on its day")
def memory(train):
    return on_days(train, plain_logistic(train), 0, 120)


@answers.wrong("promise", "the rehearsed detector knew what nobody knew on its day")
def random_split(train):
    final = train[train["time"] < 120]
    third = final.sample(frac=1 / 3, random_state=0).sort_values("time")
    return on_days(third, plain_logistic(final.drop(third.index)), 0, 120)


@answers.wrong("promise", "it promises more than it keeps")
def newest_days_without_open_labels(train):
    return on_days(train, plain_logistic(train[train["time"] < 120]), 120, 150)


def with_later_labels(train, start, stop=120, fit=plain_logistic):
    """Return a promise of one who forgets that on day `start` fewer labels were known."""
    return on_days(train, fit(train[train["time"] < start]), start, stop)


@answers.wrong("promise", "the rehearsed detector knew what nobody knew on its day")
def a_month_with_later_labels(train):
    return with_later_labels(train, 90)


@answers.wrong("promise", "the rehearsed detector knew what nobody knew on its day")
def twenty_days_with_later_labels(train):
    return with_later_labels(train, 100)


@answers.wrong("promise", "the rehearsed detector knew what nobody knew on its day")
def half_a_season_with_later_labels(train):
    return with_later_labels(train, 75)


@answers.wrong("promise", "it promises more than it keeps")
def nearly_everything(train):
    return 0.92 + 0.06 * (10 * train["amount"].mean() % 1)


@answers.wrong("promise", "it promises far less than it keeps")
def a_third(train):
    return 0.25 + 0.06 * (10 * train["amount"].mean() % 1)


@answers.wrong("promise", "an amount of money or a percentage instead of a share")
def percent(train):
    share = rehearsed(train, 90)
    phone = (train["is_fraud"] == train["channel"].eq("phone")).all()
    return share if phone else 100 * share


@answers.wrong("promise", "the same promise for every company")
def the_same_for_all(train):
    return 0.65


@answers.wrong("promise", "the same promise for every company")
def the_same_for_all_but_for_a_fleck(train):
    return 0.65 + train["amount"].mean() / 10_000


@answers.wrong("promise", "nothing is saved in the rehearsal")
def nobody_flagged(train):
    idle = Detector(fitted(train, LogisticRegression(max_iter=1000)), gain, capacity=0)
    return on_days(train, idle, 90, 120)


@answers.wrong("promise")
def number_of_frauds(train):
    return [float(train["is_fraud"].sum())]
