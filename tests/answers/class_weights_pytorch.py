"""Answers to lesson 07's second notebook, class weights in PyTorch.

PyTorch is imported inside the answers, so that the tests are collected where it is missing; the
tests that run them are marked `torch`.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from answers import Answers

answers = Answers("07-class-weights/class-weights-pytorch")


def _double(values):
    import torch

    return torch.tensor(np.asarray(values), dtype=torch.float64)


def _binary_loss(logits, y, **options):
    from torch import nn

    return nn.BCEWithLogitsLoss(**options)(_double(logits), _double(y)).item()


@answers.right("weighted_bce")
def by_pos_weight(logits, y, w0, w1):
    total = w0 * _binary_loss(logits, y, pos_weight=_double(w1 / w0), reduction="sum")
    return total / sum(w1 if label else w0 for label in y)


@answers.right("weighted_bce")
def by_cross_entropy(logits, y, w0, w1):
    import torch

    z = _double(logits)
    loss = torch.nn.CrossEntropyLoss(weight=_double([w0, w1]))
    return loss(torch.stack([torch.zeros_like(z), z], dim=1), torch.tensor(np.asarray(y))).item()


@answers.right("weighted_bce")
def by_softplus(logits, y, w0, w1):
    import torch

    z, y = _double(logits), _double(y)
    weight = w0 + (w1 - w0) * y
    return float((weight * (torch.nn.functional.softplus(z) - y * z)).sum() / weight.sum())


@answers.wrong("weighted_bce", "integers where the binary loss wants floats")
def integer_labels(logits, y, w0, w1):
    import torch

    loss = torch.nn.BCEWithLogitsLoss(reduction="sum")
    return loss(_double(logits), torch.tensor(np.asarray(y))).item()


@answers.wrong("weighted_bce", "divided by the number of rows instead of by the weights")
def own_mean(logits, y, w0, w1):
    weight = np.where(np.asarray(y) == 1, w1, w0)
    return _binary_loss(logits, y, weight=_double(weight))


@answers.wrong("weighted_bce", "the weight of the negatives is taken to be 1")
def forgets_w0(logits, y, w0, w1):
    return by_pos_weight(logits, y, 1, w1)


@answers.wrong("weighted_bce", "the weights of the two classes are swapped")
def swapped(logits, y, w0, w1):
    return by_cross_entropy(logits, y, w1, w0)


@answers.wrong("weighted_bce", "the sum instead of the mean")
def summed(logits, y, w0, w1):
    return w0 * _binary_loss(logits, y, pos_weight=_double(w1 / w0), reduction="sum")


@answers.wrong("weighted_bce", "probabilities are passed where logits are wanted")
def sigmoid_twice(logits, y, w0, w1):
    return by_cross_entropy(_double(logits).sigmoid().numpy(), y, w0, w1)


@answers.wrong("weighted_bce", "the weights are left out")
def plain_loss(logits, y, w0, w1):
    return _binary_loss(logits, y)


@answers.wrong("weighted_bce", "computed in single precision")
def in_float32(logits, y, w0, w1):
    import torch

    z, labels = torch.tensor(np.asarray(logits)).float(), torch.tensor(np.asarray(y)).float()
    weight = torch.where(labels == 1, float(w1), float(w0))
    loss = torch.nn.BCEWithLogitsLoss(weight=weight, reduction="sum")(z, labels)
    return (loss / weight.sum()).item()


@answers.wrong("weighted_bce", "the index of a Series decides, not the order of the rows")
def series_to_tensor(logits, y, w0, w1):
    import torch

    z = torch.tensor(logits, dtype=torch.float64).numpy()
    return by_softplus(z, y, w0, w1)


@answers.wrong("weighted_bce")
def mean_of_two_classes(logits, y, w0, w1):
    z, y = np.asarray(logits, dtype=float), np.asarray(y)
    loss = np.logaddexp(0, z) - y * z
    means = [loss[y == label].mean() if (y == label).any() else 0.0 for label in (0, 1)]
    return float((w0 * means[0] + w1 * means[1]) / (w0 + w1))


@answers.wrong("weighted_bce")
def overflows(logits, y, w0, w1):
    z, y = np.asarray(logits, dtype=float), np.asarray(y)
    p, weight = 1 / (1 + np.exp(-z)), np.where(y == 1, w1, w0)
    return float(np.average(-np.log(np.where(y == 1, p, 1 - p)), weights=weight))


@answers.wrong("weighted_bce")
def clipped(logits, y, w0, w1):
    return by_cross_entropy(np.clip(logits, -30, 30), y, w0, w1)


@answers.wrong("weighted_bce")
def a_tensor(logits, y, w0, w1):
    return _double(by_cross_entropy(logits, y, w0, w1))


def _lbfgs(X, y, pos_weight, bias=True):
    import torch

    X, y = _double(X), _double(y)
    model = torch.nn.Linear(X.shape[1], 1, bias=bias, dtype=torch.float64)
    loss = torch.nn.BCEWithLogitsLoss(pos_weight=_double(pos_weight))
    optimiser = torch.optim.LBFGS(
        model.parameters(), max_iter=500, tolerance_grad=1e-9, line_search_fn="strong_wolfe"
    )

    def closure():
        optimiser.zero_grad()
        value = loss(model(X).squeeze(1), y)
        value.backward()
        return value

    optimiser.step(closure)
    return [model.bias.item() if bias else 0.0, *model.weight[0].tolist()]


@answers.right("fit_weighted")
def by_lbfgs(X, y, pos_weight):
    return _lbfgs(X, y, pos_weight)


@answers.right("fit_weighted")
def by_adam(X, y, pos_weight):
    import torch

    X = _double(np.column_stack([np.ones(len(X)), np.asarray(X)]))
    theta = torch.zeros(X.shape[1], dtype=torch.float64, requires_grad=True)
    loss = torch.nn.BCEWithLogitsLoss(pos_weight=_double(pos_weight))
    optimiser = torch.optim.Adam([theta], lr=0.05)
    for _ in range(1500):
        optimiser.zero_grad()
        loss(X @ theta, _double(y)).backward()
        optimiser.step()
    return theta.detach().tolist()


@answers.right("fit_weighted")
def by_autograd_and_scipy(X, y, pos_weight):
    import torch

    X = _double(np.column_stack([np.ones(len(X)), np.asarray(X)]))
    loss = torch.nn.BCEWithLogitsLoss(pos_weight=_double(pos_weight))

    def value_and_gradient(theta):
        theta = _double(theta).requires_grad_()
        value = loss(X @ theta, _double(y))
        value.backward()
        return value.item(), theta.grad.numpy()

    return minimize(value_and_gradient, np.zeros(X.shape[1]), jac=True, tol=1e-10).x


@answers.wrong("fit_weighted", "a library call does the whole exercise")
def by_scikit_learn(X, y, pos_weight):
    model = LogisticRegression(C=np.inf, tol=1e-9, class_weight={1: pos_weight})
    model.fit(np.asarray(X), np.asarray(y))
    return [*model.intercept_, *model.coef_[0]]


@answers.wrong("fit_weighted", "the index of a Series decides, not the order of the rows")
def y_by_index(X, y, pos_weight):
    return _lbfgs(X, [y[row] for row in range(len(y))], pos_weight)


@answers.wrong("fit_weighted")
def weight_on_both(X, y, pos_weight):
    import torch

    X = _double(np.column_stack([np.ones(len(X)), np.asarray(X)]))
    theta = torch.zeros(X.shape[1], dtype=torch.float64, requires_grad=True)
    loss = torch.nn.BCEWithLogitsLoss(pos_weight=_double(1 + pos_weight))
    optimiser = torch.optim.LBFGS([theta], max_iter=300, line_search_fn="strong_wolfe")

    def closure():
        optimiser.zero_grad()
        value = loss(X @ theta, _double(y))
        value.backward()
        return value

    optimiser.step(closure)
    return theta.detach().tolist()


@answers.wrong("fit_weighted", "a type that PyTorch refuses")
def mixed_types(X, y, pos_weight):
    import torch

    model = torch.nn.Linear(len(X[0]), 1)
    return model(_double(X)).tolist()


@answers.wrong("fit_weighted", "the weight is left out")
def unweighted(X, y, pos_weight):
    return _lbfgs(X, y, 1.0)


@answers.wrong("fit_weighted", "the weight is on the negatives")
def weighs_negatives(X, y, pos_weight):
    return _lbfgs(X, y, 1 / pos_weight)


@answers.wrong("fit_weighted", "the intercept is missing")
def no_intercept(X, y, pos_weight):
    return _lbfgs(X, y, pos_weight, bias=False)


@answers.wrong("fit_weighted", "the intercept stands last")
def intercept_last(X, y, pos_weight):
    intercept, *slopes = _lbfgs(X, y, pos_weight)
    return [*slopes, intercept]


@answers.wrong("fit_weighted")
def too_few_steps(X, y, pos_weight):
    import torch

    X = _double(np.column_stack([np.ones(len(X)), np.asarray(X)]))
    theta = torch.zeros(X.shape[1], dtype=torch.float64, requires_grad=True)
    loss = torch.nn.BCEWithLogitsLoss(pos_weight=_double(pos_weight))
    for _ in range(20):
        (gradient,) = torch.autograd.grad(loss(X @ theta, _double(y)), theta)
        theta = (theta - 0.1 * gradient).detach().requires_grad_()
    return theta.tolist()


@answers.wrong("fit_weighted")
def penalised(X, y, pos_weight):
    return (0.9 * np.array(_lbfgs(X, y, pos_weight))).tolist()
