"""Answers to lesson 08, focal loss."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, log_expit, logit, softplus
from sklearn.metrics import log_loss

from answers import Answers
from imbalance_lab.exercises.banks import FEATURES
from imbalance_lab.focal import fit_focal

answers = Answers("08-focal-loss/focal-loss")


def _margins(y, z):
    return np.array([b if a == 1 else -b for a, b in zip(y, z, strict=True)], dtype=float)


def _weights(y, alpha):
    return np.array([1.0 if alpha is None else alpha if a == 1 else 1 - alpha for a in y])


@answers.right("focal_loss")
def by_margin(y, z, gamma, alpha=None):
    m = _margins(y, z)
    return _weights(y, alpha) * expit(-m) ** gamma * softplus(-m)


@answers.right("focal_loss")
def in_logarithms(y, z, gamma, alpha=None):
    m = _margins(y, z)
    return _weights(y, alpha) * np.exp(gamma * log_expit(-m)) * -log_expit(m)


@answers.wrong("focal_loss", "one α for both classes")
def shared_alpha(y, z, gamma, alpha=None):
    return (1 if alpha is None else alpha) * by_margin(y, z, gamma)


@answers.wrong("focal_loss", "α weighs the negatives")
def alpha_on_negatives(y, z, gamma, alpha=None):
    return by_margin(y, z, gamma, None if alpha is None else 1 - alpha)


@answers.wrong("focal_loss", "α is forgotten")
def no_alpha(y, z, gamma, alpha=None):
    return by_margin(y, z, gamma)


@answers.wrong("focal_loss", "the factor takes p for p_t")
def p_for_p_t(y, z, gamma, alpha=None):
    p = expit(np.asarray(z, dtype=float))
    return _weights(y, alpha) * (1 - p) ** gamma * -log_expit(_margins(y, z))


@answers.wrong("focal_loss", "the easy rows get the attention")
def attends_to_easy(y, z, gamma, alpha=None):
    m = _margins(y, z)
    return _weights(y, alpha) * expit(m) ** gamma * -log_expit(m)


@answers.wrong("focal_loss", "it overflows for large logits")
def from_p_t(y, z, gamma, alpha=None):
    p_t = expit(_margins(y, z))
    return -_weights(y, alpha) * (1 - p_t) ** gamma * np.log(p_t)


@answers.wrong("focal_loss")
def squared_always(y, z, gamma, alpha=None):
    return by_margin(y, z, 2, alpha)


@answers.wrong("focal_loss")
def needs_alpha(y, z, gamma, alpha=0.25):
    return by_margin(y, z, gamma, 0.25 if alpha is None else alpha)


@answers.wrong("focal_loss", "without α both classes weigh one half")
def half_each(y, z, gamma, alpha=None):
    return by_margin(y, z, gamma, 0.5 if alpha is None else alpha)


@answers.wrong("focal_loss", "α = 0 is taken for no α")
def false_alpha(y, z, gamma, alpha=None):
    return by_margin(y, z, gamma, alpha or None)


@answers.wrong("focal_loss", "the mean instead of one value a row")
def mean_of_rows(y, z, gamma, alpha=None):
    return float(np.mean(by_margin(y, z, gamma, alpha)))


@answers.wrong("focal_loss", "a list is used as if it were an array")
def compares_a_list(y, z, gamma, alpha=None):
    m = np.where(y == 1, z, -z)
    weight = 1.0 if alpha is None else np.where(y == 1, alpha, 1 - alpha)
    return weight * expit(-m) ** gamma * softplus(-m)


@answers.wrong("focal_loss", "the sign is reversed")
def log_likelihood(y, z, gamma, alpha=None):
    return -by_margin(y, z, gamma, alpha)


@answers.wrong("focal_loss", "it overflows for large logits")
def by_way_of_p(y, z, gamma, alpha=None):
    y, p = np.asarray(y), 1 / (1 + np.exp(-np.asarray(z, dtype=float)))
    entropy = -(y * np.log(p) + (1 - y) * np.log(1 - p))
    return _weights(y, alpha) * expit(-_margins(y, z)) ** gamma * entropy


@answers.wrong("focal_loss", "probabilities are capped")
def capped(y, z, gamma, alpha=None):
    m = _margins(y, z)
    return -_weights(y, alpha) * expit(-m) ** gamma * np.log(np.clip(expit(m), 1e-15, 1))


@answers.wrong("focal_loss")
def logits_capped(y, z, gamma, alpha=None):
    return by_margin(y, np.clip(z, -500, 500), gamma, alpha)


@answers.wrong("focal_loss", "the index of a Series decides, not the order of the rows")
def aligned_loss(y, z, gamma, alpha=None):
    y = y if isinstance(y, pd.Series) else np.asarray(y)
    z = z if isinstance(z, pd.Series) else np.asarray(z, dtype=float)
    m = (2 * y - 1) * z
    return _weights(list(y), alpha) * expit(-m) ** gamma * softplus(-m)


@answers.wrong("focal_loss")
def gamma_as_whole_number(y, z, gamma, alpha=None):
    return by_margin(y, z, int(gamma), alpha)


@answers.right("focal_gradient")
def slope_by_margin(y, z, gamma, alpha=None):
    m = _margins(y, z)
    up = expit(-m) ** gamma * (gamma * expit(m) * softplus(-m) + expit(-m))
    return np.where(np.asarray(y) == 1, -1, 1) * _weights(y, alpha) * up


@answers.right("focal_gradient")
def slope_by_complex_step(y, z, gamma, alpha=None):
    m, h = _margins(y, z) + 0j, 1e-30
    m = m + 1j * h
    # The large part is taken out by hand; numpy's functions accept complex numbers.
    tail = np.exp(-np.where(m.real > 0, m, -m))
    entropy = np.where(m.real > 0, 0, -m) + np.log1p(tail)
    rest = np.where(m.real > 0, tail / (1 + tail), 1 / (1 + tail))
    slope = (rest**gamma * entropy).imag / h
    return np.where(np.asarray(y) == 1, 1, -1) * _weights(y, alpha) * slope


@answers.wrong("focal_gradient", "the factor is treated as a constant")
def weighted_residual(y, z, gamma, alpha=None):
    y, p = np.asarray(y), expit(np.asarray(z, dtype=float))
    return _weights(y, alpha) * expit(-_margins(y, z)) ** gamma * (p - y)


@answers.wrong("focal_gradient", "the slope along the margin, not along the logit")
def slope_of_margin(y, z, gamma, alpha=None):
    return -np.abs(slope_by_margin(y, z, gamma, alpha))


@answers.wrong("focal_gradient", "the slope along the probability")
def slope_of_probability(y, z, gamma, alpha=None):
    p = expit(np.asarray(z, dtype=float))
    return slope_by_margin(y, z, gamma, alpha) / (p * (1 - p))


@answers.wrong("focal_gradient", "the sign is reversed")
def uphill(y, z, gamma, alpha=None):
    return -slope_by_margin(y, z, gamma, alpha)


@answers.wrong("focal_gradient", "α is forgotten")
def slope_without_alpha(y, z, gamma, alpha=None):
    return slope_by_margin(y, z, gamma)


@answers.wrong("focal_gradient", "α weighs the negatives")
def slope_alpha_swapped(y, z, gamma, alpha=None):
    return slope_by_margin(y, z, gamma, None if alpha is None else 1 - alpha)


@answers.wrong("focal_gradient", "it overflows for large logits")
def slope_from_p(y, z, gamma, alpha=None):
    p_t = expit(_margins(y, z))
    size = (1 - p_t) ** gamma * (1 - p_t - gamma * p_t * np.log(p_t))
    return np.where(np.asarray(y) == 1, -1, 1) * _weights(y, alpha) * size


@answers.wrong("focal_gradient", "without α both classes weigh one half")
def slope_half_each(y, z, gamma, alpha=None):
    return slope_by_margin(y, z, gamma, 0.5 if alpha is None else alpha)


@answers.wrong("focal_gradient", "α = 0 is taken for no α")
def slope_false_alpha(y, z, gamma, alpha=None):
    return slope_by_margin(y, z, gamma, alpha or None)


@answers.wrong("focal_gradient", "a list is used as if it were an array")
def slope_compares_a_list(y, z, gamma, alpha=None):
    return slope_by_margin(np.where(y == 1, 1, 0) * np.ones(len(z)), z, gamma, alpha)


@answers.wrong("focal_gradient", "the index of a Series decides, not the order of the rows")
def slope_aligned(y, z, gamma, alpha=None):
    y = y.reindex(z.index, fill_value=0) if isinstance(y, pd.Series) else y
    return slope_by_margin(y, z, gamma, alpha)


@answers.wrong("focal_gradient", "0 to a negative power, where a row is surely right")
def product_rule_as_typed(y, z, gamma, alpha=None):
    m = _margins(y, z)
    p, q, s = expit(m), expit(-m), softplus(-m)
    slope = -gamma * q ** (gamma - 1) * p * q * s - q**gamma * q
    return np.where(np.asarray(y) == 1, 1, -1) * _weights(y, alpha) * slope


@answers.wrong("focal_gradient", "divided by the number of rows")
def mean_slope(y, z, gamma, alpha=None):
    return slope_by_margin(y, z, gamma, alpha) / len(y)


@answers.wrong("focal_gradient")
def coarse_differences(y, z, gamma, alpha=None):
    z = np.asarray(z, dtype=float)
    return (by_margin(y, z + 0.05, gamma, alpha) - by_margin(y, z - 0.05, gamma, alpha)) / 0.1


@answers.right("true_probability")
def balance_of_pulls(p, gamma, alpha=0.5):
    z = logit(np.asarray(p, dtype=float))
    up = np.abs(slope_by_margin(np.ones(len(z)), z, gamma, alpha))
    down = slope_by_margin(np.zeros(len(z)), z, gamma, alpha)
    return down / (up + down)


@answers.right("true_probability")
def by_root_finding(p, gamma, alpha=0.5):
    def excess(truth, said):
        z = logit(said)
        up = slope_by_margin([1], [z], gamma, alpha)[0]
        return truth * up + (1 - truth) * slope_by_margin([0], [z], gamma, alpha)[0]

    return [brentq(excess, 0, 1, args=(said,), xtol=1e-15) for said in p]


@answers.wrong("true_probability", "α is undone, γ is not")
def only_alpha(p, gamma, alpha=0.5):
    odds = np.asarray(p) / (1 - np.asarray(p)) * (1 - alpha) / alpha
    return odds / (1 + odds)


@answers.wrong("true_probability", "γ is undone, α is not")
def only_gamma(p, gamma, alpha=0.5):
    return balance_of_pulls(p, gamma)


@answers.wrong("true_probability", "α and 1 − α are swapped")
def swapped_weights(p, gamma, alpha=0.5):
    return balance_of_pulls(p, gamma, 1 - alpha)


@answers.wrong("true_probability", "the probability of the negative class")
def other_class(p, gamma, alpha=0.5):
    return 1 - balance_of_pulls(p, gamma, alpha)


@answers.wrong("true_probability", "odds are returned")
def as_odds(p, gamma, alpha=0.5):
    truth = balance_of_pulls(p, gamma, alpha)
    return truth / (1 - truth)


@answers.wrong("true_probability", "what the model says is believed")
def believed(p, gamma, alpha=0.5):
    return np.asarray(p, dtype=float)


@answers.wrong("true_probability", "a list is used as if it were an array")
def odds_of_a_list(p, gamma, alpha=0.5):
    up = alpha * (1 - p) ** gamma * (1 - p - gamma * p * np.log(p))
    down = (1 - alpha) * p**gamma * (p - gamma * (1 - p) * np.log(1 - p))
    return down / (up + down)


@answers.wrong("true_probability")
def up_without_alpha(p, gamma, alpha=0.5):
    p = np.asarray(p, dtype=float)
    up = (1 - p) ** gamma * (1 - p - gamma * p * np.log(p))
    down = (1 - alpha) * p**gamma * (p - gamma * (1 - p) * np.log(1 - p))
    return down / (up + down)


@answers.wrong("true_probability")
def factor_alone(p, gamma, alpha=0.5):
    # Balances the losses of both classes with a factor that is held fixed.
    p = np.asarray(p, dtype=float)
    up, down = alpha * (1 - p) ** (gamma + 1), (1 - alpha) * p ** (gamma + 1)
    return down / (up + down)


@answers.wrong("true_probability")
def by_power(p, gamma, alpha=0.5):
    return np.asarray(p, dtype=float) ** (1 + gamma / 2)


# choose_focal


def _says(gamma, alpha, train, valid):
    return fit_focal(train[list(FEATURES)], train["is_fraud"], gamma, alpha)(valid[list(FEATURES)])


def _bill(says, table, price, rule):
    alarm = says >= 0.5 if rule == "half" else says * table["loss"] >= price
    missed = (table["loss"] * table["is_fraud"])[~alarm].sum()
    return price * alarm.sum() + missed


def _cheapest(tried, train, valid, price, rule):
    bills = [_bill(_says(*one, train, valid), valid, price, rule) for one in tried]
    return tried[int(np.argmin(bills))]


@answers.right("choose_focal")
def by_the_law(train, valid, price, rule):
    if rule == "loss":
        return [0, 0.5]
    miss = valid["loss"].max()
    return [0, (miss - price) / miss]


@answers.right("choose_focal")
def by_the_law_with_gamma(train, valid, price, rule):
    return (0, 0.5) if rule == "loss" else (2.0, 1 - price / train["loss"].mean())


@answers.right("choose_focal")
def cheapest_of_four(train, valid, price, rule):
    return _cheapest([(0, 0.5), (0, 0.75), (0, 0.9), (0, 0.98)], train, valid, price, rule)


@answers.right("choose_focal")
def cheapest_of_eight(train, valid, price, rule):
    tried = [(gamma, alpha) for gamma in (0, 2) for alpha in (0.5, 0.75, 0.9, 0.97)]
    return _cheapest(tried, train, valid, price, rule)


@answers.wrong("choose_focal", "the same γ and α for every bank")
def as_in_the_paper(train, valid, price, rule):
    return 2, 0.25


@answers.wrong("choose_focal", "the same γ and α for every bank")
def untouched(train, valid, price, rule):
    return 0, 0.5


@answers.wrong("choose_focal", "the same γ and α for every bank")
def best_constant(train, valid, price, rule):
    return 0, 0.7


@answers.wrong("choose_focal", "α is the share of fraud")
def share_of_fraud(train, valid, price, rule):
    return 2, float(train["is_fraud"].mean())


@answers.wrong("choose_focal", "α balances the classes, whatever a miss costs")
def balanced(train, valid, price, rule):
    return 0, float(1 - train["is_fraud"].mean())


@answers.wrong("choose_focal", "α is lowered where a miss costs much")
def lowered(train, valid, price, rule):
    return (0, 0.5) if rule == "loss" else (0, float(price / valid["loss"].mean()))


@answers.wrong("choose_focal", "γ is above 0 where the probability is multiplied by euros")
def always_focused(train, valid, price, rule):
    return (2, 0.5) if rule == "loss" else (2, float(1 - price / valid["loss"].mean()))


@answers.wrong("choose_focal", "the price of a miss is counted twice")
def priced_twice(train, valid, price, rule):
    return 0, float(1 - price / valid["loss"].mean())


@answers.wrong("choose_focal", "the same γ and α for every bank")
def by_log_loss_alone(train, valid, price, rule):
    y = valid["is_fraud"]
    tried = [(0, 0.5), (0, 0.9), (2, 0.25)]
    return min(tried, key=lambda one: log_loss(y, _says(*one, train, valid)))


@answers.wrong("choose_focal")
def in_the_wrong_order(train, valid, price, rule):
    return by_the_law(train, valid, price, rule)[::-1]
