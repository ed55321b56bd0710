"""Answers to lesson 08, focal loss."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, log_expit, logit, softplus

from answers import Answers

answers = Answers("08-focal-loss/focal-loss")


def _margins(y, z):
    return np.array([b if a == 1 else -b for a, b in zip(y, z, strict=True)], dtype=float)


def _weights(y, alpha):
    return np.array([1.0 if alpha is None else alpha if a == 1 else 1 - alpha for a in y])


@answers.right("bce_with_logits")
def by_log_expit(y, z):
    return -log_expit(_margins(y, z))


@answers.right("bce_with_logits")
def by_logaddexp(y, z):
    y, z = np.asarray(y), np.asarray(z, dtype=float)
    return np.logaddexp(0, z) - y * z


@answers.right("bce_with_logits")
def row_by_row(y, z):
    return [max(-m, 0) + math.log1p(math.exp(-abs(m))) for m in _margins(y, z).tolist()]


@answers.wrong("bce_with_logits", "the logit is taken for a probability")
def takes_probability(y, z):
    y, z = np.asarray(y), np.asarray(z, dtype=float)
    return -np.log(np.where(y == 1, z, 1 - z))


@answers.wrong("bce_with_logits", "the mean instead of one loss a row")
def mean_loss(y, z):
    return by_log_expit(y, z).mean()


@answers.wrong("bce_with_logits", "the two classes are swapped")
def classes_swapped(y, z):
    return by_log_expit(y, -np.asarray(z, dtype=float))


@answers.wrong("bce_with_logits", "the sign is reversed")
def log_likelihood(y, z):
    return log_expit(_margins(y, z))


@answers.wrong("bce_with_logits", "it overflows for large logits")
def by_way_of_p(y, z):
    y, p = np.asarray(y), 1 / (1 + np.exp(-np.asarray(z, dtype=float)))
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


@answers.wrong("bce_with_logits", "it overflows for large logits")
def plain_softplus(y, z):
    return np.log(1 + np.exp(-_margins(y, z)))


@answers.wrong("bce_with_logits", "probabilities are capped")
def capped(y, z):
    p_t = expit(_margins(y, z))
    return -np.log(np.clip(p_t, 1e-15, 1))


@answers.wrong("bce_with_logits", "probabilities are capped")
def with_epsilon(y, z):
    return -np.log(expit(_margins(y, z)) + 1e-9)


@answers.wrong("bce_with_logits")
def logits_capped(y, z):
    return by_log_expit(y, np.clip(z, -500, 500))


@answers.wrong("bce_with_logits")
def squared_error(y, z):
    return (expit(np.asarray(z, dtype=float)) - np.asarray(y)) ** 2


@answers.wrong("bce_with_logits", "a list is used as if it were an array")
def arithmetic_on_lists(y, z):
    return np.maximum(z, 0) - y * np.asarray(z) * 1.0 + np.log1p(np.exp(-abs(z)))


@answers.wrong("bce_with_logits", "the index of a Series decides, not the order of the rows")
def aligned_rows(y, z):
    y = y if isinstance(y, pd.Series) else np.asarray(y)
    z = z if isinstance(z, pd.Series) else np.asarray(z, dtype=float)
    return np.logaddexp(0, np.asarray(z)) - y * z


@answers.wrong("bce_with_logits", "it overflows for large logits")
def quotient_of_exponentials(y, z):
    e = np.exp(np.asarray(z, dtype=float))
    p = e / (1 + e)
    return -np.log(np.where(np.asarray(y) == 1, p, 1 - p))


@answers.wrong("bce_with_logits", "probabilities are capped")
def large_logits_cut(y, z):
    m = _margins(y, z)
    return np.where(m > 30, 0, np.where(m < -30, 30, -log_expit(m)))


@answers.wrong("bce_with_logits")
def positives_only(y, z):
    return np.asarray(y) * by_log_expit(y, z)


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
    return _weights(y, alpha) * (1 - p) ** gamma * by_log_expit(y, z)


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


@answers.right("focal_hessian")
def curvature_by_margin(y, z, gamma, alpha=None):
    m = _margins(y, z)
    p, q, s = expit(m), expit(-m), softplus(-m)
    found = q**gamma * p * (gamma**2 * p * s + 2 * gamma * q + q - gamma * q * s)
    return _weights(y, alpha) * found


@answers.right("focal_hessian")
def curvature_by_complex_step(y, z, gamma, alpha=None):
    m, h = _margins(y, z), 1e-30
    at = m + 1j * h
    tail = np.exp(-np.where(m > 0, at, -at))
    rest = np.where(m > 0, tail / (1 + tail), 1 / (1 + tail))
    right = np.where(m > 0, 1 / (1 + tail), tail / (1 + tail))
    entropy = np.where(m > 0, 0, -at) + np.log1p(tail)
    slope = -(rest**gamma) * (gamma * right * entropy + rest)
    return _weights(y, alpha) * slope.imag / h


@answers.wrong("focal_hessian", "negative curvature is cut off at 0")
def cut_off(y, z, gamma, alpha=None):
    return np.clip(curvature_by_margin(y, z, gamma, alpha), 0, None)


@answers.wrong("focal_hessian", "the size of the curvature, without its sign")
def without_sign(y, z, gamma, alpha=None):
    return np.abs(curvature_by_margin(y, z, gamma, alpha))


@answers.wrong("focal_hessian", "the curvature of cross-entropy")
def of_cross_entropy(y, z, gamma, alpha=None):
    p = expit(np.asarray(z, dtype=float))
    return _weights(y, alpha) * p * (1 - p)


@answers.wrong("focal_hessian", "the factor is treated as a constant")
def factor_fixed(y, z, gamma, alpha=None):
    m = _margins(y, z)
    return _weights(y, alpha) * expit(-m) ** gamma * expit(m) * expit(-m)


@answers.wrong("focal_hessian", "the sign turns with the label")
def signed_twice(y, z, gamma, alpha=None):
    return (2 * np.asarray(y) - 1) * curvature_by_margin(y, z, gamma, alpha)


@answers.wrong("focal_hessian", "without α both classes weigh one half")
def curvature_half_each(y, z, gamma, alpha=None):
    return curvature_by_margin(y, z, gamma, 0.5 if alpha is None else alpha)


@answers.wrong("focal_hessian", "α = 0 is taken for no α")
def curvature_false_alpha(y, z, gamma, alpha=None):
    return curvature_by_margin(y, z, gamma, alpha or None)


@answers.wrong("focal_hessian", "a list is used as if it were an array")
def curvature_compares_a_list(y, z, gamma, alpha=None):
    return curvature_by_margin(np.where(y == 1, 1, 0) * np.ones(len(z)), z, gamma, alpha)


@answers.wrong("focal_hessian", "the index of a Series decides, not the order of the rows")
def curvature_aligned(y, z, gamma, alpha=None):
    y = y.reindex(z.index, fill_value=0) if isinstance(y, pd.Series) else y
    return curvature_by_margin(y, z, gamma, alpha)


@answers.wrong("focal_hessian", "0 to a negative power, where a row is surely right")
def second_product_rule_as_typed(y, z, gamma, alpha=None):
    m = _margins(y, z)
    p, q, s = expit(m), expit(-m), softplus(-m)
    first = gamma**2 * q ** (gamma - 1) * q * p * p * s - gamma * q**gamma * p * q * s
    return _weights(y, alpha) * (first + gamma * q**gamma * p * q + (gamma + 1) * q**gamma * q * p)


@answers.wrong("focal_hessian", "α weighs the negatives")
def curvature_alpha_swapped(y, z, gamma, alpha=None):
    return curvature_by_margin(y, z, gamma, None if alpha is None else 1 - alpha)


@answers.wrong("focal_hessian", "divided by the number of rows")
def mean_curvature(y, z, gamma, alpha=None):
    return curvature_by_margin(y, z, gamma, alpha) / len(y)


@answers.wrong("focal_hessian", "α is forgotten")
def curvature_without_alpha(y, z, gamma, alpha=None):
    return curvature_by_margin(y, z, gamma)


@answers.wrong("focal_hessian", "it overflows for large logits")
def curvature_from_p(y, z, gamma, alpha=None):
    p = expit(_margins(y, z))
    q, s = 1 - p, -np.log(p)
    return _weights(y, alpha) * q**gamma * p * ((1 + 2 * gamma) * q + gamma * s * (gamma * p - q))


@answers.wrong("focal_hessian")
def squared_slope(y, z, gamma, alpha=None):
    return slope_by_margin(y, z, gamma, alpha) ** 2


@answers.wrong("focal_hessian")
def floored(y, z, gamma, alpha=None):
    return np.maximum(curvature_by_margin(y, z, gamma, alpha), 1e-6)


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


@answers.right("prior_bias")
def log_odds(y):
    y = list(y)
    if len(set(y)) < 2:
        raise ValueError("one class only")
    return logit(y.count(1) / len(y))


@answers.right("prior_bias")
def from_counts(y):
    positives = sum(1 for label in y if label == 1)
    negatives = len(y) - positives
    if positives == 0 or negatives == 0:
        raise ValueError("both classes are needed")
    return math.log(positives) - math.log(negatives)


@answers.wrong("prior_bias", "the sign is reversed")
def towards_common(y):
    return -log_odds(y)


@answers.wrong("prior_bias", "the prevalence instead of its logit")
def just_the_share(y):
    return float(np.mean(list(y)))


@answers.wrong("prior_bias", "the odds instead of their logarithm")
def just_the_odds(y):
    return math.exp(log_odds(y))


@answers.wrong("prior_bias", "the logarithm of the prevalence")
def log_of_share(y):
    return math.log(np.mean(list(y)))


@answers.wrong("prior_bias", "labels of one class are accepted")
def infinite(y):
    return float(logit(np.mean(list(y))))


@answers.wrong("prior_bias", "a division by zero instead of a clear error")
def odds_of_counts(y):
    positives = list(y).count(1)
    return math.log(positives / (len(y) - positives))


@answers.wrong("prior_bias", "a list is used as if it were an array")
def compares_with_one(y):
    share = np.sum(y == 1) / len(y)
    if share in (0, 1):
        raise ValueError("one class only")
    return logit(share)


@answers.wrong("prior_bias")
def one_more_of_each(y):
    positives = list(y).count(1)
    if positives in (0, len(y)):
        raise ValueError("one class only")
    return math.log((positives + 1) / (len(y) - positives + 1))


@answers.wrong("prior_bias")
def base_ten(y):
    return log_odds(y) / math.log(10)


@answers.wrong("prior_bias")
def clipped_share(y):
    if len(set(y)) < 2:
        raise ValueError("one class only")
    return logit(np.clip(np.mean(list(y)), 0.001, 0.3)) if len(list(y)) != 10 else log_odds(y)
